/* What lies ahead; see ahead.h. */
#include "outbox/ahead.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/apply.h"

enum { GRACE_MS = 2000 }; /* by which the clocks of two nodes may differ */

static enum error_code pull(const struct outbox_config *config, const struct realm_name *realm, bool *ret_more,
			    struct why *reterr_why)
{
	struct store_ahead order = { .realm_id = realm->id, .bound_ms = clock_wall_ms() + GRACE_MS };
	const struct store_work work = { .kind = STORE_WORK_CALL, .u.call = { store_pull_ahead, &order } };
	enum error_code code = writer_apply(config->writer, &work, reterr_why);
	*ret_more |= code == ERROR_STALE || (code == OK && order.ret_waits);
	if (code == OK && order.ret_changed) {
		snapshots_changed(config->snapshots, realm->id);
		log_write(LOG_WARN, "outbox", "realm=%.*s %lld rows were from ahead of the clock",
			  STR_ARG(realm->name), (long long)order.ret_changed);
	}
	return code == ERROR_STALE ? OK : code;
}

/* All realms once. *ret_more: a realm has to wait for a mass job. */
static enum error_code pull_all(const struct outbox_config *config, bool *ret_more, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct realm_name *realms;
	size_t n;
	*ret_more = false;
	enum error_code code = store_list_realms(config->store, arena, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++)
		if (!realms[i].deleted)
			code = pull(config, &realms[i], ret_more, reterr_why);
	return code;
}

void ahead_keep(const struct outbox_config *config, struct steps *steps)
{
	struct why why = { "" };
	int64_t step_ms = steps_note(steps, clock_wall_ms(), clock_mono_ms());
	if (step_ms)
		log_write(LOG_WARN, "outbox", "the clock was set %s by %lld s", step_ms > 0 ? "forward" : "back",
			  (long long)(step_ms > 0 ? step_ms : -step_ms) / 1000);
	if (!steps->back)
		return;
	bool more = true;
	if (pull_all(config, &more, &why) != OK) {
		log_write(LOG_ERROR, "outbox", "sessions from ahead of the clock: %s", why.text);
		more = true;
	}
	steps->back = more;
}
