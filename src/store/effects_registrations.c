/* Changes of registrations: effects as statements. */
#include "model/registration_change.h"
#include "store/effects.h"
#include "store/statements.h"

void apply_registration_change(struct applying *a, const struct effect *effect)
{
	const struct registration_change *c = effect->u.registration;
	const struct initial_access *initial = &c->initial;
	switch (c->kind) {
	case REGISTRATION_INITIAL_ADD:
		applying_add(a, &statement_initial_access_add,
			DB_VALUES(db_text(c->realm_id), db_text(initial->id), db_int(initial->created_s),
				db_int(initial->lifespan_s), db_int(initial->count), db_int(initial->remaining)));
		break;
	case REGISTRATION_INITIAL_DELETE:
		applying_add(a, &statement_initial_access_delete, DB_VALUES(db_text(c->realm_id), db_text(initial->id)));
		break;
	case REGISTRATION_INITIAL_USE:
		applying_add(a, &statement_initial_access_use,
			DB_VALUES(db_text(c->realm_id), db_text(initial->id), db_int(c->now_s)));
		break;
	case REGISTRATION_TOKEN_PUT:
		applying_add(a, &statement_registration_token_put,
			DB_VALUES(db_text(c->realm_id), db_text(c->client_id), db_text(c->jti)));
		break;
	case REGISTRATION_TOKEN_USE:
		applying_add(a, &statement_registration_token_use,
			DB_VALUES(db_text(c->realm_id), db_text(c->client_id), db_text(c->old_jti), db_text(c->jti)));
		break;
	case REGISTRATION_CHANGES:
		break;
	}
}
