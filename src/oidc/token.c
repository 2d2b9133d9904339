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

struct str_list token_audience(struct arena *arena, const struct claims_input *claims)
{
	struct json_node *tree = json_node_object(arena);
	struct str_list list = { .n = 0 };
	claims_map(claims, CLAIMS_ACCESS, tree);
	struct json_node *aud = json_node_find(tree, STR("aud"));
	if (aud && aud->kind == JSON_NODE_TEXT)
		*(struct str *)arena_push(arena, &list.items, &list.n, sizeof *list.items) = aud->text;
	for (size_t i = 0; aud && aud->kind == JSON_NODE_LIST && i < aud->n; i++)
		*(struct str *)arena_push(arena, &list.items, &list.n, sizeof *list.items) = aud->items[i]->text;
	return list;
}

static int64_t access_life_s(const struct token_input *input)
{
	const struct claims_input *claims = &input->claims;
	return input->implicit ?
		life_implicit_token_s(claims->realm, claims->session, input->now_ms) :
		life_access_token_s(claims->realm, claims->client, claims->session, input->now_ms);
}

struct str token_access_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s)
{
	const struct claims_input *claims = &input->claims;
	*ret_life_s = access_life_s(input);
	struct json_node *tree = token_new(arena, input, *ret_life_s, input->access_jti);
	put_text(arena, tree, "typ", STR("Bearer"));
	put_text(arena, tree, "azp", claims->client->client_id);
	if (claims->session)
		put_text(arena, tree, "sid", claims->session->id);
	/* Realms of before Keycloak 25 have no mapper that says it. */
	bool old = !claims->lightweight && !realm_scope_by_name(claims->realm, STR("basic"));
	/* Without a session nothing else says whose token it is. */
	if (old || (claims->lightweight && !claims->session))
		put_text(arena, tree, "sub", claims->user->id);
	claims_map(claims, CLAIMS_ACCESS, tree);
	if (input->audience.n)
		json_node_put(tree, STR("aud"), json_node_texts(arena, input->audience.items, input->audience.n));
	put_text(arena, tree, "scope", claims->grant->text);
	flatten_audience(arena, tree);
	return json_tree_text(arena, tree);
}

/* The subject that mappers give the user at this client, whatever token it is in. */
static struct str subject_of(struct arena *arena, const struct claims_input *claims)
{
	if (!claims_own_subject(claims->client))
		return claims->user->id;
	struct json_node *tree = json_node_object(arena);
	struct claims_input whole = *claims;
	whole.lightweight = false;
	claims_map(&whole, CLAIMS_ACCESS, tree);
	struct str subject = json_tree_get_text(tree, STR("sub"));
	return subject.n ? subject : claims->user->id;
}

struct str token_refresh_claims(struct arena *arena, const struct token_input *input, int64_t *ret_life_s)
{
	const struct claims_input *claims = &input->claims;
	*ret_life_s = life_refresh_token_s(claims->realm, claims->client, claims->session, input->part, input->now_ms);
	struct json_node *tree = token_new(arena, input, *ret_life_s, input->refresh_jti);
	put_text(arena, tree, "aud", input->issuer);
	put_text(arena, tree, "sub", subject_of(arena, claims));
	put_text(arena, tree, "typ", claims->session->offline ? STR("Offline") : STR("Refresh"));
	put_text(arena, tree, "azp", claims->client->client_id);
	put_text(arena, tree, "sid", claims->session->id);
	put_text(arena, tree, "scope", claims->grant->refresh_text);
	json_node_put(tree, STR("gen"), json_node_int(arena, input->refresh.generation));
	put_text(arena, tree, "reuse_id", input->refresh.reuse_id);
	if (claims_keep_nonce(claims->client, claims->grant))
		put_text(arena, tree, "nonce", claims->nonce);
	return json_tree_text(arena, tree);
}

struct str token_id_claims(struct arena *arena, const struct token_input *input,
			   const struct token_hashes *hashes)
{
	const struct claims_input *claims = &input->claims;
	struct json_node *tree = token_new(arena, input, access_life_s(input), input->id_jti);
	put_text(arena, tree, "aud", claims->client->client_id);
	put_text(arena, tree, "sub", claims->user->id);
	put_text(arena, tree, "typ", STR("ID"));
	put_text(arena, tree, "azp", claims->client->client_id);
	put_text(arena, tree, "nonce", claims->nonce);
	if (claims->session)
		put_text(arena, tree, "sid", claims->session->id);
	put_text(arena, tree, "at_hash", hashes->at_hash);
	put_text(arena, tree, "c_hash", hashes->c_hash);
	put_text(arena, tree, "s_hash", hashes->s_hash);
	claims_map(claims, CLAIMS_ID, tree);
	flatten_audience(arena, tree);
	return json_tree_text(arena, tree);
}

struct json_node *token_userinfo_claims(struct arena *arena, const struct claims_input *claims)
{
	struct json_node *tree = json_node_object(arena);
	put_text(arena, tree, "sub", claims->user->id);
	claims_map(claims, CLAIMS_USERINFO, tree);
	return tree;
}

enum error_code token_introspection_claims(struct arena *arena, const struct claims_input *claims,
					   const struct jwt_claims *token, struct json_node **ret_tree,
					   struct why *reterr_why)
{
	static const char *const kept[] = { "exp", "iat", "auth_time", "jti", "iss", "aud", "typ", "azp", "nonce",
		"sid", "scope" };
	struct json_node *whole, *tree = json_node_object(arena);
	enum error_code code = json_tree_read(arena, token->json, &whole, reterr_why);
	if (code != OK)
		return code;
	for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
		struct json_node *value = json_node_find(whole, str_from(kept[i]));
		if (value)
			json_node_put(tree, str_from(kept[i]), value);
	}
	put_text(arena, tree, "sub", token->sub.n ? token->sub : claims->user->id);
	claims_map(claims, CLAIMS_INTROSPECTION, tree);
	flatten_audience(arena, tree);
	*ret_tree = tree;
	return OK;
}

static struct token_refusal refuse(enum error_code code, struct str text)
{
	return (struct token_refusal){ .code = code, .text = text };
}

struct str token_access_jti(struct arena *arena, const struct session *session, const char *grant,
			    struct str unique)
{
	const char *kind = !session ? "tr" : session->offline ? "of" : "on";
	return arena_format(arena, "%srt%s:%.*s", kind, grant, STR_ARG(unique));
}

bool token_is_offline(const struct jwt_claims *claims)
{
	return str_starts(claims->jti, STR("ofrt"));
}

/* Seconds by which the clocks of two nodes may differ between a session's start and its
 * first token. */
enum { START_GRACE_S = 2 };

/* A session or a client's part in it that began after the token was given: its sid may be
 * the same, it is not the one that the token was given for. */
static bool began_later(const struct jwt_claims *claims, int64_t started_ms)
{
	return claims->iat.value + START_GRACE_S < started_ms / 1000;
}

static const struct client_session *part_of(const struct session *session, const struct client *client)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client->id))
			return &session->clients[i];
	return NULL;
}

/* NULL when the client's part lives and is the one that the token was given for; else why not, as
 * Keycloak's event says it. */
static const char *part_dead(const struct realm *realm, const struct client *client,
			     const struct session *session, const struct client_session *part,
			     const struct jwt_claims *claims, int64_t now_ms)
{
	if (!part)
		return "client_session_not_found";
	bool alive = life_of_part(realm, client, session, part, now_ms) == LIFE_ALIVE;
	return alive && !began_later(claims, part->started_ms) ? NULL : "client_session_not_found";
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

static struct token_refusal no_session(bool offline)
{
	return refuse(ERROR_SESSION_NOT_ACTIVE,
		      offline ? STR("Offline user session not found") : STR("Session not active"));
}

/* A disabled user is told so first, as recorded, although the session has ended too. */
static struct token_refusal check_session(const struct token_refresh_facts *facts,
					  const struct jwt_claims *claims, bool offline)
{
	const struct session *session = facts->session;
	if (facts->user && !facts->user->enabled)
		return refuse(ERROR_INVALID_GRANT, STR("User disabled"));
	bool theirs = session && (claims_own_subject(facts->client) || str_eq(session->user_id, claims->sub));
	if (!theirs || session->offline != offline)
		return no_session(offline);
	if (!facts->user)
		return refuse(ERROR_INVALID_GRANT, STR("Unknown user"));
	if (life_of(facts->realm, facts->user, session, facts->now_ms) != LIFE_ALIVE ||
	    began_later(claims, session->started_ms))
		return refuse(ERROR_SESSION_NOT_ACTIVE,
			      offline ? STR("Offline session not active") : STR("Session not active"));
	if (!facts->part)
		return refuse(ERROR_SESSION_NOT_ACTIVE, STR("Session doesn't have required client"));
	if (part_dead(facts->realm, facts->client, session, facts->part, claims, facts->now_ms))
		return refuse(ERROR_SESSION_NOT_ACTIVE, STR("Client session not active"));
	return refuse(OK, STR(""));
}

static const struct json_field place_fields[] = {
	JSON_INT(struct refresh_place, generation, "gen", 0),
	JSON_TEXT(struct refresh_place, reuse_id, "reuse_id", 0),
};
static const struct json_shape place_shape = JSON_SHAPE(struct refresh_place, place_fields);

struct refresh_place token_place(struct arena *arena, const struct jwt_claims *claims)
{
	static const struct json_read_options lenient = { .unknown = JSON_UNKNOWN_IGNORED };
	struct refresh_place place = { .generation = 0 };
	if (json_read(arena, claims->json, &place_shape, &lenient, &place, NULL) != OK)
		return (struct refresh_place){ .generation = 0 };
	return place;
}

/* A token of an earlier generation than the one used last was rotated away; one of the same
 * may be used 1 + refreshTokenMaxReuse times. */
static struct token_refusal check_rotation(const struct token_refresh_facts *facts,
					   const struct refresh_place *place)
{
	const struct realm_settings *realm = &facts->realm->settings;
	struct refresh_chain chain;
	if (!realm->revoke_refresh_token)
		return refuse(OK, STR(""));
	/* Of a chain that had to make room: nobody's replay. */
	if (!rotation_find(facts->part, place->reuse_id, &chain))
		return refuse(ERROR_STALE_TOKEN, STR("Stale token"));
	bool older = place->generation < chain.generation;
	bool worn = place->generation == chain.generation && chain.use_count > realm->refresh_token_max_reuse;
	if (!older && !worn)
		return refuse(OK, STR(""));
	struct token_refusal refusal = older ? refuse(ERROR_STALE_TOKEN, STR("Stale token")) :
		refuse(ERROR_CANNOT_REFRESH, STR("Maximum allowed refresh token reuse exceeded"));
	refusal.replay = true;
	return refusal;
}

struct token_refusal token_check_refresh(const struct token_refresh_facts *facts,
					 const struct jwt_claims *claims,
					 const struct refresh_place *place)
{
	struct token_refusal refusal = token_check_refresh_kind(facts, claims);
	if (refusal.code != OK)
		return refusal;
	bool offline = jwt_check_kind(claims, JWT_OFFLINE, NULL) == OK;
	const struct jwt_times times = { .now_s = facts->now_ms / 1000, .skew_s = TOKEN_SKEW_S,
		.exp_optional = offline };
	if (jwt_check_times(claims, &times, NULL) != OK)
		return refuse(ERROR_TOKEN_NOT_ACTIVE, STR("Token is not active"));
	if (!claims->iat.set || claims->iat.value < life_not_before_s(facts->realm, facts->client, NULL))
		return refuse(ERROR_STALE_TOKEN, STR("Stale token"));
	/* Taken from the client meanwhile: what it gave is taken too. */
	if (offline && !scope_of_client(facts->client, STR("offline_access")))
		return no_session(true);
	refusal = check_session(facts, claims, offline);
	/* After the session, as there: clients sign in again when they read that it is gone. */
	if (refusal.code == OK && claims->iat.value < life_not_before_s(facts->realm, facts->client, facts->user))
		refusal = refuse(ERROR_STALE_TOKEN, STR("Stale token"));
	if (refusal.code == OK)
		refusal = check_rotation(facts, place);
	return refusal;
}

const char *token_access_dead(const struct realm *realm, const struct client *client,
			      const struct user *user, const struct session *session,
			      const struct jwt_claims *claims, int64_t now_ms)
{
	const struct jwt_times times = { .now_s = now_ms / 1000, .skew_s = TOKEN_SKEW_S };
	if (jwt_check_kind(claims, JWT_ACCESS, NULL) != OK)
		return "Token type is not Bearer";
	if (jwt_check_times(claims, &times, NULL) != OK)
		return "Token is not active";
	if (!client || !client->enabled)
		return "client_disabled";
	if (!user)
		return claims->sid.n && !session ? "user_session_not_found" : "user_not_found";
	if (!user->enabled)
		return "user_disabled";
	if (!claims->iat.set || claims->iat.value < life_not_before_s(realm, client, user))
		return "Stale token";
	if (!claims->sid.n)
		return NULL;
	if (!session || session->offline != token_is_offline(claims) ||
	    !str_eq(session->user_id, user->id) || began_later(claims, session->started_ms) ||
	    life_of(realm, user, session, now_ms) != LIFE_ALIVE)
		return "user_session_not_found";
	return part_dead(realm, client, session, part_of(session, client), claims, now_ms);
}
