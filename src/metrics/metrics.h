/* Figures for Prometheus: counters, gauges and histograms, rendered as text.
 *
 * Families are registered at the start; adding to them is lock-free (atomics) but for
 * dynamic counters, which take a short lock. Every label set is bounded: fixed labels come
 * from tables of the program, dynamic ones end in one series "other". Thread-safe.
 *
 * Names, help texts, label names, tables of values and bounds are borrowed and must be static. */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include "base/arena.h"

struct metrics;
struct metrics_counter;
struct metrics_dynamic;
struct metrics_histogram;

enum {
	METRICS_LABELS = 4,        /* most labels of a dynamic counter */
	METRICS_BUCKETS = 24,      /* most bounds of a histogram */
	METRICS_LABEL_VALUE = 128, /* bytes; a longer value is cut */
};

/* A label whose values the program knows: {"state", names, ARRAY_LENGTH(names)}. */
struct metrics_label {
	const char *name;
	const char *const *values;
	size_t values_n;
};

struct metrics *metrics_new(void);
/* Frees the registry and all families. NULL is fine. */
void metrics_free(struct metrics *metrics);

/* A counter; the name ends in "_total". `a` and `b` may be NULL (b only with a). Lives as long
 * as the registry. A name that is registered already, or not a metric name, aborts: it is a
 * mistake in the program. So it does for all families. */
struct metrics_counter *metrics_add_counter(struct metrics *metrics, const char *name,
	const char *help, const struct metrics_label *a, const struct metrics_label *b);
/* Adds; a_index and b_index are places in the labels' tables (0 without label). An index
 * beyond its table is dropped. NULL is fine, for parts that run without metrics. */
void metrics_count(struct metrics_counter *counter, size_t a_index, size_t b_index, uint64_t more);

/* A counter whose label values come from data: at most max_series sets of values have their own
 * line, all further ones share one whose every label is "other". 1 to METRICS_LABELS names. */
struct metrics_dynamic *metrics_add_dynamic(struct metrics *metrics, const char *name,
	const char *help, const char *const *label_names, size_t labels_n, size_t max_series);
/* Adds to the series of these values, as many as there are label names. Values are copied; one that
 * is not UTF-8 counts as "?". NULL is fine. */
void metrics_count_dynamic(struct metrics_dynamic *dynamic, const struct str *values,
	uint64_t more);

/* A gauge that is asked when it is rendered, for each index of label `a` (once, with 0, when
 * `a` is NULL). `read` runs on the rendering thread; it returns NAN for "no line". */
void metrics_add_gauge(struct metrics *metrics, const char *name, const char *help,
	const struct metrics_label *a, double (*read)(void *context, size_t index), void *context);
/* The same for a figure that some other part counts and that only grows. */
void metrics_add_counter_read(struct metrics *metrics, const char *name, const char *help,
	const struct metrics_label *a, double (*read)(void *context, size_t index), void *context);

/* A histogram of seconds; the name ends in "_seconds". Bounds rise, in seconds, without +Inf. */
struct metrics_histogram *metrics_add_histogram(struct metrics *metrics, const char *name,
	const char *help, const struct metrics_label *a, const double *bounds_s, size_t bounds_n);
/* Records one duration in microseconds (below 0 counts as 0). NULL is fine. */
void metrics_observe(struct metrics_histogram *histogram, size_t a_index, int64_t duration_us);

/* The text of all families in the order of their registration (Prometheus text format 0.0.4,
 * "text/plain; version=0.0.4; charset=utf-8"). In the arena. */
struct str metrics_render(struct metrics *metrics, struct arena *arena);
/* The same as OpenMetrics 1.0 ("application/openmetrics-text; version=1.0.0; charset=utf-8"): a
 * counter's family has no "_total" in its name, and the text has an end. */
struct str metrics_render_open(struct metrics *metrics, struct arena *arena);

#endif
