/* Migration 12: client registration. */
#include "store/migrate.h"

static const char initial_access[] =
	"create table initial_access (id {text} not null primary key, realm_id {text} not null,"
	" created_s {bigint} not null, lifespan_s {bigint} not null, total {bigint} not null,"
	" remaining {bigint} not null) {norowid};";
static const char initial_access_realm[] =
	"create index initial_access_realm on initial_access (realm_id, created_s, id);";
static const char registration_token[] =
	"create table registration_token (client_id {text} not null primary key, realm_id {text} not null,"
	" jti {text} not null) {norowid};";

const struct migration migration_0012 = { .number = 12,
	.name = "client registration",
	.parts = { initial_access, initial_access_realm, registration_token } };
