/* Effects: what a decision wants changed, as data. A list of them is applied in one
 * transaction or not at all.
 *
 * Each effect carries its own precondition (a version, "not used yet", "exists"). When one
 * does not hold the whole list is refused with ERROR_STALE and the caller loads and
 * decides again. The pure folders make effects; store/ alone knows how they become SQL. */
#ifndef MODEL_EFFECT_H
#define MODEL_EFFECT_H

#include "model/delivery.h"
#include "model/event.h"
#include "model/session.h"
#include "model/user.h"

enum effect_kind {
	EFFECT_SESSION_CREATE,        /* u.session: a new row; the id must be free */
	EFFECT_SESSION_MAY_BEGIN,     /* u.session (realm_id, user_id, started_ms): changes nothing; STALE
	                                 unless the user is enabled and no order to end the realm's or
	                                 the user's sessions is as late as started_ms. Before CREATE */
	EFFECT_SESSION_COUNT,         /* u.count: changes nothing; STALE unless the user has as many sessions.
	                                 After MAY_BEGIN, which holds the user */
	EFFECT_SESSION_SIGN_IN_AGAIN, /* u.session: re-authentication: new cookie_hash, auth_time_s,
	                                 version must match and rises */
	EFFECT_SESSION_TOUCH,         /* u.touch: last use; never moves back, no row is fine */
	EFFECT_SESSION_END,           /* u.end: deletes the row and its client sessions; version must match */
	EFFECT_CLIENT_SESSION_PUT,    /* u.client_session: adds or replaces; the session's version
	                                 (u.client_session.session_version) must match and rises */
	EFFECT_CLIENT_SESSION_REFRESH,/* u.client_session: rotation state; session version as above */
	EFFECT_CLIENT_SESSION_BIND,   /* u.client_session: adapter_session_id/host; the row must exist */
	EFFECT_CLIENT_SESSION_END,    /* u.client_end: deletes one; session version must match and rises */
	EFFECT_CODE_CREATE,           /* u.code */
	EFFECT_CODE_USE,              /* u.code_use: sets used_ms where it was 0, or the list is stale */
	EFFECT_FAILURE_PUT,           /* u.failure: version must match (0: no row), rises */
	EFFECT_FAILURE_CLEAR,         /* u.failure: deletes; no row is fine */
	EFFECT_CREDENTIAL_REPLACE,    /* u.credential: the user's password becomes this one */
	EFFECT_CREDENTIAL_REHASH,     /* u.credential: same password, only where `previous` still stands */
	EFFECT_REQUIRED_ACTION_REMOVE,/* u.required_action */
	EFFECT_REQUIRED_ACTION_ADD,   /* u.required_action; present already is fine */
	EFFECT_USER_CREATE,           /* u.user, with its roles, groups and credentials */
	EFFECT_USER_UPDATE,           /* u.user: the row's own fields and attributes; version must match */
	EFFECT_USER_ROLE_ADD,         /* u.user_role; held already is fine */
	EFFECT_USER_DELETE,           /* u.user: id; sessions are ended by effects of their own */
	EFFECT_CONSENT_PUT,           /* u.consent: version must match (0: no row), rises; the user exists */
	EFFECT_CONSENT_HOLDS,         /* u.consent (user, client, version): changes nothing; STALE when it
	                                 was withdrawn or changed meanwhile */
	EFFECT_CONSENT_DELETE,        /* u.consent (user, client): no row is fine */
	EFFECT_TOKEN_REVOKE,          /* u.token_revoke: access token by jti until it expires */
	EFFECT_TOKEN_USE,             /* u.token_revoke: the same for what may be used once; STALE when it
	                                 was used already */
	EFFECT_PUSHED_ADD,            /* u.pushed: a pushed request; STALE when the client has too many */
	EFFECT_PUSHED_DELETE,         /* u.pushed_hash: no row is fine */
	EFFECT_SIGNOUT_CREATE,        /* u.signout: the receipt (deliveries come as own effects) */
	EFFECT_DELIVERY_CREATE,       /* u.delivery */
	EFFECT_DELIVERY_UPDATE,       /* u.delivery_update: state must be as expected (lease owner) */
	EFFECT_EVENT,                 /* u.event */
	EFFECT_ADMIN_EVENT,           /* u.admin_event */
	EFFECT_MASS_END,              /* u.mass: an epoch, which never moves back, plus its job row */
	EFFECT_REALM_CHANGED,         /* u.realm_changed: raises the realm's version (snapshots reload);
	                                 where it names one, that version must still stand */
	EFFECT_JOB_ADVANCE,           /* u.job: progress of a mass job, or its end */
	EFFECT_REALM_UPDATE,          /* u.realm: the realm's own row; version must match and rises.
	                                 EXISTS: name taken, or e-mails that may no longer be shared */
	EFFECT_CLIENT_CREATE,         /* u.client: the row and its scopes. EXISTS: clientId or id taken */
	EFFECT_CLIENT_UPDATE,         /* u.client: the same for one that must be there */
	EFFECT_CLIENT_DELETE,         /* u.client (rep->client.id): with its roles and what names them;
	                                 sessions are ended by effects of their own */
	/* Parts of the configuration and of users, each with kinds of its own in model/<part>_change.h.
	 * They come after REALM_CHANGED, which holds the realm. EXISTS: a name is taken. */
	EFFECT_ROLE_CHANGE,           /* u.role: roles, composites */
	EFFECT_GROUP_CHANGE,          /* u.group: groups, their roles, default groups */
	EFFECT_SCOPE_CHANGE,          /* u.scope: client scopes, who has them, scope mappings */
	EFFECT_COMPONENT_CHANGE,      /* u.component: components, keys among them */
	EFFECT_USER_CHANGE,           /* u.user_part: memberships, roles, credentials of one user */
	EFFECT_REGISTRATION_CHANGE,   /* u.registration: who may register clients */
	EFFECT_LOG_CHANGE,            /* u.log: events and admin events are cleared */
	EFFECT_PENDING_CHANGE,        /* u.pending: grants that wait for the user's answer elsewhere */
	EFFECT_COUNT
};

struct effect_touch {
	struct str session_id, client_id; /* client_id empty: the session alone */
	bool offline;
	int64_t last_refresh_s;
};

struct effect_count {
	struct str realm_id, user_id;
	int64_t sessions; /* rows, whether they live or not; offline ones are not counted */
};

struct effect_end {
	struct str session_id;
	bool offline;
	int64_t version;
};

struct effect_client_session {
	struct client_session row;
	int64_t session_version;
};

struct effect_client_end {
	struct str session_id, client_id;
	bool offline;
	int64_t session_version;
};

struct effect_code_use {
	struct str hash;
	int64_t used_ms;
};

struct effect_credential {
	struct str realm_id, user_id;
	struct credential credential;
	struct str previous; /* secret_data that REHASH expects */
};

struct effect_required_action {
	struct str realm_id, user_id, alias;
};

struct effect_user_role {
	struct str user_id, role_id;
};

struct effect_token_revoke {
	struct str realm_id, jti;
	int64_t expires_s;
};

struct effect_delivery_update {
	struct str id;
	enum delivery_state expected, state;
	struct str lease_owner; /* must match when `expected` is SENDING */
	int64_t now_ms, due_ms, attempts, http_status;
	struct str reason;
};

/* Whose sessions a mass door ends. */
enum mass_scope {
	MASS_REALM,      /* all of the realm */
	MASS_REMEMBERED, /* those of the realm that were to be remembered */
	MASS_CLIENT,     /* one client's part in each */
	MASS_USER,       /* all of one user */
};

/* "realm", "client" ...; static storage. */
const char *mass_scope_name(enum mass_scope scope);
bool mass_scope_of(struct str name, enum mass_scope *ret_scope);

/* A mass door: one epoch now, the sessions in batches by a job. The effect that deletes a user
 * or a client comes after it, since it needs the row. */
struct effect_mass {
	struct str job_id, signout_id, realm_id;
	enum mass_scope scope;
	struct str target_id; /* the client's id or the user's; empty: the realm */
	struct str spared;    /* MASS_USER: sid of the browser's session that lives on; empty: none */
	struct str door, initiator;
	int64_t epoch_ms; /* what started at or before is over */
	int64_t not_before_s; /* MASS_USER: the user's not-before becomes this where it is later */
};

struct effect_realm_changed {
	struct str realm_id;
	int64_t version; /* 0: any */
};

struct client_rep; /* model/representation.h */
struct realm_rep;

struct role_change; /* model/role_change.h; the others alike */
struct group_change;
struct scope_change;
struct component_change;
struct user_change;
struct registration_change;
struct log_change;
struct pushed_add; /* model/pushed.h */
struct pending_change;

/* What a realm's row becomes. A realm of another name than before takes its client in `master`
 * along. */
struct effect_realm {
	const struct realm_rep *rep;
	struct str old_name;
	int64_t version;
	bool emails_change; /* whether users may share an e-mail is another matter now */
};

/* A client with its scopes by name; names that the realm has not are left out. */
struct effect_client {
	struct str realm_id;
	const struct client_rep *rep;
	int64_t epoch_ms; /* CREATE: what started at or before was with one of its id before it */
};

struct effect_job {
	struct str id;
	int64_t done, total;
	bool finished;
};

struct effect {
	enum effect_kind kind;
	union {
		struct session session;
		struct effect_count count;
		struct effect_touch touch;
		struct effect_end end;
		struct effect_client_session client_session;
		struct effect_client_end client_end;
		struct code code;
		struct effect_code_use code_use;
		struct login_failure failure;
		struct effect_credential credential;
		struct effect_required_action required_action;
		struct user user;
		struct consent consent;
		struct effect_user_role user_role;
		struct effect_token_revoke token_revoke;
		struct signout signout;
		struct delivery delivery;
		struct effect_delivery_update delivery_update;
		struct event event;
		struct admin_event admin_event;
		struct effect_mass mass;
		struct effect_realm_changed realm_changed;
		struct effect_job job;
		struct effect_realm realm;
		struct effect_client client;
		const struct role_change *role;
		const struct group_change *group;
		const struct scope_change *scope;
		const struct component_change *component;
		const struct user_change *user_part;
		const struct registration_change *registration;
		const struct log_change *log;
		const struct pushed_add *pushed;
		struct str pushed_hash;
		const struct pending_change *pending;
	} u;
};

/* A list of effects in an arena, applied in order. */
struct effects {
	struct arena *arena;
	struct effect *items;
	size_t n;
};

struct effects effects_new(struct arena *arena);
/* Appends a zeroed effect of that kind and returns it for filling in. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);

#endif
