/* Hosts in turn; see turns.h. */
#include "client/turns.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"

enum { BUCKETS = 1024 };

struct turns_host {
	struct turns_host *next;       /* in its bucket */
	struct turns_host *next_ready; /* in the ring of those that may start one */
	struct turn *first, *last;
	size_t running;
	bool ready; /* in the ring */
	uint64_t hash;
	size_t key_n;
	char key[];
};

struct turns {
	struct turns_host *buckets[BUCKETS];
	struct turns_host *ready_first, *ready_last;
	size_t max_running, max_per_host;
	size_t running, waiting;
	uint64_t seed; /* strangers choose some of the keys */
};

static void *allocate(size_t n)
{
	void *p = calloc(1, n);
	if (!p)
		abort();
	return p;
}

struct turns *turns_new(size_t max_running, size_t max_per_host)
{
	struct turns *turns = allocate(sizeof *turns);
	turns->max_running = max_running;
	turns->max_per_host = max_per_host;
	random_bytes(&turns->seed, sizeof turns->seed);
	return turns;
}

void turns_free(struct turns *turns)
{
	for (size_t i = 0; turns && i < BUCKETS; i++)
		while (turns->buckets[i]) {
			struct turns_host *host = turns->buckets[i];
			turns->buckets[i] = host->next;
			free(host);
		}
	free(turns);
}

static struct turns_host *host_of(struct turns *turns, struct str key)
{
	uint64_t hash = str_hash(key, turns->seed);
	struct turns_host **bucket = &turns->buckets[hash % BUCKETS];
	for (struct turns_host *host = *bucket; host; host = host->next)
		if (host->hash == hash && str_eq(str_of(host->key, host->key_n), key))
			return host;
	struct turns_host *host = allocate(sizeof *host + key.n);
	host->hash = hash;
	host->key_n = key.n;
	if (key.n)
		memcpy(host->key, key.p, key.n);
	host->next = *bucket;
	*bucket = host;
	return host;
}

/* Forgets a host that nothing concerns any more. */
static void forget_if_idle(struct turns *turns, struct turns_host *host)
{
	if (host->running || host->first || host->ready)
		return;
	struct turns_host **at = &turns->buckets[host->hash % BUCKETS];
	while (*at != host)
		at = &(*at)->next;
	*at = host->next;
	free(host);
}

/* Puts the host at the end of the ring when it waits for nothing but its turn. */
static void ready_if_may(struct turns *turns, struct turns_host *host)
{
	if (host->ready || !host->first || host->running >= turns->max_per_host)
		return;
	host->ready = true;
	host->next_ready = NULL;
	if (turns->ready_last)
		turns->ready_last->next_ready = host;
	else
		turns->ready_first = host;
	turns->ready_last = host;
}

static struct turns_host *take_ready(struct turns *turns)
{
	struct turns_host *host = turns->ready_first;
	turns->ready_first = host->next_ready;
	if (!turns->ready_first)
		turns->ready_last = NULL;
	host->ready = false;
	return host;
}

static struct turn *take_first(struct turns *turns, struct turns_host *host)
{
	struct turn *turn = host->first;
	host->first = turn->next;
	if (!host->first)
		host->last = NULL;
	turn->next = NULL;
	turns->waiting--;
	return turn;
}

void turns_add(struct turns *turns, struct turn *turn)
{
	struct turns_host *host = host_of(turns, turn->host_key);
	turn->host = host;
	turn->next = NULL;
	if (host->last)
		host->last->next = turn;
	else
		host->first = turn;
	host->last = turn;
	turns->waiting++;
	ready_if_may(turns, host);
}

struct turn *turns_next(struct turns *turns)
{
	while (turns->running < turns->max_running && turns->ready_first) {
		struct turns_host *host = take_ready(turns);
		if (!host->first) { /* turns_drop was there */
			forget_if_idle(turns, host);
			continue;
		}
		struct turn *turn = take_first(turns, host);
		turns->running++;
		host->running++;
		ready_if_may(turns, host);
		return turn;
	}
	return NULL;
}

void turns_done(struct turns *turns, struct turn *turn)
{
	struct turns_host *host = turn->host;
	turn->host = NULL;
	turns->running--;
	host->running--;
	ready_if_may(turns, host);
	forget_if_idle(turns, host);
}

struct turn *turns_drop(struct turns *turns)
{
	for (size_t i = 0; i < BUCKETS && turns->waiting; i++)
		for (struct turns_host *host = turns->buckets[i]; host; host = host->next)
			if (host->first) {
				struct turn *turn = take_first(turns, host);
				turn->host = NULL;
				forget_if_idle(turns, host);
				return turn;
			}
	return NULL;
}

size_t turns_running(const struct turns *turns)
{
	return turns->running;
}

size_t turns_waiting(const struct turns *turns)
{
	return turns->waiting;
}
