/* One run of a verb: its arguments, the way to the server, the output. Private to cli/. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "client/client.h"
#include "json/tree.h"

struct login;

struct cli_call {
	struct arena *arena; /* a verb that runs for long has others for a while */
	struct arena *kept;  /* as long as the call */
	struct arguments arguments;
	const struct cli_host *host;
	FILE *out, *err;

	bool differs; /* `realm plan` found something: it ends with CLI_CHANGES */

	/* Filled by the first ask; see ask.h. */
	struct outgoing *client;
	bool opened;                /* host->open succeeded, host->close is due */
	struct str socket;          /* the server's unix socket; empty: --server */
	struct str base;            /* "http://local" or the server's URL */
	struct login *login;        /* that is kept of --server; NULL: none */
	struct str password, token; /* of --server's administrator */
	int64_t token_until_ms;     /* monotonic clock */
};

static inline bool call_given(const struct cli_call *call, enum flag flag)
{
	return call->arguments.given[flag];
}

/* The flag's value; empty when it was not given. */
static inline struct str call_value(const struct cli_call *call, enum flag flag)
{
	return call->arguments.values[flag];
}

/* Prints to standard output; errors of it are found at the end of the verb. */
void call_print(struct cli_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void call_write(struct cli_call *call, struct str text);
/* The same to standard error: what programs that read the output do not want. */
void call_note(struct cli_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Says that there may be more, when a list of `n` has reached --max. */
void call_cut(struct cli_call *call, size_t n, int64_t max);
/* A JSON value, laid out for people and programs. */
void call_json(struct cli_call *call, const struct json_node *node);
/* Text for a terminal, safe whatever is in it. In the arena. */
struct str call_clean(struct cli_call *call, struct str text);

/* Stops what the asking has started. */
void call_end(struct cli_call *call);

#endif
