/* Writing the realm's own row: its settings, authentication flows, required actions, identity
 * providers, and what else is kept in it as JSON. Load in full, change, commit at its version, again
 * when somebody was quicker. Parts with rows of their own go through realm_change.h. Private to admin/. */
#ifndef ADMIN_REALM_ROW_H
#define ADMIN_REALM_ROW_H

#include "admin/call.h"
#include "json/tree.h"

/* The realm as it stands, without default_role and default scopes, which have rows of their own. Flows,
 * executions and their settings have ids. */
MUST_USE enum error_code realm_row_load(struct admin_call *call, struct realm_rep *ret_realm, int64_t *ret_version,
					struct why *reterr_why);
/* The same. False: answered. */
bool realm_row_find(struct admin_call *call, struct realm_rep *ret_realm, int64_t *ret_version);

/* Changes the realm in place (not its name, nor whether e-mails may be shared) and adds the admin
 * event. False: answered, nothing is written. May be called again from the start. */
typedef bool realm_row_changer(struct admin_call *call, void *context, struct realm_rep *realm,
			       struct effects *effects);
/* True: committed, the handler answers. False: answered. */
bool realm_row_change(struct admin_call *call, realm_row_changer *change, void *context);

/* A list in the row without its item `index`. */
void realm_row_drop(void *items, size_t *n, size_t size, size_t index);

/* The row's own representation, secrets and all: what entity tags are made of. */
struct str realm_row_stored(struct admin_call *call, const struct realm_rep *realm);

/* A member that the realm keeps and does not use itself; NULL: there is none. */
struct json_node *realm_row_kept(struct admin_call *call, const struct realm_rep *realm, const char *name);
/* Puts it, or takes it away when `value` is NULL. */
void realm_row_keep(struct admin_call *call, struct realm_rep *realm, const char *name, struct json_node *value);

/* The call's body as an object of that shape, read over what *ret_object holds. False: answered. */
bool realm_row_body(struct admin_call *call, const struct json_shape *shape, void *ret_object);

#endif
