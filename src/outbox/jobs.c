/* Mass jobs; see jobs.h. */
#include "outbox/jobs.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "signout/decide.h"
#include "store/apply.h"

enum { BATCH = 50 }; /* sessions a transaction: short enough that others do not wait */

static void end_session(struct arena *arena, const struct effect_mass *order, enum door door,
			const struct realm *realm, const struct session *session, struct effects *effects)
{
	const struct signout_order one = {
		.door = door,
		.id = random_uuid(arena),
		.initiator = order->initiator,
		.now_ms = clock_wall_ms(),
		.everybody = true,
	};
	struct signout_outcome outcome;
	signout_session(&one, realm, session, effects, &outcome);
}

static enum error_code batch(const struct outbox_config *config, struct arena *arena, const struct mass_job *job,
			     const struct realm *realm, bool *ret_more, struct why *reterr_why)
{
	struct session *sessions;
	size_t n;
	enum door door;
	if (!door_of(job->order.door, &door))
		return error_because(reterr_why, ERROR_CORRUPT, "job %.*s: unknown door", STR_ARG(job->order.job_id));
	enum error_code code = store_list_sessions_before(config->store, arena, job->order.realm_id, false,
		job->order.epoch_ms, BATCH, &sessions, &n, reterr_why);
	/* Offline sessions come when no other is left. */
	if (code == OK && n == 0 && door_row(door)->offline == DOOR_OFFLINE_ENDS)
		code = store_list_sessions_before(config->store, arena, job->order.realm_id, true,
			job->order.epoch_ms, BATCH, &sessions, &n, reterr_why);
	if (code != OK)
		return code;
	struct effects effects = effects_new(arena);
	for (size_t i = 0; i < n; i++)
		end_session(arena, &job->order, door, realm, &sessions[i], &effects);
	effects_add(&effects, EFFECT_JOB_ADVANCE)->u.job = (struct effect_job){
		.id = job->order.job_id, .done = job->done + (int64_t)n, .total = job->total, .finished = n == 0 };
	struct store_work work = store_work_effects(&effects);
	code = writer_apply(config->writer, &work, reterr_why);
	*ret_more = code == ERROR_STALE || n > 0;
	/* A session that was used meanwhile is read again with the next batch. */
	return code == ERROR_STALE ? OK : code;
}

static enum error_code run(const struct outbox_config *config, struct arena *arena, const struct mass_job *job,
			   bool *ret_more, struct why *reterr_why)
{
	const struct realm *realm;
	enum error_code code = snapshots_get_by_id(config->snapshots, job->order.realm_id, &realm, reterr_why);
	if (code != OK)
		return code;
	code = batch(config, arena, job, realm, ret_more, reterr_why);
	snapshots_put(config->snapshots, realm);
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
		/* One that cannot go on holds no other up. */
		if (run(config, arena, &jobs[i], &more, &why) == OK)
			*ret_more |= more;
		else
			log_write(LOG_ERROR, "outbox", "mass sign-out %.*s: %s", STR_ARG(jobs[i].order.signout_id), why.text);
	}
	return code;
}
