/* Routes of the admin API: authentication flows and required actions. */
#include "admin/entity.h"
#include "admin/handlers_authentication.h"
#include "admin/permission.h"
#include "admin/routes.h"
#include "base/limits.h"
#include "base/tables.h"

#define R "/admin/realms/{realm}"

static const struct http_route routes[] = {
	{ HTTP_GET, R "/authentication/flows", admin_flows_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_FLOWS, NULL, NULL },
	{ HTTP_POST, R "/authentication/flows", admin_flows_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/flows/{flow}", admin_flow_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_flow_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/authentication/flows/{flow}", admin_flow_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_flow_get), NULL },
	{ HTTP_DELETE, R "/authentication/flows/{flow}", admin_flow_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, ENTITY(admin_flow_get), NULL },
	{ HTTP_POST, R "/authentication/flows/{alias}/copy", admin_flow_copy, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/flows/{alias}/executions", admin_flow_executions, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_PUT, R "/authentication/flows/{alias}/executions", admin_flow_executions_put, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/flows/{alias}/executions/execution", admin_flow_add_execution, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/flows/{alias}/executions/flow", admin_flow_add_flow, HTTP_WORKER | HTTP_CORS | HTTP_SLASHES, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/executions", admin_executions_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/executions/{execution}", admin_execution_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/authentication/executions/{execution}", admin_execution_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/executions/{execution}/raise-priority", admin_execution_raise, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/executions/{execution}/lower-priority", admin_execution_lower, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/executions/{execution}/config", admin_execution_config_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/executions/{execution}/config/{config}", admin_flow_config_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/config", admin_flow_config_create, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/config/{config}", admin_flow_config_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_flow_config_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/authentication/config/{config}", admin_flow_config_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_flow_config_get), NULL },
	{ HTTP_DELETE, R "/authentication/config/{config}", admin_flow_config_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, ENTITY(admin_flow_config_get), NULL },
	{ HTTP_GET, R "/authentication/config-description/{provider}", admin_config_description, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/per-client-config-description", admin_client_config_descriptions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENT_AUTHENTICATORS, NULL, NULL },
	{ HTTP_GET, R "/authentication/authenticator-providers", admin_authenticators, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/client-authenticator-providers", admin_client_authenticators, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_CLIENT_AUTHENTICATORS, NULL, NULL },
	{ HTTP_GET, R "/authentication/form-action-providers", admin_form_actions, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/form-providers", admin_forms, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/required-actions", admin_actions_list, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_LIST_REQUIRED_ACTIONS, NULL, NULL },
	{ HTTP_GET, R "/authentication/required-actions/{action}", admin_action_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, ENTITY(admin_action_get), NULL },
	{ HTTP_PUT | HTTP_PATCH, R "/authentication/required-actions/{action}", admin_action_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, ENTITY(admin_action_get), NULL },
	{ HTTP_DELETE, R "/authentication/required-actions/{action}", admin_action_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, ENTITY(admin_action_get), NULL },
	{ HTTP_POST, R "/authentication/required-actions/{action}/raise-priority", admin_action_raise, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/required-actions/{action}/lower-priority", admin_action_lower, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/required-actions/{action}/config", admin_action_config_get, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_PUT, R "/authentication/required-actions/{action}/config", admin_action_config_put, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_DELETE, R "/authentication/required-actions/{action}/config", admin_action_config_delete, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/required-actions/{action}/config-description", admin_action_config_description, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
	{ HTTP_POST, R "/authentication/register-required-action", admin_action_register, HTTP_WORKER | HTTP_CORS, LIMIT_ADMIN_JSON, PERMISSION_MANAGE_REALM, NULL, NULL },
	{ HTTP_GET, R "/authentication/unregistered-required-actions", admin_actions_unregistered, HTTP_WORKER | HTTP_CORS, 0, PERMISSION_VIEW_REALM, NULL, NULL },
};

void admin_add_authentication_routes(struct admin *admin, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), admin);
}
