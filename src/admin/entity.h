/* Things that are read, changed and deleted at one address: entity tags, If-Match and merge patches
 * (RFC 7396) beside what their own handlers do. Realms and clients do it themselves. Private to admin/. */
#ifndef ADMIN_ENTITY_H
#define ADMIN_ENTITY_H

#include "admin/call.h"

/* What a route's `extra` points to: who reads the thing at the same address. */
struct admin_entity {
	http_handler *get;
};
#define ENTITY(get) (&(const struct admin_entity){ get })

/* When the call is open: whether it may go on. If-Match that names another state: 412. A patch becomes
 * the body of a PUT, where a member that null removes is empty, as PUT takes it away. False: answered. */
bool entity_open(struct admin_call *call, void *context);
/* In each round of a change, once it has loaded what its transaction is bound to: whether the thing still is
 * what If-Match named, or what the patch was laid over. `realm_version` is of the realm's row as the round has
 * read it: nothing older is looked at. Asks nothing for other calls. False: answered, 412, or 409 for a patch
 * without If-Match. */
bool entity_stands(struct admin_call *call, int64_t realm_version);
/* When it is answered: a reading without a query gets its tag; the request is what it was. */
void entity_close(struct admin_call *call);

#endif
