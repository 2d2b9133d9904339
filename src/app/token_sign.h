/* Tokens for somebody who was granted them, each signed by the algorithm that the client's row names.
 * What is written around them is the answer's: token_answer.h, entry_openid.c. */
#ifndef APP_TOKEN_SIGN_H
#define APP_TOKEN_SIGN_H

#include "app/visit.h"
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

/* What the tokens of a grant are made of. `code` is the part of an access token's id that says by
 * which grant it was given ("ac", "rt" ...). */
struct token_input token_sign_input(struct visit *visit, const struct client *client,
				    const struct token_grant *grant, const char *code);
/* NO_KEY, CRYPTO_FAILED. Only workers: a key may have to be made (fallback_key.h). */
MUST_USE enum error_code token_sign_access(struct visit *visit, const struct token_input *input,
					   struct str *ret_token, int64_t *ret_life_s, struct why *reterr_why);
/* What an ID token comes with, and vouches for; empty: nothing. */
struct token_beside {
	struct str access, code, state;
};
MUST_USE enum error_code token_sign_id(struct visit *visit, const struct token_input *input,
				       const struct token_beside *beside, struct str *ret_token,
				       struct why *reterr_why);
/* The claims of an answer that leaves by the browser as a JWT, signed by what the client's row names
 * (authorization.signed.response.alg), and encrypted where it wants that. */
MUST_USE enum error_code token_sign_answer(struct visit *visit, const struct client *client, struct str claims,
					   struct str *ret_token, struct why *reterr_why);
/* True when all stands yet that the tokens live by: the session and the client's part in it,
 * no order to end the user's or the realm's sessions, no not-before, realm, client and user
 * enabled. Asked after signing, so that no token leaves after a logout's answer. */
MUST_USE enum error_code token_sign_still(struct visit *visit, const struct client *client,
					  const struct client_session *part, bool *ret_still,
					  struct why *reterr_why);

#endif
