/* GET /admin/realms/{realm}/keys: every key of the realm, and which one counts for what. */
#include <stdlib.h>

#include "admin/component.h"
#include "admin/handlers_components.h"
#include "admin/serve.h"
#include "crypto/sign_key.h"
#include "crypto/x509.h"

struct key_list {
	struct realm_key *items;
	size_t n;
};

static int by_priority(const void *a, const void *b)
{
	const struct realm_key *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return str_compare(x->kid, y->kid);
}

static bool read_keys(struct admin_call *call, struct key_list *keys)
{
	struct component_list list;
	struct why why = { "" };
	if (!component_list(call, &list))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		struct realm_key key;
		bool found = false;
		enum error_code code = OK;
		if (str_eq_z(list.items[i].provider_type, KEY_PROVIDER) &&
		    str_eq(list.items[i].parent_id, call->realm->settings.id))
			code = component_read_key(call->arena, &list.items[i], &key, &found, &why);
		if (code != OK) {
			admin_fail(call, code, &why);
			return false;
		}
		if (found)
			*(struct realm_key *)arena_push(call->arena, &keys->items, &keys->n, sizeof *keys->items) = key;
	}
	if (keys->n)
		qsort(keys->items, keys->n, sizeof *keys->items, by_priority);
	return true;
}

static const char *type_of(const struct realm_key *key)
{
	switch (sign_key_kind(key->key)) {
	case SIGN_KEY_RSA:
		return "RSA";
	case SIGN_KEY_P256:
	case SIGN_KEY_P384:
	case SIGN_KEY_P521:
		return "EC";
	case SIGN_KEY_ED25519:
		return "OKP";
	case SIGN_KEY_SECRET:
		break;
	}
	return "OCT";
}

static void write_key(struct admin_call *call, struct json_writer *w, const struct realm_key *key)
{
	static const char *const states[] = { [KEY_ACTIVE] = "ACTIVE", [KEY_PASSIVE] = "PASSIVE",
		[KEY_DISABLED] = "DISABLED" };
	struct x509_facts facts;
	json_write_object_begin(w);
	json_member_text(w, "providerId", key->provider_id);
	json_member_int(w, "providerPriority", key->priority);
	json_member_text(w, "kid", key->kid);
	json_member_text(w, "status", str_from(states[key->state]));
	json_member_text(w, "type", str_from(type_of(key)));
	json_member_text(w, "algorithm", key->algorithm);
	if (key->public_key.n)
		json_member_text(w, "publicKey", key->public_key);
	if (key->certificate.n)
		json_member_text(w, "certificate", key->certificate);
	json_member_text(w, "use", key->use == KEY_SIGN ? STR("SIG") : STR("ENC"));
	if (key->certificate.n && x509_parse(call->arena, key->certificate, &facts, NULL) == OK)
		json_member_int(w, "validTo", facts.not_after_s * 1000);
	json_write_object_end(w);
}

/* Whether it is the first active one of its algorithm. */
static bool counts(const struct key_list *keys, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (keys->items[i].state == KEY_ACTIVE && str_eq(keys->items[i].algorithm, keys->items[at].algorithm))
			return false;
	return keys->items[at].state == KEY_ACTIVE;
}

static void write_keys(struct admin_call *call, const struct key_list *keys)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	json_member_object_begin(w, "active");
	for (size_t i = 0; i < keys->n; i++)
		if (counts(keys, i)) {
			json_write_name(w, keys->items[i].algorithm);
			json_write_text(w, keys->items[i].kid);
		}
	json_write_object_end(w);
	json_member_array_begin(w, "keys");
	for (size_t i = 0; i < keys->n; i++)
		write_key(call, w, &keys->items[i]);
	json_write_array_end(w);
	json_write_object_end(w);
	admin_json_end(call, w);
}

static void keys_get(struct admin_call *call)
{
	struct key_list keys = { NULL, 0 };
	if (read_keys(call, &keys))
		write_keys(call, &keys);
	for (size_t i = 0; i < keys.n; i++)
		sign_key_free(keys.items[i].key);
}

ADMIN_HANDLER(admin_keys_get, keys_get)
