/* Tokens; see token.h. */
#include "oidc/token.h"

#include "jose/jwt.h"
#include "json/write.h"

/* Members that every token of ours begins with. */
static struct json_node *token_new(struct arena *arena, const struct token_input *input, int64_t life_s,
				   struct str jti)
{
	struct json_node *tree = json_node_object(arena);
	int64_t now_s = input->now_ms / 1000;
	if (life_s > 0)
		json_node_put(tree, STR("exp"), json_node_int(arena, now_s + life_s));
	json_node_put(tree, STR("iat"), json_node_int(arena, now_s));
	json_node_put(tree, STR("jti"), json_node_text(arena, jti));
	json_node_put(tree, STR("iss"), json_node_text(arena, input->issuer));
	return tree;
}

static void put_text(struct arena *arena, struct json_node *tree, const char *name, struct str value)
{
	if (value.n)
		json_node_put(tree, str_from(name), json_node_text(arena, value));
}

/* A list of one becomes the text itself, as Keycloak writes `aud`. */
static void flatten_audience(struct arena *arena, struct json_node *tree)
{
	struct json_node *aud = json_node_find(tree, STR("aud"));
	if (aud && aud->kind == JSON_NODE_LIST && aud->n == 1)
		json_node_put(tree, STR("aud"), json_node_text(arena, aud->items[0]->text));
}

struct str token_access_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s)
{
	const struct claims_input *claims = &input->claims;
	*ret_life_s = life_access_token_s(claims->realm, claims->client, claims->session, input->now_ms);
	struct json_node *tree = token_new(arena, input, *ret_life_s, input->access_jti);
	put_text(arena, tree, "typ", STR("Bearer"));
	put_text(arena, tree, "azp", claims->client->client_id);
	if (claims->session)
		put_text(arena, tree, "sid", claims->session->id);
	claims_map(claims, CLAIMS_ACCESS, tree);
	/* userinfo and introspection need the subject, whatever the mappers say. */
	put_text(arena, tree, "sub", claims->user->id);
	put_text(arena, tree, "scope", claims->grant->text);
	flatten_audience(arena, tree);
	return json_tree_text(arena, tree);
}

struct str token_refresh_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s)
{
	const struct claims_input *claims = &input->claims;
	*ret_life_s = life_refresh_token_s(claims->realm, claims->client, claims->session, input->part, input->now_ms);
	struct json_node *tree = token_new(arena, input, *ret_life_s, input->refresh_jti);
	put_text(arena, tree, "aud", input->issuer);
	put_text(arena, tree, "sub", claims->user->id);
	put_text(arena, tree, "typ", claims->session->offline ? STR("Offline") : STR("Refresh"));
	put_text(arena, tree, "azp", claims->client->client_id);
	put_text(arena, tree, "sid", claims->session->id);
	put_text(arena, tree, "scope", claims->grant->refresh_text);
	json_node_put(tree, STR("gen"), json_node_int(arena, input->refresh_generation));
	return json_tree_text(arena, tree);
}

struct str token_id_claims(struct arena *arena, const struct token_input *input, struct str at_hash)
{
	const struct claims_input *claims = &input->claims;
	int64_t life = life_access_token_s(claims->realm, claims->client, claims->session, input->now_ms);
	struct json_node *tree = token_new(arena, input, life, input->id_jti);
	put_text(arena, tree, "aud", claims->client->client_id);
	put_text(arena, tree, "sub", claims->user->id);
	put_text(arena, tree, "typ", STR("ID"));
	put_text(arena, tree, "azp", claims->client->client_id);
	put_text(arena, tree, "nonce", input->nonce);
	if (claims->session)
		put_text(arena, tree, "sid", claims->session->id);
	put_text(arena, tree, "at_hash", at_hash);
	claims_map(claims, CLAIMS_ID, tree);
	return json_tree_text(arena, tree);
}

struct str token_userinfo_claims(struct arena *arena, const struct claims_input *claims)
{
	struct json_node *tree = json_node_object(arena);
	put_text(arena, tree, "sub", claims->user->id);
	claims_map(claims, CLAIMS_USERINFO, tree);
	return json_tree_text(arena, tree);
}

static struct token_refusal refuse(enum error_code code, struct str text)
{
	return (struct token_refusal){ .code = code, .text = text };
}

#define INVALID_REFRESH STR("Invalid refresh token")

struct token_refusal token_check_refresh_kind(const struct token_refresh_facts *facts,
					      const struct jwt_claims *claims)
{
	bool ours = str_eq(claims->iss, facts->issuer) || str_eq(claims->iss, facts->issuer_auth);
	bool kind = jwt_check_kind(claims, JWT_REFRESH, NULL) == OK || jwt_check_kind(claims, JWT_OFFLINE, NULL) == OK;
	if (!ours || !kind || !claims->sid.n || !claims->sub.n)
		return refuse(ERROR_INVALID_GRANT, INVALID_REFRESH);
	if (!str_eq(claims->azp, facts->client->client_id))
		return refuse(ERROR_INVALID_GRANT,
			      STR("Invalid refresh token. Token client and authorized client don't match"));
	return refuse(OK, STR(""));
}

static struct token_refusal check_session(const struct token_refresh_facts *facts)
{
	bool offline = facts->session && facts->session->offline;
	const struct user *user = facts->user;
	if (!facts->session || (user && !str_eq(facts->session->user_id, user->id)))
		return refuse(ERROR_SESSION_NOT_ACTIVE, STR("Session not active"));
	if (!user)
		return refuse(ERROR_INVALID_GRANT, STR("Unknown user"));
	if (!user->enabled)
		return refuse(ERROR_INVALID_GRANT, STR("User disabled"));
	if (life_of(facts->realm, user, facts->session, facts->now_ms) != LIFE_ALIVE)
		return refuse(ERROR_SESSION_NOT_ACTIVE,
			      offline ? STR("Offline session not active") : STR("Session not active"));
	if (!facts->part)
		return refuse(ERROR_SESSION_NOT_ACTIVE, STR("Session doesn't have required client"));
	if (life_of_part(facts->realm, facts->client, facts->session, facts->part, facts->now_ms) != LIFE_ALIVE)
		return refuse(ERROR_SESSION_NOT_ACTIVE, STR("Client session not active"));
	return refuse(OK, STR(""));
}

struct generation {
	int64_t value;
};

static const struct json_field generation_fields[] = {
	JSON_INT(struct generation, value, "gen", 0),
};
static const struct json_shape generation_shape = JSON_SHAPE(struct generation, generation_fields);

int64_t token_generation(struct arena *arena, const struct jwt_claims *claims)
{
	static const struct json_read_options lenient = { .unknown = JSON_UNKNOWN_IGNORED };
	struct generation generation = { 0 };
	if (json_read(arena, claims->json, &generation_shape, &lenient, &generation, NULL) != OK)
		return 0;
	return generation.value;
}

/* A token of an earlier generation than the one used last was rotated away; one of the same
 * may be used 1 + refreshTokenMaxReuse times. */
static struct token_refusal check_rotation(const struct token_refresh_facts *facts, int64_t generation)
{
	const struct realm_settings *realm = &facts->realm->settings;
	if (!realm->revoke_refresh_token)
		return refuse(OK, STR(""));
	bool older = generation < facts->part->refresh_generation;
	bool worn = generation == facts->part->refresh_generation &&
		    facts->part->refresh_use_count > realm->refresh_token_max_reuse;
	struct token_refusal refusal = refuse(OK, STR(""));
	if (older || worn) {
		refusal = refuse(ERROR_CANNOT_REFRESH, STR("Maximum allowed refresh token reuse exceeded"));
		refusal.replay = true;
	}
	return refusal;
}

struct token_refusal token_check_refresh(const struct token_refresh_facts *facts,
					 const struct jwt_claims *claims, int64_t generation)
{
	struct token_refusal refusal = token_check_refresh_kind(facts, claims);
	if (refusal.code != OK)
		return refusal;
	const struct jwt_times times = { .now_s = facts->now_ms / 1000, .exp_optional = true };
	if (jwt_check_times(claims, &times, NULL) != OK)
		return refuse(ERROR_TOKEN_NOT_ACTIVE, STR("Token is not active"));
	int64_t not_before = life_not_before_s(facts->realm, facts->client, facts->user);
	if (!claims->iat.set || claims->iat.value < not_before)
		return refuse(ERROR_STALE_TOKEN, STR("Stale token"));
	refusal = check_session(facts);
	if (refusal.code == OK)
		refusal = check_rotation(facts, generation);
	return refusal;
}

const char *token_access_dead(const struct realm *realm, const struct client *client,
			      const struct user *user, const struct session *session,
			      const struct jwt_claims *claims, int64_t now_ms)
{
	const struct jwt_times times = { .now_s = now_ms / 1000 };
	if (jwt_check_kind(claims, JWT_ACCESS, NULL) != OK)
		return "Token type is not Bearer";
	if (jwt_check_times(claims, &times, NULL) != OK)
		return "Token is not active";
	if (!client || !client->enabled)
		return "client_disabled";
	if (!user)
		return "user_not_found";
	if (!user->enabled)
		return "user_disabled";
	if (!claims->iat.set || claims->iat.value < life_not_before_s(realm, client, user))
		return "Stale token";
	if (!claims->sid.n)
		return NULL;
	if (!session || !str_eq(session->user_id, user->id) ||
	    life_of(realm, user, session, now_ms) != LIFE_ALIVE)
		return "user_session_not_found";
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return NULL;
	return "client_session_not_found";
}
