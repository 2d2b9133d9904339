/* What Keycloak refuses of a client; see client_validate.h. */
#include "admin/client_validate.h"

#include "base/text.h"
#include "base/url.h"
#include "jose/jws.h"
#include "model/pairwise.h"
#include "oidc/client_jwt.h"
#include "signout/channel.h"

enum {
	ID_MAX = 36, /* bytes */
};

/* What is said of each URL. */
enum {
	COMPLETE = 1 << 0,    /* it has to be a URL that can be opened; or a path */
	NO_FRAGMENT = 1 << 1,
	SEVERAL = 1 << 2,     /* with "##" between */
	SAML_ONLY = 1 << 3,   /* and no path */
};

struct rule {
	const char *attribute;
	unsigned flags;
	const char *name;
	const char *scheme, *invalid; /* what is said of one that runs code, or is none; NULL: by the name */
};

static const struct rule base_rule = { NULL, COMPLETE, "Base URL", NULL, NULL };
static const struct rule root_rule = { NULL, COMPLETE | NO_FRAGMENT, "Root URL", NULL, NULL };
static const struct rule admin_rule = { NULL, COMPLETE, "Admin URL", NULL, NULL };
static const struct rule redirect_rule = { NULL, NO_FRAGMENT, "A redirect URI", NULL, NULL };
static const struct rule attribute_rules[] = {
	{ "backchannel.logout.url", COMPLETE, "Backchannel logout URL", NULL, NULL },
	{ "frontchannel.logout.url", COMPLETE, "Front-channel logout URL", NULL, NULL },
	{ "jwks.url", COMPLETE, "JWKS URL", NULL, NULL },
	{ "logoUri", 0, "Logo URL", NULL, NULL },
	{ "policyUri", 0, "Policy URL", NULL, NULL },
	{ "tosUri", 0, "Terms of service URL", NULL, NULL },
	{ "post.logout.redirect.uris", NO_FRAGMENT | SEVERAL, "A post-logout redirect URI", NULL, NULL },
	{ "request.uris", SEVERAL, "Valid request URIs", "Valid request URIs has a value with illegal scheme",
	  "Valid request URIs has an invalid value" },
	{ "saml_assertion_consumer_url_post", COMPLETE | SAML_ONLY,
	  "Assertion Consumer Service POST Binding URL", NULL, NULL },
	{ "saml_assertion_consumer_url_redirect", COMPLETE | SAML_ONLY,
	  "Assertion Consumer Service Redirect Binding URL", NULL, NULL },
	{ "saml_single_logout_service_url_post", COMPLETE | SAML_ONLY,
	  "Logout Service POST Binding URL", NULL, NULL },
	{ "saml_single_logout_service_url_redirect", COMPLETE | SAML_ONLY,
	  "Logout Service Redirect Binding URL", NULL, NULL },
	{ "saml_single_logout_service_url_soap", COMPLETE | SAML_ONLY,
	  "Logout Service SOAP Binding URL", NULL, NULL },
	{ "saml_single_logout_service_url_artifact", COMPLETE | SAML_ONLY,
	  "Logout Service ARTIFACT Binding URL", NULL, NULL },
	{ "saml_artifact_binding_url", COMPLETE | SAML_ONLY, "Artifact Binding URL", NULL, NULL },
	{ "saml_artifact_resolution_service_url", COMPLETE | SAML_ONLY, "Artifact Resolution Service", NULL, NULL },
};

/* ---- the syntax of URIs, as java.net.URI takes it ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool has_bad_character(struct str uri)
{
	static const struct str bad = STR_INIT("<>\"{}|\\^`");
	for (size_t i = 0; i < uri.n; i++) {
		unsigned char c = (unsigned char)uri.p[i];
		if (c <= ' ' || c == 0x7f || str_index(bad, (char)c) < bad.n)
			return true;
		if (c == '%' && (i + 2 >= uri.n || !is_hex(uri.p[i + 1]) || !is_hex(uri.p[i + 2])))
			return true;
	}
	return false;
}

/* The scheme; empty when there is none. False: what stands before the colon is none. */
static bool scheme_of(struct str uri, struct str *ret_scheme)
{
	struct str scheme = str_take(uri, str_index(uri, ':'));
	*ret_scheme = STR("");
	if (scheme.n == uri.n || str_index(uri, '/') < scheme.n || str_index(uri, '?') < scheme.n ||
	    str_index(uri, '#') < scheme.n)
		return true;
	bool good = scheme.n && is_letter(scheme.p[0]) && scheme.n + 1 < uri.n;
	for (size_t i = 0; i < scheme.n; i++)
		good = good && (is_letter(scheme.p[i]) || (scheme.p[i] >= '0' && scheme.p[i] <= '9') ||
				str_index(STR("+-."), scheme.p[i]) < 3);
	*ret_scheme = scheme;
	return good;
}

static bool is_syntax(struct str uri, struct str *ret_scheme)
{
	size_t hash = str_index(uri, '#'), bracket = str_index(uri, '[');
	return !has_bad_character(uri) && scheme_of(uri, ret_scheme) &&
	       str_index(str_drop(uri, hash + 1), '#') == str_drop(uri, hash + 1).n &&
	       (bracket == uri.n || str_index(uri, ']') < uri.n);
}

static bool is_one_of(struct str scheme, const char *const *names)
{
	for (; *names; names++)
		if (str_eq_nocase(scheme, str_from(*names)))
			return true;
	return false;
}

/* ---- findings ---- */

static void find(struct text *findings, struct str finding)
{
	if (str_contains(text_str(findings), finding))
		return;
	if (findings->n)
		text_add_z(findings, "; ");
	text_add(findings, finding);
}

/* Whether it can be opened, or is a path of ours where one may stand. */
static bool is_complete(const struct rule *rule, struct str url, struct str scheme)
{
	static const char *const opens[] = { "http", "https", "ftp", "file", "jar", "mailto", NULL };
	return is_one_of(scheme, opens) || (url.p[0] == '/' && !(rule->flags & SAML_ONLY));
}

static void find_url(struct text *findings, const struct rule *rule, struct str url)
{
	static const char *const code[] = { "javascript", "data", NULL };
	struct arena *arena = findings->arena;
	struct str scheme = STR("");
	if (!url.n)
		return;
	bool good = is_syntax(url, &scheme), runs = good && is_one_of(scheme, code);
	bool fragment = good && (rule->flags & NO_FRAGMENT) && str_index(url, '#') < url.n;
	if (good && !runs && !fragment && (rule->flags & COMPLETE))
		good = is_complete(rule, url, scheme);
	if (fragment)
		find(findings, arena_format(arena, "%s must not contain an URL fragment", rule->name));
	if (runs)
		find(findings, rule->scheme ? str_from(rule->scheme) :
					      arena_format(arena, "%s uses an illegal scheme", rule->name));
	const char *kind = str_ends(str_from(rule->name), STR("URI")) ? "URI" : "URL";
	if (!good)
		find(findings, rule->invalid ? str_from(rule->invalid) :
					       arena_format(arena, "%s is not a valid %s", rule->name, kind));
}

/* Those of an attribute, with "##" between where it has several. */
static void find_attribute(struct text *findings, const struct rule *rule, const struct client *client)
{
	struct str rest = attributes_get(&client->attributes, str_from(rule->attribute));
	while (rest.n) {
		size_t end = rule->flags & SEVERAL ? 0 : rest.n;
		while (end < rest.n && !str_starts(str_drop(rest, end), STR("##")))
			end++;
		find_url(findings, rule, str_take(rest, end));
		rest = str_drop(rest, end + 2);
	}
}

static bool is_variable(struct str root_url)
{
	return str_eq_z(root_url, "${authBaseUrl}") || str_eq_z(root_url, "${authAdminUrl}");
}

static void find_urls(struct text *findings, const struct client *client)
{
	bool saml = str_eq_z(client->protocol, "saml");
	find_url(findings, &base_rule, client->base_url);
	if (str_starts(client->root_url, STR("/")))
		find(findings, STR("Root URL is not a valid URL"));
	else if (!is_variable(client->root_url))
		find_url(findings, &root_rule, client->root_url);
	find_url(findings, &admin_rule, channel_with_host(findings->arena, client->admin_url, STR("localhost")));
	for (size_t i = 0; i < client->redirect_uris.n; i++)
		find_url(findings, &redirect_rule, client->redirect_uris.items[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(attribute_rules); i++)
		if (saml || !(attribute_rules[i].flags & SAML_ONLY))
			find_attribute(findings, &attribute_rules[i], client);
}

/* Users told apart by sector: there has to be one, and only one. */
static void find_sector(struct text *findings, const struct client *client, const struct mapper *mapper)
{
	struct url url;
	struct str uri = attributes_get(&mapper->config, STR("sectorIdentifierUri"));
	if (uri.n && url_parse(uri, &url, NULL) != OK)
		find(findings, STR("Malformed Sector Identifier URI."));
	else if (!uri.n && !client->redirect_uris.n && !client->root_url.n)
		find(findings, STR("Client redirect URIs must contain a valid host component."));
	else if (!uri.n && client->redirect_uris.n && !pairwise_sector(findings->arena, client, mapper).n)
		find(findings, STR("Without a configured Sector Identifier URI, client redirect URIs must not contain "
				   "multiple host components."));
}

/* OpenID CIBA Core section 4. */
static void find_backchannel(struct text *findings, const struct client *client)
{
	const struct attributes *attributes = &client->attributes;
	struct str mode = attributes_get(attributes, STR("ciba.backchannel.token.delivery.mode"));
	struct str endpoint = attributes_get(attributes, STR("ciba.backchannel.client.notification.endpoint"));
	struct str signing = attributes_get(attributes, STR("ciba.backchannel.auth.request.signing.alg"));
	struct url url = { .is_http = false };
	if (mode.n && !str_eq_z(mode, "poll") && !str_eq_z(mode, "ping"))
		find(findings, STR("Unsupported requested CIBA Backchannel Token Delivery Mode"));
	if (str_eq_z(mode, "ping") && !endpoint.n)
		find(findings, STR("CIBA Backchannel Client Notification Endpoint must be set for the CIBA ping mode"));
	if (endpoint.n && (url_parse(endpoint, &url, NULL) != OK || !url.has_authority))
		find(findings, STR("The url [backchannel_client_notification_endpoint] is malformed"));
	else if (endpoint.n && !url.is_http && !url.is_https)
		find(findings, STR("Invalid protocol/scheme for url [backchannel_client_notification_endpoint]"));
	if (!client_jwt_allowed(signing, JWS_ALLOW_ASYMMETRIC) && !str_eq_z(signing, "none"))
		find(findings, STR("Unsupported requested CIBA Backchannel Authentication Request Signing Algorithm"));
}

struct str client_validate(struct arena *arena, const struct client *client)
{
	struct text findings = text_new(arena, 0);
	if (!str_trim(client->client_id).n)
		find(&findings, STR("Client ID cannot be blank"));
	if (client->id.n > ID_MAX)
		find(&findings, STR("Client ID must not exceed 36 characters"));
	if (!str_eq_z(client->protocol, "openid-connect") && !str_eq_z(client->protocol, "saml"))
		find(&findings, arena_join(arena, STR("Invalid protocol: "), str_take(client->protocol, 80), STR("")));
	if (attributes_true(&client->attributes, STR("use.jwks.url"), false) &&
	    attributes_true(&client->attributes, STR("use.jwks.string"), false))
		find(&findings, STR("The \"Use JWKS\" switch and the switch \"Use JWKS URL\" cannot be ON at the same time."));
	find_urls(&findings, client);
	find_backchannel(&findings, client);
	for (size_t i = 0; i < client->mappers_n; i++)
		if (pairwise_is(&client->mappers[i]))
			find_sector(&findings, client, &client->mappers[i]);
	return text_str(&findings);
}
