/* Pushed authorization requests (RFC 9126): what a client asks for, left with us ahead of the
 * browser that only names it; and changes of them as effects. */
#ifndef MODEL_PUSHED_H
#define MODEL_PUSHED_H

#include "base/text.h"

struct pushed_request {
	struct str hash; /* SHA-256 of what names it, base64url */
	struct str realm_id;
	struct str client_id; /* the client's id */
	struct str request;   /* JSON */
	int64_t expires_ms;
};

/* EFFECT_PUSHED_ADD. */
struct pushed_add {
	struct pushed_request row;
	int64_t now_ms;
	int64_t max; /* STALE when so many of this client's wait already */
};

#endif
