/* Users in the admin API's form, in and out. Private to admin/. */
#ifndef ADMIN_USER_REP_H
#define ADMIN_USER_REP_H

#include "admin/call.h"

/* The user that the route's {user} names, with `parts` (store.h); false: answered. */
bool user_rep_find(struct admin_call *call, unsigned parts, struct user **ret_user);
/* Appends one user; `brief` as lists have it. */
void user_rep_write(struct admin_call *call, struct json_writer *w, const struct user *user, bool brief);
/* Reads the body onto *rep (the present state for an update, or a default). False: answered. */
bool user_rep_read(struct admin_call *call, struct user_rep *rep);
/* Keycloak's answers for a username or e-mail that is taken, by the store's reason. */
void user_rep_conflict(struct admin_call *call, const struct why *why);
/* A credential of a plain or given password; *ret_credential of type "" when it is none. Slow. */
MUST_USE enum error_code user_rep_credential(struct admin_call *call, const struct credential_rep *rep,
					     struct credential *ret_credential, struct why *reterr_why);

#endif
