/* curfew serve: the server until SIGTERM. */
#include "main/serve.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/server.h"

enum { PATIENCE_MS = 3000 };

static int usage(const struct why *why)
{
	fprintf(stderr, "curfew serve: %s\n", why->text);
	return 2;
}

/* All threads inherit the mask, so that sigwait below gets every one of these. */
static void block_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGTERM);
	sigaddset(ret_set, SIGINT);
	sigaddset(ret_set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, ret_set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* As many connections as the system lets us have. */
static void raise_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)!setrlimit(RLIMIT_NOFILE, &limit);
}

/* A verb of the command line has the folder for a moment when no server runs. */
static enum error_code start(const struct config *config, struct server **ret_server, struct why *reterr_why)
{
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	for (;;) {
		enum error_code code = server_start(config, false, ret_server, reterr_why);
		if (code != ERROR_LOCKED || clock_mono_ms() > until_ms)
			return code;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
}

static int run(const struct config *config)
{
	sigset_t set;
	struct server *server;
	struct why why = { "" };
	block_signals(&set);
	raise_descriptors();
	enum error_code code = start(config, &server, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "main", "cannot start: %s: %s", error_name(code), why.text);
		return 1;
	}
	log_write(LOG_INFO, "main", "Curfew %s listens on %s://%.*s (port %d), management on %.*s, data in %.*s",
		  CURFEW_VERSION, config->tls_cert.n ? "https" : "http", STR_ARG(config->listen), server_port(server),
		  STR_ARG(config->management), STR_ARG(config->data));
	for (int which = 0; which != SIGTERM && which != SIGINT;) {
		sigwait(&set, &which);
		if (which == SIGHUP)
			server_reload(server);
	}
	log_write(LOG_INFO, "main", "stopping: requests under way are finished");
	server_stop(server);
	log_write(LOG_INFO, "main", "stopped");
	return 0;
}

int serve(int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(0);
	struct config config;
	struct why why = { "" };
	enum log_level level;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			struct str help = config_help(arena);
			fwrite(help.p, 1, help.n, stdout);
			return 0;
		}
	}
	if (config_read(arena, argc, argv, &config, &why) != OK)
		return usage(&why);
	if (config.show) {
		struct str text = config_text(arena, &config);
		fwrite(text.p, 1, text.n, stdout);
		return 0;
	}
	if (!log_level_of(config.log_level, &level)) {
		error_because(&why, ERROR_USAGE, "log-level '%.*s' is none of debug, info, warn, error", STR_ARG(config.log_level));
		return usage(&why);
	}
	log_set_level(level);
	for (size_t i = 0; i < config.warnings.n; i++)
		log_write(LOG_WARN, "main", "%.*s", STR_ARG(config.warnings.items[i]));
	if (config.check) {
		puts("the configuration can be read");
		return 0;
	}
	return run(&config);
}
