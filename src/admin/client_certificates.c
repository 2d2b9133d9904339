/* /admin/realms/{realm}/clients/{client}/certificates/{attribute}: keys that a client signs or
 * decrypts with. They are attributes of the client: ATTRIBUTE.private.key, .certificate, .public.key
 * and .kid. */
#include "admin/client_change.h"
#include "admin/client_keystore.h"
#include "admin/handlers_clients.h"
#include "admin/serve.h"
#include "crypto/x509.h"

enum { RSA_BITS = 4096 };

static struct str attribute_name(struct admin_call *call, const char *part)
{
	return arena_join(call->arena, http_route_value(call->request, "attribute"), STR("."), str_from(part));
}

static struct str attribute(struct admin_call *call, const struct client_rep *client, const char *part)
{
	return attributes_get(&client->client.attributes, attribute_name(call, part));
}

struct client_certificate client_certificate_of(struct admin_call *call, const struct client_rep *client)
{
	return (struct client_certificate){
		.private_key = attribute(call, client, "private.key"),
		.certificate = attribute(call, client, "certificate"),
		.public_key = attribute(call, client, "public.key"),
		.kid = attribute(call, client, "kid"),
	};
}

static void put_attribute(struct admin_call *call, struct client_rep *client, const char *part, struct str value)
{
	struct attributes *attributes = &client->client.attributes;
	struct str name = attribute_name(call, part);
	size_t kept = 0;
	for (size_t i = 0; i < attributes->n; i++)
		if (!str_eq(attributes->pairs[i].key, name))
			attributes->pairs[kept++] = attributes->pairs[i];
	attributes->n = kept;
	if (!value.n)
		return;
	struct json_pair *all = arena_array(call->arena, kept + 1, sizeof *all);
	for (size_t i = 0; i < kept; i++)
		all[i] = attributes->pairs[i];
	all[kept] = (struct json_pair){ name, value };
	*attributes = (struct attributes){ all, kept + 1 };
}

/* ---- change ---- */

struct replacement {
	const struct client_certificate *certificate;
	const char *action;
};

static bool replace(struct admin_call *call, void *context, struct client_rep *client, struct effects *effects)
{
	const struct replacement *replacement = context;
	const struct client_certificate *certificate = replacement->certificate;
	put_attribute(call, client, "private.key", certificate->private_key);
	put_attribute(call, client, "certificate", certificate->certificate);
	put_attribute(call, client, "public.key", certificate->public_key);
	put_attribute(call, client, "kid", certificate->kid);
	admin_event_add(call, effects, "ACTION", "CLIENT", client_rep_path(call, client, arena_z(call->arena,
			arena_format(call->arena, "/certificates/%.*s/%s",
				     STR_ARG(http_route_value(call->request, "attribute")), replacement->action))));
	return true;
}

bool client_certificate_put(struct admin_call *call, const struct client_certificate *certificate, const char *action)
{
	struct replacement replacement = { certificate, action };
	return client_change(call, replace, &replacement);
}

/* ---- answers ---- */

static void write_text(struct json_writer *w, const char *name, struct str text)
{
	if (text.n)
		json_member_text(w, name, text);
}

void client_certificate_answer(struct admin_call *call, const struct client_certificate *certificate)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	write_text(w, "privateKey", certificate->private_key);
	write_text(w, "publicKey", certificate->public_key);
	write_text(w, "certificate", certificate->certificate);
	write_text(w, "kid", certificate->kid);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static void client_certificate_get(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version)) {
		struct client_certificate certificate = client_certificate_of(call, &client);
		client_certificate_answer(call, &certificate);
	}
}

ADMIN_HANDLER(admin_client_certificate_get, client_certificate_get)

/* ---- generate ---- */

bool client_certificate_make(struct admin_call *call, struct str name, struct client_certificate *ret_certificate)
{
	struct why why = { "" };
	struct sign_key *key = NULL;
	SECRET_SCOPED text = { NULL, 0 };
	*ret_certificate = (struct client_certificate){ { NULL, 0 } };
	enum error_code code = sign_key_generate(SIGN_KEY_RSA, RSA_BITS, &key, &why);
	if (code == OK)
		code = x509_self_signed(call->arena, key, name, call->visit.now_ms, &ret_certificate->certificate, &why);
	if (code == OK)
		code = sign_key_private_text(key, &text, &why);
	if (code == OK)
		ret_certificate->private_key = arena_str(call->arena, secret_str(&text));
	else
		admin_fail(call, code, &why);
	sign_key_free(key);
	return code == OK;
}

bool client_certificate_generate(struct admin_call *call, struct client_certificate *ret_certificate)
{
	struct client_rep client;
	int64_t version;
	return client_rep_find(call, &client, &version) &&
	       client_certificate_make(call, client.client.client_id, ret_certificate);
}

static void serve_client_certificate_generate(struct admin_call *call)
{
	struct client_certificate certificate;
	if (client_certificate_generate(call, &certificate) && client_certificate_put(call, &certificate, "generate"))
		client_certificate_answer(call, &certificate);
}

ADMIN_HANDLER(admin_client_certificate_generate, serve_client_certificate_generate)
