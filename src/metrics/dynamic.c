/* Counters whose label values come from data, bounded; see metrics.h. */
#include <string.h>

#include "base/tables.h"
#include "metrics/internal.h"

/* One byte for its length and the value itself, for each label. */
enum { KEY_MAX = METRICS_LABELS * (METRICS_LABEL_VALUE + 1) };

struct series {
	struct series *next;
	struct str values[METRICS_LABELS];
	uint64_t count;
};

struct metrics_dynamic {
	struct family family;
	struct metrics_dynamic *next;
	size_t labels_n, max_series;
	const char *labels[METRICS_LABELS];
	pthread_mutex_t lock; /* of all below */
	struct arena *arena;
	struct table by_key;
	struct series *first, *last;
	size_t series_n;
};

static void render_dynamic(struct family *family, struct text *text)
{
	struct metrics_dynamic *dynamic = (struct metrics_dynamic *)family;
	pthread_mutex_lock(&dynamic->lock);
	for (const struct series *series = dynamic->first; series; series = series->next) {
		metrics_add_series(text, family->name, "", dynamic->labels, series->values,
			dynamic->labels_n);
		text_addf(text, "%llu\n", (unsigned long long)series->count);
	}
	pthread_mutex_unlock(&dynamic->lock);
}

struct metrics_dynamic *metrics_add_dynamic(struct metrics *metrics, const char *name,
	const char *help, const char *const *label_names, size_t labels_n, size_t max_series)
{
	if (!str_ends(str_from(name), STR("_total")) || labels_n < 1 || labels_n > METRICS_LABELS)
		metrics_mistake(name, "a counter ends in _total and has few labels");
	struct metrics_dynamic *dynamic = metrics_allocate(metrics, sizeof *dynamic);
	for (size_t i = 0; i < labels_n; i++) {
		if (!metrics_is_name(label_names[i], false))
			metrics_mistake(name, "not a label's name");
		dynamic->labels[i] = label_names[i];
	}
	dynamic->labels_n = labels_n;
	dynamic->max_series = max_series;
	dynamic->family = (struct family){ .name = name, .help = help, .type = "counter",
		.render = render_dynamic };
	dynamic->arena = arena_new(0);
	dynamic->by_key = table_new(dynamic->arena, 0);
	pthread_mutex_init(&dynamic->lock, NULL);
	metrics_register(metrics, &dynamic->family);
	pthread_mutex_lock(&metrics->lock);
	dynamic->next = metrics->dynamics;
	metrics->dynamics = dynamic;
	pthread_mutex_unlock(&metrics->lock);
	return dynamic;
}

void metrics_free_dynamics(struct metrics *metrics)
{
	for (struct metrics_dynamic *dynamic = metrics->dynamics; dynamic; dynamic = dynamic->next) {
		pthread_mutex_destroy(&dynamic->lock);
		arena_free(dynamic->arena);
	}
}

/* What is shown of a value: cut between characters; "?" when it is not UTF-8. */
static struct str shown(struct str value)
{
	size_t n = value.n;
	if (n > METRICS_LABEL_VALUE) {
		n = METRICS_LABEL_VALUE;
		while (n && ((unsigned char)value.p[n] & 0xc0) == 0x80)
			n--;
	}
	value = str_take(value, n);
	return str_is_utf8(value) ? value : STR("?");
}

static struct str key_of(const struct str *values, size_t n, char buffer[static KEY_MAX])
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		buffer[at++] = (char)values[i].n;
		if (values[i].n)
			memcpy(buffer + at, values[i].p, values[i].n);
		at += values[i].n;
	}
	return str_of(buffer, at);
}

static struct series *series_find(struct metrics_dynamic *dynamic, const struct str *values)
{
	char buffer[KEY_MAX];
	return table_get(&dynamic->by_key, key_of(values, dynamic->labels_n, buffer));
}

static struct series *series_new(struct metrics_dynamic *dynamic, const struct str *values)
{
	char buffer[KEY_MAX];
	struct series *series = arena_alloc(dynamic->arena, sizeof *series);
	for (size_t i = 0; i < dynamic->labels_n; i++)
		series->values[i] = arena_str(dynamic->arena, values[i]);
	struct str key = key_of(values, dynamic->labels_n, buffer);
	table_put(&dynamic->by_key, arena_str(dynamic->arena, key), series);
	if (dynamic->last)
		dynamic->last->next = series;
	else
		dynamic->first = series;
	dynamic->last = series;
	dynamic->series_n++;
	return series;
}

/* The series of these values, or the one of all others when there are too many. */
static struct series *series_of(struct metrics_dynamic *dynamic, const struct str *values)
{
	static const struct str other[METRICS_LABELS] = { STR_INIT("other"), STR_INIT("other"),
		STR_INIT("other"), STR_INIT("other") };
	struct series *series = series_find(dynamic, values);
	if (series)
		return series;
	if (dynamic->series_n < dynamic->max_series)
		return series_new(dynamic, values);
	series = series_find(dynamic, other);
	return series ? series : series_new(dynamic, other);
}

void metrics_count_dynamic(struct metrics_dynamic *dynamic, const struct str *values,
	uint64_t more)
{
	struct str own[METRICS_LABELS];
	if (!dynamic)
		return;
	for (size_t i = 0; i < dynamic->labels_n; i++)
		own[i] = shown(values[i]);
	pthread_mutex_lock(&dynamic->lock);
	series_of(dynamic, own)->count += more;
	pthread_mutex_unlock(&dynamic->lock);
}
