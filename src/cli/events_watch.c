/* curfew events watch: events as they happen, until it is interrupted or --timeout. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/events.h"
#include "cli/grid.h"
#include "cli/verbs.h"

enum { PAUSE_MS = 500, LOOK_BACK = 500 };

struct seen {
	struct arena *arena; /* of the look that it is from */
	int64_t time;        /* of the newest event */
	struct json_node *list;
};

static bool was_seen(const struct seen *seen, const struct json_node *event)
{
	if (ask_int(event, "time") < seen->time)
		return true;
	for (size_t i = 0; i < seen->list->n; i++)
		if (str_eq(ask_text(seen->list->items[i], "id"), ask_text(event, "id")))
			return true;
	return false;
}

static void print(struct cli_call *call, const struct json_node *event)
{
	static const char *const names[] = { "realm", "type", "clientId" };
	if (call_given(call, FLAG_JSON)) {
		call_write(call, json_tree_text(call->arena, event));
		call_print(call, "\n");
		return;
	}
	call_write(call, grid_time(call->arena, ask_int(event, "time")));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		call_print(call, "  %.*s", STR_ARG(call_clean(call, ask_text(event, names[i]))));
	call_print(call, "  %.*s  %.*s%s%.*s\n", STR_ARG(call_clean(call, events_user(event))),
		STR_ARG(call_clean(call, ask_text(event, "ipAddress"))),
		ask_text(event, "error").n ? "  " : "",
		STR_ARG(call_clean(call, ask_text(event, "error"))));
}

/* One look, in an arena of its own: this may take days. What it saw replaces what was seen. */
static enum error_code look(
	struct cli_call *call, struct str query, bool first, struct seen *seen, struct why *reterr_why)
{
	struct json_node *list;
	struct arena *own = call->arena;
	struct seen now = { .arena = arena_new(0) };
	call->arena = now.arena;
	enum error_code code = events_fetch(call, query, LOOK_BACK, &list, reterr_why);
	for (size_t i = code == OK ? list->n : 0; i-- > 0;)
		if (!first && !was_seen(seen, list->items[i]))
			print(call, list->items[i]);
	fflush(call->out);
	call->arena = own;
	if (code != OK) {
		arena_free(now.arena);
		return code;
	}
	now.time = list->n ? ask_int(list->items[0], "time") : seen->time;
	now.list = list;
	arena_free(seen->arena);
	*seen = now;
	return OK;
}

enum error_code cli_events_watch(struct cli_call *call, struct why *reterr_why)
{
	struct seen seen = { 0 };
	struct str query;
	int64_t timeout_ms = 0;
	enum error_code code = arguments_timeout(&call->arguments, &timeout_ms, reterr_why);
	/* What it finds out of the server is for all looks. */
	if (code == OK)
		code = ask_open(call, reterr_why);
	if (code == OK)
		code = events_query(call, LOOK_BACK, &query, reterr_why);
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	for (bool first = true; code == OK; first = false) {
		code = look(call, query, first, &seen, reterr_why);
		if (first && code == OK)
			call_note(call, "watching; Ctrl-C ends it\n");
		if (code != OK || (timeout_ms && clock_mono_ms() >= until_ms) || ferror(call->out))
			break;
		nanosleep(&(struct timespec){ 0, PAUSE_MS * 1000000 }, NULL);
	}
	arena_free(seen.arena);
	return code;
}
