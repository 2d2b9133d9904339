/* metrics/: what Prometheus reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tables.h"
#include "metrics/metrics.h"

static const char *const states[] = { "queued", "gave_up" };
static const char *const odd[] = { "a\"b", "c\\d\ne" };
static const struct metrics_label state_label = { "state", states, ARRAY_LENGTH(states) };
static const struct metrics_label odd_label = { "odd", odd, ARRAY_LENGTH(odd) };

static void assert_rendered(struct metrics *metrics, const char *expected)
{
	ARENA_SCOPED arena = arena_new(0);
	assert_string_equal(arena_z(arena, metrics_render(metrics, arena)), expected);
}

static void open_metrics_names_counters_by_their_family(void **state)
{
	(void)state;
	ARENA_SCOPED arena = arena_new(0);
	struct metrics *metrics = metrics_new();
	struct metrics_counter *plain = metrics_add_counter(metrics, "a_total", "Plain.", NULL, NULL);
	metrics_count(plain, 0, 0, 3);
	assert_string_equal(arena_z(arena, metrics_render_open(metrics, arena)),
		"# HELP a Plain.\n# TYPE a counter\na_total 3\n# EOF\n");
	metrics_free(metrics);
}

static void counters_have_a_line_for_each_label_value(void **state)
{
	(void)state;
	struct metrics *metrics = metrics_new();
	struct metrics_counter *plain = metrics_add_counter(metrics, "a_total", "Plain.", NULL, NULL);
	struct metrics_counter *two = metrics_add_counter(metrics, "b_total", "Two.", &state_label, &odd_label);
	metrics_count(plain, 0, 0, 1);
	metrics_count(plain, 0, 0, 41);
	metrics_count(plain, 1, 0, 7);
	metrics_count(two, 1, 0, 3);
	metrics_count(two, 0, 1, 5);
	metrics_count(two, 2, 0, 7);
	metrics_count(two, 0, 2, 7);
	metrics_count(NULL, 0, 0, 1);
	assert_rendered(metrics,
		"# HELP a_total Plain.\n# TYPE a_total counter\na_total 42\n"
		"# HELP b_total Two.\n# TYPE b_total counter\n"
		"b_total{state=\"queued\",odd=\"a\\\"b\"} 0\n"
		"b_total{state=\"queued\",odd=\"c\\\\d\\ne\"} 5\n"
		"b_total{state=\"gave_up\",odd=\"a\\\"b\"} 3\n"
		"b_total{state=\"gave_up\",odd=\"c\\\\d\\ne\"} 0\n");
	metrics_free(metrics);
}

static double read_value(void *context, size_t index)
{
	return ((const double *)context)[index];
}

static void gauges_are_asked_when_rendered(void **state)
{
	(void)state;
	struct metrics *metrics = metrics_new();
	double values[] = { 0.25, 12345678 }, seen[] = { 3 };
	metrics_add_gauge(metrics, "g", "Gauge.", &state_label, read_value, values);
	metrics_add_counter_read(metrics, "c_total", "Read.", NULL, read_value, seen);
	assert_rendered(metrics, "# HELP g Gauge.\n# TYPE g gauge\n"
		"g{state=\"queued\"} 0.25\ng{state=\"gave_up\"} 12345678\n"
		"# HELP c_total Read.\n# TYPE c_total counter\nc_total 3\n");
	values[0] = NAN;
	values[1] = INFINITY;
	assert_rendered(metrics, "# HELP g Gauge.\n# TYPE g gauge\ng{state=\"gave_up\"} +Inf\n"
		"# HELP c_total Read.\n# TYPE c_total counter\nc_total 3\n");
	metrics_free(metrics);
}

static void histograms_are_cumulative(void **state)
{
	(void)state;
	static const double bounds[] = { 0.005, 1, 2.5 };
	struct metrics *metrics = metrics_new();
	struct metrics_histogram *histogram = metrics_add_histogram(metrics, "h_seconds", "H.", NULL,
		bounds, ARRAY_LENGTH(bounds));
	static const int64_t durations_us[] = { -5, 5000, 5001, 1000000, 2600000 };
	for (size_t i = 0; i < ARRAY_LENGTH(durations_us); i++)
		metrics_observe(histogram, 0, durations_us[i]);
	metrics_observe(histogram, 1, 1);
	metrics_observe(NULL, 0, 1);
	assert_rendered(metrics, "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
		"h_seconds_bucket{le=\"0.005\"} 2\nh_seconds_bucket{le=\"1\"} 4\n"
		"h_seconds_bucket{le=\"2.5\"} 4\nh_seconds_bucket{le=\"+Inf\"} 5\n"
		"h_seconds_sum 3.610001\nh_seconds_count 5\n");
	metrics_free(metrics);
}

static void histograms_take_a_label(void **state)
{
	(void)state;
	static const double bounds[] = { 1 };
	struct metrics *metrics = metrics_new();
	struct metrics_histogram *histogram = metrics_add_histogram(metrics, "h_seconds", "H.",
		&state_label, bounds, ARRAY_LENGTH(bounds));
	metrics_observe(histogram, 1, 1500000);
	assert_rendered(metrics, "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
		"h_seconds_bucket{state=\"queued\",le=\"1\"} 0\n"
		"h_seconds_bucket{state=\"queued\",le=\"+Inf\"} 0\n"
		"h_seconds_sum{state=\"queued\"} 0.000000\nh_seconds_count{state=\"queued\"} 0\n"
		"h_seconds_bucket{state=\"gave_up\",le=\"1\"} 0\n"
		"h_seconds_bucket{state=\"gave_up\",le=\"+Inf\"} 1\n"
		"h_seconds_sum{state=\"gave_up\"} 1.500000\nh_seconds_count{state=\"gave_up\"} 1\n");
	metrics_free(metrics);
}

static void count_event(struct metrics_dynamic *dynamic, const char *realm, const char *event)
{
	metrics_count_dynamic(dynamic, (struct str[]){ str_from(realm), str_from(event) }, 1);
}

static void dynamic_series_are_bounded(void **state)
{
	(void)state;
	static const char *const names[] = { "realm", "event" };
	struct metrics *metrics = metrics_new();
	struct metrics_dynamic *dynamic = metrics_add_dynamic(metrics, "e_total", "E.", names, 2, 3);
	count_event(dynamic, "r", "login");
	count_event(dynamic, "", "rlogin"); /* the same bytes, another place */
	count_event(dynamic, "r", "login");
	count_event(dynamic, "\xff", "\xc3"); /* not UTF-8 */
	count_event(dynamic, "\xfe", "\xed\xa0\x80");
	for (int i = 0; i < 1000; i++) {
		char realm[] = { 'x', (char)('0' + i % 10), (char)('0' + i / 10 % 10), (char)('0' + i / 100), 0 };
		count_event(dynamic, realm, "logout");
	}
	count_event(dynamic, "r", "login");
	count_event(NULL, "r", "login");
	assert_rendered(metrics, "# HELP e_total E.\n# TYPE e_total counter\n"
		"e_total{realm=\"r\",event=\"login\"} 3\n"
		"e_total{realm=\"\",event=\"rlogin\"} 1\n"
		"e_total{realm=\"?\",event=\"?\"} 2\n"
		"e_total{realm=\"other\",event=\"other\"} 1000\n");
	metrics_free(metrics);
}

static void dynamic_values_are_cut_between_characters(void **state)
{
	(void)state;
	static const char *const names[] = { "v" };
	struct metrics *metrics = metrics_new();
	struct metrics_dynamic *dynamic = metrics_add_dynamic(metrics, "e_total", "E.", names, 1, 9);
	char value[200];
	memset(value, 'a', sizeof value);
	memcpy(value + METRICS_LABEL_VALUE - 1, "\xc3\xa9", 2);
	metrics_count_dynamic(dynamic, (struct str[]){ str_of(value, sizeof value) }, 1);
	metrics_count_dynamic(dynamic, (struct str[]){ str_of(value, METRICS_LABEL_VALUE - 1) }, 1);
	ARENA_SCOPED arena = arena_new(0);
	assert_rendered(metrics, arena_z(arena, arena_format(arena,
		"# HELP e_total E.\n# TYPE e_total counter\ne_total{v=\"%.*s\"} 2\n",
		METRICS_LABEL_VALUE - 1, value)));
	metrics_free(metrics);
}

struct work {
	struct metrics *metrics;
	struct metrics_counter *counter;
	struct metrics_dynamic *dynamic;
	struct metrics_histogram *histogram;
};

static void *count_much(void *argument)
{
	struct work *work = argument;
	for (int i = 0; i < 10000; i++) {
		metrics_count(work->counter, 0, 0, 1);
		metrics_observe(work->histogram, 0, 1);
		metrics_count_dynamic(work->dynamic, (struct str[]){ i % 2 ? STR("a") : STR("b") }, 1);
		if (i % 1000 == 0) {
			ARENA_SCOPED arena = arena_new(0);
			assert_true(metrics_render(work->metrics, arena).n > 0);
		}
	}
	return NULL;
}

static void threads_lose_nothing(void **state)
{
	(void)state;
	static const char *const names[] = { "v" };
	static const double bounds[] = { 1 };
	struct metrics *metrics = metrics_new();
	struct work work = { metrics, metrics_add_counter(metrics, "a_total", "A.", NULL, NULL),
		metrics_add_dynamic(metrics, "b_total", "B.", names, 1, 2),
		metrics_add_histogram(metrics, "c_seconds", "C.", NULL, bounds, 1) };
	pthread_t threads[4];
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_much, &work), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	ARENA_SCOPED arena = arena_new(0);
	struct str text = metrics_render(metrics, arena);
	static const char *const lines[] = { "\na_total 40000\n", "\nb_total{v=\"a\"} 20000\n",
		"\nb_total{v=\"b\"} 20000\n", "\nc_seconds_count 40000\n", "\nc_seconds_sum 0.040000\n" };
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_true(str_contains(text, str_from(lines[i])));
	metrics_free(metrics);
}

static void add_twice(struct metrics *metrics)
{
	metrics_add_counter(metrics, "a_total", "A.", NULL, NULL);
	metrics_add_counter(metrics, "a_total", "A.", NULL, NULL);
}

static void add_unnamed(struct metrics *metrics)
{
	metrics_add_counter(metrics, "1a_total", "A.", NULL, NULL);
}

static void add_untotalled(struct metrics *metrics)
{
	metrics_add_counter(metrics, "a", "A.", NULL, NULL);
}

static void add_falling(struct metrics *metrics)
{
	static const double bounds[] = { 2, 1 };
	metrics_add_histogram(metrics, "a_seconds", "A.", NULL, bounds, 2);
}

static void mistakes_of_the_program_end_it(void **state)
{
	(void)state;
	void (*const mistakes[])(struct metrics *) = { add_twice, add_unnamed, add_untotalled, add_falling };
	for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			signal(SIGABRT, SIG_DFL);
			close(2);
			mistakes[i](metrics_new());
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_have_a_line_for_each_label_value),
		cmocka_unit_test(open_metrics_names_counters_by_their_family),
		cmocka_unit_test(gauges_are_asked_when_rendered),
		cmocka_unit_test(histograms_are_cumulative),
		cmocka_unit_test(histograms_take_a_label),
		cmocka_unit_test(dynamic_series_are_bounded),
		cmocka_unit_test(dynamic_values_are_cut_between_characters),
		cmocka_unit_test(threads_lose_nothing),
		cmocka_unit_test(mistakes_of_the_program_end_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
