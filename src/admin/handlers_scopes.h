/* Handlers of the admin API: client scopes, protocol mappers, scope mappings, and what comes of
 * them. Private to admin/. */
#ifndef ADMIN_HANDLERS_SCOPES_H
#define ADMIN_HANDLERS_SCOPES_H

#include "http/router.h"

/* scopes.c */
http_handler admin_scopes_list, admin_scopes_create, admin_scope_get, admin_scope_put, admin_scope_delete;
/* scope_links.c: the scopes that new clients get, and those of one client */
http_handler admin_realm_default_scopes, admin_realm_optional_scopes, admin_realm_default_scope_put;
http_handler admin_realm_optional_scope_put, admin_realm_scope_delete;
http_handler admin_client_default_scopes, admin_client_optional_scopes, admin_client_default_scope_put;
http_handler admin_client_optional_scope_put, admin_client_scope_delete;
/* mappers.c: of the client or client scope that the route names */
http_handler admin_mappers_list, admin_mappers_create, admin_mappers_add, admin_mappers_of_protocol;
http_handler admin_mapper_get, admin_mapper_put, admin_mapper_delete;
/* scope_mappings.c: of either, roles of the realm or of the route's {container} */
http_handler admin_scope_mappings_all, admin_scope_mappings, admin_scope_mappings_available;
http_handler admin_scope_mappings_composite, admin_scope_mappings_add, admin_scope_mappings_remove;
/* evaluate.c, evaluate_tokens.c: what a client would get */
http_handler admin_evaluate_mappers, admin_evaluate_granted, admin_evaluate_not_granted;
http_handler admin_evaluate_access_token, admin_evaluate_id_token, admin_evaluate_userinfo, admin_evaluate_saml;

#endif
