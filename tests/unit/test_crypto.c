/* crypto/: secrets, random texts, hashes, base64, keys, signatures, sealing. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/random.h"
#include "crypto/key_agreement.h"
#include "crypto/seal.h"
#include "crypto/uuid.h"
#include "crypto/verify.h"
#include "vectors.h"

static void assert_str(struct str got, const char *want)
{
	if (!str_eq_z(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static struct str bytes_of(const char *base64url)
{
	struct str bytes = { 0 };
	assert_int_equal(base64url_decode(arena, str_from(base64url), &bytes, NULL), OK);
	return bytes;
}

/* ---- bytes ---- */

/* B2.22 */
static void secrets_compare_and_are_let_go(void **state)
{
	(void)state;
	assert_true(secret_equal(STR("abc"), STR("abc")));
	assert_false(secret_equal(STR("abc"), STR("abd")));
	assert_false(secret_equal(STR("abc"), STR("abcd")));
	assert_false(secret_equal(STR("a\0b"), STR("a\0c")));
	assert_true(secret_equal((struct str){ NULL, 0 }, STR("")));
	struct secret secret = secret_copy(STR("hush"));
	assert_str(secret_str(&secret), "hush");
	secret_free(&secret);
	assert_null(secret.p);
	assert_int_equal(secret.n, 0);
	secret_free(&secret);
}

static void random_texts_have_their_form_and_differ(void **state)
{
	(void)state;
	struct str a = random_token(arena, 18), b = random_token(arena, 18);
	assert_int_equal(a.n, 24);
	assert_false(str_eq(a, b));
	assert_int_equal(random_token(arena, 1).n, 22); /* never below 128 bits */
	struct str u = random_uuid(arena);
	assert_int_equal(u.n, 36);
	assert_int_equal(u.p[14], '4');
	assert_non_null(strchr("89ab", u.p[19]));
	assert_false(str_eq(u, random_uuid(arena)));
	unsigned char ones[16];
	memset(ones, 0xff, sizeof ones);
	assert_str(uuid_of(arena, ones), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

static struct str hex_of(enum hash_kind kind, struct str data)
{
	unsigned char hash[HASH_MAX];
	size_t n = hash_bytes(kind, data, hash);
	assert_int_equal(n, hash_size(kind));
	return hash_hex(arena, str_of(hash, n));
}

static void hashes_are_those_of_fips_180(void **state)
{
	(void)state;
	assert_str(hex_of(HASH_SHA1, STR("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_str(hex_of(HASH_SHA256, STR("abc")),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_str(hex_of(HASH_SHA256, (struct str){ NULL, 0 }),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_str(hex_of(HASH_SHA384, STR("abc")),
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		"8086072ba1e7cc2358baeca134c825a7");
	assert_str(hex_of(HASH_SHA512, STR("abc")),
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	assert_str(hash_base64url(arena, HASH_SHA256, STR("abc")),
		"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

static void hmac_is_that_of_rfc_4231(void **state)
{
	(void)state;
	unsigned char mac[HASH_MAX];
	size_t n = hash_hmac(HASH_SHA256, STR("Jefe"), STR("what do ya want for nothing?"), mac);
	assert_str(hash_hex(arena, str_of(mac, n)),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	n = hash_hmac(HASH_SHA512, STR("Jefe"), STR("what do ya want for nothing?"), mac);
	assert_str(hash_hex(arena, str_of(mac, n)),
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	/* An empty key is a key, not "the one from before". */
	n = hash_hmac(HASH_SHA256, (struct str){ NULL, 0 }, STR(""), mac);
	assert_str(hash_hex(arena, str_of(mac, n)),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void base64_goes_both_ways(void **state)
{
	(void)state;
	static const struct {
		const char *plain, *padded, *url;
	} cases[] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/", "-_-_" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct str plain = str_from(cases[i].plain), back = { 0 };
		assert_str(base64_encode(arena, plain), cases[i].padded);
		assert_str(base64url_encode(arena, plain), cases[i].url);
		assert_int_equal(base64_decode(arena, str_from(cases[i].padded), &back, NULL), OK);
		assert_str(back, cases[i].plain);
		back = STR("?");
		assert_int_equal(base64url_decode(arena, str_from(cases[i].url), &back, NULL), OK);
		assert_str(back, cases[i].plain);
	}
	SECRET_SCOPED secret = { 0 };
	assert_int_equal(base64_decode_secret(STR("Zm9vYg=="), &secret, NULL), OK);
	assert_str(secret_str(&secret), "foob");
}

static void base64_is_strict(void **state)
{
	(void)state;
	static const struct str bad_padded[] = {
		STR_INIT("Zg"),
		STR_INIT("Zg="),
		STR_INIT("Zg==="),
		STR_INIT("Z==="),
		STR_INIT("===="),
		STR_INIT("Zh=="),
		STR_INIT("Zm9="),
		STR_INIT("Zm9v\n"),
		STR_INIT(" Zm9v"),
		STR_INIT("Zm=v"),
		STR_INIT("Zg==Zg=="),
		STR_INIT("-_-_"),
		STR_INIT("Zm\0v"),
		STR_INIT("Zm9\xc3"),
	};
	static const struct str bad_url[] = {
		STR_INIT("Zg=="),
		STR_INIT("Z"),
		STR_INIT("Zm9vY"),
		STR_INIT("Zh"),
		STR_INIT("Zm9"),
		STR_INIT("+/+/"),
		STR_INIT("Zm 9"),
		STR_INIT("Zm9v\n"),
		STR_INIT("Zm9v\0"),
		STR_INIT("Zm9v."),
	};
	struct why why;
	struct str out = STR("untouched");
	for (size_t i = 0; i < ARRAY_LENGTH(bad_padded); i++)
		assert_int_equal(
			base64_decode(arena, bad_padded[i], &out, &why), ERROR_INVALID_VALUE);
	for (size_t i = 0; i < ARRAY_LENGTH(bad_url); i++)
		assert_int_equal(
			base64url_decode(arena, bad_url[i], &out, &why), ERROR_INVALID_VALUE);
	assert_str(out, "untouched");
}

/* ---- keys ---- */

static struct sign_key *private_key(const char *text)
{
	struct sign_key *key = NULL;
	struct why why = { "" };
	if (sign_key_from_private(str_from(text), &key, &why))
		fail_msg("%s", why.text);
	return key;
}

static void refuse_private(const char *text, const char *because)
{
	struct sign_key *key = NULL;
	struct why why = { "" };
	assert_int_equal(sign_key_from_private(str_from(text), &key, &why), ERROR_INVALID_VALUE);
	assert_null(key);
	if (!strstr(why.text, because))
		fail_msg("reason \"%s\" does not say \"%s\"", why.text, because);
}

static void keycloak_keys_import_and_export_unchanged(void **state)
{
	(void)state;
	struct sign_key *key = private_key(REALM_RSA_PRIVATE),
			*pkcs8 = private_key(REALM_RSA_PKCS8);
	struct sign_key *enc = private_key(REALM_ENC_PRIVATE), *public = NULL;
	assert_int_equal(sign_key_kind(key), SIGN_KEY_RSA);
	assert_int_equal(sign_key_bits(key), 2048);
	assert_true(sign_key_is_private(key));
	assert_true(sign_key_same(key, pkcs8));
	assert_false(sign_key_same(key, enc));
	SECRET_SCOPED text = { 0 };
	assert_int_equal(sign_key_private_text(pkcs8, &text, NULL), OK);
	assert_str(secret_str(&text), REALM_RSA_PRIVATE);
	assert_int_equal(sign_key_from_certificate(STR(REALM_RSA_CERTIFICATE), &public, NULL), OK);
	assert_false(sign_key_is_private(public));
	assert_true(sign_key_same(key, public));
	SECRET_SCOPED none = { 0 };
	assert_int_equal(sign_key_private_text(public, &none, NULL), ERROR_INVALID_VALUE);
	struct str signature = { 0 };
	assert_int_equal(
		sign_bytes(arena, public, SIGN_RS256, STR("x"), &signature, NULL), ERROR_NO_KEY);
	sign_key_free(key);
	sign_key_free(pkcs8);
	sign_key_free(enc);
	sign_key_free(public);
}

static void kid_is_keycloaks(void **state)
{
	(void)state;
	struct sign_key *key = private_key(REALM_RSA_PRIVATE), *recorded = NULL;
	struct str kid = { 0 };
	assert_int_equal(sign_key_kid(arena, key, &kid, NULL), OK);
	assert_str(kid, REALM_RSA_KID);
	assert_int_equal(sign_key_from_certificate(STR(RECORDED_CERTIFICATE), &recorded, NULL), OK);
	assert_int_equal(sign_key_kid(arena, recorded, &kid, NULL), OK);
	assert_str(kid, RECORDED_KID);
	sign_key_free(key);
	sign_key_free(recorded);
}

static void ec_keys_come_in_every_form(void **state)
{
	(void)state;
	struct sign_key *sec1 = private_key(EC_SEC1), *pkcs8 = private_key(EC_PKCS8);
	struct sign_key *pem = private_key(EC_PEM), *public = NULL;
	assert_int_equal(sign_key_kind(sec1), SIGN_KEY_P256);
	assert_int_equal(sign_key_bits(sec1), 256);
	assert_true(sign_key_same(sec1, pkcs8) && sign_key_same(pkcs8, pem));
	SECRET_SCOPED text = { 0 };
	assert_int_equal(sign_key_private_text(sec1, &text, NULL), OK);
	assert_str(secret_str(&text), EC_PKCS8);
	struct str spki = { 0 };
	assert_int_equal(sign_key_public_text(arena, pem, &spki, NULL), OK);
	assert_int_equal(sign_key_from_public(spki, &public, NULL), OK);
	assert_true(sign_key_same(public, pem));
	sign_key_free(sec1);
	sign_key_free(pkcs8);
	sign_key_free(pem);
	sign_key_free(public);
}

static void blanks_in_copied_base64_are_fine(void **state)
{
	(void)state;
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < strlen(EC_PKCS8); i += 40) {
		text_add(&text, str_take(str_drop(STR(EC_PKCS8), i), 40));
		text_add_z(&text, "\r\n\t ");
	}
	struct sign_key *key = NULL;
	assert_int_equal(sign_key_from_private(text_str(&text), &key, NULL), OK);
	sign_key_free(key);
}

static void weak_and_broken_private_keys_are_refused(void **state)
{
	(void)state;
	refuse_private(RSA_1024_PRIVATE, "1024 bits");
	refuse_private(SECP256K1_PRIVATE, "secp256k1");
	refuse_private(EC_MISMATCHED, "");
	refuse_private(ENCRYPTED_PEM, "not encrypted");
	refuse_private("", "0 bytes");
	refuse_private("not base64!", "base64");
	refuse_private("AAAA", "private key");
	refuse_private(REALM_RSA_CERTIFICATE, "private key");
	refuse_private("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "private key");
	struct str cut = str_take(STR(REALM_RSA_PRIVATE), 800);
	refuse_private(arena_z(arena, cut), "private key");
	struct str der = { 0 };
	assert_int_equal(base64_decode(arena, STR(EC_PKCS8), &der, NULL), OK);
	struct str longer = base64_encode(arena, arena_join(arena, der, STR("x"), STR("")));
	refuse_private(arena_z(arena, longer), "bytes after");
	char *huge = calloc(1, SIGN_KEY_TEXT_MAX + 2);
	memset(huge, 'A', SIGN_KEY_TEXT_MAX + 1);
	refuse_private(huge, "bytes of text");
	free(huge);
}

/* Every single-byte change of a key's DER either is refused or gives a key that works. */
static void damaged_private_keys_never_sign_wrongly(void **state)
{
	(void)state;
	struct str der = { 0 }, signature = { 0 };
	assert_int_equal(base64_decode(arena, STR(EC_PKCS8), &der, NULL), OK);
	int refused = 0;
	for (size_t i = 0; i < der.n; i++) {
		struct str copy = arena_str(arena, der);
		((char *)copy.p)[i] ^= 0x41;
		struct sign_key *key = NULL;
		if (sign_key_from_private(base64_encode(arena, copy), &key, NULL)) {
			refused++;
			continue;
		}
		assert_int_equal(
			sign_bytes(arena, key, SIGN_ES256, STR("x"), &signature, NULL), OK);
		assert_int_equal(verify_bytes(key, SIGN_ES256, STR("x"), signature, NULL), OK);
		sign_key_free(key);
	}
	assert_in_range(refused, der.n / 2, der.n);
}

static enum error_code from_rsa_numbers(struct str n, struct str e)
{
	struct sign_key *key = NULL;
	struct sign_key_numbers numbers = { .kind = SIGN_KEY_RSA, .n = n, .e = e };
	enum error_code error = sign_key_from_numbers(&numbers, &key, NULL);
	sign_key_free(key);
	return error;
}

/* B3.2 */
static void weak_public_numbers_are_refused(void **state)
{
	(void)state;
	struct str n = bytes_of(RFC7515_RSA_N);
	assert_int_equal(from_rsa_numbers(n, STR("\x01\x00\x01")), OK);
	assert_int_equal(from_rsa_numbers(n, STR("\x03")), OK);
	assert_int_equal(from_rsa_numbers(n, STR("\x01")), ERROR_INVALID_VALUE);
	assert_int_equal(from_rsa_numbers(n, STR("\x02")), ERROR_INVALID_VALUE);
	assert_int_equal(from_rsa_numbers(n, STR("\x00")), ERROR_INVALID_VALUE);
	assert_int_equal(from_rsa_numbers(n, STR("")), ERROR_INVALID_VALUE);
	assert_int_equal(from_rsa_numbers(n, STR("\1\1\1\1\1\1\1\1\1")), ERROR_INVALID_VALUE);
	assert_int_equal(
		from_rsa_numbers(str_take(n, 64), STR("\x03")), ERROR_INVALID_VALUE); /* 512 bits */
	assert_int_equal(from_rsa_numbers(str_take(n, 255), STR("\x03")), ERROR_INVALID_VALUE);
	assert_int_equal(from_rsa_numbers(STR(""), STR("\x03")), ERROR_INVALID_VALUE);
	struct str even = arena_str(arena, n);
	((char *)even.p)[even.n - 1] &= (char)0xfe;
	assert_int_equal(from_rsa_numbers(even, STR("\x03")), ERROR_INVALID_VALUE);
	char *big = arena_alloc(arena, 2048);
	memset(big, 0xff, 2048);
	assert_int_equal(from_rsa_numbers(str_of(big, 2048), STR("\x03")), ERROR_INVALID_VALUE);
}

/* B3.2 */
static void points_off_the_curve_are_refused(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	struct sign_key_numbers numbers = {
		.kind = SIGN_KEY_P256, .x = bytes_of(RFC7515_P256_X), .y = bytes_of(RFC7515_P256_Y)
	};
	assert_int_equal(sign_key_from_numbers(&numbers, &key, NULL), OK);
	struct sign_key_numbers back = { 0 };
	assert_int_equal(sign_key_numbers(arena, key, &back, NULL), OK);
	assert_true(str_eq(back.x, numbers.x) && str_eq(back.y, numbers.y));
	sign_key_free(key);
	key = NULL;
	struct sign_key_numbers bad = numbers;
	bad.y = numbers.x;
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	bad.x = bad.y = str_of(arena_alloc(arena, 32), 32); /* (0, 0): infinity in disguise */
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	bad = numbers;
	bad.x = str_drop(numbers.x, 1);
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	bad = numbers;
	bad.kind = SIGN_KEY_P384;
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	bad.kind = SIGN_KEY_SECRET;
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	bad = (struct sign_key_numbers){ .kind = SIGN_KEY_ED25519, .x = STR("short") };
	assert_int_equal(sign_key_from_numbers(&bad, &key, NULL), ERROR_INVALID_VALUE);
	assert_null(key);
}

static void generation_keeps_its_bounds(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	assert_int_equal(sign_key_generate(SIGN_KEY_RSA, 1024, &key, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(sign_key_generate(SIGN_KEY_RSA, 8192, &key, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(sign_key_generate(SIGN_KEY_SECRET, 64, &key, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(sign_key_generate(SIGN_KEY_SECRET, 257, &key, NULL), ERROR_INVALID_VALUE);
	assert_null(key);
	assert_int_equal(sign_key_generate(SIGN_KEY_RSA, 2048, &key, NULL), OK);
	assert_int_equal(sign_key_bits(key), 2048);
	sign_key_free(key);
	assert_int_equal(sign_key_generate(SIGN_KEY_SECRET, 512, &key, NULL), OK);
	assert_int_equal(sign_key_secret(key).n, 64);
	assert_int_equal(sign_key_bits(key), 512);
	struct str out = { 0 };
	struct sign_key_numbers numbers;
	assert_int_equal(sign_key_public_text(arena, key, &out, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(sign_key_kid(arena, key, &out, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(sign_key_numbers(arena, key, &numbers, NULL), ERROR_INVALID_VALUE);
	SECRET_SCOPED text = { 0 };
	assert_int_equal(sign_key_private_text(key, &text, NULL), OK);
	assert_int_equal(text.n, 86);
	sign_key_free(key);
}

/* ---- signatures ---- */

static enum sign_key_kind kind_for(enum sign_algorithm algorithm)
{
	if (algorithm <= SIGN_PS512 || algorithm == SIGN_RSA_SHA1)
		return SIGN_KEY_RSA;
	if (algorithm == SIGN_EDDSA)
		return SIGN_KEY_ED25519;
	if (algorithm >= SIGN_HS256)
		return SIGN_KEY_SECRET;
	return (enum sign_key_kind)(SIGN_KEY_P256 + (algorithm - SIGN_ES256));
}

static void refuse_signature(const struct sign_key *key, enum sign_algorithm algorithm,
	struct str data, struct str signature)
{
	struct why why;
	if (verify_bytes(key, algorithm, data, signature, &why) != ERROR_INVALID_SIGNATURE)
		fail_msg("%s accepts a wrong signature of %zu bytes",
			sign_algorithm_name(algorithm), signature.n);
}

/* A key of the algorithm's kind; RSA keys take long to make, so there the realm's serve. */
static struct sign_key *key_for(enum sign_algorithm algorithm, const char *rsa)
{
	struct sign_key *key = NULL;
	if (kind_for(algorithm) == SIGN_KEY_RSA)
		return private_key(rsa);
	assert_int_equal(sign_key_generate(kind_for(algorithm), 512, &key, NULL), OK);
	return key;
}

static void check_round_trip(enum sign_algorithm algorithm)
{
	struct sign_key *key = key_for(algorithm, REALM_RSA_PRIVATE);
	struct sign_key *other = key_for(algorithm, REALM_ENC_PRIVATE);
	struct str data = STR("header.payload\0with a NUL"), signature = { 0 };
	assert_int_equal(sign_bytes(arena, key, algorithm, data, &signature, NULL), OK);
	assert_int_equal(verify_bytes(key, algorithm, data, signature, NULL), OK);
	refuse_signature(other, algorithm, data, signature);
	refuse_signature(key, algorithm, STR("header.payload"), signature);
	refuse_signature(key, algorithm, data, str_take(signature, signature.n - 1));
	refuse_signature(key, algorithm, data, arena_join(arena, signature, STR("\0"), STR("")));
	refuse_signature(key, algorithm, data, (struct str){ NULL, 0 });
	struct str zeros = str_of(arena_alloc(arena, signature.n), signature.n);
	refuse_signature(key, algorithm, data, zeros);
	for (size_t i = 0; i < signature.n; i += 7) {
		struct str bad = arena_str(arena, signature);
		((char *)bad.p)[i] ^= 0x10;
		refuse_signature(key, algorithm, data, bad);
	}
	for (size_t i = 0; i < SIGN_ALGORITHMS; i++) {
		enum sign_algorithm wrong = (enum sign_algorithm)i;
		if (wrong != algorithm)
			assert_int_not_equal(verify_bytes(key, wrong, data, signature, NULL), OK);
	}
	sign_key_free(key);
	sign_key_free(other);
}

static void every_algorithm_goes_round_and_refuses_tampering(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIGN_ALGORITHMS; i++)
		check_round_trip((enum sign_algorithm)i);
}

static void algorithm_names_are_exact(void **state)
{
	(void)state;
	enum sign_algorithm algorithm = SIGN_EDDSA;
	for (size_t i = 0; i < SIGN_JWA_ALGORITHMS; i++) {
		const char *name = sign_algorithm_name((enum sign_algorithm)i);
		assert_true(sign_algorithm_of(str_from(name), &algorithm) && algorithm == i);
	}
	static const struct str bad[] = { STR_INIT("none"), STR_INIT("None"), STR_INIT("nOnE"),
		STR_INIT(""), STR_INIT("rs256"), STR_INIT("RS256 "), STR_INIT("RS256\0"),
		STR_INIT("RS1"), STR_INIT("RSA-SHA1"), STR_INIT("HS1"),
		STR_INIT("ES256K") };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(sign_algorithm_of(bad[i], &algorithm));
}

/* Takes the token apart at its last dot and verifies. */
static enum error_code verify_compact(
	const struct sign_key *key, enum sign_algorithm algorithm, const char *token)
{
	struct str t = str_from(token);
	size_t dot = str_last_index(t, '.');
	return verify_bytes(key, algorithm, str_take(t, dot),
		bytes_of(arena_z(arena, str_drop(t, dot + 1))), NULL);
}

static void check_vector(
	struct sign_key_numbers numbers, enum sign_algorithm algorithm, const char *token)
{
	struct sign_key *key = NULL;
	assert_int_equal(sign_key_from_numbers(&numbers, &key, NULL), OK);
	assert_int_equal(verify_compact(key, algorithm, token), OK);
	sign_key_free(key);
}

static void published_vectors_verify(void **state)
{
	(void)state;
	struct str e = STR("\x01\x00\x01");
	check_vector(
		(struct sign_key_numbers){ SIGN_KEY_RSA, .n = bytes_of(RFC7515_RSA_N), .e = e },
		SIGN_RS256, RFC7515_RS256);
	check_vector(
		(struct sign_key_numbers){ SIGN_KEY_RSA, .n = bytes_of(RFC7520_RSA_N), .e = e },
		SIGN_PS384, RFC7520_PS384);
	check_vector((struct sign_key_numbers){ SIGN_KEY_P256, .x = bytes_of(RFC7515_P256_X),
			     .y = bytes_of(RFC7515_P256_Y) },
		SIGN_ES256, RFC7515_ES256);
	check_vector((struct sign_key_numbers){ SIGN_KEY_P521, .x = bytes_of(RFC7520_P521_X),
			     .y = bytes_of(RFC7520_P521_Y) },
		SIGN_ES512, RFC7520_ES512);
	check_vector((struct sign_key_numbers){ SIGN_KEY_ED25519, .x = bytes_of(RFC8037_X) },
		SIGN_EDDSA, RFC8037_EDDSA);
	struct sign_key *key = NULL;
	assert_int_equal(sign_key_from_secret(bytes_of(RFC7515_HS256_KEY), &key, NULL), OK);
	assert_int_equal(verify_compact(key, SIGN_HS256, RFC7515_HS256), OK);
	sign_key_free(key);
	/* Ed25519 is deterministic, so signing shows the same bytes. */
	key = private_key(RFC8037_PRIVATE);
	struct str token = STR(RFC8037_EDDSA), signature = { 0 };
	size_t dot = str_last_index(token, '.');
	assert_int_equal(
		sign_bytes(arena, key, SIGN_EDDSA, str_take(token, dot), &signature, NULL), OK);
	assert_true(str_eq(base64url_encode(arena, signature), str_drop(token, dot + 1)));
	sign_key_free(key);
}

/* B3.3 */
static void short_hmac_secrets_are_refused(void **state)
{
	(void)state;
	struct sign_key *key = NULL;
	struct why why;
	struct str signature = { 0 };
	assert_int_equal(
		sign_key_from_secret(STR("0123456789012345678901234567890"), &key, NULL), OK);
	assert_int_equal(sign_bytes(arena, key, SIGN_HS256, STR("x"), &signature, &why),
		ERROR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(why.text, "32 bytes, this one has 31"));
	assert_int_equal(verify_bytes(key, SIGN_HS256, STR("x"), STR("y"), NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
	sign_key_free(key);
	assert_int_equal(
		sign_key_from_secret(STR("01234567890123456789012345678901"), &key, NULL), OK);
	assert_int_equal(sign_bytes(arena, key, SIGN_HS256, STR("x"), &signature, NULL), OK);
	assert_int_equal(sign_bytes(arena, key, SIGN_HS512, STR("x"), &signature, NULL),
		ERROR_UNSUPPORTED_ALGORITHM);
	sign_key_free(key);
	assert_int_equal(sign_key_from_secret(STR(""), &key, NULL), ERROR_INVALID_VALUE);
}

/* B3.2: The DER form of an ECDSA signature of the same length class is not a JWS signature; nor are r = 0, s = 0, r
 * or s of the group's order and beyond. */
static void odd_ecdsa_signatures_are_refused(void **state)
{
	(void)state;
	struct sign_key *key = private_key(EC_PKCS8);
	struct str raw = { 0 };
	assert_int_equal(sign_bytes(arena, key, SIGN_ES256, STR("x"), &raw, NULL), OK);
	assert_int_equal(raw.n, 64);
	unsigned char der[72] = { 0x30, 0x46, 0x02, 0x21, 0 };
	memcpy(der + 5, raw.p, 32);
	der[37] = 0x02, der[38] = 0x21;
	memcpy(der + 40, raw.p + 32, 32);
	refuse_signature(key, SIGN_ES256, STR("x"), str_of(der, 72));
	refuse_signature(key, SIGN_ES256, STR("x"), str_of(der, 64));
	unsigned char odd[64];
	memcpy(odd, raw.p, 64);
	memset(odd, 0, 32);
	refuse_signature(key, SIGN_ES256, STR("x"), str_of(odd, 64));
	memcpy(odd, raw.p, 32);
	memset(odd + 32, 0, 32);
	refuse_signature(key, SIGN_ES256, STR("x"), str_of(odd, 64));
	memset(odd, 0xff, 64);
	refuse_signature(key, SIGN_ES256, STR("x"), str_of(odd, 64));
	sign_key_free(key);
}

/* B3.1: HS256 with the RSA public key's text as the secret: the key's kind decides, so the two never meet. */
static void confusion_of_key_kinds_is_refused(void **state)
{
	(void)state;
	struct sign_key *rsa = private_key(REALM_RSA_PRIVATE), *secret = NULL;
	struct str spki = { 0 }, mac = { 0 };
	assert_int_equal(sign_key_public_text(arena, rsa, &spki, NULL), OK);
	assert_int_equal(sign_key_from_secret(spki, &secret, NULL), OK);
	assert_int_equal(sign_bytes(arena, secret, SIGN_HS256, STR("x"), &mac, NULL), OK);
	assert_int_equal(
		verify_bytes(rsa, SIGN_HS256, STR("x"), mac, NULL), ERROR_UNSUPPORTED_ALGORITHM);
	refuse_signature(rsa, SIGN_RS256, STR("x"), mac);
	sign_key_free(rsa);
	sign_key_free(secret);
}

static void *sign_many(void *data)
{
	const struct sign_key *key = data;
	struct arena *own = arena_new(0);
	intptr_t wrong = 0;
	for (int i = 0; i < 50; i++) {
		struct str signature = { 0 };
		if (sign_bytes(own, key, SIGN_RS256, STR("x"), &signature, NULL) ||
			verify_bytes(key, SIGN_RS256, STR("x"), signature, NULL))
			wrong++;
	}
	arena_free(own);
	return (void *)wrong;
}

static void one_key_signs_in_many_threads(void **state)
{
	(void)state;
	struct sign_key *key = private_key(REALM_RSA_PRIVATE);
	pthread_t threads[8];
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many, key), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++) {
		void *wrong = NULL;
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	sign_key_free(key);
}

/* ---- sealing ---- */

static void refuse_open(
	const struct seal_key *key, struct str what, struct str sealed, const char *because)
{
	struct secret plain = { 0 };
	struct why why = { "" };
	assert_int_equal(seal_open(key, what, sealed, &plain, &why), ERROR_CORRUPT);
	assert_null(plain.p);
	if (!strstr(why.text, because))
		fail_msg("reason \"%s\" does not say \"%s\"", why.text, because);
}

static void sealed_values_open_only_where_they_belong(void **state)
{
	(void)state;
	struct seal_key *key = NULL, *other = NULL;
	assert_int_equal(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &key, NULL), OK);
	assert_int_equal(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &other, NULL), OK);
	struct str sealed = { 0 }, again = { 0 }, what = STR("client-secret:1");
	assert_int_equal(seal_text(arena, key, what, STR("hu\0sh"), &sealed, NULL), OK);
	assert_int_equal(seal_text(arena, key, what, STR("hu\0sh"), &again, NULL), OK);
	assert_false(str_eq(sealed, again)); /* fresh nonce */
	assert_true(seal_is_sealed(sealed));
	SECRET_SCOPED plain = { 0 };
	assert_int_equal(seal_open(key, what, sealed, &plain, NULL), OK);
	assert_true(str_eq(secret_str(&plain), STR("hu\0sh")));
	refuse_open(other, what, sealed, "another sealing key");
	refuse_open(key, STR("client-secret:2"), sealed, "belongs elsewhere");
	refuse_open(key, what, STR("plain text"), "not a sealed value");
	refuse_open(key, what, STR("s1."), "damaged");
	refuse_open(key, what, STR("s1.AAAA"), "damaged");
	for (size_t i = 3; i < sealed.n; i++) {
		struct str bad = arena_str(arena, sealed);
		((char *)bad.p)[i] = bad.p[i] == 'A' ? 'B' : 'A';
		refuse_open(key, what, bad, "client-secret:1");
		refuse_open(key, what, str_take(sealed, i), "client-secret:1");
	}
	struct str empty = { 0 };
	assert_int_equal(seal_text(arena, key, what, STR(""), &empty, NULL), OK);
	SECRET_SCOPED nothing = { 0 };
	assert_int_equal(seal_open(key, what, empty, &nothing, NULL), OK);
	assert_int_equal(nothing.n, 0);
	seal_key_free(key);
	seal_key_free(other);
	key = NULL;
	assert_int_equal(seal_key_from_text(STR("short"), &key, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(
		seal_key_from_text(random_token(arena, 31), &key, NULL), ERROR_INVALID_VALUE);
	assert_null(key);
}

/* ---- keys under keys ---- */

/* B3.4: RFC 3394 section 4.1. */
static void key_wrap_is_that_of_rfc_3394(void **state)
{
	(void)state;
	unsigned char key[16], data[16];
	struct str wrapped;
	for (size_t i = 0; i < sizeof key; i++) {
		key[i] = (unsigned char)i;
		data[i] = (unsigned char)(i * 0x11);
	}
	struct str under = str_of(key, sizeof key), secret = str_of(data, sizeof data);
	assert_int_equal(key_agreement_wrap(arena, under, secret, &wrapped, NULL), OK);
	assert_true(str_eq(hash_hex(arena, wrapped),
		STR("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5")));
	assert_int_equal(key_agreement_wrap(arena, str_take(under, 15), secret, &wrapped, NULL),
		ERROR_INVALID_VALUE);
	assert_int_equal(key_agreement_wrap(arena, under, str_take(secret, 15), &wrapped, NULL),
		ERROR_INVALID_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_compare_and_are_let_go),
		cmocka_unit_test(random_texts_have_their_form_and_differ),
		cmocka_unit_test(hashes_are_those_of_fips_180),
		cmocka_unit_test(hmac_is_that_of_rfc_4231),
		cmocka_unit_test(base64_goes_both_ways),
		cmocka_unit_test(base64_is_strict),
		cmocka_unit_test(keycloak_keys_import_and_export_unchanged),
		cmocka_unit_test(kid_is_keycloaks),
		cmocka_unit_test(ec_keys_come_in_every_form),
		cmocka_unit_test(blanks_in_copied_base64_are_fine),
		cmocka_unit_test(weak_and_broken_private_keys_are_refused),
		cmocka_unit_test(damaged_private_keys_never_sign_wrongly),
		cmocka_unit_test(weak_public_numbers_are_refused),
		cmocka_unit_test(points_off_the_curve_are_refused),
		cmocka_unit_test(generation_keeps_its_bounds),
		cmocka_unit_test(every_algorithm_goes_round_and_refuses_tampering),
		cmocka_unit_test(algorithm_names_are_exact),
		cmocka_unit_test(published_vectors_verify),
		cmocka_unit_test(short_hmac_secrets_are_refused),
		cmocka_unit_test(odd_ecdsa_signatures_are_refused),
		cmocka_unit_test(confusion_of_key_kinds_is_refused),
		cmocka_unit_test(one_key_signs_in_many_threads),
		cmocka_unit_test(sealed_values_open_only_where_they_belong),
		cmocka_unit_test(key_wrap_is_that_of_rfc_3394),
	};
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
