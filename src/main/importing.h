/* Imports at start: a file, its progress on the terminal, its summary in the log. */
#ifndef MAIN_IMPORTING_H
#define MAIN_IMPORTING_H

#include "app/app.h"

/* One --import: a file, or a folder with realms and files of users, placeholders filled in. A realm
 * that exists is left alone, and said so. */
MUST_USE enum error_code importing_file(struct app *app, struct str path, struct why *reterr_why);

#endif
