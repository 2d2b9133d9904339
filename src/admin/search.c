/* Words that lists are searched by; see search.h. */
#include "admin/search.h"

bool search_contains(struct str text, struct str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (str_eq_nocase(str_take(str_drop(text, i), part.n), part))
			return true;
	return false;
}
