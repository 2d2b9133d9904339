/* The public endpoints, whole and in this process: route, handler, store, everything but the
 * socket. Authorization, login forms and their tickets, token, introspection, revocation,
 * userinfo, sign-out. Whatever is asked:
 *
 * - there is an answer, and it is no 5xx;
 * - a browser is sent to registered addresses only, or to our own;
 * - JSON is JSON, and pages hold no mark of HTML that came in;
 * - who brings neither password, code, token nor session gets none of these.
 *
 * The input is a request: "METHOD /path?query", header lines, an empty line, the body. In it
 * {COOKIE}, {TICKET}, {CODE}, {REFRESH}, {ACCESS} and {ID} stand for live ones. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/prepare.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/random.h"
#include "http/response.h"
#include "json/tree.h"
#include "store/apply.h"
#include "store/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEADERS_MAX = 32, LIVE_MAX = 8 << 10 };

enum live { COOKIE, TICKET, CODE, REFRESH, ACCESS, ID, SID, LIVE_N };
static const char *const placeholders[] = { "{COOKIE}", "{TICKET}", "{CODE}", "{REFRESH}", "{ACCESS}", "{ID}" };

#define OIDC "/realms/r/protocol/openid-connect"
#define REGISTERED "http://shop.test/"

static const char realm_json[] =
	"{\"id\":\"r-id\",\"realm\":\"r\",\"enabled\":true,\"sslRequired\":\"none\","
	"\"defaultSignatureAlgorithm\":\"ES256\",\"revokeRefreshToken\":true,\"refreshTokenMaxReuse\":9,"
	"\"passwordPolicy\":\"hashAlgorithm(pbkdf2-sha256) and hashIterations(1)\","
	"\"components\":{\"org.keycloak.keys.KeyProvider\":["
	"{\"name\":\"e\",\"providerId\":\"ecdsa-generated\",\"config\":{\"ecdsaEllipticCurveKey\":[\"P-256\"]}},"
	"{\"name\":\"h\",\"providerId\":\"hmac-generated\",\"config\":{\"algorithm\":[\"HS512\"]}},"
	"{\"name\":\"a\",\"providerId\":\"aes-generated\",\"config\":{}}]},"
	"\"clients\":[{\"clientId\":\"shop\",\"secret\":\"shop-secret\",\"redirectUris\":[\"http://shop.test/*\"],"
	"\"directAccessGrantsEnabled\":true,\"serviceAccountsEnabled\":true,"
	"\"attributes\":{\"post.logout.redirect.uris\":\"+\",\"oauth2.device.authorization.grant.enabled\":\"true\","
	"\"oidc.ciba.grant.enabled\":\"true\"}},"
	"{\"clientId\":\"spa\",\"publicClient\":true,\"redirectUris\":[\"http://shop.test/spa\"],"
	"\"webOrigins\":[\"+\"],\"attributes\":{\"pkce.code.challenge.method\":\"S256\"}}],"
	"\"users\":[{\"username\":\"ada\",\"enabled\":true,\"email\":\"ada@example.org\",\"firstName\":\"Ada\","
	"\"lastName\":\"L\",\"credentials\":[{\"type\":\"password\",\"value\":\"lovelace\"}]}]}";

static struct app app;
static struct http_router *router;
static char folder[] = "/tmp/curfew-fuzz-XXXXXX";
static char live[LIVE_N][LIVE_MAX];

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* ---- a server without a socket */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void wake_nobody(void *outbox)
{
	(void)outbox;
}

static enum error_code apply_alone(void *outbox, const struct effects *effects, struct why *reterr_why)
{
	(void)outbox;
	const struct store_work work = store_work_effects(effects);
	return writer_apply(app.writer, &work, reterr_why);
}

static void count_nothing(void *context, struct str realm, struct str type, struct str error)
{
	(void)context;
	(void)realm;
	(void)type;
	(void)error;
}

static void open_server(struct arena *arena)
{
	static struct seal_key *ticket_key;
	require(mkdtemp(folder) && !atexit(remove_folder));
	const struct store_config config = { .url = arena_format(arena, "sqlite:%s/fuzz.sqlite3", folder),
		.seal_key = random_token(arena, SEAL_KEY_BYTES) };
	require(store_open(&config, &app.store, NULL) == OK);
	const struct writer_config writer = { .db = store_db_config(app.store), .apply = store_apply,
		.context = app.store };
	require(writer_new(&writer, &app.writer, NULL) == OK);
	require(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &ticket_key, NULL) == OK);
	app.ticket_key = ticket_key;
	app.snapshots = snapshots_new(app.store, prepare_realm);
	app.apply = apply_alone;
	app.wake_outbox = wake_nobody;
	app.count_event = count_nothing;
	router = router_new(true);
	app_add_routes(&app, router);
}

static void import_realm(struct arena *arena)
{
	const struct store_import_options options = { .now_ms = 1 };
	struct store_import_summary summary;
	struct why why = { "" };
	if (store_create_realm(app.store, arena, str_from(realm_json), &options, &summary, &why) != OK) {
		fprintf(stderr, "import: %s\n", why.text);
		abort();
	}
}

/* ---- one request */

static enum http_method method_of(struct str name)
{
	static const enum http_method methods[] = { HTTP_POST, HTTP_HEAD, HTTP_PUT, HTTP_DELETE, HTTP_OPTIONS };
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_eq_z(name, http_method_name(methods[i])))
			return methods[i];
	return HTTP_GET;
}

static void read_headers(struct arena *arena, struct str *rest, struct http_request *request)
{
	struct str line;
	request->headers = arena_array(arena, HEADERS_MAX, sizeof *request->headers);
	while (str_next(rest, '\n', &line) && line.n) {
		size_t colon = str_index(line, ':');
		if (colon < line.n && request->n_headers < HEADERS_MAX && !str_has_nul(line))
			request->headers[request->n_headers++] = (struct http_header){
				.name = str_take(line, colon), .value = str_trim(str_drop(line, colon + 1)) };
	}
}

static void read_request(struct arena *arena, struct str text, struct http_request *request)
{
	struct str line = STR(""), method = STR("");
	http_request_init(request, arena);
	str_next(&text, '\n', &line);
	str_next(&line, ' ', &method);
	size_t mark = str_index(line, '?');
	request->method = method_of(method);
	request->is_head = request->method == HTTP_HEAD;
	request->raw_path = str_take(line, mark);
	request->raw_query = str_drop(line, mark + 1);
	read_headers(arena, &text, request);
	request->body = text;
	request->body_n = text.n;
	if (request->is_head)
		request->method = HTTP_GET;
}

/* The answer; status 0 when no route takes the request. */
static void ask(struct http_request *request, struct http_response *response)
{
	struct http_match match;
	http_response_init(response, request->arena);
	if (router_match(router, request, &match, NULL) != OK)
		return;
	http_handler *handler = match.route->handler;
	void *context = match.context;
	do {
		request->next_queue = HTTP_QUEUE_NONE;
		handler(context, request, response);
		handler = request->next_handler;
		context = request->next_context;
	} while (request->next_queue != HTTP_QUEUE_NONE);
	http_response_finish(request, response);
}

static void ask_text(struct arena *arena, struct str text, struct http_response *response)
{
	struct http_request request;
	read_request(arena, text, &request);
	ask(&request, response);
}

/* ---- live values */

static void keep(enum live which, struct str value)
{
	require(value.n > 0 && value.n < LIVE_MAX);
	snprintf(live[which], LIVE_MAX, "%.*s", STR_ARG(value));
}

/* What stands between `before` and `end`. */
static struct str between(struct str text, const char *before, char end)
{
	const char *at = memmem(text.p, text.n, before, strlen(before));
	require(at != NULL);
	struct str rest = str_drop(text, (size_t)(at - text.p) + strlen(before));
	return str_take(rest, str_index(rest, end));
}

/* Adds the answer's cookies to the browser's. */
static void keep_cookies(struct arena *arena, const struct http_response *response)
{
	struct text all = text_new(arena, 0);
	text_add_z(&all, live[COOKIE]);
	for (size_t i = 0; i < response->n_headers; i++) {
		const struct http_header *header = &response->headers[i];
		if (!str_eq_nocase(header->name, STR("Set-Cookie")))
			continue;
		text_add_z(&all, all.n ? "; " : "");
		text_add(&all, str_take(header->value, str_index(header->value, ';')));
	}
	keep(COOKIE, text_str(&all));
}

#define AUTHORIZE "GET " OIDC "/auth?client_id=shop&response_type=code&scope=openid&redirect_uri=" REGISTERED "cb"

/* False: the cookie names no session any more (a new sign-in gives a new one). */
static bool new_code(struct arena *arena)
{
	struct http_response response;
	ask_text(arena, arena_format(arena, AUTHORIZE "\nCookie: %s\n\n", live[COOKIE]), &response);
	if (response.status != 302)
		return false;
	keep(CODE, between(http_response_header(&response, "Location"), "code=", '&'));
	return true;
}

static void new_tokens(struct arena *arena)
{
	struct http_response response;
	ask_text(arena, arena_format(arena, "POST " OIDC "/token\nContent-Type: application/x-www-form-urlencoded\n\n"
		"grant_type=authorization_code&client_id=shop&client_secret=shop-secret&redirect_uri=" REGISTERED
		"cb&code=%s", live[CODE]), &response);
	require(response.status == 200);
	keep(ACCESS, between(response.body, "\"access_token\":\"", '"'));
	keep(REFRESH, between(response.body, "\"refresh_token\":\"", '"'));
	keep(ID, between(response.body, "\"id_token\":\"", '"'));
	keep(SID, between(response.body, "\"session_state\":\"", '"'));
}

static void sign_in(struct arena *arena)
{
	struct http_response response;
	live[COOKIE][0] = 0;
	ask_text(arena, str_from(AUTHORIZE "\n\n"), &response);
	require(response.status == 200);
	keep_cookies(arena, &response);
	keep(TICKET, between(response.body, "name=\"ticket\" value=\"", '"'));
	ask_text(arena, arena_format(arena, "POST /realms/r/login-actions/authenticate\nCookie: %s\n"
		"Content-Type: application/x-www-form-urlencoded\n\nticket=%s&username=ada&password=lovelace",
		live[COOKIE], live[TICKET]), &response);
	require(response.status == 302 || response.status == 303);
	keep_cookies(arena, &response);
	keep(CODE, between(http_response_header(&response, "Location"), "code=", '&'));
	new_tokens(arena);
	require(new_code(arena));
}

/* What the last request used up is made anew. */
static void refill(struct arena *arena, bool code_used)
{
	struct session session;
	if (store_find_session(app.store, arena, STR("r-id"), str_from(live[SID]), false, &session, NULL) != OK ||
	    !session.clients_n || (code_used && !new_code(arena)))
		sign_in(arena);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	ARENA_SCOPED arena = arena_new(0);
	log_set_level(LOG_ERROR);
	open_server(arena);
	import_realm(arena);
	sign_in(arena);
	return 0;
}

/* ---- what must hold */

static struct str replaced(struct arena *arena, struct str text, unsigned *ret_used)
{
	struct text out = text_new(arena, 0);
	while (text.n) {
		size_t brace = str_index(text, '{');
		text_add(&out, str_take(text, brace));
		text = str_drop(text, brace);
		size_t i = 0, count = sizeof placeholders / sizeof *placeholders;
		while (i < count && !str_starts(text, str_from(placeholders[i])))
			i++;
		if (i < count) {
			text_add_z(&out, live[i]);
			text = str_drop(text, strlen(placeholders[i]));
			*ret_used |= 1u << i;
		} else if (text.n) {
			text_add_char(&out, '{');
			text = str_drop(text, 1);
		}
	}
	return text_str(&out);
}

static void check_location(struct str location)
{
	require(!location.n || str_starts(location, STR(REGISTERED)) ||
		str_starts(location, STR("http://localhost/realms/r/")) ||
		str_starts(location, STR("http://localhost/auth/realms/r/")));
}

static void check_cookies(const struct http_response *response)
{
	for (size_t i = 0; i < response->n_headers; i++) {
		struct str value = response->headers[i].value;
		if (!str_eq_nocase(response->headers[i].name, STR("Set-Cookie")) ||
		    !str_starts(value, STR("CURFEW_SESSION_")))
			continue;
		require(value.p[str_index(value, '=') + 1] == ';'); /* taken away, not given */
	}
}

static bool is_true(const struct json_node *node)
{
	return node && node->kind == JSON_NODE_BOOL && node->boolean;
}

static void check_body(struct arena *arena, const struct http_response *response, bool brings)
{
	struct str type = http_response_header(response, "Content-Type");
	struct json_node *json;
	if (str_starts(type, STR("text/html")))
		require(!str_contains(response->body, STR("<fuzz")));
	if (!str_starts(type, STR("application/json")) || !response->body.n)
		return;
	require(json_tree_read(arena, response->body, &json, NULL) == OK);
	if (brings || json->kind != JSON_NODE_OBJECT)
		return;
	require(!json_node_find(json, STR("access_token")) && !json_node_find(json, STR("sub")));
	require(!is_true(json_node_find(json, STR("active"))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct http_request request;
	struct http_response response;
	unsigned used = 0;
	struct str text = replaced(arena, str_of(data, n), &used);
	bool brings = used || str_contains(text, STR("lovelace")) || str_contains(text, STR("shop-secret"));
	read_request(arena, text, &request);
	ask(&request, &response);
	if (response.status) {
		/* This server has no authentication channel to ask users by. */
		bool asks = str_contains(request.path, STR("/ext/ciba/auth"));
		require(response.status >= 200 && (response.status < 500 || asks));
		check_location(http_response_header(&response, "Location"));
		check_body(arena, &response, brings);
		if (!brings)
			check_cookies(&response);
	}
	refill(arena, used & (1u << CODE));
	return 0;
}
