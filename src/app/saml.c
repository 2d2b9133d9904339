/* /realms/{realm}/protocol/saml: one address for every message, by all bindings (SAML bindings
 * sections 3.2, 3.4, 3.5), and our metadata. */
#include "app/saml.h"

#include "app/endpoints.h"
#include "app/events.h"
#include "app/owed.h"
#include "app/page.h"
#include "base/log.h"
#include "saml/metadata.h"
#include "saml/signature.h"

struct str saml_endpoint_url(const struct visit *visit)
{
	return visit_url(visit, "/protocol/saml");
}

/* ---- answers ---- */

static void respond_by_redirect(struct visit *visit, const struct saml_outgoing *outgoing)
{
	struct why why = { "" };
	if (http_respond_redirect(visit->response, 302, outgoing->url, &why) == OK) {
		http_no_store_page(visit->response);
		return;
	}
	log_write(LOG_WARN, "app", "SAML message by redirect: %s", why.text);
	page_error(visit, 400, STR("Invalid redirect uri"), STR(""));
}

void saml_respond(struct visit *visit, const struct saml_outgoing *outgoing)
{
	const struct authorize_parameter fields[] = {
		{ outgoing->field, outgoing->value },
		{ STR("RelayState"), outgoing->relay_state },
	};
	if (outgoing->binding == SAML_BINDING_REDIRECT) {
		respond_by_redirect(visit, outgoing);
	} else if (outgoing->binding == SAML_BINDING_SOAP) {
		http_respond_bytes(visit->response, 200, "text/xml;charset=utf-8", outgoing->value);
		http_no_cache(visit->response);
	} else {
		page_form_post(visit, outgoing->url, fields, ARRAY_LENGTH(fields));
	}
}

static bool is_soap(const struct http_request *request)
{
	struct str type = http_content_type(request);
	return str_eq_z(type, "text/xml") || str_eq_z(type, "application/soap+xml");
}

void saml_refuse(struct visit *visit, const char *type, struct str client_id, const struct authn_error *error)
{
	struct event event = event_new(visit, type);
	event.client_id = str_take(client_id, 255);
	event_emit_error(visit, &event, error->event_error, error->reason);
	if (is_soap(visit->request)) {
		http_respond_bytes(visit->response, 400, "text/xml;charset=utf-8",
				   saml_soap_fault(visit->arena, true, error->text));
		return;
	}
	page_error(visit, 400, error->text, STR(""));
}

/* ---- messages ---- */

static enum error_code receive(struct saml_visit *v, struct why *reterr_why)
{
	struct visit *visit = v->visit;
	struct http_request *request = visit->request;
	const struct params *form;
	if (request->method == HTTP_GET)
		return saml_receive_redirect(visit->arena, request->raw_query, &v->incoming, reterr_why);
	if (is_soap(request))
		return saml_receive_soap(visit->arena, request->body, &v->incoming, reterr_why);
	enum error_code code = http_form(request, &form, reterr_why);
	if (code == OK)
		code = params_refuse_duplicates(form, NULL, NULL, reterr_why);
	if (code != OK)
		return code;
	return saml_receive_post(visit->arena, params_value(form, "SAMLRequest"), params_value(form, "SAMLResponse"),
				 params_value(form, "RelayState"), &v->incoming, reterr_why);
}

/* Who says it, and whether they did. False: answered. */
static bool check_sender(struct saml_visit *v, struct str endpoint)
{
	struct visit *visit = v->visit;
	struct why why = { "" };
	bool logout = v->message.kind == SAML_LOGOUT_REQUEST || v->message.kind == SAML_LOGOUT_RESPONSE;
	const char *type = logout ? "LOGOUT_ERROR" : "LOGIN_ERROR";
	const struct client *client = realm_client_by_client_id(visit->realm, v->message.issuer);
	struct authn_error error = authn_client_check(client);
	if (error.text.n) {
		saml_refuse(visit, type, v->message.issuer, &error);
		return false;
	}
	v->client = saml_client_of(visit->arena, client);
	enum error_code code = saml_verify(visit->arena, &v->client, &v->incoming, &why);
	if (code == OK)
		code = saml_message_check(&v->message, &v->client, endpoint, visit->now_ms, &why);
	if (code == OK)
		return true;
	error = authn_error_of(code);
	log_write(LOG_INFO, "app", "SAML message of client %.*s: %s", STR_ARG(client->client_id), why.text);
	saml_refuse(visit, type, client->client_id, &error);
	return false;
}

static void refuse_unreadable(struct visit *visit, enum error_code code, const struct why *why)
{
	const struct authn_error error = authn_error_of(code);
	log_write(LOG_INFO, "app", "SAML message: %s", why->text);
	saml_refuse(visit, "LOGIN_ERROR", STR(""), &error);
}

bool saml_receive(struct saml_visit *v, struct str endpoint)
{
	struct why why = { "" };
	enum error_code code = receive(v, &why);
	if (code == OK)
		code = saml_message_read(&v->incoming, &v->message, &why);
	if (code == OK)
		return check_sender(v, endpoint);
	refuse_unreadable(v->visit, code, &why);
	return false;
}

/* True: it goes on elsewhere, with this visit. */
static bool answer(struct visit *visit)
{
	struct saml_visit v = { .visit = visit };
	struct why why = { "an ArtifactResolve goes to /protocol/saml/resolve" };
	if (!saml_receive(&v, saml_endpoint_url(visit)))
		return false;
	switch (v.message.kind) {
	case SAML_AUTHN_REQUEST:
		return saml_sign_in(&v);
	case SAML_LOGOUT_REQUEST:
		saml_logout(&v);
		break;
	case SAML_LOGOUT_RESPONSE:
		owed_answer(&v);
		break;
	case SAML_ARTIFACT_RESOLVE:
		refuse_unreadable(visit, ERROR_BAD_XML, &why);
		break;
	}
	return false;
}

void saml_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (!visit_open(&visit, context, request, response))
		return;
	if (!answer(&visit))
		visit_close(&visit);
}

/* ---- metadata ---- */

void saml_descriptor_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (endpoint_goes_to_worker(context, request, saml_descriptor_handle) ||
	    !visit_open_any(&visit, context, request, response))
		return;
	http_respond_bytes(response, 200, "application/xml;charset=utf-8",
			   metadata_of_realm(visit.arena, visit.realm, visit.issuer));
	http_no_cache(response);
	visit_close(&visit);
}
