/* What a client's part in a session remembers of its last sign-in by OpenID Connect
 * (client_session.notes): refreshed tokens and userinfo say it again. */
#ifndef APP_PART_NOTES_H
#define APP_PART_NOTES_H

#include "base/arena.h"
#include "model/session.h"

struct part_notes {
	struct str acr;    /* "1", or "0" after sign-on by cookie */
	struct str claims; /* the parameter `claims`, JSON; empty: none */
};

/* As JSON, for the row. */
struct str part_notes_text(struct arena *arena, const struct part_notes *notes);
/* What the part says; a sign-in without a browser (or `part` NULL) was one with a password. */
struct part_notes part_notes_read(struct arena *arena, const struct client_session *part);

#endif
