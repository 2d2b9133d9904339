/* What became of a request, and why, in words that a person can act on. */
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/clock.h"
#include "base/tables.h"
#include "base/text.h"
#include "client/transfer.h"

enum { REASON_BODY = 200, REASON_LOCATION = 400, REASON_LIMIT = 4 << 10, MAIL_TAKEN = 250 };

static const char *const outcome_names[CLIENT_OUTCOMES] = {
	[CLIENT_ANSWERED] = "answered",
	[CLIENT_REDIRECT] = "redirect",
	[CLIENT_BAD_REQUEST] = "bad_request",
	[CLIENT_NAME_NOT_FOUND] = "name_not_found",
	[CLIENT_DENIED_ADDRESS] = "denied_address",
	[CLIENT_REFUSED] = "refused",
	[CLIENT_UNREACHABLE] = "unreachable",
	[CLIENT_CONNECT_TIMEOUT] = "connect_timeout",
	[CLIENT_ANSWER_TIMEOUT] = "answer_timeout",
	[CLIENT_TLS_UNTRUSTED] = "tls_untrusted",
	[CLIENT_TLS_EXPIRED] = "tls_expired",
	[CLIENT_TLS_NAME] = "tls_name",
	[CLIENT_TLS_PROTOCOL] = "tls_protocol",
	[CLIENT_RESET] = "reset",
	[CLIENT_BROKEN_ANSWER] = "broken_answer",
	[CLIENT_PROXY_FAILED] = "proxy_failed",
	[CLIENT_CANCELLED] = "cancelled",
	[CLIENT_FAILED] = "failed",
};

const char *client_outcome_name(enum client_outcome outcome)
{
	return (unsigned)outcome < CLIENT_OUTCOMES ? outcome_names[outcome] : "failed";
}

struct str client_result_header(const struct client_result *result, struct str name)
{
	struct str rest = result->head, line;
	while (str_next(&rest, '\n', &line)) {
		size_t colon = str_index(line, ':');
		if (colon == line.n || !str_eq_nocase(str_take(line, colon), name))
			continue;
		struct str value = str_drop(line, colon + 1);
		if (str_ends(value, STR("\r")))
			value.n--;
		return str_trim(value);
	}
	return (struct str){ NULL, 0 };
}

/* ---- which outcome ---- */

static const struct { CURLcode code; enum client_outcome outcome; } outcomes[] = {
	{ CURLE_URL_MALFORMAT, CLIENT_BAD_REQUEST },
	{ CURLE_SSL_CACERT_BADFILE, CLIENT_BAD_REQUEST },
	{ CURLE_COULDNT_RESOLVE_HOST, CLIENT_NAME_NOT_FOUND },
	{ CURLE_COULDNT_RESOLVE_PROXY, CLIENT_PROXY_FAILED },
	{ CURLE_PROXY, CLIENT_PROXY_FAILED },
	{ CURLE_SSL_CONNECT_ERROR, CLIENT_TLS_PROTOCOL },
	{ CURLE_SSL_CIPHER, CLIENT_TLS_PROTOCOL },
	{ CURLE_USE_SSL_FAILED, CLIENT_TLS_PROTOCOL },
	{ CURLE_PEER_FAILED_VERIFICATION, CLIENT_TLS_NAME },
	{ CURLE_OK, CLIENT_RESET }, /* a head that broke off is none */
	{ CURLE_GOT_NOTHING, CLIENT_RESET },
	{ CURLE_SEND_ERROR, CLIENT_RESET },
	{ CURLE_RECV_ERROR, CLIENT_RESET },
	{ CURLE_PARTIAL_FILE, CLIENT_RESET },
	{ CURLE_UNSUPPORTED_PROTOCOL, CLIENT_BROKEN_ANSWER },
	{ CURLE_WEIRD_SERVER_REPLY, CLIENT_BROKEN_ANSWER },
	{ CURLE_BAD_CONTENT_ENCODING, CLIENT_BROKEN_ANSWER },
};

static enum client_outcome of_certificate(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID: return CLIENT_TLS_EXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return CLIENT_TLS_NAME;
	default: return CLIENT_TLS_UNTRUSTED;
	}
}

static long long_info(const struct transfer *transfer, CURLINFO info)
{
	long value = 0;
	curl_easy_getinfo(transfer->easy, info, &value);
	return value;
}

static int64_t ms_info(const struct transfer *transfer, CURLINFO info)
{
	curl_off_t us = 0;
	curl_easy_getinfo(transfer->easy, info, &us);
	return (int64_t)us / 1000;
}

static bool is_known_us(const struct transfer *transfer, CURLINFO info)
{
	curl_off_t us = 0;
	curl_easy_getinfo(transfer->easy, info, &us);
	return us > 0;
}

static enum client_outcome of_connect_errno(const struct transfer *transfer)
{
	long number = long_info(transfer, CURLINFO_OS_ERRNO);
	if (transfer->via_proxy)
		return CLIENT_PROXY_FAILED;
	if (number == ECONNREFUSED)
		return CLIENT_REFUSED;
	if (number == ETIMEDOUT)
		return CLIENT_CONNECT_TIMEOUT;
	bool ours = number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
	return ours ? CLIENT_FAILED : CLIENT_UNREACHABLE;
}

static enum client_outcome of_timeout(const struct transfer *transfer)
{
	bool mail_connected = transfer->mail && is_known_us(transfer, CURLINFO_CONNECT_TIME_T);
	if (transfer->asked || mail_connected)
		return CLIENT_ANSWER_TIMEOUT;
	bool named = transfer->unix_socket || is_known_us(transfer, CURLINFO_NAMELOOKUP_TIME_T);
	return named ? CLIENT_CONNECT_TIMEOUT : CLIENT_NAME_NOT_FOUND;
}

/* Of mail: a reply that ends it is an answer, whatever it says. */
static bool is_mail_answered(const struct transfer *transfer, CURLcode code)
{
	return transfer->mail && (code == CURLE_OK || (transfer->status >= 400 && code != CURLE_OPERATION_TIMEDOUT));
}

static enum client_outcome outcome_of(const struct transfer *transfer, CURLcode code,
	bool cancelled)
{
	if (transfer->unusable.text[0])
		return CLIENT_BAD_REQUEST;
	if (transfer->head_over)
		return CLIENT_BROKEN_ANSWER;
	if (transfer->head_ended)
		return transfer->status < 400 && transfer->status >= 300 ? CLIENT_REDIRECT :
			CLIENT_ANSWERED;
	if (cancelled)
		return CLIENT_CANCELLED;
	if (transfer->denied[0] && !transfer->sockets)
		return CLIENT_DENIED_ADDRESS;
	if (is_mail_answered(transfer, code))
		return CLIENT_ANSWERED;
	if (code == CURLE_COULDNT_CONNECT)
		return of_connect_errno(transfer);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return of_timeout(transfer);
	if (transfer->watch.failed && !transfer->asked)
		return of_certificate(transfer->watch.error);
	if (transfer->via_proxy && long_info(transfer, CURLINFO_HTTP_CONNECTCODE) >= 300)
		return CLIENT_PROXY_FAILED;
	for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return CLIENT_FAILED;
}

/* ---- in words ---- */

/* "5 s", "1.5 s", "250 ms". */
static void add_duration(struct text *text, int64_t ms)
{
	if (ms >= 1000 && ms % 1000 == 0)
		text_addf(text, "%lld s", (long long)(ms / 1000));
	else if (ms >= 1000)
		text_addf(text, "%.1f s", (double)ms / 1000);
	else
		text_addf(text, "%lld ms", (long long)ms);
}

/* The limit that a connection attempt met. */
static int64_t connect_limit(const struct transfer *transfer)
{
	int64_t total = transfer->total_timeout_ms;
	return total && total < transfer->connect_timeout_ms ? total : transfer->connect_timeout_ms;
}

/* libcurl's own words, cleaned. */
static void add_library(struct text *text, const struct transfer *transfer, CURLcode code)
{
	const char *words = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
	text_add_clean(text, str_from(words), CURL_ERROR_SIZE);
}

/* Why the body of an answer is not whole. */
static void add_incomplete(struct text *text, const struct transfer *transfer, CURLcode code,
	bool cancelled)
{
	if (transfer->body_over)
		text_addf(text, "; its body is longer than %zu bytes", transfer->max_body);
	else if (cancelled)
		text_add_z(text, "; its body had not ended when this server stopped");
	else if (code == CURLE_OPERATION_TIMEDOUT) {
		text_add_z(text, "; its body did not end within ");
		add_duration(text, transfer->total_timeout_ms);
	} else {
		text_add_z(text, "; its body broke off: ");
		add_library(text, transfer, code);
	}
}

/* The last reply line, as the server sent it. */
static void say_mail_answer(struct text *text, const struct transfer *transfer)
{
	text_addf(text, "%.*s answered \"", STR_ARG(transfer->place));
	struct str line = str_take(transfer->reply, str_index(transfer->reply, '\r'));
	text_add_clean(text, line, REASON_BODY);
	text_add_z(text, "\"");
}

static void say_answer(struct text *text, const struct transfer *transfer,
	const struct client_result *result)
{
	if (transfer->mail) {
		say_mail_answer(text, transfer);
		return;
	}
	text_addf(text, "HTTP %d", result->http_status);
	if (result->outcome == CLIENT_REDIRECT) {
		text_add_z(text, " (redirects are not followed)");
		if (result->location.n) {
			text_add_z(text, " to ");
			text_add(text, result->location);
		}
	} else if (result->http_status >= 300 && transfer->answer.n) {
		text_add_z(text, ": \"");
		text_add_clean(text, result->body, REASON_BODY);
		text_add_z(text, "\"");
	}
}

static void say_certificate(struct text *text, const struct transfer *transfer,
	enum client_outcome outcome)
{
	const struct x509_watch *watch = &transfer->watch;
	text_addf(text, "certificate of %.*s: ", STR_ARG(transfer->url.host));
	if (outcome == CLIENT_TLS_NAME) {
		bool named = watch->names[0];
		text_add_z(text, named ? "it is for other names: " : "it is for another subject: ");
		struct str names = str_from(named ? watch->names : watch->chain[0].subject);
		text_add_clean(text, names, X509_TEXT_MAX);
		return;
	}
	text_add_clean(text, x509_watch_reason(transfer->arena, watch), REASON_LIMIT / 2);
	if (outcome == CLIENT_TLS_UNTRUSTED)
		text_add_z(text, "; to trust it, add the issuer's certificate with --ca-file");
}

static void say_timeout(struct text *text, const struct transfer *transfer,
	enum client_outcome outcome)
{
	bool answering = outcome == CLIENT_ANSWER_TIMEOUT;
	if (outcome == CLIENT_NAME_NOT_FOUND)
		text_addf(text, "name %.*s did not resolve within ", STR_ARG(transfer->url.host));
	else
		text_addf(text, "%s %.*s within ", answering ? "no answer from" :
			transfer->tls_begun ? "TLS handshake not finished with" : "no connection to",
			STR_ARG(transfer->place));
	add_duration(text, answering ? transfer->total_timeout_ms : connect_limit(transfer));
}

/* "PLACE did something: the library's words". */
static void say_library(struct text *text, const struct transfer *transfer, const char *what,
	CURLcode code)
{
	text_addf(text, "%.*s%s: ", STR_ARG(transfer->place), what);
	add_library(text, transfer, code);
}

static void say_unreachable(struct text *text, const struct transfer *transfer)
{
	char words[100];
	int number = (int)long_info(transfer, CURLINFO_OS_ERRNO);
	text_addf(text, "%.*s cannot be reached: %s", STR_ARG(transfer->place),
		strerror_r(number, words, sizeof words));
}

static void say_broken(struct text *text, const struct transfer *transfer, CURLcode code)
{
	if (transfer->head_over)
		text_addf(text, "the answer of %.*s has more than %zu bytes of headers",
			STR_ARG(transfer->place), transfer->settings->config.max_head);
	else
		say_library(text, transfer, " did not answer with HTTP", code);
}

static void say_failure(struct text *text, const struct transfer *transfer, CURLcode code,
	enum client_outcome outcome)
{
	switch (outcome) {
	case CLIENT_BAD_REQUEST:
		if (transfer->unusable.text[0])
			text_add_clean(text, str_from(transfer->unusable.text), REASON_LIMIT / 2);
		else
			say_library(text, transfer, " cannot be asked", code);
		break;
	case CLIENT_NAME_NOT_FOUND:
		if (code == CURLE_OPERATION_TIMEDOUT)
			say_timeout(text, transfer, outcome);
		else
			text_addf(text, "name %.*s does not resolve", STR_ARG(transfer->url.host));
		break;
	case CLIENT_DENIED_ADDRESS:
		text_addf(text, "address %s of %.*s is not allowed for this URL", transfer->denied,
			STR_ARG(transfer->url.host));
		break;
	case CLIENT_REFUSED:
		text_addf(text, "%.*s refused the connection", STR_ARG(transfer->place));
		break;
	case CLIENT_UNREACHABLE:
		say_unreachable(text, transfer);
		break;
	case CLIENT_CONNECT_TIMEOUT:
	case CLIENT_ANSWER_TIMEOUT:
		say_timeout(text, transfer, outcome);
		break;
	case CLIENT_TLS_UNTRUSTED:
	case CLIENT_TLS_EXPIRED:
	case CLIENT_TLS_NAME:
		say_certificate(text, transfer, outcome);
		break;
	case CLIENT_TLS_PROTOCOL:
		say_library(text, transfer, " did not agree on TLS", code);
		break;
	case CLIENT_RESET:
		text_addf(text, "%.*s closed the connection without an answer",
			STR_ARG(transfer->place));
		break;
	case CLIENT_BROKEN_ANSWER:
		say_broken(text, transfer, code);
		break;
	case CLIENT_PROXY_FAILED:
		say_library(text, transfer, " could not be reached through the proxy", code);
		break;
	case CLIENT_CANCELLED:
		text_add_z(text, "cancelled: this server is stopping");
		break;
	case CLIENT_ANSWERED:
	case CLIENT_REDIRECT:
	case CLIENT_FAILED:
	case CLIENT_OUTCOMES:
		say_library(text, transfer, " could not be asked", code);
		break;
	}
}

/* ---- the result ---- */

static struct str location_of(const struct transfer *transfer, const struct client_result *result)
{
	struct text text = text_new(transfer->arena, 0);
	text_add_clean(&text, client_result_header(result, STR("Location")), REASON_LOCATION);
	return text_str(&text);
}

/* Figures that libcurl keeps for a handle that has run. */
static void add_figures(const struct transfer *transfer, struct client_result *result)
{
	const char *ip = NULL;
	curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &ip);
	if (transfer->asked && !transfer->unix_socket && ip && ip[0])
		result->address = arena_format(transfer->arena, strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld",
			ip, long_info(transfer, CURLINFO_PRIMARY_PORT));
	result->reused = transfer->asked && long_info(transfer, CURLINFO_NUM_CONNECTS) == 0;
	if (!result->reused)
		result->connect_ms = ms_info(transfer, transfer->url.is_https ?
			CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T);
	if (transfer->watch.chain_n)
		result->certificate_until_s = transfer->watch.chain[0].not_after_s;
	result->started_ms = transfer->started_ms;
	result->waited_ms = transfer->started_mono_ms - transfer->sent_mono_ms;
	result->total_ms = clock_mono_ms() - transfer->started_mono_ms;
}

struct client_result transfer_verdict(struct transfer *transfer, CURLcode code, bool cancelled)
{
	struct client_result result = { .outcome = outcome_of(transfer, code, cancelled) };
	struct text text = text_new(transfer->arena, REASON_LIMIT);
	bool answered = result.outcome == CLIENT_ANSWERED || result.outcome == CLIENT_REDIRECT;
	if (transfer->easy)
		add_figures(transfer, &result);
	if (answered) {
		result.http_status = transfer->mail && code == CURLE_OK ? MAIL_TAKEN : transfer->status;
		result.body_complete = (code == CURLE_OK || transfer->mail) && !cancelled;
		result.body = str_of(transfer->answer.p, transfer->answer.n);
		result.head = str_of(transfer->head.p, transfer->head.n);
		if (result.outcome == CLIENT_REDIRECT)
			result.location = location_of(transfer, &result);
		say_answer(&text, transfer, &result);
		if (!result.body_complete)
			add_incomplete(&text, transfer, code, cancelled);
	} else {
		say_failure(&text, transfer, code, result.outcome);
	}
	result.reason = text_str(&text);
	return result;
}
