/* What a realm tells everybody of itself: the discovery document (OpenID Connect Discovery 1.0,
 * RFC 8414), its public keys, and Keycloak's short description. Disabled and deleted realms
 * still serve them while notices signed with their keys are owed, for an hour at most. */
#include "app/endpoints.h"
#include "app/visit.h"
#include "crypto/sign.h"
#include "http/cors.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "json/write.h"

struct endpoint_name {
	const char *member, *path;
};

static const struct endpoint_name endpoints[] = {
	{ "authorization_endpoint", "/protocol/openid-connect/auth" },
	{ "token_endpoint", "/protocol/openid-connect/token" },
	{ "device_authorization_endpoint", "/protocol/openid-connect/auth/device" },
	{ "introspection_endpoint", "/protocol/openid-connect/token/introspect" },
	{ "userinfo_endpoint", "/protocol/openid-connect/userinfo" },
	{ "end_session_endpoint", "/protocol/openid-connect/logout" },
	{ "check_session_iframe", "/protocol/openid-connect/login-status-iframe.html" },
	{ "revocation_endpoint", "/protocol/openid-connect/revoke" },
	{ "pushed_authorization_request_endpoint", "/protocol/openid-connect/ext/par/request" },
	{ "backchannel_authentication_endpoint", "/protocol/openid-connect/ext/ciba/auth" },
	{ "jwks_uri", "/protocol/openid-connect/certs" },
	{ "registration_endpoint", "/clients-registrations/openid-connect" },
};

/* Lists that are the same for every realm: only what this server does. */
struct endpoint_list {
	const char *member, *values[9];
};

#define AUTHENTICATION { "private_key_jwt", "client_secret_basic", "client_secret_post", "client_secret_jwt" }

static const struct endpoint_list lists[] = {
	{ "grant_types_supported", { "authorization_code", "client_credentials", "implicit", "password", "refresh_token",
		"urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange",
		"urn:openid:params:grant-type:ciba" } },
	{ "backchannel_token_delivery_modes_supported", { "poll", "ping" } },
	{ "acr_values_supported", { "0", "1" } },
	{ "response_types_supported", { "code", "none", "id_token", "token", "id_token token", "code id_token",
		"code token", "code id_token token" } },
	{ "response_modes_supported", { "query", "fragment", "form_post", "query.jwt", "fragment.jwt",
		"form_post.jwt", "jwt" } },
	{ "subject_types_supported", { "public", "pairwise" } },
	{ "prompt_values_supported", { "none", "login", "consent" } },
	{ "token_endpoint_auth_methods_supported", AUTHENTICATION },
	{ "introspection_endpoint_auth_methods_supported", AUTHENTICATION },
	{ "revocation_endpoint_auth_methods_supported", AUTHENTICATION },
	{ "claim_types_supported", { "normal" } },
	{ "code_challenge_methods_supported", { "S256" } },
};

static const char *const claim_names[] = { "iss", "sub", "aud", "exp", "iat", "auth_time", "name", "given_name",
	"family_name", "preferred_username", "email", "acr", "azp", "nonce" };

static const char *const signing_names[] = { "id_token_signing_alg_values_supported",
	"userinfo_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported",
	"introspection_endpoint_auth_signing_alg_values_supported",
	"revocation_endpoint_auth_signing_alg_values_supported", "authorization_signing_alg_values_supported" };
#define ALL (JWS_ALLOW_ASYMMETRIC | JWS_ALLOW_BY_SECRET)
static const char *const encryption_names[][2] = {
	{ "id_token_encryption_alg_values_supported", "id_token_encryption_enc_values_supported" },
	{ "userinfo_encryption_alg_values_supported", "userinfo_encryption_enc_values_supported" },
	{ "authorization_encryption_alg_values_supported", "authorization_encryption_enc_values_supported" },
};

static void write_list(struct json_writer *w, const char *member, const char *const *values, size_t n)
{
	json_member_array_begin(w, member);
	for (size_t i = 0; i < n && values[i]; i++)
		json_write_text(w, str_from(values[i]));
	json_write_array_end(w);
}

static void write_encryption(struct json_writer *w, const char *const names[2])
{
	for (size_t i = 0; i < 2; i++)
		write_list(w, names[i], i ? jwe_encodings : jwe_algorithms, SIZE_MAX);
}

static bool has_key_for(const struct realm *realm, const char *algorithm)
{
	for (size_t i = 0; i < realm->keys_n; i++)
		if (realm->keys[i].use == KEY_ENCRYPT && jwe_fits(str_from(algorithm), realm->keys[i].key))
			return true;
	return false;
}

/* Where the realm has a key: the algorithms that fit one. */
static void write_decryption(struct json_writer *w, const struct realm *realm)
{
	static const char *const names[] = { "request_object_encryption_alg_values_supported",
		"request_object_encryption_enc_values_supported" };
	const char *found[9] = { NULL };
	size_t n = 0;
	for (size_t i = 0; jwe_algorithms[i] && n < ARRAY_LENGTH(found) - 2; i++)
		if (has_key_for(realm, jwe_algorithms[i]))
			found[n++] = jwe_algorithms[i];
	/* A client's row may say that its own are so. */
	if (has_key_for(realm, JWE_RSA1_5))
		found[n++] = JWE_RSA1_5;
	if (!n)
		return;
	write_list(w, names[0], found, n);
	write_list(w, names[1], jwe_encodings, SIZE_MAX);
}

/* Those of `among`: where the realm has no key for one, it gets one (fallback_key.h), and clients sign
 * by their own. */
static void write_algorithms(struct json_writer *w, const char *member, unsigned among, bool none)
{
	json_member_array_begin(w, member);
	for (int i = 0; i < SIGN_JWA_ALGORITHMS; i++)
		if (among & JWS_ALLOW(i))
			json_write_text(w, str_from(sign_algorithm_name((enum sign_algorithm)i)));
	if (none)
		json_write_text(w, STR("none"));
	json_write_array_end(w);
}

static void write_scopes(struct json_writer *w, const struct realm *realm)
{
	json_member_array_begin(w, "scopes_supported");
	json_write_text(w, STR("openid"));
	for (size_t i = 0; i < realm->client_scopes_n; i++)
		if (str_eq_z(realm->client_scopes[i].protocol, "openid-connect"))
			json_write_text(w, realm->client_scopes[i].name);
	json_write_array_end(w);
}

/* The members that do not name the issuer, as an object. */
static struct str other_members(struct arena *arena, const struct realm *realm)
{
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
		write_list(&w, lists[i].member, lists[i].values, ARRAY_LENGTH(lists[i].values));
	write_list(&w, "claims_supported", claim_names, ARRAY_LENGTH(claim_names));
	for (size_t i = 0; i < ARRAY_LENGTH(signing_names); i++)
		write_algorithms(&w, signing_names[i], ALL, false);
	/* A client's row may say that its own have no signature. */
	write_algorithms(&w, "request_object_signing_alg_values_supported", ALL, true);
	write_algorithms(&w, "backchannel_authentication_request_signing_alg_values_supported", JWS_ALLOW_ASYMMETRIC, false);
	for (size_t i = 0; i < ARRAY_LENGTH(encryption_names); i++)
		write_encryption(&w, encryption_names[i]);
	write_decryption(&w, realm);
	write_scopes(&w, realm);
	json_member_bool(&w, "frontchannel_logout_supported", true);
	json_member_bool(&w, "frontchannel_logout_session_supported", true);
	json_member_bool(&w, "backchannel_logout_supported", true);
	json_member_bool(&w, "backchannel_logout_session_supported", true);
	json_member_bool(&w, "authorization_response_iss_parameter_supported", true);
	json_member_bool(&w, "claims_parameter_supported", true);
	json_member_bool(&w, "request_parameter_supported", true);
	json_member_bool(&w, "request_uri_parameter_supported", true);
	json_member_bool(&w, "require_request_uri_registration", true);
	json_member_bool(&w, "require_pushed_authorization_requests", false);
	json_member_bool(&w, "tls_client_certificate_bound_access_tokens", false);
	json_member_object_begin(&w, "mtls_endpoint_aliases");
	json_write_object_end(&w);
	json_write_object_end(&w);
	return text_str(&text);
}

static struct str certs_text(struct arena *arena, const struct realm *realm)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, "{\"keys\":[");
	for (size_t i = 0, shown = 0; i < realm->keys_n; i++) {
		struct str jwk = realm->keys[i].jwk;
		if (jwk.n && shown++)
			text_add_char(&text, ',');
		text_add(&text, jwk);
	}
	text_add_z(&text, "]}");
	return text_str(&text);
}

void discovery_prepare(struct realm *realm, struct arena *arena)
{
	struct str_list *pieces = &realm->discovery;
	struct str piece = STR("{\"issuer\":\"");
	for (size_t i = 0; i < ARRAY_LENGTH(endpoints); i++) {
		*(struct str *)arena_push(arena, &pieces->items, &pieces->n, sizeof piece) = piece;
		const char *before = i ? endpoints[i - 1].path : "";
		piece = arena_format(arena, "%s\",\"%s\":\"", before, endpoints[i].member);
	}
	*(struct str *)arena_push(arena, &pieces->items, &pieces->n, sizeof piece) = piece;
	struct str rest = str_drop(other_members(arena, realm), 1); /* without its brace */
	piece = arena_join(arena, str_from(endpoints[ARRAY_LENGTH(endpoints) - 1].path), STR("\","), rest);
	*(struct str *)arena_push(arena, &pieces->items, &pieces->n, sizeof piece) = piece;
	realm->certs = certs_text(arena, realm);
}

static struct str discovery_text(const struct visit *visit)
{
	const struct str_list *pieces = &visit->realm->discovery;
	struct text quoted = text_new(visit->arena, 0), text = text_new(visit->arena, 0);
	json_add_text(&quoted, visit->issuer);
	struct str issuer = text_str(&quoted);
	issuer = str_take(str_drop(issuer, 1), issuer.n - 2);
	for (size_t i = 0; i < pieces->n; i++) {
		if (i)
			text_add(&text, issuer);
		text_add(&text, pieces->items[i]);
	}
	return text_str(&text);
}

/* Public to every origin: nothing in it depends on who asks. */
static void answer(struct visit *visit, struct str json)
{
	http_respond_json(visit->response, 200, json);
	http_no_cache(visit->response);
	struct str origin = http_header(visit->request, "Origin");
	if (origin.n)
		cors_allow(visit->response, origin, false);
}

void discovery_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (endpoint_goes_to_worker(context, request, discovery_handle) ||
	    !visit_open_any(&visit, context, request, response))
		return;
	answer(&visit, discovery_text(&visit));
	visit_close(&visit);
}

void certs_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (endpoint_goes_to_worker(context, request, certs_handle) ||
	    !visit_open_any(&visit, context, request, response))
		return;
	answer(&visit, visit.realm->certs);
	visit_close(&visit);
}

void realm_info_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (endpoint_goes_to_worker(context, request, realm_info_handle) ||
	    !visit_open_any(&visit, context, request, response))
		return;
	const struct realm *realm = visit.realm;
	const struct realm_key *key = realm_key_for(realm, STR("RS256"));
	struct text text = text_new(visit.arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "realm", realm->settings.name);
	if (key)
		json_member_text(&w, "public_key", key->public_key);
	json_member_text(&w, "token-service", visit_url(&visit, "/protocol/openid-connect"));
	json_member_text(&w, "account-service", visit_url(&visit, "/account"));
	json_member_int(&w, "tokens-not-before", realm->settings.not_before_s);
	json_write_object_end(&w);
	answer(&visit, text_str(&text));
	visit_close(&visit);
}
