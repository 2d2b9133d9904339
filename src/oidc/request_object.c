/* Request objects; see request_object.h. */
#include "oidc/request_object.h"

#include "base/tables.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "json/tree.h"

enum { SKEW_S = 15 }; /* iat and nbf may be ahead of us */

#define REFUSE(why, ...) error_because(why, ERROR_INVALID_REQUEST_OBJECT, __VA_ARGS__)

/* ---- how it is encrypted ---- */

/* True when the row names no algorithm, or this one. */
static bool row_allows(const struct client *client, struct str name, struct str algorithm)
{
	struct str own = attributes_get(&client->attributes, name);
	return !own.n || str_eq_z(own, "any") || str_eq(own, algorithm);
}

/* Its padding is the last resort: nobody gets it by what a token says. */
static bool is_wanted(const struct client *client, const struct realm_key *key, struct str algorithm)
{
	return !str_eq_z(algorithm, JWE_RSA1_5) || str_eq(key->algorithm, algorithm) ||
	       str_eq(attributes_get(&client->attributes, STR("request.object.encryption.alg")), algorithm);
}

enum error_code request_object_key(const struct realm *realm, const struct client *client,
	const struct jwe_header *header, const struct sign_key **ret_key, struct why *reterr_why)
{
	if (!row_allows(client, STR("request.object.encryption.alg"), header->algorithm))
		return REFUSE(reterr_why, "Request object encrypted with different algorithm than client requested algorithm");
	if (!row_allows(client, STR("request.object.encryption.enc"), header->encoding))
		return REFUSE(reterr_why, "Request object content encrypted with different algorithm than client requested "
			      "algorithm");
	for (size_t i = 0; i < realm->keys_n; i++) {
		const struct realm_key *key = &realm->keys[i];
		if (key->use != KEY_ENCRYPT || (header->kid.n && !str_eq(header->kid, key->kid)) ||
		    !jwe_fits(header->algorithm, key->key) || !is_wanted(client, key, header->algorithm))
			continue;
		*ret_key = key->key;
		return OK;
	}
	return REFUSE(reterr_why, "Could not find private key for decrypting token");
}

/* ---- how it is signed ---- */

static bool is_by_secret(enum sign_algorithm algorithm)
{
	return JWS_ALLOW_BY_SECRET & JWS_ALLOW(algorithm);
}

static struct str algorithm_of(const struct client *client)
{
	return attributes_get(&client->attributes, STR("request.object.signature.alg"));
}

/* By the row alone. A row that names none wants a signature all the same (RFC 8725 section 3.2). */
static unsigned allowed_of(const struct client *client)
{
	unsigned all = JWS_ALLOW_ASYMMETRIC | (client->public_client ? 0 : JWS_ALLOW_BY_SECRET);
	struct str own = algorithm_of(client);
	return client_jwt_allowed(str_eq_z(own, "any") ? STR("") : own, all);
}

/* RFC 9101 section 10.8. */
static bool is_type(struct str type)
{
	return client_jwt_is_type(type, STR("oauth-authz-req+jwt"));
}

static enum error_code read_unsigned(struct arena *arena, struct str text, struct request_object *object,
				     struct why *why)
{
	struct why detail = { "" };
	struct jws_header header;
	if (jws_read_unsigned(arena, text, &header, &object->payload, &detail) != OK)
		return REFUSE(why, "Failed to parse JWT: %s", detail.text);
	return is_type(header.type) ? OK : REFUSE(why, "Invalid token type");
}

bool request_object_is_unsigned(const struct client *client)
{
	return str_eq_z(algorithm_of(client), "none");
}

static enum error_code other_algorithm(struct why *why)
{
	return REFUSE(why, "Request object signed with different algorithm than client requested algorithm");
}

enum error_code request_object_read_signed(struct arena *arena, unsigned allowed, struct str text,
	struct request_object *ret_object, struct why *reterr_why)
{
	struct request_object object = { .allowed = allowed };
	struct why detail = { "" };
	enum sign_algorithm algorithm;
	if (jws_parse(arena, text, &object.token, &detail) != OK)
		return REFUSE(reterr_why, "Failed to parse JWT: %s", detail.text);
	const struct jws_header *header = jws_header(object.token);
	if (!sign_algorithm_of(header->algorithm, &algorithm) || !(allowed & JWS_ALLOW(algorithm)))
		return other_algorithm(reterr_why);
	if (!is_type(header->type))
		return REFUSE(reterr_why, "Invalid token type");
	object.by_secret = is_by_secret(algorithm);
	object.payload = jws_unverified_payload(object.token);
	*ret_object = object;
	return OK;
}

enum error_code request_object_read(struct arena *arena, const struct client *client, struct str text,
	bool encrypted, struct request_object *ret_object, struct why *reterr_why)
{
	struct request_object object = { .allowed = allowed_of(client) };
	bool claims = encrypted && str_starts(text, STR("{")), bare = str_ends(text, STR("."));
	enum error_code code = OK;
	if ((claims || bare) && !request_object_is_unsigned(client))
		code = other_algorithm(reterr_why);
	else if (claims)
		object.payload = text;
	else if (bare)
		code = read_unsigned(arena, text, &object, reterr_why);
	else
		code = request_object_read_signed(arena, object.allowed, text, &object, reterr_why);
	if (code == OK)
		*ret_object = object;
	return code;
}

/* ---- what it says ---- */

static bool is_for_us(const struct jwt_claims *claims, const struct client_jwt_facts *facts, const struct str *ends,
		      size_t ends_n)
{
	for (size_t i = 0; i < claims->aud_n; i++)
		if (client_jwt_is_for_us(claims->aud[i], facts, ends, ends_n))
			return true;
	return !claims->aud_n;
}

/* Each of them may be left out, as Keycloak lets them; none may be wrong. */
static enum error_code check_claims(struct arena *arena, const struct client *client,
				    const struct request_object *object, const struct client_jwt_facts *facts,
				    const struct str *ends, size_t ends_n, struct why *why)
{
	const struct jwt_times times = { .now_s = facts->now_s, .skew_s = SKEW_S, .exp_optional = true };
	struct jwt_claims claims;
	struct why detail = { "" };
	if (jwt_read(arena, object->payload, &claims, &detail) != OK)
		return REFUSE(why, "Failed to parse JWT: %s", detail.text);
	if (claims.client_id.n && !str_eq(claims.client_id, client->client_id))
		return REFUSE(why, "The client_id parameter doesn't match the one from OIDC 'request' or 'request_uri'");
	if (claims.iss.n && !str_eq(claims.iss, client->client_id))
		return REFUSE(why, "The request object is issued by another");
	/* A client's proof of itself has it so (RFC 9101 section 10.8). */
	if (str_eq(claims.sub, client->client_id) && claims.sub.n)
		return REFUSE(why, "The request object's subject is the client");
	if (!is_for_us(&claims, facts, ends, ends_n))
		return REFUSE(why, "The request object is for another server");
	if (jwt_check_times(&claims, &times, &detail) != OK)
		return REFUSE(why, "The request object is not in force: %s", detail.text);
	return OK;
}

/* Numbers and objects (max_age, claims) as the parameters would have them. */
static enum error_code text_of(struct arena *arena, const char *name, const struct json_node *node,
			       struct str *ret_text, struct why *why)
{
	if (node->kind == JSON_NODE_TEXT)
		*ret_text = node->text;
	else if (node->kind == JSON_NODE_INT || node->kind == JSON_NODE_OBJECT)
		*ret_text = json_tree_text(arena, node);
	else
		return REFUSE(why, "The claim %s is of the wrong type", name);
	return OK;
}

enum error_code request_object_take(struct arena *arena, const struct json_node *claims,
	const struct json_shape *shape, void *ret_texts, struct why *reterr_why)
{
	enum error_code code = OK;
	for (size_t i = 0; code == OK && i < shape->n; i++) {
		const struct json_field *field = &shape->fields[i];
		const struct json_node *node = json_node_find(claims, str_from(field->name));
		struct str *text = (struct str *)(void *)((char *)ret_texts + field->offset);
		if (node && node->kind != JSON_NODE_NULL)
			code = text_of(arena, field->name, node, text, reterr_why);
	}
	return code;
}

enum error_code request_object_claims(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts, const struct str *ends,
	size_t ends_n, struct json_node **ret_claims, struct why *reterr_why)
{
	struct json_node *tree;
	struct why detail = { "" };
	enum error_code code = check_claims(arena, client, object, facts, ends, ends_n, reterr_why);
	if (code != OK)
		return code;
	if (json_tree_read(arena, object->payload, &tree, &detail) != OK || tree->kind != JSON_NODE_OBJECT)
		return REFUSE(reterr_why, "Failed to parse JWT: %s", detail.text);
	if (json_node_find(tree, STR("request_uri")) || json_node_find(tree, STR("request")))
		return REFUSE(reterr_why, "The request_uri claim should not be set in the request object");
	*ret_claims = tree;
	return OK;
}

enum error_code request_object_merge(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts,
	struct authorize_request *request, struct why *reterr_why)
{
	static const struct str ends[] = { STR_INIT(""), STR_INIT("/protocol/openid-connect/auth"),
		STR_INIT("/protocol/openid-connect/token"), STR_INIT("/protocol/openid-connect/ext/par/request") };
	struct json_node *claims;
	struct authorize_request merged = *request;
	enum error_code code = request_object_claims(arena, client, object, facts, ends, ARRAY_LENGTH(ends), &claims,
						     reterr_why);
	if (code == OK)
		code = request_object_take(arena, claims, &authorize_request_shape, &merged, reterr_why);
	if (code != OK)
		return code;
	merged.client_id = client->client_id;
	merged.type_beside = request->response_type;
	authorize_request_bound(&merged);
	*request = merged;
	return OK;
}
