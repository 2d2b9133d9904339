/* What compile.py makes of templates/, messages/ and static/; private to web/. */
#ifndef WEB_COMPILED_H
#define WEB_COMPILED_H

#include "web/pages.h"

struct compiled_template {
	const char *name;
	struct str body;
};
extern const struct compiled_template compiled_templates[];
extern const size_t compiled_templates_n;
extern const struct pages_file compiled_files[];
extern const size_t compiled_files_n;

/* Sorted by key. */
struct compiled_message {
	const char *key;
	struct str text;
	struct str plain; /* of a realm's own: what `text` was made of */
};
struct messages {
	const char *tag;
	const struct compiled_message *messages;
	size_t n;
	const struct messages *base; /* of a realm's own: what holds the other keys */
};
extern const struct messages compiled_languages[];
extern const size_t compiled_languages_n;

#endif
