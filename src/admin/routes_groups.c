/* Routes of the admin API: groups, their members and roles, and those that new users are put in. */
#include "admin/entity.h"
#include "admin/handlers_groups.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/groups", admin_groups_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_GROUPS, NULL, NULL },
	{ HTTP_POST, R "/groups", admin_groups_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/count", admin_groups_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_GROUPS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}", admin_group_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, ENTITY(admin_group_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/groups/{group}", admin_group_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_USERS, ENTITY(admin_group_get), NULL },
	{ HTTP_DELETE, R "/groups/{group}", admin_group_delete, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_USERS, ENTITY(admin_group_get), NULL },
	{ HTTP_GET, R "/groups/{group}/children", admin_group_children, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/groups/{group}/children", admin_groups_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/members", admin_group_members, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings", admin_group_roles_all, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/realm", admin_group_roles, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/realm/available", admin_group_roles_available,
	  HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/realm/composite", admin_group_roles_composite,
	  HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/groups/{group}/role-mappings/realm", admin_group_roles_add,
	  HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/groups/{group}/role-mappings/realm", admin_group_roles_remove,
	  HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/clients/{client}", admin_group_roles, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/clients/{client}/available", admin_group_roles_available,
	  HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/role-mappings/clients/{client}/composite", admin_group_roles_composite,
	  HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/groups/{group}/role-mappings/clients/{client}", admin_group_roles_add,
	  HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/groups/{group}/role-mappings/clients/{client}", admin_group_roles_remove,
	  HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/groups/{group}/management/permissions", admin_group_permissions, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_PUT, R "/groups/{group}/management/permissions", admin_group_permissions,
	  HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/group-by-path/{path...}", admin_group_by_path, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/default-groups", admin_default_groups, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_PUT, R "/default-groups/{group}", admin_default_group_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/default-groups/{group}", admin_default_group_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_groups_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
