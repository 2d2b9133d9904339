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

/* Handlers. */
http_handler authorize_handle;       /* .../protocol/openid-connect/auth */
http_handler authenticate_handle;    /* POST .../login-actions/authenticate */
http_handler authenticate_restart;   /* GET of the same: a reload, a bookmark */
http_handler update_password_handle; /* POST .../login-actions/required-action */

#endif
