/* Codes and the answers that carry them; see grant.h. */
#include "app/grant.h"

#include "app/browser.h"
#include "app/events.h"
#include "app/page.h"
#include "app/session_limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"

enum { SID_BYTES = 18, CODE_BYTES = 32 };

static void answer_form_post(struct visit *visit, struct str action,
			     const struct authorize_parameter *parameters, size_t n)
{
	struct template_scope *items = arena_array(visit->arena, n, sizeof *items);
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (!parameters[i].value.n)
			continue;
		struct template_value *item = arena_array(visit->arena, 2, sizeof *item);
		item[0] = (struct template_value){ .name = "name", .text = parameters[i].name };
		item[1] = (struct template_value){ .name = "value", .text = parameters[i].value };
		items[used++] = (struct template_scope){ item, 2 };
	}
	const struct template_value values[] = {
		{ .name = "action", .text = action },
		{ .name = "parameters", .items = items, .items_n = used },
	};
	page_show(visit, 200, "form_post", values, ARRAY_LENGTH(values));
	http_set_header_z(visit->response, "Content-Security-Policy", PAGE_SCRIPT_POLICY);
}

void grant_answer(struct visit *visit, const struct authorize_request *request,
		  const struct authorize_plan *plan, const struct authorize_parameter *parameters, size_t n)
{
	struct authorize_parameter all[12];
	size_t count = 0;
	for (; count < n && count < ARRAY_LENGTH(all) - 2; count++)
		all[count] = parameters[count];
	all[count++] = (struct authorize_parameter){ STR("state"), request->state };
	all[count++] = (struct authorize_parameter){ STR("iss"), visit->issuer };
	if (plan->mode == RESPONSE_FORM_POST) {
		answer_form_post(visit, plan->redirect_uri, all, count);
		return;
	}
	struct why why;
	struct str url = authorize_answer_url(visit->arena, plan->redirect_uri, plan->mode, all, count);
	if (http_respond_redirect(visit->response, 302, url, &why) != OK) {
		log_write(LOG_WARN, "app", "redirect to client %.*s: %s", STR_ARG(plan->client->client_id), why.text);
		page_error(visit, 400, STR("Invalid parameter: redirect_uri"), STR(""));
		return;
	}
	http_no_store_page(visit->response);
}

static const struct client_session *part_of(const struct session *session, const struct client *client)
{
	for (size_t i = 0; session && i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return &session->clients[i];
	return NULL;
}

/* The session as it will be: a new one, or the browser's with this sign-in. */
static struct session next_session(struct visit *visit, const struct grant *grant)
{
	if (grant->session && !grant->fresh)
		return *grant->session;
	struct session session = { 0 };
	if (grant->session) {
		session = *grant->session;
	} else {
		session.id = random_token(visit->arena, SID_BYTES);
		session.started_ms = visit->now_ms;
		session.realm_id = visit->realm->settings.id;
		session.user_id = grant->user->id;
		session.username = grant->user->username;
		session.auth_method = STR("openid-connect");
		session.ip_address = visit->request->client;
		session.user_agent = str_take(http_header(visit->request, "User-Agent"), 255);
		session.remember_me = grant->remember_me;
	}
	session.auth_time_s = grant->auth_time_s;
	session.last_refresh_s = visit->now_ms / 1000;
	session.cookie_hash = browser_set_session_cookie(visit, session.id, session.remember_me);
	return session;
}

/* Adds the session's effect and returns the version that the next effect must expect. */
static int64_t add_session(const struct visit *visit, const struct grant *grant, const struct session *session,
			   const struct session_limit *limit, struct effects *effects)
{
	if (!grant->session) {
		effects_add(effects, EFFECT_SESSION_MAY_BEGIN)->u.session = *session;
		session_limit_add(visit, limit, effects);
		effects_add(effects, EFFECT_SESSION_CREATE)->u.session = *session;
		return session->version;
	}
	if (!grant->fresh)
		return session->version;
	effects_add(effects, EFFECT_SESSION_SIGN_IN_AGAIN)->u.session = *session;
	return session->version + 1;
}

static void add_part(struct visit *visit, const struct grant *grant, const struct session *session,
		     int64_t version, struct effects *effects)
{
	const struct client *client = grant->plan->client;
	const struct client_session *before = part_of(grant->session, client);
	/* One that has run out begins anew; what it gave stays dead. */
	bool lives = before && life_of_part(visit->realm, client, grant->session, before, visit->now_ms) == LIFE_ALIVE;
	struct client_session part = lives ? *before : (struct client_session){ .started_ms = visit->now_ms };
	part.session_id = session->id;
	part.client_id = client->id;
	part.issuer = visit->issuer;
	part.last_refresh_s = visit->now_ms / 1000;
	part.scope = grant->plan->grant.refresh_text;
	part.redirect_uri = grant->plan->redirect_uri;
	/* Refreshed tokens say too whether the user came by the cookie alone. */
	part.notes = grant->fresh ? STR("{\"acr\":\"1\"}") : STR("{\"acr\":\"0\"}");
	struct effect_client_session *effect = &effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session;
	effect->row = part;
	effect->session_version = version;
}

static struct str add_code(struct visit *visit, const struct grant *grant, const struct session *session,
			   struct effects *effects)
{
	const struct authorize_request *request = grant->request;
	struct str code = random_token(visit->arena, CODE_BYTES);
	effects_add(effects, EFFECT_CODE_CREATE)->u.code = (struct code){
		.hash = hash_base64url(visit->arena, HASH_SHA256, code),
		.realm_id = visit->realm->settings.id,
		.client_id = grant->plan->client->id,
		.session_id = session->id,
		.user_id = grant->user->id,
		.redirect_uri = request->redirect_uri,
		.scope = request->scope,
		.nonce = request->nonce,
		.state = request->state,
		.code_challenge = request->code_challenge,
		.code_challenge_method = request->code_challenge_method,
		.issuer = visit->issuer,
		.acr = grant->fresh ? STR("1") : STR("0"),
		.offline_asked = grant->plan->grant.offline_access,
		.auth_time_s = session->auth_time_s,
		.expires_ms = visit->now_ms + visit->realm->settings.access_code_lifespan_s * 1000,
	};
	return code;
}

static struct event login_event(struct visit *visit, const struct grant *grant, const struct session *session)
{
	struct event event = event_new(visit, "LOGIN");
	event.client_id = grant->plan->client->client_id;
	event.user_id = grant->user->id;
	event.session_id = session->id;
	event_detail(visit, &event, "auth_method", STR("openid-connect"));
	event_detail(visit, &event, "auth_type", STR("code"));
	event_detail(visit, &event, "redirect_uri", grant->plan->redirect_uri);
	event_detail(visit, &event, "consent", grant->consent.n ? grant->consent : STR("no_consent_required"));
	event_detail(visit, &event, "code_id", session->id);
	event_detail(visit, &event, "username", grant->user->username);
	if (!grant->fresh)
		event_detail(visit, &event, "response_mode", STR("query"));
	return event;
}

/* After the session's own effects: it may begin, and is spared. */
static void add_end_of_others(struct visit *visit, const struct grant *grant, const struct session *session,
			      struct effects *effects)
{
	if (!grant->ends_others)
		return;
	struct mass_order order = *grant->ends_others;
	order.spared = session->id;
	(void)mass_add(visit, &order, effects);
}

/* The user may have no more sessions: what the sign-in did besides (a password changed, an attempt
 * that counted) stands. */
static enum error_code refuse_another(struct visit *visit, const struct grant *grant, struct str text,
				      struct effects *effects, struct why *reterr_why)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = grant->plan->client->client_id;
	event.user_id = grant->user->id;
	event_detail(visit, &event, "username", grant->user->username);
	enum error_code code = app_apply(visit->app, effects, reterr_why);
	if (code != OK)
		return code;
	event_emit_error(visit, &event, STR("generic_authentication_error"), text);
	page_error(visit, 403, text, STR(""));
	return OK;
}

enum error_code grant_code(struct visit *visit, const struct grant *grant, struct effects *effects,
			   struct why *reterr_why)
{
	struct session_limit limit = { .counted = -1 };
	enum error_code result = grant->session ? OK :
		session_limit_check(visit, grant->plan->client, grant->user, false, &limit, reterr_why);
	if (result != OK)
		return result;
	if (limit.verdict.refused)
		return refuse_another(visit, grant, limit.message, effects, reterr_why);
	struct session session = next_session(visit, grant);
	int64_t version = add_session(visit, grant, &session, &limit, effects);
	add_part(visit, grant, &session, version, effects);
	struct str code = add_code(visit, grant, &session, effects);
	struct event event = login_event(visit, grant, &session);
	event_add(visit, &event, effects);
	add_end_of_others(visit, grant, &session, effects);
	result = app_apply(visit->app, effects, reterr_why);
	if (result != OK) {
		http_response_clear(visit->response);
		/* A session that begins after all begins later than what came between. */
		visit->now_ms = clock_wall_ms();
		return result;
	}
	event_log(visit, &event);
	const struct authorize_parameter parameters[] = {
		{ STR("session_state"), session.id },
		{ STR("code"), code },
	};
	grant_answer(visit, grant->request, grant->plan, parameters, ARRAY_LENGTH(parameters));
	return OK;
}
