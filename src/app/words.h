/* What a realm's settings call things: names and texts that may be keys of our messages, as
 * Keycloak's own clients and scopes have them ("${client_account}"). */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include "app/visit.h"
#include "web/messages.h"

/* The text in the language of this request; a key that neither the realm's own texts nor ours
 * have is shown as it is, without ${}. */
struct str words_of(struct visit *visit, struct str text);
/* What an error page says, in the language of this request. The decisions say it in English, which
 * events and logs keep; a text that is none of our messages is shown as it is. */
struct str words_of_error(struct visit *visit, struct str text);
/* What people call a client: its name, else its clientId. */
struct str words_client(struct visit *visit, const struct client *client);

/* What people call a required action; its alias where we have no word for it. */
struct str words_action(const struct messages *messages, struct str alias);

#endif
