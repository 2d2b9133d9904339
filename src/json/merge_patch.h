/* JSON merge patches (RFC 7396): for PATCH of the admin API. */
#ifndef JSON_MERGE_PATCH_H
#define JSON_MERGE_PATCH_H

#include "base/arena.h"
#include "base/errors.h"

enum { JSON_PATCH_MEMBERS_MAX = 4096 }; /* of one object of a patch */

/* The object `target`, a JSON text, with `patch` on it: members of the patch replace, objects go
 * member by member, null removes. The result is compact, in `arena`, its members in the target's
 * order, new ones behind. To be read like a PUT's body, onto defaults, since what it does not name
 * was removed.
 * ERROR_BAD_JSON and INVALID_VALUE of the patch as in json_tree_read; INVALID_VALUE when it is no
 * object: it would replace the whole, which none of our resources can. */
MUST_USE enum error_code json_merge_patch(struct arena *arena, struct str target, struct str patch,
					  struct str *ret_json, struct why *reterr_why);

#endif
