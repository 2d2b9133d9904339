/* Pushed authorization requests (RFC 9126): clients leave what they ask for with us, and the browser
 * brings its name alone.
 *
 * One is good for one sign-in. Until then its name may come again, as a page is loaded again; forms
 * that were shown for it before its sign-in end with it. */
#ifndef APP_PUSHED_H
#define APP_PUSHED_H

#include "app/visit.h"
#include "oidc/authorize.h"

/* POST .../protocol/openid-connect/ext/par/request */
http_handler pushed_handle;

/* True when a request_uri names a pushed request. */
bool pushed_is_named(struct str request_uri);
/* What was pushed by that name, by this client; ret_request->pushed is its name. NAME_NOT_FOUND: there is
 * none, it expired, was used, or is another client's, with a reason for the event. */
MUST_USE enum error_code pushed_find(struct visit *visit, const struct client *client, struct str request_uri,
	struct authorize_request *ret_request, struct why *reterr_why);
/* The request_uri of a request's `pushed`. */
struct str pushed_uri(struct arena *arena, struct str pushed);
/* Whether a sign-in came of it already. */
MUST_USE enum error_code pushed_used(struct visit *visit, struct str pushed, bool *ret_used,
	struct why *reterr_why);
/* A sign-in comes of it: STALE when one did already. */
void pushed_use(const struct visit *visit, struct str pushed, struct effects *effects);

#endif
