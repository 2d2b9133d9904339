/* Routes of the admin API: realms and their sessions. */
#include "admin/entity.h"
#include "admin/handlers.h"
#include "admin/handlers_realms.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, "/admin/realms", admin_realms_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_REALMS, NULL, NULL },
	{ HTTP_POST, "/admin/realms", admin_realms_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_CREATE_REALM, NULL, NULL },
	{ HTTP_GET, R, admin_realm_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_SEE_REALM, NULL, NULL },
	{ HTTP_PUT | HTTP_PATCH, R, admin_realm_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R, admin_realm_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/logout-all", admin_realm_logout_all, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/client-session-stats", admin_client_session_stats, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/push-revocation", admin_realm_push_revocation, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/sessions/{session}", admin_session_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/sessions", admin_sessions_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/clear-realm-cache", admin_clear_realm_cache, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/clear-keys-cache", admin_clear_realm_cache, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/clear-user-cache", admin_clear_user_cache, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/clear-crl-cache", admin_clear_user_cache, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/credential-registrators", admin_credential_registrators, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/client-registration-policy/providers", admin_registration_policies, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/localization", admin_locales_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_SEE_REALM, NULL, NULL },
	{ HTTP_GET, R "/localization/{locale}", admin_locale_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_SEE_REALM, NULL, NULL },
	{ HTTP_POST, R "/localization/{locale}", admin_locale_post, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/localization/{locale}", admin_locale_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/localization/{locale}/{key}", admin_locale_text_get, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_SEE_REALM, NULL, NULL },
	{ HTTP_PUT, R "/localization/{locale}/{key}", admin_locale_text_put, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/localization/{locale}/{key}", admin_locale_text_delete, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/client-policies/profiles", admin_client_profiles_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_client_profiles_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/client-policies/profiles", admin_client_profiles_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_client_profiles_get), NULL },
	{ HTTP_GET, R "/client-policies/policies", admin_client_policies_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_client_policies_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/client-policies/policies", admin_client_policies_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_client_policies_get), NULL },
	{ HTTP_POST, R "/testSMTPConnection", admin_mail_test, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/partial-export", admin_partial_export, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/partialImport", admin_partial_import, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, "/admin/serverinfo", admin_server_info, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_REALMS, NULL, NULL },
	{ HTTP_GET, "/admin/{realm}/console/whoami", admin_whoami, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_REALMS, NULL, NULL },
	{ HTTP_GET, R "/export", admin_realm_export, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
};

void admin_add_realms_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
