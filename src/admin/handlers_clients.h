/* Handlers of the admin API: parts of clients, and client registration. Private to admin/. */
#ifndef ADMIN_HANDLERS_CLIENTS_H
#define ADMIN_HANDLERS_CLIENTS_H

#include "http/router.h"

http_handler admin_client_secret_rotated_get, admin_client_secret_rotated_delete;
http_handler admin_client_service_account, admin_client_registration_token, admin_client_installation;
http_handler admin_feature_off, admin_authz_not_built, authz_not_built;
http_handler admin_initial_accesses_list, admin_initial_accesses_create, admin_initial_access_delete;
http_handler registration_default_create, registration_default_get, registration_default_put;
http_handler registration_openid_create, registration_openid_get, registration_openid_put;
http_handler registration_saml_create, registration_install_get, registration_client_delete;
http_handler registration_unknown;

#endif
