/* Refresh rotation: one chain of refresh tokens a sign-in. Pure.
 *
 * Each sign-in of a client begins a chain with an id of its own (claim `reuse_id`, as
 * Keycloak calls it); each refresh gives the chain's next token (claim `gen`). So two tabs or
 * devices that entered by the same session refresh each for itself, and only a token of the
 * same chain can be a replay. Tokens without a reuse_id, given while the realm did not
 * rotate, share the one chain in the client session's own fields. */
#ifndef MODEL_ROTATION_H
#define MODEL_ROTATION_H

#include "base/arena.h"
#include "model/session.h"

/* Chains that a client's part of a session holds. The one not used for longest goes when
 * another begins: its tokens are refused from then on, and are no replay. */
enum { ROTATION_CHAINS = 32 };

/* Where a refresh token stands. */
struct refresh_place {
	struct str reuse_id; /* empty: given without rotation */
	int64_t generation;
};

/* A chain's state; false: there is no such chain (any more). An empty id has always one. */
bool rotation_find(const struct client_session *part, struct str reuse_id,
		   struct refresh_chain *ret_chain);
/* Begins a chain of that id (not empty), dropping the one not used for longest when there are
 * too many. The lists of `part` are replaced, never written into. */
void rotation_begin(struct arena *arena, struct client_session *part, struct str reuse_id);
/* Counts a use of the token that stands there; its chain exists. */
void rotation_use(struct arena *arena, struct client_session *part, const struct refresh_place *place);

/* Generation of the first token of a sign-in that begins no chain: later than what was used
 * last and than what was given for it, so that none of before becomes good again. */
int64_t rotation_unchained(const struct client_session *part);

#endif
