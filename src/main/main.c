/* curfew VERB: the server and its command line in one binary. */
#include <stdio.h>
#include <string.h>

#include "main/serve.h"

int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "serve") == 0)
		return serve(argc - 2, argv + 2);
	fputs("usage: curfew serve [flags]; see curfew serve --help\n", stderr);
	return 2;
}
