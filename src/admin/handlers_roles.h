/* Handlers of the admin API: roles. Private to admin/. */
#ifndef ADMIN_HANDLERS_ROLES_H
#define ADMIN_HANDLERS_ROLES_H

#include "http/router.h"

http_handler admin_roles_list, admin_roles_create;
http_handler admin_role_get, admin_role_put, admin_role_delete;
http_handler admin_role_composites, admin_role_composites_of_realm, admin_role_composites_of_client;
http_handler admin_role_composites_add, admin_role_composites_remove;
http_handler admin_role_users, admin_role_groups;

#endif
