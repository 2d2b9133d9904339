/* GET and PUT /admin/realms/{realm}/events/config. */
#include "admin/event_types.h"
#include "admin/handlers_events.h"
#include "admin/realm_row.h"
#include "admin/serve.h"
#include "base/tables.h"

#define LISTENERS "eventsListeners"

/* As Keycloak has it: what stands without a default is false or 0 when it is not sent. */
struct events_config {
	bool enabled;
	struct json_optional_int expiration;
	struct str_list listeners, types;
	struct json_optional_bool admin_enabled, admin_details;
	struct json_sent sent;
};

static const struct json_field config_fields[] = {
	JSON_BOOL(struct events_config, enabled, "eventsEnabled", 0),
	JSON_OPTIONAL_INT(struct events_config, expiration, "eventsExpiration", 0),
	JSON_TEXTS(struct events_config, listeners.items, listeners.n, LISTENERS, JSON_ALWAYS),
	JSON_TEXTS(struct events_config, types.items, types.n, "enabledEventTypes", JSON_ALWAYS),
	JSON_OPTIONAL_BOOL(struct events_config, admin_enabled, "adminEventsEnabled", 0),
	JSON_OPTIONAL_BOOL(struct events_config, admin_details, "adminEventsDetailsEnabled", 0),
};
static const struct json_shape config_shape = JSON_SHAPE(struct events_config, config_fields,
	.sent = JSON_AT(struct events_config, sent, struct json_sent));

static struct str_list listeners_of(struct admin_call *call, const struct realm_rep *realm)
{
	static struct str log = STR_INIT("jboss-logging");
	const struct json_node *kept = realm_row_kept(call, realm, LISTENERS);
	struct str_list list = { &log, 1 };
	if (!kept || kept->kind != JSON_NODE_LIST)
		return list;
	list = (struct str_list){ arena_array(call->arena, kept->n, sizeof *list.items), 0 };
	for (size_t i = 0; i < kept->n; i++)
		if (kept->items[i]->kind == JSON_NODE_TEXT)
			list.items[list.n++] = kept->items[i]->text;
	return list;
}

static void events_config_get(struct admin_call *call)
{
	struct realm_rep realm;
	int64_t version;
	if (realm_row_find(call, &realm, &version)) {
		const struct realm_settings *settings = &realm.settings;
		struct events_config config = { .enabled = settings->events_enabled,
			.expiration = { settings->events_expiration_s > 0, settings->events_expiration_s },
			.listeners = listeners_of(call, &realm), .types = settings->enabled_event_types,
			.admin_enabled = { true, settings->admin_events_enabled },
			.admin_details = { true, settings->admin_events_details_enabled } };
		if (!config.types.n)
			config.types = (struct str_list){ (struct str *)(uintptr_t)event_types, event_types_n };
		admin_json(call, json_text_of(call->arena, &config_shape, &config));
	}
}

ADMIN_HANDLER(admin_events_config_get, events_config_get)

/* Every event is written to the log: that one is always there, and `email` may be asked for. */
static bool listeners_are_known(struct admin_call *call, const struct str_list *listeners)
{
	static const char *const known[] = { "jboss-logging", "email" };
	for (size_t i = 0; i < listeners->n; i++) {
		bool found = false;
		for (size_t j = 0; j < ARRAY_LENGTH(known); j++)
			found = found || str_eq_z(listeners->items[i], known[j]);
		if (found)
			continue;
		http_respond_error(call->response, 400, STR("Unknown event listener"), STR(""));
		return false;
	}
	return true;
}

static bool change(struct admin_call *call, void *context, struct realm_rep *realm, struct effects *effects)
{
	const struct events_config *config = context;
	struct realm_settings *settings = &realm->settings;
	settings->events_enabled = config->enabled;
	settings->events_expiration_s = config->expiration.set ? config->expiration.value : 0;
	if (settings->events_expiration_s < 0)
		settings->events_expiration_s = 0;
	if (JSON_SENT(&config_shape, config, listeners.items))
		realm_row_keep(call, realm, LISTENERS,
			       json_node_texts(call->arena, config->listeners.items, config->listeners.n));
	if (JSON_SENT(&config_shape, config, types.items))
		settings->enabled_event_types = config->types;
	if (config->admin_enabled.set)
		settings->admin_events_enabled = config->admin_enabled.value;
	if (config->admin_details.set)
		settings->admin_events_details_enabled = config->admin_details.value;
	/* Told by what it is from now on: whoever turns them on is the first in the list. */
	struct realm after = *call->realm;
	struct admin_call told = *call;
	after.settings = *settings;
	told.realm = &after;
	admin_event_add(&told, effects, "UPDATE", "REALM", STR("events/config"));
	return true;
}

static void events_config_put(struct admin_call *call)
{
	struct events_config config = { 0 };
	if (realm_row_body(call, &config_shape, &config) &&
	    listeners_are_known(call, &config.listeners) && realm_row_change(call, change, &config))
		admin_no_content(call);
}

ADMIN_HANDLER(admin_events_config_put, events_config_put)
