/* Migration 13: links of users with identity providers; names of people for searches. */
#include "store/migrate.h"

static const char links[] =
	"create table federated_identity ("
	" user_id {text} not null,"
	" provider {text} not null," /* alias */
	" realm_id {text} not null,"
	" external_id {text} not null,"
	" external_name {text} not null,"
	" primary key (user_id, provider)"
	") {norowid};"
	"create index federated_identity_external on federated_identity (realm_id, external_id, provider);"
	"create index federated_identity_provider on federated_identity (realm_id, provider);";

static const char names[] = "create index users_first_name on users (realm_id, lower(first_name));"
			    "create index users_last_name on users (realm_id, lower(last_name));";

const struct migration migration_0013 = { .number = 13, .name = "links of users", .parts = { links, names } };
