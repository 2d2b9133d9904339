/* Channels of a client; see channel.h. */
#include "signout/channel.h"

#include <string.h>

#include "base/text.h"

#define SESSION_HOST STR("${application.session.host}")

struct str channel_absolute_url(struct arena *arena, const struct client *client, struct str url)
{
	if (!url.n || !str_starts(url, STR("/")))
		return url;
	struct str root = client->root_url;
	if (str_ends(root, STR("/")))
		root.n--;
	return arena_join(arena, root, url, STR(""));
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

static struct channel_target admin_target(struct arena *arena, const struct client *client,
					  const struct client_session *session)
{
	struct str url = channel_absolute_url(arena, client, client->admin_url);
	if (str_contains(url, SESSION_HOST)) {
		struct str host = trusted_host(client, session);
		if (!host.n)
			return (struct channel_target){ .channel = CHANNEL_NONE,
				.why = STR("the admin URL names the session's host, and the adapter's "
					   "host is not a registered node of the client") };
		size_t at = (size_t)((const char *)memmem(url.p, url.n, SESSION_HOST.p, SESSION_HOST.n) - url.p);
		url = arena_join(arena, str_take(url, at), host, str_drop(url, at + SESSION_HOST.n));
	}
	struct str slash = str_ends(url, STR("/")) ? STR("") : STR("/");
	return (struct channel_target){ .channel = CHANNEL_ADMIN_URL,
		.url = arena_join(arena, url, slash, STR("k_logout")) };
}

struct channel_target channel_server(struct arena *arena, const struct client *client,
				     const struct client_session *session)
{
	struct str back = attributes_get(&client->attributes, STR("backchannel.logout.url"));
	if (back.n)
		return (struct channel_target){ .channel = CHANNEL_BACKCHANNEL,
			.url = channel_absolute_url(arena, client, back) };
	if (client->admin_url.n)
		return admin_target(arena, client, session);
	return (struct channel_target){ .channel = CHANNEL_NONE,
		.why = STR("the client has no back-channel logout URL and no admin URL") };
}

struct channel_target channel_front(struct arena *arena, const struct client *client,
				    const struct client_session *session)
{
	struct str url = attributes_get(&client->attributes, STR("frontchannel.logout.url"));
	if (!client->frontchannel_logout || !url.n)
		return (struct channel_target){ .channel = CHANNEL_NONE };
	struct text text = text_new(arena, 0);
	text_add(&text, channel_absolute_url(arena, client, url));
	if (attributes_true(&client->attributes, STR("frontchannel.logout.session.required"), true)) {
		text_add_char(&text, str_contains(url, STR("?")) ? '&' : '?');
		text_add_z(&text, "sid=");
		text_add_percent(&text, session->session_id);
		text_add_z(&text, "&iss=");
		text_add_percent(&text, session->issuer);
	}
	return (struct channel_target){ .channel = CHANNEL_FRONT, .url = text_str(&text) };
}
