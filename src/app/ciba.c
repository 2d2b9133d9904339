/* POST /realms/{realm}/protocol/openid-connect/ext/ciba/auth: the backchannel authentication endpoint
 * (OpenID CIBA Core section 7). */
#include "app/ciba.h"

#include "app/client_request.h"
#include "app/own_token.h"
#include "app/request_object.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/write.h"

struct asking {
	struct client_request *r;
	struct ciba_request request;
	struct ciba_plan plan;
	struct user *user;
	struct pending_grant grant;
	struct str auth_req_id, channel_id;
};

static void read_form(const struct params *form, struct ciba_request *request)
{
	for (size_t i = 0; i < ciba_request_shape.n; i++) {
		const struct json_field *field = &ciba_request_shape.fields[i];
		*(struct str *)(void *)((char *)request + field->offset) = params_value(form, field->name);
	}
	for (size_t i = 0; i < form->n; i++)
		ciba_keep_extra(request, form->list[i].name, form->list[i].value);
}

/* Beside a signed request nothing counts. */
static enum error_code read_signed(struct asking *a, struct why *reterr_why)
{
	struct visit *visit = a->r->visit;
	const struct client *client = a->r->client;
	const struct client_jwt_facts facts = { visit->issuer, visit_other_issuer(visit), visit->now_ms / 1000 };
	struct request_object object;
	enum error_code code = ciba_object_read(visit->arena, client, client_request_value(a->r, "request"), &object, reterr_why);
	if (code == OK)
		code = request_object_verify(visit, client, &object, reterr_why);
	if (code == OK)
		code = ciba_object_take(visit->arena, client, &object, &facts, &a->request, reterr_why);
	return code;
}

/* False: answered. */
static bool read_request(struct asking *a)
{
	struct client_request *r = a->r;
	struct why why = { "" };
	enum error_code code = OK;
	if (params_count(r->form, "request_uri"))
		code = error_because(&why, ERROR_INVALID_REQUEST_OBJECT, "Specified 'request_uri' not allowed for this client.");
	else if (params_count(r->form, "request"))
		code = read_signed(a, &why);
	else if (ciba_is_signed(r->client))
		code = error_because(&why, ERROR_INVALID_REQUEST_OBJECT, "The client's requests have to be signed");
	else
		read_form(r->form, &a->request);
	if (code == ERROR_INVALID_REQUEST_OBJECT)
		client_request_refuse(r, 400, STR("invalid_request"), arena_str(r->visit->arena, str_from(why.text)));
	else if (code != OK)
		client_request_broken(r, code, &why);
	return code == OK;
}

/* ---- the user ---- */

/* Whose ID token of this client's it is (section 7.1); it may have expired. */
static struct str subject(struct asking *a)
{
	struct jwt_claims claims;
	struct why why = { "" };
	if (own_token_open(a->r->visit, a->plan.hint_text, &claims, &why) != OK ||
	    jwt_check_kind(&claims, JWT_ID, &why) != OK || !jwt_has_audience(&claims, a->r->client->client_id))
		return STR("");
	return claims.sub;
}

static enum error_code find_user(struct asking *a, struct why *reterr_why)
{
	struct visit *visit = a->r->visit;
	const struct realm_settings *realm = &visit->realm->settings;
	if (a->plan.hint == CIBA_ID_TOKEN_HINT)
		return store_find_user(visit->app->store, visit->arena, realm->id, subject(a), USER_ROW, &a->user, reterr_why);
	return store_find_user_by_login(visit->app->store, visit->arena, realm->id, a->plan.hint_text,
					realm->login_with_email_allowed, USER_ROW, &a->user, reterr_why);
}

/* False: answered, alike whether there is none, or one that may not sign in. */
static bool load_user(struct asking *a)
{
	struct why why = { "" };
	enum error_code code = find_user(a, &why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND) {
		client_request_broken(a->r, code, &why);
		return false;
	}
	if (code == OK && a->user->enabled && !a->user->service_account_client_id.n)
		return true;
	client_request_refuse(a->r, 400, STR("invalid_request"), STR("invalid_user"));
	return false;
}

/* ---- what waits ---- */

static enum error_code change(struct asking *a, enum pending_change_kind kind, struct why *reterr_why)
{
	struct visit *visit = a->r->visit;
	const struct pending_change one = { .kind = kind, .grant = a->grant, .now_ms = visit->now_ms };
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_PENDING_CHANGE)->u.pending = &one;
	return app_apply(visit->app, &effects, reterr_why);
}

static enum error_code add(struct asking *a, struct why *reterr_why)
{
	struct visit *visit = a->r->visit;
	a->auth_req_id = random_token(visit->arena, CIBA_ID_BYTES);
	a->channel_id = random_token(visit->arena, CIBA_ID_BYTES);
	a->grant = (struct pending_grant){
		.kind = PENDING_BACKCHANNEL,
		.hash = hash_base64url(visit->arena, HASH_SHA256, a->auth_req_id),
		.user_code = ciba_channel_hash(visit, a->channel_id),
		.realm_id = visit->realm->settings.id,
		.client_id = a->r->client->id,
		.user_id = a->user->id,
		.scope = a->request.scope,
		.expires_ms = visit->now_ms + a->plan.expires_s * 1000,
		.interval_ms = ciba_interval_s(visit->realm) * 1000,
	};
	enum error_code code = OK;
	if (a->request.client_notification_token.n)
		code = ciba_notice_seal(visit, a->auth_req_id, a->request.client_notification_token, &a->grant.notice,
					reterr_why);
	return code == OK ? change(a, PENDING_ADD, reterr_why) : code;
}

/* Nobody is asked, and nobody may answer. */
static void channel_failed(struct asking *a, enum error_code code, const struct why *why)
{
	struct why detail = { "" };
	log_write(LOG_ERROR, "app", "authentication channel of realm %.*s, client %.*s: %s",
		  STR_ARG(a->r->visit->realm->settings.name), STR_ARG(a->r->client->client_id), why->text);
	if (change(a, PENDING_DENY, &detail) != OK)
		log_write(LOG_WARN, "app", "a grant that nobody was asked about stays: %s", detail.text);
	if (code == ERROR_BUSY)
		client_request_broken(a->r, code, why);
	else
		client_request_refuse(a->r, 503, STR("server_error"), code == ERROR_UNREADABLE_ANSWER ?
				      STR("Unexpected response from authentication device") :
				      STR("Failed to send authentication request"));
}

static void answer(struct asking *a)
{
	struct visit *visit = a->r->visit;
	int64_t interval_s = ciba_interval_s(visit->realm);
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "auth_req_id", a->auth_req_id);
	json_member_int(&w, "expires_in", a->plan.expires_s);
	if (interval_s)
		json_member_int(&w, "interval", interval_s);
	json_write_object_end(&w);
	http_respond_json(visit->response, 200, text_str(&text));
	http_no_store(visit->response);
}

/* The row stands before the channel hears of it: its answer may come at once. */
static void ask(struct asking *a)
{
	struct why why = { "" };
	enum error_code code = add(a, &why);
	if (code != OK) {
		client_request_broken(a->r, code, &why);
		return;
	}
	const struct ciba_asking asking = { .client = a->r->client, .user = a->user, .request = &a->request,
		.scope = a->plan.scope_shown, .id = a->channel_id, .expires_s = a->plan.expires_s };
	code = ciba_channel_ask(a->r->visit, &asking, &why);
	if (code == OK)
		answer(a);
	else
		channel_failed(a, code, &why);
}

/* False: answered. */
static bool check(struct asking *a)
{
	struct client_request *r = a->r;
	struct ciba_refusal refusal;
	if (!ciba_is_allowed(r->client)) {
		event_emit_error(r->visit, &r->event, STR("not_allowed"), STR("Client not allowed OIDC CIBA Grant"));
		http_respond_error(r->visit->response, 401, STR("invalid_grant"), STR("Client not allowed OIDC CIBA Grant"));
		return false;
	}
	if (!read_request(a))
		return false;
	if (ciba_check(r->visit->arena, r->visit->realm, r->client, &a->request, &a->plan, &refusal))
		return load_user(a);
	client_request_refuse(r, 400, str_from(refusal.error), refusal.text);
	return false;
}

void ciba_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (!visit_open(&visit, context, request, response))
		return;
	struct asking a = { .r = &r };
	if (client_request_open(&r, &visit, "LOGIN_ERROR", false) && check(&a))
		ask(&a);
	visit_close(&visit);
}
