/* A sign-out's receipt as text: who, when, how, and what became of each application's notice.
 * Pure; the JSON is the admin REST API's. */
#ifndef CLI_RECEIPT_H
#define CLI_RECEIPT_H

#include "json/tree.h"

/* "2 delivered, 1 waiting"; "none to tell" without notices; "40 of 1000 sessions" before it for
 * the order of a whole realm or user. */
struct str receipt_states(struct arena *arena, const struct json_node *signout);
/* Several lines. A notice that still waits is shown with the time until its next attempt. */
struct str receipt_text(struct arena *arena, const struct json_node *signout, int64_t now_ms);

/* One line that says whether everybody was told, "everybody was told" or "2 of 3 were told;
 * django-blog: waiting, HTTP 500". */
struct str receipt_verdict(struct arena *arena, const struct json_node *signout);

#endif
