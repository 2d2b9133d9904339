/* What is wrong, field by field; see complaints.h. */
#include "app/complaints.h"

#include "json/write.h"

struct complaints complaints_new(struct arena *arena)
{
	return (struct complaints){ .arena = arena, .entries = text_new(arena, 0) };
}

void complaints_add(struct complaints *complaints, struct str field, const char *message, struct str label,
		    struct str more)
{
	struct text params = text_new(complaints->arena, 0);
	text_add_z(&params, "[");
	json_add_text(&params, label);
	text_add(&params, more);
	text_add_z(&params, "]");
	if (complaints->n++)
		text_add_char(&complaints->entries, ',');
	struct json_writer w = json_writer_new(&complaints->entries, false);
	json_write_object_begin(&w);
	json_member_text(&w, "field", field);
	json_member_text(&w, "errorMessage", str_from(message));
	json_member_raw(&w, "params", text_str(&params));
	json_write_object_end(&w);
}
