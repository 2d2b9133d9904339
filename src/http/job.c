/* One request on its way through the server: head, body, handler, response. Everything but
 * the socket. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/tables.h"
#include "http/cors.h"
#include "http/server_inner.h"

enum {
	ARENA_FIRST = 8 << 10,
	BODY_FIRST = 4 << 10,
	SPARE_MAX = 64,
	SPOOL_BYTES_A_MS = 64, /* a spooled body gets time at this rate */
};

/* A bijection of the counter (the finalizer of splitmix64): unique, and no pattern to see. */
static struct str new_request_id(struct http_server *server, struct arena *arena)
{
	uint64_t x = server->config.request_id_seed +
		atomic_fetch_add(&server->next_id, 1) * 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	x ^= x >> 31;
	char *p = arena_alloc(arena, 17);
	for (int i = 15; i >= 0; i--, x >>= 4)
		p[i] = "0123456789abcdef"[x & 15];
	return str_of(p, 16);
}

struct http_job *job_new(struct io *io, struct MHD_Connection *mhd, struct connection *connection,
	const char *target)
{
	struct http_server *server = io->listener->server;
	struct http_job *job = io->spare;
	struct arena *arena;
	if (job) {
		io->spare = job->next_spare;
		io->n_spare--;
		arena = job->request.arena;
	} else {
		job = malloc(sizeof *job);
		if (!job)
			abort();
		arena = arena_new(ARENA_FIRST);
	}
	*job = (struct http_job){ .io = io,
		.mhd = mhd,
		.connection = connection,
		.target_at = target,
		.started_us = server_now_us() };
	http_request_init(&job->request, arena);
	http_response_init(&job->response, arena);
	job->target = arena_str(arena, str_from(target));
	job->request.id = new_request_id(server, arena);
	job->request.peer = job->request.client = arena_str(arena, str_from(connection->peer));
	job->request.local = io->listener->config.unix_path != NULL;
	if (io->listener->tls)
		job->request.scheme = STR("https");
	atomic_fetch_add(&server->counters.under_way, 1);
	return job;
}

void job_free(struct http_job *job)
{
	struct io *io = job->io;
	struct http_server *server = io->listener->server;
	if (job->mhd_response)
		MHD_destroy_response(job->mhd_response);
	if (job->stage != STAGE_SENT && job->stage != STAGE_READY)
		atomic_fetch_add(&server->counters.requests[0], 1);
	if (job->request.body_fd >= 0)
		close(job->request.body_fd);
	if (job->response.body_fd >= 0)
		close(job->response.body_fd);
	if (job->body)
		explicit_bzero(job->body, job->body_capacity);
	free(job->body);
	atomic_fetch_sub(&server->counters.under_way, 1);
	if (io->n_spare < SPARE_MAX) {
		arena_reset(job->request.arena);
		job->next_spare = io->spare;
		io->spare = job;
		io->n_spare++;
		return;
	}
	arena_free(job->request.arena);
	free(job);
}

void job_refuse(struct http_job *job, enum error_code code)
{
	const struct http_config *config = &job->io->listener->server->config;
	struct http_response *response = &job->response;
	http_response_clear(response);
	if (config->render_error)
		config->render_error(config->context, &job->request, code, response);
	else
		http_respond_error_code(response, code);
	if (code == ERROR_METHOD_NOT_ALLOWED)
		http_set_header_z(
			response, "Allow", http_method_list(response->arena, job->match.methods).p);
	if (response->status == 503)
		http_set_header_z(response, "Retry-After", "2");
}

/* An incoming id is believed from a trusted proxy only, and only when it cannot do harm in a
 * log or a header. */
static void take_request_id(struct http_request *request)
{
	struct str id = http_header(request, "x-request-id");
	if (!request->trusted_proxy || id.n < 1 || id.n > 64)
		return;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-'))
			return;
	}
	request->id = id;
}

static bool host_is_allowed(const struct http_config *config, struct str host)
{
	static const struct str loopback[] = { STR_INIT("localhost"), STR_INIT("127.0.0.1"),
		STR_INIT("[::1]") };
	const struct str *list = config->n_allowed_hosts ? config->allowed_hosts : loopback;
	size_t n = config->n_allowed_hosts ? config->n_allowed_hosts : ARRAY_LENGTH(loopback);
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], proxy_host_name(host)))
			return true;
	return false;
}

static enum error_code check_host(struct http_job *job)
{
	const struct listener *listener = job->io->listener;
	const struct http_config *config = &listener->server->config;
	struct http_request *request = &job->request;
	struct str host = http_header(request, "host");
	if (host.n && !proxy_host(request->arena, host, &request->host) &&
		!listener->config.any_host)
		return error_because(&job->why, ERROR_INVALID_REQUEST, "Host '%.*s' is malformed",
			STR_ARG(str_take(host, 100)));
	enum error_code code = proxy_apply(&config->proxies, request, &job->why);
	if (code)
		return code;
	if (!listener->config.any_host && (!host.n || !host_is_allowed(config, request->host)))
		return error_because(&job->why, ERROR_INVALID_HOST, "Host '%.*s' is not allowed",
			STR_ARG(str_take(request->host, 100)));
	return OK;
}

/* Pages of ours say Referrer-Policy: no-referrer, and browsers then send "Origin: null" with
 * their own forms: only Sec-Fetch-Site tells those apart from foreign ones. Where neither
 * tells, the form's token decides. */
static bool is_cross_site(const struct http_request *request)
{
	struct str site = http_header(request, "sec-fetch-site");
	struct str origin = http_header(request, "origin");
	if (site.n)
		return !str_eq_z(site, "same-origin") && !str_eq_z(site, "none");
	return origin.n && !str_eq_z(origin, "null") &&
		cors_judge(origin, http_own_origin(request), NULL, 0) != CORS_SAME;
}

/* OPTIONS that no route takes itself: a preflight, or the list of methods. */
static bool answer_options(struct http_job *job)
{
	if (job->request.method != HTTP_OPTIONS)
		return false;
	if (job->match.cors && cors_is_preflight(&job->request)) {
		cors_preflight(&job->request, job->match.methods, &job->response);
	} else {
		http_respond_empty(&job->response, 200);
		http_set_header_z(&job->response, "Allow",
			http_method_list(job->response.arena, job->match.methods).p);
	}
	return true;
}

static enum error_code open_spool(struct http_job *job)
{
	const char *directory = job->io->listener->server->config.spool_directory;
	job->request.body_fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (job->request.body_fd < 0)
		return error_because(
			&job->why, ERROR_FILE_FAILED, "no temporary file in '%s': %m", directory);
	return OK;
}

static size_t body_limit(const struct http_route *route)
{
	return route->body_limit ? route->body_limit : LIMIT_FORM;
}

/* What the route asks for before a byte of the body is taken. */
static enum error_code check_route(struct http_job *job)
{
	const struct http_route *route = job->match.route;
	if ((route->flags & HTTP_CSRF) && is_cross_site(&job->request))
		return error_because(
			&job->why, ERROR_CROSS_SITE, "the form came from another site");
	if (route->early) {
		route->early(job->match.context, &job->request, &job->response);
		if (job->response.status)
			return OK;
	}
	if (job->facts.content_length > body_limit(route))
		return error_because(&job->why, ERROR_TOO_LARGE, "body of %llu bytes, limit %zu",
			(unsigned long long)job->facts.content_length, body_limit(route));
	return (route->flags & HTTP_STREAM_BODY) ? open_spool(job) : OK;
}

static enum error_code check_request(
	struct http_job *job, const char *method, bool is_1_0, size_t head_bytes)
{
	struct http_request *request = &job->request;
	if (job->target.n > LIMIT_REQUEST_LINE)
		return error_because(
			&job->why, ERROR_URI_TOO_LONG, "target of %zu bytes", job->target.n);
	if (head_bytes > LIMIT_REQUEST_HEAD || request->n_headers > LIMIT_HEADERS)
		return error_because(&job->why, ERROR_HEAD_TOO_LARGE,
			"head of %zu bytes, %zu headers", head_bytes, request->n_headers);
	enum error_code code = head_check(request, is_1_0, &job->facts, &job->why);
	if (!code)
		code = head_target(request, job->target, &job->why);
	if (!code)
		code = check_host(job);
	if (code)
		return code;
	take_request_id(request);
	request->method = (enum http_method)head_method(method);
	code = router_match(job->io->listener->config.router, request, &job->match, &job->why);
	if (code == ERROR_METHOD_NOT_ALLOWED && answer_options(job))
		return OK;
	return code ? code : check_route(job);
}

bool job_take_head(struct http_job *job, const char *method, bool is_1_0, size_t head_bytes)
{
	enum error_code code = check_request(job, method, is_1_0, head_bytes);
	if (code) {
		job_refuse(job, code);
		job->response.close = code == ERROR_HTTP_BROKEN;
	}
	if (job->response.status)
		return false;
	job->handler = job->match.route->handler;
	job->context = job->match.context;
	return true;
}

static bool spool(struct http_job *job, const char *data, size_t n)
{
	while (n) {
		ssize_t written = write(job->request.body_fd, data, n);
		if (written <= 0)
			return false;
		data += written;
		n -= (size_t)written;
	}
	int64_t more_ms = (int64_t)(job->request.body_n / SPOOL_BYTES_A_MS);
	connection_phase(job->connection, PHASE_BODY,
		job->started_us / 1000 + more_ms +
			job->io->listener->server->config.body_timeout_ms);
	return true;
}

/* Grows with what has arrived, never by what was announced. */
static bool keep(struct http_job *job, const char *data, size_t n)
{
	size_t have = job->request.body.n;
	if (have + n > job->body_capacity) {
		size_t capacity = job->body_capacity ? job->body_capacity : BODY_FIRST;
		while (capacity < have + n)
			capacity *= 2;
		char *grown = realloc(job->body, capacity);
		if (!grown)
			return false;
		job->body = grown;
		job->body_capacity = capacity;
	}
	memcpy(job->body + have, data, n);
	job->request.body = str_of(job->body, have + n);
	return true;
}

bool job_take_body(struct http_job *job, const char *data, size_t n)
{
	if (n > body_limit(job->match.route) - job->request.body_n)
		return false;
	job->request.body_n += n;
	return job->request.body_fd >= 0 ? spool(job, data, n) : keep(job, data, n);
}

bool job_step(struct http_job *job)
{
	struct http_request *request = &job->request;
	request->next_queue = HTTP_QUEUE_NONE;
	log_set_request(request->id);
	job->handler(job->context, request, &job->response);
	log_set_request(STR(""));
	if (request->next_queue == HTTP_QUEUE_NONE)
		return true;
	job->handler = request->next_handler;
	job->context = request->next_context;
	return false;
}

bool job_submit(struct http_job *job, enum http_queue queue)
{
	const struct http_config *config = &job->io->listener->server->config;
	if (queue == HTTP_QUEUE_GATE)
		return config->submit_gate && config->submit_gate(config->gate_pool, job);
	return config->submit_worker && config->submit_worker(config->worker_pool, job);
}

static struct MHD_Response *library_response(struct http_response *response)
{
	struct MHD_Response *made;
	if (response->body_fd >= 0) {
		made = MHD_create_response_from_fd64(response->body_fd_n, response->body_fd);
		response->body_fd = -1;
	} else {
		/* Persistent: the arena outlives the sending, see server_mhd.c. */
		made = MHD_create_response_from_buffer(
			response->body.n, (void *)response->body.p, MHD_RESPMEM_PERSISTENT);
	}
	for (size_t i = 0; made && i < response->n_headers; i++)
		if (response->headers[i].name.n)
			MHD_add_response_header(
				made, response->headers[i].name.p, response->headers[i].value.p);
	return made;
}

void job_decide(struct http_job *job)
{
	struct http_server *server = job->io->listener->server;
	const struct http_config *config = &server->config;
	http_response_finish(&job->request, &job->response);
	if (job->response.close || atomic_load(&server->stopping))
		http_set_header_z(&job->response, "Connection", "close");
	if (config->observe)
		config->observe(config->context, &job->request, &job->response, job->why.text,
			server_now_us() - job->started_us);
	atomic_fetch_add(&server->counters.requests[job->response.status / 100], 1);
	job->mhd_response = library_response(&job->response);
	job->stage = STAGE_READY;
}
