/* Which redirect URIs a client may name. Pure; RFC 9700 section 2.1: exact matching.
 *
 * A registered URI is exact, or its path ends in `*` after a fixed scheme, host and path
 * prefix (Keycloak's wildcard); a relative one stands under the client's rootUrl. For
 * loopback hosts of native apps (RFC 8252 section 7.3) the port may vary where the registered
 * URI has none, or `*`. User information, a fragment, control bytes, backslashes and schemes that
 * run code (javascript, data) match nothing; dot segments, encoded slashes, backslashes and
 * dots, and encoded percent signs match no wildcard. */
#ifndef MODEL_REDIRECT_H
#define MODEL_REDIRECT_H

#include "model/realm.h"

/* The client with its rootUrl's ${authBaseUrl} or ${authAdminUrl}, which Keycloak's own clients have, put in:
 * `base` is what our own URLs begin with. */
struct client redirect_place(struct arena *arena, const struct client *client, struct str base);
/* A URL of the client's settings made absolute by its rootUrl; others stay as they are. */
struct str redirect_absolute(struct arena *arena, const struct client *client, struct str registered);
/* True when `uri` is one of the client's redirect URIs. */
bool redirect_allowed(struct arena *arena, const struct client *client, struct str uri);
/* The one URI that a request without redirect_uri means: the client's only exact one;
 * empty when there is none or more than one. */
struct str redirect_default(struct arena *arena, const struct client *client);
/* True when `uri` is one of the URIs for post_logout_redirect_uri: attribute
 * post.logout.redirect.uris, parts joined by "##"; "+" stands for the redirect URIs, "-"
 * for none. Absent: none. */
bool redirect_allowed_after_logout(struct arena *arena, const struct client *client, struct str uri);
/* True when `uri` is one where the client's request objects may be (OpenID Connect Core section 6.2):
 * attribute request.uris, parts joined by "##", as redirect URIs are, but for ports of loopback hosts,
 * which are ours here; a fragment is a part of the URI. *ret_anywhere: by a bare `*` alone. */
bool redirect_allowed_for_request(struct arena *arena, const struct client *client, struct str uri,
	bool *ret_anywhere);
/* The legacy rule (no session left): exact, or a path wildcard under a fixed host; a bare
 * `*` does not count. Looks at redirect and post-logout URIs. */
bool redirect_allowed_legacy(struct arena *arena, const struct client *client, struct str uri);
/* True when `origin` (scheme://host[:port]) is the origin of one of the client's redirect
 * or post-logout URIs, or of its rootUrl. */
bool redirect_origin_known(struct arena *arena, const struct client *client, struct str origin);
/* Origins that may read answers by CORS: webOrigins, with "+" for those of the redirect
 * URIs; "*" stays "*". */
struct str_list redirect_web_origins(struct arena *arena, const struct client *client);

#endif
