/* ${NAME} and ${NAME:default} in a realm's JSON, filled in from the environment as Keycloak does when
 * it imports. Pure but for the environment. */
#ifndef CLI_PLACEHOLDERS_H
#define CLI_PLACEHOLDERS_H

#include "base/errors.h"
#include "base/str.h"

/* Hands the text out in pieces, filled in; `emit` NULL: it is only looked at. Within a JSON string a
 * value is escaped, elsewhere (`"enabled": ${ON}`) it stands as it is. What is not in the environment
 * and has no default stays, since realms are full of "${role_admin}", unless its name is all capitals,
 * digits and underscores: INVALID_VALUE, with line and column. *ret_filled: how many there were. */
MUST_USE enum error_code placeholders_fill(struct str text, const char *(*value_of)(const char *name),
	bool (*emit)(void *context, struct str piece), void *context, size_t *ret_filled,
	struct why *reterr_why);

#endif
