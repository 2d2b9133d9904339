/* How effects become statements: what the files effects*.c share. An effect's function adds its
 * statements to the batch that effects.c then runs; a statement's required number of changed
 * rows is the effect's precondition. Internal to store/. */
#ifndef STORE_EFFECTS_H
#define STORE_EFFECTS_H

#include "db/db.h"
#include "model/effect.h"
#include "store/internal.h"

struct applying {
	struct arena *arena;
	struct store *store; /* for what is sealed at rest */
	struct db_call *calls;
	size_t n;
	enum error_code code; /* the first effect that cannot be stored; sticky */
	struct why *why;
};

/* The values are copied, what they point at must outlive the batch. */
void applying_add(struct applying *a, const struct db_statement *statement, struct db_values values);
/* An id that may be left to the store. */
struct db_value applying_id(struct applying *a, struct str id);

typedef void effect_applier(struct applying *a, const struct effect *effect);

/* effects_users.c */
effect_applier apply_failure_put, apply_failure_clear;
effect_applier apply_credential_replace, apply_credential_rehash;
effect_applier apply_required_action_add, apply_required_action_remove;
effect_applier apply_consent_put, apply_consent_holds, apply_consent_delete;
effect_applier apply_user_create, apply_user_role_add, apply_user_update, apply_user_delete;
void apply_identity_row(struct applying *a, struct str realm_id, struct str user_id,
	const struct user_identity *identity);
/* A user's row, in the order of USER_COLUMNS. */
enum { USER_VALUES = 17 };
MUST_USE enum error_code user_values(struct arena *arena, const struct user *user, int64_t version,
	struct db_value values[USER_VALUES], struct why *reterr_why);
/* As consent.scope_ids has them. */
MUST_USE enum error_code consent_scopes(struct arena *arena, const struct consent *consent,
	struct str *ret_text, struct why *reterr_why);
/* effects_realm.c */
effect_applier apply_realm_update, apply_client_create, apply_client_update, apply_client_delete;
/* One file each: effects_roles.c, effects_groups.c ... */
effect_applier apply_role_change, apply_group_change, apply_scope_change, apply_component_change;
effect_applier apply_user_change, apply_registration_change, apply_log_change, apply_pending_change;
/* pushed.c */
effect_applier apply_pushed_add, apply_pushed_delete;

#endif
