/* What the files of store/ share: the store itself, and reading through its pool. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "db/pool.h"
#include "store/store.h"

struct store {
	struct arena *arena;     /* the texts of config */
	struct db_config config; /* read and write */
	struct db_pool *readers; /* SQLite: read only */
	struct seal_key *seal_key;
	const char *spool_directory; /* for unlinked files, in the arena; NULL: "/tmp" */
	int64_t schema_was; /* its number before this process migrated it; 0: it was new */
};

/* A reader for several questions; db_pool_give ends what it began. On SQLite they share one
 * transaction, which saves the locks of each statement; PostgreSQL would pay for it with two
 * more round trips, and reads each as of its own time. */
MUST_USE enum error_code store_reader_take(
	struct store *store, struct db **ret_db, struct why *reterr_why);

/* db_query on a reader of the pool. */
MUST_USE enum error_code store_read(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, struct db_rows *ret_rows,
	struct why *reterr_why);
/* The same, for a question with at most one answer: NAME_NOT_FOUND when it has none; `what`
 * and `id` name it in `why`. */
MUST_USE enum error_code store_read_one(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, const char *what,
	struct str id, struct db_rows *ret_rows, struct why *reterr_why);

/* store_find_user on a connection that the caller has. */
MUST_USE enum error_code users_find(struct db *db, struct arena *arena, struct str realm_id,
	struct str user_id, unsigned parts, struct user **ret_user, struct why *reterr_why);

/* ASCII letters lowered, other bytes as they are: how usernames and e-mails are stored. */
struct str store_lower(struct arena *arena, struct str s);

#endif
