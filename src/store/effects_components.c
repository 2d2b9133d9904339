/* Changes of components: effects as statements. */
#include "model/component_change.h"
#include "store/effects.h"
#include "store/realm_rows.h"
#include "store/statements.h"

static void change_rows(struct row_batch *batch, const struct component_change *change)
{
	switch (change->kind) {
	case COMPONENT_ADD:
		row_add_component(batch, change->rep, change->provider_type, change->parent_id);
		break;
	case COMPONENT_UPDATE:
		row_change_component(batch, change->rep, change->provider_type, change->parent_id);
		break;
	case COMPONENT_DELETE:
	case COMPONENT_CHANGES:
		row_add(batch, &statement_component_delete,
			DB_VALUES(db_text(change->rep->id), db_text(change->realm_id)));
		break;
	}
}

void apply_component_change(struct applying *a, const struct effect *effect)
{
	struct row_batch batch = { .arena = a->arena,
		.store = a->store,
		.realm_id = effect->u.component->realm_id,
		.code = a->code,
		.why = a->why };
	change_rows(&batch, effect->u.component);
	a->code = batch.code;
	for (size_t i = 0; i < batch.n; i++)
		*(struct db_call *)arena_push(a->arena, &a->calls, &a->n, sizeof *a->calls) =
			batch.calls[i];
}
