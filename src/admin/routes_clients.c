/* Routes of the admin API: clients. */
#include "admin/handlers.h"
#include "admin/handlers_clients.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/clients", admin_clients_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients", admin_clients_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-description-converter", admin_client_describe, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}", admin_client_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/clients/{client}", admin_client_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}", admin_client_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/client-secret", admin_client_secret_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/client-secret", admin_client_secret_renew, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/client-secret/rotated", admin_client_secret_rotated_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/client-secret/rotated", admin_client_secret_rotated_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/service-account-user", admin_client_service_account, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/registration-access-token", admin_client_registration_token, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/installation/providers/{provider}", admin_client_installation, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/certificates/{attribute}", admin_client_certificate_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/certificates/{attribute}/generate", admin_client_certificate_generate, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/certificates/{attribute}/generate-and-download", admin_client_certificate_make, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/certificates/{attribute}/upload", admin_client_certificate_upload, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/certificates/{attribute}/upload-certificate", admin_client_certificate_upload_public, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/certificates/{attribute}/download", admin_client_certificate_download, HTTP_GATE | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/management/permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/clients/{client}/management/permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-types", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/client-types", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/authz/{rest...}", admin_authz_not_built, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST | HTTP_PUT | HTTP_DELETE, R "/clients/{client}/authz/{rest...}", admin_authz_not_built, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/nodes", admin_client_nodes_create, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/nodes/{node}", admin_client_node_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/test-nodes-available", admin_client_test_nodes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/push-revocation", admin_client_push_revocation, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/session-count", admin_client_session_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/offline-session-count", admin_client_offline_session_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/user-sessions", admin_client_user_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/offline-sessions", admin_client_offline_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
};

void admin_add_clients_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
