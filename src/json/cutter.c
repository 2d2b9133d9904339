/* Cuts a large export into pieces; see cutter.h.
 *
 * A state machine whose steps take one token each: between tokens it may have to wait for
 * input. The end of a value is found by counting brackets outside of strings; the strict
 * scanner then looks at the whole piece before anybody gets it. */
#include "json/cutter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/tables.h"
#include "json/scan.h"

enum {
	FIRST_BUFFER = 256 << 10,
	NAME_LIMIT = 1 << 10,
	MEMBERS_LIMIT = 10000,
	DEFAULT_MEMBER = 64 << 20,
	DEFAULT_ELEMENT = 1 << 20,
};

enum state {
	AT_START,
	AT_REALM,       /* in the outer array: an object; or, when first, the end */
	AT_REALM_COMMA, /* behind an object in it */
	AT_NAME,
	AT_COLON,
	AT_VALUE,
	AT_COMMA, /* behind a member */
	AT_ELEMENT,
	AT_ELEMENT_COMMA,
	AT_END,
};

/* An object that is walked: the realm, and within it one that is streamed in part. */
struct level {
	struct arena *arena; /* of the names in `seen` */
	struct table seen;
	struct str name; /* of the member at hand, decoded */
	char name_bytes[NAME_LIMIT];
};

struct json_cutter {
	struct json_cutter_options options;
	int fd; /* -1: fed */
	bool finished;
	char *buffer;
	size_t start, end, capacity; /* what is there and not yet used: buffer[start, end) */
	uint64_t taken;              /* bytes taken in so far */
	uint64_t line;               /* of buffer[start] */
	enum state state;
	bool first;       /* nothing stands in this array or object yet */
	bool listed;      /* the top level is an array */
	unsigned depth;   /* walked levels that are open */
	struct level levels[2];
	uint64_t realm, element;
	/* The value whose end is looked for. */
	size_t value_n; /* bytes of it seen so far */
	unsigned value_depth;
	bool in_text, escaped;
	char path[2 * NAME_LIMIT + 2];
	enum error_code error; /* sticks */
	struct why why;
};

enum step { STEP_ON, STEP_ITEM, STEP_MORE, STEP_FAILED };

struct json_cutter *json_cutter_new_fd(const struct json_cutter_options *options, int fd)
{
	struct json_cutter *cutter = calloc(1, sizeof *cutter);
	if (!cutter)
		abort(); /* as the arena does */
	cutter->options = *options;
	if (!cutter->options.member_limit)
		cutter->options.member_limit = DEFAULT_MEMBER;
	if (!cutter->options.element_limit)
		cutter->options.element_limit = DEFAULT_ELEMENT;
	if (!cutter->options.total_limit)
		cutter->options.total_limit = LIMIT_IMPORT;
	cutter->fd = fd;
	cutter->line = 1;
	for (size_t i = 0; i < ARRAY_LENGTH(cutter->levels); i++)
		cutter->levels[i].arena = arena_new(0);
	return cutter;
}

struct json_cutter *json_cutter_new(const struct json_cutter_options *options)
{
	return json_cutter_new_fd(options, -1);
}

void json_cutter_free(struct json_cutter *cutter)
{
	if (!cutter)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(cutter->levels); i++)
		arena_free(cutter->levels[i].arena);
	free(cutter->buffer);
	free(cutter);
}

uint64_t json_cutter_taken(const struct json_cutter *cutter)
{
	return cutter->taken;
}

/* Offset of buffer[start] in the input. */
static uint64_t offset_of(const struct json_cutter *c)
{
	return c->taken - (c->end - c->start);
}

/* Fails at `ahead` bytes behind buffer[start]. */
static enum step fail_ahead(struct json_cutter *c, enum error_code code, size_t ahead,
			    const char *words)
{
	uint64_t line = c->line;
	for (size_t i = 0; i < ahead; i++)
		line += c->buffer[c->start + i] == '\n';
	c->error = error_because(&c->why, code, "line %llu, byte %llu: %s", (unsigned long long)line,
				 (unsigned long long)(offset_of(c) + ahead), words);
	return STEP_FAILED;
}

static enum step fail(struct json_cutter *c, const char *words)
{
	return fail_ahead(c, ERROR_BAD_JSON, 0, words);
}

/* Makes room for n more bytes behind c->end. */
static enum error_code make_room(struct json_cutter *c, size_t n)
{
	size_t held = c->end - c->start;
	if (c->capacity - c->end >= n)
		return OK;
	if (held + n <= c->capacity) {
		memmove(c->buffer, c->buffer + c->start, held);
	} else {
		size_t capacity = c->capacity ? c->capacity : FIRST_BUFFER;
		while (capacity < held + n)
			capacity *= 2;
		char *grown = failpoint("json.cutter.room") ? NULL : malloc(capacity);
		if (!grown)
			return error_because(&c->why, ERROR_BUSY, "no memory for %zu bytes of input",
					     capacity);
		if (held)
			memcpy(grown, c->buffer + c->start, held);
		free(c->buffer);
		c->buffer = grown;
		c->capacity = capacity;
	}
	c->start = 0;
	c->end = held;
	return OK;
}

/* n more bytes come: are they too many? */
static enum error_code check_total(struct json_cutter *c, size_t n)
{
	if (n <= c->options.total_limit - c->taken)
		return OK;
	return error_because(&c->why, ERROR_TOO_LARGE, "the input is larger than %llu bytes",
			     (unsigned long long)c->options.total_limit);
}

enum error_code json_cutter_feed(struct json_cutter *cutter, struct str bytes,
				 struct why *reterr_why)
{
	if (!cutter->error)
		cutter->error = check_total(cutter, bytes.n);
	if (!cutter->error)
		cutter->error = make_room(cutter, bytes.n);
	if (cutter->error)
		return error_because(reterr_why, cutter->error, "%s", cutter->why.text);
	if (bytes.n)
		memcpy(cutter->buffer + cutter->end, bytes.p, bytes.n);
	cutter->end += bytes.n;
	cutter->taken += bytes.n;
	return OK;
}

void json_cutter_finish(struct json_cutter *cutter)
{
	cutter->finished = true;
}

/* Reads from the descriptor: ON when there is more to look at, or nothing will come. */
static enum step read_more(struct json_cutter *c)
{
	c->error = make_room(c, FIRST_BUFFER / 4);
	if (c->error)
		return STEP_FAILED;
	ssize_t n;
	do
		n = read(c->fd, c->buffer + c->end, c->capacity - c->end);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		c->error = error_because(&c->why, ERROR_FILE_FAILED, "reading at byte %llu: %s",
					 (unsigned long long)c->taken, strerror(errno));
		return STEP_FAILED;
	}
	c->error = check_total(c, (size_t)n);
	if (c->error)
		return STEP_FAILED;
	c->finished = n == 0;
	c->end += (size_t)n;
	c->taken += (size_t)n;
	return STEP_ON;
}

/* More input is needed: ON when some came. */
static enum step need(struct json_cutter *c)
{
	if (c->finished)
		return fail_ahead(c, ERROR_BAD_JSON, c->end - c->start, "the input ends too early");
	if (c->fd < 0)
		return STEP_MORE;
	return read_more(c);
}

/* Uses up n bytes; what comes next begins anew. */
static void consume(struct json_cutter *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->line += c->buffer[c->start + i] == '\n';
	c->start += n;
	c->value_n = 0;
	c->value_depth = 0;
	c->in_text = c->escaped = false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void skip_space(struct json_cutter *c)
{
	size_t n = 0;
	while (c->start + n < c->end && is_space(c->buffer[c->start + n]))
		n++;
	consume(c, n);
}

/* Looks at one byte of the value; true when the value is complete with it (`*ret_with`:
 * the byte belongs to it). */
static bool ends_value(struct json_cutter *c, char byte, bool *ret_with)
{
	*ret_with = true;
	if (c->in_text) {
		bool closes = byte == '"' && !c->escaped;
		c->escaped = byte == '\\' && !c->escaped;
		c->in_text = !closes;
		return closes && c->value_depth == 0;
	}
	if (byte == '"') {
		c->in_text = true;
	} else if (byte == '{' || byte == '[') {
		c->value_depth++;
	} else if (byte == '}' || byte == ']') {
		*ret_with = c->value_depth > 0;
		return c->value_depth == 0 || --c->value_depth == 0;
	} else if (c->value_depth == 0 && (byte == ',' || byte == ':' || is_space(byte))) {
		*ret_with = false;
		return true;
	}
	return false;
}

/* "users[17]" for messages, and the name of items: "roles.client". */
static struct str item_name(struct json_cutter *c)
{
	size_t n = 0;
	for (unsigned i = 0; i < c->depth; i++) {
		if (i)
			c->path[n++] = '.';
		if (c->levels[i].name.n)
			memcpy(c->path + n, c->levels[i].name.p, c->levels[i].name.n);
		n += c->levels[i].name.n;
	}
	return str_of(c->path, n);
}

static enum step fail_too_large(struct json_cutter *c, size_t limit)
{
	struct str name = str_take(item_name(c), 80);
	char words[160];
	snprintf(words, sizeof words, "a value in \"%.*s\" is larger than %zu bytes", STR_ARG(name),
		 limit);
	return fail_ahead(c, ERROR_TOO_LARGE, 0, words);
}

/* Finds the end of the value that begins at buffer[start]: ON when it was found, and is
 * valid; *ret_raw is not consumed yet. */
static enum step find_value(struct json_cutter *c, size_t limit, struct str *ret_raw)
{
	bool complete = false, with = true;
	while (!complete && c->start + c->value_n < c->end && c->value_n <= limit) {
		complete = ends_value(c, c->buffer[c->start + c->value_n], &with);
		c->value_n += !complete || with;
		if (c->value_depth > LIMIT_JSON_DEPTH)
			return fail_ahead(c, ERROR_BAD_JSON, c->value_n - 1, "nested too deeply");
	}
	if (c->value_n > limit)
		return fail_too_large(c, limit);
	if (!complete)
		return STEP_MORE;
	if (c->value_n == 0)
		return fail(c, "expected a value");
	struct scan scan = scan_new(str_of(c->buffer + c->start, c->value_n));
	struct scan_token token;
	do {
		if (!scan_next(&scan, &token))
			return fail_ahead(c, ERROR_BAD_JSON, scan.at, scan.fault);
	} while (token.kind != SCAN_DONE);
	*ret_raw = scan.text;
	return STEP_ON;
}

/* The value at hand, whole; *ret_raw stays where it is until the next call from outside. */
static enum step take_value(struct json_cutter *c, size_t limit, struct str *ret_raw)
{
	for (;;) {
		enum step step = find_value(c, limit, ret_raw);
		if (step != STEP_MORE)
			return step;
		step = need(c);
		if (step != STEP_ON)
			return step;
	}
}

static enum step hand_out(struct json_cutter *c, enum json_cut kind, struct str raw, uint64_t index,
			  struct json_cut_item *ret_item)
{
	bool named = kind == JSON_CUT_MEMBER || kind == JSON_CUT_ELEMENT;
	*ret_item = (struct json_cut_item){
		.kind = kind,
		.name = named ? item_name(c) : STR(""),
		.raw = raw,
		.index = index,
		.offset = offset_of(c),
		.line = c->line,
	};
	consume(c, named ? raw.n : 1);
	return STEP_ITEM;
}

static void open_object(struct json_cutter *c)
{
	struct level *level = &c->levels[c->depth++];
	arena_reset(level->arena);
	level->seen = table_new(level->arena, 0);
	level->name = STR("");
	c->state = AT_NAME;
	c->first = true;
}

/* The end of a walked object. */
static enum step close_object(struct json_cutter *c, struct json_cut_item *ret_item)
{
	if (--c->depth) {
		consume(c, 1);
		c->state = AT_COMMA;
		return STEP_ON;
	}
	c->state = c->listed ? AT_REALM_COMMA : AT_END;
	return hand_out(c, JSON_CUT_OBJECT_END, STR(""), c->realm++, ret_item);
}

static enum step step_realm(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (byte == ']' && c->listed && c->first) {
		consume(c, 1);
		c->state = AT_END;
		return STEP_ON;
	}
	if (byte != '{')
		return fail(c, "expected an object");
	open_object(c);
	return hand_out(c, JSON_CUT_OBJECT_BEGIN, STR(""), c->realm, ret_item);
}

static enum step step_start(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (byte != '[')
		return step_realm(c, byte, ret_item);
	consume(c, 1);
	c->listed = c->first = true;
	c->state = AT_REALM;
	return STEP_ON;
}

/* A comma, or the closing bracket, behind something in an array or object. */
static enum step step_comma(struct json_cutter *c, char byte, enum state then)
{
	if (byte != ',')
		return fail(c, "expected a comma or the closing bracket");
	consume(c, 1);
	c->first = false;
	c->state = then;
	return STEP_ON;
}

/* Notes the name whose raw string (with quotes) this is. */
static enum step note_name(struct json_cutter *c, struct str raw)
{
	struct level *level = &c->levels[c->depth - 1];
	if (level->seen.n == MEMBERS_LIMIT)
		return fail(c, "more than 10000 members");
	struct str inner = str_of(raw.p + 1, raw.n - 2);
	level->name = str_of(level->name_bytes, scan_unescape(level->name_bytes, inner));
	struct str kept = arena_str(level->arena, level->name);
	if (table_put(&level->seen, kept, level))
		return fail(c, "a name that stands twice in one object");
	consume(c, raw.n);
	c->state = AT_COLON;
	return STEP_ON;
}

static enum step step_name(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (byte == '}' && c->first)
		return close_object(c, ret_item);
	if (byte != '"')
		return fail(c, "expected a member's name");
	struct str raw;
	enum step step = take_value(c, NAME_LIMIT + 2, &raw);
	if (step == STEP_FAILED && c->value_n > NAME_LIMIT + 2)
		return fail(c, "a name of more than 1024 bytes");
	return step == STEP_ON ? note_name(c, raw) : step;
}

static enum step step_colon(struct json_cutter *c, char byte)
{
	if (byte != ':')
		return fail(c, "expected a colon");
	consume(c, 1);
	c->state = AT_VALUE;
	return STEP_ON;
}

/* True when the member at hand is named by the caller: as a whole, or (`partly`) by its
 * part before the dot. */
static bool is_streamed(const struct json_cutter *c, bool partly)
{
	for (const char *const *entry = c->options.streamed; entry && *entry; entry++) {
		struct str name = str_from(*entry);
		size_t dot = str_index(name, '.');
		bool has_dot = dot < name.n;
		if (has_dot != (partly || c->depth == 2))
			continue;
		if (!str_eq(str_take(name, dot), c->levels[0].name))
			continue;
		if (partly || !has_dot || str_eq(str_drop(name, dot + 1), c->levels[1].name))
			return true;
	}
	return false;
}

static enum step step_value(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (byte == '[' && c->value_n == 0 && is_streamed(c, false)) {
		consume(c, 1);
		c->state = AT_ELEMENT;
		c->first = true;
		c->element = 0;
		return STEP_ON;
	}
	if (byte == '{' && c->value_n == 0 && c->depth == 1 && is_streamed(c, true)) {
		consume(c, 1);
		open_object(c);
			return STEP_ON;
	}
	struct str raw;
	enum step step = take_value(c, c->options.member_limit, &raw);
	if (step != STEP_ON)
		return step;
	c->state = AT_COMMA;
	return hand_out(c, JSON_CUT_MEMBER, raw, 0, ret_item);
}

static enum step step_element(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (byte == ']' && c->first) {
		consume(c, 1);
		c->state = AT_COMMA;
		return STEP_ON;
	}
	struct str raw;
	enum step step = take_value(c, c->options.element_limit, &raw);
	if (step != STEP_ON)
		return step;
	c->state = AT_ELEMENT_COMMA;
	return hand_out(c, JSON_CUT_ELEMENT, raw, c->element++, ret_item);
}

/* Behind the last element, member or object of the thing at hand. */
static enum step step_behind(struct json_cutter *c, char byte, struct json_cut_item *ret_item)
{
	if (c->state == AT_COMMA && byte == '}')
		return close_object(c, ret_item);
	if (c->state == AT_COMMA)
		return step_comma(c, byte, AT_NAME);
	bool in_element = c->state == AT_ELEMENT_COMMA;
	if (byte != ']')
		return step_comma(c, byte, in_element ? AT_ELEMENT : AT_REALM);
	consume(c, 1);
	c->state = in_element ? AT_COMMA : AT_END;
	return STEP_ON;
}

/* Nothing but space may follow. */
static enum step step_end(struct json_cutter *c, struct json_cut_item *ret_item)
{
	if (c->start < c->end)
		return fail(c, "something follows the end");
	if (!c->finished)
		return need(c);
	*ret_item = (struct json_cut_item){ .kind = JSON_CUT_END,
					    .offset = c->taken,
					    .line = c->line };
	return STEP_ITEM;
}

static enum step step_on(struct json_cutter *c, struct json_cut_item *ret_item)
{
	if (c->value_n == 0)
		skip_space(c);
	if (c->state == AT_END)
		return step_end(c, ret_item);
	if (c->start == c->end)
		return need(c);
	char byte = c->buffer[c->start];
	switch (c->state) {
	case AT_START: return step_start(c, byte, ret_item);
	case AT_REALM: return step_realm(c, byte, ret_item);
	case AT_NAME: return step_name(c, byte, ret_item);
	case AT_COLON: return step_colon(c, byte);
	case AT_VALUE: return step_value(c, byte, ret_item);
	case AT_ELEMENT: return step_element(c, byte, ret_item);
	case AT_REALM_COMMA:
	case AT_COMMA:
	case AT_ELEMENT_COMMA:
	case AT_END: break;
	}
	return step_behind(c, byte, ret_item);
}

enum error_code json_cutter_next(struct json_cutter *cutter, struct json_cut_item *ret_item,
				 struct why *reterr_why)
{
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	enum step step = STEP_ON;
	while (!cutter->error && step == STEP_ON)
		step = step_on(cutter, &item);
	if (cutter->error)
		return error_because(reterr_why, cutter->error, "%s", cutter->why.text);
	*ret_item = item;
	return OK;
}
