/* What is sent: members that were typed (-s KEY=VALUE) over those of a file (-f). */
#ifndef CLI_SETTING_H
#define CLI_SETTING_H

#include "cli/resource.h"

/* Applies one KEY=VALUE, KEY+=VALUE (adds to a list) or KEY= (clears it). A value that begins with
 * [, { or " is JSON. Others are texts in `attributes` and `config` (in lists where the resource
 * has those), where a text stands, and in the member that is the name; elsewhere true, false, null
 * and integers are what they look like. USAGE. Pure. */
MUST_USE enum error_code setting_apply(struct arena *arena, const struct resource *resource,
	struct json_node *object, struct str typed, struct why *reterr_why);

/* Members of `from` into `object`: objects are merged, all else is replaced. Pure. */
void setting_merge(struct json_node *object, const struct json_node *from);

/* --file, then each --set, into the object. USAGE, FILE_FAILED, BAD_JSON. */
MUST_USE enum error_code settings_apply(struct cli_call *call, const struct resource *resource,
	struct json_node *object, struct why *reterr_why);

#endif
