/* What stands between a right password and a session: required actions, and things this
 * server cannot ask for yet. Nobody gets in by less than the realm asks. Pure. */
#ifndef LOGIN_REQUIRED_ACTION_H
#define LOGIN_REQUIRED_ACTION_H

#include "model/user.h"

enum required_step {
	REQUIRED_NOTHING,
	REQUIRED_UPDATE_PASSWORD, /* show that page */
	REQUIRED_NOT_POSSIBLE,    /* refuse, with the text */
};

/* The next step for a user whose password was right. `user` has its credentials. */
enum required_step required_next(struct arena *arena, const struct user *user, struct str *ret_text);
/* True when the realm's policy (forceExpiredPasswordChange, days) wants a new password because the
 * present one is too old, or nobody knows how old it is. */
bool required_password_is_old(struct str policy, const struct user *user, int64_t now_ms);

#endif
