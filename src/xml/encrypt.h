/* XML Encryption 1.1 of whole elements: an assertion for a service provider, and an
 * EncryptedID that one sends to us. The content key is fresh for each message and goes along
 * under the recipient's RSA key (RSA-OAEP; never RSA 1.5). */
#ifndef XML_ENCRYPT_H
#define XML_ENCRYPT_H

#include "xml/algorithms.h"
#include "xml/namespaces.h"
#include "xml/parse.h"

struct xml_encrypting {
	const struct sign_key *key; /* the recipient's, RSA */
	enum cipher_kind cipher;    /* of the content */
	/* XML_OAEP_MGF1P: rsa-oaep-mgf1p, whose mask is always of SHA-1 (`transport.mask` is not
	 * looked at); XML_OAEP_11: xmlenc11#rsa-oaep, which names its mask. */
	enum xml_oaep { XML_OAEP_MGF1P, XML_OAEP_11 } scheme;
	struct key_transport transport; /* digest and mask */
	struct str key_name; /* KeyInfo/KeyName of the EncryptedKey; empty: none */
};

/* `document` in which the element whose ID attribute is `id` is replaced by
 * <space:name><EncryptedData>...</EncryptedData></space:name>: xml_saml and
 * "EncryptedAssertion". EncryptedKey stands in the KeyInfo of EncryptedData. What is
 * encrypted declares all namespaces in force, so that it can be read alone; sign before.
 * In the arena. ERROR_INVALID_VALUE: no such element, or it is the root; no RSA key. */
enum error_code xml_encrypt(struct arena *arena, const struct xml_encrypting *encrypting,
	struct str document, struct str id, const struct xml_space *space, struct str name,
	struct str *ret_document, struct why *reterr_why) MUST_USE;

/* The element inside `wrapper` (saml:EncryptedID, saml:EncryptedAssertion), which holds one
 * xenc:EncryptedData, and the EncryptedKey in its KeyInfo or as its sibling. Prefixes that the
 * plain text does not declare are those in force at `wrapper`. Each of the private keys is
 * tried. One error for whatever fails, ERROR_BAD_XML with one text, so that nobody learns from
 * it: what was wrong with the key, the padding or the plain text. What was encrypted is not
 * signed by that: use it only within a verified element, or verify it. */
enum error_code xml_decrypt(struct arena *arena, const struct xml_element *wrapper,
	const struct sign_key *const *keys, size_t keys_n, const struct xml_limits *limits,
	const struct xml_element **ret_element, struct why *reterr_why) MUST_USE;

#endif
