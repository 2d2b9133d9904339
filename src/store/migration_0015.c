/* Migration 15: grants that wait for the user's answer elsewhere. */
#include "store/migrate.h"

static const char pending[] =
	"create table pending_grant ("
	" hash {text} not null primary key,"
	" user_code {text} not null,"
	" realm_id {text} not null,"
	" client_id {text} not null,"
	" scope {text} not null,"
	" nonce {text} not null,"
	" code_challenge {text} not null,"
	" code_challenge_method {text} not null,"
	" expires_ms {bigint} not null,"
	" interval_ms {bigint} not null,"
	" polled_ms {bigint} not null,"
	" state {bigint} not null,"
	" user_id {text} not null,"
	" session_id {text} not null,"
	" acr {text} not null"
	") {norowid};"
	"create unique index pending_grant_user_code on pending_grant (realm_id, user_code);"
	"create index pending_grant_expires on pending_grant (expires_ms);";

const struct migration migration_0015 = { .number = 15, .name = "grants that wait", .parts = { pending } };
