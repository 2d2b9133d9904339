/* Keycloak 26.7's representations of a realm's things, as they come and go in JSON: import,
 * export and the admin API read and write them by the shapes declared here.
 *
 * Each is a plain struct around the model's own, with what the model resolves to pointers
 * still as names. Fields that Keycloak knows and this server does not use are kept, as one
 * JSON object of their own, in `kept`. Read with JSON_UNKNOWN_KEPT and `coerce`
 * (representation_options), starting from the defaults; then call ..._check, which refuses
 * what no such thing may hold.
 *
 * A `path` in the checks is the thing's place for messages: "$.clients[3]". */
#ifndef MODEL_REPRESENTATION_H
#define MODEL_REPRESENTATION_H

#include "json/read.h"
#include "model/user.h"

/* What a masked secret reads as. */
#define REPRESENTATION_MASK "**********"
bool representation_is_masked(struct str value);
/* Keycloak's reading: unknown fields refused, known ones kept, Jackson's coercions. */
struct json_read_options representation_options(const char *path);

enum {
	REPRESENTATION_NAME_MAX = 255,           /* bytes, of all names and ids */
	REPRESENTATION_TEXT_MAX = 4 << 10,       /* of descriptions and URLs */
	REPRESENTATION_ATTRIBUTE_MAX = 64 << 10, /* of one attribute's value */
	REPRESENTATION_ATTRIBUTES_MAX = 1000,    /* count, in one thing */
	REPRESENTATION_GROUP_DEPTH = 20,
};

/* ---- protocol mappers and client scopes ---- */

extern const struct json_shape mapper_shape; /* struct mapper */
MUST_USE enum error_code mapper_check(
	const struct mapper *mapper, const char *path, struct why *reterr_why);

struct scope_rep {
	struct client_scope scope; /* but for scope_roles */
	struct str kept;
};
extern const struct json_shape scope_shape;
MUST_USE enum error_code scope_check(
	const struct scope_rep *scope, const char *path, struct why *reterr_why);

/* ---- clients ---- */

struct client_rep {
	struct client client; /* but for scopes, scope_roles, roles, not_possible */
	struct str_list default_scopes, optional_scopes; /* names */
	struct str_list default_roles; /* of Keycloak before 13: the client's, for every user */
	bool surrogate_auth_required, always_display_in_console;
	struct str authorization_settings; /* JSON; of authorization services */
	struct str kept;
	struct json_sent sent;
};
extern const struct json_shape client_shape;
/* What Keycloak gives a client of which nothing is said. */
extern const struct client_rep client_rep_default;
MUST_USE enum error_code client_check(
	const struct client_rep *client, const char *path, struct why *reterr_why);
/* A client of which no web origins are said gets those of its redirect URIs. */
void client_derive_web_origins(struct arena *arena, struct client *client);
enum { CLIENT_SECRET_LETTERS = 86 }; /* of a secret that we make, as Keycloak does */
/* Whether it is one line whose scheme runs no code, be it a URI or not. */
bool redirect_uri_is_harmless(struct str uri);
/* A redirect URI or pattern that may be registered; for the admin API too. */
MUST_USE enum error_code redirect_uri_check(
	struct str uri, const char *path, struct why *reterr_why);

/* ---- roles, groups, scope mappings ---- */

struct role_composites {
	struct str_list realm;          /* names of realm roles */
	struct json_list_pair *clients; /* clientId -> names of its roles */
	size_t clients_n;
	struct str kept;
};

struct role_rep {
	struct role role; /* id, name, description */
	struct role_composites composites;
	struct json_list_pair *attributes;
	size_t attributes_n;
	struct str container_id;     /* written: the realm's or client's id */
	bool composite, client_role; /* written */
	struct str kept;
};
extern const struct json_shape role_shape;
/* The brief form, as inside mappings and `defaultRole`: without composites, attributes. */
extern const struct json_shape role_brief_shape;
MUST_USE enum error_code role_check(
	const struct role_rep *role, const char *path, struct why *reterr_why);

/* `roles` of a realm. */
struct roles_rep {
	struct role_rep *realm;
	size_t realm_n;
	struct json_structs_pair *clients; /* clientId -> struct role_rep */
	size_t clients_n;
};
extern const struct json_shape roles_shape;

struct group_rep {
	struct group group; /* id, name, path, attributes */
	struct str parent_id;
	struct str description;
	struct str_list realm_roles;
	struct json_list_pair *client_roles;
	size_t client_roles_n;
	struct group_rep *children;
	size_t children_n;
	struct str kept;
};
extern const struct json_shape group_shape;
/* With its children. */
MUST_USE enum error_code group_check(
	const struct group_rep *group, const char *path, struct why *reterr_why);

/* One of scopeMappings: these roles are let through for that client or client scope. */
struct scope_mapping_rep {
	struct str client, client_scope; /* one of both */
	struct str_list roles;
	struct str kept;
};
extern const struct json_shape scope_mapping_shape;

/* ---- components: key providers and others ---- */

struct component_rep {
	struct str id, name, provider_id, sub_type;
	struct str provider_type,
		parent_id; /* the admin API's form; import has them from outside */
	struct json_list_pair *config;
	size_t config_n;
	struct json_structs_pair *children; /* provider type -> struct component_rep */
	size_t children_n;
};
/* As exported (below its provider type), and as the admin API has it. */
extern const struct json_shape component_shape, component_admin_shape;
MUST_USE enum error_code component_check(
	const struct component_rep *component, const char *path, struct why *reterr_why);
/* First value of an entry of its configuration, or the empty text. */
struct str component_config(const struct component_rep *component, struct str name);
/* Puts one value in its place, or adds it; the settings are a list of the arena's. */
void component_config_set(struct arena *arena, struct component_rep *component, struct str name, struct str value);
/* True for entries that hold a private key, a secret or a password. */
bool component_config_is_secret(struct str name);

/* ---- authentication flows ---- */

struct execution_rep {
	struct str id; /* the admin API's; exports have none. Empty: flow_rep.h of admin/ makes one */
	struct str authenticator, config, flow; /* config: alias of its settings; flow: alias */
	struct str requirement; /* "REQUIRED", "ALTERNATIVE", "CONDITIONAL", "DISABLED" */
	int64_t priority;
	bool is_flow;
	struct str kept;
};
struct flow_rep {
	struct str id, alias, provider_id;
	struct execution_rep *executions;
	size_t executions_n;
	bool top_level, built_in;
	struct str kept;
};
extern const struct json_shape flow_shape;

/* Settings of one execution, by the alias that it names. */
struct flow_config_rep {
	struct str id, alias;
	struct attributes config;
};
extern const struct json_shape flow_config_shape;

struct required_action_rep {
	struct str alias, name, provider_id;
	bool enabled, default_action;
	int64_t priority;
	struct attributes config;
	struct str kept;
};
extern const struct json_shape required_action_shape;

/* ---- the realm ---- */

struct kept_rep;
struct realm_rep {
	struct realm_settings settings;
	struct str ssl_required;        /* the word; settings.ssl_required by realm_check */
	struct str_list default_groups; /* paths */
	struct str_list default_roles;  /* names, of Keycloak before 13 */
	struct role_rep *default_role;  /* NULL: not said */
	struct str_list default_scopes, optional_scopes; /* names */
	struct flow_rep *flows;
	size_t flows_n;
	struct required_action_rep *required_actions;
	size_t required_actions_n;
	struct flow_config_rep *flow_configs;
	struct kept_rep *identity_providers, *identity_provider_mappers;
	size_t flow_configs_n, identity_providers_n, identity_provider_mappers_n;
	struct attributes smtp_server;
	struct str ignored; /* where members go that have their own way */
	struct str kept;
	struct json_sent sent;
};
/* A thing of which no field is used yet. */
struct kept_rep {
	struct str kept;
};
/* The realm itself. Its collections (users, clients, roles ...) are known to it and left
 * out: import and export deal with them one by one. */
extern const struct json_shape realm_shape;
/* Fills what follows from other fields (settings.ssl_required) and refuses what cannot be. */
MUST_USE enum error_code realm_check(
	struct realm_rep *realm, const char *path, struct why *reterr_why);
/* Those fields of it that hold secrets of others (mail, identity providers). */
extern const struct json_shape realm_secret_shape;
void realm_forget_secrets(struct realm_rep *realm);
/* A name that may stand in URLs, as Keycloak wants it. */
MUST_USE enum error_code realm_name_check(
	struct str name, const char *path, struct why *reterr_why);

/* ---- users ---- */

struct credential_rep {
	struct credential credential;
	struct str value; /* a plain password, on the way in only */
	/* Keycloak before 8: */
	struct str hashed_value, salt, algorithm;
	int64_t iterations;
	struct str kept;
};
struct consent_rep {
	struct str client_id; /* clientId */
	struct str_list scopes; /* names; the clientId itself: the client's own entry */
	int64_t created_ms, updated_ms;
	struct str kept;
};
struct user_rep {
	struct user user;                  /* but for role_ids, group_ids, credentials */
	struct str service_account_client; /* clientId */
	struct credential_rep *credentials;
	size_t credentials_n;
	struct str_list realm_roles, groups; /* names, paths */
	struct json_list_pair *client_roles; /* clientId -> names */
	size_t client_roles_n;
	struct consent_rep *consents;
	size_t consents_n;
	bool totp;                         /* written */
	struct str_list disableable_types; /* written: always empty */
	struct json_sent sent;
};
extern const struct json_shape user_shape;
/* One entry of clientConsents, and of the admin API's users/{id}/consents. */
extern const struct json_shape consent_shape;
/* One entry of federatedIdentities: struct user_identity. */
extern const struct json_shape identity_shape;
MUST_USE enum error_code identity_check(
	const struct user_identity *identity, const char *path, struct why *reterr_why);
/* The admin API's form: no credentials, roles or groups are written. */
extern const struct json_shape user_admin_shape;
MUST_USE enum error_code user_check(
	const struct user_rep *user, const char *path, struct why *reterr_why);

#endif
