/* The login pages: the form, what it posts, and the password that must be changed. */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "app/entry.h"
#include "model/user.h"

/* Shows the login form for what an application asks. `again`: the user who is signed in and
 * has to show the password once more; NULL: anybody. */
void login_show(struct visit *visit, const struct entry *entry, const struct user *again);
/* The page for an error of ours (503 with Retry-After when it may pass), logged. */
void login_failed(struct visit *visit, enum error_code code, const struct why *why);

/* Whether a new password that was typed twice may be this user's. False: the event's error, and
 * what the user is told. */
bool update_password_fits(struct visit *visit, const struct user *user, struct str password, struct str again,
			  struct str *ret_error, struct str *ret_text);

/* Handlers. */
http_handler authorize_handle;       /* .../protocol/openid-connect/auth */
http_handler authenticate_handle;    /* POST .../login-actions/authenticate */
http_handler action_token_show;      /* GET .../login-actions/action-token?key=: the link of a mail */
http_handler action_token_perform;   /* POST of the same */
http_handler authenticate_restart;   /* GET of the same: a reload, a bookmark */
http_handler update_password_handle; /* POST .../login-actions/required-action */

#endif
