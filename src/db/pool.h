/* A bounded pool of connections. A thread gets the connection back that it used last, so
 * that prepared statements stay warm; that path takes no lock.
 *
 * Used for SQLite's readers and for all of PostgreSQL's connections. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include "db/db.h"

struct db_pool;

/* At most `max` connections (1..256), opened when first needed. Opens one to see that it
 * works; its error is returned. */
MUST_USE enum error_code db_pool_new(const struct db_config *config, unsigned max,
	struct db_pool **ret_pool, struct why *reterr_why);
/* A pool of one connection that stays its owner's: whoever takes it gets it as it is, in the
 * transaction that is open, and giving it back changes nothing. For one thread. */
struct db_pool *db_pool_lend(struct db *db);
/* All connections must have been given back. NULL is fine. */
void db_pool_free(struct db_pool *pool);

/* Lends a connection. Waits when all are taken, 10 s at most, then BUSY. Do not hold one
 * while taking another. */
MUST_USE enum error_code db_pool_take(
	struct db_pool *pool, struct db **ret_db, struct why *reterr_why);
/* Gives it back; a transaction that is still open is rolled back. */
void db_pool_give(struct db_pool *pool, struct db *db);

/* For metrics: connections open and taken at this moment. */
void db_pool_usage(const struct db_pool *pool, unsigned *ret_open, unsigned *ret_taken);

#endif
