/* curfew serve. */
#ifndef MAIN_SERVE_H
#define MAIN_SERVE_H

/* The verb; argv without the program's and the verb's name. The process's exit code. */
int serve(int argc, char **argv);

#endif
