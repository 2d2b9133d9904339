/* POST /realms/{realm}/protocol/openid-connect/token/introspect (RFC 7662).
 *
 * A token may be introspected by its own client (azp) and by its audience; to everybody else,
 * and for all that is no live access token, the answer is {"active":false}. */
#include "app/bearer.h"
#include "app/client_request.h"
#include "app/endpoints.h"
#include "json/tree.h"
#include "oidc/token.h"

static void inactive(struct client_request *r, const struct bearer *bearer, struct str error, struct str reason)
{
	r->event.user_id = bearer->user ? bearer->user->id : STR("");
	r->event.session_id = bearer->claims.sid;
	event_detail(r->visit, &r->event, "token_issued_for", bearer->claims.azp);
	event_detail(r->visit, &r->event, "token_id", bearer->claims.jti);
	event_detail(r->visit, &r->event, "token_type", bearer->claims.typ);
	event_emit_error(r->visit, &r->event, error, reason);
	http_respond_json(r->visit->response, 200, STR("{\"active\":false}"));
	http_no_store(r->visit->response);
}

/* The claims of the token, as mappers have them for introspection, and RFC 7662's members. */
static enum error_code active_text(struct client_request *r, const struct bearer *bearer, struct str *ret_text,
				   struct why *reterr_why)
{
	struct arena *arena = r->visit->arena;
	struct json_node *tree;
	struct scope_grant grant;
	const struct claims_input input = bearer_claims(r->visit, bearer, &grant);
	enum error_code code = token_introspection_claims(arena, &input, &bearer->claims, &tree, reterr_why);
	if (code != OK)
		return code;
	json_node_put(tree, STR("client_id"), json_node_text(arena, bearer->claims.azp));
	json_node_put(tree, STR("username"), json_node_text(arena, bearer->user->username));
	json_node_put(tree, STR("token_type"), json_node_text(arena, bearer->claims.typ));
	json_node_put(tree, STR("active"), json_node_bool(arena, true));
	*ret_text = json_tree_text(arena, tree);
	return OK;
}

static void answer(struct client_request *r, const struct bearer *bearer)
{
	struct why why = { "" };
	struct str text;
	enum error_code code = active_text(r, bearer, &text, &why);
	if (code != OK) {
		client_request_broken(r, code, &why);
		return;
	}
	struct event event = r->event;
	event.type = STR("INTROSPECT_TOKEN");
	event.user_id = bearer->user->id;
	event.session_id = bearer->claims.sid;
	event_detail(r->visit, &event, "token_issued_for", bearer->claims.azp);
	event_emit(r->visit, &event);
	http_respond_json(r->visit->response, 200, text);
	http_no_store(r->visit->response);
}

/* Why a token is not active, in Keycloak's words. */
static struct str reason(const struct client_request *r, const struct bearer *bearer, const char *dead)
{
	struct arena *arena = r->visit->arena;
	if (str_eq_z(str_from(dead), "user_disabled"))
		return arena_join(arena, STR("Could not find valid user from user session "), bearer->claims.sid, STR(""));
	return arena_format(arena, "Introspection access token for %.*s client: %s", STR_ARG(r->client->client_id), dead);
}

static void introspect(struct client_request *r)
{
	struct bearer bearer = { 0 };
	const char *dead;
	struct why why = { "" };
	if (r->client->public_client) {
		client_request_fail(r, ERROR_INVALID_CLIENT, STR("Client not allowed."), STR(""));
		return;
	}
	if (!params_count(r->form, "token")) {
		client_request_fail(r, ERROR_INVALID_REQUEST, STR("Token not provided."), STR(""));
		return;
	}
	enum error_code code = bearer_open(r->visit, client_request_value(r, "token"), &bearer, &dead, &why);
	if (code != OK && code != ERROR_INVALID_TOKEN) {
		client_request_broken(r, code, &why);
		return;
	}
	bool known = bearer.claims.azp.n > 0;
	bool theirs = known && (str_eq(bearer.claims.azp, r->client->client_id) ||
				jwt_has_audience(&bearer.claims, r->client->client_id));
	if (code == OK && theirs)
		answer(r, &bearer);
	else if (known && !theirs)
		inactive(r, &bearer, STR("invalid_token"), arena_format(r->visit->arena,
			"Client '%.*s' is not in the token audience", STR_ARG(r->client->client_id)));
	else
		inactive(r, &bearer, known && !str_contains(str_from(dead), STR(" ")) ? str_from(dead) :
			STR("invalid_token"), reason(r, &bearer, dead));
}

void introspect_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (endpoint_waits(context, request, introspect_handle, client_request_waits(request)) ||
	    !visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, "INTROSPECT_TOKEN_ERROR", false))
		introspect(&r);
	visit_close(&visit);
}
