/* XML Signature, enveloped (XML Signature Syntax and Processing 1.1; SAML core section 5.4):
 * signs one element of a document that we wrote. */
#ifndef XML_SIGN_H
#define XML_SIGN_H

#include "xml/algorithms.h"
#include "xml/parse.h"

struct xml_signing {
	const struct sign_key *key; /* private */
	enum sign_algorithm algorithm;
	enum hash_kind digest;         /* of the Reference */
	enum xml_canonical canonical;  /* of SignedInfo; the Reference's is always exclusive */
	struct str key_name;           /* KeyInfo/KeyName; empty: none */
	struct str certificate;        /* KeyInfo's X509Certificate, base64 DER; empty: none */
};

/* The digest that goes with a signature algorithm (RSA_SHA1: SHA-1, as Keycloak). */
enum hash_kind xml_signing_digest(enum sign_algorithm algorithm);

/* `document` with a Signature in the element whose ID attribute is `id` (an element of the
 * document that was written with an end tag): behind its Issuer when that is its first child,
 * else as its first child. Everything else of the text stays byte for byte, so that a
 * signature made within the element before stays good: sign the assertion first, then the
 * response around it. In the arena. ERROR_INVALID_VALUE when there is no such element or it
 * has a Signature; ERROR_UNSUPPORTED_ALGORITHM; ERROR_NO_KEY. */
enum error_code xml_sign(struct arena *arena, const struct xml_signing *signing,
	struct str document, struct str id, struct str *ret_document,
	struct why *reterr_why) MUST_USE;

/* Signature of the Redirect binding (SAML bindings section 3.4.4.1): base64 of the signature
 * of `octets`, the query text "SAMLRequest=...&RelayState=...&SigAlg=..." byte for byte as it
 * goes into the URL; SigAlg is xml_signature_algorithm_uri(algorithm). The caller appends
 * "&Signature=" and the percent-encoded text. */
enum error_code xml_sign_detached(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str octets, struct str *ret_base64,
	struct why *reterr_why) MUST_USE;

#endif
