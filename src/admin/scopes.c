/* /admin/realms/{realm}/client-scopes, and client-templates as they were called before. */
#include "admin/handlers_scopes.h"
#include "admin/realm_change.h"
#include "admin/scope_rep.h"
#include "admin/serve.h"
#include "model/scope_change.h"

static const char missing[] = "Could not find client scope";

static void list(struct admin_call *call)
{
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < call->realm->client_scopes_n; i++)
		scope_rep_write(w, &call->realm->client_scopes[i]);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_scopes_list, list)

static void get(struct admin_call *call)
{
	const struct client_scope *scope = scope_rep_find(call, missing);
	struct json_writer *w = admin_json_begin(call);
	if (!scope)
		return;
	scope_rep_write(w, scope);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_scope_get, get)

static void add_change(struct admin_call *call, struct effects *effects, const struct scope_change *change)
{
	struct scope_change *copy = arena_alloc(call->arena, sizeof *copy);
	*copy = *change;
	copy->realm_id = call->realm->settings.id;
	effects_add(effects, EFFECT_SCOPE_CHANGE)->u.scope = copy;
}

static struct str name_taken(struct admin_call *call, void *context)
{
	const struct scope_rep *scope = context;
	return scope_exists_text(call, scope->scope.name);
}

/* ---- create ---- */

static bool decide_create(struct admin_call *call, void *context, struct effects *effects)
{
	struct scope_rep *scope = context;
	add_change(call, effects, &(struct scope_change){ .kind = SCOPE_CREATE, .rep = scope });
	admin_event_add(call, effects, "CREATE", "CLIENT_SCOPE", scope_rep_path(call, scope->scope.id));
	return true;
}

static void create(struct admin_call *call)
{
	struct scope_rep scope;
	const struct realm_change change = { .decide = decide_create, .context = &scope, .conflict = name_taken };
	bool by_old_name = str_contains(call->request->path, STR("/client-templates"));
	if (scope_rep_read_new(call, &scope) && realm_change(call, &change))
		admin_created_part(call, by_old_name ?
				   arena_join(call->arena, STR("client-templates/"), scope.scope.id, STR("")) :
				   scope_rep_path(call, scope.scope.id));
}

ADMIN_HANDLER(admin_scopes_create, create)

/* ---- put ---- */

static bool decide_put(struct admin_call *call, void *context, struct effects *effects)
{
	const struct client_scope *before = scope_rep_find(call, missing);
	struct scope_rep *scope = context;
	if (!before)
		return false;
	*scope = (struct scope_rep){ .scope = *before };
	if (!scope_rep_read_change(call, scope))
		return false;
	add_change(call, effects, &(struct scope_change){ .kind = SCOPE_UPDATE, .rep = scope });
	admin_event_add(call, effects, "UPDATE", "CLIENT_SCOPE", scope_rep_path(call, before->id));
	return true;
}

static void put(struct admin_call *call)
{
	struct scope_rep scope;
	const struct realm_change change = { .decide = decide_put, .context = &scope, .conflict = name_taken };
	if (realm_change(call, &change))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_scope_put, put)

/* ---- delete ---- */

static bool decide_delete(struct admin_call *call, void *context, struct effects *effects)
{
	const struct client_scope *scope = scope_rep_find(call, missing);
	(void)context;
	if (!scope)
		return false;
	add_change(call, effects, &(struct scope_change){ .kind = SCOPE_DELETE, .scope_id = scope->id });
	admin_event_add(call, effects, "DELETE", "CLIENT_SCOPE", scope_rep_path(call, scope->id));
	return true;
}

static void delete(struct admin_call *call)
{
	const struct realm_change change = { .decide = decide_delete };
	if (realm_change(call, &change))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_scope_delete, delete)
