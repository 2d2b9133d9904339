/* The pool of connections; see pool.h.
 *
 * Each place has an atomic flag "taken". A thread remembers the place that it used last
 * and takes it with one compare-and-swap; only when that fails it takes the lock, looks
 * for another, opens one, or waits. */
#include "db/pool.h"

#include "base/condition.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 256, WAIT_S = 10, REMEMBERED = 4 };

struct place {
	atomic_bool taken;
	_Atomic(struct db *) db; /* NULL: not opened yet; the holder's to change */
};

struct db_pool {
	struct arena *arena;
	struct db_config config;
	uint64_t id; /* never used again, unlike the address */
	unsigned max;
	bool lent; /* db_pool_lend: the first place holds the owner's */
	atomic_uint waiting, open;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct place places[MOST];
};

/* The places that this thread used last, of its most recent pools. */
static _Thread_local struct {
	uint64_t pool;
	unsigned place;
} remembered[REMEMBERED];

static _Atomic uint64_t last_id;

static unsigned *remembered_place(const struct db_pool *pool)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		if (remembered[i].pool == pool->id)
			return &remembered[i].place;
	return NULL;
}

static void remember(const struct db_pool *pool, unsigned place)
{
	unsigned *known = remembered_place(pool);
	size_t slot = pool->id % REMEMBERED;
	if (!known) {
		remembered[slot].pool = pool->id;
		known = &remembered[slot].place;
	}
	*known = place;
}

static bool try_place(struct db_pool *pool, unsigned i)
{
	bool expected = false;
	return atomic_compare_exchange_strong(&pool->places[i].taken, &expected, true);
}

/* One that is open, or the first that is not. */
static bool try_all(struct db_pool *pool, unsigned *ret_place)
{
	for (unsigned i = 0; i < pool->max; i++)
		if (try_place(pool, i)) {
			*ret_place = i;
			return true;
		}
	return false;
}

static void free_place(struct db_pool *pool, unsigned i)
{
	atomic_store(&pool->places[i].taken, false);
	/* A waiter counts itself before it looks; so either it sees the place or we see it. */
	if (atomic_load(&pool->waiting) == 0)
		return;
	pthread_mutex_lock(&pool->lock);
	pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->lock);
}

static bool wait_for_place(struct db_pool *pool, unsigned *ret_place)
{
	struct timespec until = condition_in(WAIT_S * 1000);
	bool got = false;
	int rc = 0;
	pthread_mutex_lock(&pool->lock);
	atomic_fetch_add(&pool->waiting, 1);
	while (!(got = try_all(pool, ret_place)) && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&pool->given, &pool->lock, &until);
	atomic_fetch_sub(&pool->waiting, 1);
	pthread_mutex_unlock(&pool->lock);
	return got;
}

enum error_code db_pool_take(struct db_pool *pool, struct db **ret_db, struct why *reterr_why)
{
	if (pool->lent) {
		*ret_db = atomic_load(&pool->places[0].db);
		return OK;
	}
	const unsigned *known = remembered_place(pool);
	unsigned i = known ? *known : 0;
	if (!(known && try_place(pool, i)) && !try_all(pool, &i) && !wait_for_place(pool, &i))
		return error_because(reterr_why, ERROR_BUSY,
			"all %u database connections are in use", pool->max);
	struct db *db = atomic_load(&pool->places[i].db);
	if (!db) {
		enum error_code code = db_open(&pool->config, &db, reterr_why);
		if (code != OK) {
			free_place(pool, i);
			return code;
		}
		atomic_store(&pool->places[i].db, db);
		atomic_fetch_add(&pool->open, 1);
	}
	remember(pool, i);
	*ret_db = db;
	return OK;
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
	if (pool->lent)
		return;
	db_rollback(db);
	const unsigned *known = remembered_place(pool);
	unsigned i = known ? *known : 0;
	/* Another place than remembered: lent in between, or given back by another thread. */
	if (!known || atomic_load(&pool->places[i].db) != db)
		for (i = 0; atomic_load(&pool->places[i].db) != db;)
			i++;
	free_place(pool, i);
}

static struct db_pool *allocate(unsigned max)
{
	struct arena *arena = arena_new(sizeof(struct db_pool));
	struct db_pool *pool = arena_alloc(arena, sizeof *pool);
	pool->arena = arena;
	pool->id = atomic_fetch_add(&last_id, 1) + 1;
	pool->max = max;
	condition_init(&pool->given);
	pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

struct db_pool *db_pool_lend(struct db *db)
{
	struct db_pool *pool = allocate(1);
	pool->lent = true;
	atomic_store(&pool->places[0].db, db);
	return pool;
}

enum error_code db_pool_new(const struct db_config *config, unsigned max, struct db_pool **ret_pool,
	struct why *reterr_why)
{
	if (max < 1 || max > MOST)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"%u database connections; 1 to %d are possible", max, MOST);
	struct db_pool *pool = allocate(max);
	pool->config = *config;
	pool->config.path = arena_str(pool->arena, config->path);
	pool->config.url = arena_str(pool->arena, config->url);
	struct db *first;
	enum error_code code = db_pool_take(pool, &first, reterr_why);
	if (code != OK) {
		db_pool_free(pool);
		return code;
	}
	db_pool_give(pool, first);
	*ret_pool = pool;
	return OK;
}

void db_pool_free(struct db_pool *pool)
{
	if (!pool)
		return;
	for (unsigned i = 0; !pool->lent && i < pool->max; i++)
		db_close(pool->places[i].db);
	pthread_cond_destroy(&pool->given);
	pthread_mutex_destroy(&pool->lock);
	arena_free(pool->arena);
}

void db_pool_usage(const struct db_pool *pool, unsigned *ret_open, unsigned *ret_taken)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < pool->max; i++)
		taken += atomic_load(&pool->places[i].taken);
	*ret_open = atomic_load(&pool->open);
	*ret_taken = taken;
}
