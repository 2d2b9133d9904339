/* The answer of the token endpoint; see token_answer.h. */
#include "app/token_answer.h"

#include "app/consenting.h"
#include "app/fallback_key.h"
#include "app/token_sign.h"
#include "crypto/random.h"
#include "oidc/ciba.h"
#include "oidc/device.h"

/* The part of an access token's id that says by which grant it was given. */
static const char *grant_code_of(struct client_request *r)
{
	struct str type = client_request_value(r, "grant_type");
	return str_eq_z(type, "authorization_code") ? "ac" : str_eq_z(type, "refresh_token") ? "rt" :
	       str_eq_z(type, "password") ? "ro" : str_eq_z(type, "client_credentials") ? "cc" :
	       str_eq_z(type, DEVICE_GRANT_TYPE) ? "dg" :
	       str_eq_z(type, CIBA_GRANT_TYPE) ? "ci" : "te";
}

struct str_list token_answer_audience(struct client_request *r, const struct token_grant *grant)
{
	struct token_input input = token_sign_input(r->visit, r->client, grant, grant_code_of(r));
	return token_audience(r->visit->arena, &input.claims);
}

struct signed_tokens {
	struct str access, refresh, id;
	int64_t access_life_s, refresh_life_s;
};

static bool gives_refresh_tokens(const struct client_request *r)
{
	return attributes_true(&r->client->attributes, STR("use.refresh.tokens"), true);
}

static bool wants_refresh(const struct client_request *r, const struct token_grant *grant)
{
	bool wanted = grant->exchanged == EXCHANGED_NOT || grant->exchanged == EXCHANGED_REFRESH;
	return wanted && grant->part && gives_refresh_tokens(r);
}

static bool wants_id(const struct token_grant *grant)
{
	bool wanted = grant->exchanged == EXCHANGED_NOT ? grant->scope.openid :
							  grant->exchanged == EXCHANGED_ID || grant->exchanged_id;
	return wanted && grant->session;
}

/* RFC 8693 section 2.2.1. */
static const char *issued_type(enum token_exchanged exchanged)
{
	return exchanged == EXCHANGED_ID ? "urn:ietf:params:oauth:token-type:id_token" :
	       exchanged == EXCHANGED_REFRESH ? "urn:ietf:params:oauth:token-type:refresh_token" :
						"urn:ietf:params:oauth:token-type:access_token";
}

static enum error_code sign_all(struct client_request *r, const struct token_grant *grant,
				const struct token_input *input, struct signed_tokens *tokens, struct why *reterr_why)
{
	enum error_code code =
		token_sign_access(r->visit, input, &tokens->access, &tokens->access_life_s, reterr_why);
	if (code == OK && wants_refresh(r, grant)) {
		struct str claims = token_refresh_claims(r->visit->arena, input, &tokens->refresh_life_s);
		code = fallback_key_sign(r->visit, STR("HS512"), STR("JWT"), claims, &tokens->refresh, reterr_why);
	}
	if (code == OK && wants_id(grant))
		code = token_sign_id(r->visit, input, &(struct token_beside){ .access = tokens->access }, &tokens->id,
				     reterr_why);
	return code;
}

/* A scope that the client got later, or a consent that was withdrawn; false: answered. */
static bool consented(struct client_request *r, const struct user *user, const struct scope_grant *scope)
{
	struct why why = { "" };
	bool covers;
	enum error_code code = consenting_covers(r->visit, r->client, user->id, scope, &covers, &why);
	if (code != OK)
		client_request_broken(r, code, &why);
	else if (!covers)
		client_request_fail(r, ERROR_CONSENT_MISSING, STR(""), STR(""));
	return code == OK && covers;
}

bool token_answer_limit(struct client_request *r, const struct user *user, struct scope_grant *scope)
{
	bool offline = scope->offline_access;
	struct role_set held = roles_of_user(r->visit->arena, r->visit->realm, user);
	scope_limit(r->visit->arena, &held, scope);
	if (offline == scope->offline_access)
		return true;
	client_request_fail(r, ERROR_INVALID_SCOPE, STR("Offline tokens not allowed for the user or client"), STR(""));
	return false;
}

bool token_answer_scope(struct client_request *r, const struct user *user, struct scope_grant *scope)
{
	if (!token_answer_limit(r, user, scope))
		return false;
	return user->service_account_client_id.n || consented(r, user, scope);
}

static void put_text(struct json_node *tree, const char *name, struct str value)
{
	if (value.n)
		json_node_append(tree, str_from(name), json_node_text(tree->arena, value));
}

static void put_int(struct json_node *tree, const char *name, int64_t value)
{
	json_node_append(tree, str_from(name), json_node_int(tree->arena, value));
}

/* The answer, and what mappers add to it. */
static struct str answer_json(struct client_request *r, const struct token_grant *grant,
			      const struct token_input *input, const struct signed_tokens *tokens)
{
	struct json_node *tree = json_node_object(r->visit->arena);
	bool id_instead = grant->exchanged == EXCHANGED_ID;
	put_text(tree, "access_token", id_instead ? tokens->id : tokens->access);
	put_int(tree, "expires_in", tokens->access_life_s);
	put_int(tree, "refresh_expires_in", tokens->refresh_life_s);
	put_text(tree, "refresh_token", tokens->refresh);
	put_text(tree, "token_type", id_instead ? STR("N_A") : STR("Bearer"));
	put_text(tree, "id_token", id_instead ? STR("") : tokens->id);
	put_int(tree, "not-before-policy", life_not_before_s(r->visit->realm, r->client, grant->user));
	if (grant->session)
		put_text(tree, "session_state", grant->session->id);
	json_node_append(tree, STR("scope"), json_node_text(tree->arena, grant->scope.text));
	if (grant->exchanged)
		put_text(tree, "issued_token_type", str_from(issued_type(grant->exchanged)));
	claims_map(&input->claims, CLAIMS_RESPONSE, tree);
	return json_tree_text(r->visit->arena, tree);
}

enum error_code token_answer_make(struct client_request *r, const struct token_grant *grant,
				  struct token_answer *ret_answer, struct why *reterr_why)
{
	struct signed_tokens tokens = { 0 };
	struct token_input input = token_sign_input(r->visit, r->client, grant, grant_code_of(r));
	enum error_code code = sign_all(r, grant, &input, &tokens, reterr_why);
	if (code != OK)
		return code;
	struct str json = answer_json(r, grant, &input, &tokens);
	*ret_answer = (struct token_answer){ json, input.access_jti,
		tokens.refresh.n ? input.refresh_jti : STR("") };
	return OK;
}

void token_answer_send(struct client_request *r, const struct token_answer *answer)
{
	http_respond_json(r->visit->response, 200, answer->json);
	http_no_store(r->visit->response);
}

const struct client_session *token_answer_part(const struct session *session, const struct client *client)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return &session->clients[i];
	return NULL;
}

struct refresh_place token_answer_first(struct client_request *r, struct client_session *part)
{
	if (!r->visit->realm->settings.revoke_refresh_token || !gives_refresh_tokens(r))
		return (struct refresh_place){ .generation = rotation_unchained(part) };
	struct refresh_place place = { .reuse_id = random_uuid(r->visit->arena) };
	rotation_begin(r->visit->arena, part, place.reuse_id);
	return place;
}
