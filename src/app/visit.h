/* One request to one realm: what the beats of an endpoint share.
 *
 *     struct visit visit;
 *     if (!visit_open(&visit, app, request, response))
 *             return;              // the answer is written: unknown or disabled realm ...
 *     ...
 *     visit_close(&visit);
 */
#ifndef APP_VISIT_H
#define APP_VISIT_H

#include "app/app.h"
#include "http/response.h"
#include "model/effect.h"

struct visit {
	struct app *app;
	struct http_request *request;
	struct http_response *response;
	struct arena *arena;
	const struct realm *realm; /* snapshot; given back by visit_close */
	int64_t now_ms;
	struct str base;   /* "http://localhost:8080" or ".../auth": what our URLs begin with */
	struct str issuer; /* base + "/realms/" + name */
	struct str ui_locales; /* what the application asks for besides in the query or form; empty: nothing */
};

/* Takes the realm of the route's {realm}. False: answered (404 as recorded, 403 disabled or
 * HTTPS required, 503). */
bool visit_open(struct visit *visit, struct app *app, struct http_request *request,
		struct http_response *response);
/* The same for endpoints that a disabled or deleted realm still serves (discovery, certs). */
bool visit_open_any(struct visit *visit, struct app *app, struct http_request *request,
		    struct http_response *response);
/* A realm by name, whatever the route says; nothing is answered on failure. For the admin
 * API, whose requests concern two realms. */
MUST_USE enum error_code visit_open_named(struct visit *visit, struct app *app, struct http_request *request,
					  struct http_response *response, struct str name,
					  struct why *reterr_why);
void visit_close(struct visit *visit);

/* visit->issuer without its /auth, or with one. */
struct str visit_other_issuer(const struct visit *visit);
/* True when `issuer` is this realm as we name it, with or without /auth. */
bool visit_is_issuer(const struct visit *visit, struct str issuer);
/* base + path of this realm: visit_url(v, "/protocol/openid-connect/auth"). */
struct str visit_url(const struct visit *visit, const char *path);
/* True when cookies of this request may be Secure; SameSite accordingly (DESIGN section 7). */
bool visit_is_secure(const struct visit *visit);

#endif
