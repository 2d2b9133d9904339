/* The routes of the admin API: all areas, and those of the unix socket alone. */
#include "admin/routes.h"

#include "admin/handlers.h"
#include "admin/permission.h"
#include "base/tables.h"
#include "store/import.h"

void admin_add_routes(struct admin *admin, struct http_router *router)
{
	admin_add_realms_routes(admin, router);
	admin_add_events_routes(admin, router);
	admin_add_components_routes(admin, router);
	admin_add_clients_routes(admin, router);
	admin_add_registration_routes(admin, router);
	admin_add_users_routes(admin, router);
	admin_add_signouts_routes(admin, router);
	admin_add_scopes_routes(admin, router);
	admin_add_roles_routes(admin, router);
	admin_add_groups_routes(admin, router);
	admin_add_authentication_routes(admin, router);
	admin_add_identity_providers_routes(admin, router);
}

static const struct http_route local_routes[] = {
	{ HTTP_POST, "/admin/local/import", admin_local_import, HTTP_WORKER | HTTP_STREAM_BODY, STORE_IMPORT_MAX, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_POST, "/admin/local/plan", admin_local_plan, HTTP_WORKER | HTTP_STREAM_BODY, STORE_IMPORT_MAX, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/local/progress/{job}", admin_local_progress, HTTP_INLINE, 0, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_POST, "/admin/local/backup", admin_local_backup, HTTP_WORKER, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/local/schema", admin_local_schema, HTTP_INLINE, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/local/check", admin_local_check, HTTP_WORKER, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_local_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, local_routes, ARRAY_LENGTH(local_routes), admin);
}
