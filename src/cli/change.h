/* How a verb changes something: --dry-run, --yes, what it says afterwards. Private to cli/. */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include "cli/ask.h"
#include "cli/resource.h"

struct change {
	const char *method;
	struct str path;
	const struct json_node *body;  /* NULL: none */
	const struct json_node *shown; /* what --dry-run prints of it; NULL: all of it */
	struct str if_match;           /* an etag, or empty */
};

/* Sends it, or with --dry-run prints it, without passwords and secrets; the answer is
 * zeros then. Errors of ask. */
MUST_USE enum error_code change_send(struct cli_call *call, const struct change *change,
	struct ask_answer *ret_answer, struct why *reterr_why);
/* The same for a body or none, when nobody looks at the answer. */
MUST_USE enum error_code change_do(struct cli_call *call, const char *method, struct str path,
	const struct json_node *body, struct why *reterr_why);
/* Says that it was done; nothing with --dry-run. With --json an object: { key: value }. */
void change_said(struct cli_call *call, const char *key, struct str value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* OK when --yes was given or a person at the terminal says yes to "This would <what>.". USAGE. */
MUST_USE enum error_code change_confirm(
	struct cli_call *call, struct str what, struct why *reterr_why);

#endif
