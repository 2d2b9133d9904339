/* The registry, and the families whose labels are fixed; see metrics.h. */
#include "metrics/metrics.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/internal.h"

enum { US_PER_S = 1000000 };

/* ---- the registry ---- */

struct metrics *metrics_new(void)
{
	struct arena *arena = arena_new(0);
	struct metrics *metrics = arena_alloc(arena, sizeof *metrics);
	metrics->arena = arena;
	pthread_mutex_init(&metrics->lock, NULL);
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	metrics_free_dynamics(metrics);
	pthread_mutex_destroy(&metrics->lock);
	arena_free(metrics->arena);
}

_Noreturn void metrics_mistake(const char *name, const char *what)
{
	fprintf(stderr, "curfew: metric %s: %s\n", name, what);
	abort();
}

bool metrics_is_name(const char *name, bool colon)
{
	for (const char *p = name; *p; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';
		bool digit = *p >= '0' && *p <= '9' && p > name;
		if (!letter && !digit && !(colon && *p == ':'))
			return false;
	}
	return name[0] != 0;
}

void *metrics_allocate(struct metrics *metrics, size_t n)
{
	pthread_mutex_lock(&metrics->lock);
	void *p = arena_alloc(metrics->arena, n);
	pthread_mutex_unlock(&metrics->lock);
	return p;
}

void metrics_register(struct metrics *metrics, struct family *family)
{
	if (!metrics_is_name(family->name, true))
		metrics_mistake(family->name, "not a name");
	pthread_mutex_lock(&metrics->lock);
	for (const struct family *other = metrics->first; other; other = other->next)
		if (strcmp(other->name, family->name) == 0)
			metrics_mistake(family->name, "registered twice");
	if (metrics->last)
		metrics->last->next = family;
	else
		metrics->first = family;
	metrics->last = family;
	pthread_mutex_unlock(&metrics->lock);
}

/* In a label's value, only these three are escaped. */
static void add_value(struct text *text, struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		if (c == '\\' || c == '"')
			text_add_char(text, '\\');
		if (c == '\n')
			text_add_z(text, "\\n");
		else
			text_add_char(text, c);
	}
}

void metrics_add_series(struct text *text, const char *name, const char *suffix,
	const char *const *names, const struct str *values, size_t n)
{
	text_add_z(text, name);
	text_add_z(text, suffix);
	for (size_t i = 0; i < n; i++) {
		text_addf(text, "%c%s=\"", i ? ',' : '{', names[i]);
		add_value(text, values[i]);
		text_add_char(text, '"');
	}
	text_add_z(text, n ? "} " : " ");
}

static bool ends_in(const char *name, const char *suffix)
{
	return str_ends(str_from(name), str_from(suffix));
}

static void render_families(struct metrics *metrics, bool open, struct text *text)
{
	pthread_mutex_lock(&metrics->lock);
	struct family *family = metrics->first;
	pthread_mutex_unlock(&metrics->lock);
	while (family) {
		struct str name = str_from(family->name);
		if (open && ends_in(family->name, "_total"))
			name.n -= sizeof "_total" - 1;
		text_addf(text, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_ARG(name), family->help,
			STR_ARG(name), family->type);
		family->render(family, text);
		pthread_mutex_lock(&metrics->lock);
		family = family->next;
		pthread_mutex_unlock(&metrics->lock);
	}
}

struct str metrics_render(struct metrics *metrics, struct arena *arena)
{
	struct text text = text_new(arena, 0);
	render_families(metrics, false, &text);
	return text_str(&text);
}

struct str metrics_render_open(struct metrics *metrics, struct arena *arena)
{
	struct text text = text_new(arena, 0);
	render_families(metrics, true, &text);
	text_add_z(&text, "# EOF\n");
	return text_str(&text);
}

/* ---- fixed labels ---- */

/* A label of a family; without one there is a single place, 0, that has no value. */
static struct metrics_label own_label(const char *metric, const struct metrics_label *label)
{
	if (!label)
		return (struct metrics_label){ NULL, NULL, 1 };
	if (!metrics_is_name(label->name, false) || !label->values_n)
		metrics_mistake(metric, "a label without name or values");
	return *label;
}

/* Writes the start of a line for places in up to two labels, and perhaps `le`. */
static void add_fixed(struct text *text, const char *name, const char *suffix,
	const struct metrics_label *a, size_t a_index, const struct metrics_label *b, size_t b_index,
	const char *le)
{
	const char *names[3];
	struct str values[3];
	size_t n = 0;
	if (a->name) {
		names[n] = a->name;
		values[n++] = str_from(a->values[a_index]);
	}
	if (b && b->name) {
		names[n] = b->name;
		values[n++] = str_from(b->values[b_index]);
	}
	if (le) {
		names[n] = "le";
		values[n++] = str_from(le);
	}
	metrics_add_series(text, name, suffix, names, values, n);
}

/* ---- counters ---- */

struct metrics_counter {
	struct family family;
	struct metrics_label a, b;
	_Atomic uint64_t cells[];
};

static void render_counter(struct family *family, struct text *text)
{
	struct metrics_counter *counter = (struct metrics_counter *)family;
	for (size_t i = 0; i < counter->a.values_n; i++)
		for (size_t j = 0; j < counter->b.values_n; j++) {
			uint64_t value = atomic_load_explicit(&counter->cells[i * counter->b.values_n + j],
				memory_order_relaxed);
			add_fixed(text, family->name, "", &counter->a, i, &counter->b, j, NULL);
			text_addf(text, "%llu\n", (unsigned long long)value);
		}
}

struct metrics_counter *metrics_add_counter(struct metrics *metrics, const char *name,
	const char *help, const struct metrics_label *a, const struct metrics_label *b)
{
	struct metrics_label own_a = own_label(name, a), own_b = own_label(name, b);
	if (!ends_in(name, "_total") || (b && !a))
		metrics_mistake(name, "a counter ends in _total, and its first label comes first");
	size_t cells = own_a.values_n * own_b.values_n;
	struct metrics_counter *counter = metrics_allocate(metrics,
		sizeof *counter + cells * sizeof counter->cells[0]);
	counter->family = (struct family){ .name = name, .help = help, .type = "counter",
		.render = render_counter };
	counter->a = own_a;
	counter->b = own_b;
	metrics_register(metrics, &counter->family);
	return counter;
}

void metrics_count(struct metrics_counter *counter, size_t a_index, size_t b_index, uint64_t more)
{
	if (!counter || a_index >= counter->a.values_n || b_index >= counter->b.values_n)
		return;
	atomic_fetch_add_explicit(&counter->cells[a_index * counter->b.values_n + b_index], more,
		memory_order_relaxed);
}

/* ---- what is asked when it is rendered ---- */

struct asked {
	struct family family;
	struct metrics_label a;
	double (*read)(void *context, size_t index);
	void *context;
};

static void render_asked(struct family *family, struct text *text)
{
	struct asked *asked = (struct asked *)family;
	for (size_t i = 0; i < asked->a.values_n; i++) {
		double value = asked->read(asked->context, i);
		if (isnan(value))
			continue;
		add_fixed(text, family->name, "", &asked->a, i, NULL, 0, NULL);
		if (isinf(value))
			text_add_z(text, value > 0 ? "+Inf\n" : "-Inf\n");
		else
			text_addf(text, "%.15g\n", value);
	}
}

static void add_asked(struct metrics *metrics, const char *name, const char *help,
	const char *type, const struct metrics_label *a, double (*read)(void *context, size_t index),
	void *context)
{
	struct asked *asked = metrics_allocate(metrics, sizeof *asked);
	asked->family = (struct family){ .name = name, .help = help, .type = type,
		.render = render_asked };
	asked->a = own_label(name, a);
	asked->read = read;
	asked->context = context;
	metrics_register(metrics, &asked->family);
}

void metrics_add_gauge(struct metrics *metrics, const char *name, const char *help,
	const struct metrics_label *a, double (*read)(void *context, size_t index), void *context)
{
	add_asked(metrics, name, help, "gauge", a, read, context);
}

void metrics_add_counter_read(struct metrics *metrics, const char *name, const char *help,
	const struct metrics_label *a, double (*read)(void *context, size_t index), void *context)
{
	add_asked(metrics, name, help, "counter", a, read, context);
}

/* ---- histograms ---- */

/* One for each value of the label. */
struct cell {
	_Atomic uint64_t buckets[METRICS_BUCKETS + 1]; /* not cumulative; the last is +Inf */
	_Atomic uint64_t sum_us;
};

struct metrics_histogram {
	struct family family;
	struct metrics_label a;
	size_t bounds_n;
	double bounds_s[METRICS_BUCKETS];
	struct cell cells[];
};

static void render_cell(const struct metrics_histogram *histogram, size_t index,
	struct text *text)
{
	const char *name = histogram->family.name;
	const struct cell *cell = &histogram->cells[index];
	uint64_t so_far = 0;
	for (size_t i = 0; i <= histogram->bounds_n; i++) {
		char le[32] = "+Inf";
		if (i < histogram->bounds_n)
			snprintf(le, sizeof le, "%.9g", histogram->bounds_s[i]);
		so_far += atomic_load_explicit(&cell->buckets[i], memory_order_relaxed);
		add_fixed(text, name, "_bucket", &histogram->a, index, NULL, 0, le);
		text_addf(text, "%llu\n", (unsigned long long)so_far);
	}
	uint64_t sum_us = atomic_load_explicit(&cell->sum_us, memory_order_relaxed);
	add_fixed(text, name, "_sum", &histogram->a, index, NULL, 0, NULL);
	text_addf(text, "%llu.%06llu\n", (unsigned long long)(sum_us / US_PER_S),
		(unsigned long long)(sum_us % US_PER_S));
	add_fixed(text, name, "_count", &histogram->a, index, NULL, 0, NULL);
	text_addf(text, "%llu\n", (unsigned long long)so_far);
}

static void render_histogram(struct family *family, struct text *text)
{
	const struct metrics_histogram *histogram = (const struct metrics_histogram *)family;
	for (size_t i = 0; i < histogram->a.values_n; i++)
		render_cell(histogram, i, text);
}

struct metrics_histogram *metrics_add_histogram(struct metrics *metrics, const char *name,
	const char *help, const struct metrics_label *a, const double *bounds_s, size_t bounds_n)
{
	struct metrics_label own_a = own_label(name, a);
	if (!ends_in(name, "_seconds") || bounds_n > METRICS_BUCKETS)
		metrics_mistake(name, "a histogram ends in _seconds and has few bounds");
	struct metrics_histogram *histogram = metrics_allocate(metrics,
		sizeof *histogram + own_a.values_n * sizeof histogram->cells[0]);
	for (size_t i = 0; i < bounds_n; i++) {
		if (i && bounds_s[i] <= bounds_s[i - 1])
			metrics_mistake(name, "bounds do not rise");
		histogram->bounds_s[i] = bounds_s[i];
	}
	histogram->bounds_n = bounds_n;
	histogram->a = own_a;
	histogram->family = (struct family){ .name = name, .help = help, .type = "histogram",
		.render = render_histogram };
	metrics_register(metrics, &histogram->family);
	return histogram;
}

void metrics_observe(struct metrics_histogram *histogram, size_t a_index, int64_t duration_us)
{
	if (!histogram || a_index >= histogram->a.values_n)
		return;
	struct cell *cell = &histogram->cells[a_index];
	uint64_t us = duration_us > 0 ? (uint64_t)duration_us : 0;
	size_t i = 0;
	while (i < histogram->bounds_n && (double)us > histogram->bounds_s[i] * US_PER_S)
		i++;
	atomic_fetch_add_explicit(&cell->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&cell->sum_us, us, memory_order_relaxed);
}
