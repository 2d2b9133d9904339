/* Keycloak's path of a group; see group_path.h. */
#include "model/group_path.h"

#include "model/representation.h"

struct str group_path(struct arena *arena, const struct group *group)
{
	struct str path = STR("");
	for (int depth = 0; group && depth <= REPRESENTATION_GROUP_DEPTH; group = group->parent, depth++)
		path = arena_join(arena, STR("/"), group->name, path);
	return path;
}
