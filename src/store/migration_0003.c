/* Migration 3: what users have granted to clients. */
#include "store/migrate.h"

static const char consents[] =
	"create table consent ("
	" user_id {text} not null,"
	" client_id {text} not null,"
	" scope_ids {text} not null," /* each followed by a line feed, one before all */
	" created_ms {bigint} not null,"
	" updated_ms {bigint} not null,"
	" version {bigint} not null,"
	" primary key (user_id, client_id)"
	") {norowid};"
	"create index consent_client on consent (client_id);";

const struct migration migration_0003 = {
	.number = 3, .name = "consents", .parts = { consents }
};
