/* The composition root: all parts of a server, started and stopped in order. */
#ifndef MAIN_SERVER_H
#define MAIN_SERVER_H

#include "main/config.h"
#include "base/errors.h"

struct server;

/* Locks the data folder and starts everything. `local_only`: no public and management
 * listener, only the folder's unix socket, for verbs while no server runs. LOCKED when
 * another server has the folder. */
MUST_USE enum error_code server_start(const struct config *config, bool local_only, struct server **ret_server,
				      struct why *reterr_why);
/* Finishes requests under way, checkpoints, lets the folder go. NULL is fine. */
void server_stop(struct server *server);
/* Certificates read again (SIGHUP). */
void server_reload(struct server *server);
/* Where it listens, for the log and the first page of a demo. */
int server_port(const struct server *server);
/* The path of the unix socket in a data folder. That of a verb's own server is another one:
 * nobody else may rely on a server that goes with its verb. */
struct str server_socket_path(struct arena *arena, struct str data, bool local_only);

#endif
