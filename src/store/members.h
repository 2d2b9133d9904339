/* Users who hold a role directly, or are members of a group, by username. */
#ifndef STORE_MEMBERS_H
#define STORE_MEMBERS_H

#include "store/store.h"

enum members_of { MEMBERS_OF_ROLE, MEMBERS_OF_GROUP };

struct members_query {
	enum members_of of;
	struct str realm_id, id; /* of the role or group */
	int64_t first, max;      /* max < 0: all */
};
/* Their rows alone, without roles, groups and credentials. */
MUST_USE enum error_code store_list_members(struct store *store, struct arena *arena,
					    const struct members_query *query, struct user **ret_users,
					    size_t *ret_n, struct why *reterr_why);

#endif
