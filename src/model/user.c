/* What mappers ask of users; see user.h. */
#include "model/user.h"

static struct str bool_text(bool value)
{
	return value ? STR("true") : STR("false");
}

struct str user_property(const struct user *user, struct str name)
{
	const struct {
		const char *name;
		struct str value;
	} properties[] = {
		{ "username", user->username },
		{ "email", user->email },
		{ "firstName", user->first_name },
		{ "lastName", user->last_name },
		{ "id", user->id },
		{ "emailVerified", bool_text(user->email_verified) },
		{ "enabled", bool_text(user->enabled) },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(properties); i++)
		if (str_eq_z(name, properties[i].name))
			return properties[i].value;
	return (struct str){ NULL, 0 };
}

static const struct json_list_pair *find(const struct json_list_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].key, name) && pairs[i].n)
			return &pairs[i];
	return NULL;
}

const struct json_list_pair *user_attribute(
	const struct realm *realm, const struct user *user, struct str name)
{
	const struct json_list_pair *found = find(user->attributes, user->attributes_n, name);
	for (size_t i = 0; !found && i < user->group_ids.n; i++) {
		const struct group *group = realm_group_by_id(realm, user->group_ids.items[i]);
		for (; group && !found; group = group->parent)
			found = find(group->attributes, group->attributes_n, name);
	}
	return found;
}
