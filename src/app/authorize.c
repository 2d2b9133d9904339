/* GET and POST /realms/{realm}/protocol/openid-connect/auth: the authorization endpoint
 * (OpenID Connect Core 1.0, section 3.1.2). */
#include "app/login.h"

#include "app/authorize_request.h"
#include "app/browser.h"
#include "app/page.h"
#include "app/pushed.h"
#include "app/request_object.h"
#include "app/request_uri.h"

static enum error_code parse(struct visit *visit, struct authorize_request *ret_request, struct why *reterr_why)
{
	const struct params *params;
	bool post = visit->request->method == HTTP_POST;
	enum error_code code = post ? http_form(visit->request, &params, reterr_why) :
				      http_query(visit->request, &params, reterr_why);
	if (code == OK)
		*ret_request = authorize_request_of(visit, params);
	return code;
}

static enum error_code resolve_reference(struct visit *visit, const struct client *client,
					 struct authorize_request *request, struct why *reterr_why)
{
	struct str text;
	enum error_code code = request_uri_fetch(visit, client, request->request_uri, &text, reterr_why);
	return code == OK ? request_object_open(visit, client, text, request, reterr_why) : code;
}

/* Puts in its place what a request names. Where there is nothing to be put there, it stays for
 * authorize_check to refuse. */
static enum error_code resolve(struct visit *visit, struct authorize_request *request, struct why *reterr_why)
{
	const struct client *client = realm_client_by_client_id(visit->realm, request->client_id);
	struct authorize_request pushed;
	if (!client || request->duplicate.n || (request->request.n && request->request_uri.n))
		return OK;
	if (request->request.n)
		return request_object_open(visit, client, request->request, request, reterr_why);
	if (!pushed_is_named(request->request_uri))
		return resolve_reference(visit, client, request, reterr_why);
	enum error_code code = pushed_find(visit, client, request->request_uri, &pushed, reterr_why);
	if (code != OK)
		return code;
	/* Nothing that the browser adds counts (RFC 9126 section 4). */
	pushed.type_beside = request->response_type;
	*request = pushed;
	return OK;
}

/* False: answered. */
static bool read_request(struct visit *visit, struct entry *entry)
{
	struct why why = { "" };
	enum error_code code = parse(visit, &entry->request, &why);
	if (code != OK) {
		page_error(visit, error_http_status(code), STR("Invalid Request"), STR(""));
		return false;
	}
	if (entry->request.request.n || entry->request.request_uri.n)
		code = resolve(visit, &entry->request, &why);
	if (code == ERROR_NAME_NOT_FOUND || code == ERROR_INVALID_REQUEST_OBJECT) {
		const struct authorize_verdict verdict = { .kind = AUTHORIZE_PAGE, .status = 400,
			.text = STR("Invalid Request"), .event_error = STR("invalid_request"), .reason = str_from(why.text) };
		entry_refuse(visit, entry, &verdict);
	} else if (code != OK) {
		login_failed(visit, code, &why);
	}
	return code == OK;
}

static void answer(struct visit *visit)
{
	struct entry entry = { .protocol = &entry_openid };
	struct authorize_verdict verdict;
	if (!read_request(visit, &entry))
		return;
	visit->ui_locales = entry.request.ui_locales;
	if (!authorize_check(visit->arena, visit->realm, &entry.request, &entry.plan, &verdict)) {
		entry_refuse(visit, &entry, &verdict);
		return;
	}
	entry_proceed(visit, &entry);
}

/* Whether what is asked for is elsewhere, has to be checked by keys that may be elsewhere, or is answered with a
 * key that may have to be made. */
static bool is_elsewhere(struct http_request *request)
{
	const struct params *params;
	bool post = request->method == HTTP_POST;
	enum error_code code = post ? http_form(request, &params, NULL) : http_query(request, &params, NULL);
	return code == OK && (params_count(params, "request_uri") || params_count(params, "request") ||
			      str_ends(params_value(params, "response_mode"), STR("jwt")));
}

/* A browser without a session gets the form at once: nothing is read or committed for it. */
void authorize_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	bool waits = browser_has_session(&visit) || is_elsewhere(request);
	if (waits && request->next_handler != authorize_handle)
		http_hand_over(request, HTTP_QUEUE_WORKER, authorize_handle, context);
	else
		answer(&visit);
	visit_close(&visit);
}
