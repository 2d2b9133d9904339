/* A realm's mail server: Keycloak's smtpServer (RealmRepresentation), read strictly. Pure. */
#ifndef MAIL_SETTINGS_H
#define MAIL_SETTINGS_H

#include "model/realm.h"

struct mail_settings {
	struct str host;
	int64_t port;
	bool ssl, starttls;
	struct str user, password; /* user empty: nobody signs in */
	struct str from, from_name, reply_to, reply_to_name;
	struct str envelope_from;  /* where bounces go */
};

/* True for an address that a message may be from or for: local@domain of printable ASCII, without
 * quotes, comments and lists (RFC 5321 section 4.1.2, Dot-string and Domain), 254 bytes at most. */
bool mail_address_is(struct str address);
/* The same as an error, in Keycloak's words: INVALID_VALUE. `what` is "sender" or the like. */
MUST_USE enum error_code mail_address_check(struct str address, const char *what, struct why *reterr_why);

/* Borrows from the attributes. INVALID_VALUE with what is missing or wrong, for a person. */
MUST_USE enum error_code mail_settings_read(const struct attributes *smtp, struct mail_settings *ret_settings,
					    struct why *reterr_why);

#endif
