/* The answer of the token endpoint: tokens signed, JSON written. */
#ifndef APP_TOKEN_ANSWER_H
#define APP_TOKEN_ANSWER_H

#include "app/client_request.h"
#include "app/token_sign.h"

/* Signed tokens, before they leave. */
struct token_answer {
	struct str json;
	struct str access_jti, refresh_jti; /* for the event */
};

/* Leaves the user the scopes that the user may have. False, and answered, when offline_access was
 * among those that go. */
bool token_answer_limit(struct client_request *r, const struct user *user, struct scope_grant *scope);
/* The same; false also when the user has not consented to one that the client asks for. */
bool token_answer_scope(struct client_request *r, const struct user *user, struct scope_grant *scope);
/* Signs access, refresh (when there is a session and the client uses them) and ID token
 * (scope openid). NO_KEY, CRYPTO_FAILED. */
MUST_USE enum error_code token_answer_make(struct client_request *r, const struct token_grant *grant,
					   struct token_answer *ret_answer, struct why *reterr_why);
/* The audience that an access token of this grant would have. */
struct str_list token_answer_audience(struct client_request *r, const struct token_grant *grant);
/* Writes the answer. */
void token_answer_send(struct client_request *r, const struct token_answer *answer);
/* The part of this client in a session; NULL when it has none. */
const struct client_session *token_answer_part(const struct session *session, const struct client *client);

/* The place of a sign-in's first refresh token. Under rotation a chain begins in `part`, which
 * the caller stores. */
struct refresh_place token_answer_first(struct client_request *r, struct client_session *part);

/* Grants: each answers the request. */
typedef void token_grant_handler(struct client_request *r);
token_grant_handler token_by_code, token_by_refresh, token_by_client_credentials, token_by_exchange, token_by_device,
	token_by_ciba;
/* Whether client credentials of this client begin a session, which waits for a commit. */
bool token_client_credentials_wait(const struct client *client);
/* Closes the visit itself when it handed over to the gate; true then. */
bool token_by_password(struct client_request *r);

#endif
