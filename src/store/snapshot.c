/* Realms as requests see them: store_list_realms, store_load_realm, store_unload_realm. */
#include <stdlib.h>

#include "crypto/sign_key.h"
#include "store/keys.h"
#include "store/realm_list.h"
#include "store/realm_rows.h"
#include "store/rows.h"
#include "store/statements.h"

static enum error_code list(struct store *store, const struct db_statement *statement, struct arena *arena,
	struct realm_name **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code error = store_read(store, arena, statement, DB_NO_VALUES, &rows, reterr_why);
	if (error)
		return error;
	struct realm_name *realms = arena_array(arena, rows.n, sizeof *realms);
	for (size_t i = 0; i < rows.n; i++) {
		struct row row = { &rows, i, 0 };
		realms[i].id = next_text(&row);
		realms[i].name = next_text(&row);
		realms[i].version = next_int(&row);
		realms[i].enabled = next_bool(&row);
		realms[i].deleted = next_bool(&row);
	}
	*ret_realms = realms;
	*ret_n = rows.n;
	return OK;
}

enum error_code store_list_realms(struct store *store, struct arena *arena,
	struct realm_name **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	return list(store, &statement_realm_list, arena, ret_realms, ret_n, reterr_why);
}

enum error_code store_list_realms_with(struct store *store, enum realms_with what, struct arena *arena,
	struct realm_name **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	static const struct db_statement *const statements[] = {
		[REALMS_WITH_SESSIONS] = &statement_realm_list_with_sessions,
		[REALMS_WITH_LOGS] = &statement_realm_list_with_logs,
	};
	return list(store, statements[what], arena, ret_realms, ret_n, reterr_why);
}

enum error_code store_list_realms_brief(struct store *store, struct arena *arena,
	struct realm_settings **ret_realms, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code error = store_read(
		store, arena, &statement_realm_brief_list, DB_NO_VALUES, &rows, reterr_why);
	if (error)
		return error;
	struct realm_settings *realms = arena_array(arena, rows.n, sizeof *realms);
	for (size_t i = 0; i < rows.n; i++) {
		realms[i].id = db_cell_text(&rows, i, 0);
		realms[i].name = db_cell_text(&rows, i, 1);
		realms[i].enabled = db_cell_bool(&rows, i, 3);
		realms[i].display_name = db_cell_text(&rows, i, 5);
		realms[i].display_name_html = db_cell_text(&rows, i, 6);
	}
	*ret_realms = realms;
	*ret_n = rows.n;
	return OK;
}

/* Highest priority first; kids order equals, so that all nodes choose the same key. */
static int by_priority(const void *a, const void *b)
{
	const struct realm_key *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return str_compare(x->kid, y->kid);
}

static enum error_code load_keys(
	struct arena *arena, const struct loaded *loaded, struct why *reterr_why)
{
	struct realm *realm = loaded->realm;
	for (size_t i = 0; i < loaded->components_n; i++) {
		const struct component_rep *component = &loaded->components[i];
		struct realm_key key;
		struct why why = { "" };
		bool found;
		if (!str_eq(component->provider_type, STR(KEY_PROVIDER)) ||
			!str_eq(component->parent_id, realm->settings.id))
			continue;
		if (key_of_component(arena, component, &key, &found, &why))
			return error_because(reterr_why, ERROR_CORRUPT, "realm %.*s: %s",
				STR_ARG(realm->settings.name), why.text);
		if (found)
			*(struct realm_key *)arena_push(
				arena, &realm->keys, &realm->keys_n, sizeof *realm->keys) = key;
	}
	if (realm->keys_n)
		qsort(realm->keys, realm->keys_n, sizeof *realm->keys, by_priority);
	realm->key_by_kid = table_new(arena, realm->keys_n);
	for (size_t i = realm->keys_n; i > 0; i--)
		table_put(&realm->key_by_kid, realm->keys[i - 1].kid, &realm->keys[i - 1]);
	return OK;
}

enum error_code store_load_realm(struct store *store, struct arena *arena, struct str name,
	struct str id, struct realm **ret_realm, struct why *reterr_why)
{
	struct loaded loaded;
	enum error_code error = realm_rows_load(store, arena, name, id, &loaded, reterr_why);
	if (error)
		return error;
	if ((error = load_keys(arena, &loaded, reterr_why))) {
		store_unload_realm(loaded.realm);
		return error;
	}
	*ret_realm = loaded.realm;
	return OK;
}

void store_unload_realm(struct realm *realm)
{
	for (size_t i = 0; i < realm->keys_n; i++) {
		sign_key_free(realm->keys[i].key);
		realm->keys[i].key = NULL;
	}
	for (size_t i = 0; i < realm->clients_n; i++) {
		struct str *secret = &realm->clients[i].secret;
		secret_wipe((char *)(uintptr_t)secret->p, secret->n);
		*secret = (struct str){ NULL, 0 };
	}
}
