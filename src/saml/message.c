/* The head of messages, and statuses; see message.h. */
#include "saml/message.h"

#include "base/tables.h"
#include "crypto/uuid.h"
#include "crypto/hash.h"
#include "saml/time.h"
#include "xml/writer.h"

static const struct {
	struct str name;
	bool response;
} kinds[] = {
	[SAML_AUTHN_REQUEST] = { STR_INIT("AuthnRequest"), false },
	[SAML_LOGOUT_REQUEST] = { STR_INIT("LogoutRequest"), false },
	[SAML_LOGOUT_RESPONSE] = { STR_INIT("LogoutResponse"), true },
	[SAML_ARTIFACT_RESOLVE] = { STR_INIT("ArtifactResolve"), false },
};

/* An xs:NCName, of which IDs are: ASCII as the standard has it, and any other character. */
static bool is_ncname(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool begins = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
		bool follows = (c >= '0' && c <= '9') || c == '-' || c == '.';
		if (!begins && !(i && follows))
			return false;
	}
	return text.n > 0;
}

static enum error_code read_kind(const struct saml_incoming *incoming, enum saml_message_kind *ret_kind,
	struct why *reterr_why)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (!xml_is(incoming->root, STR(XML_SAMLP), kinds[i].name))
			continue;
		if (kinds[i].response != incoming->response)
			return error_because(reterr_why, ERROR_BAD_XML, "%s came as the other of SAMLRequest and SAMLResponse",
				kinds[i].name.p);
		*ret_kind = (enum saml_message_kind)i;
		return OK;
	}
	return error_because(reterr_why, ERROR_BAD_XML, "element %.*s in namespace %.*s is no message known here",
		STR_ARG(str_take(xml_name(incoming->root), 80)), STR_ARG(str_take(xml_namespace(incoming->root), 80)));
}

static enum error_code read_issuer(const struct xml_element *root, struct str *ret_issuer, struct why *reterr_why)
{
	const struct xml_element *issuer;
	enum error_code code = xml_only(root, STR(XML_SAML), STR("Issuer"), &issuer, reterr_why);
	if (code != OK)
		return code;
	struct str text = issuer ? str_trim(xml_text(issuer)) : (struct str){ NULL, 0 };
	if (!text.n || text.n > SAML_ISSUER_MAX)
		return error_because(reterr_why, ERROR_BAD_XML, "no Issuer, or one of more than %d bytes", SAML_ISSUER_MAX);
	*ret_issuer = text;
	return OK;
}

enum error_code saml_message_read(const struct saml_incoming *incoming, struct saml_message *ret_message,
	struct why *reterr_why)
{
	const struct xml_element *root = incoming->root;
	struct saml_message message = { .root = root, .binding = incoming->binding,
		.id = xml_attribute(root, STR("ID")),
		.destination = str_trim(xml_attribute(root, STR("Destination"))),
		.in_response_to = xml_attribute(root, STR("InResponseTo")),
		.relay_state = incoming->relay_state };
	enum error_code code = read_kind(incoming, &message.kind, reterr_why);
	if (code != OK)
		return code;
	if (!str_eq_z(xml_attribute(root, STR("Version")), "2.0"))
		return error_because(reterr_why, ERROR_BAD_XML, "Version is not 2.0");
	if (!is_ncname(message.id) || message.id.n > SAML_ID_MAX)
		return error_because(reterr_why, ERROR_BAD_XML, "ID \"%.*s\" is no ID", STR_ARG(str_take(message.id, 80)));
	if (!saml_time_read(xml_attribute(root, STR("IssueInstant")), &message.issued_ms))
		return error_because(reterr_why, ERROR_BAD_XML, "IssueInstant \"%.*s\" is no time",
			STR_ARG(str_take(xml_attribute(root, STR("IssueInstant")), 80)));
	if ((code = read_issuer(root, &message.issuer, reterr_why)) != OK)
		return code;
	*ret_message = message;
	return OK;
}

enum error_code saml_message_check(const struct saml_message *message, const struct saml_client *client,
	struct str endpoint, int64_t now_ms, struct why *reterr_why)
{
	struct str issuer = str_take(message->issuer, 100);
	/* Signed, a message without a destination could be sent to whom it was not meant for. */
	if (!message->destination.n) {
		if (client->client_signs && message->binding != SAML_BINDING_SOAP)
			return error_because(reterr_why, ERROR_INVALID_VALUE, "Destination is absent, client %.*s",
				STR_ARG(issuer));
	} else if (!str_eq(message->destination, endpoint)) {
		return error_because(reterr_why, ERROR_INVALID_VALUE, "Destination %.*s is not %.*s, client %.*s",
			STR_ARG(str_take(message->destination, 100)), STR_ARG(str_take(endpoint, 100)), STR_ARG(issuer));
	}
	if (message->issued_ms > now_ms + SAML_SKEW_S * 1000)
		return error_because(reterr_why, ERROR_EXPIRED, "IssueInstant lies %lld s ahead, client %.*s",
			(long long)(message->issued_ms - now_ms) / 1000, STR_ARG(issuer));
	if (message->issued_ms < now_ms - (SAML_MESSAGE_LIFE_S + SAML_SKEW_S) * 1000)
		return error_because(reterr_why, ERROR_EXPIRED, "IssueInstant is %lld s old, client %.*s",
			(long long)(now_ms - message->issued_ms) / 1000, STR_ARG(issuer));
	return OK;
}

struct str saml_message_key(struct arena *arena, const struct client *client, struct str id)
{
	struct str of = arena_join(arena, client->id, STR(" "), id);
	return arena_join(arena, STR("saml:"), hash_base64url(arena, HASH_SHA256, of), STR(""));
}

void saml_message_use(struct effects *effects, struct str realm_id, const struct client *client,
	const struct saml_message *message)
{
	effects_add(effects, EFFECT_TOKEN_USE)->u.token_revoke = (struct effect_token_revoke){
		.realm_id = realm_id,
		.jti = saml_message_key(effects->arena, client, message->id),
		.expires_s = message->issued_ms / 1000 + SAML_MESSAGE_LIFE_S + 2 * SAML_SKEW_S,
	};
}

/* ---- statuses ---- */

#define STATUS(name) STR_INIT("urn:oasis:names:tc:SAML:2.0:status:" name)

static const struct {
	struct str outer, inner;
} statuses[SAML_STATUSES] = {
	[SAML_STATUS_SUCCESS] = { STATUS("Success"), { NULL, 0 } },
	[SAML_STATUS_PARTIAL_LOGOUT] = { STATUS("Success"), STATUS("PartialLogout") },
	[SAML_STATUS_NO_PASSIVE] = { STATUS("Responder"), STATUS("NoPassive") },
	[SAML_STATUS_AUTHN_FAILED] = { STATUS("Responder"), STATUS("AuthnFailed") },
	[SAML_STATUS_REQUEST_DENIED] = { STATUS("Responder"), STATUS("RequestDenied") },
	[SAML_STATUS_INVALID_NAME_ID_POLICY] = { STATUS("Requester"), STATUS("InvalidNameIDPolicy") },
	[SAML_STATUS_NO_AUTHN_CONTEXT] = { STATUS("Responder"), STATUS("NoAuthnContext") },
	[SAML_STATUS_UNSUPPORTED_BINDING] = { STATUS("Requester"), STATUS("UnsupportedBinding") },
	[SAML_STATUS_UNKNOWN_PRINCIPAL] = { STATUS("Requester"), STATUS("UnknownPrincipal") },
	[SAML_STATUS_REQUESTER] = { STATUS("Requester"), { NULL, 0 } },
	[SAML_STATUS_RESPONDER] = { STATUS("Responder"), { NULL, 0 } },
};

void saml_status_codes(enum saml_status status, struct str *ret_outer, struct str *ret_inner)
{
	*ret_outer = statuses[status].outer;
	*ret_inner = statuses[status].inner;
}

/* ---- writing ---- */

struct str saml_id(struct arena *arena, const unsigned char random[16])
{
	return arena_join(arena, STR("ID_"), uuid_of(arena, random), STR(""));
}

static const struct xml_space keycloak_key = { STR_INIT("kckey"), STR_INIT("urn:keycloak:ext:key:1.0") };

static void write_given(struct xml_writer *w, struct str name, struct str value)
{
	if (value.n)
		xml_write_attribute(w, name, value);
}

void saml_head_write(struct arena *arena, struct xml_writer *w, const struct saml_head *head)
{
	xml_open(w, &xml_samlp, head->name);
	xml_declare(w, &xml_saml);
	write_given(w, STR("Destination"), head->destination);
	xml_write_attribute(w, STR("ID"), head->id);
	write_given(w, STR("InResponseTo"), head->in_response_to);
	xml_write_attribute(w, STR("IssueInstant"), saml_time_text(arena, head->now_ms));
	if (head->not_on_or_after_ms)
		xml_write_attribute(w, STR("NotOnOrAfter"), saml_time_text(arena, head->not_on_or_after_ms));
	xml_write_attribute(w, STR("Version"), STR("2.0"));
	xml_write_leaf(w, &xml_saml, STR("Issuer"), head->issuer);
	if (!head->key_id.n)
		return;
	xml_open(w, &xml_samlp, STR("Extensions"));
	xml_open(w, &keycloak_key, STR("KeyInfo"));
	xml_write_attribute(w, STR("MessageSigningKeyId"), head->key_id);
	xml_close(w);
	xml_close(w);
}

static void open_code(struct xml_writer *w, struct str value)
{
	xml_open(w, &xml_samlp, STR("StatusCode"));
	xml_write_attribute(w, STR("Value"), value);
}

void saml_status_write(struct xml_writer *w, enum saml_status status)
{
	struct str outer, inner;
	saml_status_codes(status, &outer, &inner);
	xml_open(w, &xml_samlp, STR("Status"));
	open_code(w, outer);
	if (inner.n) {
		open_code(w, inner);
		xml_close(w);
	}
	xml_close(w);
	xml_close(w);
}
