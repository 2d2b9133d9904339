/* Mail that the admin API sends: Keycloak's messages, in the reader's language. Private to admin/. */
#ifndef ADMIN_MAIL_H
#define ADMIN_MAIL_H

#include "admin/call.h"
#include "app/action_token.h"
#include "mail/settings.h"
#include "web/messages.h"

/* Sends the link of an action token to the user whom it is for. INVALID_VALUE and NETWORK_FAILED: a
 * reason for the administrator; others are ours. */
MUST_USE enum error_code mail_send_link(struct admin_call *call, const struct mail_settings *settings,
					const struct user *user, const struct action_token *token,
					struct why *reterr_why);
/* Sends the test message. */
MUST_USE enum error_code mail_send_test(struct admin_call *call, const struct mail_settings *settings,
					const struct user *user, struct why *reterr_why);

#endif
