/* curfew realm export: the realm with its secrets, so a file is made for its owner alone. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/ask.h"
#include "cli/file.h"
#include "cli/verbs.h"
#include "json/cutter.h"

enum {
	USERS_A_FILE = 50, /* as Keycloak */
	USERS_A_FILE_MAX = 1000 * 1000,
	ELEMENT_MAX = 64 << 20,
	CHUNK = 1 << 20,
};

/* ---- files of users beside the realm's ---- */

/* The export is cut into its members and users as it goes by. */
struct splitting {
	struct cli_call *call;
	struct str stem;      /* "/backup/customers" */
	struct str name;      /* the realm's */
	int64_t a_file;       /* users in each; 0: all in one */
	struct text members, users;
	int64_t gathered, files, all;
};

static enum error_code write_users(struct splitting *s, struct why *reterr_why)
{
	struct text text = text_new(s->call->arena, SIZE_MAX / 2);
	if (!s->gathered)
		return OK;
	text_add_z(&text, "{\"realm\":");
	json_add_text(&text, s->name);
	text_add_z(&text, ",\"users\":[");
	text_add(&text, text_str(&s->users));
	text_add_z(&text, "]}");
	struct str path = arena_format(s->call->arena, "%.*s-users-%lld.json", STR_ARG(s->stem), (long long)s->files++);
	s->users.n = 0;
	s->gathered = 0;
	return file_write_private(s->call, path, text_str(&text), reterr_why);
}

static enum error_code take_piece(struct splitting *s, const struct json_cut_item *item, struct why *reterr_why)
{
	if (item->kind == JSON_CUT_ELEMENT) {
		if (s->gathered++)
			text_add_char(&s->users, ',');
		text_add(&s->users, item->raw);
		s->all++;
		return s->a_file && s->gathered == s->a_file ? write_users(s, reterr_why) : OK;
	}
	if (item->kind != JSON_CUT_MEMBER)
		return OK;
	text_add_char(&s->members, s->members.n ? ',' : '{');
	json_add_text(&s->members, item->name);
	text_add_char(&s->members, ':');
	text_add(&s->members, item->raw);
	return OK;
}

static enum error_code split(struct splitting *s, struct str export, struct why *reterr_why)
{
	static const char *const streamed[] = { "users", NULL };
	const struct json_cutter_options options = { .streamed = streamed, .element_limit = ELEMENT_MAX,
		.total_limit = UINT64_MAX };
	struct json_cutter *cutter = json_cutter_new(&options);
	struct json_cut_item item = { .kind = JSON_CUT_MORE };
	enum error_code code = OK;
	while (code == OK && item.kind != JSON_CUT_END) {
		if ((code = json_cutter_next(cutter, &item, reterr_why)) != OK)
			break;
		if (item.kind != JSON_CUT_MORE) {
			code = take_piece(s, &item, reterr_why);
		} else if (export.n) {
			struct str chunk = str_take(export, CHUNK);
			export = str_drop(export, chunk.n);
			code = json_cutter_feed(cutter, chunk, reterr_why);
		} else {
			json_cutter_finish(cutter);
		}
	}
	json_cutter_free(cutter);
	if (code == OK)
		code = write_users(s, reterr_why);
	text_add_char(&s->members, '}');
	struct str path = arena_join(s->call->arena, s->stem, STR("-realm.json"), STR(""));
	return code == OK ? file_write_private(s->call, path, text_str(&s->members), reterr_why) : code;
}

/* ---- the verb ---- */

struct wanted {
	struct str users; /* one of Keycloak's words */
	int64_t a_file;
	bool apart; /* users go into files of their own */
};

static enum error_code check_flags(struct cli_call *call, struct wanted *ret_wanted, struct why *reterr_why)
{
	static const char *const words[] = { "same-file", "different-files", "realm-file", "skip" };
	struct str users = call_value(call, FLAG_USERS), number = call_value(call, FLAG_USERS_PER_FILE);
	struct wanted wanted = { .users = users.n ? users : STR("same-file"), .a_file = USERS_A_FILE };
	bool known = false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		known |= str_eq_nocase(wanted.users, str_from(words[i]));
	if (!known)
		return error_because(reterr_why, ERROR_USAGE,
			"--users %.*s: it is same-file, different-files, realm-file or skip", STR_ARG(str_take(users, 40)));
	if (call_given(call, FLAG_NO_USERS))
		wanted.users = STR("skip");
	wanted.apart = str_eq_nocase(wanted.users, STR("different-files")) ||
		       str_eq_nocase(wanted.users, STR("realm-file"));
	if (number.n && (!str_to_int64(number, &wanted.a_file) || wanted.a_file < 1 || wanted.a_file > USERS_A_FILE_MAX))
		return error_because(reterr_why, ERROR_USAGE, "--users-per-file %.*s: it is a number from 1 to %d",
				     STR_ARG(str_take(number, 40)), USERS_A_FILE_MAX);
	if (str_eq_nocase(wanted.users, STR("realm-file")))
		wanted.a_file = 0;
	if (wanted.apart && !call_given(call, FLAG_FOLDER))
		return error_because(reterr_why, ERROR_USAGE, "--users %.*s needs --dir", STR_ARG(wanted.users));
	if (call_given(call, FLAG_FOLDER) && call_given(call, FLAG_OUT))
		return error_because(reterr_why, ERROR_USAGE, "either --dir or --out, not both");
	*ret_wanted = wanted;
	return OK;
}

static enum error_code fetch(struct cli_call *call, const struct wanted *wanted, struct str name, struct str *ret_export,
			     struct why *reterr_why)
{
	struct ask_answer answer;
	struct str path = ask_path(call->arena, "/admin/realms/{}/export", name, STR(""));
	if (str_eq_nocase(wanted->users, STR("skip")))
		path = ask_with(call->arena, path, "users", STR("skip"));
	if (call_given(call, FLAG_MASK))
		path = ask_with(call->arena, path, "secrets", STR("mask"));
	const struct ask_request request = { .method = "GET", .path = path, .raw = true };
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return error_because(reterr_why, code, "there is no realm %.*s",
			STR_ARG(call_clean(call, str_take(name, 100))));
	if (code == OK)
		*ret_export = answer.body;
	return code;
}

static enum error_code write_folder(struct cli_call *call, const struct wanted *wanted, struct str name,
				    struct str export, struct why *reterr_why)
{
	struct str folder = call_value(call, FLAG_FOLDER);
	struct splitting s = { .call = call, .name = name, .a_file = wanted->a_file,
		.stem = arena_join(call->arena, folder, STR("/"), name),
		.members = text_new(call->arena, SIZE_MAX / 2), .users = text_new(call->arena, SIZE_MAX / 2) };
	if (mkdir(arena_z(call->arena, folder), 0700) != 0 && errno != EEXIST)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s: %s", STR_ARG(folder), strerror(errno));
	if (!wanted->apart)
		return file_write_private(call, arena_join(call->arena, s.stem, STR("-realm.json"), STR("")), export, reterr_why);
	enum error_code code = split(&s, export, reterr_why);
	if (code == OK)
		call_note(call, "%lld users in %lld files\n", (long long)s.all, (long long)s.files);
	return code;
}

enum error_code cli_realm_export(struct cli_call *call, struct why *reterr_why)
{
	struct wanted wanted = { 0 };
	struct str name = call->arguments.operands[0], out = call_value(call, FLAG_OUT), export;
	enum error_code code = check_flags(call, &wanted, reterr_why);
	if (code == OK)
		code = fetch(call, &wanted, name, &export, reterr_why);
	if (code != OK)
		return code;
	bool folder = call_given(call, FLAG_FOLDER);
	if (!folder && (!out.n || str_eq_z(out, "-"))) {
		call_write(call, export);
		call_write(call, STR("\n"));
		return OK;
	}
	code = folder ? write_folder(call, &wanted, name, export, reterr_why) : file_write_private(call, out, export, reterr_why);
	if (code == OK)
		call_note(call, "realm %.*s is in %.*s%s\n", STR_ARG(call_clean(call, str_take(name, 100))),
			STR_ARG(call_clean(call, folder ? call_value(call, FLAG_FOLDER) : out)),
			call_given(call, FLAG_MASK) ? "" : ", with its keys and secrets");
	return code;
}
