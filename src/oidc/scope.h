/* Scopes: what a request asks for, and what it gets. Pure. */
#ifndef OIDC_SCOPE_H
#define OIDC_SCOPE_H

#include "model/roles.h"

struct scope_grant {
	const struct client_scope **scopes; /* whose mappers run; default scopes first */
	struct str *names; /* as granted: the scope's name, or "name:parameter" */
	size_t n;
	struct str text;         /* the `scope` of answers and tokens: "openid email profile" */
	struct str refresh_text; /* the `scope` of refresh tokens: all granted names */
	bool openid, offline_access;
};

/* Resolves a request's scope parameter for a client: its default scopes plus those of its
 * optional scopes that were asked for. A name that is neither gives false and names the
 * whole request in the error that the caller writes. `openid` needs no scope row.
 *
 * A scope with parameters (attribute is.dynamic.scope or is.parameterized.scope) is asked for as
 * "name:parameter", never comes by itself, and may be asked for with several. Where its attribute
 * dynamic.scope.regexp is set, the whole has to match it: each `*` stands for any text, all else
 * for itself. */
bool scope_resolve(struct arena *arena, const struct client *client, struct str asked,
		   struct scope_grant *ret_grant);
/* The same for the scope of a token given before: names that the client has no longer are left
 * out. */
void scope_resolve_again(struct arena *arena, const struct client *client, struct str given,
			 struct scope_grant *ret_grant);
/* The client's default or optional scope that is asked for by that name; NULL: it has none. */
const struct client_scope *scope_of_client(const struct client *client, struct str name);
/* Leaves only the first n of grant->scopes and writes the texts anew. */
void scope_keep(struct arena *arena, struct scope_grant *grant, size_t n);
/* Takes from the grant the scopes that the user may not have: those with scope mappings of
 * which the user holds no role, composites expanded. So `offline_access` needs its role. */
void scope_limit(struct arena *arena, const struct role_set *held, struct scope_grant *grant);
/* True when each name in `narrow` is in `wide` (both space separated). */
bool scope_within(struct str narrow, struct str wide);
/* True when `name` is one of the names in `text`. */
bool scope_text_has(struct str text, struct str name);

#endif
