/* Changes of grants that wait: effects as statements. */
#include "model/pending_change.h"
#include "store/effects.h"
#include "store/statements.h"

static void add(struct applying *a, const struct pending_grant *g)
{
	applying_add(a, &statement_pending_add,
		DB_VALUES(db_text(g->hash), db_text(g->user_code), db_text(g->realm_id), db_text(g->client_id),
			db_text(g->scope), db_text(g->nonce), db_text(g->code_challenge),
			db_text(g->code_challenge_method), db_int(g->expires_ms), db_int(g->interval_ms), db_text(g->user_id),
			db_int(g->kind), db_text(g->notice)));
}

void apply_pending_change(struct applying *a, const struct effect *effect)
{
	const struct pending_change *c = effect->u.pending;
	const struct pending_grant *g = &c->grant;
	switch (c->kind) {
	case PENDING_ADD:
		add(a, g);
		break;
	case PENDING_POLL:
		applying_add(a, &statement_pending_poll, DB_VALUES(db_text(g->hash), db_int(c->now_ms)));
		break;
	case PENDING_APPROVE:
		applying_add(a, &statement_pending_approve,
			DB_VALUES(db_text(g->hash), db_int(c->now_ms), db_text(g->user_id),
				db_text(g->session_id), db_text(g->acr)));
		break;
	case PENDING_DENY:
		applying_add(a, &statement_pending_deny, DB_VALUES(db_text(g->hash), db_int(c->now_ms)));
		break;
	case PENDING_USE:
		applying_add(a, &statement_pending_use, DB_VALUES(db_text(g->hash)));
		break;
	case PENDING_CHANGES:
		break;
	}
}
