/* The protocol-mapper engine: what is known of user, session and client becomes claims, as
 * the realm's mappers say (Keycloak's `protocolMapper` types). Pure. */
#ifndef OIDC_CLAIMS_H
#define OIDC_CLAIMS_H

#include "json/tree.h"
#include "model/session.h"
#include "model/user.h"
#include "model/roles.h"
#include "oidc/scope.h"

/* Which document the claims are for; mappers choose by *.token.claim. RESPONSE is the answer of
 * the token endpoint itself. */
enum claims_target { CLAIMS_ACCESS, CLAIMS_ID, CLAIMS_USERINFO, CLAIMS_INTROSPECTION, CLAIMS_RESPONSE };

struct claims_input {
	const struct realm *realm;
	const struct client *client;
	const struct user *user;       /* with roles and groups */
	const struct session *session; /* NULL: none (client credentials) */
	const struct scope_grant *grant;
	struct role_set roles;         /* roles_for_token */
	struct str acr;                /* "1", or "0" after sign-on by cookie */
	struct str nonce;              /* of the request; empty: none */
	struct str claims_request;     /* the parameter `claims` of the sign-in, JSON; empty: none */
	struct str client_address;     /* of client credentials requests; else empty */
	int64_t now_s;
	bool lightweight;              /* access token: only mappers with lightweight.claim */
};

/* Runs the mappers of the granted scopes, then the client's own, in Keycloak's order (subjects,
 * plain claims, acr, names of roles, audiences, roles) for `target` into `tree` (an object that may
 * hold claims already). A mapper that names one of the claims by which a token is known (exp,
 * iss, typ, azp, sid ...) is not run; a value that is not of the mapper's type is left out. */
void claims_map(const struct claims_input *input, enum claims_target target, struct json_node *tree);

/* True when some mapper of the client may give its users another subject than their id: tokens
 * are then led back to their user by the session. */
bool claims_own_subject(const struct client *client);
/* True when a mapper puts the nonce into access and refresh tokens too. */
bool claims_keep_nonce(const struct client *client, const struct scope_grant *grant);

#endif
