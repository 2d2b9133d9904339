/* Migration 1: realms and what belongs to their configuration. */
#include "store/migrate.h"

static const char realms[] =
	"create table realm ("
	" id {text} not null primary key,"
	" name {text} not null,"
	" deleted {bool} not null,"
	" version {bigint} not null,"
	" sessions_ended_before_ms {bigint} not null,"
	" duplicate_emails_allowed {bool} not null"
	") {strict};";

const struct migration migration_0001 = { .number = 1, .name = "configuration", .parts = { realms } };
