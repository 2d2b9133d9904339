/* Figures of the store that cost a look at a whole table: counts of deliveries. A thread of its own
 * looks when somebody has asked, and for at most a hundredth of the time, so that the asker
 * never waits and a large table costs no more than a small one. */
#ifndef MAIN_SAMPLER_H
#define MAIN_SAMPLER_H

#include "store/store.h"

struct sampler;

/* Looks when it is first asked. NULL when there is no thread (logged). */
struct sampler *sampler_new(struct store *store);
/* Waits for a look under way. NULL is fine. */
void sampler_free(struct sampler *sampler);
/* What the last look found, and asks for a fresh one. False: there was none yet. Any thread. */
bool sampler_ask(struct sampler *sampler, struct delivery_counts *ret_counts);

#endif
