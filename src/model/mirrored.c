/* Settings shown twice; see mirrored.h. */
#include "model/mirrored.h"

static void mirror(struct arena *arena, struct attributes *attributes, struct str name, int64_t value)
{
	if (!value)
		return;
	struct str text = arena_format(arena, "%lld", (long long)value);
	for (size_t i = 0; i < attributes->n; i++)
		if (str_eq(attributes->pairs[i].key, name))
			attributes->pairs[i].value = text;
	attributes_default(arena, attributes, name, text);
}

void mirrored_write(struct arena *arena, struct realm_settings *settings)
{
	struct attributes *attributes = &settings->attributes;
	mirror(arena, attributes, STR("oauth2DeviceCodeLifespan"), settings->device_code_lifespan_s);
	mirror(arena, attributes, STR("oauth2DevicePollingInterval"), settings->device_polling_interval_s);
}
