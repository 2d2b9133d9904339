/* Notices that go at once; see express.h. */
#include "outbox/express.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/random.h"

enum { SLOTS = 1024 };

struct slot {
	unsigned under_way; /* or about to be stored */
	bool barred;
};

struct express {
	struct express_config config;
	uint64_t seed; /* strangers choose some of the ids */
	pthread_mutex_t lock; /* of all below */
	struct slot slots[SLOTS]; /* by the client's hash */
	size_t under_way;
	struct flight *begun;
};

struct express *express_new(const struct express_config *config)
{
	struct express *express = calloc(1, sizeof *express);
	if (!express)
		abort();
	express->config = *config;
	random_bytes(&express->seed, sizeof express->seed);
	pthread_mutex_init(&express->lock, NULL);
	return express;
}

void express_free(struct express *express)
{
	if (!express)
		return;
	pthread_mutex_destroy(&express->lock);
	free(express);
}

/* Under the lock, as all that use it. */
static struct slot *slot_of(struct express *express, struct str client_id)
{
	return &express->slots[str_hash(client_id, express->seed) % SLOTS];
}

static bool enter(struct express *express, struct str client_id)
{
	struct slot *slot = slot_of(express, client_id);
	if (slot->barred || slot->under_way >= EXPRESS_PER_CLIENT || express->under_way >= EXPRESS_ALL)
		return false;
	slot->under_way++;
	express->under_way++;
	return true;
}

static void leave(struct express *express, struct str client_id)
{
	slot_of(express, client_id)->under_way--;
	express->under_way--;
}

/* The effect's delivery when it is in that state. */
static struct delivery *delivery_in(struct effect *effect, enum delivery_state state)
{
	bool is = effect->kind == EFFECT_DELIVERY_CREATE && effect->u.delivery.state == state;
	return is ? &effect->u.delivery : NULL;
}

size_t express_lease(struct express *express, const struct effects *effects)
{
	int64_t until_ms = clock_wall_ms() + express->config.lease_ms;
	size_t n = 0;
	pthread_mutex_lock(&express->lock);
	for (size_t i = 0; i < effects->n; i++) {
		struct delivery *delivery = delivery_in(&effects->items[i], DELIVERY_QUEUED);
		if (!delivery || !enter(express, delivery->client_id))
			continue;
		delivery->state = DELIVERY_SENDING;
		delivery->lease_owner = express->config.owner;
		delivery->due_ms = delivery->lease_until_ms = until_ms;
		n++;
	}
	pthread_mutex_unlock(&express->lock);
	return n;
}

static void give_back(struct express *express, const struct effects *effects)
{
	pthread_mutex_lock(&express->lock);
	for (size_t i = 0; i < effects->n; i++) {
		struct delivery *delivery = delivery_in(&effects->items[i], DELIVERY_SENDING);
		if (!delivery)
			continue;
		leave(express, delivery->client_id);
		delivery->state = DELIVERY_QUEUED;
		delivery->lease_owner = STR("");
		delivery->due_ms = delivery->queued_ms;
		delivery->lease_until_ms = 0;
	}
	pthread_mutex_unlock(&express->lock);
}

static void start(struct express *express, const struct delivery *delivery)
{
	const struct express_config *config = &express->config;
	struct flight *flight = flight_new(config->outbox, delivery, config->landed, config->context);
	flight->express = true;
	flight->signers = config->signers;
	pthread_mutex_lock(&express->lock);
	flight->next_begun = express->begun;
	express->begun = flight;
	pthread_mutex_unlock(&express->lock);
	if (!workers_submit(config->signers, flight_start, flight))
		flight_start(flight);
}

void express_settle(struct express *express, const struct effects *effects, bool stored)
{
	if (!stored) {
		give_back(express, effects);
		return;
	}
	for (size_t i = 0; i < effects->n; i++) {
		const struct delivery *delivery = delivery_in(&effects->items[i], DELIVERY_SENDING);
		if (delivery)
			start(express, delivery);
	}
}

struct flight *express_begun(struct express *express)
{
	pthread_mutex_lock(&express->lock);
	struct flight *begun = express->begun;
	express->begun = NULL;
	pthread_mutex_unlock(&express->lock);
	return begun;
}

void express_left(struct express *express, struct str client_id)
{
	pthread_mutex_lock(&express->lock);
	leave(express, client_id);
	pthread_mutex_unlock(&express->lock);
}

bool express_is_busy(struct express *express)
{
	pthread_mutex_lock(&express->lock);
	bool busy = express->under_way > 0;
	pthread_mutex_unlock(&express->lock);
	return busy;
}

void express_bar_lanes(struct express *express, struct lane *const *lanes, size_t n, int64_t now_ms)
{
	pthread_mutex_lock(&express->lock);
	for (size_t i = 0; i < SLOTS; i++)
		express->slots[i].barred = false;
	for (size_t i = 0; i < n; i++)
		slot_of(express, lanes[i]->client_id)->barred |=
			lanes[i]->due_ms <= now_ms || lanes[i]->breaker.failures > 0;
	pthread_mutex_unlock(&express->lock);
}

void express_bar(struct express *express, struct str client_id)
{
	pthread_mutex_lock(&express->lock);
	slot_of(express, client_id)->barred = true;
	pthread_mutex_unlock(&express->lock);
}
