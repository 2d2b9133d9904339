/* JSON merge patches; see merge_patch.h. */
#include "json/merge_patch.h"

#include "json/tree.h"

/* A value of the patch that stands where nothing stood: its nulls say nothing (RFC 7396 section 2). */
static struct json_node *without_nulls(struct arena *arena, struct json_node *value)
{
	if (value->kind != JSON_NODE_OBJECT)
		return value;
	struct json_node *object = json_node_object(arena);
	for (size_t i = 0; i < value->n; i++)
		if (value->members[i].value->kind != JSON_NODE_NULL)
			json_node_append(object, value->members[i].name, without_nulls(arena, value->members[i].value));
	return object;
}

/* Members are looked for one by one: a patch of too many would take its square. */
static bool is_wide(const struct json_node *value)
{
	bool wide = value->kind == JSON_NODE_OBJECT && value->n > JSON_PATCH_MEMBERS_MAX;
	for (size_t i = 0; value->kind == JSON_NODE_OBJECT && i < value->n && !wide; i++)
		wide = is_wide(value->members[i].value);
	return wide;
}

/* As deep as the parser lets the patch be: LIMIT_JSON_DEPTH. */
static void merge(struct arena *arena, struct json_node *target, const struct json_node *patch)
{
	for (size_t i = 0; i < patch->n; i++) {
		const struct json_member *member = &patch->members[i];
		struct json_node *old = json_node_find(target, member->name);
		if (member->value->kind == JSON_NODE_NULL)
			json_node_remove(target, member->name);
		else if (member->value->kind == JSON_NODE_OBJECT && old && old->kind == JSON_NODE_OBJECT)
			merge(arena, old, member->value);
		else
			json_node_put(target, member->name, without_nulls(arena, member->value));
	}
}

enum error_code json_merge_patch(struct arena *arena, struct str target, struct str patch, struct str *ret_json,
				 struct why *reterr_why)
{
	struct json_node *object, *changes;
	enum error_code code = json_tree_read(arena, patch, &changes, reterr_why);
	if (code != OK)
		return code;
	if (changes->kind != JSON_NODE_OBJECT)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "$: a merge patch has to be an object");
	if (is_wide(changes))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "$: an object of more than %d members",
				     JSON_PATCH_MEMBERS_MAX);
	if ((code = json_tree_read(arena, target, &object, reterr_why)) != OK)
		return code;
	if (object->kind != JSON_NODE_OBJECT)
		return error_because(reterr_why, ERROR_INTERNAL, "a merge patch of what is no object");
	merge(arena, object, changes);
	*ret_json = json_tree_text(arena, object);
	return OK;
}
