/* What the authentication channel and applications are told; see ciba.h. */
#include "app/ciba.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/fallback_key.h"
#include "app/own_token.h"
#include "base/log.h"
#include "client/client.h"
#include "crypto/hash.h"
#include "json/write.h"

enum {
	CONNECT_MS = 2000,
	ANSWER_MS = 3000, /* a thread of ours waits */
	ANSWER_BYTES_MAX = 4096,
};

/* A kind of its own, which opens nothing here but the callback. */
#define TYPE "Channel"

/* ---- the channel ---- */

static struct str question(struct arena *arena, const struct ciba_asking *asking)
{
	const struct ciba_request *request = asking->request;
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "scope", asking->scope);
	if (request->binding_message.n)
		json_member_text(&w, "binding_message", request->binding_message);
	json_member_text(&w, "login_hint", asking->user->username);
	json_member_bool(&w, "is_consent_required", asking->client->consent_required);
	if (request->acr_values.n)
		json_member_text(&w, "acr_values", request->acr_values);
	for (size_t i = 0; i < request->extras_n; i++) {
		json_write_name(&w, request->extras[i].name);
		json_write_text(&w, request->extras[i].value);
	}
	json_write_object_end(&w);
	return text_str(&text);
}

static enum error_code make_bearer(struct visit *visit, const struct ciba_asking *asking, struct str *ret_bearer,
				   struct why *reterr_why)
{
	struct str algorithm = visit->realm->settings.default_signature_algorithm;
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_int(&w, "exp", visit->now_ms / 1000 + asking->expires_s);
	json_member_int(&w, "iat", visit->now_ms / 1000);
	json_member_text(&w, "jti", asking->id);
	json_member_text(&w, "iss", visit->issuer);
	json_member_text(&w, "aud", visit->issuer);
	json_member_text(&w, "sub", asking->user->id);
	json_member_text(&w, "typ", STR(TYPE));
	json_member_text(&w, "azp", asking->client->client_id);
	json_write_object_end(&w);
	return fallback_key_sign(visit, algorithm.n ? algorithm : STR("RS256"), STR("JWT"), text_str(&text), ret_bearer,
				 reterr_why);
}

enum error_code ciba_channel_open(struct visit *visit, struct str bearer, struct str *ret_id,
	struct why *reterr_why)
{
	struct jwt_claims claims;
	const struct jwt_times times = { .now_s = visit->now_ms / 1000 };
	enum error_code code = own_token_open(visit, bearer, &claims, reterr_why);
	if (code != OK)
		return code;
	if (!str_eq_z(claims.typ, TYPE) || !claims.jti.n || !jwt_has_audience(&claims, claims.iss))
		return error_because(reterr_why, ERROR_INVALID_TOKEN, "not a bearer of the authentication channel");
	if (jwt_check_times(&claims, &times, reterr_why) != OK)
		return ERROR_INVALID_TOKEN;
	*ret_id = claims.jti;
	return OK;
}

struct str ciba_channel_hash(const struct visit *visit, struct str id)
{
	return hash_base64url(visit->arena, HASH_SHA256, arena_join(visit->arena, STR("channel:"), id, STR("")));
}

static struct str bearer_header(struct arena *arena, struct str token)
{
	return arena_join(arena, STR("Bearer "), token, STR(""));
}

static enum error_code send(struct visit *visit, struct str bearer, struct str body, struct why *reterr_why)
{
	const struct client_header header = { STR("Authorization"), bearer_header(visit->arena, bearer) };
	const struct client_request request = {
		.method = STR("POST"), .url = visit->app->authentication_channel, .content_type = STR("application/json"),
		.body = body, .headers = &header, .headers_n = 1, .policy = CLIENT_POLICY_ADMIN,
		.connect_timeout_ms = CONNECT_MS, .total_timeout_ms = ANSWER_MS, .max_body = ANSWER_BYTES_MAX,
	};
	struct client_result result;
	enum error_code code = client_send_wait(visit->app->http, &request, visit->arena, &result, reterr_why);
	if (code != OK)
		return code;
	if (result.outcome != CLIENT_ANSWERED)
		return error_because(reterr_why, ERROR_NETWORK_FAILED, "%.*s", STR_ARG(result.reason));
	/* The contract's answer: the user is being asked. */
	if (result.http_status != 201)
		return error_because(reterr_why, ERROR_UNREADABLE_ANSWER, "it should answer 201: HTTP %d", result.http_status);
	return OK;
}

enum error_code ciba_channel_ask(struct visit *visit, const struct ciba_asking *asking, struct why *reterr_why)
{
	static atomic_int waiting;
	struct str bearer;
	if (!visit->app->authentication_channel.n)
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
				     "no authentication channel is configured (authentication-channel)");
	enum error_code code = make_bearer(visit, asking, &bearer, reterr_why);
	if (code != OK)
		return code;
	if (atomic_fetch_add(&waiting, 1) < visit->app->authentication_channel_max)
		code = send(visit, bearer, question(visit->arena, asking), reterr_why);
	else
		code = error_because(reterr_why, ERROR_BUSY, "too many wait for the authentication channel");
	atomic_fetch_sub(&waiting, 1);
	return code;
}

/* ---- applications ---- */

#define PURPOSE(visit) \
	arena_join((visit)->arena, STR("backchannel-notice:"), (visit)->realm->settings.id, STR(""))

/* The id has no space in it. */
enum error_code ciba_notice_seal(struct visit *visit, struct str auth_req_id, struct str token,
	struct str *ret_notice, struct why *reterr_why)
{
	return seal_text(visit->arena, visit->app->ticket_key, PURPOSE(visit),
			 arena_join(visit->arena, auth_req_id, STR(" "), token), ret_notice, reterr_why);
}

/* `context` is the client's name, freed here. */
static void notified(void *context, const struct client_result *result)
{
	char *client_id = context;
	if (result->outcome != CLIENT_ANSWERED || result->http_status / 100 != 2)
		log_write(LOG_WARN, "app", "client %s was not told that its user has answered, and has to ask: %.*s",
			  client_id, STR_ARG(result->reason));
	free(client_id);
}

static void notify(struct visit *visit, const struct client *client, struct str url, struct str notice)
{
	struct why why = { "" };
	size_t space = str_index(notice, ' ');
	struct text body = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&body, false);
	json_write_object_begin(&w);
	json_member_text(&w, "auth_req_id", str_take(notice, space));
	json_write_object_end(&w);
	const struct client_header header = { STR("Authorization"), bearer_header(visit->arena, str_drop(notice, space + 1)) };
	const struct client_request request = {
		.method = STR("POST"), .url = url, .content_type = STR("application/json"), .body = text_str(&body),
		.headers = &header, .headers_n = 1, .policy = CLIENT_POLICY_ADMIN, .max_body = ANSWER_BYTES_MAX,
	};
	char *client_id = strndup(client->client_id.p, client->client_id.n);
	if (!client_id)
		abort();
	if (client_send(visit->app->http, &request, notified, client_id, &why) == OK)
		return;
	log_write(LOG_WARN, "app", "client %s is not told that its user has answered: %s", client_id, why.text);
	free(client_id);
}

void ciba_notify(struct visit *visit, const struct client *client, const struct pending_grant *grant)
{
	struct secret plain;
	struct why why = { "" };
	struct str url = attributes_get(&client->attributes, STR("ciba.backchannel.client.notification.endpoint"));
	if (!grant->notice.n)
		return;
	if (!url.n)
		log_write(LOG_WARN, "app", "client %.*s has no notification endpoint", STR_ARG(client->client_id));
	else if (seal_open(visit->app->ticket_key, PURPOSE(visit), grant->notice, &plain, &why) != OK)
		log_write(LOG_ERROR, "app", "the notification of client %.*s: %s", STR_ARG(client->client_id), why.text);
	else {
		notify(visit, client, url, secret_str(&plain));
		secret_free(&plain);
	}
}
