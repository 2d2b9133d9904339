/* See verify.h. Each step refuses; what is left at the end is signed. */
#include "xml/verify.h"

#include "base/tables.h"
#include "crypto/secret.h"
#include "crypto/verify.h"
#include "xml/canonical.h"
#include "xml/namespaces.h"
#include "xml/tree.h"

#define ENVELOPED XML_DSIG "enveloped-signature"

/* Each declaration of the document is looked up in the list. */
enum { PREFIX_LIST_MAX = 512 /* bytes */ };

struct signature {
	const struct xml_element *element;
	const struct xml_element *info, *reference;
	struct xml_canonical_options info_form, reference_form;
	enum sign_algorithm algorithm;
	enum hash_kind digest;
	struct str value, digest_value; /* bytes */
};

static enum error_code refuse(struct why *why, const char *what)
{
	return error_because(why, ERROR_INVALID_SIGNATURE, "XML signature: %s", what);
}

static bool is_ds(const struct xml_element *element, struct str name)
{
	return element && xml_is(element, STR(XML_DSIG), name);
}

bool xml_is_signed(const struct xml_element *element)
{
	return xml_first(element, STR(XML_DSIG), STR("Signature")) != NULL;
}

/* ---- algorithms ---- */

/* A canonical form with its InclusiveNamespaces. */
static bool form_of(const struct xml_element *method, struct xml_canonical_options *ret_options)
{
	struct xml_canonical_options options = { 0 };
	if (!xml_canonical_of(xml_attribute(method, STR("Algorithm")), &options.form))
		return false;
	const struct xml_element *list = xml_child(method);
	if (list) {
		bool exclusive = options.form == XML_CANONICAL_EXCLUSIVE ||
			options.form == XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS;
		options.inclusive_prefixes = xml_attribute(list, STR("PrefixList"));
		if (!exclusive || xml_next(list) || xml_child(list) ||
			options.inclusive_prefixes.n > PREFIX_LIST_MAX ||
			!xml_is(list, STR(XML_EXCLUSIVE), STR("InclusiveNamespaces")))
			return false;
	}
	*ret_options = options;
	return true;
}

static enum error_code read_signature_method(
	const struct xml_element *method, unsigned allowed, struct signature *s, struct why *why)
{
	struct str uri = xml_attribute(method, STR("Algorithm"));
	if (xml_child(method))
		return refuse(why, "SignatureMethod has parameters");
	if (!xml_signature_algorithm_of(uri, &s->algorithm) || !(allowed & XML_ALLOW(s->algorithm)))
		return error_because(why, ERROR_UNSUPPORTED_ALGORITHM,
			"XML signature: algorithm %.*s is not allowed here",
			STR_ARG(str_take(uri, 100)));
	return OK;
}

static enum error_code read_digest_method(
	const struct xml_element *method, unsigned allowed, struct signature *s, struct why *why)
{
	struct str uri = xml_attribute(method, STR("Algorithm"));
	if (xml_child(method))
		return refuse(why, "DigestMethod has parameters");
	if (!xml_digest_of(uri, &s->digest) || !(allowed & XML_ALLOW(s->digest)))
		return error_because(why, ERROR_UNSUPPORTED_ALGORITHM,
			"XML signature: digest %.*s is not allowed here",
			STR_ARG(str_take(uri, 100)));
	return OK;
}

/* ---- structure ---- */

/* Enveloped-signature, then at most one canonical form; without one it is the inclusive one
 * (XML Signature section 4.4.3.2). */
static enum error_code read_transforms(
	const struct xml_element *transforms, struct signature *s, struct why *why)
{
	const struct xml_element *first = xml_child(transforms);
	if (!is_ds(first, STR("Transform")) || xml_child(first) ||
		!str_eq(xml_attribute(first, STR("Algorithm")), STR(ENVELOPED)))
		return refuse(why, "the first Transform is not enveloped-signature");
	const struct xml_element *second = xml_next(first);
	s->reference_form = (struct xml_canonical_options){ .form = XML_CANONICAL_INCLUSIVE };
	if (second &&
		(!is_ds(second, STR("Transform")) || xml_next(second) ||
			!form_of(second, &s->reference_form)))
		return refuse(why, "a Transform that is no canonical form, or a third one");
	/* "#ID" stands for the element without its comments (section 4.4.3.3). */
	if (s->reference_form.form == XML_CANONICAL_EXCLUSIVE_WITH_COMMENTS)
		s->reference_form.form = XML_CANONICAL_EXCLUSIVE;
	if (s->reference_form.form == XML_CANONICAL_INCLUSIVE_WITH_COMMENTS)
		s->reference_form.form = XML_CANONICAL_INCLUSIVE;
	s->reference_form.without = s->element;
	return OK;
}

static enum error_code read_reference(struct arena *arena, const struct xml_element *signed_one,
	const struct xml_trust *trust, struct signature *s, struct why *why)
{
	struct str uri = xml_attribute(s->reference, STR("URI"));
	struct str id = xml_attribute(signed_one, STR("ID"));
	if (!id.n || uri.n < 2 || uri.p[0] != '#' || !str_eq(str_drop(uri, 1), id))
		return refuse(why, "its Reference is not to the ID of the element that it is in");
	const struct xml_element *transforms = xml_child(s->reference);
	if (!is_ds(transforms, STR("Transforms")))
		return refuse(why, "its Reference has no Transforms");
	const struct xml_element *method = xml_next(transforms);
	const struct xml_element *value = method ? xml_next(method) : NULL;
	if (!is_ds(method, STR("DigestMethod")) || !is_ds(value, STR("DigestValue")) ||
		xml_next(value))
		return refuse(why, "its Reference is not Transforms, DigestMethod, DigestValue");
	enum error_code error = read_transforms(transforms, s, why);
	if (!error)
		error = read_digest_method(method, trust->digests, s, why);
	if (error)
		return error;
	if (xml_tree_base64(arena, xml_text(value), &s->digest_value))
		return refuse(why, "its DigestValue is no base64");
	return OK;
}

static enum error_code read_info(
	const struct xml_trust *trust, struct signature *s, struct why *why)
{
	const struct xml_element *form = xml_child(s->info);
	const struct xml_element *method = form ? xml_next(form) : NULL;
	s->reference = method ? xml_next(method) : NULL;
	if (!is_ds(form, STR("CanonicalizationMethod")) ||
		!is_ds(method, STR("SignatureMethod")) ||
		!is_ds(s->reference, STR("Reference")) || xml_next(s->reference))
		return refuse(why,
			"its SignedInfo is not CanonicalizationMethod, SignatureMethod and one Reference");
	if (!form_of(form, &s->info_form))
		return error_because(why, ERROR_UNSUPPORTED_ALGORITHM,
			"XML signature: canonical form %.*s is not known",
			STR_ARG(str_take(xml_attribute(form, STR("Algorithm")), 100)));
	return read_signature_method(method, trust->signatures, s, why);
}

/* SignedInfo, SignatureValue, and KeyInfo, which is not read. */
static enum error_code read_signature(struct arena *arena, const struct xml_element *signed_one,
	const struct xml_trust *trust, struct signature *s, struct why *why)
{
	s->element = xml_first(signed_one, STR(XML_DSIG), STR("Signature"));
	if (!s->element)
		return refuse(why, "there is none");
	if (xml_another(s->element))
		return refuse(why, "there are two in one element");
	s->info = xml_child(s->element);
	const struct xml_element *value = s->info ? xml_next(s->info) : NULL;
	const struct xml_element *key_info = value ? xml_next(value) : NULL;
	if (!is_ds(s->info, STR("SignedInfo")) || !is_ds(value, STR("SignatureValue")) ||
		(key_info && (!is_ds(key_info, STR("KeyInfo")) || xml_next(key_info))))
		return refuse(why, "it is not SignedInfo, SignatureValue and KeyInfo alone");
	enum error_code error = read_info(trust, s, why);
	if (!error)
		error = read_reference(arena, signed_one, trust, s, why);
	if (error)
		return error;
	if (xml_tree_base64(arena, xml_text(value), &s->value))
		return refuse(why, "its SignatureValue is no base64");
	return OK;
}

/* ---- arithmetic ---- */

static enum error_code check_digest(struct arena *arena, const struct xml_element *signed_one,
	const struct signature *s, struct why *why)
{
	struct str text = { 0 };
	unsigned char hash[HASH_MAX];
	enum error_code error =
		xml_canonical_text(arena, signed_one, &s->reference_form, &text, why);
	if (error)
		return refuse(why, "the element's canonical form is too large");
	size_t n = hash_bytes(s->digest, text, hash);
	if (!secret_equal(str_of(hash, n), s->digest_value))
		return refuse(why, "the element is not the one that was signed (digest)");
	return OK;
}

static enum error_code check_value(const struct xml_trust *trust, enum sign_algorithm algorithm,
	struct str octets, struct str value, struct why *why)
{
	size_t fitting = 0;
	for (size_t i = 0; i < trust->keys_n; i++) {
		if (!sign_algorithm_fits(algorithm, trust->keys[i], NULL))
			continue;
		fitting++;
		if (verify_bytes(trust->keys[i], algorithm, octets, value, NULL) == OK)
			return OK;
	}
	return error_because(why, ERROR_INVALID_SIGNATURE,
		"XML signature: no key made it; keys %zu, of which %zu go with algorithm %s",
		trust->keys_n, fitting, sign_algorithm_name(algorithm));
}

enum error_code xml_verify(struct arena *arena, const struct xml_element *element,
	const struct xml_trust *trust, const struct xml_element **ret_verified,
	struct why *reterr_why)
{
	struct signature s = { 0 };
	struct str info = { 0 };
	enum error_code error = read_signature(arena, element, trust, &s, reterr_why);
	if (error)
		return error;
	/* The key first: strangers then get no more work done than the form of SignedInfo. */
	if (xml_canonical_text(arena, s.info, &s.info_form, &info, reterr_why))
		return refuse(reterr_why, "the canonical form of its SignedInfo is too large");
	error = check_value(trust, s.algorithm, info, s.value, reterr_why);
	if (!error)
		error = check_digest(arena, element, &s, reterr_why);
	if (!error)
		*ret_verified = element;
	return error;
}

enum error_code xml_verify_detached(const struct xml_trust *trust, struct str octets,
	struct str algorithm_uri, struct str signature, struct why *reterr_why)
{
	enum sign_algorithm algorithm = SIGN_RS256;
	struct str value = { 0 };
	if (!xml_signature_algorithm_of(algorithm_uri, &algorithm) ||
		!(trust->signatures & XML_ALLOW(algorithm)))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"SigAlg %.*s is not allowed here", STR_ARG(str_take(algorithm_uri, 100)));
	ARENA_SCOPED arena = arena_new(0);
	if (xml_tree_base64(arena, signature, &value))
		return refuse(reterr_why, "the parameter Signature is no base64");
	return check_value(trust, algorithm, octets, value, reterr_why);
}
