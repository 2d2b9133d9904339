/* crypto/keystore_java: what is written can be read, what is broken is refused. That Java reads it
 * too is known of tests/system/test_client_certificates.py, which has the format in its own words. */
#include <string.h>

#include "arena_fixture.h"
#include "base/tables.h"
#include "crypto/hash.h"
#include "crypto/keystore_java.h"
#include "vectors.h"

static const struct keystore_passwords passwords = { STR_INIT("store\xc3\xa9"), STR_INIT("key\xe2\x82\xac") };
static const struct keystore_entry shop = { STR_INIT("Shop"), STR_INIT(REALM_RSA_PRIVATE),
	STR_INIT(REALM_RSA_CERTIFICATE) };
static const struct keystore_entry realm = { .name = STR_INIT("realm"), .certificate = STR_INIT(REALM_RSA_CERTIFICATE) };

static struct str written(void)
{
	struct str bytes = { NULL, 0 };
	assert_int_equal(keystore_java_write(arena, &shop, &realm, &passwords, 1000, &bytes, NULL), OK);
	return bytes;
}

static enum error_code read(struct str bytes, struct keystore_passwords with, const char *name,
	struct keystore_entry *ret_entry)
{
	struct why why = { "" };
	enum error_code code = keystore_java_read(arena, bytes, &with, str_from(name), ret_entry, &why);
	assert_true(code == OK || why.text[0]);
	return code;
}

static void what_was_written_is_read(void **state)
{
	(void)state;
	struct keystore_entry got;
	struct str bytes = written();
	assert_int_equal(read(bytes, passwords, "SHOP", &got), OK);
	assert_true(str_eq(got.certificate, shop.certificate) && str_eq(got.key, shop.key));
	assert_int_equal(read(bytes, passwords, "Realm", &got), OK);
	assert_true(str_eq(got.certificate, realm.certificate) && !got.key.n);
	assert_true(str_contains(bytes, STR("\0\4shop")));
	assert_false(str_eq(bytes, written())); /* a salt each time */
}

static void passwords_count(void **state)
{
	(void)state;
	struct keystore_entry got;
	struct keystore_passwords other = { STR("store"), passwords.key };
	assert_int_equal(read(written(), other, "shop", &got), ERROR_INVALID_VALUE);
	other = (struct keystore_passwords){ passwords.store, STR("other") };
	assert_int_equal(read(written(), other, "shop", &got), OK);
	assert_true(str_eq(got.certificate, shop.certificate) && !got.key.n);
	assert_int_equal(read(written(), passwords, "none", &got), ERROR_NAME_NOT_FOUND);
}

/* The bytes behind a digest that holds. */
static struct str sealed(struct str bytes)
{
	unsigned char digest[HASH_MAX];
	struct str guarded = arena_join(arena, STR("\0s\0t\0o\0r\0e\0\xe9"), STR("Mighty Aphrodite"), bytes);
	return arena_join(arena, bytes, str_of(digest, hash_bytes(HASH_SHA1, guarded, digest)), STR(""));
}

static void what_is_broken_is_refused(void **state)
{
	(void)state;
	struct keystore_entry got;
	struct str bytes = written(), body = str_take(bytes, bytes.n - 20);
	assert_true(str_eq(sealed(body), bytes));
	assert_int_equal(read(str_take(bytes, bytes.n - 1), passwords, "realm", &got), ERROR_INVALID_VALUE);
	for (size_t n = 0; n < body.n; n += n < 64 ? 1 : 61)
		assert_int_equal(read(sealed(str_take(body, n)), passwords, "realm", &got), ERROR_INVALID_VALUE);
	/* A number that is too large: version, tag, lengths. */
	static const size_t places[] = { 0, 4, 12, 16, 30 };
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		char *copy = arena_z(arena, body);
		memset(copy + places[i], 0xff, 2);
		assert_int_equal(read(sealed(str_of(copy, body.n)), passwords, "realm", &got), ERROR_INVALID_VALUE);
	}
	assert_int_equal(read(STR(""), passwords, "shop", &got), ERROR_INVALID_VALUE);
}

static void words_that_java_cannot_have_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "\xf0\x9f\x98\x80", "\xff", "\xc3" };
	struct keystore_entry entry = shop;
	struct str bytes;
	struct why why;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct keystore_passwords with = { str_from(bad[i]), STR("key") };
		assert_int_equal(keystore_java_write(arena, &shop, NULL, &with, 0, &bytes, &why), ERROR_INVALID_VALUE);
		entry.name = str_from(bad[i]);
		assert_int_equal(keystore_java_write(arena, &entry, NULL, &passwords, 0, &bytes, &why),
			ERROR_INVALID_VALUE);
	}
	entry = shop;
	entry.certificate = STR("junk");
	assert_int_equal(keystore_java_write(arena, &entry, NULL, &passwords, 0, &bytes, &why), ERROR_INVALID_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(what_was_written_is_read),
		IN_ARENA(passwords_count),
		IN_ARENA(what_is_broken_is_refused),
		IN_ARENA(words_that_java_cannot_have_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
