/* The clients that are owed notices, as the outbox's thread knows them: each one's queue is a
 * lane with its breaker and what is under way to it.
 *
 * Not thread-safe. The memory that it takes rises with the number of clients that are owed
 * something, not with that of deliveries: those wait in the store. */
#ifndef OUTBOX_LANES_H
#define OUTBOX_LANES_H

#include "outbox/breaker.h"
#include "outbox/share.h"
#include "store/store.h"

struct flight; /* flight.h */

/* What several lanes share: a host, a realm. */
struct lane_group {
	struct lane_group *next; /* in its bucket */
	size_t lanes, under_way;
	size_t index, round; /* its place in the counts of one share_out */
	uint64_t hash;
	size_t key_n;
	char key[];
};

enum { LANE_REASON_MAX = 300 };

struct lane {
	struct arena *arena; /* of this struct and its texts */
	struct str client_id, realm_id;
	struct lane_group *host, *realm;
	struct breaker breaker;
	size_t under_way;
	struct flight *flights;      /* these */
	int64_t due_ms, last_due_ms; /* as store_list_lanes said; due_ms INT64_MAX: nothing known */
	bool owed;                   /* the last look found rows */
	bool hurry;                  /* what waits is to be made due: the client answers again */
	bool pull;                   /* rows lie ahead, since the clock was set back */
	bool expire;                 /* a breaker is open: rows in front may be past their time */
	int64_t realm_version;       /* of the realm that target was read from; -1: not yet */
	uint64_t target;             /* hash of URL and CA; 0: not known */
	size_t reason_n;
	char reason[LANE_REASON_MAX]; /* of the last failure */
};

struct lanes;

struct lanes *lanes_new(void);
/* NULL is fine. Nothing is under way any more. */
void lanes_free(struct lanes *lanes);

/* Takes what the store said (ascending by client_id, as store_list_lanes gives it). Lanes that
 * are owed nothing and have nothing under way are forgotten. */
void lanes_update(struct lanes *lanes, const struct store_lane *found, size_t n);
/* All of them, by client_id. Valid until the next lanes_update. */
struct lane **lanes_all(struct lanes *lanes, size_t *ret_n);
/* The client's lane; a new one where none is known, of which nothing is owed yet. Ends what
 * lanes_all gave. */
struct lane *lanes_join(struct lanes *lanes, struct str client_id, struct str realm_id);
/* NULL when it is not known. */
struct lane *lanes_find(struct lanes *lanes, struct str client_id);
/* Where the client is reached: the origin of its URL; empty: several or not known. */
void lanes_set_host(struct lanes *lanes, struct lane *lane, struct str origin);
/* Counts a delivery to the lane as under way, and not any more. */
void lane_began(struct lane *lane);
void lane_ended(struct lane *lane);
/* How long until the lane's next delivery may go, in milliseconds; 0: now, as far as it knows. */
int64_t lane_pause_ms(const struct lane *lane, int64_t now_ms, int64_t now_mono_ms);

/* Whom a claim may ask for how much: fills share's lanes, in the order of ret_lanes, and shares
 * `room` out between them. In `arena`. */
void lanes_share(struct lanes *lanes, struct arena *arena, size_t room, int64_t now_ms, int64_t now_mono_ms,
		 struct share *ret_share, struct lane ***ret_lanes);

struct lanes_figures {
	size_t lanes, open_breakers;
};
struct lanes_figures lanes_figures(const struct lanes *lanes);

#endif
