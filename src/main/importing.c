/* Imports at start; see importing.h. */
#include "main/importing.h"

#include <stdio.h>
#include <unistd.h>

#include "admin/import.h"
#include "base/log.h"
#include "cli/file.h"
#include "cli/progress.h"
#include "cli/realm_files.h"

static bool progress(void *context, int64_t done, int64_t total, int64_t users)
{
	(void)context;
	progress_draw(stderr, "import", done, total, users);
	return true;
}

static enum error_code import_text(struct app *app, struct arena *arena, const struct realm_files *files,
				   struct str text, struct why *reterr_why)
{
	struct store_import_options options = import_options(app);
	struct store_import_summary summary;
	bool terminal = isatty(STDERR_FILENO);
	struct store_import_source source = { .name = files->paths[0], .fd = -1, .memory = text };
	options.progress = terminal ? progress : NULL;
	if (files->n > 1)
		source.parts = (struct str_list){ files->paths, files->n };
	enum error_code code = store_import(app->store, arena, &source, &options, &summary, reterr_why);
	if (terminal)
		progress_clear(stderr);
	if (code == ERROR_EXISTS) {
		log_write(LOG_INFO, "main", "%.*s: the realm exists and is left alone: %s", STR_ARG(source.name),
			  reterr_why ? reterr_why->text : "");
		return OK;
	}
	if (code == OK)
		import_published(app, source.name, &summary);
	return code;
}

enum error_code importing_file(struct app *app, struct str path, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct cli_call call = { .arena = arena, .out = stdout, .err = stderr };
	struct realm_files *realms;
	size_t n;
	enum error_code code = realm_files_find(&call, &path, 1, false, &realms, &n, reterr_why);
	for (size_t i = 0; code == OK && i < n; i++) {
		struct str text;
		if ((code = realm_files_read(&call, &realms[i], &text, reterr_why)) != OK)
			break;
		code = import_text(app, arena, &realms[i], text, reterr_why);
		file_unmap(text);
	}
	return code;
}
