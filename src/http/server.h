/* The HTTP server: listeners, I/O threads, limits, hand-over to workers.
 *
 * It owns sockets and framing; what a request means is for routers and handlers. One server
 * has several listeners (public, management, the unix socket of the command line), each with
 * its own router and its own I/O threads.
 *
 * What it refuses before any handler sees it (with 400 and close): Transfer-Encoding together
 * with Content-Length or other than "chunked", several Content-Length or Host, no Host in
 * HTTP/1.1, control bytes in the target or a header, a Host that is not allowed. Request
 * lines over LIMIT_REQUEST_LINE get 414, heads over LIMIT_REQUEST_HEAD or LIMIT_HEADERS 431,
 * bodies over the route's limit 413. Nothing is allocated by a declared length. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/proxy.h"
#include "http/response.h"
#include "http/router.h"

struct http_server;
struct http_job;

struct http_listener {
	const char *name;      /* "public": for messages and counters */
	const char *address;   /* "127.0.0.1", "::", "localhost": resolved at start only */
	uint16_t port;         /* 0: the kernel chooses, see http_server_port */
	const char *unix_path; /* instead of address and port; made with mode 0600, an old
				  socket there is replaced, removed at stop */
	const char *tls_certificate_file; /* PEM chain; NULL: plain */
	const char *tls_key_file;         /* PEM */
	const struct http_router *router;
	unsigned io_threads; /* 0: 1 */
	bool any_host;       /* the Host is not judged: management, unix, `hostname` is set */
};

struct http_counters {
	uint64_t requests[6]; /* by status class; [0] those that ended without a response */
	uint64_t connections_open, connections_total;
	uint64_t connections_refused; /* over the limits */
	uint64_t connections_reaped;  /* too slow, or idle too long */
	uint64_t under_way;           /* requests whose head has arrived and that are not done */
	uint64_t busy;                /* 503 because a queue was full */
};

struct http_config {
	const struct http_listener *listeners;
	size_t n_listeners;

	/* Hosts that may be named (without port, lower case); none: localhost, 127.0.0.1, [::1]. */
	const struct str *allowed_hosts;
	size_t n_allowed_hosts;
	struct proxy_rules proxies;

	unsigned connections_max; /* of one listener; 0: 20000 */
	unsigned
		connections_per_address; /* 0: no limit; loopback, unix and trusted proxies exempt */
	int64_t head_timeout_ms;         /* from the connection's or request's start; 0: 10 s */
	int64_t body_timeout_ms;         /* 0: 30 s; spooled bodies get 1 s more a 64 KiB */
	int64_t idle_timeout_ms;         /* kept-alive connections, stalled readers; 0: 60 s */
	int64_t drain_timeout_ms;        /* http_server_stop; 0: 30 s */
	const char *spool_directory;     /* for HTTP_STREAM_BODY; NULL: "/tmp" */
	uint64_t request_id_seed;        /* random */

	/* Hand over a job; a thread of that pool then calls http_job_run once. False: the
	 * queue is full (503 with Retry-After). Called on an I/O thread or on a pool's
	 * thread; must not wait. */
	bool (*submit_worker)(void *pool, struct http_job *job);
	void *worker_pool;
	bool (*submit_gate)(void *pool, struct http_job *job);
	void *gate_pool;

	/* Answers an error that the server found itself (400, 403, 404, 405, 413, 414, 431, 503).
	 * Headers that the answer needs (Allow, Retry-After) are added afterwards. NULL: JSON by
	 * http_respond_error_code. `request` may lack what was not parsed yet. */
	void (*render_error)(void *context, const struct http_request *request,
		enum error_code code, struct http_response *response);
	/* Called when the response is decided, on the thread that made it: access log, metrics.
	 * `reason` is the why of an error that the server found itself, else "". May be NULL. */
	void (*observe)(void *context, const struct http_request *request,
		const struct http_response *response, const char *reason, int64_t took_us);
	/* Texts of the HTTP library, one line each. NULL: dropped. */
	void (*message)(void *context, const char *text);
	void *context; /* of the three callbacks */
};

/* Opens all listeners and starts their threads; on an error none is left open. The config
 * and all that it points to must outlive the server, except `listeners` itself.
 * Errors: INVALID_CONFIG (address, certificate, key), FILE_FAILED (bind: the reason names
 * address, port and what to do). */
enum error_code http_server_start(const struct http_config *config, struct http_server **ret_server,
	struct why *reterr_why) MUST_USE;
/* The port of a TCP listener; 0 for a unix socket. */
uint16_t http_server_port(const struct http_server *server, size_t listener);
/* Reads certificate and key files of all TLS listeners again; handshakes from now on use
 * them. On an error (unreadable, do not belong together) the old ones stay in use. */
enum error_code http_server_reload_tls(struct http_server *server, struct why *reterr_why) MUST_USE;
/* Stops accepting, answers what is under way, closes idle connections; the rest is cut after
 * the drain timeout. The pools must still run. TIMEOUT when a handler did not come back within
 * a second drain timeout: the server cannot be freed then and the process should end. */
enum error_code http_server_stop(struct http_server *server, struct why *reterr_why) MUST_USE;
/* Frees a stopped server. */
void http_server_free(struct http_server *server);
void http_server_counters(const struct http_server *server, struct http_counters *ret_counters);

/* For pools: runs the job's handler on this thread and sends its response on its way (or hands
 * it over to the next queue). The job is gone afterwards. */
void http_job_run(struct http_job *job);
/* For pools that stop with jobs in their queue: answers 503. The job is gone afterwards. */
void http_job_refuse(struct http_job *job);

#endif
