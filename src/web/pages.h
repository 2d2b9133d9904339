/* Our pages and the files that they load, all compiled in. A page is its template inside
 * layout.html. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/template.h"

/* What surrounds a page. */
struct pages_frame {
	const struct messages *messages; /* the page's language */
	struct str realm;                /* the name that stands above the page; may be empty */
	struct str resources;            /* URL path of the static files: "/resources", "/auth/resources" */
};

/* Renders templates/<name>.html inside the layout. The name must exist. */
struct str pages_render(struct arena *arena, const char *name, const struct pages_frame *frame,
			const struct template_value *values, size_t n);

/* Renders templates/<name>.html alone, for what applications put into a hidden frame. */
struct str pages_bare(struct arena *arena, const char *name, const struct template_value *values, size_t n);

struct pages_file {
	const char *name, *content_type;
	struct str body;
};
/* A static file by name ("curfew.css"); NULL when there is none. */
const struct pages_file *pages_file(struct str name);

#endif
