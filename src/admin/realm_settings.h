/* What a change of a realm makes of settings that depend on each other, and which it may not have. Private to admin/. */
#ifndef ADMIN_REALM_SETTINGS_H
#define ADMIN_REALM_SETTINGS_H

#include "admin/call.h"

/* `realm` is `before` with the call's body read over it. Of e-mails that users share and sign in by, what the body
 * names last in Keycloak's order wins; default groups become paths of groups that are there. ERROR_INVALID_VALUE,
 * with Keycloak's text: a client's session longer than the user's, a sender that is no address, a password policy
 * whose argument is none. What was so before may stay. */
MUST_USE enum error_code realm_settings_agree(struct admin_call *call, const struct realm_rep *before,
					      struct realm_rep *realm, struct why *reterr_why);
/* The same of a new realm's mail server and password policy. What of `body` cannot be read passes: whoever makes
 * the realm of it tells. */
MUST_USE enum error_code realm_settings_agree_new(struct arena *arena, struct str body, struct why *reterr_why);

#endif
