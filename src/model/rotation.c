/* Refresh rotation; see rotation.h. */
#include "model/rotation.h"

static const struct refresh_chain *find(const struct client_session *part, struct str reuse_id)
{
	for (size_t i = 0; i < part->chains_n; i++)
		if (str_eq(part->chains[i].reuse_id, reuse_id))
			return &part->chains[i];
	return NULL;
}

bool rotation_find(const struct client_session *part, struct str reuse_id,
		   struct refresh_chain *ret_chain)
{
	if (!reuse_id.n) {
		*ret_chain = (struct refresh_chain){ reuse_id, part->refresh_generation,
			part->refresh_use_count };
		return true;
	}
	const struct refresh_chain *chain = find(part, reuse_id);
	if (chain)
		*ret_chain = *chain;
	return chain != NULL;
}

/* The list is in the order of use, the latest first: this one comes to the front. */
static void put(struct arena *arena, struct client_session *part, const struct refresh_chain *chain)
{
	struct refresh_chain *list = arena_array(arena, part->chains_n + 1, sizeof *list);
	size_t n = 0;
	list[n++] = *chain;
	for (size_t i = 0; i < part->chains_n && n < ROTATION_CHAINS; i++)
		if (!str_eq(part->chains[i].reuse_id, chain->reuse_id))
			list[n++] = part->chains[i];
	part->chains = list;
	part->chains_n = n;
}

void rotation_begin(struct arena *arena, struct client_session *part, struct str reuse_id)
{
	put(arena, part, &(struct refresh_chain){ .reuse_id = reuse_id });
}

void rotation_use(struct arena *arena, struct client_session *part, const struct refresh_place *place)
{
	struct refresh_chain chain;
	if (!rotation_find(part, place->reuse_id, &chain))
		return;
	chain.use_count = place->generation > chain.generation ? 1 : chain.use_count + 1;
	chain.generation = place->generation;
	if (place->reuse_id.n) {
		put(arena, part, &chain);
		return;
	}
	part->refresh_generation = chain.generation;
	part->refresh_use_count = chain.use_count;
}

int64_t rotation_unchained(const struct client_session *part)
{
	return part->refresh_use_count ? part->refresh_generation + 2 : part->refresh_generation;
}
