/* How many sessions a user may have, as the realm's flow sets it (Keycloak's execution
 * user-session-limits): the sign-in is refused, or the oldest sessions end. Pure. */
#ifndef LOGIN_SESSION_LIMIT_H
#define LOGIN_SESSION_LIMIT_H

#include "model/realm.h"
#include "model/session.h"

struct session_limit_verdict {
	bool refused;
	const struct session **ends; /* the oldest, as many as are too many */
	size_t ends_n;
};

/* One more session, at this client (its id), beside `sessions`: the user's living ones, with
 * clients. The realm's limit is looked at first; where both are exceeded the realm's
 * counts, as in Keycloak. */
struct session_limit_verdict session_limit_decide(struct arena *arena, const struct session_limits *limits,
						  struct str client_id, const struct session *sessions, size_t n);

#endif
