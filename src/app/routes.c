/* The public routes. */
#include "app/consenting.h"
#include "app/endpoints.h"
#include "app/login.h"
#include "app/logout.h"
#include "base/limits.h"
#include "base/tables.h"
#include "web/pages.h"
#include "http/response.h"

#define OIDC "/realms/{realm}/protocol/openid-connect"

static const struct http_route routes[] = {
	{ HTTP_GET, "/realms/{realm}", realm_info_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/.well-known/openid-configuration", discovery_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, "/.well-known/oauth-authorization-server/realms/{realm}", discovery_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/certs", certs_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/auth", authorize_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/token", token_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/token/introspect", introspect_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/userinfo", userinfo_handle, HTTP_INLINE | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/revoke", revoke_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/logout", logout_handle, HTTP_WORKER | HTTP_CORS, 0, 0, NULL, NULL },
	{ HTTP_POST, OIDC "/logout/logout-confirm", logout_confirm_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET | HTTP_POST, OIDC "/logout/signed-out", logout_news_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/authenticate", authenticate_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/login-actions/authenticate", authenticate_restart, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/required-action", update_password_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/login-status-iframe.html", session_iframe_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/login-status-iframe.html/init", session_iframe_init_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, OIDC "/3p-cookies/{step}", cookie_test_handle, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_POST, "/realms/{realm}/login-actions/consent", consenting_handle, HTTP_WORKER | HTTP_CSRF, 0, 0, NULL, NULL },
	{ HTTP_GET, "/realms/{realm}/login-actions/consent", authenticate_restart, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, "/resources/{file}", resource_handle, HTTP_INLINE, 0, 0, NULL, NULL },
};

void app_add_routes(struct app *app, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), app);
}

bool endpoint_goes_to_worker(struct app *app, struct http_request *request, http_handler *handler)
{
	/* After the hand-over the same handler runs again, on a worker's thread. */
	if (store_is_local(app->store) || request->next_handler == handler)
		return false;
	http_hand_over(request, HTTP_QUEUE_WORKER, handler, app);
	return true;
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
