/* Routes of the admin API: roles of the realm, of clients, and both by id. */
#include "admin/entity.h"
#include "admin/handlers.h"
#include "admin/handlers_roles.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/roles", admin_roles_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_ROLES, NULL, NULL },
	{ HTTP_POST, R "/roles", admin_roles_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}", admin_role_get, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_REALM, ENTITY(admin_role_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/roles/{role}", admin_role_put, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_REALM, ENTITY(admin_role_get), NULL },
	{ HTTP_DELETE, R "/roles/{role}", admin_role_delete, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_REALM, ENTITY(admin_role_get), NULL },
	{ HTTP_GET, R "/roles/{role}/composites", admin_role_composites, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/roles/{role}/composites", admin_role_composites_add,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/roles/{role}/composites", admin_role_composites_remove,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}/composites/realm", admin_role_composites_of_realm,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}/composites/clients/{container}", admin_role_composites_of_client,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_PUT, R "/roles/{role}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}/users", admin_role_users, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/roles/{role}/groups", admin_role_groups, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles", admin_roles_list, HTTP_WORKER | HTTP_CORS, 0,
	  PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/roles", admin_roles_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}", admin_role_get, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_CLIENTS, ENTITY(admin_role_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/clients/{client}/roles/{role}", admin_role_put,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_role_get), NULL },
	{ HTTP_DELETE, R "/clients/{client}/roles/{role}", admin_role_delete,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_role_get), NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/composites", admin_role_composites,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/roles/{role}/composites", admin_role_composites_add,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/roles/{role}/composites", admin_role_composites_remove,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/composites/realm", admin_role_composites_of_realm,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/composites/clients/{container}", admin_role_composites_of_client,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/clients/{client}/roles/{role}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/users", admin_role_users, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/roles/{role}/groups", admin_role_groups, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/roles-by-id/{id}", admin_role_get, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_ROLES, ENTITY(admin_role_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/roles-by-id/{id}", admin_role_put, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_ROLES, ENTITY(admin_role_get), NULL },
	{ HTTP_DELETE, R "/roles-by-id/{id}", admin_role_delete, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON,
	  PERMISSION_MANAGE_ROLES, ENTITY(admin_role_get), NULL },
	{ HTTP_GET, R "/roles-by-id/{id}/composites", admin_role_composites, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0,
	  PERMISSION_VIEW_ROLES, NULL, NULL },
	{ HTTP_POST, R "/roles-by-id/{id}/composites", admin_role_composites_add,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_ROLES, NULL, NULL },
	{ HTTP_DELETE, R "/roles-by-id/{id}/composites", admin_role_composites_remove,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_ROLES, NULL, NULL },
	{ HTTP_GET, R "/roles-by-id/{id}/composites/realm", admin_role_composites_of_realm,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_ROLES, NULL, NULL },
	{ HTTP_GET, R "/roles-by-id/{id}/composites/clients/{container}", admin_role_composites_of_client,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_ROLES, NULL, NULL },
	{ HTTP_GET, R "/roles-by-id/{id}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_ROLES, NULL, NULL },
	{ HTTP_PUT, R "/roles-by-id/{id}/management/permissions", admin_feature_off,
	  HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_ROLES, NULL, NULL },
};

void admin_add_roles_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
