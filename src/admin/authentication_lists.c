/* What authentication flows can be built of, for those who build them: the tables of
 * authentication_providers.h, as Keycloak answers them. */
#include "admin/authentication_providers.h"
#include "admin/handlers_authentication.h"
#include "admin/serve.h"

static void write_list(struct admin_call *call, enum provider_kind kind)
{
	const struct authentication_provider *provider;
	struct json_writer *w = admin_array_begin(call);
	for (size_t i = 0; (provider = authentication_provider(i)); i++) {
		if (provider->kind != kind)
			continue;
		json_write_object_begin(w);
		if (kind == PROVIDER_CLIENT)
			json_member_bool(w, "supportsSecret", str_starts(provider->id, STR("client-secret")));
		json_member_text(w, "displayName", provider->name);
		json_member_text(w, "description", provider->description);
		json_member_text(w, "id", provider->id);
		json_write_object_end(w);
	}
	admin_array_end(call, w);
}

static void authenticators(struct admin_call *call)
{
	write_list(call, PROVIDER_AUTHENTICATOR);
}

static void client_authenticators(struct admin_call *call)
{
	write_list(call, PROVIDER_CLIENT);
}

static void form_actions(struct admin_call *call)
{
	write_list(call, PROVIDER_FORM_ACTION);
}

static void forms(struct admin_call *call)
{
	write_list(call, PROVIDER_FORM);
}

ADMIN_HANDLER(admin_authenticators, authenticators)
ADMIN_HANDLER(admin_client_authenticators, client_authenticators)
ADMIN_HANDLER(admin_form_actions, form_actions)
ADMIN_HANDLER(admin_forms, forms)

static void describe(struct admin_call *call)
{
	static const enum provider_kind kinds[] = { PROVIDER_AUTHENTICATOR, PROVIDER_FORM_ACTION, PROVIDER_CLIENT };
	const struct authentication_provider *provider = NULL;
	struct json_writer *w = admin_json_begin(call);
	for (size_t i = 0; i < ARRAY_LENGTH(kinds) && !provider; i++)
		provider = authentication_provider_find(kinds[i], http_route_value(call->request, "provider"));
	if (!provider) {
		admin_not_found(call, "Could not find authenticator provider");
		return;
	}
	json_write_object_begin(w);
	json_member_text(w, "name", provider->name);
	json_member_text(w, "providerId", provider->id);
	json_member_text(w, "helpText", provider->description);
	json_member_raw(w, "properties", provider->settings);
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_config_description, describe)

/* Settings that each client has of its own. */
#define FEDERATED_SETTINGS \
	"[{\"name\":\"jwt.credential.issuer\",\"label\":\"Identity provider\",\"helpText\":\"Issuer o" \
	"f the client assertion. Use the alias of an identity provider set up in this realm.\",\"type" \
	"\":\"String\",\"secret\":false,\"required\":true,\"readOnly\":false},{\"name\":\"jwt.credent" \
	"ial.sub\",\"label\":\"Federated subject\",\"helpText\":\"External clientId (subject) as prov" \
	"ided by the identity provider.\",\"type\":\"String\",\"secret\":false,\"required\":true,\"re" \
	"adOnly\":false}]"

static void describe_clients(struct admin_call *call)
{
	const struct authentication_provider *provider;
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	for (size_t i = 0; (provider = authentication_provider(i)); i++)
		if (provider->kind == PROVIDER_CLIENT) {
			json_write_name(w, provider->id);
			json_write_raw(w, str_eq_z(provider->id, "federated-jwt") ? STR(FEDERATED_SETTINGS) : STR("[]"));
		}
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_client_config_descriptions, describe_clients)
