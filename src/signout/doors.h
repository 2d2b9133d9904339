/* The doors: the table of all ways in which a session can end (doors.def). */
#ifndef SIGNOUT_DOORS_H
#define SIGNOUT_DOORS_H

#include "base/str.h"

enum door {
#define D(id, name, whose, ends, tells, offline, event, text) DOOR_##id,
#include "signout/doors.def"
#undef D
	DOOR_COUNT
};

/* ONE session, or a mass door's many. */
enum door_whose {
	DOOR_WHOSE_ONE,
	DOOR_WHOSE_REALM,
	DOOR_WHOSE_REMEMBERED,
	DOOR_WHOSE_CLIENT,
	DOOR_WHOSE_USER,
};
enum door_ends { DOOR_ENDS_SESSION, DOOR_ENDS_CLIENT };
enum door_tells { DOOR_TELLS_EVERYBODY, DOOR_TELLS_LAST_ENDS };
enum door_offline { DOOR_OFFLINE_SURVIVES, DOOR_OFFLINE_ASKED, DOOR_OFFLINE_ENDS, DOOR_OFFLINE_ITSELF };

struct door_row {
	const char *name, *event, *text;
	enum door_whose whose;
	enum door_ends ends;
	enum door_tells tells;
	enum door_offline offline;
};

/* The row of a door; static storage. */
const struct door_row *door_row(enum door door);
/* By `name`, as receipts store it; false when there is none. */
bool door_of(struct str name, enum door *ret_door);

#endif
