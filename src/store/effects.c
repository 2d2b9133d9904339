/* How each effect becomes SQL, and store_apply.
 *
 * An effect adds statements to one batch; each statement's required number of changed rows
 * is the effect's precondition. The batch runs at the end of the list: on PostgreSQL that
 * costs about one round trip, however long the list is.
 *
 * What raises or checks a version comes before what hangs on it, so that on PostgreSQL the
 * session's row is locked before its clients are touched. */
#include "base/tables.h"
#include "base/text.h"
#include "crypto/random.h"
#include "store/deliveries.h"
#include "store/effects.h"
#include "store/internal.h"
#include "store/purge.h"
#include "store/realm_rows.h"
#include "store/rows.h"
#include "store/statements.h"

enum { USER_AGENT_LIMIT = 512 }; /* bytes */

void applying_add(struct applying *a, const struct db_statement *statement, struct db_values values)
{
	struct db_value *copy = arena_array(a->arena, values.n, sizeof *copy);
	for (size_t i = 0; i < values.n; i++)
		copy[i] = values.p[i];
	*(struct db_call *)arena_push(a->arena, &a->calls, &a->n, sizeof *a->calls) =
		(struct db_call){ statement, { copy, values.n } };
}

struct db_value applying_id(struct applying *a, struct str id)
{
	return db_text(id.n ? id : random_uuid(a->arena));
}

/* ---- sessions ---- */

/* A browser may call itself anything; a name that is no text must not cost a sign-in. */
static struct str readable(struct applying *a, struct str s)
{
	struct text text = text_new(a->arena, 0);
	text_add_clean(&text, s, USER_AGENT_LIMIT);
	return text_str(&text);
}

static void session_create(struct applying *a, const struct effect *effect)
{
	const struct session *s = &effect->u.session;
	applying_add(a, &statement_session_add,
		DB_VALUES(db_text(s->id), db_bool(s->offline), db_text(s->realm_id),
			db_text(s->user_id), db_text(s->username), db_text(s->cookie_hash),
			db_text(s->ip_address), db_text(readable(a, s->user_agent)),
			db_text(s->auth_method), db_int(s->started_ms), db_int(s->auth_time_s),
			db_int(s->last_refresh_s), db_bool(s->remember_me), db_int(s->version),
			db_text(s->notes), db_int(s->spared_ms)));
}

/* Holds the user's row and the realm's, so that on PostgreSQL too the session is either there
 * when somebody who ends all sessions looks for them, or never begins. */
static void session_may_begin(struct applying *a, const struct effect *effect)
{
	const struct session *s = &effect->u.session;
	applying_add(a, &statement_session_may_begin,
		DB_VALUES(db_text(s->user_id), db_text(s->realm_id), db_int(s->started_ms),
			db_bool(s->remember_me)));
}

static void session_count(struct applying *a, const struct effect *effect)
{
	const struct effect_count *c = &effect->u.count;
	applying_add(a, &statement_session_count,
		DB_VALUES(db_text(c->user_id), db_text(c->realm_id), db_int(c->sessions)));
}

static void session_sign_in_again(struct applying *a, const struct effect *effect)
{
	const struct session *s = &effect->u.session;
	applying_add(a, &statement_session_sign_in_again,
		DB_VALUES(db_text(s->id), db_bool(s->offline), db_int(s->version),
			db_text(s->cookie_hash), db_int(s->auth_time_s),
			db_int(s->last_refresh_s)));
}

static void session_touch(struct applying *a, const struct effect *effect)
{
	const struct effect_touch *t = &effect->u.touch;
	applying_add(a, &statement_session_touch,
		DB_VALUES(db_text(t->session_id), db_bool(t->offline), db_int(t->last_refresh_s)));
	if (t->client_id.n > 0)
		applying_add(a, &statement_client_session_touch,
			DB_VALUES(db_text(t->session_id), db_bool(t->offline),
				db_text(t->client_id), db_int(t->last_refresh_s)));
}

static void session_end(struct applying *a, const struct effect *effect)
{
	const struct effect_end *e = &effect->u.end;
	applying_add(a, &statement_session_end,
		DB_VALUES(db_text(e->session_id), db_bool(e->offline), db_int(e->version)));
	applying_add(a, &statement_client_session_end_all,
		DB_VALUES(db_text(e->session_id), db_bool(e->offline)));
}

static void session_raise(struct applying *a, struct str session_id, bool offline, int64_t version)
{
	applying_add(a, &statement_session_raise,
		DB_VALUES(db_text(session_id), db_bool(offline), db_int(version)));
}

static void client_session_put(struct applying *a, const struct effect *effect)
{
	const struct client_session *c = &effect->u.client_session.row;
	session_raise(a, c->session_id, c->offline, effect->u.client_session.session_version);
	applying_add(a, &statement_client_session_put,
		DB_VALUES(db_text(c->session_id), db_bool(c->offline), db_text(c->client_id),
			db_text(c->issuer), db_int(c->started_ms), db_int(c->last_refresh_s),
			db_text(c->scope), db_text(c->redirect_uri), db_text(c->adapter_session_id),
			db_text(c->adapter_host), db_int(c->adapter_bound_ms),
			db_int(c->refresh_generation), db_int(c->refresh_use_count),
			db_text(c->notes), db_text(chains_text(a->arena, c)),
			db_text(c->saml.name_id), db_text(c->saml.name_id_format),
			db_text(c->saml.binding), db_int(c->saml.until_s)));
}

static void client_session_refresh(struct applying *a, const struct effect *effect)
{
	const struct client_session *c = &effect->u.client_session.row;
	session_raise(a, c->session_id, c->offline, effect->u.client_session.session_version);
	applying_add(a, &statement_client_session_refresh,
		DB_VALUES(db_text(c->session_id), db_bool(c->offline), db_text(c->client_id),
			db_int(c->last_refresh_s), db_int(c->refresh_generation),
			db_int(c->refresh_use_count), db_text(chains_text(a->arena, c))));
}

static void client_session_bind(struct applying *a, const struct effect *effect)
{
	const struct client_session *c = &effect->u.client_session.row;
	applying_add(a, &statement_client_session_bind,
		DB_VALUES(db_text(c->session_id), db_bool(c->offline), db_text(c->client_id),
			db_text(c->adapter_session_id), db_text(c->adapter_host),
			db_int(c->adapter_bound_ms)));
}

static void client_session_end(struct applying *a, const struct effect *effect)
{
	const struct effect_client_end *e = &effect->u.client_end;
	session_raise(a, e->session_id, e->offline, e->session_version);
	applying_add(a, &statement_client_session_end,
		DB_VALUES(db_text(e->session_id), db_bool(e->offline), db_text(e->client_id)));
}

/* ---- codes and tokens ---- */

static void code_create(struct applying *a, const struct effect *effect)
{
	const struct code *c = &effect->u.code;
	applying_add(a, &statement_code_add,
		DB_VALUES(db_text(c->hash), db_text(c->realm_id), db_text(c->client_id),
			db_text(c->session_id), db_text(c->user_id), db_text(c->redirect_uri),
			db_text(c->scope), db_text(c->nonce), db_text(c->state),
			db_text(c->code_challenge), db_text(c->code_challenge_method),
			db_text(c->issuer), db_text(c->acr), db_bool(c->offline_asked),
			db_int(c->auth_time_s), db_int(c->expires_ms), db_int(c->used_ms),
			db_text(c->message)));
}

static void code_use(struct applying *a, const struct effect *effect)
{
	const struct effect_code_use *c = &effect->u.code_use;
	if (c->used_ms == 0)
		a->code = error_because(
			a->why, ERROR_INVALID_VALUE, "a code cannot be used at time 0");
	applying_add(a, &statement_code_use, DB_VALUES(db_text(c->hash), db_int(c->used_ms)));
}

static void token_revoke(struct applying *a, const struct effect *effect)
{
	const struct effect_token_revoke *t = &effect->u.token_revoke;
	applying_add(a, &statement_token_revoke,
		DB_VALUES(db_text(t->realm_id), db_text(t->jti), db_int(t->expires_s)));
}

static void token_use(struct applying *a, const struct effect *effect)
{
	const struct effect_token_revoke *t = &effect->u.token_revoke;
	applying_add(a, &statement_token_use,
		DB_VALUES(db_text(t->realm_id), db_text(t->jti), db_int(t->expires_s)));
}

/* ---- sign-outs ---- */

static void signout_create(struct applying *a, const struct effect *effect)
{
	const struct signout *s = &effect->u.signout;
	applying_add(a, &statement_signout_add,
		DB_VALUES(db_text(s->id), db_text(s->realm_id), db_text(s->realm_name),
			db_text(s->user_id), db_text(s->username), db_text(s->session_id),
			db_bool(s->offline), db_text(s->door), db_text(s->initiator),
			db_text(s->ip_address), db_int(s->at_ms), db_int(s->progress),
			db_int(s->total), db_text(s->order_id)));
}

static void delivery_create(struct applying *a, const struct effect *effect)
{
	const struct delivery *d = &effect->u.delivery;
	applying_add(a, &statement_delivery_add,
		DB_VALUES(db_text(d->id), db_text(d->signout_id), db_text(d->realm_id),
			db_text(d->client_id), db_text(d->client_name), db_text(d->session_id),
			db_text(d->user_id), db_bool(d->send_sid),
			db_bool(d->revoke_offline_access),
			db_text(str_from(channel_name(d->channel))), db_text(d->url),
			db_text(d->issuer), db_text(d->algorithm), db_text(d->adapter_session_id),
			db_text(d->adapter_host), db_bool(d->all_sessions), db_int(d->not_before_s),
			db_int(d->bound_ms), db_text(str_from(delivery_state_name(d->state))),
			db_int(d->queued_ms), db_int(d->due_ms), db_int(d->lease_until_ms),
			db_int(d->settled_ms), db_int(d->give_up_ms), db_text(d->lease_owner),
			db_int(d->attempts), db_int(d->http_status), db_text(d->reason),
			db_text(d->saml_name_id), db_text(d->saml_name_id_format),
			db_int(d->saml_until_s), db_text(d->saml_binding), db_text(d->browser)));
}

static void delivery_update(struct applying *a, const struct effect *effect)
{
	const struct effect_delivery_update *d = &effect->u.delivery_update;
	if (d->state == DELIVERY_SENDING)
		a->code = error_because(a->why, ERROR_INVALID_VALUE,
			"delivery %.*s: a lease is taken by a claim alone", STR_ARG(d->id));
	applying_add(a, &statement_delivery_change,
		DB_VALUES(db_text(d->id), db_text(str_from(delivery_state_name(d->expected))),
			db_text(str_from(delivery_state_name(d->state))), db_text(d->lease_owner),
			db_int(d->due_ms), db_int(d->attempts), db_int(d->http_status),
			db_bool(delivery_state_settled(d->state)), db_int(d->now_ms),
			db_text(d->reason)));
}

/* The realm's row comes before the client's, as everywhere. */
static void mass_epoch(struct applying *a, const struct effect_mass *m)
{
	struct db_value target = db_text(m->target_id), realm = db_text(m->realm_id),
			epoch = db_int(m->epoch_ms);
	switch (m->scope) {
	case MASS_REALM:
		applying_add(a, &statement_realm_end_sessions, DB_VALUES(realm, epoch));
		break;
	case MASS_REMEMBERED:
		applying_add(a, &statement_realm_end_remembered, DB_VALUES(realm, epoch));
		break;
	case MASS_CLIENT:
		applying_add(a, &statement_realm_raise, DB_VALUES(realm));
		applying_add(a, &statement_client_end_sessions, DB_VALUES(target, realm, epoch));
		break;
	case MASS_USER:
		applying_add(a, &statement_user_end_sessions,
			DB_VALUES(target, realm, epoch, db_int(m->not_before_s)));
		if (m->spared.n)
			applying_add(a, &statement_session_spare,
				DB_VALUES(db_text(m->spared), db_bool(false), epoch));
		break;
	}
}

static void mass_end(struct applying *a, const struct effect *effect)
{
	const struct effect_mass *m = &effect->u.mass;
	mass_epoch(a, m);
	applying_add(a, &statement_job_add,
		DB_VALUES(db_text(m->job_id), db_text(m->signout_id), db_text(m->realm_id),
			db_text(str_from(mass_scope_name(m->scope))), db_text(m->target_id),
			db_text(m->door), db_text(m->initiator), db_int(m->epoch_ms)));
}

static void realm_changed(struct applying *a, const struct effect *effect)
{
	const struct effect_realm_changed *r = &effect->u.realm_changed;
	if (r->version)
		applying_add(a, &statement_realm_raise_from,
			DB_VALUES(db_text(r->realm_id), db_int(r->version)));
	else
		applying_add(a, &statement_realm_raise, DB_VALUES(db_text(r->realm_id)));
}

static void job_advance(struct applying *a, const struct effect *effect)
{
	const struct effect_job *j = &effect->u.job;
	struct db_value values[] = { db_text(j->id), db_int(j->done), db_int(j->total) };
	applying_add(a, &statement_job_advance, (struct db_values){ values, 3 });
	applying_add(a, &statement_job_advance_signout, (struct db_values){ values, 3 });
	if (j->finished)
		applying_add(a, &statement_job_delete, (struct db_values){ values, 1 });
}

/* ---- events ---- */

static void event(struct applying *a, const struct effect *effect)
{
	const struct event *e = &effect->u.event;
	struct str details = STR("");
	if (a->code == OK)
		a->code = details_text(a->arena, e, &details, a->why);
	applying_add(a, &statement_event_add,
		DB_VALUES(applying_id(a, e->id), db_text(e->realm_id), db_text(e->realm_name),
			db_int(e->time_ms), db_text(e->type), db_text(e->client_id),
			db_text(e->user_id), db_text(e->session_id), db_text(e->ip_address),
			db_text(e->error), db_text(details)));
}

static void admin_event(struct applying *a, const struct effect *effect)
{
	const struct admin_event *e = &effect->u.admin_event;
	applying_add(a, &statement_admin_event_add,
		DB_VALUES(applying_id(a, e->id), db_text(e->realm_id), db_text(e->auth_realm_id),
			db_text(e->auth_client_id), db_text(e->auth_user_id),
			db_text(e->auth_ip_address), db_int(e->time_ms), db_text(e->operation),
			db_text(e->resource_type), db_text(e->resource_path),
			db_text(e->representation), db_text(e->error)));
}

/* ---- all of them ---- */

static effect_applier *const appliers[EFFECT_COUNT] = {
	[EFFECT_SESSION_CREATE] = session_create,
	[EFFECT_SESSION_MAY_BEGIN] = session_may_begin,
	[EFFECT_SESSION_COUNT] = session_count,
	[EFFECT_SESSION_SIGN_IN_AGAIN] = session_sign_in_again,
	[EFFECT_SESSION_TOUCH] = session_touch,
	[EFFECT_SESSION_END] = session_end,
	[EFFECT_CLIENT_SESSION_PUT] = client_session_put,
	[EFFECT_CLIENT_SESSION_REFRESH] = client_session_refresh,
	[EFFECT_CLIENT_SESSION_BIND] = client_session_bind,
	[EFFECT_CLIENT_SESSION_END] = client_session_end,
	[EFFECT_CODE_CREATE] = code_create,
	[EFFECT_CODE_USE] = code_use,
	[EFFECT_FAILURE_PUT] = apply_failure_put,
	[EFFECT_FAILURE_CLEAR] = apply_failure_clear,
	[EFFECT_CREDENTIAL_REPLACE] = apply_credential_replace,
	[EFFECT_CREDENTIAL_REHASH] = apply_credential_rehash,
	[EFFECT_REQUIRED_ACTION_REMOVE] = apply_required_action_remove,
	[EFFECT_REQUIRED_ACTION_ADD] = apply_required_action_add,
	[EFFECT_USER_CREATE] = apply_user_create,
	[EFFECT_USER_UPDATE] = apply_user_update,
	[EFFECT_USER_ROLE_ADD] = apply_user_role_add,
	[EFFECT_USER_DELETE] = apply_user_delete,
	[EFFECT_CONSENT_PUT] = apply_consent_put,
	[EFFECT_CONSENT_HOLDS] = apply_consent_holds,
	[EFFECT_CONSENT_DELETE] = apply_consent_delete,
	[EFFECT_TOKEN_REVOKE] = token_revoke,
	[EFFECT_TOKEN_USE] = token_use,
	[EFFECT_PUSHED_ADD] = apply_pushed_add,
	[EFFECT_PUSHED_DELETE] = apply_pushed_delete,
	[EFFECT_SIGNOUT_CREATE] = signout_create,
	[EFFECT_DELIVERY_CREATE] = delivery_create,
	[EFFECT_DELIVERY_UPDATE] = delivery_update,
	[EFFECT_EVENT] = event,
	[EFFECT_ADMIN_EVENT] = admin_event,
	[EFFECT_MASS_END] = mass_end,
	[EFFECT_REALM_CHANGED] = realm_changed,
	[EFFECT_JOB_ADVANCE] = job_advance,
	[EFFECT_REALM_UPDATE] = apply_realm_update,
	[EFFECT_CLIENT_CREATE] = apply_client_create,
	[EFFECT_CLIENT_UPDATE] = apply_client_update,
	[EFFECT_CLIENT_DELETE] = apply_client_delete,
	[EFFECT_ROLE_CHANGE] = apply_role_change,
	[EFFECT_GROUP_CHANGE] = apply_group_change,
	[EFFECT_SCOPE_CHANGE] = apply_scope_change,
	[EFFECT_COMPONENT_CHANGE] = apply_component_change,
	[EFFECT_USER_CHANGE] = apply_user_change,
	[EFFECT_REGISTRATION_CHANGE] = apply_registration_change,
	[EFFECT_LOG_CHANGE] = apply_log_change,
	[EFFECT_PENDING_CHANGE] = apply_pending_change,
};
_Static_assert(EFFECT_COUNT == EFFECT_PENDING_CHANGE + 1, "a new effect needs its line above");

static enum error_code apply_effects(
	struct store *store, struct db *db, const struct effects *effects, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct applying a = { .arena = arena, .store = store, .why = reterr_why };
	for (size_t i = 0; a.code == OK && i < effects->n; i++)
		appliers[effects->items[i].kind](&a, &effects->items[i]);
	return a.code == OK ? db_run_batch(db, a.calls, a.n, reterr_why) : a.code;
}

static enum error_code apply_turn(struct store *store, struct db *db, struct store_turn *turn,
	struct why *reterr_why)
{
	enum error_code code = OK;
	if (turn->effects && turn->effects->n)
		code = apply_effects(store, db, turn->effects, reterr_why);
	return code == OK ? deliveries_turn(db, turn, reterr_why) : code;
}

const struct store_work *store_work_later(const struct effects *effects)
{
	struct store_work *work = arena_alloc(effects->arena, sizeof *work);
	struct effects *copy = arena_alloc(effects->arena, sizeof *copy);
	*copy = *effects;
	*work = store_work_effects(copy);
	return work;
}

enum error_code store_apply(void *store, struct db *db, const void *work, struct why *reterr_why)
{
	const struct store_work *w = work;
	switch (w->kind) {
	case STORE_WORK_EFFECTS:
		return apply_effects(store, db, w->u.effects, reterr_why);
	case STORE_WORK_TURN:
		return apply_turn(store, db, w->u.turn, reterr_why);
	case STORE_WORK_HURRY:
		return deliveries_hurry(db, w->u.hurry, reterr_why);
	case STORE_WORK_PURGE:
		return purge(db, w->u.purge, reterr_why);
	case STORE_WORK_CALL:
		return w->u.call.run(w->u.call.argument, db, reterr_why);
	}
	return error_because(reterr_why, ERROR_INTERNAL, "a work of an unknown kind");
}
