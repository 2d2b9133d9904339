/* Migration 17: grants that wait for the user of an authentication channel (OpenID CIBA Core). */
#include "store/migrate.h"

static const char backchannel[] =
	"alter table pending_grant add column kind {bigint} not null default 0;"
	"alter table pending_grant add column notice {text} not null default '';";

const struct migration migration_0017 = {
	.number = 17, .name = "grants by an authentication channel", .parts = { backchannel } };
