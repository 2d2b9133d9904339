/* A plan becomes rows: what differs, and all that ties things together; see plan.h. */
#include "base/tables.h"
#include "json/write.h"
#include "store/effects.h"
#include "store/plan_internal.h"
#include "store/statements.h"
#include "store/writes.h"

struct plan_step {
	struct store *store;
	const struct effects *effects;
	const struct row_batch *batch;
};

/* Things of the realm as it is, by id: their JSON. */
struct known {
	struct arena *arena;
	struct table by_id;
};

static struct str text_of(struct arena *arena, const struct json_shape *shape, const void *rep)
{
	return json_text_of(arena, shape, rep);
}

static void know(struct known *known, struct str id, const struct json_shape *shape, const void *rep)
{
	struct str *text = arena_alloc(known->arena, sizeof *text);
	*text = text_of(known->arena, shape, rep);
	table_put(&known->by_id, id, text);
}

enum standing { NEW, CHANGED, SAME };

static enum standing standing(
	const struct known *known, struct str id, const struct json_shape *shape, const void *rep)
{
	const struct str *before = table_get(&known->by_id, id);
	if (!before)
		return NEW;
	return str_eq(*before, text_of(known->arena, shape, rep)) ? SAME : CHANGED;
}

static struct known know_all(struct arena *arena, const struct draft *live)
{
	struct known known = { arena, table_new(arena, 0) };
	for (size_t i = 0; i < live->clients_n; i++)
		know(&known, live->clients[i]->rep.client.id, &client_shape, &live->clients[i]->rep);
	for (size_t i = 0; i < live->scopes_n; i++)
		know(&known, live->scopes[i]->rep.scope.id, &scope_shape, &live->scopes[i]->rep);
	for (size_t i = 0; i < live->roles_n; i++)
		know(&known, live->roles[i]->rep.role.id, &role_shape, &live->roles[i]->rep);
	for (size_t i = 0; i < live->groups_n; i++)
		know(&known, live->groups[i]->rep->group.id, &group_shape, live->groups[i]->rep);
	for (size_t i = 0; i < live->components_n; i++)
		know(&known, live->components[i]->rep.id, &component_shape, &live->components[i]->rep);
	return known;
}

/* ---- what is there no more ---- */

static void delete_rows(struct row_batch *batch, const struct db_statement *const *statements, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		row_add(batch, statements[i], DB_VALUES(db_text(id)));
}

static void delete_component(struct row_batch *batch, const struct component_rep *component)
{
	row_add(batch, &statement_plan_component_delete, DB_VALUES(db_text(component->id)));
	for (size_t i = 0; i < component->children_n; i++) {
		const struct component_rep *children = component->children[i].items;
		for (size_t j = 0; j < component->children[i].n; j++)
			delete_component(batch, &children[j]);
	}
}

static void deletions(struct row_batch *batch, const struct draft *live, const struct known *wanted)
{
	static const struct db_statement *const role[] = { &statement_plan_role_leave_users,
		&statement_plan_role_delete };
	static const struct db_statement *const group[] = { &statement_plan_group_leave_users,
		&statement_plan_group_delete };
	static const struct db_statement *const scope[] = { &statement_plan_scope_delete };
	for (size_t i = 0; i < live->clients_n; i++)
		if (!table_get(&wanted->by_id, live->clients[i]->rep.client.id))
			row_delete_client(batch, live->clients[i]->rep.client.id);
	/* A client's roles went with it. */
	for (size_t i = 0; i < live->roles_n; i++)
		if (!table_get(&wanted->by_id, live->roles[i]->rep.role.id))
			delete_rows(batch, role, ARRAY_LENGTH(role), live->roles[i]->rep.role.id);
	for (size_t i = 0; i < live->groups_n; i++)
		if (!table_get(&wanted->by_id, live->groups[i]->rep->group.id))
			delete_rows(batch, group, ARRAY_LENGTH(group), live->groups[i]->rep->group.id);
	for (size_t i = 0; i < live->scopes_n; i++)
		if (!table_get(&wanted->by_id, live->scopes[i]->rep.scope.id))
			delete_rows(batch, scope, ARRAY_LENGTH(scope), live->scopes[i]->rep.scope.id);
	for (size_t i = 0; i < live->components_n; i++)
		if (!table_get(&wanted->by_id, live->components[i]->rep.id))
			delete_component(batch, &live->components[i]->rep);
}

/* ---- what is there ---- */

/* A row that is there goes and comes again where nothing else hangs on it. */
static void put_things(struct row_batch *batch, const struct draft *target, const struct known *known)
{
	for (size_t i = 0; i < target->scopes_n; i++) {
		const struct scope_rep *rep = &target->scopes[i]->rep;
		enum standing how = standing(known, rep->scope.id, &scope_shape, rep);
		if (how == CHANGED)
			row_add(batch, &statement_plan_scope_delete, DB_VALUES(db_text(rep->scope.id)));
		if (how != SAME)
			row_add_scope(batch, rep);
	}
	for (size_t i = 0; i < target->clients_n; i++) {
		const struct client_rep *rep = &target->clients[i]->rep;
		enum standing how = standing(known, rep->client.id, &client_shape, rep);
		if (how == CHANGED)
			row_change_client(batch, rep);
		else if (how == NEW)
			row_add_client(batch, rep);
	}
	for (size_t i = 0; i < target->components_n; i++) {
		const struct draft_component *one = target->components[i];
		enum standing how = standing(known, one->rep.id, &component_shape, &one->rep);
		if (how == CHANGED)
			delete_component(batch, &one->rep);
		if (how != SAME)
			row_add_component(batch, &one->rep, one->provider_type, batch->realm_id);
	}
}

static void put_roles_and_groups(struct row_batch *batch, const struct draft *target, const struct known *known)
{
	const struct str nothing = { NULL, 0 };
	for (size_t i = 0; i < target->roles_n; i++) {
		const struct draft_role *role = target->roles[i];
		enum standing how = standing(known, role->rep.role.id, &role_shape, &role->rep);
		if (how == CHANGED)
			row_add(batch, &statement_plan_role_delete, DB_VALUES(db_text(role->rep.role.id)));
		if (how != SAME)
			row_add_role(batch, &role->rep, role->client ? role->client->rep.client.id : nothing);
	}
	for (size_t i = 0; i < target->groups_n; i++) {
		const struct draft_group *group = target->groups[i];
		enum standing how = standing(known, group->rep->group.id, &group_shape, group->rep);
		if (how == CHANGED)
			row_add(batch, &statement_plan_group_delete, DB_VALUES(db_text(group->rep->group.id)));
		if (how != SAME)
			row_add_group(batch, group->rep, group->parent ? group->parent->rep->group.id : nothing);
	}
}

static void put_links(struct row_batch *batch, struct draft *target)
{
	static const struct db_statement *const before[] = { &statement_realm_purge_links,
		&statement_realm_purge_realm_links, &statement_realm_purge_composites,
		&statement_realm_purge_mappings, &statement_realm_purge_group_roles };
	for (size_t i = 0; i < ARRAY_LENGTH(before); i++)
		row_add(batch, before[i], DB_VALUES(db_text(batch->realm_id)));
	draft_link_rows(target, batch);
}

static void put_realm(struct row_batch *batch, const struct store_plan *plan)
{
	const struct effect_realm change = { .rep = &plan->target->realm,
		.old_name = plan->realm_name,
		.version = plan->version,
		.emails_change = plan->before->duplicate_emails_allowed != plan->after->duplicate_emails_allowed };
	row_change_realm(batch, &change);
}

/* The realm's row first: it holds whoever else writes the realm. */
static enum error_code run_step(void *argument, struct db *db, struct why *reterr_why)
{
	const struct plan_step *step = argument;
	enum error_code error = db_run_batch(db, step->batch->calls, 1, reterr_why);
	if (!error && step->effects && step->effects->n) {
		struct store_work work = store_work_effects(step->effects);
		error = store_apply(step->store, db, &work, reterr_why);
	}
	return error ? error : db_run_batch(db, step->batch->calls + 1, step->batch->n - 1, reterr_why);
}

enum error_code store_plan_apply(struct store *store, const struct store_plan *plan,
	const struct effects *effects, const struct store_import_options *options,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	WRITES_SCOPED writes = writes_new(store, &options->writer);
	struct row_batch batch = { .arena = arena, .store = store, .realm_id = plan->realm_id, .why = reterr_why };
	struct known known = know_all(arena, plan->live), wanted = know_all(arena, plan->target);
	put_realm(&batch, plan);
	deletions(&batch, plan->live, &wanted);
	put_things(&batch, plan->target, &known);
	put_roles_and_groups(&batch, plan->target, &known);
	put_links(&batch, plan->target);
	if (batch.code)
		return batch.code;
	struct plan_step step = { store, effects, &batch };
	return writes_run(&writes, run_step, &step, reterr_why);
}
