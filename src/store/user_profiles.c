/* A realm's user profile; see user_profiles.h. */
#include "store/user_profiles.h"

#include "model/representation.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum error_code store_find_user_profile(struct store *store, struct arena *arena, struct str realm_id,
	struct str *ret_json, struct str *ret_id, struct why *reterr_why)
{
	struct db_rows rows;
	struct why why = { "" };
	enum error_code code = store_read(store, arena, &statement_user_profile_find,
		DB_VALUES(db_text(realm_id), db_text(STR(USER_PROFILE_PROVIDER))), &rows, reterr_why);
	if (code != OK)
		return code;
	*ret_json = *ret_id = STR("");
	if (!rows.n)
		return OK;
	struct row row = { &rows, 0, 0 };
	struct component_rep component = { 0 };
	struct json_read_options options = representation_options("component");
	struct str id = next_text(&row);
	code = json_read(arena, next_text(&row), &component_shape, &options, &component, &why);
	if (code != OK)
		return error_because(
			reterr_why, ERROR_CORRUPT, "component %.*s: %s", STR_ARG(id), why.text);
	*ret_json = component_config(&component, STR("kc.user.profile.config"));
	*ret_id = id;
	return OK;
}
