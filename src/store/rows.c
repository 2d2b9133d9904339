#include "store/rows.h"

#include "base/text.h"
#include "json/write.h"

enum { TEXT_LIMIT = 1 << 20 };

struct str_list rows_texts(struct arena *arena, const struct db_rows *rows, size_t column)
{
	struct str_list list = { .items = arena_array(arena, rows->n, sizeof(struct str)),
		.n = rows->n };
	for (size_t i = 0; i < rows->n; i++)
		list.items[i] = db_cell_text(rows, i, column);
	return list;
}

static enum error_code finish(struct text *text, const char *what, struct str id,
	struct str *ret_text, struct why *reterr_why)
{
	if (text->failed)
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s of %.*s: more than %d bytes", what, STR_ARG(id), TEXT_LIMIT);
	*ret_text = text_str(text);
	return OK;
}

static enum error_code read_value(struct arena *arena, struct str json,
	const struct json_field *field, void *base, size_t base_size, const char *what,
	struct str id, struct why *reterr_why)
{
	if (json.n == 0)
		return OK;
	struct why why = { .text = "" };
	enum error_code code = json_read_value(arena, json, field, NULL, base, base_size, &why);
	if (code == OK)
		return OK;
	return error_because(
		reterr_why, ERROR_CORRUPT, "%s of %.*s: %s", what, STR_ARG(id), why.text);
}

static const struct json_field attributes_field =
	JSON_TEXTS_MAP(struct user, attributes, attributes_n, "", 0);

enum error_code attributes_text(
	struct arena *arena, const struct user *user, struct str *ret_text, struct why *reterr_why)
{
	struct text text = text_new(arena, TEXT_LIMIT);
	if (user->attributes_n > 0) {
		struct json_writer w = json_writer_new(&text, false);
		json_write_value(&w, &attributes_field, user);
	}
	return finish(&text, "attributes of user", user->id, ret_text, reterr_why);
}

enum error_code attributes_read(
	struct arena *arena, struct str text, struct user *user, struct why *reterr_why)
{
	return read_value(arena, text, &attributes_field, user, sizeof *user, "attributes of user",
		user->id, reterr_why);
}

static const struct json_field details_field = JSON_TEXTS(struct str_list, items, n, "", 0);

enum error_code details_text(struct arena *arena, const struct event *event, struct str *ret_text,
	struct why *reterr_why)
{
	struct str_list list = { .items = arena_array(
					 arena, event->details_n, 2 * sizeof(struct str)) };
	for (size_t i = 0; i < event->details_n; i++) {
		list.items[list.n++] = event->details[i].name;
		list.items[list.n++] = event->details[i].value;
	}
	struct text text = text_new(arena, TEXT_LIMIT);
	if (list.n > 0) {
		struct json_writer w = json_writer_new(&text, false);
		json_write_texts(&w, list.items, list.n);
	}
	return finish(&text, "details of event", event->type, ret_text, reterr_why);
}

enum error_code details_read(
	struct arena *arena, struct str text, struct event *event, struct why *reterr_why)
{
	struct str_list list = { .n = 0 };
	enum error_code code = read_value(arena, text, &details_field, &list, sizeof list,
		"details of event", event->id, reterr_why);
	if (code != OK)
		return code;
	if (list.n % 2 != 0)
		return error_because(reterr_why, ERROR_CORRUPT,
			"details of event %.*s: a name without a value", STR_ARG(event->id));
	event->details_n = list.n / 2;
	event->details = arena_array(arena, event->details_n, sizeof *event->details);
	for (size_t i = 0; i < event->details_n; i++)
		event->details[i] = (struct event_detail){ .name = list.items[2 * i],
			.value = list.items[2 * i + 1] };
	return OK;
}

enum error_code line_check(struct str line, const char *what, struct why *reterr_why)
{
	if (line.n == 0 || str_has_control(line))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"%s is empty or holds control characters", what);
	return OK;
}

enum error_code lines_text(struct arena *arena, const struct str_list *lines, const char *what,
	struct str *ret_text, struct why *reterr_why)
{
	struct text text = text_new(arena, TEXT_LIMIT);
	for (size_t i = 0; i < lines->n; i++) {
		enum error_code code = line_check(lines->items[i], what, reterr_why);
		if (code != OK)
			return code;
		if (str_list_has(&(struct str_list){ lines->items, i }, lines->items[i]))
			continue;
		if (text.n == 0)
			text_add_char(&text, '\n');
		text_add(&text, lines->items[i]);
		text_add_char(&text, '\n');
	}
	*ret_text = text_str(&text);
	return text.failed
		? error_because(reterr_why, ERROR_INVALID_VALUE, "%s: too many of them", what)
		: OK;
}

struct str_list lines_read(struct arena *arena, struct str text)
{
	struct str_list list = { .n = 0 };
	struct str line;
	while (str_next(&text, '\n', &line))
		if (line.n > 0)
			*(struct str *)arena_push(arena, &list.items, &list.n, sizeof line) = line;
	return list;
}

struct str chains_text(struct arena *arena, const struct client_session *part)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < part->chains_n; i++) {
		const struct refresh_chain *chain = &part->chains[i];
		text_addf(&text, "%.*s %lld %lld\n", STR_ARG(chain->reuse_id), (long long)chain->generation,
			(long long)chain->use_count);
	}
	return text_str(&text);
}

static bool chain_of_line(struct str line, struct refresh_chain *ret_chain)
{
	struct refresh_chain chain = { .generation = 0 };
	struct str generation, use_count;
	bool whole = str_next(&line, ' ', &chain.reuse_id) && str_next(&line, ' ', &generation) &&
		str_next(&line, ' ', &use_count) && chain.reuse_id.n > 0 &&
		str_to_int64(generation, &chain.generation) && str_to_int64(use_count, &chain.use_count);
	if (whole)
		*ret_chain = chain;
	return whole;
}

void chains_read(struct arena *arena, struct str text, struct client_session *part)
{
	struct str line;
	struct refresh_chain chain;
	while (str_next(&text, '\n', &line))
		if (chain_of_line(line, &chain))
			*(struct refresh_chain *)arena_push(
				arena, &part->chains, &part->chains_n, sizeof chain) = chain;
}
