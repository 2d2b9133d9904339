/* Mass jobs; see jobs.h. */
#include "outbox/jobs.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "signout/decide.h"
#include "store/apply.h"

enum { BATCH = 50 }; /* sessions a transaction: short enough that others do not wait */

/* One job under way. */
struct step {
	const struct outbox_config *config;
	struct arena *arena;
	const struct mass_job *job;
	enum door door;
	const struct realm *realm;
};

static void end_session(const struct step *step, const struct session *session, struct effects *effects)
{
	const struct effect_mass *order = &step->job->order;
	const struct signout_order one = {
		.door = step->door,
		.id = random_uuid(step->arena),
		.order_id = order->signout_id,
		.initiator = order->initiator,
		.now_ms = clock_wall_ms(),
		.everybody = order->scope == MASS_REALM,
	};
	struct signout_outcome outcome;
	if (door_row(step->door)->ends == DOOR_ENDS_CLIENT)
		signout_client(&one, step->realm, session, order->target_id, effects, &outcome);
	else
		signout_session(&one, step->realm, session, effects, &outcome);
}

static bool ends_offline(const struct step *step)
{
	return door_row(step->door)->offline == DOOR_OFFLINE_ENDS;
}

/* What is still to end; offline sessions come when no other is left. */
static enum error_code list(const struct step *step, struct session **ret_sessions, size_t *ret_n,
			    struct why *reterr_why)
{
	struct store *store = step->config->store;
	enum error_code code = store_list_mass(store, step->arena, &step->job->order, false, BATCH, ret_sessions, ret_n,
					       reterr_why);
	if (code == OK && *ret_n == 0 && ends_offline(step))
		code = store_list_mass(store, step->arena, &step->job->order, true, BATCH, ret_sessions, ret_n, reterr_why);
	return code;
}

/* How many sessions the job ends in all; counted once, before its first batch. */
static enum error_code count(const struct step *step, int64_t *ret_total, struct why *reterr_why)
{
	int64_t online = 0, offline = 0;
	*ret_total = step->job->total;
	if (step->job->total)
		return OK;
	enum error_code code = store_count_mass(step->config->store, &step->job->order, false, &online, reterr_why);
	if (code == OK && ends_offline(step))
		code = store_count_mass(step->config->store, &step->job->order, true, &offline, reterr_why);
	*ret_total = online + offline;
	return code;
}

static enum error_code batch(const struct step *step, bool *ret_more, struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	int64_t total;
	enum error_code code = count(step, &total, reterr_why);
	if (code == OK)
		code = list(step, &sessions, &n, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(step->arena);
	for (size_t i = 0; i < n; i++)
		end_session(step, &sessions[i], &effects);
	/* What ended by another door meanwhile is not counted. */
	int64_t done = step->job->done + (int64_t)n;
	effects_add(&effects, EFFECT_JOB_ADVANCE)->u.job = (struct effect_job){ .id = step->job->order.job_id,
		.done = done, .total = n == 0 || done > total ? done : total, .finished = n == 0 };
	struct store_work work = store_work_effects(&effects);
	code = writer_apply(step->config->writer, &work, reterr_why);
	*ret_more = code == ERROR_STALE || n > 0;
	/* A session that was used meanwhile is read again with the next batch. */
	return code == ERROR_STALE ? OK : code;
}

static enum error_code run(struct step *step, bool *ret_more, struct why *reterr_why)
{
	const struct effect_mass *order = &step->job->order;
	if (!door_of(order->door, &step->door))
		return error_because(reterr_why, ERROR_CORRUPT, "job %.*s: unknown door", STR_ARG(order->job_id));
	enum error_code code = snapshots_get_by_id(step->config->snapshots, order->realm_id, &step->realm, reterr_why);
	if (code != OK)
		return code;
	code = batch(step, ret_more, reterr_why);
	snapshots_put(step->config->snapshots, step->realm);
	return code;
}

enum error_code jobs_step(const struct outbox_config *config, bool *ret_more, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct mass_job *jobs;
	size_t n;
	*ret_more = false;
	enum error_code code = store_list_jobs(config->store, arena, &jobs, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		bool more = false;
		struct why why = { "" };
		struct step step = { .config = config, .arena = arena, .job = &jobs[i] };
		/* One that cannot go on holds no other up. */
		if (run(&step, &more, &why) == OK)
			*ret_more |= more;
		else
			log_write(LOG_ERROR, "outbox", "mass sign-out %.*s: %s", STR_ARG(jobs[i].order.signout_id), why.text);
	}
	return code;
}
