/* Routes of the admin API: users. */
#include "admin/handlers.h"
#include "admin/handlers_users.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/users/{user}/consents", admin_user_consents, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/consents/{client}", admin_user_consent_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/offline-sessions/{client}", admin_user_offline_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users", admin_users_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/count", admin_users_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/users", admin_users_create, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}", admin_user_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}", admin_user_put, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}", admin_user_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/reset-password", admin_user_reset_password, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/logout", admin_user_logout, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/sessions", admin_user_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings", admin_user_roles_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/realm", admin_user_roles, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/realm/available", admin_user_roles_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/realm/composite", admin_user_roles_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/role-mappings/realm", admin_user_roles_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/role-mappings/realm", admin_user_roles_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/clients/{client}", admin_user_roles, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/clients/{client}/available", admin_user_roles_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/role-mappings/clients/{client}/composite", admin_user_roles_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/role-mappings/clients/{client}", admin_user_roles_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/role-mappings/clients/{client}", admin_user_roles_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
};

void admin_add_users_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
