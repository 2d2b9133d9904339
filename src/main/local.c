/* How the verbs reach a server; see local.h. */
#include "main/local.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/restore.h"
#include "main/server.h"

/* A server that starts or stops has the folder before it listens, and after; a verb that is at
 * work without one has it for as long as it takes. */
enum { PATIENCE_MS = 10000, PAUSE_MS = 50 };

struct local {
	struct arena *arena;
	struct config config;
	struct server *server; /* inside this process; NULL: another one */
};

struct local *local_new(void)
{
	struct local *local = calloc(1, sizeof *local);
	if (!local)
		abort();
	local->arena = arena_new(0);
	return local;
}

void local_free(struct local *local)
{
	local_close(local);
	arena_free(local->arena);
	free(local);
}

static enum error_code read_config(
	struct local *local, const struct cli_target *target, struct why *reterr_why)
{
	const struct {
		const char *flag;
		struct str value;
	} flags[] = { { "--data", target->data }, { "--db", target->db },
		{ "--config", target->config } };
	char *argv[7];
	int argc = 0;
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (!flags[i].value.n)
			continue;
		argv[argc++] = arena_z(local->arena, str_from(flags[i].flag));
		argv[argc++] = arena_z(local->arena, flags[i].value);
	}
	argv[argc] = NULL;
	return config_read(local->arena, argc, argv, &local->config, reterr_why);
}

static bool is_answering(struct str path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (path.n >= sizeof address.sun_path)
		return false;
	memcpy(address.sun_path, path.p, path.n);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answering = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	if (fd >= 0)
		close(fd);
	return answering;
}

/* A verb makes no new data: a mistyped folder would look like an empty server. And what it
 * writes must stay the server's to write. */
static enum error_code check_data(const struct local *local, struct why *reterr_why)
{
	struct stat stat_buf;
	struct str data = local->config.data;
	if (!str_eq_z(local->config.db, "sqlite"))
		return OK;
	char *path = arena_z(
		local->arena, arena_join(local->arena, data, STR("/curfew.sqlite3"), STR("")));
	if (stat(path, &stat_buf) != 0 && errno == ENOENT)
		return error_because(reterr_why, ERROR_NETWORK_FAILED,
			"there is no data in %.*s: name the folder by --data, or start curfew serve first",
			STR_ARG(data));
	if (stat(path, &stat_buf) != 0)
		return error_because(
			reterr_why, ERROR_NETWORK_FAILED, "%s: %s", path, strerror(errno));
	if (stat_buf.st_uid != geteuid())
		return error_because(reterr_why, ERROR_NETWORK_FAILED,
			"%s belongs to another user (id %u): run the verb as that user, or while the "
			"server runs",
			path, (unsigned)stat_buf.st_uid);
	return OK;
}

static enum error_code start(struct local *local, struct why *reterr_why)
{
	enum error_code code = check_data(local, reterr_why);
	if (code != OK)
		return code;
	log_set_level(LOG_ERROR);
	return server_start(&local->config, true, &local->server, reterr_why);
}

enum error_code local_open(void *context, struct arena *arena, const struct cli_target *target,
	struct str *ret_socket, struct why *reterr_why)
{
	struct local *local = context;
	enum error_code code = read_config(local, target, reterr_why);
	if (code != OK)
		return code;
	struct str path = server_socket_path(arena, local->config.data, false);
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	struct why why = { "" };
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		code = is_answering(path) ? OK : start(local, &why);
		if (code != ERROR_LOCKED || clock_mono_ms() > until_ms)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
	}
	if (code == ERROR_LOCKED)
		return error_because(reterr_why, ERROR_NETWORK_FAILED,
			"%s, which does not answer: it starts, or stops, or is a verb at work",
			why.text);
	if (code != OK)
		return error_because(reterr_why, code, "%s", why.text);
	*ret_socket = server_socket_path(arena, local->config.data, local->server != NULL);
	return OK;
}

void local_close(void *context)
{
	struct local *local = context;
	server_stop(local->server);
	local->server = NULL;
}

enum error_code local_restore(void *context, const struct cli_target *target, struct str file,
	bool force, void (*progress)(void *context, int64_t done, int64_t total),
	void *progress_context, int64_t *ret_schema, struct why *reterr_why)
{
	struct local *local = context;
	enum error_code code = read_config(local, target, reterr_why);
	if (code != OK)
		return code;
	return restore(&local->config, file, force, progress, progress_context, ret_schema, reterr_why);
}
