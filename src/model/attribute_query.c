/* The query parameter `q`; see attribute_query.h. */
#include "model/attribute_query.h"

#include "base/text.h"

/* A text in quotes, in which a backslash makes the next byte plain; false: it has no end. */
static bool take_quoted(struct arena *arena, struct str *rest, struct str *ret_word)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 1; i < rest->n; i++) {
		if (rest->p[i] == '"') {
			*rest = str_drop(*rest, i + 1);
			*ret_word = text_str(&text);
			return true;
		}
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i++;
		text_add_char(&text, rest->p[i]);
	}
	*rest = str_drop(*rest, rest->n);
	return false;
}

/* Up to a blank, or to `end` where that comes first. */
static bool take_word(struct arena *arena, struct str *rest, char end, struct str *ret_word)
{
	if (rest->n && rest->p[0] == '"')
		return take_quoted(arena, rest, ret_word);
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != end)
		n++;
	*ret_word = str_take(*rest, n);
	*rest = str_drop(*rest, n);
	return n > 0;
}

struct attribute_query attribute_query_read(struct arena *arena, struct str text)
{
	struct attribute_query query = { 0 };
	struct json_pair pair;
	for (struct str rest = text; rest.n;) {
		if (rest.p[0] == ' ' || rest.p[0] == ':') {
			rest = str_drop(rest, 1);
			continue;
		}
		if (!take_word(arena, &rest, ':', &pair.key) || !rest.n || rest.p[0] != ':')
			continue;
		rest = str_drop(rest, 1);
		if (take_word(arena, &rest, ' ', &pair.value) && pair.key.n)
			*(struct json_pair *)arena_push(arena, &query.pairs, &query.n, sizeof pair) = pair;
	}
	return query;
}

static bool has(const struct json_pair *pair, const struct json_list_pair *attributes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < attributes[i].n && str_eq(attributes[i].key, pair->key); k++)
			if (str_eq(attributes[i].values[k], pair->value))
				return true;
	return false;
}

bool attribute_query_holds(const struct attribute_query *query, const struct json_list_pair *attributes, size_t n)
{
	for (size_t i = 0; i < query->n; i++)
		if (!has(&query->pairs[i], attributes, n))
			return false;
	return true;
}
