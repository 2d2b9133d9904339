/* An encrypted token from outside: taken apart and opened by keys of each kind; and one of ours, which
 * opens as it is and in no other way. */
#include <stdlib.h>
#include <string.h>

#include "../unit/vectors.h"
#include "../unit/vectors_jwe.h"
#include "jose/jwe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The published tokens of the corpus are theirs. */
static const char *const texts[] = { RFC7516_A1_KEY, RFC7520_5_1_KEY, RFC7520_5_4_KEY, RFC7520_5_5_KEY };
enum { KEYS = sizeof texts / sizeof *texts };

static struct sign_key *const *keys(void)
{
	static struct sign_key *made[KEYS];
	for (size_t i = 0; i < KEYS && !made[i]; i++)
		if (sign_key_from_private(str_from(texts[i]), &made[i], NULL))
			abort();
	return made;
}

static void open_foreign(struct arena *arena, struct str token)
{
	const struct jwe_parsed *parsed = NULL;
	struct str content = { 0 };
	struct why why = { "" };
	if (jwe_parse(arena, token, &parsed, &why) != OK) {
		if (!why.text[0])
			abort();
		return;
	}
	if (!jwe_is_one(token) || !jwe_header(parsed)->algorithm.p)
		abort();
	for (size_t i = 0; i < KEYS; i++) {
		enum error_code code = jwe_decrypt(arena, parsed, keys()[i], &content, &why);
		bool fits = jwe_fits(jwe_header(parsed)->algorithm, keys()[i]);
		if ((code == OK && !fits) || (code != OK && code != ERROR_INVALID_TOKEN && code != ERROR_UNSUPPORTED_ALGORITHM))
			abort();
	}
}

/* The input's first two bytes say which algorithms, the next two where a letter is changed. */
static void open_ours(struct arena *arena, const uint8_t *data, size_t n)
{
	size_t algorithms = 0, encodings = 0;
	while (jwe_algorithms[algorithms])
		algorithms++;
	while (jwe_encodings[encodings])
		encodings++;
	const char *algorithm = jwe_algorithms[data[0] % algorithms];
	const struct jwk jwk = { .key = keys()[algorithm[0] == 'R' ? 0 : KEYS - 1] };
	const struct jwe_wish wish = { str_from(algorithm), str_from(jwe_encodings[data[1] % encodings]), STR("") };
	struct str token = { 0 }, content = { 0 }, plain = str_of(data + 4, n - 4);
	const struct jwe_parsed *parsed = NULL;
	if (jwe_encrypt(arena, &jwk, &wish, plain, &token, NULL) != OK || jwe_parse(arena, token, &parsed, NULL) != OK ||
		jwe_decrypt(arena, parsed, jwk.key, &content, NULL) != OK || !str_eq(content, plain))
		abort();
	char *changed = arena_alloc(arena, token.n);
	memcpy(changed, token.p, token.n);
	size_t at = (size_t)(data[2] << 8 | data[3]) % token.n;
	changed[at] = changed[at] == 'A' ? 'B' : 'A';
	if (jwe_parse(arena, str_of(changed, token.n), &parsed, NULL) == OK &&
		jwe_decrypt(arena, parsed, jwk.key, &content, NULL) == OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	open_foreign(arena, str_of(data, n));
	/* Keys are dear: a token in letters is not tried as this, too. */
	if (n >= 4 && n < 500 && data[0] < ' ')
		open_ours(arena, data, n);
	return 0;
}
