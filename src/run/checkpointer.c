/* The checkpoint thread; see checkpointer.h. A pass that fails is made up for after the next
 * growth: the log keeps everything meanwhile. */
#include "run/checkpointer.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	STEP = 4 << 20,   /* of growth, before a pass begins */
	LITTLE = 2 << 20, /* may be left when the writer has to wait for it */
	MOST = 40 << 20,  /* more is never left to further passes */
};

struct checkpointer {
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t wanted, done; /* passes: some beside the writer, then one while it waits */
	bool restart;          /* the wanted pass is the last one */
	bool stop;
	/* The writer's alone: bytes at which the latest was wanted, and whether one was since the log
	 * started over. */
	int64_t noticed;
	bool passed;
};

static void *run(void *argument)
{
	struct checkpointer *c = argument;
	pthread_setname_np(pthread_self(), "checkpoint");
	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		if (c->done == c->wanted) {
			pthread_cond_wait(&c->changed, &c->lock);
			continue;
		}
		uint64_t wanted = c->wanted;
		enum db_checkpoint how = c->restart ? DB_CHECKPOINT_RESTART : DB_CHECKPOINT_PASSIVE;
		pthread_mutex_unlock(&c->lock);
		enum error_code code = db_checkpoint(c->db, how, NULL);
		(void)code;
		pthread_mutex_lock(&c->lock);
		c->done = wanted;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum error_code checkpointer_new(const struct db_config *config,
	struct checkpointer **ret_checkpointer, struct why *reterr_why)
{
	struct checkpointer *c = calloc(1, sizeof *c);
	if (!c)
		return error_because(reterr_why, ERROR_INTERNAL, "out of memory");
	enum error_code code = db_open(config, &c->db, reterr_why);
	/* The writer waits for the second pass: no long wait for readers. */
	if (code == OK)
		code = db_script(c->db, "pragma busy_timeout = 20", reterr_why);
	if (code != OK) {
		db_close(c->db);
		free(c);
		return code;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	if (pthread_create(&c->thread, NULL, run, c) != 0) {
		db_close(c->db);
		free(c);
		return error_because(reterr_why, ERROR_INTERNAL, "no thread for checkpoints");
	}
	*ret_checkpointer = c;
	return OK;
}

void checkpointer_free(struct checkpointer *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	/* What it leaves is moved when the database is opened next. */
	enum error_code code = db_checkpoint(c->db, DB_CHECKPOINT_TRUNCATE, NULL);
	(void)code;
	db_close(c->db);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void want(struct checkpointer *c, bool restart)
{
	c->restart = restart;
	c->wanted++;
	pthread_cond_broadcast(&c->changed);
}

void checkpointer_notice(struct checkpointer *c, int64_t wal_bytes)
{
	if (wal_bytes < c->noticed) {
		c->noticed = 0; /* it started over */
		c->passed = false;
	}
	int64_t grown = wal_bytes - c->noticed;
	pthread_mutex_lock(&c->lock);
	bool idle = c->done == c->wanted;
	if (idle && c->passed && (grown <= LITTLE || wal_bytes >= MOST)) {
		want(c, true);
		c->passed = false;
		while (c->done < c->wanted)
			pthread_cond_wait(&c->changed, &c->lock);
	} else if (idle && (c->passed || grown >= STEP)) {
		want(c, false);
		c->noticed = wal_bytes;
		c->passed = true;
	}
	pthread_mutex_unlock(&c->lock);
}

uint64_t checkpointer_count(struct checkpointer *c)
{
	pthread_mutex_lock(&c->lock);
	uint64_t done = c->done;
	pthread_mutex_unlock(&c->lock);
	return done;
}
