/* Checks XML signatures: the enveloped one of an element, and the detached one of the
 * Redirect binding.
 *
 * The question is never "is there a good signature in this document" but "is this element,
 * whole, signed by one of these keys". So a wrapped document (XSW) has nothing to gain: the
 * element that is asked about is the element that is digested, without its own Signature, and
 * the element that the caller then reads. Keys and algorithms come from the client's row;
 * KeyInfo is not looked at. */
#ifndef XML_VERIFY_H
#define XML_VERIFY_H

#include "xml/algorithms.h"
#include "xml/parse.h"

/* True when a ds:Signature is a child of the element: it claims to be signed, and must then
 * verify, whether the client asks for signatures or not. */
bool xml_is_signed(const struct xml_element *element);

/* OK, and *ret_verified the element itself, when it has exactly one Signature child, which
 * holds SignedInfo, SignatureValue and at most one KeyInfo and nothing else (no Object);
 * whose SignedInfo has exactly one Reference, whose URI is "#" and the element's own ID; with
 * Transforms that are enveloped-signature, then at most one canonical form (with or without
 * InclusiveNamespaces, a list of at most 512 bytes); with algorithms that `trust` allows; whose digest and value are right
 * under one of the keys.
 *
 * A Signature among the descendants, of an assertion within a response, is not looked at.
 * Text in the Signature's own content is not signed: do not read below it.
 * ERROR_UNSUPPORTED_ALGORITHM for one that is not allowed, ERROR_INVALID_SIGNATURE for all
 * else, also when there is no signature or no key. */
enum error_code xml_verify(struct arena *arena, const struct xml_element *element,
	const struct xml_trust *trust, const struct xml_element **ret_verified,
	struct why *reterr_why) MUST_USE;

/* OK when base64 text `signature` is a signature of `octets`, the raw bytes of the query
 * ("SAMLRequest=...&RelayState=...&SigAlg=...", in this order, as they were sent), by one of
 * the keys. `algorithm_uri` is SigAlg, decoded. Errors as above. */
enum error_code xml_verify_detached(const struct xml_trust *trust, struct str octets,
	struct str algorithm_uri, struct str signature, struct why *reterr_why) MUST_USE;

#endif
