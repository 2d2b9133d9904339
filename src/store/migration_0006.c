/* Migration 6: the outbox looks at each client's queue, not at one for all. */
#include "store/migrate.h"

static const char lanes[] =
	"drop index delivery_due;"
	"drop index delivery_owed;"
	/* A client's owed rows, the next one first. */
	"create index delivery_lane on delivery (client_id, due_ms)"
	" where state in ('queued', 'sending', 'waiting');"
	"create index delivery_oldest on delivery (queued_ms)"
	" where state in ('queued', 'sending', 'waiting');";

const struct migration migration_0006 = { .number = 6, .name = "lanes", .parts = { lanes } };
