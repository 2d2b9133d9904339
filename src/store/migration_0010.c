/* Migration 10: messages that wait for who brings their artifact. */
#include "store/migrate.h"

static const char artifacts[] = "alter table code add column message {text} not null default '';";

const struct migration migration_0010 = { .number = 10, .name = "saml artifacts", .parts = { artifacts } };
