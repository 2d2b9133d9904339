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
	struct str assertion_type; /* client_assertion_type of the form */
	bool may_repeat;           /* the same by header and by form counts as one method */
	int64_t now_s;             /* by which secrets expire */
};

/* Finds and authenticates the client. Public clients pass with their bare client_id.
 * Errors, all told alike to the asker except as Keycloak does: INVALID_CLIENT,
 * CLIENT_NOT_FOUND, CLIENT_DISABLED, INVALID_CLIENT_CREDENTIALS, INVALID_REQUEST (two
 * methods at once). *ret_client is set whenever the client is known, for the event. */
MUST_USE enum error_code client_auth_check(struct arena *arena, const struct realm *realm,
					   const struct client_auth *presented,
					   const struct client **ret_client, struct why *reterr_why);

/* The secret that the client had before its last rotation (attribute client.secret.rotated), while
 * it counts; empty when there is none, or it has expired. */
struct str client_auth_rotated_secret(const struct attributes *attributes, int64_t now_s);

#endif
