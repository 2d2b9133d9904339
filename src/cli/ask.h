/* Requests to the server: through the data folder's socket, or over the network as an
 * administrator. The first one finds the server. Private to cli/. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/call.h"

struct ask_answer {
	int status;             /* 2xx */
	struct str body;        /* in the call's arena */
	struct json_node *json; /* the body; NULL when it has none, or when `raw` */
	struct str etag, location; /* headers; empty: there is none */
};

struct ask_request {
	const char *method;
	struct str path; /* as ask_path makes it */
	const char *content_type;
	struct str body; /* borrowed until the answer */
	struct str if_match; /* an etag; empty: whatever it is now */
	bool raw;        /* the answer is not read as JSON */
};

/* Finds the server, or starts one; the other functions do so when it was not done. USAGE,
 * NETWORK_FAILED, FORBIDDEN (--server: wrong password) and what cli_host.open gives. */
MUST_USE enum error_code ask_open(struct cli_call *call, struct why *reterr_why);
/* Sends it and reads the answer, however long it takes. NAME_NOT_FOUND (404), EXISTS (409), FORBIDDEN (401, 403),
 * INVALID_VALUE (other 4xx), STORE_FAILED (5xx): why has the server's words.
 * NETWORK_FAILED: it does not answer. UNREADABLE_ANSWER: not JSON. And the errors of
 * cli_host.open. */
MUST_USE enum error_code ask(struct cli_call *call, const struct ask_request *request,
	struct ask_answer *ret_answer, struct why *reterr_why);
MUST_USE enum error_code ask_get(struct cli_call *call, struct str path,
	struct json_node **ret_json, struct why *reterr_why);
/* POST or DELETE without a body; *ret_json may be NULL. */
MUST_USE enum error_code ask_do(struct cli_call *call, const char *method, struct str path,
	struct json_node **ret_json, struct why *reterr_why);

/* "/admin/realms/{}/users/{}": each {} is replaced by an argument, percent-encoded. */
struct str ask_path(struct arena *arena, const char *pattern, struct str first, struct str second);
/* Adds "?name=value" or "&name=value"; nothing when the value is empty. */
struct str ask_with(struct arena *arena, struct str path, const char *name, struct str value);
struct str ask_with_int(struct arena *arena, struct str path, const char *name, int64_t value);

/* The realms that a verb is about: --realm, or all that there are. */
MUST_USE enum error_code ask_realms(
	struct cli_call *call, struct str **ret_names, size_t *ret_n, struct why *reterr_why);
/* GETs a list from each of these realms (`pattern` has one {}; `query` is what follows, "?a=b"
 * or empty) as one list, each item with its "realm" put first. */
MUST_USE enum error_code ask_lists(struct cli_call *call, const char *pattern, struct str query,
	struct json_node **ret_list, struct why *reterr_why);
/* A copy of an object with its "realm" put first. */
struct json_node *ask_of_realm(
	struct cli_call *call, struct str realm, const struct json_node *item);
/* Tries an order in each of these realms (`pattern` has {} for the realm and {} for `id`) until
 * one knows the id. NAME_NOT_FOUND: none does; `what` is the word for it. */
MUST_USE enum error_code ask_where_it_is(struct cli_call *call, const char *method,
	const char *pattern, struct str id, const char *what, struct str *ret_realm,
	struct json_node **ret_json, struct why *reterr_why);

/* Reading answers: the text or number of a member; empty and 0 when it is absent. */
struct str ask_text(const struct json_node *object, const char *name);
int64_t ask_int(const struct json_node *object, const char *name);
bool ask_bool(const struct json_node *object, const char *name);
/* The list that a member is; NULL when it is none. */
const struct json_node *ask_list(const struct json_node *object, const char *name);

#endif
