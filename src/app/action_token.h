/* Action tokens: what a link in a mail may do, once, for one user. Keycloak's shape: a JWT with the
 * realm's HS512 key, `typ` "execute-actions" or "verify-email". */
#ifndef APP_ACTION_TOKEN_H
#define APP_ACTION_TOKEN_H

#include "app/visit.h"

enum action_token_kind { ACTION_TOKEN_EXECUTE, ACTION_TOKEN_VERIFY_EMAIL, ACTION_TOKEN_KINDS };

struct action_token {
	enum action_token_kind kind;
	struct str jti;                 /* made by action_token_make */
	struct str user_id, email;      /* whom it is for; void once the address is another one */
	struct str client_id;           /* clientId */
	struct str redirect_uri;        /* checked when it was made; may be empty */
	struct str_list actions;        /* aliases; of EXECUTE alone */
	int64_t expires_s;
};

/* "execute-actions", "verify-email". */
struct str action_token_kind_name(enum action_token_kind kind);

/* The link of a new token. Errors as own_token_sign. */
MUST_USE enum error_code action_token_make(struct visit *visit, const struct action_token *token,
					   struct str *ret_link, struct why *reterr_why);
/* INVALID_REQUEST: none of ours (what cannot be read, another kind of token); INVALID_SIGNATURE: not
 * signed by this realm, or of another one; EXPIRED. *ret_token is filled where the signature is
 * right. Nothing is said of whether it was used. */
MUST_USE enum error_code action_token_open(struct visit *visit, struct str key, struct action_token *ret_token,
					   struct why *reterr_why);

#endif
