/* Consent; see consent.h. */
#include "login/consent.h"

#include "base/text.h"

#define SHOWN STR("display.on.consent.screen")

static struct str first_of(struct str a, struct str b)
{
	return str_trim(a).n ? a : b;
}

struct consent_item consent_item_of_scope(const struct client_scope *scope)
{
	struct str text = attributes_get(&scope->attributes, STR("consent.screen.text"));
	return (struct consent_item){ scope->id, scope->name, first_of(text, scope->name) };
}

struct consent_item consent_item_of_client(const struct client *client)
{
	struct str text = attributes_get(&client->attributes, STR("consent.screen.text"));
	text = first_of(text, first_of(client->name, client->client_id));
	return (struct consent_item){ client->id, client->client_id, text };
}

/* Where the administrator wants it; those without an order come last, as they are. */
static int64_t order_of(const struct attributes *attributes)
{
	return attributes_seconds(attributes, STR("gui.order"), INT64_MAX);
}

struct asking {
	struct arena *arena;
	const struct consent *granted;
	bool again;
	struct consent_item *items;
	int64_t *orders;
	size_t n;
};

/* Insertion in place: a client has a handful of scopes. */
static void ask(struct asking *a, const struct consent_item *item, int64_t order)
{
	if (!a->again && str_list_has(&a->granted->scope_ids, item->id))
		return;
	size_t at = a->n++;
	for (; at > 0 && a->orders[at - 1] > order; at--) {
		a->items[at] = a->items[at - 1];
		a->orders[at] = a->orders[at - 1];
	}
	a->items[at] = *item;
	a->orders[at] = order;
}

size_t consent_missing(struct arena *arena, const struct client *client,
		       const struct client_scope *const *scopes, size_t n, const struct consent *granted,
		       enum consent_asking asking, struct consent_item **ret_items)
{
	struct asking a = { .arena = arena, .granted = granted, .again = asking != CONSENT_ASK_MISSING };
	if (!client->consent_required && asking != CONSENT_ASK_ALWAYS)
		return 0;
	a.items = arena_array(arena, n + 1, sizeof *a.items);
	a.orders = arena_array(arena, n + 1, sizeof *a.orders);
	for (size_t i = 0; i < n; i++) {
		struct consent_item item = consent_item_of_scope(scopes[i]);
		if (attributes_true(&scopes[i]->attributes, SHOWN, true))
			ask(&a, &item, order_of(&scopes[i]->attributes));
	}
	struct consent_item own = consent_item_of_client(client);
	if (attributes_true(&client->attributes, SHOWN, false))
		ask(&a, &own, order_of(&client->attributes));
	*ret_items = a.items;
	return a.n;
}

struct consent consent_after(struct arena *arena, const struct consent *granted,
			     const struct consent_item *items, size_t n, int64_t now_ms)
{
	struct consent next = *granted;
	next.scope_ids = (struct str_list){ .n = 0 };
	struct str_list *ids = &next.scope_ids;
	ids->items = arena_array(arena, granted->scope_ids.n + n, sizeof *ids->items);
	for (size_t i = 0; i < granted->scope_ids.n; i++)
		ids->items[ids->n++] = granted->scope_ids.items[i];
	for (size_t i = 0; i < n; i++)
		if (!str_list_has(ids, items[i].id))
			ids->items[ids->n++] = items[i].id;
	next.updated_ms = now_ms;
	if (!granted->version)
		next.created_ms = now_ms;
	return next;
}

struct str consent_question(struct arena *arena, const struct consent_item *items, size_t n)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < n; i++) {
		text_add(&text, items[i].id);
		text_add_char(&text, '\n');
	}
	return text_str(&text);
}

static bool names(struct str question, struct str id)
{
	struct str line;
	while (str_next(&question, '\n', &line))
		if (str_eq(line, id))
			return true;
	return false;
}

bool consent_was_shown(struct str question, const struct consent_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!names(question, items[i].id))
			return false;
	return true;
}
