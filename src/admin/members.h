/* Lists of users who hold a role or are members of a group. Private to admin/. */
#ifndef ADMIN_MEMBERS_H
#define ADMIN_MEMBERS_H

#include "admin/call.h"
#include "store/members.h"

/* The answer, by the query's first, max and briefRepresentation; max is `otherwise` when it is not said. */
void members_answer(struct admin_call *call, enum members_of of, struct str id, int64_t otherwise);

#endif
