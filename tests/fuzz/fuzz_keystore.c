/* crypto/keystore.h: PKCS#12 archives, with the password "password" and the alias "shop". What is
 * read can be written and read again. */
#include <stdlib.h>

#include "crypto/keystore.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	const struct str password = STR("password"), name = STR("shop");
	struct keystore_entry entry, again;
	struct why why = { "" };
	struct str bytes;
	if (keystore_read(arena, str_of(data, n), password, name, &entry, &why)) {
		require(why.text[0] != 0);
		return 0;
	}
	require(entry.certificate.n > 0);
	if (keystore_write(arena, &entry, NULL, password, &bytes, &why))
		return 0; /* such as a certificate of another key */
	require(!keystore_read(arena, bytes, password, name, &again, &why));
	require(str_eq(entry.key, again.key) && str_eq(entry.certificate, again.certificate));
	return 0;
}
