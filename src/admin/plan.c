/* POST /admin/local/plan: what a file would change of a realm, and doing it; the same for imports
 * that merge. */
#include "admin/ending.h"
#include "admin/handlers.h"
#include "admin/import_call.h"
#include "admin/serve.h"
#include "admin/service_account.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/plan.h"

/* ---- answers ---- */

static void write_change(struct json_writer *w, const struct plan_change *change)
{
	static const char *const names[] = { [PLAN_ADD] = "add", [PLAN_CHANGE] = "change", [PLAN_REMOVE] = "remove" };
	json_write_object_begin(w);
	json_member_text(w, "operation", str_from(names[change->operation]));
	json_member_text(w, "thing", change->thing);
	if (change->field.n)
		json_member_text(w, "field", change->field);
	if (change->before.n)
		json_member_text(w, "before", change->before);
	if (change->after.n)
		json_member_text(w, "after", change->after);
	json_write_object_end(w);
}

static void answer(struct admin_call *call, const struct store_plan *plan, bool applied, int64_t users)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_text(w, "realm", plan->realm_name);
	json_member_bool(w, "applied", applied);
	json_member_int(w, "added", plan->added);
	json_member_int(w, "changed", plan->changed);
	json_member_int(w, "removed", plan->removed);
	json_member_int(w, "users", users);
	json_member_int(w, "more", (int64_t)plan->more);
	json_member_array_begin(w, "changes");
	for (size_t i = 0; i < plan->n; i++)
		write_change(w, &plan->changes[i]);
	json_write_array_end(w);
	json_member_texts(w, "warnings", plan->warnings.items, plan->warnings.n);
	json_write_object_end(w);
	admin_json_end(call, w);
}

/* ---- doing it ---- */

enum error_code import_visit(struct admin_call *call, struct str name, struct why *reterr_why)
{
	struct visit fresh;
	enum error_code code = visit_open_named(&fresh, call->app, call->request, call->response, name, reterr_why);
	if (code != OK)
		return code;
	if (call->visit.app)
		visit_close(&call->visit);
	call->visit = fresh;
	call->realm = fresh.realm;
	return OK;
}

/* What the plan's clients need beside their rows: ends of sessions, service accounts. */
static enum error_code add_of_clients(struct admin_call *call, const struct store_plan *plan, struct effects *effects,
				      struct why *reterr_why)
{
	enum error_code code = OK;
	for (size_t i = 0; i < plan->clients_n && code == OK; i++) {
		const struct client *before = plan->clients[i].before, *after = plan->clients[i].after;
		const struct mass_order gone = { .door = DOOR_CLIENT_DELETED, .client = before };
		bool account = (before && before->service_accounts_enabled) || (after && after->service_accounts_enabled);
		if (!after)
			ending_add(call, &gone, effects);
		else if (before)
			ending_client_change(call, before, after, effects);
		if (account)
			code = service_account_fit(call, after ? after : before, !after, effects, reterr_why);
	}
	return code;
}

static enum error_code apply_realm(struct admin_call *call, struct import_call *import, const struct store_plan *plan,
				   struct why *reterr_why)
{
	struct effects effects = effects_new(call->arena);
	enum error_code code = import_visit(call, plan->realm_name, reterr_why);
	if (code != OK || !plan->n)
		return code;
	struct str signout = ending_realm_change(call, plan->before, plan->after, &effects);
	if ((code = add_of_clients(call, plan, &effects, reterr_why)) != OK)
		return code;
	admin_event_add(call, &effects, "UPDATE", "REALM", STR(""));
	code = store_plan_apply(call->app->store, plan, &effects, &import->options, reterr_why);
	if (code != OK)
		return code;
	snapshots_changed(call->app->snapshots, call->realm->settings.id);
	call->app->wake_outbox(call->app->outbox);
	ending_committed(call, signout);
	return import_visit(call, plan->realm_name, reterr_why);
}

static enum error_code of_user(void *context, const struct plan_user *user, struct effects *effects,
			       struct why *reterr_why)
{
	(void)reterr_why;
	ending_user_change(context, user->before, user->after, user->password, effects);
	return OK;
}

struct doing {
	struct store_plan plan;
	struct store_import_summary users;
};

/* The realm is written before its users are: what is wrong with these is found first, so that nothing is written. */
static enum error_code rehearse_users(struct admin_call *call, struct import_call *import, const struct doing *doing,
				      struct why *reterr_why)
{
	const struct plan_users_options users = { .write = false };
	struct doing rehearsal = *doing;
	return store_plan_users(call->app->store, call->arena, &rehearsal.plan, &import->source, &import->options, &users,
				&rehearsal.users, reterr_why);
}

static enum error_code round_of(struct admin_call *call, struct import_call *import, bool prune, bool apply,
				struct doing *doing, struct why *reterr_why)
{
	const struct plan_users_options users = { .write = apply, .changes = of_user, .context = call };
	*doing = (struct doing){ .users = { .users = 0 } };
	enum error_code code = store_plan_make(
		call->app->store, call->arena, &import->source, &import->options, prune, &doing->plan, reterr_why);
	if (code == OK && apply)
		code = rehearse_users(call, import, doing, reterr_why);
	if (code == OK && apply)
		code = apply_realm(call, import, &doing->plan, reterr_why);
	if (code == OK)
		code = store_plan_users(call->app->store, call->arena, &doing->plan, &import->source, &import->options,
					&users, &doing->users, reterr_why);
	if (code == OK && apply)
		call->app->wake_outbox(call->app->outbox);
	return code;
}

static enum error_code do_plan(struct admin_call *call, struct import_call *import, bool prune, bool apply,
			       struct doing *doing, struct why *reterr_why)
{
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = round_of(call, import, prune, apply, doing, reterr_why);
	if (code == OK && apply)
		log_write(LOG_INFO, "admin", "applied %.*s to realm %.*s: %lld added, %lld changed, %lld removed",
			  STR_ARG(import->source.name), STR_ARG(doing->plan.realm_name), (long long)doing->plan.added,
			  (long long)doing->plan.changed, (long long)doing->plan.removed);
	return code;
}

/* ---- a realm that is not there yet ---- */

static void answer_new(struct admin_call *call, struct import_call *import, struct store_plan *plan, bool apply)
{
	struct why why = { "" };
	struct store_import_summary summary;
	static struct plan_change all = { .operation = PLAN_ADD, .thing = STR_INIT("realm") };
	enum error_code code = OK;
	if (apply) {
		code = store_import(call->app->store, call->arena, &import->source, &import->options, &summary, &why);
	} else {
		struct store_import_rehearsal rehearsal;
		code = store_import_rehearse(
			call->app->store, call->arena, &import->source, &import->options, &rehearsal, &why);
	}
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	if (apply)
		import_published(call->app, import->source.name, &summary);
	*plan = (struct store_plan){ .realm_name = plan->realm_name, .changes = &all, .n = 1, .added = 1 };
	if (apply)
		plan->warnings = summary.warnings;
	answer(call, plan, apply, apply ? summary.users : 0);
}

static void run(struct admin_call *call, struct import_call *import, bool prune, bool apply)
{
	struct doing doing;
	struct why why = { "" };
	enum error_code code = do_plan(call, import, prune, apply, &doing, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		answer_new(call, import, &doing.plan, apply);
	else if (code != OK)
		admin_fail(call, code, &why);
	else
		answer(call, &doing.plan, apply, doing.users.users);
}

void import_merge(struct admin_call *call, struct import_call *import)
{
	run(call, import, false, true);
}

static void local_plan(struct admin_call *call)
{
	struct import_call import;
	import_begin(call, &import);
	run(call, &import, admin_query_true(call, "prune", false), admin_query_true(call, "apply", false));
	progress_end(import.job);
}

ADMIN_HANDLER(admin_local_plan, local_plan)
