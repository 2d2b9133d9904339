/* .../scope-mappings of clients and of client scopes: which roles they let through into tokens. */
#include "admin/handlers_scopes.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/scope_rep.h"
#include "admin/serve.h"
#include "model/scope_change.h"

/* Who has the mappings: the route's {client} or {scope}. */
struct holder {
	const struct client *client;
	const struct client_scope *scope;
	struct role_holder roles;
};

static struct role_holder roles_of_client(struct admin_call *call, const struct client *client)
{
	struct role **all = arena_array(call->arena, call->realm->roles_n, sizeof *all);
	if (!client->full_scope_allowed)
		return role_holder_new(call->arena, client->scope_roles, client->scope_roles_n, client->roles,
				       client->roles_n);
	for (size_t i = 0; i < call->realm->roles_n; i++)
		all[i] = &call->realm->roles[i];
	return role_holder_new(call->arena, client->scope_roles, client->scope_roles_n, all, call->realm->roles_n);
}

static bool find_holder(struct admin_call *call, struct holder *ret_holder)
{
	struct holder holder = { .client = NULL };
	if (http_route_value(call->request, "client").n) {
		holder.client = scope_client_find(call);
		if (holder.client)
			holder.roles = roles_of_client(call, holder.client);
	} else {
		holder.scope = scope_rep_find(call, "Could not find client scope");
		if (holder.scope)
			holder.roles = role_holder_new(call->arena, holder.scope->scope_roles,
						       holder.scope->scope_roles_n, NULL, 0);
	}
	*ret_holder = holder;
	return holder.client || holder.scope;
}

/* The client whose roles are meant; NULL where the route has none: the realm's. */
static bool find_container(struct admin_call *call, const struct client **ret_container)
{
	struct str id = http_route_value(call->request, "container");
	*ret_container = id.n ? realm_client_by_id(call->realm, id) : NULL;
	if (id.n && !*ret_container)
		admin_not_found(call, "Could not find client");
	return !id.n || *ret_container;
}

/* ---- lists ---- */

static void list(struct admin_call *call, enum role_view view)
{
	struct holder holder;
	const struct client *container;
	if (find_holder(call, &holder) && find_container(call, &container))
		role_mapping_list(call, &holder.roles, container, view);
}

static void direct(struct admin_call *call)
{
	list(call, ROLES_DIRECT);
}

static void available(struct admin_call *call)
{
	list(call, ROLES_AVAILABLE);
}

static void effective(struct admin_call *call)
{
	list(call, ROLES_EFFECTIVE);
}

static void all(struct admin_call *call)
{
	struct holder holder;
	if (find_holder(call, &holder))
		role_mapping_all(call, &holder.roles);
}

ADMIN_HANDLER(admin_scope_mappings, direct)
ADMIN_HANDLER(admin_scope_mappings_available, available)
ADMIN_HANDLER(admin_scope_mappings_composite, effective)
ADMIN_HANDLER(admin_scope_mappings_all, all)

/* ---- changes ---- */

static struct str event_path(struct admin_call *call, const struct holder *holder, const struct client *container)
{
	struct str path = arena_join(call->arena, holder->client ? STR("clients/") : STR("client-scopes/"),
				     holder->client ? holder->client->id : holder->scope->id, STR("/scope-mappings/"));
	return container ? arena_join(call->arena, path, STR("clients/"), container->id) :
			   arena_join(call->arena, path, STR("realm"), STR(""));
}

/* For the realm's list there a role's id is enough, whosever it is. */
static bool read_roles(struct admin_call *call, const struct holder *holder, const struct client *container, bool add,
		       struct role_list *ret_roles)
{
	if (!container && call->request->body.n)
		return role_mapping_read_any(call, ret_roles);
	return role_mapping_read(call, add ? NULL : &holder->roles, container, ret_roles);
}

/* What lets a role of the realm through is the affair of who manages the realm too. */
static bool may_map(struct admin_call *call, const struct client *container)
{
	if (container || admin_may(call, PERMISSION_MANAGE_REALM))
		return true;
	admin_forbid(call);
	return false;
}

static bool decide(struct admin_call *call, void *context, struct effects *effects)
{
	const bool add = *(const bool *)context;
	struct holder holder;
	const struct client *container;
	struct role_list roles;
	if (!find_holder(call, &holder) || !find_container(call, &container) ||
	    !may_map(call, container) || !read_roles(call, &holder, container, add, &roles))
		return false;
	struct scope_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct scope_change){ .kind = add ? SCOPE_MAPPINGS_ADD : SCOPE_MAPPINGS_REMOVE,
		.realm_id = call->realm->settings.id,
		.holder_id = holder.client ? holder.client->id : holder.scope->id,
		.role_ids = role_list_ids(call->arena, &roles) };
	effects_add(effects, EFFECT_SCOPE_CHANGE)->u.scope = change;
	admin_event_add(call, effects, add ? "CREATE" : "DELETE",
			container ? "CLIENT_SCOPE_MAPPING" : "REALM_SCOPE_MAPPING", event_path(call, &holder, container));
	return true;
}

static void change(struct admin_call *call, bool add)
{
	const struct realm_change change = { .decide = decide, .context = &add };
	if (realm_change(call, &change))
		admin_no_content(call);
}

static void add(struct admin_call *call)
{
	change(call, true);
}

static void remove_roles(struct admin_call *call)
{
	change(call, false);
}

ADMIN_HANDLER(admin_scope_mappings_add, add)
ADMIN_HANDLER(admin_scope_mappings_remove, remove_roles)
