/* jose/jwe: encrypted tokens, ours and those of others, and what hostile ones meet (B6.9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/key_transport.h"
#include "jose/jwe.h"
#include "vectors.h"
#include "vectors_jwe.h"

static struct arena *arena;
static struct sign_key *rsa, *ec;

static struct sign_key *key_of(const char *text)
{
	struct sign_key *key = NULL;
	assert_int_equal(sign_key_from_private(str_from(text), &key, NULL), OK);
	return key;
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	rsa = key_of(REALM_ENC_PRIVATE);
	ec = key_of(EC_PKCS8);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sign_key_free(rsa);
	sign_key_free(ec);
	arena_free(arena);
	return 0;
}

static enum error_code open_token(struct str token, const struct sign_key *key, struct str *ret_content,
	struct why *why)
{
	const struct jwe_parsed *parsed = NULL;
	enum error_code code = jwe_parse(arena, token, &parsed, why);
	return code == OK ? jwe_decrypt(arena, parsed, key, ret_content, why) : code;
}

static void published_tokens_open(void **state)
{
	(void)state;
	static const struct {
		const char *key, *token, *text;
	} published[] = {
		{ RFC7516_A1_KEY, RFC7516_A1, RFC7516_A1_TEXT },
		{ RFC7520_5_1_KEY, RFC7520_5_1, RFC7520_5_TEXT },
		{ RFC7520_5_4_KEY, RFC7520_5_4, RFC7520_5_TEXT },
		{ RFC7520_5_5_KEY, RFC7520_5_5, RFC7520_5_TEXT },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(published); i++) {
		struct sign_key *key = key_of(published[i].key);
		struct str content = { 0 };
		assert_int_equal(open_token(str_from(published[i].token), key, &content, NULL), OK);
		assert_true(str_eq_z(content, published[i].text));
		for (size_t other = 0; other < ARRAY_LENGTH(published); other++)
			if (other != i)
				assert_int_not_equal(open_token(str_from(published[other].token), key, &content, NULL), OK);
		sign_key_free(key);
	}
}

static struct str sealed(const char *algorithm, const char *encoding, struct str content)
{
	bool is_rsa = algorithm[0] == 'R';
	const struct jwk jwk = { .kid = STR("k"), .key = is_rsa ? rsa : ec };
	const struct jwe_wish wish = { .algorithm = str_from(algorithm), .encoding = str_from(encoding) };
	struct str token = { 0 };
	assert_int_equal(jwe_encrypt(arena, &jwk, &wish, content, &token, NULL), OK);
	return token;
}

/* The token with a bit of one part's n-th byte turned. */
static struct str turned(struct str token, size_t part, size_t n)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < 5; i++) {
		size_t dot = str_index(token, '.');
		struct str piece = str_take(token, dot), bytes = { 0 };
		token = str_drop(token, dot + 1);
		if (i)
			text_add_char(&text, '.');
		assert_int_equal(base64url_decode(arena, piece, &bytes, NULL), OK);
		if (i == part && bytes.n) {
			char *copy = arena_alloc(arena, bytes.n);
			memcpy(copy, bytes.p, bytes.n);
			copy[n % bytes.n] ^= 1;
			piece = base64url_encode(arena, str_of(copy, bytes.n));
		}
		text_add(&text, piece);
	}
	return text_str(&text);
}

static void ours_open_and_tampering_shows(void **state)
{
	(void)state;
	for (size_t a = 0; jwe_algorithms[a]; a++)
		for (size_t e = 0; jwe_encodings[e]; e++) {
			struct str token = sealed(jwe_algorithms[a], jwe_encodings[e], STR("what is in it")), content = { 0 };
			const struct sign_key *key = jwe_algorithms[a][0] == 'R' ? rsa : ec;
			const struct sign_key *other = key == rsa ? ec : rsa;
			assert_true(jwe_is_one(token));
			assert_int_equal(open_token(token, key, &content, NULL), OK);
			assert_true(str_eq_z(content, "what is in it"));
			assert_int_equal(open_token(token, other, &content, NULL), ERROR_UNSUPPORTED_ALGORITHM);
			bool agreed = str_eq_z(str_from(jwe_algorithms[a]), "ECDH-ES");
			for (size_t part = 1; part < 5; part++) {
				struct why why = { "" };
				if (part == 1 && agreed)
					continue;
				assert_int_equal(open_token(turned(token, part, a + e), key, &content, &why), ERROR_INVALID_TOKEN);
				assert_string_equal(why.text, "the token cannot be decrypted");
			}
		}
	struct str content = { 0 };
	assert_int_equal(open_token(sealed("RSA-OAEP", "A256GCM", STR("")), rsa, &content, NULL), OK);
	assert_int_equal(content.n, 0);
}

/* RFC 7516 section 11.5: bad padding, and a key of another length, are another key. */
static void old_padding_tells_nothing(void **state)
{
	(void)state;
	struct sign_key *key = key_of(RFC7520_5_1_KEY);
	struct str rest = str_from(RFC7520_5_1), wrapped = { 0 }, part;
	static const char filler[64] = "0123456789012345678901234567890123456789012345678901234567890123";
	struct secret secret = { 0 };
	assert_true(str_next(&rest, '.', &part) && str_next(&rest, '.', &part));
	assert_int_equal(base64url_decode(arena, part, &wrapped, NULL), OK);
	for (size_t n = 16; n <= 64; n += 8) {
		struct str otherwise = str_of(filler, n);
		assert_int_equal(key_transport_unwrap_old(key, wrapped, otherwise, &secret, NULL), OK);
		assert_int_equal(secret.n, n);
		assert_int_equal(str_eq(secret_str(&secret), otherwise), n != 32);
		secret_free(&secret);
	}
	char bytes[257] = { 0 };
	struct str otherwise = str_of(filler, 32);
	memcpy(bytes, wrapped.p, 256);
	bytes[255] ^= 1;
	assert_int_equal(key_transport_unwrap_old(key, str_of(bytes, 256), otherwise, &secret, NULL), OK);
	assert_true(str_eq(secret_str(&secret), otherwise));
	secret_free(&secret);
	memset(bytes, 0, sizeof bytes);
	assert_int_equal(key_transport_unwrap_old(key, str_of(bytes, 256), otherwise, &secret, NULL), OK);
	assert_true(str_eq(secret_str(&secret), otherwise));
	secret_free(&secret);
	assert_int_equal(key_transport_unwrap_old(key, str_of(bytes, 255), otherwise, &secret, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(key_transport_unwrap_old(key, str_of(bytes, 257), otherwise, &secret, NULL), ERROR_INVALID_VALUE);
	assert_int_equal(key_transport_unwrap_old(ec, str_of(bytes, 256), otherwise, &secret, NULL), ERROR_INVALID_VALUE);
	memset(bytes, 0xff, sizeof bytes);
	assert_int_equal(key_transport_unwrap_old(key, str_of(bytes, 256), otherwise, &secret, NULL), ERROR_INVALID_VALUE);
	sign_key_free(key);
}

static struct str with_header(const char *header)
{
	return arena_join(arena, base64url_encode(arena, str_from(header)), STR(".AAAA.AAAA"), STR(".AAAA.AAAA"));
}

static void forms_are_strict(void **state)
{
	(void)state;
	static const char *const bad[] = { "", ".", "....", "a.b.c", "AAAA.AAAA.AAAA.AAAA", "e30.AAAA.AAAA.AAAA.AAAA.AAAA",
		"e30.AAAA.AAAA.AAAA.AAA=", "e30.!.AAAA.AAAA.AAAA" };
	static const char *const headers[] = { "", "[]", "{}", "{\"alg\":\"RSA-OAEP\"}", "{\"enc\":\"A256GCM\"}",
		"{\"alg\":1,\"enc\":\"A256GCM\"}", "{\"alg\":\"RSA-OAEP\",\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}",
		"{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"}",
		"{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"crit\":[]}",
		"{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"kid\":\"\\n\"}",
		"{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"apu\":\"=\"}" };
	static const char *const unknown[] = { "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "{\"alg\":\"none\",\"enc\":\"A256GCM\"}",
		"{\"alg\":\"PBES2-HS512+A256KW\",\"enc\":\"A256GCM\",\"p2c\":2147483647,\"p2s\":\"AAAA\"}",
		"{\"alg\":\"RSA-OAEP\",\"enc\":\"\"}", "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256CBC\"}",
		"{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\"}" };
	struct str content = { 0 };
	struct text large = text_new(arena, 0);
	while (large.n <= LIMIT_TOKEN)
		text_add_z(&large, "AAAAAAAA");
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(open_token(str_from(bad[i]), rsa, &content, NULL), ERROR_INVALID_TOKEN);
	for (size_t i = 0; i < ARRAY_LENGTH(headers); i++)
		assert_int_equal(open_token(with_header(headers[i]), rsa, &content, NULL), ERROR_INVALID_TOKEN);
	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++)
		assert_int_equal(open_token(with_header(unknown[i]), rsa, &content, NULL), ERROR_UNSUPPORTED_ALGORITHM);
	struct str long_one = arena_join(arena, with_header(unknown[0]), text_str(&large), STR(""));
	assert_int_equal(open_token(long_one, rsa, &content, NULL), ERROR_INVALID_TOKEN);
	assert_null(content.p);
}

/* A sender's key that is none of the curve is not used (RFC 7518 section 6.2.1.2: invalid points). */
static void keys_of_senders_are_checked(void **state)
{
	(void)state;
	static const char *const keys[] = { "null", "1", "\"x\"", "{}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"Ag\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_P256_Y "\",\"y\":\"" RFC7515_P256_X "\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"" RFC7520_P521_X "\",\"y\":\"" RFC7520_P521_Y "\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}" };
	struct str content = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		struct str header = arena_format(arena, "{\"alg\":\"ECDH-ES+A128KW\",\"enc\":\"A256GCM\",\"epk\":%s}", keys[i]);
		assert_int_equal(open_token(with_header(arena_z(arena, header)), ec, &content, NULL), ERROR_INVALID_TOKEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_tokens_open),
		cmocka_unit_test(ours_open_and_tampering_shows),
		cmocka_unit_test(old_padding_tells_nothing),
		cmocka_unit_test(forms_are_strict),
		cmocka_unit_test(keys_of_senders_are_checked),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
