/* Roles as routes name them and bodies describe them; see role_rep.h. */
#include "admin/role_rep.h"

#include "admin/sent_maps.h"

const char *role_rep_resource(const struct client *client)
{
	return client ? "CLIENT_ROLE" : "REALM_ROLE";
}

bool role_rep_container(struct admin_call *call, bool manage, const struct client **ret_client)
{
	struct str id = http_route_value(call->request, "client");
	const struct client *client = id.p ? realm_client_by_id(call->realm, id) : NULL;
	if (id.p && !client) {
		admin_not_found(call, "Could not find client");
		return false;
	}
	if (manage && permission_guards(call->realm, client)) {
		admin_forbid(call);
		return false;
	}
	*ret_client = client;
	return true;
}

const struct role *role_rep_named(const struct realm *realm, const struct client *client, struct str name)
{
	for (size_t i = 0; i < realm->roles_n; i++)
		if (realm->roles[i].client == client && str_eq(realm->roles[i].name, name))
			return &realm->roles[i];
	return NULL;
}

/* Of administrators, by id: the realm's own too. */
static bool is_guarded(struct admin_call *call, const struct role *role)
{
	return permission_guards(call->realm, role->client) || (!role->client && str_eq_z(role->name, "admin"));
}

static bool find_by_id(struct admin_call *call, struct str id, bool manage, const struct role **ret_role)
{
	const struct role *role = realm_role_by_id(call->realm, id);
	if (!role) {
		admin_not_found(call, "Could not find role with id");
		return false;
	}
	enum permission view = role->client ? PERMISSION_VIEW_CLIENTS : PERMISSION_VIEW_REALM;
	enum permission change = role->client ? PERMISSION_MANAGE_CLIENTS : PERMISSION_MANAGE_REALM;
	if (!admin_may(call, manage ? change : view) || (manage && is_guarded(call, role))) {
		admin_forbid(call);
		return false;
	}
	*ret_role = role;
	return true;
}

bool role_rep_find(struct admin_call *call, bool manage, const struct role **ret_role)
{
	const struct client *client;
	struct str id = http_route_value(call->request, "id");
	if (id.p)
		return find_by_id(call, id, manage, ret_role);
	if (!role_rep_container(call, manage, &client))
		return false;
	*ret_role = role_rep_named(call->realm, client, http_route_value(call->request, "role"));
	if (!*ret_role)
		admin_not_found(call, "Could not find role");
	return *ret_role;
}

bool role_rep_read(struct admin_call *call, struct role_rep *rep)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	rep->role.name = rep->role.description = STR("");
	rep->composites = (struct role_composites){ 0 };
	enum error_code code = json_read(call->arena, call->request->body, &role_shape, &options, rep, &why);
	bool nameless = code == OK ? !str_trim(rep->role.name).n : str_starts(str_from(why.text), STR("$.name: a required"));
	if (nameless) {
		http_respond_error(call->response, 400, STR("role has no name"), STR(""));
		return false;
	}
	list_pairs_drop_empty(rep->attributes, &rep->attributes_n);
	if (code == OK)
		code = role_check(rep, "$", &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}
