/* Admin clients in master; see master.h. */
#include "store/master.h"

#include "base/tables.h"
#include "crypto/random.h"
#include "store/defaults.h"
#include "store/draft.h"
#include "store/statements.h"

#define MANAGEMENT "realm-management"

/* The first cell of the first row, or the empty text. */
static enum error_code ask(struct db *db, struct arena *arena, const struct db_statement *statement,
	struct db_values values, struct str *ret_text, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code error = db_query(db, statement, values, arena, &rows, reterr_why);
	if (!error)
		*ret_text = rows.n ? db_cell_text(&rows, 0, 0) : (struct str){ NULL, 0 };
	return error;
}

static struct str client_name(struct arena *arena, struct str realm_name)
{
	return arena_join(arena, realm_name, STR("-realm"), (struct str){ NULL, 0 });
}

/* The roles are those of a realm's own management client, but for the one that unites them. */
static void add_roles(struct row_batch *batch, const struct draft *defaults, struct str client_id,
	struct str admin_id)
{
	struct table ids = table_new(batch->arena, defaults->roles_n);
	for (size_t i = 0; i < defaults->roles_n; i++) {
		struct draft_role *role = defaults->roles[i];
		if (!str_eq(role->client_id, STR(MANAGEMENT)) ||
			str_eq(role->rep.role.name, STR("realm-admin")))
			continue;
		role->rep.role.id = random_uuid(batch->arena);
		table_put(&ids, role->rep.role.name, role);
		row_add_role(batch, &role->rep, client_id);
		if (admin_id.n)
			row_add(batch, &statement_role_composite_add,
				DB_VALUES(db_text(batch->realm_id), db_text(admin_id),
					db_text(role->rep.role.id)));
	}
	for (size_t i = 0; i < defaults->roles_n; i++) {
		const struct draft_role *role = defaults->roles[i];
		const struct role_composites *composites = &role->rep.composites;
		if (table_get(&ids, role->rep.role.name) != role)
			continue;
		for (size_t j = 0; j < composites->clients_n; j++)
			for (size_t k = 0; k < composites->clients[j].n; k++) {
				const struct draft_role *child =
					table_get(&ids, composites->clients[j].values[k]);
				if (child)
					row_add(batch, &statement_role_composite_add,
						DB_VALUES(db_text(batch->realm_id),
							db_text(role->rep.role.id),
							db_text(child->rep.role.id)));
			}
	}
}

static enum error_code add_client(
	struct row_batch *batch, struct db *db, struct str realm_name, struct str admin_id)
{
	struct draft *defaults = draft_new(batch->arena, 0);
	defaults->realm.settings.name = realm_name;
	enum error_code error = draft_take_defaults(defaults, defaults_clients, batch->why);
	if (error)
		return error;
	for (size_t i = 0; i < defaults->clients_n; i++) {
		struct client_rep *client = &defaults->clients[i]->rep;
		if (!str_eq(client->client.client_id, STR(MANAGEMENT)))
			continue;
		client->client.id = random_uuid(batch->arena);
		client->client.client_id = client_name(batch->arena, realm_name);
		client->client.name = arena_join(
			batch->arena, realm_name, STR(" Realm"), (struct str){ NULL, 0 });
		row_add_client(batch, client);
		add_roles(batch, defaults, client->client.id, admin_id);
	}
	row_add(batch, &statement_realm_raise, DB_VALUES(db_text(batch->realm_id)));
	return batch->code ? batch->code : db_run_batch(db, batch->calls, batch->n, batch->why);
}

enum error_code master_add_client(
	struct store *store, struct db *db, struct str realm_name, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct row_batch batch = { .arena = arena, .store = store, .why = reterr_why };
	struct str there = { NULL, 0 }, admin_id = { NULL, 0 };
	enum error_code error = ask(db, arena, &statement_realm_by_name,
		DB_VALUES(db_text(STR("master"))), &batch.realm_id, reterr_why);
	if (error || !batch.realm_id.n)
		return error;
	if ((error = ask(db, arena, &statement_client_id_of,
		     DB_VALUES(db_text(batch.realm_id), db_text(client_name(arena, realm_name))),
		     &there, reterr_why)) ||
		(error = ask(db, arena, &statement_role_id_of,
			 DB_VALUES(
				 db_text(batch.realm_id), db_text(STR("")), db_text(STR("admin"))),
			 &admin_id, reterr_why)))
		return error;
	return there.n ? OK : add_client(&batch, db, realm_name, admin_id);
}

enum error_code master_add_all(struct store *store, struct db *db, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows;
	enum error_code error =
		db_query(db, &statement_realm_list, DB_NO_VALUES, arena, &rows, reterr_why);
	for (size_t i = 0; !error && i < rows.n; i++)
		/* id, name, version, enabled, deleted */
		if (!db_cell_bool(&rows, i, 4))
			error = master_add_client(store, db, db_cell_text(&rows, i, 1), reterr_why);
	return error;
}

enum error_code master_remove_client(struct db *db, struct str realm_name, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct str master = { NULL, 0 }, client = { NULL, 0 };
	enum error_code error = ask(db, arena, &statement_realm_by_name,
		DB_VALUES(db_text(STR("master"))), &master, reterr_why);
	if (!error && master.n)
		error = ask(db, arena, &statement_client_id_of,
			DB_VALUES(db_text(master), db_text(client_name(arena, realm_name))),
			&client, reterr_why);
	if (error || !client.n)
		return error;
	struct row_batch batch = { .arena = arena, .realm_id = master, .why = reterr_why };
	row_delete_client(&batch, client);
	row_add(&batch, &statement_realm_raise, DB_VALUES(db_text(master)));
	return db_run_batch(db, batch.calls, batch.n, reterr_why);
}
