/* Entries by OpenID Connect: the code, the implicit and the hybrid flow (OpenID Connect Core 1.0,
 * section 3). */
#include "app/entry.h"

#include "app/events.h"
#include "app/login.h"
#include "app/page.h"
#include "app/part_notes.h"
#include "app/pushed.h"
#include "app/token_sign.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"

enum { CODE_BYTES = 32 };

/* ---- the request in a ticket ---- */

static void keep(const struct entry *entry, struct ticket *ticket)
{
	const struct authorize_request *request = &entry->request;
	ticket->client_id = request->client_id;
	ticket->redirect_uri = request->redirect_uri;
	ticket->response_type = request->response_type;
	ticket->response_mode = request->response_mode;
	ticket->scope = request->scope;
	ticket->state = request->state;
	ticket->nonce = request->nonce;
	ticket->code_challenge = request->code_challenge;
	ticket->code_challenge_method = request->code_challenge_method;
	ticket->max_age = request->max_age;
	ticket->prompt = request->prompt;
	ticket->login_hint = request->login_hint;
	ticket->claims = request->claims;
	ticket->pushed = request->pushed;
	ticket->object = request->object;
}

static struct authorize_request request_of(const struct visit *visit, const struct ticket *ticket)
{
	return (struct authorize_request){
		.client_id = ticket->client_id,
		.redirect_uri = ticket->redirect_uri,
		.response_type = ticket->response_type,
		.response_mode = ticket->response_mode,
		.scope = ticket->scope,
		.state = ticket->state,
		.nonce = ticket->nonce,
		.prompt = ticket->prompt,
		.max_age = ticket->max_age,
		.login_hint = ticket->login_hint,
		.claims = ticket->claims,
		.pushed = ticket->pushed,
		.object = ticket->object,
		.code_challenge = ticket->code_challenge,
		.code_challenge_method = ticket->code_challenge_method,
		.own_base = visit->base,
	};
}

static bool open(struct visit *visit, const struct ticket *ticket, struct entry *ret_entry,
		 struct authorize_verdict *ret_verdict)
{
	struct entry entry = { .protocol = &entry_openid, .request = request_of(visit, ticket) };
	if (!authorize_check(visit->arena, visit->realm, &entry.request, &entry.plan, ret_verdict))
		return false;
	*ret_entry = entry;
	return true;
}

/* What was pushed stays with us. */
static struct str restart_pushed(const struct visit *visit, const struct ticket *ticket)
{
	const struct authorize_parameter parameters[] = {
		{ STR("client_id"), ticket->client_id },
		{ STR("request_uri"), pushed_uri(visit->arena, ticket->pushed) },
	};
	struct str url = visit_url(visit, "/protocol/openid-connect/auth");
	return authorize_answer_url(visit->arena, url, RESPONSE_QUERY, parameters, ARRAY_LENGTH(parameters));
}

static struct str restart_url(const struct visit *visit, const struct ticket *ticket)
{
	if (ticket->pushed.n)
		return restart_pushed(visit, ticket);
	/* What was signed is not said again without its signature. */
	if (ticket->object.n)
		return STR("");
	const struct authorize_parameter parameters[] = {
		{ STR("client_id"), ticket->client_id },
		{ STR("redirect_uri"), ticket->redirect_uri },
		{ STR("response_type"), ticket->response_type },
		{ STR("response_mode"), ticket->response_mode },
		{ STR("scope"), ticket->scope },
		{ STR("state"), ticket->state },
		{ STR("nonce"), ticket->nonce },
		{ STR("code_challenge"), ticket->code_challenge },
		{ STR("code_challenge_method"), ticket->code_challenge_method },
		{ STR("max_age"), ticket->max_age },
		{ STR("prompt"), ticket->prompt },
		{ STR("claims"), ticket->claims },
	};
	struct str url = visit_url(visit, "/protocol/openid-connect/auth");
	return authorize_answer_url(visit->arena, url, RESPONSE_QUERY, parameters, ARRAY_LENGTH(parameters));
}

/* ---- the answer ---- */

/* What older applications cannot take; an empty parameter is left out. */
static bool leaves_out(const struct client *client, const char *attribute)
{
	return attributes_true(&client->attributes, str_from(attribute), false);
}

/* How long a signed answer counts: as long as the code in it, ten minutes at most. */
static int64_t answer_life_s(const struct visit *visit)
{
	enum { MAX_S = 600 };
	int64_t life_s = visit->realm->settings.access_code_lifespan_s;
	return life_s < MAX_S ? life_s : MAX_S;
}

/* One parameter in the place of all. False: answered. */
static bool sign_answer(struct visit *visit, const struct entry *entry, struct authorize_parameter *all, size_t *n)
{
	const struct client *client = entry->plan.client;
	struct why why = { "" };
	struct str token;
	struct str claims = authorize_answer_claims(visit->arena, visit->issuer, client->client_id,
						    visit->now_ms / 1000 + answer_life_s(visit), all, *n);
	enum error_code code = token_sign_answer(visit, client, claims, &token, &why);
	if (code != OK) {
		login_failed(visit, code, &why);
		return false;
	}
	all[0] = (struct authorize_parameter){ STR("response"), token };
	*n = 1;
	return true;
}

/* At the redirect URI, by the response mode: `parameters`, then state and iss (RFC 9207), or one JWT of
 * all of them. */
static void answer_with(struct visit *visit, const struct entry *entry, const struct authorize_parameter *parameters,
			size_t n)
{
	const struct authorize_plan *plan = &entry->plan;
	struct authorize_parameter all[12];
	bool is_signed = response_mode_is_signed(plan->mode);
	size_t count = 0;
	for (; count < n && count < ARRAY_LENGTH(all) - 2; count++)
		all[count] = parameters[count];
	all[count++] = (struct authorize_parameter){ STR("state"), entry->request.state };
	if (!is_signed && !leaves_out(plan->client, "exclude.issuer.from.auth.response"))
		all[count++] = (struct authorize_parameter){ STR("iss"), visit->issuer };
	if (is_signed && !sign_answer(visit, entry, all, &count))
		return;
	if (response_mode_place(plan->mode) == RESPONSE_FORM_POST) {
		page_form_post(visit, plan->redirect_uri, all, count);
		return;
	}
	struct why why;
	struct str url = authorize_answer_url(visit->arena, plan->redirect_uri, response_mode_place(plan->mode), all, count);
	if (http_respond_redirect(visit->response, 302, url, &why) != OK) {
		log_write(LOG_WARN, "app", "redirect to client %.*s: %s", STR_ARG(plan->client->client_id), why.text);
		page_error(visit, 400, STR("Invalid parameter: redirect_uri"), STR(""));
		return;
	}
	http_no_store_page(visit->response);
}

static void refuse(struct visit *visit, const struct entry *entry, struct str error, struct str text)
{
	const struct authorize_parameter parameters[] = {
		{ STR("error"), error },
		{ STR("error_description"), text },
	};
	answer_with(visit, entry, parameters, ARRAY_LENGTH(parameters));
}

/* ---- the sign-in ---- */

/* Another form of the same pushed request may have been quicker. */
static struct str prepare(struct visit *visit, struct entry_sign_in *in)
{
	struct str pushed = in->entry->request.pushed;
	struct why why = { "" };
	bool used = false;
	if (!pushed.n)
		return STR("");
	if (pushed_used(visit, pushed, &used, &why) != OK) {
		log_write(LOG_ERROR, "app", "a pushed request: %s", why.text);
		return STR("server_error");
	}
	return used ? STR("invalid_request") : STR("");
}

static void bind(struct visit *visit, struct entry_sign_in *in)
{
	/* Refreshed tokens say too whether the user came by the cookie alone. */
	const struct part_notes notes = { .acr = in->fresh ? STR("1") : STR("0"), .claims = in->entry->request.claims };
	in->part.notes = part_notes_text(visit->arena, &notes);
}

static void add(struct visit *visit, struct entry_sign_in *in, struct effects *effects)
{
	const struct authorize_request *request = &in->entry->request;
	if (request->pushed.n)
		pushed_use(visit, request->pushed, effects);
	if (!(in->entry->plan.gives & AUTHORIZE_CODE))
		return;
	in->code = random_token(visit->arena, CODE_BYTES);
	effects_add(effects, EFFECT_CODE_CREATE)->u.code = (struct code){
		.hash = hash_base64url(visit->arena, HASH_SHA256, in->code),
		.realm_id = visit->realm->settings.id,
		.client_id = in->entry->plan.client->id,
		.session_id = in->session->id,
		.user_id = in->user->id,
		.redirect_uri = request->redirect_uri,
		.scope = request->scope,
		.nonce = request->nonce,
		.state = request->state,
		.code_challenge = request->code_challenge,
		.code_challenge_method = request->code_challenge_method,
		.issuer = visit->issuer,
		.acr = in->fresh ? STR("1") : STR("0"),
		.offline_asked = in->entry->plan.grant.offline_access,
		.auth_time_s = in->session->auth_time_s,
		.expires_ms = visit->now_ms + visit->realm->settings.access_code_lifespan_s * 1000,
	};
}

static bool gives(const struct entry_sign_in *in, unsigned what)
{
	return in->entry->plan.gives & what;
}

/* What this user may have of the scopes that were asked for. */
static struct scope_grant granted(const struct visit *visit, const struct entry_sign_in *in)
{
	struct scope_grant scope = in->entry->plan.grant;
	struct role_set held = roles_of_user(visit->arena, visit->realm, in->user);
	scope_limit(visit->arena, &held, &scope);
	return scope;
}

static void describe(const struct visit *visit, const struct entry_sign_in *in, struct event *event)
{
	event_detail(visit, event, "auth_type", STR("code"));
	event_detail(visit, event, "response_type", in->entry->request.response_type);
	event_detail(visit, event, "response_mode", response_mode_name(in->entry->plan.mode));
	if (gives(in, AUTHORIZE_TOKEN | AUTHORIZE_ID_TOKEN))
		event_detail(visit, event, "scope", granted(visit, in).text);
}

struct front_tokens {
	struct str access, id;
	int64_t life_s;
};

/* No refresh token, whatever is asked for: a browser cannot keep one. */
static enum error_code sign(struct visit *visit, const struct entry_sign_in *in, struct front_tokens *ret_tokens,
			    struct why *reterr_why)
{
	struct front_tokens tokens = { .life_s = 0 };
	const struct authorize_request *request = &in->entry->request;
	const struct token_grant grant = { .user = in->user, .session = in->session, .part = &in->part,
		.scope = granted(visit, in), .acr = in->fresh ? STR("1") : STR("0"), .nonce = request->nonce,
		.claims_request = request->claims };
	struct token_input input = token_sign_input(visit, in->entry->plan.client, &grant, "na");
	input.implicit = authorize_is_implicit(&in->entry->plan);
	enum error_code code = OK;
	if (gives(in, AUTHORIZE_TOKEN))
		code = token_sign_access(visit, &input, &tokens.access, &tokens.life_s, reterr_why);
	const struct token_beside beside = { .access = tokens.access, .code = in->code, .state = request->state };
	if (code == OK && gives(in, AUTHORIZE_ID_TOKEN))
		code = token_sign_id(visit, &input, &beside, &tokens.id, reterr_why);
	*ret_tokens = tokens;
	return code;
}

/* False: answered. The sign-in is committed by now, and may have been ended since. */
static bool make_tokens(struct visit *visit, const struct entry_sign_in *in, struct front_tokens *ret_tokens)
{
	struct why why = { "" };
	bool still = false;
	enum error_code code = sign(visit, in, ret_tokens, &why);
	if (code == OK)
		code = token_sign_still(visit, in->entry->plan.client, &in->part, &still, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "app", "tokens for client %.*s: %s", STR_ARG(in->entry->plan.client->client_id),
			  why.text);
		refuse(visit, in->entry, STR("server_error"), STR(""));
	} else if (!still) {
		refuse(visit, in->entry, STR("login_required"), STR(""));
	}
	return code == OK && still;
}

static void answer(struct visit *visit, const struct entry_sign_in *in)
{
	bool bare = leaves_out(in->entry->plan.client, "exclude.session.state.from.auth.response");
	struct front_tokens tokens = { .life_s = 0 };
	if (gives(in, AUTHORIZE_TOKEN | AUTHORIZE_ID_TOKEN) && !make_tokens(visit, in, &tokens))
		return;
	bool access = tokens.access.n;
	const struct authorize_parameter parameters[] = {
		{ STR("session_state"), bare ? STR("") : in->session->id },
		{ STR("code"), in->code },
		{ STR("id_token"), tokens.id },
		{ STR("access_token"), tokens.access },
		{ STR("token_type"), access ? STR("Bearer") : STR("") },
		{ STR("expires_in"), access ? arena_format(visit->arena, "%lld", (long long)tokens.life_s) : STR("") },
	};
	answer_with(visit, in->entry, parameters, ARRAY_LENGTH(parameters));
}

const struct entry_protocol entry_openid = {
	.name = STR_INIT("openid-connect"),
	.open = open,
	.keep = keep,
	.restart_url = restart_url,
	.prepare = prepare,
	.bind = bind,
	.add = add,
	.describe = describe,
	.answer = answer,
	.refuse = refuse,
};
