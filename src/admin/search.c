/* Words that lists are searched by; see search.h. */
#include "admin/search.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool search_pattern(struct str text, struct str pattern, bool from_start)
{
	size_t at = 0, in_pattern = 0;
	/* Where to go on when what follows the last star does not fit here. */
	size_t star = from_start ? SIZE_MAX : 0, star_at = 0;
	while (in_pattern < pattern.n) {
		if (pattern.p[in_pattern] == '*') {
			star = ++in_pattern;
			star_at = at;
		} else if (at < text.n && lower(text.p[at]) == lower(pattern.p[in_pattern])) {
			at++;
			in_pattern++;
		} else if (star != SIZE_MAX && star_at < text.n) {
			at = ++star_at;
			in_pattern = star;
		} else {
			return false;
		}
	}
	return true;
}

bool search_contains(struct str text, struct str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (str_eq_nocase(str_take(str_drop(text, i), part.n), part))
			return true;
	return false;
}
