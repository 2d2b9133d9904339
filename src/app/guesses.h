/* How often somebody may be wrong about a short code that another person was shown (RFC 8628 section
 * 5.1): twenty times at once from an address, then four times a minute.
 *
 * Counted in memory, by each process for itself: a few nodes allow a few times as much, of twenty to
 * the power of eight. Of IPv6 addresses the network counts (64 bits). */
#ifndef APP_GUESSES_H
#define APP_GUESSES_H

#include "app/visit.h"

/* False: this address has to wait. */
bool guesses_left(const struct visit *visit);
/* Somebody there was wrong. */
void guesses_wrong(const struct visit *visit);

#endif
