/* Service accounts; see service_account.h. */
#include "admin/service_account.h"

#include "crypto/random.h"

static struct str account_name(struct admin_call *call, const struct client *client)
{
	return arena_join(call->arena, STR("service-account-"), client->client_id, STR(""));
}

static void create(struct admin_call *call, const struct client *client, struct effects *effects)
{
	struct user *user = &effects_add(effects, EFFECT_USER_CREATE)->u.user;
	*user = (struct user){
		.id = random_uuid(call->arena),
		.realm_id = call->realm->settings.id,
		.username = account_name(call, client),
		.enabled = true,
		.created_ms = call->visit.now_ms,
		.service_account_client_id = client->id,
	};
	if (call->realm->default_role)
		*(struct str *)arena_push(call->arena, &user->role_ids.items, &user->role_ids.n,
					  sizeof *user->role_ids.items) = call->realm->default_role->id;
}

enum error_code service_account_fit(struct admin_call *call, const struct client *client, bool gone,
				    struct effects *effects, struct why *reterr_why)
{
	struct user *user = NULL;
	enum error_code code = store_find_service_account(call->app->store, call->arena, call->realm->settings.id,
							  client->id, USER_ROW, &user, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	bool wanted = !gone && client->service_accounts_enabled;
	if (code == ERROR_NAME_NOT_FOUND) {
		if (wanted)
			create(call, client, effects);
		return OK;
	}
	struct str name = account_name(call, client);
	if (!wanted) {
		effects_add(effects, EFFECT_USER_DELETE)->u.user = *user;
	} else if (!str_eq_nocase(user->username, name)) {
		user->username = name;
		effects_add(effects, EFFECT_USER_UPDATE)->u.user = *user;
	}
	return OK;
}
