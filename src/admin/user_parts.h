/* Writing what a user holds: roles, memberships, credentials. Private to admin/. */
#ifndef ADMIN_USER_PARTS_H
#define ADMIN_USER_PARTS_H

#include "admin/user_rep.h"
#include "model/user_change.h"

/* The admin event of a change: "users/" + id + tail. */
struct user_part_event {
	const char *operation, *resource;
	struct str tail;
};

/* Commits the change of that user with its event. False: answered; STALE (the user is gone) is 404. */
bool user_part_write(struct admin_call *call, const struct user_change *change, const struct user_part_event *event);

/* Leaves those links with identity providers that the realm has: a link may be stored before its
 * provider. False: answered. */
bool user_identities_of_providers(struct admin_call *call, struct user *user);

#endif
