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

/* The claims of the token, what mappers add for introspection, and RFC 7662's members. */
static struct str active_text(struct client_request *r, const struct bearer *bearer, struct why *reterr_why)
{
	struct arena *arena = r->visit->arena;
	struct json_node *tree;
	struct scope_grant grant;
	if (json_tree_read(arena, bearer->claims.json, &tree, reterr_why) != OK)
		return STR("");
	if (!scope_resolve(arena, bearer->client, bearer->claims.scope, &grant))
		grant = (struct scope_grant){ 0 };
	struct role_set held = roles_of_user(arena, r->visit->realm, bearer->user);
	const struct claims_input input = {
		.realm = r->visit->realm,
		.client = bearer->client,
		.user = bearer->user,
		.session = bearer->session,
		.grant = &grant,
		.roles = roles_for_token(arena, bearer->client, grant.scopes, grant.n, &held),
		.acr = bearer->claims.acr,
	};
	/* A token that carries less than its mappers give (a lightweight one) is completed. */
	if (attributes_true(&bearer->client->attributes, STR("client.use.lightweight.access.token.enabled"), false))
		claims_map(&input, CLAIMS_INTROSPECTION, tree);
	json_node_put(tree, STR("client_id"), json_node_text(arena, bearer->claims.azp));
	json_node_put(tree, STR("username"), json_node_text(arena, bearer->user->username));
	json_node_put(tree, STR("token_type"), json_node_text(arena, STR("Bearer")));
	json_node_put(tree, STR("active"), json_node_bool(arena, true));
	return json_tree_text(arena, tree);
}

static void answer(struct client_request *r, const struct bearer *bearer)
{
	struct why why = { "" };
	struct str text = active_text(r, bearer, &why);
	if (!text.n) {
		client_request_broken(r, ERROR_INTERNAL, &why);
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
			STR("invalid_token"), str_from(dead));
}

void introspect_handle(void *context, struct http_request *request, struct http_response *response)
{
	struct visit visit;
	struct client_request r;
	if (endpoint_goes_to_worker(context, request, introspect_handle) || !visit_open(&visit, context, request, response))
		return;
	if (client_request_open(&r, &visit, "INTROSPECT_TOKEN_ERROR"))
		introspect(&r);
	visit_close(&visit);
}
