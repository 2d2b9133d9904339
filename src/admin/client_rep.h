/* Clients in the admin API's form, in and out. Private to admin/. */
#ifndef ADMIN_CLIENT_REP_H
#define ADMIN_CLIENT_REP_H

#include "admin/call.h"

/* The client of that id, or the one that the route's {client} names, and the realm's version then;
 * false: answered. */
bool client_rep_find_by_id(struct admin_call *call, struct str id, struct client_rep *ret_client,
			   int64_t *ret_version);
bool client_rep_find(struct admin_call *call, struct client_rep *ret_client, int64_t *ret_version);
/* Appends one client; `manage`: whether the caller may change it. */
void client_rep_write(struct admin_call *call, struct json_writer *w, const struct client_rep *client,
		      bool manage);
/* Reads `json` onto *client, member by member, checked. False: answered. */
bool client_rep_read(struct admin_call *call, struct str json, struct client_rep *client);
/* Reads `json` as a new client, with what Keycloak adds to it: an id, a secret, the realm's
 * scopes. False: answered. */
bool client_rep_read_new(struct admin_call *call, struct str json, struct client_rep *ret_client);
/* Reads `json` onto *client: what it does not name stays; attributes and the like stay one by
 * one, and go when they are sent empty. Scopes are not touched, as in Keycloak. False: answered. */
bool client_rep_read_change(struct admin_call *call, struct str json, struct client_rep *client);
/* The same by a merge patch (RFC 7396): its nulls remove, what it does not name stays. What
 * PUT does not touch is not touched either. False: answered. */
bool client_rep_read_patch(struct admin_call *call, struct str patch, struct client_rep *client);
/* The representation as it is stored, for entity tags. */
struct str client_rep_stored(struct admin_call *call, const struct client_rep *client);
/* A new secret, and when it was made. */
void client_rep_new_secret(struct admin_call *call, struct client_rep *client);
/* "clients/{id}" + tail: the path of admin events. */
struct str client_rep_path(struct admin_call *call, const struct client_rep *client, const char *tail);

#endif
