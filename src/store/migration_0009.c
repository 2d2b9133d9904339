/* Migration 9: which mass order a session's receipt follows from; whether a client is enabled, for
 * statements that must not go by a snapshot. */
#include "store/migrate.h"

static const char orders[] =
	"alter table signout add column order_id {text} not null default '';"
	"create index signout_order on signout (order_id, at_ms) where order_id <> '';"
	"alter table delivery add column order_id {text} not null default '';"
	/* Who was not told, or not yet (settled_ms 0). */
	"create index delivery_order on delivery (order_id, settled_ms)"
	" where order_id <> '' and state not in ('delivered', 'superseded');";

/* Those that are disabled are known as that to every snapshot that is made from now on. */
static const char enabled[] = "alter table client add column enabled {bigint} not null default 1;";

const struct migration migration_0009 = { .number = 9, .name = "receipts of orders", .parts = { orders, enabled } };
