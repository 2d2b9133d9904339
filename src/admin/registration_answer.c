/* OpenID Connect's form of a client, written; see registration_form.h. */
#include "admin/registration_form.h"
#include "model/pairwise.h"

static struct str attribute(const struct client *client, const char *name)
{
	return attributes_get(&client->attributes, str_from(name));
}

static void write_text(struct json_writer *w, const char *name, struct str text)
{
	if (text.n)
		json_member_text(w, name, text);
}

static struct str method_of(const struct client *client)
{
	struct str type = client->client_authenticator_type, chosen;
	if (client->public_client)
		return STR("none");
	if (str_eq_z(type, "client-jwt"))
		return STR("private_key_jwt");
	if (str_eq_z(type, "client-secret-jwt"))
		return STR("client_secret_jwt");
	if (str_eq_z(type, "client-x509"))
		return STR("tls_client_auth");
	chosen = attribute(client, "client.secret.authentication.allowed.method");
	return chosen.n ? chosen : STR("client_secret_basic");
}

static void write_grants(struct json_writer *w, const struct client *client)
{
	const struct {
		const char *grant;
		bool on;
	} grants[] = {
		{ "authorization_code", client->standard_flow_enabled },
		{ "implicit", client->implicit_flow_enabled },
		{ "password", client->direct_access_grants_enabled },
		{ "client_credentials", client->service_accounts_enabled },
		{ "urn:ietf:params:oauth:grant-type:device_code",
		  attributes_true(&client->attributes, STR("oauth2.device.authorization.grant.enabled"), false) },
		{ "urn:openid:params:grant-type:ciba",
		  attributes_true(&client->attributes, STR("oidc.ciba.grant.enabled"), false) },
		{ "urn:ietf:params:oauth:grant-type:token-exchange",
		  attributes_true(&client->attributes, STR("standard.token.exchange.enabled"), false) },
		{ "refresh_token", attributes_true(&client->attributes, STR("use.refresh.tokens"), true) },
	};
	json_member_array_begin(w, "grant_types");
	for (size_t i = 0; i < ARRAY_LENGTH(grants); i++)
		if (grants[i].on)
			json_write_text(w, str_from(grants[i].grant));
	json_write_array_end(w);
}

static void write_response_types(struct json_writer *w, const struct client *client)
{
	static const char *const types[] = { "code", "none", "id_token", "id_token token", "code id_token",
		"code token", "code id_token token" };
	bool code = client->standard_flow_enabled, implicit = client->implicit_flow_enabled;
	json_member_array_begin(w, "response_types");
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (i < 2 ? code : i < 4 ? implicit : code && implicit)
			json_write_text(w, str_from(types[i]));
	json_write_array_end(w);
}

/* Texts with "##" between. */
static void write_list(struct json_writer *w, const char *name, struct str rest)
{
	json_member_array_begin(w, name);
	while (rest.n) {
		size_t end = 0;
		while (end < rest.n && !str_starts(str_drop(rest, end), STR("##")))
			end++;
		json_write_text(w, str_take(rest, end));
		rest = str_drop(rest, end + 2);
	}
	json_write_array_end(w);
}

static void write_secret_and_names(struct json_writer *w, struct arena *arena, const struct client_rep *rep)
{
	const struct client *client = &rep->client;
	struct str method = method_of(client);
	struct text scope = text_new(arena, 0);
	for (size_t i = 0; i < rep->optional_scopes.n; i++) {
		text_add_z(&scope, i ? " " : "");
		text_add(&scope, rep->optional_scopes.items[i]);
	}
	json_member_text(w, "client_id", client->client_id);
	if (str_starts(method, STR("client_secret")))
		write_text(w, "client_secret", client->secret);
	write_text(w, "client_name", client->name);
	write_text(w, "client_uri", client->base_url);
	json_member_text(w, "scope", text_str(&scope));
}

/* A set that an administrator typed is shown when it is JSON. */
static void write_keys(struct json_writer *w, struct arena *arena, const struct client *client)
{
	struct str keys = attribute(client, "jwks.string");
	struct json_node *tree;
	if (attributes_true(&client->attributes, STR("use.jwks.url"), false))
		write_text(w, "jwks_uri", attribute(client, "jwks.url"));
	else if (attributes_true(&client->attributes, STR("use.jwks.string"), false) &&
		 json_tree_read(arena, keys, &tree, NULL) == OK)
		json_member_raw(w, "jwks", json_tree_text(arena, tree));
}

static void write_attributes(struct json_writer *w, const struct client *client)
{
	static const char *const texts[][2] = {
		{ "logo_uri", "logoUri" },
		{ "policy_uri", "policyUri" },
		{ "tos_uri", "tosUri" },
		{ "id_token_signed_response_alg", "id.token.signed.response.alg" },
		{ "id_token_encrypted_response_alg", "id.token.encrypted.response.alg" },
		{ "id_token_encrypted_response_enc", "id.token.encrypted.response.enc" },
		{ "userinfo_signed_response_alg", "user.info.response.signature.alg" },
		{ "userinfo_encrypted_response_alg", "user.info.encrypted.response.alg" },
		{ "userinfo_encrypted_response_enc", "user.info.encrypted.response.enc" },
		{ "request_object_signing_alg", "request.object.signature.alg" },
		{ "request_object_encryption_alg", "request.object.encryption.alg" },
		{ "request_object_encryption_enc", "request.object.encryption.enc" },
		{ "authorization_signed_response_alg", "authorization.signed.response.alg" },
		{ "backchannel_logout_uri", "backchannel.logout.url" },
		{ "frontchannel_logout_uri", "frontchannel.logout.url" },
		{ "backchannel_token_delivery_mode", "ciba.backchannel.token.delivery.mode" },
		{ "backchannel_client_notification_endpoint", "ciba.backchannel.client.notification.endpoint" },
		{ "backchannel_authentication_request_signing_alg", "ciba.backchannel.auth.request.signing.alg" },
		{ "tls_client_auth_subject_dn", "x509.subjectdn" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		write_text(w, texts[i][0], attribute(client, texts[i][1]));
	if (attribute(client, "default.acr.values").n)
		write_list(w, "default_acr_values", attribute(client, "default.acr.values"));
	write_list(w, "request_uris", attribute(client, "request.uris"));
}

static void write_flag(struct json_writer *w, const struct client *client, const char *name, const char *attribute_name)
{
	json_member_bool(w, name, attributes_true(&client->attributes, str_from(attribute_name), false));
}

static void write_logout(struct json_writer *w, const struct client *client)
{
	struct str uris = attribute(client, "post.logout.redirect.uris");
	if (uris.n && !str_eq_z(uris, "+"))
		write_list(w, "post_logout_redirect_uris", uris);
	else
		json_member_texts(w, "post_logout_redirect_uris", client->redirect_uris.items, client->redirect_uris.n);
}

static bool is_pairwise(const struct client *client)
{
	for (size_t i = 0; i < client->mappers_n; i++)
		if (pairwise_is(&client->mappers[i]))
			return true;
	return false;
}

static void write_registration(struct json_writer *w, const struct client *client,
			       const struct registration_answer *answer)
{
	if (answer->issued_at_s)
		json_member_int(w, "client_id_issued_at", answer->issued_at_s);
	if (str_starts(method_of(client), STR("client_secret")))
		json_member_int(w, "client_secret_expires_at", 0);
	json_member_text(w, "registration_client_uri", answer->uri);
	write_text(w, "registration_access_token", answer->token);
}

struct str registration_form_write(struct arena *arena, const struct client_rep *rep,
				   const struct registration_answer *answer)
{
	const struct client *client = &rep->client;
	struct text text = text_new(arena, 0);
	struct json_writer w = json_writer_new(&text, false);
	json_write_object_begin(&w);
	json_member_texts(&w, "redirect_uris", client->redirect_uris.items, client->redirect_uris.n);
	json_member_text(&w, "token_endpoint_auth_method", method_of(client));
	write_text(&w, "token_endpoint_auth_signing_alg", attribute(client, "token.endpoint.auth.signing.alg"));
	write_grants(&w, client);
	write_response_types(&w, client);
	write_secret_and_names(&w, arena, rep);
	write_keys(&w, arena, client);
	json_member_text(&w, "subject_type", is_pairwise(client) ? STR("pairwise") : STR("public"));
	write_attributes(&w, client);
	write_flag(&w, client, "tls_client_certificate_bound_access_tokens", "tls.client.certificate.bound.access.tokens");
	write_flag(&w, client, "dpop_bound_access_tokens", "dpop.bound.access.tokens");
	write_logout(&w, client);
	write_registration(&w, client, answer);
	json_member_bool(&w, "backchannel_logout_session_required", attribute(client, "backchannel.logout.url").n &&
			 attributes_true(&client->attributes, STR("backchannel.logout.session.required"), true));
	write_flag(&w, client, "require_pushed_authorization_requests", "require.pushed.authorization.requests");
	json_member_bool(&w, "frontchannel_logout_session_required",
			 attributes_true(&client->attributes, STR("frontchannel.logout.session.required"), true));
	json_write_object_end(&w);
	return text_str(&text);
}
