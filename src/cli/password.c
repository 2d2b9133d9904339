/* Passwords that a verb needs; see password.h. */
#include "cli/password.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/file.h"

bool password_given(const struct cli_call *call)
{
	return call_given(call, FLAG_PASSWORD) || call_given(call, FLAG_PASSWORD_FILE) ||
		call_given(call, FLAG_ASK_PASSWORD);
}

static enum error_code prompt_for(struct cli_call *call, const char *prompt, const char *otherwise,
	struct str *ret_password, struct why *reterr_why)
{
	struct termios old, quiet;
	char line[LIMIT_PASSWORD];
	size_t length = strlen(prompt);
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &old) != 0) {
		if (fd >= 0)
			close(fd);
		return error_because(reterr_why, ERROR_USAGE, "%s", otherwise);
	}
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	bool good = tcsetattr(fd, TCSAFLUSH, &quiet) == 0 &&
		write(fd, prompt, length) == (ssize_t)length;
	ssize_t n = good ? read(fd, line, sizeof line) : -1;
	good = tcsetattr(fd, TCSAFLUSH, &old) == 0 && write(fd, "\n", 1) == 1 && n > 1;
	close(fd);
	if (good)
		*ret_password = arena_str(call->arena, str_of(line, (size_t)n - 1));
	explicit_bzero(line, sizeof line);
	return good ? OK : error_because(reterr_why, ERROR_USAGE, "no password was typed");
}

enum error_code password_of_file(
	struct cli_call *call, struct str path, struct str *ret_password, struct why *reterr_why)
{
	struct str text;
	enum error_code code = file_read(call, path, LIMIT_PASSWORD, &text, reterr_why);
	if (code != OK)
		return code;
	text = str_take(text, str_index(text, '\n'));
	if (str_ends(text, STR("\r")))
		text.n--;
	if (!text.n)
		return error_because(reterr_why, ERROR_USAGE, "%.*s: its first line is empty",
			STR_ARG(call_clean(call, str_take(path, 200))));
	*ret_password = text;
	return OK;
}

enum error_code password_take(struct cli_call *call, const char *prompt, const char *otherwise,
	struct str *ret_password, struct why *reterr_why)
{
	if (call_given(call, FLAG_PASSWORD_FILE))
		return password_of_file(
			call, call_value(call, FLAG_PASSWORD_FILE), ret_password, reterr_why);
	if (!call_given(call, FLAG_PASSWORD))
		return prompt_for(call, prompt, otherwise, ret_password, reterr_why);
	call_note(call,
		"warning: the password of --password can be seen by everybody on this machine, and "
		"stays in the shell's history; --password-file hides it\n");
	*ret_password = call_value(call, FLAG_PASSWORD);
	return OK;
}

enum error_code password_credential(
	struct cli_call *call, struct json_node **ret_credential, struct why *reterr_why)
{
	struct str password;
	struct json_node *credential = json_node_object(call->arena);
	enum error_code code = password_take(call, "New password: ",
		"the new password: name a file by --password-file (there is no terminal to ask for it)",
		&password, reterr_why);
	if (code != OK)
		return code;
	json_node_put(credential, STR("type"), json_node_text(call->arena, STR("password")));
	json_node_put(credential, STR("value"), json_node_text(call->arena, password));
	json_node_put(credential, STR("temporary"),
		json_node_bool(call->arena, call_given(call, FLAG_TEMPORARY)));
	*ret_credential = credential;
	return OK;
}

enum error_code password_put(
	struct cli_call *call, struct json_node *user, struct why *reterr_why)
{
	struct json_node *credential, *list = json_node_list(call->arena);
	enum error_code code = password_credential(call, &credential, reterr_why);
	if (code != OK)
		return code;
	json_node_add(list, credential);
	json_node_put(user, STR("credentials"), list);
	return OK;
}
