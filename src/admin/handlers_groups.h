/* Handlers of the admin API: groups. Private to admin/. */
#ifndef ADMIN_HANDLERS_GROUPS_H
#define ADMIN_HANDLERS_GROUPS_H

#include "http/router.h"

http_handler admin_groups_list, admin_groups_count, admin_groups_create, admin_group_by_path;
http_handler admin_group_get, admin_group_put, admin_group_delete, admin_group_permissions;
http_handler admin_group_children, admin_group_members;
http_handler admin_group_roles_all, admin_group_roles, admin_group_roles_available, admin_group_roles_composite;
http_handler admin_group_roles_add, admin_group_roles_remove;
http_handler admin_default_groups, admin_default_group_add, admin_default_group_remove;

#endif
