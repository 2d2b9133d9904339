/* JWKs and sets of them from other servers: what becomes a key is written and read again. */
#include <stdlib.h>

#include "jose/jwk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(struct arena *arena, const struct jwk *jwk)
{
	struct jwk_facts facts = { .kid = jwk->kid, .algorithm = jwk->algorithm };
	struct str json = { 0 };
	struct jwk again = { 0 };
	struct why why;
	if (sign_key_is_private(jwk->key) || jwk_text(arena, jwk->key, &facts, &json, &why) != OK ||
		jwk_parse(arena, json, &again, &why) != OK || !sign_key_same(jwk->key, again.key))
		abort();
	sign_key_free(again.key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct jwk_set set = { 0 };
	struct jwk jwk = { 0 };
	struct why why;
	if (jwk_parse(arena, str_of(data, n), &jwk, &why) == OK) {
		check(arena, &jwk);
		sign_key_free(jwk.key);
	}
	if (jwk_set_parse(arena, str_of(data, n), &set, &why) == OK) {
		for (size_t i = 0; i < set.n; i++)
			check(arena, &set.keys[i]);
		jwk_set_free(&set);
	}
	if (jwk_set_parse_for(arena, str_of(data, n), STR(""), n % 2 ? STR("ES256") : STR("RS256"), 4, &set, &why) == OK) {
		if (set.n > 4)
			abort();
		jwk_set_free(&set);
	}
	return 0;
}
