/* Migration 14: pushed authorization requests. */
#include "store/migrate.h"

static const char pushed[] =
	"create table pushed_request ("
	" hash {text} not null primary key,"
	" realm_id {text} not null,"
	" client_id {text} not null,"
	" request {text} not null," /* JSON */
	" expires_ms {bigint} not null"
	") {norowid};"
	"create index pushed_request_client on pushed_request (client_id, expires_ms);"
	"create index pushed_request_expires on pushed_request (expires_ms);";

const struct migration migration_0014 = { .number = 14, .name = "pushed requests", .parts = { pushed } };
