/* What is left to be fetched; see redemption.h. */
#include "app/redemption.h"

#include "app/part_notes.h"
#include "base/limits.h"
#include "crypto/hash.h"

static enum error_code load_rows(struct redemption *d, struct why *reterr_why)
{
	struct visit *visit = d->r->visit;
	struct str realm_id = visit->realm->settings.id;
	enum error_code code = store_find_session(visit->app->store, visit->arena, realm_id, d->session_id, false,
						  &d->session, reterr_why);
	if (code == OK)
		code = store_find_user(visit->app->store, visit->arena, realm_id, d->session.user_id,
				       USER_ROLES | USER_GROUPS, &d->user, reterr_why);
	const struct client_session *part = code == OK ? token_answer_part(&d->session, d->r->client) : NULL;
	d->part = NULL;
	if (part) {
		d->part = arena_alloc(visit->arena, sizeof *d->part);
		*d->part = *part;
	}
	return code;
}

/* Session, user and client part must live; false: answered. */
static bool check_rows(struct redemption *d, enum error_code loaded)
{
	bool alive = loaded == OK && d->part &&
		     life_of(d->r->visit->realm, d->user, &d->session, d->r->visit->now_ms) == LIFE_ALIVE &&
		     life_of_part(d->r->visit->realm, d->r->client, &d->session, d->part, d->r->visit->now_ms) == LIFE_ALIVE;
	if (alive && d->user->enabled)
		return true;
	client_request_fail(d->r, ERROR_INVALID_CODE, loaded == OK && d->user && !d->user->enabled ? STR("User disabled") :
		STR("Session not active"), STR(""));
	return false;
}

enum error_code redemption_load(struct redemption *d, bool *ret_alive, struct why *reterr_why)
{
	enum error_code code = load_rows(d, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	*ret_alive = check_rows(d, code);
	return OK;
}

/* offline_access: a session of its own kind with the same sid, which outlives the browser's. */
static enum error_code add_offline(struct redemption *d, struct effects *effects, struct why *reterr_why)
{
	struct visit *visit = d->r->visit;
	struct session *offline = arena_alloc(visit->arena, sizeof *offline);
	enum error_code code = store_find_session(visit->app->store, visit->arena, visit->realm->settings.id,
						  d->session.id, true, offline, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	if (code == ERROR_NAME_NOT_FOUND) {
		*offline = d->session;
		offline->offline = true;
		offline->cookie_hash = STR("");
		offline->clients = NULL;
		offline->clients_n = 0;
		offline->started_ms = visit->now_ms;
		offline->last_refresh_s = visit->now_ms / 1000;
		offline->version = 0;
		/* Whoever ended the browser's session meant this one not to begin. */
		effects_add(effects, EFFECT_SESSION_MAY_BEGIN)->u.session = d->session;
		effects_add(effects, EFFECT_SESSION_CREATE)->u.session = *offline;
	}
	/* The browser's session has to live yet when this one begins. */
	struct effect_client_session *online = &effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session;
	online->row = *d->part;
	online->session_version = d->session.version;
	struct client_session *part = arena_alloc(visit->arena, sizeof *part);
	*part = *d->part;
	part->offline = true;
	part->started_ms = visit->now_ms;
	part->last_refresh_s = visit->now_ms / 1000;
	/* Tokens that were rotated away in an earlier offline session of this sid stay so. */
	const struct client_session *before = token_answer_part(offline, d->r->client);
	const struct client_session none = { .chains_n = 0 }, *rotated = before ? before : &none;
	part->refresh_generation = rotated->refresh_generation;
	part->refresh_use_count = rotated->refresh_use_count;
	part->chains = rotated->chains;
	part->chains_n = rotated->chains_n;
	d->grant.refresh = token_answer_first(d->r, part);
	struct effect_client_session *effect = &effects_add(effects, EFFECT_CLIENT_SESSION_PUT)->u.client_session;
	effect->row = *part;
	effect->session_version = offline->version;
	d->grant.session = offline;
	d->grant.part = part;
	return OK;
}

/* The sign-in's chain of refresh tokens begins, where there are chains. */
static void add_chain(struct redemption *d, struct effects *effects)
{
	d->grant.refresh = token_answer_first(d->r, d->part);
	if (!d->grant.refresh.reuse_id.n)
		return;
	struct effect_client_session *effect = &effects_add(effects, EFFECT_CLIENT_SESSION_REFRESH)->u.client_session;
	effect->row = *d->part;
	effect->session_version = d->session.version;
}

/* What an adapter says of itself. */
static void add_adapter(struct redemption *d, struct effects *effects)
{
	struct str adapter = client_request_adapter_value(d->r, "client_session_state");
	if (!adapter.n)
		return;
	struct effect_client_session *bind = &effects_add(effects, EFFECT_CLIENT_SESSION_BIND)->u.client_session;
	bind->row = *d->part;
	bind->row.adapter_session_id = adapter;
	bind->row.adapter_host = client_request_adapter_value(d->r, "client_session_host");
	bind->row.adapter_bound_ms = d->r->visit->now_ms;
}

enum error_code redemption_apply(struct redemption *d, const struct scope_grant *scope, struct effects *effects,
				 bool *ret_granted, struct why *reterr_why)
{
	struct client_request *r = d->r;
	d->grant = (struct token_grant){ .user = d->user, .session = &d->session, .part = d->part, .acr = d->acr,
		.nonce = d->nonce, .claims_request = part_notes_read(r->visit->arena, d->part).claims,
		.scope = *scope };
	if (!token_answer_scope(r, d->user, &d->grant.scope))
		return OK;
	enum error_code code = OK;
	if (d->grant.scope.offline_access)
		code = add_offline(d, effects, reterr_why);
	else
		add_chain(d, effects);
	add_adapter(d, effects);
	if (code == OK)
		code = app_apply(r->visit->app, effects, reterr_why);
	*ret_granted = code == OK;
	return code;
}

static void answer(struct redemption *d)
{
	struct client_request *r = d->r;
	struct token_answer answer;
	struct why why = { "" };
	bool still = false;
	enum error_code code = token_answer_make(r, &d->grant, &answer, &why);
	if (code == OK)
		code = token_sign_still(r->visit, r->client, d->grant.part, &still, &why);
	if (code != OK) {
		client_request_broken(r, code, &why);
		return;
	}
	if (!still) {
		client_request_fail(r, ERROR_INVALID_CODE, STR("Session not active"), STR(""));
		return;
	}
	struct event event = r->event;
	event.type = str_from(d->event_type);
	event_detail(r->visit, &event, "token_id", answer.access_jti);
	event_detail(r->visit, &event, "refresh_token_type", d->grant.session->offline ? STR("Offline") : STR("Refresh"));
	event_detail(r->visit, &event, "scope", d->grant.scope.text);
	event_detail(r->visit, &event, "refresh_token_id", answer.refresh_jti);
	event_detail(r->visit, &event, "code_id", d->session.id);
	event_emit(r->visit, &event);
	token_answer_send(r, &answer);
}

void redemption_run(struct client_request *r, const char *name, redemption_round *round, void *context,
		    struct redemption *d)
{
	struct why why = { "" };
	if (!params_count(r->form, name)) {
		client_request_fail(r, ERROR_INVALID_REQUEST, arena_format(r->visit->arena, "Missing parameter: %s", name),
				    STR(""));
		return;
	}
	struct str hash = hash_base64url(r->visit->arena, HASH_SHA256, client_request_value(r, name));
	enum error_code code = ERROR_STALE;
	bool granted = false;
	for (int i = 0; i < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; i++)
		code = round(context, hash, &granted, &why);
	if (code != OK)
		client_request_broken(r, code, &why);
	else if (granted)
		answer(d);
}
