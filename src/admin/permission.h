/* Who may do what: the permission of each route, and the roles that grant it (Keycloak's
 * realm-management roles in the realm itself, `<realm>-realm` roles and `admin` in master). */
#ifndef ADMIN_PERMISSION_H
#define ADMIN_PERMISSION_H

#include "app/bearer.h"
#include "model/roles.h"

enum permission {
	PERMISSION_NONE,
	PERMISSION_LIST_REALMS,  /* any administrator: sees what it may view */
	PERMISSION_CREATE_REALM, /* master's role create-realm */
	PERMISSION_SEE_REALM,    /* any administrator of the realm: its name; the rest takes VIEW_REALM */
	PERMISSION_VIEW_REALM,
	PERMISSION_MANAGE_REALM,
	PERMISSION_VIEW_USERS,
	PERMISSION_QUERY_USERS,  /* that there are some; the rest takes VIEW_USERS */
	PERMISSION_SEE_USER_PROFILE,
	PERMISSION_MANAGE_USERS,
	PERMISSION_IMPERSONATE,
	PERMISSION_LIST_CLIENTS, /* clientIds; the rest takes VIEW_CLIENTS */
	PERMISSION_VIEW_CLIENTS,
	PERMISSION_MANAGE_CLIENTS,
	PERMISSION_LIST_ROLES,   /* those of the realm */
	PERMISSION_VIEW_ROLES,   /* of the realm or of clients; the handler looks which */
	PERMISSION_MANAGE_ROLES, /* alike */
	PERMISSION_LIST_GROUPS,  /* that there are some; the rest takes VIEW_USERS */
	PERMISSION_CREATE_CLIENT, /* by client registration */
	/* Lists that administrators of other things choose from */
	PERMISSION_LIST_FLOWS,
	PERMISSION_LIST_CLIENT_AUTHENTICATORS,
	PERMISSION_LIST_REQUIRED_ACTIONS,
	PERMISSION_VIEW_EVENTS,
	PERMISSION_MANAGE_EVENTS,
	PERMISSION_VIEW_IDENTITY_PROVIDERS,
	PERMISSION_MANAGE_IDENTITY_PROVIDERS,
	PERMISSION_COUNT
};

/* The roles of realm `home` that the holder of a live token has by it; to be found once a request. Of
 * who has the one that grants everything, that alone. False: none. */
bool permission_roles(struct arena *arena, const struct realm *home, const struct bearer *bearer,
		      struct role_set *ret_held);
/* Whether somebody with these roles of `home` has this permission in realm `target` (NULL for those
 * that concern no realm; its id and name alone matter). */
bool permission_granted(struct arena *arena, const struct realm *home, const struct role_set *held,
			const struct realm *target, enum permission permission);
/* The same of a user without a token: one who looks at a page of ours by the session of the browser. */
bool permission_of_user(struct arena *arena, const struct realm *home, const struct user *user,
			const struct realm *target, enum permission permission);

/* Whether somebody with these roles may give (and take) this role of realm `target` to others: roles of
 * administrators, and composites of them, only who has them. */
bool permission_may_give(struct arena *arena, const struct realm *home, const struct role_set *held,
			 const struct realm *target, const struct role *role);
/* Whether roles of that client (NULL: the realm's) are those of administrators, which nobody changes. */
bool permission_guards(const struct realm *target, const struct client *client);

#endif
