/* Forwarded (RFC 7239) and X-Forwarded-For, -Proto, -Host, -Port: believed only when the
 * connection's peer is a trusted proxy, and only the one kind that is configured (a proxy
 * overwrites one kind and passes the other through). Never resolves a name. Pure. */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include "http/request.h"

enum proxy_kind { PROXY_NONE, PROXY_X_FORWARDED, PROXY_FORWARDED };

struct proxy_network {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix;     /* bits of the 128 */
};

struct proxy_rules {
	enum proxy_kind kind;
	struct proxy_network *networks; /* the trusted proxies */
	size_t n;
};

/* "10.0.0.0/8, ::1, 192.0.2.7": addresses and CIDR networks, comma or space between; the
 * networks live in `arena`. INVALID_VALUE names the piece that is neither. */
enum error_code proxy_rules_parse(struct arena *arena, enum proxy_kind kind, struct str list,
	struct proxy_rules *ret_rules, struct why *reterr_why) MUST_USE;

/* An IPv4 or IPv6 address in text to 16 bytes; brackets and a port are not part of one. */
bool proxy_address(struct str text, uint8_t ret_address[16]);
/* True for ::ffff:a.b.c.d */
bool proxy_is_v4(const uint8_t address[16]);
/* The shortest text of an address; IPv4 dotted. */
struct str proxy_address_text(struct arena *arena, const uint8_t address[16]);
bool proxy_is_trusted(const struct proxy_rules *rules, const uint8_t address[16]);

/* Sets request->client, scheme, host and trusted_proxy from peer, Host and, when the peer is
 * trusted, the forwarding headers. The client is the right-most forwarded address that is no
 * trusted proxy; scheme and host are those of the same hop, else the right-most. A forwarded
 * address that is no IP address ("unknown", names, "_hidden") ends the walk and is ignored.
 * Error INVALID_REQUEST: a forwarded scheme other than http and https, a forwarded host or
 * port that is none. */
enum error_code proxy_apply(const struct proxy_rules *rules, struct http_request *request,
	struct why *reterr_why) MUST_USE;

/* A Host or authority: reg-name or IP literal with optional port, nothing else. Lower-cased
 * into the arena. */
bool proxy_host(struct arena *arena, struct str text, struct str *ret_host);
/* An authority without its port: "localhost", "[::1]". Borrowed. */
struct str proxy_host_name(struct str host);

#endif
