/* The command line: verbs, their flags, help and tables.
 *
 * What it is: a client of the admin REST API that prints. Which verbs and flags there are is
 * in verbs.def and flags.def; each file of a verb asks the server and lays the answer out.
 *
 * What it is not: a way into the database. A verb asks the server that has the data folder,
 * through its unix socket or by --server; where none runs, main starts one inside this
 * process for as long as the verb takes (struct cli_host). */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/errors.h"

/* How a process ends, for scripts. */
enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,       /* the command line is not understood */
	CLI_CHANGES = 2,     /* `realm plan`: the realm differs from the file */
	CLI_NOT_FOUND = 3,   /* what was named is not there */
	CLI_UNREACHABLE = 4, /* no server answers, and none can be started here */
	CLI_NOT_TOLD = 5,    /* an application was not told of a sign-out, or would not be */
	CLI_NEWER = 6,       /* the database was made by a newer version */
};

/* What was typed about the data; empty: the configuration says. */
struct cli_target {
	struct str data, db, config;
};

/* What main lends to the verbs. */
struct cli_host {
	/* Makes sure that a server has the data folder: the running one, or one that is started
	 * inside this process. The path of its unix socket, in the arena. USAGE and
	 * INVALID_CONFIG: the configuration is wrong. NETWORK_FAILED: the folder belongs to a
	 * process that does not answer, or holds no data. Others: the server does not start. */
	enum error_code (*open)(void *context, struct arena *arena, const struct cli_target *target,
		struct str *ret_socket, struct why *reterr_why);
	/* Stops what open started. Called once for each open that succeeded. */
	void (*close)(void *context);
	/* Puts a backup in the place of the data folder's database, which nobody may have open;
	 * progress is told bytes. LOCKED: a server has the folder. EXISTS: there is a database, and
	 * `force` is not set. Others as store/backup.h says; *ret_schema is the backup's. */
	enum error_code (*restore)(void *context, const struct cli_target *target, struct str file,
		bool force, void (*progress)(void *context, int64_t done, int64_t total),
		void *progress_context, int64_t *ret_schema, struct why *reterr_why);
	void *context;
	/* The verb `serve`, which main has itself; arguments behind it. */
	int (*serve)(int argc, char **argv);
};

/* Runs what the arguments (of main) say; the process's exit code. */
int cli_run(const struct cli_host *host, int argc, char **argv);

#endif
