/* Lists of groups: /groups, /groups/count, /groups/{group}/children, /group-by-path/{path}. */
#include "admin/group_rep.h"
#include "admin/handlers_groups.h"
#include "admin/search.h"
#include "admin/serve.h"
#include "model/attribute_query.h"

struct wanted {
	struct str search;
	bool exact;        /* the name is the search, to the letter */
	bool from_start;   /* else the search may stand anywhere in the name */
	bool by_attributes;
	struct attribute_query attributes;
	const struct group *parent; /* of children */
};

static bool named(const struct wanted *wanted, const struct group *group)
{
	if (!wanted->search.n)
		return true;
	if (wanted->exact)
		return str_eq(group->name, wanted->search);
	return search_pattern(group->name, wanted->search, wanted->from_start);
}

static bool matches(const struct wanted *wanted, const struct group *group)
{
	return wanted->by_attributes ?
		       attribute_query_holds(&wanted->attributes, group->attributes, group->attributes_n) :
		       named(wanted, group);
}

static struct wanted read_query(struct admin_call *call)
{
	struct str q = admin_query(call, "q");
	return (struct wanted){
		.search = str_trim(admin_query(call, "search")),
		.exact = admin_query_true(call, "exact", false),
		.by_attributes = q.n > 0,
		.attributes = attribute_query_read(call->arena, q),
	};
}

static unsigned how_of(struct admin_call *call, bool brief)
{
	bool is_brief = admin_query_true(call, "briefRepresentation", brief);
	bool counted = admin_query_true(call, "subGroupsCount", true);
	return (is_brief ? GROUP_BRIEF : GROUP_FULL) | (counted ? GROUP_COUNTED : 0) | GROUP_ACCESS;
}

/* Those of a parent (NULL: at the top), by name. */
static void write_level(struct admin_call *call, const struct group_writer *writer, const struct wanted *wanted,
			const struct admin_page *page, struct json_writer *w)
{
	size_t matching = 0;
	for (size_t i = 0; i < call->realm->groups_n; i++) {
		const struct group *group = &call->realm->groups[i];
		if (group->parent == wanted->parent && named(wanted, group) && admin_page_has(page, matching++))
			group_write(writer, w, group);
	}
}

/* Those that are found, with the groups above them. */
static void write_found(struct admin_call *call, struct group_writer *writer, const struct wanted *wanted,
			const struct admin_page *page, struct json_writer *w)
{
	const struct realm *realm = call->realm;
	bool tree = admin_query_true(call, "populateHierarchy", true);
	bool *shown = arena_array(call->arena, realm->groups_n, sizeof *shown);
	size_t matching = 0;
	for (size_t i = 0; i < realm->groups_n; i++) {
		const struct group *group = &realm->groups[i];
		if (!matches(wanted, group) || !admin_page_has(page, matching++))
			continue;
		if (!tree)
			group_write(writer, w, group);
		for (int depth = 0; tree && group && depth <= REPRESENTATION_GROUP_DEPTH; depth++, group = group->parent)
			shown[group_index(realm, group)] = true;
	}
	writer->shown = shown;
	for (size_t i = 0; tree && i < realm->groups_n; i++)
		if (shown[i] && !realm->groups[i].parent)
			group_write(writer, w, &realm->groups[i]);
}

static void list(struct admin_call *call)
{
	struct admin_page page;
	struct group_writer writer;
	struct wanted wanted = read_query(call);
	if (!admin_query_page(call, -1, &page) || !group_writer_open(call, how_of(call, true), &writer))
		return;
	struct json_writer *w = admin_array_begin(call);
	/* Who may only know that there are groups sees none. */
	if (!admin_may(call, PERMISSION_VIEW_USERS))
		page.max = 0;
	if (wanted.search.n || wanted.by_attributes)
		write_found(call, &writer, &wanted, &page, w);
	else
		write_level(call, &writer, &wanted, &page, w);
	admin_array_end(call, w);
}

ADMIN_HANDLER(admin_groups_list, list)

enum { CHILDREN_PAGE = 10 }; /* when the query does not say */

static void group_children(struct admin_call *call)
{
	struct admin_page page;
	struct group_writer writer;
	const struct group *group;
	if (group_rep_find(call, &group) && admin_query_page(call, CHILDREN_PAGE, &page) &&
	    group_writer_open(call, how_of(call, false), &writer)) {
		struct wanted wanted = read_query(call);
		struct json_writer *w = admin_array_begin(call);
		wanted.parent = group;
		wanted.from_start = true; /* as in Keycloak, here alone */
		write_level(call, &writer, &wanted, &page, w);
		admin_array_end(call, w);
	}
}

ADMIN_HANDLER(admin_group_children, group_children)

static void groups_count(struct admin_call *call)
{
	size_t count = 0;
	struct wanted wanted = read_query(call);
	wanted.exact = false; /* the parameter is not this call's */
	bool top = !wanted.search.n && admin_query_true(call, "top", false);
	for (size_t i = 0; i < call->realm->groups_n; i++)
		count += named(&wanted, &call->realm->groups[i]) && !(top && call->realm->groups[i].parent);
	admin_json(call, arena_format(call->arena, "{\"count\":%zu}", count));
}

ADMIN_HANDLER(admin_groups_count, groups_count)

static void group_by_path(struct admin_call *call)
{
	struct group_writer writer;
	const struct group *found = NULL;
	struct str path = http_route_value(call->request, "path");
	/* A slash before it arrives as %2F. */
	if (str_starts(path, STR("/")))
		path = str_drop(path, 1);
	if (str_ends(path, STR("/")))
		path = str_take(path, path.n - 1);
	for (size_t i = 0; i < call->realm->groups_n && !found; i++)
		if (str_eq(str_drop(group_path(call->arena, &call->realm->groups[i]), 1), path))
			found = &call->realm->groups[i];
	if (!found)
		admin_not_found(call, "Group path does not exist");
	else if (group_writer_open(call, GROUP_FULL | GROUP_COUNTED, &writer))
		group_answer(&writer, found);
}

ADMIN_HANDLER(admin_group_by_path, group_by_path)
