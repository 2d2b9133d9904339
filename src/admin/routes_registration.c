/* Routes of client registration: the public part, and what administrators hand out for it. */
#include "admin/handlers_clients.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"
#define C "/realms/{realm}/clients-registrations"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/clients-initial-access", admin_initial_accesses_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients-initial-access", admin_initial_accesses_create, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients-initial-access/{id}", admin_initial_access_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, C "/default", registration_default_create, HTTP_WORKER | HTTP_CORS, LIMIT_FORM, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, C "/default/{client_id}", registration_default_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_PUT, C "/default/{client_id}", registration_default_put, HTTP_WORKER | HTTP_CORS, LIMIT_FORM, PERMISSION_NONE, NULL, NULL },
	{ HTTP_DELETE, C "/default/{client_id}", registration_client_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_POST, C "/openid-connect", registration_openid_create, HTTP_WORKER | HTTP_CORS, LIMIT_FORM, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, C "/openid-connect/{client_id}", registration_openid_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_PUT, C "/openid-connect/{client_id}", registration_openid_put, HTTP_WORKER | HTTP_CORS, LIMIT_FORM, PERMISSION_NONE, NULL, NULL },
	{ HTTP_DELETE, C "/openid-connect/{client_id}", registration_client_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_POST, C "/saml2-entity-descriptor", registration_saml_create, HTTP_WORKER | HTTP_CORS, LIMIT_FORM, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, C "/install/{client_id}", registration_install_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_DELETE, C "/{provider}", registration_unknown, HTTP_WORKER, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_DELETE, "/realms/{realm}/authz/{rest...}", authz_not_built, HTTP_INLINE, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/.well-known/uma2-configuration", authz_not_built, HTTP_INLINE, 0, PERMISSION_NONE, NULL, NULL },
};

void admin_add_registration_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
