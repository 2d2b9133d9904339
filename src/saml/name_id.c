/* NameIDs; see name_id.h. */
#include "saml/name_id.h"

#include "crypto/uuid.h"
#include "saml/attributes.h"

#define PERSISTENT "saml.persistent.name.id.for."

static struct str first_of(const struct json_list_pair *pair)
{
	return pair && pair->n ? pair->values[0] : (struct str){ NULL, 0 };
}

static struct str generated(struct arena *arena, const unsigned char random[16])
{
	return arena_join(arena, STR("G-"), uuid_of(arena, random), STR(""));
}

static struct str persistent_attribute(struct arena *arena, const struct client *client)
{
	return arena_join(arena, STR(PERSISTENT), client->client_id, STR(""));
}

/* Not one of a group's: all of its members would be one person. */
static struct str own_attribute(const struct user *user, struct str name)
{
	for (size_t i = 0; i < user->attributes_n; i++)
		if (str_eq(user->attributes[i].key, name))
			return first_of(&user->attributes[i]);
	return (struct str){ NULL, 0 };
}

/* What a mapper for this format says; true when there is one. */
static bool mapped(const struct realm *realm, const struct client *client, const struct user *user,
	struct str format, struct str *ret_value)
{
	const struct mapper *mapper;
	size_t at = 0;
	while ((mapper = saml_mapper_next(client, STR("saml-user-attribute-nameid-mapper"), &at)))
		if (str_eq(attributes_get(&mapper->config, STR("mapper.nameid.format")), format)) {
			struct str name = attributes_get(&mapper->config, STR("user.attribute"));
			struct str property = user_property(user, name);
			*ret_value = property.n ? property : first_of(user_attribute(realm, user, name));
			return true;
		}
	return false;
}

bool name_id_of(struct arena *arena, const struct realm *realm, const struct client *client,
	const struct user *user, struct str format, const unsigned char random[16],
	struct name_id *ret_name_id)
{
	struct name_id name = { .value = user->username, .format = format };
	if (mapped(realm, client, user, format, &name.value)) {
		/* The mapper has the last word, also where it finds nothing. */
	} else if (str_eq_z(format, SAML_FORMAT_EMAIL)) {
		name.value = user->email;
	} else if (str_eq_z(format, SAML_FORMAT_TRANSIENT)) {
		name.value = generated(arena, random);
	} else if (str_eq_z(format, SAML_FORMAT_PERSISTENT)) {
		name.value = own_attribute(user, persistent_attribute(arena, client));
		if (!name.value.n)
			name.value = own_attribute(user, STR(PERSISTENT "*"));
		name.fresh = !name.value.n;
		if (name.fresh)
			name.value = generated(arena, random);
	}
	if (!name.value.n)
		return false;
	*ret_name_id = name;
	return true;
}

void name_id_keep(struct effects *effects, const struct client *client, const struct user *user,
	const struct name_id *name_id)
{
	if (!name_id->fresh)
		return;
	struct user *kept = &effects_add(effects, EFFECT_USER_UPDATE)->u.user;
	*kept = *user;
	kept->attributes_n = 0;
	kept->attributes = NULL;
	struct json_list_pair *pair;
	struct str name = persistent_attribute(effects->arena, client);
	for (size_t i = 0; i < user->attributes_n; i++)
		if (!str_eq(user->attributes[i].key, name)) {
			pair = arena_push(effects->arena, &kept->attributes, &kept->attributes_n, sizeof *pair);
			*pair = user->attributes[i];
		}
	pair = arena_push(effects->arena, &kept->attributes, &kept->attributes_n, sizeof *pair);
	*pair = (struct json_list_pair){ .key = name, .values = arena_array(effects->arena, 1, sizeof(struct str)), .n = 1 };
	pair->values[0] = name_id->value;
}
