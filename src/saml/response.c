/* Responses and assertions; see response.h. */
#include "saml/response.h"

#include "model/life.h"
#include "saml/time.h"
#include "xml/writer.h"

/* Conditions begin a little earlier, for clocks that are behind; and end as much earlier, as
 * Keycloak has it. */
enum { EARLIER_MS = 2000 };

/* ---- lifespans ---- */

int64_t response_session_until_s(const struct realm *realm, const struct client *client,
	const struct session *session, int64_t now_ms)
{
	struct life_limits whole = life_of_session(&realm->settings, session->offline, session->remember_me);
	struct life_limits part =
		life_of_client_session(&realm->settings, client, session->offline, session->remember_me);
	int64_t until = INT64_MAX;
	if (whole.maximum_s < INT64_MAX / 2)
		until = session->started_ms / 1000 + whole.maximum_s;
	if (part.maximum_s < INT64_MAX / 2 && now_ms / 1000 + part.maximum_s < until)
		until = now_ms / 1000 + part.maximum_s;
	return until == INT64_MAX ? 0 : until;
}

static int64_t end_ms(const struct response_input *input, int64_t realms_s)
{
	int64_t own = input->client->assertion_lifespan_s;
	return input->now_ms + (own > 0 ? own : realms_s) * 1000 - EARLIER_MS;
}

/* ---- the assertion ---- */

static void write_subject(struct arena *arena, struct xml_writer *w, const struct response_input *input)
{
	const struct authn_plan *plan = input->plan;
	const struct realm_settings *realm = &input->realm->settings;
	xml_open(w, &xml_saml, STR("Subject"));
	xml_open(w, &xml_saml, STR("NameID"));
	xml_write_attribute(w, STR("Format"), input->name_id.format);
	xml_write_text(w, input->name_id.value);
	xml_close(w);
	xml_open(w, &xml_saml, STR("SubjectConfirmation"));
	xml_write_attribute(w, STR("Method"), STR("urn:oasis:names:tc:SAML:2.0:cm:bearer"));
	xml_open(w, &xml_saml, STR("SubjectConfirmationData"));
	if (plan->request_id.n)
		xml_write_attribute(w, STR("InResponseTo"), plan->request_id);
	xml_write_attribute(w, STR("NotOnOrAfter"),
		saml_time_text(arena, end_ms(input, realm->access_token_lifespan_s)));
	xml_write_attribute(w, STR("Recipient"), plan->consumer_url);
	xml_close(w);
	xml_close(w);
	xml_close(w);
}

static void write_conditions(struct arena *arena, struct xml_writer *w, const struct response_input *input,
	const struct str_list *audiences)
{
	const struct realm_settings *realm = &input->realm->settings;
	struct str own = input->client->client->client_id;
	xml_open(w, &xml_saml, STR("Conditions"));
	xml_write_attribute(w, STR("NotBefore"), saml_time_text(arena, input->now_ms - EARLIER_MS));
	xml_write_attribute(w, STR("NotOnOrAfter"),
		saml_time_text(arena, end_ms(input, realm->access_code_lifespan_s)));
	xml_open(w, &xml_saml, STR("AudienceRestriction"));
	xml_write_leaf(w, &xml_saml, STR("Audience"), own);
	for (size_t i = 0; i < audiences->n; i++)
		if (!str_eq(audiences->items[i], own))
			xml_write_leaf(w, &xml_saml, STR("Audience"), audiences->items[i]);
	xml_close(w);
	if (input->client->one_time_use) {
		xml_open(w, &xml_saml, STR("OneTimeUse"));
		xml_close(w);
	}
	xml_close(w);
}

static void write_authn_statement(struct arena *arena, struct xml_writer *w, const struct response_input *input,
	int64_t until_s)
{
	const struct client *client = input->client->client;
	xml_open(w, &xml_saml, STR("AuthnStatement"));
	/* The moment of this answer, as Keycloak has it: providers that want a fresh one are in
	 * use, and a sign-in by session is an authentication of its own. */
	xml_write_attribute(w, STR("AuthnInstant"), saml_time_text(arena, input->now_ms));
	xml_write_attribute(w, STR("SessionIndex"), saml_session_index(arena, input->session->id, client->id));
	if (until_s)
		xml_write_attribute(w, STR("SessionNotOnOrAfter"), saml_time_text(arena, until_s * 1000));
	xml_open(w, &xml_saml, STR("AuthnContext"));
	xml_write_leaf(w, &xml_saml, STR("AuthnContextClassRef"), input->plan->context_class);
	xml_close(w);
	xml_close(w);
}

static void write_attribute(struct xml_writer *w, const struct saml_attribute *attribute)
{
	xml_open(w, &xml_saml, STR("Attribute"));
	if (attribute->friendly_name.n)
		xml_write_attribute(w, STR("FriendlyName"), attribute->friendly_name);
	xml_write_attribute(w, STR("Name"), attribute->name);
	if (attribute->name_format.n)
		xml_write_attribute(w, STR("NameFormat"), attribute->name_format);
	for (size_t i = 0; i < attribute->n; i++) {
		xml_open(w, &xml_saml, STR("AttributeValue"));
		xml_declare(w, &xml_xs);
		xml_write_attribute_in(w, &xml_xsi, STR("type"), STR("xs:string"));
		xml_write_text(w, attribute->values[i]);
		xml_close(w);
	}
	xml_close(w);
}

static void write_assertion(struct arena *arena, struct xml_writer *w, const struct response_input *input,
	struct str id, int64_t until_s)
{
	const struct saml_claims_input facts = { input->realm, input->client->client, input->user };
	struct saml_claims claims = saml_claims_map(arena, &facts);
	xml_open(w, &xml_saml, STR("Assertion"));
	xml_write_attribute(w, STR("ID"), id);
	xml_write_attribute(w, STR("IssueInstant"), saml_time_text(arena, input->now_ms));
	xml_write_attribute(w, STR("Version"), STR("2.0"));
	xml_write_leaf(w, &xml_saml, STR("Issuer"), input->issuer);
	write_subject(arena, w, input);
	write_conditions(arena, w, input, &claims.audiences);
	if (input->client->authn_statement)
		write_authn_statement(arena, w, input, until_s);
	if (claims.n) {
		xml_open(w, &xml_saml, STR("AttributeStatement"));
		for (size_t i = 0; i < claims.n; i++)
			write_attribute(w, &claims.attributes[i]);
		xml_close(w);
	}
	xml_close(w);
}

/* ---- the response ---- */

/* The signer that the client's row asks for; *ret_signer NULL where none is needed. */
static enum error_code signer_for(struct arena *arena, const struct response_input *input,
	const struct saml_signer **ret_signer, struct why *reterr_why)
{
	bool wanted = input->client->signs_documents || input->client->signs_assertions;
	return saml_signer_if(wanted, arena, input->realm, input->client, ret_signer, reterr_why);
}

static void write_head(struct arena *arena, struct xml_writer *w, const struct response_input *input,
	struct str id, const struct saml_signer *signer)
{
	bool extended = signer && input->client->signs_documents && input->client->key_in_extension &&
			input->plan->binding == SAML_BINDING_REDIRECT;
	const struct saml_head head = { .name = STR("Response"), .id = id, .issuer = input->issuer,
		.destination = input->plan->consumer_url, .in_response_to = input->plan->request_id,
		.now_ms = input->now_ms, .key_id = extended ? signer->key->kid : STR("") };
	saml_head_write(arena, w, &head);
}

static enum error_code send(struct arena *arena, const struct response_input *input, struct str document,
	struct str id, const struct saml_signer *signer, struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	bool ecp = input->plan->binding == SAML_BINDING_SOAP;
	/* The document as it is kept for an artifact is what ECP's envelope holds. */
	const struct saml_endpoint to = { ecp ? SAML_BINDING_ARTIFACT : input->plan->binding, input->plan->consumer_url };
	struct saml_outgoing out;
	enum error_code code = saml_send(arena, &to, true, document, id, input->plan->relay_state,
		input->client->signs_documents ? signer : NULL, &out, reterr_why);
	if (code != OK)
		return code;
	if (ecp) {
		out.binding = SAML_BINDING_SOAP;
		out.value = saml_soap_ecp(arena, to.url, out.value);
	}
	*ret_outgoing = out;
	return OK;
}

enum error_code response_status(struct arena *arena, const struct response_input *input,
	enum saml_status status, struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	const struct saml_signer *signer;
	struct str id = saml_id(arena, input->random.response_id);
	enum error_code code = signer_for(arena, input, &signer, reterr_why);
	if (code != OK)
		return code;
	struct xml_writer w = xml_writer_new(arena, 0);
	write_head(arena, &w, input, id, signer);
	saml_status_write(&w, status);
	xml_close(&w);
	return send(arena, input, xml_written(&w), id, signer, ret_outgoing, reterr_why);
}

enum error_code response_build(struct arena *arena, const struct response_input *input,
	struct response_built *ret_built, struct why *reterr_why)
{
	const struct saml_signer *signer;
	struct response_built built = { 0 };
	struct str id = saml_id(arena, input->random.response_id);
	struct str assertion_id = saml_id(arena, input->random.assertion_id);
	int64_t until_s = response_session_until_s(input->realm, input->client->client, input->session, input->now_ms);
	enum error_code code = signer_for(arena, input, &signer, reterr_why);
	if (code != OK)
		return code;
	struct xml_writer w = xml_writer_new(arena, 0);
	write_head(arena, &w, input, id, signer);
	saml_status_write(&w, SAML_STATUS_SUCCESS);
	write_assertion(arena, &w, input, assertion_id, until_s);
	xml_close(&w);
	struct str document = xml_written(&w);
	if (!document.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"the assertion cannot be written: text that XML cannot carry, user %.*s",
			STR_ARG(str_take(input->user->id, 60)));
	if (input->client->signs_assertions)
		code = xml_sign(arena, &signer->xml, document, assertion_id, &document, reterr_why);
	if (code == OK && input->client->encrypts)
		code = saml_encrypt_assertion(arena, input->client, document, assertion_id, &document, reterr_why);
	if (code == OK)
		code = send(arena, input, document, id, signer, &built.outgoing, reterr_why);
	if (code != OK)
		return code;
	built.part = (struct saml_part){ .name_id = input->name_id.value, .name_id_format = input->name_id.format,
		.binding = saml_binding_name(input->plan->binding),
		.until_s = input->client->authn_statement ? until_s : 0 };
	*ret_built = built;
	return OK;
}
