/* A realm's configuration between its rows and the representations: reading all of it, and
 * the statements that add it. Internal to store/. */
#ifndef STORE_REALM_ROWS_H
#define STORE_REALM_ROWS_H

#include "model/representation.h"
#include "store/internal.h"

/* All rows of one realm, resolved: the model's realm, and beside it the representations
 * with what the model does not carry. Arrays of the same name run in the same order. */
struct loaded {
	struct realm *realm;
	struct realm_rep rep;       /* with default_scopes and optional_scopes */
	struct client_rep *clients; /* scopes as names; unsealed */
	struct scope_rep *scopes;
	struct role_rep *roles;           /* with composites, container_id */
	struct group_rep *groups;         /* flat; with parent_id, path and role names */
	struct component_rep *components; /* flat; with provider_type and parent_id; unsealed */
	size_t components_n;
	struct scope_mapping_row *mappings;
	size_t mappings_n;
};

struct scope_mapping_row {
	const struct client *client; /* one of both holds it */
	const struct client_scope *scope;
	const struct role *role;
};

/* Of the published realm of that name or, when name is empty, of that id. NAME_NOT_FOUND,
 * CORRUPT. The keys of loaded->realm are not parsed (keys.h). */
MUST_USE enum error_code realm_rows_load(struct store *store, struct arena *arena, struct str name,
	struct str id, struct loaded *ret_loaded, struct why *reterr_why);
/* The same without clients, scopes, roles, components and what ties them; groups only where the realm
 * has default groups. `name` must not be empty. */
MUST_USE enum error_code realm_rows_load_alone(struct store *store, struct arena *arena, struct str name,
	struct loaded *ret_loaded, struct why *reterr_why);

/* Collects the statements that add rows of one realm. Errors stick in `code`. */
struct row_batch {
	struct arena *arena;
	struct store *store; /* for its sealing key */
	struct str realm_id;
	struct db_call *calls;
	size_t n;
	enum error_code code;
	struct why *why;
};

void row_add(
	struct row_batch *batch, const struct db_statement *statement, struct db_values values);
/* The realm's own row, not published yet. */
void row_add_realm(struct row_batch *batch, const struct realm_rep *realm,
	struct str default_role_id, int64_t now_ms);
void row_add_client(struct row_batch *batch, const struct client_rep *client);
/* The same for rows that are there already; see model/effect.h. */
void row_change_realm(struct row_batch *batch, const struct effect_realm *change);
void row_change_client(struct row_batch *batch, const struct client_rep *client);
/* The client's scopes by their names, in place of those that it has. */
void row_put_client_scopes(struct row_batch *batch, const struct client_rep *client);
/* The client, its roles, and all that names them. */
void row_delete_client(struct row_batch *batch, struct str id);
void row_add_scope(struct row_batch *batch, const struct scope_rep *scope);
/* What the rows of a role and a group hold as JSON. */
struct str role_doc(struct arena *arena, const struct role_rep *role);
struct str group_doc(struct arena *arena, const struct group_rep *group);
/* client_id: the client's id, or empty. */
void row_add_role(struct row_batch *batch, const struct role_rep *role, struct str client_id);
void row_add_group(struct row_batch *batch, const struct group_rep *group, struct str parent_id);
/* With its children. */
void row_add_component(struct row_batch *batch, const struct component_rep *component,
	struct str provider_type, struct str parent_id);
/* The same for a row that is there already, without its children. */
void row_change_component(struct row_batch *batch, const struct component_rep *component,
	struct str provider_type, struct str parent_id);

/* Client attributes that hold a private key or a secret. */
bool client_attribute_is_secret(struct str name);

#endif
