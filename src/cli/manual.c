/* curfew manual: curfew(1) in roff, made of the tables of verbs and flags. */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/call.h"
#include "cli/verbs.h"

/* What roff would obey: a backslash anywhere, a dot or quote at the beginning of a line; and dashes
 * that are to be copied. */
static void add(struct text *text, const char *words)
{
	if (*words == '.' || *words == '\'')
		text_add_z(text, "\\&");
	for (; *words; words++) {
		if (*words == '\\')
			text_add_z(text, "\\e");
		else if (*words == '-')
			text_add_z(text, "\\-");
		else
			text_add_char(text, *words);
	}
}

static void add_flag_name(struct text *text, const struct flag_row *row)
{
	if (row->letter)
		text_addf(text, "\\fB\\-%c\\fR, ", row->letter);
	text_add_z(text, "\\fB\\-\\-");
	add(text, row->name);
	text_add_z(text, "\\fR");
	if (!row->value[0])
		return;
	text_add_z(text, " \\fI");
	add(text, row->value);
	text_add_z(text, "\\fR");
}

static void add_verb(struct text *text, const struct verb *verb)
{
	const char *example = arguments_example(verb);
	text_add_z(text, ".SS \"curfew ");
	add(text, verb->name);
	text_add_z(text, verb->operands[0] ? " " : "");
	add(text, verb->operands);
	text_add_z(text, "\"\n");
	add(text, verb->help);
	text_add_z(text, ".\n");
	size_t n = 0;
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		if (!((verb->flags & ~SERVED) & (UINT64_C(1) << i)))
			continue;
		text_add_z(text, n++ ? ";\n" : ".br\nFlags: ");
		add_flag_name(text, &flag_rows[i]);
	}
	text_add_z(text, n ? "\n" : "");
	text_add_z(text, ".PP\n.nf\n    curfew ");
	add(text, verb->name);
	text_add_z(text, example[0] ? " " : "");
	add(text, example);
	text_add_z(text, "\n.fi\n");
}

static void add_head(struct text *text)
{
	text_add_z(text,
		".TH CURFEW 1 \"\" \"Curfew " CURFEW_VERSION "\" \"User Commands\"\n"
		".SH NAME\n"
		"curfew \\- single sign-on server, and what looks after it\n"
		".SH SYNOPSIS\n"
		".B curfew\n.I VERB\n[\\fIflags\\fR]\n.br\n"
		".B curfew\n.I VERB\n.B \\-\\-help\n"
		".SH DESCRIPTION\n"
		"The same program is the server and what administers it. A verb asks the server that has "
		"the data folder, through its socket; where none runs, it opens the folder itself for as "
		"long as it takes. With \\fB\\-\\-server\\fR, or CURFEW_SERVER, it asks a server over the "
		"network, with the login that \\fBcurfew login\\fR keeps.\n"
		".SH VERBS\n"
		"Those that have \\fB\\-\\-server\\fR or a data folder also have the flags of section "
		"FLAGS for it.\n");
}

static void add_tail(struct text *text)
{
	text_add_z(text, ".SH FLAGS\n");
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		text_add_z(text, ".TP\n");
		add_flag_name(text, &flag_rows[i]);
		text_add_char(text, '\n');
		add(text, flag_rows[i].help);
		text_add_char(text, '\n');
	}
	text_add_z(text,
		".SH EXIT STATUS\n"
		".TP\n0\ndone\n"
		".TP\n1\nfailed; the reason is on standard error\n"
		".TP\n2\nthe command line or the configuration is not understood, or \\fB\\-\\-yes\\fR is "
		"missing\n"
		".TP\n3\nwhat was named is not there\n"
		".TP\n4\nno server could be reached, and none could be started here\n"
		".TP\n5\nan application was not told of a sign-out, or would not be\n"
		".SH ENVIRONMENT\n"
		".TP\nCURFEW_DATA\nthe data folder\n"
		".TP\nCURFEW_DB\nthe database, when it is not in the data folder\n"
		".TP\nCURFEW_SERVER\nthe server, as \\fB\\-\\-server\\fR\n"
		".TP\nCURFEW_ADMIN_PASSWORD\nthe administrator's password; no login is used then\n"
		".TP\nXDG_CONFIG_HOME\nwhere logins are kept: curfew/logins.json in it, else in "
		"\\(ti/.config\n");
}

enum error_code cli_manual(struct cli_call *call, struct why *reterr_why)
{
	(void)reterr_why;
	struct text text = text_new(call->arena, 0);
	add_head(&text);
	for (size_t i = 0; i < verbs_n; i++)
		add_verb(&text, &verbs[i]);
	add_tail(&text);
	call_write(call, text_str(&text));
	return OK;
}
