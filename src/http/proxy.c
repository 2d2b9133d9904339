/* Forwarded and X-Forwarded-*; see proxy.h. */
#include "http/proxy.h"

#include <arpa/inet.h>
#include <string.h>

enum { HOPS_MAX = 32 }; /* forwarded elements looked at, from the right */

struct hop {
	struct str address, scheme, host; /* empty: not told */
};

bool proxy_address(struct str text, uint8_t ret_address[16])
{
	char z[INET6_ADDRSTRLEN];
	uint8_t four[4], address[16] = { [10] = 0xff, [11] = 0xff };
	if (!text.n || text.n >= sizeof z || str_has_nul(text))
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET, z, four) == 1)
		memcpy(address + 12, four, sizeof four);
	else if (inet_pton(AF_INET6, z, address) != 1)
		return false;
	memcpy(ret_address, address, sizeof address);
	return true;
}

static enum error_code network_parse(
	struct str piece, struct proxy_network *ret_network, struct why *reterr_why)
{
	size_t slash = str_index(piece, '/');
	struct proxy_network network = { .prefix = 128 };
	if (!proxy_address(str_take(piece, slash), network.address))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
			"'%.*s' is neither an address nor a network", STR_ARG(piece));
	bool is_v4 = !str_contains(str_take(piece, slash), STR(":"));
	if (slash < piece.n) {
		int64_t prefix;
		if (!str_to_int64(str_drop(piece, slash + 1), &prefix) || prefix < 0 ||
			prefix > (is_v4 ? 32 : 128))
			return error_because(reterr_why, ERROR_INVALID_VALUE,
				"'%.*s': the prefix is no number from 0 to %d", STR_ARG(piece),
				is_v4 ? 32 : 128);
		network.prefix = (unsigned)prefix + (is_v4 ? 96 : 0);
	}
	*ret_network = network;
	return OK;
}

enum error_code proxy_rules_parse(struct arena *arena, enum proxy_kind kind, struct str list,
	struct proxy_rules *ret_rules, struct why *reterr_why)
{
	struct proxy_rules rules = { .kind = kind };
	struct str rest = list, piece, word;
	while (str_next(&rest, ',', &piece)) {
		while (str_next(&piece, ' ', &word)) {
			if (!word.n)
				continue;
			struct proxy_network network;
			enum error_code code = network_parse(word, &network, reterr_why);
			if (code)
				return code;
			*(struct proxy_network *)arena_push(
				arena, &rules.networks, &rules.n, sizeof network) = network;
		}
	}
	*ret_rules = rules;
	return OK;
}

static bool in_network(const struct proxy_network *network, const uint8_t address[16])
{
	unsigned bytes = network->prefix / 8, bits = network->prefix % 8;
	if (memcmp(network->address, address, bytes))
		return false;
	unsigned mask = (0xff00u >> bits) & 0xff;
	return !bits || ((network->address[bytes] ^ address[bytes]) & mask) == 0;
}

bool proxy_is_trusted(const struct proxy_rules *rules, const uint8_t address[16])
{
	for (size_t i = 0; i < rules->n; i++)
		if (in_network(&rules->networks[i], address))
			return true;
	return false;
}

bool proxy_is_v4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	return !memcmp(address, mapped, sizeof mapped);
}

struct str proxy_address_text(struct arena *arena, const uint8_t address[16])
{
	char z[INET6_ADDRSTRLEN];
	if (proxy_is_v4(address))
		inet_ntop(AF_INET, address + 12, z, sizeof z);
	else
		inet_ntop(AF_INET6, address, z, sizeof z);
	return arena_str(arena, str_from(z));
}

struct str proxy_host_name(struct str host)
{
	if (host.n && host.p[0] == '[')
		return str_take(host, str_index(host, ']') + 1);
	return str_take(host, str_index(host, ':'));
}

static bool is_port(struct str text)
{
	int64_t port;
	return text.n <= 5 && str_to_int64(text, &port) && port >= 1 && port <= 65535;
}

bool proxy_host(struct arena *arena, struct str text, struct str *ret_host)
{
	char *p = arena_z(arena, text);
	struct str name = proxy_host_name(text);
	if (text.n && text.p[0] == '[') {
		uint8_t address[16];
		if (name.n < 2 || !str_ends(name, STR("]")) ||
			!proxy_address(str_of(text.p + 1, name.n - 2), address))
			return false;
	} else {
		for (size_t i = 0; i < name.n; i++) {
			char c = p[i];
			bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
			if (!fine)
				return false;
		}
	}
	if (!name.n || name.n > 255)
		return false;
	if (name.n < text.n && (text.p[name.n] != ':' || !is_port(str_drop(text, name.n + 1))))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	*ret_host = str_of(p, text.n);
	return true;
}

/* "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1": the address alone. */
static struct str without_port(struct str text)
{
	if (text.n && text.p[0] == '[') {
		struct str inner = str_drop(text, 1);
		size_t end = str_index(inner, ']');
		return end < inner.n ? str_take(inner, end) : text;
	}
	size_t colon = str_index(text, ':');
	return colon == str_last_index(text, ':') ? str_take(text, colon) : text;
}

/* All values of a list header, joined in order. */
static struct str all_values(const struct http_request *request, const char *name)
{
	struct str all = { 0 };
	for (size_t i = 0; i < request->n_headers; i++) {
		if (!str_eq_nocase(request->headers[i].name, str_from(name)))
			continue;
		struct str value = request->headers[i].value;
		all = all.p ? arena_join(request->arena, all, STR(","), value) : value;
	}
	return all;
}

/* Splits at commas outside quotes, from the right; returns how many, hops[0] the last. */
static size_t split_right(struct str text, struct str *pieces)
{
	size_t n = 0, end = text.n;
	bool quoted = false;
	for (size_t i = text.n; text.n && n < HOPS_MAX; i--) {
		char c = i ? text.p[i - 1] : ',';
		if (c == '"')
			quoted = !quoted;
		if (c == ',' && (!quoted || !i)) {
			pieces[n++] = str_trim(str_of(text.p + i, end - i));
			end = i ? i - 1 : 0;
		}
		if (!i)
			break;
	}
	return n;
}

static struct str unquoted(struct str value)
{
	bool quoted = value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"';
	return quoted ? str_of(value.p + 1, value.n - 2) : value;
}

/* RFC 7239 section 4: one element a hop, pairs separated by ';'. */
static size_t hops_of_forwarded(const struct http_request *request, struct hop *hops)
{
	struct str pieces[HOPS_MAX], pair;
	size_t n = split_right(all_values(request, "forwarded"), pieces);
	for (size_t i = 0; i < n; i++) {
		hops[i] = (struct hop){ 0 };
		struct str rest = pieces[i];
		while (str_next(&rest, ';', &pair)) {
			pair = str_trim(pair);
			size_t equals = str_index(pair, '=');
			struct str name = str_take(pair, equals);
			struct str value = unquoted(str_drop(pair, equals + 1));
			if (str_eq_nocase(name, STR("for")))
				hops[i].address = without_port(value);
			else if (str_eq_nocase(name, STR("proto")))
				hops[i].scheme = value;
			else if (str_eq_nocase(name, STR("host")))
				hops[i].host = value;
		}
	}
	return n;
}

/* The piece of the same hop when the lists are equally long, else the right-most. */
static struct str same_hop(const struct str *pieces, size_t n, size_t n_hops, size_t i)
{
	return n == 0 ? (struct str){ 0 } : n == n_hops ? pieces[i] : pieces[0];
}

static size_t hops_of_x_forwarded(const struct http_request *request, struct hop *hops)
{
	struct str addresses[HOPS_MAX], schemes[HOPS_MAX], hosts[HOPS_MAX], ports[HOPS_MAX];
	size_t n = split_right(all_values(request, "x-forwarded-for"), addresses);
	size_t n_schemes = split_right(all_values(request, "x-forwarded-proto"), schemes);
	size_t n_hosts = split_right(all_values(request, "x-forwarded-host"), hosts);
	size_t n_ports = split_right(all_values(request, "x-forwarded-port"), ports);
	size_t n_hops = n ? n : 1;
	for (size_t i = 0; i < n_hops; i++) {
		struct str host = same_hop(hosts, n_hosts, n_hops, i);
		struct str port = same_hop(ports, n_ports, n_hops, i);
		struct str scheme = same_hop(schemes, n_schemes, n_hops, i);
		bool default_port =
			str_eq_z(port, str_eq_nocase(scheme, STR("https")) ? "443" : "80");
		if (!host.n && port.n)
			host = proxy_host_name(request->host);
		if (port.n && !default_port && proxy_host_name(host).n == host.n)
			host = arena_join(request->arena, host, STR(":"), port);
		hops[i] = (struct hop){ n ? without_port(addresses[i]) : (struct str){ 0 }, scheme,
			host };
	}
	return n_hops;
}

/* Right to left: the first address that is no trusted proxy is the client's. Returns the hop
 * that told it, or the last one that could be believed. */
static size_t walk(const struct proxy_rules *rules, const struct hop *hops, size_t n,
	struct http_request *request)
{
	size_t told = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t address[16];
		if (!proxy_address(hops[i].address, address))
			break;
		told = i;
		request->client = proxy_address_text(request->arena, address);
		if (!proxy_is_trusted(rules, address))
			break;
	}
	return told;
}

enum error_code proxy_apply(
	const struct proxy_rules *rules, struct http_request *request, struct why *reterr_why)
{
	uint8_t peer[16];
	request->client = request->peer;
	request->trusted_proxy = rules->kind != PROXY_NONE && proxy_address(request->peer, peer) &&
		proxy_is_trusted(rules, peer);
	if (!request->trusted_proxy)
		return OK;
	struct hop hops[HOPS_MAX];
	size_t n = rules->kind == PROXY_FORWARDED ? hops_of_forwarded(request, hops)
						  : hops_of_x_forwarded(request, hops);
	if (!n)
		return OK;
	const struct hop *hop = &hops[walk(rules, hops, n, request)];
	if (hop->scheme.n) {
		bool https = str_eq_nocase(hop->scheme, STR("https"));
		if (!https && !str_eq_nocase(hop->scheme, STR("http")))
			return error_because(reterr_why, ERROR_INVALID_REQUEST,
				"forwarded scheme '%.*s'", STR_ARG(str_take(hop->scheme, 40)));
		request->scheme = https ? STR("https") : STR("http");
	}
	if (hop->host.n && !proxy_host(request->arena, hop->host, &request->host))
		return error_because(reterr_why, ERROR_INVALID_REQUEST, "forwarded host '%.*s'",
			STR_ARG(str_take(hop->host, 80)));
	return OK;
}
