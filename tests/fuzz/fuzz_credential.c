/* Stored passwords from an import: secretData, a line break, credentialData. What is within
 * the bounds is written and read again; cheap ones are even tried. */
#include <stdlib.h>

#include "model/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool is_cheap(const struct password_cost *cost)
{
	return cost->algorithm >= PASSWORD_PBKDF2_SHA1 ? cost->iterations <= 10
						       : cost->memory_kib * cost->iterations <= 64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str text = str_of(data, n);
	size_t line = str_index(text, '\n');
	struct credential credential = { .secret_data = str_take(text, line),
		.credential_data = str_drop(text, line + 1) };
	struct credential written = { 0 };
	struct password_hash hash, again;
	struct why why;
	bool matches = false;
	if (credential_read(arena, &credential, &hash, &why) != OK ||
		password_check(&hash, &why) != OK)
		return 0;
	credential_write(arena, &hash, &written);
	if (credential_read(arena, &written, &again, &why) != OK ||
		!str_eq(hash.hash, again.hash) || !str_eq(hash.salt, again.salt) ||
		hash.cost.iterations != again.cost.iterations ||
		hash.cost.algorithm != again.cost.algorithm)
		abort();
	if (is_cheap(&hash.cost) && password_verify(STR("password"), &hash, &matches, &why) != OK)
		abort();
	return 0;
}
