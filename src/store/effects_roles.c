/* Changes of roles: effects as statements. */
#include "model/role_change.h"
#include "base/tables.h"
#include "store/effects.h"
#include "store/realm_rows.h"
#include "store/statements.h"

static const struct role_change *change_of(const struct effect *effect)
{
	return effect->u.role;
}

static void composites_add(struct applying *a, const struct role_change *change)
{
	for (size_t i = 0; i < change->children.n; i++)
		applying_add(a, &statement_role_composite_add,
			DB_VALUES(db_text(change->realm_id), db_text(change->id),
				db_text(change->children.items[i])));
}

static void create(struct applying *a, const struct effect *effect)
{
	const struct role_change *change = change_of(effect);
	applying_add(a, &statement_role_add,
		DB_VALUES(db_text(change->id), db_text(change->realm_id), db_text(change->client_id),
			db_text(change->rep->role.name), db_text(role_doc(a->arena, change->rep))));
	composites_add(a, change);
}

static void update(struct applying *a, const struct effect *effect)
{
	const struct role_change *change = change_of(effect);
	applying_add(a, &statement_role_change,
		DB_VALUES(db_text(change->id), db_text(change->realm_id),
			db_text(change->rep->role.name), db_text(role_doc(a->arena, change->rep))));
}

static void take_away(struct applying *a, const struct effect *effect)
{
	struct db_value id = db_text(change_of(effect)->id), realm = db_text(change_of(effect)->realm_id);
	applying_add(a, &statement_role_take_away, DB_VALUES(id, realm));
	applying_add(a, &statement_role_leave_users, DB_VALUES(id));
	applying_add(a, &statement_role_leave_groups, DB_VALUES(id, realm));
	applying_add(a, &statement_role_leave_scopes, DB_VALUES(id, realm));
	applying_add(a, &statement_role_leave_composites, DB_VALUES(id));
}

static void hold(struct applying *a, const struct role_change *change)
{
	applying_add(a, &statement_role_hold, DB_VALUES(db_text(change->id), db_text(change->realm_id)));
}

static void add_children(struct applying *a, const struct effect *effect)
{
	hold(a, change_of(effect));
	composites_add(a, change_of(effect));
}

static void remove_children(struct applying *a, const struct effect *effect)
{
	const struct role_change *change = change_of(effect);
	hold(a, change);
	for (size_t i = 0; i < change->children.n; i++)
		applying_add(a, &statement_role_composite_remove,
			DB_VALUES(db_text(change->id), db_text(change->children.items[i])));
}

static effect_applier *const appliers[ROLE_CHANGES] = {
	[ROLE_CREATE] = create,
	[ROLE_UPDATE] = update,
	[ROLE_DELETE] = take_away,
	[ROLE_COMPOSITES_ADD] = add_children,
	[ROLE_COMPOSITES_REMOVE] = remove_children,
};

void apply_role_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.role->kind](a, effect);
}
