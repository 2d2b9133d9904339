/* Writing clients; see client_change.h. */
#include "admin/client_change.h"

#include "admin/ending.h"
#include "admin/entity.h"
#include "admin/etag.h"
#include "admin/service_account.h"
#include "base/clock.h"

/* Of the realm as it was when the client was read, so that nobody's change is lost. */
static void add_realm_change(struct admin_call *call, int64_t version, struct effects *effects)
{
	effects_add(effects, EFFECT_REALM_CHANGED)->u.realm_changed =
		(struct effect_realm_changed){ call->realm->settings.id, version };
}

static void refuse(struct admin_call *call, enum error_code code, const struct why *why)
{
	if (code == ERROR_EXISTS && str_contains(str_from(why->text), STR("client")))
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
	else if (code == ERROR_EXISTS)
		admin_refuse(call, 409, STR("User exists with same username"));
	else
		admin_fail(call, code, why);
}

enum error_code client_change_effects(struct admin_call *call, const struct client *before,
				      const struct client_rep *after, struct effects *effects,
				      struct str *ret_signout, struct why *reterr_why)
{
	enum error_code code = service_account_fit(call, &after->client, false, effects, reterr_why);
	if (code == OK)
		*ret_signout = ending_client_change(call, before, &after->client, effects);
	return code;
}

enum error_code client_add(struct admin_call *call, const struct client_rep *client, struct effects *effects,
			   struct why *reterr_why)
{
	/* The realm's row first: whoever else changes clients waits here. */
	add_realm_change(call, 0, effects);
	effects_add(effects, EFFECT_CLIENT_CREATE)->u.client =
		(struct effect_client){ call->realm->settings.id, client, call->visit.now_ms - 1 };
	return service_account_fit(call, &client->client, false, effects, reterr_why);
}

bool client_change(struct admin_call *call, client_changer *change, void *context)
{
	return client_change_by_id(call, http_route_value(call->request, "client"), change, context);
}

bool client_change_by_id(struct admin_call *call, struct str id, client_changer *change, void *context)
{
	struct client_rep client;
	struct why why = { "" };
	int64_t version;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		call->visit.now_ms = clock_wall_ms();
		if (!client_rep_find_by_id(call, id, &client, &version) || !etag_fits(call, client_rep_stored(call, &client)) ||
		    !entity_stands(call, version))
			return false;
		struct effects effects = effects_new(call->arena);
		add_realm_change(call, version, &effects);
		effects_add(&effects, EFFECT_CLIENT_UPDATE)->u.client =
			(struct effect_client){ .realm_id = call->realm->settings.id, .rep = &client };
		if (!change(call, context, &client, &effects))
			return false;
		code = app_apply(call->app, &effects, &why);
	}
	if (code != OK) {
		refuse(call, code, &why);
		return false;
	}
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	return true;
}

enum error_code client_delete(struct admin_call *call, const struct client_rep *client, int64_t version,
			      struct str *ret_signout, struct why *reterr_why)
{
	struct effects effects = effects_new(call->arena);
	const struct mass_order order = { .door = DOOR_CLIENT_DELETED, .client = &client->client };
	add_realm_change(call, version, &effects);
	/* First the order: it keeps what the client is told by. */
	*ret_signout = ending_add(call, &order, &effects);
	effects_add(&effects, EFFECT_CLIENT_DELETE)->u.client =
		(struct effect_client){ .realm_id = call->realm->settings.id, .rep = client };
	enum error_code code = service_account_fit(call, &client->client, true, &effects, reterr_why);
	admin_event_add(call, &effects, "DELETE", "CLIENT", client_rep_path(call, client, ""));
	if (code == OK)
		code = app_apply(call->app, &effects, reterr_why);
	if (code == OK)
		snapshots_changed(call->app->snapshots, call->realm->settings.id);
	return code;
}
