/* Whose signatures we believe, and how we sign: the client's row and the realm's keys. Pure. */
#ifndef SAML_SIGNATURE_H
#define SAML_SIGNATURE_H

#include "saml/bindings.h"
#include "xml/encrypt.h"
#include "xml/sign.h"

/* Checks the signature of a message from this client: enveloped for POST and SOAP, detached for
 * Redirect. Where the client signs (saml.client.signature), one has to be there; where one is
 * there, it has to be good, also when the row does not ask for it and has certificates (without
 * any, it says nothing). SHA-1 only where the row's algorithm is RSA_SHA1. The validity of
 * certificates is not looked at: they are the row's, which an administrator vouches for.
 * OK: go on with incoming->root. ERROR_INVALID_SIGNATURE, ERROR_UNSUPPORTED_ALGORITHM. */
enum error_code saml_verify(struct arena *arena, const struct saml_client *client,
	const struct saml_incoming *incoming, struct why *reterr_why) MUST_USE;
/* Whether saml_verify has seen a good signature, or was content without one. */
bool saml_is_signed(const struct saml_client *client, const struct saml_incoming *incoming);

/* The realm's key and the client's wishes. Keys are borrowed from the realm. */
struct saml_signer {
	struct xml_signing xml;
	const struct realm_key *key;
};
/* The active key for the client's algorithm (RSA: the key of RS256, as Keycloak). ERROR_NO_KEY,
 * ERROR_UNSUPPORTED_ALGORITHM. */
enum error_code saml_signer_of(struct arena *arena, const struct realm *realm,
	const struct saml_client *client, struct saml_signer *ret_signer, struct why *reterr_why) MUST_USE;
/* The same where something is to be signed (`wanted`); else *ret_signer is NULL. In the arena. */
enum error_code saml_signer_if(bool wanted, struct arena *arena, const struct realm *realm,
	const struct saml_client *client, const struct saml_signer **ret_signer, struct why *reterr_why) MUST_USE;

/* `document` in which the assertion `id` is encrypted for the client, as its row says.
 * ERROR_INVALID_VALUE: no certificate, or not an RSA one; ERROR_UNSUPPORTED_ALGORITHM. */
enum error_code saml_encrypt_assertion(struct arena *arena, const struct saml_client *client,
	struct str document, struct str id, struct str *ret_document, struct why *reterr_why) MUST_USE;

/* The realm's private RSA keys, active ones first, for what is encrypted to us. */
size_t saml_decryption_keys(struct arena *arena, const struct realm *realm,
	const struct sign_key *const **ret_keys);

#endif
