/* One arena a request; see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
enum { RED_ZONE = 16 };
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
enum { RED_ZONE = 0 };
#endif

enum { ALIGN = alignof(max_align_t), DEFAULT_CHUNK = 4096 };

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct chunk *first, *last;
	size_t handed_out;
};

static _Noreturn void out_of_memory(void)
{
	fputs("curfew: out of memory\n", stderr);
	abort();
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		out_of_memory();
	*chunk = (struct chunk){ .size = size };
	POISON(chunk->bytes, size);
	return chunk;
}

static void chunks_free(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;
		UNPOISON(chunk->bytes, chunk->size);
		free(chunk);
		chunk = next;
	}
}

struct arena *arena_new(size_t first_bytes)
{
	struct arena *arena = malloc(sizeof *arena);
	if (!arena)
		out_of_memory();
	struct chunk *chunk = chunk_new(first_bytes ? first_bytes : DEFAULT_CHUNK);
	*arena = (struct arena){ .first = chunk, .last = chunk };
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	chunks_free(arena->first);
	free(arena);
}

void arena_free_at(struct arena **arena)
{
	arena_free(*arena);
}

void arena_reset(struct arena *arena)
{
	chunks_free(arena->first->next);
	arena->first->next = NULL;
	arena->first->used = 0;
	arena->last = arena->first;
	arena->handed_out = 0;
	POISON(arena->first->bytes, arena->first->size);
}

size_t arena_used(const struct arena *arena)
{
	return arena->handed_out;
}

bool arena_owns(const struct arena *arena, const void *p)
{
	uintptr_t at = (uintptr_t)p;
	for (const struct chunk *chunk = arena->first; chunk; chunk = chunk->next)
		if (at >= (uintptr_t)chunk->bytes && at < (uintptr_t)chunk->bytes + chunk->used)
			return true;
	return false;
}

void *arena_alloc(struct arena *arena, size_t n)
{
	if (n > SIZE_MAX / 4)
		out_of_memory();
	size_t want = (n + RED_ZONE + ALIGN - 1) / ALIGN * ALIGN;
	if (want == 0)
		want = ALIGN;
	struct chunk *chunk = arena->last;
	if (chunk->size - chunk->used < want) {
		size_t size = chunk->size * 2 > (1u << 20) ? (1u << 20) : chunk->size * 2;
		chunk = chunk_new(size < want ? want : size);
		arena->last->next = chunk;
		arena->last = chunk;
	}
	void *p = chunk->bytes + chunk->used;
	chunk->used += want;
	arena->handed_out += n;
	UNPOISON(p, n);
	memset(p, 0, n);
	return p;
}

/* The room that arena_push takes an array of n to have: 4, 8, 16 ... */
static size_t room_for(size_t n)
{
	size_t room = n ? 4 : 0;
	while (room < n)
		room *= 2;
	return room;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (count > SIZE_MAX / 4 || __builtin_mul_overflow(room_for(count), size, &bytes))
		out_of_memory();
	return arena_alloc(arena, bytes);
}

struct str arena_str(struct arena *arena, struct str s)
{
	return (struct str){ arena_z(arena, s), s.n };
}

char *arena_z(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.n + 1);
	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

struct str arena_format(struct arena *arena, const char *format, ...)
{
	va_list list, again;
	va_start(list, format);
	va_copy(again, list);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (n < 0)
		out_of_memory();
	char *p = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str arena_join(struct arena *arena, struct str a, struct str b, struct str c)
{
	char *p = arena_alloc(arena, a.n + b.n + c.n + 1);
	if (a.n)
		memcpy(p, a.p, a.n);
	if (b.n)
		memcpy(p + a.n, b.p, b.n);
	if (c.n)
		memcpy(p + a.n + b.n, c.p, c.n);
	return (struct str){ p, a.n + b.n + c.n };
}

void *arena_push(struct arena *arena, void *list, size_t *n, size_t size)
{
	char *items;
	memcpy(&items, list, sizeof items);
	/* Full exactly at 0, 4, 8, 16, 32 ...: the capacity needs no field of its own. */
	bool full = *n == 0 || (*n >= 4 && (*n & (*n - 1)) == 0);
	if (full) {
		char *grown = arena_array(arena, *n + 1, size);
		if (*n)
			memcpy(grown, items, *n * size);
		items = grown;
		memcpy(list, &items, sizeof items);
	}
	return items + (*n)++ * size;
}
