/* curfew signout cancel: what waits is given up. */
#include "cli/signout_order.h"
#include "cli/verbs.h"

enum error_code cli_signout_cancel(struct cli_call *call, struct why *reterr_why)
{
	int64_t n;
	enum error_code code = signout_order(call, "cancel", "cancelled", &n, reterr_why);
	if (code != OK || call_given(call, FLAG_JSON))
		return code;
	if (n)
		call_print(call, "%lld %s cancelled; the applications are not told\n",
			(long long)n, n == 1 ? "notice is" : "notices are");
	else
		call_write(call, STR("no notice of it waits\n"));
	return OK;
}
