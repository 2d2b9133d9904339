/* .../account/applications: applications and what they were granted. */
#include "app/account_applications.h"

#include <stdlib.h>

#include "app/account.h"
#include "app/account_end.h"
#include "app/words.h"
#include "model/redirect.h"
#include "signout/channel.h"

struct gathering {
	struct visit *visit;
	struct account_application *items;
	size_t n;
};

/* NULL: a client that is gone, or nobody's application. */
static struct account_application *application_of(struct gathering *g, struct str client_id)
{
	const struct client *client = realm_client_by_id(g->visit->realm, client_id);
	if (!client || client->bearer_only)
		return NULL;
	for (size_t i = 0; i < g->n; i++)
		if (g->items[i].client == client)
			return &g->items[i];
	struct account_application *item = arena_push(g->visit->arena, &g->items, &g->n, sizeof *item);
	*item = (struct account_application){ .client = client };
	return item;
}

static enum error_code gather_sessions(struct gathering *g, const struct user *user, bool offline, struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	enum error_code code = account_sessions_of(g->visit, user, offline, &sessions, &n, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++)
		for (size_t k = 0; k < sessions[i].clients_n; k++) {
			struct account_application *item = application_of(g, sessions[i].clients[k].client_id);
			if (item && offline)
				item->offline = true;
			else if (item)
				item->in_use = true;
		}
	return code;
}

static int by_client_id(const void *a, const void *b)
{
	const struct account_application *x = a, *y = b;
	return str_compare(x->client->client_id, y->client->client_id);
}

enum error_code account_applications_of(struct visit *visit, const struct user *user,
					struct account_application **ret_applications, size_t *ret_n,
					struct why *reterr_why)
{
	struct gathering g = { .visit = visit };
	struct consent *consents;
	size_t n;
	enum error_code code = gather_sessions(&g, user, false, reterr_why);
	if (code == OK)
		code = gather_sessions(&g, user, true, reterr_why);
	if (code == OK)
		code = store_list_consents(visit->app->store, visit->arena, visit->realm->settings.id, user->id,
					   &consents, &n, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < n; i++) {
		struct account_application *item = application_of(&g, consents[i].client_id);
		if (item)
			item->consent = &consents[i];
	}
	if (g.n)
		qsort(g.items, g.n, sizeof *g.items, by_client_id);
	*ret_applications = g.items;
	*ret_n = g.n;
	return OK;
}

struct str account_application_url(struct visit *visit, const struct client *client)
{
	struct client placed = redirect_place(visit->arena, client, visit->base);
	return redirect_absolute(visit->arena, &placed, client->base_url);
}

static void member_if(struct json_writer *w, const char *name, struct str text)
{
	if (text.n)
		json_member_text(w, name, text);
}

static void write_application(struct visit *visit, struct json_writer *w, const struct account_application *one)
{
	const struct client *client = one->client;
	json_write_object_begin(w);
	account_write_client(visit, w, client, one->in_use, one->offline);
	member_if(w, "rootUrl", client->root_url);
	member_if(w, "baseUrl", client->base_url);
	member_if(w, "effectiveUrl", account_application_url(visit, client));
	if (one->consent) {
		json_write_name(w, STR("consent"));
		account_write_consent(visit, w, client, one->consent);
	}
	member_if(w, "logoUri", attributes_get(&client->attributes, STR("logoUri")));
	member_if(w, "policyUri", attributes_get(&client->attributes, STR("policyUri")));
	member_if(w, "tosUri", attributes_get(&client->attributes, STR("tosUri")));
	json_write_object_end(w);
}

static void list(struct account_call *call, struct str wanted)
{
	struct account_application *items;
	size_t n;
	struct why why = { "" };
	enum error_code code = account_applications_of(&call->visit, call->user, &items, &n, &why);
	if (code != OK) {
		account_fail(call, code, &why);
		return;
	}
	struct text text = text_new(call->visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		if (!wanted.n || str_contains(words_of(&call->visit, items[i].client->name), wanted))
			write_application(&call->visit, &w, &items[i]);
	json_write_array_end(&w);
	account_json(call, text_str(&text));
}

static void list_applications(struct account_call *call)
{
	const struct params *params;
	struct why why = { "" };
	enum error_code code = http_query(call->visit.request, &params, &why);
	if (code == OK)
		list(call, params_value(params, "name"));
	else
		account_fail(call, code, &why);
}

ACCOUNT_HANDLER(account_applications_list, list_applications)
