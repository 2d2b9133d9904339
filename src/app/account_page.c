/* /realms/{realm}/account in a browser: where the user is signed in, and what applications were
 * granted, each with a button that ends it. Works without JavaScript.
 *
 * The page looks at the browser's own session; without one it goes through a sign-in by the
 * client `account`, whose code it does not need. */
#include "app/account.h"
#include "app/account_applications.h"
#include "app/account_end.h"
#include "app/browser.h"
#include "app/language.h"
#include "app/login.h"
#include "app/logout_page.h"
#include "app/page.h"
#include "app/ticket.h"
#include "app/user_agent.h"
#include "app/words.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>
#include <time.h>

enum {
	TICKET_LIFE_S = 3600, /* for which the page's buttons work */
	RECEIPTS_SHOWN = 20,
};

struct view {
	struct visit *visit;
	const struct client *account;
	struct session session;
	struct user *user; /* with roles and groups */
};

static struct str page_url(struct visit *visit)
{
	return visit_url(visit, "/account/");
}

static void redirect(struct visit *visit, struct str url)
{
	struct why why;
	if (http_respond_redirect(visit->response, 303, url, &why) == OK)
		http_no_store_page(visit->response);
	else
		page_error(visit, 500, str_from(error_text(ERROR_INTERNAL)), STR(""));
}

static void sign_in(struct visit *visit)
{
	const struct authorize_parameter parameters[] = {
		{ STR("client_id"), STR("account") },
		{ STR("redirect_uri"), language_keep(visit, page_url(visit)) },
		{ STR("response_type"), STR("code") },
		{ STR("scope"), STR("openid") },
	};
	struct str url = visit_url(visit, "/protocol/openid-connect/auth");
	redirect(visit, language_keep(visit, authorize_answer_url(visit->arena, url, RESPONSE_QUERY, parameters,
								  ARRAY_LENGTH(parameters))));
}

static struct str query_value(struct visit *visit, const char *name)
{
	const struct params *params;
	return http_query(visit->request, &params, NULL) == OK ? params_value(params, name) : STR("");
}

/* Back from a sign-in that left no session: asking again would never end. */
static void not_signed_in(struct visit *visit)
{
	if (query_value(visit, "error").n)
		page_error(visit, 403, STR("You are not signed in."), page_url(visit));
	else if (query_value(visit, "code").n)
		page_error(visit, 400, str_from(error_text(ERROR_COOKIE_LOST)), page_url(visit));
	else
		sign_in(visit);
}

static enum error_code load_user(struct view *view, bool *ret_alive, struct why *reterr_why)
{
	struct visit *visit = view->visit;
	struct user *row;
	enum error_code code = browser_session(visit, ret_alive, &view->session, &row, reterr_why);
	if (code == OK && *ret_alive)
		code = store_find_user(visit->app->store, visit->arena, visit->realm->settings.id, row->id,
				       USER_ROLES | USER_GROUPS, &view->user, reterr_why);
	return code;
}

/* False: answered. */
static bool open_view(struct view *view, struct visit *visit)
{
	struct why why = { "" };
	bool alive = false;
	*view = (struct view){ .visit = visit, .account = realm_client_by_client_id(visit->realm, STR("account")) };
	if (!view->account || !view->account->enabled) {
		page_error(visit, 404, STR("This realm has no account pages."), STR(""));
		return false;
	}
	enum error_code code = load_user(view, &alive, &why);
	if (code != OK) {
		login_failed(visit, code, &why);
		return false;
	}
	/* What an administrator requires comes before any page, as it comes before applications. */
	if (!alive || view->user->required_actions.n) {
		not_signed_in(visit);
		return false;
	}
	struct role_set roles = roles_of_user(visit->arena, visit->realm, view->user);
	if (account_granted(&roles, view->account, ACCOUNT_MANAGE))
		return true;
	page_error(visit, 403, STR("You are not permitted to manage this account."), STR(""));
	return false;
}

/* ---- what the page shows */

static struct str time_text(struct arena *arena, int64_t seconds)
{
	struct tm parts;
	char text[32];
	time_t when = (time_t)seconds;
	size_t n = gmtime_r(&when, &parts) ? strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts) : 0;
	return arena_str(arena, str_of(text, n));
}

static void add_word(struct text *list, struct str word)
{
	if (list->n)
		text_add_z(list, ", ");
	text_add(list, word);
}

static struct template_scope keep(struct arena *arena, const struct template_value *values, size_t n)
{
	struct template_value *kept = arena_array(arena, n, sizeof *kept);
	memcpy(kept, values, n * sizeof *kept);
	return (struct template_scope){ kept, n };
}

static struct str clients_of(struct visit *visit, const struct session *session)
{
	struct text list = text_new(visit->arena, 0);
	for (size_t i = 0; i < session->clients_n; i++) {
		const struct client *client = realm_client_by_id(visit->realm, session->clients[i].client_id);
		if (client)
			add_word(&list, words_client(visit, client));
	}
	return text_str(&list);
}

static struct template_scope session_scope(struct view *view, const struct session *session)
{
	struct arena *arena = view->visit->arena;
	struct user_agent agent = user_agent_read(arena, session->user_agent);
	const struct template_value values[] = {
		{ .name = "session", .text = session->id },
		{ .name = "browser", .text = agent.browser },
		{ .name = "system", .text = agent.os },
		{ .name = "address", .text = session->ip_address },
		{ .name = "started", .text = time_text(arena, session->started_ms / 1000) },
		{ .name = "last", .text = time_text(arena, session->last_refresh_s) },
		{ .name = "clients", .text = clients_of(view->visit, session) },
		{ .name = "current", .text = str_eq(session->id, view->session.id) ? STR("1") : STR("") },
	};
	return keep(arena, values, ARRAY_LENGTH(values));
}

static struct str scopes_of(struct visit *visit, const struct account_application *one)
{
	struct text list = text_new(visit->arena, 0);
	for (size_t i = 0; one->consent && i < one->consent->scope_ids.n; i++) {
		struct str id = one->consent->scope_ids.items[i];
		const struct client_scope *scope = consent_scope(visit->realm, id);
		if (scope)
			add_word(&list, words_of(visit, consent_item_of_scope(scope).text));
		else if (str_eq(id, one->client->id))
			add_word(&list, words_of(visit, consent_item_of_client(one->client).text));
	}
	return text_str(&list);
}

static struct template_scope application_scope(struct visit *visit, const struct account_application *one)
{
	const struct template_value values[] = {
		{ .name = "client", .text = one->client->client_id },
		{ .name = "name", .text = words_client(visit, one->client) },
		{ .name = "url", .text = account_application_url(visit, one->client) },
		{ .name = "in_use", .text = one->in_use ? STR("1") : STR("") },
		{ .name = "offline", .text = one->offline ? STR("1") : STR("") },
		{ .name = "scopes", .text = scopes_of(visit, one) },
		{ .name = "since", .text = one->consent ? time_text(visit->arena, one->consent->created_ms / 1000) : STR("") },
		{ .name = "removable", .text = one->consent || one->offline ? STR("1") : STR("") },
	};
	return keep(visit->arena, values, ARRAY_LENGTH(values));
}

/* One of the sign-outs that the address names; only the user's own are shown. */
static bool receipt_scope(struct view *view, struct str id, struct template_scope *ret_scope)
{
	struct visit *visit = view->visit;
	struct signout signout;
	struct why why = { "" };
	size_t n;
	enum error_code code = store_find_signout(visit->app->store, visit->arena, visit->realm->settings.id, id,
						  &signout, &why);
	if (code != OK && code != ERROR_NAME_NOT_FOUND)
		log_write(LOG_ERROR, "app", "receipt of sign-out %.*s: %s", STR_ARG(str_take(id, 80)), why.text);
	if (code != OK || !str_eq(signout.user_id, view->user->id))
		return false;
	const struct template_scope *lines = logout_page_lines(visit, &signout, &n);
	const struct template_value values[] = {
		{ .name = "receipt", .text = signout.id },
		{ .name = "at", .text = time_text(visit->arena, signout.at_ms / 1000) },
		{ .name = "lines", .items = lines, .items_n = n },
		{ .name = "nobody", .text = n ? STR("") : STR("1") },
	};
	*ret_scope = keep(visit->arena, values, ARRAY_LENGTH(values));
	return true;
}

static struct template_scope *receipts(struct view *view, size_t *ret_n)
{
	struct template_scope *items = arena_array(view->visit->arena, RECEIPTS_SHOWN, sizeof *items);
	struct str rest = query_value(view->visit, "signout"), id;
	size_t n = 0;
	for (size_t i = 0; i < RECEIPTS_SHOWN && str_next(&rest, ',', &id); i++)
		n += id.n && receipt_scope(view, id, &items[n]);
	*ret_n = n;
	return items;
}

static struct str seal(struct view *view)
{
	struct ticket ticket = { .kind = TICKET_ACCOUNT, .user_id = view->user->id, .session_id = view->session.id };
	return ticket_seal(view->visit, &ticket);
}

static void render(struct view *view, const struct session *sessions, size_t sessions_n,
		   const struct account_application *applications, size_t applications_n)
{
	struct visit *visit = view->visit;
	struct template_scope *devices = arena_array(visit->arena, sessions_n, sizeof *devices);
	struct template_scope *granted = arena_array(visit->arena, applications_n, sizeof *granted);
	size_t receipts_n;
	const struct template_scope *told = receipts(view, &receipts_n);
	for (size_t i = 0; i < sessions_n; i++)
		devices[i] = session_scope(view, &sessions[i]);
	for (size_t i = 0; i < applications_n; i++)
		granted[i] = application_scope(visit, &applications[i]);
	const struct template_value values[] = {
		{ .name = "username", .text = view->user->username },
		{ .name = "done", .text = query_value(visit, "done").n ? STR("1") : STR("") },
		{ .name = "receipts", .items = told, .items_n = receipts_n },
		{ .name = "sign_out", .text = language_keep(visit, visit_url(visit, "/account/sign-out")) },
		{ .name = "remove_access", .text = language_keep(visit, visit_url(visit, "/account/remove-access")) },
		{ .name = "ticket", .text = seal(view) },
		{ .name = "devices", .items = devices, .items_n = sessions_n },
		{ .name = "others", .text = sessions_n > 1 ? STR("1") : STR("") },
		{ .name = "applications", .items = granted, .items_n = applications_n },
	};
	page_show(visit, 200, "account", values, ARRAY_LENGTH(values));
	http_set_header_z(visit->response, "Content-Security-Policy", HTTP_HTML_POLICY " form-action 'self'");
}

static void show(struct view *view)
{
	struct session *sessions;
	struct account_application *applications;
	size_t sessions_n, applications_n;
	struct why why = { "" };
	enum error_code code = account_sessions_of(view->visit, view->user, false, &sessions, &sessions_n, &why);
	if (code == OK)
		code = account_applications_of(view->visit, view->user, &applications, &applications_n, &why);
	if (code == OK)
		render(view, sessions, sessions_n, applications, applications_n);
	else
		login_failed(view->visit, code, &why);
}

void account_page(struct visit *visit)
{
	struct view view;
	if (!open_view(&view, visit))
		return;
	if (query_value(visit, "code").n)
		redirect(visit, language_keep(visit, page_url(visit)));
	else
		show(&view);
}

static bool wants_json(const struct http_request *request)
{
	return str_contains(http_header(request, "Accept"), STR("application/json")) ||
	       str_eq_z(http_content_type(request), "application/json") || http_bearer(request).n;
}

void account_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (wants_json(request)) {
		account_profile_get(context, request, response);
		return;
	}
	if (!visit_open(&visit, context, request, response))
		return;
	account_page(&visit);
	visit_close(&visit);
}

/* ---- what its buttons do */

/* The form of this browser's session; false: answered. */
static bool open_form(struct view *view, struct visit *visit, const struct params **ret_form)
{
	struct ticket ticket = { 0 };
	struct why why = { "" };
	enum error_code code = http_form(visit->request, ret_form, &why);
	if (code == OK)
		code = ticket_open(visit, params_value(*ret_form, "ticket"), TICKET_ACCOUNT, TICKET_LIFE_S, &ticket, &why);
	if (code != OK) {
		page_error(visit, 400, code == ERROR_EXPIRED ? STR("Page has expired") : STR("Invalid Request"),
			   page_url(visit));
		return false;
	}
	if (!open_view(view, visit))
		return false;
	if (str_eq(ticket.user_id, view->user->id) && str_eq(ticket.session_id, view->session.id))
		return true;
	/* Somebody signed in anew while the page was open. */
	page_error(visit, 400, STR("Page has expired"), page_url(visit));
	return false;
}

static void show_done(struct view *view, const struct account_ended *ended)
{
	struct visit *visit = view->visit;
	if (ended->here.n) {
		const struct logout_page page = { .signout_id = ended->here, .frames = true };
		logout_page_show(visit, &page);
		browser_clear_session_cookie(visit);
		return;
	}
	struct text url = text_new(visit->arena, 0);
	text_add(&url, page_url(visit));
	text_add_z(&url, "?done=1&signout=");
	for (size_t i = 0; i < ended->n && i < RECEIPTS_SHOWN; i++) {
		if (i)
			text_add_char(&url, ',');
		text_add_percent(&url, ended->ids[i]);
	}
	redirect(visit, language_keep(visit, text_str(&url)));
}

static void answer(struct view *view, enum error_code code, const struct account_ended *ended, const struct why *why)
{
	if (code == OK)
		show_done(view, ended);
	else
		login_failed(view->visit, code, why);
}

static void sign_out(struct visit *visit)
{
	struct view view;
	const struct params *form;
	struct account_ended ended = { 0 };
	struct why why = { "" };
	if (!open_form(&view, visit, &form))
		return;
	const struct account_actor actor = { .caller = view.account, .user = view.user, .here = view.session.id };
	struct str what = params_value(form, "what");
	enum error_code code = ERROR_INVALID_REQUEST;
	if (str_eq_z(what, "all"))
		code = account_end_sessions(visit, &actor, STR(""), DOOR_ACCOUNT_ALL, &ended, &why);
	else if (str_eq_z(what, "others"))
		code = account_end_sessions(visit, &actor, view.session.id, DOOR_ACCOUNT_OTHERS, &ended, &why);
	else if (str_eq_z(what, "one"))
		code = account_end_session(visit, &actor, params_value(form, "session"), &ended, &why);
	answer(&view, code, &ended, &why);
}

void account_page_sign_out(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	sign_out(&visit);
	visit_close(&visit);
}

static void remove_access(struct visit *visit)
{
	struct view view;
	const struct params *form;
	struct account_ended ended = { 0 };
	struct why why = { "" };
	bool found;
	if (!open_form(&view, visit, &form))
		return;
	const struct withdrawal withdrawal = {
		.client = realm_client_by_client_id(visit->realm, params_value(form, "client")),
		.user = view.user, .initiator = view.account->client_id, .by_client = view.account->client_id };
	enum error_code code = withdrawal.client ? account_withdraw(visit, &withdrawal, &ended, &found, &why) :
						   ERROR_INVALID_REQUEST;
	answer(&view, code, &ended, &why);
}

void account_page_remove_access(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	remove_access(&visit);
	visit_close(&visit);
}
