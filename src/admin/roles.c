/* /admin/realms/{realm}/roles and /clients/{client}/roles: list and create. */
#include "admin/handlers_roles.h"
#include "admin/realm_change.h"
#include "admin/role_mapping.h"
#include "admin/role_rep.h"
#include "admin/search.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "store/role_reps.h"

struct wanted {
	const struct client *client;
	struct str search;
	struct admin_page page;
};

static bool matches(const struct wanted *wanted, const struct role *role)
{
	return role->client == wanted->client &&
	       (!wanted->search.n || search_contains(role->name, wanted->search) ||
		search_contains(role->description, wanted->search));
}

/* Without a search, Keycloak makes pages only where both ends are named. */
static bool read_query(struct admin_call *call, struct wanted *wanted)
{
	wanted->search = str_trim(admin_query(call, "search"));
	if (!admin_query_page(call, -1, &wanted->page))
		return false;
	if (!wanted->search.n && (!admin_query(call, "first").n || !admin_query(call, "max").n))
		wanted->page = (struct admin_page){ 0, -1 };
	return true;
}

static void list(struct admin_call *call)
{
	struct wanted wanted;
	struct table full;
	struct why why = { "" };
	size_t matching = 0;
	if (!role_rep_container(call, false, &wanted.client) || !read_query(call, &wanted))
		return;
	bool brief = admin_query_true(call, "briefRepresentation", true);
	enum error_code code = brief ? OK : store_list_role_reps(call->app->store, call->arena, call->realm->settings.id,
								 &full, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->roles_n; i++) {
		const struct role *role = &call->realm->roles[i];
		if (matches(&wanted, role) && admin_page_has(&wanted.page, matching++))
			role_write(call, w, role, brief ? NULL : &full);
	}
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_roles_list, list)

/* ---- create ---- */

static bool refuse_child(struct admin_call *call, const char *kind, struct str name)
{
	admin_refuse(call, 404, arena_format(call->arena, "%s Role with name %.*s does not exist", kind,
					     STR_ARG(str_take(name, 80))));
	return false;
}

static bool add_child(struct admin_call *call, const struct role *child, struct role_change *change)
{
	if (!admin_may(call, child->client ? PERMISSION_MANAGE_CLIENTS : PERMISSION_MANAGE_REALM) ||
	    !admin_may_give(call, child)) {
		admin_forbid(call);
		return false;
	}
	*(struct str *)arena_push(call->arena, &change->children.items, &change->children.n,
				  sizeof *change->children.items) = child->id;
	return true;
}

static bool add_named(struct admin_call *call, const struct client *client, const struct str *names, size_t n,
		      struct role_change *change)
{
	for (size_t i = 0; i < n; i++) {
		const struct role *child = role_rep_named(call->realm, client, names[i]);
		if (!child)
			return refuse_child(call, client ? "Client" : "Realm", names[i]);
		if (!add_child(call, child, change))
			return false;
	}
	return true;
}

/* What the body says it is composed of. Clients that are not there are passed over, as in Keycloak. */
static bool add_children(struct admin_call *call, const struct role_rep *rep, struct role_change *change)
{
	const struct role_composites *composites = &rep->composites;
	if (!rep->composite)
		return true;
	if (!add_named(call, NULL, composites->realm.items, composites->realm.n, change))
		return false;
	for (size_t i = 0; i < composites->clients_n; i++) {
		const struct json_list_pair *pair = &composites->clients[i];
		const struct client *client = realm_client_by_client_id(call->realm, pair->key);
		if (client && !add_named(call, client, pair->values, pair->n, change))
			return false;
	}
	return true;
}

static struct str taken(struct admin_call *call, struct str name)
{
	return arena_format(call->arena, "Role with name %.*s already exists", STR_ARG(name));
}

/* `context`: struct str, the new role's path. */
static bool decide_create(struct admin_call *call, void *context, struct effects *effects)
{
	struct role_rep *rep = arena_alloc(call->arena, sizeof *rep);
	struct role_change *change = arena_alloc(call->arena, sizeof *change);
	const struct client *client;
	if (!role_rep_container(call, true, &client) || !role_rep_read(call, rep))
		return false;
	if (role_rep_named(call->realm, client, rep->role.name)) {
		admin_refuse(call, 409, taken(call, rep->role.name));
		return false;
	}
	rep->role.id = random_uuid(call->arena);
	*change = (struct role_change){ .kind = ROLE_CREATE, .realm_id = call->realm->settings.id, .id = rep->role.id,
		.client_id = client ? client->id : STR(""), .rep = rep };
	if (!add_children(call, rep, change))
		return false;
	effects_add(effects, EFFECT_ROLE_CHANGE)->u.role = change;
	struct text path = text_new(call->arena, 0);
	text_add(&path, call->request->path);
	text_add_char(&path, '/');
	text_add_percent(&path, rep->role.name);
	*(struct str *)context = text_str(&path);
	admin_event_add(call, effects, "CREATE", role_rep_resource(client),
			arena_join(call->arena, admin_event_path(call), STR("/"), rep->role.name));
	return true;
}

static void roles_create(struct admin_call *call)
{
	struct str path;
	if (realm_change(call, &(struct realm_change){ .decide = decide_create, .context = &path }))
		admin_created(call, path);
}

ADMIN_HANDLER(admin_roles_create, roles_create)
