/* Tokens: the claims of those we give, and the judgement of those we get back. Pure. */
#ifndef OIDC_TOKEN_H
#define OIDC_TOKEN_H

#include "base/errors.h"
#include "model/life.h"
#include "model/rotation.h"
#include "oidc/claims.h"

struct jwt_claims; /* jose/jwt.h */

/* What one answer of the token endpoint is made of. */
struct token_input {
	struct claims_input claims; /* with the nonce */
	const struct client_session *part; /* NULL: no session, no refresh token */
	struct str issuer;
	struct str access_jti, id_jti, refresh_jti;
	struct refresh_place refresh; /* of the refresh token to be given */
	bool implicit;                /* no code comes with them (life_implicit_token_s) */
	struct str_list audience;     /* what of its audience the access token names; none: all */
	int64_t now_ms;
};

/* Claims as compact JSON, and the lifespans that the answer names. */
struct str token_access_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s);
/* What the access token's audience is when nothing is left out. */
struct str_list token_audience(struct arena *arena, const struct claims_input *claims);
/* *ret_life_s is 0 for a token that does not expire. */
struct str token_refresh_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s);
/* Hashes of what comes with an ID token (OpenID Connect Core section 3.3.2.11; FAPI 1.0 part 2,
 * section 5.1.1): of the access token, the code, the state. Empty: it does not come. */
struct token_hashes {
	struct str at_hash, c_hash, s_hash;
};
struct str token_id_claims(struct arena *arena, const struct token_input *input,
			   const struct token_hashes *hashes);
/* The answer of userinfo for a live access token: an object, which may be added to. */
struct json_node *token_userinfo_claims(struct arena *arena, const struct claims_input *claims);
/* What introspection says of a live access token: the claims by which it is known, and what
 * mappers say for introspection. ERROR_BAD_JSON never happens with a token of ours. */
MUST_USE enum error_code token_introspection_claims(struct arena *arena, const struct claims_input *claims,
						    const struct jwt_claims *token, struct json_node **ret_tree,
						    struct why *reterr_why);

/* Rows that a refresh token names; NULL where there is none. */
struct token_refresh_facts {
	const struct realm *realm;
	const struct client *client; /* authenticated */
	const struct user *user;
	const struct session *session;
	const struct client_session *part;
	struct str issuer, issuer_auth; /* both forms of ours, without and with /auth */
	int64_t now_ms;
};

struct token_refusal {
	enum error_code code;
	struct str text;     /* error_description, Keycloak's wording */
	bool replay;         /* a rotated token came again: the client is to be signed out */
};

/* How far ahead of us the clock of another node of ours may be. */
enum { TOKEN_SKEW_S = 60 };

/* The `jti` of an access token as Keycloak writes it: what kind of session it belongs to
 * ("on", "of" for an offline one, "tr" for none), "rt", the grant ("ac", "rt", "ro", "cc"),
 * and a unique part. */
struct str token_access_jti(struct arena *arena, const struct session *session, const char *grant,
			    struct str unique);
/* True when an access token of ours was given for an offline session. */
bool token_is_offline(const struct jwt_claims *claims);

/* Where a refresh token of ours stands in its rotation; what it does not say is empty or 0. */
struct refresh_place token_place(struct arena *arena, const struct jwt_claims *claims);
/* Whether a refresh token, whose signature is ours, may be used; OK in `code` when so. */
struct token_refusal token_check_refresh(const struct token_refresh_facts *facts,
					 const struct jwt_claims *claims,
					 const struct refresh_place *place);
/* The checks of it that need no session: type, issuer, client. For logout too. */
struct token_refusal token_check_refresh_kind(const struct token_refresh_facts *facts,
					      const struct jwt_claims *claims);

/* An access token presented to userinfo or introspection: NULL when it is alive, else why
 * not, for the event. `user`, `session` may be NULL (no such row); `session` is the one of
 * the token's sid and kind (token_is_offline), with its clients. */
const char *token_access_dead(const struct realm *realm, const struct client *client,
			      const struct user *user, const struct session *session,
			      const struct jwt_claims *claims, int64_t now_ms);

#endif
