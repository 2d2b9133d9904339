/* Migration 16: users whose tokens or sessions an order has ended are found without looking at all of
 * them: every start asks which of these orders lie ahead of the clock. A search by e-mail knows the
 * usernames, which order its pages, from the index alone. */
#include "store/migrate.h"

static const char ended[] =
	"create index users_ended on users (realm_id) where sessions_ended_before_ms > 0 or not_before_s > 0;";
static const char emails[] =
	"drop index users_email;"
	"create index users_email on users (realm_id, email, username) where email <> '';";

const struct migration migration_0016 = { .number = 16, .name = "lists of users", .parts = { ended, emails } };
