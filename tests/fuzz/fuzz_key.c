/* Private keys, public keys and certificates in PEM or DER (raw bytes are tried as DER). */
#include <stdlib.h>

#include "crypto/base64.h"
#include "crypto/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_text(struct arena *arena, struct str text)
{
	struct sign_key *key = NULL;
	struct x509_facts facts;
	struct why why;
	if (sign_key_from_private(text, &key, &why) == OK) {
		struct secret exported = { 0 };
		struct sign_key *again = NULL;
		if (sign_key_private_text(key, &exported, &why) != OK ||
			sign_key_from_private(secret_str(&exported), &again, &why) != OK ||
			!sign_key_same(key, again))
			abort();
		secret_free(&exported);
		sign_key_free(again);
		sign_key_free(key);
	}
	key = NULL;
	if (sign_key_from_public(text, &key, &why) == OK) {
		struct str kid;
		if (sign_key_is_private(key) || sign_key_kid(arena, key, &kid, &why) != OK)
			abort();
		sign_key_free(key);
	}
	(void)!x509_parse(arena, text, &facts, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	try_text(arena, str_of(data, n));
	try_text(arena, base64_encode(arena, str_of(data, n)));
	return 0;
}
