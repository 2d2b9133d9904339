/* The table of doors; see doors.h. */
#include "signout/doors.h"

static const struct door_row rows[DOOR_COUNT] = {
#define D(id, door_name, of_whom, what, who, offline_sessions, event_type, words) \
	[DOOR_##id] = { .name = door_name, .event = event_type, .text = words, \
		.whose = DOOR_WHOSE_##of_whom, .ends = DOOR_ENDS_##what, .tells = DOOR_TELLS_##who, \
		.offline = DOOR_OFFLINE_##offline_sessions },
#include "signout/doors.def"
#undef D
};

const struct door_row *door_row(enum door door)
{
	return &rows[door];
}

bool door_of(struct str name, enum door *ret_door)
{
	for (int i = 0; i < DOOR_COUNT; i++) {
		if (!str_eq_z(name, rows[i].name))
			continue;
		*ret_door = (enum door)i;
		return true;
	}
	return false;
}
