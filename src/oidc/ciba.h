/* Client-initiated backchannel authentication (OpenID CIBA Core 1.0): what an application may ask for,
 * and by which of its user's names. Pure. */
#ifndef OIDC_CIBA_H
#define OIDC_CIBA_H

#include "base/errors.h"
#include "json/read.h"
#include "model/realm.h"
#include "oidc/request_object.h"
#include "oidc/scope.h"

#define CIBA_GRANT_TYPE "urn:openid:params:grant-type:ciba"

enum {
	CIBA_ID_BYTES = 32,    /* of an auth_req_id: opaque, 256 bits */
	CIBA_EXTRAS_MAX = 5,   /* parameters of the application's own that reach the channel */
	CIBA_EXTRA_MAX = 2000, /* bytes of each */
};

struct ciba_extra {
	struct str name, value;
};

/* Section 7.1. Empty: not sent. */
struct ciba_request {
	struct str scope, client_notification_token, acr_values, login_hint_token, id_token_hint, login_hint,
		binding_message, user_code, requested_expiry;
	struct ciba_extra extras[CIBA_EXTRAS_MAX];
	size_t extras_n;
};
/* The texts by name. */
extern const struct json_shape ciba_request_shape;

enum ciba_hint { CIBA_LOGIN_HINT, CIBA_ID_TOKEN_HINT };

struct ciba_plan {
	enum ciba_hint hint;
	struct str hint_text;
	int64_t expires_s;
	struct scope_grant scope;
	struct str scope_shown; /* what the user is asked for: the scopes' names */
};

struct ciba_refusal {
	const char *error; /* of section 13 */
	struct str text;
};

/* Whether this client may use the grant at all; a public one cannot prove who it is (section 7.1). */
bool ciba_is_allowed(const struct client *client);
/* Whether it is told when its user has answered ("ping"); else it asks ("poll"). */
bool ciba_pings(const struct realm *realm, const struct client *client);
/* Seconds between two of its questions. */
int64_t ciba_interval_s(const struct realm *realm);

/* Keeps a parameter that is the application's own for the channel; one of ours, and more than there may be,
 * is passed over. */
void ciba_keep_extra(struct ciba_request *request, struct str name, struct str value);
/* True when the client's row has an algorithm for its requests: they are signed then (section 4). */
bool ciba_is_signed(const struct client *client);
/* A signed request (section 7.1.1), whose signature is the caller's to check: request_object.h. */
MUST_USE enum error_code ciba_object_read(struct arena *arena, const struct client *client, struct str text,
	struct request_object *ret_object, struct why *reterr_why);
/* What it says, and nothing else. INVALID_REQUEST_OBJECT. */
MUST_USE enum error_code ciba_object_take(struct arena *arena, const struct client *client,
	const struct request_object *object, const struct client_jwt_facts *facts, struct ciba_request *ret_request,
	struct why *reterr_why);

/* False: refused. */
bool ciba_check(struct arena *arena, const struct realm *realm, const struct client *client,
		const struct ciba_request *request, struct ciba_plan *ret_plan, struct ciba_refusal *ret_refusal);

#endif
