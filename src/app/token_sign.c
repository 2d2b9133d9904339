/* Tokens signed; see token_sign.h. */
#include "app/token_sign.h"

#include "app/client_keys.h"
#include "app/fallback_key.h"
#include "crypto/random.h"
#include "jose/jwt.h"

static struct str algorithm_of(const struct visit *visit, const struct client *client, const char *attribute)
{
	struct str own = attributes_get(&client->attributes, str_from(attribute));
	struct str realms = visit->realm->settings.default_signature_algorithm;
	return own.n ? own : realms.n ? realms : STR("RS256");
}

struct token_input token_sign_input(struct visit *visit, const struct client *client,
				    const struct token_grant *grant, const char *code)
{
	struct role_set held = roles_of_user(visit->arena, visit->realm, grant->user);
	return (struct token_input){
		.claims = {
			.realm = visit->realm,
			.client = client,
			.user = grant->user,
			.session = grant->session,
			.grant = &grant->scope,
			.roles = roles_for_token(visit->arena, client, grant->scope.scopes, grant->scope.n, &held),
			.acr = grant->acr,
			.nonce = grant->nonce,
			.claims_request = grant->claims_request,
			.now_s = visit->now_ms / 1000,
			.client_address = grant->client_address,
			.lightweight = attributes_true(&client->attributes,
				STR("client.use.lightweight.access.token.enabled"), false),
		},
		.part = grant->part,
		.issuer = grant->part ? grant->part->issuer : visit->issuer,
		.access_jti = token_access_jti(visit->arena, grant->session, code, random_uuid(visit->arena)),
		.id_jti = random_uuid(visit->arena),
		.refresh_jti = random_uuid(visit->arena),
		.refresh = grant->refresh,
		.audience = grant->audience,
		.now_ms = visit->now_ms,
	};
}

/* RFC 9068 section 2.1, for clients that ask for it. */
static struct str access_type(const struct client *client)
{
	return attributes_true(&client->attributes, STR("access.token.header.type.rfc9068"), false) ?
		STR("at+jwt") : STR("JWT");
}

enum error_code token_sign_access(struct visit *visit, const struct token_input *input, struct str *ret_token,
				  int64_t *ret_life_s, struct why *reterr_why)
{
	const struct client *client = input->claims.client;
	struct str claims = token_access_claims(visit->arena, input, ret_life_s);
	return fallback_key_sign(visit, algorithm_of(visit, client, "access.token.signed.response.alg"),
				 access_type(client), claims, ret_token, reterr_why);
}

static struct str half_hash(struct arena *arena, enum sign_algorithm algorithm, struct str value)
{
	return value.n ? jwt_half_hash(arena, algorithm, value) : STR("");
}

/* Signed, and encrypted where the client wants that of this kind (client_keys.h). */
static enum error_code sign_for(struct visit *visit, const struct client *client, const char *kind,
				struct str algorithm, struct str claims, struct str *ret_token, struct why *reterr_why)
{
	enum error_code code = fallback_key_sign(visit, algorithm, STR("JWT"), claims, ret_token, reterr_why);
	if (code != OK || !client_keys_wanted(visit, client, kind))
		return code;
	return client_keys_encrypt(visit, client, kind, *ret_token, true, ret_token, reterr_why);
}

enum error_code token_sign_id(struct visit *visit, const struct token_input *input,
			      const struct token_beside *beside, struct str *ret_token, struct why *reterr_why)
{
	const struct client *client = input->claims.client;
	struct str algorithm = algorithm_of(visit, client, "id.token.signed.response.alg");
	enum sign_algorithm id;
	if (!sign_algorithm_of(algorithm, &id))
		return error_because(reterr_why, ERROR_UNSUPPORTED_ALGORITHM,
				     "client %.*s: id.token.signed.response.alg", STR_ARG(client->client_id));
	const struct token_hashes hashes = {
		.at_hash = half_hash(visit->arena, id, beside->access),
		.c_hash = half_hash(visit->arena, id, beside->code),
		.s_hash = half_hash(visit->arena, id, beside->state),
	};
	struct str claims = token_id_claims(visit->arena, input, &hashes);
	return sign_for(visit, client, "id.token", algorithm, claims, ret_token, reterr_why);
}

enum error_code token_sign_answer(struct visit *visit, const struct client *client, struct str claims,
				  struct str *ret_token, struct why *reterr_why)
{
	return sign_for(visit, client, "authorization", algorithm_of(visit, client, "authorization.signed.response.alg"),
			claims, ret_token, reterr_why);
}

/* Realm and client as they are by now. */
static enum error_code still_served(struct visit *visit, const struct client *given, bool *ret_still,
				    struct why *reterr_why)
{
	const struct realm *now;
	enum error_code code = snapshots_get_by_id(visit->app->snapshots, visit->realm->settings.id, &now, reterr_why);
	if (code != OK)
		return code;
	const struct client *client = realm_client_by_id(now, given->id);
	*ret_still = now->settings.enabled && !now->deleted && client && client->enabled &&
		     life_not_before_s(now, client, NULL) <= visit->now_ms / 1000;
	snapshots_put(visit->app->snapshots, now);
	return OK;
}

enum error_code token_sign_still(struct visit *visit, const struct client *client, const struct client_session *part,
				 bool *ret_still, struct why *reterr_why)
{
	bool served = false;
	enum error_code code = still_served(visit, client, &served, reterr_why);
	*ret_still = false;
	if (code != OK || !served)
		return code == ERROR_REALM_NOT_FOUND ? OK : code;
	return store_part_stands(visit->app->store, visit->realm->settings.id, part, visit->now_ms / 1000, ret_still,
				 reterr_why);
}
