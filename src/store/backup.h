/* Copies of the whole database, and what a file is that says to be one. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

/* Copies the database as it is at this moment into a new file of that path, which appears when
 * the copy is whole and on disk; others read and write meanwhile. progress (may be NULL) is
 * told bytes. EXISTS: the file is there. NOT_BUILT on PostgreSQL. */
MUST_USE enum error_code store_backup(struct store *store, struct str path,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why);

/* Whether that file can take the place of a database of this program: one of SQLite, sound, with
 * a schema that this program knows, and its secrets sealed with this key. FILE_FAILED, CORRUPT,
 * UNSUPPORTED_VERSION (of a newer program), CRYPTO_FAILED (another key). *ret_schema is its
 * schema's number. */
MUST_USE enum error_code store_backup_check(
	struct str path, struct str seal_key, int64_t *ret_schema, struct why *reterr_why);

/* Copies a file that store_backup_check has found good to the path `to`, which must not be
 * there; progress as above. */
MUST_USE enum error_code store_backup_copy(struct str from, struct str to,
	void (*progress)(void *context, int64_t done, int64_t total), void *context,
	struct why *reterr_why);

/* The number of the database's schema, and what it was before the store was opened. */
void store_schema(const struct store *store, int64_t *ret_was, int64_t *ret_is);

#endif
