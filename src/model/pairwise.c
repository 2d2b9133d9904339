/* Pairwise subjects; see pairwise.h. */
#include "model/pairwise.h"

#include "base/url.h"
#include "crypto/hash.h"

bool pairwise_is(const struct mapper *mapper)
{
	return str_eq_z(mapper->type, "oidc-sha256-pairwise-sub-mapper");
}

static const struct mapper *find(const struct mapper *mappers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pairwise_is(&mappers[i]))
			return &mappers[i];
	return NULL;
}

const struct mapper *pairwise_of_client(const struct client *client)
{
	const struct mapper *found = find(client->mappers, client->mappers_n);
	for (size_t i = 0; !found && i < client->default_scopes_n; i++)
		found = find(client->default_scopes[i]->mappers, client->default_scopes[i]->mappers_n);
	return found;
}

static struct str host_of(struct str uri)
{
	struct url url;
	/* A wildcard stands at the end of a path; it is no host's business. */
	return url_parse(uri, &url, NULL) == OK ? url.host : (struct str){ NULL, 0 };
}

struct str pairwise_sector(struct arena *arena, const struct client *client, const struct mapper *mapper)
{
	struct str uri = attributes_get(&mapper->config, STR("sectorIdentifierUri"));
	struct str sector = { NULL, 0 };
	if (uri.n)
		return host_of(uri);
	for (size_t i = 0; i < client->redirect_uris.n; i++) {
		struct str redirect = client->redirect_uris.items[i];
		if (str_starts(redirect, STR("/")))
			redirect = client->root_url.n ? arena_join(arena, client->root_url, redirect, STR("")) : STR("");
		struct str host = host_of(redirect);
		if (sector.n && host.n && !str_eq(sector, host))
			return (struct str){ NULL, 0 };
		if (host.n)
			sector = host;
	}
	return sector;
}

struct str pairwise_subject(struct arena *arena, const struct client *client, const struct mapper *mapper,
			    struct str user_id)
{
	unsigned char hash[HASH_MAX];
	struct str sector = pairwise_sector(arena, client, mapper);
	if (!sector.n)
		sector = client->id;
	struct str salt = attributes_get(&mapper->config, STR("pairwiseSubAlgorithmSalt"));
	size_t n = hash_bytes(HASH_SHA256, arena_join(arena, sector, user_id, salt), hash);
	return hash_name_uuid(arena, str_of(hash, n));
}

struct str pairwise_subject_at(struct arena *arena, const struct client *client, struct str user_id)
{
	const struct mapper *mapper = pairwise_of_client(client);
	return mapper ? pairwise_subject(arena, client, mapper, user_id) : user_id;
}
