/* Action tokens; see action_token.h. */
#include "app/action_token.h"

#include "app/own_token.h"
#include "crypto/random.h"
#include "jose/jws.h"
#include "json/write.h"

#define ALGORITHM "HS512"

struct str action_token_kind_name(enum action_token_kind kind)
{
	return kind == ACTION_TOKEN_VERIFY_EMAIL ? STR("verify-email") : STR("execute-actions");
}

enum error_code action_token_make(struct visit *visit, const struct action_token *token, struct str *ret_link,
				  struct why *reterr_why)
{
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_int(&w, "exp", token->expires_s);
	json_member_int(&w, "iat", visit->now_ms / 1000);
	json_member_text(&w, "jti", random_uuid(visit->arena));
	json_member_text(&w, "iss", visit->issuer);
	json_member_text(&w, "aud", visit->issuer);
	json_member_text(&w, "sub", token->user_id);
	json_member_text(&w, "typ", action_token_kind_name(token->kind));
	json_member_text(&w, "azp", token->client_id);
	json_member_text(&w, "nonce", random_uuid(visit->arena));
	json_member_text(&w, "eml", token->email);
	if (token->kind == ACTION_TOKEN_EXECUTE)
		json_member_texts(&w, "rqac", token->actions.items, token->actions.n);
	if (token->redirect_uri.n)
		json_member_text(&w, "reduri", token->redirect_uri);
	json_write_object_end(&w);
	struct str signed_token;
	enum error_code code = own_token_sign(visit->arena, visit->realm, STR(ALGORITHM), STR("JWT"), text_str(&text),
					      &signed_token, reterr_why);
	if (code == OK)
		*ret_link = arena_join(visit->arena, visit_url(visit, "/login-actions/action-token?key="), signed_token,
				       STR(""));
	return code;
}

/* What jwt_claims has not. */
struct extra {
	struct str email, redirect_uri;
	struct str_list actions;
};

static enum error_code read_extra(struct visit *visit, const struct jwt_claims *claims, struct action_token *token,
				  struct why *reterr_why)
{
	static const struct json_field fields[] = {
		JSON_TEXT(struct extra, email, "eml", 0),
		JSON_TEXT(struct extra, redirect_uri, "reduri", 0),
		JSON_TEXTS(struct extra, actions.items, actions.n, "rqac", 0),
	};
	static const struct json_shape shape = JSON_SHAPE(struct extra, fields);
	const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED };
	struct extra extra = { 0 };
	if (json_read(visit->arena, claims->json, &shape, &options, &extra, reterr_why) != OK)
		return ERROR_INVALID_REQUEST;
	token->email = extra.email;
	token->redirect_uri = extra.redirect_uri;
	token->actions = extra.actions;
	return OK;
}

static bool kind_of(struct str typ, enum action_token_kind *ret_kind)
{
	for (int kind = 0; kind < ACTION_TOKEN_KINDS; kind++) {
		*ret_kind = (enum action_token_kind)kind;
		if (str_eq(typ, action_token_kind_name(*ret_kind)))
			return true;
	}
	return false;
}

enum error_code action_token_open(struct visit *visit, struct str key, struct action_token *ret_token,
				  struct why *reterr_why)
{
	const struct jws_parsed *parsed;
	struct jwt_claims claims;
	struct action_token token = { 0 };
	if (jws_parse(visit->arena, key, &parsed, reterr_why) != OK)
		return ERROR_INVALID_REQUEST;
	if (own_token_open(visit, key, &claims, reterr_why) != OK)
		return ERROR_INVALID_SIGNATURE;
	if (!kind_of(claims.typ, &token.kind) || !str_eq_z(jws_header(parsed)->algorithm, ALGORITHM))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "Invalid action token operation");
	if (!jwt_has_audience(&claims, claims.iss) || !claims.sub.n || !claims.jti.n)
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "claims of an action token are missing");
	enum error_code code = read_extra(visit, &claims, &token, reterr_why);
	if (code != OK)
		return code;
	token.jti = claims.jti;
	token.user_id = claims.sub;
	token.client_id = claims.azp;
	token.expires_s = claims.exp.value;
	*ret_token = token;
	const struct jwt_times times = { .now_s = visit->now_ms / 1000 };
	code = jwt_check_times(&claims, &times, reterr_why);
	if (code == OK)
		return OK;
	return code == ERROR_EXPIRED ? error_because(reterr_why, ERROR_EXPIRED, "Token is not active") :
				       ERROR_INVALID_REQUEST;
}
