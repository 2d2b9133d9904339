/* Routes of the admin API: identity providers; organizations, user storage and LDAP, which are not here. */
#include "admin/entity.h"
#include "admin/handlers.h"
#include "admin/handlers_clients.h"
#include "admin/handlers_identity_providers.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/identity-provider/instances", admin_identity_providers_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_POST, R "/identity-provider/instances", admin_identity_providers_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}", admin_identity_provider_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/identity-provider/instances/{provider}", admin_identity_provider_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_get), NULL },
	{ HTTP_DELETE, R "/identity-provider/instances/{provider}", admin_identity_provider_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_get), NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/export", admin_identity_provider_export, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/mapper-types", admin_identity_provider_mapper_types, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/reload-keys", admin_identity_provider_reload_keys, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/mappers", admin_identity_provider_mappers, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_POST, R "/identity-provider/instances/{provider}/mappers", admin_identity_provider_mappers_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/mappers/{mapper}", admin_identity_provider_mapper_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_mapper_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/identity-provider/instances/{provider}/mappers/{mapper}", admin_identity_provider_mapper_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_mapper_get), NULL },
	{ HTTP_DELETE, R "/identity-provider/instances/{provider}/mappers/{mapper}", admin_identity_provider_mapper_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_IDENTITY_PROVIDERS, ENTITY(admin_identity_provider_mapper_get), NULL },
	{ HTTP_GET, R "/identity-provider/providers/{kind}", admin_identity_provider_kind, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_POST, R "/identity-provider/upload-certificate", admin_certificate_read, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/identity-provider/instances/{provider}/management/permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_PUT, R "/identity-provider/instances/{provider}/management/permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_POST, R "/identity-provider/import-config", admin_identity_provider_import, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_IDENTITY_PROVIDERS, NULL, NULL },
	{ HTTP_GET, R "/organizations", admin_organizations, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/organizations", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/organizations", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/organizations", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/organizations/{a}", admin_organizations, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/organizations/{a}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/organizations/{a}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/organizations/{a}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/organizations/{a}/{b}", admin_organizations, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/organizations/{a}/{b}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/organizations/{a}/{b}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/organizations/{a}/{b}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/organizations/{a}/{b}/{c}", admin_organizations, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/organizations/{a}/{b}/{c}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/organizations/{a}/{b}/{c}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/organizations/{a}/{b}/{c}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/organizations/{a}/{b}/{c}/{d}", admin_organizations, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/organizations/{a}/{b}/{c}/{d}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/organizations/{a}/{b}/{c}/{d}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/organizations/{a}/{b}/{c}/{d}", admin_organizations, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/user-storage/{component}/name", admin_user_storage_name, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/user-storage/{component}/sync", admin_user_storage_sync, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/user-storage/{component}/remove-imported-users", admin_user_storage_forget, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/user-storage/{component}/unlink-users", admin_user_storage_forget, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/user-storage/{component}/mappers/{mapper}/sync", admin_user_storage_mapper, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/testLDAPConnection", admin_ldap_test, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/ldap-server-capabilities", admin_ldap_capabilities, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_identity_providers_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
