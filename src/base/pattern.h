/* Texts with '*' in them, each for any text (also none); nothing else is special. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "base/str.h"

/* Whether all of `text` is as `pattern` says; `ignore_case`: ASCII letters of either case are the
 * same. Takes at most the product of both lengths. */
bool pattern_matches(struct str pattern, struct str text, bool ignore_case);

#endif
