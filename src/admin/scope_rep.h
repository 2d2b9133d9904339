/* Client scopes in the admin API's form, in and out. Private to admin/. */
#ifndef ADMIN_SCOPE_REP_H
#define ADMIN_SCOPE_REP_H

#include "admin/call.h"

/* The scope that the route's {scope} names; NULL: answered with `missing` (404). */
const struct client_scope *scope_rep_find(struct admin_call *call, const char *missing);
/* The route's {client}; NULL: answered. */
const struct client *scope_client_find(struct admin_call *call);
void scope_rep_write(struct json_writer *w, const struct client_scope *scope);
/* The body as a new scope, with ids. False: answered. */
bool scope_rep_read_new(struct admin_call *call, struct scope_rep *ret_scope);
/* The body onto *scope: attributes stay one by one and go when they are sent as null; mappers have
 * calls of their own. False: answered. */
bool scope_rep_read_change(struct admin_call *call, struct scope_rep *scope);
/* "client-scopes/{id}": the path of admin events. */
struct str scope_rep_path(struct admin_call *call, struct str id);
/* {"errorMessage": "Client Scope .. already exists"}. */
struct str scope_exists_text(struct admin_call *call, struct str name);

/* Its settings as they count, which is how the mappers' own calls show them: the switches that follow
 * from others beside them, none that is empty. What is kept, and shown within a client or a scope, is
 * what was sent. */
void mapper_effective(struct admin_call *call, struct mapper *mapper);
/* What is written beside a mapper that is new or was changed: an id, a pairwise subject's salt;
 * nothing that is empty. */
void mapper_complete(struct admin_call *call, struct mapper *mapper);
/* The same for one that comes within a new client or scope: Keycloak writes its switch of userinfo, too. */
void mapper_complete_new(struct admin_call *call, struct mapper *mapper);
/* Adds "consentRequired", which older rows have not. */
void mapper_write(struct json_writer *w, const struct mapper *mapper);

#endif
