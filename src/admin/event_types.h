/* The events that Keycloak 26.7 stores when a realm names none, in its order. Private to admin/. */
#ifndef ADMIN_EVENT_TYPES_H
#define ADMIN_EVENT_TYPES_H

#include "base/str.h"

extern const struct str event_types[];
extern const size_t event_types_n;

#endif
