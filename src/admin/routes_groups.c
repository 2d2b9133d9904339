/* Routes of the admin API: groups, their members and roles, and those that new users are put in. */
#include "admin/handlers_groups.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"
#define VIEW(path, handler, permission) \
	{ HTTP_GET, R path, handler, HTTP_WORKER | HTTP_CORS, 0, permission, NULL, NULL }
#define CHANGE(method, path, handler, permission) \
	{ method, R path, handler, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, permission, NULL, NULL }
/* The group's roles of one container at `path`. */
#define ROLES(path) \
	VIEW(path, admin_group_roles, PERMISSION_VIEW_USERS), \
		VIEW(path "/available", admin_group_roles_available, PERMISSION_VIEW_USERS), \
		VIEW(path "/composite", admin_group_roles_composite, PERMISSION_VIEW_USERS), \
		CHANGE(HTTP_POST, path, admin_group_roles_add, PERMISSION_MANAGE_USERS), \
		CHANGE(HTTP_DELETE, path, admin_group_roles_remove, PERMISSION_MANAGE_USERS)

static const struct http_route routes[] = {
	VIEW("/groups", admin_groups_list, PERMISSION_LIST_GROUPS),
	CHANGE(HTTP_POST, "/groups", admin_groups_create, PERMISSION_MANAGE_USERS),
	VIEW("/groups/count", admin_groups_count, PERMISSION_LIST_GROUPS),
	VIEW("/groups/{group}", admin_group_get, PERMISSION_VIEW_USERS),
	CHANGE(HTTP_PUT, "/groups/{group}", admin_group_put, PERMISSION_MANAGE_USERS),
	CHANGE(HTTP_DELETE, "/groups/{group}", admin_group_delete, PERMISSION_MANAGE_USERS),
	VIEW("/groups/{group}/children", admin_group_children, PERMISSION_VIEW_USERS),
	CHANGE(HTTP_POST, "/groups/{group}/children", admin_groups_create, PERMISSION_MANAGE_USERS),
	VIEW("/groups/{group}/members", admin_group_members, PERMISSION_VIEW_USERS),
	VIEW("/groups/{group}/role-mappings", admin_group_roles_all, PERMISSION_VIEW_USERS),
	ROLES("/groups/{group}/role-mappings/realm"),
	ROLES("/groups/{group}/role-mappings/clients/{client}"),
	VIEW("/groups/{group}/management/permissions", admin_group_permissions, PERMISSION_VIEW_USERS),
	CHANGE(HTTP_PUT, "/groups/{group}/management/permissions", admin_group_permissions, PERMISSION_MANAGE_USERS),
	{ HTTP_GET, R "/group-by-path/{path...}", admin_group_by_path, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	VIEW("/default-groups", admin_default_groups, PERMISSION_VIEW_REALM),
	CHANGE(HTTP_PUT, "/default-groups/{group}", admin_default_group_add, PERMISSION_MANAGE_REALM),
	CHANGE(HTTP_DELETE, "/default-groups/{group}", admin_default_group_remove, PERMISSION_MANAGE_REALM),
};

void admin_add_groups_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
