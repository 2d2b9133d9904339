/* Lists of roles in the admin API: what a holder (a user, a group, a client, a client scope, a
 * role with composites) has, might have and has in effect; and the lists that come in to be
 * mapped. Knows the snapshot alone; who stores a mapping is the holder's affair.
 * Private to admin/. */
#ifndef ADMIN_ROLE_MAPPING_H
#define ADMIN_ROLE_MAPPING_H

#include "admin/call.h"
#include "model/roles.h"

struct role_holder {
	struct table direct;    /* role id -> role */
	struct role_set effect; /* direct ones and inherited ones, composites expanded */
};

/* `inherited`: those that the holder has from elsewhere (a group's parents); may be NULL. */
struct role_holder role_holder_new(struct arena *arena, struct role *const *direct, size_t direct_n,
				   struct role *const *inherited, size_t inherited_n);

enum role_view {
	ROLES_DIRECT,
	ROLES_AVAILABLE, /* those that are not direct */
	ROLES_EFFECTIVE,
};

/* One role; `full` (role id -> struct role_rep, store/role_reps.h) adds attributes; NULL: brief. */
void role_write(struct admin_call *call, struct json_writer *w, const struct role *role, const struct table *full);

/* The answer with the holder's roles of one container (NULL: the realm's), by name.
 * ROLES_EFFECTIVE obeys the query's briefRepresentation. */
void role_mapping_list(struct admin_call *call, const struct role_holder *holder, const struct client *container,
		       enum role_view view);
/* The answer {"realmMappings": [..], "clientMappings": {..}}; what is empty is left out. */
void role_mapping_all(struct admin_call *call, const struct role_holder *holder);

/* The container that the route names: its {client}, or the realm (NULL) where the route has none.
 * False: answered. */
bool role_mapping_container(struct admin_call *call, const struct client **ret_container);

struct role_list {
	const struct role **items;
	size_t n;
};
/* The body: a list of roles of that container, by id and name, each of which the caller may give.
 * An empty body (DELETE) names all that the holder has there; `holder` NULL: an empty body is refused.
 * False: answered; 404 for a role that is not there. */
bool role_mapping_read(struct admin_call *call, const struct role_holder *holder, const struct client *container,
		       struct role_list *ret_list);
/* The same by id alone, of any container: composites, scope mappings. */
bool role_mapping_read_any(struct admin_call *call, struct role_list *ret_list);
/* Their ids, for effects. */
struct str_list role_list_ids(struct arena *arena, const struct role_list *list);

/* For admin events: what is mapped; REALM_ROLE_MAPPING or CLIENT_ROLE_MAPPING. */
const char *role_mapping_resource(const struct client *container);

#endif
