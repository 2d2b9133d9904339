/* Lists of roles in the admin API; see role_mapping.h. */
#include "admin/role_mapping.h"

#include "store/role_reps.h"

struct role_holder role_holder_new(struct arena *arena, struct role *const *direct, size_t direct_n,
				   struct role *const *inherited, size_t inherited_n)
{
	struct role_holder holder = { .direct = table_new(arena, direct_n) };
	struct role **all = arena_array(arena, direct_n + inherited_n, sizeof *all);
	for (size_t i = 0; i < direct_n; i++) {
		table_put(&holder.direct, direct[i]->id, direct[i]);
		all[i] = direct[i];
	}
	for (size_t i = 0; i < inherited_n; i++)
		all[direct_n + i] = inherited[i];
	holder.effect = roles_expanded(arena, all, direct_n + inherited_n);
	return holder;
}

static void write_attributes(struct json_writer *w, const struct role_rep *rep)
{
	json_member_object_begin(w, "attributes");
	for (size_t i = 0; rep && i < rep->attributes_n; i++) {
		json_write_name(w, rep->attributes[i].key);
		json_write_texts(w, rep->attributes[i].values, rep->attributes[i].n);
	}
	json_write_object_end(w);
}

void role_write(struct admin_call *call, struct json_writer *w, const struct role *role, const struct table *full)
{
	json_write_object_begin(w);
	json_member_text(w, "id", role->id);
	json_member_text(w, "name", role->name);
	if (role->description.n)
		json_member_text(w, "description", role->description);
	json_member_bool(w, "composite", role->composites_n > 0);
	json_member_bool(w, "clientRole", role->client != NULL);
	json_member_text(w, "containerId", role->client ? role->client->id : call->realm->settings.id);
	if (full)
		write_attributes(w, table_get(full, role->id));
	json_write_object_end(w);
}

static bool in_view(const struct role_holder *holder, const struct role *role, enum role_view view)
{
	switch (view) {
	case ROLES_DIRECT:
		return table_get(&holder->direct, role->id) != NULL;
	case ROLES_AVAILABLE:
		return table_get(&holder->direct, role->id) == NULL;
	case ROLES_EFFECTIVE:
		return role_set_has(&holder->effect, role);
	}
	return false;
}

/* The realm's roles come by name. */
static void write_list(struct admin_call *call, struct json_writer *w, const struct role_holder *holder,
		       const struct client *container, enum role_view view, const struct table *full)
{
	json_write_array_begin(w);
	for (size_t i = 0; i < call->realm->roles_n; i++) {
		const struct role *role = &call->realm->roles[i];
		if (role->client == container && in_view(holder, role, view))
			role_write(call, w, role, full);
	}
	json_write_array_end(w);
}

void role_mapping_list(struct admin_call *call, const struct role_holder *holder, const struct client *container,
		       enum role_view view)
{
	struct table full;
	struct why why = { "" };
	bool brief = view != ROLES_EFFECTIVE || admin_query_true(call, "briefRepresentation", true);
	enum error_code code = brief ? OK : store_list_role_reps(call->app->store, call->arena, call->realm->settings.id,
								 &full, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_json_begin(call);
	write_list(call, w, holder, container, view, brief ? NULL : &full);
	admin_json_end(call, w);
}

static bool has_any(struct admin_call *call, const struct role_holder *holder, const struct client *container)
{
	for (size_t i = 0; i < call->realm->roles_n; i++)
		if (call->realm->roles[i].client == container && in_view(holder, &call->realm->roles[i], ROLES_DIRECT))
			return true;
	return false;
}

static void write_client_mappings(struct admin_call *call, struct json_writer *w, const struct role_holder *holder)
{
	bool begun = false;
	for (size_t i = 0; i < call->realm->clients_n; i++) {
		const struct client *client = &call->realm->clients[i];
		if (!client->roles_n || !has_any(call, holder, client))
			continue;
		if (!begun)
			json_member_object_begin(w, "clientMappings");
		begun = true;
		json_write_name(w, client->client_id);
		json_write_object_begin(w);
		json_member_text(w, "id", client->id);
		json_member_text(w, "client", client->client_id);
		json_write_name(w, STR("mappings"));
		write_list(call, w, holder, client, ROLES_DIRECT, NULL);
		json_write_object_end(w);
	}
	if (begun)
		json_write_object_end(w);
}

void role_mapping_all(struct admin_call *call, const struct role_holder *holder)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	if (has_any(call, holder, NULL)) {
		json_write_name(w, STR("realmMappings"));
		write_list(call, w, holder, NULL, ROLES_DIRECT, NULL);
	}
	write_client_mappings(call, w, holder);
	json_write_object_end(w);
	admin_json_end(call, w);
}

bool role_mapping_container(struct admin_call *call, const struct client **ret_container)
{
	struct str id = http_route_value(call->request, "client");
	*ret_container = id.n ? realm_client_by_id(call->realm, id) : NULL;
	if (id.n && !*ret_container)
		admin_not_found(call, "Client not found");
	return !id.n || *ret_container;
}

/* ---- lists that come in ---- */

/* As much of a RoleRepresentation as says which role is meant. */
struct named_role {
	struct str id, name;
};
struct named_roles {
	struct named_role *items;
	size_t n;
};
static const struct json_field named_fields[] = {
	JSON_TEXT(struct named_role, id, "id", 0),
	JSON_TEXT(struct named_role, name, "name", 0),
};
static const char *const named_known[] = { "description", "composite", "composites", "clientRole", "containerId",
					   "attributes", "scopeParamRequired", NULL };
static const struct json_shape named_shape = JSON_SHAPE(struct named_role, named_fields, .known = named_known);

static bool read_body(struct admin_call *call, struct named_roles *ret_roles)
{
	static const struct json_field field = JSON_STRUCTS(struct named_roles, items, n, "", 0, &named_shape);
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	enum error_code code = json_read_value(call->arena, call->request->body, &field, &options, ret_roles,
					       sizeof *ret_roles, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static void list_add(struct admin_call *call, struct role_list *list, const struct role *role)
{
	*(const struct role **)arena_push(call->arena, &list->items, &list->n, sizeof *list->items) = role;
}

/* Answered when false. */
static bool may_give(struct admin_call *call, const struct role_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!admin_may_give(call, list->items[i])) {
			admin_forbid(call);
			return false;
		}
	return true;
}

static bool all_of_holder(struct admin_call *call, const struct role_holder *holder, const struct client *container,
			  struct role_list *list)
{
	for (size_t i = 0; i < call->realm->roles_n; i++) {
		const struct role *role = &call->realm->roles[i];
		if (role->client == container && in_view(holder, role, ROLES_DIRECT))
			list_add(call, list, role);
	}
	return may_give(call, list);
}

static bool find_all(struct admin_call *call, bool any, const struct client *container, struct role_list *list)
{
	struct named_roles named = { 0 };
	if (!read_body(call, &named))
		return false;
	for (size_t i = 0; i < named.n; i++) {
		const struct role *role = realm_role_by_id(call->realm, named.items[i].id);
		if (!role || (!any && (role->client != container || !str_eq(role->name, named.items[i].name)))) {
			admin_not_found(call, "Role not found");
			return false;
		}
		list_add(call, list, role);
	}
	return may_give(call, list);
}

bool role_mapping_read(struct admin_call *call, const struct role_holder *holder, const struct client *container,
		       struct role_list *ret_list)
{
	*ret_list = (struct role_list){ 0 };
	if (!call->request->body.n && holder)
		return all_of_holder(call, holder, container, ret_list);
	return find_all(call, false, container, ret_list);
}

bool role_mapping_read_any(struct admin_call *call, struct role_list *ret_list)
{
	*ret_list = (struct role_list){ 0 };
	return find_all(call, true, NULL, ret_list);
}

struct str_list role_list_ids(struct arena *arena, const struct role_list *list)
{
	struct str_list ids = { arena_array(arena, list->n, sizeof *ids.items), list->n };
	for (size_t i = 0; i < list->n; i++)
		ids.items[i] = list->items[i]->id;
	return ids;
}

const char *role_mapping_resource(const struct client *container)
{
	return container ? "CLIENT_ROLE_MAPPING" : "REALM_ROLE_MAPPING";
}
