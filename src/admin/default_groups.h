/* The groups that new users are put in: part of the realm's own row, as paths. Private to admin/. */
#ifndef ADMIN_DEFAULT_GROUPS_H
#define ADMIN_DEFAULT_GROUPS_H

#include "admin/call.h"

/* For a change of `group`, within a realm_change: those of the realm's default groups that are it or below
 * it follow it to its new path (as struct group has it), or are none any more (`path` empty). False:
 * answered. */
bool default_groups_follow(struct admin_call *call, const struct group *group, struct str path,
			   struct effects *effects);

#endif
