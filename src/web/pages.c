/* Our pages; see pages.h. */
#include "web/pages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/tables.h"
#include "web/compiled.h"

static struct str template_of(const char *name)
{
	for (size_t i = 0; i < compiled_templates_n; i++)
		if (str_eq_z(str_from(name), compiled_templates[i].name))
			return compiled_templates[i].body;
	fprintf(stderr, "curfew: no template %s\n", name);
	abort();
}

struct str pages_render(struct arena *arena, const char *name, struct str title, struct str realm,
			struct str resources, const struct template_value *values, size_t n)
{
	struct template_scope scope = { values, n };
	const struct template_value outer[] = {
		{ .name = "title", .text = title },
		{ .name = "realm", .text = realm },
		{ .name = "resources", .text = resources },
		{ .name = "body", .text = template_render(arena, template_of(name), &scope) },
	};
	struct template_scope outer_scope = { outer, ARRAY_LENGTH(outer) };
	return template_render(arena, template_of("layout"), &outer_scope);
}

const struct pages_file *pages_file(struct str name)
{
	for (size_t i = 0; i < compiled_files_n; i++)
		if (str_eq_z(name, compiled_files[i].name))
			return &compiled_files[i];
	return NULL;
}
