/* Server to server; see back_channel.h. */
#include "saml/back_channel.h"

#include "base/text.h"

enum { STATUS_MAX = 200 };

static struct str form_of(struct arena *arena, const struct saml_outgoing *message)
{
	struct text text = text_new(arena, 0);
	text_add(&text, message->field);
	text_add_char(&text, '=');
	text_add_percent(&text, message->value);
	text_add_z(&text, "&BACK_CHANNEL_LOGOUT=BACK_CHANNEL_LOGOUT");
	return text_str(&text);
}

struct back_channel_post back_channel_post(struct arena *arena, const struct saml_outgoing *message)
{
	if (message->binding == SAML_BINDING_SOAP)
		return (struct back_channel_post){ STR("text/xml; charset=utf-8"),
			STR("http://www.oasis-open.org/committees/security"), message->value };
	return (struct back_channel_post){ STR("application/x-www-form-urlencoded"), STR(""),
		form_of(arena, message) };
}

static struct str last_part(struct str uri)
{
	size_t colon = str_last_index(uri, ':');
	return colon < uri.n ? str_drop(uri, colon + 1) : uri;
}

static void add_part(struct text *text, const char *before, struct str part)
{
	if (!part.n)
		return;
	text_add_z(text, before);
	text_add_clean(text, part, STATUS_MAX);
}

struct str back_channel_status(struct arena *arena, const struct logout_response *response)
{
	struct text text = text_new(arena, 0);
	add_part(&text, "", last_part(response->status));
	add_part(&text, ", ", last_part(response->inner_status));
	add_part(&text, ": ", response->text);
	return text_str(&text);
}
