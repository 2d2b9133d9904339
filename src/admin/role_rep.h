/* Roles as routes name them and as bodies describe them. A route names a role by {id}, by {role} in the
 * realm, or by {role} in a {client}. Private to admin/. */
#ifndef ADMIN_ROLE_REP_H
#define ADMIN_ROLE_REP_H

#include "admin/call.h"
#include "model/role_change.h"

/* The route's container: its {client}, or the realm (NULL). `manage`: for a change of roles, which those
 * of administrators do not allow. False: answered. */
bool role_rep_container(struct admin_call *call, bool manage, const struct client **ret_client);
/* The route's role, which the caller may view, or manage. False: answered. */
bool role_rep_find(struct admin_call *call, bool manage, const struct role **ret_role);
/* NULL: the container has none of that name. */
const struct role *role_rep_named(const struct realm *realm, const struct client *client, struct str name);

/* The body over `rep`: name and description are what it says, attributes where it has some. False:
 * answered. */
bool role_rep_read(struct admin_call *call, struct role_rep *rep);

/* REALM_ROLE or CLIENT_ROLE. */
const char *role_rep_resource(const struct client *client);

#endif
