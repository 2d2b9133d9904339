/* /admin/{realm}/signouts in a browser: the newest sign-outs and what became of each notice, with
 * buttons to try again and to give up. Works without JavaScript; with it the page is live.
 *
 * The page looks at the browser's own session in realm `master` or in the realm itself, and
 * wants the permissions of the REST API: view-events to look, manage-events for the buttons.
 * Without a session it goes through a sign-in by the client `security-admin-console`, whose code
 * it does not need. */
#include <string.h>
#include <time.h>

#include "admin/handlers.h"
#include "admin/signout_order.h"
#include "app/browser.h"
#include "app/login.h"
#include "app/page.h"
#include "app/ticket.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/random.h"
#include "signout/doors.h"

enum { TICKET_LIFE_S = 3600, SHOWN = 25, LOOKED_AT = 200, CHALLENGE_BYTES = 32 };

struct operator {
	struct admin_call call; /* home: where the operator is signed in */
	struct session session;
	struct user *user;
	bool manages;
	struct str filter_user;
	bool filter_open;
};

/* ---- who looks */

/* The live session of this browser in a realm, where its user may look; *ret_known is set when
 * somebody is signed in there, whether permitted or not. */
static enum error_code try_home(struct operator *op, struct admin *admin, struct str name, bool *ret_known,
				bool *ret_may, struct why *reterr_why)
{
	struct admin_call *call = &op->call;
	struct user *row;
	bool alive = false;
	enum error_code code = visit_open_named(&call->home, admin->app, call->request, call->response, name, reterr_why);
	if (code != OK)
		return code;
	if (call->home.realm->settings.enabled)
		code = browser_session(&call->home, &alive, &op->session, &row, reterr_why);
	if (code == OK && alive && !row->required_actions.n)
		code = store_find_user(admin->app->store, call->arena, call->home.realm->settings.id, row->id,
				       USER_ROLES | USER_GROUPS, &op->user, reterr_why);
	if (code == OK && op->user) {
		*ret_known = true;
		*ret_may = permission_of_user(call->arena, call->home.realm, op->user, call->realm, PERMISSION_VIEW_EVENTS);
		op->manages = permission_of_user(call->arena, call->home.realm, op->user, call->realm, PERMISSION_MANAGE_EVENTS);
	}
	if (code == OK && *ret_may)
		return OK;
	op->user = NULL;
	visit_close(&call->home);
	call->home.app = NULL;
	return code;
}

static struct str page_path(const struct operator *op)
{
	struct text url = text_new(op->call.arena, 0);
	text_add_z(&url, op->call.request->under_auth ? "/auth/admin/" : "/admin/");
	text_add_percent(&url, op->call.realm->settings.name);
	text_add_z(&url, "/signouts");
	return text_str(&url);
}

/* The authorization request of the admin console's client in realm `home`, which comes back here. */
static struct str sign_in_url(const struct operator *op, struct str home)
{
	const struct visit *visit = &op->call.visit;
	struct arena *arena = op->call.arena;
	struct text back = text_new(arena, 0), endpoint = text_new(arena, 0);
	text_add(&back, visit->base);
	text_add_z(&back, "/admin/");
	text_add_percent(&back, home);
	text_add_z(&back, "/console/signouts/");
	text_add_percent(&back, visit->realm->settings.name);
	text_add(&endpoint, visit->base);
	text_add_z(&endpoint, "/realms/");
	text_add_percent(&endpoint, home);
	text_add_z(&endpoint, "/protocol/openid-connect/auth");
	const struct authorize_parameter parameters[] = {
		{ STR("client_id"), STR("security-admin-console") },
		{ STR("redirect_uri"), text_str(&back) },
		{ STR("response_type"), STR("code") },
		{ STR("scope"), STR("openid") },
		/* The client wants one; nobody will ever show what it is of. */
		{ STR("code_challenge"), random_token(arena, CHALLENGE_BYTES) },
		{ STR("code_challenge_method"), STR("S256") },
	};
	return authorize_answer_url(arena, text_str(&endpoint), RESPONSE_QUERY, parameters, ARRAY_LENGTH(parameters));
}

static void ask_to_sign_in(struct operator *op, bool known)
{
	struct visit *visit = &op->call.visit;
	struct str name = visit->realm->settings.name;
	bool is_master = str_eq_z(name, "master");
	if (known) {
		page_error(visit, 403, STR("You are signed in, but are not permitted to see the sign-outs of this realm."),
			   STR(""));
		return;
	}
	const struct template_value values[] = {
		{ .name = "target", .text = name },
		{ .name = "master", .text = sign_in_url(op, STR("master")) },
		{ .name = "own", .text = is_master ? STR("") : sign_in_url(op, name) },
	};
	page_show(visit, 401, "operator_sign_in", values, ARRAY_LENGTH(values));
	http_set_header_z(visit->response, "WWW-Authenticate", "Session");
}

/* False: answered, and closed. */
static bool open_page(struct operator *op, struct admin *admin, struct http_request *request,
		      struct http_response *response)
{
	struct why why = { "" };
	bool known = false, may = false;
	*op = (struct operator){ .call = { .app = admin->app, .request = request, .response = response,
		.arena = request->arena } };
	if (!visit_open(&op->call.visit, admin->app, request, response))
		return false;
	op->call.realm = op->call.visit.realm;
	struct str own = op->call.realm->settings.name;
	enum error_code code = try_home(op, admin, STR("master"), &known, &may, &why);
	if (code == OK && !may && !str_eq_z(own, "master"))
		code = try_home(op, admin, own, &known, &may, &why);
	if (code == OK && may) {
		op->call.actor = op->user->username;
		op->call.bearer.user = op->user;
		return true;
	}
	if (code != OK)
		login_failed(&op->call.visit, code, &why);
	else
		ask_to_sign_in(op, known);
	admin_close(&op->call);
	return false;
}

/* ---- what is shown */

static struct str time_text(struct arena *arena, int64_t ms)
{
	struct tm parts;
	char text[40];
	time_t when = (time_t)(ms / 1000);
	size_t n = gmtime_r(&when, &parts) ? strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) : 0;
	return arena_str(arena, str_of(text, n));
}

static struct template_scope keep(struct arena *arena, const struct template_value *values, size_t n)
{
	struct template_value *kept = arena_array(arena, n, sizeof *kept);
	memcpy(kept, values, n * sizeof *kept);
	return (struct template_scope){ kept, n };
}

static struct str mark(bool yes)
{
	return yes ? STR("1") : STR("");
}

static bool can_retry(const struct delivery *delivery)
{
	enum delivery_state state = delivery->state;
	return channel_is_server(delivery->channel) && (state == DELIVERY_WAITING || state == DELIVERY_GAVE_UP ||
		state == DELIVERY_UNCONFIRMED || state == DELIVERY_CANCELLED);
}

static struct template_scope line(const struct operator *op, const struct signout *signout, size_t i)
{
	struct arena *arena = op->call.arena;
	const struct delivery *d = &signout->deliveries[i];
	int64_t in_s = (d->due_ms - op->call.visit.now_ms) / 1000;
	struct str next = d->state != DELIVERY_WAITING ? STR("") :
			  in_s > 0 ? arena_format(arena, "in %lld s", (long long)in_s) : STR("now");
	const struct template_value values[] = {
		{ .name = "first", .text = mark(i == 0) },
		{ .name = "last", .text = mark(i + 1 == signout->deliveries_n) },
		{ .name = "client", .text = d->client_name },
		{ .name = "channel", .text = str_from(channel_name(d->channel)) },
		{ .name = "state", .text = str_from(delivery_state_name(d->state)) },
		{ .name = "tries", .text = arena_format(arena, "%lld", (long long)d->attempts) },
		{ .name = "next", .text = next },
		{ .name = "why", .text = d->reason },
		{ .name = "delivery", .text = d->id },
		{ .name = "can_retry", .text = mark(op->manages && can_retry(d)) },
		{ .name = "can_cancel", .text = mark(d->state == DELIVERY_WAITING || d->state == DELIVERY_WAITING_BROWSER) },
	};
	return keep(arena, values, ARRAY_LENGTH(values));
}

static struct str verdict_of(struct arena *arena, const struct signout *signout)
{
	size_t told = 0, n = signout->deliveries_n;
	for (size_t i = 0; i < n; i++)
		told += delivery_state_told(signout->deliveries[i].state);
	if (signout->ending)
		return arena_format(arena, "%lld of %lld sessions ended so far.", (long long)signout->progress,
				    (long long)signout->total);
	if (signout->sessions_untold)
		return signout->sessions_owed ? STR("Applications of its sessions are still being told.") :
			STR("Not every application of its sessions was told.");
	if (!n && !signout->total)
		return STR("Nobody had to be told.");
	if (told == n)
		return STR("Everybody was told.");
	return arena_format(arena, "%zu of %zu were told%s.", told, n, signout_settled(signout) ? "" : " so far");
}

static struct template_scope receipt(const struct operator *op, const struct signout *signout)
{
	struct arena *arena = op->call.arena;
	struct template_scope *lines = arena_array(arena, signout->deliveries_n, sizeof *lines);
	enum door door;
	size_t mendable = 0;
	for (size_t i = 0; i < signout->deliveries_n; i++) {
		lines[i] = line(op, signout, i);
		mendable += can_retry(&signout->deliveries[i]);
	}
	bool settled = signout_settled(signout), told = signout_told(signout);
	struct str who = signout->username.n ? signout->username : signout->user_id.n ? signout->user_id : STR("Everybody");
	const struct template_value values[] = {
		{ .name = "id", .text = signout->id },
		{ .name = "who", .text = who },
		{ .name = "at", .text = time_text(arena, signout->at_ms) },
		{ .name = "how", .text = door_of(signout->door, &door) ? str_from(door_row(door)->text) : signout->door },
		{ .name = "by", .text = signout->initiator },
		{ .name = "from", .text = signout->ip_address },
		{ .name = "settled", .text = settled ? STR("true") : STR("false") },
		{ .name = "told", .text = told ? STR("true") : STR("false") },
		{ .name = "mood", .text = settled && !told ? STR("bad") : STR("") },
		{ .name = "verdict", .text = verdict_of(arena, signout) },
		{ .name = "lines", .items = lines, .items_n = signout->deliveries_n },
		{ .name = "all", .text = mark(op->manages && mendable > 1) },
	};
	return keep(arena, values, ARRAY_LENGTH(values));
}

static struct str seal(struct operator *op)
{
	struct ticket ticket = { .kind = TICKET_OPERATOR, .user_id = op->user->id, .session_id = op->session.id };
	return ticket_seal(&op->call.home, &ticket);
}

/* The page's address with its filter, and what follows it. */
static struct str filtered_url(const struct operator *op, const char *name, struct str value)
{
	struct text url = text_new(op->call.arena, 0);
	text_add(&url, page_path(op));
	text_add_z(&url, "?user=");
	text_add_percent(&url, op->filter_user);
	if (op->filter_open)
		text_add_z(&url, "&open=1");
	text_addf(&url, "&%s=", name);
	text_add_percent(&url, value);
	return text_str(&url);
}

static struct str done_text(struct operator *op)
{
	struct str done = admin_query(&op->call, "done");
	if (str_eq_z(done, "retry"))
		return STR("The notices are being tried again.");
	if (str_eq_z(done, "cancel"))
		return STR("The notices were given up.");
	return str_eq_z(done, "nothing") ? STR("There was nothing to do: what is being sent goes its way.") : STR("");
}

static void render(struct operator *op, const struct signout *signouts, size_t n, int64_t first)
{
	struct arena *arena = op->call.arena;
	struct visit *visit = &op->call.visit;
	struct template_scope *shown = arena_array(arena, SHOWN, sizeof *shown);
	size_t shown_n = 0, i = 0;
	for (; i < n && shown_n < SHOWN; i++)
		if (!op->filter_open || !signout_told(&signouts[i]))
			shown[shown_n++] = receipt(op, &signouts[i]);
	bool more = i < n || n == LOOKED_AT;
	struct str next = arena_format(arena, "%lld", (long long)(first + (int64_t)i));
	const struct template_value values[] = {
		{ .name = "target", .text = visit->realm->settings.name },
		{ .name = "username", .text = op->user->username },
		{ .name = "page", .text = page_path(op) },
		{ .name = "ticket", .text = seal(op) },
		{ .name = "user", .text = op->filter_user },
		{ .name = "open", .text = mark(op->filter_open) },
		{ .name = "filtered", .text = mark(op->filter_user.n || op->filter_open || first) },
		{ .name = "done", .text = done_text(op) },
		{ .name = "signouts", .items = shown, .items_n = shown_n },
		{ .name = "older", .text = more ? filtered_url(op, "first", next) : STR("") },
	};
	page_show(visit, 200, "operator", values, ARRAY_LENGTH(values));
	http_set_header_z(visit->response, "Content-Security-Policy",
			  PAGE_SCRIPT_POLICY "; connect-src 'self'; form-action 'self'");
}

void operator_page(void *context, struct http_request *request, struct http_response *response)
{
	struct operator op;
	struct signout *signouts = NULL;
	struct why why = { "" };
	size_t n = 0;
	int64_t first = 0;
	if (!open_page(&op, context, request, response))
		return;
	op.filter_user = admin_query(&op.call, "user");
	op.filter_open = admin_query(&op.call, "open").n > 0;
	if (!str_to_int64(admin_query(&op.call, "first"), &first) || first < 0)
		first = 0;
	const struct signout_query query = { .realm_id = op.call.realm->settings.id, .user = op.filter_user,
		.first = first, .max = LOOKED_AT };
	(void)writer_flush(op.call.app->writer);
	enum error_code code = store_list_signouts(op.call.app->store, op.call.arena, &query, &signouts, &n, &why);
	if (code == OK)
		render(&op, signouts, n, first);
	else
		login_failed(&op.call.visit, code, &why);
	admin_close(&op.call);
}

/* ---- what its buttons do */

/* The form of this browser's session; false: answered. */
static bool open_form(struct operator *op, const struct params **ret_form)
{
	struct ticket ticket = { 0 };
	struct why why = { "" };
	enum error_code code = http_form(op->call.request, ret_form, &why);
	if (code == OK)
		code = ticket_open(&op->call.home, params_value(*ret_form, "ticket"), TICKET_OPERATOR, TICKET_LIFE_S, &ticket, &why);
	bool mine = code == OK && str_eq(ticket.user_id, op->user->id) && str_eq(ticket.session_id, op->session.id);
	if (!mine)
		page_error(&op->call.visit, 400, code == ERROR_EXPIRED ? STR("Page has expired") : STR("Invalid Request"),
			   page_path(op));
	else if (!op->manages)
		page_error(&op->call.visit, 403, STR("You are not permitted to do this."), page_path(op));
	return mine && op->manages;
}

static bool is_of(const struct signout *signout, struct str delivery_id)
{
	for (size_t i = 0; i < signout->deliveries_n; i++)
		if (str_eq(signout->deliveries[i].id, delivery_id))
			return true;
	return !delivery_id.n;
}

static void obey(struct operator *op, const struct params *form)
{
	struct admin_call *call = &op->call;
	struct signout signout;
	struct why why = { "" };
	int64_t changed = 0;
	struct str delivery = params_value(form, "delivery"), what = params_value(form, "what");
	bool cancel = str_eq_z(what, "cancel");
	enum error_code code = store_find_signout(call->app->store, call->arena, call->realm->settings.id,
						  params_value(form, "signout"), &signout, &why);
	if (code == ERROR_NAME_NOT_FOUND || (code == OK && (!is_of(&signout, delivery) || (!cancel && !str_eq_z(what, "retry"))))) {
		page_error(&call->visit, 400, STR("Invalid Request"), page_path(op));
		return;
	}
	if (code == OK)
		code = signout_order_give(call, cancel ? SIGNOUT_CANCEL : SIGNOUT_RETRY, &signout, delivery, &changed, &why);
	op->filter_user = params_value(form, "user");
	op->filter_open = params_value(form, "open").n > 0;
	struct str back = filtered_url(op, "done", !changed ? STR("nothing") : cancel ? STR("cancel") : STR("retry"));
	if (code == OK)
		code = http_respond_redirect(call->response, 303, back, &why);
	if (code != OK)
		login_failed(&call->visit, code, &why);
}

void operator_page_order(void *context, struct http_request *request, struct http_response *response)
{
	struct operator op;
	const struct params *form;
	if (!open_page(&op, context, request, response))
		return;
	if (open_form(&op, &form))
		obey(&op, form);
	admin_close(&op.call);
}

/* Back from the sign-in: the code is not needed, and leaves the address. */
void operator_page_back(void *context, struct http_request *request, struct http_response *response)
{
	struct operator op;
	struct why why = { "" };
	if (!open_page(&op, context, request, response))
		return;
	enum error_code code = http_respond_redirect(response, 303, page_path(&op), &why);
	if (code != OK)
		login_failed(&op.call.visit, code, &why);
	admin_close(&op.call);
}
