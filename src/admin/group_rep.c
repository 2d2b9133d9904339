/* Groups in the admin API's forms; see group_rep.h. */
#include "admin/group_rep.h"

#include "admin/sent_maps.h"

#include "store/groups.h"

size_t group_index(const struct realm *realm, const struct group *group)
{
	return (size_t)(group - realm->groups);
}

size_t group_depth(const struct group *group)
{
	size_t depth = 0;
	for (; group && depth <= REPRESENTATION_GROUP_DEPTH; group = group->parent)
		depth++;
	return depth;
}

bool group_is_below(const struct group *group, const struct group *top)
{
	for (int depth = 0; group && depth <= REPRESENTATION_GROUP_DEPTH; group = group->parent, depth++)
		if (group == top)
			return true;
	return false;
}

bool group_rep_find(struct admin_call *call, const struct group **ret_group)
{
	*ret_group = realm_group_by_id(call->realm, http_route_value(call->request, "group"));
	if (!*ret_group)
		admin_not_found(call, "Could not find group by id");
	return *ret_group;
}

/* A name of blanks is none. */
bool group_rep_read(struct admin_call *call, struct group_rep *rep)
{
	struct why why = { "" };
	struct json_read_options options = representation_options("$");
	rep->group.id = (struct str){ NULL, 0 };
	rep->group.name = rep->description = STR("");
	enum error_code code = json_read(call->arena, call->request->body, &group_shape, &options, rep, &why);
	bool nameless = code == OK ? !str_trim(rep->group.name).n :
				     str_starts(str_from(why.text), STR("$.name: a required"));
	if (nameless) {
		admin_refuse(call, 400, STR("Group name is missing"));
		return false;
	}
	list_pairs_drop_empty(rep->group.attributes, &rep->group.attributes_n);
	if (code == OK)
		code = group_check(rep, "$", &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

/* Realm groups come by name; so do the children of each. */
static void tie_children(struct group_writer *writer)
{
	const struct realm *realm = writer->call->realm;
	struct arena *arena = writer->call->arena;
	writer->first_child = arena_array(arena, realm->groups_n, sizeof(int32_t));
	writer->next_sibling = arena_array(arena, realm->groups_n, sizeof(int32_t));
	writer->children_n = arena_array(arena, realm->groups_n, sizeof(int32_t));
	for (size_t i = 0; i < realm->groups_n; i++)
		writer->first_child[i] = -1;
	for (size_t i = realm->groups_n; i-- > 0;) {
		writer->next_sibling[i] = -1;
		if (!realm->groups[i].parent)
			continue;
		size_t parent = group_index(realm, realm->groups[i].parent);
		writer->next_sibling[i] = writer->first_child[parent];
		writer->first_child[parent] = (int32_t)i;
		writer->children_n[parent]++;
	}
}

bool group_writer_open(struct admin_call *call, unsigned how, struct group_writer *ret_writer)
{
	struct why why = { "" };
	*ret_writer = (struct group_writer){ .call = call, .full = how & GROUP_FULL, .counted = how & GROUP_COUNTED,
		.access = how & GROUP_ACCESS };
	ret_writer->manage = ret_writer->access && admin_may(call, PERMISSION_MANAGE_USERS);
	tie_children(ret_writer);
	enum error_code code = store_list_group_descriptions(call->app->store, call->arena, call->realm->settings.id,
							     &ret_writer->descriptions, &why);
	if (code != OK)
		admin_fail(call, code, &why);
	return code == OK;
}

static void write_access(struct json_writer *w, bool manage)
{
	json_member_object_begin(w, "access");
	json_member_bool(w, "view", true);
	json_member_bool(w, "viewMembers", true);
	json_member_bool(w, "manageMembers", manage);
	json_member_bool(w, "manage", manage);
	json_member_bool(w, "manageMembership", manage);
	json_write_object_end(w);
}

static void write_client_roles(struct json_writer *w, struct arena *arena, const struct group *group)
{
	struct table written = table_new(arena, 4);
	json_member_object_begin(w, "clientRoles");
	for (size_t i = 0; i < group->roles_n; i++) {
		const struct client *client = group->roles[i]->client;
		if (!client || table_put(&written, client->id, client))
			continue;
		json_write_name(w, client->client_id);
		json_write_array_begin(w);
		for (size_t k = i; k < group->roles_n; k++)
			if (group->roles[k]->client == client)
				json_write_text(w, group->roles[k]->name);
		json_write_array_end(w);
	}
	json_write_object_end(w);
}

static void write_full(struct json_writer *w, struct arena *arena, const struct group *group)
{
	json_member_object_begin(w, "attributes");
	for (size_t i = 0; i < group->attributes_n; i++) {
		json_write_name(w, group->attributes[i].key);
		json_write_texts(w, group->attributes[i].values, group->attributes[i].n);
	}
	json_write_object_end(w);
	json_member_array_begin(w, "realmRoles");
	for (size_t i = 0; i < group->roles_n; i++)
		if (!group->roles[i]->client)
			json_write_text(w, group->roles[i]->name);
	json_write_array_end(w);
	write_client_roles(w, arena, group);
}

static void write_children(const struct group_writer *writer, struct json_writer *w, const struct group *group)
{
	const struct realm *realm = writer->call->realm;
	int32_t first = writer->shown ? writer->first_child[group_index(realm, group)] : -1;
	json_member_array_begin(w, "subGroups");
	for (int32_t i = first; i >= 0; i = writer->next_sibling[i])
		if (writer->shown[i])
			group_write(writer, w, &realm->groups[i]);
	json_write_array_end(w);
}

void group_write(const struct group_writer *writer, struct json_writer *w, const struct group *group)
{
	struct arena *arena = writer->call->arena;
	const struct str *description = table_get(&writer->descriptions, group->id);
	json_write_object_begin(w);
	json_member_text(w, "id", group->id);
	json_member_text(w, "name", group->name);
	if (description)
		json_member_text(w, "description", *description);
	json_member_text(w, "path", group_path(arena, group));
	if (group->parent)
		json_member_text(w, "parentId", group->parent->id);
	if (writer->counted)
		json_member_int(w, "subGroupCount", writer->children_n[group_index(writer->call->realm, group)]);
	write_children(writer, w, group);
	if (writer->full)
		write_full(w, arena, group);
	if (writer->access)
		write_access(w, writer->manage);
	json_write_object_end(w);
}

void group_answer(const struct group_writer *writer, const struct group *group)
{
	struct json_writer *w = admin_json_begin(writer->call);
	group_write(writer, w, group);
	admin_json_end(writer->call, w);
}
