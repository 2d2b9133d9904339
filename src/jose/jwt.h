/* Claims of JSON Web Tokens (RFC 7519) as this server and Keycloak write them, and the rules
 * about time, kind and audience. Pure: `now` is a parameter. */
#ifndef JOSE_JWT_H
#define JOSE_JWT_H

#include "crypto/sign.h"
#include "json/read.h"

/* Kinds of tokens: the claim `typ`, which keeps one kind from passing for another. */
enum jwt_kind { JWT_ACCESS, JWT_REFRESH, JWT_OFFLINE, JWT_ID, JWT_LOGOUT, JWT_KINDS };
/* "Bearer", "Refresh", "Offline", "ID", "Logout". Static storage. */
const char *jwt_kind_name(enum jwt_kind kind);
bool jwt_kind_of(struct str typ, enum jwt_kind *ret_kind);

/* Times are seconds since 1970. Texts that are absent are empty. Lives in an arena. */
struct jwt_claims {
	struct str iss, sub, jti, typ, azp, sid, session_state, nonce, scope, acr, at_hash, c_hash,
		client_id, preferred_username;
	struct str *aud; /* a lone text counts as a list of one */
	size_t aud_n;
	struct json_optional_int exp, iat, nbf, auth_time;
	struct str json; /* the whole payload, for what is not read here */
};

/* Reads the claims of a verified payload; other claims are ignored. A claim of the wrong
 * JSON type (exp as text, list, float, 1e308) or a duplicate is ERROR_INVALID_TOKEN, as is a
 * time that is negative or beyond the year 9999. */
enum error_code jwt_read(struct arena *arena, struct str payload, struct jwt_claims *ret_claims,
	struct why *reterr_why) MUST_USE;

/* What jwt_check_times asks for. */
struct jwt_times {
	int64_t now_s;
	int64_t skew_s;    /* how far iat and nbf may be ahead of us; exp has no grace */
	bool exp_optional; /* offline tokens have none */
	bool exp_ignored;  /* id_token_hint: an expired one is fine */
	int64_t max_age_s; /* iat no older than this; 0: any. Requires iat */
};
/* Expired from the second `exp` on (RFC 7519 section 4.1.4). ERROR_EXPIRED,
 * ERROR_TOKEN_NOT_ACTIVE (nbf or iat ahead), ERROR_INVALID_TOKEN (exp missing). */
enum error_code jwt_check_times(const struct jwt_claims *claims, const struct jwt_times *times,
	struct why *reterr_why) MUST_USE;
/* ERROR_INVALID_TOKEN unless `typ` is this kind's. */
enum error_code jwt_check_kind(
	const struct jwt_claims *claims, enum jwt_kind kind, struct why *reterr_why) MUST_USE;
/* True when `audience` is in aud. */
bool jwt_has_audience(const struct jwt_claims *claims, struct str audience);
/* True when `scope` is one of the space separated words of the claim. */
bool jwt_has_scope(const struct jwt_claims *claims, struct str scope);

/* at_hash or c_hash of an access token or a code (OpenID Connect Core 3.1.3.6, 3.3.2.11):
 * base64url of the left half of the hash that the ID token's algorithm uses. */
struct str jwt_half_hash(struct arena *arena, enum sign_algorithm algorithm, struct str value);

#endif
