/* The public routes. */
#include "app/account.h"
#include "app/ciba.h"
#include "app/consenting.h"
#include "app/device.h"
#include "app/endpoints.h"
#include "app/login.h"
#include "app/logout.h"
#include "app/owed.h"
#include "app/pushed.h"
#include "base/limits.h"
#include "base/tables.h"
#include "web/pages.h"
#include "http/response.h"

#define ACCOUNT "/realms/{realm}/account"
#define SAML "/realms/{realm}/protocol/saml"
#define OIDC "/realms/{realm}/protocol/openid-connect"

static const struct http_route routes[] = {
	{ HTTP_GET, "/realms/{realm}", realm_info_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/.well-known/openid-configuration", discovery_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, "/.well-known/oauth-authorization-server/realms/{realm}", discovery_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/certs", certs_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/auth", authorize_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/ext/par/request", pushed_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/ext/ciba/auth", ciba_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/ext/ciba/auth/callback", ciba_callback_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/auth/device", device_authorize_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, "/realms/{realm}/device", device_page_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/device/status", device_status_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/token", token_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/token/introspect", introspect_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/userinfo", userinfo_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/revoke", revoke_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/logout", logout_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/logout/logout-confirm", logout_confirm_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/logout/signed-out", logout_news_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, SAML, saml_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, SAML "/resolve", saml_resolve_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, SAML "/descriptor", saml_descriptor_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, SAML "/continue", owed_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, SAML "/clients/{name}", saml_idp_initiated, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/authenticate", authenticate_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/login-actions/authenticate", authenticate_restart, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/required-action", update_password_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/login-actions/action-token", action_token_show, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/action-token", action_token_perform, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/login-status-iframe.html", session_iframe_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/login-status-iframe.html/init", session_iframe_init_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/3p-cookies/{step}", cookie_test_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/consent", consenting_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/login-actions/consent", authenticate_restart, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, ACCOUNT, account_handle, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_PROFILE, NULL, NULL },
	{ HTTP_POST, ACCOUNT, account_profile_put, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/credentials", account_credentials_list, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_PROFILE, NULL, NULL },
	{ HTTP_PUT, ACCOUNT "/credentials/{credential}/label", account_credential_label, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_DELETE, ACCOUNT "/credentials/{credential}", account_credential_delete, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/resources", account_resources, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_PROFILE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/resources/{a}", account_resources, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_PROFILE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/resources/{a}/{b}", account_resources, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_PROFILE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/sessions", account_sessions_list, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_DELETE, ACCOUNT "/sessions", account_sessions_end, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/sessions/devices", account_devices_list, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_DELETE, ACCOUNT "/sessions/{session}", account_session_end, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/applications", account_applications_list, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_APPLICATIONS, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/applications/{client}/consent", account_consent_get, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_CONSENT, NULL, NULL },
	{ HTTP_POST | HTTP_PUT, ACCOUNT "/applications/{client}/consent", account_consent_put, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE_CONSENT, NULL, NULL },
	{ HTTP_DELETE, ACCOUNT "/applications/{client}/consent", account_consent_delete, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_MANAGE_CONSENT, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/groups", account_groups_get, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_VIEW_GROUPS, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/linked-accounts", account_links_get, HTTP_WORKER | HTTP_CORS, 0, ACCOUNT_LINKS, NULL, NULL },
	{ HTTP_GET, ACCOUNT "/supportedLocales", account_locales_get, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, ACCOUNT "/sign-out", account_page_sign_out, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_POST, ACCOUNT "/remove-access", account_page_remove_access, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/clients-managements/register-node", register_node_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/clients-managements/unregister-node", unregister_node_handle, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, "/resources/{realm}/{type}/{locale}", message_bundle_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, "/resources/{file}", resource_handle, HTTP_INLINE, 0, 0, NULL, NULL },
};

void app_add_routes(struct app *app, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), app);
}

bool endpoint_waits(struct app *app, struct http_request *request, http_handler *handler, bool waits)
{
	/* After the hand-over the same handler runs again, on a worker's thread. */
	if ((store_is_local(app->store) && !waits) || request->next_handler == handler)
		return false;
	http_hand_over(request, HTTP_QUEUE_WORKER, handler, app);
	return true;
}

bool endpoint_goes_to_worker(struct app *app, struct http_request *request, http_handler *handler)
{
	return endpoint_waits(app, request, handler, false);
}

void resource_handle(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	const struct pages_file *file = pages_file(http_route_value(request, "file"));
	if (!file) {
		http_respond_error_code(response, ERROR_NOT_FOUND);
		return;
	}
	http_respond_bytes(response, 200, file->content_type, file->body);
	http_set_header_z(response, "Cache-Control", "public, max-age=3600");
}
