/* The HTTP library's side of the server: its callbacks, suspension and resumption.
 *
 * The library (0.9.75) is lax about heads. It hands out pointers into its read buffer, in
 * which it has replaced separators by NULs; layout_is_plain follows them through the whole
 * head and so finds what the library hides: NULs, folded lines and bare LFs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "http/server_inner.h"

enum {
	/* A head of LIMIT_REQUEST_HEAD, its header records, the copy that the library makes of the
	 * cookies, and room for a refusal. Touched only as far as it is used. */
	CONNECTION_POOL = 48 << 10,
	SEND_BYTES_A_MS = 4, /* a reader may be this slow */
};

static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
	struct io *io = cls;
	const struct http_config *config = &io->listener->server->config;
	struct connection *connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	if (atomic_load(&connection->phase) == PHASE_IDLE)
		connection_phase(connection, PHASE_HEAD, server_now_ms() + config->head_timeout_ms);
	else
		atomic_store(&connection->phase, PHASE_HEAD);
	struct http_job *job = job_new(io, mhd, connection, target ? target : "");
	/* The library would now make a record of each argument, and forgets to answer when they
	 * do not fit its pool. We have our copy: it shall find none. */
	char *question = target ? strchr((char *)target, '?') : NULL;
	if (question && question[1])
		question[1] = '\0';
	return job;
}

/* The target is kept as sent; we decode it ourselves. */
static size_t keep_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text);
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
	size_t n_name, const char *value, size_t n_value)
{
	struct http_job *job = cls;
	(void)kind;
	struct http_header *header = arena_push(
		job->request.arena, &job->request.headers, &job->request.n_headers, sizeof *header);
	*header = (struct http_header){ str_of(name, n_name), str_of(value, n_value) };
	return MHD_YES;
}

/* True when method, target, version and headers follow one another in the read buffer with
 * nothing between but single separators and CRLF. Trailing blanks of a value are part of it
 * here and trimmed by the caller. */
static bool layout_is_plain(
	const struct http_job *job, const char *method, const char *version, size_t head_bytes)
{
	const char *at = method + strlen(method) + 1;
	if (job->target_at != at)
		return false;
	at += job->target.n + 1;
	if (version != at)
		return false;
	at += strlen(version) + 2;
	for (size_t i = 0; i < job->request.n_headers; i++) {
		const struct http_header *header = &job->request.headers[i];
		if (header->name.p != at)
			return false;
		for (at += header->name.n + 1; at < header->value.p; at++)
			if (*at != ' ' && *at != '\t')
				return false;
		if (header->value.p != at)
			return false;
		at += header->value.n + 2;
	}
	return at + 2 == method + head_bytes;
}

static enum MHD_Result send_response(struct http_job *job)
{
	struct MHD_Response *response = job->mhd_response;
	if (!response)
		return MHD_NO;
	int64_t bytes = (int64_t)(job->response.body_fd_n + job->response.body.n);
	connection_phase(job->connection, PHASE_SENDING,
		server_now_ms() + bytes / SEND_BYTES_A_MS +
			job->io->listener->server->config.idle_timeout_ms);
	enum MHD_Result queued =
		MHD_queue_response(job->mhd, (unsigned)job->response.status, response);
	job->mhd_response = NULL;
	job->stage = STAGE_SENT;
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result take_head(struct http_job *job, const char *method, const char *version)
{
	struct http_request *request = &job->request;
	size_t head_bytes =
		MHD_get_connection_info(job->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
			->header_size;
	MHD_get_connection_values_n(job->mhd, MHD_HEADER_KIND, add_header, job);
	bool plain = layout_is_plain(job, method, version, head_bytes);
	for (size_t i = 0; i < request->n_headers; i++)
		request->headers[i].value = str_trim(request->headers[i].value);
	bool accepted = false;
	if (plain) {
		accepted = job_take_head(job, method, !strcmp(version, "HTTP/1.0"), head_bytes);
	} else {
		error_because(&job->why, ERROR_HTTP_BROKEN,
			"NUL, folded line or line without CRLF in the head");
		job_refuse(job, ERROR_HTTP_BROKEN);
		job->response.close = true;
	}
	connection_phase(job->connection, PHASE_BODY,
		server_now_ms() + job->io->listener->server->config.body_timeout_ms);
	job->stage = STAGE_BODY;
	if (accepted)
		return MHD_YES;
	/* A response queued now makes the library close the connection; without a body there is no
	 * need for that, and the response waits for the last call. */
	job_decide(job);
	return job->facts.has_body || job->response.close ? send_response(job) : MHD_YES;
}

/* Suspends the connection and gives the job away; after job_submit it is not ours. */
static enum MHD_Result hand_over(struct http_job *job, enum http_queue queue)
{
	struct http_server *server = job->io->listener->server;
	job->stage = STAGE_OUT;
	MHD_suspend_connection(job->mhd);
	atomic_fetch_add(&server->jobs_out, 1);
	if (!job_submit(job, queue))
		http_job_refuse(job);
	return MHD_YES;
}

static enum MHD_Result take_request(struct http_job *job)
{
	unsigned flags = job->match.route->flags;
	connection_phase(job->connection, PHASE_HANDLING, 0);
	if (job->request.body_fd >= 0)
		lseek(job->request.body_fd, 0, SEEK_SET);
	if (flags & (HTTP_WORKER | HTTP_GATE))
		return hand_over(job, flags & HTTP_GATE ? HTTP_QUEUE_GATE : HTTP_QUEUE_WORKER);
	if (!job_step(job))
		return hand_over(job, job->request.next_queue);
	job_decide(job);
	return send_response(job);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *target,
	const char *method, const char *version, const char *data, size_t *n, void **context)
{
	(void)cls;
	(void)mhd;
	(void)target;
	struct http_job *job = *context;
	switch (job->stage) {
	case STAGE_HEAD:
		return take_head(job, method, version);
	case STAGE_BODY:
		if (!*n)
			return take_request(job);
		if (!job_take_body(job, data, *n))
			return MHD_NO;
		*n = 0;
		return MHD_YES;
	case STAGE_READY:
		return send_response(job);
	case STAGE_OUT:
	case STAGE_SENT:
		break;
	}
	return MHD_YES;
}

/* The response has been sent, or the connection broke. The library still drops its reference
 * to the response afterwards, but does not read the body again. */
static void on_completed(
	void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
	struct io *io = cls;
	struct http_job *job = *context;
	(void)mhd;
	if (!job)
		return;
	*context = NULL;
	if (code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED)
		atomic_fetch_add(&io->listener->server->counters.reaped, 1);
	connection_phase(job->connection, PHASE_IDLE,
		server_now_ms() + io->listener->server->config.idle_timeout_ms);
	job_free(job);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct io *io = cls;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		connection_close(*context);
		return;
	}
	int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *address =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	*context = connection_open(io, fd, address);
}

static void on_message(void *cls, const char *format, va_list list)
	__attribute__((format(printf, 2, 0)));

static void on_message(void *cls, const char *format, va_list list)
{
	struct io *io = cls;
	const struct http_config *config = &io->listener->server->config;
	char line[300];
	if (!config->message)
		return;
	vsnprintf(line, sizeof line, format, list);
	line[strcspn(line, "\n")] = '\0';
	config->message(config->context, line);
}

struct tls *tls_of_session(void *session_pointer)
{
	struct connection *connection =
		MHD_get_connection_info(session_pointer, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;
	return connection->io->listener->tls;
}

enum error_code server_mhd_start(struct io *io, struct why *reterr_why)
{
	const struct listener *listener = io->listener;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | (listener->tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)tls_certificate_callback() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	/* For readers that stall: only the library sees the bytes go. */
	unsigned idle_s = (unsigned)((listener->server->config.idle_timeout_ms + 999) / 1000);
	/* The acceptor holds the limit; the library's own must not come first. */
	unsigned limit = listener->server->config.connections_max + 1000;
	io->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, io,
		MHD_OPTION_EXTERNAL_LOGGER, on_message, io, MHD_OPTION_CONNECTION_LIMIT, limit,
		MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_POOL, MHD_OPTION_URI_LOG_CALLBACK, on_target, io,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, io, MHD_OPTION_NOTIFY_CONNECTION, on_connection, io, MHD_OPTION_ARRAY,
		listener->tls ? tls : none, MHD_OPTION_END);
	if (!io->daemon)
		return error_because(reterr_why, ERROR_INTERNAL,
			"%s listener: the HTTP library cannot start a thread",
			listener->config.name);
	return OK;
}

void server_mhd_stop(struct io *io)
{
	if (io->daemon)
		MHD_stop_daemon(io->daemon);
	io->daemon = NULL;
	while (io->spare) {
		struct http_job *next = io->spare->next_spare;
		arena_free(io->spare->request.arena);
		free(io->spare);
		io->spare = next;
	}
}

/* Back to the io's thread, which sends the response. Once jobs_out is lowered the server may
 * be stopped and freed: nothing of it is touched afterwards. */
static void resume(struct http_job *job)
{
	struct http_server *server = job->io->listener->server;
	job_decide(job);
	MHD_resume_connection(job->mhd);
	atomic_fetch_sub(&server->jobs_out, 1);
}

void http_job_run(struct http_job *job)
{
	if (job_step(job))
		resume(job);
	else if (!job_submit(job, job->request.next_queue))
		http_job_refuse(job);
}

void http_job_refuse(struct http_job *job)
{
	struct http_server *server = job->io->listener->server;
	atomic_fetch_add(&server->counters.busy, 1);
	error_because(&job->why, ERROR_BUSY, "no room in the queue");
	job_refuse(job, atomic_load(&server->stopping) ? ERROR_STOPPED : ERROR_BUSY);
	resume(job);
}
