/* The routes of the admin API, each with the permission it needs. */
#include "admin/admin.h"

#include "admin/handlers.h"
#include "base/limits.h"
#include "base/tables.h"
#include "admin/permission.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, "/admin/realms", admin_realms_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_REALMS, NULL, NULL },
	{ HTTP_POST, "/admin/realms", admin_realms_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_GET, R, admin_realm_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_PUT, R, admin_realm_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R, admin_realm_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/logout-all", admin_realm_logout_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/clients", admin_clients_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients", admin_clients_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/client-description-converter", admin_client_describe, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}", admin_client_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_PUT, R "/clients/{client}", admin_client_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}", admin_client_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/client-secret", admin_client_secret_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/client-secret", admin_client_secret_renew, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/nodes", admin_client_nodes_create, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_DELETE, R "/clients/{client}/nodes/{node}", admin_client_node_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/test-nodes-available", admin_client_test_nodes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/push-revocation", admin_client_push_revocation, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/session-count", admin_client_session_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/offline-session-count", admin_client_offline_session_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/user-sessions", admin_client_user_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/clients/{client}/offline-sessions", admin_client_offline_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/client-session-stats", admin_client_session_stats, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/push-revocation", admin_realm_push_revocation, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
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
	{ HTTP_DELETE, R "/sessions/{session}", admin_session_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/sessions", admin_sessions_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/events", admin_events_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_GET, R "/signouts", admin_signouts_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_GET, R "/signouts/{signout}", admin_signout_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/retry", admin_signout_retry, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/cancel", admin_signout_cancel, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/deliveries/{delivery}/retry", admin_signout_retry, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_POST, R "/signouts/{signout}/deliveries/{delivery}/cancel", admin_signout_cancel, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_EVENTS, NULL, NULL },
	{ HTTP_GET, "/admin/{realm}/signouts", operator_page, HTTP_WORKER, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_POST, "/admin/{realm}/signouts", operator_page_order, HTTP_WORKER | HTTP_CSRF, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, "/admin/{home}/console/signouts/{realm}", operator_page_back, HTTP_WORKER, 0, PERMISSION_NONE, NULL, NULL },
	{ HTTP_GET, R "/signout-coverage", admin_signout_coverage, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/doctor", admin_doctor, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_POST, R "/clients/{client}/test-logout", admin_client_test_logout, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_CLIENTS, NULL, NULL },
	{ HTTP_GET, R "/export", admin_realm_export, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}

static const struct http_route local_routes[] = {
	{ HTTP_POST, "/admin/local/import", admin_local_import, HTTP_WORKER | HTTP_STREAM_BODY, LIMIT_IMPORT, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/local/import/{job}", admin_local_import_get, HTTP_INLINE, 0, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/local/check", admin_local_check, HTTP_WORKER, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_local_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, local_routes, ARRAY_LENGTH(local_routes), admin);
}
