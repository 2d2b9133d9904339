/* See one_commit.h. */
#include "admin/one_commit.h"

#include "run/store_calls.h"
#include "store/apply.h"
#include "store/within.h"

struct whole {
	struct admin_call *call;
	const struct admin *admin;
	const struct one_commit *commit;
	struct db *db;
	bool working;         /* the work itself writes, not a handler */
	bool answered;
	enum error_code code; /* of the list that could not be written */
};

static struct effects without_events(const struct effects *effects)
{
	struct effects left = effects_new(effects->arena);
	for (size_t i = 0; i < effects->n; i++)
		if (effects->items[i].kind != EFFECT_ADMIN_EVENT)
			*effects_add(&left, effects->items[i].kind) = effects->items[i];
	return left;
}

static enum error_code apply(void *context, const struct effects *effects, struct why *reterr_why)
{
	struct whole *whole = context;
	struct effects list = whole->commit->own_events && !whole->working ? without_events(effects) : *effects;
	const struct store_work work = store_work_effects(&list);
	whole->code = store_apply(whole->admin->app->store, whole->db, &work, reterr_why);
	return whole->code;
}

static void wake_nobody(void *nobody)
{
	(void)nobody;
}

/* With a visit to the realm as the transaction has it. */
static bool work_inside(struct whole *whole, struct app *app)
{
	struct admin admin = *whole->admin;
	struct admin_call inside = *whole->call;
	struct why why = { "" };
	admin.app = inside.app = app;
	admin.caller = &inside;
	enum error_code code = visit_open_named(&inside.visit, app, inside.request, inside.response,
						whole->call->realm->settings.name, &why);
	if (code != OK) {
		admin_fail(whole->call, code, &why);
		return false;
	}
	inside.realm = inside.visit.realm;
	(void)admin_may(&inside, (enum permission)inside.request->route->permission); /* finds what is held, once */
	bool good = whole->commit->work(&inside, &admin, whole->commit->context);
	visit_close(&inside.visit);
	return good;
}

static enum error_code run(void *argument, struct db *db, struct why *reterr_why)
{
	struct whole *whole = argument;
	struct app app = *whole->admin->app;
	whole->db = db;
	whole->code = OK;
	app.store = store_within(app.store, db);
	app.snapshots = snapshots_like(app.snapshots, app.store);
	app.apply = apply;
	app.wake_outbox = wake_nobody;
	app.outbox = whole;
	bool good = work_inside(whole, &app);
	snapshots_free(app.snapshots);
	store_within_free(app.store);
	whole->answered = !good;
	if (good)
		return OK;
	return error_because(reterr_why, whole->code == OK ? ERROR_INVALID_VALUE : whole->code, "it was refused");
}

bool one_commit_apply(struct admin_call *inside, const struct effects *effects)
{
	struct whole *whole = inside->app->outbox;
	struct why why = { "" };
	whole->working = true;
	enum error_code code = app_apply(inside->app, effects, &why);
	whole->working = false;
	if (code != OK)
		admin_fail(inside, code, &why);
	return code == OK;
}

bool one_commit(struct admin_call *call, const struct admin *admin, const struct one_commit *commit)
{
	struct whole whole = { .call = call, .admin = admin, .commit = commit };
	struct why why = { "" };
	const struct store_writer writer = store_calls(admin->app->writer);
	enum error_code code = writer.apply(writer.context, run, &whole, &why);
	if (code != OK) {
		if (!whole.answered)
			admin_fail(call, code, &why);
		return false;
	}
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	call->app->wake_outbox(call->app->outbox);
	return true;
}
