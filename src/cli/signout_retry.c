/* curfew signout retry: what waits, gave up or was cancelled is tried at once. */
#include "cli/signout_order.h"
#include "cli/verbs.h"

enum error_code cli_signout_retry(struct cli_call *call, struct why *reterr_why)
{
	int64_t n;
	enum error_code code = signout_order(call, "retry", "retried", &n, reterr_why);
	if (code != OK || call_given(call, FLAG_JSON))
		return code;
	if (n)
		call_print(call, "%lld %s tried at once\n", (long long)n,
			n == 1 ? "notice is" : "notices are");
	else
		call_write(call, STR("no notice of it waits or has failed\n"));
	return OK;
}
