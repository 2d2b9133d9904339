/* Pushed authorization requests; see pushed.h. */
#include "app/pushed.h"

#include "app/authorize_request.h"
#include "app/client_request.h"
#include "app/request_object.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/write.h"
#include "model/pushed.h"
#include "store/pushed.h"

#define URN "urn:ietf:params:oauth:request_uri:"

enum {
	NAME_BYTES = 32,
	SIZE_MAX_BYTES = 16 << 10, /* of one */
	WAITING_MAX = 2000,        /* of one client */
	LIFE_S = 60,               /* where the realm does not say */
	LIFE_MAX_S = 86400,
	USED_KEPT_S = 86400, /* longer than any form stands open */
};

/* ---- by its name ---- */

bool pushed_is_named(struct str request_uri)
{
	return str_starts(request_uri, STR(URN));
}

struct str pushed_uri(struct arena *arena, struct str pushed)
{
	return arena_join(arena, STR(URN), pushed, STR(""));
}

static struct str hash_of(const struct visit *visit, struct str pushed)
{
	return hash_base64url(visit->arena, HASH_SHA256, pushed);
}

/* Under which its use is remembered. */
static struct str mark_of(const struct visit *visit, struct str pushed)
{
	return arena_join(visit->arena, STR("pushed:"), hash_of(visit, pushed), STR(""));
}

enum error_code pushed_find(struct visit *visit, const struct client *client, struct str request_uri,
	struct authorize_request *ret_request, struct why *reterr_why)
{
	struct str name = str_drop(request_uri, STR(URN).n);
	struct pushed_request row;
	struct authorize_request request;
	enum error_code code = store_find_pushed(visit->app->store, visit->arena, visit->realm->settings.id,
						 hash_of(visit, name), visit->now_ms, &row, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return error_because(reterr_why, code, "PAR not found, not issued or used multiple times.");
	if (code == OK && !str_eq(row.client_id, client->id))
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND,
				     "The client_id parameter doesn't match the one from OIDC 'request' or 'request_uri'");
	if (code == OK)
		code = authorize_request_read(visit, row.request, &request, reterr_why);
	if (code != OK)
		return code;
	request.pushed = name;
	*ret_request = request;
	return OK;
}

enum error_code pushed_used(struct visit *visit, struct str pushed, bool *ret_used, struct why *reterr_why)
{
	return store_token_used(visit->app->store, visit->realm->settings.id, mark_of(visit, pushed), ret_used,
				reterr_why);
}

/* The row says that it may be used, the mark that it was: forms outlive the row. */
void pushed_use(const struct visit *visit, struct str pushed, struct effects *effects)
{
	effects_add(effects, EFFECT_TOKEN_USE)->u.token_revoke = (struct effect_token_revoke){
		.realm_id = visit->realm->settings.id,
		.jti = mark_of(visit, pushed),
		.expires_s = visit->now_ms / 1000 + USED_KEPT_S,
	};
	effects_add(effects, EFFECT_PUSHED_DELETE)->u.pushed_hash = hash_of(visit, pushed);
}

/* ---- the endpoint ---- */

static int64_t life_s(const struct visit *visit)
{
	int64_t life = attributes_seconds(&visit->realm->settings.attributes, STR("parRequestUriLifespan"), LIFE_S);
	return life <= 0 ? LIFE_S : life < LIFE_MAX_S ? life : LIFE_MAX_S;
}

/* As the authorization endpoint judges it, said in Keycloak's terms. */
static void refuse(struct client_request *r, const struct authorize_verdict *verdict)
{
	bool not_allowed = verdict->kind == AUTHORIZE_REDIRECT && str_eq_z(verdict->error, "unauthorized_client");
	struct str text = verdict->reason.n ? verdict->reason : verdict->text;
	client_request_refuse(r, not_allowed ? 401 : 400, not_allowed ? verdict->error : STR("invalid_request"), text);
}

static enum error_code keep(struct client_request *r, struct str text, struct str *ret_name, struct why *reterr_why)
{
	struct visit *visit = r->visit;
	struct str name = random_token(visit->arena, NAME_BYTES);
	const struct pushed_add add = {
		.row = { .hash = hash_of(visit, name), .realm_id = visit->realm->settings.id, .client_id = r->client->id,
			 .request = text, .expires_ms = visit->now_ms + life_s(visit) * 1000 },
		.now_ms = visit->now_ms,
		.max = WAITING_MAX,
	};
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_PUSHED_ADD)->u.pushed = &add;
	enum error_code code = app_apply(visit->app, &effects, reterr_why);
	if (code == OK)
		*ret_name = name;
	return code;
}

static void answer(struct client_request *r, struct str name)
{
	struct visit *visit = r->visit;
	struct event event = r->event;
	event.type = STR("PUSHED_AUTHORIZATION_REQUEST");
	event_emit(visit, &event);
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "request_uri", pushed_uri(visit->arena, name));
	json_member_int(&w, "expires_in", life_s(visit));
	json_write_object_end(&w);
	http_respond_json(visit->response, 201, text_str(&text));
	http_no_store(visit->response);
}

/* Beside a request object nothing counts (RFC 9126 section 3). False: answered. */
static bool open_object(struct client_request *r, struct authorize_request *request)
{
	struct authorize_request only = { .client_id = request->client_id, .request = request->request,
		.own_base = request->own_base };
	struct why why = { "" };
	enum error_code code = request_object_open(r->visit, r->client, only.request, &only, &why);
	if (code == ERROR_INVALID_REQUEST_OBJECT)
		client_request_refuse(r, 400, str_from(error_oauth(code)), str_from(why.text));
	else if (code != OK)
		client_request_broken(r, code, &why);
	*request = only;
	return code == OK;
}

static void push(struct client_request *r)
{
	struct visit *visit = r->visit;
	struct authorize_request request = authorize_request_of(visit, r->form);
	struct authorize_plan plan;
	struct authorize_verdict verdict;
	struct why why = { "" };
	struct str name;
	if (request.request_uri.n) {
		client_request_refuse(r, 400, STR("invalid_request"), STR("It is not allowed to include request_uri to PAR."));
		return;
	}
	request.client_id = r->client->client_id;
	if (request.request.n && !open_object(r, &request))
		return;
	request.pushed = STR("now");
	if (!authorize_check(visit->arena, visit->realm, &request, &plan, &verdict)) {
		refuse(r, &verdict);
		return;
	}
	struct str text = authorize_request_text(visit->arena, &request);
	if (text.n > SIZE_MAX_BYTES) {
		client_request_refuse(r, 413, STR("invalid_request"), STR("The request is too large"));
		return;
	}
	enum error_code code = keep(r, text, &name, &why);
	if (code == OK)
		answer(r, name);
	else if (code == ERROR_STALE)
		client_request_refuse(r, 429, STR("temporarily_unavailable"), STR("Too many requests of this client wait to be used"));
	else
		client_request_broken(r, code, &why);
}

void pushed_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (!visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, "PUSHED_AUTHORIZATION_REQUEST_ERROR", false)) {
		push(&r);
	} else if (r.not_authenticated) {
		http_response_clear(response);
		http_respond_error(response, 401, STR("invalid_request"), STR("Authentication failed."));
		http_no_store(response);
	}
	visit_close(&visit);
}
