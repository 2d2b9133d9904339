/* Sends one message to a realm's mail server, and says what became of it. */
#ifndef MAIL_SEND_H
#define MAIL_SEND_H

#include "client/client.h"
#include "mail/message.h"

/* Writes the message and hands it to the server; waits, MAIL_TIMEOUT_MS at most: on a worker's
 * thread only. OK: the server has taken it. NETWORK_FAILED: it has not, with a reason that names the
 * server and what it said; INVALID_VALUE as mail_message_write; others as client_send. */
enum { MAIL_TIMEOUT_MS = 10000 };
MUST_USE enum error_code mail_send(struct outgoing *http, struct arena *arena, const struct mail_message *message,
				   struct why *reterr_why);

#endif
