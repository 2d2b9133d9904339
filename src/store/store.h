/* The store: questions (read) and effects (write) in the model's terms.
 *
 * The only place that knows tables and SQL. One text of each statement serves SQLite and
 * PostgreSQL (statements.def). Every question fills structs in the caller's arena; a row
 * that is not there gives ERROR_NAME_NOT_FOUND, a list without rows gives n = 0. All
 * functions may be called from any thread. Questions never wait for writers on SQLite. A row
 * whose JSON cannot be read gives ERROR_CORRUPT. Writing: store/apply.h. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "crypto/seal.h"
#include "model/realm.h"
#include "model/user.h"
#include "store/apply.h"


struct store;

struct store_config {
	struct str url;        /* "sqlite:/path/file.db" or "postgresql://..." */
	struct str seal_key;   /* text form of crypto/seal.h; seals private keys and client
				  secrets at rest */
	unsigned max_connections; /* of the readers; 0: 16 */
};

/* Opens, migrates to this version's schema (numbered, resumable; refuses a newer one).
 * On success *ret_store is owned by the caller. */
MUST_USE enum error_code store_open(const struct store_config *config, struct store **ret_store,
				    struct why *reterr_why);
void store_close(struct store *store);
/* True when reads cost no network round trip (SQLite): INLINE routes may then read. */
bool store_is_local(const struct store *store);
/* Reads one trivial row; for readiness. */
MUST_USE enum error_code store_ping(struct store *store, struct why *reterr_why);
/* PRAGMA integrity_check and our own invariants; text of findings, empty when fine. */
MUST_USE enum error_code store_check(struct store *store, struct arena *arena,
				     struct str *ret_findings, struct why *reterr_why);

/* Where the data is, for run/'s writer (read and write). Lives as long as the store. */
const struct db_config *store_db_config(const struct store *store);

/* ---- realms (configuration) ---- */

struct realm_name {
	struct str id, name;
	int64_t version;
	bool enabled, deleted;
};
MUST_USE enum error_code store_list_realms(struct store *store, struct arena *arena,
					   struct realm_name **ret_realms, size_t *ret_n,
					   struct why *reterr_why);
/* Id of the deleted realm of that name of whose end somebody is still to be told: its keys are
 * needed. NAME_NOT_FOUND: there is none. */
MUST_USE enum error_code store_find_owing_realm(struct store *store, struct arena *arena, struct str name,
						struct str *ret_id, struct why *reterr_why);
/* Whether somebody is still to be told of the end of a session of that realm. */
MUST_USE enum error_code store_realm_owes(struct store *store, struct str realm_id, bool *ret_owes,
					  struct why *reterr_why);
/* The whole snapshot, keys parsed and secrets unsealed, in `arena` (its own, long-lived).
 * By name (deleted realms are not found by name) or, when name is empty, by id. */
MUST_USE enum error_code store_load_realm(struct store *store, struct arena *arena,
					  struct str name, struct str id,
					  struct realm **ret_realm, struct why *reterr_why);
/* Frees what the arena does not own: the parsed keys. */
void store_unload_realm(struct realm *realm);

/* Clients and the realm in full, with what a snapshot leaves out, for admin writes and answers:
 * `ret_version` is the realm's version then, for EFFECT_REALM_CHANGED and EFFECT_REALM_UPDATE. */
struct client_rep; /* model/representation.h */
struct realm_rep;
MUST_USE enum error_code store_find_client(struct store *store, struct arena *arena,
					   struct str realm_id, struct str id,
					   struct client_rep *ret_client, int64_t *ret_version,
					   struct why *reterr_why);
/* All of them, by clientId. */
MUST_USE enum error_code store_list_clients(struct store *store, struct arena *arena,
					    struct str realm_id, struct client_rep **ret_clients,
					    size_t *ret_n, struct why *reterr_why);
/* Without default_role, default_scopes and optional_scopes, which have rows of their own. */
MUST_USE enum error_code store_find_realm(struct store *store, struct arena *arena,
					  struct str id, struct realm_rep *ret_realm,
					  int64_t *ret_version, struct why *reterr_why);

/* ---- users ---- */

enum user_parts { USER_ROW = 0, USER_ROLES = 1, USER_GROUPS = 2, USER_CREDENTIALS = 4,
		  USER_IDENTITIES = 8 };

MUST_USE enum error_code store_find_user(struct store *store, struct arena *arena,
					 struct str realm_id, struct str user_id, unsigned parts,
					 struct user **ret_user, struct why *reterr_why);
/* By username (as stored: lower case), or by e-mail when with_email and nothing matched. */
MUST_USE enum error_code store_find_user_by_login(struct store *store, struct arena *arena,
						  struct str realm_id, struct str login,
						  bool with_email, unsigned parts,
						  struct user **ret_user, struct why *reterr_why);
MUST_USE enum error_code store_find_service_account(struct store *store, struct arena *arena,
						    struct str realm_id, struct str client_id,
						    unsigned parts, struct user **ret_user,
						    struct why *reterr_why);
struct user_query {
	struct str search; /* Keycloak's search: words, prefix or *infix*, "exact" in quotes */
	struct str username, email, first_name, last_name;
	bool exact;
	int has_enabled;  /* 0 any, 1 enabled, -1 disabled */
	int has_verified; /* the same of the e-mail */
	bool service_accounts; /* they count as users too */
	struct str provider, provider_user_id; /* linked so; empty: any */
	/* Every one of these attributes has that value, whatever the case of its letters; or has it
	 * as a part (attributes_part). */
	const struct json_pair *attributes;
	size_t attributes_n;
	bool attributes_part;
	int64_t created_after_ms, created_before_ms; /* 0: any */
	int64_t first, max; /* max < 0: all */
};
/* By username. A prefix or a whole word that few users have, a whole username or e-mail and a link
 * are found by indices; the rest is looked for user by user. Fills user->otp. */
MUST_USE enum error_code store_list_users(struct store *store, struct arena *arena,
					  struct str realm_id, const struct user_query *query,
					  struct user **ret_users, size_t *ret_n,
					  struct why *reterr_why);
MUST_USE enum error_code store_count_users(struct store *store, struct str realm_id,
					   const struct user_query *query, int64_t *ret_count,
					   struct why *reterr_why);
/* What a user has granted to one client (by its id), and to all, by client id. Rows of clients
 * and scopes that are gone may be among them. */
MUST_USE enum error_code store_find_consent(struct store *store, struct arena *arena,
					    struct str realm_id, struct str user_id, struct str client_id,
					    struct consent *ret_consent, struct why *reterr_why);
MUST_USE enum error_code store_list_consents(struct store *store, struct arena *arena,
					     struct str realm_id, struct str user_id,
					     struct consent **ret_consents, size_t *ret_n,
					     struct why *reterr_why);
MUST_USE enum error_code store_find_login_failure(struct store *store, struct arena *arena,
						  struct str realm_id, struct str user_id,
						  struct login_failure *ret_failure,
						  struct why *reterr_why);

/* ---- sessions ---- */

/* One session with its client sessions. */
MUST_USE enum error_code store_find_session(struct store *store, struct arena *arena,
					    struct str realm_id, struct str session_id, bool offline,
					    struct session *ret_session, struct why *reterr_why);
/* The same by the hash of the browser's cookie. */
MUST_USE enum error_code store_find_session_by_cookie(struct store *store, struct arena *arena,
						      struct str realm_id, struct str cookie_hash,
						      struct session *ret_session,
						      struct why *reterr_why);
/* Sessions of a user (empty: any), newest first, with client sessions. max < 0: all. */
MUST_USE enum error_code store_list_sessions(struct store *store, struct arena *arena,
					     struct str realm_id, struct str user_id, bool offline,
					     int64_t first, int64_t max, struct session **ret_sessions,
					     size_t *ret_n, struct why *reterr_why);
/* Sessions in which a SAML provider was told this NameID: the newest `max`, with client sessions.
 * `name_id_format` empty: any. Offline ones are none of them. */
struct name_id_query {
	struct str realm_id, client_id, name_id, name_id_format;
	int64_t max;
};
MUST_USE enum error_code store_list_sessions_by_name_id(struct store *store, struct arena *arena,
							const struct name_id_query *query,
							struct session **ret_sessions, size_t *ret_n,
							struct why *reterr_why);
/* Sessions by client, for the admin API: what lives by these limits, [0] of the ordinary, [1] of
 * the remembered ones. */
struct client_session_query {
	struct str realm_id, client_id, user_id; /* client_id empty: any (counts); user_id empty: any */
	bool offline;
	int64_t used_after_s[2], started_after_ms[2];
	int64_t first, max; /* max < 0: all */
};
struct client_session_count {
	struct str client_id;
	int64_t n;
};
/* Newest first, each with all its clients. */
MUST_USE enum error_code store_list_client_sessions(struct store *store, struct arena *arena,
						    const struct client_session_query *query,
						    struct session **ret_sessions, size_t *ret_n,
						    struct why *reterr_why);
/* Clients without sessions are left out. */
MUST_USE enum error_code store_count_client_sessions(struct store *store, struct arena *arena,
						     const struct client_session_query *query,
						     struct client_session_count **ret_counts,
						     size_t *ret_n, struct why *reterr_why);
/* What a mass order ends of one kind (the browsers' or offline), oldest first, with client
 * sessions: `max` of them. And how many they are. */
MUST_USE enum error_code store_list_mass(struct store *store, struct arena *arena,
					 const struct effect_mass *order, bool offline, int64_t max,
					 struct session **ret_sessions, size_t *ret_n,
					 struct why *reterr_why);
MUST_USE enum error_code store_count_mass(struct store *store, const struct effect_mass *order,
					  bool offline, int64_t *ret_count, struct why *reterr_why);
/* Sessions whose last use is at or before idle_before_s, or that started at or before
 * started_before_ms, for the sweeper: `max` of them. */
MUST_USE enum error_code store_list_expired(struct store *store, struct arena *arena,
					    struct str realm_id, bool offline, bool remember_me,
					    int64_t idle_before_s, int64_t started_before_ms,
					    int64_t max, struct session **ret_sessions,
					    size_t *ret_n, struct why *reterr_why);
/* Whether a client's part of a session, loaded before, stands now: the session, this part of
 * it (one that began anew meanwhile is another), user and realm enabled, no order to end
 * the user's or the realm's sessions, the user's not-before no later than now_s. Lifespans
 * are not looked at. */
MUST_USE enum error_code store_part_stands(struct store *store, struct str realm_id,
					   const struct client_session *part, int64_t now_s,
					   bool *ret_stands, struct why *reterr_why);
MUST_USE enum error_code store_find_code(struct store *store, struct arena *arena, struct str hash,
					 struct code *ret_code, struct why *reterr_why);
/* Whether what may be used once was used (EFFECT_TOKEN_USE), or a token revoked. */
MUST_USE enum error_code store_token_used(struct store *store, struct str realm_id, struct str jti,
					  bool *ret_used, struct why *reterr_why);
/* What an access token names, as it stands at one moment. */
struct token_rows {
	struct user *user;       /* with roles and groups; NULL: there is none */
	struct session *session; /* with its clients; NULL: there is none */
	bool revoked;
};
/* `session_id` empty: the token has none. `user_id` empty: the session's user. */
MUST_USE enum error_code store_find_token_rows(struct store *store, struct arena *arena,
					       struct str realm_id, struct str user_id,
					       struct str session_id, bool offline, struct str jti,
					       struct token_rows *ret_rows, struct why *reterr_why);

/* ---- sign-outs, deliveries, events ---- */

/* A client that is owed notices: its queue. */
struct store_lane {
	struct str client_id, realm_id; /* the client's id; the realm of the row in front */
	int64_t due_ms;      /* when its next row falls due, or loses its lease; 0: at once */
	int64_t last_due_ms; /* the same of its last row */
};
/* All of them, by client_id in ascending order. The cost rises with the number of clients, not
 * with that of rows. */
MUST_USE enum error_code store_list_lanes(struct store *store, struct arena *arena,
					  struct store_lane **ret_lanes, size_t *ret_n,
					  struct why *reterr_why);
/* When the oldest delivery that is owed was queued (INT64_MAX: none is owed). */
MUST_USE enum error_code store_oldest_owed(struct store *store, int64_t *ret_queued_ms,
					   struct why *reterr_why);
struct signout_query {
	struct str realm_id, user /* id or username */, client_id /* clientId */, session_id;
	struct str door;     /* name in doors.def */
	struct str order_id; /* of the mass order whose sessions these are */
	int has_state;  /* 1: only those with a delivery in `state` */
	enum delivery_state state;
	int64_t since_ms, first, max; /* max < 0: all */
};
/* How many there are, without first and max; counts to `most` and no further. */
MUST_USE enum error_code store_count_signouts(struct store *store, const struct signout_query *query,
					      int64_t most, int64_t *ret_n, struct why *reterr_why);
/* Newest first, with their deliveries. */
MUST_USE enum error_code store_list_signouts(struct store *store, struct arena *arena,
					     const struct signout_query *query,
					     struct signout **ret_signouts, size_t *ret_n,
					     struct why *reterr_why);
MUST_USE enum error_code store_find_signout(struct store *store, struct arena *arena,
					    struct str realm_id, struct str id,
					    struct signout *ret_signout, struct why *reterr_why);
/* Notices (WAITING_BROWSER) that this browser is to carry, whose time is not over: those first that
 * it was given least often, and among them those of clients that have ever answered one. */
MUST_USE enum error_code store_find_browser_debts(struct store *store, struct arena *arena,
						  struct str realm_id, struct str browser, int64_t now_s,
						  struct delivery **ret_deliveries, size_t *ret_n,
						  struct why *reterr_why);
/* Those of all realms whose time is over, at most `max`. */
MUST_USE enum error_code store_list_not_fetched(struct store *store, struct arena *arena, int64_t now_ms,
						int64_t max, struct delivery **ret_deliveries,
						size_t *ret_n, struct why *reterr_why);
/* How many deliveries there are in each state, and when the oldest was queued of those that are
 * still owed (0: none is). Reads the whole table: for who can wait. */
struct delivery_counts {
	int64_t by_state[DELIVERY_STATES];
	int64_t oldest_owed_ms;
};
MUST_USE enum error_code store_count_deliveries(struct store *store, struct delivery_counts *ret_counts,
						struct why *reterr_why);
/* True when a client session of this client and user, (re)bound after `since_ms`, lives. */
MUST_USE enum error_code store_newer_client_session(struct store *store, struct str realm_id,
						    struct str user_id, struct str client_id,
						    struct str adapter_session_id, int64_t since_ms,
						    bool *ret_newer, struct why *reterr_why);
struct mass_job {
	struct effect_mass order;
	int64_t done, total;
};
/* Unfinished mass jobs of all realms. */
MUST_USE enum error_code store_list_jobs(struct store *store, struct arena *arena,
					 struct mass_job **ret_jobs, size_t *ret_n,
					 struct why *reterr_why);

struct event_query {
	struct str realm_id, client_id, user_id, ip_address;
	struct str_list types;
	int64_t from_ms, to_ms, first, max; /* 0: no bound */
};
MUST_USE enum error_code store_list_events(struct store *store, struct arena *arena,
					   const struct event_query *query, struct event **ret_events,
					   size_t *ret_n, struct why *reterr_why);

#endif
