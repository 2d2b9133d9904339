/* How long sessions and tokens live, as realm and client set it. Pure.
 *
 * A limit of 0 in a client's or realm's client-session setting means "the session's own";
 * remember-me variants of 0 mean "as without". Where a realm no longer remembers, remembered
 * sessions are over. */
#ifndef MODEL_LIFE_H
#define MODEL_LIFE_H

#include "model/realm.h"
#include "model/session.h"
#include "model/user.h"

enum life_end {
	LIFE_ALIVE,
	LIFE_IDLE,    /* not used for longer than the idle timeout */
	LIFE_MAXIMUM, /* older than its maximum lifespan */
	LIFE_ENDED,   /* started before an epoch of the realm, the client or the user */
};

/* Idle timeout and maximum lifespan of a session, in seconds; maximum INT64_MAX: none. */
struct life_limits {
	int64_t idle_s, maximum_s;
};
struct life_limits life_of_session(const struct realm_settings *realm, bool offline, bool remember_me);
/* The same for one client's part, never longer than the session's. */
struct life_limits life_of_client_session(const struct realm_settings *realm,
					  const struct client *client, bool offline,
					  bool remember_me);

/* Whether a session lives at now_ms. `user` may be NULL (the row's `ended` tells of its
 * epoch too). */
enum life_end life_of(const struct realm *realm, const struct user *user,
		      const struct session *session, int64_t now_ms);
/* The limits alone, whatever has been ordered: ALIVE, IDLE or MAXIMUM. */
enum life_end life_expiry(const struct realm *realm, const struct session *session, int64_t now_ms);
/* The same for one client's part in a live session. */
enum life_end life_of_part(const struct realm *realm, const struct client *client,
			   const struct session *session, const struct client_session *part,
			   int64_t now_ms);

/* Second at which the session ends at the latest; without a maximum, unless it is used again before. */
int64_t life_session_expires_s(const struct realm *realm, const struct session *session);

/* Lifespan of an access token issued now: the client's attribute access.token.lifespan (-1:
 * until the session's maximum, where it has one), else the realm's; never beyond the
 * session's maximum. `session` may be NULL (no session). */
int64_t life_access_token_s(const struct realm *realm, const struct client *client,
			    const struct session *session, int64_t now_ms);
/* The same of tokens that leave by the browser without a code: the realm's lifespan for the implicit
 * flow, whatever the client says. */
int64_t life_implicit_token_s(const struct realm *realm, const struct session *session, int64_t now_ms);
/* Lifespan of a refresh token issued now; 0: it does not expire by itself (an offline
 * token in a realm without an offline maximum). */
int64_t life_refresh_token_s(const struct realm *realm, const struct client *client,
			     const struct session *session, const struct client_session *part,
			     int64_t now_ms);

/* Whether a realm that is disabled still serves its discovery document and its keys: for an hour after
 * its sessions were ended, while it `owes` somebody notice of that. One that is enabled does. */
bool life_serves_keys(const struct realm *realm, bool owes, int64_t now_ms);
enum { LIFE_KEYS_SERVED_MS = 3600 * 1000 };

/* The largest not-before of realm, client and user (user may be NULL), seconds. */
int64_t life_not_before_s(const struct realm *realm, const struct client *client,
			  const struct user *user);

#endif
