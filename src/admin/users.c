/* /admin/realms/{realm}/users: list, count, create. */
#include "admin/handlers.h"
#include "admin/user_rep.h"
#include "crypto/random.h"

static bool read_query(struct admin_call *call, struct user_query *query)
{
	struct str enabled = admin_query(call, "enabled");
	query->search = admin_query(call, "search");
	query->username = admin_query(call, "username");
	query->email = admin_query(call, "email");
	query->first_name = admin_query(call, "firstName");
	query->last_name = admin_query(call, "lastName");
	query->exact = str_eq_z(admin_query(call, "exact"), "true");
	query->has_enabled = !enabled.n ? 0 : str_eq_z(enabled, "true") ? 1 : -1;
	return admin_query_int(call, "first", 0, &query->first) && admin_query_int(call, "max", 100, &query->max);
}

void admin_users_list(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct user_query query = { 0 };
	struct user *users;
	struct why why = { "" };
	size_t n = 0;
	if (!admin_open(&call, context, request, response))
		return;
	bool good = read_query(&call, &query);
	enum error_code code = good ? store_list_users(call.app->store, call.arena, call.realm->settings.id, &query, &users,
						       &n, &why) : OK;
	struct text text = text_new(call.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_array_begin(&w);
	for (size_t i = 0; i < n && code == OK; i++)
		user_rep_write(&call, &w, &users[i], true);
	json_write_array_end(&w);
	if (code != OK)
		admin_fail(&call, code, &why);
	else if (good)
		admin_json(&call, text_str(&text));
	admin_close(&call);
}

void admin_users_count(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	struct user_query query = { 0 };
	struct why why = { "" };
	int64_t count = 0;
	if (!admin_open(&call, context, request, response))
		return;
	bool good = read_query(&call, &query);
	enum error_code code = good ? store_count_users(call.app->store, call.realm->settings.id, &query, &count, &why) : OK;
	if (code != OK)
		admin_fail(&call, code, &why);
	else if (good)
		admin_json(&call, arena_format(call.arena, "%lld", (long long)count));
	admin_close(&call);
}

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
		for (size_t k = 0; k < call->realm->groups_n && !found; k++)
			if (str_eq(call->realm->groups[k].path, rep->groups.items[i]))
				found = &call->realm->groups[k];
		if (!found) {
			admin_refuse(call, 400, arena_format(call->arena, "$.groups[%zu]: no group '%.*s'", i,
							     STR_ARG(str_take(rep->groups.items[i], 80))));
			return false;
		}
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
		enum error_code code = user_rep_credential(call, &rep->credentials[i], &credential, &why);
		if (code != OK) {
			admin_fail(call, code, &why);
			return false;
		}
		if (!credential.type.n)
			continue;
		user->credentials[user->credentials_n++] = credential;
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
	if (!user_rep_read(call, &rep))
		return;
	struct user user = rep.user;
	user.id = random_uuid(call->arena);
	user.realm_id = call->realm->settings.id;
	user.role_ids = (struct str_list){ 0 };
	user.service_account_client_id = STR("");
	if (call->realm->default_role)
		add_text(call->arena, &user.role_ids, call->realm->default_role->id);
	for (size_t i = 0; i < call->realm->default_groups_n; i++)
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
		admin_created(call, arena_format(call->arena, "/admin/realms/%.*s/%.*s",
						 STR_ARG(call->realm->settings.name), STR_ARG(path)));
}

void admin_users_create(void *context, struct http_request *request, struct http_response *response)
{
	struct admin_call call;
	if (!admin_open(&call, context, request, response))
		return;
	create(&call);
	admin_close(&call);
}
