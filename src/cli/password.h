/* Passwords that a verb needs: from a file, the terminal, or (with a warning) the command line.
 * Private to cli/. */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "cli/call.h"

/* True when --password, --password-file or --ask-password was given. */
bool password_given(const struct cli_call *call);
/* By those flags; without any of them a line from the terminal, not shown while it is typed, after
 * `prompt`. USAGE: `otherwise` says what to do where there is no terminal. FILE_FAILED. */
MUST_USE enum error_code password_take(struct cli_call *call, const char *prompt,
	const char *otherwise, struct str *ret_password, struct why *reterr_why);
/* The first line of a file, or of standard input for "-". USAGE: it is empty. FILE_FAILED. */
MUST_USE enum error_code password_of_file(
	struct cli_call *call, struct str path, struct str *ret_password, struct why *reterr_why);
/* Asks for a user's password and puts it into the user's representation. */
MUST_USE enum error_code password_put(
	struct cli_call *call, struct json_node *user, struct why *reterr_why);
/* Asks for it, as { type, value, temporary }. */
MUST_USE enum error_code password_credential(
	struct cli_call *call, struct json_node **ret_credential, struct why *reterr_why);

#endif
