/* Sessions and parts that begin; see grant.h. */
#include "app/grant.h"

#include "app/browser.h"
#include "app/events.h"
#include "app/page.h"
#include "app/session_limit.h"
#include "base/clock.h"
#include "crypto/random.h"

enum { SID_BYTES = 18 };

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
		session.auth_method = grant->entry->protocol->name;
		session.ip_address = visit->request->client;
		session.user_agent = str_take(http_header(visit->request, "User-Agent"), 255);
		session.remember_me = grant->remember_me;
	}
	session.auth_time_s = grant->auth_time_s;
	session.last_refresh_s = visit->now_ms / 1000;
	if (!grant->direct)
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

/* Adds the client's part in the session, and what the protocol stores besides. */
static void add_part(struct visit *visit, const struct grant *grant, int64_t version, struct entry_sign_in *in,
		     struct effects *effects)
{
	const struct client *client = grant->entry->plan.client;
	const struct client_session *before = part_of(grant->session, client);
	/* One that has run out begins anew; what it gave stays dead. */
	bool lives = before && life_of_part(visit->realm, client, grant->session, before, visit->now_ms) == LIFE_ALIVE;
	in->part = lives ? *before : (struct client_session){ .started_ms = visit->now_ms };
	in->part.session_id = in->session->id;
	in->part.client_id = client->id;
	in->part.issuer = visit->issuer;
	in->part.last_refresh_s = visit->now_ms / 1000;
	in->part.scope = grant->entry->plan.grant.refresh_text;
	in->part.redirect_uri = grant->entry->plan.redirect_uri;
	grant->entry->protocol->bind(visit, in);
	struct effect_client_session *effect = &effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session;
	effect->row = in->part;
	effect->session_version = version;
	if (grant->entry->protocol->add)
		grant->entry->protocol->add(visit, in, effects);
}

static struct event login_event(struct visit *visit, const struct grant *grant, const struct entry_sign_in *in)
{
	struct event event = event_new(visit, "LOGIN");
	event.client_id = grant->entry->plan.client->client_id;
	event.user_id = grant->user->id;
	event.session_id = in->session->id;
	event_detail(visit, &event, "auth_method", grant->entry->protocol->name);
	event_detail(visit, &event, "redirect_uri", grant->entry->plan.redirect_uri);
	event_detail(visit, &event, "consent", grant->consent.n ? grant->consent : STR("no_consent_required"));
	event_detail(visit, &event, "code_id", in->session->id);
	event_detail(visit, &event, "username", grant->user->username);
	if (grant->entry->protocol->describe)
		grant->entry->protocol->describe(visit, in, &event);
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

/* No sign-in after all: what it did besides (a password changed, an attempt that counted)
 * stands. */
static enum error_code settle_refusal(struct visit *visit, const struct grant *grant, struct str event_error,
				      struct str text, struct effects *effects, struct why *reterr_why)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = grant->entry->plan.client->client_id;
	event.user_id = grant->user->id;
	event_detail(visit, &event, "username", grant->user->username);
	enum error_code code = effects->n ? app_apply(visit->app, effects, reterr_why) : OK;
	if (code == OK)
		event_emit_error(visit, &event, event_error, text);
	return code;
}

/* The user may have no more sessions. */
static enum error_code refuse_another(struct visit *visit, const struct grant *grant, struct str text,
				      struct effects *effects, struct why *reterr_why)
{
	enum error_code code = settle_refusal(visit, grant, STR("generic_authentication_error"), text, effects,
					      reterr_why);
	if (code == OK && grant->direct)
		grant->entry->protocol->refuse(visit, grant->entry, STR("access_denied"), text);
	else if (code == OK)
		page_error(visit, 403, text, STR(""));
	return code;
}

/* The application cannot have this user. */
static enum error_code refuse_user(struct visit *visit, const struct grant *grant, struct str error,
				   struct effects *effects, struct why *reterr_why)
{
	enum error_code code = settle_refusal(visit, grant, error, STR(""), effects, reterr_why);
	if (code == OK)
		grant->entry->protocol->refuse(visit, grant->entry, error, STR(""));
	return code;
}

enum error_code grant_enter(struct visit *visit, const struct grant *grant, struct effects *effects,
			    struct why *reterr_why)
{
	const struct entry_protocol *protocol = grant->entry->protocol;
	struct entry_sign_in in = { .entry = grant->entry, .user = grant->user, .fresh = grant->fresh };
	struct str error = protocol->prepare ? protocol->prepare(visit, &in) : STR("");
	if (error.n)
		return refuse_user(visit, grant, error, effects, reterr_why);
	struct session_limit limit = { .counted = -1 };
	enum error_code result = grant->session ? OK :
		session_limit_check(visit, grant->entry->plan.client, grant->user, grant->direct, &limit, reterr_why);
	if (result != OK)
		return result;
	if (limit.verdict.refused)
		return refuse_another(visit, grant, limit.message, effects, reterr_why);
	struct session session = next_session(visit, grant);
	int64_t version = add_session(visit, grant, &session, &limit, effects);
	in.session = &session;
	add_part(visit, grant, version, &in, effects);
	struct event event = login_event(visit, grant, &in);
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
	protocol->answer(visit, &in);
	return OK;
}
