/* GET .../clients/{client}/installation/providers/{provider}; the files of OpenID Connect adapters. */
#include "admin/client_installation.h"

#include "admin/handlers_clients.h"
#include "admin/serve.h"

const char *client_installation_ssl(const struct realm *realm)
{
	static const char *const words[] = { [SSL_NONE] = "NONE", [SSL_EXTERNAL] = "EXTERNAL", [SSL_ALL] = "ALL" };
	return words[realm->settings.ssl_required];
}

/* What the three files say of a client. */
struct facts {
	struct str realm, url, resource, secret;
	const char *ssl;
	bool bearer_only, public_client, roles, jwt;
};

static struct facts facts_of(struct admin_call *call, const struct client_rep *rep)
{
	const struct client *client = &rep->client, *row = realm_client_by_id(call->realm, client->id);
	bool credentials = !client->public_client && !client->bearer_only;
	return (struct facts){
		.realm = call->realm->settings.name,
		.url = arena_join(call->arena, call->visit.base, STR("/"), STR("")),
		.resource = client->client_id,
		.secret = credentials && str_eq_z(client->client_authenticator_type, "client-secret") ?
			client->secret : STR(""),
		.ssl = client_installation_ssl(call->realm),
		.bearer_only = client->bearer_only,
		.public_client = client->public_client && !client->bearer_only,
		.roles = row && row->roles_n,
		.jwt = credentials && str_eq_z(client->client_authenticator_type, "client-jwt"),
	};
}

/* Of a key store, which whoever installs the adapter has. */
static const struct {
	const char *name, *value;
} key_store[] = {
	{ "client-key-password", "REPLACE WITH THE KEY PASSWORD IN KEYSTORE" },
	{ "client-keystore-file", "REPLACE WITH THE LOCATION OF YOUR KEYSTORE FILE" },
	{ "client-keystore-password", "REPLACE WITH THE KEYSTORE PASSWORD" },
	{ "client-key-alias", NULL }, /* the clientId */
	{ "token-timeout", "10" },
	{ "client-keystore-type", "jks" },
};

static struct str key_store_value(const struct facts *facts, size_t i)
{
	return key_store[i].value ? str_from(key_store[i].value) : facts->resource;
}

/* ---- keycloak.json ---- */

static void write_credentials(struct json_writer *w, const struct facts *facts)
{
	if (!facts->secret.n && !facts->jwt)
		return;
	json_member_object_begin(w, "credentials");
	if (facts->secret.n)
		json_member_text(w, "secret", facts->secret);
	if (facts->jwt)
		json_member_object_begin(w, "jwt");
	for (size_t i = 0; facts->jwt && i < ARRAY_LENGTH(key_store); i++)
		if (str_eq_z(str_from(key_store[i].name), "token-timeout"))
			json_member_int(w, key_store[i].name, 10);
		else
			json_member_text(w, key_store[i].name, key_store_value(facts, i));
	if (facts->jwt)
		json_write_object_end(w);
	json_write_object_end(w);
}

struct str client_installation_json(struct admin_call *call, const struct client_rep *client, bool pretty)
{
	struct facts facts = facts_of(call, client);
	static const char *const ssl[] = { [SSL_NONE] = "none", [SSL_EXTERNAL] = "external", [SSL_ALL] = "all" };
	struct text text = text_new(call->arena, 0);
	struct json_writer w = json_writer_new(&text, pretty);
	json_write_object_begin(&w);
	json_member_text(&w, "realm", facts.realm);
	if (facts.bearer_only)
		json_member_bool(&w, "bearer-only", true);
	json_member_text(&w, "auth-server-url", facts.url);
	json_member_text(&w, "ssl-required", str_from(ssl[call->realm->settings.ssl_required]));
	json_member_text(&w, "resource", facts.resource);
	if (facts.public_client)
		json_member_bool(&w, "public-client", true);
	if (facts.roles)
		json_member_bool(&w, "verify-token-audience", true);
	write_credentials(&w, &facts);
	if (facts.roles)
		json_member_bool(&w, "use-resource-role-mappings", true);
	json_member_int(&w, "confidential-port", 0);
	json_write_object_end(&w);
	return text_str(&text);
}

/* ---- JBoss ---- */

static void add_element(struct text *text, const char *indent, const char *name, struct str value)
{
	text_addf(text, "%s<%s>", indent, name);
	text_add_html(text, value);
	text_addf(text, "</%s>\n", name);
}

static struct str jboss_xml(struct admin_call *call, const struct client_rep *client)
{
	struct facts facts = facts_of(call, client);
	struct text text = text_new(call->arena, 0);
	text_add_z(&text, "<secure-deployment name=\"WAR MODULE NAME.war\">\n");
	add_element(&text, "    ", "realm", facts.realm);
	add_element(&text, "    ", "auth-server-url", facts.url);
	if (facts.bearer_only)
		add_element(&text, "    ", "bearer-only", STR("true"));
	if (facts.public_client)
		add_element(&text, "    ", "public-client", STR("true"));
	add_element(&text, "    ", "ssl-required", str_from(facts.ssl));
	add_element(&text, "    ", "resource", facts.resource);
	if (facts.roles)
		add_element(&text, "    ", "verify-token-audience", STR("true"));
	if (facts.secret.n) {
		text_add_z(&text, "    <credential name=\"secret\">");
		text_add_html(&text, facts.secret);
		text_add_z(&text, "</credential>\n");
	}
	if (facts.jwt)
		text_add_z(&text, "    <credential name=\"jwt\">\n");
	for (size_t i = 0; facts.jwt && i < ARRAY_LENGTH(key_store); i++)
		add_element(&text, "        ", key_store[i].name, key_store_value(&facts, i));
	if (facts.jwt)
		text_add_z(&text, "    </credential>\n");
	if (facts.roles)
		add_element(&text, "    ", "use-resource-role-mappings", STR("true"));
	text_add_z(&text, "</secure-deployment>\n");
	return text_str(&text);
}

#define DEPLOYMENT "/subsystem=keycloak/secure-deployment=\"WAR MODULE NAME.war\"/"

static struct str jboss_commands(struct admin_call *call, const struct client_rep *client)
{
	struct facts facts = facts_of(call, client);
	struct text text = text_new(call->arena, 0);
	text_addf(&text, DEPLOYMENT ":add( \\\n    realm=\"%.*s\", \\\n    resource=\"%.*s\", \\\n"
			 "    auth-server-url=%.*s, \\\n",
		  STR_ARG(facts.realm), STR_ARG(facts.resource), STR_ARG(facts.url));
	if (facts.bearer_only)
		text_add_z(&text, "    bearer-only=true, \\\n");
	if (facts.public_client)
		text_add_z(&text, "    public-client=true, \\\n");
	if (facts.roles)
		text_add_z(&text, "    verify-token-audience=true, \\\n    use-resource-role-mappings=true, \\\n");
	text_addf(&text, "    ssl-required=%s)\n\n", facts.ssl);
	if (facts.secret.n)
		text_addf(&text, DEPLOYMENT "credential=secret:add(value=%.*s)", STR_ARG(facts.secret));
	if (facts.jwt)
		text_add_z(&text, DEPLOYMENT "credential=jwt:add(value={");
	for (size_t i = 0; facts.jwt && i < ARRAY_LENGTH(key_store); i++)
		text_addf(&text, "%s%s=%.*s", i ? ", " : "", key_store[i].name, STR_ARG(key_store_value(&facts, i)));
	text_add_z(&text, facts.jwt ? "})\n" : "\n");
	return text_str(&text);
}

/* ---- the call ---- */

static bool find_file(struct admin_call *call, struct str provider, const struct client_rep *client, struct str *ret_file)
{
	if (str_eq_z(provider, "keycloak-oidc-keycloak-json"))
		*ret_file = client_installation_json(call, client, true);
	else if (str_eq_z(provider, "keycloak-oidc-jboss-subsystem"))
		*ret_file = jboss_xml(call, client);
	else if (str_eq_z(provider, "keycloak-oidc-jboss-subsystem-cli"))
		*ret_file = jboss_commands(call, client);
	else if (str_eq_z(provider, "keycloak-saml"))
		*ret_file = client_installation_saml(call, &client->client, false);
	else if (str_eq_z(provider, "keycloak-saml-subsystem"))
		*ret_file = client_installation_saml(call, &client->client, true);
	else if (str_eq_z(provider, "keycloak-saml-subsystem-cli"))
		*ret_file = client_installation_saml_commands(call, &client->client);
	else if (str_eq_z(provider, "saml-sp-descriptor"))
		*ret_file = client_installation_descriptor(call, &client->client);
	else if (str_eq_z(provider, "mod-auth-mellon"))
		*ret_file = client_installation_mellon(call, &client->client);
	else
		return false;
	return true;
}

static void answer_file(struct admin_call *call, const struct client_rep *client)
{
	struct str provider = http_route_value(call->request, "provider"), file;
	if (!find_file(call, provider, client, &file)) {
		admin_not_found(call, "Unknown Provider");
		return;
	}
	/* As Keycloak: text, whatever it is, but for the archive. */
	bool zip = str_eq_z(provider, "mod-auth-mellon");
	http_respond_bytes(call->response, 200, zip ? "application/zip" : "text/plain", file);
	http_no_cache(call->response);
}

static void serve_client_installation(struct admin_call *call)
{
	struct client_rep client;
	int64_t version;
	if (client_rep_find(call, &client, &version))
		answer_file(call, &client);
}

ADMIN_HANDLER(admin_client_installation, serve_client_installation)
