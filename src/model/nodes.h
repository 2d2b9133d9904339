/* Registered nodes: the hosts on which a client's adapter runs, each with the second of its last
 * registration. */
#ifndef MODEL_NODES_H
#define MODEL_NODES_H

#include "model/realm.h"

enum { NODE_HOST_MAX = 255, NODES_MAX = 1000 };

/* A host, "app-1.example.org", "192.0.2.1", "[2001:db8::1]", with ":port" or without: what may
 * stand in a URL of the client's. */
bool node_is_host(struct str host);
/* Whether a registered node still counts; a nodeReRegistrationTimeout that is not positive: always. */
bool node_is_alive(const struct client *client, const struct json_pair *node, int64_t now_s);
/* Registers the host, or again; nodes that no longer count go. False: there are NODES_MAX already. */
bool nodes_put(struct arena *arena, struct client *client, struct str host, int64_t now_s);
/* False: it is not registered. */
bool nodes_remove(struct client *client, struct str host);

#endif
