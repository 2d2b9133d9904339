/* Making a plan: the realm as it is, the file over it, and what differs; see plan.h. */
#include "store/plan_internal.h"

#include "base/tables.h"
#include "store/defaults.h"
#include "store/export.h"
#include "store/import_internal.h"
#include "store/statements.h"

struct planning {
	struct import import; /* walks the source */
	struct arena *arena;
	struct text members; /* of the file, but for its users */
	struct store_plan plan;
	struct why *why;
};

/* ---- the file ---- */

static enum error_code take_member(void *context, const struct json_cut_item *item, int64_t bytes_done)
{
	struct planning *p = context;
	if (item->kind == JSON_CUT_ELEMENT)
		return item->index % 1000 ? OK : import_progress(&p->import, bytes_done);
	if (item->kind != JSON_CUT_MEMBER || p->import.object > 0)
		return OK;
	if (p->members.n + item->raw.n > DRAFT_LIMIT)
		return error_because(p->why, ERROR_TOO_LARGE,
			"the realm without its users is larger than %d bytes", DRAFT_LIMIT);
	text_add_char(&p->members, p->members.n ? ',' : '{');
	json_add_text(&p->members, item->name);
	text_add_char(&p->members, ':');
	text_add(&p->members, item->raw);
	return OK;
}

static enum error_code read_file(struct planning *p, struct json_node **ret_file)
{
	static const char *const streamed[] = { "users", NULL };
	enum error_code error = import_walk_streamed(&p->import, streamed, take_member, p);
	if (error)
		return error;
	text_add(&p->members, p->members.n ? STR("}") : STR("{}"));
	if ((error = json_tree_read(p->arena, text_str(&p->members), ret_file, p->why)))
		return error;
	p->plan.realm_name = json_tree_get_text(*ret_file, STR("realm"));
	return realm_name_check(p->plan.realm_name, "$", p->why);
}

/* ---- the realm as it is ---- */

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	struct text *text = context;
	text_add(text, piece);
	return text->failed ? error_because(reterr_why, ERROR_TOO_LARGE, "the realm is too large") : OK;
}

/* The version first: what is written meanwhile makes the plan stale. */
static enum error_code find_realm(struct planning *p)
{
	struct db_rows rows;
	enum error_code error = store_read(p->import.store, p->arena, &statement_realm_by_name,
		DB_VALUES(db_text(p->plan.realm_name)), &rows, p->why);
	if (error)
		return error;
	if (!rows.n)
		return error_because(p->why, ERROR_NAME_NOT_FOUND, "there is no realm \"%.*s\"",
			STR_ARG(p->plan.realm_name));
	p->plan.realm_id = db_cell_text(&rows, 0, 0);
	p->plan.version = db_cell_int(&rows, 0, 2);
	return OK;
}

static enum error_code draft_of(struct planning *p, struct str json, struct draft **ret_draft)
{
	enum error_code error;
	struct draft *draft = draft_new(p->arena, p->import.options->now_ms);
	if ((error = draft_take_defaults(draft, defaults_realm, p->why)) ||
		(error = draft_take_text(draft, json, p->why)) ||
		(error = draft_complete(draft, p->why)) || (error = draft_resolve(draft, p->why)))
		return error;
	*ret_draft = draft;
	return OK;
}

static enum error_code tree_of(struct planning *p, struct draft *draft, struct json_node **ret_tree)
{
	struct str text = draft_text(draft);
	return text.n ? json_tree_read(p->arena, text, ret_tree, p->why)
		      : error_because(p->why, ERROR_TOO_LARGE, "the realm is too large");
}

static enum error_code read_live(struct planning *p, struct json_node **ret_live)
{
	struct text text = text_new(p->arena, 2 * DRAFT_LIMIT);
	const struct store_export_options options = { .clients = true, .groups_roles = true,
		.no_users = true, .write = collect, .context = &text };
	enum error_code error = find_realm(p);
	if (!error)
		error = store_export_realm(p->import.store, p->plan.realm_name, &options, p->why);
	if (!error)
		error = draft_of(p, text_str(&text), &p->plan.live);
	return error ? error : tree_of(p, p->plan.live, ret_live);
}

/* ---- the plan ---- */

/* The file's names come first here: two clients of one name are an error of the file's. */
static void pair_clients(struct planning *p)
{
	const struct draft *live = p->plan.live, *target = p->plan.target;
	for (size_t i = 0; i < target->clients_n; i++) {
		const struct client *after = &target->clients[i]->rep.client;
		const struct draft_client *before = table_get(&live->client_by_client_id, after->client_id);
		*(struct plan_client *)arena_push(p->arena, &p->plan.clients, &p->plan.clients_n,
			sizeof *p->plan.clients) =
			(struct plan_client){ before ? &before->rep.client : NULL, after };
	}
	for (size_t i = 0; i < live->clients_n; i++) {
		const struct client *before = &live->clients[i]->rep.client;
		if (!table_get(&target->client_by_client_id, before->client_id))
			*(struct plan_client *)arena_push(p->arena, &p->plan.clients,
				&p->plan.clients_n, sizeof *p->plan.clients) =
				(struct plan_client){ before, NULL };
	}
}

static enum error_code make(struct planning *p, bool prune)
{
	struct json_node *file, *live, *target;
	enum error_code error = read_file(p, &file);
	if (error)
		return error;
	if (prune && str_eq_z(p->plan.realm_name, "master"))
		return error_because(p->why, ERROR_INVALID_VALUE,
			"nothing of the realm master is pruned: it holds what administers the others");
	if ((error = read_live(p, &live)))
		return error;
	target = plan_merge(p->arena, live, file, prune);
	json_node_put(target, STR("id"), json_node_text(p->arena, p->plan.realm_id));
	if ((error = draft_of(p, json_tree_text(p->arena, target), &p->plan.target)) ||
		(error = tree_of(p, p->plan.live, &live)) || (error = tree_of(p, p->plan.target, &target)))
		return error;
	plan_differ(p->arena, live, target, &p->plan);
	p->plan.before = &p->plan.live->realm.settings;
	p->plan.after = &p->plan.target->realm.settings;
	p->plan.warnings = p->plan.target->warnings;
	pair_clients(p);
	return OK;
}

enum error_code store_plan_make(struct store *store, struct arena *arena,
	const struct store_import_source *source, const struct store_import_options *options,
	bool prune, struct store_plan *ret_plan, struct why *reterr_why)
{
	struct why why = { "" };
	struct planning p = { .arena = arena, .members = text_new(arena, DRAFT_LIMIT + DRAFT_LIMIT / 8),
		.why = &why };
	p.import = (struct import){ .store = store, .source = source, .options = options,
		.arena = arena, .passes = 2, .why = &why };
	enum error_code error = import_measure(&p.import);
	if (!error)
		error = make(&p, prune);
	if (!error || error == ERROR_NAME_NOT_FOUND)
		*ret_plan = p.plan;
	return error ? error_because(reterr_why, error, "%.*s: %s", STR_ARG(source->name), why.text) : OK;
}
