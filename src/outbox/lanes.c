/* Lanes; see lanes.h. */
#include "outbox/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"

enum { BUCKETS = 256 };

struct groups {
	struct lane_group *buckets[BUCKETS];
};

struct lanes {
	struct lane **items; /* by client_id */
	size_t n;
	struct groups hosts, realms;
	uint64_t seed; /* strangers choose some of the keys */
	size_t round;
};

static void *allocate(size_t n)
{
	void *p = calloc(1, n);
	if (!p)
		abort();
	return p;
}

/* ---- groups ---- */

static struct lane_group *group_join(struct lanes *lanes, struct groups *groups, struct str key)
{
	uint64_t hash = str_hash(key, lanes->seed);
	struct lane_group **bucket = &groups->buckets[hash % BUCKETS];
	struct lane_group *group = *bucket;
	while (group && !(group->hash == hash && str_eq(str_of(group->key, group->key_n), key)))
		group = group->next;
	if (!group) {
		group = allocate(sizeof *group + key.n);
		group->hash = hash;
		group->key_n = key.n;
		if (key.n)
			memcpy(group->key, key.p, key.n);
		group->next = *bucket;
		*bucket = group;
	}
	group->lanes++;
	return group;
}

static void group_leave(struct groups *groups, struct lane_group *group)
{
	if (--group->lanes)
		return;
	struct lane_group **at = &groups->buckets[group->hash % BUCKETS];
	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
	free(group);
}

/* ---- lanes ---- */

static struct lane *lane_new(struct lanes *lanes, const struct store_lane *found)
{
	struct arena *arena = arena_new(1024);
	struct lane *lane = arena_alloc(arena, sizeof *lane);
	*lane = (struct lane){ .arena = arena, .client_id = arena_str(arena, found->client_id),
		.realm_id = arena_str(arena, found->realm_id), .realm_version = -1 };
	lane->host = group_join(lanes, &lanes->hosts, STR(""));
	lane->realm = group_join(lanes, &lanes->realms, lane->realm_id);
	return lane;
}

static void lane_free(struct lanes *lanes, struct lane *lane)
{
	group_leave(&lanes->hosts, lane->host);
	group_leave(&lanes->realms, lane->realm);
	arena_free(lane->arena);
}

struct lanes *lanes_new(void)
{
	struct lanes *lanes = allocate(sizeof *lanes);
	random_bytes(&lanes->seed, sizeof lanes->seed);
	return lanes;
}

void lanes_free(struct lanes *lanes)
{
	if (!lanes)
		return;
	for (size_t i = 0; i < lanes->n; i++)
		lane_free(lanes, lanes->items[i]);
	free(lanes->items);
	free(lanes);
}

static void refresh(struct lane *lane, const struct store_lane *found)
{
	lane->due_ms = found ? found->due_ms : INT64_MAX;
	lane->last_due_ms = found ? found->last_due_ms : 0;
	lane->owed = found;
	/* Somebody wants it tried now. */
	if (found && found->due_ms == 0)
		breaker_hurry(&lane->breaker);
}

void lanes_update(struct lanes *lanes, const struct store_lane *found, size_t n)
{
	struct lane **old = lanes->items;
	size_t old_n = lanes->n, i = 0, k = 0;
	lanes->items = allocate((old_n + n + 1) * sizeof(struct lane *));
	lanes->n = 0;
	while (i < old_n || k < n) {
		int order = i == old_n ? 1 : k == n ? -1 : str_compare(old[i]->client_id, found[k].client_id);
		struct lane *lane = order > 0 ? lane_new(lanes, &found[k]) : old[i];
		refresh(lane, order >= 0 ? &found[k] : NULL);
		i += order <= 0;
		k += order >= 0;
		if (lane->owed || lane->under_way)
			lanes->items[lanes->n++] = lane;
		else
			lane_free(lanes, lane);
	}
	free(old);
}

struct lane **lanes_all(struct lanes *lanes, size_t *ret_n)
{
	*ret_n = lanes->n;
	return lanes->items;
}

/* Where the client's lane is, or would have to be. */
static size_t place_in(const struct lanes *lanes, struct str client_id)
{
	size_t from = 0, to = lanes->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (str_compare(client_id, lanes->items[middle]->client_id) <= 0)
			to = middle;
		else
			from = middle + 1;
	}
	return from;
}

struct lane *lanes_find(struct lanes *lanes, struct str client_id)
{
	size_t at = place_in(lanes, client_id);
	return at < lanes->n && str_eq(lanes->items[at]->client_id, client_id) ? lanes->items[at] : NULL;
}

struct lane *lanes_join(struct lanes *lanes, struct str client_id, struct str realm_id)
{
	struct lane *lane = lanes_find(lanes, client_id);
	if (lane)
		return lane;
	size_t at = place_in(lanes, client_id);
	struct lane **items = realloc(lanes->items, (lanes->n + 1) * sizeof(struct lane *));
	if (!items)
		abort();
	lanes->items = items;
	memmove(&items[at + 1], &items[at], (lanes->n - at) * sizeof(struct lane *));
	lanes->n++;
	items[at] = lane_new(lanes, &(const struct store_lane){ .client_id = client_id, .realm_id = realm_id });
	refresh(items[at], NULL);
	return items[at];
}

void lanes_set_host(struct lanes *lanes, struct lane *lane, struct str origin)
{
	struct lane_group *host = group_join(lanes, &lanes->hosts, origin);
	host->under_way += lane->under_way;
	lane->host->under_way -= lane->under_way;
	group_leave(&lanes->hosts, lane->host);
	lane->host = host;
}

void lane_began(struct lane *lane)
{
	lane->under_way++;
	lane->host->under_way++;
	lane->realm->under_way++;
}

void lane_ended(struct lane *lane)
{
	lane->under_way--;
	lane->host->under_way--;
	lane->realm->under_way--;
}

int64_t lane_pause_ms(const struct lane *lane, int64_t now_ms, int64_t now_mono_ms)
{
	if (lane->due_ms == INT64_MAX)
		return INT64_MAX;
	int64_t until_due = lane->due_ms > now_ms ? lane->due_ms - now_ms : 0;
	int64_t until_probe = breaker_is_open(&lane->breaker) ? lane->breaker.probe_ms - now_mono_ms : 0;
	return until_due > until_probe ? until_due : until_probe;
}

/* ---- sharing ---- */

/* The group's place in the counts of this round. */
static size_t place_of(struct lane_group *group, size_t round, size_t *counts, size_t *counts_n)
{
	if (group->round != round) {
		group->round = round;
		group->index = (*counts_n)++;
		counts[group->index] = group->under_way;
	}
	return group->index;
}

void lanes_share(struct lanes *lanes, struct arena *arena, size_t room, int64_t now_ms, int64_t now_mono_ms,
		 struct share *ret_share, struct lane ***ret_lanes)
{
	size_t round = ++lanes->round;
	struct share share = { .room = room, .turn = round };
	share.lanes = arena_array(arena, lanes->n, sizeof *share.lanes);
	share.realms = arena_array(arena, lanes->n, sizeof *share.realms);
	share.hosts = arena_array(arena, lanes->n, sizeof *share.hosts);
	struct lane **wanting = arena_array(arena, lanes->n, sizeof(struct lane *));
	for (size_t i = 0; i < lanes->n; i++) {
		struct lane *lane = lanes->items[i];
		size_t wants = lane->due_ms <= now_ms ? breaker_room(&lane->breaker, lane->under_way, now_mono_ms) : 0;
		if (!wants)
			continue;
		wanting[share.lanes_n] = lane;
		share.lanes[share.lanes_n++] = (struct share_lane){ .wants = wants,
			.realm = place_of(lane->realm, round, share.realms, &share.realms_n),
			.host = place_of(lane->host, round, share.hosts, &share.hosts_n) };
	}
	share_out(arena, &share);
	*ret_share = share;
	*ret_lanes = wanting;
}

struct lanes_figures lanes_figures(const struct lanes *lanes)
{
	struct lanes_figures figures = { .lanes = lanes->n };
	for (size_t i = 0; i < lanes->n; i++)
		figures.open_breakers += breaker_is_open(&lanes->items[i]->breaker);
	return figures;
}
