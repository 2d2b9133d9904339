/* Migration 1: realms and what belongs to their configuration.
 *
 * `doc` is a thing's representation in JSON, without what has columns or rows of its own
 * and without secrets; `sealed` holds those (crypto/seal.h; empty: none). Texts that are
 * absent are empty, never null. Ids are unique in the whole database. */
#include "store/migrate.h"

static const char realms[] =
	"create table realm ("
	" id {text} not null primary key,"
	" name {text} not null,"
	" deleted {bool} not null,"
	" version {bigint} not null,"
	" sessions_ended_before_ms {bigint} not null,"
	" duplicate_emails_allowed {bool} not null,"
	" enabled {bool} not null default true,"
	" deleted_ms {bigint} not null default 0,"
	" published {bool} not null default true," /* false: an import is filling it */
	" staged_ms {bigint} not null default 0,"  /* when that import last added to it */
	" default_role_id {text} not null default '',"
	" doc {text} not null default '{}',"
	" sealed {text} not null default ''"
	") {strict};"
	/* A tombstone frees the name, and what is being imported does not take it yet. */
	"create unique index realm_name on realm (name) where published and not deleted;";

static const char clients[] =
	"create table client ("
	" id {text} not null primary key,"
	" realm_id {text} not null,"
	" client_id {text} not null,"
	" doc {text} not null,"
	" sealed {text} not null"
	") {strict};"
	"create unique index client_client_id on client (realm_id, client_id);"

	"create table client_scope ("
	" id {text} not null primary key,"
	" realm_id {text} not null,"
	" name {text} not null,"
	" doc {text} not null"
	") {strict};"
	"create unique index client_scope_name on client_scope (realm_id, name);"

	/* The scopes that a client has, in the order it was given them. */
	"create table client_scope_link ("
	" client_id {text} not null,"
	" scope_id {text} not null,"
	" realm_id {text} not null,"
	" optional {bool} not null,"
	" position {bigint} not null,"
	" primary key (client_id, scope_id)"
	") {norowid};"
	"create index client_scope_link_realm on client_scope_link (realm_id);"
	/* The same for a realm: what its new clients get. */
	"create table realm_scope_link ("
	" realm_id {text} not null,"
	" scope_id {text} not null,"
	" optional {bool} not null,"
	" position {bigint} not null,"
	" primary key (realm_id, scope_id)"
	") {norowid};";

static const char roles[] =
	"create table role ("
	" id {text} not null primary key,"
	" realm_id {text} not null,"
	" client_id {text} not null," /* the client's id; empty: a role of the realm */
	" name {text} not null,"
	" doc {text} not null"
	") {strict};"
	"create unique index role_name on role (realm_id, client_id, name);"

	"create table role_composite ("
	" role_id {text} not null,"
	" child_id {text} not null,"
	" realm_id {text} not null,"
	" primary key (role_id, child_id)"
	") {norowid};"
	"create index role_composite_realm on role_composite (realm_id);"
	"create index role_composite_child on role_composite (child_id);"

	/* Roles that a client or a client scope lets through. */
	"create table scope_mapping ("
	" holder_id {text} not null,"
	" role_id {text} not null,"
	" realm_id {text} not null,"
	" primary key (holder_id, role_id)"
	") {norowid};"
	"create index scope_mapping_realm on scope_mapping (realm_id);"

	"create table realm_group ("
	" id {text} not null primary key,"
	" realm_id {text} not null,"
	" parent_id {text} not null," /* empty: at the top */
	" name {text} not null,"
	" doc {text} not null"
	") {strict};"
	"create unique index realm_group_name on realm_group (realm_id, parent_id, name);"

	"create table group_role ("
	" group_id {text} not null,"
	" role_id {text} not null,"
	" realm_id {text} not null,"
	" primary key (group_id, role_id)"
	") {norowid};"
	"create index group_role_realm on group_role (realm_id);";

static const char components[] =
	"create table component ("
	" id {text} not null primary key,"
	" realm_id {text} not null,"
	" parent_id {text} not null," /* the realm's id, or another component's */
	" provider_type {text} not null,"
	" name {text} not null,"
	" doc {text} not null,"
	" sealed {text} not null"
	") {strict};"
	"create index component_realm on component (realm_id, provider_type);";

const struct migration migration_0001 = {
	.number = 1, .name = "configuration", .parts = { realms, clients, roles, components }
};
