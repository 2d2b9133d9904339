/* Brute-force protection, as the realm sets it. Pure.
 *
 * An attempt is counted before the password is looked at (lockout_reserve), so that
 * parallel guesses never get more tries than the limit; the outcome settles it. */
#ifndef LOGIN_LOCKOUT_H
#define LOGIN_LOCKOUT_H

#include "model/user.h"

enum lockout_verdict {
	LOCKOUT_OFF,     /* the realm does not protect: nothing to store */
	LOCKOUT_ALLOWED, /* store *ret_failure, then look at the password */
	LOCKOUT_LOCKED,  /* refuse without looking */
};

/* `failure` is the user's row (version 0: none). */
enum lockout_verdict lockout_reserve(const struct realm_settings *realm,
				     const struct login_failure *failure, struct str ip,
				     int64_t now_ms, struct login_failure *ret_failure);
/* After a wrong password: the row as it is now (others may have counted meanwhile) and
 * what to store. *ret_disable: permanentLockout wants the user disabled. */
void lockout_failed(const struct realm_settings *realm, const struct login_failure *failure,
		    int64_t now_ms, struct login_failure *ret_failure, bool *ret_disable);
/* Whether the user is locked at now_ms. */
bool lockout_is_locked(const struct realm_settings *realm, const struct login_failure *failure,
		       int64_t now_ms);

#endif
