/* Sharing the room out; see share.h. */
#include "outbox/share.h"

/* The lanes of one realm that may still get something: a ring of indexes. */
struct ring {
	size_t *lanes;
	size_t n, at;
};

static bool may_have_more(const struct share *share, const struct share_lane *lane)
{
	return lane->ret_gets < lane->wants && share->hosts[lane->host] < SHARE_PER_HOST &&
		share->realms[lane->realm] < SHARE_PER_REALM;
}

/* Gives one to the ring's next lane that may have it; false: none may. */
static bool give_one(struct share *share, struct ring *ring)
{
	while (ring->n) {
		ring->at %= ring->n;
		struct share_lane *lane = &share->lanes[ring->lanes[ring->at]];
		if (may_have_more(share, lane)) {
			lane->ret_gets++;
			share->hosts[lane->host]++;
			share->realms[lane->realm]++;
			share->room--;
			ring->at++;
			return true;
		}
		/* It will not be able to later either: counts only rise. */
		ring->lanes[ring->at] = ring->lanes[--ring->n];
	}
	return false;
}

static struct ring *rings_of(struct arena *arena, const struct share *share)
{
	struct ring *rings = arena_array(arena, share->realms_n, sizeof *rings);
	for (size_t i = 0; i < share->realms_n; i++)
		rings[i] = (struct ring){ .at = 0 };
	for (size_t i = 0; i < share->lanes_n; i++)
		rings[share->lanes[i].realm].n++;
	for (size_t i = 0; i < share->realms_n; i++) {
		rings[i].lanes = arena_array(arena, rings[i].n, sizeof *rings[i].lanes);
		rings[i].at = rings[i].n ? share->turn % rings[i].n : 0;
		rings[i].n = 0;
	}
	for (size_t i = 0; i < share->lanes_n; i++) {
		struct ring *ring = &rings[share->lanes[i].realm];
		ring->lanes[ring->n++] = i;
	}
	return rings;
}

void share_out(struct arena *arena, struct share *share)
{
	for (size_t i = 0; i < share->lanes_n; i++)
		share->lanes[i].ret_gets = 0;
	struct ring *rings = rings_of(arena, share);
	bool any = true;
	while (any && share->room) {
		any = false;
		for (size_t i = 0; i < share->realms_n && share->room; i++)
			any |= give_one(share, &rings[(i + share->turn) % share->realms_n]);
	}
}
