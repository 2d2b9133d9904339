/* Texts with '*' in them; see pattern.h. */
#include "base/pattern.h"

static bool is_same(char a, char b, bool ignore_case)
{
	return ignore_case ? str_eq_nocase((struct str){ &a, 1 }, (struct str){ &b, 1 }) : a == b;
}

/* Of two ways to match the shortest is tried first, and on a failure the last '*' takes one byte
 * more: what stands before it need not be tried again. */
bool pattern_matches(struct str pattern, struct str text, bool ignore_case)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.n && is_same(pattern.p[p], text.p[t], ignore_case)) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
