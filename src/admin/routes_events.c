/* Routes of the admin API: what a realm records. */
#include "admin/entity.h"
#include "admin/handlers_events.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/events", admin_events_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_DELETE, R "/events", admin_events_clear, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_GET, R "/events/config", admin_events_config_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, ENTITY(admin_events_config_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/events/config", admin_events_config_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_EVENTS, ENTITY(admin_events_config_get), NULL },
	{ HTTP_GET, R "/admin-events", admin_admin_events_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_DELETE, R "/admin-events", admin_admin_events_clear, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_DELETE, R "/attack-detection/brute-force/users", admin_attack_clear_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/attack-detection/brute-force/users/{user}", admin_attack_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/attack-detection/brute-force/users/{user}", admin_attack_clear, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
};

void admin_add_events_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
