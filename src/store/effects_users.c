/* Users, their credentials, actions, consents and failed attempts: effects as statements. */
#include <string.h>

#include "base/tables.h"
#include "base/text.h"
#include "crypto/random.h"
#include "store/effects.h"
#include "store/rows.h"
#include "store/statements.h"

void apply_failure_put(struct applying *a, const struct effect *effect)
{
	const struct login_failure *f = &effect->u.failure;
	struct db_value values[] = { db_text(f->user_id), db_text(f->realm_id), db_text(f->last_ip),
		db_int(f->failures), db_int(f->last_failure_ms), db_int(f->not_before_s),
		db_int(f->temporary_lockouts), db_int(f->version) };
	bool first = f->version == 0;
	applying_add(a, first ? &statement_failure_add : &statement_failure_change,
		(struct db_values){ values, ARRAY_LENGTH(values) - first });
}

void apply_failure_clear(struct applying *a, const struct effect *effect)
{
	applying_add(a, &statement_failure_delete, DB_VALUES(db_text(effect->u.failure.user_id)));
}

static void credential_add(struct applying *a, struct str user_id, const struct credential *c)
{
	applying_add(a, &statement_credential_add,
		DB_VALUES(db_text(user_id), applying_id(a, c->id), db_text(c->type),
			db_text(c->label), db_text(c->secret_data), db_text(c->credential_data),
			db_int(c->created_ms), db_int(c->priority)));
}

/* The user's row is held first, so that two new passwords at once cannot both stay. */
void apply_credential_replace(struct applying *a, const struct effect *effect)
{
	const struct effect_credential *c = &effect->u.credential;
	if (!str_eq(c->credential.type, STR("password")))
		a->code = error_because(a->why, ERROR_INVALID_VALUE,
			"credential type \"%.*s\" of user %.*s",
			STR_ARG(str_take(c->credential.type, 40)), STR_ARG(c->user_id));
	applying_add(a, &statement_user_hold, DB_VALUES(db_text(c->user_id), db_text(c->realm_id)));
	applying_add(a, &statement_credential_delete_passwords, DB_VALUES(db_text(c->user_id)));
	credential_add(a, c->user_id, &c->credential);
}

void apply_credential_rehash(struct applying *a, const struct effect *effect)
{
	const struct effect_credential *c = &effect->u.credential;
	applying_add(a, &statement_credential_rehash,
		DB_VALUES(db_text(c->user_id), db_text(c->previous),
			db_text(c->credential.secret_data), db_text(c->credential.credential_data),
			db_text(c->realm_id)));
}

#define ACTION "a required action's alias"

/* The alias as a line of users.required_actions, with the line feed before it. */
static struct str action_line(struct applying *a, struct str alias)
{
	if (a->code == OK)
		a->code = line_check(alias, ACTION, a->why);
	return arena_join(a->arena, STR("\n"), alias, STR("\n"));
}

void apply_required_action_add(struct applying *a, const struct effect *effect)
{
	const struct effect_required_action *r = &effect->u.required_action;
	struct str line = action_line(a, r->alias);
	applying_add(a, &statement_user_hold, DB_VALUES(db_text(r->user_id), db_text(r->realm_id)));
	applying_add(a, &statement_user_action_add,
		DB_VALUES(db_text(r->user_id), db_text(r->realm_id), db_text(line),
			db_text(str_drop(line, 1))));
}

void apply_required_action_remove(struct applying *a, const struct effect *effect)
{
	const struct effect_required_action *r = &effect->u.required_action;
	applying_add(a, &statement_user_action_remove,
		DB_VALUES(db_text(r->user_id), db_text(r->realm_id),
			db_text(action_line(a, r->alias)), db_text(STR("\n"))));
}

enum error_code user_values(struct arena *arena, const struct user *u, int64_t version,
	struct db_value values[USER_VALUES], struct why *reterr_why)
{
	struct str attributes = STR(""), actions = STR("");
	enum error_code code = attributes_text(arena, u, &attributes, reterr_why);
	if (code == OK)
		code = lines_text(arena, &u->required_actions, ACTION, &actions, reterr_why);
	const struct db_value all[USER_VALUES] = { db_text(u->id), db_text(u->realm_id),
		db_text(store_lower(arena, u->username)), db_text(store_lower(arena, u->email)),
		db_text(u->first_name), db_text(u->last_name), db_bool(u->enabled),
		db_bool(u->email_verified), db_int(u->created_ms), db_int(u->not_before_s),
		db_int(u->sessions_ended_before_ms), db_int(version),
		db_text(u->service_account_client_id), db_text(u->federation_link),
		db_text(attributes), db_text(actions), db_text(u->kept) };
	memcpy(values, all, sizeof all);
	return code;
}

/* The row alone, for both its statements. */
static void user_row(struct applying *a, const struct user *u, const struct db_statement *statement,
	int64_t version)
{
	struct db_value values[USER_VALUES];
	if (a->code == OK)
		a->code = user_values(a->arena, u, version, values, a->why);
	if (a->code == OK)
		applying_add(a, statement, (struct db_values){ values, USER_VALUES });
}

enum error_code consent_scopes(struct arena *arena, const struct consent *consent,
	struct str *ret_text, struct why *reterr_why)
{
	return lines_text(
		arena, &consent->scope_ids, "a granted scope's id", ret_text, reterr_why);
}

/* What hangs on a user, whose row is held or added before. */
static void consent_row(struct applying *a, const struct consent *c)
{
	struct str scopes = STR("");
	if (a->code == OK)
		a->code = consent_scopes(a->arena, c, &scopes, a->why);
	struct db_value values[] = { db_text(c->user_id), db_text(c->client_id), db_text(scopes),
		db_int(c->created_ms), db_int(c->updated_ms), db_int(c->version) };
	bool first = c->version == 0;
	applying_add(a, first ? &statement_consent_add : &statement_consent_change,
		(struct db_values){ values, ARRAY_LENGTH(values) - first });
}

void apply_identity_row(struct applying *a, struct str realm_id, struct str user_id,
	const struct user_identity *identity)
{
	applying_add(a, &statement_identity_add,
		DB_VALUES(db_text(user_id), db_text(identity->provider), db_text(realm_id),
			db_text(identity->user_id), db_text(identity->user_name)));
}

void apply_consent_put(struct applying *a, const struct effect *effect)
{
	const struct consent *c = &effect->u.consent;
	applying_add(a, &statement_user_hold, DB_VALUES(db_text(c->user_id), db_text(c->realm_id)));
	consent_row(a, c);
}

void apply_consent_holds(struct applying *a, const struct effect *effect)
{
	const struct consent *c = &effect->u.consent;
	applying_add(a, &statement_consent_hold,
		DB_VALUES(db_text(c->user_id), db_text(c->client_id), db_int(c->version)));
}

void apply_consent_delete(struct applying *a, const struct effect *effect)
{
	const struct consent *c = &effect->u.consent;
	applying_add(a, &statement_consent_delete, DB_VALUES(db_text(c->user_id), db_text(c->client_id)));
}

void apply_user_create(struct applying *a, const struct effect *effect)
{
	const struct user *u = &effect->u.user;
	user_row(a, u, &statement_user_add, 1);
	for (size_t i = 0; i < u->role_ids.n; i++)
		applying_add(a, &statement_user_role_add,
			DB_VALUES(db_text(u->id), db_text(u->role_ids.items[i])));
	for (size_t i = 0; i < u->group_ids.n; i++)
		applying_add(a, &statement_user_group_add,
			DB_VALUES(db_text(u->id), db_text(u->group_ids.items[i])));
	for (size_t i = 0; i < u->credentials_n; i++)
		credential_add(a, u->id, &u->credentials[i]);
	for (size_t i = 0; i < u->consents_n; i++)
		consent_row(a, &u->consents[i]);
	for (size_t i = 0; i < u->identities_n; i++)
		apply_identity_row(a, u->realm_id, u->id, &u->identities[i]);
}

void apply_user_role_add(struct applying *a, const struct effect *effect)
{
	const struct effect_user_role *r = &effect->u.user_role;
	applying_add(a, &statement_user_role_add, DB_VALUES(db_text(r->user_id), db_text(r->role_id)));
}

void apply_user_update(struct applying *a, const struct effect *effect)
{
	const struct user *u = &effect->u.user;
	user_row(a, u, &statement_user_change, u->version);
}

void apply_user_delete(struct applying *a, const struct effect *effect)
{
	static const struct db_statement *const parts[] = { &statement_user_roles_delete,
		&statement_user_groups_delete, &statement_user_credentials_delete,
		&statement_user_consents_delete, &statement_user_identities_delete,
		&statement_failure_delete };
	struct db_value id = db_text(effect->u.user.id);
	applying_add(a, &statement_user_delete, DB_VALUES(id, db_text(effect->u.user.realm_id)));
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		applying_add(a, parts[i], DB_VALUES(id));
}

