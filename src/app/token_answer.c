/* Tokens signed and written; see token_answer.h. */
#include "app/token_answer.h"

#include "app/client_keys.h"
#include "app/consenting.h"
#include "app/fallback_key.h"
#include "crypto/random.h"
#include "jose/jwt.h"

static struct str algorithm_of(const struct client_request *r, const char *attribute)
{
	struct str own = attributes_get(&r->client->attributes, str_from(attribute));
	struct str realms = r->visit->realm->settings.default_signature_algorithm;
	return own.n ? own : realms.n ? realms : STR("RS256");
}

/* The part of an access token's id that says by which grant it was given. */
static const char *grant_code_of(struct client_request *r)
{
	struct str type = client_request_value(r, "grant_type");
	return str_eq_z(type, "authorization_code") ? "ac" : str_eq_z(type, "refresh_token") ? "rt" :
	       str_eq_z(type, "password") ? "ro" : str_eq_z(type, "client_credentials") ? "cc" : "te";
}

static struct token_input input_of(struct client_request *r, const struct token_grant *grant)
{
	struct visit *visit = r->visit;
	struct role_set held = roles_of_user(visit->arena, visit->realm, grant->user);
	return (struct token_input){
		.claims = {
			.realm = visit->realm,
			.client = r->client,
			.user = grant->user,
			.session = grant->session,
			.grant = &grant->scope,
			.roles = roles_for_token(visit->arena, r->client, grant->scope.scopes, grant->scope.n, &held),
			.acr = grant->acr,
			.nonce = grant->nonce,
			.claims_request = grant->claims_request,
			.now_s = visit->now_ms / 1000,
			.client_address = grant->client_address,
			.lightweight = attributes_true(&r->client->attributes,
				STR("client.use.lightweight.access.token.enabled"), false),
		},
		.part = grant->part,
		.issuer = grant->part ? grant->part->issuer : visit->issuer,
		.access_jti = token_access_jti(visit->arena, grant->session, grant_code_of(r),
					       random_uuid(visit->arena)),
		.id_jti = random_uuid(visit->arena),
		.refresh_jti = random_uuid(visit->arena),
		.refresh = grant->refresh,
		.audience = grant->audience,
		.now_ms = visit->now_ms,
	};
}

struct str_list token_answer_audience(struct client_request *r, const struct token_grant *grant)
{
	struct token_input input = input_of(r, grant);
	return token_audience(r->visit->arena, &input.claims);
}

struct signed_tokens {
	struct str access, refresh, id;
	int64_t access_life_s, refresh_life_s;
};

static enum error_code sign_id(struct client_request *r, const struct token_input *input,
			       struct signed_tokens *tokens, struct why *reterr_why)
{
	struct arena *arena = r->visit->arena;
	struct str algorithm = algorithm_of(r, "id.token.signed.response.alg");
	enum sign_algorithm id;
	if (!sign_algorithm_of(algorithm, &id))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM, "client %.*s: id.token.signed.response.alg",
				     STR_ARG(r->client->client_id));
	struct str claims = token_id_claims(arena, input, jwt_half_hash(arena, id, tokens->access));
	enum error_code code =
		fallback_key_sign(r->visit, algorithm, STR("JWT"), claims, &tokens->id, reterr_why);
	if (code != OK || !client_keys_wanted(r->visit, r->client, "id.token"))
		return code;
	return client_keys_encrypt(r->visit, r->client, "id.token", tokens->id, true, &tokens->id, reterr_why);
}

static bool gives_refresh_tokens(const struct client_request *r)
{
	return attributes_true(&r->client->attributes, STR("use.refresh.tokens"), true);
}

/* RFC 9068 section 2.1, for clients that ask for it. */
static struct str access_type(const struct client_request *r)
{
	return attributes_true(&r->client->attributes, STR("access.token.header.type.rfc9068"), false) ?
		STR("at+jwt") : STR("JWT");
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
	struct arena *arena = r->visit->arena;
	struct str claims = token_access_claims(arena, input, &tokens->access_life_s);
	enum error_code code = fallback_key_sign(r->visit, algorithm_of(r, "access.token.signed.response.alg"),
						 access_type(r), claims, &tokens->access, reterr_why);
	if (code == OK && wants_refresh(r, grant)) {
		claims = token_refresh_claims(arena, input, &tokens->refresh_life_s);
		code = fallback_key_sign(r->visit, STR("HS512"), STR("JWT"), claims, &tokens->refresh, reterr_why);
	}
	if (code == OK && wants_id(grant))
		code = sign_id(r, input, tokens, reterr_why);
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

bool token_answer_scope(struct client_request *r, const struct user *user, struct scope_grant *scope)
{
	bool offline = scope->offline_access;
	struct role_set held = roles_of_user(r->visit->arena, r->visit->realm, user);
	scope_limit(r->visit->arena, &held, scope);
	if (offline != scope->offline_access) {
		client_request_fail(r, ERROR_INVALID_SCOPE, STR("Offline tokens not allowed for the user or client"),
				    STR(""));
		return false;
	}
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
	struct token_input input = input_of(r, grant);
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

/* Realm and client as they are by now. */
static enum error_code still_served(struct client_request *r, bool *ret_still, struct why *reterr_why)
{
	struct visit *visit = r->visit;
	const struct realm *now;
	enum error_code code = snapshots_get_by_id(visit->app->snapshots, visit->realm->settings.id, &now, reterr_why);
	if (code != OK)
		return code;
	const struct client *client = realm_client_by_id(now, r->client->id);
	*ret_still = now->settings.enabled && !now->deleted && client && client->enabled &&
		     life_not_before_s(now, client, NULL) <= visit->now_ms / 1000;
	snapshots_put(visit->app->snapshots, now);
	return OK;
}

enum error_code token_answer_still(struct client_request *r, const struct token_grant *grant, bool *ret_still,
				   struct why *reterr_why)
{
	bool served = false;
	enum error_code code = still_served(r, &served, reterr_why);
	*ret_still = false;
	if (code != OK || !served)
		return code == ERROR_REALM_NOT_FOUND ? OK : code;
	return store_part_stands(r->visit->app->store, r->visit->realm->settings.id, grant->part,
		r->visit->now_ms / 1000, ret_still, reterr_why);
}
