/* The realms for lists that say little of each. */
#ifndef STORE_REALM_LIST_H
#define STORE_REALM_LIST_H

#include "store/store.h"

/* Those that are there, by name; of the settings id, name, enabled and the display names are
 * filled. One read, however many and large they are. */
MUST_USE enum error_code store_list_realms_brief(struct store *store, struct arena *arena,
	struct realm_settings **ret_realms, size_t *ret_n, struct why *reterr_why);

/* Realms, deleted ones too where they have it, of which the store holds something that time ends. */
enum realms_with {
	REALMS_WITH_SESSIONS, /* of realms that are not deleted */
	REALMS_WITH_LOGS,     /* events, receipts of sign-outs, failed attempts */
};
MUST_USE enum error_code store_list_realms_with(struct store *store, enum realms_with what, struct arena *arena,
	struct realm_name **ret_realms, size_t *ret_n, struct why *reterr_why);

#endif
