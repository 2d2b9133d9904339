/* GET and POST /realms/{realm}/protocol/openid-connect/userinfo (OpenID Connect Core 1.0,
 * section 5.3). */
#include "app/bearer.h"
#include "app/client_keys.h"
#include "app/endpoints.h"
#include "app/events.h"
#include "app/fallback_key.h"
#include "base/log.h"
#include "http/cors.h"
#include "model/redirect.h"
#include "oidc/token.h"

/* As recorded: an empty text/plain answer whose header says why (RFC 6750 section 3). */
static void refuse(struct visit *visit, int status, const char *error, const char *text)
{
	struct str realm = visit->realm->settings.name;
	struct str value = !error ? arena_format(visit->arena, "Bearer realm=\"%.*s\"", STR_ARG(realm)) :
		arena_format(visit->arena, "Bearer realm=\"%.*s\", error=\"%s\", error_description=\"%s\"",
			     STR_ARG(realm), error, text);
	http_respond_text(visit->response, status, STR(""));
	http_no_store(visit->response);
	struct why why;
	if (http_set_header(visit->response, "WWW-Authenticate", value, &why) != OK)
		http_set_header_z(visit->response, "WWW-Authenticate", "Bearer");
}

static struct str token_of(struct visit *visit)
{
	struct str token = http_bearer(visit->request);
	const struct params *form;
	if (token.n || visit->request->method != HTTP_POST || http_form(visit->request, &form, NULL) != OK)
		return token;
	return params_value(form, "access_token");
}

/* user.info.response.signature.alg: the answer as a JWT of the asking client's (section 5.3.2). */
static enum error_code sign(struct visit *visit, const struct bearer *bearer, struct str algorithm,
			    struct json_node *claims, struct str *ret_token, struct why *reterr_why)
{
	struct arena *arena = visit->arena;
	json_node_put(claims, STR("iss"), json_node_text(arena, visit->issuer));
	json_node_put(claims, STR("aud"), json_node_text(arena, bearer->client->client_id));
	return fallback_key_sign(visit, algorithm, STR("JWT"), json_tree_text(arena, claims), ret_token, reterr_why);
}

static enum error_code respond(struct visit *visit, const struct bearer *bearer, bool *ret_signed,
			       struct why *reterr_why)
{
	struct scope_grant grant;
	const struct claims_input input = bearer_claims(visit, bearer, &grant);
	struct json_node *claims = token_userinfo_claims(visit->arena, &input);
	struct str algorithm = attributes_get(&bearer->client->attributes, STR("user.info.response.signature.alg"));
	*ret_signed = algorithm.n && !str_eq_z(algorithm, "unsigned");
	bool encrypted = client_keys_wanted(visit, bearer->client, "user.info");
	struct str content;
	enum error_code code = OK;
	if (*ret_signed)
		code = sign(visit, bearer, algorithm, claims, &content, reterr_why);
	else
		content = json_tree_text(visit->arena, claims);
	if (code == OK && encrypted)
		code = client_keys_encrypt(visit, bearer->client, "user.info", content, *ret_signed, &content,
					   reterr_why);
	if (code == OK && (*ret_signed || encrypted))
		http_respond_bytes(visit->response, 200, "application/jwt", content);
	else if (code == OK)
		http_respond_json(visit->response, 200, content);
	return code;
}

static void answer(struct visit *visit, const struct bearer *bearer)
{
	struct why why = { "" };
	bool is_signed;
	enum error_code code = respond(visit, bearer, &is_signed, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "app", "userinfo of client %.*s: %s", STR_ARG(bearer->client->client_id), why.text);
		http_respond_error_code(visit->response, code);
		return;
	}
	http_no_store(visit->response);
	struct str_list origins = redirect_web_origins(visit->arena, bearer->client);
	(void)cors_apply(visit->request, origins.items, origins.n, true, visit->response);
	struct event event = event_new(visit, "USER_INFO_REQUEST");
	event.client_id = bearer->client->client_id;
	event.user_id = bearer->user->id;
	event.session_id = bearer->claims.sid;
	event_detail(visit, &event, "auth_method", STR("validate_access_token"));
	event_detail(visit, &event, "username", bearer->user->username);
	event_detail(visit, &event, "signature_required", is_signed ? STR("true") : STR("false"));
	event_emit(visit, &event);
}

/* What the asker is told, as recorded. */
static const char *told(const char *dead)
{
	struct str reason = str_from(dead);
	if (str_eq_z(reason, "user_disabled"))
		return "User disabled";
	if (str_eq_z(reason, "client_disabled"))
		return "Client disabled";
	return str_ends(reason, STR("_session_not_found")) ? dead : "Token verification failed";
}

static void refuse_dead(struct visit *visit, const struct bearer *bearer, const char *dead)
{
	struct event event = event_new(visit, "USER_INFO_REQUEST_ERROR");
	event.client_id = bearer->client ? bearer->client->client_id : STR("");
	event.user_id = bearer->user ? bearer->user->id : STR("");
	event.session_id = bearer->claims.sid;
	event_detail(visit, &event, "auth_method", STR("validate_access_token"));
	if (bearer->user && !bearer->user->enabled)
		event_detail(visit, &event, "username", bearer->user->username);
	/* Words with a blank are reasons of a bad token; the others are event errors. */
	bool words = str_contains(str_from(dead), STR(" "));
	event_emit_error(visit, &event, words ? STR("invalid_token") : str_from(dead), words ? str_from(dead) : STR(""));
	refuse(visit, 401, "invalid_token", told(dead));
}

/* For a server of the client's, or for a commit. */
static bool must_wait(const struct visit *visit, const struct client *client)
{
	return client_keys_wait(client) || fallback_key_needed(visit->realm, client);
}

static void handle(struct visit *visit)
{
	struct bearer bearer = { 0 };
	const char *dead;
	struct why why = { "" };
	struct str token = token_of(visit);
	if (!token.n) {
		refuse(visit, 401, NULL, NULL);
		return;
	}
	enum error_code code = bearer_open(visit, token, &bearer, &dead, &why);
	if (code == ERROR_INVALID_TOKEN) {
		refuse_dead(visit, &bearer, dead);
	} else if (code != OK) {
		log_write(LOG_ERROR, "app", "userinfo: %s", why.text);
		http_respond_error_code(visit->response, code);
	} else if (!jwt_has_scope(&bearer.claims, STR("openid"))) {
		refuse(visit, 403, "insufficient_scope", "Missing openid scope");
	} else if (must_wait(visit, bearer.client) && visit->request->next_handler != userinfo_handle) {
		http_hand_over(visit->request, HTTP_QUEUE_WORKER, userinfo_handle, visit->app);
	} else {
		answer(visit, &bearer);
	}
}

void userinfo_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	if (endpoint_goes_to_worker(context, request, userinfo_handle) || !visit_open(&visit, context, request, response))
		return;
	handle(&visit);
	visit_close(&visit);
}
