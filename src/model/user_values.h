/* What a user's own fields may be, as the validators of Keycloak's default user profile say. */
#ifndef MODEL_USER_VALUES_H
#define MODEL_USER_VALUES_H

#include "base/str.h"

/* One @ with something on both sides, no blanks or control bytes: more is the mail server's
 * to judge. */
bool user_value_is_email(struct str value);
/* No letters that a username, or a person's name, must not have. */
bool user_value_is_username(struct str value);
bool user_value_is_person_name(struct str value);
/* Characters of UTF-8, not bytes. */
int64_t user_value_characters(struct str value);

#endif
