/* What Keycloak could ask of somebody who signs in and this server cannot ask yet: nobody
 * gets in by less than the realm asks. Pure. */
#ifndef MODEL_POSSIBLE_H
#define MODEL_POSSIBLE_H

#include "model/representation.h"

/* Why the flow of that alias cannot be gone through, in words for the person; empty when a
 * password (and the browser's cookie) is all that it may ask of a user without a second
 * factor. An alias that is not there is not possible. */
struct str flow_not_possible(struct arena *arena, const struct realm_rep *realm, struct str alias);
/* Why nobody can sign in at this client; empty: fine. Does not repeat the realm's reason. */
struct str client_not_possible(
	struct arena *arena, const struct realm_rep *realm, const struct client *client);
/* Why the grant type `password` is not possible at this client, beside that. */
struct str client_direct_grant_not_possible(
	struct arena *arena, const struct realm_rep *realm, const struct client *client);

/* What the flow of that alias says of the number of a user's sessions. */
struct session_limits flow_session_limits(const struct realm_rep *realm, struct str alias);
/* The same of a flow that the client binds instead (kind: "browser", "direct_grant"); NULL
 * when it binds none. */
const struct session_limits *client_session_limits(struct arena *arena, const struct realm_rep *realm,
	const struct client *client, struct str kind);


/* Whether protocol mappers of that type (Keycloak's `protocolMapper`) are known to OpenID Connect
 * here; those of others add nothing to tokens. */
bool mapper_is_built(struct str type);

/* What the flow of that alias says of its password step (Keycloak's `default.reference.value` and
 * `default.reference.maxAge`), for the claim `amr`; no value when it says nothing. */
struct method_reference flow_password_reference(const struct realm_rep *realm, struct str alias);

#endif
