/* Look-ups in a realm's snapshot; see realm.h. */
#include "model/realm.h"

struct str attributes_get(const struct attributes *attributes, struct str name)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (str_eq(attributes->pairs[i].key, name))
			return attributes->pairs[i].value;
	return (struct str){ NULL, 0 };
}

void attributes_default(struct arena *arena, struct attributes *attributes, struct str name, struct str value)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (str_eq(attributes->pairs[i].key, name))
			return;
	*(struct json_pair *)arena_push(arena, &attributes->pairs, &attributes->n, sizeof *attributes->pairs) =
		(struct json_pair){ name, value };
}

bool attributes_true(const struct attributes *attributes, struct str name, bool otherwise)
{
	struct str value = attributes_get(attributes, name);
	return value.n ? str_eq_nocase(value, STR("true")) : otherwise;
}

int64_t attributes_seconds(const struct attributes *attributes, struct str name, int64_t otherwise)
{
	int64_t seconds;
	struct str value = attributes_get(attributes, name);
	return str_to_int64(value, &seconds) && seconds >= 0 ? seconds : otherwise;
}

bool str_list_has(const struct str_list *list, struct str item)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], item))
			return true;
	return false;
}

const struct client *realm_client_by_client_id(const struct realm *realm, struct str client_id)
{
	return table_get(&realm->client_by_client_id, client_id);
}

const struct client *realm_client_by_id(const struct realm *realm, struct str id)
{
	return table_get(&realm->client_by_id, id);
}

const struct client *realm_gone_client(const struct realm *realm, struct str id)
{
	for (size_t i = 0; i < realm->gone_clients_n; i++)
		if (str_eq(realm->gone_clients[i].id, id))
			return &realm->gone_clients[i];
	return NULL;
}

const struct role *realm_role_by_id(const struct realm *realm, struct str id)
{
	return table_get(&realm->role_by_id, id);
}

const struct group *realm_group_by_id(const struct realm *realm, struct str id)
{
	return table_get(&realm->group_by_id, id);
}

const struct client_scope *realm_scope_by_name(const struct realm *realm, struct str name)
{
	return table_get(&realm->scope_by_name, name);
}

const struct realm_key *realm_key_by_kid(const struct realm *realm, struct str kid)
{
	return table_get(&realm->key_by_kid, kid);
}

const struct realm_key *realm_key_for(const struct realm *realm, struct str algorithm)
{
	for (size_t i = 0; i < realm->keys_n; i++) {
		const struct realm_key *key = &realm->keys[i];
		if (key->state == KEY_ACTIVE && str_eq(key->algorithm, algorithm))
			return key;
	}
	return NULL;
}
