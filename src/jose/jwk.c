/* JWKs; see jwk.h. */
#include "jose/jwk.h"

#include "base/tables.h"
#include "crypto/base64.h"
#include "crypto/x509.h"
#include "json/tree.h"

static const struct form {
	enum sign_key_kind kind;
	const char *kty, *crv; /* crv empty: has none */
} forms[] = {
	{ SIGN_KEY_RSA, "RSA", "" },
	{ SIGN_KEY_P256, "EC", "P-256" },
	{ SIGN_KEY_P384, "EC", "P-384" },
	{ SIGN_KEY_P521, "EC", "P-521" },
	{ SIGN_KEY_ED25519, "OKP", "Ed25519" },
};

/* ---- writing ---- */

static void member_bytes(
	struct json_writer *w, struct arena *arena, const char *name, struct str bytes)
{
	if (bytes.n)
		json_member_text(w, name, base64url_encode(arena, bytes));
}

static void write_certificate(
	struct json_writer *w, struct arena *arena, const struct x509_facts *certificate)
{
	struct str der = base64_encode(arena, certificate->der);
	json_member_texts(w, "x5c", &der, 1);
	member_bytes(w, arena, "x5t", certificate->sha1);
	member_bytes(w, arena, "x5t#S256", certificate->sha256);
}

enum error_code jwk_text(struct arena *arena, const struct sign_key *key,
	const struct jwk_facts *facts, struct str *ret_json, struct why *reterr_why)
{
	struct sign_key_numbers numbers;
	struct x509_facts certificate;
	enum error_code error = sign_key_numbers(arena, key, &numbers, reterr_why);
	if (!error && facts->certificate.n)
		error = x509_parse(arena, facts->certificate, &certificate, reterr_why);
	if (error)
		return error;
	const struct form *form = forms;
	while (form->kind != numbers.kind)
		form++;
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "kid", facts->kid);
	json_member_text(&w, "kty", str_from(form->kty));
	json_member_text(&w, "alg", facts->algorithm);
	json_member_text(&w, "use", facts->encryption ? STR("enc") : STR("sig"));
	if (facts->certificate.n)
		write_certificate(&w, arena, &certificate);
	if (*form->crv)
		json_member_text(&w, "crv", str_from(form->crv));
	member_bytes(&w, arena, "x", numbers.x);
	member_bytes(&w, arena, "y", numbers.y);
	member_bytes(&w, arena, "n", numbers.n);
	member_bytes(&w, arena, "e", numbers.e);
	json_write_object_end(&w);
	*ret_json = text_str(&text);
	return OK;
}

struct str jwk_set_text(struct arena *arena, const struct str *jwks, size_t n)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_array_begin(&w, "keys");
	for (size_t i = 0; i < n; i++)
		json_write_raw(&w, jwks[i]);
	json_write_array_end(&w);
	json_write_object_end(&w);
	return text_str(&text);
}

/* ---- reading ---- */

struct members {
	struct str kty, kid, alg, use, crv, n, e, x, y, d, k;
};

static const struct json_field member_fields[] = {
	JSON_TEXT(struct members, kty, "kty", JSON_REQUIRED),
	JSON_TEXT(struct members, kid, "kid", 0),
	JSON_TEXT(struct members, alg, "alg", 0),
	JSON_TEXT(struct members, use, "use", 0),
	JSON_TEXT(struct members, crv, "crv", 0),
	JSON_TEXT(struct members, n, "n", 0),
	JSON_TEXT(struct members, e, "e", 0),
	JSON_TEXT(struct members, x, "x", 0),
	JSON_TEXT(struct members, y, "y", 0),
	JSON_ANY(struct members, d, "d", JSON_SECRET),
	JSON_ANY(struct members, k, "k", JSON_SECRET),
};
static const struct json_shape member_shape = JSON_SHAPE(struct members, member_fields);

static const struct json_read_options foreign = { .unknown = JSON_UNKNOWN_IGNORED };

static const struct form *form_of(const struct members *members)
{
	for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
		if (str_eq_z(members->kty, forms[i].kty) &&
			(!*forms[i].crv || str_eq_z(members->crv, forms[i].crv)))
			return &forms[i];
	return NULL;
}

static enum error_code decode(struct arena *arena, const char *name, struct str text,
	struct str *ret_bytes, struct why *why)
{
	struct why detail;
	if (base64url_decode(arena, text, ret_bytes, &detail))
		return error_because(why, ERROR_INVALID_VALUE, "JWK's %s: %s", name, detail.text);
	return OK;
}

static enum error_code check_members(const struct members *members, struct why *why)
{
	if (members->d.n || members->k.n)
		return error_because(why, ERROR_INVALID_VALUE,
			"JWK holds a private key, which nobody should send");
	if (members->kid.n > JWK_KID_MAX || str_has_control(members->kid))
		return error_because(
			why, ERROR_INVALID_VALUE, "JWK's kid of %zu bytes", members->kid.n);
	return OK;
}

static enum error_code key_of(struct arena *arena, const struct members *members,
	struct sign_key **ret_key, struct why *why)
{
	const struct form *form = form_of(members);
	if (!form)
		return error_because(why, ERROR_INVALID_VALUE,
			"JWK's kty \"%.*s\" and crv \"%.*s\" are not supported",
			STR_ARG(str_take(members->kty, 32)), STR_ARG(str_take(members->crv, 32)));
	struct sign_key_numbers numbers = { .kind = form->kind };
	enum error_code error = decode(arena, "n", members->n, &numbers.n, why);
	if (!error)
		error = decode(arena, "e", members->e, &numbers.e, why);
	if (!error)
		error = decode(arena, "x", members->x, &numbers.x, why);
	if (!error)
		error = decode(arena, "y", members->y, &numbers.y, why);
	if (!error)
		error = sign_key_from_numbers(&numbers, ret_key, why);
	return error;
}

static enum error_code jwk_of(
	struct arena *arena, const struct members *members, struct jwk *ret_jwk, struct why *why)
{
	struct sign_key *key = NULL;
	enum error_code error = check_members(members, why);
	if (!error)
		error = key_of(arena, members, &key, why);
	if (!error)
		*ret_jwk = (struct jwk){ members->kid, members->alg, members->use, key };
	return error;
}

enum error_code jwk_parse(
	struct arena *arena, struct str json, struct jwk *ret_jwk, struct why *reterr_why)
{
	struct members members = { 0 };
	if (json.n > JWK_SET_BYTES_MAX)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "JWK of %zu bytes", json.n);
	enum error_code error =
		json_read(arena, json, &member_shape, &foreign, &members, reterr_why);
	return error ? error : jwk_of(arena, &members, ret_jwk, reterr_why);
}

/* The list of keys; each is then read for itself, so that one bad key spoils no other. */
static enum error_code list_of(
	struct arena *arena, struct str json, const struct json_node **ret_list, struct why *why)
{
	struct json_node *root = NULL;
	if (json.n > JWK_SET_BYTES_MAX)
		return error_because(why, ERROR_INVALID_VALUE, "JWK set of %zu bytes, allowed %d",
			json.n, JWK_SET_BYTES_MAX);
	enum error_code error = json_tree_read(arena, json, &root, why);
	if (error)
		return error;
	const struct json_node *list =
		root->kind == JSON_NODE_OBJECT ? json_node_find(root, STR("keys")) : NULL;
	if (!list || list->kind != JSON_NODE_LIST || list->n > JWK_SET_KEYS_MAX)
		return error_because(why, ERROR_INVALID_VALUE,
			"JWK set has no \"keys\" with a list of at most %d", JWK_SET_KEYS_MAX);
	*ret_list = list;
	return OK;
}

/* What a token says of the key that it is to be verified with. */
struct hint {
	struct str kid, algorithm; /* kid empty: any */
};

/* By its members alone; the curve is left to who verifies. */
static bool may_verify(const struct members *members, const struct hint *hint)
{
	struct str algorithm = hint->algorithm;
	bool edwards = str_eq_z(algorithm, "EdDSA"), elliptic = !edwards && str_starts(algorithm, STR("ES"));
	const char *kty = edwards ? "OKP" : elliptic ? "EC" : "RSA";
	return str_eq_z(members->kty, kty) && (!hint->kid.n || str_eq(members->kid, hint->kid)) &&
	       !str_eq_z(members->use, "enc") && (!members->alg.n || str_eq(members->alg, algorithm));
}

/* At most `max` keys; of a hint (NULL: none) only those that it may mean. */
static enum error_code read_set(struct arena *arena, struct str json, const struct hint *hint, size_t max,
	struct jwk_set *ret_set, struct why *reterr_why)
{
	const struct json_node *list = NULL;
	struct jwk_set set = { 0 };
	enum error_code error = list_of(arena, json, &list, reterr_why);
	if (error)
		return error;
	for (size_t i = 0; i < list->n && set.n < max; i++) {
		struct members members = { 0 };
		struct jwk jwk;
		struct str text = json_tree_text(arena, list->items[i]);
		struct why *why = set.skipped ? NULL : reterr_why;
		if (json_read(arena, text, &member_shape, &foreign, &members, why))
			set.skipped++;
		else if (hint && !may_verify(&members, hint))
			continue;
		else if (jwk_of(arena, &members, &jwk, why))
			set.skipped++;
		else
			*(struct jwk *)arena_push(arena, &set.keys, &set.n, sizeof jwk) = jwk;
	}
	*ret_set = set;
	return OK;
}

enum error_code jwk_set_parse(
	struct arena *arena, struct str json, struct jwk_set *ret_set, struct why *reterr_why)
{
	return read_set(arena, json, NULL, JWK_SET_KEYS_MAX, ret_set, reterr_why);
}

enum error_code jwk_set_parse_for(struct arena *arena, struct str json, struct str kid, struct str algorithm,
	size_t max, struct jwk_set *ret_set, struct why *reterr_why)
{
	const struct hint hint = { kid, algorithm };
	return read_set(arena, json, &hint, max, ret_set, reterr_why);
}

void jwk_set_free(struct jwk_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		sign_key_free(set->keys[i].key);
	*set = (struct jwk_set){ 0 };
}

const struct jwk *jwk_set_find(const struct jwk_set *set, struct str kid, const struct jwk *after)
{
	for (size_t i = after ? (size_t)(after - set->keys) + 1 : 0; i < set->n; i++) {
		const struct jwk *jwk = &set->keys[i];
		bool named = kid.n == 0 || str_eq(jwk->kid, kid);
		if (named && !str_eq_z(jwk->use, "enc"))
			return jwk;
	}
	return NULL;
}
