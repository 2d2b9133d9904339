/* Who has which client scopes: default-default-client-scopes and default-optional-client-scopes of
 * the realm (what new clients get), default-client-scopes and optional-client-scopes of a client. */
#include "admin/handlers_scopes.h"
#include "admin/realm_change.h"
#include "admin/scope_rep.h"
#include "admin/serve.h"
#include "model/scope_change.h"

static const char missing[] = "Client scope not found";

/* ---- lists ---- */

static void write_scopes(struct admin_call *call, struct client_scope *const *scopes, size_t n, bool protocols)
{
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++) {
		json_write_object_begin(w);
		json_member_text(w, "id", scopes[i]->id);
		json_member_text(w, "name", scopes[i]->name);
		if (protocols)
			json_member_text(w, "protocol", scopes[i]->protocol);
		json_write_object_end(w);
	}
	admin_array_end(call, w);
}

static void realm_default(struct admin_call *call)
{
	write_scopes(call, call->realm->default_scopes, call->realm->default_scopes_n, true);
}

static void realm_optional(struct admin_call *call)
{
	write_scopes(call, call->realm->optional_scopes, call->realm->optional_scopes_n, true);
}

static void client_default(struct admin_call *call)
{
	const struct client *client = scope_client_find(call);
	if (client)
		write_scopes(call, client->default_scopes, client->default_scopes_n, false);
}

static void client_optional(struct admin_call *call)
{
	const struct client *client = scope_client_find(call);
	if (client)
		write_scopes(call, client->optional_scopes, client->optional_scopes_n, false);
}

ADMIN_HANDLER(admin_realm_default_scopes, realm_default)
ADMIN_HANDLER(admin_realm_optional_scopes, realm_optional)
ADMIN_HANDLER(admin_client_default_scopes, client_default)
ADMIN_HANDLER(admin_client_optional_scopes, client_optional)

/* ---- changes ---- */

struct link {
	enum scope_change_kind kind;
	bool optional;
};

static const char *link_list(const struct link *link)
{
	return link->optional ? "optional-client-scopes/" : "default-client-scopes/";
}

static bool decide_realm(struct admin_call *call, void *context, struct effects *effects)
{
	struct link *link = context;
	const struct client_scope *scope = scope_rep_find(call, missing);
	if (!scope)
		return false;
	struct scope_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct scope_change){ .kind = link->kind, .realm_id = call->realm->settings.id,
		.scope_id = scope->id, .optional = link->optional };
	effects_add(effects, EFFECT_SCOPE_CHANGE)->u.scope = change;
	struct str path = arena_join(call->arena, STR("default-"), str_from(link_list(link)), scope->id);
	admin_event_add(call, effects, link->kind == SCOPE_LINK_REALM ? "CREATE" : "DELETE", "CLIENT_SCOPE", path);
	return true;
}

static bool realm_has(const struct realm *realm, struct str scope_id)
{
	for (size_t i = 0; i < realm->default_scopes_n; i++)
		if (str_eq(realm->default_scopes[i]->id, scope_id))
			return true;
	for (size_t i = 0; i < realm->optional_scopes_n; i++)
		if (str_eq(realm->optional_scopes[i]->id, scope_id))
			return true;
	return false;
}

static void change_realm(struct admin_call *call, enum scope_change_kind kind, bool optional)
{
	struct link link = { .kind = kind, .optional = optional };
	const struct realm_change change = { .decide = decide_realm, .context = &link };
	if (kind == SCOPE_LINK_REALM && realm_has(call->realm, http_route_value(call->request, "scope")))
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
	else if (realm_change(call, &change))
		admin_no_content(call);
}

static void realm_default_put(struct admin_call *call)
{
	change_realm(call, SCOPE_LINK_REALM, false);
}

static void realm_optional_put(struct admin_call *call)
{
	change_realm(call, SCOPE_LINK_REALM, true);
}

static void realm_delete(struct admin_call *call)
{
	change_realm(call, SCOPE_UNLINK_REALM, false);
}

ADMIN_HANDLER(admin_realm_default_scope_put, realm_default_put)
ADMIN_HANDLER(admin_realm_optional_scope_put, realm_optional_put)
ADMIN_HANDLER(admin_realm_scope_delete, realm_delete)

/* A scope of another protocol is passed over, as there. */
static bool decide_client(struct admin_call *call, void *context, struct effects *effects)
{
	const struct link *link = context;
	const struct client *client = scope_client_find(call);
	const struct client_scope *scope = client ? scope_rep_find(call, missing) : NULL;
	if (!scope)
		return false;
	if (link->kind == SCOPE_LINK_CLIENT && !str_eq(scope->protocol, client->protocol))
		return true;
	struct scope_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct scope_change){ .kind = link->kind, .realm_id = call->realm->settings.id,
		.scope_id = scope->id, .client_id = client->id, .optional = link->optional };
	effects_add(effects, EFFECT_SCOPE_CHANGE)->u.scope = change;
	struct str path = arena_format(call->arena, "clients/%.*s/%s%.*s", STR_ARG(client->id), link_list(link),
				       STR_ARG(scope->id));
	admin_event_add(call, effects, link->kind == SCOPE_LINK_CLIENT ? "CREATE" : "DELETE",
			"CLIENT_SCOPE_CLIENT_MAPPING", path);
	return true;
}

static void change_client(struct admin_call *call, enum scope_change_kind kind, bool optional)
{
	struct link link = { .kind = kind, .optional = optional };
	const struct realm_change change = { .decide = decide_client, .context = &link };
	if (realm_change(call, &change))
		admin_no_content(call);
}

static void client_default_put(struct admin_call *call)
{
	change_client(call, SCOPE_LINK_CLIENT, false);
}

static void client_optional_put(struct admin_call *call)
{
	change_client(call, SCOPE_LINK_CLIENT, true);
}

static void client_delete_scope(struct admin_call *call)
{
	change_client(call, SCOPE_UNLINK_CLIENT, false);
}

ADMIN_HANDLER(admin_client_default_scope_put, client_default_put)
ADMIN_HANDLER(admin_client_optional_scope_put, client_optional_put)
ADMIN_HANDLER(admin_client_scope_delete, client_delete_scope)
