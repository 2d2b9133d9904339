/* Migration 5: a chain of refresh tokens a sign-in. What client sessions held before is the
 * state of their tokens without a chain, and stays so. */
#include "store/migrate.h"

/* A line a chain, the one used last first: its id, generation, uses. */
static const char chains[] =
	"alter table client_session add column refresh_chains {text} not null default '';";

const struct migration migration_0005 = {
	.number = 5, .name = "refresh chains", .parts = { chains }
};
