/* web/pages.h: every page of ours with hostile values in every insertion. Whatever they are,
 * the page has the same marks of HTML as with harmless ones, its entities are ours, and no
 * address in it runs code.
 *
 * The input: one byte chooses the page; the values, a line each, in the order in which the
 * templates name them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/compiled.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { NAMES_MAX = 160, ITEMS = 2 };

/* All that the templates insert; those of LISTS are rendered once an item. */
static char *names[NAMES_MAX];
static size_t names_n;
static const char *const lists[] = { "applications", "devices", "lines", "parameters", "receipts", "scopes",
	"signouts" };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void add_names(struct arena *arena, struct str text);

static void add_name(struct arena *arena, struct str tag)
{
	if (tag.p[0] == '%') {
		add_names(arena, messages_text(messages_default(), str_drop(tag, 1)));
		return;
	}
	if (strchr("#^/&@", tag.p[0]))
		tag = str_drop(tag, 1);
	for (size_t i = 0; i < names_n; i++)
		if (str_eq_z(tag, names[i]))
			return;
	require(names_n < NAMES_MAX);
	names[names_n++] = strdup(arena_z(arena, tag));
}

static void add_names(struct arena *arena, struct str text)
{
	const char *at;
	while ((at = memmem(text.p, text.n, "{{", 2))) {
		text = str_drop(text, (size_t)(at - text.p) + 2);
		add_name(arena, str_take(text, str_index(text, '}')));
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	ARENA_SCOPED arena = arena_new(0);
	for (size_t i = 0; i < compiled_templates_n; i++)
		add_names(arena, compiled_templates[i].body);
	return 0;
}

static bool is_list(const char *name)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (!strcmp(name, lists[i]))
			return true;
	return false;
}

/* What a page gets: hostile values, or harmless ones that are empty where those are. */
struct values {
	struct template_value list[NAMES_MAX];
	struct template_scope items[ITEMS];
};

static void fill(struct values *values, const struct str *texts, bool harmless)
{
	for (size_t i = 0; i < ITEMS; i++)
		values->items[i] = (struct template_scope){ values->list, names_n };
	for (size_t i = 0; i < names_n; i++) {
		struct str text = harmless && texts[i].n ? STR("/x") : texts[i];
		bool many = is_list(names[i]) && text.n;
		values->list[i] = (struct template_value){ .name = names[i], .text = text,
			.items = many ? values->items : NULL, .items_n = many ? ITEMS : 0 };
	}
}

static struct str page(struct arena *arena, const char *name, const struct str *texts, bool harmless)
{
	struct values values;
	fill(&values, texts, harmless);
	struct str realm = harmless && texts[1].n ? STR("x") : texts[1];
	const struct pages_frame frame = { .messages = messages_default(), .realm = realm, .resources = STR("/resources") };
	return pages_render(arena, name, &frame, values.list, names_n);
}

static size_t count(struct str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static void check_entities(struct str html)
{
	static const char *const ours[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	for (size_t i = 0; i < html.n; i++) {
		bool known = html.p[i] != '&';
		for (size_t k = 0; k < sizeof ours / sizeof *ours && !known; k++)
			known = str_starts(str_drop(html, i), str_from(ours[k]));
		require(known);
	}
}

static void check_address(struct str address)
{
	static const char *const active[] = { "javascript:", "data:", "vbscript:", "blob:", "about:",
		"filesystem:", "view-source:" };
	/* Browsers skip leading spaces and controls of an address. */
	require(!address.n || (unsigned char)address.p[0] > ' ');
	for (size_t i = 0; i < sizeof active / sizeof *active; i++)
		require(!str_eq_nocase(str_take(address, strlen(active[i])), str_from(active[i])));
}

static bool takes_address(struct str tag)
{
	return str_ends(tag, STR(" href=")) || str_ends(tag, STR(" src=")) || str_ends(tag, STR(" action="));
}

/* Every quoted attribute of every tag; a value holds no quote, as the counts have shown. */
static void check_addresses(struct str html)
{
	bool tag = false, quoted = false, address = false;
	for (size_t i = 0, from = 0; i < html.n; i++) {
		char c = html.p[i];
		if (!quoted && (c == '<' || c == '>')) {
			tag = c == '<';
		} else if (tag && c == '"') {
			if (quoted && address)
				check_address(str_take(str_drop(html, from), i - from));
			address = !quoted && takes_address(str_take(html, i));
			quoted = !quoted;
			from = i + 1;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char marks[] = "<>\"'";
	ARENA_SCOPED arena = arena_new(0);
	if (!n)
		return 0;
	const char *name = compiled_templates[data[0] % compiled_templates_n].name;
	struct str rest = str_of(data + 1, n - 1), texts[NAMES_MAX] = { { NULL, 0 } };
	if (!strcmp(name, "layout"))
		return 0; /* takes a page as it is */
	for (size_t i = 0; i < names_n; i++)
		str_next(&rest, '\n', &texts[i]);
	struct str hostile = page(arena, name, texts, false), harmless = page(arena, name, texts, true);
	for (size_t i = 0; marks[i]; i++)
		require(count(hostile, marks[i]) == count(harmless, marks[i]));
	check_entities(hostile);
	check_addresses(hostile);
	return 0;
}
