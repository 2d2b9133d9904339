/* How far long work is; see watch.h. */
#include "cli/watch.h"

#include <time.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/progress.h"

static bool wait_for_end(struct watch *watch)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 250000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&watch->lock);
	if (!watch->ended)
		pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
	bool ended = watch->ended;
	pthread_mutex_unlock(&watch->lock);
	return ended;
}

static void *watch_run(void *data)
{
	struct watch *watch = data;
	while (!wait_for_end(watch)) {
		struct json_node *json;
		arena_reset(watch->call.arena);
		/* Not known yet while a file is on its way. */
		if (ask_get(&watch->call, watch->path, &json, NULL) == OK)
			progress_draw(watch->call.err, watch->what, ask_int(json, "done"),
				ask_int(json, "total"), ask_int(json, "users"));
	}
	return NULL;
}

void watch_begin(struct watch *watch, const struct cli_call *call, const char *what, struct str job)
{
	*watch = (struct watch){ .call = *call,
		.what = what,
		.path = ask_path(call->arena, "/admin/local/progress/{}", job, STR("")),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER };
	if (!call->socket.n || !isatty(fileno(call->err)))
		return;
	watch->call.arena = arena_new(0);
	watch->running = pthread_create(&watch->thread, NULL, watch_run, watch) == 0;
	if (!watch->running)
		arena_free(watch->call.arena);
}

void watch_end(struct watch *watch)
{
	if (!watch->running)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->ended = true;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	arena_free(watch->call.arena);
	progress_clear(watch->call.err);
}
