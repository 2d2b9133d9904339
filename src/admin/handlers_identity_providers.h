/* Handlers of the admin API: identity providers, and what of Keycloak's federation is not here.
 * Private to admin/. */
#ifndef ADMIN_HANDLERS_IDENTITY_PROVIDERS_H
#define ADMIN_HANDLERS_IDENTITY_PROVIDERS_H

#include "http/router.h"

/* identity_providers.c */
http_handler admin_identity_providers_list, admin_identity_providers_create, admin_identity_provider_get;
http_handler admin_identity_provider_put, admin_identity_provider_delete;
/* identity_provider_kinds.c */
http_handler admin_identity_provider_kind, admin_identity_provider_mapper_types;
http_handler admin_identity_provider_export, admin_identity_provider_reload_keys;
/* identity_provider_mappers.c */
http_handler admin_identity_provider_mappers, admin_identity_provider_mappers_create;
http_handler admin_identity_provider_mapper_get, admin_identity_provider_mapper_put;
http_handler admin_identity_provider_mapper_delete;
/* identity_provider_import.c */
http_handler admin_identity_provider_import;
/* identity_provider_not_built.c */
http_handler admin_organizations, admin_user_storage_name, admin_user_storage_sync, admin_user_storage_forget;
http_handler admin_user_storage_mapper;
http_handler admin_ldap_test, admin_ldap_capabilities;

#endif
