/* Requests for authentication; see authn_request.h. */
#include "saml/authn_request.h"

#include "base/tables.h"
#include "xml/namespaces.h"

#define CLASS(name) STR_INIT("urn:oasis:names:tc:SAML:2.0:ac:classes:" name)

/* What a password serves for; the first is what we say when nobody asks. */
static const struct str password_classes[] = { CLASS("unspecified"), CLASS("PasswordProtectedTransport"),
	CLASS("Password") };

static const struct str formats[] = { STR_INIT(SAML_FORMAT_UNSPECIFIED), STR_INIT(SAML_FORMAT_EMAIL),
	STR_INIT(SAML_FORMAT_PERSISTENT), STR_INIT(SAML_FORMAT_TRANSIENT) };

static bool is_among(struct str text, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(text, list[i]))
			return true;
	return false;
}

/* ---- reading ---- */

/* xs:boolean; absent is false. */
static bool read_bool(const struct xml_element *element, struct str name, bool *ret_value)
{
	struct str text = xml_attribute(element, name);
	*ret_value = str_eq_z(text, "true") || str_eq_z(text, "1");
	return *ret_value || !text.p || str_eq_z(text, "false") || str_eq_z(text, "0");
}

static enum error_code read_subject(const struct xml_element *root, struct str *ret_subject,
	struct why *reterr_why)
{
	const struct xml_element *subject, *name;
	enum error_code code = xml_only(root, STR(XML_SAML), STR("Subject"), &subject, reterr_why);
	if (code != OK || !subject)
		return code;
	if ((code = xml_only(subject, STR(XML_SAML), STR("NameID"), &name, reterr_why)) == OK && name)
		*ret_subject = str_trim(xml_text(name));
	return code;
}

static enum error_code read_contexts(struct arena *arena, const struct xml_element *root,
	struct authn_request *request, struct why *reterr_why)
{
	const struct xml_element *asked;
	struct str_list *list = &request->contexts;
	enum error_code code = xml_only(root, STR(XML_SAMLP), STR("RequestedAuthnContext"), &asked, reterr_why);
	if (code != OK || !asked)
		return code;
	request->comparison = xml_attribute(asked, STR("Comparison"));
	for (const struct xml_element *e = xml_child(asked); e; e = xml_next(e)) {
		if (xml_is(e, STR(XML_SAML), STR("AuthnContextClassRef")))
			*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) =
				str_trim(xml_text(e));
		else if (xml_is(e, STR(XML_SAML), STR("AuthnContextDeclRef")))
			request->declarations = true;
	}
	return OK;
}

enum error_code authn_request_read(struct arena *arena, const struct saml_message *message,
	struct authn_request *ret_request, struct why *reterr_why)
{
	const struct xml_element *root = message->root, *policy;
	struct authn_request request = {
		.consumer_url = str_trim(xml_attribute(root, STR("AssertionConsumerServiceURL"))),
		.protocol_binding = str_trim(xml_attribute(root, STR("ProtocolBinding"))),
	};
	if (message->kind != SAML_AUTHN_REQUEST)
		return error_because(reterr_why, ERROR_BAD_XML, "the message is no AuthnRequest");
	if (!read_bool(root, STR("ForceAuthn"), &request.force_authn) ||
	    !read_bool(root, STR("IsPassive"), &request.is_passive))
		return error_because(reterr_why, ERROR_BAD_XML, "ForceAuthn or IsPassive is no boolean");
	enum error_code code = xml_only(root, STR(XML_SAMLP), STR("NameIDPolicy"), &policy, reterr_why);
	if (code != OK || (code = read_subject(root, &request.subject, reterr_why)) != OK ||
	    (code = read_contexts(arena, root, &request, reterr_why)) != OK)
		return code;
	if (policy)
		request.name_id_format = str_trim(xml_attribute(policy, STR("Format")));
	*ret_request = request;
	return OK;
}

/* ---- pages ---- */

struct authn_error authn_error_of(enum error_code code)
{
	static const struct {
		enum error_code code;
		struct authn_error error;
	} rows[] = {
		{ ERROR_CLIENT_NOT_FOUND,
			{ STR_INIT("Invalid Request"), STR_INIT("client_not_found"), STR_INIT("Cannot_match_source_hash") } },
		{ ERROR_INVALID_SIGNATURE,
			{ STR_INIT("Invalid requester"), STR_INIT("invalid_signature"), { NULL, 0 } } },
		{ ERROR_UNSUPPORTED_ALGORITHM,
			{ STR_INIT("Invalid requester"), STR_INIT("invalid_signature"), STR_INIT("unsupported_algorithm") } },
		{ ERROR_INVALID_VALUE, { STR_INIT("Invalid Request"), STR_INIT("invalid_authn_request"),
					       STR_INIT("invalid_destination") } },
		{ ERROR_EXPIRED, { STR_INIT("Invalid Request"), STR_INIT("invalid_authn_request"),
					 STR_INIT("request_expired") } },
		{ ERROR_STALE, { STR_INIT("Invalid Request"), STR_INIT("invalid_authn_request"),
				       STR_INIT("request_used_before") } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].code == code)
			return rows[i].error;
	/* What cannot be read at all. */
	return (struct authn_error){ STR("Invalid Request"), STR("invalid_token"), { NULL, 0 } };
}

struct authn_error authn_client_check(const struct client *client)
{
	if (!client)
		return authn_error_of(ERROR_CLIENT_NOT_FOUND);
	if (!saml_client_is(client))
		return (struct authn_error){ STR("Wrong client protocol."), STR("invalid_client"), { NULL, 0 } };
	if (!client->enabled)
		return (struct authn_error){ STR("Login requester not enabled"), STR("client_disabled"), { NULL, 0 } };
	if (client->bearer_only)
		return (struct authn_error){ STR("Bearer-only applications are not allowed to initiate browser login"),
			STR("not_allowed"), { NULL, 0 } };
	if (!client->standard_flow_enabled)
		return (struct authn_error){ STR("Client is not allowed to initiate browser login with given "
						 "response_type. Standard flow is disabled for the client."),
			STR("not_allowed"), { NULL, 0 } };
	return (struct authn_error){ 0 };
}

static const struct authn_error no_consumer = { STR_INIT("Invalid redirect uri"), STR_INIT("invalid_redirect_uri"),
	{ NULL, 0 } };

/* ---- deciding ---- */

/* The binding of the answer: what the request wants; else that of a URL that is known for one
 * alone; else that of the request. */
static bool choose_binding(const struct saml_client *client, const struct saml_message *message,
	const struct authn_request *request, enum saml_binding *ret_binding)
{
	enum saml_binding binding = message->binding == SAML_BINDING_REDIRECT ? SAML_BINDING_REDIRECT :
										 SAML_BINDING_POST;
	if (message->binding == SAML_BINDING_SOAP) {
		*ret_binding = SAML_BINDING_SOAP;
		return true;
	}
	*ret_binding = client->force_artifact ? SAML_BINDING_ARTIFACT : SAML_BINDING_POST;
	if (client->force_artifact || client->force_post)
		return true;
	if (request->protocol_binding.n) {
		if (!saml_binding_of_uri(request->protocol_binding, &binding) || binding == SAML_BINDING_SOAP)
			return false;
	} else if (binding == SAML_BINDING_REDIRECT && client->consumer[SAML_BINDING_POST].n) {
		struct str url = request->consumer_url.n ? request->consumer_url :
							   saml_client_consumer(client, binding);
		if (!str_eq(url, client->consumer[SAML_BINDING_REDIRECT]) &&
		    (str_eq(url, client->consumer[SAML_BINDING_POST]) || !url.n))
			binding = SAML_BINDING_POST;
	}
	*ret_binding = binding;
	return true;
}

static void deny(struct authn_plan *plan, enum saml_status status)
{
	if (!plan->denied)
		plan->status = status;
	plan->denied = true;
}

static void choose_format(const struct saml_client *client, struct str asked, struct authn_plan *plan)
{
	plan->name_id_format = client->name_id_format.n ? client->name_id_format : STR(SAML_FORMAT_UNSPECIFIED);
	if (!asked.n || client->force_name_id_format)
		return;
	if (!is_among(asked, formats, ARRAY_LENGTH(formats)))
		deny(plan, SAML_STATUS_INVALID_NAME_ID_POLICY);
	else
		plan->name_id_format = asked;
}

/* Core section 3.3.2.2.1: who asks for what a password is not is told so. */
static void choose_context(const struct authn_request *request, struct authn_plan *plan)
{
	plan->context_class = password_classes[0];
	if (!request->contexts.n && !request->declarations)
		return;
	if (!str_eq_z(request->comparison, "better"))
		for (size_t i = 0; i < request->contexts.n; i++)
			if (is_among(request->contexts.items[i], password_classes, ARRAY_LENGTH(password_classes))) {
				plan->context_class = request->contexts.items[i];
				return;
			}
	/* At most so much: a password is hardly more than anything. */
	if (!str_eq_z(request->comparison, "maximum") || request->declarations)
		deny(plan, SAML_STATUS_NO_AUTHN_CONTEXT);
}

bool authn_request_check(struct arena *arena, const struct saml_client *client,
	const struct saml_message *message, const struct authn_request *request,
	struct authn_plan *ret_plan, struct authn_error *ret_error)
{
	struct authn_error error = authn_client_check(client->client);
	struct authn_plan plan = { .client = client->client, .request_id = message->id,
		.relay_state = message->relay_state, .login_hint = request->subject,
		.force_authn = request->force_authn, .passive = request->is_passive };
	bool possible = choose_binding(client, message, request, &plan.binding);
	enum saml_binding delivery = plan.binding == SAML_BINDING_SOAP ? SAML_BINDING_POST : plan.binding;
	plan.consumer_url = request->consumer_url.n ? request->consumer_url : saml_client_consumer(client, delivery);
	if (!error.text.n && !saml_client_consumes(arena, client, plan.consumer_url))
		error = no_consumer;
	if (error.text.n) {
		*ret_error = error;
		return false;
	}
	if (!possible)
		deny(&plan, SAML_STATUS_UNSUPPORTED_BINDING);
	choose_format(client, request->name_id_format, &plan);
	choose_context(request, &plan);
	*ret_plan = plan;
	return true;
}

bool authn_idp_initiated(const struct saml_client *client, struct str relay_state,
	struct authn_plan *ret_plan, struct authn_error *ret_error)
{
	struct authn_error error = authn_client_check(client->client);
	struct authn_plan plan = { .client = client->client, .binding = SAML_BINDING_POST,
		.relay_state = relay_state.n ? relay_state : client->idp_initiated_relay_state,
		.context_class = password_classes[0] };
	if (client->force_artifact)
		plan.binding = SAML_BINDING_ARTIFACT;
	else if (!client->consumer[SAML_BINDING_POST].n && client->consumer[SAML_BINDING_REDIRECT].n)
		plan.binding = SAML_BINDING_REDIRECT;
	plan.consumer_url = saml_client_consumer(client, plan.binding);
	if (!error.text.n && !plan.consumer_url.n)
		error = no_consumer;
	if (error.text.n) {
		*ret_error = error;
		return false;
	}
	choose_format(client, (struct str){ NULL, 0 }, &plan);
	*ret_plan = plan;
	return true;
}
