/* curfew version. */
#include "cli/call.h"
#include "cli/verbs.h"

enum error_code cli_version(struct cli_call *call, struct why *reterr_why)
{
	(void)reterr_why;
	if (call_given(call, FLAG_JSON))
		call_print(call, "{ \"version\": \"%s\" }\n", CURFEW_VERSION);
	else
		call_print(call, "Curfew %s\n", CURFEW_VERSION);
	return OK;
}
