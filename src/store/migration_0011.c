/* Migration 11: the names that lists of realms show, so that a list reads no realm in full. */
#include "store/migrate.h"

static const char columns[] =
	"alter table realm add column display_name {text} not null default '';"
	"alter table realm add column display_name_html {text} not null default '';";
static const char rows[] =
	"update realm set display_name = coalesce(cast(doc as {json}) ->> 'displayName', ''),"
	" display_name_html = coalesce(cast(doc as {json}) ->> 'displayNameHtml', '');";

const struct migration migration_0011 = {
	.number = 11, .name = "names of realms", .parts = { columns, rows }
};
