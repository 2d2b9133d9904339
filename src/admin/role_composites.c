/* What a role is composed of. */
#include "admin/handlers_roles.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/role_rep.h"
#include "admin/search.h"
#include "admin/serve.h"

enum of { OF_ALL, OF_REALM, OF_CLIENT };

/* The {container} of a route that asks for a client's roles; false: answered. */
static bool find_container(struct admin_call *call, enum of of, const struct client **ret_client)
{
	*ret_client = of == OF_CLIENT ? realm_client_by_id(call->realm, http_route_value(call->request, "container")) : NULL;
	if (of == OF_CLIENT && !*ret_client)
		admin_not_found(call, "Could not find client");
	return of != OF_CLIENT || *ret_client;
}

static bool is_child(const struct role *role, const struct role *child)
{
	for (size_t i = 0; i < role->composites_n; i++)
		if (role->composites[i] == child)
			return true;
	return false;
}

/* By name, as the realm's roles are. */
static void answer(struct admin_call *call, const struct role *role, enum of of, const struct client *client)
{
	struct admin_page page;
	struct str search = str_trim(admin_query(call, "search"));
	size_t matching = 0;
	if (!admin_query_page(call, -1, &page))
		return;
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->roles_n && role->composites_n; i++) {
		const struct role *child = &call->realm->roles[i];
		if ((of == OF_ALL || child->client == client) && is_child(role, child) &&
		    search_contains(child->name, search) && admin_page_has(&page, matching++))
			role_write(call, w, child, NULL);
	}
	admin_array_end(call, w);
}

static void list(struct admin_call *call, enum of of)
{
	const struct role *role;
	const struct client *client;
	if (role_rep_find(call, false, &role) && find_container(call, of, &client))
		answer(call, role, of, client);
}

ADMIN_HANDLER_OF(admin_role_composites, list, OF_ALL)
ADMIN_HANDLER_OF(admin_role_composites_of_realm, list, OF_REALM)
ADMIN_HANDLER_OF(admin_role_composites_of_client, list, OF_CLIENT)

/* The body's roles; false: answered. */
static bool read_children(struct admin_call *call, struct role_list *ret_children)
{
	bool good = role_mapping_read_any(call, ret_children);
	if (!good && call->response->status == 404)
		admin_not_found(call, "Could not find composite role");
	return good;
}

/* Who composes a role of others has to manage those too. */
static bool may_compose(struct admin_call *call, const struct role_list *children)
{
	for (size_t i = 0; i < children->n; i++)
		if (!admin_may(call, children->items[i]->client ? PERMISSION_MANAGE_CLIENTS : PERMISSION_MANAGE_REALM)) {
			admin_forbid(call);
			return false;
		}
	return true;
}

/* *context: whether to add. */
static bool decide(struct admin_call *call, void *context, struct effects *effects)
{
	const bool add = *(const bool *)context;
	struct role_change *change = arena_alloc(call->arena, sizeof *change);
	const struct role *role;
	struct role_list children;
	if (!role_rep_find(call, true, &role) || !read_children(call, &children) || (add && !may_compose(call, &children)))
		return false;
	*change = (struct role_change){ .kind = add ? ROLE_COMPOSITES_ADD : ROLE_COMPOSITES_REMOVE,
		.realm_id = call->realm->settings.id, .id = role->id, .children = role_list_ids(call->arena, &children) };
	effects_add(effects, EFFECT_ROLE_CHANGE)->u.role = change;
	admin_event_add(call, effects, add ? "CREATE" : "DELETE", role_rep_resource(role->client),
			admin_event_path(call));
	return true;
}

static void change(struct admin_call *call, bool add)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide, .context = &add }))
		admin_no_content(call);
}

ADMIN_HANDLER_OF(admin_role_composites_add, change, true)
ADMIN_HANDLER_OF(admin_role_composites_remove, change, false)
