/* Writing the realm's own row; see realm_row.h. */
#include "admin/realm_row.h"

#include <string.h>

#include "admin/entity.h"
#include "admin/flow_rep.h"
#include "base/clock.h"
#include "base/limits.h"

enum error_code realm_row_load(struct admin_call *call, struct realm_rep *ret_realm, int64_t *ret_version,
			       struct why *reterr_why)
{
	enum error_code code = store_find_realm(call->app->store, call->arena, call->realm->settings.id, ret_realm,
						ret_version, reterr_why);
	if (code == OK)
		flows_complete(call->arena, ret_realm);
	return code;
}

static bool refuse(struct admin_call *call, enum error_code code, const struct why *why)
{
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Realm not found.");
	else
		admin_fail(call, code, why);
	return false;
}

bool realm_row_find(struct admin_call *call, struct realm_rep *ret_realm, int64_t *ret_version)
{
	struct why why = { "" };
	enum error_code code = realm_row_load(call, ret_realm, ret_version, &why);
	return code == OK || refuse(call, code, &why);
}

bool realm_row_change(struct admin_call *call, realm_row_changer *change, void *context)
{
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		struct realm_rep realm;
		int64_t version;
		call->visit.now_ms = clock_wall_ms();
		if ((code = realm_row_load(call, &realm, &version, &why)) != OK)
			break;
		if (!entity_stands(call, version))
			return false;
		struct effects effects = effects_new(call->arena);
		effects_add(&effects, EFFECT_REALM_UPDATE)->u.realm =
			(struct effect_realm){ .rep = &realm, .old_name = realm.settings.name, .version = version };
		if (!change(call, context, &realm, &effects))
			return false;
		if ((code = realm_check(&realm, "$", &why)) == OK)
			code = app_apply(call->app, &effects, &why);
	}
	if (code != OK)
		return refuse(call, code, &why);
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	return true;
}

void realm_row_drop(void *items, size_t *n, size_t size, size_t index)
{
	char *at = (char *)items + index * size;
	--*n;
	memmove(at, at + size, (*n - index) * size);
}

struct str realm_row_stored(struct admin_call *call, const struct realm_rep *realm)
{
	return json_text_of(call->arena, &realm_shape, realm);
}

static struct json_node *kept_tree(struct admin_call *call, const struct realm_rep *realm)
{
	struct json_node *tree;
	if (!realm->kept.n || json_tree_read(call->arena, realm->kept, &tree, NULL) != OK)
		return json_node_object(call->arena);
	return tree;
}

struct json_node *realm_row_kept(struct admin_call *call, const struct realm_rep *realm, const char *name)
{
	return json_node_find(kept_tree(call, realm), str_from(name));
}

void realm_row_keep(struct admin_call *call, struct realm_rep *realm, const char *name, struct json_node *value)
{
	struct json_node *tree = kept_tree(call, realm);
	if (value)
		json_node_put(tree, str_from(name), value);
	else
		json_node_remove(tree, str_from(name));
	realm->kept = tree->n ? json_tree_text(call->arena, tree) : STR("");
}

bool realm_row_body(struct admin_call *call, const struct json_shape *shape, void *ret_object)
{
	const struct json_read_options options = { .coerce = true };
	struct why why = { "" };
	enum error_code code = json_read(call->arena, call->request->body, shape, &options, ret_object, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}
