/* See sign.h. Positions come from the parser, so that the text around the Signature stays as
 * it was written. */
#include "xml/sign.h"

#include "crypto/base64.h"
#include "xml/canonical.h"
#include "xml/namespaces.h"
#include "xml/tree.h"
#include "xml/writer.h"

enum hash_kind xml_signing_digest(enum sign_algorithm algorithm)
{
	return sign_algorithm_hash(algorithm);
}

static enum error_code find_unsigned(struct arena *arena, struct str document, struct str id,
	const struct xml_element **ret_element, struct why *why)
{
	const struct xml_element *root = NULL;
	enum error_code error = xml_parse(arena, document, &xml_tree_limits_own, &root, why);
	if (error)
		return error;
	const struct xml_element *element = xml_tree_find_id(root, id);
	if (!element || !element->inside || xml_first(element, STR(XML_DSIG), STR("Signature")))
		return error_because(why, ERROR_INVALID_VALUE,
			"XML to sign: no element with ID %.*s, or it is empty or signed already",
			STR_ARG(str_take(id, 100)));
	*ret_element = element;
	return OK;
}

static void write_method(struct xml_writer *w, struct str name, struct str algorithm)
{
	xml_open(w, &xml_dsig, name);
	xml_write_attribute(w, STR("Algorithm"), algorithm);
	xml_close(w);
}

static void write_reference(struct arena *arena, struct xml_writer *w,
	const struct xml_signing *signing, struct str id, struct str digest)
{
	xml_open(w, &xml_dsig, STR("Reference"));
	xml_write_attribute(w, STR("URI"), arena_join(arena, STR("#"), id, STR("")));
	xml_open(w, &xml_dsig, STR("Transforms"));
	write_method(w, STR("Transform"), STR(XML_DSIG "enveloped-signature"));
	write_method(w, STR("Transform"), xml_canonical_uri(XML_CANONICAL_EXCLUSIVE));
	xml_close(w);
	write_method(w, STR("DigestMethod"), xml_digest_uri(signing->digest));
	xml_write_leaf(w, &xml_dsig, STR("DigestValue"), base64_encode(arena, digest));
	xml_close(w);
}

static void write_key_info(struct xml_writer *w, const struct xml_signing *signing)
{
	if (!signing->key_name.n && !signing->certificate.n)
		return;
	xml_open(w, &xml_dsig, STR("KeyInfo"));
	if (signing->key_name.n)
		xml_write_leaf(w, &xml_dsig, STR("KeyName"), signing->key_name);
	if (signing->certificate.n) {
		xml_open(w, &xml_dsig, STR("X509Data"));
		xml_write_leaf(w, &xml_dsig, STR("X509Certificate"), signing->certificate);
		xml_close(w);
	}
	xml_close(w);
}

/* The Signature with an empty SignatureValue. */
static struct str unfinished(struct arena *arena, const struct xml_signing *signing, struct str id,
	struct str digest)
{
	struct xml_writer w = xml_writer_new(arena, 0);
	xml_open(&w, &xml_dsig, STR("Signature"));
	xml_open(&w, &xml_dsig, STR("SignedInfo"));
	write_method(&w, STR("CanonicalizationMethod"), xml_canonical_uri(signing->canonical));
	write_method(&w, STR("SignatureMethod"), xml_signature_algorithm_uri(signing->algorithm));
	write_reference(arena, &w, signing, id, digest);
	xml_close(&w);
	xml_write_leaf(&w, &xml_dsig, STR("SignatureValue"), STR(""));
	write_key_info(&w, signing);
	xml_close(&w);
	return xml_written(&w);
}

static struct str inserted(struct arena *arena, struct str text, size_t at, struct str what)
{
	return arena_join(arena, str_take(text, at), what, str_drop(text, at));
}

/* Behind the Issuer, as the schemas of SAML have it. */
static size_t place_in(const struct xml_element *element)
{
	const struct xml_element *first = xml_child(element);
	return first && xml_is(first, STR(XML_SAML), STR("Issuer")) ? first->end : element->inside;
}

/* Fills in the SignatureValue. SignedInfo is canonicalised where it stands, since the
 * inclusive form takes in the namespaces around it. */
static enum error_code finish(struct arena *arena, const struct xml_signing *signing,
	struct str document, struct str id, struct str *ret_document, struct why *why)
{
	const struct xml_element *root = NULL;
	struct xml_canonical_options options = { .form = signing->canonical };
	struct str text = { 0 }, value = { 0 };
	enum error_code error = xml_parse(arena, document, &xml_tree_limits_own, &root, why);
	if (error)
		return error;
	const struct xml_element *info = xml_child(
		xml_first(xml_tree_find_id(root, id), STR(XML_DSIG), STR("Signature")));
	error = xml_canonical_text(arena, info, &options, &text, why);
	if (!error)
		error = sign_bytes(arena, signing->key, signing->algorithm, text, &value, why);
	if (error)
		return error;
	*ret_document =
		inserted(arena, document, xml_next(info)->inside, base64_encode(arena, value));
	return OK;
}

enum error_code xml_sign(struct arena *arena, const struct xml_signing *signing,
	struct str document, struct str id, struct str *ret_document, struct why *reterr_why)
{
	const struct xml_element *element = NULL;
	const struct xml_canonical_options options = { .form = XML_CANONICAL_EXCLUSIVE };
	struct str text = { 0 };
	unsigned char hash[HASH_MAX];
	if (!xml_signature_algorithm_uri(signing->algorithm).n)
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"algorithm %s has no name in XML Signature",
			sign_algorithm_name(signing->algorithm));
	enum error_code error = find_unsigned(arena, document, id, &element, reterr_why);
	if (!error)
		error = xml_canonical_text(arena, element, &options, &text, reterr_why);
	if (error)
		return error;
	size_t n = hash_bytes(signing->digest, text, hash);
	struct str signature = unfinished(arena, signing, id, str_of(hash, n));
	if (!signature.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"XML to sign: the key's name or certificate cannot be written");
	return finish(arena, signing, inserted(arena, document, place_in(element), signature), id,
		ret_document, reterr_why);
}

enum error_code xml_sign_detached(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str octets, struct str *ret_base64,
	struct why *reterr_why)
{
	struct str value = { 0 };
	enum error_code error = sign_bytes(arena, key, algorithm, octets, &value, reterr_why);
	if (!error)
		*ret_base64 = base64_encode(arena, value);
	return error;
}
