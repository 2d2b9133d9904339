/* Client-initiated backchannel authentication (OpenID CIBA Core 1.0): an application names a user and asks
 * for tokens, a service of the operator's asks the user on a device of their own (the authentication
 * channel, in Keycloak's words and by its contract), and the application fetches the tokens
 * (token_by_ciba.c). */
#ifndef APP_CIBA_H
#define APP_CIBA_H

#include "app/visit.h"
#include "model/pending_change.h"
#include "model/user.h"
#include "oidc/ciba.h"

/* What the channel is told. */
struct ciba_asking {
	const struct client *client;
	const struct user *user;
	const struct ciba_request *request;
	struct str scope; /* what the user is asked for */
	struct str id;    /* of the answer: the bearer's jti */
	int64_t expires_s;
};

/* Asks the channel to ask the user; waits a few seconds at most. INVALID_CONFIG: there is no channel;
 * NETWORK_FAILED: it cannot be reached; UNREADABLE_ANSWER: it did not take it; BUSY: too many wait for
 * it already. */
MUST_USE enum error_code ciba_channel_ask(struct visit *visit, const struct ciba_asking *asking,
	struct why *reterr_why);
/* The id in a bearer of ciba_channel_ask that is still in force, which the channel brings back.
 * INVALID_TOKEN. */
MUST_USE enum error_code ciba_channel_open(struct visit *visit, struct str bearer, struct str *ret_id,
	struct why *reterr_why);
/* How the store knows an id. */
struct str ciba_channel_hash(const struct visit *visit, struct str id);

/* How the application is told later that its user has answered, sealed for the store. */
MUST_USE enum error_code ciba_notice_seal(struct visit *visit, struct str auth_req_id, struct str token,
	struct str *ret_notice, struct why *reterr_why);
/* Tells it, once, in the background (section 10.2). */
void ciba_notify(struct visit *visit, const struct client *client, const struct pending_grant *grant);

/* Handlers. */
http_handler ciba_handle;          /* POST .../protocol/openid-connect/ext/ciba/auth */
http_handler ciba_callback_handle; /* POST .../ext/ciba/auth/callback: the channel's answer */

#endif
