/* One call of the admin API made by another: a part of what a caller asked for, by the handler and
 * with the permission of the part's own route. Private to admin/. */
#ifndef ADMIN_INNER_CALL_H
#define ADMIN_INNER_CALL_H

#include "admin/call.h"

struct inner_call {
	const struct http_route *route; /* its pattern names the values, the realm first */
	struct str values[2];           /* those behind the realm */
	struct str body;                /* JSON */
};

/* Makes the call; `context` is the handlers'. False: it was refused, and the outer call is answered
 * with its answer. *ret_id is the last piece of its Location; empty: none. */
bool inner_call_make(struct admin_call *call, void *context, const struct inner_call *inner, struct str *ret_id);

#endif
