/* The authorization endpoint's decisions; see authorize.h. */
#include "oidc/authorize.h"

#include "base/limits.h"
#include "base/text.h"
#include "json/write.h"
#include "oidc/pkce.h"
#include "model/redirect.h"

#define FIELD(member) JSON_TEXT(struct authorize_request, member, #member, 0)

static const struct json_field request_fields[] = {
	FIELD(client_id), FIELD(redirect_uri), FIELD(response_type), FIELD(response_mode), FIELD(scope),
	FIELD(state), FIELD(nonce), FIELD(prompt), FIELD(max_age), FIELD(login_hint), FIELD(id_token_hint),
	FIELD(acr_values), FIELD(ui_locales), FIELD(code_challenge), FIELD(code_challenge_method), FIELD(claims),
};
const struct json_shape authorize_request_shape = JSON_SHAPE(struct authorize_request, request_fields);

void authorize_request_bound(struct authorize_request *request)
{
	/* Beyond 255 bytes a hint helps nobody. */
	if (request->login_hint.n > LIMIT_LOGIN_HINT)
		request->login_hint = STR("");
	if (request->claims.n > AUTHORIZE_CLAIMS_MAX)
		request->claims = STR("");
}

static bool page(struct authorize_verdict *verdict, int status, struct str text, struct str event_error)
{
	*verdict = (struct authorize_verdict){
		.kind = AUTHORIZE_PAGE, .status = status, .text = text, .event_error = event_error };
	return false;
}

static bool refuse(struct authorize_verdict *verdict, struct str error, struct str text,
		   struct str event_error)
{
	*verdict = (struct authorize_verdict){
		.kind = AUTHORIZE_REDIRECT, .error = error, .text = text, .event_error = event_error };
	return false;
}

static bool check_client(const struct realm *realm, const struct authorize_request *request,
			 struct authorize_plan *plan, struct authorize_verdict *verdict)
{
	if (request->duplicate.n || !request->client_id.n)
		return page(verdict, 400, STR("Invalid Request"), STR("invalid_request"));
	plan->client = realm_client_by_client_id(realm, request->client_id);
	if (!plan->client)
		return page(verdict, 400, STR("Client not found."), STR("client_not_found"));
	if (!plan->client->enabled)
		return page(verdict, 400, STR("Client disabled."), STR("client_disabled"));
	if (plan->client->bearer_only)
		return page(verdict, 403,
			    STR("Bearer-only applications are not allowed to initiate browser login"),
			    STR("not_allowed"));
	if (!str_eq_z(plan->client->protocol, "openid-connect"))
		return page(verdict, 400, STR("Wrong client protocol."), STR("invalid_client"));
	return true;
}

/* What a request named must have been put in its place by now. */
static bool check_reference(const struct authorize_request *request, struct authorize_verdict *verdict)
{
	if (!request->request.n && !request->request_uri.n)
		return true;
	page(verdict, 400, STR("Invalid Request"), STR("invalid_request"));
	verdict->reason = request->request.n ?
		STR("Illegal to use both 'request' and 'request_uri' parameters together") :
		STR("Specified 'request_uri' not allowed for this client.");
	return false;
}

/* RFC 9101 section 10.5: whoever can be asked without an object may be asked by anybody. What was pushed
 * comes by a request_uri. */
static bool check_object(const struct authorize_request *request, const struct authorize_plan *plan,
			 struct authorize_verdict *verdict)
{
	static const struct {
		const char *rule, *first, *second;
		bool pushed; /* what was pushed will do */
		struct str reason;
	} rules[] = {
		{ "request only", "request", "", false, STR_INIT("Client is required to use 'request' parameter.") },
		{ "request_uri only", "request_uri", "", true, STR_INIT("Client is required to use 'request_uri' parameter.") },
		{ "request or request_uri", "request", "request_uri", false,
		  STR_INIT("Client is required to use 'request' or 'request_uri' parameter.") },
	};
	struct str rule = attributes_get(&plan->client->attributes, STR("request.object.required"));
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
		bool meets = str_eq_z(request->object, rules[i].first) ||
			     (request->object.n && str_eq_z(request->object, rules[i].second)) ||
			     (request->pushed.n && rules[i].pushed);
		if (!str_eq_z(rule, rules[i].rule) || meets)
			continue;
		page(verdict, 400, STR("Invalid Request"), STR("invalid_request"));
		verdict->reason = rules[i].reason;
		return false;
	}
	return true;
}

static bool check_redirect(struct arena *arena, const struct authorize_request *request,
			   struct authorize_plan *plan, struct authorize_verdict *verdict)
{
	/* OpenID Connect requires it; plain OAuth 2.0 does not where there is only one. */
	bool openid = scope_text_has(request->scope, STR("openid"));
	struct client client = redirect_place(arena, plan->client, request->own_base);
	plan->redirect_uri = request->redirect_uri;
	if (!request->redirect_uri.n && !openid)
		plan->redirect_uri = redirect_default(arena, &client);
	else if (!redirect_allowed(arena, &client, request->redirect_uri))
		plan->redirect_uri.n = 0;
	if (!plan->redirect_uri.n)
		return page(verdict, 400, STR("Invalid parameter: redirect_uri"), STR("invalid_redirect_uri"));
	return true;
}

static const char *const mode_names[RESPONSE_MODES] = { "query", "fragment", "form_post", "query.jwt", "fragment.jwt",
	"form_post.jwt" };

struct str response_mode_name(enum response_mode mode)
{
	return str_from(mode_names[mode]);
}

bool response_mode_is_signed(enum response_mode mode)
{
	return mode >= RESPONSE_MODES_PLAIN;
}

enum response_mode response_mode_place(enum response_mode mode)
{
	return response_mode_is_signed(mode) ? mode - RESPONSE_MODES_PLAIN : mode;
}

/* *ret_mode is what holds where none is asked for. False: there is no such mode. */
static bool read_mode(struct str asked, enum response_mode *ret_mode)
{
	if (str_eq_z(asked, "jwt"))
		*ret_mode += RESPONSE_MODES_PLAIN;
	if (!asked.n || str_eq_z(asked, "jwt"))
		return true;
	for (size_t i = 0; i < RESPONSE_MODES; i++) {
		if (!str_eq_z(asked, mode_names[i]))
			continue;
		*ret_mode = (enum response_mode)i;
		return true;
	}
	return false;
}

/* The words of a response type, in any order; "none" stands alone. */
static bool read_type(struct str type, unsigned *ret_gives)
{
	struct str rest = str_trim(type), word;
	unsigned gives = 0;
	size_t words = 0;
	bool none = false;
	for (; str_next(&rest, ' ', &word); words++) {
		if (str_eq_z(word, "code"))
			gives |= AUTHORIZE_CODE;
		else if (str_eq_z(word, "token"))
			gives |= AUTHORIZE_TOKEN;
		else if (str_eq_z(word, "id_token"))
			gives |= AUTHORIZE_ID_TOKEN;
		else if (str_eq_z(word, "none"))
			none = true;
		else
			return false;
	}
	*ret_gives = gives;
	return words > 0 && (!none || words == 1);
}

static bool gives_tokens(const struct authorize_plan *plan)
{
	return plan->gives & (AUTHORIZE_TOKEN | AUTHORIZE_ID_TOKEN);
}

bool authorize_is_implicit(const struct authorize_plan *plan)
{
	return gives_tokens(plan) && !(plan->gives & AUTHORIZE_CODE);
}

static bool check_type(const struct authorize_request *request, struct authorize_plan *plan,
		       struct authorize_verdict *verdict)
{
	enum response_mode mode = RESPONSE_QUERY;
	/* Where the answer would have stood is not known; that it is to be signed is. */
	if (read_mode(request->response_mode, &mode) && response_mode_is_signed(mode))
		plan->mode = mode;
	if (!request->response_type.n)
		return refuse(verdict, STR("invalid_request"), STR("Missing parameter: response_type"),
			      STR("invalid_request"));
	if (read_type(request->response_type, &plan->gives))
		return true;
	refuse(verdict, STR("unsupported_response_type"), STR(""), STR("invalid_request"));
	verdict->reason = STR("Unsupported response_type");
	return false;
}

/* The mode is settled before the client is judged, so that errors go out by it; what is wrong with
 * the mode itself goes out in the query, as there is no token in it. */
static bool check_mode(const struct authorize_request *request, struct authorize_plan *plan,
		       struct authorize_verdict *verdict)
{
	enum response_mode mode = gives_tokens(plan) ? RESPONSE_FRAGMENT : RESPONSE_QUERY;
	bool encrypted = attributes_get(&plan->client->attributes, STR("authorization.encrypted.response.alg")).n;
	if (!read_mode(request->response_mode, &mode))
		return refuse(verdict, STR("invalid_request"), STR("Invalid parameter: response_mode"),
			      STR("invalid_request"));
	/* Histories, logs and Referer headers keep queries (RFC 9700 section 4.3.1). */
	if (gives_tokens(plan) && mode == RESPONSE_QUERY)
		return refuse(verdict, STR("invalid_request"),
			      STR("Response_mode 'query' not allowed for implicit or hybrid flow"),
			      STR("invalid_request"));
	if (gives_tokens(plan) && mode == RESPONSE_QUERY_JWT && !encrypted)
		return refuse(verdict, STR("invalid_request"),
			      STR("Response_mode 'query.jwt' is allowed only when the authorization response token is "
				  "encrypted"), STR("invalid_request"));
	plan->mode = mode;
	plan->mode_settled = true;
	return true;
}

static bool check_flow(struct authorize_plan *plan, struct authorize_verdict *verdict)
{
	if (!authorize_is_implicit(plan) && !plan->client->standard_flow_enabled)
		return refuse(verdict, STR("unauthorized_client"),
			      STR("Client is not allowed to initiate browser login with given response_type. "
				  "Standard flow is disabled for the client."), STR("not_allowed"));
	if (gives_tokens(plan) && !plan->client->implicit_flow_enabled)
		return refuse(verdict, STR("unauthorized_client"),
			      STR("Client is not allowed to initiate browser login with given response_type. "
				  "Implicit flow is disabled for the client."), STR("not_allowed"));
	return true;
}

/* How the request came to us. */
static bool check_way(const struct authorize_request *request, const struct authorize_plan *plan,
		      struct authorize_verdict *verdict)
{
	static const struct str must_push = STR_INIT("require.pushed.authorization.requests");
	if (request->type_beside.n && !str_eq(request->type_beside, request->response_type))
		return refuse(verdict, STR("invalid_request"), STR("Parameter response_type does not match"),
			      STR("invalid_request"));
	if (!request->pushed.n && attributes_true(&plan->client->attributes, must_push, false))
		return refuse(verdict, STR("invalid_request"), STR("Pushed Authorization Request is only allowed."),
			      STR("invalid_request"));
	return true;
}

/* The hybrid and implicit flows need it (sections 3.2.2.1, 3.3.2.11). */
static bool check_nonce(const struct authorize_request *request, const struct authorize_plan *plan,
			struct authorize_verdict *verdict)
{
	if (!(plan->gives & AUTHORIZE_ID_TOKEN) || request->nonce.n)
		return true;
	return refuse(verdict, STR("invalid_request"), STR("Missing parameter: nonce"), STR("invalid_request"));
}

/* Where no code is given there is nothing to prove. */
static bool check_pkce(const struct authorize_request *request, const struct authorize_plan *plan,
		       struct authorize_verdict *verdict)
{
	struct str text = { NULL, 0 };
	if (authorize_is_implicit(plan) || pkce_check_request(plan->client, request->code_challenge,
							      request->code_challenge_method, &text) == OK)
		return true;
	return refuse(verdict, STR("invalid_request"), text, STR("invalid_request"));
}

static bool check_prompt(const struct authorize_request *request, struct authorize_plan *plan,
			 struct authorize_verdict *verdict)
{
	plan->prompt_none = scope_text_has(request->prompt, STR("none"));
	plan->prompt_login = scope_text_has(request->prompt, STR("login"));
	plan->prompt_consent = scope_text_has(request->prompt, STR("consent"));
	if (plan->prompt_none && !str_eq_z(str_trim(request->prompt), "none"))
		return refuse(verdict, STR("invalid_request"), STR("Invalid parameter: prompt"), STR("invalid_request"));
	if (scope_text_has(request->prompt, STR("create")))
		return page(verdict, 400, STR("Registration not allowed"), STR("registration_disabled"));
	plan->max_age_s = -1;
	if (request->max_age.n && (!str_to_int64(request->max_age, &plan->max_age_s) || plan->max_age_s < 0))
		return page(verdict, 400, STR("Invalid Request"), STR("invalid_request"));
	return true;
}

static bool check_scope(struct arena *arena, const struct authorize_request *request,
			struct authorize_plan *plan, struct authorize_verdict *verdict)
{
	if (scope_resolve(arena, plan->client, request->scope, &plan->grant))
		return true;
	struct str text = arena_join(arena, STR("Invalid scopes: "), request->scope, STR(""));
	return refuse(verdict, STR("invalid_scope"), text, STR("invalid_request"));
}

static bool check_possible(struct arena *arena, const struct realm *realm,
			   const struct authorize_plan *plan, struct authorize_verdict *verdict)
{
	struct str why = realm->not_possible.n ? realm->not_possible : plan->client->not_possible;
	if (!why.n)
		return true;
	struct str text = arena_join(arena, STR("Sign-in is not possible here yet: "), why, STR(""));
	return page(verdict, 400, text, STR("not_allowed"));
}

bool authorize_check(struct arena *arena, const struct realm *realm,
		     const struct authorize_request *request, struct authorize_plan *ret_plan,
		     struct authorize_verdict *ret_verdict)
{
	struct authorize_plan plan = { .max_age_s = -1 };
	struct authorize_verdict verdict = { 0 };
	bool good = check_client(realm, request, &plan, &verdict) && check_reference(request, &verdict) &&
		    check_object(request, &plan, &verdict) &&
		    check_redirect(arena, request, &plan, &verdict);
	good = good && check_type(request, &plan, &verdict) && check_mode(request, &plan, &verdict) &&
	       check_flow(&plan, &verdict) && check_way(request, &plan, &verdict) &&
	       check_scope(arena, request, &plan, &verdict) &&
	       check_nonce(request, &plan, &verdict) && check_prompt(request, &plan, &verdict) &&
	       check_pkce(request, &plan, &verdict);
	good = good && check_possible(arena, realm, &plan, &verdict);
	*ret_plan = plan;
	if (!good)
		*ret_verdict = verdict;
	return good;
}

struct authorize_verdict authorize_decide(const struct authorize_plan *plan,
					  const struct session *session, int64_t now_ms)
{
	/* max_age=0 is prompt=login (section 3.1.2.1), also within the second of the sign-in. */
	bool stale = session && plan->max_age_s >= 0 &&
		     (!plan->max_age_s || now_ms / 1000 - session->auth_time_s > plan->max_age_s);
	if (session && !stale && !plan->prompt_login)
		return (struct authorize_verdict){ .kind = AUTHORIZE_GRANT };
	if (plan->prompt_none)
		return (struct authorize_verdict){ .kind = AUTHORIZE_REDIRECT,
			.error = STR("login_required"), .event_error = STR("not_logged_in") };
	return (struct authorize_verdict){ .kind = AUTHORIZE_LOGIN, .again = session != NULL };
}

struct str authorize_answer_claims(struct arena *arena, struct str issuer, struct str client_id, int64_t exp_s,
				   const struct authorize_parameter *parameters, size_t n)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_int(&w, "exp", exp_s);
	json_member_text(&w, "iss", issuer);
	json_member_text(&w, "aud", client_id);
	for (size_t i = 0; i < n; i++)
		if (parameters[i].value.n)
			json_member_text(&w, arena_z(arena, parameters[i].name), parameters[i].value);
	json_write_object_end(&w);
	return text_str(&text);
}

/* application/x-www-form-urlencoded, as Keycloak writes it: a space is '+'. */
static void add_form(struct text *text, struct str value)
{
	struct str piece;
	bool first = true;
	while (str_next(&value, ' ', &piece)) {
		if (!first)
			text_add_char(text, '+');
		first = false;
		text_add_percent(text, piece);
	}
}

struct str authorize_answer_url(struct arena *arena, struct str redirect_uri, enum response_mode mode,
				const struct authorize_parameter *parameters, size_t n)
{
	struct text text = text_new(arena, 0);
	text_add(&text, redirect_uri);
	char join = mode == RESPONSE_FRAGMENT ? '#' : str_index(redirect_uri, '?') < redirect_uri.n ? '&' : '?';
	for (size_t i = 0; i < n; i++) {
		if (!parameters[i].value.n)
			continue;
		text_add_char(&text, join);
		text_add(&text, parameters[i].name);
		text_add_char(&text, '=');
		add_form(&text, parameters[i].value);
		join = '&';
	}
	return text_str(&text);
}
