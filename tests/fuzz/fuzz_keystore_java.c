/* crypto/keystore_java.h: JKS, with the passwords "password" and the alias "shop". The digest at the
 * end is made here, so that what is before it is read. What is read can be written and read again. */
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/keystore_java.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct str with_digest(struct arena *arena, struct str bytes)
{
	unsigned char digest[HASH_MAX];
	struct str guarded = arena_join(arena, STR("\0p\0a\0s\0s\0w\0o\0r\0d"), STR("Mighty Aphrodite"), bytes);
	size_t n = hash_bytes(HASH_SHA1, guarded, digest);
	return arena_join(arena, bytes, str_of(digest, n), STR(""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct keystore_passwords passwords = { STR("password"), STR("password") };
	struct keystore_entry entry, again;
	struct why why = { "" };
	struct str bytes = with_digest(arena, str_of(data, n));
	if (keystore_java_read(arena, bytes, &passwords, STR("shop"), &entry, &why)) {
		require(why.text[0] != 0);
		return 0;
	}
	require(entry.certificate.n > 0);
	require(!keystore_java_write(arena, &entry, NULL, &passwords, 0, &bytes, &why));
	require(!keystore_java_read(arena, bytes, &passwords, STR("SHOP"), &again, &why));
	require(str_eq(entry.key, again.key) && str_eq(entry.certificate, again.certificate));
	return 0;
}
