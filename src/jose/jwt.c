/* JWT claims; see jwt.h. */
#include "jose/jwt.h"

#include "base/tables.h"
#include "crypto/base64.h"

static const int64_t year_9999_s = 253402300799;

static const char *const kinds[JWT_KINDS] = {
	[JWT_ACCESS] = "Bearer",
	[JWT_REFRESH] = "Refresh",
	[JWT_OFFLINE] = "Offline",
	[JWT_ID] = "ID",
	[JWT_LOGOUT] = "Logout",
};

static const struct json_field claim_fields[] = {
	JSON_TEXT(struct jwt_claims, iss, "iss", 0),
	JSON_TEXT(struct jwt_claims, sub, "sub", 0),
	JSON_TEXTS(struct jwt_claims, aud, aud_n, "aud", JSON_LONE),
	JSON_OPTIONAL_INT(struct jwt_claims, exp, "exp", 0),
	JSON_OPTIONAL_INT(struct jwt_claims, iat, "iat", 0),
	JSON_OPTIONAL_INT(struct jwt_claims, nbf, "nbf", 0),
	JSON_OPTIONAL_INT(struct jwt_claims, auth_time, "auth_time", 0),
	JSON_TEXT(struct jwt_claims, jti, "jti", 0),
	JSON_TEXT(struct jwt_claims, typ, "typ", 0),
	JSON_TEXT(struct jwt_claims, azp, "azp", 0),
	JSON_TEXT(struct jwt_claims, sid, "sid", 0),
	JSON_TEXT(struct jwt_claims, session_state, "session_state", 0),
	JSON_TEXT(struct jwt_claims, nonce, "nonce", 0),
	JSON_TEXT(struct jwt_claims, scope, "scope", 0),
	JSON_TEXT(struct jwt_claims, acr, "acr", 0),
	JSON_TEXT(struct jwt_claims, at_hash, "at_hash", 0),
	JSON_TEXT(struct jwt_claims, c_hash, "c_hash", 0),
	JSON_TEXT(struct jwt_claims, client_id, "client_id", 0),
	JSON_TEXT(struct jwt_claims, preferred_username, "preferred_username", 0),
};
static const struct json_shape claim_shape = JSON_SHAPE(struct jwt_claims, claim_fields);

const char *jwt_kind_name(enum jwt_kind kind)
{
	return kinds[kind];
}

bool jwt_kind_of(struct str typ, enum jwt_kind *ret_kind)
{
	for (size_t i = 0; i < JWT_KINDS; i++)
		if (str_eq_z(typ, kinds[i])) {
			*ret_kind = (enum jwt_kind)i;
			return true;
		}
	return false;
}

static enum error_code check_range(const char *name, struct json_optional_int time, struct why *why)
{
	if (time.set && (time.value < 0 || time.value > year_9999_s))
		return error_because(why, ERROR_INVALID_TOKEN,
			"token's %s is %lld, which is no time", name, (long long)time.value);
	return OK;
}

enum error_code jwt_read(struct arena *arena, struct str payload, struct jwt_claims *ret_claims,
	struct why *reterr_why)
{
	static const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct jwt_claims claims = { 0 };
	struct why detail;
	enum error_code error = json_read(arena, payload, &claim_shape, &options, &claims, &detail);
	if (error)
		return error_because(
			reterr_why, ERROR_INVALID_TOKEN, "token's claims: %s", detail.text);
	error = check_range("exp", claims.exp, reterr_why);
	if (!error)
		error = check_range("iat", claims.iat, reterr_why);
	if (!error)
		error = check_range("nbf", claims.nbf, reterr_why);
	if (!error)
		error = check_range("auth_time", claims.auth_time, reterr_why);
	if (error)
		return error;
	claims.json = arena_str(arena, payload);
	*ret_claims = claims;
	return OK;
}

static enum error_code check_start(const char *name, struct json_optional_int time,
	const struct jwt_times *times, struct why *why)
{
	if (time.set && time.value > times->now_s + times->skew_s)
		return error_because(why, ERROR_TOKEN_NOT_ACTIVE,
			"token's %s is %lld s ahead of us", name,
			(long long)(time.value - times->now_s));
	return OK;
}

static enum error_code check_end(
	const struct jwt_claims *claims, const struct jwt_times *times, struct why *why)
{
	if (times->exp_ignored || (times->exp_optional && !claims->exp.set))
		return OK;
	if (!claims->exp.set)
		return error_because(why, ERROR_INVALID_TOKEN, "token has no exp");
	if (times->now_s >= claims->exp.value)
		return error_because(why, ERROR_EXPIRED, "token expired %lld s ago",
			(long long)(times->now_s - claims->exp.value));
	return OK;
}

static enum error_code check_age(
	const struct jwt_claims *claims, const struct jwt_times *times, struct why *why)
{
	if (!times->max_age_s)
		return OK;
	if (!claims->iat.set)
		return error_because(why, ERROR_INVALID_TOKEN, "token has no iat");
	if (times->now_s - claims->iat.value > times->max_age_s)
		return error_because(why, ERROR_EXPIRED, "token is %lld s old, allowed %lld",
			(long long)(times->now_s - claims->iat.value), (long long)times->max_age_s);
	return OK;
}

enum error_code jwt_check_times(
	const struct jwt_claims *claims, const struct jwt_times *times, struct why *reterr_why)
{
	enum error_code error = check_start("nbf", claims->nbf, times, reterr_why);
	if (!error)
		error = check_start("iat", claims->iat, times, reterr_why);
	if (!error)
		error = check_end(claims, times, reterr_why);
	if (!error)
		error = check_age(claims, times, reterr_why);
	return error;
}

enum error_code jwt_check_kind(
	const struct jwt_claims *claims, enum jwt_kind kind, struct why *reterr_why)
{
	if (str_eq_z(claims->typ, kinds[kind]))
		return OK;
	return error_because(reterr_why, ERROR_INVALID_TOKEN,
		"token's typ is \"%.*s\", wanted \"%s\"", STR_ARG(str_take(claims->typ, 64)),
		kinds[kind]);
}

bool jwt_has_audience(const struct jwt_claims *claims, struct str audience)
{
	for (size_t i = 0; i < claims->aud_n; i++)
		if (str_eq(claims->aud[i], audience))
			return true;
	return false;
}

bool jwt_has_scope(const struct jwt_claims *claims, struct str scope)
{
	struct str rest = claims->scope, word;
	while (str_next(&rest, ' ', &word))
		if (word.n && str_eq(word, scope))
			return true;
	return false;
}

struct str jwt_half_hash(struct arena *arena, enum sign_algorithm algorithm, struct str value)
{
	unsigned char hash[HASH_MAX];
	size_t n = hash_bytes(sign_algorithm_hash(algorithm), value, hash);
	return base64url_encode(arena, str_of(hash, n / 2));
}
