/* A realm and what its snapshot holds: settings, clients, scopes, roles, groups, keys.
 *
 * Plain data. Names follow Keycloak's RealmRepresentation; durations end in _s. All of it
 * belongs to one arena (the snapshot's) and never changes once published. */
#ifndef MODEL_REALM_H
#define MODEL_REALM_H

#include "base/arena.h"
#include "base/tables.h"
#include "json/read.h"

struct sign_key; /* crypto/sign.h */

/* One entry of a representation's `attributes` object is a `struct json_pair`
 * (json/read.h). */
struct attributes {
	struct json_pair *pairs;
	size_t n;
};
/* The value, or the empty text. */
struct str attributes_get(const struct attributes *attributes, struct str name);
/* Adds one, unless there is one of that name. */
void attributes_default(struct arena *arena, struct attributes *attributes, struct str name, struct str value);
/* True when the value reads "true"; `otherwise` when the attribute is absent or empty. */
bool attributes_true(const struct attributes *attributes, struct str name, bool otherwise);
/* The value as seconds; `otherwise` when absent, empty, not a number or negative. */
int64_t attributes_seconds(const struct attributes *attributes, struct str name, int64_t otherwise);

/* Text lists as json/read.h fills them. */
struct str_list {
	struct str *items;
	size_t n;
};
bool str_list_has(const struct str_list *list, struct str item);

/* A protocol mapper: turns what is known of user, session and client into claims. */
struct mapper {
	struct str id, name, protocol, type; /* type: Keycloak's `protocolMapper` */
	struct attributes config;
	struct str kept; /* members of the representation not used yet, JSON */
};

struct client_scope {
	struct str id, name, description, protocol;
	struct attributes attributes;
	struct mapper *mappers;
	size_t mappers_n;
	struct role **scope_roles; /* scope mappings: roles this scope lets through */
	size_t scope_roles_n;
};

struct role {
	struct str id, name, description;
	struct client *client; /* NULL: a realm role */
	struct role **composites; /* direct children; loops are possible, walkers must mark */
	size_t composites_n;
};

struct group {
	struct str id, name, path; /* path like "/staff/night-shift" */
	struct group *parent;      /* NULL at the top */
	struct role **roles;
	size_t roles_n;
	struct json_list_pair *attributes;
	size_t attributes_n;
};

/* How many sessions a user may have: Keycloak's execution user-session-limits. */
struct session_limits {
	bool set;                       /* false: as many as they like */
	bool deny;                      /* refuse the sign-in; else the oldest session ends */
	int64_t in_realm, at_client;    /* 0: no limit */
	struct str message;             /* what the user is told when refused; empty: our words */
};

/* How tokens name a step of a sign-in (RFC 8176), and for how long after it. */
struct method_reference {
	struct str value; /* empty: it is not named */
	int64_t max_age_s;
};

/* Why a client cannot be used for signing in yet (a feature of Keycloak that is not
 * built). NULL text: nothing hinders. */
struct client {
	struct str id, client_id, name, description, protocol;
	bool enabled, public_client, bearer_only, consent_required;
	bool standard_flow_enabled, implicit_flow_enabled, direct_access_grants_enabled;
	bool service_accounts_enabled, frontchannel_logout, full_scope_allowed;
	struct str client_authenticator_type; /* "client-secret" ... */
	struct str secret; /* unsealed; lives in snapshots only */
	struct str root_url, base_url, admin_url;
	struct str_list redirect_uris, web_origins;
	int64_t not_before_s;
	int64_t sessions_ended_before_ms; /* epoch: earlier parts of this client are dead */
	struct attributes attributes;
	struct mapper *mappers;
	size_t mappers_n;
	struct client_scope **default_scopes, **optional_scopes;
	size_t default_scopes_n, optional_scopes_n;
	struct role **scope_roles; /* scope mappings, when !full_scope_allowed */
	size_t scope_roles_n;
	struct role **roles; /* the client's own roles */
	size_t roles_n;
	struct json_pair *nodes; /* registered nodes: host -> seconds; see nodes.h */
	size_t nodes_n;
	int64_t node_re_registration_timeout_s;
	struct attributes flow_overrides; /* authenticationFlowBindingOverrides */
	/* Keycloak features the client asks for that this server has not; empty: none.
	 * Sign-in at such a client is refused with this text; the other one is for the grant type
	 * `password`, beside the first. */
	struct str not_possible, direct_grant_not_possible;
	/* Of the flows that the client binds instead of the realm's; NULL: the realm's. */
	const struct session_limits *limits, *direct_grant_limits;
};

enum key_use { KEY_SIGN, KEY_ENCRYPT };
enum key_state { KEY_ACTIVE, KEY_PASSIVE, KEY_DISABLED };

struct realm_key {
	struct str kid, algorithm; /* JWA name, as "RS256", "HS512", "RSA-OAEP", "AES" */
	struct str provider_id;    /* Keycloak component id that holds it */
	enum key_use use;
	enum key_state state;
	int64_t priority;
	struct sign_key *key;    /* private or secret part; owned by the snapshot */
	struct str certificate;  /* base64 DER; empty for secrets */
	struct str public_key;   /* base64 DER SubjectPublicKeyInfo; empty for secrets */
	struct str jwk;          /* the key's entry of `certs`, JSON; empty for secrets */
};

enum ssl_required { SSL_NONE, SSL_EXTERNAL, SSL_ALL };

struct realm_settings {
	struct str id, name, display_name, display_name_html;
	bool enabled;
	enum ssl_required ssl_required;
	struct str default_signature_algorithm;
	int64_t not_before_s;
	bool revoke_refresh_token;
	int64_t refresh_token_max_reuse;
	int64_t access_token_lifespan_s, access_token_lifespan_for_implicit_flow_s;
	int64_t sso_session_idle_timeout_s, sso_session_max_lifespan_s;
	int64_t sso_session_idle_timeout_remember_me_s, sso_session_max_lifespan_remember_me_s;
	int64_t offline_session_idle_timeout_s, offline_session_max_lifespan_s;
	bool offline_session_max_lifespan_enabled;
	int64_t client_session_idle_timeout_s, client_session_max_lifespan_s;
	int64_t client_offline_session_idle_timeout_s, client_offline_session_max_lifespan_s;
	int64_t access_code_lifespan_s, access_code_lifespan_user_action_s, access_code_lifespan_login_s;
	int64_t device_code_lifespan_s, device_polling_interval_s; /* 0: not set */
	bool remember_me, login_with_email_allowed, duplicate_emails_allowed;
	bool registration_allowed, reset_password_allowed, verify_email, edit_username_allowed;
	bool registration_email_as_username;
	bool internationalization_enabled;
	struct str_list supported_locales;
	struct str default_locale;
	struct str password_policy;
	bool brute_force_protected, permanent_lockout;
	struct str brute_force_strategy; /* "MULTIPLE" or "LINEAR" */
	int64_t max_failure_wait_s, minimum_quick_login_wait_s, wait_increment_s;
	int64_t quick_login_check_ms, max_delta_time_s, failure_factor, max_temporary_lockouts;
	bool events_enabled, admin_events_enabled, admin_events_details_enabled;
	int64_t events_expiration_s;
	struct str_list enabled_event_types;
	struct attributes attributes, browser_security_headers;
	struct str browser_flow, direct_grant_flow; /* aliases */
	struct str keycloak_version;                 /* of the export it came from */
};

/* A language with texts of the realm's own in it. */
struct realm_language {
	struct str tag;
	const struct messages *messages; /* of web/; made when the realm is loaded */
};

/* One realm as a request sees it. */
struct realm {
	struct realm_settings settings;
	int64_t version;               /* rises with every admin write */
	int64_t sessions_ended_before_ms; /* epoch of "log everybody out" */
	int64_t remembered_ended_before_ms; /* the same of remembered sessions */
	bool deleted;                  /* a tombstone: settles deliveries, answers no login */
	struct client *clients;
	size_t clients_n;
	struct client *gone_clients; /* deleted, while not everybody has been signed out of them yet:
				      * what telling them needs */
	size_t gone_clients_n;
	struct client_scope *client_scopes;
	size_t client_scopes_n;
	struct role *roles; /* realm roles and client roles */
	size_t roles_n;
	struct group *groups;
	size_t groups_n;
	struct realm_key *keys; /* by priority, highest first; disabled ones left out */
	size_t keys_n;
	struct role *default_role; /* default-roles-<realm>; NULL when the realm has none */
	struct client_scope **default_scopes, **optional_scopes; /* for new clients */
	size_t default_scopes_n, optional_scopes_n;
	struct table client_by_id, client_by_client_id, role_by_id, group_by_id, scope_by_name, key_by_kid;
	struct group **default_groups; /* what new users are put in */
	size_t default_groups_n;
	/* Made once, since everybody asks for them: the discovery document in pieces, between
	 * which the issuer stands, and the set of public keys. JSON. */
	struct str_list discovery;
	struct str certs;
	struct str localization; /* {locale: {key: text}}, JSON; empty: none */
	struct realm_language *languages;
	size_t languages_n;
	/* Why nobody can sign in (a bound flow or the like that is not built); empty: fine. The
	 * other one is for the grant type `password`. */
	struct str not_possible, direct_grant_not_possible;
	struct session_limits limits, direct_grant_limits; /* of those flows */
	struct method_reference password_reference;        /* of the browser flow */
};

const struct client *realm_client_by_client_id(const struct realm *realm, struct str client_id);
const struct client *realm_client_by_id(const struct realm *realm, struct str id);
/* The same of one that was deleted and is still to be told. */
const struct client *realm_gone_client(const struct realm *realm, struct str id);
const struct role *realm_role_by_id(const struct realm *realm, struct str id);
const struct group *realm_group_by_id(const struct realm *realm, struct str id);
const struct client_scope *realm_scope_by_name(const struct realm *realm, struct str name);
/* Any enabled key, active or passive, for verifying; NULL when the kid is not ours. */
const struct realm_key *realm_key_by_kid(const struct realm *realm, struct str kid);
/* The active key of the highest priority for this algorithm; NULL when there is none. */
const struct realm_key *realm_key_for(const struct realm *realm, struct str algorithm);

#endif
