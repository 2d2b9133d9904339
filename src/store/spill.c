/* Records in the order of their keys; see spill.h.
 *
 * A record is, in memory and in the file: the lengths of key and record, then both. */
#include "store/spill.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	RUN_BYTES = 12 << 20, /* of memory, for a run's records; then for the windows of all runs */
	WINDOW_LEAST = 16 << 10,
};

struct head {
	uint32_t key, record; /* bytes */
};

/* A record, where it is. Most comparisons end with the first bytes of the keys. */
struct place {
	uint64_t prefix;
	const char *p;
};

/* A sorted part of the file, read through a window. */
struct run {
	struct place first; /* the record that comes next */
	off_t at, end;      /* what is not in the window yet */
	char *window;
	size_t room, from, n; /* of the window: all, and what is not used up */
};

struct spill {
	const char *directory;
	int fd; /* -1: not needed yet */
	off_t size;
	char *bytes; /* the run that grows */
	size_t room, used;
	struct place *places;
	size_t places_room, places_n, next; /* next: where all fits in memory */
	struct run *runs;                   /* later a heap, the least key first */
	size_t runs_n;
	bool merging, fetched; /* fetched: the first run's first record was handed out */
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

struct spill *spill_new(const char *directory)
{
	struct spill *spill = must(calloc(1, sizeof *spill));
	spill->directory = directory ? directory : "/tmp";
	spill->fd = -1;
	return spill;
}

static void forget_memory(struct spill *spill)
{
	free(spill->bytes);
	free(spill->places);
	spill->bytes = NULL;
	spill->places = NULL;
	spill->room = spill->used = spill->places_room = spill->places_n = 0;
}

void spill_free(struct spill *spill)
{
	if (!spill)
		return;
	forget_memory(spill);
	for (size_t i = 0; i < spill->runs_n; i++)
		free(spill->runs[i].window);
	free(spill->runs);
	if (spill->fd >= 0)
		close(spill->fd);
	free(spill);
}

/* ---- records ---- */

static struct head head_of(const char *p)
{
	struct head head;
	memcpy(&head, p, sizeof head);
	return head;
}

static size_t length_of(const char *p)
{
	struct head head = head_of(p);
	return sizeof head + head.key + head.record;
}

static struct str key_of(const char *p)
{
	return str_of(p + sizeof(struct head), head_of(p).key);
}

static struct place place_of(const char *p)
{
	struct str key = key_of(p);
	uint64_t prefix = 0;
	memcpy(&prefix, key.p, key.n < sizeof prefix ? key.n : sizeof prefix);
	return (struct place){ be64toh(prefix), p };
}

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return str_compare(key_of(x->p), key_of(y->p));
}

/* ---- runs ---- */

static enum error_code open_file(struct spill *spill, struct why *reterr_why)
{
	if (spill->fd < 0)
		spill->fd = open(spill->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return spill->fd >= 0 ? OK
			      : error_because(reterr_why, ERROR_FILE_FAILED,
					"no temporary file in '%s': %m", spill->directory);
}

static enum error_code write_out(
	struct spill *spill, const char *p, size_t n, struct why *reterr_why)
{
	while (n > 0) {
		ssize_t done = pwrite(spill->fd, p, n, spill->size);
		if (done <= 0)
			return error_because(reterr_why, ERROR_FILE_FAILED,
				"a temporary file in '%s' cannot be written: %m", spill->directory);
		p += done;
		n -= (size_t)done;
		spill->size += done;
	}
	return OK;
}

/* The records in memory become a run of the file. */
static enum error_code end_run(struct spill *spill, struct why *reterr_why)
{
	enum { AT_ONCE = 256 << 10 };
	off_t start = spill->size;
	enum error_code error = open_file(spill, reterr_why);
	char *buffer = must(malloc(AT_ONCE));
	size_t n = 0;
	qsort(spill->places, spill->places_n, sizeof *spill->places, by_key);
	for (size_t i = 0; !error && i < spill->places_n; i++) {
		const char *p = spill->places[i].p;
		size_t length = length_of(p);
		if (n + length > AT_ONCE) {
			error = write_out(spill, buffer, n, reterr_why);
			n = 0;
		}
		if (!error && length > AT_ONCE) {
			error = write_out(spill, p, length, reterr_why);
		} else if (!error) {
			memcpy(buffer + n, p, length);
			n += length;
		}
	}
	if (!error)
		error = write_out(spill, buffer, n, reterr_why);
	free(buffer);
	if (error)
		return error;
	spill->runs = must(reallocarray(spill->runs, spill->runs_n + 1, sizeof *spill->runs));
	spill->runs[spill->runs_n++] = (struct run){ .at = start, .end = spill->size };
	spill->used = spill->places_n = 0;
	return OK;
}

/* Room for `n` bytes, which may be more than a run has as a rule: it is then of one record. */
static void make_room(struct spill *spill, size_t n)
{
	if (spill->room < n || !spill->bytes) {
		spill->room = n > RUN_BYTES ? n : RUN_BYTES;
		free(spill->bytes);
		spill->bytes = must(malloc(spill->room));
	}
	if (!spill->places) {
		spill->places_room = RUN_BYTES / 256;
		spill->places = must(calloc(spill->places_room, sizeof *spill->places));
	}
}

enum error_code spill_add(
	struct spill *spill, struct str key, struct str record, struct why *reterr_why)
{
	struct head head = { (uint32_t)key.n, (uint32_t)record.n };
	size_t n = sizeof head + key.n + record.n;
	bool full = spill->used + n > RUN_BYTES || spill->places_n == spill->places_room;
	enum error_code error = spill->used && full ? end_run(spill, reterr_why) : OK;
	if (error)
		return error;
	if (!spill->used)
		make_room(spill, n);
	char *p = spill->bytes + spill->used;
	memcpy(p, &head, sizeof head);
	memcpy(p + sizeof head, key.p, key.n);
	if (record.n)
		memcpy(p + sizeof head + key.n, record.p, record.n);
	spill->used += n;
	spill->places[spill->places_n++] = place_of(p);
	return OK;
}

/* ---- the merge ---- */

/* At least `n` bytes in the window, from `from`. */
static enum error_code fill_window(
	struct spill *spill, struct run *run, size_t n, struct why *reterr_why)
{
	if (run->n - run->from >= n)
		return OK;
	memmove(run->window, run->window + run->from, run->n - run->from);
	run->n -= run->from;
	run->from = 0;
	if (n > run->room) {
		run->room = n;
		run->window = must(realloc(run->window, n));
	}
	while (run->n < n) {
		size_t left = (size_t)(run->end - run->at), room = run->room - run->n;
		ssize_t done = pread(spill->fd, run->window + run->n, left < room ? left : room, run->at);
		if (done <= 0)
			return error_because(reterr_why, ERROR_FILE_FAILED,
				"a temporary file in '%s' cannot be read: %m", spill->directory);
		run->n += (size_t)done;
		run->at += done;
	}
	return OK;
}

/* The run's next record becomes its first; *ret_any false: there is none. */
static enum error_code advance(
	struct spill *spill, struct run *run, bool *ret_any, struct why *reterr_why)
{
	*ret_any = run->from < run->n || run->at < run->end;
	if (!*ret_any)
		return OK;
	enum error_code error = fill_window(spill, run, sizeof(struct head), reterr_why);
	if (!error)
		error = fill_window(spill, run, length_of(run->window + run->from), reterr_why);
	if (error)
		return error;
	run->first = place_of(run->window + run->from);
	run->from += length_of(run->window + run->from);
	return OK;
}

/* Puts the run at `at` of the heap where it belongs. */
static void sink(struct spill *spill, size_t at)
{
	struct run *runs = spill->runs, moved = runs[at];
	for (size_t child; (child = 2 * at + 1) < spill->runs_n; at = child) {
		if (child + 1 < spill->runs_n && by_key(&runs[child + 1].first, &runs[child].first) < 0)
			child++;
		if (by_key(&moved.first, &runs[child].first) <= 0)
			break;
		runs[at] = runs[child];
	}
	runs[at] = moved;
}

enum error_code spill_sort(struct spill *spill, struct why *reterr_why)
{
	if (!spill->runs_n) {
		if (spill->places_n)
			qsort(spill->places, spill->places_n, sizeof *spill->places, by_key);
		return OK;
	}
	enum error_code error = spill->places_n ? end_run(spill, reterr_why) : OK;
	forget_memory(spill);
	spill->merging = true;
	size_t window = RUN_BYTES / spill->runs_n;
	for (size_t i = 0; !error && i < spill->runs_n; i++) {
		struct run *run = &spill->runs[i];
		bool any;
		run->room = window > WINDOW_LEAST ? window : WINDOW_LEAST;
		run->window = must(malloc(run->room));
		error = advance(spill, run, &any, reterr_why);
	}
	for (size_t i = spill->runs_n / 2; !error && i-- > 0;)
		sink(spill, i);
	return error;
}

/* What was handed out from the first run makes place for that run's next record. */
static enum error_code replace_first(struct spill *spill, struct why *reterr_why)
{
	bool any;
	enum error_code error = advance(spill, &spill->runs[0], &any, reterr_why);
	if (error)
		return error;
	if (!any) {
		free(spill->runs[0].window);
		spill->runs[0] = spill->runs[--spill->runs_n];
	}
	if (spill->runs_n)
		sink(spill, 0);
	return OK;
}

enum error_code spill_next(
	struct spill *spill, struct str *ret_key, struct str *ret_record, struct why *reterr_why)
{
	const char *p = NULL;
	if (spill->merging) {
		enum error_code error = spill->fetched ? replace_first(spill, reterr_why) : OK;
		if (error)
			return error;
		spill->fetched = spill->runs_n > 0;
		p = spill->runs_n ? spill->runs[0].first.p : NULL;
	} else if (spill->next < spill->places_n) {
		p = spill->places[spill->next++].p;
	}
	*ret_key = *ret_record = (struct str){ NULL, 0 };
	if (p) {
		*ret_key = key_of(p);
		*ret_record = str_of(ret_key->p + ret_key->n, head_of(p).record);
	}
	return OK;
}
