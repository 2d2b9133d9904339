/* The HTTP-Artifact binding (SAML bindings section 3.6) and the protocol by which artifacts are
 * resolved (core section 3.5): instead of a message the browser carries a reference, and its
 * receiver fetches the message from us, once. Pure.
 *
 * Only our own Responses go this way. Artifacts of providers are not taken. */
#ifndef SAML_ARTIFACT_H
#define SAML_ARTIFACT_H

#include "saml/message.h"
#include "saml/signature.h"

enum {
	ARTIFACT_HANDLE = 20,     /* random bytes of one */
	ARTIFACT_TEXT_MAX = 1024, /* bytes; other types than ours may be longer than our 60 */
};

/* Type 0x0004: endpoint index 0, the SHA-1 of our entityID, the handle; base64. */
struct str artifact_make(struct arena *arena, struct str issuer, const unsigned char handle[ARTIFACT_HANDLE]);
/* Under what it is kept: no artifact can be had from that. By another hash than authorization
 * codes, beside which it lies: neither is ever found as the other. */
struct str artifact_hash(struct arena *arena, struct str artifact);
/* From what the message that is kept is sealed with (seal_key_from_text): only who brings the
 * artifact can read it. */
struct str artifact_seal_text(struct arena *arena, struct str artifact);

/* The artifact on its way: `to` by Redirect or POST. */
struct saml_outgoing artifact_send(struct arena *arena, const struct saml_endpoint *to, struct str artifact,
	struct str relay_state);

/* The artifact of an ArtifactResolve that went through saml_message_read. ERROR_BAD_XML: another
 * message, another binding than SOAP, no artifact in it. */
enum error_code artifact_resolve_read(const struct saml_message *message, struct str *ret_artifact,
	struct why *reterr_why) MUST_USE;

struct artifact_response_input {
	const struct realm *realm;
	const struct saml_client *client;
	struct str issuer, in_response_to;
	struct str message; /* a document of ours; empty: there is none, which is no error (core section 3.5.3) */
	int64_t now_ms;
	unsigned char random[16];
};
/* The ArtifactResponse in its envelope, signed where the client's row wants documents signed.
 * Errors are those of the keys. */
enum error_code artifact_response_build(struct arena *arena, const struct artifact_response_input *input,
	struct saml_outgoing *ret_outgoing, struct why *reterr_why) MUST_USE;

#endif
