/* Identity providers in a realm's document; see identity_provider_rep.h. */
#include "admin/identity_provider_rep.h"

#include "crypto/hash.h"
#include "crypto/uuid.h"

#define P struct identity_provider
static const struct json_field fields[] = {
	JSON_TEXT(P, alias, "alias", 0),
	JSON_TEXT(P, display_name, "displayName", 0),
	JSON_TEXT(P, internal_id, "internalId", 0),
	JSON_TEXT(P, provider_id, "providerId", 0),
	JSON_OPTIONAL_BOOL(P, enabled, "enabled", 0),
	JSON_TEXT(P, update_mode, "updateProfileFirstLoginMode", 0),
	JSON_OPTIONAL_BOOL(P, update_profile, "updateProfileFirstLogin", 0),
	JSON_OPTIONAL_BOOL(P, trust_email, "trustEmail", 0),
	JSON_OPTIONAL_BOOL(P, store_token, "storeToken", 0),
	JSON_OPTIONAL_BOOL(P, read_token, "addReadTokenRoleOnCreate", 0),
	JSON_OPTIONAL_BOOL(P, by_default, "authenticateByDefault", 0),
	JSON_OPTIONAL_BOOL(P, link_only, "linkOnly", 0),
	JSON_OPTIONAL_BOOL(P, hide, "hideOnLogin", 0),
	JSON_TEXT(P, first_flow, "firstBrokerLoginFlowAlias", 0),
	JSON_TEXT(P, post_flow, "postBrokerLoginFlowAlias", 0),
	JSON_TEXT(P, organization_id, "organizationId", 0),
	JSON_TEXT_MAP(P, config.pairs, config.n, "config", JSON_ALWAYS | JSON_SECRET),
};
static const char *const known[] = { "organizationLinks", "types", NULL };
const struct json_shape identity_provider_rep_shape = JSON_SHAPE(P, fields, .known = known,
	.kept = JSON_AT(P, kept, struct str));
#undef P

#define M struct identity_provider_mapper
static const struct json_field mapper_fields[] = {
	JSON_TEXT(M, id, "id", 0),
	JSON_TEXT(M, name, "name", 0),
	JSON_TEXT(M, alias, "identityProviderAlias", 0),
	JSON_TEXT(M, type, "identityProviderMapper", 0),
	JSON_TEXT_MAP(M, config.pairs, config.n, "config", JSON_ALWAYS),
};
const struct json_shape identity_provider_mapper_rep_shape = JSON_SHAPE(M, mapper_fields);
#undef M

static const struct identity_provider_kind kinds[] = {
#define P(id, name, types, mappers, settings) \
	{ STR_INIT(id), STR_INIT(name), STR_INIT(types), STR_INIT(mappers), STR_INIT(settings) },
#include "admin/identity_providers.def"
#undef P
};

const struct identity_provider_kind *identity_provider_kind_of(struct str id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (str_eq(kinds[i].id, id))
			return &kinds[i];
	return NULL;
}

struct attributes settings_without_empty(struct arena *arena, const struct attributes *config)
{
	struct attributes left = { arena_array(arena, 0, sizeof *left.pairs), 0 };
	for (size_t i = 0; i < config->n; i++)
		if (config->pairs[i].value.n)
			*(struct json_pair *)arena_push(arena, &left.pairs, &left.n, sizeof *left.pairs) = config->pairs[i];
	return left;
}

/* Imports may have given it none: the same each time. */
static struct str made_id(struct arena *arena, struct str realm_id, struct str alias)
{
	unsigned char hash[HASH_MAX];
	hash_bytes(HASH_SHA256, arena_format(arena, "identity-provider:%.*s:%.*s", STR_ARG(realm_id), STR_ARG(alias)), hash);
	return uuid_of(arena, hash);
}

struct identity_provider identity_provider_at(struct admin_call *call, const struct realm_rep *rep, size_t index)
{
	struct identity_provider provider = { .alias = STR("") };
	const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED, .coerce = true };
	(void)!json_read(call->arena, rep->identity_providers[index].kept, &identity_provider_rep_shape, &options, &provider,
			NULL);
	if (!provider.internal_id.n)
		provider.internal_id = made_id(call->arena, rep->settings.id, provider.alias);
	return provider;
}

size_t identity_provider_index(struct admin_call *call, const struct realm_rep *rep, struct str name)
{
	for (size_t i = 0; i < rep->identity_providers_n; i++) {
		const struct identity_provider provider = identity_provider_at(call, rep, i);
		if (str_eq(provider.alias, name) || str_eq(provider.internal_id, name))
			return i;
	}
	return SIZE_MAX;
}

bool identity_provider_find(struct admin_call *call, const struct realm_rep *rep, size_t *ret_index,
			    struct identity_provider *ret_provider)
{
	size_t index = identity_provider_index(call, rep, http_route_value(call->request, "provider"));
	if (index == SIZE_MAX) {
		admin_not_found(call, "HTTP 404 Not Found");
		return false;
	}
	*ret_index = index;
	*ret_provider = identity_provider_at(call, rep, index);
	return true;
}

void identity_provider_store(struct admin_call *call, struct realm_rep *rep, size_t index,
			     const struct identity_provider *provider)
{
	rep->identity_providers[index].kept = json_text_of(call->arena, &identity_provider_rep_shape, provider);
}

static struct attributes masked(struct arena *arena, const struct attributes *config)
{
	struct attributes copy = settings_without_empty(arena, config);
	for (size_t i = 0; i < copy.n; i++)
		if (str_eq_z(copy.pairs[i].key, "clientSecret"))
			copy.pairs[i].value = STR(REPRESENTATION_MASK);
	return copy;
}

void identity_provider_write(struct admin_call *call, struct json_writer *w, struct identity_provider provider, bool brief)
{
	const struct identity_provider_kind *kind = identity_provider_kind_of(provider.provider_id);
	if (!provider.enabled.set)
		provider.enabled = (struct json_optional_bool){ true, true };
	if (brief) {
		const struct identity_provider few = { .alias = provider.alias, .display_name = provider.display_name,
			.internal_id = provider.internal_id, .provider_id = provider.provider_id, .enabled = provider.enabled };
		json_write_shape(w, &identity_provider_rep_shape, &few);
		return;
	}
	provider.config = masked(call->arena, &provider.config);
	provider.kept = arena_join(call->arena, STR("{\"types\":"), kind ? kind->types : STR("[]"), STR("}"));
	json_write_shape(w, &identity_provider_rep_shape, &provider);
}
