/* Help texts, made of the tables. Pure. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/arguments.h"

/* All verbs, or those of a group ("realm"). */
struct str help_verbs(struct arena *arena, struct str group);
/* One verb: usage, what it does, its flags. */
struct str help_verb(struct arena *arena, const struct verb *verb);

#endif
