/* JWTs of clients; see client_jwt.h. */
#include "oidc/client_jwt.h"

#include "jose/jws.h"

unsigned client_jwt_allowed(struct str own, unsigned among)
{
	enum sign_algorithm algorithm;
	if (!own.n)
		return among;
	return sign_algorithm_of(own, &algorithm) ? among & JWS_ALLOW(algorithm) : 0;
}

bool client_jwt_is_type(struct str type, struct str name)
{
	static const struct str media = STR_INIT("application/");
	if (str_eq_nocase(str_take(type, media.n), media))
		type = str_drop(type, media.n);
	else if (!type.n)
		return true;
	return str_eq_nocase(type, STR("JWT")) || str_eq_nocase(type, name);
}

bool client_jwt_is_for_us(struct str audience, const struct client_jwt_facts *facts, const struct str *ends, size_t ends_n)
{
	for (size_t i = 0; i < ends_n; i++) {
		struct str rest = str_take(audience, audience.n - ends[i].n);
		if (str_ends(audience, ends[i]) && (str_eq(rest, facts->issuer) || str_eq(rest, facts->other_issuer)))
			return true;
	}
	return false;
}
