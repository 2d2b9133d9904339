/* Migration 8: notices that a browser is to carry when it comes back. */
#include "store/migrate.h"

static const char browser[] =
	"alter table delivery add column saml_binding {text} not null default '';"
	"alter table delivery add column browser {text} not null default '';"
	"create index delivery_of_browser on delivery (realm_id, browser)"
	" where state = 'waiting-for-browser';"
	"create index delivery_not_fetched on delivery (give_up_ms)"
	" where state = 'waiting-for-browser';"
	/* Who has ever answered. */
	"create index delivery_by_browser on delivery (client_id)"
	" where channel = 'saml-browser' and state = 'delivered';";

const struct migration migration_0008 = { .number = 8, .name = "saml browser", .parts = { browser } };
