/* Roles, groups and scope mappings in JSON; see representation.h. */
#include "model/rep_check.h"

static const struct json_field composites_fields[] = {
	JSON_TEXTS(struct role_composites, realm.items, realm.n, "realm", 0),
	JSON_TEXTS_MAP(struct role_composites, clients, clients_n, "client", 0),
};
static const char *const composites_known[] = { "application", NULL };
static const struct json_shape composites_shape =
	JSON_SHAPE(struct role_composites, composites_fields, .known = composites_known,
		.kept = JSON_AT(struct role_composites, kept, struct str));

#define ROLE_BRIEF_FIELDS                                                       \
	JSON_TEXT(struct role_rep, role.id, "id", 0),                           \
		JSON_TEXT(struct role_rep, role.name, "name", JSON_REQUIRED),   \
		JSON_TEXT(struct role_rep, role.description, "description", 0), \
		JSON_BOOL(struct role_rep, composite, "composite", 0)
#define ROLE_PLACE_FIELDS                                         \
	JSON_BOOL(struct role_rep, client_role, "clientRole", 0), \
		JSON_TEXT(struct role_rep, container_id, "containerId", 0)

static const struct json_field role_fields[] = {
	ROLE_BRIEF_FIELDS,
	JSON_STRUCT(struct role_rep, composites, "composites", 0, &composites_shape),
	ROLE_PLACE_FIELDS,
	JSON_TEXTS_MAP(
		struct role_rep, attributes, attributes_n, "attributes", JSON_ALWAYS | JSON_LONE),
};
static const char *const role_known[] = { "scopeParamRequired", NULL };
const struct json_shape role_shape = JSON_SHAPE(struct role_rep, role_fields, .known = role_known,
	.kept = JSON_AT(struct role_rep, kept, struct str));

static const struct json_field role_brief_fields[] = {
	ROLE_BRIEF_FIELDS,
	ROLE_PLACE_FIELDS,
	JSON_STRUCT(struct role_rep, composites, "composites", JSON_NOT_READ | JSON_NOT_WRITTEN,
		&composites_shape),
	JSON_TEXTS_MAP(struct role_rep, attributes, attributes_n, "attributes",
		JSON_NOT_READ | JSON_NOT_WRITTEN),
};
const struct json_shape role_brief_shape = JSON_SHAPE(struct role_rep, role_brief_fields,
	.known = role_known, .kept = JSON_AT(struct role_rep, kept, struct str));

static const struct json_field roles_fields[] = {
	JSON_STRUCTS(struct roles_rep, realm, realm_n, "realm", 0, &role_shape),
	JSON_STRUCTS_MAP(struct roles_rep, clients, clients_n, "client", 0, &role_shape),
};
static const char *const roles_known[] = { "application", NULL };
const struct json_shape roles_shape =
	JSON_SHAPE(struct roles_rep, roles_fields, .known = roles_known);

static const struct json_field group_fields[] = {
	JSON_TEXT(struct group_rep, group.id, "id", 0),
	JSON_TEXT(struct group_rep, group.name, "name", JSON_REQUIRED),
	JSON_TEXT(struct group_rep, description, "description", 0),
	JSON_TEXT(struct group_rep, group.path, "path", 0),
	JSON_TEXT(struct group_rep, parent_id, "parentId", 0),
	JSON_STRUCTS(
		struct group_rep, children, children_n, "subGroups", JSON_ALWAYS, &group_shape),
	JSON_TEXTS_MAP(struct group_rep, group.attributes, group.attributes_n, "attributes",
		JSON_ALWAYS | JSON_LONE),
	JSON_TEXTS(struct group_rep, realm_roles.items, realm_roles.n, "realmRoles", JSON_ALWAYS),
	JSON_TEXTS_MAP(struct group_rep, client_roles, client_roles_n, "clientRoles", JSON_ALWAYS),
	JSON_ANY(struct group_rep, kept, "access", JSON_NOT_READ | JSON_NOT_WRITTEN),
	JSON_ANY(struct group_rep, kept, "subGroupCount", JSON_NOT_READ | JSON_NOT_WRITTEN),
};
static const char *const group_known[] = { "applicationRoles", "type", NULL };
const struct json_shape group_shape = JSON_SHAPE(struct group_rep, group_fields,
	.known = group_known, .kept = JSON_AT(struct group_rep, kept, struct str));

static const struct json_field scope_mapping_fields[] = {
	JSON_TEXT(struct scope_mapping_rep, client, "client", 0),
	JSON_TEXT(struct scope_mapping_rep, client_scope, "clientScope", 0),
	JSON_TEXTS(struct scope_mapping_rep, roles.items, roles.n, "roles", JSON_ALWAYS),
};
static const char *const scope_mapping_known[] = { "self", "clientTemplate", NULL };
const struct json_shape scope_mapping_shape =
	JSON_SHAPE(struct scope_mapping_rep, scope_mapping_fields, .known = scope_mapping_known,
		.kept = JSON_AT(struct scope_mapping_rep, kept, struct str));

enum error_code role_check(const struct role_rep *rep, const char *path, struct why *reterr_why)
{
	enum error_code error;
	if ((error = rep_name(rep->role.id, false, path, "id", reterr_why)) ||
		(error = rep_name(rep->role.name, true, path, "name", reterr_why)) ||
		(error = rep_text(rep->role.description, path, "description", reterr_why)))
		return error;
	return rep_list_attributes(
		rep->attributes, rep->attributes_n, path, "attributes", reterr_why);
}

static enum error_code group_check_at(
	const struct group_rep *rep, const char *path, int depth, struct why *reterr_why)
{
	enum error_code error;
	struct rep_path at;
	if ((error = rep_name(rep->group.id, false, path, "id", reterr_why)) ||
		(error = rep_name(rep->group.name, true, path, "name", reterr_why)) ||
		(error = rep_text(rep->description, path, "description", reterr_why)) ||
		(error = rep_list_attributes(rep->group.attributes, rep->group.attributes_n, path,
			 "attributes", reterr_why)))
		return error;
	if (depth == REPRESENTATION_GROUP_DEPTH && rep->children_n)
		return rep_refuse(reterr_why, path, "subGroups", rep->group.name, "too deep");
	for (size_t i = 0; i < rep->children_n; i++)
		if ((error = group_check_at(&rep->children[i],
			     rep_element(&at, path, "subGroups", i), depth + 1, reterr_why)))
			return error;
	return OK;
}

enum error_code group_check(const struct group_rep *rep, const char *path, struct why *reterr_why)
{
	return group_check_at(rep, path, 1, reterr_why);
}
