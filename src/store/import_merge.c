/* Users of a file into a realm that is there: added and changed, never removed; see plan.h. */
#include "base/tables.h"
#include "crypto/random.h"
#include "json/tree.h"
#include "store/effects.h"
#include "store/import_internal.h"
#include "store/plan_internal.h"
#include "store/statements.h"

/* One transaction's worth of users. */
struct slice {
	struct user_pass *pass;
	struct arena *arena;
	struct effects effects;
	struct row_batch rows; /* memberships and credentials that effects have no kind for */
};

/* The user at hand, before and after. */
struct merged {
	struct slice *slice;
	const struct gathered *from;
	struct user before, after;
	bool row, any, password;
};

/* ---- telling ---- */

static struct json_node *text_or_null(struct merged *m, struct str text)
{
	return text.n ? json_node_text(m->slice->arena, text) : NULL;
}

static void tell(struct merged *m, const char *field, const struct json_node *before, const struct json_node *after)
{
	struct import *import = m->slice->pass->import;
	struct arena *lasting = import->arena;
	bool kept = import->plan->n < PLAN_CHANGES_MAX;
	struct str name = str_from(field);
	const struct plan_change change = { .operation = PLAN_CHANGE,
		.thing = kept ? arena_join(lasting, STR("user "), m->before.username, STR("")) : STR(""),
		.field = kept ? arena_str(lasting, name) : STR(""),
		.before = kept ? arena_str(lasting, plan_shown(m->slice->arena, name, before)) : STR(""),
		.after = kept ? arena_str(lasting, plan_shown(m->slice->arena, name, after)) : STR("") };
	import->plan->changed += !m->any;
	m->any = true;
	plan_add_change(lasting, import->plan, &change);
}

static void tell_new(struct slice *slice, struct str username)
{
	struct import *import = slice->pass->import;
	const struct plan_change change = { .operation = PLAN_ADD,
		.thing = import->plan->n < PLAN_CHANGES_MAX
			? arena_join(import->arena, STR("user "), username, STR("")) : STR("") };
	import->plan->added++;
	plan_add_change(import->arena, import->plan, &change);
}

/* ---- fields of the row ---- */

static void take_text(struct merged *m, bool sent, const char *field, struct str *now, struct str wanted)
{
	if (!sent || str_eq(*now, wanted))
		return;
	tell(m, field, text_or_null(m, *now), text_or_null(m, wanted));
	*now = wanted;
	m->row = true;
}

static void take_flag(struct merged *m, bool sent, const char *field, bool *now, bool wanted)
{
	if (!sent || *now == wanted)
		return;
	tell(m, field, json_node_bool(m->slice->arena, *now), json_node_bool(m->slice->arena, wanted));
	*now = wanted;
	m->row = true;
}

static struct json_node *values_of(struct merged *m, const struct json_list_pair *pair)
{
	return pair ? json_node_texts(m->slice->arena, pair->values, pair->n) : NULL;
}

/* Attributes that the file has not stay. */
static void take_attributes(struct merged *m)
{
	struct user *after = &m->after;
	const struct user *wanted = &m->from->rep->user;
	struct json_list_pair *pairs =
		arena_array(m->slice->arena, after->attributes_n + wanted->attributes_n, sizeof *pairs);
	for (size_t i = 0; i < after->attributes_n; i++)
		pairs[i] = after->attributes[i];
	after->attributes = pairs;
	for (size_t i = 0; i < wanted->attributes_n; i++) {
		const struct json_list_pair *one = &wanted->attributes[i];
		struct json_list_pair *now = NULL;
		for (size_t j = 0; !now && j < after->attributes_n; j++)
			if (str_eq(pairs[j].key, one->key))
				now = &pairs[j];
		struct json_node *a = values_of(m, now), *b = values_of(m, one);
		if (a && str_eq(json_tree_text(m->slice->arena, a), json_tree_text(m->slice->arena, b)))
			continue;
		tell(m, arena_format(m->slice->arena, "attributes.%.*s", STR_ARG(one->key)).p, a, b);
		*(now ? now : &pairs[after->attributes_n++]) = *one;
		m->row = true;
	}
}

static void take_actions(struct merged *m)
{
	const struct user_rep *rep = m->from->rep;
	const struct str_list *wanted = &m->from->user.required_actions, *now = &m->before.required_actions;
	bool same = wanted->n == now->n;
	for (size_t i = 0; same && i < wanted->n; i++)
		same = str_list_has(now, wanted->items[i]);
	if (same || !JSON_SENT(&user_shape, rep, user.required_actions.items))
		return;
	tell(m, "requiredActions", json_node_texts(m->slice->arena, now->items, now->n),
		json_node_texts(m->slice->arena, wanted->items, wanted->n));
	m->after.required_actions = *wanted;
	m->row = true;
}

static void take_row(struct merged *m)
{
	const struct user_rep *rep = m->from->rep;
	struct user *after = &m->after;
	struct str email = store_lower(m->slice->arena, rep->user.email);
	take_text(m, JSON_SENT(&user_shape, rep, user.email), "email", &after->email, email);
	take_text(m, JSON_SENT(&user_shape, rep, user.first_name), "firstName", &after->first_name,
		rep->user.first_name);
	take_text(m, JSON_SENT(&user_shape, rep, user.last_name), "lastName", &after->last_name,
		rep->user.last_name);
	take_flag(m, JSON_SENT(&user_shape, rep, user.enabled), "enabled", &after->enabled,
		rep->user.enabled);
	take_flag(m, JSON_SENT(&user_shape, rep, user.email_verified), "emailVerified",
		&after->email_verified, rep->user.email_verified);
	if (rep->user.not_before_s > after->not_before_s) {
		tell(m, "notBefore", json_node_int(m->slice->arena, after->not_before_s),
			json_node_int(m->slice->arena, rep->user.not_before_s));
		after->not_before_s = rep->user.not_before_s;
		m->row = true;
	}
	take_attributes(m);
	take_actions(m);
}

/* ---- roles and groups: added ---- */

static void take_memberships(struct merged *m, const struct str_list *wanted, const struct str_list *now,
	const char *field, const struct db_statement *add)
{
	struct json_node *list = json_node_list(m->slice->arena);
	for (size_t i = 0; i < wanted->n; i++) {
		if (str_list_has(now, wanted->items[i]))
			continue;
		json_node_add(list, json_node_text(m->slice->arena, wanted->items[i]));
		row_add(&m->slice->rows, add, DB_VALUES(db_text(m->before.id), db_text(wanted->items[i])));
	}
	if (list->n)
		tell(m, field, NULL, list);
}

/* ---- credentials ---- */

static bool is_same_password(const struct user_pass *pass, const struct credential *now, struct str plain)
{
	struct password_hash hash;
	bool same = false;
	return credential_read(pass->arena, now, &hash, NULL) == OK &&
	       password_verify(plain, &hash, &same, NULL) == OK && same;
}

static enum error_code take_password(struct merged *m, const struct credential *wanted, struct str plain)
{
	struct slice *slice = m->slice;
	const struct credential *now = credential_password(&m->before);
	struct credential one = *wanted;
	if (plain.n && representation_is_masked(plain))
		return OK;
	if (now && (plain.n ? is_same_password(slice->pass, now, plain)
			    : str_eq(now->secret_data, wanted->secret_data)))
		return OK;
	tell(m, "password", now ? json_node_bool(slice->arena, true) : NULL,
		json_node_bool(slice->arena, true));
	m->password = true;
	if (slice->pass->dry)
		return OK;
	enum error_code error = plain.n ? import_hash(slice->pass, plain, m->from->path, &one) : OK;
	if (!error)
		effects_add(&slice->effects, EFFECT_CREDENTIAL_REPLACE)->u.credential =
			(struct effect_credential){ m->before.realm_id, m->before.id, one, { NULL, 0 } };
	return error;
}

static void take_other(struct merged *m, const struct credential *wanted)
{
	struct slice *slice = m->slice;
	for (size_t i = 0; i < m->before.credentials_n; i++)
		if (str_eq(m->before.credentials[i].type, wanted->type) &&
			str_eq(m->before.credentials[i].secret_data, wanted->secret_data))
			return;
	tell(m, "credentials", NULL, json_node_text(slice->arena, wanted->type));
	struct str id = wanted->id.n ? wanted->id : random_uuid(slice->arena);
	row_add(&slice->rows, &statement_plan_credential_add,
		DB_VALUES(db_text(m->before.id), db_text(id), db_text(wanted->type), db_text(wanted->label),
			db_text(wanted->secret_data), db_text(wanted->credential_data),
			db_int(wanted->created_ms), db_int(wanted->priority)));
}

/* The user's credentials are those of the file that count, in its order. */
static enum error_code take_credentials(struct merged *m)
{
	const struct user_rep *rep = m->from->rep;
	enum error_code error = OK;
	size_t at = 0;
	for (size_t i = 0; !error && i < rep->credentials_n && at < m->from->user.credentials_n; i++) {
		const struct credential *wanted = &m->from->user.credentials[at];
		struct str plain = rep->credentials[i].value;
		bool counts = plain.n ? !representation_is_masked(plain)
				      : rep->credentials[i].hashed_value.n ||
						rep->credentials[i].credential.secret_data.n;
		if (!counts)
			continue;
		at++;
		if (str_eq(wanted->type, STR("password")))
			error = take_password(m, wanted, plain);
		else
			take_other(m, wanted);
	}
	return error;
}

/* ---- one user ---- */

static enum error_code hash_new(struct slice *slice, const struct gathered *from, struct user *user)
{
	enum error_code error = OK;
	size_t at = 0;
	for (size_t i = 0; !error && i < from->rep->credentials_n && at < user->credentials_n; i++) {
		struct str plain = from->rep->credentials[i].value;
		bool counts = plain.n ? !representation_is_masked(plain)
				      : from->rep->credentials[i].hashed_value.n ||
						from->rep->credentials[i].credential.secret_data.n;
		if (counts && plain.n)
			error = import_hash(slice->pass, plain, from->path, &user->credentials[at]);
		at += counts;
	}
	return error;
}

static enum error_code add_new(struct slice *slice, const struct gathered *from)
{
	tell_new(slice, from->user.username);
	if (slice->pass->dry)
		return OK;
	struct user user = from->user;
	enum error_code error = hash_new(slice, from, &user);
	effects_add(&slice->effects, EFFECT_USER_CREATE)->u.user = user;
	return error;
}

static enum error_code change(struct slice *slice, const struct gathered *from, const struct user *before)
{
	struct import *import = slice->pass->import;
	struct merged m = { .slice = slice, .from = from, .before = *before, .after = *before };
	take_row(&m);
	take_memberships(&m, &from->user.role_ids, &before->role_ids, "roles", &statement_user_role_add);
	take_memberships(&m, &from->user.group_ids, &before->group_ids, "groups", &statement_user_group_add);
	enum error_code error = take_credentials(&m);
	if (error || slice->pass->dry || !m.any)
		return error;
	struct user *lasting = arena_alloc(slice->arena, 2 * sizeof *lasting);
	lasting[0] = m.before;
	lasting[1] = m.after;
	const struct plan_user told = { &lasting[0], &lasting[1], m.password };
	if (m.row)
		effects_add(&slice->effects, EFFECT_USER_UPDATE)->u.user = m.after;
	/* Orders to end sessions come behind: they raise the row's version. */
	return import->merge->changes ? import->merge->changes(import->merge->context, &told,
						&slice->effects, import->why)
				      : OK;
}

static enum error_code take_one(struct slice *slice, const struct gathered *from)
{
	struct import *import = slice->pass->import;
	struct user *before;
	struct why why = { "" };
	enum error_code error = store_find_user_by_login(import->store, slice->arena, import->plan->realm_id,
		store_lower(slice->arena, from->user.username), false,
		USER_ROLES | USER_GROUPS | USER_CREDENTIALS, &before, &why);
	if (error == ERROR_NAME_NOT_FOUND)
		return add_new(slice, from);
	return error ? error_because(import->why, error, "%s: %s", from->path, why.text)
		     : change(slice, from, before);
}

/* ---- the slice ---- */

static enum error_code write_slice(void *argument, struct db *db, struct why *reterr_why)
{
	const struct slice *slice = argument;
	struct store_work work = store_work_effects(&slice->effects);
	enum error_code error =
		slice->effects.n ? store_apply(slice->pass->import->store, db, &work, reterr_why) : OK;
	return error ? error : db_run_batch(db, slice->rows.calls, slice->rows.n, reterr_why);
}

enum error_code import_merge_slice(struct user_pass *pass, const struct gathered *users, size_t n)
{
	ARENA_SCOPED arena = arena_new(0);
	struct import *import = pass->import;
	struct why why = { "" };
	struct slice slice = { .pass = pass, .arena = arena, .effects = effects_new(arena) };
	enum error_code error = OK;
	slice.rows = (struct row_batch){ .arena = arena, .store = import->store,
		.realm_id = import->plan->realm_id, .why = &why };
	for (size_t i = 0; !error && i < n; i++)
		error = take_one(&slice, &users[i]);
	if (!error && !pass->dry && (slice.effects.n || slice.rows.n)) {
		error = writes_run(&import->writes, write_slice, &slice, &why);
		if (error)
			return error_because(import->why, error, "between %s and %s: %s", users[0].path,
				users[n - 1].path, why.text);
	}
	import->summary.users += (int64_t)n;
	return error ? error : import_progress(import, pass->bytes_done);
}
