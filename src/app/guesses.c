/* Limits of guessing; see guesses.h. */
#include "app/guesses.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"

enum {
	SLOTS = 4096, /* addresses that share one share its tries */
	TRIES = 20,
	TRY_MS = 15 * 1000, /* until one comes back */
	NETWORK_BYTES = 8,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* When all tries of a slot will have come back. */
static int64_t whole_ms[SLOTS];
/* Nobody can look for an address that shares the slot of another. */
static struct {
	bool made;
	char key[32];
} seed;

/* What of an address counts. */
static struct str place_of(struct arena *arena, struct str address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	if (inet_pton(AF_INET6, arena_z(arena, address), bytes) != 1)
		return address;
	return arena_str(arena, (struct str){ (const char *)bytes, NETWORK_BYTES });
}

/* Under the lock. */
static int64_t *slot_of(const struct visit *visit)
{
	if (!seed.made)
		random_bytes(seed.key, sizeof seed.key);
	seed.made = true;
	struct str place = place_of(visit->arena, visit->request->client);
	struct str text = arena_join(visit->arena, (struct str){ seed.key, sizeof seed.key },
				     visit->realm->settings.id, place);
	struct str hash = hash_base64url(visit->arena, HASH_SHA256, text);
	uint32_t number;
	memcpy(&number, hash.p, sizeof number);
	/* Base64 has six bits in eight. */
	uint32_t mixed = number ^ number >> 7 ^ number >> 13;
	return &whole_ms[mixed % SLOTS];
}

bool guesses_left(const struct visit *visit)
{
	pthread_mutex_lock(&lock);
	int64_t owed_ms = *slot_of(visit) - visit->now_ms;
	pthread_mutex_unlock(&lock);
	return owed_ms <= (int64_t)(TRIES - 1) * TRY_MS;
}

void guesses_wrong(const struct visit *visit)
{
	pthread_mutex_lock(&lock);
	int64_t *slot = slot_of(visit);
	*slot = (*slot > visit->now_ms ? *slot : visit->now_ms) + TRY_MS;
	pthread_mutex_unlock(&lock);
}
