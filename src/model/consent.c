/* Consents; see consent.h. */
#include "model/consent.h"

const struct client_scope *consent_scope(const struct realm *realm, struct str id)
{
	for (size_t i = 0; i < realm->client_scopes_n; i++)
		if (str_eq(realm->client_scopes[i].id, id))
			return &realm->client_scopes[i];
	return NULL;
}

struct str_list consent_names(struct arena *arena, const struct realm *realm, const struct consent *consent)
{
	struct str_list names = { .n = 0 };
	for (size_t i = 0; i < consent->scope_ids.n; i++) {
		struct str id = consent->scope_ids.items[i];
		const struct client_scope *scope = consent_scope(realm, id);
		const struct client *client =
			str_eq(id, consent->client_id) ? realm_client_by_id(realm, id) : NULL;
		if (scope || client)
			*(struct str *)arena_push(arena, &names.items, &names.n, sizeof *names.items) =
				scope ? scope->name : client->client_id;
	}
	return names;
}
