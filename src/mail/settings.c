/* Settings of a mail server; see settings.h. */
#include "mail/settings.h"

#include <string.h>

enum { PORT_PLAIN = 25, PORT_TLS = 465, PORT_MAX = 65535, ADDRESS_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Atoms (RFC 5321 section 4.1.2) with dots between. */
static bool is_local_part(struct str local)
{
	static const char more[] = "!#$%&'*+-/=?^_`{|}~";
	bool dot = true;
	for (size_t i = 0; i < local.n; i++) {
		char c = local.p[i];
		if (c == '.' && dot)
			return false;
		if (c != '.' && !is_letter_or_digit(c) && !memchr(more, c, sizeof more - 1))
			return false;
		dot = c == '.';
	}
	return !dot && local.n <= LOCAL_MAX;
}

static bool is_domain(struct str domain)
{
	struct str label, rest = domain;
	size_t labels = 0;
	while (str_next(&rest, '.', &label)) {
		if (!label.n || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_letter_or_digit(label.p[i]) && label.p[i] != '-')
				return false;
		labels++;
	}
	return labels > 0;
}

bool mail_address_is(struct str address)
{
	size_t at = str_last_index(address, '@');
	return address.n <= ADDRESS_MAX && at < address.n && is_local_part(str_take(address, at)) &&
	       is_domain(str_drop(address, at + 1));
}

static struct str get(const struct attributes *smtp, const char *name)
{
	return str_trim(attributes_get(smtp, str_from(name)));
}

enum error_code mail_address_check(struct str address, const char *what, struct why *reterr_why)
{
	if (mail_address_is(address))
		return OK;
	return error_because(reterr_why, ERROR_INVALID_VALUE,
			     "Invalid %s address '%.*s'. If the address contains UTF-8 characters in the local part please "
			     "ensure the SMTP server supports the SMTPUTF8 extension and enable 'Allow UTF-8' in the email "
			     "realm configuration.", what, STR_ARG(address.n ? str_take(address, 100) : STR("null")));
}

static enum error_code read_port(struct str text, struct mail_settings *s, struct why *reterr_why)
{
	s->port = s->ssl ? PORT_TLS : PORT_PLAIN;
	if (text.n && (!str_to_int64(text, &s->port) || s->port < 1 || s->port > PORT_MAX))
		return error_because(reterr_why, ERROR_INVALID_VALUE, "smtpServer.port '%.*s' is not a port",
				     STR_ARG(str_take(text, 40)));
	return OK;
}

static enum error_code read_user(const struct attributes *smtp, struct mail_settings *s, struct why *reterr_why)
{
	struct str type = get(smtp, "authType");
	if (!attributes_true(smtp, STR("auth"), false))
		return OK;
	if (type.n && !str_eq_z(type, "basic"))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "smtpServer.authType '%.*s' is not available in this server: basic is",
				     STR_ARG(str_take(type, 40)));
	s->user = get(smtp, "user");
	s->password = attributes_get(smtp, STR("password"));
	if (!s->user.n)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "smtpServer.auth is on, and smtpServer.user is empty");
	return OK;
}

enum error_code mail_settings_read(const struct attributes *smtp, struct mail_settings *ret_settings,
				   struct why *reterr_why)
{
	struct mail_settings s = {
		.host = get(smtp, "host"),
		.ssl = attributes_true(smtp, STR("ssl"), false),
		.starttls = attributes_true(smtp, STR("starttls"), false),
		.from = get(smtp, "from"),
		.from_name = get(smtp, "fromDisplayName"),
		.reply_to = get(smtp, "replyTo"),
		.reply_to_name = get(smtp, "replyToDisplayName"),
		.envelope_from = get(smtp, "envelopeFrom"),
	};
	enum error_code code = mail_address_check(s.from, "sender", reterr_why);
	if (code == OK && s.reply_to.n)
		code = mail_address_check(s.reply_to, "reply-to", reterr_why);
	if (code == OK && s.envelope_from.n)
		code = mail_address_check(s.envelope_from, "envelope", reterr_why);
	if (code == OK && !s.host.n)
		code = error_because(reterr_why, ERROR_INVALID_VALUE, "smtpServer.host is empty: the realm has no mail server");
	if (code == OK)
		code = read_port(get(smtp, "port"), &s, reterr_why);
	if (code == OK)
		code = read_user(smtp, &s, reterr_why);
	if (code != OK)
		return code;
	if (!s.envelope_from.n)
		s.envelope_from = s.from;
	s.starttls = s.starttls && !s.ssl;
	*ret_settings = s;
	return OK;
}
