/* Named places where test builds can be told to fail; nothing in release builds.
 *
 * CURFEW_FAILPOINTS="commit.before=kill;commit.after=sleep:500;outbox.send=error:2"
 * kill: SIGKILL to ourselves. error: the call returns true (":2": the first two times).
 * sleep: milliseconds, then false. */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>

#ifdef CURFEW_TEST_BUILD
/* True when the caller is to fail here. `name` is a literal, unique in the tree. */
bool failpoint(const char *name);
/* Replaces all settings, same syntax as the environment's. */
void failpoint_set(const char *settings);
#else
static inline bool failpoint(const char *name)
{
	(void)name;
	return false;
}
#endif

#endif
