/* Requests of clients; see client_request.h. */
#include "app/client_request.h"

#include "app/client_assertion.h"
#include "base/log.h"
#include "base/text.h"
#include "http/cors.h"
#include "oidc/client_assertion.h"
#include "model/redirect.h"

enum { ADAPTER_LIMIT = 255 }; /* bytes */

struct str client_request_value(const struct client_request *r, const char *name)
{
	return params_value(r->form, name);
}

struct str client_request_adapter_value(const struct client_request *r, const char *name)
{
	struct text text = text_new(r->visit->arena, ADAPTER_LIMIT);
	text_add_clean(&text, client_request_value(r, name), ADAPTER_LIMIT);
	return text_str(&text);
}

void client_request_fail(struct client_request *r, enum error_code code, struct str text, struct str reason)
{
	event_emit_error(r->visit, &r->event, str_from(error_event(code)), reason.n ? reason : text);
	http_respond_error(r->visit->response, error_http_status(code), str_from(error_oauth(code)),
			   text.n ? text : str_from(error_text(code)));
	if (error_http_status(code) == 401)
		http_set_header_z(r->visit->response, "WWW-Authenticate", "Basic realm=\"curfew\"");
	http_no_store(r->visit->response);
}

void client_request_refuse(struct client_request *r, int status, struct str error, struct str text)
{
	event_emit_error(r->visit, &r->event, error, text);
	http_respond_error(r->visit->response, status, error, text);
	http_no_store(r->visit->response);
}

void client_request_broken(struct client_request *r, enum error_code code, const struct why *why)
{
	log_write(LOG_ERROR, "app", "%.*s: %s: %s", STR_ARG(r->visit->request->path), error_name(code), why->text);
	http_respond_error_code(r->visit->response, code);
	if (error_http_status(code) == 503)
		http_set_header_z(r->visit->response, "Retry-After", "1");
	http_no_store(r->visit->response);
}

static struct client_auth presented(const struct client_request *r)
{
	struct str header = http_header(r->visit->request, "Authorization");
	struct client_auth auth = {
		.client_id = client_request_value(r, "client_id"),
		.client_secret = client_request_value(r, "client_secret"),
		.has_secret = params_count(r->form, "client_secret") > 0,
		.assertion_type = client_request_value(r, "client_assertion_type"),
		.assertion = client_request_value(r, "client_assertion"),
		.now_s = r->visit->now_ms / 1000,
	};
	if (str_eq_nocase(str_take(header, 6), STR("Basic ")))
		auth.basic = str_trim(str_drop(header, 6));
	return auth;
}

bool client_request_waits(struct http_request *request)
{
	const struct params *form;
	if (http_form(request, &form, NULL) != OK)
		return false;
	return params_count(form, "client_assertion") > 0 || params_count(form, "client_assertion_type") > 0;
}

/* False: answered. */
static bool authenticate(struct client_request *r, bool may_repeat)
{
	struct visit *visit = r->visit;
	struct why why = { "" };
	struct client_auth auth = presented(r);
	auth.may_repeat = may_repeat;
	enum error_code code = client_assertion_is_presented(&auth) ?
		client_assertion_check(visit, &auth, &r->event, &r->client, &why) :
		client_auth_check(visit->arena, visit->realm, &auth, &r->client, &why);
	r->event.client_id = r->client ? r->client->client_id : str_take(auth.client_id, 255);
	if (code == OK) {
		struct str type = r->client->client_authenticator_type;
		bool by_secret = r->client->public_client || !type.n;
		event_detail(visit, &r->event, "client_auth_method", by_secret ? STR("client-secret") : type);
		return true;
	}
	r->not_authenticated = error_http_status(code) < 500;
	bool told = code == ERROR_ASSERTION_REFUSED || code == ERROR_ASSERTION_NOT_SIGNED || code == ERROR_ASSERTION_NO_KEY;
	if (error_http_status(code) >= 500)
		client_request_broken(r, code, &why);
	else
		client_request_fail(r, code, told ? str_from(why.text) : STR(""), str_from(why.text));
	return false;
}

static bool judge_origin(struct client_request *r)
{
	struct str_list origins = redirect_web_origins(r->visit->arena, r->client);
	if (cors_apply(r->visit->request, origins.items, origins.n, true, r->visit->response) != CORS_REFUSED)
		return true;
	http_respond_json(r->visit->response, 403, STR("{\"error\":\"Invalid origin\"}"));
	return false;
}

bool client_request_open(struct client_request *r, struct visit *visit, const char *error_type, bool may_repeat)
{
	*r = (struct client_request){ .visit = visit, .event = event_new(visit, error_type) };
	static const char *const repeatable[] = { "resource", "audience", NULL };
	static const struct params none;
	struct why why = { "" };
	struct str twice = STR("");
	enum error_code code = http_form(visit->request, &r->form, &why);
	if (code == ERROR_UNSUPPORTED_MEDIA_TYPE) {
		/* As recorded: a JSON body is a form without parameters. */
		r->form = &none;
		code = OK;
	}
	if (code == OK)
		code = params_refuse_duplicates(r->form, repeatable, &twice, &why);
	if (code != OK) {
		client_request_fail(r, code, STR(""), str_from(why.text));
		return false;
	}
	event_detail(visit, &r->event, "grant_type", client_request_value(r, "grant_type"));
	return authenticate(r, may_repeat) && judge_origin(r);
}
