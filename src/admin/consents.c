/* /admin/realms/{realm}/users/{user}/consents: what a user has granted to which client, and its
 * withdrawal. */
#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/user_rep.h"
#include "app/account_end.h"
#include "model/consent.h"
#include "model/life.h"

/* Clients at which the user has an offline session that lives: ids. */
static enum error_code offline_clients(struct admin_call *call, const struct user *user, struct str_list *ret_ids,
				       struct why *reterr_why)
{
	struct session *sessions;
	size_t n = 0;
	*ret_ids = (struct str_list){ 0 };
	enum error_code code = store_list_sessions(call->app->store, call->arena, call->realm->settings.id, user->id, true,
						   0, -1, &sessions, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		if (life_of(call->realm, user, &sessions[i], call->visit.now_ms) != LIFE_ALIVE)
			continue;
		for (size_t k = 0; k < sessions[i].clients_n; k++)
			if (!str_list_has(ret_ids, sessions[i].clients[k].client_id))
				*(struct str *)arena_push(call->arena, &ret_ids->items, &ret_ids->n,
							  sizeof *ret_ids->items) = sessions[i].clients[k].client_id;
	}
	return code;
}

/* One client's entry; `consent` NULL: an offline session alone. */
static void write_entry(struct admin_call *call, struct json_writer *w, const struct client *client,
			const struct consent *consent, bool offline)
{
	struct str_list names = { 0 };
	if (consent)
		names = consent_names(call->arena, call->realm, consent);
	json_write_object_begin(w);
	json_member_text(w, "clientId", client->client_id);
	json_member_texts(w, "grantedClientScopes", names.items, names.n);
	if (consent) {
		json_member_int(w, "createdDate", consent->created_ms);
		json_member_int(w, "lastUpdatedDate", consent->updated_ms);
	}
	if (offline) {
		json_member_array_begin(w, "additionalGrants");
		json_write_object_begin(w);
		json_member_text(w, "client", client->id);
		json_member_text(w, "key", STR("Offline Token"));
		json_write_object_end(w);
		json_write_array_end(w);
	}
	json_write_object_end(w);
}

static void list(struct admin_call *call, const struct user *user)
{
	struct consent *consents;
	struct str_list offline = { 0 }, listed = { 0 };
	struct why why = { "" };
	size_t n = 0;
	enum error_code code = store_list_consents(call->app->store, call->arena, call->realm->settings.id, user->id,
						   &consents, &n, &why);
	if (code == OK)
		code = offline_clients(call, user, &offline, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++) {
		const struct client *client = realm_client_by_id(call->realm, consents[i].client_id);
		if (!client)
			continue;
		write_entry(call, w, client, &consents[i], str_list_has(&offline, client->id));
		*(struct str *)arena_push(call->arena, &listed.items, &listed.n, sizeof *listed.items) = client->id;
	}
	for (size_t i = 0; i < offline.n; i++) {
		const struct client *client = realm_client_by_id(call->realm, offline.items[i]);
		if (client && !str_list_has(&listed, client->id))
			write_entry(call, w, client, NULL, true);
	}
	admin_array_end(call, w);
}

static void user_consents(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_ROW, &user))
		list(call, user);
}

ADMIN_HANDLER(admin_user_consents, user_consents)

/* Without a consent and without an offline session there is nothing to withdraw: a client's part in
 * a browser's session is no grant. */
static enum error_code has_grant(struct admin_call *call, const struct user *user, const struct client *client,
				 bool *ret_has, struct why *reterr_why)
{
	struct consent consent;
	struct str_list offline = { 0 };
	enum error_code code = store_find_consent(call->app->store, call->arena, call->realm->settings.id, user->id,
						  client->id, &consent, reterr_why);
	*ret_has = code == OK;
	if (code != ERROR_NAME_NOT_FOUND)
		return code;
	code = offline_clients(call, user, &offline, reterr_why);
	*ret_has = str_list_has(&offline, client->id);
	return code;
}

static void withdraw(struct admin_call *call, const struct user *user, const struct client *client)
{
	const struct withdrawal withdrawal = { .client = client, .user = user, .initiator = call->actor };
	struct account_ended ended = { 0 };
	struct effects effects = effects_new(call->arena);
	struct why why = { "" };
	bool found = false;
	enum error_code code = has_grant(call, user, client, &found, &why);
	if (code == OK && !found) {
		admin_not_found(call, "Consent nor offline token not found");
		return;
	}
	if (code == OK)
		code = account_withdraw(&call->visit, &withdrawal, &ended, &found, &why);
	admin_event_add(call, &effects, "ACTION", "USER", arena_format(call->arena, "users/%.*s/consents/%.*s",
			STR_ARG(user->id), STR_ARG(client->client_id)));
	if (code == OK)
		code = app_apply(call->app, &effects, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	admin_no_content(call);
	if (ended.n)
		http_set_header_z(call->response, "X-Curfew-Signout", arena_z(call->arena, ended.ids[0]));
}

static void user_consent_delete(struct admin_call *call)
{
	struct user *user;
	if (user_rep_find(call, USER_ROW, &user)) {
		const struct client *client = realm_client_by_client_id(call->realm, http_route_value(call->request, "client"));
		if (client)
			withdraw(call, user, client);
		else
			admin_not_found(call, "Client not found");
	}
}

ADMIN_HANDLER(admin_user_consent_delete, user_consent_delete)
