/* What server.c, server_mhd.c, accept.c, connections.c and job.c share; nobody else includes it.
 *
 * Threads: one acceptor for all listeners. Each `io` is one event loop of the HTTP library with one thread. A connection and
 * its job belong to that thread, except that a job which is out (suspended) belongs to the
 * pool's thread until it is resumed, and the reaper may shut a connection's socket down
 * while it holds the io's lock. */
#ifndef HTTP_SERVER_INNER_H
#define HTTP_SERVER_INNER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include <microhttpd.h>

#include "http/addresses.h"
#include "http/head.h"
#include "http/server.h"
#include "http/tls.h"

/* Where a connection stands; each phase has its deadline. */
enum phase {
	PHASE_NEW,  /* accepted, no request line yet */
	PHASE_HEAD, /* request line seen */
	PHASE_BODY,
	PHASE_HANDLING, /* no deadline: ours to be quick */
	PHASE_SENDING,
	PHASE_IDLE, /* between two requests */
};

struct io;
struct listener;

struct connection {
	struct connection *next, **link; /* in its io's list, under the lock */
	struct io *io;
	int fd;
	bool is_counted; /* in the address table */
	uint8_t address[16];
	char peer[INET6_ADDRSTRLEN];
	int64_t started_ms;
	_Atomic int phase;
	_Atomic int64_t deadline_ms; /* 0: none */
};

enum stage {
	STAGE_HEAD, /* request line read; the head not judged yet */
	STAGE_BODY,
	STAGE_OUT,   /* suspended, a pool's thread has it */
	STAGE_READY, /* the response is decided */
	STAGE_SENT,
};

struct http_job {
	struct http_request request;
	struct http_response response;
	struct http_match match;
	struct head_facts facts;
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct MHD_Response *mhd_response;
	struct io *io;
	struct str target;     /* a copy */
	const char *target_at; /* the library's, for the check of the head's layout */
	enum stage stage;
	http_handler *handler; /* what runs next */
	void *context;
	char *body;
	size_t body_capacity;
	int64_t started_us;
	struct why why; /* of an error that the server found */
	struct http_job *next_spare;
};

struct io {
	struct listener *listener;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct connection *connections;
	struct http_job *spare; /* jobs to use again; the io's thread only */
	unsigned n_spare;
};

struct listener {
	struct http_listener config;
	struct http_server *server;
	int fd;
	struct tls *tls; /* NULL: plain */
	struct io *ios;
	unsigned n_ios;
	unsigned next_io;        /* the acceptor's */
	_Atomic unsigned n_open; /* connections admitted and not closed */
};

struct atomic_counters {
	_Atomic uint64_t requests[6], open, total, refused, reaped, under_way, busy;
};

struct http_server {
	struct http_config config; /* defaults filled in */
	struct listener *listeners;
	size_t n_listeners;
	struct addresses *addresses; /* NULL: no limit */
	struct atomic_counters counters;
	_Atomic uint64_t next_id;
	_Atomic uint64_t jobs_out; /* suspended */
	_Atomic bool stopping;
	pthread_t acceptor;
	int acceptor_wake; /* an eventfd */
	bool acceptor_runs;
	pthread_t reaper;
	pthread_mutex_t reaper_lock;
	pthread_cond_t reaper_wake;
	bool reaper_runs, reaper_stops; /* under reaper_lock */
};

/* server_mhd.c: the library's side. */
enum error_code server_mhd_start(struct io *io, struct why *reterr_why) MUST_USE;
void server_mhd_stop(struct io *io);

/* accept.c */
void acceptor_start(struct http_server *server);
void acceptor_stop(struct http_server *server);

/* connections.c */
int64_t server_now_ms(void); /* monotonic, never shifted by tests */
int64_t server_now_us(void);
struct connection *connection_open(struct io *io, int fd, const struct sockaddr *address);
void connection_close(struct connection *connection);
/* Counts a connection that was accepted; false, and nothing is counted, when its address has its
 * share already. connection_close takes it back; connection_withdraw does when it was never
 * opened. */
bool connection_admit(struct listener *listener, const struct sockaddr *address);
void connection_withdraw(struct listener *listener, const struct sockaddr *address);
bool connection_is_full(const struct listener *listener);
void connection_phase(struct connection *connection, enum phase phase, int64_t deadline_ms);
void reaper_start(struct http_server *server);
void reaper_stop(struct http_server *server);
/* Shuts down: everything, or only connections without a request under way. */
void connections_cut(struct http_server *server, bool all);

/* job.c: a request from its head to its response. */
struct http_job *job_new(struct io *io, struct MHD_Connection *mhd, struct connection *connection,
	const char *target);
void job_free(struct http_job *job);
/* Judges the head and finds the route. False: job->response holds the refusal. */
bool job_take_head(struct http_job *job, const char *method, bool is_1_0, size_t head_bytes);
/* False: the body is over the limit and the connection must be cut. */
bool job_take_body(struct http_job *job, const char *data, size_t n);
/* Decides a refusal with what it needs (Allow, Retry-After). */
void job_refuse(struct http_job *job, enum error_code code);
/* Runs job->handler; false: it is to go to request->next_queue. */
bool job_step(struct http_job *job);
/* Hands a suspended job to the queue; false: full. */
bool job_submit(struct http_job *job, enum http_queue queue);
/* Finishes the response and makes the library's form of it: stage READY. */
void job_decide(struct http_job *job);

#endif
