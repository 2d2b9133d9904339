/* The schema's numbered migrations, and the runner that brings a database up to them.
 *
 * A migration is a DDL text (with the driver's tokens), applied once, in one transaction
 * with the row of schema_migration that records it; a start that was interrupted goes on
 * at the next one. Published migrations never change: a change is a new number. Internal
 * to store/. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "db/db.h"

struct migration {
	int64_t number; /* 1, 2, ... without gaps */
	const char *name;
	const char *parts[6]; /* texts of statements, one after another; NULL: no more */
};

/* What the two halves need of each other's tables:
 *   realm(id, name, deleted, version, sessions_ended_before_ms, duplicate_emails_allowed)
 *   consent(user_id, client_id)
 *   users, user_role(user_id, role_id), user_group(user_id, group_id)
 * No foreign keys: whoever deletes a row deletes what hangs on it. */
extern const struct migration migration_0001; /* configuration */
extern const struct migration migration_0002; /* runtime */
extern const struct migration migration_0003; /* consents */
extern const struct migration migration_0004; /* mass orders */
extern const struct migration migration_0005; /* refresh chains */
extern const struct migration migration_0006; /* lanes */
extern const struct migration migration_0007; /* what SAML providers know of sessions */
extern const struct migration migration_0008; /* notices that wait for a browser */
extern const struct migration migration_0009; /* receipts of orders */
extern const struct migration migration_0010; /* saml artifacts */
extern const struct migration migration_0011; /* names of realms */
extern const struct migration migration_0012; /* client registration */
extern const struct migration migration_0013; /* links of users, names for searches */
extern const struct migration migration_0014; /* pushed authorization requests */
extern const struct migration migration_0015; /* grants that wait */
extern const struct migration migration_0016; /* lists of users */
extern const struct migration migration_0017; /* grants by an authentication channel */

/* The number of the newest migration that this program knows. */
int64_t migrate_known(void);
/* The number of the newest that the database has; 0 when it has none. */
MUST_USE enum error_code migrate_number(struct db *db, int64_t *ret_number, struct why *reterr_why);
/* Applies what is missing, up to this program's newest. UNSUPPORTED_VERSION when the
 * database was made by a newer program. Several nodes may call it at once. *ret_was is the
 * number that it had. */
MUST_USE enum error_code migrate(
	struct db *db, int64_t now_ms, int64_t *ret_was, struct why *reterr_why);
/* The same with a list of one's own, ascending by number: what the tests call. */
MUST_USE enum error_code migrate_list(struct db *db, const struct migration *const *list, size_t n,
	int64_t now_ms, struct why *reterr_why);

#endif
