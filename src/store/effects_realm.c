/* A realm's configuration: effects as the statements of realm_rows.h. */
#include "store/effects.h"
#include "store/realm_rows.h"
#include "store/statements.h"

static struct row_batch rows_of(struct applying *a, struct str realm_id)
{
	return (struct row_batch){ .arena = a->arena,
		.store = a->store,
		.realm_id = realm_id,
		.code = a->code,
		.why = a->why };
}

static void add_rows(struct applying *a, const struct row_batch *batch)
{
	a->code = batch->code;
	for (size_t i = 0; i < batch->n; i++)
		*(struct db_call *)arena_push(a->arena, &a->calls, &a->n, sizeof *a->calls) =
			batch->calls[i];
}

void apply_realm_update(struct applying *a, const struct effect *effect)
{
	struct row_batch batch = rows_of(a, effect->u.realm.rep->settings.id);
	row_change_realm(&batch, &effect->u.realm);
	add_rows(a, &batch);
}

void apply_client_create(struct applying *a, const struct effect *effect)
{
	struct row_batch batch = rows_of(a, effect->u.client.realm_id);
	row_add_client(&batch, effect->u.client.rep);
	row_put_client_scopes(&batch, effect->u.client.rep);
	row_add(&batch, &statement_client_end_sessions,
		DB_VALUES(db_text(effect->u.client.rep->client.id), db_text(batch.realm_id),
			db_int(effect->u.client.epoch_ms)));
	add_rows(a, &batch);
}

void apply_client_update(struct applying *a, const struct effect *effect)
{
	struct row_batch batch = rows_of(a, effect->u.client.realm_id);
	row_change_client(&batch, effect->u.client.rep);
	row_put_client_scopes(&batch, effect->u.client.rep);
	add_rows(a, &batch);
}

void apply_client_delete(struct applying *a, const struct effect *effect)
{
	struct row_batch batch = rows_of(a, effect->u.client.realm_id);
	row_delete_client(&batch, effect->u.client.rep->client.id);
	add_rows(a, &batch);
}

