/* Applications that wait; see polling.h. */
#include "app/polling.h"

#include "oidc/pending.h"

static struct str words(const struct polling_rules *rules, enum error_code code)
{
	const char *own = code == ERROR_PENDING_UNKNOWN ? rules->unknown :
			  code == ERROR_PENDING_EXPIRED ? rules->expired :
			  code == ERROR_SLOW_DOWN ? rules->too_early :
			  code == ERROR_PENDING_DENIED ? rules->denied : rules->open;
	return str_from(own ? own : error_text(code));
}

/* No event: most questions are answered so. */
static void still_open(struct polling *p)
{
	struct http_response *response = p->r->visit->response;
	http_respond_error(response, error_http_status(ERROR_PENDING_OPEN), str_from(error_oauth(ERROR_PENDING_OPEN)),
			   words(p->rules, ERROR_PENDING_OPEN));
	http_no_store(response);
}

static void add_change(struct polling *p, enum pending_change_kind kind, struct effects *effects)
{
	struct pending_change *change = arena_alloc(p->r->visit->arena, sizeof *change);
	*change = (struct pending_change){ .kind = kind, .grant = p->grant, .now_ms = p->r->visit->now_ms };
	effects_add(effects, EFFECT_PENDING_CHANGE)->u.pending = change;
}

void polling_used(struct polling *p, struct effects *effects)
{
	add_change(p, PENDING_USE, effects);
}

/* The next question may come an interval from now. */
static enum error_code count(struct polling *p, struct why *reterr_why)
{
	struct effects effects = effects_new(p->r->visit->arena);
	add_change(p, PENDING_POLL, &effects);
	enum error_code code = app_apply(p->r->visit->app, &effects, reterr_why);
	p->counted = code == OK;
	return code;
}

/* One round of load, decide, apply. STALE: what it leads to changed, or somebody else was quicker. */
static enum error_code round_trip(void *context, struct str hash, bool *ret_granted, struct why *reterr_why)
{
	struct polling *p = context;
	struct client_request *r = p->r;
	struct visit *visit = r->visit;
	struct str text = STR("");
	enum error_code code = store_find_pending(visit->app->store, visit->arena, hash, &p->grant, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	if (p->counted)
		p->grant.interval_ms = 0;
	enum error_code judged = code == OK ? pending_judge_poll(&p->grant, p->rules->kind, visit->realm, r->client,
								 visit->now_ms, &text) : ERROR_PENDING_UNKNOWN;
	bool in_time = judged == OK || judged == ERROR_PENDING_OPEN || judged == ERROR_PENDING_DENIED;
	if (in_time && !p->counted) {
		code = count(p, reterr_why);
		if (code == ERROR_STALE)
			judged = ERROR_SLOW_DOWN;
		else if (code != OK)
			return code;
	}
	if (judged == OK)
		return p->rules->redeem(p, ret_granted, reterr_why);
	if (judged == ERROR_PENDING_OPEN)
		still_open(p);
	else
		client_request_fail(r, judged, text.n ? text : words(p->rules, judged), STR(""));
	return OK;
}

void polling_answer(struct polling *p)
{
	redemption_run(p->r, p->rules->parameter, round_trip, p, &p->redemption);
}
