/* How far long work is: asked by a thread of its own while a verb waits for the answer, and drawn on
 * the terminal. Private to cli/. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <pthread.h>

#include "cli/call.h"

struct watch {
	struct cli_call call; /* the verb's, with an arena of its own */
	const char *what;     /* "import" */
	struct str path;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool running, ended;
};

/* Begins to ask for the work that the server knows as `job`, where there is a terminal. */
void watch_begin(struct watch *watch, const struct cli_call *call, const char *what, struct str job);
void watch_end(struct watch *watch);

#endif
