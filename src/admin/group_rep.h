/* Groups in the admin API's forms. Private to admin/. */
#ifndef ADMIN_GROUP_REP_H
#define ADMIN_GROUP_REP_H

#include "admin/call.h"
#include "model/group_path.h"

/* How groups of the call's realm are written, with what that takes. */
struct group_writer {
	struct admin_call *call;
	bool full;    /* with attributes and roles */
	bool counted; /* with subGroupCount */
	bool access;  /* with what the caller may */
	bool manage;  /* the caller may change groups */
	struct table descriptions;
	/* By the group's index in the realm; -1: none. A group that is not in the realm yet may be
	 * written too, without subgroups and their count. */
	int32_t *first_child, *next_sibling, *children_n;
	const bool *shown; /* of subgroups; NULL: none are */
};
enum { GROUP_BRIEF = 0, GROUP_FULL = 1, GROUP_COUNTED = 2, GROUP_ACCESS = 4 };
/* `how`: bits of GROUP_... False: answered. */
bool group_writer_open(struct admin_call *call, unsigned how, struct group_writer *ret_writer);
/* With those of its subgroups that are shown, by name. */
void group_write(const struct group_writer *writer, struct json_writer *w, const struct group *group);
/* The group as the answer. */
void group_answer(const struct group_writer *writer, const struct group *group);

/* The route's {group}; false: answered. */
bool group_rep_find(struct admin_call *call, const struct group **ret_group);
/* The body over `rep`: name and description are what it says, attributes where it has some; an id
 * that it has not has p NULL. False: answered. */
bool group_rep_read(struct admin_call *call, struct group_rep *rep);
/* 1 at the top. */
size_t group_depth(const struct group *group);
/* Whether it is `top` or somewhere below it. */
bool group_is_below(const struct group *group, const struct group *top);
/* Its index in call->realm->groups. */
size_t group_index(const struct realm *realm, const struct group *group);

#endif
