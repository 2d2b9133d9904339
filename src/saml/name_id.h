/* The NameID by which a client knows a user (SAML core section 8.3; Keycloak's rules). Pure. */
#ifndef SAML_NAME_ID_H
#define SAML_NAME_ID_H

#include "model/effect.h"
#include "model/saml.h"

struct name_id {
	struct str value, format; /* format: a URI */
	/* A persistent one that was made now: it has to be kept, or the next is another. */
	bool fresh;
};

/* By a NameID mapper of the client or its scopes for this format; else
 *   emailAddress  the e-mail
 *   persistent    the user's attribute saml.persistent.name.id.for.<clientId>, that for "*", or
 *                 "G-" and a UUID of `random`, fresh
 *   transient     "G-" and a UUID of `random`
 *   others        the username
 * False when the user has no such name: SAML_STATUS_INVALID_NAME_ID_POLICY. */
bool name_id_of(struct arena *arena, const struct realm *realm, const struct client *client,
	const struct user *user, struct str format, const unsigned char random[16],
	struct name_id *ret_name_id);

/* Adds the effect that keeps a fresh persistent one as the user's attribute. The user was loaded
 * with its attributes; STALE when the row changed meanwhile. Nothing for others. */
void name_id_keep(struct effects *effects, const struct client *client, const struct user *user,
	const struct name_id *name_id);

#endif
