/* Something encrypted to us, by anybody: it is read, or refused with the one reason; and the
 * ciphers under it, of which the first byte chooses one. */
#include <stdlib.h>
#include <string.h>

#include "xml/encrypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct sign_key *our_key(void)
{
	static struct sign_key *key;
	if (!key && sign_key_generate(SIGN_KEY_RSA, 2048, &key, NULL))
		abort();
	return key;
}

static void decrypt(struct arena *arena, struct str document)
{
	const struct sign_key *const keys[] = { our_key() };
	const struct xml_element *root = NULL, *inside = NULL;
	struct why why = { "" };
	if (xml_parse(arena, document, &xml_limits_message, &root, &why) != OK)
		return;
	if (xml_decrypt(arena, root, keys, 1, &xml_limits_message, &inside, &why) == OK) {
		if (!inside || !xml_name(inside).n)
			abort();
	} else if (inside || !strstr(why.text, "what is encrypted cannot be read")) {
		abort();
	}
}

/* Any bytes as ciphertext, and as plain text that goes round. */
static void try_cipher(struct arena *arena, const uint8_t *data, size_t n)
{
	unsigned char key[32] = { 0 };
	enum cipher_kind kind = (enum cipher_kind)(data[0] % CIPHER_KINDS);
	struct str secret = str_of(key, cipher_key_size(kind)), plain = { 0 }, bytes = { 0 };
	if (cipher_decrypt(arena, kind, secret, str_of(data + 1, n - 1), &plain, NULL) == OK &&
		plain.n >= n)
		abort();
	if (cipher_encrypt(arena, kind, secret, str_of(data + 1, n - 1), &bytes, NULL) != OK ||
		cipher_decrypt(arena, kind, secret, bytes, &plain, NULL) != OK ||
		!str_eq(plain, str_of(data + 1, n - 1)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	if (n)
		try_cipher(arena, data, n);
	decrypt(arena, str_of(data, n));
	return 0;
}
