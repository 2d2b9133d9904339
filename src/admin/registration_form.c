/* OpenID Connect's form of a client, read; see registration_form.h. */
#include "admin/registration_form.h"

#include "jose/jwk.h"

enum form_kind { TEXT_MEMBER, TEXT, FLAG, LIST, KNOWN };

/* What becomes of each member: a member of ours, or an attribute; KNOWN ones are seen to by name, or
 * kept by nobody. Lists become texts with "##" between. */
static const struct form_row {
	const char *name;
	enum form_kind kind;
	const char *ours;
} rows[] = {
	{ "client_name", TEXT_MEMBER, "name" },
	{ "client_uri", TEXT_MEMBER, "baseUrl" },
	{ "logo_uri", TEXT, "logoUri" },
	{ "policy_uri", TEXT, "policyUri" },
	{ "tos_uri", TEXT, "tosUri" },
	{ "token_endpoint_auth_signing_alg", TEXT, "token.endpoint.auth.signing.alg" },
	{ "id_token_signed_response_alg", TEXT, "id.token.signed.response.alg" },
	{ "id_token_encrypted_response_alg", TEXT, "id.token.encrypted.response.alg" },
	{ "id_token_encrypted_response_enc", TEXT, "id.token.encrypted.response.enc" },
	{ "userinfo_signed_response_alg", TEXT, "user.info.response.signature.alg" },
	{ "userinfo_encrypted_response_alg", TEXT, "user.info.encrypted.response.alg" },
	{ "userinfo_encrypted_response_enc", TEXT, "user.info.encrypted.response.enc" },
	{ "request_object_signing_alg", TEXT, "request.object.signature.alg" },
	{ "request_object_encryption_alg", TEXT, "request.object.encryption.alg" },
	{ "request_object_encryption_enc", TEXT, "request.object.encryption.enc" },
	{ "authorization_signed_response_alg", TEXT, "authorization.signed.response.alg" },
	{ "authorization_encrypted_response_alg", TEXT, "authorization.encrypted.response.alg" },
	{ "authorization_encrypted_response_enc", TEXT, "authorization.encrypted.response.enc" },
	{ "tls_client_auth_subject_dn", TEXT, "x509.subjectdn" },
	{ "backchannel_logout_uri", TEXT, "backchannel.logout.url" },
	{ "backchannel_token_delivery_mode", TEXT, "ciba.backchannel.token.delivery.mode" },
	{ "backchannel_client_notification_endpoint", TEXT, "ciba.backchannel.client.notification.endpoint" },
	{ "backchannel_authentication_request_signing_alg", TEXT, "ciba.backchannel.auth.request.signing.alg" },
	{ "tls_client_certificate_bound_access_tokens", FLAG, "tls.client.certificate.bound.access.tokens" },
	{ "dpop_bound_access_tokens", FLAG, "dpop.bound.access.tokens" },
	{ "require_pushed_authorization_requests", FLAG, "require.pushed.authorization.requests" },
	{ "backchannel_logout_session_required", FLAG, "backchannel.logout.session.required" },
	{ "backchannel_logout_revoke_offline_tokens", FLAG, "backchannel.logout.revoke.offline.tokens" },
	{ "frontchannel_logout_session_required", FLAG, "frontchannel.logout.session.required" },
	{ "request_uris", LIST, "request.uris" },
	{ "default_acr_values", LIST, "default.acr.values" },
	{ "post_logout_redirect_uris", LIST, "post.logout.redirect.uris" },
	{ "redirect_uris", KNOWN, NULL },
	{ "frontchannel_logout_uri", KNOWN, NULL },
	{ "token_endpoint_auth_method", KNOWN, NULL },
	{ "grant_types", KNOWN, NULL },
	{ "response_types", KNOWN, NULL },
	{ "scope", KNOWN, NULL },
	{ "subject_type", KNOWN, NULL },
	{ "sector_identifier_uri", KNOWN, NULL },
	{ "jwks", KNOWN, NULL },
	{ "jwks_uri", KNOWN, NULL },
	{ "client_id", KNOWN, NULL },
	{ "client_secret", KNOWN, NULL },
	{ "client_id_issued_at", KNOWN, NULL },
	{ "client_secret_expires_at", KNOWN, NULL },
	{ "registration_client_uri", KNOWN, NULL },
	{ "registration_access_token", KNOWN, NULL },
	{ "contacts", KNOWN, NULL },
	{ "software_id", KNOWN, NULL },
	{ "software_version", KNOWN, NULL },
	{ "software_statement", KNOWN, NULL },
	{ "application_type", KNOWN, NULL },
	{ "default_max_age", KNOWN, NULL },
	{ "require_auth_time", KNOWN, NULL },
	{ "initiate_login_uri", KNOWN, NULL },
	{ "request_object_required", KNOWN, NULL },
};

struct form {
	struct arena *arena;
	const struct json_node *body;
	struct json_node *client, *attributes;
	struct why *why;
};

static enum error_code bad(const struct form *f, const char *name, const char *problem)
{
	return error_because(f->why, ERROR_INVALID_VALUE, "$.%s: %s", name, problem);
}

static const struct json_node *member(const struct form *f, const char *name)
{
	const struct json_node *node = json_node_find(f->body, str_from(name));
	return node && node->kind != JSON_NODE_NULL ? node : NULL;
}

static enum error_code text_of(const struct form *f, const char *name, const struct json_node *node,
			       struct str *ret_text)
{
	if (node->kind == JSON_NODE_TEXT)
		*ret_text = node->text;
	else if (node->kind == JSON_NODE_INT || node->kind == JSON_NODE_BOOL || node->kind == JSON_NODE_RAW)
		*ret_text = json_tree_text(f->arena, node);
	else
		return bad(f, name, "expected a text");
	return OK;
}

/* The member's text; empty (p NULL) when it is not there. */
static enum error_code read_text(const struct form *f, const char *name, struct str *ret_text)
{
	const struct json_node *node = member(f, name);
	*ret_text = (struct str){ NULL, 0 };
	return node ? text_of(f, name, node, ret_text) : OK;
}

/* *ret_sent: whether the member is there. */
static enum error_code read_list(const struct form *f, const char *name, bool *ret_sent, struct str_list *ret_list)
{
	const struct json_node *node = member(f, name);
	*ret_list = (struct str_list){ 0 };
	*ret_sent = node != NULL;
	if (node && node->kind != JSON_NODE_LIST)
		return bad(f, name, "expected a list of texts");
	for (size_t i = 0; node && i < node->n; i++) {
		struct str *item = arena_push(f->arena, &ret_list->items, &ret_list->n, sizeof *item);
		enum error_code code = text_of(f, name, node->items[i], item);
		if (code != OK)
			return code;
	}
	return OK;
}

static void put_flag(struct form *f, const char *name, bool value)
{
	json_node_put(f->client, str_from(name), json_node_bool(f->arena, value));
}

static void put_attribute(struct form *f, const char *name, struct str value)
{
	json_node_put(f->attributes, str_from(name), json_node_text(f->arena, value));
}

static void put_attribute_flag(struct form *f, const char *name, bool value)
{
	put_attribute(f, name, value ? STR("true") : STR("false"));
}

/* ---- the table's members ---- */

static const struct form_row *row_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (str_eq_z(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static enum error_code read_flag(const struct form *f, const struct form_row *row, const struct json_node *node,
				 bool *ret_value)
{
	bool text = node->kind == JSON_NODE_TEXT;
	if (node->kind != JSON_NODE_BOOL && !(text && (str_eq_nocase(node->text, STR("true")) ||
						       str_eq_nocase(node->text, STR("false")))))
		return bad(f, row->name, "expected true or false");
	*ret_value = text ? str_eq_nocase(node->text, STR("true")) : node->boolean;
	return OK;
}

static enum error_code take_row(struct form *f, const struct form_row *row)
{
	const struct json_node *node = member(f, row->name);
	struct text joined = text_new(f->arena, 0);
	struct str text;
	struct str_list list;
	enum error_code code = OK;
	bool flag = false;
	if (!node)
		return OK;
	switch (row->kind) {
	case TEXT_MEMBER:
		if ((code = text_of(f, row->name, node, &text)) == OK)
			json_node_put(f->client, str_from(row->ours), json_node_text(f->arena, text));
		return code;
	case TEXT:
		if ((code = text_of(f, row->name, node, &text)) == OK)
			put_attribute(f, row->ours, text);
		return code;
	case FLAG:
		if ((code = read_flag(f, row, node, &flag)) == OK)
			put_attribute_flag(f, row->ours, flag);
		return code;
	case LIST:
		if ((code = read_list(f, row->name, &flag, &list)) != OK)
			return code;
		for (size_t i = 0; i < list.n; i++) {
			text_add_z(&joined, i ? "##" : "");
			text_add(&joined, list.items[i]);
		}
		put_attribute(f, row->ours, text_str(&joined));
		return OK;
	case KNOWN:
		break;
	}
	return OK;
}

static enum error_code take_table(struct form *f)
{
	for (size_t i = 0; i < f->body->n; i++) {
		const struct form_row *row = row_of(f->body->members[i].name);
		if (!row)
			return error_because(f->why, ERROR_UNKNOWN_FIELD, "$.%.*s: unknown field",
					     STR_ARG(str_take(f->body->members[i].name, 80)));
		enum error_code code = take_row(f, row);
		if (code != OK)
			return code;
	}
	return OK;
}

/* ---- flows ---- */

static bool is_response_type(struct str type, bool *code, bool *implicit)
{
	struct str rest = type, word;
	bool known = type.n > 0;
	while (str_next(&rest, ' ', &word)) {
		bool front = str_eq_z(word, "token") || str_eq_z(word, "id_token");
		*code = *code || str_eq_z(word, "code");
		*implicit = *implicit || front;
		known = known && (front || str_eq_z(word, "code") || str_eq_z(word, "none"));
	}
	return known;
}

static void take_grants(struct form *f, const struct str_list *grants, bool code)
{
	static const struct {
		const char *grant, *attribute;
	} others[] = {
		{ "urn:openid:params:grant-type:ciba", "oidc.ciba.grant.enabled" },
		{ "urn:ietf:params:oauth:grant-type:token-exchange", "standard.token.exchange.enabled" },
		{ "urn:ietf:params:oauth:grant-type:jwt-bearer", "oauth2.jwt.authorization.grant.enabled" },
		{ "urn:ietf:params:oauth:grant-type:device_code", "oauth2.device.authorization.grant.enabled" },
		{ "refresh_token", "use.refresh.tokens" },
	};
	put_flag(f, "standardFlowEnabled", code && str_list_has(grants, STR("authorization_code")));
	put_flag(f, "directAccessGrantsEnabled", str_list_has(grants, STR("password")));
	put_flag(f, "serviceAccountsEnabled", str_list_has(grants, STR("client_credentials")));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		put_attribute_flag(f, others[i].attribute, str_list_has(grants, str_from(others[i].grant)));
}

static enum error_code take_flows(struct form *f, bool is_new)
{
	struct str_list types, grants;
	bool types_sent, grants_sent, code = false, implicit = false;
	enum error_code error;
	if ((error = read_list(f, "response_types", &types_sent, &types)) != OK ||
	    (error = read_list(f, "grant_types", &grants_sent, &grants)) != OK)
		return error;
	for (size_t i = 0; i < types.n; i++)
		if (!is_response_type(types.items[i], &code, &implicit))
			return error_because(f->why, ERROR_INVALID_VALUE, "Client metadata invalid");
	code = code || !types.n;
	if (is_new || types_sent) {
		put_flag(f, "standardFlowEnabled", code);
		put_flag(f, "implicitFlowEnabled", implicit);
	}
	if (grants_sent)
		take_grants(f, &grants, code);
	return OK;
}

/* ---- authentication and keys ---- */

/* Whether a set has one that a signature can be checked with. */
static bool has_signing_key(struct arena *arena, struct str json)
{
	struct jwk_set set = { 0 };
	if (jwk_set_parse(arena, json, &set, NULL) != OK)
		return false;
	bool found = jwk_set_find(&set, STR(""), NULL) != NULL;
	jwk_set_free(&set);
	return found;
}

/* *ret_has_keys: there may be one for signatures. */
static enum error_code take_keys(struct form *f, bool *ret_has_keys)
{
	const struct json_node *jwks = member(f, "jwks");
	struct str uri;
	enum error_code code = read_text(f, "jwks_uri", &uri);
	if (code != OK)
		return code;
	*ret_has_keys = uri.n || (jwks && has_signing_key(f->arena, json_tree_text(f->arena, jwks)));
	if (jwks && jwks->kind != JSON_NODE_OBJECT)
		return bad(f, "jwks", "expected an object");
	if (jwks && uri.n)
		return error_because(f->why, ERROR_INVALID_VALUE, "Client metadata invalid");
	if (!jwks && !uri.n)
		return OK;
	put_attribute_flag(f, "use.jwks.string", jwks != NULL);
	put_attribute_flag(f, "use.jwks.url", jwks == NULL);
	if (jwks)
		put_attribute(f, "jwks.string", json_tree_text(f->arena, jwks));
	else
		put_attribute(f, "jwks.url", uri);
	return OK;
}

static enum error_code take_authentication(struct form *f, bool is_new)
{
	static const struct {
		const char *method, *type;
	} methods[] = { { "none", "none" }, { "client_secret_basic", "client-secret" },
			{ "client_secret_post", "client-secret" }, { "client_secret_jwt", "client-secret-jwt" },
			{ "private_key_jwt", "client-jwt" }, { "tls_client_auth", "client-x509" } };
	struct str method;
	bool has_keys = false;
	const char *type = NULL;
	enum error_code code;
	if ((code = read_text(f, "token_endpoint_auth_method", &method)) != OK || (code = take_keys(f, &has_keys)) != OK)
		return code;
	if (!method.n) {
		if (is_new)
			put_flag(f, "publicClient", false);
		return OK;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		if (str_eq_z(method, methods[i].method))
			type = methods[i].type;
	if (!type || (str_eq_z(method, "private_key_jwt") && is_new && !has_keys))
		return error_because(f->why, ERROR_INVALID_VALUE, "Client metadata invalid");
	json_node_put(f->client, STR("clientAuthenticatorType"), json_node_text(f->arena, str_from(type)));
	put_flag(f, "publicClient", str_eq_z(method, "none"));
	if (str_eq_z(str_from(type), "client-secret"))
		put_attribute(f, "client.secret.authentication.allowed.method", method);
	return OK;
}

/* ---- the rest ---- */

static enum error_code take_scope(struct form *f, bool is_new)
{
	struct str scope, word;
	enum error_code code = read_text(f, "scope", &scope);
	if (code != OK || !scope.p || !is_new)
		return code;
	struct json_node *basic = json_node_list(f->arena), *optional = json_node_list(f->arena);
	json_node_add(basic, json_node_text(f->arena, STR("basic")));
	while (str_next(&scope, ' ', &word))
		if (word.n)
			json_node_add(optional, json_node_text(f->arena, word));
	json_node_put(f->client, STR("defaultClientScopes"), basic);
	json_node_put(f->client, STR("optionalClientScopes"), optional);
	return OK;
}

static enum error_code take_subject(struct form *f, bool is_new, struct str salt)
{
	struct str type, sector;
	enum error_code code;
	if ((code = read_text(f, "subject_type", &type)) != OK || (code = read_text(f, "sector_identifier_uri", &sector)) != OK)
		return code;
	if (!type.n || str_eq_z(type, "public"))
		return OK;
	if (!str_eq_z(type, "pairwise"))
		return bad(f, "subject_type", "neither public nor pairwise");
	if (!is_new)
		return OK;
	struct json_node *config = json_node_object(f->arena), *mapper = json_node_object(f->arena);
	struct json_node *mappers = json_node_list(f->arena);
	json_node_put(config, STR("pairwiseSubAlgorithmSalt"), json_node_text(f->arena, salt));
	if (sector.n)
		json_node_put(config, STR("sectorIdentifierUri"), json_node_text(f->arena, sector));
	json_node_put(mapper, STR("name"), json_node_text(f->arena, STR("pairwise subject identifier")));
	json_node_put(mapper, STR("protocol"), json_node_text(f->arena, STR("openid-connect")));
	json_node_put(mapper, STR("protocolMapper"), json_node_text(f->arena, STR("oidc-sha256-pairwise-sub-mapper")));
	json_node_put(mapper, STR("config"), config);
	json_node_add(mappers, mapper);
	json_node_put(f->client, STR("protocolMappers"), mappers);
	return OK;
}

static enum error_code take_urls(struct form *f)
{
	struct str_list uris;
	struct str front;
	bool sent;
	enum error_code code;
	if ((code = read_list(f, "redirect_uris", &sent, &uris)) != OK ||
	    (code = read_text(f, "frontchannel_logout_uri", &front)) != OK)
		return code;
	if (sent)
		json_node_put(f->client, STR("redirectUris"), json_node_texts(f->arena, uris.items, uris.n));
	if (front.p) {
		put_attribute(f, "frontchannel.logout.url", front);
		put_flag(f, "frontchannelLogout", front.n > 0);
	}
	return OK;
}

static void take_defaults(struct form *f)
{
	static const struct {
		const char *attribute;
		bool value;
	} defaults[] = { { "backchannel.logout.session.required", true },
			 { "backchannel.logout.revoke.offline.tokens", false },
			 { "frontchannel.logout.session.required", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(defaults); i++)
		if (!json_node_find(f->attributes, str_from(defaults[i].attribute)))
			put_attribute_flag(f, defaults[i].attribute, defaults[i].value);
}

enum error_code registration_form_read(struct arena *arena, struct str body, bool is_new, struct str salt,
				       struct str *ret_json, struct str *ret_client_id, struct why *reterr_why)
{
	struct json_node *tree;
	struct str client_id;
	enum error_code code = json_tree_read(arena, body, &tree, reterr_why);
	if (code != OK)
		return code;
	if (tree->kind != JSON_NODE_OBJECT)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "$: expected an object");
	struct form f = { arena, tree, json_node_object(arena), json_node_object(arena), reterr_why };
	if ((code = take_table(&f)) || (code = take_flows(&f, is_new)) || (code = take_authentication(&f, is_new)) ||
	    (code = take_scope(&f, is_new)) || (code = take_subject(&f, is_new, salt)) || (code = take_urls(&f)) ||
	    (code = read_text(&f, "client_id", &client_id)))
		return code;
	if (is_new)
		take_defaults(&f);
	json_node_put(f.client, STR("attributes"), f.attributes);
	*ret_json = json_tree_text(arena, f.client);
	*ret_client_id = client_id;
	return OK;
}
