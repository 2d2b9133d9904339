/* Client authentication by a signed JWT: private_key_jwt and client_secret_jwt (RFC 7521, RFC 7523,
 * OpenID Connect Core section 9) under the rules of RFC 8725. Pure: keys, and the memory of what was
 * used, are the caller's.
 *
 * Three steps. client_assertion_read says whose it claims to be; nothing in it counts yet. The caller
 * checks its signature with keys of that client's row, by one of `allowed`. client_assertion_judge
 * then says whether its claims let the client in. */
#ifndef OIDC_CLIENT_ASSERTION_H
#define OIDC_CLIENT_ASSERTION_H

#include "json/read.h"
#include "oidc/client_auth.h"
#include "oidc/client_jwt.h"

struct jws_parsed; /* jose/jws.h */

/* Lives in an arena. Times are seconds since 1970. */
struct client_assertion {
	const struct jws_parsed *token; /* NULL: there is nothing to check (a public client) */
	const struct client *client;
	bool by_secret;    /* client_secret_jwt */
	unsigned allowed;  /* JWS_ALLOW: by the client's row */
	struct str iss, sub, jti;
	struct str *aud;
	size_t aud_n;
	struct json_optional_int exp, iat, nbf;
};

/* True when the request authenticates its client so. */
bool client_assertion_is_presented(const struct client_auth *presented);
/* Errors as client_auth_check; ASSERTION_REFUSED and ASSERTION_NOT_SIGNED with a reason that the asker
 * may be told. *ret_assertion is filled as far as it could be read, for the event. */
MUST_USE enum error_code client_assertion_read(struct arena *arena, const struct realm *realm,
	const struct client_auth *presented, struct client_assertion *ret_assertion, struct why *reterr_why);

/* Of an assertion whose signature is the client's. *ret_until_s: from then on it would be refused for
 * its time alone. ASSERTION_REFUSED with a reason that the asker may be told. */
MUST_USE enum error_code client_assertion_judge(const struct client_assertion *assertion,
	const struct client_jwt_facts *facts, int64_t *ret_until_s, struct why *reterr_why);

#endif
