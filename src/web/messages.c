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

struct str messages_text(const struct messages *messages, struct str key)
{
	const struct compiled_message *found = find(messages, key);
	if (!found)
		found = find(messages_default(), key);
	if (!found) {
		fprintf(stderr, "curfew: no message %.*s\n", STR_ARG(key));
		abort();
	}
	return found->text;
}
