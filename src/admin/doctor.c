/* The doctor: whether every client would hear of a sign-out, tried; what the settings alone say
 * (coverage); and this server as applications see it. */
#include "admin/handlers.h"
#include "admin/probe.h"
#include "admin/serve.h"
#include "base/url.h"
#include "client/client.h"
#include "json/tree.h"

enum { EXPIRES_SOON_S = 14 * 24 * 3600, DISCOVERY_MAX = 64 << 10 };

/* ---- clients ---- */

static void write_probe(struct json_writer *w, const struct probe *probe, bool tried)
{
	json_write_object_begin(w);
	json_member_text(w, "id", probe->client->id);
	json_member_text(w, "clientId", probe->client->client_id);
	json_member_text(w, "channel", str_from(channel_name(probe->channel)));
	if (probe->url.n)
		json_member_text(w, "url", probe->url);
	json_member_text(w, "result", str_from(probe_verdict_name(probe->verdict)));
	if (tried || probe->verdict != PROBE_TOLD)
		json_member_text(w, "finding", probe->finding);
	if (probe->text.n)
		json_member_text(w, "reason", probe->text);
	if (probe->note.n)
		json_member_text(w, "note", probe->note);
	if (probe->http_status)
		json_member_int(w, "httpStatus", probe->http_status);
	if (tried && probe->test_url.n) {
		json_member_text(w, "testUrl", probe->test_url);
		json_member_int(w, "tookMs", probe->took_ms);
	}
	json_write_object_end(w);
}

/* The list, and how many applications each verdict has; an application is as well off as the
 * worst of its nodes. */
static void write_probes(struct json_writer *w, const struct probe *list, size_t n, bool tried)
{
	size_t counts[PROBE_NOT_TOLD + 1] = { 0 }, clients = 0;
	for (size_t i = 0; i < n;) {
		enum probe_verdict worst = PROBE_TOLD;
		size_t end = i;
		for (; end < n && list[end].client == list[i].client; end++)
			if (list[end].verdict > worst)
				worst = list[end].verdict;
		counts[worst]++;
		clients++;
		i = end;
	}
	json_member_int(w, "applications", (int64_t)clients);
	json_member_int(w, "told", (int64_t)counts[PROBE_TOLD]);
	json_member_int(w, "notProven", (int64_t)counts[PROBE_NOT_PROVEN]);
	json_member_int(w, "notTold", (int64_t)counts[PROBE_NOT_TOLD]);
	json_member_int(w, "percent", clients ? (int64_t)(counts[PROBE_TOLD] * 100 / clients) : 100);
	json_member_array_begin(w, "clients");
	for (size_t i = 0; i < n; i++)
		write_probe(w, &list[i], tried);
	json_write_array_end(w);
}

/* All clients that concern sign-outs, or the one of that clientId. */
static void plan(struct admin_call *call, struct str only, struct probe **ret_list, size_t *ret_n)
{
	struct probe *list = NULL;
	size_t n = 0;
	for (size_t i = 0; i < call->realm->clients_n; i++) {
		const struct client *client = &call->realm->clients[i];
		if (only.n ? str_eq(client->client_id, only) : probe_concerns(client))
			probe_plan(call->arena, client, &list, &n);
	}
	*ret_list = list;
	*ret_n = n;
}

/* ---- this server ---- */

struct own {
	struct str url, text, note;
	bool good;
};

static struct str issuer_of(struct arena *arena, struct str body)
{
	struct json_node *json;
	if (json_tree_read(arena, body, &json, NULL) != OK || json->kind != JSON_NODE_OBJECT)
		return STR("");
	return json_tree_get_text(json, STR("issuer"));
}

static void judge_own(struct admin_call *call, struct str issuer, const struct client_result *result, struct own *own)
{
	struct arena *arena = call->arena;
	struct url url;
	bool plain = url_parse(own->url, &url, NULL) == OK && url.is_http;
	if (result->outcome != CLIENT_ANSWERED || result->http_status != 200) {
		own->text = arena_join(arena, own->url, STR(": "), result->reason);
		return;
	}
	struct str said = issuer_of(arena, result->body);
	if (!str_eq(said, issuer)) {
		own->text = arena_format(arena, "%.*s says that its issuer is '%.*s', and tokens say '%.*s'", STR_ARG(own->url),
					 STR_ARG(str_take(said, 200)), STR_ARG(issuer));
		return;
	}
	own->good = true;
	int64_t left_s = result->certificate_until_s - call->visit.now_ms / 1000;
	if (result->certificate_until_s && left_s < EXPIRES_SOON_S)
		own->note = arena_format(arena, "its certificate expires in %lld days", (long long)(left_s / 86400));
	else if (plain && call->app->hostname.n)
		own->note = STR("plain http: passwords and tokens travel openly unless a proxy adds TLS and hostname says so");
}

/* Asks itself as an application would. */
static enum error_code look_at_own(struct admin_call *call, struct str base, struct own *ret_own, struct why *reterr_why)
{
	struct own own = { 0 };
	struct client_result result;
	struct str issuer = arena_join(call->arena, base, STR("/realms/"), call->realm->settings.name);
	own.url = arena_join(call->arena, issuer, STR("/.well-known/openid-configuration"), STR(""));
	if (!base.n) {
		*ret_own = (struct own){ .good = true, .note = STR("no server runs here, so its own address was not tried") };
		return OK;
	}
	const struct client_request request = { .method = STR("GET"), .url = own.url, .policy = CLIENT_POLICY_ANY,
		.max_body = DISCOVERY_MAX };
	enum error_code code = client_send_wait(call->app->http, &request, call->arena, &result, reterr_why);
	if (code != OK)
		return code;
	judge_own(call, issuer, &result, &own);
	if (own.good && !call->app->hostname.n)
		own.note = STR("hostname is not set: only this machine can use the server");
	*ret_own = own;
	return OK;
}

static void write_own(struct json_writer *w, const struct own *own)
{
	json_member_object_begin(w, "server");
	json_member_text(w, "url", own->url);
	json_member_bool(w, "good", own->good);
	if (own->text.n)
		json_member_text(w, "reason", own->text);
	if (own->note.n)
		json_member_text(w, "note", own->note);
	json_write_object_end(w);
}

/* ---- answers ---- */

/* How applications name this server: the configured hostname, else how the caller came, or where
 * it listens. */
static struct str own_base(const struct admin_call *call)
{
	if (call->app->hostname.n || !call->request->local)
		return call->visit.base;
	return call->app->own_url;
}

static struct str issuer_for_tests(const struct admin_call *call)
{
	struct str base = own_base(call);
	return arena_join(call->arena, base.n ? base : call->visit.base, STR("/realms/"), call->realm->settings.name);
}

static void answer(struct admin_call *call, const struct own *own, const struct probe *list, size_t n, bool tried)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_text(w, "realm", call->realm->settings.name);
	if (own)
		write_own(w, own);
	write_probes(w, list, n, tried);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static void signout_coverage(struct admin_call *call)
{
	struct probe *list;
	size_t n;
	plan(call, STR(""), &list, &n);
	answer(call, NULL, list, n, false);
}

ADMIN_HANDLER(admin_signout_coverage, signout_coverage)

static void examine(struct admin_call *call)
{
	struct why why = { "" };
	struct own own;
	struct probe *list;
	size_t n;
	struct str only = admin_query(call, "client");
	plan(call, only, &list, &n);
	if (only.n && !n) {
		admin_not_found(call, "Could not find client");
		return;
	}
	enum error_code code = look_at_own(call, own_base(call), &own, &why);
	if (code == OK)
		code = probe_run(call, issuer_for_tests(call), false, list, n, &why);
	if (code == OK)
		answer(call, &own, list, n, true);
	else
		admin_fail(call, code, &why);
}

ADMIN_HANDLER(admin_doctor, examine)

static void client_test_logout(struct admin_call *call)
{
	struct why why = { "" };
	struct probe *list = NULL;
	size_t n = 0;
	const struct client *client = realm_client_by_id(call->realm, http_route_value(call->request, "client"));
	enum error_code code = OK;
	if (client) {
		probe_plan(call->arena, client, &list, &n);
		code = probe_run(call, issuer_for_tests(call), true, list, n, &why);
	}
	if (!client)
		admin_not_found(call, "Could not find client");
	else if (code != OK)
		admin_fail(call, code, &why);
	else
		answer(call, NULL, list, n, true);
}

ADMIN_HANDLER(admin_client_test_logout, client_test_logout)
