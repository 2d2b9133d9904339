/* Sessions, and orders to end them, that lie ahead since the clock was set back: brought to the
 * present, so that nobody has to wait until the time comes again (struct store_ahead). */
#ifndef OUTBOX_AHEAD_H
#define OUTBOX_AHEAD_H

#include "outbox/outbox.h"
#include "outbox/steps.h"

/* Notes the clocks in `steps`, which nobody else uses, tells the log of steps, and does what is to do
 * after one back and after the start. Once a second or so. */
void ahead_keep(const struct outbox_config *config, struct steps *steps);

#endif
