/* Migration 7: what SAML service providers know of sessions, and what telling them needs. */
#include "store/migrate.h"

static const char saml[] =
	"alter table client_session add column saml_name_id {text} not null default '';"
	"alter table client_session add column saml_name_id_format {text} not null default '';"
	"alter table client_session add column saml_binding {text} not null default '';"
	"alter table client_session add column saml_until_s {bigint} not null default 0;"
	/* A LogoutRequest may name nobody's session, only a NameID. */
	"create index client_session_name_id on client_session (client_id, saml_name_id)"
	" where saml_name_id <> '';"
	"alter table delivery add column saml_name_id {text} not null default '';"
	"alter table delivery add column saml_name_id_format {text} not null default '';"
	"alter table delivery add column saml_until_s {bigint} not null default 0;";

const struct migration migration_0007 = { .number = 7, .name = "saml", .parts = { saml } };
