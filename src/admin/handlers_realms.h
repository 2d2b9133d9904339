/* Handlers of what hangs on a realm: caches, texts, client policies, partial import and export,
 * and of what the server is. Private to admin/. */
#ifndef ADMIN_HANDLERS_REALMS_H
#define ADMIN_HANDLERS_REALMS_H

#include "http/router.h"

http_handler admin_server_info, admin_registration_policies, admin_whoami;
http_handler admin_clear_realm_cache, admin_clear_user_cache, admin_credential_registrators;
http_handler admin_locales_list, admin_locale_get, admin_locale_post, admin_locale_delete;
http_handler admin_locale_text_get, admin_locale_text_put, admin_locale_text_delete;
http_handler admin_client_profiles_get, admin_client_profiles_put;
http_handler admin_client_policies_get, admin_client_policies_put;
http_handler admin_mail_test; /* mail_test.c */
http_handler admin_partial_export, admin_partial_import;

#endif
