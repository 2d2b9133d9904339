/* Who may send next: the room that there is, shared between realms, hosts and clients. Pure.
 *
 * Realms take turns, and within a realm its clients, one delivery at a time, until the room
 * is used up or nobody may have more. A realm gets at most SHARE_PER_REALM, a host
 * SHARE_PER_HOST, a client half of that (breaker.h), so that a few silent hosts cannot take
 * all the room there is. */
#ifndef OUTBOX_SHARE_H
#define OUTBOX_SHARE_H

#include "base/arena.h"

enum {
	SHARE_ALL = 1024,      /* deliveries under way in all */
	SHARE_PER_REALM = 768,
	SHARE_PER_HOST = 128,
};

/* A client that has something due. */
struct share_lane {
	size_t realm, host; /* which of the counts below are its */
	size_t wants;       /* what its breaker allows */
	size_t ret_gets;
};

struct share {
	struct share_lane *lanes;
	size_t lanes_n;
	size_t *realms, *hosts; /* deliveries of each that are under way; raised by what is given */
	size_t realms_n, hosts_n;
	size_t room;            /* deliveries that may start in all */
	uint64_t turn;          /* another one each time: who begins, where the room is short */
};

/* Fills ret_gets of every lane. */
void share_out(struct arena *arena, struct share *share);

#endif
