/* Outgoing HTTP(S): one thread, many requests, and a reason in plain words for each failure.
 *
 * What it is: libcurl's multi interface behind plain structs. Requests are sent from one
 * background thread and finish by a callback there. Redirects are never followed, cookies
 * and credentials never kept, the environment's proxies never used; HTTP/1.1 connections
 * are kept and reused. A request is sent once: trying again, backing off and giving up
 * belong to the caller (outbox/).
 *
 * What it is not: a judge of who may be asked how often. It bounds what is under way in
 * all and per scheme, host and port, and serves waiting hosts in turn, so that a dead
 * host delays no other; shares between clients of one host are the caller's matter. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/arena.h"
#include "base/errors.h"

struct outgoing;

/* What became of a request. Names for tables and metrics: client_outcome_name. */
enum client_outcome {
	CLIENT_ANSWERED,        /* a status that is not 3xx; see http_status and body_complete */
	CLIENT_REDIRECT,        /* 3xx: not followed; see http_status and location */
	CLIENT_BAD_REQUEST,     /* not a strict http(s) URL, userinfo in it, a bad header or CA */
	CLIENT_NAME_NOT_FOUND,  /* the name has no address, or its server did not answer in time */
	CLIENT_DENIED_ADDRESS,  /* every address of the host is forbidden by the policy */
	CLIENT_REFUSED,         /* nobody listens there */
	CLIENT_UNREACHABLE,     /* no route, network down, or the unix socket is not there */
	CLIENT_CONNECT_TIMEOUT, /* no connection, or no finished TLS handshake, in time */
	CLIENT_ANSWER_TIMEOUT,  /* connected and asked, but no status came in time */
	CLIENT_TLS_UNTRUSTED,   /* the chain does not end at a certificate that we trust */
	CLIENT_TLS_EXPIRED,     /* a certificate of the chain is expired or not valid yet */
	CLIENT_TLS_NAME,        /* the certificate is for other names */
	CLIENT_TLS_PROTOCOL,    /* no TLS spoken there, or no common version or cipher */
	CLIENT_RESET,           /* the other side closed the connection before a status came */
	CLIENT_BROKEN_ANSWER,   /* what came is not HTTP, or its head is beyond the limits */
	CLIENT_PROXY_FAILED,    /* the outgoing proxy did not let us through */
	CLIENT_CANCELLED,       /* the client was stopped meanwhile */
	CLIENT_FAILED,          /* anything else; the reason has the library's words */
	CLIENT_OUTCOMES
};
/* "answered", "redirect", "name_not_found" ...; static storage. */
const char *client_outcome_name(enum client_outcome outcome);

/* Which addresses a URL may lead to. Judged on the address that is really connected to,
 * after name resolution, for new and for kept connections; IPv4-mapped, NAT64 and 6to4 forms
 * are judged by the IPv4 address within. With a proxy the proxy resolves: then only literal
 * addresses in the URL are judged. Unix sockets are not judged. */
enum client_policy {
	/* Denied: link-local and cloud metadata (169.254.0.0/16, fe80::/10, fd00:ec2::254,
	 * 100.100.100.200 ...; allow_link_local lifts these), "this network" (0.0.0.0/8, ::),
	 * multicast, broadcast. For URLs that an admin has set. */
	CLIENT_POLICY_ADMIN,
	/* Besides: loopback, private (RFC 1918, RFC 6598, fc00::/7), and the reserved ranges. For
	 * URLs that come from dynamic registration or from a client's request. */
	CLIENT_POLICY_STRANGER,
	/* Nothing is denied. For verbs of the command line whose user types the URL. */
	CLIENT_POLICY_ANY,
};

/* All texts are copied; a zero means the default in parentheses. */
struct client_config {
	struct str ca_file;       /* PEM bundle, trusted besides the distribution's; may be empty */
	struct str ca_pem;        /* PEM certificates trusted besides; may be empty */
	struct str certificate_file, key_file; /* PEM; shown to servers that ask; empty: none */
	struct str proxy;         /* "http://proxy.example:3128"; empty: none */
	struct str proxy_except;  /* "localhost,example.org": they and what is below them go direct */
	struct str user_agent;    /* ("Curfew/x.y") */
	bool allow_link_local;    /* CLIENT_POLICY_ADMIN then permits them and metadata addresses */
	int64_t connect_timeout_ms; /* name, connection and TLS together (3000) */
	int64_t total_timeout_ms;   /* from the start of the request to its last byte (5000) */
	size_t max_running;       /* requests under way in all (200) */
	size_t max_per_host;      /* requests under way to one scheme, host and port (16) */
	size_t max_waiting;       /* requests that wait for their turn (20000) */
	size_t max_body;          /* bytes of an answer that are kept (256 KiB) */
	size_t max_head;          /* bytes of an answer's head (16 KiB) */
};

struct client_header {
	struct str name, value;
};

/* A message for a mail server (RFC 5321) in place of an HTTP request. */
struct client_mail {
	struct str host;           /* a name or an address, IPv6 without brackets */
	int64_t port;              /* 1 to 65535 */
	bool tls;                  /* TLS from the first byte (RFC 8314) */
	bool starttls;             /* TLS by STARTTLS (RFC 3207): without it nothing is said */
	struct str user, password; /* user empty: nobody signs in */
	struct str from, to;       /* of the envelope: addresses without "<>", no control bytes */
};

/* A request; zeros mean the defaults. Copied by client_send, the body unless body_borrowed. */
struct client_request {
	struct str method;        /* "GET", "POST", ...: letters only; empty: GET */
	struct str url;           /* http or https, no userinfo, no fragment (base/url.h) */
	struct str content_type;  /* empty: none sent */
	struct str body;
	bool body_borrowed;       /* the body stays the caller's, unchanged until the callback */
	const struct client_header *headers; /* no control bytes; names are RFC 9110 tokens */
	size_t headers_n;
	int64_t connect_timeout_ms, total_timeout_ms; /* 0: the config's; total < 0: without limit */
	size_t max_body;          /* 0: the config's */
	struct str ca_pem;        /* PEM certificates trusted besides for this request alone */
	/* Not NULL: the body is a message for this server (CRLF line ends; dots are doubled on the way),
	 * and url, method, headers and unix_socket count for nothing. It is sent when the outcome is
	 * CLIENT_ANSWERED with an http_status of 250: the SMTP reply code, of which 4xx and 5xx are
	 * refusals. Borrowed until the callback. Never through a proxy. */
	const struct client_mail *mail;
	struct str unix_socket;   /* path; connects there whatever the URL's host says */
	enum client_policy policy;
};

/* How it went. Texts live until the callback returns (client_send) or as long as the
 * arena (client_send_wait). */
struct client_result {
	enum client_outcome outcome;
	/* One line that a person can act on, e.g. "app.example.org:443 refused the connection",
	 * "HTTP 500: \"first 200 bytes of the body\"". Never empty; no control bytes; UTF-8. */
	struct str reason;
	int http_status;          /* of the final answer; 0: none came */
	/* False: the body is cut, since it was longer than max_body, its end did not come in time,
	 * or the connection broke. The status is the other side's word all the same. */
	bool body_complete;
	struct str body;          /* at most max_body bytes, as they came */
	struct str head;          /* the header lines, CRLF between; without the status line */
	struct str location;      /* of a redirect, control bytes cleaned; empty: none */
	struct str address;       /* "192.0.2.1:443"; empty when there was no connection */
	bool reused;              /* sent on a kept connection */
	int64_t certificate_until_s; /* when the peer's certificate expires; 0: no TLS, or not seen */
	int64_t started_ms;       /* wall clock, when its turn came */
	int64_t waited_ms;        /* from client_send to its turn */
	int64_t connect_ms;       /* to the end of the TLS handshake; 0 on a kept connection */
	int64_t total_ms;
};
/* The value of a header line of result->head (letters folded, first one wins); empty: none. */
struct str client_result_header(const struct client_result *result, struct str name);

/* Starts the thread. ERROR_INVALID_CONFIG when the CA file or PEM, or our own certificate and its
 * key, cannot be read, with the file's name, and when the proxy is not http://HOST:PORT. The caller stops and frees it. */
enum error_code client_new(const struct client_config *config, struct outgoing **ret_client,
	struct why *reterr_why) MUST_USE;
/* Refuses what comes from now on, cancels what waits for its turn, lets requests under way
 * finish for at most grace_ms and cancels the rest. Every callback has returned when this
 * returns. Not from a callback. */
void client_stop(struct outgoing *client, int64_t grace_ms);
/* Stops (without grace) if need be, and frees. NULL is fine. */
void client_free(struct outgoing *client);

/* Takes a request. `done` is called exactly once, on the client's thread, if and only if this
 * returns OK; it must not block, and may call client_send. Whatever is wrong with URL, method or
 * headers is told by `done`, not here. ERROR_BUSY: max_waiting is reached. ERROR_STOPPED: the
 * client was stopped. Any thread. */
enum error_code client_send(struct outgoing *client, const struct client_request *request,
	void (*done)(void *context, const struct client_result *result), void *context,
	struct why *reterr_why) MUST_USE;
/* Sends and waits; the result's texts are in the arena. Errors as client_send: a request that
 * fails on its way is OK here and told by ret_result->outcome. Not from a callback. */
enum error_code client_send_wait(struct outgoing *client, const struct client_request *request,
	struct arena *arena, struct client_result *ret_result, struct why *reterr_why) MUST_USE;

/* A moment's figures, for metrics. */
struct client_figures {
	size_t running, waiting;
	uint64_t connections; /* opened since the start */
};
struct client_figures client_figures(struct outgoing *client);

#endif
