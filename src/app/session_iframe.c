/* OpenID Connect Session Management 1.0 section 3.3, as Keycloak's adapters use it: a page
 * that applications frame and ask "is the user still signed in?", and Keycloak's test for
 * browsers that keep cookies from frames.
 *
 * The frame answers from the browser's state cookie (browser.h) without a request. It asks
 * the server first whether this origin is the client's, and again now and then: a session
 * that has ended elsewhere loses its state cookie then. */
#include "app/endpoints.h"

#include "app/browser.h"
#include "app/page.h"
#include "base/log.h"
#include "http/cors.h"
#include "model/redirect.h"

/* Whom a frame of ours obeys is for its script to say: any application may frame it. */
#define FRAME_POLICY "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'"

/* A page for a hidden frame that does nothing but run its script with one value. */
static void show_frame(struct http_request *request, struct http_response *response, struct str script, struct str value)
{
	const struct template_value values[] = {
		{ .name = "resources", .text = page_resources(request) },
		{ .name = "script", .text = script },
		{ .name = "value", .text = value },
	};
	http_respond_bytes(response, 200, "text/html;charset=utf-8",
			   pages_bare(request->arena, "hidden_frame", values, ARRAY_LENGTH(values)));
	response->framable = true;
	http_set_header_z(response, "Content-Security-Policy", FRAME_POLICY);
	http_set_header_z(response, "Cache-Control", "no-cache, must-revalidate, no-transform, no-store");
}

void session_iframe_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	show_frame(request, response, STR("session_iframe"), browser_state_cookie_name(&visit));
	visit_close(&visit);
}

static bool may_ask(struct visit *visit, struct str client_id, struct str origin)
{
	const struct client *client = realm_client_by_client_id(visit->realm, client_id);
	if (!client || !client->enabled || !origin.n)
		return false;
	struct str_list origins = redirect_web_origins(visit->arena, client);
	enum cors_verdict verdict = cors_judge(origin, http_own_origin(visit->request), origins.items, origins.n);
	return verdict == CORS_SAME || verdict == CORS_ALLOWED;
}

/* The state cookie of a session that has ended tells nobody "unchanged" any longer. */
static void forget_dead_session(struct visit *visit)
{
	bool alive;
	struct session session;
	struct user *user;
	struct why why = { "" };
	if (!browser_has_state(visit))
		return;
	enum error_code code = browser_session(visit, &alive, &session, &user, &why);
	if (code != OK)
		log_write(LOG_ERROR, "app", "session iframe: %s", why.text);
	else if (!alive)
		browser_clear_session_cookie(visit);
}

void session_iframe_init_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	const struct params *params;
	struct why why;
	if (endpoint_goes_to_worker(context, request, session_iframe_init_handle) ||
	    !visit_open(&visit, context, request, response))
		return;
	bool may = http_query(request, &params, &why) == OK &&
		   may_ask(&visit, params_value(params, "client_id"), params_value(params, "origin"));
	if (may)
		forget_dead_session(&visit);
	http_respond_empty(response, may ? 204 : 403);
	http_no_store(response);
	visit_close(&visit);
}

void cookie_test_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct str step = http_route_value(request, "step");
	if (!visit_open(&visit, context, request, response))
		return;
	if (str_eq_z(step, "step1.html") || str_eq_z(step, "step2.html"))
		show_frame(request, response, STR("cookie_test"), step);
	else
		http_respond_error_code(response, ERROR_NOT_FOUND);
	visit_close(&visit);
}
