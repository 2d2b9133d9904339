/* Components in the admin API's form: finding, writing, taking in. Private to admin/. */
#ifndef ADMIN_COMPONENT_H
#define ADMIN_COMPONENT_H

#include "admin/component_types.h"
#include "store/components.h"

struct component_list {
	struct component_rep *items;
	size_t n;
};
/* All of the realm, secrets in clear. False: answered. */
bool component_list(struct admin_call *call, struct component_list *ret_list);
/* The one of that id; NULL. */
struct component_rep *component_find(const struct component_list *list, struct str id);
/* Whether it is there, 404 otherwise. */
bool component_of_route(struct admin_call *call, const struct component_list *list,
			struct component_rep **ret_component);

/* As it is answered: settings that the provider declares, secrets masked. */
void component_write(struct admin_call *call, struct json_writer *w, const struct component_rep *component);

/* What a body says of a component; what it leaves out is empty. */
struct component_body {
	struct component_rep rep;
	struct json_sent sent;
};
bool component_read_body(struct admin_call *call, struct component_body *ret_body);
/* Takes the body's words into a component that is there: settings one by one, masked ones stay. */
void component_merge(struct admin_call *call, const struct component_body *body, struct component_rep *component);
/* Whether there is such a provider, whether its settings can be, and, for keys, the key made or
 * checked. False: answered. */
bool component_settle(struct admin_call *call, struct component_rep *component);

#endif
