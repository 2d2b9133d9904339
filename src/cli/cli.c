/* The command line: reads it, runs the verb, ends the process; see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include "cli/call.h"
#include "cli/help.h"

static enum cli_exit exit_of(enum error_code code)
{
	if (code == OK)
		return CLI_DONE;
	if (code == ERROR_USAGE || code == ERROR_INVALID_CONFIG)
		return CLI_USAGE;
	if (code == ERROR_NAME_NOT_FOUND)
		return CLI_NOT_FOUND;
	if (code == ERROR_NOT_TOLD)
		return CLI_NOT_TOLD;
	if (code == ERROR_UNSUPPORTED_VERSION)
		return CLI_NEWER;
	return code == ERROR_NETWORK_FAILED ? CLI_UNREACHABLE : CLI_FAILED;
}

/* A full disk is a failure; a reader that has seen enough (`| head`) is none to speak of. */
static enum error_code finish_output(struct cli_call *call, struct why *reterr_why)
{
	errno = 0;
	bool failed = ferror(call->out);
	if (fflush(call->out) == 0 && !failed)
		return OK;
	return error_because(reterr_why, ERROR_FILE_FAILED, "standard output: %s",
		strerror(errno ? errno : EIO));
}

static int run_verb(struct cli_call *call)
{
	struct why why = { "" };
	const struct verb *verb = call->arguments.verb;
	enum error_code code = verb->run(call, &why);
	call_end(call);
	struct why output = { "" };
	enum error_code written = finish_output(call, &output);
	if (code == OK && written != OK) {
		code = written;
		why = output;
	}
	struct str text = str_from(why.text[0] ? why.text : error_text(code));
	if (code != OK)
		call_note(call, "curfew %s: %.*s\n", verb->name, STR_ARG(call_clean(call, text)));
	return code == OK && call->differs ? CLI_CHANGES : exit_of(code);
}

static int show_help(struct cli_call *call)
{
	struct why why = { "" };
	struct str text = call->arguments.verb ? help_verb(call->arena, call->arguments.verb)
					       : help_verbs(call->arena, call->arguments.group);
	call_write(call, text);
	return exit_of(finish_output(call, &why));
}

static int run(struct cli_call *call, int argc, char **argv)
{
	struct why why = { "" };
	size_t n = argc > 0 ? (size_t)argc - 1 : 0;
	if (!n) {
		call_write(call, help_verbs(call->arena, STR("")));
		return CLI_USAGE;
	}
	enum error_code code = arguments_read(
		call->arena, n, (const char *const *)argv + 1, &call->arguments, &why);
	if (code != OK) {
		call_note(call, "curfew: %s\n", why.text);
		return CLI_USAGE;
	}
	const struct verb *verb = call->arguments.verb;
	if (verb && !verb->run)
		return call->host->serve(argc - 2, argv + 2);
	return call->arguments.given[FLAG_HELP] ? show_help(call) : run_verb(call);
}

int cli_run(const struct cli_host *host, int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(0);
	struct cli_call call = { .arena = arena, .kept = arena, .host = host, .out = stdout, .err = stderr };
	return run(&call, argc, argv);
}
