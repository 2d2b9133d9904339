/* Events in words; see event.h. */
#include "model/event.h"

#include "base/text.h"

static void add_field(struct text *text, struct str name, struct str value)
{
	if (text->n)
		text_add_z(text, ", ");
	text_add(text, name);
	text_add_z(text, "=\"");
	text_add_quoted(text, value);
	text_add_char(text, '"');
}

static struct str or_null(struct str value)
{
	return value.n ? value : STR("null");
}

struct str event_line(struct arena *arena, const struct event *event)
{
	struct text text = text_new(arena, 0);
	add_field(&text, STR("type"), event->type);
	add_field(&text, STR("realmId"), event->realm_id);
	add_field(&text, STR("realmName"), event->realm_name);
	add_field(&text, STR("clientId"), or_null(event->client_id));
	add_field(&text, STR("userId"), or_null(event->user_id));
	if (event->session_id.n)
		add_field(&text, STR("sessionId"), event->session_id);
	add_field(&text, STR("ipAddress"), event->ip_address);
	if (event->error.n)
		add_field(&text, STR("error"), event->error);
	for (size_t i = 0; i < event->details_n; i++)
		add_field(&text, event->details[i].name, event->details[i].value);
	return text_str(&text);
}
