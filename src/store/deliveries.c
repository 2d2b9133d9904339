/* Sign-outs, their deliveries and mass jobs: questions, and the claim. */
#include "store/deliveries.h"

#include <stdlib.h>
#include <string.h>

#include "base/tables.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* In the order of DELIVERY_COLUMNS. */
static enum error_code delivery_of_row(
	struct row *row, struct delivery *delivery, struct why *reterr_why)
{
	delivery->id = next_text(row);
	delivery->signout_id = next_text(row);
	delivery->realm_id = next_text(row);
	delivery->client_id = next_text(row);
	delivery->client_name = next_text(row);
	delivery->session_id = next_text(row);
	delivery->user_id = next_text(row);
	delivery->send_sid = next_bool(row);
	delivery->revoke_offline_access = next_bool(row);
	struct str channel = next_text(row);
	delivery->url = next_text(row);
	delivery->issuer = next_text(row);
	delivery->algorithm = next_text(row);
	delivery->adapter_session_id = next_text(row);
	delivery->adapter_host = next_text(row);
	delivery->all_sessions = next_bool(row);
	delivery->not_before_s = next_int(row);
	delivery->bound_ms = next_int(row);
	struct str state = next_text(row);
	delivery->queued_ms = next_int(row);
	delivery->due_ms = next_int(row);
	delivery->lease_until_ms = next_int(row);
	delivery->settled_ms = next_int(row);
	delivery->give_up_ms = next_int(row);
	delivery->lease_owner = next_text(row);
	delivery->attempts = next_int(row);
	delivery->http_status = next_int(row);
	delivery->reason = next_text(row);
	delivery->saml_name_id = next_text(row);
	delivery->saml_name_id_format = next_text(row);
	delivery->saml_until_s = next_int(row);
	delivery->saml_binding = next_text(row);
	delivery->browser = next_text(row);
	if (!channel_of(channel, &delivery->channel) || !delivery_state_of(state, &delivery->state))
		return error_because(reterr_why, ERROR_CORRUPT,
			"delivery %.*s: channel \"%.*s\" or state \"%.*s\" is not known",
			STR_ARG(delivery->id), STR_ARG(str_take(channel, 40)),
			STR_ARG(str_take(state, 40)));
	return OK;
}

/* ---- sign-outs ---- */

/* Columns of SIGNOUT_COLUMNS, of DELIVERY_COLUMNS. */
enum { SIGNOUT_ID, SIGNOUT_WIDTH = 14, DELIVERY_WIDTH = 33 };

static void signout_of_row(struct row *row, struct signout *signout)
{
	signout->id = next_text(row);
	signout->realm_id = next_text(row);
	signout->realm_name = next_text(row);
	signout->user_id = next_text(row);
	signout->username = next_text(row);
	signout->session_id = next_text(row);
	signout->offline = next_bool(row);
	signout->door = next_text(row);
	signout->initiator = next_text(row);
	signout->ip_address = next_text(row);
	signout->at_ms = next_int(row);
	signout->progress = next_int(row);
	signout->total = next_int(row);
	signout->order_id = next_text(row);
}

/* Fills one sign-out from the rows that start at *row, one for each of its deliveries (or
 * one with nulls); *row becomes the one after them. */
static enum error_code signout_of_rows(struct arena *arena, const struct db_rows *rows, size_t *row,
	struct signout *signout, struct why *reterr_why)
{
	size_t first = *row, end = first + 1;
	struct str id = db_cell_text(rows, first, SIGNOUT_ID);
	while (end < rows->n && str_eq(db_cell_text(rows, end, SIGNOUT_ID), id))
		end++;
	*row = end;
	*signout = (struct signout){ .total = 0 };
	signout_of_row(&(struct row){ rows, first, 0 }, signout);
	signout->ending = db_cell_int(rows, first, SIGNOUT_WIDTH + DELIVERY_WIDTH) != 0;
	signout->sessions_owed = db_cell_int(rows, first, SIGNOUT_WIDTH + DELIVERY_WIDTH + 1) != 0;
	signout->sessions_untold = db_cell_int(rows, first, SIGNOUT_WIDTH + DELIVERY_WIDTH + 2) != 0;
	if (db_is_null(rows, first, SIGNOUT_WIDTH))
		return OK;
	signout->deliveries_n = end - first;
	signout->deliveries =
		arena_array(arena, signout->deliveries_n, sizeof *signout->deliveries);
	enum error_code code = OK;
	for (size_t i = first; code == OK && i < end; i++)
		code = delivery_of_row(&(struct row){ rows, i, SIGNOUT_WIDTH },
			&signout->deliveries[i - first], reterr_why);
	return code;
}

enum error_code store_find_signout(struct store *store, struct arena *arena, struct str realm_id,
	struct str id, struct signout *ret_signout, struct why *reterr_why)
{
	struct db_rows rows;
	struct signout signout;
	size_t row = 0;
	enum error_code code = store_read_one(store, arena, &statement_signout_find,
		DB_VALUES(db_text(id), db_text(realm_id)), "sign-out", id, &rows, reterr_why);
	if (code == OK)
		code = signout_of_rows(arena, &rows, &row, &signout, reterr_why);
	if (code == OK)
		*ret_signout = signout;
	return code;
}

/* One of four statements, by what is asked for: time, session, user, order. */
static enum error_code ask(struct store *store, struct arena *arena,
	const struct signout_query *query, const struct db_statement *const *statements, int64_t max,
	int64_t first, struct db_rows *ret_rows, struct why *reterr_why)
{
	const struct db_statement *statement =
		statements[query->session_id.n ? 1 : query->user.n ? 2 : query->order_id.n ? 3 : 0];
	struct str state = query->has_state ? str_from(delivery_state_name(query->state)) : STR("");
	return store_read(store, arena, statement,
		DB_VALUES(db_text(query->realm_id), db_int(query->since_ms),
			db_text(query->client_id), db_text(state), db_text(query->session_id),
			db_text(query->user), db_int(max < 0 ? INT64_MAX : max),
			db_int(first < 0 ? 0 : first), db_text(query->door), db_text(query->order_id)),
		ret_rows, reterr_why);
}

enum error_code store_count_signouts(struct store *store, const struct signout_query *query,
	int64_t most, int64_t *ret_n, struct why *reterr_why)
{
	static const struct db_statement *const statements[] = { &statement_signout_count,
		&statement_signout_count_by_session, &statement_signout_count_by_user,
		&statement_signout_count_by_order };
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code = ask(store, arena, query, statements, most, 0, &rows, reterr_why);
	if (code == OK)
		*ret_n = db_cell_int(&rows, 0, 0);
	return code;
}

enum error_code store_list_signouts(struct store *store, struct arena *arena,
	const struct signout_query *query, struct signout **ret_signouts, size_t *ret_n,
	struct why *reterr_why)
{
	static const struct db_statement *const statements[] = { &statement_signout_list,
		&statement_signout_list_by_session, &statement_signout_list_by_user,
		&statement_signout_list_by_order };
	struct db_rows rows;
	enum error_code code =
		ask(store, arena, query, statements, query->max, query->first, &rows, reterr_why);
	struct signout *signouts = NULL;
	size_t n = 0;
	for (size_t row = 0; code == OK && row < rows.n;)
		code = signout_of_rows(arena, &rows, &row,
			arena_push(arena, &signouts, &n, sizeof *signouts), reterr_why);
	if (code != OK)
		return code;
	*ret_signouts = signouts;
	*ret_n = n;
	return OK;
}

/* ---- what a browser is to carry ---- */

static enum error_code list_deliveries(struct store *store, struct arena *arena,
	const struct db_statement *statement, struct db_values values, struct delivery **ret_deliveries,
	size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, statement, values, &rows, reterr_why);
	if (code != OK)
		return code;
	struct delivery *deliveries = arena_array(arena, rows.n, sizeof *deliveries);
	for (size_t i = 0; code == OK && i < rows.n; i++)
		code = delivery_of_row(&(struct row){ &rows, i, 0 }, &deliveries[i], reterr_why);
	if (code != OK)
		return code;
	*ret_deliveries = deliveries;
	*ret_n = rows.n;
	return OK;
}

enum error_code store_find_browser_debts(struct store *store, struct arena *arena, struct str realm_id,
	struct str browser, int64_t now_s, struct delivery **ret_deliveries, size_t *ret_n,
	struct why *reterr_why)
{
	return list_deliveries(store, arena, &statement_delivery_list_for_browser,
		DB_VALUES(db_text(realm_id), db_text(browser), db_int(now_s * 1000)), ret_deliveries, ret_n,
		reterr_why);
}

enum error_code store_list_not_fetched(struct store *store, struct arena *arena, int64_t now_ms,
	int64_t max, struct delivery **ret_deliveries, size_t *ret_n, struct why *reterr_why)
{
	return list_deliveries(store, arena, &statement_delivery_list_not_fetched,
		DB_VALUES(db_int(now_ms), db_int(max)), ret_deliveries, ret_n, reterr_why);
}

/* ---- the outbox ---- */

/* Values that outlive the expression which lists them. */
static struct db_values keep(struct arena *arena, struct db_values values)
{
	struct db_value *copy = arena_array(arena, values.n, sizeof *copy);
	memcpy(copy, values.p, values.n * sizeof *copy);
	return (struct db_values){ copy, values.n };
}

static int oldest_first(const void *a, const void *b)
{
	const struct delivery *x = a, *y = b;
	int order = (x->queued_ms > y->queued_ms) - (x->queued_ms < y->queued_ms);
	return order ? order : str_compare(x->id, y->id);
}

static enum error_code claim_lane(struct db *db, struct store_turn *turn,
	const struct store_lane_claim *lane, struct why *reterr_why)
{
	struct db_rows rows;
	struct db_value values[] = { db_text(turn->owner), db_int(turn->lease_until_ms), db_int(turn->now_ms),
		db_int(lane->max), db_text(lane->client_id), db_int(turn->expired_ms) };
	enum error_code code = db_query(db,
		lane->expired ? &statement_delivery_claim_expired : &statement_delivery_claim,
		(struct db_values){ values, ARRAY_LENGTH(values) - !lane->expired }, turn->arena, &rows, reterr_why);
	for (size_t i = 0; code == OK && i < rows.n; i++)
		code = delivery_of_row(&(struct row){ &rows, i, 0 },
			arena_push(turn->arena, &turn->ret_deliveries, &turn->ret_n,
				sizeof *turn->ret_deliveries),
			reterr_why);
	return code;
}

/* One text for all that end a lease under an owner. */
static enum error_code record_and_renew(struct db *db, const struct store_turn *turn, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_call *calls = arena_array(arena, turn->updates_n + turn->renewals_n, sizeof *calls);
	struct db_values values;
	size_t n = 0;
	for (size_t i = 0; i < turn->updates_n; i++) {
		const struct effect_delivery_update *u = &turn->updates[i];
		values = DB_VALUES(db_text(u->id), db_text(str_from(delivery_state_name(u->state))),
			db_text(turn->owner), db_int(u->due_ms), db_int(u->attempts),
			db_int(u->http_status), db_bool(delivery_state_settled(u->state)),
			db_int(u->now_ms), db_text(u->reason));
		calls[n++] = (struct db_call){ &statement_delivery_record, keep(arena, values) };
	}
	for (size_t i = 0; i < turn->renewals_n; i++) {
		values = DB_VALUES(db_text(turn->renewals[i]), db_text(turn->owner),
			db_int(turn->lease_until_ms));
		calls[n++] = (struct db_call){ &statement_delivery_renew, keep(arena, values) };
	}
	return n ? db_run_batch(db, calls, n, reterr_why) : OK;
}

enum error_code deliveries_turn(struct db *db, struct store_turn *turn, struct why *reterr_why)
{
	turn->ret_deliveries = NULL;
	turn->ret_n = 0;
	/* First, so that a claim does not take what has just been told. */
	enum error_code code = record_and_renew(db, turn, reterr_why);
	for (size_t i = 0; code == OK && i < turn->lanes_n; i++)
		code = claim_lane(db, turn, &turn->lanes[i], reterr_why);
	if (code == OK && turn->ret_n > 1)
		qsort(turn->ret_deliveries, turn->ret_n, sizeof *turn->ret_deliveries, oldest_first);
	return code;
}

enum error_code deliveries_hurry(struct db *db, struct store_hurry *hurry, struct why *reterr_why)
{
	return db_run(db, &statement_delivery_hurry,
		DB_VALUES(db_text(hurry->realm_id), db_text(hurry->client_id),
			db_text(hurry->signout_id), db_int(hurry->now_ms)),
		&hurry->ret_changed, reterr_why);
}

enum error_code store_retry_deliveries(void *order, struct db *db, struct why *reterr_why)
{
	struct store_delivery_order *o = order;
	return db_run(db, &statement_delivery_retry,
		DB_VALUES(db_text(o->realm_id), db_text(o->signout_id), db_text(o->delivery_id),
			db_int(o->give_up_ms), db_text(o->reason)),
		&o->ret_changed, reterr_why);
}

enum error_code store_cancel_deliveries(void *order, struct db *db, struct why *reterr_why)
{
	struct store_delivery_order *o = order;
	return db_run(db, &statement_delivery_cancel,
		DB_VALUES(db_text(o->realm_id), db_text(o->signout_id), db_text(o->delivery_id),
			db_int(o->now_ms), db_text(o->reason)),
		&o->ret_changed, reterr_why);
}

enum error_code store_count_deliveries(struct store *store, struct delivery_counts *ret_counts,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	struct delivery_counts counts = { 0 };
	enum error_code code =
		store_read(store, arena, &statement_delivery_states, DB_NO_VALUES, &rows, reterr_why);
	for (size_t i = 0; code == OK && i < rows.n; i++) {
		enum delivery_state state;
		int64_t oldest_ms = db_cell_int(&rows, i, 2);
		if (!delivery_state_of(db_cell_text(&rows, i, 0), &state))
			continue;
		counts.by_state[state] = db_cell_int(&rows, i, 1);
		if (delivery_state_owed(state) &&
			(!counts.oldest_owed_ms || oldest_ms < counts.oldest_owed_ms))
			counts.oldest_owed_ms = oldest_ms;
	}
	if (code == OK)
		*ret_counts = counts;
	return code;
}

enum error_code store_release_leases(void *now_ms, struct db *db, struct why *reterr_why)
{
	const int64_t *now = now_ms;
	return db_run(db, &statement_delivery_release, DB_VALUES(db_int(*now)), NULL, reterr_why);
}

enum error_code store_hurry_lane(void *lane_hurry, struct db *db, struct why *reterr_why)
{
	struct store_lane_hurry *order = lane_hurry;
	return db_run(db, &statement_delivery_hurry_lane,
		DB_VALUES(db_text(order->client_id), db_int(order->now_ms), db_int(order->max)),
		&order->ret_changed, reterr_why);
}

enum error_code store_pull_lane(void *lane_hurry, struct db *db, struct why *reterr_why)
{
	struct store_lane_hurry *order = lane_hurry;
	return db_run(db, &statement_delivery_pull_lane,
		DB_VALUES(db_text(order->client_id), db_int(order->now_ms), db_int(order->max),
			db_int(order->now_ms + STORE_DUE_AHEAD_MS)),
		&order->ret_changed, reterr_why);
}

enum error_code store_list_lanes(struct store *store, struct arena *arena, struct store_lane **ret_lanes,
	size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		store_read(store, arena, &statement_delivery_lanes, DB_NO_VALUES, &rows, reterr_why);
	if (code != OK)
		return code;
	struct store_lane *lanes = arena_array(arena, rows.n, sizeof *lanes);
	size_t n = 0;
	for (size_t i = 0; i < rows.n; i++) {
		if (db_is_null(&rows, i, 1))
			continue; /* settled between two looks of the statement */
		struct row row = { &rows, i, 0 };
		struct store_lane *lane = &lanes[n++];
		lane->client_id = next_text(&row);
		lane->realm_id = next_text(&row);
		lane->due_ms = next_int(&row);
		lane->last_due_ms = next_int(&row);
	}
	*ret_lanes = lanes;
	*ret_n = n;
	return OK;
}

enum error_code store_oldest_owed(struct store *store, int64_t *ret_queued_ms, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code code = store_read(
		store, arena, &statement_delivery_oldest, DB_NO_VALUES, &rows, reterr_why);
	if (code == OK)
		*ret_queued_ms = db_is_null(&rows, 0, 0) ? INT64_MAX : db_cell_int(&rows, 0, 0);
	return code;
}

/* ---- mass jobs ---- */

enum error_code store_list_jobs(struct store *store, struct arena *arena,
	struct mass_job **ret_jobs, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code =
		store_read(store, arena, &statement_job_list, DB_NO_VALUES, &rows, reterr_why);
	if (code != OK)
		return code;
	struct mass_job *jobs = arena_array(arena, rows.n, sizeof *jobs);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct effect_mass *order = &jobs[i].order;
		order->job_id = next_text(&row);
		order->signout_id = next_text(&row);
		order->realm_id = next_text(&row);
		struct str scope = next_text(&row);
		if (!mass_scope_of(scope, &order->scope))
			return error_because(reterr_why, ERROR_CORRUPT, "job %.*s: scope \"%.*s\"",
				STR_ARG(order->job_id), STR_ARG(scope));
		order->target_id = next_text(&row);
		order->door = next_text(&row);
		order->initiator = next_text(&row);
		order->epoch_ms = next_int(&row);
		jobs[i].done = next_int(&row);
		jobs[i].total = next_int(&row);
	}
	*ret_jobs = jobs;
	*ret_n = rows.n;
	return OK;
}
