/* Limits of sessions; see session_limit.h. */
#include "login/session_limit.h"

static bool is_at(const struct session *session, struct str client_id)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client_id))
			return true;
	return false;
}

static bool is_older(const struct session *a, const struct session *b)
{
	return a->started_ms != b->started_ms ? a->started_ms < b->started_ms : str_compare(a->id, b->id) < 0;
}

/* Puts the oldest one at `at`, so that the first places hold the oldest in order. */
static void draw_oldest(const struct session **sessions, size_t at, size_t n)
{
	size_t oldest = at;
	for (size_t i = at + 1; i < n; i++)
		if (is_older(sessions[i], sessions[oldest]))
			oldest = i;
	const struct session *drawn = sessions[oldest];
	sessions[oldest] = sessions[at];
	sessions[at] = drawn;
}

struct session_limit_verdict session_limit_decide(struct arena *arena, const struct session_limits *limits,
						  struct str client_id, const struct session *sessions, size_t n)
{
	struct session_limit_verdict verdict = { .refused = false };
	bool in_realm = limits->in_realm > 0 && (int64_t)n >= limits->in_realm;
	const struct session **counted = arena_array(arena, n, sizeof *counted);
	size_t counted_n = 0;
	for (size_t i = 0; i < n; i++)
		if (in_realm || is_at(&sessions[i], client_id))
			counted[counted_n++] = &sessions[i];
	int64_t limit = in_realm ? limits->in_realm : limits->at_client;
	if (!limits->set || limit <= 0 || (int64_t)counted_n < limit)
		return verdict;
	verdict.refused = limits->deny;
	if (limits->deny)
		return verdict;
	verdict.ends = counted;
	verdict.ends_n = counted_n - (size_t)limit + 1;
	for (size_t i = 0; i < verdict.ends_n; i++)
		draw_oldest(counted, i, counted_n);
	return verdict;
}
