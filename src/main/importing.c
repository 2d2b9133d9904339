/* Imports at start; see importing.h. */
#include "main/importing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "run/store_calls.h"

struct store_import_options importing_options(struct app *app)
{
	return (struct store_import_options){ .writer = store_calls(app->writer), .now_ms = clock_wall_ms() };
}

static bool progress(void *context, int64_t done, int64_t total, int64_t users)
{
	(void)context;
	enum { WIDTH = 30 };
	char bar[WIDTH + 1];
	int filled = total > 0 ? (int)(done * WIDTH / total) : WIDTH;
	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[WIDTH] = 0;
	fprintf(stderr, "\rimport [%s] %3d %%, %lld users", bar, total > 0 ? (int)(done * 100 / total) : 100, (long long)users);
	return true;
}

static void summarize(struct str path, const struct store_import_summary *s)
{
	log_write(LOG_INFO, "main",
		  "imported realm %.*s from %.*s: %lld clients, %lld users, %lld credentials, %lld roles, %lld groups, %lld "
		  "scopes, %lld keys", STR_ARG(s->realm_name), STR_ARG(path), (long long)s->clients, (long long)s->users,
		  (long long)s->credentials, (long long)s->roles, (long long)s->groups, (long long)s->client_scopes,
		  (long long)s->keys);
	for (size_t i = 0; i < s->warnings.n; i++)
		log_write(LOG_WARN, "main", "import of %.*s: %.*s", STR_ARG(s->realm_name), STR_ARG(s->warnings.items[i]));
}

enum error_code importing_file(struct app *app, struct str path, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct store_import_options options = importing_options(app);
	struct store_import_summary summary;
	int fd = open(arena_z(arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "%.*s: %s", STR_ARG(path), strerror(errno));
	bool terminal = isatty(STDERR_FILENO);
	options.progress = terminal ? progress : NULL;
	const struct store_import_source source = { .name = path, .fd = fd };
	enum error_code code = store_import(app->store, arena, &source, &options, &summary, reterr_why);
	close(fd);
	if (terminal)
		fputc('\n', stderr);
	if (code == ERROR_EXISTS) {
		log_write(LOG_INFO, "main", "%.*s: the realm exists and is left alone: %s", STR_ARG(path),
			  reterr_why ? reterr_why->text : "");
		return OK;
	}
	if (code == OK)
		summarize(path, &summary);
	return code;
}
