/* Handlers of the admin API: authentication flows and required actions. Private to admin/. */
#ifndef ADMIN_HANDLERS_AUTHENTICATION_H
#define ADMIN_HANDLERS_AUTHENTICATION_H

#include "http/router.h"

/* flows.c */
http_handler admin_flows_list, admin_flows_create, admin_flow_get, admin_flow_put, admin_flow_delete;
/* flow_copy.c */
http_handler admin_flow_copy;
/* flow_executions.c: of the flow that the route's {alias} names */
http_handler admin_flow_executions, admin_flow_executions_put, admin_flow_add_execution, admin_flow_add_flow;
/* flow_execution.c: one, by its id */
http_handler admin_executions_create, admin_execution_get, admin_execution_delete;
http_handler admin_execution_raise, admin_execution_lower;
/* flow_configs.c */
http_handler admin_execution_config_create, admin_flow_config_create, admin_flow_config_get;
http_handler admin_flow_config_put, admin_flow_config_delete;
/* authentication_lists.c: what there is to build flows of */
http_handler admin_authenticators, admin_client_authenticators, admin_form_actions, admin_forms;
http_handler admin_config_description, admin_client_config_descriptions;
/* authentication_actions.c */
http_handler admin_actions_list, admin_action_get, admin_action_put, admin_action_delete;
http_handler admin_action_raise, admin_action_lower, admin_action_register, admin_actions_unregistered;
http_handler admin_action_config_get, admin_action_config_put, admin_action_config_delete;
http_handler admin_action_config_description;

#endif
