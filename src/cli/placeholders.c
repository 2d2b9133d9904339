/* Placeholders; see placeholders.h. */
#include "cli/placeholders.h"

#include <string.h>

#include "base/arena.h"
#include "json/write.h"

enum { NAME_MAX_BYTES = 200, PLACEHOLDER_MAX = 4096 };

struct filling {
	struct str text;
	const char *(*value_of)(const char *name);
	bool (*emit)(void *context, struct str piece);
	void *context;
	size_t at, sent; /* where the look is, and up to where pieces were handed out */
	bool in_string;
	size_t filled;
};

static enum error_code send(struct filling *f, struct str piece, struct why *reterr_why)
{
	if (!f->emit || !piece.n || f->emit(f->context, piece))
		return OK;
	return error_because(reterr_why, ERROR_FILE_FAILED, "a temporary file cannot be written");
}

static bool is_of_environment(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= 'A' && name.p[i] <= 'Z') && !(name.p[i] >= '0' && name.p[i] <= '9') &&
			name.p[i] != '_')
			return false;
	return name.n > 0;
}

static enum error_code missing(const struct filling *f, struct str name, struct why *reterr_why)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < f->at; i++) {
		column = f->text.p[i] == '\n' ? 1 : column + 1;
		line += f->text.p[i] == '\n';
	}
	return error_because(reterr_why, ERROR_INVALID_VALUE,
		"line %zu, column %zu: ${%.*s}: there is no such variable in the environment, and no default",
		line, column, STR_ARG(name));
}

/* As it stands within quotes. */
static struct str escaped(struct arena *arena, struct str value)
{
	struct text text = text_new(arena, 0);
	json_add_text(&text, value);
	struct str quoted = text_str(&text);
	return str_take(str_drop(quoted, 1), quoted.n - 2);
}

/* Whether a JSON string that `inner` is in ends there: then it is two strings, and no placeholder. */
static bool ends_string(struct str inner)
{
	for (size_t i = 0; i < inner.n; i++) {
		if (inner.p[i] == '"')
			return true;
		if (inner.p[i] == '\\')
			i++;
	}
	return false;
}

/* The one that begins at f->at; `inner` is what stands within its braces. */
static enum error_code fill_one(struct filling *f, struct str inner, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	if (f->in_string && ends_string(inner))
		return OK;
	size_t colon = str_index(inner, ':');
	struct str name = str_take(inner, colon);
	const char *found = name.n && name.n < NAME_MAX_BYTES && !str_has_nul(name)
		? f->value_of(arena_z(arena, name)) : NULL;
	if (!found && colon == inner.n)
		return is_of_environment(name) ? missing(f, name, reterr_why) : OK;
	/* A default is JSON text already. */
	struct str value = found ? str_from(found) : str_drop(inner, colon + 1);
	if (found && f->in_string)
		value = escaped(arena, value);
	enum error_code code = send(f, str_take(str_drop(f->text, f->sent), f->at - f->sent), reterr_why);
	if (code == OK)
		code = send(f, value, reterr_why);
	f->filled++;
	f->at += inner.n + 3;
	f->sent = f->at;
	f->at--; /* the caller's step */
	return code;
}

enum error_code placeholders_fill(struct str text, const char *(*value_of)(const char *name),
	bool (*emit)(void *context, struct str piece), void *context, size_t *ret_filled,
	struct why *reterr_why)
{
	struct filling f = { .text = text, .value_of = value_of, .emit = emit, .context = context };
	enum error_code code = OK;
	for (; f.at < text.n && code == OK; f.at++) {
		char c = text.p[f.at];
		if (c == '"') {
			f.in_string = !f.in_string;
		} else if (c == '\\' && f.in_string) {
			f.at++;
		} else if (c == '$' && f.at + 1 < text.n && text.p[f.at + 1] == '{') {
			struct str rest = str_take(str_drop(text, f.at + 2), PLACEHOLDER_MAX);
			size_t end = str_index(rest, '}');
			if (end < rest.n)
				code = fill_one(&f, str_take(rest, end), reterr_why);
		}
	}
	if (code == OK)
		code = send(&f, str_drop(text, f.sent), reterr_why);
	if (code == OK)
		*ret_filled = f.filled;
	return code;
}
