/* Messages by key and language; see messages.h. */
#include "web/messages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "web/compiled.h"

static const struct messages *exactly(struct str tag)
{
	for (size_t i = 0; i < compiled_languages_n; i++)
		if (str_eq_nocase(tag, str_from(compiled_languages[i].tag)))
			return &compiled_languages[i];
	return NULL;
}

const struct messages *messages_default(void)
{
	return exactly(STR("en"));
}

const struct messages *messages_of(struct str tag)
{
	size_t n = 0;
	while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
		n++;
	return exactly(str_take(tag, n));
}

struct str messages_tag(const struct messages *messages)
{
	return str_from(messages->tag);
}

/* The keys are sorted by compile.py, byte by byte. */
static const struct compiled_message *find(const struct messages *messages, struct str key)
{
	size_t low = 0, high = messages->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(key, str_from(messages->messages[middle].key));
		if (order == 0)
			return &messages->messages[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* In a language and what it stands on; NULL: nowhere. */
static const struct compiled_message *find_below(const struct messages *messages, struct str key)
{
	const struct compiled_message *found = NULL;
	for (; messages && !found; messages = messages->base)
		found = find(messages, key);
	return found;
}

static const struct compiled_message *find_any(const struct messages *messages, struct str key)
{
	const struct compiled_message *found = find_below(messages, key);
	if (!found)
		found = find(messages_default(), key);
	if (!found) {
		fprintf(stderr, "curfew: no message %.*s\n", STR_ARG(key));
		abort();
	}
	return found;
}

struct str messages_text(const struct messages *messages, struct str key)
{
	return find_any(messages, key)->text;
}

struct str messages_plain(const struct messages *messages, struct str key)
{
	const struct compiled_message *found = find_any(messages, key);
	return found->plain.n ? found->plain : found->text;
}

struct str messages_own_text(const struct messages *messages, struct str key)
{
	const struct compiled_message *found = find_below(messages, key);
	return found ? found->plain : STR("");
}

static bool is_compiled(const struct messages *messages)
{
	return messages >= compiled_languages && messages < compiled_languages + compiled_languages_n;
}

/* Those of one level that no level above it says otherwise. */
static void list_level(const struct messages *top, const struct messages *level, struct arena *arena,
		       struct messages_entry **entries, size_t *n)
{
	for (size_t i = 0; i < level->n; i++) {
		const struct compiled_message *one = &level->messages[i];
		struct str key = str_from(one->key);
		if (find_any(top, key) != one)
			continue;
		struct messages_entry *entry = arena_push(arena, entries, n, sizeof *entry);
		*entry = (struct messages_entry){ key, one->plain.n ? one->plain : one->text, !is_compiled(level) };
	}
}

size_t messages_list(const struct messages *messages, struct arena *arena, struct messages_entry **ret_entries)
{
	struct messages_entry *entries = NULL;
	const struct messages *last = NULL;
	size_t n = 0;
	for (const struct messages *level = messages; level; level = level->base) {
		list_level(messages, level, arena, &entries, &n);
		last = level;
	}
	if (last != messages_default())
		list_level(messages, messages_default(), arena, &entries, &n);
	*ret_entries = entries;
	return n;
}

/* ---- a realm's own ---- */

static int by_key(const void *a, const void *b)
{
	return str_compare(((const struct messages_own *)a)->key, ((const struct messages_own *)b)->key);
}

/* The plain insertion of that number in a text of ours, with its braces; empty: it has fewer. */
static struct str insertion(struct str text, unsigned number)
{
	for (size_t i = 0; i + 2 < text.n; i++) {
		if (text.p[i] != '{' || text.p[i + 1] != '{')
			continue;
		size_t end = i + str_index(str_drop(text, i), '}');
		bool plain = text.p[i + 2] >= 'a' && text.p[i + 2] <= 'z';
		if (plain && number-- == 0)
			return str_take(str_drop(text, i), end + 2 - i);
		i = end;
	}
	return STR("");
}

/* Plain text as a template: nothing in it is a tag but {0} ..., where ours has insertions. */
static struct str as_template(struct arena *arena, struct str plain, struct str ours)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < plain.n; i++) {
		bool numbered = plain.p[i] == '{' && i + 2 < plain.n && plain.p[i + 2] == '}' &&
				plain.p[i + 1] >= '0' && plain.p[i + 1] <= '9';
		struct str inserted = numbered ? insertion(ours, (unsigned)(plain.p[i + 1] - '0')) : STR("");
		text_add(&text, inserted);
		if (inserted.n)
			i += 2;
		else if (plain.p[i] == '{')
			text_add_z(&text, "&#123;");
		else
			text_add_html(&text, str_of(plain.p + i, 1));
	}
	return text_str(&text);
}

static struct str without_doubled(struct arena *arena, struct str s)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < s.n; i++) {
		text_add_char(&text, s.p[i]);
		i += s.p[i] == '\'' && i + 1 < s.n && s.p[i + 1] == '\'';
	}
	return text_str(&text);
}

const struct messages *messages_with(struct arena *arena, struct str tag, const struct messages *base,
				     struct messages_own *own, size_t n)
{
	struct messages *messages = arena_alloc(arena, sizeof *messages);
	struct compiled_message *rows = arena_array(arena, n, sizeof *rows);
	const struct messages *compiled = base;
	while (compiled->base)
		compiled = compiled->base;
	if (n)
		qsort(own, n, sizeof *own, by_key);
	for (size_t i = 0; i < n; i++) {
		const struct compiled_message *ours = find(compiled, own[i].key);
		struct str plain = without_doubled(arena, own[i].text);
		rows[i] = (struct compiled_message){ arena_z(arena, own[i].key),
			as_template(arena, plain, ours ? ours->text : STR("")), plain };
	}
	*messages = (struct messages){ arena_z(arena, tag), rows, n, base };
	return messages;
}
