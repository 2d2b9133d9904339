/* Routes of the admin API: components and keys. What makes keys waits in the queue of the gate. */
#include "admin/entity.h"
#include "admin/handlers_components.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/components", admin_components_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/components", admin_components_create, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/components/{component}", admin_component_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_component_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/components/{component}", admin_component_put, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_component_get), NULL },
	{ HTTP_DELETE, R "/components/{component}", admin_component_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, ENTITY(admin_component_get), NULL },
	{ HTTP_GET, R "/components/{component}/sub-component-types", admin_component_types, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/keys", admin_keys_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
};

void admin_add_components_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
