/* curfew build: what Keycloak's scripts call, and what is nothing here. */
#include "cli/call.h"
#include "cli/verbs.h"

enum error_code cli_build(struct cli_call *call, struct why *reterr_why)
{
	(void)reterr_why;
	call_note(call,
		"curfew build: there is nothing to build; curfew serve reads its "
		"configuration at each start\n");
	return OK;
}
