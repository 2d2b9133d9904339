/* /realms/{realm}/clients-registrations/openid-connect: OpenID Connect Dynamic Client Registration
 * 1.0 and RFC 7592. */
#include "admin/ending.h"
#include "admin/handlers_clients.h"
#include "admin/registration.h"
#include "admin/registration_form.h"
#include "crypto/random.h"

static void answer(struct registration *r, int status, const struct client_rep *client)
{
	struct admin_call *call = &r->call;
	const struct registration_answer answer = {
		.issued_at_s = status == 201 ? call->visit.now_ms / 1000 : 0,
		.uri = registration_url(r, "openid-connect", client->client.client_id),
		.token = r->by == REGISTRAR_CLIENT || status == 201 ? r->token : STR(""),
	};
	http_respond_bytes(call->response, status, "application/json;charset=UTF-8",
			   registration_form_write(call->arena, client, &answer));
	if (status == 201)
		http_set_header_z(call->response, "Location", arena_z(call->arena, answer.uri));
	ending_committed(call, r->signout_id);
}

static bool read_form(struct registration *r, bool is_new, struct str *ret_json, struct str *ret_client_id)
{
	struct why why = { "" };
	enum error_code code = registration_form_read(r->call.arena, r->call.request->body, is_new,
						      random_uuid(r->call.arena), ret_json, ret_client_id, &why);
	if (code != OK)
		registration_refuse_body(r, code, &why);
	return code == OK;
}

static void create(struct registration *r)
{
	struct client_rep client;
	struct str json, client_id;
	if (!registration_may_create(r) || !read_form(r, true, &json, &client_id))
		return;
	if (client_id.p)
		registration_refuse(r, "invalid_client_metadata", STR("Client Identifier included"));
	else if (registration_create(r, json, &client))
		answer(r, 201, &client);
}

void registration_openid_create(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	if (!registration_open(&r, context, request, response))
		return;
	create(&r);
	registration_close(&r);
}

/* A client of the other protocol has no such form. */
static bool is_openid(struct registration *r, const struct client *client)
{
	if (client && !str_eq_z(client->protocol, "openid-connect"))
		registration_refuse(r, "invalid_client", STR("Wrong client protocol."));
	return client && str_eq_z(client->protocol, "openid-connect");
}

void registration_openid_get(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	struct client_rep rep;
	int64_t version;
	if (!registration_open(&r, context, request, response))
		return;
	const struct client *client = registration_client_seen(&r);
	if (is_openid(&r, client) && client_rep_find_by_id(&r.call, client->id, &rep, &version))
		answer(&r, 200, &rep);
	registration_close(&r);
}

static void put(struct registration *r)
{
	struct client_rep rep;
	struct str json, client_id;
	const struct client *client = registration_client_changed(r);
	if (!is_openid(r, client) || !read_form(r, false, &json, &client_id))
		return;
	if (!str_eq(client_id, client->client_id))
		registration_refuse(r, "invalid_client_metadata", STR("Client Identifier modified"));
	else if (registration_update(r, client, json, &rep))
		answer(r, 200, &rep);
}

void registration_openid_put(void *context, struct http_request *request, struct http_response *response)
{
	struct registration r;
	if (!registration_open(&r, context, request, response))
		return;
	put(&r);
	registration_close(&r);
}
