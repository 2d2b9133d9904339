/* Clients in the admin API's form; see client_rep.h. */
#include "admin/client_rep.h"

#include "admin/client_keystore.h"
#include "admin/client_validate.h"
#include "admin/flow_rep.h"
#include "admin/realm_row.h"
#include "admin/scope_rep.h"
#include "admin/sent_maps.h"
#include "crypto/base64.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/merge_patch.h"

#define SERVICE_ACCOUNT_SCOPE STR("service_account")

bool client_rep_find_by_id(struct admin_call *call, struct str id, struct client_rep *ret_client,
			   int64_t *ret_version)
{
	struct why why = { "" };
	enum error_code code = store_find_client(call->app->store, call->arena, call->realm->settings.id, id,
						 ret_client, ret_version, &why);
	if (code == ERROR_NAME_NOT_FOUND)
		admin_not_found(call, "Could not find client");
	else if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

bool client_rep_find(struct admin_call *call, struct client_rep *ret_client, int64_t *ret_version)
{
	return client_rep_find_by_id(call, http_route_value(call->request, "client"), ret_client, ret_version);
}

struct str client_rep_path(struct admin_call *call, const struct client_rep *client, const char *tail)
{
	return arena_join(call->arena, STR("clients/"), client->client.id, str_from(tail));
}

void client_rep_write(struct admin_call *call, struct json_writer *w, const struct client_rep *client,
		      bool manage)
{
	struct str json = json_text_of(call->arena, &client_shape, client);
	/* The clients whose roles make administrators are nobody's to change. */
	const char *may = manage && !permission_guards(call->realm, &client->client) ? "true" : "false";
	json_write_raw(w, arena_format(call->arena, "%.*s,\"access\":{\"view\":true,\"configure\":%s,\"manage\":%s}}",
				       STR_ARG(str_take(json, json.n - 1)), may, may));
}

/* ---- pairs: attributes, flow overrides, nodes ---- */

static void put_pair(struct arena *arena, struct json_pair **pairs, size_t *n, struct json_pair pair)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*pairs)[i].key, pair.key)) {
			(*pairs)[i] = pair;
			return;
		}
	*(struct json_pair *)arena_push(arena, pairs, n, sizeof **pairs) = pair;
}

/* `before` with what was sent: each of its own, and none that was sent empty. */
static void merge_pairs(struct arena *arena, const struct json_pair *before, size_t before_n,
			struct json_pair **pairs, size_t *n)
{
	struct json_pair *all = arena_array(arena, 0, sizeof *all), *left = arena_array(arena, 0, sizeof *left);
	size_t all_n = 0, left_n = 0;
	for (size_t i = 0; i < before_n; i++)
		put_pair(arena, &all, &all_n, before[i]);
	for (size_t i = 0; i < *n; i++)
		put_pair(arena, &all, &all_n, (*pairs)[i]);
	for (size_t i = 0; i < all_n; i++)
		if (all[i].value.n)
			*(struct json_pair *)arena_push(arena, &left, &left_n, sizeof *left) = all[i];
	*pairs = left;
	*n = left_n;
}

/* The same for a member of the body, whose nulls take away as well. */
static void merge_sent(struct arena *arena, struct str json, const char *member, const struct attributes *before,
		       struct attributes *sent)
{
	struct attributes left = without_sent_nulls(arena, json, member, before);
	if (sent->pairs == before->pairs)
		*sent = left;
	merge_pairs(arena, left.pairs, left.n, &sent->pairs, &sent->n);
}

/* Who sends it empty wants none. */
static void default_attribute(struct arena *arena, struct client_rep *client, struct str name, struct str value)
{
	attributes_default(arena, &client->client.attributes, name, value);
}

/* ---- what a client has to have ---- */

void client_rep_new_secret(struct admin_call *call, struct client_rep *client)
{
	struct attributes *attributes = &client->client.attributes;
	client->client.secret = random_letters(call->arena, CLIENT_SECRET_LETTERS);
	put_pair(call->arena, &attributes->pairs, &attributes->n,
		 (struct json_pair){ STR("client.secret.creation.time"),
			 arena_format(call->arena, "%lld", (long long)(call->visit.now_ms / 1000)) });
}

/* A public client has none, and loses the one it had. */
static void need_secret(struct admin_call *call, struct client_rep *client)
{
	struct client *c = &client->client;
	if (c->public_client)
		c->secret = STR("");
	else if (!c->secret.n)
		client_rep_new_secret(call, client);
}

static void add_name(struct arena *arena, struct str_list *list, struct str name)
{
	if (!str_list_has(list, name))
		*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = name;
}

/* The scope of clients that have an account of their own. */
static void judge_account_scope(struct admin_call *call, struct client_rep *client)
{
	struct str_list kept = { 0 };
	for (size_t i = 0; i < client->default_scopes.n; i++)
		if (client->client.service_accounts_enabled ||
		    !str_eq(client->default_scopes.items[i], SERVICE_ACCOUNT_SCOPE))
			add_name(call->arena, &kept, client->default_scopes.items[i]);
	if (client->client.service_accounts_enabled && realm_scope_by_name(call->realm, SERVICE_ACCOUNT_SCOPE))
		add_name(call->arena, &kept, SERVICE_ACCOUNT_SCOPE);
	client->default_scopes = kept;
}

static void add_realm_scopes(struct admin_call *call, const struct client_rep *client,
			     struct client_scope *const *scopes, size_t n, struct str_list *list)
{
	for (size_t i = 0; i < n; i++)
		if (!scopes[i]->protocol.n || str_eq(scopes[i]->protocol, client->client.protocol))
			add_name(call->arena, list, scopes[i]->name);
}

static void add_scopes_of_realm(struct admin_call *call, struct client_rep *client)
{
	const struct realm *realm = call->realm;
	add_realm_scopes(call, client, realm->default_scopes, realm->default_scopes_n, &client->default_scopes);
	add_realm_scopes(call, client, realm->optional_scopes, realm->optional_scopes_n, &client->optional_scopes);
}

/* A client that changes its protocol has no use for scopes of the other. */
static void drop_scopes_of_other_protocols(struct admin_call *call, const struct client_rep *client,
					   struct str_list *list)
{
	struct str_list kept = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		const struct client_scope *scope = realm_scope_by_name(call->realm, list->items[i]);
		if (!scope || !scope->protocol.n || str_eq(scope->protocol, client->client.protocol))
			add_name(call->arena, &kept, list->items[i]);
	}
	*list = kept;
}

/* Who names scopes of one kind gets none of the other but those that it names. */
static void inherit_scopes(struct admin_call *call, struct client_rep *client)
{
	if (!JSON_SENT(&client_shape, client, default_scopes.items) &&
	    !JSON_SENT(&client_shape, client, optional_scopes.items))
		add_scopes_of_realm(call, client);
}

static enum error_code complete_mappers(struct admin_call *call, struct client *client, struct why *reterr_why)
{
	for (size_t i = 0; i < client->mappers_n; i++) {
		struct mapper *mapper = &client->mappers[i];
		mapper_complete(call, mapper);
		if (!mapper->protocol.n)
			mapper->protocol = client->protocol;
		for (size_t k = 0; k < i; k++)
			if (str_eq(client->mappers[k].name, mapper->name))
				return error_because(reterr_why, ERROR_INVALID_VALUE,
					"$.protocolMappers[%zu].name = \"%.*s\": another mapper has it too", i,
					STR_ARG(str_take(mapper->name, 80)));
	}
	return OK;
}

/* ---- reading ---- */

static bool parse(struct admin_call *call, struct str json, struct client_rep *client)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	client->sent = (struct json_sent){ { 0 } };
	enum error_code code = json_read(call->arena, json, &client_shape, &options, client, &why);
	client->default_roles = (struct str_list){ 0 };
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

/* Keycloak's words first, since scripts look for them; then ours, which name field and value. */
static bool check(struct admin_call *call, struct client_rep *client)
{
	struct why why = { "" };
	struct str findings = client_validate(call->arena, &client->client);
	if (findings.n && call->input_error && str_contains(findings, STR("A redirect URI"))) {
		/* RFC 7591 section 3.2.2 has an error of its own for these. */
		http_respond_error(call->response, 400, STR("invalid_redirect_uri"), findings);
		return false;
	}
	if (findings.n) {
		admin_refuse_input(call, findings);
		return false;
	}
	enum error_code code = client_check(client, "$", &why);
	if (code == OK)
		code = complete_mappers(call, &client->client, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

/* Flows of the client's own, by id or alias; what was there before may stay. */
static bool resolve_flows(struct admin_call *call, const struct attributes *before, struct attributes *overrides)
{
	struct realm_rep realm;
	int64_t version;
	bool loaded = false;
	for (size_t i = 0; i < overrides->n; i++) {
		struct json_pair *pair = &overrides->pairs[i];
		if (!pair->value.n || (before && str_eq(attributes_get(before, pair->key), pair->value)))
			continue;
		if (!loaded && !realm_row_find(call, &realm, &version))
			return false;
		loaded = true;
		const struct flow_rep *flow = flow_of_id(&realm, pair->value);
		if (!flow)
			flow = flow_of_alias(&realm, pair->value);
		if (!flow) {
			admin_refuse(call, 400, arena_format(call->arena,
				"Unable to resolve auth flow binding override for: %.*s", STR_ARG(str_take(pair->key, 80))));
			return false;
		}
		pair->value = flow->id;
	}
	return true;
}

bool client_rep_read(struct admin_call *call, struct str json, struct client_rep *client)
{
	const struct attributes before = client->client.flow_overrides;
	return parse(call, json, client) && check(call, client) &&
	       resolve_flows(call, &before, &client->client.flow_overrides);
}

/* Who has to sign its requests and brings no certificate gets one, with the key. */
static bool complete_saml_key(struct admin_call *call, struct client_rep *client)
{
	const struct attributes *attributes = &client->client.attributes;
	struct client_certificate made;
	if (!str_eq_z(attributes_get(attributes, STR("saml.client.signature")), "true") ||
	    attributes_get(attributes, STR("saml.signing.certificate")).n)
		return true;
	if (!client_certificate_make(call, client->client.client_id, &made))
		return false;
	default_attribute(call->arena, client, STR("saml.signing.certificate"), made.certificate);
	default_attribute(call->arena, client, STR("saml.signing.private.key"), made.private_key);
	return true;
}

/* What Keycloak gives a service provider of which nothing is said. */
static bool complete_saml(struct admin_call *call, struct client_rep *client)
{
	static const struct json_pair defaults[] = {
		{ STR_INIT("saml.server.signature"), STR_INIT("true") },
		{ STR_INIT("saml.client.signature"), STR_INIT("true") },
		{ STR_INIT("saml.signature.algorithm"), STR_INIT("RSA_SHA256") },
		{ STR_INIT("saml_signature_canonicalization_method"), STR_INIT("http://www.w3.org/2001/10/xml-exc-c14n#") },
		{ STR_INIT("saml.force.post.binding"), STR_INIT("true") },
		{ STR_INIT("saml.authnstatement"), STR_INIT("true") },
		{ STR_INIT("saml_name_id_format"), STR_INIT("username") },
		{ STR_INIT("saml_force_name_id_format"), STR_INIT("false") },
		{ STR_INIT("saml.allow.ecp.flow"), STR_INIT("false") },
	};
	if (!str_eq_z(client->client.protocol, "saml"))
		return true;
	unsigned char hash[HASH_MAX];
	size_t n = hash_bytes(HASH_SHA1, client->client.client_id, hash);
	default_attribute(call->arena, client, STR("saml.artifact.binding.identifier"),
			  base64_encode(call->arena, (struct str){ (const char *)hash, n }));
	for (size_t i = 0; i < ARRAY_LENGTH(defaults); i++)
		default_attribute(call->arena, client, defaults[i].key, defaults[i].value);
	if (!JSON_SENT(&client_shape, client, client.frontchannel_logout))
		client->client.frontchannel_logout = true;
	return complete_saml_key(call, client);
}

/* An application at its root URL alone. */
static void complete_root(struct arena *arena, struct client *c)
{
	struct str root = arena_join(arena, c->root_url, str_ends(c->root_url, STR("/")) ? STR("*") : STR("/*"), STR(""));
	c->redirect_uris = (struct str_list){ arena_array(arena, 1, sizeof root), 1 };
	c->redirect_uris.items[0] = root;
	c->web_origins = (struct str_list){ 0 };
	client_derive_web_origins(arena, c);
}

/* What Keycloak gives an application that names its protocol; one that does not gets none of it. */
static void complete_openid(struct admin_call *call, struct client_rep *client)
{
	struct client *c = &client->client;
	if (!JSON_SENT(&client_shape, client, client.protocol) || !str_eq_z(c->protocol, "openid-connect"))
		return;
	if (c->root_url.n && !c->redirect_uris.n)
		complete_root(call->arena, c);
	if (!JSON_SENT(&client_shape, client, client.admin_url))
		c->admin_url = c->root_url;
	if (!JSON_SENT(&client_shape, client, client.public_client))
		c->public_client = true;
	if (!JSON_SENT(&client_shape, client, client.direct_access_grants_enabled))
		c->direct_access_grants_enabled = true;
	default_attribute(call->arena, client, STR("backchannel.logout.session.required"), STR("true"));
	default_attribute(call->arena, client, STR("backchannel.logout.revoke.offline.tokens"), STR("false"));
}

bool client_rep_read_new(struct admin_call *call, struct str json, struct client_rep *ret_client)
{
	struct client_rep client = client_rep_default;
	struct client *c = &client.client;
	if (!parse(call, json, &client))
		return false;
	if (!c->id.n)
		c->id = random_uuid(call->arena);
	if (!c->client_id.p)
		c->client_id = c->id;
	if (!check(call, &client) || !resolve_flows(call, NULL, &c->flow_overrides))
		return false;
	if (representation_is_masked(c->secret))
		c->secret = STR("");
	if (!JSON_SENT(&client_shape, &client, client.full_scope_allowed))
		c->full_scope_allowed = !c->consent_required;
	if (!JSON_SENT(&client_shape, &client, client.web_origins.items))
		client_derive_web_origins(call->arena, c);
	for (size_t i = 0; i < c->mappers_n; i++)
		mapper_complete_new(call, &c->mappers[i]);
	default_attribute(call->arena, &client, STR("realm_client"), STR("false"));
	complete_openid(call, &client);
	if (!complete_saml(call, &client))
		return false;
	merge_pairs(call->arena, NULL, 0, &c->attributes.pairs, &c->attributes.n);
	merge_pairs(call->arena, NULL, 0, &c->flow_overrides.pairs, &c->flow_overrides.n);
	need_secret(call, &client);
	inherit_scopes(call, &client);
	judge_account_scope(call, &client);
	*ret_client = client;
	return true;
}

/* What no body changes: the id, and what has calls of its own. */
static void keep_apart(struct admin_call *call, const struct client_rep *before, struct client_rep *client)
{
	client->client.id = before->client.id;
	client->client.sessions_ended_before_ms = before->client.sessions_ended_before_ms;
	client->default_scopes = before->default_scopes;
	client->optional_scopes = before->optional_scopes;
	if (!str_eq(before->client.protocol, client->client.protocol)) {
		drop_scopes_of_other_protocols(call, client, &client->default_scopes);
		drop_scopes_of_other_protocols(call, client, &client->optional_scopes);
		add_scopes_of_realm(call, client);
	}
	if (!client->client.secret.n || representation_is_masked(client->client.secret))
		client->client.secret = before->client.secret;
	/* What is read can be written back: an imported one that has none, and needs none, gets none by that. */
	if (!before->client.bearer_only || !client->client.bearer_only)
		need_secret(call, client);
	judge_account_scope(call, client);
}

bool client_rep_read_change(struct admin_call *call, struct str json, struct client_rep *client)
{
	const struct client_rep before = *client;
	struct client *c = &client->client;
	if (!client_rep_read(call, json, client))
		return false;
	merge_sent(call->arena, json, "attributes", &before.client.attributes, &c->attributes);
	merge_sent(call->arena, json, "authenticationFlowBindingOverrides", &before.client.flow_overrides,
		   &c->flow_overrides);
	merge_pairs(call->arena, before.client.nodes, before.client.nodes_n, &c->nodes, &c->nodes_n);
	keep_apart(call, &before, client);
	return true;
}

struct str client_rep_stored(struct admin_call *call, const struct client_rep *client)
{
	return json_text_of(call->arena, &client_shape, client);
}

bool client_rep_read_patch(struct admin_call *call, struct str patch, struct client_rep *client)
{
	const struct client_rep before = *client;
	struct client_rep patched = client_rep_default;
	struct why why = { "" };
	struct str json;
	enum error_code code = json_merge_patch(call->arena, client_rep_stored(call, client), patch, &json, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (!client_rep_read(call, json, &patched))
		return false;
	keep_apart(call, &before, &patched);
	*client = patched;
	return true;
}
