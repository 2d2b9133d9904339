/* One import under way; what import.c and import_users.c share. Internal to store/. */
#ifndef STORE_IMPORT_INTERNAL_H
#define STORE_IMPORT_INTERNAL_H

#include <pthread.h>

#include "model/credential.h"
#include "store/draft.h"
#include "store/plan.h"
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
	bool first_part;      /* the walk ends where the second part begins */
	int64_t object;       /* which part of the source is read: 0 is the realm */
	struct str realm;     /* the realm's name as the first part writes it, JSON */
	/* Users are put into a realm that is there, by this plan; NULL: a new one is staged. */
	struct store_plan *plan;
	const struct plan_users_options *merge;
	struct str compared_realm; /* id of the realm whose users `found` counts; empty: none */
	int64_t found;
	struct store_import_summary summary;
	struct why *why;
};

/* One user of the file. */
struct gathered {
	struct user user;
	const struct user_rep *rep;
	const char *path; /* in the file, for messages */
	uint64_t place;   /* in the file */
};

/* The tables of what hangs on users. */
enum import_part {
	IMPORT_ROLES,
	IMPORT_GROUPS,
	IMPORT_CREDENTIALS,
	IMPORT_CONSENTS,
	IMPORT_IDENTITIES,
	IMPORT_PARTS
};

/* Rows of one table; the user's id is the first value. */
struct import_rows {
	const struct db_value **rows;
	size_t n;
};

/* Rows for one transaction, in the order of the users' ids. */
struct import_batch {
	struct import_rows tables[IMPORT_PARTS];
	size_t n;    /* of all tables; 0: there are no more */
	double done; /* how much of all has been fetched with it, 0 to 1 */
};

/* What hangs on the users, collected while their own rows are written, and then in the order of their
 * ids; what is too much for the memory is in a file in `directory`. */
struct import_parts;
struct import_parts *import_parts_new(struct arena *arena, const char *directory);
/* NULL is fine. */
void import_parts_free(struct import_parts *parts);
/* FILE_FAILED, INVALID_VALUE. */
MUST_USE enum error_code import_parts_add(
	struct import_parts *parts, const struct user *user, struct why *reterr_why);
/* Nothing is added any more. */
MUST_USE enum error_code import_parts_sort(struct import_parts *parts, struct why *reterr_why);
/* The next rows; all of it in the arena. */
MUST_USE enum error_code import_parts_next(struct import_parts *parts, struct arena *arena,
	struct import_batch *ret_batch, struct why *reterr_why);

/* What a thread writes while the next is read: users, and when all of them have rows, what hangs on
 * them. */
struct user_writing {
	struct import *import;
	struct arena *arena; /* of the users, or of the rows */
	struct gathered *users;
	size_t n;
	struct import_batch batch;
	int64_t bytes_done; /* of all passes, up to what is written */
	pthread_t thread;
	bool running;
	enum error_code code; /* of what was begun last; the thread's until it is waited for */
	struct why why;
};

/* The users gathered, and the state of the pass. */
struct user_pass {
	struct import *import;
	bool dry;
	struct password_cost cost;
	struct arena *arena; /* of the users */
	struct gathered *users;
	size_t n;
	int64_t bytes_done;
	struct import_parts *parts;
	struct user_writing writing;
};

/* How many of the users, at least one, a transaction takes that merges them. */
size_t import_slice(const struct gathered *users, size_t n);
/* Begins to write the users or, when there are none, the rows of the batch; what was begun before
 * must have been waited for. Nobody else writes through import->writes, and the users, the rows and
 * their arena are the thread's, until the wait. */
void import_writing_begin(struct user_writing *writing);
/* Waits for what was begun, if anything was; its error, with import->why. */
MUST_USE enum error_code import_writing_wait(struct user_writing *writing);
/* The same, and writes what hangs on the users. */
MUST_USE enum error_code import_writing_end(
	struct user_writing *writing, struct import_parts *parts);

/* The size of the source; TOO_LARGE. */
MUST_USE enum error_code import_measure(struct import *import);
/* import_walk with other members streamed than those of a draft. */
MUST_USE enum error_code import_walk_streamed(struct import *import, const char *const *streamed,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context);
/* Users into a realm that is there: compared, and written when the plan says so. */
MUST_USE enum error_code import_merge_slice(
	struct user_pass *pass, const struct gathered *users, size_t n);
/* The hash of a plain password, as the realm's policy wants it. */
MUST_USE enum error_code import_hash(struct user_pass *pass, struct str password, const char *path,
	struct credential *credential);

/* Walks the source from its start; `take` gets every piece. */
MUST_USE enum error_code import_walk(struct import *import,
	enum error_code (*take)(
		void *context, const struct json_cut_item *item, int64_t bytes_done),
	void *context);
/* Tells the progress; CANCELLED when it says so. */
MUST_USE enum error_code import_progress(struct import *import, int64_t bytes_done);
/* The same, with the bytes of all passes. */
MUST_USE enum error_code import_progress_at(
	const struct import *import, int64_t bytes_done, struct why *reterr_why);

/* Rows for the roles that users made (draft_make_role). */
MUST_USE enum error_code import_stage_roles(struct import *import);

/* Reads all users. `dry`: only whether they can be taken; else they are staged, with service
 * accounts for clients that lack theirs. */
MUST_USE enum error_code import_users(struct import *import, bool dry);

#endif
