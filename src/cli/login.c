/* --server: an administrator's token; see login.h. */
#include "cli/login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"

enum { PASSWORD_MAX = 1024, TOKEN_FRESH_MS = 30000 };

enum error_code login_base(struct cli_call *call, struct why *reterr_why)
{
	struct url url;
	struct str text = call_value(call, FLAG_SERVER);
	enum error_code code = url_parse(text, &url, reterr_why);
	if (code != OK || !(url.is_http || url.is_https) || url.has_userinfo || url.has_query ||
		url.has_fragment)
		return error_because(reterr_why, ERROR_USAGE,
			"--server: '%.*s' is not a URL such as https://sso.example.org",
			STR_ARG(str_take(text, 200)));
	if (url.is_http && !url_host_is_loopback(&url))
		return error_because(reterr_why, ERROR_USAGE,
			"--server: plain http to another machine would show the password to "
			"everybody on the way; use https");
	while (str_ends(text, STR("/")))
		text.n--;
	call->base = text;
	return OK;
}

/* A line from the terminal, not shown while it is typed. */
static enum error_code prompt(
	struct cli_call *call, struct str *ret_password, struct why *reterr_why)
{
	struct termios old, quiet;
	char line[PASSWORD_MAX];
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &old) != 0) {
		if (fd >= 0)
			close(fd);
		return error_because(reterr_why, ERROR_USAGE,
			"the administrator's password: set CURFEW_ADMIN_PASSWORD (there is no terminal to "
			"ask for it)");
	}
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	bool good = tcsetattr(fd, TCSAFLUSH, &quiet) == 0 && write(fd, "Password: ", 10) == 10;
	ssize_t n = good ? read(fd, line, sizeof line) : -1;
	good = tcsetattr(fd, TCSAFLUSH, &old) == 0 && write(fd, "\n", 1) == 1 && n > 1;
	close(fd);
	if (good)
		*ret_password = arena_str(call->arena, str_of(line, (size_t)n - 1));
	explicit_bzero(line, sizeof line);
	return good ? OK : error_because(reterr_why, ERROR_USAGE, "no password was typed");
}

static enum error_code read_password(
	struct cli_call *call, struct str *ret_password, struct why *reterr_why)
{
	const char *password = getenv("CURFEW_ADMIN_PASSWORD");
	if (!password || !password[0])
		return prompt(call, ret_password, reterr_why);
	*ret_password = str_from(password);
	return OK;
}

static struct str form(struct cli_call *call)
{
	struct text text = text_new(call->arena, 0);
	struct str admin = call_value(call, FLAG_ADMIN);
	text_add_z(&text, "grant_type=password&client_id=admin-cli&username=");
	text_add_percent(&text, admin.n ? admin : STR("admin"));
	text_add_z(&text, "&password=");
	text_add_percent(&text, call->password);
	return text_str(&text);
}

static enum error_code take_token(
	struct cli_call *call, const struct client_result *result, struct why *reterr_why)
{
	struct json_node *json = NULL;
	if (result->outcome != CLIENT_ANSWERED)
		return error_because(reterr_why, ERROR_NETWORK_FAILED, "%.*s",
			STR_ARG(call_clean(call, result->reason)));
	bool good = json_tree_read(call->arena, result->body, &json, NULL) == OK &&
		json->kind == JSON_NODE_OBJECT;
	struct str token = good ? json_tree_get_text(json, STR("access_token")) : STR("");
	if (result->http_status == 200 && token.n) {
		call->token = token;
		call->token_until_ms = clock_mono_ms() + TOKEN_FRESH_MS;
		return OK;
	}
	struct str words = good ? json_tree_get_text(json, STR("error_description")) : STR("");
	return error_because(reterr_why, ERROR_FORBIDDEN,
		"no token for the administrator: HTTP %d%s%.*s", result->http_status,
		words.n ? ": " : "", STR_ARG(call_clean(call, words)));
}

enum error_code login_token(struct cli_call *call, struct why *reterr_why)
{
	struct client_result result;
	if (call->token.n && clock_mono_ms() < call->token_until_ms)
		return OK;
	enum error_code code = OK;
	if (!call->password.n)
		code = read_password(call, &call->password, reterr_why);
	if (code != OK)
		return code;
	const struct client_request request = {
		.method = STR("POST"),
		.url = arena_join(call->arena, call->base,
			STR("/realms/master/protocol/openid-connect/token"), STR("")),
		.content_type = STR("application/x-www-form-urlencoded"),
		.body = form(call),
		.policy = CLIENT_POLICY_ANY,
		.total_timeout_ms = 60000,
	};
	code = client_send_wait(call->client, &request, call->arena, &result, reterr_why);
	return code == OK ? take_token(call, &result, reterr_why) : code;
}
