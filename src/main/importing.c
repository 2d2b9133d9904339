/* Imports at start; see importing.h. */
#include "main/importing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/import.h"
#include "base/log.h"
#include "cli/progress.h"

static bool progress(void *context, int64_t done, int64_t total, int64_t users)
{
	(void)context;
	progress_draw(stderr, "import", done, total, users);
	return true;
}

enum error_code importing_file(struct app *app, struct str path, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct store_import_options options = import_options(app);
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
		progress_clear(stderr);
	if (code == ERROR_EXISTS) {
		log_write(LOG_INFO, "main", "%.*s: the realm exists and is left alone: %s", STR_ARG(path),
			  reterr_why ? reterr_why->text : "");
		return OK;
	}
	if (code == OK)
		import_published(app, path, &summary);
	return code;
}
