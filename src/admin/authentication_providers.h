/* What authentication flows are made of: the tables of Keycloak 26.7. Private to admin/. */
#ifndef ADMIN_AUTHENTICATION_PROVIDERS_H
#define ADMIN_AUTHENTICATION_PROVIDERS_H

#include "base/str.h"

enum provider_kind {
	PROVIDER_AUTHENTICATOR,
	PROVIDER_CLIENT,      /* of flows of type "client-flow" */
	PROVIDER_FORM_ACTION, /* of flows of type "form-flow" */
	PROVIDER_FORM,        /* what such a flow itself is */
};

enum { REQUIREMENT_REQUIRED = 1, REQUIREMENT_ALTERNATIVE = 2, REQUIREMENT_DISABLED = 4, REQUIREMENT_CONDITIONAL = 8 };

struct authentication_provider {
	enum provider_kind kind;
	struct str id, name, description;
	unsigned requirements;
	bool configurable;
	struct str settings; /* JSON */
};
const struct authentication_provider *authentication_provider(size_t index); /* NULL: beyond the last */
/* NULL: there is none. */
const struct authentication_provider *authentication_provider_find(enum provider_kind kind, struct str id);
/* What may stand in a flow of that type. */
enum provider_kind provider_kind_of_flow(struct str type);
/* "REQUIRED" ... of one bit; and the bit of a word, 0: none. */
const char *requirement_name(unsigned requirement);
unsigned requirement_of(struct str name);

struct required_action_provider {
	struct str id, name, settings; /* settings: JSON; empty: none */
};
const struct required_action_provider *required_action_provider(size_t index);
const struct required_action_provider *required_action_provider_find(struct str id);

#endif
