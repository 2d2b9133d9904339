/* POST /admin/realms/{realm}/partial-export: the realm without users, but for the clients' service accounts, and
 * with its secrets masked. */
#include "admin/handlers_realms.h"
#include "admin/serve.h"
#include "json/tree.h"
#include "store/export.h"

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	struct text *text = context;
	text_add(text, piece);
	return text->failed ? error_because(reterr_why, ERROR_TOO_LARGE, "the realm's export is too large") : OK;
}

static void leave_out_clients(struct json_node *realm)
{
	struct json_node *mappings = json_node_find(realm, STR("scopeMappings"));
	struct json_node *roles = json_node_find(realm, STR("roles"));
	size_t n = 0;
	for (size_t i = 0; mappings && i < mappings->n; i++)
		if (json_node_find(mappings->items[i], STR("clientScope")))
			mappings->items[n++] = mappings->items[i];
	if (mappings)
		mappings->n = n;
	if (roles)
		json_node_remove(roles, STR("client"));
	json_node_remove(realm, STR("clients"));
	json_node_remove(realm, STR("users"));
	json_node_remove(realm, STR("clientScopeMappings"));
}

static void partial_export(struct admin_call *call)
{
	struct json_node *realm;
	struct why why = { "" };
	struct text text = text_new(call->arena, 0);
	const struct store_export_options options = { .clients = true, .mask_secrets = true,
		.groups_roles = admin_query_true(call, "exportGroupsAndRoles", false), .write = collect, .context = &text };
	enum error_code code = store_export_realm(call->app->store, call->realm->settings.name, &options, &why);
	if (code == OK)
		code = json_tree_read(call->arena, text_str(&text), &realm, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	/* Scopes and components are always told of; the store gives them with the clients. */
	if (!admin_query_true(call, "exportClients", false))
		leave_out_clients(realm);
	admin_json(call, json_tree_text(call->arena, realm));
}

ADMIN_HANDLER(admin_partial_export, partial_export)
