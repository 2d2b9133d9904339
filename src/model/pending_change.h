/* Grants that wait for somebody: an application has asked for tokens, and the user answers elsewhere
 * than where it runs (RFC 8628, OpenID CIBA Core). Their changes are effects (EFFECT_PENDING_CHANGE). */
#ifndef MODEL_PENDING_CHANGE_H
#define MODEL_PENDING_CHANGE_H

#include "model/effect.h"

enum pending_kind { PENDING_DEVICE, PENDING_BACKCHANNEL };

enum pending_state {
	PENDING_OPEN,     /* nobody has answered yet */
	PENDING_APPROVED, /* by user_id, in session_id: its client may fetch the tokens, once */
	PENDING_DENIED,
	PENDING_USED,     /* the tokens were fetched */
};

/* What the application holds and what the answer comes with are kept as hashes only. */
struct pending_grant {
	struct str hash;      /* of what the application asks with (SHA-256, base64url) */
	struct str user_code; /* of what the user types, or the authentication channel shows; one realm has each once */
	struct str realm_id, client_id; /* the client's id (UUID) */
	struct str scope, nonce, code_challenge, code_challenge_method;
	int64_t expires_ms;
	int64_t interval_ms; /* how long the application waits between two questions */
	int64_t polled_ms;   /* when it last asked in time; 0: never */
	enum pending_state state;
	/* From APPROVED on; user_id from the beginning where the application names the user. */
	struct str user_id, session_id, acr;
	enum pending_kind kind;
	struct str notice; /* sealed: how the application is told of the answer; empty: it asks */
};

enum pending_change_kind {
	PENDING_ADD,     /* grant: STALE when one of its hashes is taken */
	PENDING_POLL,    /* grant.hash: asked at now_ms; STALE when that is too soon */
	PENDING_APPROVE, /* grant.hash, user_id, session_id, acr; STALE unless open and not over at now_ms */
	PENDING_DENY,    /* grant.hash; STALE as above */
	PENDING_USE,     /* grant.hash; STALE unless approved */
	PENDING_CHANGES
};

struct pending_change {
	enum pending_change_kind kind;
	struct pending_grant grant;
	int64_t now_ms;
};

#endif
