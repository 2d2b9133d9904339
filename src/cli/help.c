/* curfew help, and the texts of --help; see help.h. */
#include "cli/help.h"

#include <string.h>

#include "base/text.h"
#include "cli/call.h"
#include "cli/resource.h"
#include "cli/verbs.h"

enum { NAME_COLUMN = 28, FLAG_COLUMN = 24 };

static struct str usage(struct arena *arena, const struct verb *verb)
{
	return arena_format(
		arena, "%s%s%s", verb->name, verb->operands[0] ? " " : "", verb->operands);
}

/* What has the same five verbs. */
static void add_resources(struct text *text)
{
	text_add_z(text, "\nand list, get, create, update and delete, as in curfew client list, of:\n\n");
	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		text_addf(text, "  %-*s %s\n", NAME_COLUMN, resources[i].word, resources[i].several);
}

struct str help_verbs(struct arena *arena, struct str group)
{
	struct text text = text_new(arena, 0);
	struct str prefix = arena_join(arena, group, STR(" "), STR(""));
	text_addf(&text, "curfew %.*s%sVERB [flags]\n\n", STR_ARG(group), group.n ? " " : "");
	for (size_t i = 0; i < verbs_n; i++) {
		if (group.n ? !str_starts(str_from(verbs[i].name), prefix)
			    : verbs[i].resource != NULL)
			continue;
		struct str line = usage(arena, &verbs[i]);
		text_addf(&text, "  %-*.*s %s\n", NAME_COLUMN, STR_ARG(line), verbs[i].help);
	}
	if (!group.n)
		add_resources(&text);
	text_add_z(&text,
		"\nEach verb has --help, and --json where it prints something. A verb asks the server that "
		"has the\ndata folder; where none runs, it opens the folder itself for as long as it takes.\n"
		"Exit codes: 0 done, 1 failed, 2 not understood, 3 not found, 4 no server to be reached,\n"
		"5 an application was not told.\n");
	return text_str(&text);
}

static void add_flag(struct text *text, const struct flag_row *row)
{
	struct text name = text_new(text->arena, 0);
	if (row->letter)
		text_addf(&name, "-%c, ", row->letter);
	else
		text_add_z(&name, "    ");
	text_addf(&name, "--%s%s%s", row->name, row->value[0] ? " " : "", row->value);
	struct str left = text_str(&name);
	text_addf(text, "  %-*.*s %s\n", FLAG_COLUMN, STR_ARG(left), row->help);
}

struct str help_verb(struct arena *arena, const struct verb *verb)
{
	struct text text = text_new(arena, 0);
	struct str line = usage(arena, verb);
	text_addf(&text, "curfew %.*s [flags]: %s\n\n", STR_ARG(line), verb->help);
	for (size_t i = FLAG_COUNT; i-- > 0;)
		if ((verb->flags & ~SERVED) & (UINT64_C(1) << i))
			add_flag(&text, &flag_rows[i]);
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if ((verb->flags & SERVED) & (UINT64_C(1) << i))
			add_flag(&text, &flag_rows[i]);
	const char *example = arguments_example(verb);
	text_addf(&text, "\nFor example:\n  curfew %s%s%s\n", verb->name, example[0] ? " " : "", example);
	return text_str(&text);
}

enum error_code cli_help(struct cli_call *call, struct why *reterr_why)
{
	const struct str *operands = call->arguments.operands;
	const char *words[2] = { NULL, NULL };
	size_t n = call->arguments.n, taken = 0;
	for (size_t i = 0; i < n && i < 2; i++)
		words[i] = arena_z(call->arena, operands[i]);
	const struct verb *verb = arguments_verb(words, n, &taken);
	if (verb && !verb->run) {
		static char help[] = "--help";
		char *argv[] = { help, NULL };
		return call->host->serve(1, argv) == 0 ? OK : ERROR_FILE_FAILED;
	}
	struct arguments arguments;
	if (!verb && n) {
		/* A group, or nothing that is known: as `curfew WORDS --help` says it. */
		const char *again[] = { words[0], "--help" };
		enum error_code code =
			arguments_read(call->arena, 2, again, &arguments, reterr_why);
		if (code != OK)
			return code;
	}
	call_write(call,
		verb ? help_verb(call->arena, verb)
		     : help_verbs(call->arena, n ? operands[0] : STR("")));
	return OK;
}
