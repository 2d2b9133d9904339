/* Migration 4: orders that end the sessions of a client, of a user, or those that were to be
 * remembered; what a deleted client is told by. */
#include "store/migrate.h"

static const char epochs[] =
	"alter table realm add column remembered_ended_before_ms {bigint} not null default 0;"
	"alter table client add column sessions_ended_before_ms {bigint} not null default 0;"
	/* Orders about its user up to then do not concern the session. */
	"alter table session add column spared_ms {bigint} not null default 0;"
	"drop index client_session_client;"
	"create index client_session_client on client_session (client_id, offline, started_ms);";

static const char jobs[] =
	"alter table job add column scope {text} not null default 'realm';"
	"alter table job add column target_id {text} not null default '';"
	/* The client as it was, for jobs of one client; empty: none. */
	"alter table job add column client_name {text} not null default '';"
	"alter table job add column client_doc {text} not null default '';";

const struct migration migration_0004 = {
	.number = 4, .name = "mass orders", .parts = { epochs, jobs }
};
