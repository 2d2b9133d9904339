/* Pairwise subject identifiers (OpenID Connect Core 1.0, section 8.1), as Keycloak's mapper
 * `oidc-sha256-pairwise-sub-mapper` makes them: the `sub` of a user differs from sector to
 * sector. Here, since tokens and sign-out notices have to agree. Pure. */
#ifndef MODEL_PAIRWISE_H
#define MODEL_PAIRWISE_H

#include "model/realm.h"

/* True for protocol mappers of that kind. */
bool pairwise_is(const struct mapper *mapper);
/* The client's own mapper, or that of one of its default scopes; NULL: its users have the
 * subject that everybody sees. */
const struct mapper *pairwise_of_client(const struct client *client);
/* The host that users are told apart for: of the mapper's sectorIdentifierUri, else the one host
 * of all the client's redirect URIs. Empty when there is none or more than one. */
struct str pairwise_sector(struct arena *arena, const struct client *client, const struct mapper *mapper);
/* The subject of the user at that client. Without a sector the client is one by itself. */
struct str pairwise_subject(struct arena *arena, const struct client *client, const struct mapper *mapper,
			    struct str user_id);
/* What the client knows the user as: the pairwise subject, or the id. */
struct str pairwise_subject_at(struct arena *arena, const struct client *client, struct str user_id);

#endif
