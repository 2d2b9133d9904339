/* What an operator has to hear of: event LOGOUT_ERROR, in the store and as a line of the log. */
#ifndef OUTBOX_TROUBLE_H
#define OUTBOX_TROUBLE_H

#include "outbox/flight.h"

/* For a flight that has been judged: an event when the delivery is given up, and at its first
 * failure for a certificate that is not trusted (nothing but an operator's hand helps then);
 * NULL otherwise. In the flight's arena. Writes the log's line and counts it. */
struct event *trouble_of(const struct outbox_config *config, struct flight *flight);
/* The event of a delivery that becomes what `update` says, in the arena. Writes the log's line and
 * counts it. */
struct event *trouble_event(const struct outbox_config *config, struct arena *arena,
			    const struct delivery *delivery, const struct effect_delivery_update *update);

#endif
