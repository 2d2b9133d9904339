/* Sessions: the sign-on of one browser (or one offline grant), and the clients in it. */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "base/str.h"

/* One user's sign-on. Identified by (id, offline): an offline session keeps the sid of
 * the session it grew from. */
struct session {
	struct str id; /* the `sid` */
	bool offline;
	struct str realm_id, user_id, username;
	struct str cookie_hash; /* SHA-256 of the browser's secret, base64url; empty: none */
	struct str ip_address, user_agent;
	struct str auth_method; /* "openid-connect" ... */
	int64_t started_ms, auth_time_s, last_refresh_s;
	bool remember_me;
	int64_t version; /* see DESIGN section 4: raised by all that must not race an end */
	struct str notes; /* JSON object of session notes (text values); empty: none */
	int64_t spared_ms; /* orders about its user up to then do not concern it */
	/* On the way out: an order to end it has been committed, whatever a snapshot says. */
	bool ended;
	struct client_session *clients; /* filled by questions that say so */
	size_t clients_n;
};

/* The refresh tokens of one sign-in under rotation: each carries a generation, one more than
 * that of the token it was given for. Older generations than the one used last are replays. */
struct refresh_chain {
	struct str reuse_id;
	int64_t generation; /* of the token used last */
	int64_t use_count;  /* uses of that generation */
};

/* What a SAML service provider was told of its part; all empty for other clients. Its SessionIndex
 * is made of the ids (model/saml.h). */
struct saml_part {
	struct str name_id, name_id_format; /* the NameID of the last assertion, its Format a URI */
	struct str binding;                 /* by which that went, as saml_binding_name has it */
	int64_t until_s;                    /* its SessionNotOnOrAfter; 0: it said none */
};

/* One client's part in a session. */
struct client_session {
	struct str session_id;
	bool offline;
	struct str client_id; /* the client's id (UUID), not its clientId */
	struct str issuer;    /* as this client knows us, with or without /auth */
	int64_t started_ms, last_refresh_s;
	struct str scope;        /* granted, space separated */
	struct str redirect_uri;
	struct str adapter_session_id, adapter_host; /* client_session_state / _host */
	int64_t adapter_bound_ms; /* when they were last set */
	/* Rotation (model/rotation.h) of refresh tokens that belong to no chain. */
	int64_t refresh_generation; /* of the refresh token used last */
	int64_t refresh_use_count;  /* uses of that generation */
	struct str notes;           /* JSON object: acr of the last sign-in; empty: none */
	struct refresh_chain *chains; /* of the others, the one used last first */
	size_t chains_n;
	struct saml_part saml;
	bool ended; /* as of the session; of this client's part alone */
};

/* An authorization code, or an artifact of SAML; itself it is kept as a hash only. */
struct code {
	struct str hash; /* SHA-256 of the code, base64url; of an artifact saml/artifact.h */
	struct str realm_id, client_id, session_id, user_id;
	struct str redirect_uri; /* as the request gave it; must come again */
	struct str scope, nonce, state, code_challenge, code_challenge_method, issuer, acr;
	bool offline_asked;
	int64_t auth_time_s, expires_ms;
	int64_t used_ms; /* 0: not yet */
	struct str message; /* of artifacts: sealed; gone once it is used */
};

#endif
