/* Handlers of the admin API: parts of users. Private to admin/. */
#ifndef ADMIN_HANDLERS_USERS_H
#define ADMIN_HANDLERS_USERS_H

#include "http/router.h"

/* user_roles.c; each serves the realm's roles and, where the route has a {client}, the client's. */
http_handler admin_user_roles_all, admin_user_roles, admin_user_roles_available, admin_user_roles_composite;
http_handler admin_user_roles_add, admin_user_roles_remove;

#endif
