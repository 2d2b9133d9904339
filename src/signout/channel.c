/* Channels of a client; see channel.h. */
#include "signout/channel.h"

#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "model/nodes.h"
#include "model/own_attributes.h"
#include "model/redirect.h"
#include "model/saml.h"

#define SESSION_HOST STR("${application.session.host}")

bool channel_is_own_page(const struct client *client)
{
	return str_starts(client->root_url, STR("${authBaseUrl}")) || str_starts(client->root_url, STR("${authAdminUrl}"));
}

struct str channel_trust(struct arena *arena, const struct realm *realm, const struct client *client)
{
	struct str of_realm = own_attribute_of_realm(realm, OWN_OUTGOING_CA), of_client = STR("");
	if (client)
		of_client = attributes_get(&client->attributes, own_attribute_name(OWN_OUTGOING_CA));
	if (!of_realm.n || !of_client.n)
		return of_realm.n ? of_realm : of_client;
	return arena_join(arena, of_realm, STR("\n"), of_client);
}

struct str channel_algorithm(const struct realm *realm, const struct client *client)
{
	struct str own = attributes_get(&client->attributes, STR("id.token.signed.response.alg"));
	if (own.n)
		return own;
	struct str realms = realm->settings.default_signature_algorithm;
	return realms.n ? realms : STR("RS256");
}

/* The host that takes the placeholder's place: the adapter's own, when the client has
 * registered it as a node. Empty: none that we may trust. */
static struct str trusted_host(const struct client *client, const struct client_session *session)
{
	for (size_t i = 0; i < client->nodes_n; i++)
		if (session->adapter_host.n && str_eq(client->nodes[i].key, session->adapter_host))
			return session->adapter_host;
	return (struct str){ NULL, 0 };
}

static const struct channel_target foreign_host = { .channel = CHANNEL_NONE,
	.why = STR_INIT("the URL names the session's host, and the adapter's host is not a registered node "
			"of the client") };

struct str channel_with_host(struct arena *arena, struct str url, struct str host)
{
	const char *found = url.n ? memmem(url.p, url.n, SESSION_HOST.p, SESSION_HOST.n) : NULL;
	size_t at = found ? (size_t)(found - url.p) : 0;
	return found ? arena_join(arena, str_take(url, at), host, str_drop(url, at + SESSION_HOST.n)) : url;
}

/* The same for the session's own host. False: there is no such host. */
static bool resolve_host(struct arena *arena, const struct client *client,
			 const struct client_session *session, struct str *url)
{
	if (!str_contains(*url, SESSION_HOST))
		return true;
	struct str host = trusted_host(client, session);
	if (!host.n)
		return false;
	*url = channel_with_host(arena, *url, host);
	return true;
}

static struct channel_target admin_target(struct arena *arena, struct str url)
{
	struct str slash = str_ends(url, STR("/")) ? STR("") : STR("/");
	return (struct channel_target){ .channel = CHANNEL_ADMIN_URL,
		.url = arena_join(arena, url, slash, STR("k_logout")) };
}

/* ---- SAML ---- */

/* What a page of ours may lead to: nothing that runs as ours. */
static bool is_web_url(struct str text)
{
	struct url url;
	return url_parse(text, &url, NULL) == OK && (url.is_http || url.is_https);
}

struct str channel_saml_algorithm(struct arena *arena, const struct client *client)
{
	struct saml_client saml = saml_client_of(arena, client);
	return saml.signs_documents ? saml.signature_algorithm : STR("");
}

static struct channel_target saml_server(struct arena *arena, const struct client *client)
{
	struct saml_client saml = saml_client_of(arena, client);
	struct saml_endpoint to = saml_client_logout_back(&saml);
	if (to.url.n)
		return (struct channel_target){ .url = to.url,
			.channel = to.binding == SAML_BINDING_SOAP ? CHANNEL_SAML_SOAP : CHANNEL_SAML_POST };
	return (struct channel_target){ .channel = CHANNEL_NONE,
		.why = STR("the SAML client has no single logout URL for a back channel") };
}

struct channel_target channel_browser(struct arena *arena, const struct client *client,
				      struct str binding_used)
{
	struct saml_client saml = saml_client_of(arena, client);
	struct saml_endpoint to = saml_client_logout_front(&saml, binding_used);
	if (!saml_client_is(client) || !to.url.n)
		return (struct channel_target){ .channel = CHANNEL_NONE,
			.why = STR("the SAML client has no single logout URL") };
	if (!is_web_url(to.url))
		return (struct channel_target){ .channel = CHANNEL_NONE,
			.why = STR("the SAML client's single logout URL is no http or https URL") };
	return (struct channel_target){ .channel = CHANNEL_SAML_BROWSER, .url = to.url };
}

struct channel_target channel_server(struct arena *arena, const struct client *client,
				     const struct client_session *session)
{
	if (saml_client_is(client))
		return saml_server(arena, client);
	struct str back = attributes_get(&client->attributes, STR("backchannel.logout.url"));
	struct str url = redirect_absolute(arena, client, back.n ? back : client->admin_url);
	if (!url.n)
		return (struct channel_target){ .channel = CHANNEL_NONE,
			.why = STR("the client has no back-channel logout URL and no admin URL") };
	if (!resolve_host(arena, client, session, &url))
		return foreign_host;
	if (back.n)
		return (struct channel_target){ .channel = CHANNEL_BACKCHANNEL, .url = url };
	return admin_target(arena, url);
}

/* ---- every node ---- */

/* Where an authority's port begins, with its colon; its end when it has none. */
static size_t port_at(struct str authority)
{
	size_t colon = str_last_index(authority, ':'), bracket = str_last_index(authority, ']');
	return colon < authority.n && (bracket == authority.n || colon > bracket) ? colon : authority.n;
}

/* The URL on another host; its port stays unless the host brings one. */
static struct str on_host(struct arena *arena, struct str url, struct str host)
{
	if (str_contains(url, SESSION_HOST))
		return channel_with_host(arena, url, host);
	const char *found = memmem(url.p, url.n, "://", 3);
	if (!found)
		return url;
	size_t begin = (size_t)(found - url.p) + 3;
	struct str rest = str_drop(url, begin), authority = str_take(rest, str_index(rest, '/'));
	struct str tail = str_drop(rest, port_at(host) < host.n ? authority.n : port_at(authority));
	return arena_join(arena, str_take(url, begin), host, tail);
}

struct channel_node *channel_nodes(struct arena *arena, const struct client *client, int64_t now_s,
				   size_t *ret_n)
{
	struct channel_node *nodes = arena_array(arena, 0, sizeof *nodes);
	/* Of a SAML provider that is where messages of its protocol go. */
	struct str url = saml_client_is(client) ? STR("") : redirect_absolute(arena, client, client->admin_url);
	*ret_n = 0;
	for (size_t i = 0; url.n && i < client->nodes_n; i++)
		if (node_is_alive(client, &client->nodes[i], now_s))
			*(struct channel_node *)arena_push(arena, &nodes, ret_n, sizeof *nodes) = (struct channel_node){
				on_host(arena, url, client->nodes[i].key), client->nodes[i].key };
	if (url.n && !*ret_n)
		*(struct channel_node *)arena_push(arena, &nodes, ret_n, sizeof *nodes) =
			(struct channel_node){ .url = url };
	return nodes;
}

struct channel_target channel_everybody(struct arena *arena, const struct client *client, struct str host)
{
	struct str url = saml_client_is(client) ? STR("") : redirect_absolute(arena, client, client->admin_url);
	bool back = attributes_get(&client->attributes, STR("backchannel.logout.url")).n > 0;
	if (back || !url.n || (!host.n && str_contains(url, SESSION_HOST)))
		return (struct channel_target){ .channel = CHANNEL_NONE };
	return admin_target(arena, host.n ? on_host(arena, url, host) : url);
}

/* ---- the browser ---- */

struct channel_target channel_front(struct arena *arena, const struct client *client,
				    const struct client_session *session)
{
	struct str url = attributes_get(&client->attributes, STR("frontchannel.logout.url"));
	if (!client->frontchannel_logout || !url.n || saml_client_is(client))
		return (struct channel_target){ .channel = CHANNEL_NONE };
	url = redirect_absolute(arena, client, url);
	if (!is_web_url(url))
		return (struct channel_target){ .channel = CHANNEL_NONE,
			.why = STR("the client's front-channel logout URL is no http or https URL") };
	struct text text = text_new(arena, 0);
	text_add(&text, url);
	if (attributes_true(&client->attributes, STR("frontchannel.logout.session.required"), true)) {
		text_add_char(&text, str_contains(url, STR("?")) ? '&' : '?');
		text_add_z(&text, "sid=");
		text_add_percent(&text, session->session_id);
		text_add_z(&text, "&iss=");
		text_add_percent(&text, session->issuer);
	}
	return (struct channel_target){ .channel = CHANNEL_FRONT, .url = text_str(&text) };
}
