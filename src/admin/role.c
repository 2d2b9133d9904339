/* One role, however the route names it: /roles/{role}, /clients/{client}/roles/{role}, /roles-by-id/{id}. */
#include "admin/handlers_roles.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/role_rep.h"
#include "admin/serve.h"
#include "store/role_reps.h"

/* False: answered. */
static bool load(struct admin_call *call, const struct role *role, struct role_rep *ret_rep)
{
	struct why why = { "" };
	enum error_code code = store_find_role(call->app->store, call->arena, call->realm->settings.id, role->id, ret_rep,
					       &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Could not find role");
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

static void role_get(struct admin_call *call)
{
	const struct role *role;
	struct role_rep rep;
	if (role_rep_find(call, false, &role) && load(call, role, &rep)) {
		struct table full = table_new(call->arena, 1);
		struct json_writer *w = admin_json_begin(call);
		table_put(&full, role->id, &rep);
		role_write(call, w, role, &full);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_role_get, role_get)

static struct role_change *add_change(struct admin_call *call, enum role_change_kind kind, const struct role *role,
				      struct effects *effects)
{
	struct role_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct role_change){ .kind = kind, .realm_id = call->realm->settings.id, .id = role->id };
	effects_add(effects, EFFECT_ROLE_CHANGE)->u.role = change;
	return change;
}

static bool is_masters_own(struct admin_call *call, const struct role *role)
{
	return str_eq_z(call->realm->settings.name, "master") && !role->client &&
	       (str_eq_z(role->name, "admin") || str_eq_z(role->name, "create-realm"));
}

static bool decide_put(struct admin_call *call, void *context, struct effects *effects)
{
	struct role_rep *rep = arena_alloc(call->arena, sizeof *rep);
	const struct role *role, *other;
	(void)context;
	if (!role_rep_find(call, true, &role) || !load(call, role, rep) || !role_rep_read(call, rep))
		return false;
	other = role_rep_named(call->realm, role->client, rep->role.name);
	if (other && other != role) {
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
		return false;
	}
	if (!other && is_masters_own(call, role)) {
		admin_forbid(call);
		return false;
	}
	rep->role.id = role->id;
	add_change(call, ROLE_UPDATE, role, effects)->rep = rep;
	admin_event_add(call, effects, "UPDATE", role_rep_resource(role->client), admin_event_path(call));
	return true;
}

static void role_put(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_put }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_role_put, role_put)

static bool decide_delete(struct admin_call *call, void *context, struct effects *effects)
{
	const struct role *role;
	(void)context;
	if (!role_rep_find(call, true, &role))
		return false;
	if (role == call->realm->default_role) {
		admin_refuse(call, 400, arena_format(call->arena, "%.*s is default role of the realm and cannot be removed.",
						     STR_ARG(role->name)));
		return false;
	}
	if (is_masters_own(call, role)) {
		admin_forbid(call);
		return false;
	}
	add_change(call, ROLE_DELETE, role, effects);
	admin_event_add(call, effects, "DELETE", role_rep_resource(role->client), admin_event_path(call));
	return true;
}

static void role_delete(struct admin_call *call)
{
	if (realm_change(call, &(struct realm_change){ .decide = decide_delete }))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_role_delete, role_delete)
