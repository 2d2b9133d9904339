/* Whoever has protocol mappers: a client, or a client scope. One way to read and to change them.
 * Private to admin/. */
#ifndef ADMIN_MAPPER_HOLDER_H
#define ADMIN_MAPPER_HOLDER_H

#include "admin/call.h"

struct mapper_list {
	struct mapper *items;
	size_t n;
};

/* Those of the route's {client} or {scope}; false: answered. */
bool mapper_holder_list(struct admin_call *call, struct mapper_list *ret_list);

struct mapper_change {
	/* Changes the list, a copy, in place. False: answered, nothing is written. May be called again. */
	bool (*edit)(struct admin_call *call, void *context, struct mapper_list *list);
	void *context;
	const char *operation; /* of the admin event: "CREATE" ... */
	const char *tail;      /* of its path, after "protocol-mappers/" */
	const struct str *id;  /* the mapper's, after the tail; NULL: none */
};
/* Through the holder's own way; true: committed. */
bool mapper_holder_change(struct admin_call *call, const struct mapper_change *change);
/* "clients/{id}/protocol-mappers/" or "client-scopes/{id}/protocol-mappers/". */
struct str mapper_holder_path(struct admin_call *call);

#endif
