/* Brute-force protection; see lockout.h. */
#include "login/lockout.h"

/* How long the attempt that may disable the user holds up others: longer than a hash takes. */
enum { PENDING_S = 30 };

static int64_t limit_of(const struct realm_settings *realm)
{
	return realm->failure_factor > 0 ? realm->failure_factor : 1;
}

/* Seconds to wait after this many failures; Keycloak's strategies. */
static int64_t wait_s(const struct realm_settings *realm, int64_t failures)
{
	int64_t factor = limit_of(realm);
	int64_t steps = failures / factor;
	if (str_eq_z(realm->brute_force_strategy, "LINEAR"))
		steps = failures >= factor ? 1 + failures - factor : 0;
	int64_t most = realm->max_failure_wait_s;
	if (steps <= 0 || realm->wait_increment_s <= 0)
		return 0;
	return steps > most / realm->wait_increment_s ? most : steps * realm->wait_increment_s;
}

/* Nobody is ever let in again by waiting: the limit disables the user. */
static bool is_permanent_only(const struct realm_settings *realm)
{
	return realm->permanent_lockout && realm->max_temporary_lockouts == 0;
}

bool lockout_is_locked(const struct realm_settings *realm, const struct login_failure *failure, int64_t now_ms)
{
	return realm->brute_force_protected && failure->not_before_s > now_ms / 1000;
}

enum lockout_verdict lockout_reserve(const struct realm_settings *realm,
				     const struct login_failure *failure, struct str ip,
				     int64_t now_ms, struct login_failure *ret_failure)
{
	if (!realm->brute_force_protected)
		return LOCKOUT_OFF;
	if (lockout_is_locked(realm, failure, now_ms))
		return LOCKOUT_LOCKED;
	struct login_failure next = *failure;
	bool forgotten = failure->last_failure_ms && !is_permanent_only(realm) &&
			 now_ms - failure->last_failure_ms > realm->max_delta_time_s * 1000;
	if (forgotten)
		next.failures = next.temporary_lockouts = 0;
	next.failures++;
	next.last_ip = ip;
	/* From the limit on everybody else waits already now; a right password undoes it. */
	int64_t wait = wait_s(realm, next.failures);
	if (wait == 0 && is_permanent_only(realm) && next.failures >= limit_of(realm))
		wait = PENDING_S;
	if (wait > 0)
		next.not_before_s = now_ms / 1000 + wait;
	*ret_failure = next;
	return LOCKOUT_ALLOWED;
}

void lockout_failed(const struct realm_settings *realm, const struct login_failure *failure,
		    int64_t now_ms, struct login_failure *ret_failure, bool *ret_disable)
{
	struct login_failure next = *failure;
	int64_t wait = wait_s(realm, next.failures);
	bool counts = wait > 0; /* a quick retry waits too, but is no lockout */
	bool quick = failure->last_failure_ms &&
		     now_ms - failure->last_failure_ms < realm->quick_login_check_ms;
	if (wait == 0 && quick)
		wait = realm->minimum_quick_login_wait_s;
	if (wait > realm->max_failure_wait_s)
		wait = realm->max_failure_wait_s;
	next.last_failure_ms = now_ms;
	if (wait > 0)
		next.not_before_s = now_ms / 1000 + wait;
	next.temporary_lockouts += counts;
	*ret_disable = realm->permanent_lockout && next.failures >= limit_of(realm) &&
		       (is_permanent_only(realm) || next.temporary_lockouts > realm->max_temporary_lockouts);
	*ret_failure = next;
}
