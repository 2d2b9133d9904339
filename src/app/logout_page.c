/* The page after a sign-out; see logout_page.h. */
#include "app/logout_page.h"

#include <string.h>

#include "app/language.h"
#include "app/logout.h"
#include "app/page.h"
#include "app/ticket.h"
#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "json/write.h"
#include "model/own_attributes.h"
#include "model/redirect.h"
#include "signout/channel.h"

enum {
	TICKET_LIFE_S = 3600, /* for which a page may ask for news */
	SHOWN_MAX = 1000,     /* applications on one page */
};

/* What the user is told of an application; the better one where it has two channels. */
enum heard {
	HEARD_TOLD, HEARD_TELLING, HEARD_LATER, HEARD_ASKED, HEARD_BROWSER, HEARD_CANNOT, HEARD_NOT_TOLD,
	HEARD_FAILED
};

static const struct {
	const char *name, *message;
} heard_rows[] = {
	[HEARD_TOLD] = { "told", "logoutStateTold" },
	[HEARD_TELLING] = { "telling", "logoutStateTelling" },
	[HEARD_LATER] = { "later", "logoutStateLater" },
	[HEARD_ASKED] = { "asked", "logoutStateAsked" },
	[HEARD_BROWSER] = { "browser", "logoutStateBrowser" },
	[HEARD_CANNOT] = { "cannot", "logoutStateCannot" },
	[HEARD_NOT_TOLD] = { "not-told", "logoutStateNotTold" },
	[HEARD_FAILED] = { "failed", "logoutStateFailed" },
};

struct application {
	struct str client_id, name;
	struct str frame; /* front-channel URL; empty: none */
	enum heard heard;
};

struct applications {
	struct application *items;
	size_t n;
	bool open; /* somebody is still to hear */
};

static enum heard heard_of(const struct delivery *delivery)
{
	switch (delivery->state) {
	case DELIVERY_DELIVERED: return HEARD_TOLD;
	case DELIVERY_QUEUED:
	case DELIVERY_SENDING: return delivery->attempts ? HEARD_LATER : HEARD_TELLING;
	case DELIVERY_WAITING: return HEARD_LATER;
	case DELIVERY_WAITING_BROWSER: return HEARD_BROWSER;
	case DELIVERY_ASKED_BROWSER: return HEARD_ASKED;
	case DELIVERY_NOT_POSSIBLE: return HEARD_CANNOT;
	case DELIVERY_NOT_TOLD: return HEARD_NOT_TOLD;
	case DELIVERY_UNCONFIRMED:
	case DELIVERY_GAVE_UP:
	case DELIVERY_SUPERSEDED:
	case DELIVERY_CANCELLED: return HEARD_FAILED;
	}
	return HEARD_FAILED;
}

/* The name that users know. Keycloak's own clients have a message's key for a name. */
static struct str shown_name(const struct realm *realm, const struct delivery *delivery)
{
	const struct client *client = realm_client_by_id(realm, delivery->client_id);
	if (!client || !client->name.n || str_starts(client->name, STR("${")))
		return delivery->client_name;
	return client->name;
}

static struct application *application_of(struct applications *list, struct str client_id)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].client_id, client_id))
			return &list->items[i];
	return NULL;
}

static struct applications applications_of(struct visit *visit, const struct signout *signout)
{
	struct applications list = { 0 };
	for (size_t i = 0; i < signout->deliveries_n && list.n < SHOWN_MAX; i++) {
		const struct delivery *delivery = &signout->deliveries[i];
		enum heard heard = heard_of(delivery);
		struct application *known = application_of(&list, delivery->client_id);
		if (!known) {
			known = arena_push(visit->arena, &list.items, &list.n, sizeof *known);
			*known = (struct application){ .client_id = delivery->client_id,
				.name = shown_name(visit->realm, delivery), .heard = heard };
		}
		if (delivery->channel == CHANNEL_FRONT)
			known->frame = delivery->url;
		if (heard < known->heard)
			known->heard = heard;
		list.open |= delivery_state_owed(delivery->state);
	}
	return list;
}

/* ---- HTML */

static struct str news_url(struct visit *visit, const struct logout_page *page)
{
	struct ticket ticket = { .kind = TICKET_SIGNED_OUT, .signout_id = page->signout_id, .redirect = page->redirect,
		.client_id = page->client ? page->client->client_id : STR("") };
	struct text url = text_new(visit->arena, 0);
	text_add(&url, visit_url(visit, "/protocol/openid-connect/logout/signed-out?ticket="));
	text_add_percent(&url, ticket_seal(visit, &ticket));
	return language_keep(visit, text_str(&url));
}

static struct template_scope *application_items(struct visit *visit, const struct applications *list, bool frames)
{
	struct template_scope *items = arena_array(visit->arena, list->n, sizeof *items);
	for (size_t i = 0; i < list->n; i++) {
		const struct application *a = &list->items[i];
		const struct template_value values[] = {
			{ .name = "client", .text = a->client_id },
			{ .name = "name", .text = a->name },
			{ .name = "heard", .text = str_from(heard_rows[a->heard].name) },
			{ .name = "state", .message = heard_rows[a->heard].message },
			{ .name = "frame", .text = frames ? a->frame : STR("") },
		};
		struct template_value *kept = arena_array(visit->arena, ARRAY_LENGTH(values), sizeof *kept);
		memcpy(kept, values, sizeof values);
		items[i] = (struct template_scope){ kept, ARRAY_LENGTH(values) };
	}
	return items;
}

struct template_scope *logout_page_lines(struct visit *visit, const struct signout *signout, size_t *ret_n)
{
	struct applications list = applications_of(visit, signout);
	*ret_n = list.n;
	return application_items(visit, &list, false);
}

/* The policy that lets exactly these frames in, and our script with its questions. */
static void set_policy(struct visit *visit, const struct applications *list, bool frames)
{
	struct text policy = text_new(visit->arena, 0);
	text_add_z(&policy, PAGE_SCRIPT_POLICY "; connect-src 'self'; frame-src");
	size_t framed = 0;
	for (size_t i = 0; frames && i < list->n; i++) {
		if (!list->items[i].frame.n)
			continue;
		text_add_char(&policy, ' ');
		text_add(&policy, url_origin_of_text(visit->arena, list->items[i].frame));
		framed++;
	}
	if (!framed)
		text_add_z(&policy, " 'none'");
	struct why why;
	if (http_set_header(visit->response, "Content-Security-Policy", text_str(&policy), &why) != OK)
		log_write(LOG_ERROR, "app", "policy of the logout page: %s", why.text);
}

static const char *what_happened(const struct logout_page *page)
{
	if (!page->signout_id.n)
		return "logoutNothing";
	return page->client ? "logoutServer" : "logoutServerOnly";
}

static struct str way_back(struct visit *visit, const struct logout_page *page)
{
	if (page->redirect.n || !page->client)
		return STR("");
	/* Keycloak's own clients stand where the server does. */
	struct client client = *page->client;
	if (str_eq_z(client.root_url, "${authBaseUrl}") || str_eq_z(client.root_url, "${authAdminUrl}"))
		client.root_url = visit->base;
	return redirect_absolute(visit->arena, &client, client.base_url);
}

static void show(struct visit *visit, const struct logout_page *page, const struct applications *list)
{
	const struct client *client = page->client;
	struct str application = !client ? STR("") : client->name.n ? client->name : client->client_id;
	const struct template_value values[] = {
		{ .name = "what", .message = what_happened(page) },
		{ .name = "application", .text = application },
		{ .name = "news", .text = page->signout_id.n ? news_url(visit, page) : STR("") },
		{ .name = "listed", .text = list->n ? STR("1") : STR("") },
		{ .name = "open", .text = list->open ? STR("1") : STR("") },
		{ .name = "applications", .items = application_items(visit, list, page->frames), .items_n = list->n },
		{ .name = "next", .text = page->redirect },
		{ .name = "back", .text = way_back(visit, page) },
	};
	page_show(visit, 200, "signed_out", values, ARRAY_LENGTH(values));
	set_policy(visit, list, page->frames);
}

/* The receipt; none when it cannot be read: the sign-out has happened, whatever the page says. */
static struct applications load(struct visit *visit, struct str signout_id)
{
	struct signout signout;
	struct why why = { "" };
	if (!signout_id.n)
		return (struct applications){ 0 };
	enum error_code code = store_find_signout(visit->app->store, visit->arena, visit->realm->settings.id,
						  signout_id, &signout, &why);
	if (code == OK)
		return applications_of(visit, &signout);
	log_write(LOG_ERROR, "app", "receipt of sign-out %.*s: %s", STR_ARG(signout_id), why.text);
	return (struct applications){ 0 };
}

bool logout_page_always(const struct realm *realm)
{
	return str_eq_z(own_attribute_of_realm(realm, OWN_LOGOUT_PAGE), "always");
}

void logout_page_show(struct visit *visit, const struct logout_page *page)
{
	struct applications list = load(visit, page->signout_id);
	show(visit, page, &list);
}

/* ---- news */

static void answer_json(struct visit *visit, const struct applications *list)
{
	const struct messages *messages = language_of(visit);
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_bool(&w, "open", list->open);
	json_member_array_begin(&w, "applications");
	for (size_t i = 0; i < list->n; i++) {
		const struct application *a = &list->items[i];
		json_write_object_begin(&w);
		json_member_text(&w, "client", a->client_id);
		json_member_text(&w, "heard", str_from(heard_rows[a->heard].name));
		json_member_text(&w, "text", messages_plain(messages, str_from(heard_rows[a->heard].message)));
		json_write_object_end(&w);
	}
	json_write_array_end(&w);
	json_write_object_end(&w);
	http_respond_json(visit->response, 200, text_str(&text));
	http_no_store(visit->response);
}

/* The page's ticket from the query; false: answered. */
static bool open_ticket(struct visit *visit, struct logout_page *ret_page)
{
	const struct params *params;
	struct ticket ticket = { 0 };
	struct why why = { "" };
	enum error_code code = http_query(visit->request, &params, &why);
	if (code == OK)
		code = params_refuse_duplicates(params, NULL, NULL, &why);
	if (code == OK)
		code = ticket_open(visit, params_value(params, "ticket"), TICKET_SIGNED_OUT, TICKET_LIFE_S, &ticket, &why);
	if (code != OK) {
		page_error(visit, 400, code == ERROR_EXPIRED ? STR("Page has expired") : STR("Invalid Request"), STR(""));
		return false;
	}
	*ret_page = (struct logout_page){ .signout_id = ticket.signout_id, .redirect = ticket.redirect,
		.client = realm_client_by_client_id(visit->realm, ticket.client_id) };
	return true;
}

static void answer_news(struct visit *visit)
{
	struct logout_page page;
	if (!open_ticket(visit, &page))
		return;
	struct applications list = load(visit, page.signout_id);
	if (str_contains(http_header(visit->request, "Accept"), STR("application/json")))
		answer_json(visit, &list);
	else
		show(visit, &page, &list);
}

/* The front-channel delivery of a client that only the browser was asked about; NULL: none. */
static const struct delivery *asked_delivery(const struct signout *signout, struct str client_id)
{
	for (size_t i = 0; i < signout->deliveries_n; i++) {
		const struct delivery *d = &signout->deliveries[i];
		if (d->channel == CHANNEL_FRONT && d->state == DELIVERY_ASKED_BROWSER && str_eq(d->client_id, client_id))
			return d;
	}
	return NULL;
}

/* A frame said by postMessage that its application has signed the user out. */
static enum error_code acknowledge(struct visit *visit, struct str signout_id, struct str client_id,
				   struct why *reterr_why)
{
	struct signout signout;
	enum error_code code = store_find_signout(visit->app->store, visit->arena, visit->realm->settings.id,
						  signout_id, &signout, reterr_why);
	const struct delivery *asked = code == OK ? asked_delivery(&signout, client_id) : NULL;
	if (!asked)
		return code;
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_DELIVERY_UPDATE)->u.delivery_update = (struct effect_delivery_update){
		.id = asked->id, .expected = DELIVERY_ASKED_BROWSER, .state = DELIVERY_DELIVERED,
		.now_ms = visit->now_ms, .attempts = 1,
		.reason = STR("the application's frame said so in the browser") };
	code = app_apply(visit->app, &effects, reterr_why);
	/* Somebody else was quicker: it is told all the same. */
	return code == ERROR_STALE ? OK : code;
}

static void answer_acknowledgement(struct visit *visit)
{
	struct logout_page page;
	const struct params *params;
	struct why why = { "" };
	if (!open_ticket(visit, &page))
		return;
	enum error_code code = http_form(visit->request, &params, &why);
	if (code == OK)
		code = acknowledge(visit, page.signout_id, params_value(params, "client"), &why);
	if (code == OK)
		http_respond_empty(visit->response, 204);
	else
		http_respond_error_code(visit->response, code);
}

void logout_news_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	if (request->method == HTTP_POST)
		answer_acknowledgement(&visit);
	else
		answer_news(&visit);
	visit_close(&visit);
}
