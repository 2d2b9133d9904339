/* Events of an endpoint; see events.h. */
#include "app/events.h"

#include "base/log.h"
#include "base/text.h"
#include "store/apply.h"

enum { DETAIL_LIMIT = 1024 }; /* bytes: anybody can cause events of errors */

struct event event_new(const struct visit *visit, const char *type)
{
	return (struct event){
		.time_ms = visit->now_ms,
		.type = str_from(type),
		.realm_id = visit->realm->settings.id,
		.realm_name = visit->realm->settings.name,
		.ip_address = visit->request->client,
	};
}

void event_detail(const struct visit *visit, struct event *event, const char *name, struct str value)
{
	if (!value.n)
		return;
	if (value.n > DETAIL_LIMIT) {
		struct text cut = text_new(visit->arena, DETAIL_LIMIT);
		text_add_clean(&cut, value, DETAIL_LIMIT);
		value = text_str(&cut);
	}
	struct event_detail *detail =
		arena_push(visit->arena, &event->details, &event->details_n, sizeof *event->details);
	*detail = (struct event_detail){ str_from(name), value };
}

bool event_is_stored(const struct realm *realm, struct str type)
{
	if (str_eq_z(type, "LOGIN") || str_eq_z(type, "LOGOUT") || str_ends(type, STR("_ERROR")))
		return true;
	if (!realm->settings.events_enabled)
		return false;
	const struct str_list *types = &realm->settings.enabled_event_types;
	return types->n == 0 || str_list_has(types, type);
}

void event_add(const struct visit *visit, const struct event *event, struct effects *effects)
{
	if (event_is_stored(visit->realm, event->type))
		effects_add(effects, EFFECT_EVENT)->u.event = *event;
}

void event_log(const struct visit *visit, const struct event *event)
{
	enum log_level level = event->error.n ? LOG_WARN : LOG_DEBUG;
	if (log_is_written(level))
		log_write(level, "events", "%.*s", STR_ARG(event_line(visit->arena, event)));
	visit->app->count_event(visit->app->count_context, event->realm_name, event->type, event->error);
}

/* A copy in an arena of its own, since the request's ends before the writer comes to it. */
static void store_later(const struct visit *visit, const struct event *event)
{
	struct arena *arena = arena_new(2048);
	struct effects *effects = arena_alloc(arena, sizeof *effects);
	*effects = effects_new(arena);
	struct event *copy = &effects_add(effects, EFFECT_EVENT)->u.event;
	*copy = *event;
	struct str *texts[] = { &copy->id, &copy->type, &copy->realm_id, &copy->realm_name, &copy->client_id,
		&copy->user_id, &copy->session_id, &copy->ip_address, &copy->error };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i] = arena_str(arena, *texts[i]);
	copy->details = arena_array(arena, event->details_n, sizeof *copy->details);
	for (size_t i = 0; i < event->details_n; i++)
		copy->details[i] = (struct event_detail){ arena_str(arena, event->details[i].name),
			arena_str(arena, event->details[i].value) };
	writer_apply_later(visit->app->writer, arena, store_work_later(effects));
}

void event_emit(const struct visit *visit, const struct event *event)
{
	event_log(visit, event);
	if (event_is_stored(visit->realm, event->type))
		store_later(visit, event);
}

void event_emit_error(const struct visit *visit, struct event *event, struct str error, struct str reason)
{
	event->error = error;
	if (reason.n) {
		/* Keycloak's lines have the reason first. */
		struct event with = *event;
		with.details = NULL;
		with.details_n = 0;
		event_detail(visit, &with, "reason", reason);
		for (size_t i = 0; i < event->details_n; i++)
			event_detail(visit, &with, arena_z(visit->arena, event->details[i].name),
				     event->details[i].value);
		*event = with;
	}
	event_emit(visit, event);
}
