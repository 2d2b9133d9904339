/* The algorithms of XML Signature and XML Encryption that exist for us, each by its URI. What
 * is not in these tables (HMAC, DSA, MD5, RSA 1.5 key transport, XPath, XSLT) cannot be named,
 * neither by a message nor by a client's row. */
#ifndef XML_ALGORITHMS_H
#define XML_ALGORITHMS_H

#include "crypto/cipher.h"
#include "crypto/key_transport.h"
#include "crypto/sign.h"

/* Signature algorithms are those of crypto/sign.h. ECDSA goes with the curve of the hash's
 * size (P-256 with SHA-256, ...). False, and nothing written, for an unknown URI. */
bool xml_signature_algorithm_of(struct str uri, enum sign_algorithm *ret_algorithm);
/* Empty for algorithms that XML Signature has no name for. Static storage. */
struct str xml_signature_algorithm_uri(enum sign_algorithm algorithm);
/* From Keycloak's name in the client attribute `saml.signature.algorithm`: RSA_SHA1,
 * RSA_SHA256, RSA_SHA256_MGF1, RSA_SHA512, RSA_SHA512_MGF1; ours beside it: ECDSA_SHA256,
 * ECDSA_SHA384, ECDSA_SHA512. */
bool xml_signature_algorithm_of_name(struct str name, enum sign_algorithm *ret_algorithm);

bool xml_digest_of(struct str uri, enum hash_kind *ret_kind);
struct str xml_digest_uri(enum hash_kind kind);

/* Canonical forms (Canonical XML 1.0, Exclusive XML Canonicalization 1.0). */
enum xml_canonical {
	XML_CANONICAL_EXCLUSIVE,
	XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS,
	XML_CANONICAL_INCLUSIVE,
	XML_CANONICAL_INCLUSIVE_WITH_COMMENTS,
	XML_CANONICALS
};
/* By URI, as the client attribute `saml_signature_canonicalization_method` has it too. */
bool xml_canonical_of(struct str uri, enum xml_canonical *ret_canonical);
struct str xml_canonical_uri(enum xml_canonical canonical);

/* Ciphers of content, by URI, as `saml.encryption.algorithm` has them too. */
bool xml_cipher_of(struct str uri, enum cipher_kind *ret_cipher);
struct str xml_cipher_uri(enum cipher_kind cipher);

/* ---- what a caller accepts ---- */

/* Sets of signature algorithms and of digests: XML_ALLOW(SIGN_RS256) | XML_ALLOW(SIGN_ES256),
 * XML_ALLOW(HASH_SHA256). */
#define XML_ALLOW(algorithm) (1u << (algorithm))
/* All but SHA-1, which a client's row has to name. */
#define XML_ALLOW_SIGNATURES                                                              \
	(XML_ALLOW(SIGN_RS256) | XML_ALLOW(SIGN_RS384) | XML_ALLOW(SIGN_RS512) |          \
		XML_ALLOW(SIGN_PS256) | XML_ALLOW(SIGN_PS384) | XML_ALLOW(SIGN_PS512) |   \
		XML_ALLOW(SIGN_ES256) | XML_ALLOW(SIGN_ES384) | XML_ALLOW(SIGN_ES512))
#define XML_ALLOW_DIGESTS \
	(XML_ALLOW(HASH_SHA256) | XML_ALLOW(HASH_SHA384) | XML_ALLOW(HASH_SHA512))

/* Whose signatures are believed, and made how: the keys and algorithms of the client's row.
 * Keys are borrowed. */
struct xml_trust {
	const struct sign_key *const *keys;
	size_t keys_n;
	unsigned signatures, digests; /* sets */
};

#endif
