/* What identity providers there can be, and what one says of itself to others. */
#include "admin/handlers_identity_providers.h"
#include "admin/identity_provider_rep.h"
#include "admin/realm_row.h"
#include "admin/serve.h"

static const struct {
	struct str id, description;
} mapper_kinds[] = {
#define M(id, description) { STR_INIT(id), STR_INIT(description) },
#include "admin/identity_provider_mappers.def"
#undef M
};

static void kind(struct admin_call *call)
{
	const struct identity_provider_kind *kind = identity_provider_kind_of(http_route_value(call->request, "kind"));
	struct json_writer *w = admin_json_begin(call);
	if (!kind) {
		http_respond_error(call->response, 400, STR("HTTP 400 Bad Request"), STR(""));
		return;
	}
	json_write_object_begin(w);
	json_member_text(w, "name", kind->name);
	json_member_text(w, "id", kind->id);
	json_member_raw(w, "configProperties", kind->settings);
	json_member_text(w, "helpText", STR(""));
	json_member_raw(w, "configMetadata", STR("[]"));
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_identity_provider_kind, kind)

/* The route's provider; false: answered. */
static bool open_provider(struct admin_call *call, struct identity_provider *ret_provider)
{
	struct realm_rep rep;
	int64_t version;
	size_t index;
	return realm_row_find(call, &rep, &version) && identity_provider_find(call, &rep, &index, ret_provider);
}

static void mapper_types(struct admin_call *call)
{
	struct identity_provider provider;
	struct json_writer *w = admin_json_begin(call);
	if (!open_provider(call, &provider))
		return;
	const struct identity_provider_kind *kind = identity_provider_kind_of(provider.provider_id);
	struct str rest = kind ? kind->mappers : STR(""), name;
	json_write_object_begin(w);
	while (str_next(&rest, ' ', &name))
		for (size_t i = 0; i < ARRAY_LENGTH(mapper_kinds); i++)
			if (str_eq(mapper_kinds[i].id, name)) {
				json_write_name(w, name);
				json_write_raw(w, mapper_kinds[i].description);
			}
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_identity_provider_mapper_types, mapper_types)

/* Keys are fetched for brokering alone. */
static void reload_keys(struct admin_call *call)
{
	struct identity_provider provider;
	if (open_provider(call, &provider))
		admin_json(call, STR("false"));
}

ADMIN_HANDLER(admin_identity_provider_reload_keys, reload_keys)

/* ---- export ---- */

static void add_service(struct text *text, const char *element, const char *binding, struct str endpoint, const char *more)
{
	text_addf(text, "<md:%s Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:%s\" Location=\"", element, binding);
	text_add_html(text, endpoint);
	text_addf(text, "\"%s></md:%s>", more, element);
}

/* The descriptor of this realm as a service provider of that identity provider (SAML metadata, section
 * 2.4.4). */
static void export_provider(struct admin_call *call)
{
	struct identity_provider provider;
	struct text text = text_new(call->arena, 0);
	if (!open_provider(call, &provider))
		return;
	if (!str_eq_z(provider.provider_id, "saml")) {
		admin_no_content(call);
		return;
	}
	const struct attributes *config = &provider.config;
	struct str own = attributes_get(config, STR("entityId"));
	struct str endpoint = arena_format(call->arena, "%.*s/broker/%.*s/endpoint", STR_ARG(call->visit.issuer),
					   STR_ARG(provider.alias));
	text_add_z(&text, "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"");
	text_add_html(&text, own.n ? own : call->visit.issuer);
	text_addf(&text, "\"><md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\""
		  " AuthnRequestsSigned=\"%s\" WantAssertionsSigned=\"%s\">",
		  attributes_true(config, STR("wantAuthnRequestsSigned"), false) ? "true" : "false",
		  attributes_true(config, STR("wantAssertionsSigned"), false) ? "true" : "false");
	add_service(&text, "SingleLogoutService", "HTTP-Redirect", endpoint, "");
	add_service(&text, "SingleLogoutService", "HTTP-POST", endpoint, "");
	text_add_z(&text, "<md:NameIDFormat>");
	text_add_html(&text, attributes_get(config, STR("nameIDPolicyFormat")));
	text_add_z(&text, "</md:NameIDFormat>");
	add_service(&text, "AssertionConsumerService", "HTTP-Redirect", endpoint, " isDefault=\"true\" index=\"1\"");
	add_service(&text, "AssertionConsumerService", "HTTP-POST", endpoint, " index=\"2\"");
	add_service(&text, "AssertionConsumerService", "HTTP-Artifact", endpoint, " index=\"3\"");
	text_add_z(&text, "</md:SPSSODescriptor></md:EntityDescriptor>");
	http_respond_bytes(call->response, 200, "application/xml", text_str(&text));
	http_no_cache(call->response);
}

ADMIN_HANDLER(admin_identity_provider_export, export_provider)
