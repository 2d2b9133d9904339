/* /admin/realms/{realm}/users: list, count, create. */
#include <time.h>

#include "admin/handlers.h"
#include "admin/serve.h"
#include "admin/user_rep.h"
#include "crypto/random.h"

/* 0 any, 1 true, -1 anything else that was said. */
static int choice(struct admin_call *call, const char *name)
{
	struct str value = admin_query(call, name);
	return !value.n ? 0 : str_eq_nocase(value, STR("true")) ? 1 : -1;
}

/* The next word or quoted text of `q` from *rest, up to `end`; quotes and backslashes are taken off. */
static struct str next_token(struct arena *arena, struct str *rest, char end)
{
	struct text text = text_new(arena, 0);
	bool quoted = rest->n && rest->p[0] == '"';
	size_t i = quoted;
	for (; i < rest->n; i++) {
		char c = rest->p[i];
		if (c == '\\' && i + 1 < rest->n)
			c = rest->p[++i];
		else if (quoted ? c == '"' : c == end || c == ' ')
			break;
		text_add_char(&text, c);
	}
	i += quoted && i < rest->n;
	*rest = str_drop(*rest, i);
	return text_str(&text);
}

/* A column that `q` may name as any attribute; NULL: it is none. */
static struct str *column(struct user_query *query, struct str name)
{
	return str_eq_z(name, "username") ? &query->username : str_eq_z(name, "email") ? &query->email :
	       str_eq_z(name, "firstName") ? &query->first_name : str_eq_z(name, "lastName") ? &query->last_name : NULL;
}

/* q: "name:value name2:"a value"". What has no colon is left out, as there. */
static void read_attributes(struct admin_call *call, struct user_query *query)
{
	struct str rest = str_trim(admin_query(call, "q"));
	struct json_pair *pairs = NULL;
	size_t n = 0;
	while (rest.n) {
		struct str name = next_token(call->arena, &rest, ':');
		bool has_value = rest.n && rest.p[0] == ':';
		if (has_value)
			rest = str_drop(rest, 1);
		struct str value = has_value ? next_token(call->arena, &rest, ' ') : STR("");
		rest = str_trim(rest);
		struct str *field = column(query, name);
		if (field && !field->n)
			*field = value;
		else if (!field && has_value && name.n)
			*(struct json_pair *)arena_push(call->arena, &pairs, &n, sizeof *pairs) =
				(struct json_pair){ name, value };
		else if (!has_value && !name.n)
			break;
	}
	query->attributes = pairs;
	query->attributes_n = n;
}

/* A moment of createdAfter and createdBefore: milliseconds, or a day in UTC. False: answered. */
static bool read_moment(struct admin_call *call, const char *name, int64_t *ret_ms)
{
	struct str value = admin_query(call, name);
	int64_t year, month, day;
	*ret_ms = 0;
	if (!value.n || str_to_int64(value, ret_ms))
		return true;
	if (value.n == 10 && value.p[4] == '-' && value.p[7] == '-' && str_to_int64(str_take(value, 4), &year) &&
	    str_to_int64(str_take(str_drop(value, 5), 2), &month) && str_to_int64(str_drop(value, 8), &day) &&
	    month >= 1 && month <= 12 && day >= 1 && day <= 31) {
		struct tm at = { .tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day };
		*ret_ms = (int64_t)timegm(&at) * 1000;
		return true;
	}
	admin_refuse(call, 400, arena_format(call->arena, "query parameter %s: '%.*s' is not a date", name,
					     STR_ARG(str_take(value, 40))));
	return false;
}

/* One user by id. */
static const struct str by_id = STR_INIT("id:");

static bool read_query(struct admin_call *call, struct user_query *query)
{
	struct str exact = admin_query(call, "exact");
	struct admin_page page;
	query->search = admin_query(call, "search");
	if (!str_trim(query->search).n) {
		query->username = admin_query(call, "username");
		query->email = admin_query(call, "email");
		query->first_name = admin_query(call, "firstName");
		query->last_name = admin_query(call, "lastName");
	}
	query->exact = str_eq_nocase(exact, STR("true"));
	query->attributes_part = exact.n && !query->exact;
	query->has_enabled = choice(call, "enabled");
	query->has_verified = choice(call, "emailVerified");
	query->provider = admin_query(call, "idpAlias");
	query->provider_user_id = admin_query(call, "idpUserId");
	read_attributes(call, query);
	/* As Keycloak: a question about a field finds service accounts too. */
	query->service_accounts = query->username.n || query->email.n || query->first_name.n || query->last_name.n;
	if (!read_moment(call, "createdAfter", &query->created_after_ms) ||
	    !read_moment(call, "createdBefore", &query->created_before_ms) || !admin_query_page(call, 100, &page))
		return false;
	query->first = page.first;
	query->max = page.max;
	return true;
}

/* search=id:ID ID2 ...: those that there are. */
static enum error_code find_by_ids(struct admin_call *call, struct str ids, struct user **ret_users, size_t *ret_n,
				   struct why *reterr_why)
{
	enum error_code code = OK;
	struct str rest = ids, id;
	while (code == OK && str_next(&rest, ' ', &id)) {
		struct user *user;
		if (!id.n)
			continue;
		code = store_find_user(call->app->store, call->arena, call->realm->settings.id, id, USER_CREDENTIALS, &user,
				       reterr_why);
		if (code == OK)
			*(struct user *)arena_push(call->arena, ret_users, ret_n, sizeof **ret_users) = *user;
		else if (code == ERROR_NAME_NOT_FOUND)
			code = OK;
	}
	return code;
}

static void list(struct admin_call *call)
{
	struct user_query query = { 0 };
	struct user_profile profile;
	struct user *users = NULL;
	struct why why = { "" };
	size_t n = 0;
	if (!read_query(call, &query) || !user_profile_load(call, &profile))
		return;
	/* Who may only ask whether there are some sees none, as at Keycloak. */
	if (!admin_may(call, PERMISSION_VIEW_USERS)) {
		admin_json(call, STR("[]"));
		return;
	}
	enum error_code code = str_starts(query.search, by_id) ?
		find_by_ids(call, str_drop(query.search, by_id.n), &users, &n, &why) :
		store_list_users(call->app->store, call->arena, call->realm->settings.id, &query, &users, &n, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return;
	}
	bool brief = admin_query_true(call, "briefRepresentation", false);
	const struct user_writer writer = { .profile = &profile, .form = brief ? USER_FORM_BRIEF : USER_FORM_LISTED };
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; i < n; i++)
		user_rep_write(call, w, &users[i], &writer);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_users_list, list)

static void count(struct admin_call *call)
{
	struct user_query query = { 0 };
	struct user *users = NULL;
	struct why why = { "" };
	int64_t counted = 0;
	size_t n = 0;
	if (!read_query(call, &query))
		return;
	enum error_code code;
	if (str_starts(query.search, by_id)) {
		code = find_by_ids(call, str_drop(query.search, by_id.n), &users, &n, &why);
		counted = (int64_t)n;
	} else {
		code = store_count_users(call->app->store, call->realm->settings.id, &query, &counted, &why);
	}
	if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_json(call, arena_format(call->arena, "%lld", (long long)counted));
}

ADMIN_HANDLER(admin_users_count, count)

static void add_text(struct arena *arena, struct str_list *list, struct str item)
{
	*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = item;
}

/* Groups that the representation names by path; false: answered. As Keycloak, create takes
 * groups, while roles are mapped by calls of their own. */
static bool resolve_groups(struct admin_call *call, const struct user_rep *rep, struct user *user)
{
	for (size_t i = 0; i < rep->groups.n; i++) {
		const struct group *found = NULL;
		struct str path = rep->groups.items[i];
		if (!str_starts(path, STR("/")))
			path = arena_join(call->arena, STR("/"), path, STR(""));
		for (size_t k = 0; k < call->realm->groups_n && !found; k++)
			if (str_eq(call->realm->groups[k].path, path))
				found = &call->realm->groups[k];
		if (!found) {
			admin_refuse(call, 400, arena_format(call->arena, "$.groups[%zu]: no group '%.*s'", i,
							     STR_ARG(str_take(rep->groups.items[i], 80))));
			return false;
		}
		if (!str_list_has(&user->group_ids, found->id))
			add_text(call->arena, &user->group_ids, found->id);
	}
	return true;
}

static bool resolve_credentials(struct admin_call *call, const struct user_rep *rep, struct user *user)
{
	struct why why = { "" };
	user->credentials = arena_array(call->arena, rep->credentials_n, sizeof *user->credentials);
	user->credentials_n = 0;
	for (size_t i = 0; i < rep->credentials_n; i++) {
		struct credential credential;
		enum error_code code = user_rep_credential(call, user, &rep->credentials[i], &credential, &why);
		if (code != OK) {
			user_rep_refuse_credential(call, code, &why);
			return false;
		}
		if (!credential.type.n)
			continue;
		user->credentials[user->credentials_n++] = credential;
		user->credentials[user->credentials_n - 1].priority = (int64_t)user->credentials_n * 10;
		if (rep->credentials[i].credential.temporary && !str_list_has(&user->required_actions, STR("UPDATE_PASSWORD"))) {
			struct str_list actions = { 0 };
			for (size_t k = 0; k < user->required_actions.n; k++)
				add_text(call->arena, &actions, user->required_actions.items[k]);
			add_text(call->arena, &actions, STR("UPDATE_PASSWORD"));
			user->required_actions = actions;
		}
	}
	return true;
}

static void create(struct admin_call *call)
{
	struct user_rep rep = { .user = { .created_ms = call->visit.now_ms } };
	struct why why = { "" };
	if (!user_rep_read(call, NULL, &rep))
		return;
	struct user user = rep.user;
	user.id = random_uuid(call->arena);
	user.realm_id = call->realm->settings.id;
	user.role_ids = (struct str_list){ 0 };
	user.service_account_client_id = STR("");
	if (!user.created_ms)
		user.created_ms = call->visit.now_ms;
	if (call->realm->default_role && !call->is_import)
		add_text(call->arena, &user.role_ids, call->realm->default_role->id);
	for (size_t i = 0; !call->is_import && i < call->realm->default_groups_n; i++)
		add_text(call->arena, &user.group_ids, call->realm->default_groups[i]->id);
	if (!resolve_groups(call, &rep, &user) || !resolve_credentials(call, &rep, &user))
		return;
	struct effects effects = effects_new(call->arena);
	effects_add(&effects, EFFECT_USER_CREATE)->u.user = user;
	struct str path = arena_join(call->arena, STR("users/"), user.id, STR(""));
	admin_event_add(call, &effects, "CREATE", "USER", path);
	enum error_code code = app_apply(call->app, &effects, &why);
	if (code == ERROR_EXISTS)
		user_rep_conflict(call, &why);
	else if (code != OK)
		admin_fail(call, code, &why);
	else
		admin_created_part(call, path);
}

ADMIN_HANDLER(admin_users_create, create)
