/* What is said of a body that cannot be read or taken. */
#include "admin/call.h"

#include "base/tables.h"
#include "http/router.h"
#include "json/where.h"

struct body_name {
	const char *outer, *place, *name;
};

#define B(end, class) { "", end, class },
#define M(outer, member, class)
static const struct body_name bodies[] = {
#include "admin/body_names.def"
};
#undef B
#undef M
#define B(end, class)
#define M(outer, member, class) { outer, member, class },
static const struct body_name members[] = {
#include "admin/body_names.def"
};
#undef B
#undef M

static struct str name_of_route(const struct admin_call *call)
{
	struct str pattern = str_from(call->request->route->pattern);
	struct str name = STR("the body");
	size_t longest = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		struct str end = str_from(bodies[i].place);
		if (end.n > longest && str_ends(pattern, end)) {
			longest = end.n;
			name = str_from(bodies[i].name);
		}
	}
	return name;
}

static struct str name_of_member(struct str outer, struct str member)
{
	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		if (str_eq_z(member, members[i].place) && (!members[i].outer[0] || str_eq_z(outer, members[i].outer)))
			return str_from(members[i].name);
	return outer;
}

/* The class of the object that the last step of the message's path was not found in. */
static struct str name_of_body(struct admin_call *call, struct str message)
{
	struct str name = name_of_route(call), path = str_drop(message, 1);
	struct json_step step, next;
	bool more = json_step_next(call->arena, &path, &step);
	for (; more && json_step_next(call->arena, &path, &next); step = next)
		name = name_of_member(name, step.name);
	return name;
}

/* {"error", "error_description", "errorMessage"}: client libraries read one of them. */
static void refuse(struct admin_call *call, struct str error, struct str text)
{
	struct text body = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&body, false);
	json_write_object_begin(&w);
	json_member_text(&w, "error", error);
	json_member_text(&w, "error_description", text);
	json_member_text(&w, "errorMessage", text);
	json_write_object_end(&w);
	http_respond_json(call->response, 400, text_str(&body));
}

/* Keycloak's words where it has them; in the description what is wrong, and where. */
void admin_refuse_body(struct admin_call *call, enum error_code code, const struct why *why)
{
	struct json_where where;
	struct str text = arena_str(call->arena, str_from(why->text));
	bool found = json_where(call->arena, call->request->body, text, &where);
	struct str place = found ? arena_format(call->arena, " (line %zu, column %zu)", where.line, where.column) : STR("");
	struct str whole = arena_join(call->arena, text, place, STR(""));
	struct str parsing = arena_join(call->arena, STR("Cannot parse the JSON: "), whole, STR(""));
	if (code == ERROR_BAD_JSON)
		refuse(call, STR("invalid_request"), parsing);
	else if (code == ERROR_UNKNOWN_FIELD && found)
		refuse(call, arena_format(call->arena,
					  "Invalid json representation for %.*s. Unrecognized field \"%.*s\" at line %zu column %zu.",
					  STR_ARG(name_of_body(call, text)), STR_ARG(where.name), where.line, where.column), whole);
	else if (code == ERROR_UNKNOWN_FIELD)
		refuse(call, STR("unknown_error"), whole);
	else if (code == ERROR_WRONG_TYPE && !call->input_error)
		refuse(call, STR("unknown_error"), parsing);
	else if (code == ERROR_INVALID_VALUE || code == ERROR_WRONG_TYPE)
		refuse(call, call->input_error ? str_from(call->input_error) : str_starts(text, STR("$")) ?
			     STR("unknown_error") : STR("invalid_input"), whole);
	else
		admin_fail(call, code, why);
}
