/* /realms/{realm}/clients-registrations/{provider}: Keycloak's own form, SAML metadata, the adapter's
 * file; OpenID Connect's form is in registration_openid.c. */
#include "admin/client_installation.h"
#include "admin/ending.h"
#include "admin/handlers_clients.h"
#include "admin/registration.h"
#include "base/clock.h"
#include "saml/metadata.h"

static void answer(struct registration *r, int status, const char *kind, const struct client_rep *client)
{
	struct admin_call *call = &r->call;
	struct str json = client_rep_stored(call, client);
	struct text text = text_new(call->arena, 0);
	text_add(&text, str_take(json, json.n - 1));
	if (r->by == REGISTRAR_CLIENT || status == 201)
		text_addf(&text, ",\"registrationAccessToken\":\"%.*s\"", STR_ARG(r->token));
	text_add_z(&text, ",\"defaultRoles\":[]}");
	http_respond_bytes(call->response, status, "application/json;charset=UTF-8", text_str(&text));
	struct str url = registration_url(r, kind, client->client.client_id);
	if (status == 201)
		http_set_header_z(call->response, "Location", arena_z(call->arena, url));
	ending_committed(call, r->signout_id);
}

void registration_default_create(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	struct client_rep client;
	if (!registration_open(&r, context, request, response))
		return;
	if (registration_may_create(&r) && registration_create(&r, request->body, &client))
		answer(&r, 201, "default", &client);
	registration_close(&r);
}

static void create_by_metadata(struct registration *r)
{
	struct client_rep client;
	struct why why = { "" };
	struct str json;
	if (!registration_may_create(r))
		return;
	enum error_code code = metadata_client(r->call.arena, r->call.request->body, &json, &why);
	if (code != OK)
		registration_refuse(r, "invalid_client_metadata", arena_str(r->call.arena, str_from(why.text)));
	else if (registration_create(r, json, &client))
		answer(r, 201, "saml2-entity-descriptor", &client);
}

void registration_saml_create(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	if (!registration_open(&r, context, request, response))
		return;
	create_by_metadata(&r);
	registration_close(&r);
}

void registration_default_get(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	struct client_rep rep;
	int64_t version;
	if (!registration_open(&r, context, request, response))
		return;
	const struct client *client = registration_client_seen(&r);
	if (client && client_rep_find_by_id(&r.call, client->id, &rep, &version))
		answer(&r, 200, "default", &rep);
	registration_close(&r);
}

/* Who changes a client by name names it in the body too, as in Keycloak. */
static bool names_client(struct registration *r, const struct client *client)
{
	struct client_rep body = client_rep_default;
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	enum error_code code = json_read(r->call.arena, r->call.request->body, &client_shape, &options, &body, &why);
	if (code != OK)
		registration_refuse_body(r, code, &why);
	else if (!str_eq(body.client.client_id, client->client_id))
		registration_refuse(r, "invalid_client_metadata", STR("Client Identifier modified"));
	return code == OK && str_eq(body.client.client_id, client->client_id);
}

void registration_default_put(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	struct client_rep rep;
	if (!registration_open(&r, context, request, response))
		return;
	const struct client *client = registration_client_changed(&r);
	if (client && names_client(&r, client) && registration_update(&r, client, request->body, &rep))
		answer(&r, 200, "default", &rep);
	registration_close(&r);
}

void registration_install_get(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	struct client_rep rep;
	int64_t version;
	if (!registration_open(&r, context, request, response))
		return;
	if (r.by == REGISTRAR_NOBODY) {
		http_respond_error(response, 401, STR("invalid_token"), STR("Failed to authenticate client"));
		registration_close(&r);
		return;
	}
	const struct client *client = registration_client_seen(&r);
	if (client && client_rep_find_by_id(&r.call, client->id, &rep, &version))
		http_respond_bytes(response, 200, "application/json;charset=UTF-8",
				   client_installation_json(&r.call, &rep, false));
	registration_close(&r);
}

/* ---- delete ---- */

static void delete_client(struct registration *r)
{
	struct client_rep rep;
	struct why why = { "" };
	int64_t version;
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++) {
		r->call.visit.now_ms = clock_wall_ms();
		const struct client *client = registration_client_changed(r);
		if (!client || !client_rep_find_by_id(&r->call, client->id, &rep, &version))
			return;
		code = client_delete(&r->call, &rep, version, &r->signout_id, &why);
	}
	if (code == OK) {
		admin_no_content(&r->call);
		ending_committed(&r->call, r->signout_id);
	} else {
		admin_fail(&r->call, code, &why);
	}
}

void registration_client_delete(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	if (!registration_open(&r, context, request, response))
		return;
	delete_client(&r);
	registration_close(&r);
}

void registration_unknown(void *context, struct http_request *request, struct http_response *response)
{
	struct admin *admin = context;
	struct visit visit;
	if (!visit_open(&visit, admin->app, request, response))
		return;
	http_respond_error(response, 404, STR("Client registration provider not found"), STR(""));
	visit_close(&visit);
}
