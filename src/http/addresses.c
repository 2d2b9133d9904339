/* Connections by address; see addresses.h. */
#include "http/addresses.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "http/proxy.h"

enum { BUCKETS = 4096 };

struct entry {
	struct entry *next;
	uint8_t address[16];
	unsigned n;
};

struct addresses {
	pthread_mutex_t lock;
	uint64_t seed;
	struct entry *buckets[BUCKETS];
};

struct addresses *addresses_new(uint64_t seed)
{
	struct addresses *addresses = calloc(1, sizeof *addresses);
	if (!addresses)
		abort();
	pthread_mutex_init(&addresses->lock, NULL);
	addresses->seed = seed;
	return addresses;
}

void addresses_free(struct addresses *addresses)
{
	if (!addresses)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (addresses->buckets[i]) {
			struct entry *next = addresses->buckets[i]->next;
			free(addresses->buckets[i]);
			addresses->buckets[i] = next;
		}
	}
	pthread_mutex_destroy(&addresses->lock);
	free(addresses);
}

/* The address, or its /64 for IPv6: whoever has one address of such a network has all. */
static void network_of(const uint8_t address[16], uint8_t ret_key[16])
{
	memcpy(ret_key, address, 16);
	if (!proxy_is_v4(address))
		memset(ret_key + 8, 0, 8);
}

/* The link that points to the address's entry, or to NULL at the end of its chain. */
static struct entry **find(struct addresses *addresses, const uint8_t address[16], uint8_t key[16])
{
	network_of(address, key);
	uint64_t hash = str_hash(str_of(key, 16), addresses->seed);
	struct entry **link = &addresses->buckets[hash % BUCKETS];
	while (*link && memcmp((*link)->address, key, 16))
		link = &(*link)->next;
	return link;
}

bool addresses_has_room(struct addresses *addresses, const uint8_t address[16], unsigned limit)
{
	uint8_t key[16];
	pthread_mutex_lock(&addresses->lock);
	struct entry *entry = *find(addresses, address, key);
	bool room = !entry || entry->n < limit;
	pthread_mutex_unlock(&addresses->lock);
	return room;
}

void addresses_enter(struct addresses *addresses, const uint8_t address[16])
{
	uint8_t key[16];
	pthread_mutex_lock(&addresses->lock);
	struct entry **link = find(addresses, address, key);
	if (!*link) {
		*link = calloc(1, sizeof **link);
		if (!*link)
			abort();
		memcpy((*link)->address, key, sizeof key);
	}
	(*link)->n++;
	pthread_mutex_unlock(&addresses->lock);
}

void addresses_leave(struct addresses *addresses, const uint8_t address[16])
{
	uint8_t key[16];
	pthread_mutex_lock(&addresses->lock);
	struct entry **link = find(addresses, address, key), *entry = *link;
	if (entry && --entry->n == 0) {
		*link = entry->next;
		free(entry);
	}
	pthread_mutex_unlock(&addresses->lock);
}
