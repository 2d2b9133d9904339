/* curfew signout watch: a sign-out's receipt, live until all its notices are settled. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tables.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/receipt.h"
#include "cli/signout_find.h"
#include "cli/verbs.h"

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 1000 };

struct watch {
	struct cli_call *call;
	struct str realm, id, door, user; /* in the verb's own arena */
	int64_t time_ms, until_ms;  /* of the sign-out; monotonic, 0: for ever */
	bool live;                  /* a terminal: drawn over */
	size_t lines;               /* drawn before */
	struct str shown;           /* not live: what was printed last; the verb's own arena */
	bool settled, told;
	struct str verdict; /* the verb's own arena */
};

/* Whether a receipt of the mass order's sessions is in one of these states. */
static enum error_code any_in(struct watch *w, const char *const *states, size_t n, bool *ret_any,
	struct why *reterr_why)
{
	struct cli_call *call = w->call;
	enum error_code code = OK;
	*ret_any = false;
	for (size_t i = 0; i < n && code == OK && !*ret_any; i++) {
		struct json_node *list = NULL;
		struct str query = ask_with(call->arena, STR("?max=1"), "door", w->door);
		query = ask_with(call->arena, query, "user", w->user);
		query = ask_with_int(call->arena, query, "since", w->time_ms);
		query = ask_with(call->arena, query, "state", str_from(states[i]));
		struct str path = ask_path(call->arena, "/admin/realms/{}/signouts", w->realm, STR(""));
		code = ask_get(
			call, arena_join(call->arena, path, query, STR("")), &list, reterr_why);
		*ret_any = code == OK && list->n > 0;
	}
	return code;
}

/* The order of a mass door: each of its sessions has a receipt of its own. */
static enum error_code judge_sessions(struct watch *w, struct why *reterr_why)
{
	static const char *const owed[] = { "queued", "sending", "waiting", "waiting-for-browser" };
	static const char *const not_told[] = { "gave-up", "unconfirmed", "cancelled",
		"not-possible", "not-told", "asked-through-browser" };
	bool any;
	enum error_code code = any_in(w, owed, ARRAY_LENGTH(owed), &any, reterr_why);
	w->settled = w->settled && !any;
	if (code == OK && w->settled)
		code = any_in(w, not_told, ARRAY_LENGTH(not_told), &any, reterr_why);
	w->told = w->told && !any;
	return code;
}

static size_t lines_of(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static void draw(struct watch *w, struct arena *own, const struct json_node *signout)
{
	struct cli_call *call = w->call;
	if (call_given(call, FLAG_JSON))
		return;
	if (w->live) {
		struct str text = receipt_text(call->arena, signout, clock_wall_ms());
		if (w->lines)
			call_print(call, "\033[%zuA\033[J", w->lines);
		call_write(call, text);
		fflush(call->out);
		w->lines = lines_of(text);
		return;
	}
	struct str states = receipt_states(call->arena, signout);
	if (str_eq(states, w->shown))
		return;
	w->shown = arena_str(own, states);
	call_print(call, "%.*s  %.*s\n",
		STR_ARG(grid_time(call->arena, clock_wall_ms())), STR_ARG(call_clean(call, states)));
	fflush(call->out);
}

/* One look; what it asks and draws lives in an arena of its own, for this may take a day. */
static enum error_code look(struct watch *w, struct arena *own, struct why *reterr_why)
{
	struct cli_call *call = w->call;
	struct json_node *signout = NULL;
	struct str path = ask_path(call->arena, "/admin/realms/{}/signouts/{}", w->realm, w->id);
	enum error_code code = ask_get(call, path, &signout, reterr_why);
	if (code != OK)
		return code;
	w->settled = ask_bool(signout, "settled");
	w->told = ask_bool(signout, "everybodyTold");
	if (!ask_text(signout, "sessionId").n)
		code = judge_sessions(w, reterr_why);
	draw(w, own, signout);
	if (code == OK && w->settled && call_given(call, FLAG_JSON))
		call_json(call, signout);
	struct str verdict = receipt_verdict(call->arena, signout);
	if (!str_eq(verdict, w->verdict))
		w->verdict = arena_str(own, verdict);
	return code;
}

static enum error_code look_aside(struct watch *w, struct why *reterr_why)
{
	struct cli_call *call = w->call;
	struct arena *own = call->arena;
	struct str token = call->token;
	call->arena = arena_new(0);
	enum error_code code = look(w, own, reterr_why);
	if (call->token.p != token.p)
		call->token = arena_str(own, call->token);
	arena_free(call->arena);
	call->arena = own;
	return code;
}

static enum error_code follow(struct watch *w, struct why *reterr_why)
{
	int64_t pause_ms = FIRST_PAUSE_MS;
	for (;;) {
		enum error_code code = look_aside(w, reterr_why);
		if (code != OK || w->settled || (w->until_ms && clock_mono_ms() >= w->until_ms))
			return code;
		nanosleep(&(struct timespec){ pause_ms / 1000, pause_ms % 1000 * 1000000 }, NULL);
		if (pause_ms < LONGEST_PAUSE_MS)
			pause_ms *= 2;
	}
}

enum error_code cli_signout_watch(struct cli_call *call, struct why *reterr_why)
{
	struct json_node *signout;
	int64_t timeout_ms;
	enum error_code code = arguments_timeout(&call->arguments, &timeout_ms, reterr_why);
	if (code == OK)
		code = signout_find(call, &signout, reterr_why);
	if (code != OK)
		return code;
	struct watch w = { .call = call, .realm = ask_text(signout, "realm"),
		.id = ask_text(signout, "id"), .door = ask_text(signout, "door"), .user = ask_text(signout, "userId"),
		.time_ms = ask_int(signout, "time"), .live = isatty(fileno(call->out)) == 1,
		.until_ms = timeout_ms ? clock_mono_ms() + timeout_ms : 0 };
	code = follow(&w, reterr_why);
	if (code != OK)
		return code;
	if (!w.settled)
		return error_because(reterr_why, ERROR_NOT_TOLD, "it is not settled yet: %.*s",
			STR_ARG(w.verdict));
	if (!w.told)
		return error_because(reterr_why, ERROR_NOT_TOLD, "not everybody was told: %.*s",
			STR_ARG(w.verdict));
	if (!call_given(call, FLAG_JSON))
		call_print(call, "%.*s\n", STR_ARG(call_clean(call, w.verdict)));
	return OK;
}
