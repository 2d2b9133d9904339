/* Users who hold a role or are members of a group; see members.h. */
#include "store/members.h"

#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum { FEW = 2000 }; /* as many may be sorted for one page */

struct member_statements {
	const struct db_statement *few, *many, *count;
};
static const struct member_statements statements_of[] = {
	[MEMBERS_OF_ROLE] = { &statement_role_users_few, &statement_role_users_many,
		&statement_role_users_count },
	[MEMBERS_OF_GROUP] = { &statement_group_users_few, &statement_group_users_many,
		&statement_group_users_count },
};

static enum error_code choose(struct store *store, struct arena *arena,
	const struct members_query *query, const struct db_statement **ret_statement,
	struct why *reterr_why)
{
	const struct member_statements *statements = &statements_of[query->of];
	struct db_rows rows;
	enum error_code code = store_read(store, arena, statements->count,
		DB_VALUES(db_text(query->id), db_int(FEW + 1)), &rows, reterr_why);
	if (code == OK)
		*ret_statement = db_cell_int(&rows, 0, 0) > FEW ? statements->many : statements->few;
	return code;
}

enum error_code store_list_members(struct store *store, struct arena *arena,
	const struct members_query *query, struct user **ret_users, size_t *ret_n,
	struct why *reterr_why)
{
	const struct db_statement *statement;
	struct db_rows rows;
	enum error_code code = choose(store, arena, query, &statement, reterr_why);
	if (code == OK)
		code = store_read(store, arena, statement,
			DB_VALUES(db_text(query->realm_id), db_text(query->id),
				db_int(query->max < 0 ? INT64_MAX : query->max),
				db_int(query->first < 0 ? 0 : query->first)),
			&rows, reterr_why);
	if (code != OK)
		return code;
	struct user *users = arena_array(arena, rows.n, sizeof *users);
	for (size_t i = 0; code == OK && i < rows.n; i++)
		code = user_of_row(arena, &rows, i, &users[i], reterr_why);
	if (code != OK)
		return code;
	*ret_users = users;
	*ret_n = rows.n;
	return OK;
}
