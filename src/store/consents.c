/* Questions about consents. */
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

struct consent consent_of_row(struct arena *arena, struct row *row)
{
	struct consent consent = { .user_id = next_text(row), .client_id = next_text(row) };
	consent.scope_ids = lines_read(arena, next_text(row));
	consent.created_ms = next_int(row);
	consent.updated_ms = next_int(row);
	consent.version = next_int(row);
	return consent;
}

enum error_code store_find_consent(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_id, struct str client_id, struct consent *ret_consent,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read_one(store, arena, &statement_consent_find,
		DB_VALUES(db_text(user_id), db_text(client_id)), "consent of user", user_id, &rows,
		reterr_why);
	if (code != OK)
		return code;
	*ret_consent = consent_of_row(arena, &(struct row){ &rows, 0, 0 });
	ret_consent->realm_id = realm_id;
	return OK;
}

enum error_code store_list_consents(struct store *store, struct arena *arena, struct str realm_id,
	struct str user_id, struct consent **ret_consents, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_consent_list,
		DB_VALUES(db_text(user_id)), &rows, reterr_why);
	if (code != OK)
		return code;
	struct consent *consents = arena_array(arena, rows.n, sizeof *consents);
	for (size_t i = 0; i < rows.n; i++) {
		consents[i] = consent_of_row(arena, &(struct row){ &rows, i, 0 });
		consents[i].realm_id = realm_id;
	}
	*ret_consents = consents;
	*ret_n = rows.n;
	return OK;
}
