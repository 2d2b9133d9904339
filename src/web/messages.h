/* What pages say, by key and language: the files of messages/, compiled in. */
#ifndef WEB_MESSAGES_H
#define WEB_MESSAGES_H

#include "base/str.h"

struct messages;

/* English, in which every key exists. */
const struct messages *messages_default(void);
/* The language of a tag of BCP 47 ("de", "de-AT", any case); NULL when we do not speak it. */
const struct messages *messages_of(struct str tag);
/* Its tag ("de"); static storage. */
struct str messages_tag(const struct messages *messages);
/* The text of a key, which may hold insertions (template.h). A key that no language has
 * aborts: it is our own mistake, and a unit test looks for it. */
struct str messages_text(const struct messages *messages, struct str key);

#endif
