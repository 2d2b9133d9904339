/* One try at a password; see attempt.h. */
#include "app/attempt.h"

#include "app/mass.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "model/credential.h"
#include "login/lockout.h"

struct str attempt_direct_hindrance(const struct realm *realm, const struct client *client)
{
	const struct str reasons[] = { realm->not_possible, realm->direct_grant_not_possible,
				       client->not_possible, client->direct_grant_not_possible };
	for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
		if (reasons[i].n)
			return reasons[i];
	return STR("");
}

static enum error_code load_failure(struct visit *visit, const struct user *user,
				    struct login_failure *ret_failure, struct why *reterr_why)
{
	struct login_failure failure = { .realm_id = visit->realm->settings.id, .user_id = user->id };
	enum error_code code = store_find_login_failure(visit->app->store, visit->arena,
		visit->realm->settings.id, user->id, &failure, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	*ret_failure = failure;
	return OK;
}

static enum error_code put_failure(struct visit *visit, const struct login_failure *failure, struct why *reterr_why)
{
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_FAILURE_PUT)->u.failure = *failure;
	return app_apply(visit->app, &effects, reterr_why);
}

static enum error_code reserve(struct visit *visit, struct attempt *attempt, struct why *reterr_why)
{
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS; round++) {
		struct login_failure failure, next;
		enum error_code code = load_failure(visit, attempt->user, &failure, reterr_why);
		if (code != OK)
			return code;
		switch (lockout_reserve(&visit->realm->settings, &failure, visit->request->client, visit->now_ms, &next)) {
		case LOCKOUT_OFF:
			return OK;
		case LOCKOUT_LOCKED:
			attempt->locked = true;
			return OK;
		case LOCKOUT_ALLOWED:
			break;
		}
		code = put_failure(visit, &next, reterr_why);
		attempt->reserved = code == OK;
		if (code != ERROR_STALE)
			return code;
	}
	return error_because(reterr_why, ERROR_BUSY, "too many attempts at once for user %.*s",
			     STR_ARG(attempt->user->id));
}

enum error_code attempt_begin(struct visit *visit, struct str login, struct str password,
			      struct attempt *ret_attempt, struct why *reterr_why)
{
	struct attempt attempt = { .password = password };
	enum error_code code = store_find_user_by_login(visit->app->store, visit->arena,
		visit->realm->settings.id, login, visit->realm->settings.login_with_email_allowed,
		USER_CREDENTIALS | USER_ROLES | USER_GROUPS, &attempt.user, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	/* A service account is a client, whose secret is not a password. */
	if (code != OK || attempt.user->service_account_client_id.n)
		attempt.user = NULL;
	if (attempt.user)
		code = reserve(visit, &attempt, reterr_why);
	else
		code = OK;
	*ret_attempt = attempt;
	return code;
}

enum error_code attempt_check(struct visit *visit, struct attempt *attempt, struct why *reterr_why)
{
	struct password_cost wanted = credential_cost(&visit->realm->settings);
	const struct credential *credential = attempt->user ? credential_password(attempt->user) : NULL;
	if (!credential || attempt->locked) {
		password_verify_nobody(attempt->password, &wanted);
		return OK;
	}
	struct password_hash stored;
	enum error_code code = credential_read(visit->arena, credential, &stored, reterr_why);
	if (code == OK)
		code = password_verify(attempt->password, &stored, &attempt->right, reterr_why);
	attempt->old_hash = code == OK && attempt->right && credential_is_old(&stored.cost, &wanted);
	return code == ERROR_PASSWORD_TOO_LONG ? OK : code;
}

static enum error_code rehash(struct visit *visit, const struct attempt *attempt, struct effects *effects,
			      struct why *reterr_why)
{
	struct password_cost wanted = credential_cost(&visit->realm->settings);
	struct password_hash hash;
	enum error_code code = password_make(visit->arena, attempt->password, &wanted, &hash, reterr_why);
	if (code != OK)
		return code;
	const struct credential *old = credential_password(attempt->user);
	struct effect_credential *effect = &effects_add(effects, EFFECT_CREDENTIAL_REHASH)->u.credential;
	effect->realm_id = attempt->user->realm_id;
	effect->user_id = attempt->user->id;
	effect->credential = *old;
	effect->previous = old->secret_data;
	credential_write(visit->arena, &hash, &effect->credential);
	return OK;
}

enum error_code attempt_succeeded(struct visit *visit, const struct attempt *attempt, struct effects *effects,
				  struct why *reterr_why)
{
	if (attempt->reserved)
		effects_add(effects, EFFECT_FAILURE_CLEAR)->u.failure = (struct login_failure){
			.realm_id = attempt->user->realm_id, .user_id = attempt->user->id };
	return attempt->old_hash ? rehash(visit, attempt, effects, reterr_why) : OK;
}

enum error_code attempt_again(struct visit *visit, struct attempt *attempt, bool *ret_user_lives,
			      struct why *reterr_why)
{
	struct user *user;
	visit->now_ms = clock_wall_ms();
	enum error_code code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id,
		attempt->user->id, USER_CREDENTIALS | USER_ROLES | USER_GROUPS, &user, reterr_why);
	*ret_user_lives = code == OK && user->enabled;
	if (code == OK)
		attempt->user = user;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

static enum error_code disable(struct visit *visit, const struct user *user, struct why *reterr_why)
{
	struct effects effects = effects_new(visit->arena);
	struct user *changed = &effects_add(&effects, EFFECT_USER_UPDATE)->u.user;
	*changed = *user;
	changed->enabled = false;
	const struct mass_order order = { .door = DOOR_USER_DISABLED, .user = user };
	(void)mass_add(visit, &order, &effects);
	enum error_code code = app_apply(visit->app, &effects, reterr_why);
	/* Somebody else changed the row: the next failure disables it. */
	return code == ERROR_STALE ? OK : code;
}

enum error_code attempt_failed(struct visit *visit, const struct attempt *attempt, struct why *reterr_why)
{
	if (!attempt->reserved)
		return OK;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS; round++) {
		struct login_failure failure, next;
		bool permanent = false;
		enum error_code code = load_failure(visit, attempt->user, &failure, reterr_why);
		if (code != OK)
			return code;
		lockout_failed(&visit->realm->settings, &failure, visit->now_ms, &next, &permanent);
		code = put_failure(visit, &next, reterr_why);
		if (code == OK && permanent)
			code = disable(visit, attempt->user, reterr_why);
		if (code != ERROR_STALE)
			return code;
	}
	/* The reservation stands, so nothing was won; only the exact time is lost. */
	return OK;
}
