/* Our pages and the files that they load, all compiled in. A page is its template inside
 * layout.html. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/template.h"

/* Renders templates/<name>.html inside the layout. `resources` is the URL path of the static
 * files ("/resources" or "/auth/resources"). `title` is of the window, `realm` the name that
 * stands above the page. The name must exist. */
struct str pages_render(struct arena *arena, const char *name, struct str title, struct str realm,
			struct str resources, const struct template_value *values, size_t n);

struct pages_file {
	const char *name, *content_type;
	struct str body;
};
/* A static file by name ("curfew.css"); NULL when there is none. */
const struct pages_file *pages_file(struct str name);

#endif
