/* LOGOUT_ERROR; see trouble.h. */
#include "outbox/trouble.h"

#include "base/log.h"

static bool is_worth_it(const struct flight *flight)
{
	bool untrusted = flight->end == FLIGHT_TRIED && flight->outcome == CLIENT_TLS_UNTRUSTED;
	return flight->update.state == DELIVERY_GAVE_UP ||
		(untrusted && flight->update.state == DELIVERY_WAITING && flight->delivery.attempts == 0);
}

static struct str realm_name(const struct outbox_config *config, struct arena *arena, struct str realm_id)
{
	const struct realm *realm;
	struct str name = STR("");
	if (snapshots_get_by_id(config->snapshots, realm_id, &realm, NULL) != OK)
		return name;
	name = arena_str(arena, realm->settings.name);
	snapshots_put(config->snapshots, realm);
	return name;
}

struct event *trouble_event(const struct outbox_config *config, struct arena *arena,
			    const struct delivery *delivery, const struct effect_delivery_update *update)
{
	const struct event_detail details[] = {
		{ STR_INIT("reason"), update->reason },
		{ STR_INIT("signout_id"), delivery->signout_id },
		{ STR_INIT("delivery_state"), str_from(delivery_state_name(update->state)) },
		{ STR_INIT("attempts"), arena_format(arena, "%lld", (long long)update->attempts) },
	};
	struct event *event = arena_alloc(arena, sizeof *event);
	*event = (struct event){
		.time_ms = update->now_ms,
		.type = STR("LOGOUT_ERROR"),
		.realm_id = delivery->realm_id,
		.realm_name = realm_name(config, arena, delivery->realm_id),
		.client_id = delivery->client_name,
		.user_id = delivery->user_id,
		.session_id = delivery->session_id,
		.error = STR("logout_failed"),
		.details_n = sizeof details / sizeof details[0],
	};
	event->details = arena_array(arena, event->details_n, sizeof *event->details);
	for (size_t i = 0; i < event->details_n; i++)
		event->details[i] = details[i];
	log_write(LOG_WARN, "events", "%.*s", STR_ARG(event_line(arena, event)));
	if (config->count_event)
		config->count_event(config->context, event->realm_name, event->type, event->error);
	return event;
}

struct event *trouble_of(const struct outbox_config *config, struct flight *flight)
{
	return is_worth_it(flight) ? trouble_event(config, flight->arena, &flight->delivery, &flight->update) : NULL;
}
