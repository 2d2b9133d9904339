/* A message for a mail server, on its way by the client's thread like any request; see
 * transfer.h. */
#include <string.h>

#include "base/text.h"
#include "client/transfer.h"

enum { PORT_MAX = 65535, REPLY_MAX = 1000, GOODBYE = 221 }; /* the last: the answer to QUIT */

/* A host alone, as strict as in URLs. */
static enum error_code take_host(struct transfer *transfer, const struct client_mail *mail)
{
	struct arena *arena = transfer->arena;
	struct why *why = &transfer->unusable;
	bool bare_v6 = str_index(mail->host, ':') < mail->host.n && !str_starts(mail->host, STR("["));
	struct str origin = arena_format(arena, bare_v6 ? "https://[%.*s]:%lld" : "https://%.*s:%lld",
		STR_ARG(mail->host), (long long)mail->port);
	struct url *url = &transfer->url;
	if (mail->port < 1 || mail->port > PORT_MAX)
		return error_because(why, ERROR_INVALID_VALUE, "mail server: port %lld is none",
			(long long)mail->port);
	if (url_parse(origin, url, NULL) || url->has_userinfo || url->path.n || url->has_query ||
	    url->has_fragment)
		return error_because(why, ERROR_INVALID_VALUE, "mail server: '%.*s' is not a host",
			STR_ARG(str_take(mail->host, URL_LIMIT / 64)));
	return OK;
}

enum error_code transfer_take_mail(struct transfer *transfer, const struct client_mail *mail)
{
	struct arena *arena = transfer->arena;
	transfer->mail = mail;
	enum error_code code = take_host(transfer, mail);
	if (code)
		return code;
	if (str_has_control(mail->from) || str_has_control(mail->to))
		return error_because(&transfer->unusable, ERROR_INVALID_VALUE,
			"control bytes in a mail address");
	struct str host = transfer->url.host;
	transfer->place = arena_format(arena, transfer->url.is_ipv6 ? "[%.*s]:%lld" : "%.*s:%lld",
		STR_ARG(host), (long long)mail->port);
	transfer->turn.host_key = arena_join(arena, STR("smtp://"), transfer->place, STR(""));
	transfer->url.text = arena_join(arena, mail->tls ? STR("smtps://") : STR("smtp://"),
		transfer->place, STR(""));
	return OK;
}

static size_t on_read(char *p, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	struct str left = str_drop(transfer->body, transfer->mail_sent);
	size_t n = left.n < size * count ? left.n : size * count;
	if (n)
		memcpy(p, left.p, n);
	transfer->mail_sent += n;
	return n;
}

/* One line of a reply (RFC 5321 section 4.2): the last one stays. */
static size_t on_reply(char *p, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	struct str line = str_of(p, size * count);
	int64_t status;
	if (!str_to_int64(str_take(line, 3), &status) || status == GOODBYE)
		return line.n;
	transfer->status = (int)status;
	transfer->reply = arena_str(transfer->arena, str_take(line, REPLY_MAX));
	return line.n;
}

static struct curl_slist *list_of(struct transfer *transfer, struct str to)
{
	struct curl_slist *node = arena_alloc(transfer->arena, sizeof *node);
	node->data = arena_z(transfer->arena, arena_join(transfer->arena, STR("<"), to, STR(">")));
	return node;
}

bool transfer_open_mail(struct transfer *transfer, CURL *easy)
{
	const struct client_mail *mail = transfer->mail;
	struct arena *arena = transfer->arena;
	bool fine = true;
	SET(PROTOCOLS_STR, "smtp,smtps");
	SET(URL, arena_z(arena, transfer->url.text));
	SET(PROXY, "");
	SET(USE_SSL, (long)(mail->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (mail->user.n) {
		SET(USERNAME, arena_z(arena, mail->user));
		SET(PASSWORD, arena_z(arena, mail->password));
	}
	SET(MAIL_FROM, arena_z(arena, arena_join(arena, STR("<"), mail->from, STR(">"))));
	SET(MAIL_RCPT, list_of(transfer, mail->to));
	SET(UPLOAD, 1L);
	SET(INFILESIZE_LARGE, (curl_off_t)transfer->body.n);
	SET(READFUNCTION, on_read);
	SET(READDATA, transfer);
	SET(HEADERFUNCTION, on_reply);
	SET(HEADERDATA, transfer);
	SET(FORBID_REUSE, 1L);
	SET(CONNECTTIMEOUT_MS, (long)transfer->connect_timeout_ms);
	SET(TIMEOUT_MS, (long)transfer->total_timeout_ms);
	SET(PRIVATE, transfer);
	SET(WRITEDATA, transfer);
	SET(OPENSOCKETDATA, transfer);
	SET(PREREQDATA, transfer);
	SET(SSL_CTX_DATA, transfer);
	SET(ERRORBUFFER, transfer->error);
	transfer_begin(transfer, easy);
	return fine;
}
