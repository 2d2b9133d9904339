/* crypto/password: Keycloak's hashes, published vectors, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/limits.h"
#include "base/tables.h"
#include "crypto/base64.h"
#include "crypto/password.h"

static struct str bytes_of(const char *base64)
{
	struct str bytes = { 0 };
	assert_int_equal(base64_decode(arena, str_from(base64), &bytes, NULL), OK);
	return bytes;
}

/* Credentials as a realm export of Keycloak 26.7 holds them. */
static void exported_passwords_verify(void **state)
{
	(void)state;
	static const struct {
		const char *password, *value, *salt;
		enum password_algorithm algorithm;
	} users[] = {
		{ "lovelace", "sYS3bcVH6k5jIFmrObOpDRyGgqTLky1BSDdN5A5zAkI=",
			"59gKMX1poQ4R62Xpg3qq/g==", PASSWORD_ARGON2ID },
		{ "builder", "gVrpztH0ZLXmgQaipxpQI5yZL0ggVssNTqTZ6ArX470=",
			"6xhoxCCrJ6IaTKGNEIYVnA==", PASSWORD_ARGON2ID },
		{ "carol-pw",
			"pOzOWvXWP9ieuYMK41UDlIZtXbMudLAdr+JsDbXEyCmyAV02dt0oXr4CQbEvNWPpmBoVLPaZQalzz5AQHS7XHQ==",
			"9HLIbz1Zw/Y8tqEpZoPCwQ==", PASSWORD_PBKDF2_SHA512 },
		{ "dave-pw", "1q0LSaba8Prhs/NSQZs2iJU3r7EGM72bIYhfDmQa7LQ=",
			"c/UY9zZ4fJMYedNbfB3gWQ==", PASSWORD_PBKDF2_SHA256 },
		{ "erin-pw",
			"J91nxkn80NNB+5wV8uJtOJYysPy88B1aJKpwXJnb+1VBVO57RYeOaWJR/vlvLxwPiWXt0TfFEZiQcAnTcEVCqA==",
			"ytCYWQnsRjVi25YSxFhVaA==", PASSWORD_PBKDF2_SHA1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(users); i++) {
		struct password_hash stored = { .cost = password_cost_of(users[i].algorithm),
			.salt = bytes_of(users[i].salt),
			.hash = bytes_of(users[i].value) };
		bool matches = false;
		assert_int_equal(
			password_verify(str_from(users[i].password), &stored, &matches, NULL), OK);
		if (!matches)
			fail_msg("the password %s does not match", users[i].password);
	}
}

static void check_vector(
	const struct password_cost *cost, const char *password, const char *salt, const char *hex)
{
	/* The vector's bytes, taken back from hexadecimal. */
	size_t n = strlen(hex) / 2;
	char *bytes = arena_alloc(arena, n);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)strtoul((char[]){ hex[2 * i], hex[2 * i + 1], 0 }, NULL, 16);
	struct password_hash stored = {
		.cost = *cost, .salt = str_from(salt), .hash = str_of(bytes, n)
	};
	bool matches = false;
	struct why why = { "" };
	if (password_verify(str_from(password), &stored, &matches, &why))
		fail_msg("%s", why.text);
	if (!matches)
		fail_msg("vector %s does not match", hex);
}

/* The reference implementation's own tests, for the forms that libsodium does not know. */
static void argon2_reference_vectors_verify(void **state)
{
	(void)state;
	static const struct {
		struct password_cost cost;
		const char *hex;
	} cases[] = {
		{ { PASSWORD_ARGON2I, 2, 256, 1, 0x10, 0 },
			"fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06" },
		{ { PASSWORD_ARGON2I, 2, 256, 2, 0x10, 0 },
			"b6c11560a6a9d61eac706b79a2f97d68b4463aa3ad87e00c07e2b01e90c564fb" },
		{ { PASSWORD_ARGON2ID, 2, 256, 1, 0x13, 0 },
			"9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe" },
		{ { PASSWORD_ARGON2ID, 2, 256, 2, 0x13, 0 },
			"6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037" },
		{ { PASSWORD_ARGON2I, 2, 65536, 1, 0x13, 0 },
			"c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		check_vector(&cases[i].cost, "password", "somesalt", cases[i].hex);
}

static void pbkdf2_vector_of_rfc_6070_verifies(void **state)
{
	(void)state;
	struct password_cost cost = { .algorithm = PASSWORD_PBKDF2_SHA1, .iterations = 4096 };
	check_vector(&cost, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt",
		"3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
}

/* Every algorithm at a small cost: made, verified, refused for another password. */
static void made_hashes_verify(void **state)
{
	(void)state;
	for (int i = PASSWORD_ARGON2ID; i <= PASSWORD_PBKDF2_SHA512; i++) {
		struct password_cost cost = password_cost_of((enum password_algorithm)i);
		cost.iterations = 2;
		struct password_hash a, b;
		bool matches = false;
		assert_int_equal(password_make(arena, STR("s3cret"), &cost, &a, NULL), OK);
		assert_int_equal(password_make(arena, STR("s3cret"), &cost, &b, NULL), OK);
		assert_int_equal(a.salt.n, 16);
		assert_int_equal((int64_t)a.hash.n, cost.hash_length);
		assert_false(str_eq(a.salt, b.salt));
		assert_false(str_eq(a.hash, b.hash));
		assert_int_equal(password_verify(STR("s3cret"), &a, &matches, NULL), OK);
		assert_true(matches);
		static const struct str wrong[] = { STR_INIT("s3cres"), STR_INIT("s3cret "),
			STR_INIT("s3cret\0x"), STR_INIT("") };
		for (size_t k = 0; k < ARRAY_LENGTH(wrong); k++) {
			matches = true;
			assert_int_equal(password_verify(wrong[k], &a, &matches, NULL), OK);
			assert_false(matches);
		}
		password_verify_nobody(STR("s3cret"), &cost);
	}
}

static void defaults_are_keycloaks(void **state)
{
	(void)state;
	struct password_cost cost = password_cost_default();
	assert_int_equal(cost.algorithm, PASSWORD_ARGON2ID);
	assert_int_equal(cost.version, 0x13);
	assert_int_equal(cost.memory_kib, 7168);
	assert_int_equal(cost.iterations, 5);
	assert_int_equal(cost.parallelism, 1);
	assert_int_equal(cost.hash_length, 32);
}

static void names_are_keycloaks(void **state)
{
	(void)state;
	for (int i = PASSWORD_ARGON2ID; i <= PASSWORD_PBKDF2_SHA512; i++) {
		enum password_algorithm back = PASSWORD_ARGON2ID, want = (enum password_algorithm)i;
		assert_true(password_algorithm_of(str_from(password_algorithm_name(want)),
			str_from(password_algorithm_type(want)), &back));
		assert_int_equal(back, want);
	}
	enum password_algorithm algorithm = PASSWORD_ARGON2D;
	assert_true(password_algorithm_of(STR("argon2"), STR(""), &algorithm));
	assert_int_equal(algorithm, PASSWORD_ARGON2ID);
	assert_true(password_algorithm_of(STR("pbkdf2"), STR(""), &algorithm));
	assert_int_equal(algorithm, PASSWORD_PBKDF2_SHA1);
	assert_false(password_algorithm_of(STR("argon2"), STR("x"), &algorithm));
	assert_false(password_algorithm_of(STR("bcrypt"), STR(""), &algorithm));
	assert_false(password_algorithm_of(STR(""), STR(""), &algorithm));
	int64_t version = 0;
	assert_true(password_version_of(STR("1.3"), &version) && version == 0x13);
	assert_true(password_version_of(STR("1.0"), &version) && version == 0x10);
	assert_true(password_version_of(STR(""), &version) && version == 0x13);
	assert_false(password_version_of(STR("1.2"), &version));
}

static void hostile_costs_are_refused_before_any_work(void **state)
{
	(void)state;
	struct str hash = STR("0123456789abcdef0123456789abcdef"), salt = STR("0123456789abcdef");
	struct password_cost argon2 = password_cost_default();
	struct password_cost pbkdf2 = password_cost_of(PASSWORD_PBKDF2_SHA256);
	struct password_hash cases[] = {
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ argon2, salt, hash },
		{ pbkdf2, salt, hash },
		{ pbkdf2, salt, hash },
		{ pbkdf2, salt, hash },
		{ pbkdf2, STR("short"), hash },
		{ argon2, STR(""), hash },
		{ argon2, salt, STR("short") },
		{ argon2, salt, STR("") },
		{ pbkdf2, salt, str_of(arena_alloc(arena, 129), 129) },
		{ pbkdf2, salt, str_of(arena_alloc(arena, 1 << 20), 1 << 20) },
		{ pbkdf2, str_of(arena_alloc(arena, 257), 257), hash },
		{ argon2, salt, hash },
	};
	cases[0].cost.memory_kib = (1 << 20) + 1;
	cases[1].cost.memory_kib = INT64_MAX;
	cases[2].cost.memory_kib = 7;
	cases[3].cost.iterations = 101;
	cases[4].cost.iterations = 0;
	cases[5].cost.parallelism = 17;
	cases[6].cost.parallelism = -1;
	cases[7].cost.version = 0x14;
	cases[8].cost.iterations = 10 * 1000 * 1000 + 1;
	cases[9].cost.iterations = 0;
	cases[10].cost.iterations = INT64_MIN;
	cases[18].cost.algorithm = (enum password_algorithm)99;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		bool matches = true;
		struct why why = { "" };
		if (password_check(&cases[i], &why) != ERROR_INVALID_VALUE)
			fail_msg("case %zu is let through", i);
		assert_int_not_equal(why.text[0], 0);
		assert_int_equal(
			password_verify(STR("x"), &cases[i], &matches, NULL), ERROR_INVALID_VALUE);
	}
	struct password_hash good = { argon2, salt, hash }, out;
	assert_int_equal(password_check(&good, NULL), OK);
	argon2.hash_length = 1 << 20;
	assert_int_equal(password_make(arena, STR("x"), &argon2, &out, NULL), ERROR_INVALID_VALUE);
	password_verify_nobody(STR("x"), &argon2);
}

static void long_passwords_are_refused(void **state)
{
	(void)state;
	struct password_cost cost = password_cost_default();
	cost.iterations = 1;
	struct password_hash hash;
	bool matches = false;
	char *p = arena_alloc(arena, LIMIT_PASSWORD + 1);
	memset(p, 'a', LIMIT_PASSWORD + 1);
	assert_int_equal(password_make(arena, str_of(p, LIMIT_PASSWORD), &cost, &hash, NULL), OK);
	assert_int_equal(password_make(arena, str_of(p, LIMIT_PASSWORD + 1), &cost, &hash, NULL),
		ERROR_PASSWORD_TOO_LONG);
	assert_int_equal(password_verify(str_of(p, LIMIT_PASSWORD + 1), &hash, &matches, NULL),
		ERROR_PASSWORD_TOO_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exported_passwords_verify),
		cmocka_unit_test(argon2_reference_vectors_verify),
		cmocka_unit_test(pbkdf2_vector_of_rfc_6070_verifies),
		cmocka_unit_test(made_hashes_verify),
		cmocka_unit_test(defaults_are_keycloaks),
		cmocka_unit_test(names_are_keycloaks),
		cmocka_unit_test(hostile_costs_are_refused_before_any_work),
		cmocka_unit_test(long_passwords_are_refused),
	};
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
