/* Mail messages as bytes (RFC 5322, RFC 2045 to 2047): a text and the same as HTML. Pure.
 *
 * Nothing that is put in can become a header or another part: names and the subject are encoded
 * where they are more than plain words, addresses are checked, and the parts are quoted-printable,
 * between boundaries that the caller's random text makes unguessable. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "mail/settings.h"

struct mail_message {
	const struct mail_settings *settings; /* from, replyTo and their names */
	struct str to;          /* an address (mail_address_is) */
	struct str subject;     /* UTF-8; control characters become "?" */
	struct str text, html;  /* UTF-8; lines end in LF */
	int64_t now_ms;
	struct str unique;      /* random letters, digits, "-" and "_", 16 to 40 */
};

/* The whole message with CRLF. INVALID_VALUE: the address, or a text that is not UTF-8. */
MUST_USE enum error_code mail_message_write(struct arena *arena, const struct mail_message *message,
					    struct str *ret_bytes, struct why *reterr_why);

#endif
