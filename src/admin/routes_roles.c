/* Routes of the admin API: roles of the realm, of clients, and both by id. */
#include "admin/handlers_roles.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"
#define VIEW(path, handler, permission) \
	{ HTTP_GET, R path, handler, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, permission, NULL, NULL }
#define CHANGE(method, path, handler, permission) \
	{ method, R path, handler, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, permission, NULL, NULL }
/* One role at `path`: what may be asked of it, and changed. */
#define ROLE(path, view, manage) \
	VIEW(path, admin_role_get, view), CHANGE(HTTP_PUT, path, admin_role_put, manage), \
		CHANGE(HTTP_DELETE, path, admin_role_delete, manage), \
		VIEW(path "/composites", admin_role_composites, view), \
		CHANGE(HTTP_POST, path "/composites", admin_role_composites_add, manage), \
		CHANGE(HTTP_DELETE, path "/composites", admin_role_composites_remove, manage), \
		VIEW(path "/composites/realm", admin_role_composites_of_realm, view), \
		VIEW(path "/composites/clients/{container}", admin_role_composites_of_client, view), \
		VIEW(path "/management/permissions", admin_role_permissions, view), \
		CHANGE(HTTP_PUT, path "/management/permissions", admin_role_permissions, manage)
#define HOLDERS(path, view) \
	VIEW(path "/users", admin_role_users, view), VIEW(path "/groups", admin_role_groups, view)

static const struct http_route routes[] = {
	VIEW("/roles", admin_roles_list, PERMISSION_LIST_ROLES),
	CHANGE(HTTP_POST, "/roles", admin_roles_create, PERMISSION_MANAGE_REALM),
	ROLE("/roles/{role}", PERMISSION_VIEW_REALM, PERMISSION_MANAGE_REALM),
	HOLDERS("/roles/{role}", PERMISSION_VIEW_REALM),
	VIEW("/clients/{client}/roles", admin_roles_list, PERMISSION_VIEW_CLIENTS),
	CHANGE(HTTP_POST, "/clients/{client}/roles", admin_roles_create, PERMISSION_MANAGE_CLIENTS),
	ROLE("/clients/{client}/roles/{role}", PERMISSION_VIEW_CLIENTS, PERMISSION_MANAGE_CLIENTS),
	HOLDERS("/clients/{client}/roles/{role}", PERMISSION_VIEW_CLIENTS),
	ROLE("/roles-by-id/{id}", PERMISSION_VIEW_ROLES, PERMISSION_MANAGE_ROLES),
};

void admin_add_roles_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
