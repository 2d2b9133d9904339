/* The form of a user profile (UPConfig) as Keycloak reads it; what it means is user_profile.c's. */
#include "admin/user_profile.h"

#include "json/read.h"

struct up_lists {
	struct str *roles, *scopes, *view, *edit;
	size_t roles_n, scopes_n, view_n, edit_n;
};
static const struct json_field required_fields[] = {
	JSON_TEXTS(struct up_lists, roles, roles_n, "roles", 0),
	JSON_TEXTS(struct up_lists, scopes, scopes_n, "scopes", 0),
};
static const struct json_field permissions_fields[] = {
	JSON_TEXTS(struct up_lists, view, view_n, "view", 0),
	JSON_TEXTS(struct up_lists, edit, edit_n, "edit", 0),
};
static const struct json_field selector_fields[] = {
	JSON_TEXTS(struct up_lists, scopes, scopes_n, "scopes", 0),
};
static const struct json_shape required_shape = JSON_SHAPE(struct up_lists, required_fields);
static const struct json_shape permissions_shape = JSON_SHAPE(struct up_lists, permissions_fields);
static const struct json_shape selector_shape = JSON_SHAPE(struct up_lists, selector_fields);

struct up_part { /* of an attribute or a group */
	struct str name, display, description, group, initial;
	struct json_pair *validations, *annotations;
	size_t validations_n, annotations_n;
	struct up_lists required, permissions, selector;
	bool multivalued;
};
static const struct json_field attribute_fields[] = {
	JSON_TEXT(struct up_part, name, "name", 0),
	JSON_TEXT(struct up_part, display, "displayName", 0),
	JSON_ANY_MAP(struct up_part, validations, validations_n, "validations", 0),
	JSON_ANY_MAP(struct up_part, annotations, annotations_n, "annotations", 0),
	JSON_STRUCT(struct up_part, required, "required", 0, &required_shape),
	JSON_STRUCT(struct up_part, permissions, "permissions", 0, &permissions_shape),
	JSON_STRUCT(struct up_part, selector, "selector", 0, &selector_shape),
	JSON_TEXT(struct up_part, group, "group", 0),
	JSON_BOOL(struct up_part, multivalued, "multivalued", 0),
	JSON_TEXT(struct up_part, initial, "defaultValue", 0),
};
static const struct json_field group_fields[] = {
	JSON_TEXT(struct up_part, name, "name", 0),
	JSON_TEXT(struct up_part, display, "displayHeader", 0),
	JSON_TEXT(struct up_part, description, "displayDescription", 0),
	JSON_ANY_MAP(struct up_part, annotations, annotations_n, "annotations", 0),
};
static const struct json_shape up_attribute_shape = JSON_SHAPE(struct up_part, attribute_fields);
static const struct json_shape up_group_shape = JSON_SHAPE(struct up_part, group_fields);

struct up_config {
	struct up_part *attributes, *groups;
	size_t attributes_n, groups_n;
	struct str policy;
};
static const struct json_field profile_fields[] = {
	JSON_STRUCTS(struct up_config, attributes, attributes_n, "attributes", 0, &up_attribute_shape),
	JSON_STRUCTS(struct up_config, groups, groups_n, "groups", 0, &up_group_shape),
	JSON_TEXT(struct up_config, policy, "unmanagedAttributePolicy", 0),
};
static const struct json_shape config_shape = JSON_SHAPE(struct up_config, profile_fields);

enum error_code user_profile_check_shape(struct arena *arena, struct str json, struct why *reterr_why)
{
	const struct json_read_options options = { .coerce = true };
	struct up_config profile = { 0 };
	return json_read(arena, json, &config_shape, &options, &profile, reterr_why);
}
