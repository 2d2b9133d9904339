/* Compact JWS; see jws.h. */
#include "jose/jws.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/verify.h"
#include "jose/jwk.h"
#include "json/write.h"

struct jws_parsed {
	struct jws_header header;
	struct str input; /* what is signed: header and payload as sent */
	struct str payload, signature;
};

/* The header's members that count. */
struct members {
	struct str alg, typ, kid, crit;
};

static const struct json_field member_fields[] = {
	JSON_TEXT(struct members, alg, "alg", JSON_REQUIRED),
	JSON_TEXT(struct members, typ, "typ", 0),
	JSON_TEXT(struct members, kid, "kid", 0),
	JSON_ANY(struct members, crit, "crit", 0),
};
static const struct json_shape member_shape = JSON_SHAPE(struct members, member_fields);

enum error_code jws_sign(struct arena *arena, const struct sign_key *key,
	enum sign_algorithm algorithm, struct str type, struct str kid, struct str claims,
	struct str *ret_token, struct why *reterr_why)
{
	struct members members = {
		.alg = str_from(sign_algorithm_name(algorithm)), .typ = type, .kid = kid
	};
	struct str signature = { 0 };
	struct text token = text_new(arena, 0);
	text_add(&token, base64url_encode(arena, json_text_of(arena, &member_shape, &members)));
	text_add_char(&token, '.');
	text_add(&token, base64url_encode(arena, claims));
	if (token.failed)
		return error_because(reterr_why, ERROR_TOO_LARGE, "claims of %zu bytes", claims.n);
	enum error_code error =
		sign_bytes(arena, key, algorithm, text_str(&token), &signature, reterr_why);
	if (error)
		return error;
	text_add_char(&token, '.');
	text_add(&token, base64url_encode(arena, signature));
	*ret_token = text_str(&token);
	return OK;
}

/* The three parts, none of them empty. */
static enum error_code split(struct str token, struct str parts[3], struct why *why)
{
	if (token.n > LIMIT_TOKEN)
		return error_because(why, ERROR_INVALID_TOKEN, "token of %zu bytes, allowed %d",
			token.n, LIMIT_TOKEN);
	for (size_t i = 0; i < 3; i++) {
		size_t dot = str_index(token, '.');
		bool last = i == 2;
		if (dot == 0 || last != (dot == token.n))
			return error_because(
				why, ERROR_INVALID_TOKEN, "token has not three non-empty parts");
		parts[i] = str_take(token, dot);
		token = str_drop(token, dot + 1);
	}
	return OK;
}

static enum error_code decode(struct arena *arena, struct str part, const char *name,
	struct str *ret_bytes, struct why *why)
{
	struct why detail;
	if (base64url_decode(arena, part, ret_bytes, &detail))
		return error_because(why, ERROR_INVALID_TOKEN, "token's %s: %s", name, detail.text);
	return OK;
}

static enum error_code read_header(
	struct arena *arena, struct str json, struct jws_header *ret_header, struct why *why)
{
	static const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct members members = { 0 };
	struct why detail;
	enum error_code error = json_read(arena, json, &member_shape, &options, &members, &detail);
	if (error)
		return error_because(why, ERROR_INVALID_TOKEN, "token's header: %s", detail.text);
	if (members.crit.n)
		return error_because(why, ERROR_INVALID_TOKEN,
			"token's header has critical extensions; none is known here");
	if (members.kid.n > JWK_KID_MAX || str_has_control(members.kid))
		return error_because(why, ERROR_INVALID_TOKEN,
			"token's kid of %zu bytes is none of ours", members.kid.n);
	*ret_header = (struct jws_header){ members.alg, members.typ, members.kid };
	return OK;
}

enum error_code jws_parse(struct arena *arena, struct str token,
	const struct jws_parsed **ret_parsed, struct why *reterr_why)
{
	struct str parts[3], header = { 0 };
	struct jws_parsed *parsed = arena_alloc(arena, sizeof *parsed);
	enum error_code error = split(token, parts, reterr_why);
	if (!error)
		error = decode(arena, parts[0], "header", &header, reterr_why);
	if (!error)
		error = decode(arena, parts[1], "payload", &parsed->payload, reterr_why);
	if (!error)
		error = decode(arena, parts[2], "signature", &parsed->signature, reterr_why);
	if (!error)
		error = read_header(arena, header, &parsed->header, reterr_why);
	if (error)
		return error;
	parsed->input = str_take(token, parts[0].n + 1 + parts[1].n);
	*ret_parsed = parsed;
	return OK;
}

enum error_code jws_read_unsigned(struct arena *arena, struct str token, struct jws_header *ret_header,
	struct str *ret_payload, struct why *reterr_why)
{
	struct str header = { 0 }, payload = { 0 }, first, second;
	first = str_take(token, str_index(token, '.'));
	second = str_drop(token, first.n + 1);
	if (token.n > LIMIT_TOKEN || !first.n || second.n < 2 || str_index(second, '.') != second.n - 1)
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "token has not two parts and an empty one");
	enum error_code error = decode(arena, first, "header", &header, reterr_why);
	if (!error)
		error = decode(arena, str_take(second, second.n - 1), "payload", &payload, reterr_why);
	struct jws_header members;
	if (!error)
		error = read_header(arena, header, &members, reterr_why);
	if (!error && !str_eq_z(members.algorithm, "none"))
		error = error_because(reterr_why, ERROR_INVALID_TOKEN, "token without a signature, and its algorithm is not none");
	if (error)
		return error;
	*ret_header = members;
	*ret_payload = payload;
	return OK;
}

const struct jws_header *jws_header(const struct jws_parsed *parsed)
{
	return &parsed->header;
}

struct str jws_unverified_payload(const struct jws_parsed *parsed)
{
	return parsed->payload;
}

enum error_code jws_verify(const struct jws_parsed *parsed, const struct sign_key *key,
	unsigned allowed, struct str *ret_payload, struct why *reterr_why)
{
	enum sign_algorithm algorithm;
	struct str name = parsed->header.algorithm;
	if (!sign_algorithm_of(name, &algorithm) || !(allowed & JWS_ALLOW(algorithm)))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
			"token's algorithm \"%.*s\" is not allowed here",
			STR_ARG(str_take(name, 32)));
	enum error_code error =
		verify_bytes(key, algorithm, parsed->input, parsed->signature, reterr_why);
	if (!error)
		*ret_payload = parsed->payload;
	return error;
}
