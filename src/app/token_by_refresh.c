/* grant_type=refresh_token (RFC 6749 section 6), with rotation where the realm has it. */
#include "app/own_token.h"
#include "app/part_notes.h"
#include "app/signing_out.h"
#include "app/token_answer.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/read.h"
#include "store/apply.h"

struct refresh {
	struct client_request *r;
	struct jwt_claims claims;
	struct refresh_place place;
	bool offline;
	struct user *user;
	struct session session;
	struct token_refresh_facts facts;
	struct token_grant grant;
};

static enum error_code load(struct refresh *f, struct why *reterr_why)
{
	struct visit *visit = f->r->visit;
	struct str realm_id = visit->realm->settings.id;
	f->facts = (struct token_refresh_facts){ .realm = visit->realm, .client = f->r->client,
		.issuer = f->claims.iss, .issuer_auth = f->claims.iss, .now_ms = visit->now_ms };
	enum error_code code = store_find_session(visit->app->store, visit->arena, realm_id, f->claims.sid,
						  f->offline, &f->session, reterr_why);
	if (code == OK) {
		f->facts.session = &f->session;
		f->facts.part = token_answer_part(&f->session, f->r->client);
	} else if (code != ERROR_NAME_NOT_FOUND) {
		return code;
	}
	/* The subject may be one of the client's own; the session knows the user. */
	struct str user_id = f->facts.session ? f->session.user_id : f->claims.sub;
	code = store_find_user(visit->app->store, visit->arena, realm_id, user_id, USER_ROLES | USER_GROUPS,
			       &f->user, reterr_why);
	if (code == OK)
		f->facts.user = f->user;
	return code == ERROR_NAME_NOT_FOUND ? OK : code;
}

/* A rotated token came again: the client's part ends, the session stays. */
static enum error_code replayed(struct refresh *f, struct why *reterr_why)
{
	struct signout_order order = signing_out_order(f->r->visit, DOOR_REFRESH_REPLAY, f->r->client);
	struct signout_outcome outcome;
	return signing_out(f->r->visit, &order, f->session.id, f->offline, f->r->client->id, &outcome, reterr_why);
}

static enum error_code refuse(struct refresh *f, const struct token_refusal *refusal, struct why *reterr_why)
{
	struct client_request *r = f->r;
	enum error_code code = refusal->replay ? replayed(f, reterr_why) : OK;
	if (code != OK)
		return code;
	client_request_fail(r, refusal->code, refusal->text, STR(""));
	return OK;
}

/* The scope of the answer: the token's, or a narrower one that the request names. */
static bool resolve_scope(struct refresh *f)
{
	struct client_request *r = f->r;
	struct str asked = client_request_value(r, "scope");
	if (asked.n && !scope_within(asked, f->claims.scope)) {
		client_request_fail(r, ERROR_INVALID_SCOPE, arena_join(r->visit->arena, STR("Invalid scopes: "), asked,
			STR("")), STR(""));
		return false;
	}
	/* Default scopes come by themselves; asked ones are those that the token was given for. */
	scope_resolve_again(r->visit->arena, r->client, asked.n ? asked : f->claims.scope, &f->grant.scope);
	return true;
}

/* Last use: in the background, at most once a second. */
static void touch(struct refresh *f)
{
	struct visit *visit = f->r->visit;
	if (f->facts.part->last_refresh_s >= visit->now_ms / 1000)
		return;
	struct arena *arena = arena_new(1024);
	struct effects *effects = arena_alloc(arena, sizeof *effects);
	*effects = effects_new(arena);
	effects_add(effects, EFFECT_SESSION_TOUCH)->u.touch = (struct effect_touch){
		.session_id = arena_str(arena, f->session.id),
		.client_id = arena_str(arena, f->r->client->id),
		.offline = f->offline,
		.last_refresh_s = visit->now_ms / 1000,
	};
	writer_apply_later(visit->app->writer, arena, store_work_later(effects));
}

/* Under rotation this token is used up, in one transaction with the check. */
static enum error_code rotate(struct refresh *f, struct why *reterr_why)
{
	struct visit *visit = f->r->visit;
	struct effects effects = effects_new(visit->arena);
	struct effect_client_session *effect = &effects_add(&effects, EFFECT_CLIENT_SESSION_REFRESH)->u.client_session;
	effect->row = *f->facts.part;
	rotation_use(visit->arena, &effect->row, &f->place);
	effect->row.last_refresh_s = visit->now_ms / 1000;
	effect->session_version = f->session.version;
	return app_apply(visit->app, &effects, reterr_why);
}

static void emit(struct refresh *f, const struct token_answer *answer)
{
	struct client_request *r = f->r;
	struct event event = r->event;
	event.type = STR("REFRESH_TOKEN");
	event.user_id = f->user->id;
	event_detail(r->visit, &event, "token_id", answer->access_jti);
	event_detail(r->visit, &event, "updated_refresh_token_id", answer->refresh_jti);
	event_detail(r->visit, &event, "scope", f->grant.scope.text);
	event_emit(r->visit, &event);
}

static enum error_code grant(struct refresh *f, struct why *reterr_why)
{
	struct client_request *r = f->r;
	bool rotates = r->visit->realm->settings.revoke_refresh_token, still = false;
	struct part_notes notes = part_notes_read(r->visit->arena, f->facts.part);
	f->grant = (struct token_grant){ .user = f->user, .session = &f->session, .part = f->facts.part,
		.acr = notes.acr, .claims_request = notes.claims, .nonce = f->claims.nonce,
		.refresh = { f->place.reuse_id, f->place.generation + rotates } };
	if (!resolve_scope(f) || !token_answer_scope(r, f->user, &f->grant.scope))
		return OK;
	enum error_code code = rotates ? rotate(f, reterr_why) : OK;
	struct token_answer answer;
	if (code == OK)
		code = token_answer_make(r, &f->grant, &answer, reterr_why);
	if (code == OK)
		code = token_sign_still(r->visit, r->client, f->grant.part, &still, reterr_why);
	if (code != OK)
		return code;
	if (!still) {
		client_request_fail(r, ERROR_SESSION_NOT_ACTIVE, STR("Session not active"), STR(""));
		return OK;
	}
	if (!rotates)
		touch(f);
	emit(f, &answer);
	token_answer_send(r, &answer);
	return OK;
}

static enum error_code round_trip(struct refresh *f, struct why *reterr_why)
{
	enum error_code code = load(f, reterr_why);
	if (code != OK)
		return code;
	struct token_refusal refusal = token_check_refresh(&f->facts, &f->claims, &f->place);
	return refusal.code == OK ? grant(f, reterr_why) : refuse(f, &refusal, reterr_why);
}

void token_by_refresh(struct client_request *r)
{
	struct refresh f = { .r = r };
	struct why why = { "" };
	struct str token = client_request_value(r, "refresh_token");
	if (!params_count(r->form, "refresh_token")) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("No refresh token"), STR(""));
		return;
	}
	if (own_token_open(r->visit, token, &f.claims, &why) != OK) {
		client_request_fail(r, ERROR_INVALID_GRANT, STR("Invalid refresh token"), str_from(why.text));
		return;
	}
	r->event.session_id = f.claims.sid;
	event_detail(r->visit, &r->event, "refresh_token_type", f.claims.typ);
	event_detail(r->visit, &r->event, "refresh_token_id", f.claims.jti);
	event_detail(r->visit, &r->event, "refresh_token_sub", f.claims.sub);
	f.place = token_place(r->visit->arena, &f.claims);
	f.offline = jwt_check_kind(&f.claims, JWT_OFFLINE, NULL) == OK;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_trip(&f, &why);
	if (code != OK)
		client_request_broken(r, code, &why);
}
