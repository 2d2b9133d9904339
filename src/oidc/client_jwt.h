/* What holds for every JWT that a client sends us, whatever it is for (client assertions, request
 * objects): the rules of RFC 8725 on its algorithm, its type and its audience. Pure. */
#ifndef OIDC_CLIENT_JWT_H
#define OIDC_CLIENT_JWT_H

#include "base/str.h"

struct client_jwt_facts {
	struct str issuer, other_issuer; /* both forms of ours, with and without /auth */
	int64_t now_s;
};

/* JWS_ALLOW (jose/jws.h): the one of `among` that the client's row names, none when it names another;
 * all of them when `own` is empty. */
unsigned client_jwt_allowed(struct str own, unsigned among);
/* True for a `typ` of such a token: none, JWT, or `name`, each with "application/" before it or not. A
 * token of another use is none of these (section 3.11). */
bool client_jwt_is_type(struct str type, struct str name);
/* True when `audience` is one of our issuers with one of `ends` behind it; an empty one is the issuer. */
bool client_jwt_is_for_us(struct str audience, const struct client_jwt_facts *facts, const struct str *ends, size_t ends_n);

#endif
