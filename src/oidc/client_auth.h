/* Client authentication (RFC 6749 section 2.3): what a request presents, and whether it is
 * the client's. Pure; the secret is compared in constant time. */
#ifndef OIDC_CLIENT_AUTH_H
#define OIDC_CLIENT_AUTH_H

#include "base/errors.h"
#include "model/realm.h"

struct client_auth {
	struct str basic;         /* value after "Basic ", or empty */
	struct str client_id;     /* of the form */
	struct str client_secret; /* of the form */
	bool has_secret;          /* client_secret was in the form, even empty */
	/* Of the form; p is NULL where there is none. For client_assertion.h. */
	struct str assertion_type, assertion;
	bool may_repeat;           /* the same by header and by form counts as one method */
	int64_t now_s;             /* by which secrets expire */
};

/* Finds and authenticates the client. Public clients pass with their bare client_id.
 * Errors, all told alike to the asker except as Keycloak does: INVALID_CLIENT,
 * CLIENT_NOT_FOUND, CLIENT_DISABLED, INVALID_CLIENT_CREDENTIALS, INVALID_REQUEST (two
 * methods at once), ASSERTION_REFUSED (the client's method is an assertion). *ret_client is set
 * whenever the client is known, for the event. */
MUST_USE enum error_code client_auth_check(struct arena *arena, const struct realm *realm,
					   const struct client_auth *presented,
					   const struct client **ret_client, struct why *reterr_why);

/* True when the client's own secret counts no more (attribute client.secret.expiration.time). */
bool client_auth_secret_expired(const struct client *client, int64_t now_s);

/* The secret that the client had before its last rotation (attribute client.secret.rotated), while
 * it counts; empty when there is none, or it has expired. */
struct str client_auth_rotated_secret(const struct attributes *attributes, int64_t now_s);

#endif
