/* The realm's user profile in use; see user_profile.h. */
#include "admin/user_profile.h"

#include "json/tree.h"
#include "store/user_profiles.h"

const char user_profile_default[] =
	"{\"attributes\":[{\"name\":\"username\",\"displayName\":\"${username}\",\"validations\":{\"length\":"
	"{\"min\":3,\"max\":255},\"username-prohibited-characters\":{},\"up-username-not-idn-homograph\":{}},"
	"\"permissions\":{\"view\":[\"admin\",\"user\"],\"edit\":[\"admin\",\"user\"]},\"multivalued\":false},"
	"{\"name\":\"email\",\"displayName\":\"${email}\",\"validations\":{\"email\":{},\"length\":{\"max\":255}},"
	"\"required\":{\"roles\":[\"user\"]},\"permissions\":{\"view\":[\"admin\",\"user\"],\"edit\":[\"admin\","
	"\"user\"]},\"multivalued\":false},{\"name\":\"firstName\",\"displayName\":\"${firstName}\",\"validations\":"
	"{\"length\":{\"max\":255},\"person-name-prohibited-characters\":{}},\"required\":{\"roles\":[\"user\"]},"
	"\"permissions\":{\"view\":[\"admin\",\"user\"],\"edit\":[\"admin\",\"user\"]},\"multivalued\":false},"
	"{\"name\":\"lastName\",\"displayName\":\"${lastName}\",\"validations\":{\"length\":{\"max\":255},"
	"\"person-name-prohibited-characters\":{}},\"required\":{\"roles\":[\"user\"]},\"permissions\":{\"view\":"
	"[\"admin\",\"user\"],\"edit\":[\"admin\",\"user\"]},\"multivalued\":false}],\"groups\":[{\"name\":"
	"\"user-metadata\",\"displayHeader\":\"User metadata\",\"displayDescription\":\"Attributes, which refer to "
	"user metadata\"}]}";

/* ---- reading ---- */

static struct json_node *member(const struct json_node *node, const char *name, enum json_node_kind kind)
{
	struct json_node *found = node && node->kind == JSON_NODE_OBJECT ? json_node_find(node, str_from(name)) : NULL;
	return found && found->kind == kind ? found : NULL;
}

static bool list_has(const struct json_node *list, const char *text)
{
	for (size_t i = 0; list && list->kind == JSON_NODE_LIST && i < list->n; i++)
		if (list->items[i]->kind == JSON_NODE_TEXT && str_eq_z(list->items[i]->text, text))
			return true;
	return false;
}

static int64_t number_of(const struct json_node *node, const char *name, int64_t otherwise)
{
	struct json_node *found = node && node->kind == JSON_NODE_OBJECT ? json_node_find(node, str_from(name)) : NULL;
	int64_t value = otherwise;
	if (found && found->kind == JSON_NODE_INT)
		value = found->integer;
	else if (found && found->kind == JSON_NODE_TEXT && !str_to_int64(found->text, &value))
		value = otherwise;
	return value;
}

static void read_validations(struct arena *arena, const struct json_node *node, struct profile_attribute *attribute)
{
	const struct json_node *length = member(node, "length", JSON_NODE_OBJECT);
	const struct json_node *options = member(member(node, "options", JSON_NODE_OBJECT), "options", JSON_NODE_LIST);
	attribute->has_length = length != NULL;
	attribute->min = number_of(length, "min", 0);
	attribute->max = number_of(length, "max", -1);
	attribute->is_email = member(node, "email", JSON_NODE_OBJECT) != NULL;
	attribute->is_username = member(node, "username-prohibited-characters", JSON_NODE_OBJECT) != NULL;
	attribute->is_person_name = member(node, "person-name-prohibited-characters", JSON_NODE_OBJECT) != NULL;
	for (size_t i = 0; options && i < options->n; i++)
		if (options->items[i]->kind == JSON_NODE_TEXT)
			*(struct str *)arena_push(arena, &attribute->options.items, &attribute->options.n,
						  sizeof *attribute->options.items) = options->items[i]->text;
}

static bool good_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-'))
			return false;
	}
	return name.n > 0;
}

static const struct profile_attribute *find(const struct user_profile *profile, struct str name)
{
	for (size_t i = 0; i < profile->n; i++)
		if (str_eq(profile->attributes[i].name, name))
			return &profile->attributes[i];
	return NULL;
}

static bool has_group(const struct json_node *groups, struct str name)
{
	for (size_t i = 0; groups && i < groups->n; i++)
		if (groups->items[i]->kind == JSON_NODE_OBJECT &&
		    str_eq(json_tree_get_text(groups->items[i], STR("name")), name))
			return true;
	return false;
}

static enum error_code read_attribute(struct arena *arena, struct json_node *node, struct user_profile *profile,
				      struct why *reterr_why)
{
	const struct json_node *groups = member(profile->tree, "groups", JSON_NODE_LIST);
	struct str name = member(node, "name", JSON_NODE_TEXT) ? json_node_find(node, STR("name"))->text : STR("");
	struct str group = member(node, "group", JSON_NODE_TEXT) ? json_node_find(node, STR("group"))->text : STR("");
	const struct json_node *permissions = member(node, "permissions", JSON_NODE_OBJECT);
	if (!name.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "[Attribute configuration without 'name' is not allowed]");
	if (!good_name(name))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "[Invalid attribute name (only letters, numbers and '.' '_' '-' special characters "
				     "allowed): %.*s']", STR_ARG(str_take(name, 80)));
	if (find(profile, name))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "[Attribute configuration already exists with 'name':'%.*s']", STR_ARG(str_take(name, 80)));
	if (group.n && !has_group(groups, group))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "[Attribute '%.*s' references unknown group '%.*s']",
				     STR_ARG(str_take(name, 80)), STR_ARG(str_take(group, 80)));
	struct profile_attribute *one = arena_push(arena, &profile->attributes, &profile->n, sizeof *one);
	const struct json_node *required = member(node, "required", JSON_NODE_OBJECT);
	*one = (struct profile_attribute){ .name = name, .node = node };
	one->edit = !permissions || list_has(member(permissions, "edit", JSON_NODE_LIST), "admin");
	one->view = one->edit || list_has(member(permissions, "view", JSON_NODE_LIST), "admin");
	one->required = list_has(member(required, "roles", JSON_NODE_LIST), "admin");
	read_validations(arena, member(node, "validations", JSON_NODE_OBJECT), one);
	return OK;
}

enum error_code user_profile_read(struct arena *arena, struct str json, struct user_profile *ret_profile,
				  struct why *reterr_why)
{
	struct user_profile profile = { 0 };
	enum error_code code = json_tree_read(arena, json, &profile.tree, reterr_why);
	if (code == OK && profile.tree->kind != JSON_NODE_OBJECT)
		code = error_because(reterr_why, ERROR_BAD_JSON, "expected an object");
	const struct json_node *attributes = code == OK ? member(profile.tree, "attributes", JSON_NODE_LIST) : NULL;
	for (size_t i = 0; code == OK && attributes && i < attributes->n; i++)
		code = read_attribute(arena, attributes->items[i], &profile, reterr_why);
	if (code != OK)
		return code;
	struct json_node *policy = member(profile.tree, "unmanagedAttributePolicy", JSON_NODE_TEXT);
	struct str word = policy ? policy->text : STR("");
	if (word.n && !str_eq_z(word, "ENABLED") && !str_eq_z(word, "ADMIN_EDIT") && !str_eq_z(word, "ADMIN_VIEW"))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "unmanagedAttributePolicy '%.*s' is unknown",
				     STR_ARG(str_take(word, 40)));
	profile.unmanaged_view = word.n > 0;
	profile.unmanaged_edit = word.n > 0 && !str_eq_z(word, "ADMIN_VIEW");
	*ret_profile = profile;
	return OK;
}

bool user_profile_accept(struct admin_call *call, struct str json, struct user_profile *profile)
{
	struct why why = { "" };
	enum error_code code = user_profile_check_shape(call->arena, json, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	code = user_profile_read(call->arena, json, profile, &why);
	if (code == ERROR_INVALID_VALUE)
		admin_refuse(call, 400, arena_str(call->arena, str_from(why.text)));
	else if (code != OK)
		admin_refuse_body(call, code, &why);
	if (code != OK)
		return false;
	struct str findings = user_profile_findings(call, profile);
	if (findings.n) {
		admin_refuse(call, 400, findings);
		return false;
	}
	bool username = user_profile_manages(profile, STR("username"));
	bool email = user_profile_manages(profile, STR("email"));
	if (!username || !email) {
		struct str text = arena_format(call->arena, "[%s%s%s]",
			username ? "" : "The attribute 'username' can not be removed", username || email ? "" : ", ",
			email ? "" : "The attribute 'email' can not be removed");
		admin_refuse(call, 400, text);
	}
	return username && email;
}

/* Keycloak before 24 had no profile: realms of those days keep what users have, as when it migrates them. */
static bool is_from_before(const struct realm_settings *realm)
{
	struct str version = realm->keycloak_version;
	int64_t major;
	return version.n && str_to_int64(str_take(version, str_index(version, '.')), &major) && major < 24;
}

/* Realms of several languages let users have one, though their profile does not name it. */
static void add_locale(struct admin_call *call, struct user_profile *profile)
{
	static const struct str name = STR_INIT("locale");
	if (!call->realm->settings.internationalization_enabled || find(profile, name))
		return;
	struct json_node *node = json_node_object(call->arena);
	json_node_put(node, STR("displayName"), json_node_text(call->arena, name));
	arena_push(call->arena, &profile->attributes, &profile->n, sizeof *profile->attributes);
	for (size_t i = profile->n - 1; i > 0; i--)
		profile->attributes[i] = profile->attributes[i - 1];
	profile->attributes[0] = (struct profile_attribute){ .name = name, .node = node, .edit = true, .view = true };
}

bool user_profile_load(struct admin_call *call, struct user_profile *ret_profile)
{
	struct why why = { "" };
	struct str json, id;
	enum error_code code = store_find_user_profile(call->app->store, call->arena, call->realm->settings.id, &json, &id,
						       &why);
	if (code == OK)
		code = user_profile_read(call->arena, json.n ? json : str_from(user_profile_default), ret_profile, &why);
	if (code != OK)
		admin_fail(call, code == ERROR_INVALID_VALUE ? ERROR_CORRUPT : code, &why);
	else if (!json.n && is_from_before(&call->realm->settings))
		ret_profile->unmanaged_view = ret_profile->unmanaged_edit = true;
	if (code == OK)
		add_locale(call, ret_profile);
	return code == OK;
}

/* ---- attributes ---- */

bool user_profile_shows(const struct user_profile *profile, struct str name)
{
	const struct profile_attribute *one = find(profile, name);
	return one ? one->view : profile->unmanaged_view;
}

bool user_profile_manages(const struct user_profile *profile, struct str name)
{
	return find(profile, name) != NULL;
}

static bool may_edit(const struct user_profile *profile, struct str name)
{
	const struct profile_attribute *one = find(profile, name);
	return one ? one->edit : profile->unmanaged_edit;
}

/* Those that have columns of their own. */
static bool is_root(struct str name)
{
	return str_eq_z(name, "username") || str_eq_z(name, "email") || str_eq_z(name, "firstName") ||
	       str_eq_z(name, "lastName");
}

static bool has_value(const struct json_list_pair *pair)
{
	for (size_t i = 0; i < pair->n; i++)
		if (pair->values[i].n)
			return true;
	return false;
}

void user_profile_filter(struct arena *arena, const struct user_profile *profile, const struct user *before,
			 struct user *user)
{
	struct json_list_pair *kept = NULL;
	size_t n = 0;
	for (size_t i = 0; i < user->attributes_n; i++) {
		const struct json_list_pair *pair = &user->attributes[i];
		if (!is_root(pair->key) && may_edit(profile, pair->key) && has_value(pair))
			*(struct json_list_pair *)arena_push(arena, &kept, &n, sizeof *kept) = *pair;
	}
	for (size_t i = 0; before && i < before->attributes_n; i++)
		if (!may_edit(profile, before->attributes[i].key))
			*(struct json_list_pair *)arena_push(arena, &kept, &n, sizeof *kept) = before->attributes[i];
	user->attributes = kept;
	user->attributes_n = n;
}
