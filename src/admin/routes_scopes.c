/* Routes of the admin API: client scopes, protocol mappers, scope mappings, example tokens. */
#include "admin/entity.h"
#include "admin/handlers_scopes.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/client-scopes", admin_scopes_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-scopes", admin_scopes_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}", admin_scope_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/client-scopes/{scope}", admin_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_DELETE, R "/client-scopes/{scope}", admin_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_GET, R "/client-templates", admin_scopes_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-templates", admin_scopes_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-templates/{scope}", admin_scope_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/client-templates/{scope}", admin_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_DELETE, R "/client-templates/{scope}", admin_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_scope_get), NULL },
	{ HTTP_GET, R "/default-default-client-scopes", admin_realm_default_scopes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/default-default-client-scopes/{scope}", admin_realm_default_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/default-default-client-scopes/{scope}", admin_realm_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/default-client-scopes", admin_client_default_scopes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/clients/{client}/default-client-scopes/{scope}", admin_client_default_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/default-client-scopes/{scope}", admin_client_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/default-optional-client-scopes", admin_realm_optional_scopes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/default-optional-client-scopes/{scope}", admin_realm_optional_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/default-optional-client-scopes/{scope}", admin_realm_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/optional-client-scopes", admin_client_optional_scopes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/clients/{client}/optional-client-scopes/{scope}", admin_client_optional_scope_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/optional-client-scopes/{scope}", admin_client_scope_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/protocol-mappers/models", admin_mappers_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/protocol-mappers/models", admin_mappers_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/protocol-mappers/models/{mapper}", admin_mapper_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/clients/{client}/protocol-mappers/models/{mapper}", admin_mapper_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_DELETE, R "/clients/{client}/protocol-mappers/models/{mapper}", admin_mapper_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_POST, R "/clients/{client}/protocol-mappers/add-models", admin_mappers_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/protocol-mappers/protocol/{protocol}", admin_mappers_of_protocol, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings", admin_scope_mappings_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/realm", admin_scope_mappings, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/realm/available", admin_scope_mappings_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/realm/composite", admin_scope_mappings_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/scope-mappings/realm", admin_scope_mappings_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/scope-mappings/realm", admin_scope_mappings_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/clients/{container}", admin_scope_mappings, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/clients/{container}/available", admin_scope_mappings_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/scope-mappings/clients/{container}/composite", admin_scope_mappings_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/scope-mappings/clients/{container}", admin_scope_mappings_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/scope-mappings/clients/{container}", admin_scope_mappings_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/protocol-mappers/models", admin_mappers_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-scopes/{scope}/protocol-mappers/models", admin_mappers_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/protocol-mappers/models/{mapper}", admin_mapper_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/client-scopes/{scope}/protocol-mappers/models/{mapper}", admin_mapper_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_DELETE, R "/client-scopes/{scope}/protocol-mappers/models/{mapper}", admin_mapper_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, ENTITY(admin_mapper_get), NULL },
	{ HTTP_POST, R "/client-scopes/{scope}/protocol-mappers/add-models", admin_mappers_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/protocol-mappers/protocol/{protocol}", admin_mappers_of_protocol, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings", admin_scope_mappings_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/realm", admin_scope_mappings, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/realm/available", admin_scope_mappings_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/realm/composite", admin_scope_mappings_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-scopes/{scope}/scope-mappings/realm", admin_scope_mappings_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/client-scopes/{scope}/scope-mappings/realm", admin_scope_mappings_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/clients/{container}", admin_scope_mappings, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/clients/{container}/available", admin_scope_mappings_available, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-scopes/{scope}/scope-mappings/clients/{container}/composite", admin_scope_mappings_composite, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-scopes/{scope}/scope-mappings/clients/{container}", admin_scope_mappings_add, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/client-scopes/{scope}/scope-mappings/clients/{container}", admin_scope_mappings_remove, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/protocol-mappers", admin_evaluate_mappers, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/scope-mappings/{container}/granted", admin_evaluate_granted, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/scope-mappings/{container}/not-granted", admin_evaluate_not_granted, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/generate-example-access-token", admin_evaluate_access_token, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/generate-example-id-token", admin_evaluate_id_token, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/generate-example-userinfo", admin_evaluate_userinfo, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/evaluate-scopes/generate-example-saml-response", admin_evaluate_saml, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
};

void admin_add_scopes_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
