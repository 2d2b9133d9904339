/* One call of the admin API: who calls, what realm it concerns, the answer's common forms.
 * Private to admin/. */
#ifndef ADMIN_CALL_H
#define ADMIN_CALL_H

#include "admin/admin.h"
#include "admin/permission.h"
#include "app/visit.h"
#include "json/write.h"
#include "model/representation.h"

struct admin_call {
	struct app *app;
	struct visit visit;   /* of the realm that the call concerns; realm NULL: none */
	struct visit home;    /* of the caller's realm; realm NULL: the unix socket */
	struct bearer bearer; /* the caller; empty for the unix socket */
	struct str actor;     /* username, or "local" */
	struct http_request *request;
	struct http_response *response;
	struct arena *arena;
	const struct realm *realm; /* visit.realm */
	struct role_set held;      /* what the caller has by the token; use admin_may */
	bool held_found;
	/* A part of an import: `home` is that call's; users are taken as they are, without the profile's
	 * checks, default roles and default groups, as those of a whole realm. */
	bool is_import;
	/* Of calls that concern one state of a thing, see entity.h. */
	bool is_patch;       /* came as PATCH; its body is a PUT's now */
	bool is_tagged;      /* came with If-Match */
	struct str state;    /* the thing as it was read for them; NULL as text: none of them */
	void *route_context; /* what the route's handlers are given */
	const char *input_error;   /* what admin_refuse_input names; NULL: "invalid_input" */
};

/* Authenticates, checks the route's permission, finds the route's realm. False: answered. */
bool admin_open(struct admin_call *call, void *context, struct http_request *request,
		struct http_response *response);
void admin_close(struct admin_call *call);

/* Whether the caller has this permission too, in the call's realm. */
bool admin_may(struct admin_call *call, enum permission permission);
/* The same in another realm, of which id and name matter alone; NULL: what concerns no realm. */
bool admin_may_in(struct admin_call *call, const struct realm *realm, enum permission permission);
/* Whether the caller may give this role of the call's realm to others, and take it. */
bool admin_may_give(struct admin_call *call, const struct role *role);

/* Answers. */
void admin_json(struct admin_call *call, struct str json);
/* The same written piece by piece, in compact form; `end` answers. */
struct json_writer *admin_json_begin(struct admin_call *call);
void admin_json_end(struct admin_call *call, const struct json_writer *w);
/* A list. */
struct json_writer *admin_array_begin(struct admin_call *call);
void admin_array_end(struct admin_call *call, struct json_writer *w);
void admin_created(struct admin_call *call, struct str path); /* 201, Location base + path */
void admin_no_content(struct admin_call *call);
/* 403, for what only the handler can judge. */
void admin_forbid(struct admin_call *call);
/* {"error": text}: what Keycloak says of things that are not there. */
void admin_not_found(struct admin_call *call, const char *text);
/* {"errorMessage": text}: what it says of bad input. */
void admin_refuse(struct admin_call *call, int status, struct str text);
/* An error of the store, the body or ourselves, by the table; logged when ours. */
void admin_fail(struct admin_call *call, enum error_code code, const struct why *why);

/* {"error": .., "error_description": ..} of a representation that cannot be. */
void admin_refuse_input(struct admin_call *call, struct str text);
/* What Keycloak answers where a feature is off: 501. */
void admin_refuse_feature(struct admin_call *call);
/* A body that could not be read or taken: Keycloak's answers, with the reason. */
void admin_refuse_body(struct admin_call *call, enum error_code code, const struct why *why);

/* A query parameter; empty when absent. Numbers: `otherwise` when absent; false: answered. */
struct str admin_query(struct admin_call *call, const char *name);
bool admin_query_int(struct admin_call *call, const char *name, int64_t otherwise, int64_t *ret_value);
/* "true" in any case, as Java reads it; `otherwise` when absent. */
bool admin_query_true(struct admin_call *call, const char *name, bool otherwise);
/* The page that a list is asked for: first and max. */
struct admin_page {
	int64_t first, max; /* max < 0: all */
};
/* `max` is what it is when the query does not say (-1: all). False: answered. */
bool admin_query_page(struct admin_call *call, int64_t max, struct admin_page *ret_page);
/* Whether item `index` (0, 1 ... of what matches) is on the page. */
bool admin_page_has(const struct admin_page *page, size_t index);

/* Adds an admin event to a transaction, where the realm wants them; with the call's JSON body where
 * it wants that too. Secrets never go in. */
void admin_event_add(struct admin_call *call, struct effects *effects, const char *operation,
		     const char *resource_type, struct str path);
/* The call's path below the realm, as admin events tell it. */
struct str admin_event_path(struct admin_call *call);

#endif
