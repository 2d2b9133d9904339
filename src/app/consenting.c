/* POST /realms/{realm}/login-actions/consent, and the question that it answers; see
 * consenting.h. */
#include "app/consenting.h"

#include "app/browser.h"
#include "app/events.h"
#include "app/language.h"
#include "app/login.h"
#include "app/login_page.h"
#include "app/mass.h"
#include "app/page.h"
#include "app/words.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "login/consent.h"
#include "login/required_action.h"
#include "model/credential.h"

enum { ONCE_BYTES = 16 };

/* A question: what is to be consented to, by whom. */
struct question {
	const struct client *client;
	struct consent granted;
	struct consent_item *items;
	size_t n;
};

enum error_code consenting_load(struct visit *visit, const struct client *client, struct str user_id,
				struct consent *ret_consent, struct why *reterr_why)
{
	struct str realm_id = visit->realm->settings.id;
	struct consent consent = { .realm_id = realm_id, .user_id = user_id, .client_id = client->id };
	enum error_code code = store_find_consent(visit->app->store, visit->arena, realm_id, user_id, client->id,
						  &consent, reterr_why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		return code;
	*ret_consent = consent;
	return OK;
}

static enum error_code load_question(struct visit *visit, const struct entry *entry, struct str user_id,
				     struct question *ret_question, struct why *reterr_why)
{
	const struct authorize_plan *plan = &entry->plan;
	enum consent_asking asking = entry->protocol->asks_always ? CONSENT_ASK_ALWAYS :
				     plan->prompt_consent ? CONSENT_ASK_AGAIN : CONSENT_ASK_MISSING;
	struct question q = { .client = plan->client };
	enum error_code code = consenting_load(visit, plan->client, user_id, &q.granted, reterr_why);
	if (code != OK)
		return code;
	q.n = consent_missing(visit->arena, plan->client, plan->grant.scopes, plan->grant.n, &q.granted,
			      asking, &q.items);
	*ret_question = q;
	return OK;
}

enum error_code consenting_covers(struct visit *visit, const struct client *client, struct str user_id,
				  const struct scope_grant *scope, bool *ret_covers, struct why *reterr_why)
{
	struct consent granted;
	struct consent_item *items;
	*ret_covers = true;
	if (!client->consent_required)
		return OK;
	enum error_code code = consenting_load(visit, client, user_id, &granted, reterr_why);
	if (code == OK)
		*ret_covers = !consent_missing(visit->arena, client, scope->scopes, scope->n, &granted,
					      CONSENT_ASK_MISSING, &items);
	return code;
}

static void show(struct visit *visit, const struct question *q, struct ticket *ticket)
{
	struct template_scope *items = arena_array(visit->arena, q->n, sizeof *items);
	for (size_t i = 0; i < q->n; i++) {
		struct template_value *value = arena_array(visit->arena, 1, sizeof *value);
		*value = (struct template_value){ .name = "scope", .text = words_of(visit, q->items[i].text) };
		items[i] = (struct template_scope){ value, 1 };
	}
	ticket->kind = TICKET_CONSENT;
	ticket->consent = consent_question(visit->arena, q->items, q->n);
	ticket->once = random_token(visit->arena, ONCE_BYTES);
	const struct template_value values[] = {
		{ .name = "action", .text = language_keep(visit, visit_url(visit, "/login-actions/consent")) },
		{ .name = "ticket", .text = ticket_seal(visit, ticket) },
		{ .name = "client", .text = words_client(visit, q->client) },
		{ .name = "user_code", .text = ticket->user_code },
		{ .name = "scopes", .items = items, .items_n = q->n },
	};
	page_show(visit, 200, "consent", values, ARRAY_LENGTH(values));
}

static void refuse(struct visit *visit, const struct entry *entry, struct str user_id, struct str error,
		   struct str event_error)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = entry->plan.client->client_id;
	event.user_id = user_id;
	event_detail(visit, &event, "redirect_uri", entry->plan.redirect_uri);
	event_emit_error(visit, &event, event_error, STR(""));
	entry->protocol->refuse(visit, entry, error, STR(""));
}

static enum error_code ask(struct visit *visit, const struct grant *grant, const struct question *q,
			   struct effects *effects, struct why *reterr_why)
{
	if (grant->entry->plan.prompt_none) {
		refuse(visit, grant->entry, grant->user->id, STR("consent_required"), STR("consent_required"));
		return OK;
	}
	/* The password was right, and a new one stays, whatever the answer will be. */
	if (grant->ends_others) {
		struct mass_order order = *grant->ends_others;
		order.spared = grant->session ? grant->session->id : STR("");
		(void)mass_add(visit, &order, effects);
	}
	enum error_code code = effects->n ? app_apply(visit->app, effects, reterr_why) : OK;
	if (code != OK)
		return code;
	if (grant->ends_others)
		mass_committed(visit);
	struct ticket ticket = entry_ticket(grant->entry);
	ticket.user_id = grant->user->id;
	ticket.remember_me = grant->remember_me;
	ticket.auth_time_s = grant->fresh ? grant->auth_time_s : 0;
	show(visit, q, &ticket);
	return OK;
}

enum error_code consenting_grant(struct visit *visit, const struct grant *grant, struct effects *effects,
				 struct why *reterr_why)
{
	struct question q;
	bool always = grant->entry->protocol->asks_always;
	if (!always && !grant->entry->plan.client->consent_required)
		return grant_enter(visit, grant, effects, reterr_why);
	enum error_code code = load_question(visit, grant->entry, grant->user->id, &q, reterr_why);
	if (code != OK)
		return code;
	if (q.n || always)
		return ask(visit, grant, &q, effects, reterr_why);
	struct grant consented = *grant;
	if (q.granted.version) {
		effects_add(effects, EFFECT_CONSENT_HOLDS)->u.consent = q.granted;
		consented.consent = STR("persisted_consent");
	}
	return grant_enter(visit, &consented, effects, reterr_why);
}

/* ---- the answer ---- */

struct consenting {
	struct visit *visit;
	struct ticket ticket;
	struct entry entry;
	struct user *user;
	struct session session; /* the browser's, where `alive` */
	bool alive;
};

static void expired(struct consenting *c)
{
	page_error(c->visit, 400, STR("Action expired. Please continue with login now."),
		   entry_restart_url(c->visit, &c->ticket));
}

/* A page has one answer, also when somebody comes back to it after a sign-out. */
static void add_once(const struct consenting *c, struct effects *effects)
{
	const struct realm_settings *realm = &c->visit->realm->settings;
	effects_add(effects, EFFECT_TOKEN_USE)->u.token_revoke = (struct effect_token_revoke){
		.realm_id = realm->id,
		.jti = c->ticket.once,
		.expires_s = c->ticket.made_ms / 1000 + realm->access_code_lifespan_user_action_s + 1,
	};
}

static enum error_code load(struct consenting *c, bool *ret_used, struct why *reterr_why)
{
	struct visit *visit = c->visit;
	struct user *owner;
	struct str realm_id = visit->realm->settings.id;
	enum error_code code = store_token_used(visit->app->store, realm_id, c->ticket.once, ret_used, reterr_why);
	if (code == OK)
		code = store_find_user(visit->app->store, visit->arena, realm_id, c->ticket.user_id,
				       USER_CREDENTIALS | USER_ROLES | USER_GROUPS, &c->user, reterr_why);
	return code == OK ? browser_session(visit, &c->alive, &c->session, &owner, reterr_why) : code;
}

/* Whether the user may still go on from this page. */
static bool still_valid(const struct consenting *c)
{
	struct str text;
	const struct credential *password = credential_password(c->user);
	if (!c->user->enabled || required_next(c->visit->arena, c->user, &text) != REQUIRED_NOTHING)
		return false;
	if (c->alive && !str_eq(c->session.user_id, c->user->id))
		return false;
	/* Another password than the one that was right; a session that is not there any more. */
	return c->ticket.auth_time_s ? !password || password->created_ms <= c->ticket.made_ms : c->alive;
}

static enum error_code accept_round(struct consenting *c, struct why *reterr_why)
{
	struct visit *visit = c->visit;
	struct question q;
	bool used;
	enum error_code code = load(c, &used, reterr_why);
	if (code == OK && !used && still_valid(c))
		code = load_question(visit, &c->entry, c->user->id, &q, reterr_why);
	else if (code == OK) {
		expired(c);
		return OK;
	}
	if (code != OK)
		return code;
	if (!consent_was_shown(c->ticket.consent, q.items, q.n)) {
		/* The application asks for more meanwhile. */
		struct ticket ticket = c->ticket;
		show(visit, &q, &ticket);
		return OK;
	}
	struct effects effects = effects_new(visit->arena);
	add_once(c, &effects);
	/* A device's question may have no lines. */
	if (q.n)
		effects_add(&effects, EFFECT_CONSENT_PUT)->u.consent =
			consent_after(visit->arena, &q.granted, q.items, q.n, visit->now_ms);
	const struct grant grant = { .entry = &c->entry, .user = c->user,
		.session = c->alive ? &c->session : NULL, .fresh = c->ticket.auth_time_s > 0,
		.remember_me = c->ticket.remember_me, .auth_time_s = c->ticket.auth_time_s,
		.consent = STR("consent_granted") };
	return grant_enter(visit, &grant, &effects, reterr_why);
}

static enum error_code deny(struct consenting *c, struct why *reterr_why)
{
	struct effects effects = effects_new(c->visit->arena);
	add_once(c, &effects);
	if (c->entry.protocol->deny)
		c->entry.protocol->deny(c->visit, &c->entry, &effects);
	enum error_code code = app_apply(c->visit->app, &effects, reterr_why);
	if (code == ERROR_STALE) {
		expired(c);
		return OK;
	}
	if (code == OK)
		refuse(c->visit, &c->entry, c->ticket.user_id, STR("access_denied"), STR("rejected_by_user"));
	return code;
}

/* False: answered. */
static bool open_ticket(struct consenting *c, struct str sealed)
{
	struct why why = { "" };
	struct authorize_verdict verdict;
	int64_t life_s = c->visit->realm->settings.access_code_lifespan_user_action_s;
	enum error_code code = ticket_open(c->visit, sealed, TICKET_CONSENT, life_s, &c->ticket, &why);
	if (code != OK) {
		login_page_bad_ticket(c->visit, code, &c->ticket, &why);
		return false;
	}
	if (entry_open(c->visit, &c->ticket, &c->entry, &verdict))
		return true;
	/* The client was changed while the page was open. */
	page_error(c->visit, 400, verdict.text, STR(""));
	return false;
}

static void answer(struct visit *visit)
{
	struct consenting c = { .visit = visit };
	const struct params *params;
	struct why why = { "" };
	enum error_code code = http_form(visit->request, &params, &why);
	bool yes = code == OK && params_count(params, "accept"), no = code == OK && params_count(params, "cancel");
	if (code != OK || yes == no) {
		page_error(visit, 400, STR("Invalid Request"), STR(""));
		return;
	}
	if (!open_ticket(&c, params_value(params, "code")))
		return;
	if (no)
		code = deny(&c, &why);
	else
		code = ERROR_STALE;
	for (int round = 0; yes && round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = accept_round(&c, &why);
	if (code != OK)
		login_failed(visit, code, &why);
}

void consenting_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	answer(&visit);
	visit_close(&visit);
}
