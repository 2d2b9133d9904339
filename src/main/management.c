/* Health and metrics; see management.h. */
#include "main/management.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/tables.h"
#include "main/sampler.h"
#include "metrics/metrics.h"
#include "outbox/outbox.h"
#include "signout/doors.h"
#include "store/apply.h"

enum { EVENT_SERIES = 2000 };

/* The names and help texts of metrics.def. */
#define M(id, name, help) METRIC_##id,
enum metric {
#include "metrics/metrics.def"
	METRIC_COUNT
};
#undef M
#define M(id, name, help) [METRIC_##id] = name,
static const char *const metric_names[METRIC_COUNT] = {
#include "metrics/metrics.def"
};
#undef M
#define M(id, name, help) [METRIC_##id] = help,
static const char *const metric_helps[METRIC_COUNT] = {
#include "metrics/metrics.def"
};
#undef M
#define METRIC(id) metric_names[METRIC_##id], metric_helps[METRIC_##id]

struct management {
	struct store *store;
	struct metrics *metrics;
	struct sampler *sampler;
	const char *states[DELIVERY_STATES], *doors[DOOR_COUNT], *channels[CHANNELS];
	struct metrics_dynamic *events;
	struct metrics_counter *attempts, *signouts;
	struct metrics_histogram *latency, *requests;
	_Atomic bool ready;
	_Atomic(struct http_server *) listeners;
	_Atomic(struct workers *) workers, gate;
	_Atomic(struct writer *) writer;
	_Atomic(struct outbox *) outbox;
};

static const char *const class_names[] = { "none", "1xx", "2xx", "3xx", "4xx", "5xx" };
static const struct metrics_label class_label = { "class", class_names, ARRAY_LENGTH(class_names) };
static const char *const pool_names[] = { "worker", "gate" };
static const struct metrics_label pool_label = { "pool", pool_names, ARRAY_LENGTH(pool_names) };

static double read_requests(void *context, size_t index)
{
	struct management *m = context;
	struct http_server *listeners = atomic_load(&m->listeners);
	struct http_counters counters;
	if (!listeners)
		return NAN;
	http_server_counters(listeners, &counters);
	return (double)counters.requests[index];
}

static double read_waiting(void *context, size_t index)
{
	struct management *m = context;
	struct workers *pool = index ? atomic_load(&m->gate) : atomic_load(&m->workers);
	struct workers_usage usage;
	if (!pool)
		return NAN;
	workers_usage(pool, &usage);
	return usage.waiting;
}

static double read_commits(void *context, size_t index)
{
	(void)index;
	struct management *m = context;
	struct writer *writer = atomic_load(&m->writer);
	struct writer_stats stats;
	if (!writer)
		return NAN;
	writer_stats(writer, &stats);
	return (double)stats.commits;
}

static double read_state(void *context, size_t index)
{
	struct management *m = context;
	struct delivery_counts counts;
	return sampler_ask(m->sampler, &counts) ? (double)counts.by_state[index] : NAN;
}

static double read_oldest(void *context, size_t index)
{
	(void)index;
	struct management *m = context;
	struct delivery_counts counts;
	if (!sampler_ask(m->sampler, &counts))
		return NAN;
	int64_t age_ms = counts.oldest_owed_ms ? clock_wall_ms() - counts.oldest_owed_ms : 0;
	return age_ms > 0 ? (double)age_ms / 1000 : 0;
}

static double read_under_way(void *context, size_t index)
{
	(void)index;
	struct management *m = context;
	struct outbox *outbox = atomic_load(&m->outbox);
	return outbox ? (double)outbox_stats(outbox).under_way : NAN;
}

static double read_breakers(void *context, size_t index)
{
	(void)index;
	struct management *m = context;
	struct outbox *outbox = atomic_load(&m->outbox);
	return outbox ? (double)outbox_stats(outbox).open_breakers : NAN;
}

static void add_signouts(struct management *m)
{
	static const double bounds[] = { 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86400 };
	for (size_t i = 0; i < DELIVERY_STATES; i++)
		m->states[i] = delivery_state_name((enum delivery_state)i);
	for (size_t i = 0; i < DOOR_COUNT; i++)
		m->doors[i] = door_row((enum door)i)->name;
	for (size_t i = 0; i < CHANNELS; i++)
		m->channels[i] = channel_name((enum channel)i);
	const struct metrics_label channel = { "channel", m->channels, CHANNELS };
	const struct metrics_label state = { "state", m->states, DELIVERY_STATES };
	const struct metrics_label door = { "door", m->doors, DOOR_COUNT };
	m->signouts = metrics_add_counter(m->metrics, METRIC(SIGNOUTS), &door, NULL);
	metrics_add_gauge(m->metrics, METRIC(DELIVERIES), &state, read_state, m);
	metrics_add_gauge(m->metrics, METRIC(OLDEST), NULL, read_oldest, m);
	metrics_add_gauge(m->metrics, METRIC(UNDER_WAY), NULL, read_under_way, m);
	metrics_add_gauge(m->metrics, METRIC(BREAKERS), NULL, read_breakers, m);
	m->attempts = metrics_add_counter(m->metrics, METRIC(ATTEMPTS), &state, &channel);
	m->latency = metrics_add_histogram(m->metrics, METRIC(LATENCY), NULL, bounds, ARRAY_LENGTH(bounds));
}

struct management *management_new(struct store *store)
{
	static const char *const event_labels[] = { "realm", "event", "error" };
	static const double bounds[] = { 0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 60 };
	struct management *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->store = store;
	m->sampler = sampler_new(store);
	m->metrics = metrics_new();
	add_signouts(m);
	m->events = metrics_add_dynamic(m->metrics, METRIC(EVENTS), event_labels, ARRAY_LENGTH(event_labels), EVENT_SERIES);
	m->requests = metrics_add_histogram(m->metrics, METRIC(REQUEST_TIME), NULL, bounds, ARRAY_LENGTH(bounds));
	metrics_add_counter_read(m->metrics, METRIC(REQUESTS), &class_label, read_requests, m);
	metrics_add_gauge(m->metrics, METRIC(WAITING), &pool_label, read_waiting, m);
	metrics_add_counter_read(m->metrics, METRIC(COMMITS), NULL, read_commits, m);
	return m;
}

void management_free(struct management *m)
{
	if (!m)
		return;
	sampler_free(m->sampler);
	metrics_free(m->metrics);
	free(m);
}

void management_ready(struct management *m, struct http_server *listeners, struct workers *workers,
		      struct workers *gate, struct writer *writer, struct outbox *outbox)
{
	atomic_store(&m->listeners, listeners);
	atomic_store(&m->workers, workers);
	atomic_store(&m->gate, gate);
	atomic_store(&m->writer, writer);
	atomic_store(&m->outbox, outbox);
	atomic_store(&m->ready, true);
}

void management_stopping(struct management *m)
{
	atomic_store(&m->ready, false);
}

void management_observe_request(struct management *m, int status, int64_t took_us)
{
	(void)status;
	metrics_observe(m->requests, 0, took_us);
}

void management_observe_delivery(void *context, const struct delivery *delivery, enum delivery_state state,
				 int64_t latency_ms)
{
	struct management *m = context;
	metrics_count(m->attempts, state, delivery->channel, 1);
	if (state == DELIVERY_DELIVERED)
		metrics_observe(m->latency, 0, latency_ms * 1000);
}

void management_count_work(struct management *m, const struct store_work *work)
{
	enum door door;
	for (size_t i = 0; work->kind == STORE_WORK_EFFECTS && i < work->u.effects->n; i++) {
		const struct effect *effect = &work->u.effects->items[i];
		if (effect->kind == EFFECT_SIGNOUT_CREATE && door_of(effect->u.signout.door, &door))
			metrics_count(m->signouts, door, 0, 1);
	}
}

void management_count_event(void *context, struct str realm, struct str type, struct str error)
{
	struct management *m = context;
	const struct str values[] = { realm, type, error };
	metrics_count_dynamic(m->events, values, 1);
}

static void live(void *context, struct http_request *request, struct http_response *response)
{
	(void)context;
	(void)request;
	http_respond_json(response, 200, STR("{\"status\":\"UP\",\"checks\":[]}"));
}

/* Writing is tried only where it has failed before: then it has to work again. */
static bool can_write(struct writer *writer, struct why *why)
{
	if (!writer || !writer_is_failing(writer))
		return true;
	const struct store_work probe = { .kind = STORE_WORK_CALL, .u.call = { store_probe, NULL } };
	return writer_apply(writer, &probe, why) == OK;
}

static void ready(void *context, struct http_request *request, struct http_response *response)
{
	struct management *m = context;
	struct why why = { "the server is starting or stopping" };
	bool up = atomic_load(&m->ready) && store_ping(m->store, &why) == OK &&
		  can_write(atomic_load(&m->writer), &why);
	if (up) {
		http_respond_json(response, 200, STR("{\"status\":\"UP\",\"checks\":[{\"name\":\"store\",\"status\":\"UP\"}]}"));
		return;
	}
	(void)request;
	http_respond_json(response, 503, STR("{\"status\":\"DOWN\",\"checks\":[{\"name\":\"store\",\"status\":\"DOWN\"}]}"));
}

static void metrics(void *context, struct http_request *request, struct http_response *response)
{
	struct management *m = context;
	if (str_contains(http_header(request, "Accept"), STR("application/openmetrics-text")))
		http_respond_bytes(response, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
				   metrics_render_open(m->metrics, request->arena));
	else
		http_respond_bytes(response, 200, "text/plain; version=0.0.4; charset=utf-8",
				   metrics_render(m->metrics, request->arena));
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/health", ready, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, "/health/live", live, HTTP_INLINE, 0, 0, NULL, NULL },
	{ HTTP_GET, "/health/ready", ready, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, "/health/started", ready, HTTP_WORKER, 0, 0, NULL, NULL },
	{ HTTP_GET, "/metrics", metrics, HTTP_INLINE, 0, 0, NULL, NULL },
};

void management_add_routes(struct management *m, struct http_router *router)
{
	router_add(router, routes, ARRAY_LENGTH(routes), m);
}
