/* A sign-out's receipt as text; see receipt.h. */
#include "cli/receipt.h"

#include "base/tables.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/grid.h"

enum { FIELD_BYTES = 200, STATES_MAX = 16 };

static void add_progress(struct text *text, const struct json_node *signout)
{
	int64_t total = ask_int(signout, "total");
	if (total)
		text_addf(text, "%lld of %lld sessions, ", (long long)ask_int(signout, "progress"),
			(long long)total);
}

/* Of an order that has no notices of its own. */
static struct str of_sessions(const struct json_node *signout)
{
	if (!ask_int(signout, "total"))
		return STR("none to tell");
	return ask_bool(signout, "everybodyTold") ? STR("all told") :
		ask_bool(signout, "settled") ? STR("not all told") : STR("being told");
}

struct str receipt_states(struct arena *arena, const struct json_node *signout)
{
	struct {
		struct str state;
		size_t n;
	} counts[STATES_MAX] = { 0 };
	const struct json_node *deliveries = ask_list(signout, "deliveries");
	struct text text = text_new(arena, 0);
	add_progress(&text, signout);
	for (size_t i = 0; deliveries && i < deliveries->n; i++) {
		struct str state = ask_text(deliveries->items[i], "state");
		size_t k = 0;
		while (k + 1 < STATES_MAX && counts[k].n && !str_eq(counts[k].state, state))
			k++;
		counts[k].state = state;
		counts[k].n++;
	}
	for (size_t k = 0; k < STATES_MAX && counts[k].n; k++)
		text_addf(
			&text, "%s%zu %.*s", k ? ", " : "", counts[k].n, STR_ARG(counts[k].state));
	if (!counts[0].n)
		text_add(&text, of_sessions(signout));
	return text_str(&text);
}

/* "0.02 s", "3 min 20 s", "5 h 10 min". */
static struct str span(struct arena *arena, int64_t ms)
{
	long long s = ms / 1000, hundredths = ms % 1000 / 10;
	if (s < 60)
		return arena_format(arena, "%lld.%02lld s", s, hundredths);
	if (s < 3600)
		return arena_format(arena, "%lld min %lld s", s / 60, s % 60);
	return arena_format(arena, "%lld h %lld min", s / 3600, s % 3600 / 60);
}

/* How long after the sign-out it was settled, how long until it is tried again, or for how long the
 * browser may still come. */
static struct str when(struct arena *arena, const struct json_node *signout,
	const struct json_node *delivery, int64_t now_ms)
{
	int64_t settled = ask_int(delivery, "settled"), due = ask_int(delivery, "due");
	int64_t until = ask_int(delivery, "until");
	int64_t after = settled - ask_int(signout, "time");
	if (settled)
		return arena_join(arena, STR("+"), span(arena, after > 0 ? after : 0), STR(""));
	if (until)
		return arena_join(arena, STR("for "), span(arena, until > now_ms ? until - now_ms : 0), STR(" more"));
	if (!due)
		return STR("");
	return due > now_ms
		? arena_join(arena, STR("again in "), span(arena, due - now_ms), STR(""))
		: STR("now");
}

static void add_field(struct text *text, const char *before, struct str value)
{
	if (!value.n)
		return;
	text_add_z(text, "  ");
	text_add_z(text, before);
	text_add_clean(text, value, FIELD_BYTES);
}

static void add_head(struct text *text, const struct json_node *signout)
{
	struct str username = ask_text(signout, "username");
	text_add_z(text, "sign-out ");
	text_add_clean(text, ask_text(signout, "id"), FIELD_BYTES);
	add_field(text, "", username.n ? username : ask_text(signout, "userId"));
	add_field(text, "realm ", ask_text(signout, "realm"));
	add_field(text, "", grid_time(text->arena, ask_int(signout, "time")));
	add_field(text, "", ask_text(signout, "doorText"));
	if (ask_bool(signout, "offline"))
		text_add_z(text, "  (offline session)");
	add_field(text, "by order ", ask_text(signout, "order"));
	add_field(text, "by ", ask_text(signout, "initiator"));
	add_field(text, "from ", ask_text(signout, "ipAddress"));
	text_add_char(text, '\n');
}

struct str receipt_text(struct arena *arena, const struct json_node *signout, int64_t now_ms)
{
	static const char *const headings[] = { "APPLICATION", "CHANNEL", "STATE", "TRIES", "HTTP",
		"WHEN", "WHY", NULL };
	struct text text = text_new(arena, 0);
	struct grid grid = grid_new(arena, headings);
	const struct json_node *deliveries = ask_list(signout, "deliveries");
	add_head(&text, signout);
	if (ask_int(signout, "total") || !deliveries || !deliveries->n) {
		text_add_z(&text, "  ");
		text_add(&text, receipt_states(arena, signout));
		text_add_char(&text, '\n');
	}
	if (ask_int(signout, "total")) {
		text_add_z(&text, "  the receipts of its sessions: curfew signout list --order ");
		text_add_clean(&text, ask_text(signout, "id"), FIELD_BYTES);
		text_add_char(&text, '\n');
	}
	for (size_t i = 0; deliveries && i < deliveries->n; i++) {
		const struct json_node *one = deliveries->items[i];
		int64_t http = ask_int(one, "httpStatus");
		grid_add(&grid, ask_text(one, "clientId"));
		grid_add(&grid, ask_text(one, "channel"));
		grid_add(&grid, ask_text(one, "state"));
		grid_add_int(&grid, ask_int(one, "attempts"));
		grid_add(&grid, http ? arena_format(arena, "%lld", (long long)http) : STR(""));
		grid_add(&grid, when(arena, signout, one, now_ms));
		grid_add(&grid, ask_text(one, "reason"));
	}
	if (grid_rows(&grid))
		text_add(&text, grid_text(&grid, 2));
	return text_str(&text);
}

enum { NAMED_MAX = 5 }; /* applications that the verdict names */

static bool is_told(const struct json_node *delivery)
{
	struct str state = ask_text(delivery, "state");
	return str_eq_z(state, "delivered") || str_eq_z(state, "superseded");
}

struct str receipt_verdict(struct arena *arena, const struct json_node *signout)
{
	const struct json_node *deliveries = ask_list(signout, "deliveries");
	size_t n = deliveries ? deliveries->n : 0, told = 0, named = 0;
	struct text text = text_new(arena, 0), rest = text_new(arena, 0);
	for (size_t i = 0; i < n; i++) {
		const struct json_node *one = deliveries->items[i];
		struct str reason = ask_text(one, "reason");
		told += is_told(one);
		if (is_told(one) || named++ >= NAMED_MAX)
			continue;
		text_add_z(&rest, "; ");
		text_add_clean(&rest, ask_text(one, "clientId"), FIELD_BYTES);
		text_add_z(&rest, ": ");
		text_add_clean(&rest, ask_text(one, "state"), FIELD_BYTES);
		text_add_z(&rest, reason.n ? ", " : "");
		text_add_clean(&rest, reason, 3 * FIELD_BYTES);
	}
	if (ask_bool(signout, "ending"))
		text_add_z(&text, "its sessions are still being ended; ");
	if (told == n && !ask_bool(signout, "everybodyTold"))
		text_add_z(&text, "not everybody of its sessions was told");
	else if (told == n)
		text_add_z(&text, n || ask_int(signout, "total") ? "everybody was told" :
			"there was nobody to tell");
	else
		text_addf(&text, "%zu of %zu were told", told, n);
	text_add(&text, text_str(&rest));
	if (named > NAMED_MAX)
		text_addf(&text, "; and %zu more", named - NAMED_MAX);
	return text_str(&text);
}
