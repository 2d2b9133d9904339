/* Routes of the admin API: users. */
#include "admin/entity.h"
#include "admin/handlers.h"
#include "admin/handlers_users.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"
#define USERS "/admin/realms/{realm}/users"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/users/{user}/consents", admin_user_consents, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/consents/{client}", admin_user_consent_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/offline-sessions/{client}", admin_user_offline_sessions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users", admin_users_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_QUERY_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/count", admin_users_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_QUERY_USERS, NULL, NULL },
	{ HTTP_POST, R "/users", admin_users_create, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}", admin_user_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, ENTITY(admin_user_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/users/{user}", admin_user_put, HTTP_GATE | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_USERS, ENTITY(admin_user_get), NULL },
	{ HTTP_DELETE, R "/users/{user}", admin_user_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, ENTITY(admin_user_get), NULL },
	{ HTTP_PUT, R "/users/{user}/reset-password", admin_user_reset_password, HTTP_GATE | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/execute-actions-email", admin_user_execute_actions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/send-verify-email", admin_user_verify_email, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/reset-password-email", admin_user_reset_password_email, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
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
	{ HTTP_GET, R "/users/{user}/credentials", admin_user_credentials, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/credentials/{credential}", admin_user_credential_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/credentials/{credential}/userLabel", admin_user_credential_label, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/credentials/{credential}/moveToFirst", admin_user_credential_first, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/credentials/{credential}/moveAfter/{previous}", admin_user_credential_after, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/configured-user-storage-credential-types", admin_user_credential_types, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/disable-credential-types", admin_user_credential_types_disable, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/groups", admin_user_groups, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/groups/count", admin_user_groups_count, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users/{user}/groups/{group}", admin_user_group_join, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/groups/{group}", admin_user_group_leave, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/federated-identity", admin_user_identities, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/federated-identity/{provider}", admin_user_identity_add, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_DELETE, R "/users/{user}/federated-identity/{provider}", admin_user_identity_remove, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
	{ HTTP_POST, R "/users/{user}/impersonation", admin_user_impersonate, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_IMPERSONATE, NULL, NULL },
	{ HTTP_GET, R "/users/{user}/unmanagedAttributes", admin_user_unmanaged_attributes, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_GET, USERS "/profile", admin_users_profile_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_SEE_USER_PROFILE, ENTITY(admin_users_profile_get), NULL },
	{ HTTP_GET, USERS "/profile/metadata", admin_users_profile_metadata, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_SEE_USER_PROFILE, NULL, NULL },
	{ HTTP_PUT | HTTP_PATCH, USERS "/profile", admin_users_profile_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_users_profile_get), NULL },
	{ HTTP_GET, R "/users-management-permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_USERS, NULL, NULL },
	{ HTTP_PUT, R "/users-management-permissions", admin_feature_off, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_USERS, NULL, NULL },
};

void admin_add_users_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
