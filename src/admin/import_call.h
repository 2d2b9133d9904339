/* One import or plan through the unix socket, whose body is the realm. Private to admin/. */
#ifndef ADMIN_IMPORT_CALL_H
#define ADMIN_IMPORT_CALL_H

#include "admin/call.h"
#include "admin/import.h"
#include "admin/progress.h"

struct import_call {
	struct store_import_source source;
	struct store_import_options options;
	struct progress *job; /* to be ended */
};

void import_begin(struct admin_call *call, struct import_call *ret_import);
/* The realm becomes the one that the call concerns. */
MUST_USE enum error_code import_visit(struct admin_call *call, struct str name, struct why *reterr_why);
/* What became of a new realm, as JSON. */
void import_answer(struct admin_call *call, const struct store_import_summary *summary);
/* Into the realm that is there, or as a new one; answers. */
void import_merge(struct admin_call *call, struct import_call *import);

#endif
