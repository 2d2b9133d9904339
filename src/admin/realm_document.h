/* What a realm keeps in its own row: authentication flows, required actions, identity providers.
 * Read, and changed at its version, again when somebody was quicker. Private to admin/. */
#ifndef ADMIN_REALM_DOCUMENT_H
#define ADMIN_REALM_DOCUMENT_H

#include "admin/call.h"

/* Without default_role and default scopes, which have rows of their own. Flows, executions and
 * their settings have ids. False: answered. */
bool realm_document_load(struct admin_call *call, struct realm_rep *ret_rep, int64_t *ret_version);

/* Changes *rep, a copy, in place; adds admin events. False: answered, nothing is written. May be called
 * again, with a newer one. */
typedef bool realm_document_changer(struct admin_call *call, void *context, struct realm_rep *rep,
				    struct effects *effects);
/* True: committed, and the handler answers. False: answered. */
bool realm_document_change(struct admin_call *call, realm_document_changer *change, void *context);

/* A list in a document without its item `index`. */
void realm_document_drop(void *items, size_t *n, size_t size, size_t index);

#endif
