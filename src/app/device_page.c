/* /realms/{realm}/device: the page on which the user types what the device shows (RFC 8628 section 3.3),
 * and /device/status, the page at the end. */
#include "app/device.h"

#include "app/events.h"
#include "app/guesses.h"
#include "app/language.h"
#include "app/login.h"
#include "app/page.h"
#include "oidc/device.h"
#include "store/pending.h"

static void show(struct visit *visit, int status, const char *error)
{
	const struct template_value values[] = {
		{ .name = "action", .text = language_keep(visit, visit_url(visit, "/device")) },
		{ .name = "error", .message = error },
	};
	page_show(visit, status, "device", values, ARRAY_LENGTH(values));
}

static void refuse(struct visit *visit, int status, const char *error, const char *reason)
{
	struct event event = event_new(visit, "OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR");
	event_emit_error(visit, &event, STR("invalid_oauth2_user_code"), str_from(reason));
	show(visit, status, error);
}

static void go_on(struct visit *visit, const struct pending_grant *grant, struct str code)
{
	struct entry entry;
	struct authorize_verdict verdict;
	struct str shown = device_user_code_shown(visit->arena, code);
	struct event event = event_new(visit, "OAUTH2_DEVICE_VERIFY_USER_CODE");
	bool good = entry_device_make(visit, grant, shown, &entry, &verdict);
	event.client_id = entry.request.client_id;
	event_detail(visit, &event, "scope", grant->scope);
	if (good) {
		event_emit(visit, &event);
		entry_proceed(visit, &entry);
		return;
	}
	event.type = STR("OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR");
	event_emit_error(visit, &event, verdict.event_error, verdict.text);
	page_error(visit, verdict.status, verdict.text, STR(""));
}

static void verify(struct visit *visit, struct str typed)
{
	struct why why = { "" };
	struct pending_grant grant;
	struct str realm_id = visit->realm->settings.id, code = device_user_code_typed(visit->arena, typed);
	bool expired;
	if (!guesses_left(visit)) {
		refuse(visit, 429, "deviceTooManyTries", "too many wrong codes from this address");
		return;
	}
	enum error_code found = ERROR_NAME_NOT_FOUND;
	if (code.n)
		found = store_find_pending_typed(visit->app->store, visit->arena, realm_id,
						 device_user_code_hash(visit->arena, realm_id, code), &grant, &why);
	if (found == ERROR_NAME_NOT_FOUND) {
		guesses_wrong(visit);
		refuse(visit, 200, "deviceInvalidCode", "device code not found (it may already have been used)");
		return;
	}
	if (found != OK) {
		login_failed(visit, found, &why);
		return;
	}
	const char *reason = device_judge_code(&grant, visit->now_ms, &expired);
	if (reason)
		refuse(visit, 200, expired ? "deviceExpiredCode" : "deviceInvalidCode", reason);
	else
		go_on(visit, &grant, code);
}

void device_page_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	const struct params *params;
	bool post = request->method == HTTP_POST;
	if (!visit_open(&visit, context, request, response))
		return;
	enum error_code code = post ? http_form(request, &params, NULL) : http_query(request, &params, NULL);
	struct str typed = code == OK ? params_value(params, post ? "device_user_code" : "user_code") : STR("");
	if (code != OK)
		page_error(&visit, error_http_status(code), STR("Invalid Request"), STR(""));
	else if (typed.n)
		verify(&visit, typed);
	else
		show(&visit, 200, NULL);
	visit_close(&visit);
}

void device_status_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	const struct params *params;
	if (!visit_open(&visit, context, request, response))
		return;
	struct str error = http_query(request, &params, NULL) == OK ? params_value(params, "error") : STR("?");
	const char *text = !error.n ? "deviceDone" :
			   str_eq_z(error, "access_denied") ? "deviceDenied" :
			   str_eq_z(error, "expired_token") ? "deviceExpiredCode" : "deviceFailed";
	const struct template_value values[] = {
		{ .name = "title", .message = error.n ? "deviceFailedTitle" : "deviceDoneTitle" },
		{ .name = "text", .message = text },
		{ .name = "again", .text = error.n ? language_keep(&visit, visit_url(&visit, "/device")) : STR("") },
	};
	page_show(&visit, 200, "device_status", values, ARRAY_LENGTH(values));
	visit_close(&visit);
}
