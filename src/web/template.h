/* Templates of our pages: text with insertions, compiled into the binary.
 *
 *     {{name}}               the value, escaped for HTML text and quoted attributes
 *     {{@name}}              an address for href, src or action, escaped; nothing when it is no
 *                            URL or path, or its scheme would run code in our page
 *     {{%key}}               the message of this key (messages.h), itself rendered as a template
 *     {{&name}}              the value as it is: only for HTML that was rendered by us
 *     {{#name}}...{{/name}}  only when the value is not empty; for a list: once an item
 *     {{^name}}...{{/name}}  only when the value is empty or absent
 *
 * Plain insertion escapes, so that forgetting something is safe. Inside a list's section
 * the item's values come first, then the page's. Sections are closed in the order in which
 * they were opened, at most 8 deep. */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include "base/arena.h"
#include "web/messages.h"

struct template_value {
	const char *name;
	struct str text;
	/* Instead of text: the key of a message, for what the page says in its language. */
	const char *message;
	/* For a list: its items, each a scope of its own; text is ignored then. */
	const struct template_scope *items;
	size_t items_n;
};

struct template_scope {
	const struct template_value *values;
	size_t n;
};

/* The page, its messages in this language. A template that is not well-formed aborts: it is
 * our own mistake, and a unit test renders each. */
struct str template_render(struct arena *arena, struct str template, const struct messages *messages,
			   const struct template_scope *scope);

#endif
