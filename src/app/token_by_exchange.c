/* grant_type=urn:ietf:params:oauth:grant-type:token-exchange (RFC 8693), as Keycloak's standard
 * token exchange: a client swaps an access token of this realm, which was given to it or for it,
 * for one of its own. The user's session stays the same; another client gets a part in it, so
 * that it is told of the session's end. */
#include "app/bearer.h"
#include "app/consenting.h"
#include "app/token_answer.h"
#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"

#define TYPE(name) "urn:ietf:params:oauth:token-type:" name

struct exchange {
	struct client_request *r;
	struct bearer subject;
	struct token_grant grant;
	struct client_session part;
	struct str_list audience; /* as asked for; none: all that there is */
	struct str_list available;
};

static bool refuse(struct client_request *r, enum error_code code, struct str text)
{
	client_request_fail(r, code, text, STR(""));
	return false;
}

/* What the table of errors does not tell; `reason` is for the event. */
static bool refuse_as(struct client_request *r, const char *error, const char *event_error, struct str text,
		      struct str reason)
{
	event_emit_error(r->visit, &r->event, str_from(event_error), reason);
	http_respond_error(r->visit->response, 400, str_from(error), text);
	http_no_store(r->visit->response);
	return false;
}

static bool check_client(struct client_request *r)
{
	if (!attributes_true(&r->client->attributes, STR("standard.token.exchange.enabled"), false))
		return refuse(r, ERROR_INVALID_REQUEST,
			      STR("Standard token exchange is not enabled for the requested client"));
	return true;
}

/* Parameters of exchanges that are not the standard one, and those that it wants. */
static bool check_parameters(struct client_request *r)
{
	static const char *const unsupported[] = { "subject_issuer", "requested_issuer", "requested_subject" };
	static const char *const required[] = { "subject_token", "subject_token_type" };
	struct arena *arena = r->visit->arena;
	for (size_t i = 0; i < ARRAY_LENGTH(unsupported); i++)
		if (params_count(r->form, unsupported[i]))
			return refuse(r, ERROR_INVALID_REQUEST, arena_format(arena,
				"Parameter '%s' is not supported for standard token exchange", unsupported[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(required); i++)
		if (!params_count(r->form, required[i]))
			return refuse(r, ERROR_INVALID_REQUEST, arena_format(arena,
				"Parameter '%s' required for standard token exchange", required[i]));
	if (!str_eq_z(client_request_value(r, "subject_token_type"), TYPE("access_token")))
		return refuse(r, ERROR_INVALID_REQUEST, STR("Parameter 'subject_token' supports access tokens only"));
	return true;
}

static bool read_wanted(struct exchange *x)
{
	struct client_request *r = x->r;
	struct str wanted = client_request_value(r, "requested_token_type");
	struct str refresh = attributes_get(&r->client->attributes,
		STR("standard.token.exchange.enableRefreshRequestedTokenType"));
	if (!params_count(r->form, "requested_token_type") || str_eq_z(wanted, TYPE("access_token")))
		x->grant.exchanged = EXCHANGED_ACCESS;
	else if (str_eq_z(wanted, TYPE("id_token")))
		x->grant.exchanged = EXCHANGED_ID;
	else if (str_eq_z(wanted, TYPE("refresh_token")) && str_eq_z(refresh, "SAME_SESSION"))
		x->grant.exchanged = EXCHANGED_REFRESH;
	else
		return refuse(r, ERROR_INVALID_REQUEST, STR("requested_token_type unsupported"));
	return true;
}

static void read_audience(struct exchange *x)
{
	struct client_request *r = x->r;
	for (size_t i = 0; i < r->form->n; i++)
		if (str_eq_z(r->form->list[i].name, "audience"))
			*(struct str *)arena_push(r->visit->arena, &x->audience.items, &x->audience.n,
				sizeof *x->audience.items) = r->form->list[i].value;
}

/* The subject token: alive, of a session, and the asking client's business. */
static bool check_subject(struct exchange *x, const char *dead)
{
	struct client_request *r = x->r;
	const struct bearer *subject = &x->subject;
	if (dead || !subject->session)
		return refuse_as(r, "invalid_request", "invalid_token", STR("Invalid token"),
				 STR("subject_token validation failure"));
	struct str wanted = client_request_value(r, "requested_token_type");
	event_detail(r->visit, &r->event, "requested_token_type", wanted.n ? wanted : STR(TYPE("access_token")));
	event_detail(r->visit, &r->event, "username", subject->user->username);
	event_detail(r->visit, &r->event, "subject_token_client_id", subject->claims.azp);
	r->event.user_id = subject->user->id;
	r->event.session_id = subject->session->id;
	struct str public = STR("Public client is not allowed to exchange token");
	if (r->client->public_client)
		return refuse_as(r, "invalid_client", "invalid_client", public, public);
	if (!str_eq(subject->claims.azp, r->client->client_id) &&
	    !jwt_has_audience(&subject->claims, r->client->client_id)) {
		client_request_fail(r, ERROR_ACCESS_DENIED, STR("Client is not within the token audience"),
				    STR("client is not within the token audience"));
		return false;
	}
	return true;
}

static bool refuse_unknown(struct exchange *x, struct str audience)
{
	event_detail(x->r->visit, &x->r->event, "audience", audience);
	return refuse_as(x->r, "invalid_client", "client_not_found", STR("Audience not found"),
			 STR("audience not found"));
}

static bool check_audience(struct exchange *x)
{
	x->available = token_answer_audience(x->r, &x->grant);
	for (size_t i = 0; i < x->audience.n; i++)
		if (!realm_client_by_client_id(x->r->visit->realm, x->audience.items[i]))
			return refuse_unknown(x, x->audience.items[i]);
	for (size_t i = 0; i < x->audience.n; i++)
		if (!str_list_has(&x->available, x->audience.items[i]))
			return refuse(x->r, ERROR_INVALID_REQUEST, arena_join(x->r->visit->arena,
				STR("Requested audience not available: "), x->audience.items[i], STR("")));
	return true;
}

/* The client's part in the session: what there is, or a new one. */
static void take_part(struct exchange *x, struct effects *effects)
{
	struct client_request *r = x->r;
	const struct session *session = x->subject.session;
	const struct client_session *before = token_answer_part(session, r->client);
	bool lives = before && life_of_part(r->visit->realm, r->client, session, before, r->visit->now_ms) == LIFE_ALIVE;
	x->part = lives ? *before : (struct client_session){
		.session_id = session->id, .offline = session->offline, .client_id = r->client->id,
		.issuer = r->visit->issuer, .started_ms = r->visit->now_ms,
		.last_refresh_s = r->visit->now_ms / 1000, .scope = x->grant.scope.refresh_text };
	x->grant.session = session;
	x->grant.part = &x->part;
	bool refresh = x->grant.exchanged == EXCHANGED_REFRESH;
	if (refresh)
		x->grant.refresh = token_answer_first(r, &x->part);
	if (lives && !refresh)
		return;
	struct effect_client_session *effect = &effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session;
	effect->row = x->part;
	effect->session_version = session->version;
}

/* The token's audience, for the event. */
static struct str audience_text(const struct exchange *x)
{
	const struct str_list *list = x->audience.n ? &x->audience : &x->available;
	struct text text = text_new(x->r->visit->arena, 0);
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			text_add_char(&text, ' ');
		text_add(&text, list->items[i]);
	}
	return text_str(&text);
}

static enum error_code answer(struct exchange *x, struct why *reterr_why)
{
	struct client_request *r = x->r;
	struct token_answer answer;
	bool still = false;
	enum error_code code = token_answer_make(r, &x->grant, &answer, reterr_why);
	if (code == OK)
		code = token_sign_still(r->visit, r->client, x->grant.part, &still, reterr_why);
	if (code != OK)
		return code;
	if (!still) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Invalid token"), STR("the session has ended"));
		return OK;
	}
	struct event event = r->event;
	event.type = STR("TOKEN_EXCHANGE");
	event_detail(r->visit, &event, "audience", audience_text(x));
	event_detail(r->visit, &event, "token_id", answer.access_jti);
	event_detail(r->visit, &event, "scope", x->grant.scope.text);
	if (answer.refresh_jti.n) {
		event_detail(r->visit, &event, "refresh_token_id", answer.refresh_jti);
		event_detail(r->visit, &event, "refresh_token_type", STR("Refresh"));
	}
	event_emit(r->visit, &event);
	token_answer_send(r, &answer);
	return OK;
}

/* The scope: as asked for; else that of the client's own token, or what the client has by default.
 * *ret_allowed false on OK: answered. */
static enum error_code read_scope(struct exchange *x, bool *ret_allowed, struct why *reterr_why)
{
	struct client_request *r = x->r;
	struct visit *visit = r->visit;
	struct arena *arena = visit->arena;
	struct scope_grant *grant = &x->grant.scope;
	struct str scope = client_request_value(r, "scope");
	bool own = str_eq(x->subject.claims.azp, r->client->client_id), covers;
	if (!scope.n && own) {
		scope_resolve_again(arena, r->client, x->subject.claims.scope, grant);
	} else if (!scope_resolve(arena, r->client, scope, grant)) {
		*ret_allowed = refuse(r, ERROR_INVALID_SCOPE, arena_join(arena, STR("Invalid scopes: "), scope, STR("")));
		return OK;
	}
	x->grant.exchanged_id = scope.n && grant->openid;
	bool offline = grant->offline_access;
	struct role_set held = roles_of_user(arena, visit->realm, x->grant.user);
	scope_limit(arena, &held, grant);
	if (offline && x->grant.exchanged == EXCHANGED_REFRESH) {
		struct str text = STR("Offline tokens not allowed for the user or client");
		*ret_allowed = refuse_as(r, "not_allowed", "not_allowed", text, text);
		return OK;
	}
	enum error_code code = consenting_covers(visit, r->client, x->grant.user->id, grant, &covers, reterr_why);
	struct str missing = arena_join(arena, STR("Missing consents for Token Exchange in client "),
					r->client->client_id, STR(""));
	if (code == OK)
		*ret_allowed = covers || refuse_as(r, "invalid_scope", "consent_denied", missing, missing);
	return code;
}

static enum error_code round_trip(struct exchange *x, struct why *reterr_why)
{
	struct client_request *r = x->r;
	struct visit *visit = r->visit;
	const char *dead;
	enum error_code code = bearer_open(visit, client_request_value(r, "subject_token"), &x->subject, &dead, reterr_why);
	if (code != OK && code != ERROR_INVALID_TOKEN)
		return code;
	if (!check_subject(x, code == OK ? NULL : dead) || !read_wanted(x))
		return OK;
	x->grant.user = x->subject.user;
	x->grant.session = x->subject.session;
	x->grant.acr = x->subject.claims.acr.n ? x->subject.claims.acr : STR("1");
	x->grant.audience = x->audience;
	bool allowed = false;
	code = read_scope(x, &allowed, reterr_why);
	if (code != OK || !allowed || !check_audience(x))
		return code;
	struct effects effects = effects_new(visit->arena);
	take_part(x, &effects);
	code = effects.n ? app_apply(visit->app, &effects, reterr_why) : OK;
	return code == OK ? answer(x, reterr_why) : code;
}

void token_by_exchange(struct client_request *r)
{
	struct exchange x = { .r = r };
	struct why why = { "" };
	event_detail(r->visit, &r->event, "auth_method", STR("token_exchange"));
	if (!check_client(r) || !check_parameters(r))
		return;
	read_audience(&x);
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_trip(&x, &why);
	if (code != OK)
		client_request_broken(r, code, &why);
}
