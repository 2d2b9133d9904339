/* Handlers of the admin API. Private to admin/. */
#ifndef ADMIN_HANDLERS_H
#define ADMIN_HANDLERS_H

#include "http/router.h"

/* Calls of features that are off: 501. */
http_handler admin_feature_off;
http_handler admin_realms_list, admin_realms_create, admin_realm_get, admin_realm_delete;
http_handler admin_realm_put, admin_realm_logout_all, admin_realm_export;
http_handler admin_client_describe;
http_handler admin_clients_list, admin_clients_create, admin_client_get, admin_client_put;
http_handler admin_client_nodes_create, admin_client_node_delete, admin_client_test_nodes;
http_handler admin_client_push_revocation, admin_realm_push_revocation;
http_handler admin_client_session_count, admin_client_offline_session_count;
http_handler admin_client_user_sessions, admin_client_offline_sessions;
http_handler admin_client_session_stats, admin_user_offline_sessions;
http_handler admin_user_consents, admin_user_consent_delete;
http_handler admin_client_delete, admin_client_secret_get, admin_client_secret_renew;
http_handler admin_users_list, admin_users_count, admin_users_create, admin_user_get, admin_user_put;
http_handler admin_user_delete, admin_user_reset_password, admin_user_logout, admin_user_sessions;
http_handler admin_session_delete, admin_sessions_list;
http_handler admin_signouts_list, admin_signout_get, admin_signout_retry, admin_signout_cancel;
http_handler admin_signout_coverage, admin_doctor, admin_client_test_logout;
http_handler admin_console_root, admin_console_home, admin_console;
http_handler operator_page, operator_page_order, operator_page_back;
http_handler admin_local_import, admin_local_progress, admin_local_check;
http_handler admin_local_plan, admin_local_backup, admin_local_schema;

#endif
