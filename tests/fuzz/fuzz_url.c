/* URLs from anywhere: what parses is made of its parts, and its origin is its origin's. */
#include <stdlib.h>

#include "base/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str text = str_of(data, n);
	struct url url, again;
	struct why why = { "" };
	if (url_parse(text, &url, &why)) {
		check(why.text[0] != 0);
		return 0;
	}
	check(!str_has_control(text) && str_is_utf8(text) && n <= URL_LIMIT);
	check(str_index(text, '\\') == n && str_index(text, ' ') == n);
	size_t parts = url.scheme.n + 1 + url.path.n + (url.has_query ? 1 + url.query.n : 0) +
		(url.has_fragment ? 1 + url.fragment.n : 0);
	if (url.has_authority)
		parts += 2 + url.host.n + (url.is_ipv6 ? 2 : 0) +
			(url.has_userinfo ? url.userinfo.n + 1 : 0);
	check(url.has_port ? parts + 6 >= n && parts + 2 <= n : parts == n);
	(void)url_path_climbs(&url), (void)url_scheme_is_active(&url), (void)url_host_is_loopback(&url);
	struct str origin = url_origin(arena, &url);
	check((url.is_http || url.is_https) == (origin.n > 0));
	if (origin.n) {
		check(!url_parse(origin, &again, NULL) && url_same_origin(&url, &again));
		check(str_eq(url_origin(arena, &again), origin));
	}
	return 0;
}
