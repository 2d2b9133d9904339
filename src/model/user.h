/* A user of a realm, with credentials, roles and groups as far as they were loaded. */
#ifndef MODEL_USER_H
#define MODEL_USER_H

#include "model/realm.h"

struct credential {
	struct str id, type; /* "password", "otp", "webauthn" ... */
	struct str label;
	struct str secret_data, credential_data; /* Keycloak's JSON texts */
	int64_t created_ms, priority;
	bool temporary; /* on the way in only */
};

/* An account at an identity provider that the user is linked with. */
struct user_identity {
	struct str provider; /* its alias */
	struct str user_id, user_name;
};

/* What a user has granted to a client that asks for consent (consentRequired). */
struct consent {
	struct str realm_id, user_id, client_id; /* the client's id, not its clientId */
	struct str_list scope_ids; /* of client scopes; the client's own id: its own entry */
	int64_t created_ms, updated_ms;
	int64_t version; /* 0: no row yet */
};

struct user {
	struct str id, realm_id, username, email, first_name, last_name;
	bool enabled, email_verified;
	int64_t created_ms;
	int64_t not_before_s;
	int64_t sessions_ended_before_ms; /* epoch: earlier sessions are dead */
	int64_t version;
	struct str service_account_client_id; /* id of the client it serves; empty: a person */
	struct str federation_link;
	struct json_list_pair *attributes; /* name -> values */
	size_t attributes_n;
	struct str_list required_actions; /* aliases */
	struct str kept;                  /* members of the representation not used yet, JSON */
	/* Filled only by questions that say so: */
	struct str_list role_ids;  /* direct role mappings */
	struct str_list group_ids; /* direct memberships */
	struct credential *credentials;
	size_t credentials_n;
	bool otp; /* one of them is a one-time password; lists of users fill it too */
	struct user_identity *identities;
	size_t identities_n;
	struct consent *consents; /* on the way in only */
	size_t consents_n;
};

/* Keycloak's user properties (username, email, firstName, lastName, id, emailVerified, enabled), which
 * mappers ask for by name; empty when there is no such property. */
struct str user_property(const struct user *user, struct str name);
/* The user's own values of that attribute, else those of the nearest group that has some; NULL when
 * nobody has. Needs user->group_ids. */
const struct json_list_pair *user_attribute(
	const struct realm *realm, const struct user *user, struct str name);

/* Failed attempts of one user, for brute-force protection. */
struct login_failure {
	struct str realm_id, user_id, last_ip;
	int64_t failures;        /* attempts counted, the reserved ones included */
	int64_t last_failure_ms;
	int64_t not_before_s;    /* locked until then */
	int64_t temporary_lockouts;
	int64_t version;         /* 0: no row yet */
};

#endif
