/* Handlers of the admin API: parts of users. Private to admin/. */
#ifndef ADMIN_HANDLERS_USERS_H
#define ADMIN_HANDLERS_USERS_H

#include "http/router.h"

/* user_roles.c; each serves the realm's roles and, where the route has a {client}, the client's. */
http_handler admin_user_roles_all, admin_user_roles, admin_user_roles_available, admin_user_roles_composite;
http_handler admin_user_roles_add, admin_user_roles_remove;
/* user_credentials.c */
http_handler admin_user_credentials, admin_user_credential_delete, admin_user_credential_label;
http_handler admin_user_credential_first, admin_user_credential_after;
http_handler admin_user_credential_types, admin_user_credential_types_disable;
/* user_groups.c */
http_handler admin_user_groups, admin_user_groups_count, admin_user_group_join, admin_user_group_leave;
/* user_identities.c */
http_handler admin_user_identities, admin_user_identity_add, admin_user_identity_remove;
/* user_profiles.c */
http_handler admin_users_profile_get, admin_users_profile_put, admin_users_profile_metadata;
http_handler admin_user_unmanaged_attributes;
/* impersonation.c */
http_handler admin_user_impersonate;

/* user_mail.c */
http_handler admin_user_execute_actions, admin_user_verify_email, admin_user_reset_password_email;

#endif
