/* Events of an endpoint: built, logged in Keycloak's format, stored where the realm wants.
 *
 * LOGIN, LOGOUT and every *_ERROR are stored always; with the realm's eventsEnabled also
 * what its list names (an empty list: all). */
#ifndef APP_EVENTS_H
#define APP_EVENTS_H

#include "app/visit.h"

/* An event of this visit: type, realm, address and time are filled in. */
struct event event_new(const struct visit *visit, const char *type);
/* Adds a detail; an empty value is left out, a long one is cut. */
void event_detail(const struct visit *visit, struct event *event, const char *name, struct str value);
/* Whether the realm stores this type. */
bool event_is_stored(const struct realm *realm, struct str type);

/* For events that belong to a transaction: adds it to `effects` when it is stored. Call
 * event_log after the commit. */
void event_add(const struct visit *visit, const struct event *event, struct effects *effects);
/* The log line (WARN for errors, DEBUG otherwise) and the metric. */
void event_log(const struct visit *visit, const struct event *event);
/* For events that stand alone: logs, and stores in the background when it is stored. */
void event_emit(const struct visit *visit, const struct event *event);
/* event_emit of an error: type + "_ERROR" is the caller's; `error` as Keycloak names it,
 * `reason` in words (may be empty). */
void event_emit_error(const struct visit *visit, struct event *event, struct str error, struct str reason);

#endif
