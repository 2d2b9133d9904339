/* curfew completion: scripts for shells, made of the tables of verbs and flags. */
#include "base/tables.h"
#include "cli/call.h"
#include "cli/verbs.h"

static const char bash_head[] =
	"# Completion of curfew for bash: source it, or put it into\n"
	"# ~/.local/share/bash-completion/completions/curfew\n"
	"_curfew()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} words\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\twords='";
static const char bash_middle[] =
	"'\n"
	"\telse\n"
	"\t\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
static const char bash_tail[] =
	"\t\tesac\n"
	"\t\tif ((COMP_CWORD == 2)); then\n"
	"\t\t\tcase ${COMP_WORDS[1]} in\n";
static const char bash_end[] =
	"\t\t\tesac\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	"}\n"
	"complete -o default -F _curfew curfew\n";

static const char zsh_head[] =
	"#compdef curfew\n"
	"# Completion of curfew for zsh: a file _curfew in a folder of $fpath.\n"
	"_curfew()\n"
	"{\n"
	"\tlocal -a words_here\n"
	"\tif ((CURRENT == 2)); then\n"
	"\t\twords_here=(";
static const char zsh_middle[] =
	")\n"
	"\telse\n"
	"\t\tcase \"${words[2]} ${words[3]}\" in\n";
static const char zsh_tail[] =
	"\t\tesac\n"
	"\t\tif ((CURRENT == 3)); then\n"
	"\t\t\tcase ${words[2]} in\n";
static const char zsh_end[] =
	"\t\t\tesac\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tif [[ ${words[CURRENT]} == -* ]] || ((CURRENT < 4)); then\n"
	"\t\tcompadd -a words_here\n"
	"\telse\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"compdef _curfew curfew\n";

static struct str first_of(const char *name)
{
	return str_take(str_from(name), str_index(str_from(name), ' '));
}

static struct str second_of(const char *name)
{
	return str_drop(str_from(name), first_of(name).n + 1);
}

/* True for the first verb that begins with its word. */
static bool is_new(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(first_of(verbs[k].name), first_of(verbs[i].name)))
			return false;
	return true;
}

static void add_firsts(struct text *text)
{
	for (size_t i = 0, n = 0; i < verbs_n; i++)
		if (is_new(i))
			text_addf(text, "%s%.*s", n++ ? " " : "", STR_ARG(first_of(verbs[i].name)));
}

static void add_flags(struct text *text, const struct verb *verb)
{
	for (size_t i = 0, n = 0; i < FLAG_COUNT; i++)
		if (verb->flags & (UINT64_C(1) << i))
			text_addf(text, "%s--%s", n++ ? " " : "", flag_rows[i].name);
}

/* case's branches: the flags of each verb. */
static void add_verbs(struct text *text, const char *begin, const char *end)
{
	for (size_t i = 0; i < verbs_n; i++) {
		bool two = second_of(verbs[i].name).n > 0;
		text_addf(text, "\t\t'%s'%s) %s", verbs[i].name, two ? "" : "' '*", begin);
		add_flags(text, &verbs[i]);
		text_addf(text, "%s ;;\n", end);
	}
}

/* case's branches: the second words of each first. */
static void add_seconds(struct text *text, const char *begin, const char *end)
{
	for (size_t i = 0; i < verbs_n; i++) {
		size_t n = 0;
		if (!is_new(i))
			continue;
		for (size_t k = 0; k < verbs_n; k++) {
			struct str second = second_of(verbs[k].name);
			if (!second.n || !str_eq(first_of(verbs[k].name), first_of(verbs[i].name)))
				continue;
			if (!n++)
				text_addf(text, "\t\t\t%.*s) %s", STR_ARG(first_of(verbs[i].name)),
					begin);
			text_addf(text, "%s%.*s", n > 1 ? " " : "", STR_ARG(second));
		}
		if (n)
			text_addf(text, "%s ;;\n", end);
	}
}

static void bash(struct text *text)
{
	text_add_z(text, bash_head);
	add_firsts(text);
	text_add_z(text, bash_middle);
	add_verbs(text, "words='", "'");
	text_add_z(text, bash_tail);
	add_seconds(text, "words=\"$words ", "\"");
	text_add_z(text, bash_end);
}

static void zsh(struct text *text)
{
	text_add_z(text, zsh_head);
	add_firsts(text);
	text_add_z(text, zsh_middle);
	add_verbs(text, "words_here=(", ")");
	text_add_z(text, zsh_tail);
	add_seconds(text, "words_here+=(", ")");
	text_add_z(text, zsh_end);
}

/* What fish puts between single quotes. */
static void add_fish_text(struct text *text, const char *words)
{
	for (; *words; words++) {
		if (*words == '\'' || *words == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *words);
	}
}

static void fish_flags(struct text *text, const struct verb *verb)
{
	struct str first = first_of(verb->name), second = second_of(verb->name);
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		if (!(verb->flags & (UINT64_C(1) << i)))
			continue;
		text_addf(text, "complete -c curfew -n '__fish_seen_subcommand_from %.*s",
			STR_ARG(first));
		if (second.n)
			text_addf(text, "; and __fish_seen_subcommand_from %.*s", STR_ARG(second));
		text_addf(text, "' -l %s%s -d '", flag_rows[i].name,
			flag_rows[i].value[0] ? " -r" : "");
		add_fish_text(text, flag_rows[i].help);
		text_add_z(text, "'\n");
	}
}

static void fish(struct text *text)
{
	text_add_z(text,
		"# Completion of curfew for fish: ~/.config/fish/completions/curfew.fish\n"
		"complete -c curfew -f -n __fish_use_subcommand -a '");
	add_firsts(text);
	text_add_z(text, "'\n");
	for (size_t i = 0; i < verbs_n; i++) {
		if (second_of(verbs[i].name).n) {
			text_addf(text,
				"complete -c curfew -f -n '__fish_is_nth_token 2; and "
				"__fish_seen_subcommand_from %.*s' -a %.*s -d '",
				STR_ARG(first_of(verbs[i].name)), STR_ARG(second_of(verbs[i].name)));
			add_fish_text(text, verbs[i].help);
			text_add_z(text, "'\n");
		}
		fish_flags(text, &verbs[i]);
	}
}

enum error_code cli_completion(struct cli_call *call, struct why *reterr_why)
{
	static const struct {
		const char *name;
		void (*write)(struct text *text);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	struct str name = call->arguments.operands[0];
	struct text text = text_new(call->arena, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(shells); i++) {
		if (!str_eq_z(name, shells[i].name))
			continue;
		shells[i].write(&text);
		call_write(call, text_str(&text));
		return OK;
	}
	return error_because(reterr_why, ERROR_USAGE, "'%.*s' is none of bash, zsh and fish",
		STR_ARG(call_clean(call, str_take(name, 40))));
}
