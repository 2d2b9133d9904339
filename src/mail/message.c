/* Messages; see message.h. */
#include "mail/message.h"

#include <time.h>

#include "base/text.h"
#include "crypto/base64.h"

enum {
	LINE_MAX = 76,           /* of quoted-printable, "=" of a soft break included (RFC 2045 section 6.7) */
	WORD_BYTES = 42,         /* of one encoded word: 75 characters at most (RFC 2047 section 2) */
	HEADER_TEXT_MAX = 1000,  /* bytes of a name or a subject; more is cut */
	PLAIN_MAX = 60,          /* a longer one is encoded, and folded so */
};

/* ---- headers ---- */

static bool is_plain_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == '_' || (c == ' ' && i && i + 1 < s.n);
		if (!fine)
			return false;
	}
	return s.n <= PLAIN_MAX;
}

/* As it is, or as encoded words that are cut between characters. */
static void add_words(struct text *out, struct str raw)
{
	struct text clean = text_new(out->arena, 0);
	text_add_clean(&clean, raw, HEADER_TEXT_MAX);
	struct str left = text_str(&clean);
	if (is_plain_word(left)) {
		text_add(out, left);
		return;
	}
	for (bool first = true; left.n; first = false) {
		size_t n = 0, step;
		while ((step = str_utf8_step(str_drop(left, n))) && n + step <= WORD_BYTES)
			n += step;
		text_add_z(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		text_add(out, base64_encode(out->arena, str_take(left, n)));
		text_add_z(out, "?=");
		left = str_drop(left, n);
	}
}

static void add_address(struct text *out, const char *header, struct str name, struct str address)
{
	text_add_z(out, header);
	if (name.n) {
		add_words(out, name);
		text_add_z(out, "\r\n <");
	}
	text_add(out, address);
	text_add_z(out, name.n ? ">\r\n" : "\r\n");
}

/* RFC 5322 section 3.3, in UTC; names of days and months whatever the locale. */
static void add_date(struct text *out, int64_t now_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm tm = { 0 };
	gmtime_r(&seconds, &tm);
	text_addf(out, "Date: %.3s, %d %.3s %04d %02d:%02d:%02d +0000\r\n", days + (size_t)tm.tm_wday * 3, tm.tm_mday,
		  months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- parts ---- */

/* Starts a new line where n more characters would not leave room for the soft break's "=". */
static void add_quoted(struct text *out, size_t *column, const char *p, size_t n)
{
	if (*column + n > LINE_MAX - 1) {
		text_add_z(out, "=\r\n");
		*column = 0;
	}
	text_add(out, str_of(p, n));
	*column += n;
}

static void add_quoted_printable(struct text *out, struct str body)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t column = 0;
	for (size_t i = 0; i < body.n; i++) {
		unsigned char c = (unsigned char)body.p[i];
		if (c == '\n') {
			text_add_z(out, "\r\n");
			column = 0;
			continue;
		}
		bool blank = c == ' ' && i + 1 < body.n && body.p[i + 1] != '\n';
		if (blank || (c > ' ' && c < 0x7f && c != '=')) {
			add_quoted(out, &column, body.p + i, 1);
			continue;
		}
		const char escaped[] = { '=', digits[c >> 4], digits[c & 15] };
		add_quoted(out, &column, escaped, sizeof escaped);
	}
	text_add_z(out, "\r\n");
}

/* A boundary with "=_" is in no quoted-printable text (RFC 2045 section 6.7). */
static void add_part(struct text *out, struct str unique, const char *type, struct str body)
{
	text_addf(out, "--=_%.*s\r\nContent-Type: %s; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
		  STR_ARG(unique), type);
	add_quoted_printable(out, body);
}

enum error_code mail_message_write(struct arena *arena, const struct mail_message *message, struct str *ret_bytes,
				   struct why *reterr_why)
{
	const struct mail_settings *settings = message->settings;
	if (!mail_address_is(message->to))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "'%.*s' is not an address that mail can be sent to",
				     STR_ARG(str_take(message->to, 100)));
	if (!str_is_utf8(message->text) || !str_is_utf8(message->html))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "the message is not UTF-8");
	struct text out = text_new(arena, 0);
	add_date(&out, message->now_ms);
	add_address(&out, "From: ", settings->from_name, settings->from);
	if (settings->reply_to.n)
		add_address(&out, "Reply-To: ", settings->reply_to_name, settings->reply_to);
	add_address(&out, "To: ", STR(""), message->to);
	struct str domain = str_drop(settings->from, str_last_index(settings->from, '@'));
	text_addf(&out, "Message-ID: <%.*s%.*s>\r\nSubject: ", STR_ARG(message->unique), STR_ARG(domain));
	add_words(&out, message->subject);
	text_addf(&out, "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n"
		  " boundary=\"=_%.*s\"\r\n\r\n", STR_ARG(message->unique));
	add_part(&out, message->unique, "text/plain", message->text);
	add_part(&out, message->unique, "text/html", message->html);
	text_addf(&out, "--=_%.*s--\r\n", STR_ARG(message->unique));
	*ret_bytes = text_str(&out);
	return OK;
}
