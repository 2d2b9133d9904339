/* Client registration (OpenID Connect Dynamic Client Registration 1.0, RFC 7592): the tokens that
 * let strangers make clients, those that let a client change itself, and changes of both as effects
 * (EFFECT_REGISTRATION_CHANGE). */
#ifndef MODEL_REGISTRATION_CHANGE_H
#define MODEL_REGISTRATION_CHANGE_H

#include "model/effect.h"

/* What an administrator hands out: so many clients may be made with it, until it expires. */
struct initial_access {
	struct str id; /* the token's jti */
	int64_t created_s;
	int64_t lifespan_s; /* 0: for ever */
	int64_t count, remaining;
};

enum registration_change_kind {
	REGISTRATION_INITIAL_ADD,    /* initial */
	REGISTRATION_INITIAL_DELETE, /* initial.id; one that is not there is fine */
	REGISTRATION_INITIAL_USE,    /* initial.id, one of `remaining`; STALE when none remains at now_s */
	REGISTRATION_TOKEN_PUT,      /* client_id, jti: the one token that may change the client now */
	REGISTRATION_TOKEN_USE,      /* client_id, old_jti, jti: STALE when old_jti is not it any more */
	REGISTRATION_CHANGES
};

struct registration_change {
	enum registration_change_kind kind;
	struct str realm_id;
	struct initial_access initial;
	struct str client_id; /* the client's id */
	struct str old_jti, jti;
	int64_t now_s;
};

#endif
