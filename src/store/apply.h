/* Writing to the store: what goes through run/'s writer, as data.
 *
 * Whatever writes is a `struct store_work`, handed to writer_apply (or writer_apply_later)
 * and run by store_apply inside the writer's transaction: lists of effects, and the few
 * operations whose result the asker needs (a claim, a purge). Nothing else writes, so that
 * on SQLite nobody fights the writer's thread for the lock.
 *
 *     struct store_work work = store_work_effects(&effects);
 *     error = writer_apply(writer, &work, why);
 *
 * The writer may run a work again after a rollback; results (ret_...) are those of the
 * last run and hold only when writer_apply returned OK. */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "model/effect.h"

struct db; /* db/db.h */

struct store;

/* A client's queue, as a claim asks for it. */
struct store_lane_claim {
	struct str client_id; /* the client's id */
	int64_t max;          /* rows */
	bool expired;         /* of the `max` rows in front, only those whose give_up_ms is over at expired_ms */
};

/* One turn of the outbox, in one transaction: what came of attempts is recorded, leases are
 * renewed, and due rows of some clients are leased to `owner`: they become SENDING until
 * lease_until_ms, and due_ms is the end of the lease meanwhile. Rows whose lease ran out are
 * taken again. Two owners never get the same row. */
struct store_turn {
	struct str owner;
	int64_t now_ms, lease_until_ms, expired_ms;
	/* From SENDING under this owner; one that lost its lease is passed over. */
	const struct effect_delivery_update *updates;
	size_t updates_n;
	const struct str *renewals; /* ids of deliveries; as above */
	size_t renewals_n;
	const struct effects *effects; /* applied with it (events); NULL: none */
	const struct store_lane_claim *lanes;
	size_t lanes_n;
	struct arena *arena; /* of the result; nobody else uses it until writer_apply returns */
	struct delivery *ret_deliveries; /* oldest first */
	size_t ret_n;
};

/* Makes waiting deliveries due at once (`signout retry`). Empty texts stand for "any";
 * realm_id must be given. Their due_ms becomes 0: the outbox then tries them although their
 * client has failed lately. */
struct store_hurry {
	struct str realm_id, client_id /* the client's id */, signout_id;
	int64_t now_ms;
	int64_t ret_changed;
};

/* What a realm lets expire; INT64_MIN: keep for ever. */
struct store_purge_realm {
	struct str realm_id;
	int64_t events_before_ms;   /* events and admin events */
	int64_t signouts_before_ms; /* receipts whose deliveries are all settled */
	int64_t failures_before_ms; /* failures whose last attempt and lock are past */
};

/* Deletes what has expired, at most `max` rows of each kind: codes (an hour after they
 * expired, so that a replay is still known), revoked jtis, and what `realms` say.
 * ret_deleted = 0: nothing was left to do. */
struct store_purge {
	int64_t now_ms, max;
	const struct store_purge_realm *realms;
	size_t realms_n;
	int64_t ret_deleted;
};

enum store_work_kind {
	STORE_WORK_EFFECTS,
	STORE_WORK_TURN,
	STORE_WORK_HURRY,
	STORE_WORK_PURGE,
	STORE_WORK_CALL, /* a function: import, admin writes (store_writer in store/import.h) */
};

struct store_work {
	enum store_work_kind kind;
	union {
		const struct effects *effects;
		struct store_turn *turn;
		struct store_hurry *hurry;
		struct store_purge *purge;
		struct {
			enum error_code (*run)(
				void *argument, struct db *db, struct why *reterr_why);
			void *argument;
		} call;
	} u;
};

static inline struct store_work store_work_effects(const struct effects *effects)
{
	return (struct store_work){ .kind = STORE_WORK_EFFECTS, .u.effects = effects };
}

/* Rows of one client that wait for no good reason. As a STORE_WORK_CALL's argument. */
struct store_lane_hurry {
	struct str client_id; /* the client's id */
	int64_t now_ms, max;
	int64_t ret_changed; /* `max`: there may be more */
};
/* The client answers again: what waits for it is due now, but for those that it refused
 * (400, 401, 403, 404), which keep their pace. */
MUST_USE enum error_code store_hurry_lane(void *lane_hurry, struct db *db, struct why *reterr_why);
/* The clock was set back: queued rows that lie ahead, and others that lie further ahead than
 * anything may (STORE_DUE_AHEAD_MS), are due now. */
MUST_USE enum error_code store_pull_lane(void *lane_hurry, struct db *db, struct why *reterr_why);
enum { STORE_DUE_AHEAD_MS = 400 * 1000 };

/* The argument of a STORE_WORK_CALL. The clock was set back: sessions and their parts that are from after
 * `bound_ms` are from then, and orders to end sessions from right before it. Else nobody could
 * sign in until the time of the order came again, and no order would end a session from ahead of
 * it. Nothing moves while a job of the realm still ends sessions. Whoever lives goes on living, and
 * nobody who was ended lives again. */
struct store_ahead {
	struct str realm_id;
	int64_t bound_ms;
	bool ret_waits;      /* for such a job */
	int64_t ret_changed; /* rows; > 0: the realm's snapshot is another one now */
};
MUST_USE enum error_code store_pull_ahead(void *ahead, struct db *db, struct why *reterr_why);

/* A STORE_WORK_CALL (argument: int64_t, the time): every delivery that a process held is due at
 * once. Only where no other process uses the store: after the start on a folder of our own. */
MUST_USE enum error_code store_release_leases(void *now_ms, struct db *db, struct why *reterr_why);

/* A STORE_WORK_CALL (argument: NULL): writes a row as it is. For readiness, when writing has failed
 * before. */
MUST_USE enum error_code store_probe(void *nothing, struct db *db, struct why *reterr_why);

/* An administrator's order for a sign-out's deliveries, the argument of two STORE_WORK_CALLs.
 * Retry: what waits is due at once; what gave up, is unconfirmed or was cancelled is owed again, until
 * give_up_ms at least, for `reason`. Cancel: what is queued or waits is told no more; what is being
 * sent this moment goes its way. */
struct store_delivery_order {
	struct str realm_id, signout_id, delivery_id /* empty: all of the sign-out */;
	struct str reason;
	int64_t now_ms, give_up_ms;
	int64_t ret_changed;
};
MUST_USE enum error_code store_retry_deliveries(
	void *order, struct db *db, struct why *reterr_why);
MUST_USE enum error_code store_cancel_deliveries(
	void *order, struct db *db, struct why *reterr_why);

/* A copy of that work in the effects' own arena, for writer_apply_later. */
const struct store_work *store_work_later(const struct effects *effects);

/* Runs one work on `db`, inside a transaction that the caller (run/'s writer) opened.
 * Its signature is that of writer_config.apply: `store` is a struct store, `work` a struct
 * store_work. Errors: STALE when a precondition of an effect does not hold, EXISTS when
 * a user's name or e-mail is taken (`why` starts with "unique: " and names the columns),
 * INVALID_VALUE for a value that cannot be stored, and the driver's. After any of them the
 * caller rolls back. */
MUST_USE enum error_code store_apply(
	void *store, struct db *db, const void *work, struct why *reterr_why);

#endif
