/* Arguments of the command line: which verb, which flags, what operands. Pure. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "base/arena.h"
#include "base/errors.h"

enum flag {
#define F(name, text, letter, value, help) FLAG_##name,
#include "cli/flags.def"
#undef F
	FLAG_COUNT
};
#define FLAG(name) (UINT64_C(1) << FLAG_##name)

/* Flags that whole groups of verbs have. */
#define PLAIN (FLAG(JSON) | FLAG(HELP))                        /* asks no server */
#define LOCAL (PLAIN | FLAG(DATA) | FLAG(DB) | FLAG(CONFIG))   /* asks the data folder's alone */
#define SERVED (LOCAL | FLAG(SERVER) | FLAG(ADMIN) | FLAG(CA_FILE))

#define READS (FLAG(FORMAT) | FLAG(FIELDS))                    /* prints what it found */
#define SETS (FLAG(SET) | FLAG(FILE) | FLAG(OUTPUT) | FLAG(DRY_RUN)) /* sends what was typed */
#define PASSWORDS (FLAG(PASSWORD) | FLAG(PASSWORD_FILE) | FLAG(ASK_PASSWORD) | FLAG(TEMPORARY))
#define CHANGES (SERVED | FLAG(REALM) | FLAG(DRY_RUN))         /* changes something in a realm */

struct flag_row {
	const char *name;  /* without the dashes */
	char letter;       /* short form; 0: none */
	const char *value; /* what help calls its value; "": it takes none */
	const char *help;
};
extern const struct flag_row flag_rows[FLAG_COUNT];

struct cli_call;
struct resource;

struct verb {
	/* NULL: main has it. */
	enum error_code (*run)(struct cli_call *call, struct why *reterr_why);
	const char *name;     /* "realm import", "events" */
	const char *operands; /* "FILE..." */
	size_t least, most;   /* how many operands */
	uint64_t flags;       /* mask of FLAG() */
	const char *help;
	const char *example;             /* NULL: examples.def has it */
	const struct resource *resource; /* NULL: it is about no one kind of thing */
};
extern const struct verb verbs[];
extern const size_t verbs_n;

struct flag_value {
	enum flag flag;
	struct str value;
};

struct arguments {
	const struct verb *verb; /* NULL: help was asked for, of `group` */
	struct str group;        /* "realm"; empty: of everything */
	bool given[FLAG_COUNT];
	struct str values[FLAG_COUNT]; /* empty unless given; never empty when given */
	struct flag_value *each;       /* all of them, as they were typed */
	size_t each_n;
	struct str *operands;          /* never empty ones */
	size_t n;
};

/* The verb that the words begin with, the longest name first; NULL: none. *ret_words (1 or 2)
 * is how many words its name has. */
const struct verb *arguments_verb(const char *const *words, size_t n, size_t *ret_words);

/* What may be typed behind the verb; "" when it needs nothing. */
const char *arguments_example(const struct verb *verb);

/* Reads the arguments behind the program's name. Flags may stand anywhere behind the verb, as
 * --name VALUE, --name=VALUE or -n VALUE; "--" ends them. A single dash before several characters
 * is an operand: ids begin with one at times. Texts are borrowed from argv. A flag
 * that is given twice has its last value in `values`, and both in `each`. USAGE: why says what to type instead. --help ends
 * the reading: what else is wrong does not matter then. */
MUST_USE enum error_code arguments_read(struct arena *arena, size_t argc, const char *const *argv,
	struct arguments *ret_arguments, struct why *reterr_why);

/* A count for --max: 1 to a million; `otherwise` when it was not given. */
MUST_USE enum error_code arguments_max(const struct arguments *arguments, int64_t otherwise,
	int64_t *ret_max, struct why *reterr_why);
/* The moment that --since names, in ms: "30m" before now_ms, or a date (UTC); 0 when it was not
 * given. */
MUST_USE enum error_code arguments_since(const struct arguments *arguments, int64_t now_ms,
	int64_t *ret_since_ms, struct why *reterr_why);

/* The span that --timeout names, in ms; 0 when it was not given. */
MUST_USE enum error_code arguments_timeout(
	const struct arguments *arguments, int64_t *ret_timeout_ms, struct why *reterr_why);

#endif
