/* The browser's way from provider to provider; see owed.h. */
#include "app/owed.h"

#include <string.h>

#include "app/browser.h"
#include "app/events.h"
#include "app/login.h"
#include "app/logout.h"
#include "app/logout_page.h"
#include "app/page.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "saml/logout_request.h"
#include "saml/logout_response.h"

enum {
	TICKET_LIFE_S = 3600,
	COOKIE_MAX = 3500, /* bytes: browsers keep no larger ones */
};

struct debts {
	struct delivery *items;
	size_t n;
};

/* ---- what is owed ---- */

/* Nothing when it cannot be read: the next visit asks again. */
static struct debts load(struct visit *visit)
{
	struct debts debts = { 0 };
	struct why why = { "" };
	struct str_list hashes = browser_session_hashes(visit);
	for (size_t i = 0; i < hashes.n && !debts.n; i++) {
		enum error_code code = store_find_browser_debts(visit->app->store, visit->arena,
			visit->realm->settings.id, hashes.items[i], visit->now_ms / 1000, &debts.items, &debts.n, &why);
		if (code != OK)
			log_write(LOG_ERROR, "app", "what the browser owes: %s", why.text);
	}
	return debts;
}

/* False: somebody else was quicker, or the store fails. */
static bool update(struct visit *visit, const struct delivery *debt, enum delivery_state state, bool asked,
		   struct str reason)
{
	struct why why = { "" };
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_DELIVERY_UPDATE)->u.delivery_update = (struct effect_delivery_update){
		.id = debt->id,
		.expected = DELIVERY_WAITING_BROWSER,
		.state = state,
		.now_ms = visit->now_ms,
		.attempts = debt->attempts + asked,
		.reason = reason,
	};
	enum error_code code = app_apply(visit->app, &effects, &why);
	if (code != OK && code != ERROR_STALE)
		log_write(LOG_ERROR, "app", "receipt %.*s: %s", STR_ARG(debt->signout_id), why.text);
	return code == OK;
}

/* The ID of the request of that number: made of what nobody else knows, so that it need not be
 * kept for InResponseTo. */
static void request_random(const struct visit *visit, const struct delivery *debt, int64_t number,
			   unsigned char ret_random[16])
{
	unsigned char digest[HASH_MAX];
	struct str text = arena_format(visit->arena, "saml logout request %.*s %lld", STR_ARG(debt->id),
				       (long long)number);
	(void)hash_bytes(HASH_SHA256, text, digest);
	memcpy(ret_random, digest, 16);
}

/* ---- to the next provider ---- */

/* Redirect and POST often share a URL; where they do not, the delivery's own tells. */
static struct saml_endpoint endpoint_of(const struct saml_client *client, const struct delivery *debt)
{
	bool post = str_eq(debt->url, client->logout[SAML_BINDING_POST]) &&
		    !str_eq(debt->url, client->logout[SAML_BINDING_REDIRECT]);
	return saml_client_logout_front(client, saml_binding_name(post ? SAML_BINDING_POST : SAML_BINDING_REDIRECT));
}

static enum error_code build(struct visit *visit, const struct delivery *debt, const struct saml_client *client,
			     struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	struct logout_request_input input = {
		.realm = visit->realm,
		.client = client,
		.to = endpoint_of(client, debt),
		.issuer = debt->issuer,
		.session_id = debt->session_id,
		.name_id = debt->saml_name_id,
		.name_id_format = debt->saml_name_id_format,
		.now_ms = visit->now_ms,
	};
	struct str id;
	if (!input.to.url.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "the client has no logout URL for the browser any more");
	request_random(visit, debt, debt->attempts + 1, input.random);
	return logout_request_build(visit->arena, &input, ret_outgoing, &id, reterr_why);
}

static bool keep(struct visit *visit, struct ticket *then)
{
	then->kind = TICKET_OWED;
	struct str sealed = ticket_seal(visit, then);
	if (!sealed.n || sealed.n > COOKIE_MAX)
		return false;
	browser_keep_owed(visit, sealed);
	return true;
}

/* True: the browser is on its way there. */
static bool ask(struct visit *visit, const struct delivery *debt, struct ticket *then)
{
	struct why why = { "" };
	struct saml_outgoing outgoing;
	const struct client *client = realm_client_by_id(visit->realm, debt->client_id);
	if (!client)
		client = realm_gone_client(visit->realm, debt->client_id);
	if (debt->attempts >= OWED_ASKS) {
		update(visit, debt, DELIVERY_GAVE_UP, false,
		       STR("the browser was sent there several times, and was never sent back"));
		return false;
	}
	struct saml_client saml;
	enum error_code code = client ? OK : error_because(&why, ERROR_INVALID_VALUE, "the client no longer exists");
	if (code == OK) {
		saml = saml_client_of(visit->arena, client);
		code = build(visit, debt, &saml, &outgoing, &why);
	}
	if (code != OK) {
		update(visit, debt, DELIVERY_GAVE_UP, false, arena_format(visit->arena, "%s", why.text));
		return false;
	}
	then->asked = arena_join(visit->arena, then->asked, STR(" "), debt->id);
	if (!keep(visit, then) || !update(visit, debt, DELIVERY_WAITING_BROWSER, true,
					  STR("the browser was sent there, and has not come back yet")))
		return false;
	saml_respond(visit, &outgoing);
	return true;
}

static bool ask_next(struct visit *visit, struct ticket *then)
{
	struct debts debts = load(visit);
	for (size_t i = 0; i < debts.n; i++)
		if (!str_contains(then->asked, debts.items[i].id) && ask(visit, &debts.items[i], then))
			return true;
	return false;
}

void owed_go_on(struct visit *visit, struct ticket *then)
{
	if (!ask_next(visit, then))
		owed_finish(visit, then);
}

void owed_begin(struct visit *visit, const struct logout_page *page)
{
	struct ticket then = { .then = OWED_THEN_PAGE, .signout_id = page->signout_id, .redirect = page->redirect,
		.client_id = page->client ? page->client->client_id : STR("") };
	if (!page->frames || !keep(visit, &then)) {
		owed_go_on(visit, &then);
		return;
	}
	struct logout_page framed = *page;
	framed.redirect = visit_url(visit, "/protocol/saml/continue");
	logout_page_show(visit, &framed);
}

bool owed_comes_first(struct visit *visit, const struct entry *entry)
{
	if (entry->plan.prompt_none || !browser_has_session(visit))
		return false;
	struct ticket then = entry_ticket(entry);
	then.then = OWED_THEN_ENTRY;
	return ask_next(visit, &then);
}

void owed_paid_by(struct visit *visit, const struct client *client)
{
	struct debts debts = load(visit);
	for (size_t i = 0; i < debts.n; i++)
		if (str_eq(debts.items[i].client_id, client->id))
			update(visit, &debts.items[i], DELIVERY_DELIVERED, false,
			       STR("the application asked for a sign-out itself"));
}

/* ---- afterwards ---- */

/* Whether somebody has not heard, and will not by the back channel alone (core section 3.7.3.2). */
static bool is_partial(struct visit *visit, struct str signout_ids)
{
	while (signout_ids.n) {
		struct signout signout;
		struct why why;
		struct str id = str_take(signout_ids, str_index(signout_ids, ' '));
		signout_ids = str_drop(signout_ids, id.n + (id.n < signout_ids.n));
		if (store_find_signout(visit->app->store, visit->arena, visit->realm->settings.id, id, &signout, &why) != OK)
			continue;
		for (size_t i = 0; i < signout.deliveries_n; i++) {
			enum delivery_state state = signout.deliveries[i].state;
			if (state == DELIVERY_NOT_POSSIBLE || state == DELIVERY_GAVE_UP ||
			    state == DELIVERY_WAITING_BROWSER)
				return true;
		}
	}
	return false;
}

/* By the binding of the request, else by the other one that a browser can carry. */
static struct saml_endpoint answer_endpoint(const struct saml_client *client, enum saml_binding binding)
{
	struct saml_endpoint to = saml_client_logout_answer(client, binding);
	if (to.url.n || binding == SAML_BINDING_SOAP)
		return to;
	return saml_client_logout_answer(client, binding == SAML_BINDING_POST ? SAML_BINDING_REDIRECT : SAML_BINDING_POST);
}

static void respond(struct visit *visit, const struct ticket *then)
{
	struct why why = { "" };
	const struct client *client = realm_client_by_client_id(visit->realm, then->client_id);
	enum saml_binding binding;
	if (!client || !saml_binding_of_name(then->binding, &binding)) {
		page_error(visit, 400, STR("Invalid Request"), STR(""));
		return;
	}
	struct saml_client saml = saml_client_of(visit->arena, client);
	struct logout_response_input input = {
		.realm = visit->realm,
		.client = &saml,
		.to = answer_endpoint(&saml, binding),
		.issuer = visit->issuer,
		.in_response_to = then->request_id,
		.relay_state = then->state,
		.status = is_partial(visit, then->signout_id) ? SAML_STATUS_PARTIAL_LOGOUT : SAML_STATUS_SUCCESS,
		.now_ms = visit->now_ms,
	};
	struct saml_outgoing outgoing;
	random_bytes(input.random, sizeof input.random);
	enum error_code code = OK;
	if (!input.to.url.n && binding != SAML_BINDING_SOAP)
		code = error_because(&why, ERROR_INVALID_VALUE, "the client has no logout URL to answer to");
	if (code == OK)
		code = logout_response_build(visit->arena, &input, &outgoing, &why);
	if (code == OK) {
		saml_respond(visit, &outgoing);
		return;
	}
	/* The session has ended all the same. */
	log_write(LOG_WARN, "app", "LogoutResponse to client %.*s: %s", STR_ARG(client->client_id), why.text);
	const struct logout_page page = { .client = client, .signout_id = str_take(then->signout_id,
		str_index(then->signout_id, ' ')) };
	logout_page_show(visit, &page);
}

/* A browser whose session is dead and that owes nothing needs its secret no more. */
static void forget(struct visit *visit)
{
	bool alive;
	struct session session;
	struct user *user;
	struct why why;
	if (browser_owed(visit).n)
		browser_clear_owed(visit);
	if (browser_has_session(visit) && browser_session(visit, &alive, &session, &user, &why) == OK && !alive &&
	    !load(visit).n)
		browser_clear_session_cookie(visit);
}

static void enter(struct visit *visit, const struct ticket *then)
{
	struct entry entry;
	struct authorize_verdict verdict;
	if (!entry_open(visit, then, &entry, &verdict)) {
		page_error(visit, 400, verdict.text, STR(""));
		return;
	}
	entry.after_debts = true;
	entry_proceed(visit, &entry);
}

void owed_finish(struct visit *visit, const struct ticket *then)
{
	if (str_eq(then->then, OWED_THEN_RESPONSE)) {
		respond(visit, then);
	} else if (str_eq(then->then, OWED_THEN_ENTRY)) {
		enter(visit, then);
		return;
	} else {
		const struct logout_page page = { .signout_id = then->signout_id, .redirect = then->redirect,
			.client = then->client_id.n ? realm_client_by_client_id(visit->realm, then->client_id) : NULL };
		logout_finish(visit, &page);
	}
	forget(visit);
}

/* ---- the way back ---- */

/* What comes afterwards, by the cookie; the logout page where it was lost. */
static struct ticket kept(struct visit *visit)
{
	struct ticket ticket = { 0 };
	struct why why;
	if (ticket_open(visit, browser_owed(visit), TICKET_OWED, TICKET_LIFE_S, &ticket, &why) == OK)
		return ticket;
	return (struct ticket){ .then = OWED_THEN_PAGE };
}

/* The debt that the response settles: the answer to the last request. */
static const struct delivery *settled_by(struct saml_visit *v, const struct debts *debts)
{
	struct visit *visit = v->visit;
	for (size_t i = 0; i < debts->n; i++) {
		const struct delivery *debt = &debts->items[i];
		unsigned char random[16];
		struct why why;
		if (!str_eq(debt->client_id, v->client.client->id) || !debt->attempts)
			continue;
		request_random(visit, debt, debt->attempts, random);
		if (logout_response_check(&v->message, &v->client, saml_id(visit->arena, random),
					  saml_endpoint_url(visit), visit->now_ms, &why) == OK)
			return debt;
	}
	return NULL;
}

static void settle(struct visit *visit, const struct delivery *debt, const struct logout_response *response)
{
	switch (response->result) {
	case LOGOUT_RESULT_SUCCESS:
		update(visit, debt, DELIVERY_DELIVERED, false, STR("the application said so through the browser"));
		break;
	case LOGOUT_RESULT_PARTIAL:
		update(visit, debt, DELIVERY_DELIVERED, false,
		       STR("the application said so through the browser, but not of everything behind it"));
		break;
	case LOGOUT_RESULT_FAILED:
		update(visit, debt, DELIVERY_GAVE_UP, false,
		       arena_format(visit->arena, "the application refused: %.*s %.*s %.*s", STR_ARG(response->status),
				    STR_ARG(response->inner_status), STR_ARG(response->text)));
		break;
	}
}

void owed_answer(struct saml_visit *v)
{
	struct visit *visit = v->visit;
	struct why why = { "" };
	struct logout_response response;
	enum error_code code = logout_response_read(&v->message, &response, &why);
	struct debts debts = load(visit);
	const struct delivery *debt = code == OK ? settled_by(v, &debts) : NULL;
	if (!debt) {
		const struct authn_error error = { STR("Invalid Request"), STR("invalid_logout_response"),
			code == OK ? STR("it answers no request of ours to this client and browser") : str_from(why.text) };
		saml_refuse(visit, "LOGOUT_ERROR", v->message.issuer, &error);
		return;
	}
	settle(visit, debt, &response);
	struct ticket then = kept(visit);
	owed_go_on(visit, &then);
}

void owed_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	struct ticket then = kept(&visit);
	owed_go_on(&visit, &then);
	visit_close(&visit);
}
