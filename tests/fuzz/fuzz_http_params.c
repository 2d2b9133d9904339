/* Queries and forms: what parses is UTF-8 without NUL, within the limits, and means the same
 * when it is written out and parsed again. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct params params = { .n = 1 }, again;
	struct why why = { "" };
	if (params_parse(arena, str_of(data, n), 0, &params, &why)) {
		check(why.text[0] && params.n == 1);
		return 0;
	}
	check(params.n <= LIMIT_PARAMETERS);
	struct text text = text_new(arena, 0);
	bool twice = false;
	for (size_t i = 0; i < params.n; i++) {
		struct str name = params.list[i].name, value = params.list[i].value;
		check(str_is_utf8(name) && str_is_utf8(value));
		check(!str_has_nul(name) && !str_has_nul(value));
		twice |= params_count(&params, arena_z(arena, name)) > 1;
		text_add_char(&text, '&');
		text_add_percent(&text, name);
		text_add_char(&text, '=');
		text_add_percent(&text, value);
	}
	check((params_refuse_duplicates(&params, NULL, NULL, NULL) != OK) == twice);
	check(params_parse(arena, text_str(&text), 0, &again, NULL) == OK && again.n == params.n);
	for (size_t i = 0; i < params.n; i++) {
		check(str_eq(params.list[i].name, again.list[i].name));
		check(str_eq(params.list[i].value, again.list[i].value));
	}
	return 0;
}
