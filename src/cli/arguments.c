/* Arguments of the command line; see arguments.h. */
#include "cli/arguments.h"

#include <time.h>

#include "base/tables.h"
#include "cli/resource.h"
#include "cli/verbs.h"

enum { NEAR_ENOUGH = 3 }; /* edits between a flag and what may have been meant */

const struct flag_row flag_rows[FLAG_COUNT] = {
#define F(name, text, letter, value, help) [FLAG_##name] = { text, letter, value, help },
#include "cli/flags.def"
#undef F
};

const struct verb verbs[] = {
#define V(run, name, operands, least, most, flags, help) \
	{ run, name, operands, least, most, flags, help, NULL, NULL },
#include "cli/verbs.def"
#undef V
/* What `list`, `get`, `create`, `update` and `delete` have, of every kind of thing. */
#define OF(id, run, word, verb, operands, least, most, flags, help, example) \
	{ run, word " " verb, operands, least, most, flags, help, example, &resources[RESOURCE_##id] },
#define R(id, word, several, path, member, key, by_name, by_words, maps, where, paged, made_by,  \
	columns, goes, made, place, one, setting)                                                \
	OF(id, resource_list, word, "list", "", 0, 0,                                            \
		SERVED | READS | FLAG(QUERY) | (where) | (paged), "list the " several,           \
		place " --fields " member)                                                       \
	OF(id, resource_get, word, "get", "NAME", 1, 1, SERVED | READS | (where),                \
		"show one of the " several ", by its name or id", one " " place " --format json") \
	OF(id, resource_create, word, "create", "[NAME]", 0, 1,                                  \
		SERVED | SETS | FLAG(ID) | (where) | (made_by), "make one of the " several,      \
		one " " place " -s " setting)                                                    \
	OF(id, resource_update, word, "update", "NAME", 1, 1, SERVED | SETS | (where),           \
		"change one of the " several "; what is not named stays",                        \
		one " " place " -s " setting)                                                    \
	OF(id, resource_delete, word, "delete", "NAME...", 1, 1000,                              \
		SERVED | FLAG(YES) | FLAG(DRY_RUN) | (where), "delete some of the " several goes, \
		one " " place " --yes")
#include "cli/resources.def"
#undef R
#undef OF
};
const size_t verbs_n = ARRAY_LENGTH(verbs);

static const struct {
	const char *verb, *words;
} examples[] = {
#define X(verb, words) { verb, words },
#include "cli/examples.def"
#undef X
};

const char *arguments_example(const struct verb *verb)
{
	for (size_t i = 0; i < ARRAY_LENGTH(examples) && !verb->example; i++)
		if (str_eq_z(str_from(verb->name), examples[i].verb))
			return examples[i].words;
	return verb->example ? verb->example : "";
}

/* What Keycloak's scripts call it. */
static const struct {
	const char *theirs, *ours;
} elsewhere[] = {
	{ "start", "serve" },
	{ "start-dev", "serve" },
	{ "import", "realm import" },
	{ "export", "realm export" },
	{ "bootstrap-admin", "user recover-admin" },
	{ "show-config", "serve --show-config" },
};

static struct str first_word(struct str name)
{
	return str_take(name, str_index(name, ' '));
}

static bool is_group(struct str word)
{
	for (size_t i = 0; i < verbs_n; i++) {
		struct str name = str_from(verbs[i].name), first = first_word(name);
		if (first.n < name.n && str_eq(first, word))
			return true;
	}
	return false;
}

const struct verb *arguments_verb(const char *const *words, size_t n, size_t *ret_words)
{
	for (size_t i = 0; i < verbs_n && n; i++) {
		struct str name = str_from(verbs[i].name), first = first_word(name);
		struct str second = str_drop(name, first.n + 1);
		if (!str_eq_z(first, words[0]) ||
			(second.n && (n < 2 || !str_eq_z(second, words[1]))))
			continue;
		*ret_words = second.n ? 2 : 1;
		return &verbs[i];
	}
	return NULL;
}

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* How far the words are from a name. One of its words alone counts for little more than the
 * whole, since whoever types one word may not know that there are two; but the first of those
 * that have it too says nothing. */
static size_t distance_of(struct str word, struct str next, struct str name)
{
	struct str first = first_word(name), second = str_drop(name, first.n + 1);
	size_t by_first = str_distance(word, first) + 1, by_second = str_distance(word, second) + 1;
	if (next.n && is_group(word))
		return str_eq(word, first) && second.n ? str_distance(next, second) : SIZE_MAX;
	if (!next.n)
		return least_of(
			str_distance(word, name), by_first, second.n ? by_second : SIZE_MAX);
	if (!second.n)
		return by_first + 1;
	return least_of(str_distance(word, first) + str_distance(next, second), by_first + 1,
		by_second + 1);
}

/* NULL when none comes near. */
static const char *nearest_verb(struct str word, struct str next)
{
	const char *best = NULL;
	/* Half of a short word changed is another word. */
	size_t typed = is_group(word) ? next.n : word.n + next.n;
	size_t least = least_of(NEAR_ENOUGH, typed / 2, SIZE_MAX) + 1;
	for (size_t i = 0; i < ARRAY_LENGTH(elsewhere); i++)
		if (str_eq_z(word, elsewhere[i].theirs))
			return elsewhere[i].ours;
	for (size_t i = 0; i < verbs_n; i++) {
		size_t here = distance_of(word, next, str_from(verbs[i].name));
		if (here < least) {
			least = here;
			best = verbs[i].name;
		}
	}
	return best;
}

/* The first of two words that was meant, when one edit makes it so; else empty. */
static struct str nearest_group(struct str word)
{
	for (size_t i = 0; i < verbs_n; i++) {
		struct str name = str_from(verbs[i].name), first = first_word(name);
		if (first.n < name.n && str_distance(word, first) == 1)
			return first;
	}
	return STR("");
}

static enum error_code refuse_verb(const char *const *argv, size_t argc, struct why *reterr_why)
{
	if (argv[0][0] == '-')
		return error_because(reterr_why, ERROR_USAGE,
			"a verb comes first, its flags behind it; see curfew help");
	struct str word = str_take(str_from(argv[0]), 40);
	bool has_next = argc > 1 && argv[1][0] != '-';
	struct str next = has_next ? str_take(str_from(argv[1]), 40) : STR("");
	if (is_group(word) && !has_next)
		return error_because(reterr_why, ERROR_USAGE, "%.*s what? See curfew %.*s --help",
			STR_ARG(word), STR_ARG(word));
	struct str group = has_next ? STR("") : nearest_group(word);
	if (group.n)
		return error_because(reterr_why, ERROR_USAGE,
			"'%.*s' is not a verb; did you mean 'curfew %.*s'?", STR_ARG(word),
			STR_ARG(group));
	const char *verb = nearest_verb(word, next);
	bool in_group = is_group(word);
	struct str second = in_group ? next : STR("");
	if (!verb)
		return error_because(reterr_why, ERROR_USAGE,
			"'%.*s%s%.*s' is not a verb; see curfew %s%.*s", STR_ARG(word), in_group ? " " : "",
			STR_ARG(second), in_group ? "help " : "help", STR_ARG(in_group ? word : STR("")));
	return error_because(reterr_why, ERROR_USAGE,
		"'%.*s%s%.*s' is not a verb; did you mean 'curfew %s'?", STR_ARG(word), in_group ? " " : "",
		STR_ARG(second), verb);
}

/* NULL when none comes near. */
static const char *nearest_flag(const struct verb *verb, struct str name)
{
	const char *best = NULL;
	size_t least = NEAR_ENOUGH + 1;
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		size_t here = str_distance(name, str_from(flag_rows[i].name));
		if (!(verb->flags & (UINT64_C(1) << i)) || here >= least)
			continue;
		least = here;
		best = flag_rows[i].name;
	}
	return best;
}

/* Which flag `word` ("--max=3", "-n") is, and what stands behind "=" (p NULL: nothing). */
static enum error_code find_flag(const struct verb *verb, struct str word, enum flag *ret_flag,
	struct str *ret_value, struct why *reterr_why)
{
	bool is_long = str_starts(word, STR("--"));
	struct str name = str_drop(word, is_long ? 2 : 1);
	size_t equals = str_index(name, '=');
	struct str value = equals < name.n ? str_drop(name, equals + 1) : (struct str){ 0 };
	name = str_take(name, equals);
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		const struct flag_row *row = &flag_rows[i];
		bool same = is_long ? str_eq_z(name, row->name)
				    : name.n == 1 && name.p[0] == row->letter;
		if (!same || !(verb->flags & (UINT64_C(1) << i)))
			continue;
		*ret_flag = (enum flag)i;
		*ret_value = value;
		return OK;
	}
	name = str_take(name, 40);
	const char *nearest = is_long ? nearest_flag(verb, name) : NULL;
	if (nearest)
		return error_because(reterr_why, ERROR_USAGE,
			"unknown flag --%.*s; did you mean --%s?", STR_ARG(name), nearest);
	return error_because(reterr_why, ERROR_USAGE, "unknown flag %s%.*s; see curfew %s --help",
		is_long ? "--" : "-", STR_ARG(name), verb->name);
}

static enum error_code read_flag(struct arena *arena, struct arguments *arguments, size_t argc,
	const char *const *argv, size_t *at, struct why *reterr_why)
{
	enum flag flag = 0; /* set by find_flag when it returns OK */
	struct str value;
	enum error_code code =
		find_flag(arguments->verb, str_from(argv[*at]), &flag, &value, reterr_why);
	if (code != OK)
		return code;
	const struct flag_row *row = &flag_rows[flag];
	bool takes = row->value[0] != 0;
	if (!takes && value.p)
		return error_because(reterr_why, ERROR_USAGE, "--%s takes no value", row->name);
	if (takes && !value.p && *at + 1 < argc)
		value = str_from(argv[++*at]);
	if (takes && !value.n)
		return error_because(
			reterr_why, ERROR_USAGE, "--%s needs a value: %s", row->name, row->value);
	arguments->given[flag] = true;
	arguments->values[flag] = value;
	struct flag_value *one = arena_push(
		arena, &arguments->each, &arguments->each_n, sizeof *arguments->each);
	*one = (struct flag_value){ flag, value };
	return OK;
}

static enum error_code check_operands(const struct arguments *arguments, struct why *reterr_why)
{
	const struct verb *verb = arguments->verb;
	for (size_t i = 0; i < arguments->n; i++)
		if (!arguments->operands[i].n)
			return error_because(
				reterr_why, ERROR_USAGE, "an empty %s", verb->operands);
	if (arguments->n < verb->least)
		return error_because(reterr_why, ERROR_USAGE, "it needs %s; see curfew %s --help",
			verb->operands, verb->name);
	if (arguments->n > verb->most)
		return error_because(reterr_why, ERROR_USAGE,
			"'%.*s' is one too many; see curfew %s --help",
			STR_ARG(str_take(arguments->operands[verb->most], 40)), verb->name);
	return OK;
}

/* "-n", "-n=5", "--max"; not "-" and not "-3QEx7WH8vMNO5ez": ids may begin with a dash. */
static bool is_flag(struct str word)
{
	if (word.n < 2 || word.p[0] != '-')
		return false;
	return word.p[1] == '-' || word.n == 2 || word.p[2] == '=';
}

static bool is_help(const char *word)
{
	return str_eq_z(STR("--help"), word) || str_eq_z(STR("-h"), word);
}

/* Help before all else, so that it comes whatever else was typed. */
static bool wants_help(size_t argc, const char *const *argv)
{
	for (size_t i = 0; i < argc && !str_eq_z(STR("--"), argv[i]); i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static enum error_code read_rest(struct arena *arena, size_t argc, const char *const *argv,
	struct arguments *arguments, struct why *reterr_why)
{
	bool flags = true;
	arguments->operands = arena_array(arena, argc, sizeof *arguments->operands);
	for (size_t i = 0; i < argc; i++) {
		struct str word = str_from(argv[i]);
		enum error_code code = OK;
		if (flags && str_eq_z(word, "--"))
			flags = false;
		else if (flags && is_flag(word))
			code = read_flag(arena, arguments, argc, argv, &i, reterr_why);
		else
			arguments->operands[arguments->n++] = word;
		if (code != OK)
			return code;
	}
	return check_operands(arguments, reterr_why);
}

enum error_code arguments_read(struct arena *arena, size_t argc, const char *const *argv,
	struct arguments *ret_arguments, struct why *reterr_why)
{
	struct arguments arguments = { 0 };
	static const char *const version[] = { "version" };
	size_t words = 0;
	if (argc && str_eq_z(STR("--version"), argv[0]))
		argv = version;
	if (!argc)
		return error_because(reterr_why, ERROR_USAGE, "a verb is missing; see curfew help");
	arguments.verb = arguments_verb(argv, argc, &words);
	bool help = wants_help(argc, argv);
	if (!arguments.verb && help && (is_help(argv[0]) || is_group(str_from(argv[0])))) {
		arguments.given[FLAG_HELP] = true;
		arguments.group = is_help(argv[0]) ? STR("") : str_from(argv[0]);
		*ret_arguments = arguments;
		return OK;
	}
	if (!arguments.verb)
		return refuse_verb(argv, argc, reterr_why);
	arguments.given[FLAG_HELP] = help;
	enum error_code code = help || !arguments.verb->run
		? OK
		: read_rest(arena, argc - words, argv + words, &arguments, reterr_why);
	if (code == OK)
		*ret_arguments = arguments;
	return code;
}

enum error_code arguments_max(const struct arguments *arguments, int64_t otherwise,
	int64_t *ret_max, struct why *reterr_why)
{
	struct str text = arguments->values[FLAG_MAX];
	int64_t max = otherwise;
	if (text.n && (!str_to_int64(text, &max) || max < 1 || max > 1000000))
		return error_because(reterr_why, ERROR_USAGE,
			"--max: '%.*s' is not a number from 1 to 1000000",
			STR_ARG(str_take(text, 40)));
	*ret_max = max;
	return OK;
}

/* "90s", "30m", "12h", "7d". */
static bool span_of(struct str text, int64_t *ret_ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
	int64_t count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		if (!text.n || text.p[text.n - 1] != units[i].letter)
			continue;
		if (!str_to_int64(str_take(text, text.n - 1), &count) || count < 0 ||
			count > 100000)
			return false;
		*ret_ms = count * units[i].ms;
		return true;
	}
	return false;
}

static bool since_of_date(struct str text, int64_t *ret_since_ms)
{
	int64_t year, month, day;
	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
		!str_to_int64(str_take(text, 4), &year) ||
		!str_to_int64(str_take(str_drop(text, 5), 2), &month) ||
		!str_to_int64(str_drop(text, 8), &day))
		return false;
	struct tm tm = {
		.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day
	};
	int64_t seconds = timegm(&tm);
	/* timegm makes the 30th of February the 2nd of March. */
	if (year < 1970 || tm.tm_mon != month - 1 || tm.tm_mday != day)
		return false;
	*ret_since_ms = seconds * 1000;
	return true;
}

enum error_code arguments_since(const struct arguments *arguments, int64_t now_ms,
	int64_t *ret_since_ms, struct why *reterr_why)
{
	struct str text = arguments->values[FLAG_SINCE];
	int64_t since_ms = 0, age_ms;
	if (span_of(text, &age_ms))
		since_ms = now_ms - age_ms;
	else if (text.n && !since_of_date(text, &since_ms))
		return error_because(reterr_why, ERROR_USAGE,
			"--since: '%.*s' is neither an age such as 30m or 7d nor a date such as "
			"2026-11-21",
			STR_ARG(str_take(text, 40)));
	*ret_since_ms = since_ms;
	return OK;
}

enum error_code arguments_timeout(
	const struct arguments *arguments, int64_t *ret_timeout_ms, struct why *reterr_why)
{
	struct str text = arguments->values[FLAG_TIMEOUT];
	int64_t timeout_ms = 0;
	if (text.n && (!span_of(text, &timeout_ms) || !timeout_ms))
		return error_because(reterr_why, ERROR_USAGE,
			"--timeout: '%.*s' is not a time such as 90s or 30m",
			STR_ARG(str_take(text, 40)));
	*ret_timeout_ms = timeout_ms;
	return OK;
}
