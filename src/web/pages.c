/* Our pages; see pages.h. */
#include "web/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct str pages_render(struct arena *arena, const char *name, const struct pages_frame *frame,
			const struct template_value *values, size_t n)
{
	struct template_value outer[] = {
		{ .name = "language", .text = messages_tag(frame->messages) },
		{ .name = "realm", .text = frame->realm },
		{ .name = "resources", .text = frame->resources },
		{ .name = "body" },
	};
	struct template_value *inner = arena_array(arena, n + ARRAY_LENGTH(outer), sizeof *inner);
	for (size_t i = 0; i < n; i++)
		inner[i] = values[i];
	memcpy(inner + n, outer, sizeof outer);
	const struct template_scope scope = { inner, n + ARRAY_LENGTH(outer) };
	outer[3].text = template_render(arena, template_of(name), frame->messages, &scope);
	const struct template_scope outer_scope = { outer, ARRAY_LENGTH(outer) };
	return template_render(arena, template_of("layout"), frame->messages, &outer_scope);
}

struct str pages_bare(struct arena *arena, const char *name, const struct template_value *values, size_t n)
{
	const struct template_scope scope = { values, n };
	return template_render(arena, template_of(name), messages_default(), &scope);
}

const struct pages_file *pages_file(struct str name)
{
	for (size_t i = 0; i < compiled_files_n; i++)
		if (str_eq_z(name, compiled_files[i].name))
			return &compiled_files[i];
	return NULL;
}
