/* Cookie headers: what is read can be written as a Set-Cookie that holds one cookie. */
#include <stdlib.h>

#include "http/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct cookies cookies = { 0 };
	cookies_parse(arena, str_of(data, n), &cookies);
	check(cookies.n <= COOKIES_MAX);
	for (size_t i = 0; i < cookies.n; i++) {
		struct cookie_out out = { .name = cookies.list[i].name,
			.value = cookies.list[i].value,
			.max_age_s = COOKIE_SESSION };
		struct str header;
		check(cookie_build(arena, &out, &header, NULL) == OK);
		struct str first = str_take(header, str_index(header, ';'));
		check(first.n == out.name.n + 1 + out.value.n && !str_has_control(header));
		check(cookies_value(&cookies, out.name).p != NULL);
	}
	/* The input as a name, a value and a path: refused, or one cookie without attributes
	 * of the input's own. */
	struct str text = str_of(data, n), header;
	struct cookie_out out = { .name = text, .value = text, .path = text };
	if (cookie_build(arena, &out, &header, NULL) == OK)
		check(str_index(text, ';') == n && !str_has_control(text));
	return 0;
}
