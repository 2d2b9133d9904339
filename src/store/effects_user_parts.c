/* Changes of user parts: effects as statements. */
#include "model/user_change.h"
#include "store/effects.h"
#include "store/statements.h"
#include "store/user_profiles.h"

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

/* The places of Keycloak's credentials are ten apart. */
enum { PLACE_STEP = 10 };

static void credential_remove(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	raise(a, change);
	applying_add(a, &statement_user_credential_delete,
		DB_VALUES(db_text(change->user_id), db_text(change->ids.items[0])));
}

static void credential_label(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	raise(a, change);
	applying_add(a, &statement_user_credential_label,
		DB_VALUES(db_text(change->user_id), db_text(change->ids.items[0]),
			db_text(change->label)));
}

static void credentials_place(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	raise(a, change);
	for (size_t i = 0; i < change->ids.n; i++)
		applying_add(a, &statement_user_credential_place,
			DB_VALUES(db_text(change->user_id), db_text(change->ids.items[i]),
				db_int((int64_t)(i + 1) * PLACE_STEP)));
}

static void identity_add(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	raise(a, change);
	apply_identity_row(a, change->realm_id, change->user_id, &change->identity);
}

static void identity_remove(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	raise(a, change);
	applying_add(a, &statement_identity_delete,
		DB_VALUES(db_text(change->user_id), db_text(change->identity.provider)));
}

static void profile_put(struct applying *a, const struct effect *effect)
{
	const struct user_change *change = effect->u.user_part;
	struct db_value type = db_text(STR(USER_PROFILE_PROVIDER));
	applying_add(a, &statement_user_profile_delete, DB_VALUES(db_text(change->realm_id), type));
	if (change->ids.n)
		applying_add(a, &statement_user_profile_add,
			DB_VALUES(db_text(change->ids.items[0]), db_text(change->realm_id), type,
				db_text(STR("declarative-user-profile")), db_text(change->label)));
}

static effect_applier *const appliers[USER_CHANGES] = {
	[USER_ROLES_ADD] = roles_add,
	[USER_ROLES_REMOVE] = roles_remove,
	[USER_GROUPS_ADD] = groups_add,
	[USER_GROUPS_REMOVE] = groups_remove,
	[USER_CREDENTIAL_REMOVE] = credential_remove,
	[USER_CREDENTIAL_LABEL] = credential_label,
	[USER_CREDENTIALS_PLACE] = credentials_place,
	[USER_IDENTITY_ADD] = identity_add,
	[USER_IDENTITY_REMOVE] = identity_remove,
	[USER_PROFILE_PUT] = profile_put,
};

void apply_user_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.user_part->kind](a, effect);
}
