/* Entity tags and If-Match (RFC 9110 sections 8.8.3 and 13.1.1): whoever read a thing changes it
 * only when it still is what they read. Private to admin/. */
#ifndef ADMIN_ETAG_H
#define ADMIN_ETAG_H

#include "admin/call.h"

/* Both take the thing's representation as it is stored, the same for every caller and call (no
 * `access`): the tag is a hash of it, so that a change of something else leaves it. */

/* Puts ETag on the answer. */
void etag_answer(struct admin_call *call, struct str representation);
/* Whether the request may go on: no If-Match, or one that names this representation, or "*".
 * False: answered, 412. To be asked in each round, of what the round has loaded. */
bool etag_fits(struct admin_call *call, struct str representation);

#endif
