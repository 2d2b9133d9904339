/* Several calls of the admin API in one transaction: each is made by its own handler, finds what
 * those before it have written, and all of them hold or none does. Nobody else sees anything of it
 * until the commit. On SQLite nothing else is written meanwhile: what takes time and needs no
 * transaction (hashes of passwords) belongs before it. Private to admin/. */
#ifndef ADMIN_ONE_COMMIT_H
#define ADMIN_ONE_COMMIT_H

#include "admin/call.h"

struct one_commit {
	/* Does it all. `inside` stands for the outer call: its app and its realm are those of the
	 * transaction, and so are those of handlers that are given `admin`. False: answered, nothing is
	 * written. May be called again from the start; on another thread than the asker's. */
	bool (*work)(struct admin_call *inside, struct admin *admin, void *context);
	void *context;
	bool own_events; /* admin events of the handlers are left out: the work adds its own */
};

/* True: committed. False: answered. */
bool one_commit(struct admin_call *call, const struct admin *admin, const struct one_commit *commit);

/* Adds to the transaction; of those of the work itself nothing is left out. False: answered. */
bool one_commit_apply(struct admin_call *inside, const struct effects *effects);

#endif
