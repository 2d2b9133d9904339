/* Changes of groups: effects as statements. */
#include "model/group_change.h"
#include "store/effects.h"
#include "store/realm_rows.h"
#include "store/statements.h"

static void create(struct applying *a, const struct effect *effect)
{
	const struct group_change *change = effect->u.group;
	applying_add(a, &statement_group_add,
		DB_VALUES(db_text(change->id), db_text(change->realm_id), db_text(change->parent_id),
			db_text(change->rep->group.name),
			db_text(group_doc(a->arena, change->rep))));
}

static void update(struct applying *a, const struct effect *effect)
{
	const struct group_change *change = effect->u.group;
	applying_add(a, &statement_group_change,
		DB_VALUES(db_text(change->id), db_text(change->realm_id),
			db_text(change->rep->group.name),
			db_text(group_doc(a->arena, change->rep))));
}

static void move(struct applying *a, const struct effect *effect)
{
	const struct group_change *change = effect->u.group;
	applying_add(a, &statement_group_move,
		DB_VALUES(db_text(change->id), db_text(change->realm_id), db_text(change->parent_id)));
}

static void take_away(struct applying *a, const struct effect *effect)
{
	struct db_value id = db_text(effect->u.group->id), realm = db_text(effect->u.group->realm_id);
	applying_add(a, &statement_group_take_away, DB_VALUES(id, realm));
	applying_add(a, &statement_group_leave_users, DB_VALUES(id));
	applying_add(a, &statement_group_leave_roles, DB_VALUES(id));
}

/* One statement a role: of the group, the role, the realm. */
static void each(struct applying *a, const struct group_change *change,
	const struct db_statement *statement)
{
	applying_add(a, &statement_group_hold,
		DB_VALUES(db_text(change->id), db_text(change->realm_id)));
	for (size_t i = 0; i < change->role_ids.n; i++)
		applying_add(a, statement,
			DB_VALUES(db_text(change->realm_id), db_text(change->id),
				db_text(change->role_ids.items[i])));
}

static void roles_add(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.group, &statement_group_role_add);
}

static void roles_remove(struct applying *a, const struct effect *effect)
{
	each(a, effect->u.group, &statement_group_role_remove);
}

static effect_applier *const appliers[GROUP_CHANGES] = {
	[GROUP_CREATE] = create,
	[GROUP_UPDATE] = update,
	[GROUP_MOVE] = move,
	[GROUP_DELETE] = take_away,
	[GROUP_ROLES_ADD] = roles_add,
	[GROUP_ROLES_REMOVE] = roles_remove,
};

void apply_group_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.group->kind](a, effect);
}
