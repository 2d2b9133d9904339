/* /admin/realms/{realm}/clients/{client}/client-secret: the secret, a new one, the one before it. */
#include "admin/client_change.h"
#include "admin/handlers.h"
#include "admin/handlers_clients.h"
#include "admin/serve.h"
#include "oidc/client_auth.h"

#define ROTATED STR("client.secret.rotated")

static void answer_secret(struct admin_call *call, struct str secret)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_text(w, "type", STR("secret"));
	if (secret.n)
		json_member_text(w, "value", secret);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static void client_secret_get(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version))
		answer_secret(call, client.client.secret);
}

ADMIN_HANDLER(admin_client_secret_get, client_secret_get)

static bool renew(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	client_rep_new_secret(call, client);
	*(struct client_rep *)context = *client;
	admin_event_add(call, effects, "ACTION", "CLIENT", client_rep_path(call, client, "/client-secret"));
	return true;
}

static void client_secret_renew(struct admin_call *call)
{
	struct client_rep client;
	if (client_change(call, renew, &client))
		answer_secret(call, client.client.secret);
}

ADMIN_HANDLER(admin_client_secret_renew, client_secret_renew)

/* ---- what rotation left: until it expires it is accepted too ---- */

static void client_secret_rotated_get(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version)) {
		struct str rotated = client_auth_rotated_secret(&client.client.attributes, call->visit.now_ms / 1000);
		if (rotated.n)
			answer_secret(call, rotated);
		else
			admin_not_found(call, "Client does not have a rotated secret");
	}
}

ADMIN_HANDLER(admin_client_secret_rotated_get, client_secret_rotated_get)

static bool forget(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	struct attributes *attributes = &client->client.attributes;
	size_t kept = 0;
	(void)context;
	for (size_t i = 0; i < attributes->n; i++)
		if (!str_starts(attributes->pairs[i].key, ROTATED))
			attributes->pairs[kept++] = attributes->pairs[i];
	attributes->n = kept;
	admin_event_add(call, effects, "ACTION", "CLIENT", client_rep_path(call, client, "/client-secret/rotated"));
	return true;
}

static void client_secret_rotated_delete(struct admin_call *call)
{
	if (client_change(call, forget, NULL))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_client_secret_rotated_delete, client_secret_rotated_delete)
