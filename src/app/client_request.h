/* Requests that a client makes for itself (token, introspect, revoke, logout by token): its
 * authentication, CORS and errors, alike everywhere. */
#ifndef APP_CLIENT_REQUEST_H
#define APP_CLIENT_REQUEST_H

#include "app/events.h"

struct client_request {
	struct visit *visit;
	const struct params *form;
	const struct client *client; /* authenticated; on failure the one named, or NULL */
	bool not_authenticated;      /* why it was not opened, where that was it */
	struct event event;          /* of the endpoint's error type; client filled in */
};

/* Reads the form, refuses duplicates, authenticates the client, judges CORS. `error_type` is
 * the endpoint's error event ("CODE_TO_TOKEN_ERROR" ...). `may_repeat`: the same credentials may come
 * by header and by form, against RFC 6749 section 2.3, since libraries revoke so. False: answered. */
bool client_request_open(struct client_request *r, struct visit *visit, const char *error_type, bool may_repeat);
/* True when the client authenticates by an assertion, whose single use waits for a commit, and its keys
 * perhaps for a server: only workers may open it then. */
bool client_request_waits(struct http_request *request);
/* Answers with an OAuth error and emits the event. `text` is the error_description; `reason`
 * (may be empty: text) goes to the event. */
void client_request_fail(struct client_request *r, enum error_code code, struct str text, struct str reason);
/* The same by an error that is the protocol's own; the event has it too. */
void client_request_refuse(struct client_request *r, int status, struct str error, struct str text);
/* An error of ours: logged in full, told in general. */
void client_request_broken(struct client_request *r, enum error_code code, const struct why *why);
/* What an adapter says of itself (client_session_state, client_session_host): cut to what is
 * stored, never within a letter. */
struct str client_request_adapter_value(const struct client_request *r, const char *name);
/* A parameter of the form; empty when absent. */
struct str client_request_value(const struct client_request *r, const char *name);

#endif
