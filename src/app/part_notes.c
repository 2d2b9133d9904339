/* Notes of a client's part; see part_notes.h. */
#include "app/part_notes.h"

#include "json/read.h"
#include "json/write.h"

static const struct json_field fields[] = {
	JSON_TEXT(struct part_notes, acr, "acr", 0),
	JSON_TEXT(struct part_notes, claims, "claims", 0),
};
static const struct json_shape shape = JSON_SHAPE(struct part_notes, fields);

struct str part_notes_text(struct arena *arena, const struct part_notes *notes)
{
	return json_text_of(arena, &shape, notes);
}

struct part_notes part_notes_read(struct arena *arena, const struct client_session *part)
{
	static const struct json_read_options lenient = { .unknown = JSON_UNKNOWN_IGNORED };
	struct part_notes notes = { .acr = STR("1") };
	if (part && part->notes.n && json_read(arena, part->notes, &shape, &lenient, &notes, NULL) != OK)
		return (struct part_notes){ .acr = STR("1") };
	return notes;
}
