/* /admin/realms/{realm}/components. */
#include "admin/component.h"
#include "admin/handlers_components.h"
#include "admin/ldap_defaults.h"
#include "admin/realm_change.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "model/component_change.h"

/* ---- reading ---- */

static bool is_wanted(struct admin_call *call, const char *parameter, struct str value)
{
	struct str wanted = admin_query(call, parameter);
	return !wanted.n || str_eq(wanted, value);
}

static void components_list(struct admin_call *call)
{
	struct component_list list;
	if (component_list(call, &list)) {
		struct json_writer *w = admin_array_begin(call);
		for (size_t i = 0; i < list.n; i++)
			if (is_wanted(call, "parent", list.items[i].parent_id) &&
			    is_wanted(call, "type", list.items[i].provider_type) &&
			    is_wanted(call, "name", list.items[i].name))
				component_write(call, w, &list.items[i]);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_components_list, components_list)

static void component_get(struct admin_call *call)
{
	struct component_list list;
	struct component_rep *component;
	if (component_list(call, &list) && component_of_route(call, &list, &component)) {
		struct json_writer *w = admin_json_begin(call);
		component_write(call, w, component);
		admin_json_end(call, w);
	}
}

ADMIN_HANDLER(admin_component_get, component_get)

static void component_types(struct admin_call *call)
{
	struct component_list list;
	struct str type = admin_query(call, "type");
	bool good = component_list(call, &list);
	if (good && !component_find(&list, http_route_value(call->request, "component"))) {
		admin_not_found(call, "Could not find parent component");
	} else if (good && !type.n) {
		http_respond_error(call->response, 400, STR("must specify a subtype"), STR(""));
	} else if (good) {
		const struct json_node *types = component_types_of(call->arena, type);
		admin_json(call, types ? json_tree_text(call->arena, types) : STR("[]"));
	}
}

ADMIN_HANDLER(admin_component_types, component_types)

/* ---- writing ---- */

static struct str path_of(struct admin_call *call, const struct component_rep *component)
{
	return arena_join(call->arena, STR("components/"), component->id, STR(""));
}

static void add_silently(struct admin_call *call, enum component_change_kind kind,
			 const struct component_rep *component, struct effects *effects)
{
	struct component_change *change = arena_alloc(call->arena, sizeof *change);
	*change = (struct component_change){ kind, call->realm->settings.id, component->provider_type,
		component->parent_id, component };
	effects_add(effects, EFFECT_COMPONENT_CHANGE)->u.component = change;
}

static void add_change(struct admin_call *call, enum component_change_kind kind, const struct component_rep *component,
		       struct effects *effects)
{
	static const char *const operations[] = { [COMPONENT_ADD] = "CREATE", [COMPONENT_UPDATE] = "UPDATE",
		[COMPONENT_DELETE] = "DELETE" };
	add_silently(call, kind, component, effects);
	admin_event_add(call, effects, operations[kind], "COMPONENT", path_of(call, component));
}

/* Below what is not there a component is kept, found by that parent, and does nothing. */
static bool decide_create(struct admin_call *call, void *context, struct effects *effects)
{
	struct component_rep *component = context;
	struct component_list list;
	if (!component_list(call, &list))
		return false;
	if (component_find(&list, component->id)) {
		http_respond_error(call->response, 409, STR("conflict"), STR("Duplicate resource error"));
		return false;
	}
	add_change(call, COMPONENT_ADD, component, effects);
	if (ldap_is(component)) {
		struct component_list mappers = ldap_default_mappers(call, component);
		for (size_t i = 0; i < mappers.n; i++)
			add_silently(call, COMPONENT_ADD, &mappers.items[i], effects);
	}
	return true;
}

static struct str taken(struct admin_call *call, void *context)
{
	(void)call;
	(void)context;
	return STR("Duplicate resource error");
}

static void components_create(struct admin_call *call)
{
	struct component_body body;
	if (!component_read_body(call, &body))
		return;
	struct component_rep component = { .id = body.rep.id.n ? body.rep.id : random_uuid(call->arena),
		.parent_id = call->realm->settings.id };
	component_merge(call, &body, &component);
	if (!component.parent_id.n)
		component.parent_id = call->realm->settings.id;
	const struct realm_change change = { .decide = decide_create, .context = &component, .conflict = taken };
	if (component_settle(call, &component) && realm_change(call, &change))
		admin_created_part(call, path_of(call, &component));
}

ADMIN_HANDLER(admin_components_create, components_create)

/* The component as it became, with its key, which is made once however often we decide. */
struct update {
	struct component_body body;
	struct component_rep made;
	int64_t version; /* of the realm that it was made by */
};

static bool decide_update(struct admin_call *call, void *context, struct effects *effects)
{
	struct update *update = context;
	struct component_list list;
	struct component_rep *component;
	if (!component_list(call, &list) || !component_of_route(call, &list, &component))
		return false;
	if (update->version != call->realm->version) {
		update->version = call->realm->version;
		update->made = *component;
		component_merge(call, &update->body, &update->made);
		if (!component_settle(call, &update->made))
			return false;
	}
	add_change(call, COMPONENT_UPDATE, &update->made, effects);
	return true;
}

static void component_put(struct admin_call *call)
{
	struct update update = { .version = 0 };
	const struct realm_change change = { .decide = decide_update, .context = &update };
	if (component_read_body(call, &update.body) && realm_change(call, &change))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_component_put, component_put)

static bool decide_delete(struct admin_call *call, void *context, struct effects *effects)
{
	struct component_list list;
	struct component_rep *component;
	(void)context;
	if (!component_list(call, &list) || !component_of_route(call, &list, &component))
		return false;
	add_change(call, COMPONENT_DELETE, component, effects);
	return true;
}

static void component_delete(struct admin_call *call)
{
	const struct realm_change change = { .decide = decide_delete };
	if (realm_change(call, &change))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_component_delete, component_delete)
