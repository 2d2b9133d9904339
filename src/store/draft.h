/* A realm that is being imported, before it has rows: everything but its users, as the file
 * gives it, completed by Keycloak's defaults, with ids and with every reference resolved.
 *
 *     draft_new, draft_take ..., draft_take_end, draft_complete, draft_resolve, draft_rows
 *
 * Internal to store/. */
#ifndef STORE_DRAFT_H
#define STORE_DRAFT_H

#include "base/text.h"
#include "json/cutter.h"
#include "model/representation.h"
#include "store/import.h"
#include "store/realm_rows.h"

struct draft_client;

struct draft_role {
	struct role_rep rep;
	struct str client_id;         /* clientId whose role it is; empty: a realm role */
	struct draft_client *client;  /* the same, once it is known */
	const char *path;             /* its place in the file, for messages */
	struct draft_role **children; /* resolved composites */
	size_t children_n;
};

struct draft_scope {
	struct scope_rep rep;
	const char *path;
};

struct draft_client {
	struct client_rep rep;
	const char *path;
	struct table roles; /* name -> struct draft_role */
	bool has_account;   /* its service account was in the file */
};

struct draft_group {
	struct group_rep *rep;
	struct draft_group *parent;
	const char *path;      /* in the file */
	struct str group_path, plain_path; /* "/staff/night": unique, and Keycloak's */
	struct draft_role **roles;
	size_t roles_n;
};

struct draft_component {
	struct component_rep rep;
	struct str provider_type;
	const char *path;
};

struct draft_mapping {
	struct scope_mapping_rep rep;
	struct str role_client; /* clientId whose roles they are; empty: realm roles */
	const char *path;
	struct str holder_id; /* resolved */
	struct draft_role **roles;
	size_t roles_n;
};

struct draft {
	struct arena *arena;
	int64_t now_ms;
	struct realm_rep realm;
	bool master;     /* the realm `master`: its own admin roles instead of realm-management */
	bool has_scopes; /* the file has `clientScopes` */
	struct draft_client **clients;
	struct draft_scope **scopes;
	struct draft_role **roles;
	struct draft_group **groups; /* parents before children */
	struct draft_component **components;
	struct draft_mapping **mappings;
	size_t clients_n, scopes_n, roles_n, groups_n, components_n, mappings_n;
	struct text members; /* of the realm itself, as the file has them */
	size_t taken;        /* bytes of the pieces so far */
	struct table client_by_client_id, scope_by_name, realm_roles, group_by_path, group_by_plain_path;
	struct table ids; /* all ids of the file -> path */
	struct draft_role *default_role;
	struct str_list warnings;
	size_t warnings_dropped;
};

enum { DRAFT_LIMIT = 64 << 20 }; /* bytes of JSON of everything but the users */

/* Adds a line to the warnings; beyond 1000 they are only counted. */
void draft_warn(struct draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Empty. An import takes defaults_realm before all else. */
struct draft *draft_new(struct arena *arena, int64_t now_ms);
/* What draft_take wants cut into elements, with "users". */
extern const char *const draft_streamed[];
/* One piece of the file (MEMBER or ELEMENT) that is not a user: read and checked by itself. */
MUST_USE enum error_code draft_take(
	struct draft *draft, const struct json_cut_item *item, struct why *reterr_why);
/* After the last piece: reads the realm's own settings. */
MUST_USE enum error_code draft_take_end(struct draft *draft, struct why *reterr_why);
/* draft_take for all pieces of a text, and draft_take_end. */
MUST_USE enum error_code draft_take_text(
	struct draft *draft, struct str json, struct why *reterr_why);
/* The same for a text of defaults.h, with the realm's name put in. */
MUST_USE enum error_code draft_take_defaults(
	struct draft *draft, const char *json, struct why *reterr_why);
/* Keycloak's defaults for all that the file leaves out; fresh keys and secrets. */
MUST_USE enum error_code draft_complete(struct draft *draft, struct why *reterr_why);
/* Gives ids, and finds what every name refers to. */
MUST_USE enum error_code draft_resolve(struct draft *draft, struct why *reterr_why);
/* Says in the warnings what cannot be used for signing in yet. */
void draft_tell(struct draft *draft);
/* The statements that add it all, the realm's row first. */
void draft_rows(struct draft *draft, struct row_batch *batch);
/* Those among them that tie things together: scopes of clients, composites, mappings, roles of
 * groups. */
void draft_link_rows(struct draft *draft, struct row_batch *batch);
/* The realm as an export has it, without users; the empty text when it is too large. */
struct str draft_text(struct draft *draft);

/* For users: NULL when there is no such thing. */
const struct draft_role *draft_find_role(
	const struct draft *draft, struct str client_id, struct str name);
/* A role that only those who hold it name is made, as by Keycloak. client_id is empty or known. */
const struct draft_role *draft_make_role(struct draft *draft, struct str client_id, struct str name,
	const char *path, const char *field);
const struct draft_group *draft_find_group(const struct draft *draft, struct str path);

#endif
