/* The store's writes through the writer; see store_calls.h. */
#include "run/store_calls.h"

#include "store/apply.h"

static enum error_code apply(void *context,
			     enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
			     void *argument, struct why *reterr_why)
{
	const struct store_work call = { .kind = STORE_WORK_CALL, .u.call = { work, argument } };
	return writer_apply(context, &call, reterr_why);
}

static enum error_code apply_unsynced(void *context,
	enum error_code (*work)(void *argument, struct db *db, struct why *reterr_why),
	void *argument, struct why *reterr_why)
{
	const struct store_work call = { .kind = STORE_WORK_CALL, .u.call = { work, argument } };
	return writer_apply_unsynced(context, &call, reterr_why);
}

struct store_writer store_calls(struct writer *writer)
{
	return (struct store_writer){ apply, writer, apply_unsynced };
}
