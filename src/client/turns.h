/* Whose turn it is: requests that wait, a queue for each host, hosts served in turn.
 *
 * Not thread-safe; the client's thread alone uses it. Costs the same however many wait: a
 * host with a thousand requests behind its limit is not looked at until one has finished. */
#ifndef CLIENT_TURNS_H
#define CLIENT_TURNS_H

#include "base/str.h"

struct turns;
struct turns_host;

/* Something that waits; embedded in it. */
struct turn {
	struct str host_key;     /* "https://app.example.org:8443"; lives as long as the turn */
	struct turns_host *host; /* from turns_add to turns_done */
	struct turn *next;
};

/* No more than max_running in all and max_per_host for one key between turns_next and
 * turns_done. */
struct turns *turns_new(size_t max_running, size_t max_per_host);
/* Frees it; nothing waits or runs any more. NULL is fine. */
void turns_free(struct turns *turns);
/* Appends to its host's queue. */
void turns_add(struct turns *turns, struct turn *turn);
/* The next that may run now (it counts as running), or NULL. */
struct turn *turns_next(struct turns *turns);
/* What turns_next gave has finished. */
void turns_done(struct turns *turns, struct turn *turn);
/* The next that waits, whether it may run or not (it does not count as running), or NULL. */
struct turn *turns_drop(struct turns *turns);
/* How many run, how many wait. */
size_t turns_running(const struct turns *turns);
size_t turns_waiting(const struct turns *turns);

#endif
