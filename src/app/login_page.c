/* The login form as a page; see login_page.h. */
#include "app/login_page.h"

#include "app/events.h"
#include "app/language.h"
#include "app/login.h"
#include "app/page.h"
#include "base/log.h"

/* Scripts that sign in take the form's address from the page and send name and password alone, as
 * Keycloak's form lets them: so the address has the ticket too. A long one, of an application that asks
 * for much, stays in the form: proxies and servers limit addresses. */
enum { TICKET_IN_ADDRESS_MAX = 2000 };

static struct str action_of(struct visit *visit, struct str sealed)
{
	const char *address = "/login-actions/authenticate";
	if (sealed.n <= TICKET_IN_ADDRESS_MAX)
		address = arena_z(visit->arena,
				  arena_join(visit->arena, STR("/login-actions/authenticate?session_code="), sealed,
					     STR("")));
	return language_keep(visit, visit_url(visit, address));
}

void login_page_show(struct visit *visit, struct ticket *ticket, const struct login_page *page)
{
	const struct realm_settings *realm = &visit->realm->settings;
	ticket->kind = TICKET_LOGIN;
	struct str sealed = ticket_seal(visit, ticket);
	const struct template_value values[] = {
		{ .name = "action", .text = action_of(visit, sealed) },
		{ .name = "ticket", .text = sealed },
		{ .name = "error", .text = page->error },
		{ .name = "notice", .text = page->notice },
		{ .name = "username", .text = page->username },
		{ .name = "fixed_user", .text = page->fixed_user },
		{ .name = "label", .text = realm->login_with_email_allowed ? STR("Username or email") : STR("Username") },
		{ .name = "remember_me", .text = realm->remember_me ? STR("1") : STR("") },
		{ .name = "checked", .text = page->remember_me ? STR("checked") : STR("") },
	};
	page_show(visit, 200, "login", values, ARRAY_LENGTH(values));
}

void login_page_update_password(struct visit *visit, struct ticket *ticket, struct str username, struct str error)
{
	ticket->kind = TICKET_UPDATE_PASSWORD;
	login_page_new_password(visit, visit_url(visit, "/login-actions/required-action?execution=UPDATE_PASSWORD"),
				ticket_seal(visit, ticket), username, error);
}

void login_page_new_password(struct visit *visit, struct str action, struct str ticket, struct str username,
			     struct str error)
{
	const struct template_value values[] = {
		{ .name = "action", .text = language_keep(visit, action) },
		{ .name = "ticket", .text = ticket },
		{ .name = "username", .text = username },
		{ .name = "error", .text = error },
	};
	page_show(visit, 200, "update_password", values, ARRAY_LENGTH(values));
}

void login_page_bad_ticket(struct visit *visit, enum error_code code, struct ticket *ticket, const struct why *why)
{
	struct event event = event_new(visit, "LOGIN_ERROR");
	event.client_id = ticket->client_id;
	struct str restart = ticket->client_id.n ? entry_restart_url(visit, ticket) : STR("");
	struct str error = code == ERROR_COOKIE_LOST ? STR("cookie_not_found") : str_from(error_event(code));
	event_emit_error(visit, &event, error, str_from(why->text));
	if (code == ERROR_EXPIRED && ticket->kind == TICKET_LOGIN) {
		const struct login_page page = {
			.notice = STR("Your login attempt timed out. Login will start from the beginning.") };
		login_page_show(visit, ticket, &page);
		return;
	}
	struct str text = code == ERROR_COOKIE_LOST ?
		STR("Restart login cookie not found. It may have expired; it may have been deleted or cookies are "
		    "disabled in your browser. If cookies are disabled then enable them. Click Back to "
		    "Application to login again.") :
		code == ERROR_EXPIRED ? STR("Action expired. Please continue with login now.") : STR("Invalid Request");
	page_error(visit, 400, text, restart);
}

void login_show(struct visit *visit, const struct entry *entry, const struct user *again)
{
	struct ticket ticket = entry_ticket(entry);
	ticket.user_id = again ? again->id : STR("");
	const struct login_page page = {
		.notice = again ? STR("Please re-authenticate to continue") : STR(""),
		.username = entry->request.login_hint,
		.fixed_user = again ? again->username : STR(""),
	};
	login_page_show(visit, &ticket, &page);
}

void login_failed(struct visit *visit, enum error_code code, const struct why *why)
{
	log_write(LOG_ERROR, "app", "login in realm %.*s: %s: %s", STR_ARG(visit->realm->settings.name),
		  error_name(code), why->text);
	page_error(visit, error_http_status(code), str_from(error_text(code)), STR(""));
	if (error_http_status(code) == 503)
		http_set_header_z(visit->response, "Retry-After", "2");
}
