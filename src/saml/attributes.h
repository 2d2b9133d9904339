/* The AttributeStatement: what protocol mappers of protocol "saml" say of a user. Pure.
 *
 * Known types: role list, user property, user attribute, group membership, hardcoded attribute,
 * hardcoded role, role name, audience, audience resolve, NameID (name_id.h). */
#ifndef SAML_ATTRIBUTES_H
#define SAML_ATTRIBUTES_H

#include "model/roles.h"
#include "model/saml.h"

struct saml_attribute {
	struct str name, friendly_name, name_format; /* name_format: a URI; empty: none */
	struct str *values;
	size_t n;
};

struct saml_claims {
	struct saml_attribute *attributes; /* in the order of the mappers */
	size_t n;
	struct str_list audiences; /* besides the client */
};

struct saml_claims_input {
	const struct realm *realm;
	const struct client *client;
	const struct user *user; /* with roles and groups */
};

/* Runs the mappers of the client's default scopes of protocol "saml", then its own. */
struct saml_claims saml_claims_map(struct arena *arena, const struct saml_claims_input *input);
/* True when this mapper type is one that is understood (for import summaries). */
bool saml_mapper_known(struct str type);
/* The same of another type in the client or its scopes, one after another, for name_id.h:
 * begins with *at = 0; NULL at the end. */
const struct mapper *saml_mapper_next(const struct client *client, struct str type, size_t *at);

#endif
