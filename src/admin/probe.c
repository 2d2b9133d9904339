/* Tests of clients; see probe.h. */
#include "admin/probe.h"

#include <pthread.h>

#include "app/fallback_key.h"
#include "base/tables.h"
#include "base/url.h"
#include "client/client.h"
#include "crypto/random.h"
#include "saml/back_channel.h"
#include "saml/logout_request.h"
#include "signout/notice.h"

const char *probe_verdict_name(enum probe_verdict verdict)
{
	static const char *const names[] = {
		[PROBE_TOLD] = "told", [PROBE_NOT_PROVEN] = "not-proven", [PROBE_NOT_TOLD] = "not-told" };
	return names[verdict];
}

bool probe_concerns(const struct client *client)
{
	static const char *const own[] = { "account", "account-console", "admin-cli", "broker", "realm-management",
		"security-admin-console" };
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		if (str_eq_z(client->client_id, own[i]))
			return false;
	bool saml = saml_client_is(client);
	bool other = client->protocol.n && !str_eq_z(client->protocol, "openid-connect") && !saml;
	bool sessions = saml || client->standard_flow_enabled || client->implicit_flow_enabled ||
			client->direct_access_grants_enabled;
	/* Of a realm that administers others (<realm>-realm) nobody signs in at the client. */
	return client->enabled && !other && !client->bearer_only && sessions;
}

/* ---- what the settings say ---- */

static bool is_loopback(struct str host)
{
	return str_eq_z(host, "localhost") || str_eq_z(host, "::1") || str_eq_z(host, "[::1]") ||
	       str_starts(host, STR("127."));
}

static struct str plain_http(struct str text)
{
	struct url url;
	if (url_parse(text, &url, NULL) != OK || !url.is_http || is_loopback(url.host))
		return STR("");
	return STR("plain http: whoever is on the way can read the notice");
}

static void plan_without_server(struct arena *arena, const struct client *client, struct str why, struct probe *probe)
{
	const struct client_session none = { .session_id = STR("x"), .issuer = STR("x") };
	struct channel_target front = channel_front(arena, client, &none);
	probe->verdict = PROBE_NOT_TOLD;
	probe->finding = STR("no-channel");
	probe->text = front.why.n ? front.why : why;
	if (str_contains(why, STR("registered node")))
		probe->finding = STR("placeholder-without-node");
	if (front.channel != CHANNEL_FRONT)
		return;
	probe->channel = CHANNEL_FRONT;
	probe->url = attributes_get(&client->attributes, STR("frontchannel.logout.url"));
	probe->verdict = PROBE_NOT_PROVEN;
	probe->finding = STR("front-channel-only");
	probe->text = STR("front channel only: asked through the browser where one is at hand, and never proven");
}

/* Who hears through the browser answers through it: that proves it, once the browser comes. */
static void plan_browser(struct arena *arena, const struct client *client, struct probe *probe)
{
	struct channel_target browser = channel_browser(arena, client, STR(""));
	probe->verdict = PROBE_NOT_TOLD;
	probe->finding = STR("no-channel");
	probe->text = browser.why;
	if (browser.channel == CHANNEL_NONE)
		return;
	probe->channel = browser.channel;
	probe->url = browser.url;
	probe->verdict = PROBE_NOT_PROVEN;
	probe->finding = STR("browser-only");
	probe->text = STR("through the browser only: not told until the browser comes, and never if it does not");
}

static void plan_one(struct arena *arena, const struct client *client, struct str node, struct probe *probe)
{
	const struct client_session session = { .adapter_host = node };
	struct channel_target target = channel_server(arena, client, &session);
	*probe = (struct probe){ .client = client, .channel = target.channel, .url = target.url,
		.verdict = PROBE_TOLD, .finding = STR("not-tried"), .note = plain_http(target.url) };
	if (target.channel == CHANNEL_NONE && saml_client_is(client))
		plan_browser(arena, client, probe);
	else if (target.channel == CHANNEL_NONE)
		plan_without_server(arena, client, target.why, probe);
}

void probe_plan(struct arena *arena, const struct client *client, struct probe **list, size_t *n)
{
	const struct client_session anywhere = { 0 };
	struct channel_target target = channel_server(arena, client, &anywhere);
	bool by_node = target.channel == CHANNEL_NONE && client->nodes_n && str_contains(target.why, STR("registered node"));
	for (size_t i = 0; i < (by_node ? client->nodes_n : 1); i++)
		plan_one(arena, client, by_node ? client->nodes[i].key : STR(""), arena_push(arena, list, n, sizeof **list));
}

/* ---- the tests ---- */

static struct str without_tail(struct str url, struct str tail)
{
	return str_ends(url, tail) ? str_take(url, url.n - tail.n) : url;
}

/* A LogoutRequest about nobody. */
static enum error_code make_saml_request(struct admin_call *call, struct str issuer, struct probe *probe,
					 struct client_request *ret_request, struct why *reterr_why)
{
	struct arena *arena = call->arena;
	struct saml_client client = saml_client_of(arena, probe->client);
	struct logout_request_input input = { .realm = call->realm, .client = &client, .issuer = issuer,
		.to = saml_client_logout_back(&client), .session_id = random_uuid(arena),
		.name_id = random_uuid(arena), .name_id_format = STR(SAML_FORMAT_UNSPECIFIED),
		.now_ms = call->visit.now_ms };
	struct saml_outgoing message;
	random_bytes(input.random, sizeof input.random);
	enum error_code code = logout_request_build(arena, &input, &message, &probe->request_id, reterr_why);
	if (code != OK)
		return code;
	struct back_channel_post post = back_channel_post(arena, &message);
	struct client_header *action = arena_alloc(arena, sizeof *action);
	*action = (struct client_header){ STR("SOAPAction"), post.soap_action };
	*ret_request = (struct client_request){ .method = STR("POST"), .url = probe->url,
		.content_type = post.content_type, .body = post.body, .headers = action,
		.headers_n = post.soap_action.n ? 1 : 0, .max_body = BACK_CHANNEL_ANSWER_MAX };
	return OK;
}

static bool is_saml(const struct probe *probe)
{
	return probe->channel == CHANNEL_SAML_SOAP || probe->channel == CHANNEL_SAML_POST;
}

static enum error_code make_token_request(struct admin_call *call, struct str issuer, struct probe *probe,
					  struct client_request *ret_request, struct why *reterr_why)
{
	struct arena *arena = call->arena;
	bool back = probe->channel == CHANNEL_BACKCHANNEL;
	/* Nobody's: a client that ended anything for it would be wrong. */
	const struct delivery nobody = { .client_name = probe->client->client_id, .issuer = issuer,
		.session_id = random_uuid(arena), .user_id = random_uuid(arena), .send_sid = true };
	struct str token, id = random_uuid(arena);
	struct str claims = back ? notice_logout_token(arena, &nobody, id, call->visit.now_ms / 1000)
				 : notice_admin_test(arena, &nobody, id, call->visit.now_ms);
	/* As the outbox would: a key that is missing is made. */
	struct str algorithm = back ? channel_algorithm(call->realm, probe->client) : STR("RS256");
	enum error_code code = fallback_key_sign(&call->visit, algorithm, back ? STR("logout+jwt") : STR("JWT"), claims,
						 &token, reterr_why);
	if (code != OK)
		return code;
	probe->test_url = back ? probe->url : arena_join(arena, without_tail(probe->url, STR("k_logout")),
							 STR("k_test_available"), STR(""));
	*ret_request = (struct client_request){
		.method = STR("POST"),
		.url = probe->test_url,
		.content_type = back ? STR("application/x-www-form-urlencoded") : STR("text/plain; charset=ISO-8859-1"),
		.body = back ? arena_join(arena, STR("logout_token="), token, STR("")) : token,
		.max_body = 4096,
	};
	return OK;
}

static enum error_code make_request(struct admin_call *call, struct str issuer, bool asks_saml,
				    struct probe *probe, struct client_request *ret_request, struct why *reterr_why)
{
	enum error_code code = OK;
	probe->test_url = probe->url;
	if (!is_saml(probe))
		code = make_token_request(call, issuer, probe, ret_request, reterr_why);
	else if (asks_saml)
		code = make_saml_request(call, issuer, probe, ret_request, reterr_why);
	else
		*ret_request = (struct client_request){ .method = STR("GET"), .url = probe->url, .max_body = 4096 };
	if (code != OK)
		return code;
	ret_request->policy = CLIENT_POLICY_ADMIN;
	ret_request->ca_pem = channel_trust(call->arena, call->realm, probe->client);
	return OK;
}

static void conclude(struct probe *probe, enum probe_verdict verdict, const char *finding, struct str text)
{
	probe->verdict = verdict;
	probe->finding = str_from(finding);
	probe->text = text;
}

static void judge_status(struct arena *arena, struct probe *probe, struct str reason)
{
	bool back = probe->channel == CHANNEL_BACKCHANNEL;
	int status = probe->http_status;
	if (status / 100 == 2)
		conclude(probe, PROBE_TOLD, "ok", STR(""));
	else if (status == 400 && back)
		conclude(probe, PROBE_TOLD, "unknown-session-refused",
			 arena_join(arena, STR("reachable, refused an unknown session: "), reason, STR("")));
	else if (status == 404 && !back)
		conclude(probe, PROBE_NOT_PROVEN, "no-test-there",
			 STR("reachable; it has no k_test_available (HTTP 404), which is normal for Node adapters"));
	else if (status == 404 || status == 405 || status == 410)
		conclude(probe, PROBE_NOT_TOLD, "wrong-path", arena_join(arena, STR("wrong path: "), reason, STR("")));
	else
		conclude(probe, PROBE_NOT_TOLD, "http-error", reason);
}

/* Whether there is a LogoutResponse in what came. */
static bool judge_response(struct arena *arena, struct probe *probe, const struct client_result *result)
{
	struct saml_client client = saml_client_of(arena, probe->client);
	struct logout_response response;
	struct str location = client_result_header(result, STR("Location"));
	bool read = result->outcome == CLIENT_REDIRECT ?
		logout_response_of_location(arena, &client, location, probe->request_id, &response) :
		logout_response_of_answer(arena, &client, result->body, probe->request_id, &response);
	if (!read)
		return false;
	if (response.result == LOGOUT_RESULT_FAILED)
		conclude(probe, PROBE_TOLD, "unknown-session-refused",
			 arena_join(arena, STR("reachable, refused an unknown session: "),
				    back_channel_status(arena, &response), STR("")));
	else
		conclude(probe, PROBE_TOLD, "ok", STR(""));
	return true;
}

static void judge_saml(struct arena *arena, struct probe *probe, const struct client_result *result, struct str reason)
{
	int status = result->http_status;
	if (probe->request_id.n) {
		if (judge_response(arena, probe, result))
			return;
		if (result->outcome == CLIENT_REDIRECT)
			conclude(probe, PROBE_NOT_TOLD, client_outcome_name(result->outcome), reason);
		else if (status / 100 == 2)
			conclude(probe, PROBE_TOLD, "ok", STR("received, without a LogoutResponse"));
		else if (status == 400)
			conclude(probe, PROBE_TOLD, "unknown-session-refused",
				 arena_join(arena, STR("reachable, refused an unknown session: "), reason, STR("")));
		else
			judge_status(arena, probe, reason);
	} else if (status == 404 || status == 410) {
		conclude(probe, PROBE_NOT_PROVEN, "no-test-there",
			 arena_join(arena, reason, STR(" to a GET, which need not mean anything"),
				    STR(": test-logout sends a LogoutRequest for nobody")));
	} else {
		conclude(probe, PROBE_TOLD, "reachable",
			 STR("reachable, and not asked: test-logout sends a LogoutRequest for nobody"));
	}
}

/* `arena` is the results' own. */
static void judge(struct arena *arena, struct probe *probe, const struct client_result *result)
{
	struct str reason = arena_str(arena, result->reason);
	probe->http_status = result->http_status;
	probe->took_ms = result->total_ms;
	bool answered = result->outcome == CLIENT_ANSWERED || result->outcome == CLIENT_REDIRECT;
	if (is_saml(probe) && answered)
		judge_saml(arena, probe, result, reason);
	else if (result->outcome == CLIENT_ANSWERED)
		judge_status(arena, probe, reason);
	else
		conclude(probe, PROBE_NOT_TOLD, client_outcome_name(result->outcome), reason);
}

/* ---- all at once ---- */

struct gathering {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct arena *arena; /* of the results; the client's thread alone uses it while any is out */
	size_t out;
};

struct asked {
	struct gathering *gathering;
	struct probe *probe;
};

static void answered(void *context, const struct client_result *result)
{
	struct asked *asked = context;
	struct gathering *g = asked->gathering;
	pthread_mutex_lock(&g->lock);
	judge(g->arena, asked->probe, result);
	g->out--;
	pthread_cond_signal(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

static void send_one(struct admin_call *call, struct gathering *g, const struct client_request *request,
		     struct asked *asked)
{
	struct why why = { "" };
	pthread_mutex_lock(&g->lock);
	g->out++;
	pthread_mutex_unlock(&g->lock);
	if (client_send(call->app->http, request, answered, asked, &why) == OK)
		return;
	pthread_mutex_lock(&g->lock);
	g->out--;
	conclude(asked->probe, PROBE_NOT_TOLD, "failed", arena_str(g->arena, str_from(why.text)));
	pthread_mutex_unlock(&g->lock);
}

static void gather(struct admin_call *call, struct arena *results, const struct client_request *requests,
		   struct asked *asked, size_t n)
{
	struct gathering g = { .arena = results };
	pthread_mutex_init(&g.lock, NULL);
	pthread_cond_init(&g.changed, NULL);
	for (size_t i = 0; i < n; i++) {
		asked[i].gathering = &g;
		send_one(call, &g, &requests[i], &asked[i]);
	}
	pthread_mutex_lock(&g.lock);
	while (g.out)
		pthread_cond_wait(&g.changed, &g.lock);
	pthread_mutex_unlock(&g.lock);
	pthread_cond_destroy(&g.changed);
	pthread_mutex_destroy(&g.lock);
}

enum error_code probe_run(struct admin_call *call, struct str issuer, bool asks_saml, struct probe *list, size_t n,
			  struct why *reterr_why)
{
	struct client_request *requests = arena_array(call->arena, n, sizeof *requests);
	struct asked *asked = arena_array(call->arena, n, sizeof *asked);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!channel_is_server(list[i].channel))
			continue;
		enum error_code code =
			make_request(call, issuer, asks_saml, &list[i], &requests[count], reterr_why);
		if (code == ERROR_NO_KEY || code == ERROR_UNSUPPORTED_ALGORITHM) {
			conclude(&list[i], PROBE_NOT_TOLD, "no-key", arena_str(call->arena, str_from(reterr_why->text)));
			continue;
		}
		if (code != OK)
			return code;
		asked[count++].probe = &list[i];
	}
	gather(call, call->arena, requests, asked, count);
	return OK;
}
