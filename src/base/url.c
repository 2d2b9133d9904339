/* Strict absolute URIs; see url.h. */
#include "base/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443, PORT_MAX = 65535, HOST_MAX = 253, LABEL_MAX = 63 };

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986: unreserved or sub-delims, or one of `more`. */
static bool is_allowed(char c, const char *more)
{
	return c && (is_alpha(c) || is_digit(c) || strchr("-._~!$&'()*+,;=", c) || strchr(more, c));
}

/* Every byte allowed in this part, every "%" followed by two hex digits. */
static enum error_code check_part(struct str part, const char *name, const char *more,
	struct why *why)
{
	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i];
		if (c == '%' && i + 2 < part.n && is_hex(part.p[i + 1]) && is_hex(part.p[i + 2])) {
			i += 2;
			continue;
		}
		if (c == '%')
			return error_because(why, ERROR_INVALID_VALUE,
				"URL: '%%' without two hex digits in its %s", name);
		if (!is_allowed(c, more))
			return error_because(why, ERROR_INVALID_VALUE,
				"URL: byte 0x%02x in its %s", (unsigned char)c, name);
	}
	return OK;
}

static enum error_code parse_scheme(struct url *url, struct str *rest, struct why *why)
{
	size_t n = str_index(*rest, ':');
	struct str scheme = str_take(*rest, n);
	bool fine = n > 0 && n < rest->n && is_alpha(scheme.p[0]);
	for (size_t i = 1; fine && i < n; i++) {
		char c = scheme.p[i];
		fine = is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
	}
	if (!fine)
		return error_because(why, ERROR_INVALID_VALUE, "URL: it has no scheme");
	url->scheme = scheme;
	url->is_http = str_eq_nocase(scheme, STR("http"));
	url->is_https = str_eq_nocase(scheme, STR("https"));
	url->port = url->is_http ? PORT_HTTP : url->is_https ? PORT_HTTPS : URL_NO_PORT;
	*rest = str_drop(*rest, n + 1);
	return OK;
}

static enum error_code parse_port(struct url *url, struct str port, struct why *why)
{
	int64_t value = 0;
	if (port.n > 5 || !str_to_int64(port, &value) || value < 1 || value > PORT_MAX)
		return error_because(why, ERROR_INVALID_VALUE, "URL: port '%.*s'",
			STR_ARG(str_take(port, 20)));
	url->port = (int)value;
	url->has_port = true;
	return OK;
}

/* The host as inet_pton and inet_ntop take it; false when it is too long for any address. */
static bool host_z(struct str host, char buffer[static INET6_ADDRSTRLEN])
{
	if (host.n >= INET6_ADDRSTRLEN || str_has_nul(host))
		return false;
	if (host.n)
		memcpy(buffer, host.p, host.n);
	buffer[host.n] = 0;
	return true;
}

static bool is_address(int family, struct str host)
{
	char z[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];
	return host_z(host, z) && inet_pton(family, z, bytes) == 1;
}

/* What WHATWG's URL standard reads as the start of an IPv4 address: the last label is decimal
 * or 0x and hex digits. */
static bool ends_in_number(struct str host)
{
	if (str_ends(host, STR(".")))
		host.n--;
	size_t dot = str_last_index(host, '.');
	struct str label = dot < host.n ? str_drop(host, dot + 1) : host;
	bool hex = label.n >= 2 && label.p[0] == '0' && (label.p[1] == 'x' || label.p[1] == 'X');
	if (hex)
		label = str_drop(label, 2);
	for (size_t i = 0; i < label.n; i++)
		if (!(hex ? is_hex(label.p[i]) : is_digit(label.p[i])))
			return false;
	return hex || label.n > 0;
}

/* A host name of an http(s) URL; see url.h for what it may look like. */
static enum error_code check_web_host(struct str host, struct why *why)
{
	if (host.n == 0 || host.n > HOST_MAX)
		return error_because(why, ERROR_INVALID_VALUE, "URL: a host of %zu bytes", host.n);
	size_t label = 0;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (c == '.' && label == 0)
			return error_because(why, ERROR_INVALID_VALUE, "URL: an empty label in its host");
		if (c != '.' && !is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
			return error_because(why, ERROR_INVALID_VALUE, "URL: byte 0x%02x in its host",
				(unsigned char)c);
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return error_because(why, ERROR_INVALID_VALUE, "URL: a label too long in its host");
	}
	if (ends_in_number(host) && !is_address(AF_INET, host))
		return error_because(why, ERROR_INVALID_VALUE,
			"URL: its host looks like an IPv4 address, but is not written as one");
	return OK;
}

/* "[...]" and what may follow it. */
static enum error_code parse_bracketed(struct url *url, struct str host_port, struct why *why)
{
	size_t end = str_index(host_port, ']');
	struct str after = str_drop(host_port, end + 1);
	url->host = str_drop(str_take(host_port, end), 1);
	if (end == host_port.n || !is_address(AF_INET6, url->host) ||
	    (after.n && after.p[0] != ':'))
		return error_because(why, ERROR_INVALID_VALUE, "URL: its host is no IPv6 address");
	url->is_ipv6 = true;
	return after.n ? parse_port(url, str_drop(after, 1), why) : OK;
}

static enum error_code parse_authority(struct url *url, struct str authority, struct why *why)
{
	struct str host_port = authority;
	size_t at = str_last_index(authority, '@');
	if (at < authority.n) {
		url->has_userinfo = true;
		url->userinfo = str_take(authority, at);
		host_port = str_drop(authority, at + 1);
		enum error_code code = check_part(url->userinfo, "userinfo", ":", why);
		if (code)
			return code;
	}
	if (host_port.n && host_port.p[0] == '[')
		return parse_bracketed(url, host_port, why);
	size_t colon = str_index(host_port, ':');
	url->host = str_take(host_port, colon);
	enum error_code code = url->is_http || url->is_https ? check_web_host(url->host, why) :
		check_part(url->host, "host", "", why);
	if (code)
		return code;
	url->is_ipv4 = is_address(AF_INET, url->host);
	return colon < host_port.n ? parse_port(url, str_drop(host_port, colon + 1), why) : OK;
}

/* Takes what stands before `separator` off *text; what follows it goes to *ret_after. */
static bool split(struct str *text, char separator, struct str *ret_after)
{
	size_t at = str_index(*text, separator);
	if (at == text->n)
		return false;
	*ret_after = str_drop(*text, at + 1);
	*text = str_take(*text, at);
	return true;
}

enum error_code url_parse(struct str text, struct url *ret_url, struct why *reterr_why)
{
	struct url url = { .text = text };
	struct str rest = text;
	if (text.n > URL_LIMIT)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "URL: %zu bytes", text.n);
	enum error_code code = parse_scheme(&url, &rest, reterr_why);
	if (code)
		return code;
	url.has_fragment = split(&rest, '#', &url.fragment);
	url.has_query = split(&rest, '?', &url.query);
	url.path = rest;
	if (str_starts(rest, STR("//"))) {
		struct str authority = str_drop(rest, 2);
		size_t end = str_index(authority, '/');
		url.has_authority = true;
		url.path = str_drop(authority, end);
		code = parse_authority(&url, str_take(authority, end), reterr_why);
		if (code)
			return code;
	} else if (url.is_http || url.is_https) {
		return error_because(reterr_why, ERROR_INVALID_VALUE, "URL: '//' and a host missing");
	}
	if ((code = check_part(url.path, "path", "/:@", reterr_why)) ||
	    (code = check_part(url.query, "query", "/:@?", reterr_why)) ||
	    (code = check_part(url.fragment, "fragment", "/:@?", reterr_why)))
		return code;
	*ret_url = url;
	return OK;
}

static void add_lower(struct text *text, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		text_add_char(text, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
}

struct str url_origin(struct arena *arena, const struct url *url)
{
	if (!url->is_http && !url->is_https)
		return (struct str){ NULL, 0 };
	struct text text = text_new(arena, 0);
	add_lower(&text, url->scheme);
	text_add_z(&text, "://");
	if (url->is_ipv6) {
		char z[INET6_ADDRSTRLEN];
		struct in6_addr address;
		if (host_z(url->host, z) && inet_pton(AF_INET6, z, &address) == 1)
			text_addf(&text, "[%s]", inet_ntop(AF_INET6, &address, z, sizeof z));
	} else {
		add_lower(&text, url->host);
	}
	if (url->port != (url->is_http ? PORT_HTTP : PORT_HTTPS))
		text_addf(&text, ":%d", url->port);
	return text_str(&text);
}

struct str url_origin_of_text(struct arena *arena, struct str text)
{
	struct url url;
	if (url_parse(text, &url, NULL))
		return (struct str){ NULL, 0 };
	return url_origin(arena, &url);
}

/* The same IPv6 address may be written in several ways. */
static bool same_ipv6(struct str a, struct str b)
{
	char a_z[INET6_ADDRSTRLEN], b_z[INET6_ADDRSTRLEN];
	struct in6_addr a_address, b_address;
	return host_z(a, a_z) && host_z(b, b_z) && inet_pton(AF_INET6, a_z, &a_address) == 1 &&
	       inet_pton(AF_INET6, b_z, &b_address) == 1 &&
	       memcmp(&a_address, &b_address, sizeof a_address) == 0;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	bool web = (a->is_http && b->is_http) || (a->is_https && b->is_https);
	if (!web || a->port != b->port || a->is_ipv6 != b->is_ipv6)
		return false;
	return a->is_ipv6 ? same_ipv6(a->host, b->host) : str_eq_nocase(a->host, b->host);
}

bool url_host_is_loopback(const struct url *url)
{
	if (url->is_ipv4)
		return str_starts(url->host, STR("127."));
	if (url->is_ipv6)
		return same_ipv6(url->host, STR("::1"));
	return str_eq_nocase(url->host, STR("localhost"));
}

/* "." or ".." with any dot as %2e, and perhaps path parameters behind. */
static bool is_dot_segment(struct str segment)
{
	segment = str_take(segment, str_index(segment, ';'));
	size_t dots = 0;
	while (segment.n) {
		bool plain = segment.p[0] == '.';
		if (!plain && !str_eq_nocase(str_take(segment, 3), STR("%2e")))
			return false;
		segment = str_drop(segment, plain ? 1 : 3);
		dots++;
	}
	return dots == 1 || dots == 2;
}

bool url_path_climbs(const struct url *url)
{
	for (size_t i = 0; i + 2 < url->path.n; i++) {
		struct str three = str_take(str_drop(url->path, i), 3);
		if (str_eq_nocase(three, STR("%2f")) || str_eq_nocase(three, STR("%5c")))
			return true;
	}
	struct str rest = url->path, segment;
	while (str_next(&rest, '/', &segment))
		if (is_dot_segment(segment))
			return true;
	return false;
}

bool url_scheme_is_active(const struct url *url)
{
	static const struct str active[] = { STR_INIT("javascript"), STR_INIT("data"),
		STR_INIT("vbscript"), STR_INIT("blob"), STR_INIT("filesystem"), STR_INIT("about"),
		STR_INIT("view-source") };
	for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
		if (str_eq_nocase(url->scheme, active[i]))
			return true;
	return false;
}
