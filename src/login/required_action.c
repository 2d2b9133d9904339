/* Required actions; see required_action.h. */
#include "login/required_action.h"

#include "model/credential.h"

enum { USUAL_DAYS = 365, MOST_DAYS = 1000000, DAY_MS = 86400000 };

enum required_step required_next(struct arena *arena, const struct user *user, struct str *ret_text)
{
	for (size_t i = 0; i < user->credentials_n; i++) {
		struct str type = user->credentials[i].type;
		if (str_eq_z(type, "password") || str_eq_z(type, "password-history"))
			continue;
		*ret_text = arena_join(arena, STR("Your account has a second factor ("), type,
			STR(") that this server cannot ask for yet. Please contact your administrator."));
		return REQUIRED_NOT_POSSIBLE;
	}
	bool update = false;
	for (size_t i = 0; i < user->required_actions.n; i++) {
		struct str action = user->required_actions.items[i];
		if (str_eq_z(action, "UPDATE_PASSWORD")) {
			update = true;
			continue;
		}
		*ret_text = arena_join(arena, STR("Your account has a required action ("), action,
			STR(") that this server cannot carry out yet. Please contact your administrator."));
		return REQUIRED_NOT_POSSIBLE;
	}
	return update ? REQUIRED_UPDATE_PASSWORD : REQUIRED_NOTHING;
}

bool required_password_is_old(struct str policy, const struct user *user, int64_t now_ms)
{
	struct str argument = policy_value(policy, STR("forceExpiredPasswordChange"));
	const struct credential *password = credential_password(user);
	if (!argument.p || !password)
		return false;
	int64_t days = USUAL_DAYS;
	str_to_int64(argument, &days);
	if (days < 0 || days > MOST_DAYS)
		return false;
	return password->created_ms <= 0 || now_ms - password->created_ms > days * DAY_MS;
}
