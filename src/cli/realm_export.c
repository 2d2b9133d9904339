/* curfew realm export: the realm with its secrets, so a file is made for its owner alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/verbs.h"

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return false;
		text = str_drop(text, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* Written beside it and renamed, so that no half of a realm is ever found under that name. */
static enum error_code write_file(
	struct cli_call *call, struct str path, struct str text, struct why *reterr_why)
{
	char *target = arena_z(call->arena, path);
	char *beside = arena_z(
		call->arena, arena_format(call->arena, "%s.%d.part", target, (int)getpid()));
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, text) && write_all(fd, STR("\n")) && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (good && rename(beside, target) != 0) {
		error = errno;
		good = false;
	}
	if (good)
		return OK;
	if (fd >= 0)
		unlink(beside);
	return error_because(reterr_why, ERROR_FILE_FAILED, "%s: %s", target, strerror(error));
}

enum error_code cli_realm_export(struct cli_call *call, struct why *reterr_why)
{
	struct ask_answer answer;
	struct str name = call->arguments.operands[0], out = call_value(call, FLAG_OUT);
	struct str path = ask_path(call->arena, "/admin/realms/{}/export", name, STR(""));
	struct ask_request request = { .method = "GET", .path = path, .raw = true };
	if (call_given(call, FLAG_NO_USERS))
		request.path = ask_with(call->arena, path, "users", STR("skip"));
	enum error_code code = ask(call, &request, &answer, reterr_why);
	if (code == ERROR_NAME_NOT_FOUND)
		return error_because(reterr_why, code, "there is no realm %.*s",
			STR_ARG(call_clean(call, str_take(name, 100))));
	if (code != OK)
		return code;
	if (!out.n || str_eq_z(out, "-")) {
		call_write(call, answer.body);
		call_write(call, STR("\n"));
		return OK;
	}
	code = write_file(call, out, answer.body, reterr_why);
	if (code == OK)
		call_note(call, "realm %.*s is in %.*s, with its keys and secrets\n",
			STR_ARG(call_clean(call, str_take(name, 100))),
			STR_ARG(call_clean(call, out)));
	return code;
}
