/* Records in the order of their keys, more of them than should be in memory: sorted runs in an
 * unlinked file, which are merged when all of them are there. Internal to store/. One thread at a
 * time. */
#ifndef STORE_SPILL_H
#define STORE_SPILL_H

#include "base/errors.h"
#include "base/str.h"

struct spill;

/* The file comes when it is needed, into `directory`, borrowed (NULL: "/tmp"). Aborts without memory. */
struct spill *spill_new(const char *directory);
/* NULL is fine. */
void spill_free(struct spill *spill);

/* Copies both; together less than 1 GiB. FILE_FAILED: no file, or no room in it. */
MUST_USE enum error_code spill_add(
	struct spill *spill, struct str key, struct str record, struct why *reterr_why);
/* Nothing is added any more. FILE_FAILED. */
MUST_USE enum error_code spill_sort(struct spill *spill, struct why *reterr_why);
/* The next one, by the bytes of the keys, until the next call; an empty key: there is none.
 * FILE_FAILED. */
MUST_USE enum error_code spill_next(
	struct spill *spill, struct str *ret_key, struct str *ret_record, struct why *reterr_why);

#endif
