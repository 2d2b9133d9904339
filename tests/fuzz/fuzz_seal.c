/* crypto/seal.h: cookies, tickets and stored secrets come back from strangers. Only what we
 * sealed opens, as what it was sealed for, and every other text is an error with a reason.
 *
 * The input: a text to open; behind a line break, a text to seal and to damage. */
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "crypto/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct seal_key *key, *other_key;

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	ARENA_SCOPED arena = arena_new(0);
	require(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &key, NULL) == OK);
	require(seal_key_from_text(random_token(arena, SEAL_KEY_BYTES), &other_key, NULL) == OK);
	return 0;
}

static void require_closed(const struct seal_key *with, struct str what, struct str sealed)
{
	struct secret plain;
	struct why why = { "" };
	require(seal_open(with, what, sealed, &plain, &why) == ERROR_CORRUPT && why.text[0]);
}

/* `choice` says which byte is changed, or where the text is cut. */
static void damage(struct arena *arena, struct str sealed, uint8_t choice)
{
	char *changed = arena_z(arena, sealed);
	size_t at = choice % sealed.n;
	changed[at] = changed[at] == 'A' ? 'B' : 'A';
	require_closed(key, STR("ticket"), str_of(changed, sealed.n));
	require_closed(key, STR("ticket"), str_take(sealed, at));
	require_closed(key, STR("ticket"), arena_join(arena, sealed, STR("="), STR("")));
	require_closed(key, STR("other"), sealed);
	require_closed(other_key, STR("ticket"), sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str text = str_of(data, n), sealed;
	size_t line = str_index(text, '\n');
	struct str plain = str_drop(text, line + 1);
	struct secret opened;
	require_closed(key, STR("ticket"), str_take(text, line));
	if (line == text.n)
		return 0;
	require(seal_text(arena, key, STR("ticket"), plain, &sealed, NULL) == OK);
	require(seal_is_sealed(sealed) && seal_open(key, STR("ticket"), sealed, &opened, NULL) == OK);
	require(str_eq(secret_str(&opened), plain));
	secret_free(&opened);
	if (n)
		damage(arena, sealed, data[n - 1]);
	return 0;
}
