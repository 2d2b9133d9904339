/* curfew signout watch: a sign-out's receipt, live until all its notices are settled. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/receipt.h"
#include "cli/signout_find.h"
#include "cli/verbs.h"

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 1000 };

struct watch {
	struct cli_call *call;
	struct str realm, id;       /* in the verb's own arena */
	int64_t until_ms;           /* monotonic, 0: for ever */
	bool live;                  /* a terminal: drawn over */
	size_t lines;               /* drawn before */
	struct str shown;           /* not live: what was printed last; the verb's own arena */
	bool settled, told;
	struct str verdict; /* the verb's own arena */
};

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
	draw(w, own, signout);
	if (w->settled && call_given(call, FLAG_JSON))
		call_json(call, signout);
	struct str verdict = receipt_verdict(call->arena, signout);
	if (!str_eq(verdict, w->verdict))
		w->verdict = arena_str(own, verdict);
	return OK;
}

static enum error_code look_aside(struct watch *w, struct why *reterr_why)
{
	struct cli_call *call = w->call;
	struct arena *own = call->arena;
	call->arena = arena_new(0);
	enum error_code code = look(w, own, reterr_why);
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
		.id = ask_text(signout, "id"), .live = isatty(fileno(call->out)) == 1,
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
