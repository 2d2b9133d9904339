/* Changes of client scopes: effects as statements. */
#include "model/scope_change.h"
#include "base/tables.h"
#include "json/write.h"
#include "store/effects.h"
#include "store/realm_rows.h"
#include "store/statements.h"

typedef void scope_applier(struct applying *a, const struct scope_change *change);

static struct str doc_of(struct applying *a, const struct scope_change *change)
{
	return json_text_of(a->arena, &scope_shape, change->rep);
}

static void create(struct applying *a, const struct scope_change *change)
{
	const struct client_scope *scope = &change->rep->scope;
	applying_add(a, &statement_scope_add,
		DB_VALUES(db_text(scope->id), db_text(change->realm_id), db_text(scope->name),
			db_text(doc_of(a, change))));
}

static void update(struct applying *a, const struct scope_change *change)
{
	const struct client_scope *scope = &change->rep->scope;
	applying_add(a, &statement_scope_change,
		DB_VALUES(db_text(scope->id), db_text(change->realm_id), db_text(scope->name),
			db_text(doc_of(a, change))));
}

static void delete(struct applying *a, const struct scope_change *change)
{
	static const struct db_statement *const statements[] = { &statement_scope_take_away,
		&statement_scope_leaves_clients, &statement_scope_leaves_realm,
		&statement_scope_leaves_mappings };
	for (size_t i = 0; i < ARRAY_LENGTH(statements); i++)
		applying_add(a, statements[i],
			DB_VALUES(db_text(change->scope_id), db_text(change->realm_id)));
}

static void link_realm(struct applying *a, const struct scope_change *change)
{
	applying_add(a, &statement_scope_link_realm,
		DB_VALUES(db_text(change->realm_id), db_text(change->scope_id),
			db_bool(change->optional)));
}

static void unlink_realm(struct applying *a, const struct scope_change *change)
{
	applying_add(a, &statement_scope_leaves_realm,
		DB_VALUES(db_text(change->scope_id), db_text(change->realm_id)));
}

static void link_client(struct applying *a, const struct scope_change *change)
{
	applying_add(a, &statement_scope_link_client,
		DB_VALUES(db_text(change->realm_id), db_text(change->client_id),
			db_text(change->scope_id), db_bool(change->optional)));
}

static void unlink_client(struct applying *a, const struct scope_change *change)
{
	applying_add(a, &statement_scope_unlink_client,
		DB_VALUES(db_text(change->realm_id), db_text(change->client_id),
			db_text(change->scope_id)));
}

static void mappings(struct applying *a, const struct scope_change *change)
{
	const struct db_statement *statement = change->kind == SCOPE_MAPPINGS_ADD ?
		&statement_scope_mapping_add : &statement_scope_mapping_remove;
	for (size_t i = 0; i < change->role_ids.n; i++)
		applying_add(a, statement,
			DB_VALUES(db_text(change->realm_id), db_text(change->holder_id),
				db_text(change->role_ids.items[i])));
}

static scope_applier *const appliers[SCOPE_CHANGES] = {
	[SCOPE_CREATE] = create,
	[SCOPE_UPDATE] = update,
	[SCOPE_DELETE] = delete,
	[SCOPE_LINK_REALM] = link_realm,
	[SCOPE_UNLINK_REALM] = unlink_realm,
	[SCOPE_LINK_CLIENT] = link_client,
	[SCOPE_UNLINK_CLIENT] = unlink_client,
	[SCOPE_MAPPINGS_ADD] = mappings,
	[SCOPE_MAPPINGS_REMOVE] = mappings,
};

void apply_scope_change(struct applying *a, const struct effect *effect)
{
	appliers[effect->u.scope->kind](a, effect->u.scope);
}
