/* Where something stands; see where.h. */
#include "json/where.h"

#include "json/scan.h"
#include "json/value.h"

static struct str decoded(struct arena *arena, const struct scan_token *token)
{
	if (!token->escaped)
		return token->raw;
	char *p = arena_array(arena, token->raw.n, 1);
	return str_of(p, scan_unescape(p, token->raw));
}

/* What stands between brackets: a number, or a name as a JSON text. */
static bool step_in_brackets(struct arena *arena, struct str *path, struct json_step *ret_step)
{
	struct scan scan = scan_new(str_drop(*path, 1));
	struct scan_token token;
	struct json_step step = { 0 };
	if (!scan_next(&scan, &token) || (token.kind != SCAN_TEXT && token.kind != SCAN_INT))
		return false;
	struct str rest = str_drop(*path, 1 + scan.at);
	if (!rest.n || rest.p[0] != ']')
		return false;
	if (token.kind == SCAN_TEXT)
		step.name = decoded(arena, &token);
	else if (token.integer >= 0)
		step.index = (size_t)token.integer;
	else
		return false;
	*ret_step = step;
	*path = str_drop(rest, 1);
	return true;
}

bool json_step_next(struct arena *arena, struct str *path, struct json_step *ret_step)
{
	size_t n = 1;
	if (path->n && path->p[0] == '[')
		return step_in_brackets(arena, path, ret_step);
	if (!path->n || path->p[0] != '.')
		return false;
	while (n < path->n && value_is_plain(path->p[n]))
		n++;
	if (n == 1)
		return false;
	*ret_step = (struct json_step){ .name = str_of(path->p + 1, n - 1) };
	*path = str_drop(*path, n);
	return true;
}

/* To the end of the value that `token` begins. */
static bool skip(struct scan *scan, const struct scan_token *token)
{
	struct scan_token inner;
	if (token->kind != SCAN_OBJECT_BEGIN && token->kind != SCAN_ARRAY_BEGIN)
		return true;
	for (unsigned depth = scan->depth; scan->depth >= depth;)
		if (!scan_next(scan, &inner))
			return false;
	return true;
}

/* From the value that `token` begins to the one in it that the step names. */
static bool enter(struct arena *arena, struct scan *scan, const struct json_step *step, struct scan_token *token)
{
	bool member = step->name.p;
	if (token->kind != (member ? SCAN_OBJECT_BEGIN : SCAN_ARRAY_BEGIN))
		return false;
	for (size_t i = 0; scan_next(scan, token); i++) {
		if (token->kind == SCAN_OBJECT_END || token->kind == SCAN_ARRAY_END)
			return false;
		bool found = member ? str_eq(decoded(arena, token), step->name) : i == step->index;
		if (member && !scan_next(scan, token))
			return false;
		if (found)
			return true;
		if (!skip(scan, token))
			return false;
	}
	return false;
}

bool json_where(struct arena *arena, struct str json, struct str message, struct json_where *ret_where)
{
	struct scan scan = scan_new(json);
	struct scan_token token;
	struct json_step step;
	struct json_where where = { .line = 1, .column = 1 };
	if (!message.n || message.p[0] != '$' || !scan_next(&scan, &token))
		return false;
	struct str path = str_drop(message, 1);
	while (json_step_next(arena, &path, &step)) {
		if (!enter(arena, &scan, &step, &token))
			return false;
		where.name = step.name;
	}
	size_t at = token.kind == SCAN_TEXT ? (size_t)(token.raw.p - json.p) : scan.at;
	for (size_t i = 0; i < at; i++) {
		where.column = json.p[i] == '\n' ? 1 : where.column + 1;
		where.line += json.p[i] == '\n';
	}
	*ret_where = where;
	return true;
}
