/* Authentication flows in a realm's document: what is where, and the admin API's forms. Flows name each
 * other and their settings by aliases; the admin API by ids. Private to admin/. */
#ifndef ADMIN_FLOW_REP_H
#define ADMIN_FLOW_REP_H

#include "admin/authentication_providers.h"
#include "admin/call.h"

enum { FLOW_DEPTH = 10 }; /* deeper flows are not walked */

/* Gives ids to those that have none: the same each time, until they are stored. */
void flows_complete(struct arena *arena, struct realm_rep *rep);

/* NULL: there is none. */
struct flow_rep *flow_of_alias(const struct realm_rep *rep, struct str alias);
struct flow_rep *flow_of_id(const struct realm_rep *rep, struct str id);
struct flow_config_rep *flow_config_of_alias(const struct realm_rep *rep, struct str alias);
struct flow_config_rep *flow_config_of_id(const struct realm_rep *rep, struct str id);

struct execution_place {
	struct flow_rep *flow;
	struct execution_rep *execution; /* NULL: there is none */
};
struct execution_place execution_of_id(const struct realm_rep *rep, struct str id);
/* The route's {execution}, else 404. */
bool execution_find(struct admin_call *call, const struct realm_rep *rep, struct execution_place *ret_place);

/* By priority. */
void flow_sort(struct flow_rep *flow);
/* One more than the largest. */
int64_t flow_next_priority(const struct flow_rep *flow);
/* At the end of the list, with an id. */
struct execution_rep *flow_add_execution(struct arena *arena, struct flow_rep *flow, const struct execution_rep *execution);
/* The flow with all flows below it and their settings, and the executions that name them. */
void flow_remove(struct realm_rep *rep, struct str alias);
/* The execution with its settings and the flow that it is. */
void execution_remove(struct realm_rep *rep, const struct execution_place *place);
/* Whatever names a flow follows its new alias: bindings of the realm, executions, identity providers. */
enum error_code flow_rename(struct arena *arena, struct realm_rep *rep, struct flow_rep *flow, struct str alias,
			    struct why *reterr_why);
/* Whether the realm or one of its clients binds the flow. */
bool flow_is_bound(struct admin_call *call, const struct realm_rep *rep, const struct flow_rep *flow);

/* What the flow's `kept` says; p NULL: nothing. */
struct str flow_description(struct arena *arena, const struct flow_rep *flow);
void flow_describe(struct arena *arena, struct flow_rep *flow, struct str description);

/* Requirements that an execution may have, as bits. */
unsigned execution_requirements(const struct realm_rep *rep, const struct flow_rep *flow,
				const struct execution_rep *execution);

void flow_write(struct admin_call *call, struct json_writer *w, const struct flow_rep *flow);
/* All executions below the flow, one after another. */
void flow_write_executions(struct admin_call *call, struct json_writer *w, const struct realm_rep *rep,
			   const struct flow_rep *flow);
void flow_config_write(struct json_writer *w, const struct flow_config_rep *config);

/* Refuses characters that URLs reserve, with Keycloak's text. False: answered. */
bool alias_is_plain(struct admin_call *call, struct str alias);

#endif
