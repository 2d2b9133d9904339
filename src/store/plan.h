/* Plans: what a file would change of a realm that is there, and doing it.
 *
 * A file adds things and changes the fields that it names; what it does not name stays. With
 * `prune`, things that stand in a list which the file has, but not in it, are removed: never users,
 * the built-in clients and roles, nor built-in flows. Things are found by their names (clientId,
 * alias, path), so that ids in the file do not matter; masked secrets leave what is there.
 *
 * Users are planned and written by store_plan_users: added and changed, never removed. */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "model/representation.h"
#include "store/import.h"

enum plan_operation { PLAN_ADD, PLAN_CHANGE, PLAN_REMOVE };

/* One difference; of secrets the values are not told. */
struct plan_change {
	enum plan_operation operation;
	struct str thing; /* "client shop", "role admin of client shop", "realm" */
	struct str field; /* of a CHANGE: "attributes.backchannel.logout.url"; else empty */
	struct str before, after; /* JSON, cut when long; empty: absent */
};

/* A client that the plan adds (before NULL), changes or removes (after NULL). */
struct plan_client {
	const struct client *before, *after;
};

/* A user that the plan adds (before NULL) or changes. */
struct plan_user {
	const struct user *before, *after;
	bool password; /* has another one */
};

struct draft;

struct store_plan {
	struct str realm_id, realm_name;
	int64_t version; /* of the realm that it was made for */
	struct plan_change *changes;
	size_t n, more; /* `more` beyond PLAN_CHANGES_MAX are only counted */
	int64_t added, changed, removed; /* things */
	const struct realm_settings *before, *after;
	struct plan_client *clients;
	size_t clients_n;
	struct str_list warnings;
	struct draft *live, *target; /* for store_plan_apply */
};

enum { PLAN_CHANGES_MAX = 5000 };

/* Compares the realm that the source names with the store. NAME_NOT_FOUND: there is no such realm
 * (its name is in *ret_plan then); else as store_import. The plan lives in the arena. */
MUST_USE enum error_code store_plan_make(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	bool prune, struct store_plan *ret_plan, struct why *reterr_why);

/* Does it in one transaction, after `effects` (orders to end sessions, events, service accounts).
 * STALE: the realm has changed since the plan was made. */
MUST_USE enum error_code store_plan_apply(struct store *store, const struct store_plan *plan,
	const struct effects *effects, const struct store_import_options *options,
	struct why *reterr_why);

struct plan_users_options {
	bool write; /* false: they are only compared */
	/* Told of each that changes: adds to the transaction that writes it what belongs to
	 * it. May be NULL. */
	enum error_code (*changes)(void *context, const struct plan_user *user,
		struct effects *effects, struct why *reterr_why);
	void *context;
};

/* The users of the source, by names of the realm as it is planned; the plan's counts and changes
 * grow. In batches, each its own transaction. */
MUST_USE enum error_code store_plan_users(struct store *store, struct arena *arena,
	struct store_plan *plan, const struct store_import_source *source,
	const struct store_import_options *options, const struct plan_users_options *users,
	struct store_import_summary *summary, struct why *reterr_why);

#endif
