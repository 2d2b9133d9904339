/* model/attribute_query.h: what a query asks for holds for who has all of it, and no longer when
 * one attribute is missing. */
#include <stdlib.h>

#include "model/attribute_query.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct attribute_query query = attribute_query_read(arena, str_of(data, n));
	struct json_list_pair *all = arena_array(arena, query.n + 1, sizeof *all);
	for (size_t i = 0; i < query.n; i++) {
		require(query.pairs[i].key.n > 0 && query.pairs[i].key.n + query.pairs[i].value.n < n);
		all[i] = (struct json_list_pair){ query.pairs[i].key, &query.pairs[i].value, 1 };
	}
	require(attribute_query_holds(&query, all, query.n));
	require(attribute_query_holds(&query, NULL, 0) == !query.n);
	return 0;
}
