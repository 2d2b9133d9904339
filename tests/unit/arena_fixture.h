/* An arena for each test, or for a group of them, of one program. */
#ifndef TESTS_UNIT_ARENA_FIXTURE_H
#define TESTS_UNIT_ARENA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"

static struct arena *arena;

static inline int arena_setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static inline int arena_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

#endif
