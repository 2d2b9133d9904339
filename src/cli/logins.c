/* Logins that are kept; see logins.h. */
#include "cli/logins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tables.h"
#include "cli/ask.h"
#include "cli/file.h"

enum { FILE_MAX = 1 << 20 };

/* The texts of a login, and what the file calls them. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "realm", offsetof(struct login, realm) },
	{ "clientId", offsetof(struct login, client) },
	{ "username", offsetof(struct login, username) },
	{ "secretFile", offsetof(struct login, secret_file) },
	{ "caFile", offsetof(struct login, ca_file) },
	{ "accessToken", offsetof(struct login, access) },
	{ "refreshToken", offsetof(struct login, refresh) },
};

static struct str *text_of(const struct login *login, size_t i)
{
	return (struct str *)((uintptr_t)login + texts[i].offset);
}

/* Its folder; empty: there is no home. */
static struct str folder(struct cli_call *call)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (config && config[0] == '/')
		return arena_join(call->arena, str_from(config), STR("/curfew"), STR(""));
	if (home && home[0] == '/')
		return arena_join(call->arena, str_from(home), STR("/.config/curfew"), STR(""));
	return STR("");
}

static struct str file_name(struct cli_call *call)
{
	return arena_join(call->arena, folder(call), STR("/logins.json"), STR(""));
}

/* An object, a member a server; an empty one where there is no file. */
static enum error_code read_all(
	struct cli_call *call, struct json_node **ret_all, struct why *reterr_why)
{
	struct str text, name = file_name(call);
	struct json_node *all = NULL;
	if (!folder(call).n || access(arena_z(call->arena, name), F_OK) != 0) {
		*ret_all = json_node_object(call->arena);
		return OK;
	}
	enum error_code code = file_read(call, name, FILE_MAX, &text, reterr_why);
	if (code != OK)
		return code;
	if (json_tree_read(call->arena, text, &all, NULL) != OK || all->kind != JSON_NODE_OBJECT)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
			"%.*s is damaged: delete it and use curfew login again", STR_ARG(name));
	*ret_all = all;
	return OK;
}

/* The folders on the way, each for the user alone. */
static void make_folders(struct cli_call *call)
{
	char *path = arena_z(call->arena, folder(call));
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	(void)mkdir(path, 0700);
}

static enum error_code write_all(
	struct cli_call *call, const struct json_node *all, struct why *reterr_why)
{
	struct str name = file_name(call);
	if (!folder(call).n)
		return error_because(reterr_why, ERROR_FILE_FAILED,
			"there is no place for the login: set XDG_CONFIG_HOME or HOME");
	if (!all->n) {
		if (unlink(arena_z(call->arena, name)) == 0 || errno == ENOENT)
			return OK;
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s: %s", STR_ARG(name),
			strerror(errno));
	}
	make_folders(call);
	return file_write_private(call, name, json_tree_text(call->arena, all), reterr_why);
}

enum error_code logins_find(struct cli_call *call, struct str server, struct login **ret_login,
	struct why *reterr_why)
{
	struct json_node *all = NULL;
	enum error_code code = read_all(call, &all, reterr_why);
	if (code != OK)
		return code;
	if (!server.n && all->n == 1)
		server = all->members[0].name;
	const struct json_node *one = json_node_find(all, server);
	*ret_login = NULL;
	if (!one)
		return OK;
	struct login *login = arena_alloc(call->arena, sizeof *login);
	login->server = server;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*text_of(login, i) = ask_text(one, texts[i].name);
	login->access_until_ms = ask_int(one, "accessUntil");
	login->refresh_until_ms = ask_int(one, "refreshUntil");
	*ret_login = login;
	return OK;
}

enum error_code logins_keep(
	struct cli_call *call, const struct login *login, struct why *reterr_why)
{
	struct json_node *all = NULL, *one = json_node_object(call->arena);
	enum error_code code = read_all(call, &all, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (text_of(login, i)->n)
			json_node_put(one, str_from(texts[i].name),
				json_node_text(call->arena, *text_of(login, i)));
	json_node_put(one, STR("accessUntil"), json_node_int(call->arena, login->access_until_ms));
	json_node_put(one, STR("refreshUntil"), json_node_int(call->arena, login->refresh_until_ms));
	json_node_put(all, login->server, one);
	return write_all(call, all, reterr_why);
}

enum error_code logins_forget(struct cli_call *call, struct str server, struct why *reterr_why)
{
	struct json_node *all = NULL;
	enum error_code code = read_all(call, &all, reterr_why);
	if (code != OK)
		return code;
	json_node_remove(all, server);
	return write_all(call, all, reterr_why);
}
