/* Sessions by client: how many, which; the offline ones of a user at a client. */
#include <stdio.h>

#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/session_rep.h"
#include "admin/user_rep.h"
#include "model/life.h"

/* The route's client; NULL: answered. */
static const struct client *find(struct admin_call *call, const char *missing)
{
	const struct client *client = realm_client_by_id(call->realm, http_route_value(call->request, "client"));
	if (!client)
		admin_not_found(call, missing);
	return client;
}

/* What still lives, by the realm's limits. */
static struct client_session_query query_of(struct admin_call *call, bool offline)
{
	const struct realm_settings *realm = &call->realm->settings;
	struct client_session_query query = { .realm_id = realm->id, .offline = offline, .max = -1 };
	for (int remembered = 0; remembered < 2; remembered++) {
		struct life_limits limits = life_of_session(realm, offline, remembered);
		int64_t now_s = call->visit.now_ms / 1000;
		query.used_after_s[remembered] = now_s - limits.idle_s;
		query.started_after_ms[remembered] =
			limits.maximum_s == INT64_MAX ? INT64_MIN : (now_s - limits.maximum_s) * 1000;
	}
	return query;
}

static void count(struct admin_call *call, bool offline)
{
	const struct client *client = find(call, "Could not find client");
	struct client_session_query query = query_of(call, offline);
	struct client_session_count *counts;
	struct why why = { "" };
	size_t n;
	if (!client)
		return;
	query.client_id = client->id;
	enum error_code code = store_count_client_sessions(call->app->store, call->arena, &query, &counts, &n, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_json(call, arena_format(call->arena, "{\"count\":%lld}", (long long)(n ? counts[0].n : 0)));
}

ADMIN_HANDLER_OF(admin_client_session_count, count, false)
ADMIN_HANDLER_OF(admin_client_offline_session_count, count, true)

/* ---- lists ---- */

/* Of offline sessions the last access is the client's own. */
static void write_sessions(struct admin_call *call, struct session *sessions, size_t n, const struct client *client,
			   bool offline)
{
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; offline && k < sessions[i].clients_n; k++)
			if (str_eq(sessions[i].clients[k].client_id, client->id))
				sessions[i].last_refresh_s = sessions[i].clients[k].last_refresh_s;
		session_rep_write(w, call->realm, &sessions[i]);
	}
	admin_array_end(call, w);
}

static void list(struct admin_call *call, const struct client *client, struct str user_id, bool offline)
{
	struct client_session_query query = query_of(call, offline);
	struct admin_page page;
	struct session *sessions;
	struct why why = { "" };
	size_t n;
	if (!admin_query_page(call, user_id.n ? -1 : 100, &page))
		return;
	query.client_id = client->id;
	query.user_id = user_id;
	query.first = page.first;
	query.max = page.max;
	enum error_code code = store_list_client_sessions(call->app->store, call->arena, &query, &sessions, &n, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	else
		write_sessions(call, sessions, n, client, offline);
}

static void list_of_client(struct admin_call *call, bool offline)
{
	const struct client *client = find(call, "Could not find client");
	if (client)
		list(call, client, STR(""), offline);
}

ADMIN_HANDLER_OF(admin_client_user_sessions, list_of_client, false)
ADMIN_HANDLER_OF(admin_client_offline_sessions, list_of_client, true)

static void user_offline_sessions(struct admin_call *call)
{
	struct user *user;
	const struct client *client = user_rep_find(call, USER_ROW, &user) ? find(call, "Client not found") : NULL;
	if (client)
		list(call, client, user->id, true);
}

ADMIN_HANDLER(admin_user_offline_sessions, user_offline_sessions)

/* ---- the realm's figures ---- */

static int64_t count_of(const struct client_session_count *counts, size_t n, struct str client_id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(counts[i].client_id, client_id))
			return counts[i].n;
	return 0;
}

static void write_stats(struct json_writer *w, const struct client *client, int64_t active, int64_t offline)
{
	char number[24];
	json_write_object_begin(w);
	snprintf(number, sizeof number, "%lld", (long long)offline);
	json_member_text(w, "offline", str_from(number));
	json_member_text(w, "clientId", client->client_id);
	snprintf(number, sizeof number, "%lld", (long long)active);
	json_member_text(w, "active", str_from(number));
	json_member_text(w, "id", client->id);
	json_write_object_end(w);
}

/* Numbers as texts, and clients without sessions left out: as recorded. */
static void client_session_stats(struct admin_call *call)
{
	struct why why = { "" };
	struct client_session_count *counts[2];
	size_t n[2] = { 0, 0 };
	enum error_code code = OK;
	for (int offline = 0; offline < 2 && code == OK; offline++) {
		struct client_session_query query = query_of(call, offline);
		code = store_count_client_sessions(call->app->store, call->arena, &query, &counts[offline], &n[offline], &why);
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->clients_n && code == OK; i++) {
		const struct client *client = &call->realm->clients[i];
		int64_t active = count_of(counts[0], n[0], client->id), kept = count_of(counts[1], n[1], client->id);
		if (active || kept)
			write_stats(w, client, active, kept);
	}
	if (code == OK)
		admin_array_end(call, w);
	else
		admin_fail(call, code, &why);
}

ADMIN_HANDLER(admin_client_session_stats, client_session_stats)
