/* Files of realms; see realm_files.h. */
#include "cli/realm_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/ask.h"
#include "cli/file.h"
#include "cli/placeholders.h"
#include "cli/watch.h"

/* ---- which files belong together ---- */

enum file_kind { FILE_REALM, FILE_USERS, FILE_FEDERATED, FILE_PLAIN };

struct found {
	struct str path, base; /* base: "/backup/customers" of its realm */
	enum file_kind kind;
	int64_t number;
	size_t place; /* in the order of the operands */
};

/* "X-users-12.json": whether the path ends in `word` and a number. */
static bool is_numbered(struct str path, const char *word, struct str *ret_base, int64_t *ret_number)
{
	size_t dash = str_last_index(path, '-');
	struct str digits = str_drop(path, dash + 1);
	if (dash >= path.n || !str_ends(digits, STR(".json")))
		return false;
	struct str before = str_take(path, dash + 1);
	if (!str_ends(before, str_from(word)) ||
		!str_to_int64(str_take(digits, digits.n - 5), ret_number))
		return false;
	*ret_base = str_take(before, before.n - strlen(word));
	return true;
}

static struct found classify(struct str path, size_t place)
{
	struct found found = { .path = path, .base = path, .kind = FILE_PLAIN, .place = place };
	if (is_numbered(path, "-federated-users-", &found.base, &found.number))
		found.kind = FILE_FEDERATED;
	else if (is_numbered(path, "-users-", &found.base, &found.number))
		found.kind = FILE_USERS;
	else if (str_ends(path, STR("-realm.json"))) {
		found.kind = FILE_REALM;
		found.base = str_take(path, path.n - 11);
	}
	return found;
}

struct finding {
	struct cli_call *call;
	struct found *items;
	size_t n;
};

static void push(struct finding *f, struct str path)
{
	*(struct found *)arena_push(f->call->arena, &f->items, &f->n, sizeof *f->items) = classify(path, f->n);
}

static enum error_code add_folder(struct finding *f, const char *path, struct why *reterr_why)
{
	DIR *folder = opendir(path);
	size_t before = f->n;
	if (!folder)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", path, strerror(errno));
	for (const struct dirent *entry; (entry = readdir(folder));) {
		struct str name = str_from(entry->d_name);
		const char *slash = str_ends(str_from(path), STR("/")) ? "" : "/";
		struct str whole = arena_format(f->call->arena, "%s%s%.*s", path, slash, STR_ARG(name));
		if (classify(whole, 0).kind != FILE_PLAIN)
			push(f, whole);
	}
	closedir(folder);
	if (f->n == before)
		return error_because(reterr_why, ERROR_FILE_FAILED,
			"%s: no NAME-realm.json or NAME-users-N.json is in it", path);
	return OK;
}

/* Realms in their order, each with its users by number. */
static int by_realm(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = str_compare(x->base, y->base);
	if (order)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static enum error_code group(struct finding *f, bool users_alone, struct realm_files **ret_realms, size_t *ret_n,
			     struct why *reterr_why)
{
	struct realm_files *realms = NULL;
	struct cli_call *call = f->call;
	size_t n = 0;
	if (f->n)
		qsort(f->items, f->n, sizeof *f->items, by_realm);
	for (size_t i = 0; i < f->n; i++) {
		const struct found *one = &f->items[i];
		bool belongs = i > 0 && one->kind == FILE_USERS && str_eq(f->items[i - 1].base, one->base) &&
			       f->items[i - 1].kind != FILE_PLAIN;
		if (one->kind == FILE_FEDERATED) {
			call_note(call, "%.*s is left out: users of a federation are not taken\n",
				  STR_ARG(call_clean(call, one->path)));
			continue;
		}
		if (one->kind == FILE_USERS && !belongs && !users_alone)
			return error_because(reterr_why, ERROR_USAGE,
				"%.*s: its realm, %.*s-realm.json, is not among the files; --strategy merge takes "
				"users alone", STR_ARG(one->path), STR_ARG(one->base));
		struct realm_files *realm = belongs && n ? &realms[n - 1]
			: arena_push(call->arena, &realms, &n, sizeof *realms);
		*(struct str *)arena_push(call->arena, &realm->paths, &realm->n, sizeof *realm->paths) = one->path;
	}
	*ret_realms = realms;
	*ret_n = n;
	return OK;
}

enum error_code realm_files_find(struct cli_call *call, const struct str *operands, size_t n, bool users_alone,
				 struct realm_files **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	struct finding f = { .call = call };
	for (size_t i = 0; i < n; i++) {
		struct stat status;
		const char *path = arena_z(call->arena, operands[i]);
		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
			enum error_code code = add_folder(&f, path, reterr_why);
			if (code != OK)
				return code;
		} else {
			push(&f, operands[i]);
		}
	}
	return group(&f, users_alone, ret_realms, ret_n, reterr_why);
}

/* ---- what is sent ---- */

static const char *value_of(const char *name)
{
	return getenv(name);
}

static bool emit(void *context, struct str piece)
{
	return fwrite(piece.p, 1, piece.n, context) == piece.n;
}

static FILE *open_spool(void)
{
	const char *folder = getenv("TMPDIR");
	int fd = open(folder && folder[0] ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w+") : tmpfile();
	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* One file behind what the spool has. */
static enum error_code spool_file(struct cli_call *call, struct str path, FILE *spool, struct why *reterr_why)
{
	struct str text;
	struct why why = { "" };
	size_t filled;
	enum error_code code = file_map(call, path, LIMIT_IMPORT, &text, reterr_why);
	if (code != OK)
		return code;
	code = placeholders_fill(text, value_of, emit, spool, &filled, &why);
	file_unmap(text);
	return code == OK ? OK : error_because(reterr_why, code, "%.*s: %s", STR_ARG(path), why.text);
}

static enum error_code spool_all(struct cli_call *call, const struct realm_files *realm, FILE *spool,
				 struct why *reterr_why)
{
	enum error_code code = OK;
	bool good = true, list = realm->n > 1;
	for (size_t i = 0; i < realm->n && code == OK; i++) {
		good &= !list || fputc(i ? ',' : '[', spool) != EOF;
		code = spool_file(call, realm->paths[i], spool, reterr_why);
	}
	if (code != OK)
		return code;
	good &= !list || fputc(']', spool) != EOF;
	return good && fflush(spool) == 0 ? OK : error_because(reterr_why, ERROR_FILE_FAILED,
		"a temporary file cannot be written: %s", strerror(errno));
}

/* A single file without placeholders is sent as it is. */
static enum error_code read_alone(struct cli_call *call, struct str path, struct str *ret_text, bool *ret_done,
				  struct why *reterr_why)
{
	struct str text;
	struct why why = { "" };
	size_t filled = 0;
	enum error_code code = file_map(call, path, LIMIT_IMPORT, &text, reterr_why);
	if (code != OK)
		return code;
	code = placeholders_fill(text, value_of, NULL, NULL, &filled, &why);
	if (code != OK || filled)
		file_unmap(text);
	if (code != OK)
		return error_because(reterr_why, code, "%.*s: %s", STR_ARG(path), why.text);
	*ret_done = !filled;
	if (*ret_done)
		*ret_text = text;
	return OK;
}

enum error_code realm_files_read(struct cli_call *call, const struct realm_files *realm, struct str *ret_text,
				 struct why *reterr_why)
{
	bool done = false;
	enum error_code code = OK;
	if (realm->n == 1 && ((code = read_alone(call, realm->paths[0], ret_text, &done, reterr_why)) != OK || done))
		return code;
	FILE *spool = open_spool();
	if (!spool)
		return error_because(reterr_why, ERROR_FILE_FAILED, "no temporary file: %s", strerror(errno));
	code = spool_all(call, realm, spool, reterr_why);
	if (code == OK)
		code = file_map_fd(fileno(spool), "temporary file", INT64_MAX, ret_text, reterr_why);
	fclose(spool);
	return code;
}

void realm_files_name(struct cli_call *call, const struct realm_files *realm, struct why *why)
{
	static const struct str mark = STR_INIT("part ");
	struct str text = arena_str(call->arena, str_from(why->text));
	size_t at = 0, digits = 0;
	int64_t number = -1;
	while (at < text.n && !str_starts(str_drop(text, at), mark))
		at++;
	if (realm->n > 1 && at < text.n) {
		struct str rest = str_drop(text, at + mark.n);
		while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
			digits++;
		if (str_to_int64(str_take(rest, digits), &number) && number >= 0 && (size_t)number < realm->n) {
			error_because(why, ERROR_FILE_FAILED, "%.*s%.*s", STR_ARG(realm->paths[number]),
				      STR_ARG(str_drop(rest, digits)));
			return;
		}
	}
	if (!str_contains(text, realm->paths[0]))
		error_because(why, ERROR_FILE_FAILED, "%.*s: %.*s", STR_ARG(realm->paths[0]), STR_ARG(text));
}

enum error_code realm_files_send(struct cli_call *call, const struct realm_files *realm, const char *what,
				 struct str path, struct json_node **ret_answer, struct why *reterr_why)
{
	struct watch watch;
	struct str text, job = arena_format(call->arena, "%d-%zx", (int)getpid(), (size_t)realm);
	struct why why = { "" };
	enum error_code code = realm_files_read(call, realm, &text, &why);
	if (code == OK) {
		struct ask_answer answer = { 0 };
		path = ask_with(call->arena, path, "name", realm->paths[0]);
		path = ask_with(call->arena, path, "job", job);
		if (realm->n > 1)
			path = ask_with_int(call->arena, path, "parts", (int64_t)realm->n);
		const struct ask_request request = { .method = "POST", .path = path,
			.content_type = "application/json", .body = text };
		watch_begin(&watch, call, what, job);
		code = ask(call, &request, &answer, &why);
		watch_end(&watch);
		file_unmap(text);
		*ret_answer = answer.json;
	}
	if (code != OK)
		realm_files_name(call, realm, &why);
	*reterr_why = why;
	return code;
}

/* ---- what the server answers ---- */

static void print_value(struct cli_call *call, struct str value)
{
	if (value.n)
		call_print(call, "%.*s", STR_ARG(call_clean(call, value)));
	else
		call_write(call, STR("(nothing)"));
}

static void print_change(struct cli_call *call, const struct json_node *change, struct str *last)
{
	struct str operation = ask_text(change, "operation"), thing = ask_text(change, "thing");
	if (!str_eq_z(operation, "change")) {
		call_print(call, "%c %.*s\n", str_eq_z(operation, "add") ? '+' : '-', STR_ARG(call_clean(call, thing)));
		return;
	}
	if (!str_eq(*last, thing))
		call_print(call, "~ %.*s\n", STR_ARG(call_clean(call, thing)));
	*last = thing;
	call_print(call, "    %.*s: ", STR_ARG(call_clean(call, ask_text(change, "field"))));
	print_value(call, ask_text(change, "before"));
	call_write(call, STR(" -> "));
	print_value(call, ask_text(change, "after"));
	call_write(call, STR("\n"));
}

void realm_files_print(struct cli_call *call, const struct json_node *answer, bool planned)
{
	const struct json_node *changes = ask_list(answer, "changes"), *warnings = ask_list(answer, "warnings");
	struct str last = { NULL, 0 };
	for (size_t i = 0; planned && changes && i < changes->n; i++)
		print_change(call, changes->items[i], &last);
	if (planned && ask_int(answer, "more"))
		call_print(call, "... and %lld more\n", (long long)ask_int(answer, "more"));
	call_print(call, "realm %.*s: %lld added, %lld changed, %lld removed%s\n",
		   STR_ARG(call_clean(call, ask_text(answer, "realm"))), (long long)ask_int(answer, "added"),
		   (long long)ask_int(answer, "changed"), (long long)ask_int(answer, "removed"),
		   ask_bool(answer, "applied") ? "" : " (nothing is done yet)");
	for (size_t i = 0; warnings && i < warnings->n && ask_bool(answer, "applied"); i++)
		call_print(call, "  warning: %.*s\n", STR_ARG(call_clean(call, warnings->items[i]->text)));
}
