/* Sending; see send.h. */
#include "mail/send.h"

enum { REPLY_TAKEN = 250 };

enum error_code mail_send(struct outgoing *http, struct arena *arena, const struct mail_message *message,
			  struct why *reterr_why)
{
	const struct mail_settings *settings = message->settings;
	struct str bytes;
	enum error_code code = mail_message_write(arena, message, &bytes, reterr_why);
	if (code != OK)
		return code;
	const struct client_mail mail = { .host = settings->host, .port = settings->port, .tls = settings->ssl,
		.starttls = settings->starttls, .user = settings->user, .password = settings->password,
		.from = settings->envelope_from, .to = message->to };
	const struct client_request request = { .mail = &mail, .body = bytes, .body_borrowed = true,
		.connect_timeout_ms = MAIL_TIMEOUT_MS, .total_timeout_ms = MAIL_TIMEOUT_MS,
		.policy = CLIENT_POLICY_ADMIN };
	struct client_result result;
	code = client_send_wait(http, &request, arena, &result, reterr_why);
	if (code != OK || (result.outcome == CLIENT_ANSWERED && result.http_status == REPLY_TAKEN))
		return code;
	return error_because(reterr_why, ERROR_NETWORK_FAILED, "%.*s", STR_ARG(result.reason));
}
