/* One import under way; what import.c and import_users.c share. Internal to store/. */
#ifndef STORE_IMPORT_INTERNAL_H
#define STORE_IMPORT_INTERNAL_H

#include "store/draft.h"
#include "store/writes.h"

struct import {
	struct store *store;
	const struct store_import_source *source;
	const struct store_import_options *options;
	struct arena *arena; /* of the draft; the import's own */
	struct draft *draft;
	struct writes writes;
	int64_t bytes_total;  /* of the source */
	int64_t bytes_before; /* of earlier passes, for the progress */
	int64_t passes;
	size_t roles_staged;  /* of the draft's roles, how many have rows */
	struct store_import_summary summary;
	struct why *why;
};

/* Walks the source from its start; `take` gets every piece. */
MUST_USE enum error_code import_walk(struct import *import,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context);
/* Tells the progress; CANCELLED when it says so. */
MUST_USE enum error_code import_progress(struct import *import, int64_t bytes_done);

/* Rows for the roles that users made (draft_make_role). */
MUST_USE enum error_code import_stage_roles(struct import *import);

/* Reads all users. `dry`: only whether they can be taken; else they are staged, with service
 * accounts for clients that lack theirs. */
MUST_USE enum error_code import_users(struct import *import, bool dry);

#endif
