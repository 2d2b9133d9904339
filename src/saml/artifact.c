/* Artifacts; see artifact.h. */
#include "saml/artifact.h"

#include <string.h>

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "xml/writer.h"

enum { TYPE_BYTES = 2, INDEX_BYTES = 2, SOURCE_BYTES = 20 };

struct str artifact_make(struct arena *arena, struct str issuer, const unsigned char handle[ARTIFACT_HANDLE])
{
	unsigned char source[HASH_MAX];
	unsigned char bytes[TYPE_BYTES + INDEX_BYTES + SOURCE_BYTES + ARTIFACT_HANDLE] = { 0, 4 };
	hash_bytes(HASH_SHA1, issuer, source);
	memcpy(bytes + TYPE_BYTES + INDEX_BYTES, source, SOURCE_BYTES);
	memcpy(bytes + TYPE_BYTES + INDEX_BYTES + SOURCE_BYTES, handle, ARTIFACT_HANDLE);
	return base64_encode(arena, str_of(bytes, sizeof bytes));
}

struct str artifact_hash(struct arena *arena, struct str artifact)
{
	return hash_base64url(arena, HASH_SHA512, artifact);
}

struct str artifact_seal_text(struct arena *arena, struct str artifact)
{
	return hash_base64url(arena, HASH_SHA256, arena_join(arena, STR("saml-artifact-seal:"), artifact, STR("")));
}

struct saml_outgoing artifact_send(struct arena *arena, const struct saml_endpoint *to, struct str artifact,
	struct str relay_state)
{
	static const struct str field = STR_INIT("SAMLart");
	if (to->binding == SAML_BINDING_REDIRECT)
		return (struct saml_outgoing){ .binding = to->binding,
			.url = saml_query_url(arena, to->url, field, artifact, relay_state) };
	return (struct saml_outgoing){ .binding = SAML_BINDING_POST, .url = to->url, .field = field, .value = artifact,
		.relay_state = relay_state };
}

enum error_code artifact_resolve_read(const struct saml_message *message, struct str *ret_artifact,
	struct why *reterr_why)
{
	const struct xml_element *element;
	if (message->kind != SAML_ARTIFACT_RESOLVE)
		return error_because(reterr_why, ERROR_BAD_XML, "the message is no ArtifactResolve");
	if (message->binding != SAML_BINDING_SOAP)
		return error_because(reterr_why, ERROR_BAD_XML, "an ArtifactResolve comes by SOAP alone");
	enum error_code code = xml_only(message->root, STR(XML_SAMLP), STR("Artifact"), &element, reterr_why);
	if (code != OK)
		return code;
	struct str artifact = element ? str_trim(xml_text(element)) : (struct str){ NULL, 0 };
	if (!artifact.n || artifact.n > ARTIFACT_TEXT_MAX)
		return error_because(reterr_why, ERROR_BAD_XML, "no Artifact, or one of more than %d bytes",
			ARTIFACT_TEXT_MAX);
	*ret_artifact = artifact;
	return OK;
}

enum error_code artifact_response_build(struct arena *arena, const struct artifact_response_input *input,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why)
{
	const struct saml_signer *signer;
	const struct saml_endpoint to = { SAML_BINDING_SOAP, { NULL, 0 } };
	const struct saml_head head = { .name = STR("ArtifactResponse"), .id = saml_id(arena, input->random),
		.issuer = input->issuer, .in_response_to = input->in_response_to, .now_ms = input->now_ms };
	enum error_code code = saml_signer_if(input->client->signs_documents, arena, input->realm, input->client, &signer,
		reterr_why);
	if (code != OK)
		return code;
	struct xml_writer w = xml_writer_new(arena, 0);
	saml_head_write(arena, &w, &head);
	saml_status_write(&w, SAML_STATUS_SUCCESS);
	if (input->message.n)
		xml_write_raw(&w, input->message);
	xml_close(&w);
	return saml_send(arena, &to, true, xml_written(&w), head.id, (struct str){ NULL, 0 }, signer,
		ret_outgoing, reterr_why);
}
