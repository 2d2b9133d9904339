/* curfew VERB: the server and its command line in one binary. */
#include "cli/cli.h"
#include "main/local.h"
#include "main/serve.h"

int main(int argc, char **argv)
{
	struct local *local = local_new();
	const struct cli_host host = {
		.open = local_open,
		.close = local_close,
		.restore = local_restore,
		.context = local,
		.serve = serve,
	};
	int code = cli_run(&host, argc, argv);
	local_free(local);
	return code;
}
