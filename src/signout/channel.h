/* Through which channel a client can be told that a session has ended. */
#ifndef SIGNOUT_CHANNEL_H
#define SIGNOUT_CHANNEL_H

#include "model/delivery.h"
#include "model/realm.h"
#include "model/session.h"

/* Where a notice can go. */
struct channel_target {
	enum channel channel; /* CHANNEL_NONE: nowhere; `why` says why */
	struct str url;
	struct str why;
};

/* The server-to-server channel of a client for this client session: its back-channel
 * logout URL, else its admin URL (k_logout); of a SAML provider its SOAP URL, else, where it does
 * without the front channel, the URL for forms (model/saml.h). `url` may come from a placeholder host that
 * the client registered; hosts that it did not register are never used. */
struct channel_target channel_server(struct arena *arena, const struct client *client,
				     const struct client_session *session);
/* The URL with `host` where it has "${application.session.host}"; as it is when it has not. */
struct str channel_with_host(struct arena *arena, struct str url, struct str host);
/* One admin URL of a client: that of its adapter on one host. */
struct channel_node {
	struct str url;  /* without the order's name */
	struct str host; /* the registered node; empty: the client has none, the URL is as it is set */
};
/* Where orders about everybody go: the client's admin URL with each living node's host in it (in
 * place of the placeholder, or of the URL's own host), or as it is. n = 0: it has no admin URL. */
struct channel_node *channel_nodes(struct arena *arena, const struct client *client, int64_t now_s,
				   size_t *ret_n);
/* The same for k_logout: `host` is a node's, or empty. CHANNEL_NONE where the client has a
 * back-channel URL, which goes first, or no admin URL. */
struct channel_target channel_everybody(struct arena *arena, const struct client *client, struct str host);
/* Where a SAML provider hears through the browser. CHANNEL_NONE for others, and where it has no
 * URL for that; `why` says so. `binding_used` is the one by which it was signed in to
 * (client_session.saml.binding). */
struct channel_target channel_browser(struct arena *arena, const struct client *client,
				      struct str binding_used);
/* The front channel: attribute frontchannel.logout.url where frontchannelLogout is on, with
 * `iss` and `sid` added unless frontchannel.logout.session.required is false
 * (OpenID Connect Front-Channel Logout 1.0, section 3). */
struct channel_target channel_front(struct arena *arena, const struct client *client,
				    const struct client_session *session);
/* True for the clients by which people use this server's own pages: those look at the session
 * itself, so that there is nobody to tell. */
bool channel_is_own_page(const struct client *client);
/* Certificates, PEM, that calls to the client trust besides those of the configuration: attribute
 * curfew.outgoing.ca of the realm and of the client (NULL: none). */
struct str channel_trust(struct arena *arena, const struct realm *realm, const struct client *client);
/* JWS algorithm of notices to this client: the one of its ID tokens. Of LogoutRequests, which are
 * no JWS: channel_saml_algorithm. */
struct str channel_algorithm(const struct realm *realm, const struct client *client);
/* What signs LogoutRequests to this provider, as its row names it; empty: nothing does. */
struct str channel_saml_algorithm(struct arena *arena, const struct client *client);

#endif
