/* The protocol-mapper engine: which mappers run, and in which order; see claims.h. */
#include "oidc/claims.h"

#include "model/pairwise.h"
#include "oidc/claims_job.h"

/* The documents that a kind of mapper has something to say in. */
enum {
	IN_ACCESS = 1 << CLAIMS_ACCESS,
	IN_ID = 1 << CLAIMS_ID,
	IN_USERINFO = 1 << CLAIMS_USERINFO,
	IN_INTROSPECTION = 1 << CLAIMS_INTROSPECTION,
	IN_RESPONSE = 1 << CLAIMS_RESPONSE,
	IN_TOKENS = IN_ACCESS | IN_ID | IN_INTROSPECTION,
	IN_ALL = IN_TOKENS | IN_USERINFO,
};

enum switches {
	BY_SWITCHES,    /* *.token.claim decide; absent is "false" */
	ABSENT_IS_TRUE, /* the same, but for realms of before the switches */
	ALWAYS,         /* being there is enough */
};

/* Keycloak's priorities: mappers of one rank run in their order, one rank after the other. What says how
 * the user signed in comes after all that could say otherwise; there that is left to chance. */
enum rank { SUBJECT, PLAIN, SIGN_IN, ROLE_NAMES, HARDCODED_ROLES, AUDIENCES, ROLES, RANKS };

struct mapper_type {
	struct str name;
	claims_mapper *map;
	unsigned documents;
	enum switches switches;
	enum rank rank;
};

static const struct mapper_type types[] = {
#define M(name, map, documents, switches, rank) { STR_INIT(name), map, documents, switches, rank },
#include "model/mappers.def"
#undef M
};

static const struct mapper_type *type_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (str_eq(name, types[i].name))
			return &types[i];
	return NULL;
}

static bool on(const struct mapper *mapper, struct str name, bool absent)
{
	struct str value = attributes_get(&mapper->config, name);
	return value.n ? str_eq_z(value, "true") : absent;
}

/* Whether the mapper's settings want it in this document. A switch that an old export
 * lacks counts as Keycloak counts it: userinfo follows the ID token, introspection the access
 * token. */
static bool wanted(const struct mapper *mapper, const struct mapper_type *type,
		   enum claims_target target, bool lightweight)
{
	bool absent = type->switches == ABSENT_IS_TRUE;
	if (!(type->documents & 1u << target))
		return false;
	if (type->switches == ALWAYS)
		return true;
	switch (target) {
	case CLAIMS_ACCESS:
		return lightweight ? on(mapper, STR("lightweight.claim"), false) :
				     on(mapper, STR("access.token.claim"), absent);
	case CLAIMS_ID:
		return on(mapper, STR("id.token.claim"), false);
	case CLAIMS_USERINFO:
		return on(mapper, STR("userinfo.token.claim"), on(mapper, STR("id.token.claim"), false));
	case CLAIMS_INTROSPECTION:
		return on(mapper, STR("introspection.token.claim"),
			  absent || on(mapper, STR("access.token.claim"), false));
	case CLAIMS_RESPONSE:
		return on(mapper, STR("access.tokenResponse.claim"), false);
	}
	return false;
}

struct entry {
	const struct mapper *mapper;
	const struct mapper_type *type;
};

struct entries {
	struct entry *items;
	size_t n;
};

static void collect(const struct claims_input *input, const struct mapper *mappers, size_t n,
		    enum claims_target target, struct arena *arena, struct entries *entries)
{
	for (size_t i = 0; i < n; i++) {
		const struct mapper_type *type = type_of(mappers[i].type);
		if (type && wanted(&mappers[i], type, target, input->lightweight))
			*(struct entry *)arena_push(arena, &entries->items, &entries->n, sizeof *entries->items) =
				(struct entry){ &mappers[i], type };
	}
}

void claims_map(const struct claims_input *input, enum claims_target target, struct json_node *tree)
{
	struct entries entries = { .n = 0 };
	struct claims_roles roles = { .n = 0 };
	for (size_t i = 0; i < input->grant->n; i++)
		collect(input, input->grant->scopes[i]->mappers, input->grant->scopes[i]->mappers_n, target,
			tree->arena, &entries);
	collect(input, input->client->mappers, input->client->mappers_n, target, tree->arena, &entries);
	for (int rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < entries.n; i++)
			if ((int)entries.items[i].type->rank == rank)
				entries.items[i].type->map(&(struct claims_job){ input, entries.items[i].mapper, target,
					tree->arena, tree, &roles });
}

static bool any(const struct mapper *mappers, size_t n, bool (*test)(const struct mapper *mapper))
{
	for (size_t i = 0; i < n; i++)
		if (test(&mappers[i]))
			return true;
	return false;
}

static bool any_in(struct client_scope *const *scopes, size_t n, bool (*test)(const struct mapper *mapper))
{
	for (size_t i = 0; i < n; i++)
		if (any(scopes[i]->mappers, scopes[i]->mappers_n, test))
			return true;
	return false;
}

static bool makes_subject(const struct mapper *mapper)
{
	return pairwise_is(mapper) || str_eq_z(attributes_get(&mapper->config, STR("claim.name")), "sub");
}

bool claims_own_subject(const struct client *client)
{
	return any(client->mappers, client->mappers_n, makes_subject) ||
	       any_in(client->default_scopes, client->default_scopes_n, makes_subject) ||
	       any_in(client->optional_scopes, client->optional_scopes_n, makes_subject);
}

static bool keeps_nonce(const struct mapper *mapper)
{
	return str_eq_z(mapper->type, "oidc-nonce-backwards-compatible-mapper");
}

bool claims_keep_nonce(const struct client *client, const struct scope_grant *grant)
{
	bool found = any(client->mappers, client->mappers_n, keeps_nonce);
	for (size_t i = 0; !found && i < grant->n; i++)
		found = any(grant->scopes[i]->mappers, grant->scopes[i]->mappers_n, keeps_nonce);
	return found;
}
