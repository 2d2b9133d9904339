/* The users of an export, a page at a time, and masks for identity providers. */
#include "json/write.h"
#include "model/consent.h"
#include "model/group_path.h"
#include "store/export_internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum { PAGE = 500 };

/* ---- users ---- */

struct page {
	struct export *export;
	struct arena *arena;
	struct user_rep *users;
	size_t n;
	struct table by_id; /* user id -> struct user_rep */
};

static enum error_code query_page(
	struct page *page, const struct db_statement *statement, struct db_rows *ret_rows)
{
	const struct user *first = &page->users[0].user, *last = &page->users[page->n - 1].user;
	return store_read(page->export->store, page->arena, statement,
		DB_VALUES(db_text(page->export->loaded.realm->settings.id),
			db_text(first->username), db_text(last->username)),
		ret_rows, page->export->why);
}

static void push_name(struct page *page, struct str_list *list, struct str name)
{
	*(struct str *)arena_push(page->arena, &list->items, &list->n, sizeof *list->items) = name;
}

static void add_role(struct page *page, struct user_rep *user, const struct role *role)
{
	struct json_list_pair *pair = NULL;
	if (!role->client) {
		push_name(page, &user->realm_roles, role->name);
		return;
	}
	for (size_t i = 0; !pair && i < user->client_roles_n; i++)
		if (str_eq(user->client_roles[i].key, role->client->client_id))
			pair = &user->client_roles[i];
	if (!pair) {
		pair = arena_push(page->arena, &user->client_roles, &user->client_roles_n,
			sizeof *user->client_roles);
		pair->key = role->client->client_id;
	}
	*(struct str *)arena_push(page->arena, &pair->values, &pair->n, sizeof *pair->values) =
		role->name;
}

static enum error_code read_roles_and_groups(struct page *page)
{
	const struct realm *realm = page->export->loaded.realm;
	struct db_rows rows;
	enum error_code error = query_page(page, &statement_user_page_roles, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct user_rep *user = table_get(&page->by_id, db_cell_text(&rows, i, 0));
		const struct role *role = realm_role_by_id(realm, db_cell_text(&rows, i, 1));
		if (user && role)
			add_role(page, user, role);
	}
	if (error || (error = query_page(page, &statement_user_page_groups, &rows)))
		return error;
	for (size_t i = 0; i < rows.n; i++) {
		struct user_rep *user = table_get(&page->by_id, db_cell_text(&rows, i, 0));
		const struct group *group = realm_group_by_id(realm, db_cell_text(&rows, i, 1));
		if (user && group)
			push_name(page, &user->groups, group_path(page->arena, group));
	}
	return OK;
}

static enum error_code read_credentials(struct page *page)
{
	struct db_rows rows;
	enum error_code error = query_page(page, &statement_user_page_credentials, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct user_rep *user = table_get(&page->by_id, next_text(&row));
		if (!user)
			continue;
		struct credential_rep *credential = arena_push(page->arena, &user->credentials,
			&user->credentials_n, sizeof *user->credentials);
		credential_of_row(&row, &credential->credential);
		user->totp |= str_eq(credential->credential.type, STR("otp"));
	}
	return error;
}

static void add_consent(struct page *page, struct user_rep *user, const struct consent *consent)
{
	const struct realm *realm = page->export->loaded.realm;
	const struct client *client = realm_client_by_id(realm, consent->client_id);
	if (!client)
		return;
	struct consent_rep *rep = arena_push(
		page->arena, &user->consents, &user->consents_n, sizeof *user->consents);
	*rep = (struct consent_rep){ .client_id = client->client_id,
		.scopes = consent_names(page->arena, realm, consent),
		.created_ms = consent->created_ms,
		.updated_ms = consent->updated_ms };
}

static enum error_code read_consents(struct page *page)
{
	struct db_rows rows;
	enum error_code error = query_page(page, &statement_user_page_consents, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct consent consent =
			consent_of_row(page->arena, &(struct row){ &rows, i, 0 });
		struct user_rep *user = table_get(&page->by_id, consent.user_id);
		if (user)
			add_consent(page, user, &consent);
	}
	return error;
}

static enum error_code read_identities(struct page *page)
{
	struct db_rows rows;
	enum error_code error = query_page(page, &statement_user_page_identities, &rows);
	for (size_t i = 0; !error && i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		struct user_rep *rep = table_get(&page->by_id, next_text(&row));
		if (rep)
			*(struct user_identity *)arena_push(page->arena, &rep->user.identities,
				&rep->user.identities_n, sizeof *rep->user.identities) =
				identity_of_row(&row);
	}
	return error;
}

static enum error_code fill_page(struct page *page, const struct db_rows *rows)
{
	const struct realm *realm = page->export->loaded.realm;
	page->n = rows->n;
	page->users = arena_array(page->arena, rows->n, sizeof *page->users);
	page->by_id = table_new(page->arena, rows->n);
	for (size_t i = 0; i < rows->n; i++) {
		struct user_rep *rep = &page->users[i];
		enum error_code error =
			user_of_row(page->arena, rows, i, &rep->user, page->export->why);
		if (error)
			return error;
		const struct client *client =
			realm_client_by_id(realm, rep->user.service_account_client_id);
		if (client)
			rep->service_account_client = client->client_id;
		table_put(&page->by_id, rep->user.id, rep);
	}
	enum error_code error = read_roles_and_groups(page);
	if (!error)
		error = read_consents(page);
	if (!error)
		error = read_identities(page);
	return error || page->export->options->mask_secrets ? error : read_credentials(page);
}

static enum error_code write_page(struct page *page, bool first)
{
	struct text text = text_new(page->arena, 0);
	for (size_t i = 0; i < page->n; i++) {
		if (i || !first)
			text_add_char(&text, ',');
		struct json_writer w = json_writer_new(&text, false);
		json_write_shape(&w, &user_shape, &page->users[i]);
	}
	if (text.failed)
		return error_because(
			page->export->why, ERROR_TOO_LARGE, "users: too large to export");
	return export_piece(page->export, text_str(&text));
}

enum error_code export_users(struct export *export)
{
	ARENA_SCOPED arena = arena_new(0);
	ARENA_SCOPED last_arena = arena_new(0);
	struct str which = export->options->users ? STR("all") : STR("service accounts");
	struct str last = STR("");
	enum error_code error = export_piece(export, STR("["));
	for (bool first = true; !error; first = false) {
		struct page page = { .export = export, .arena = arena };
		struct db_rows rows;
		arena_reset(arena);
		if ((error = store_read(export->store, arena, &statement_user_page,
			     DB_VALUES(db_text(export->loaded.realm->settings.id), db_text(last),
				     db_int(PAGE), db_text(which)),
			     &rows, export->why)) ||
			!rows.n)
			break;
		if ((error = fill_page(&page, &rows)) || (error = write_page(&page, first)))
			break;
		arena_reset(last_arena);
		last = arena_str(last_arena, page.users[page.n - 1].user.username);
	}
	return error ? error : export_piece(export, STR("]"));
}

/* ---- identity providers ---- */

enum error_code export_mask_identity_providers(struct export *export, struct realm_rep *rep)
{
	struct kept_rep *list = arena_array(export->arena, rep->identity_providers_n, sizeof *list);
	for (size_t i = 0; i < rep->identity_providers_n; i++) {
		struct json_node *provider;
		enum error_code error = json_tree_read(
			export->arena, rep->identity_providers[i].kept, &provider, export->why);
		if (error)
			return error;
		struct json_node *config = json_node_find(provider, STR("config"));
		if (config && config->kind == JSON_NODE_OBJECT &&
			json_node_find(config, STR("clientSecret")))
			json_node_put(config, STR("clientSecret"),
				json_node_text(export->arena, STR(REPRESENTATION_MASK)));
		list[i].kept = json_tree_text(export->arena, provider);
	}
	rep->identity_providers = list;
	return OK;
}
