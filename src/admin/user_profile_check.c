/* Values of users against the realm's profile, and what the profile says of itself; see user_profile.h. */
#include "admin/user_profile.h"

#include "app/complaints.h"
#include "json/tree.h"
#include "model/user_values.h"

static void complain(struct complaints *complaints, struct str field, const char *message, struct str more)
{
	complaints_add(complaints, field, message, field, more);
}

/* One complaint is the answer itself. */
static bool answer(struct admin_call *call, struct complaints *complaints)
{
	struct str entries = text_str(&complaints->entries);
	if (!complaints->n)
		return true;
	http_respond_json(call->response, 400, complaints->n == 1 ? entries :
			  arena_join(call->arena, STR("{\"errors\":["), entries, STR("]}")));
	return false;
}

static void check_length(struct complaints *complaints, const struct profile_attribute *one, struct str value)
{
	int64_t n = user_value_characters(value);
	if (!one->has_length || (n >= one->min && (one->max < 0 || n <= one->max)))
		return;
	bool both = one->min > 0 && one->max >= 0;
	struct str params = one->max < 0 ? arena_format(complaints->arena, ",%lld,null", (long long)one->min) :
		both ? arena_format(complaints->arena, ",%lld,%lld", (long long)one->min, (long long)one->max) :
		       arena_format(complaints->arena, ",null,%lld", (long long)one->max);
	complain(complaints, one->name, both ? "error-invalid-length" :
		 one->max < 0 ? "error-invalid-length-too-short" : "error-invalid-length-too-long", params);
}

static void check_value(struct complaints *complaints, const struct profile_attribute *one, struct str value)
{
	if (!value.n) {
		if (one->required)
			complain(complaints, one->name, "error-user-attribute-required", STR(""));
		return;
	}
	check_length(complaints, one, value);
	if (one->is_username && !user_value_is_username(value))
		complain(complaints, one->name, "error-username-invalid-character", STR(""));
	if (one->is_person_name && !user_value_is_person_name(value))
		complain(complaints, one->name, "error-person-name-invalid-character", STR(""));
	if (one->is_email && !user_value_is_email(value)) {
		struct text text = text_new(complaints->arena, 0);
		text_add_char(&text, ',');
		json_add_text(&text, str_take(value, 80));
		complain(complaints, one->name, "error-invalid-email", text_str(&text));
	}
	if (one->options.n && !str_list_has(&one->options, value))
		complain(complaints, one->name, "error-invalid-value", STR(""));
}

static const struct json_list_pair *values_of(const struct user *user, struct str name)
{
	for (size_t i = 0; user && i < user->attributes_n; i++)
		if (str_eq(user->attributes[i].key, name))
			return &user->attributes[i];
	return NULL;
}

static bool same_values(const struct json_list_pair *a, const struct json_list_pair *b)
{
	if (!a || !b || a->n != b->n)
		return a == b;
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->values[i], b->values[i]))
			return false;
	return true;
}

static void check_attribute(struct complaints *complaints, const struct profile_attribute *one,
			    const struct user *before, const struct user *user)
{
	static const char *const roots[] = { "username", "email", "firstName", "lastName" };
	for (size_t i = 0; i < ARRAY_LENGTH(roots); i++) {
		if (!str_eq_z(one->name, roots[i]))
			continue;
		struct str value = user_property(user, one->name);
		if (!before || !str_eq(user_property(before, one->name), value))
			check_value(complaints, one, value);
		return;
	}
	const struct json_list_pair *values = values_of(user, one->name);
	if (!one->edit || (before && same_values(values_of(before, one->name), values) && !one->required))
		return;
	if (!values)
		check_value(complaints, one, STR(""));
	for (size_t i = 0; values && i < values->n; i++)
		check_value(complaints, one, values->values[i]);
}

bool user_profile_check(struct admin_call *call, const struct user_profile *profile, const struct user *before,
			const struct user *user)
{
	struct complaints complaints = complaints_new(call->arena);
	bool renamed = before && !str_eq_nocase(before->username, user->username);
	if (renamed && !call->realm->settings.edit_username_allowed)
		complain(&complaints, STR("username"), "error-user-attribute-read-only", STR(""));
	for (size_t i = 0; i < profile->n; i++)
		check_attribute(&complaints, &profile->attributes[i], before, user);
	return answer(call, &complaints);
}

/* ---- what it says of itself ---- */

static void write_validators(struct json_writer *w, const struct profile_attribute *one, bool multivalued)
{
	const struct json_node *validations = json_node_find(one->node, STR("validations"));
	json_member_object_begin(w, "validators");
	for (size_t i = 0; validations && validations->kind == JSON_NODE_OBJECT && i < validations->n; i++) {
		const struct json_node *config = validations->members[i].value;
		json_write_name(w, validations->members[i].name);
		json_write_object_begin(w);
		for (size_t k = 0; config->kind == JSON_NODE_OBJECT && k < config->n; k++) {
			json_write_name(w, config->members[k].name);
			json_write_tree(w, config->members[k].value);
		}
		json_member_bool(w, "ignore.empty.value", true);
		json_write_object_end(w);
	}
	if (!multivalued) {
		json_member_object_begin(w, "multivalued");
		json_member_text(w, "max", STR("1"));
		json_write_object_end(w);
	}
	json_write_object_end(w);
}

static struct str display_name(struct arena *arena, const struct profile_attribute *one)
{
	const struct json_node *display = json_node_find(one->node, STR("displayName"));
	if (display && display->kind == JSON_NODE_TEXT)
		return display->text;
	bool known = str_eq_z(one->name, "username") || str_eq_z(one->name, "email");
	return known ? arena_join(arena, STR("${"), one->name, STR("}")) : one->name;
}

static void write_attribute(struct admin_call *call, struct json_writer *w, const struct profile_attribute *one,
			    const struct user *user)
{
	static const char *const taken_over[] = { "annotations", "group", "defaultValue" };
	const struct json_node *multivalued = json_node_find(one->node, STR("multivalued"));
	bool many = multivalued && multivalued->kind == JSON_NODE_BOOL && multivalued->boolean;
	bool is_username = str_eq_z(one->name, "username");
	bool named = json_node_find(one->node, STR("name"));
	json_write_object_begin(w);
	json_member_text(w, "name", one->name);
	json_member_text(w, "displayName", display_name(call->arena, one));
	json_member_bool(w, "required", is_username || one->required);
	json_member_bool(w, "readOnly", !one->edit || (is_username && user && !call->realm->settings.edit_username_allowed));
	for (size_t i = 0; i < ARRAY_LENGTH(taken_over); i++) {
		const struct json_node *node = json_node_find(one->node, str_from(taken_over[i]));
		if (node) {
			json_write_name(w, str_from(taken_over[i]));
			json_write_tree(w, node);
		}
	}
	write_validators(w, one, many || !named);
	json_member_bool(w, "multivalued", many);
	json_write_object_end(w);
}

void user_profile_write_metadata(struct admin_call *call, struct json_writer *w, const struct user_profile *profile,
				 const struct user *user)
{
	const struct json_node *groups = json_node_find(profile->tree, STR("groups"));
	json_write_object_begin(w);
	json_member_array_begin(w, "attributes");
	for (size_t i = 0; i < profile->n; i++)
		if (profile->attributes[i].view)
			write_attribute(call, w, &profile->attributes[i], user);
	json_write_array_end(w);
	json_write_name(w, STR("groups"));
	if (groups)
		json_write_tree(w, groups);
	else
		json_write_raw(w, STR("[]"));
	json_write_object_end(w);
}
