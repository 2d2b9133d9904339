/* Writing a part of a realm's configuration: decide on a snapshot, commit at its version, look
 * again when somebody was quicker. Roles, groups, client scopes, mappers, components, flows go
 * through here; clients through client_change.h, which loads them in full. Private to admin/. */
#ifndef ADMIN_REALM_CHANGE_H
#define ADMIN_REALM_CHANGE_H

#include "admin/call.h"

struct realm_change {
	/* Adds what is to change, by call->realm as it is now, and the admin event. False: answered,
	 * nothing is written. May be called again, with a newer realm. */
	bool (*decide)(struct admin_call *call, void *context, struct effects *effects);
	void *context;
	/* What a 409 says when the store finds a name taken (ERROR_EXISTS); NULL: the store's reason. */
	struct str (*conflict)(struct admin_call *call, void *context);
};

/* True: committed; whoever gets the realm from now on finds it changed, and the handler answers.
 * False: answered. */
bool realm_change(struct admin_call *call, const struct realm_change *change);

#endif
