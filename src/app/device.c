/* POST /realms/{realm}/protocol/openid-connect/auth/device: the device authorization endpoint (RFC 8628
 * section 3.1). */
#include "app/device.h"

#include "app/client_request.h"
#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/write.h"
#include "oidc/device.h"
#include "oidc/pkce.h"

#define NOT_ALLOWED \
	STR("Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the " \
	    "client.")

/* What the device gets; the store has hashes of it. */
struct codes {
	struct str device, user;
};

/* False: answered. */
static bool check(struct client_request *r)
{
	struct str text = STR("");
	if (!device_is_allowed(r->client)) {
		client_request_fail(r, ERROR_UNAUTHORIZED_CLIENT, NOT_ALLOWED, STR(""));
		return false;
	}
	if (params_count(r->form, "request") || params_count(r->form, "request_uri") ||
	    client_request_value(r, "scope").n > DEVICE_SCOPE_MAX || client_request_value(r, "nonce").n > DEVICE_SCOPE_MAX) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Invalid Request"), STR(""));
		return false;
	}
	if (pkce_check_request(r->client, client_request_value(r, "code_challenge"),
			       client_request_value(r, "code_challenge_method"), &text) == OK)
		return true;
	client_request_fail(r, ERROR_INVALID_REQUEST, text, STR(""));
	return false;
}

/* STALE: somebody else's grant has this user code; another one is made. */
static enum error_code add(struct client_request *r, struct codes *ret_codes, struct why *reterr_why)
{
	struct visit *visit = r->visit;
	uint64_t random;
	random_bytes(&random, sizeof random);
	struct codes codes = { .device = random_token(visit->arena, DEVICE_CODE_BYTES),
		.user = device_user_code(visit->arena, random) };
	struct pending_change change = { .kind = PENDING_ADD };
	change.grant = (struct pending_grant){
		.hash = hash_base64url(visit->arena, HASH_SHA256, codes.device),
		.user_code = device_user_code_hash(visit->arena, visit->realm->settings.id, codes.user),
		.realm_id = visit->realm->settings.id,
		.client_id = r->client->id,
		.scope = client_request_value(r, "scope"),
		.nonce = client_request_value(r, "nonce"),
		.code_challenge = client_request_value(r, "code_challenge"),
		.code_challenge_method = client_request_value(r, "code_challenge_method"),
		.expires_ms = visit->now_ms + device_lifespan_s(visit->realm, r->client) * 1000,
		.interval_ms = device_interval_s(visit->realm, r->client) * 1000,
	};
	struct effects effects = effects_new(visit->arena);
	effects_add(&effects, EFFECT_PENDING_CHANGE)->u.pending = &change;
	*ret_codes = codes;
	return app_apply(visit->app, &effects, reterr_why);
}

static void send(struct client_request *r, const struct codes *codes)
{
	struct visit *visit = r->visit;
	struct str page = attributes_get(&visit->realm->settings.attributes, STR("shortVerificationUri"));
	struct str shown = device_user_code_shown(visit->arena, codes->user);
	if (!page.n)
		page = visit_url(visit, "/device");
	struct text text = text_new(visit->arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_text(&w, "device_code", codes->device);
	json_member_text(&w, "user_code", shown);
	json_member_text(&w, "verification_uri", page);
	json_member_text(&w, "verification_uri_complete", arena_join(visit->arena, page, STR("?user_code="), shown));
	json_member_int(&w, "expires_in", device_lifespan_s(visit->realm, r->client));
	json_member_int(&w, "interval", device_interval_s(visit->realm, r->client));
	json_write_object_end(&w);
	http_respond_json(visit->response, 200, text_str(&text));
	http_no_store(visit->response);
}

static void answer(struct client_request *r)
{
	struct why why = { "" };
	struct codes codes;
	if (!check(r))
		return;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = add(r, &codes, &why);
	if (code == OK)
		send(r, &codes);
	else
		client_request_broken(r, code, &why);
}

void device_authorize_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (!visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, "OAUTH2_DEVICE_AUTH_ERROR", false))
		answer(&r);
	visit_close(&visit);
}
