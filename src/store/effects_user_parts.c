/* Changes of user parts: effects as statements. */
#include "model/user_change.h"
#include "store/effects.h"
#include "store/statements.h"

/* The user's row first: it is held, and its version rises. */
static void raise(struct applying *a, const struct user_change *change)
{
	applying_add(a, &statement_user_raise,
		DB_VALUES(db_text(change->user_id), db_text(change->realm_id)));
}

/* One statement an id: of the user, the id, the realm. */
static void each(struct applying *a, const struct user_change *change,
	const struct db_statement *statement)
{
	raise(a, change);
	for (size_t i = 0; i < change->ids.n; i++)
		applying_add(a, statement,
			DB_VALUES(db_text(change->user_id), db_text(change->ids.items[i]),
				db_text(change->realm_id)));
}

static void roles_add(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.user_part, &statement_user_role_map);
}

static void roles_remove(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.user_part, &statement_user_role_unmap);
}

static void groups_add(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.user_part, &statement_user_group_join);
}

static void groups_remove(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.user_part, &statement_user_group_leave);
}

static effect_applier *const appliers[USER_CHANGES] = {
	[USER_ROLES_ADD] = roles_add,
	[USER_ROLES_REMOVE] = roles_remove,
	[USER_GROUPS_ADD] = groups_add,
	[USER_GROUPS_REMOVE] = groups_remove,
};

void apply_user_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.user_part->kind](a, effect);
}
