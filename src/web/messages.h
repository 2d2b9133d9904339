/* What pages say, by key and language: the files of messages/, compiled in. */
#ifndef WEB_MESSAGES_H
#define WEB_MESSAGES_H

#include "base/arena.h"

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
/* The same as plain text, which is to be escaped where it is shown. */
struct str messages_plain(const struct messages *messages, struct str key);

struct messages_entry {
	struct str key, text; /* plain text, with insertions as ours have them */
	bool own;             /* of messages_with */
};
/* Every text of a language, and of English what it has not, each key once. Their number. */
size_t messages_list(const struct messages *messages, struct arena *arena, struct messages_entry **ret_entries);

/* A text in somebody's own words. */
struct messages_own {
	struct str key, text;
};
/* A language whose own texts stand above those of `base`, which may be such a one itself. They are
 * plain text, escaped on pages; {0}, {1} ... are the insertions of our text, in its order, and a
 * doubled apostrophe is one, as in Java's MessageFormat. Sorts `own`. All live in the arena. */
const struct messages *messages_with(struct arena *arena, struct str tag, const struct messages *base,
				     struct messages_own *own, size_t n);
/* A text of messages_with, plain, whether the key is one of ours or not; empty: there is none. */
struct str messages_own_text(const struct messages *messages, struct str key);

#endif
