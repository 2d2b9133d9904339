/* Client registration at /realms/{realm}/clients-registrations: who may make and change clients, by
 * which token, and what becomes of the token. Private to admin/.
 *
 * Four kinds of callers: administrators (a token of the realm with its roles), holders of an initial
 * access token (they make clients), holders of a client's registration access token (they see and
 * change that client; the token is another after each change), and anybody (refused: Keycloak's
 * default policy trusts no host). */
#ifndef ADMIN_REGISTRATION_H
#define ADMIN_REGISTRATION_H

#include "admin/client_change.h"

enum registrar { REGISTRAR_NOBODY, REGISTRAR_ADMIN, REGISTRAR_INITIAL, REGISTRAR_CLIENT };

struct registration {
	struct admin_call call;
	enum registrar by;
	struct str jti;   /* of an initial or registration access token */
	struct str token; /* a registration access token, as it came; after a change the next one */
	struct str signout_id; /* of what a change ended; for ending_committed, after the answer */
};

/* Finds the realm, reads the token. False: answered. */
bool registration_open(struct registration *r, void *context, struct http_request *request,
		       struct http_response *response);
void registration_close(struct registration *r);

/* The client that the route names by its clientId, when the caller may see it, or change it; NULL:
 * answered. */
const struct client *registration_client_seen(struct registration *r);
const struct client *registration_client_changed(struct registration *r);
/* Whether the caller may make clients. False: answered. */
bool registration_may_create(struct registration *r);

/* Makes a client of a representation's JSON; its first token is r->token. False: answered. */
bool registration_create(struct registration *r, struct str json, struct client_rep *ret_client);
/* PUT of a client: what `json` names changes. The next token is r->token. False: answered. */
bool registration_update(struct registration *r, const struct client *client, struct str json,
			 struct client_rep *ret_client);
/* 400 invalid_client_metadata, or another of RFC 7591 section 3.2.2. */
void registration_refuse(struct registration *r, const char *error, struct str text);
/* A body that could not be read. */
void registration_refuse_body(struct registration *r, enum error_code code, const struct why *why);

/* Signs a token of one of the two kinds. `expires_s` 0: never. */
enum registration_token { TOKEN_INITIAL_ACCESS, TOKEN_REGISTRATION_ACCESS };
MUST_USE enum error_code registration_token_sign(struct admin_call *call, enum registration_token kind,
						 struct str jti, int64_t expires_s, struct str *ret_token,
						 struct why *reterr_why);
/* A new registration access token: its jti becomes the client's with the effects. False: answered. */
bool registration_token_new(struct admin_call *call, struct str client_id, struct str old_jti,
			    struct effects *effects, struct str *ret_token);

/* Where a client is found: Location and registration_client_uri. */
struct str registration_url(const struct registration *r, const char *kind, struct str client_id);

#endif
