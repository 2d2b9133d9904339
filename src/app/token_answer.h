/* The answer of the token endpoint: tokens signed, JSON written. */
#ifndef APP_TOKEN_ANSWER_H
#define APP_TOKEN_ANSWER_H

#include "app/client_request.h"
#include "model/user.h"
#include "oidc/token.h"

/* Given for another token (token exchange), and what is given: nothing else comes with it but
 * an access token beside a refresh token. */
enum token_exchanged { EXCHANGED_NOT, EXCHANGED_ACCESS, EXCHANGED_REFRESH, EXCHANGED_ID };

/* Who gets tokens, and in which session. Filled by a grant. */
struct token_grant {
	const struct user *user;          /* with roles and groups */
	const struct session *session;    /* NULL: none (client credentials) */
	const struct client_session *part;
	struct scope_grant scope;
	struct str acr, nonce;
	struct str claims_request;        /* the parameter `claims` of the sign-in */
	struct str client_address;        /* client credentials only */
	struct refresh_place refresh;     /* of the refresh token to give */
	enum token_exchanged exchanged;
	bool exchanged_id;                /* an ID token beside what the exchange is for */
	struct str_list audience;         /* of the access token; none: all that mappers give */
};

/* Signed tokens, before they leave. */
struct token_answer {
	struct str json;
	struct str access_jti, refresh_jti; /* for the event */
};

/* Leaves the user the scopes that the user may have. False, and answered, when offline_access
 * was among those that go, or the user has not consented to one that the client asks for. */
bool token_answer_scope(struct client_request *r, const struct user *user, struct scope_grant *scope);
/* Signs access, refresh (when there is a session and the client uses them) and ID token
 * (scope openid). NO_KEY, CRYPTO_FAILED. */
MUST_USE enum error_code token_answer_make(struct client_request *r, const struct token_grant *grant,
					   struct token_answer *ret_answer, struct why *reterr_why);
/* The audience that an access token of this grant would have. */
struct str_list token_answer_audience(struct client_request *r, const struct token_grant *grant);
/* Writes the answer. */
void token_answer_send(struct client_request *r, const struct token_answer *answer);
/* True when all stands yet that the tokens live by: the session and the client's part in it,
 * no order to end the user's or the realm's sessions, no not-before, realm, client and user
 * enabled. Asked after signing, so that no token leaves after a logout's answer. */
MUST_USE enum error_code token_answer_still(struct client_request *r, const struct token_grant *grant,
					    bool *ret_still, struct why *reterr_why);
/* The part of this client in a session; NULL when it has none. */
const struct client_session *token_answer_part(const struct session *session, const struct client *client);

/* The place of a sign-in's first refresh token. Under rotation a chain begins in `part`, which
 * the caller stores. */
struct refresh_place token_answer_first(struct client_request *r, struct client_session *part);

/* Grants: each answers the request. */
typedef void token_grant_handler(struct client_request *r);
token_grant_handler token_by_code, token_by_refresh, token_by_client_credentials, token_by_exchange;
/* Whether client credentials of this client begin a session, which waits for a commit. */
bool token_client_credentials_wait(const struct client *client);
/* Closes the visit itself when it handed over to the gate; true then. */
bool token_by_password(struct client_request *r);

#endif
