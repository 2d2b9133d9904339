/* One request on its way; see transfer.h. */
#include "client/transfer.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/policy.h"

enum { ARENA_BYTES = 8 << 10, FIRST_BYTES = 1 << 10 };

/* ---- taking a request ---- */

/* RFC 9110 section 5.6.2. */
static bool is_token(struct str s)
{
	static const char more[] = "!#$%&'*+-.^_`|~";
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && !memchr(more, c, sizeof more - 1))
			return false;
	}
	return s.n > 0;
}

static void add_header(struct transfer *transfer, struct str line)
{
	struct curl_slist *node = arena_alloc(transfer->arena, sizeof *node);
	node->data = arena_z(transfer->arena, line);
	node->next = transfer->headers;
	transfer->headers = node;
}

static enum error_code take_headers(struct transfer *transfer,
	const struct client_request *request)
{
	struct arena *arena = transfer->arena;
	/* An empty value keeps libcurl from sending its own. */
	add_header(transfer, arena_join(arena, STR("Content-Type: "), request->content_type,
		STR("")));
	add_header(transfer, STR("Expect:"));
	if (str_has_control(request->content_type))
		return error_because(&transfer->unusable, ERROR_INVALID_VALUE,
			"control bytes in the content type");
	for (size_t i = 0; i < request->headers_n; i++) {
		const struct client_header *header = &request->headers[i];
		if (!is_token(header->name) || str_has_control(header->value))
			return error_because(&transfer->unusable, ERROR_INVALID_VALUE,
				"header %zu is not a header", i);
		add_header(transfer, arena_join(arena, header->name,
			header->value.n ? STR(": ") : STR(";"), header->value));
	}
	return OK;
}

/* True when the proxy is not for this host. */
static bool goes_direct(const struct settings *settings, struct str host)
{
	struct str rest = settings->config.proxy_except, piece;
	while (str_next(&rest, ',', &piece)) {
		piece = str_trim(piece);
		if (str_starts(piece, STR(".")))
			piece = str_drop(piece, 1);
		if (!piece.n || host.n < piece.n)
			continue;
		struct str tail = str_drop(host, host.n - piece.n);
		bool boundary = host.n == piece.n || host.p[host.n - piece.n - 1] == '.';
		if (boundary && str_eq_nocase(tail, piece))
			return true;
	}
	return false;
}

static enum error_code take_url(struct transfer *transfer, struct str text)
{
	struct why *why = &transfer->unusable;
	struct url *url = &transfer->url;
	enum error_code code = url_parse(arena_str(transfer->arena, text), url, why);
	if (code)
		return code;
	if (!url->is_http && !url->is_https)
		return error_because(why, ERROR_INVALID_VALUE, "URL: neither http nor https");
	if (url->has_userinfo)
		return error_because(why, ERROR_INVALID_VALUE, "URL: user or password in it");
	if (url->has_fragment)
		return error_because(why, ERROR_INVALID_VALUE, "URL: a fragment ('#') in it");
	return OK;
}

static bool is_denied(const struct transfer *transfer, const char *address)
{
	return policy_denies_text(transfer->policy, transfer->settings->config.allow_link_local,
		address);
}

static void note_denied(struct transfer *transfer, const char *address)
{
	size_t n = strnlen(address, sizeof transfer->denied - 1);
	memcpy(transfer->denied, address, n);
	transfer->denied[n] = 0;
}

/* Whose queue it joins, and what reasons call the other side. */
static void take_place(struct transfer *transfer, struct str unix_socket)
{
	struct arena *arena = transfer->arena;
	const struct url *url = &transfer->url;
	if (unix_socket.n) {
		transfer->unix_socket = arena_z(arena, unix_socket);
		transfer->place = arena_join(arena, STR("unix socket "), unix_socket, STR(""));
		transfer->turn.host_key = transfer->place;
		return;
	}
	transfer->place = arena_format(arena, url->is_ipv6 ? "[%.*s]:%d" : "%.*s:%d",
		STR_ARG(url->host), url->port);
	transfer->turn.host_key = url_origin(arena, url);
	transfer->via_proxy = transfer->settings->proxy &&
		!goes_direct(transfer->settings, url->host);
	/* A proxy would ask it before on_open_socket could judge. */
	char *host = arena_z(arena, url->host);
	if ((url->is_ipv4 || url->is_ipv6) && is_denied(transfer, host))
		note_denied(transfer, host);
}

static enum error_code take_request(struct transfer *transfer,
	const struct client_request *request)
{
	const struct client_config *config = &transfer->settings->config;
	struct arena *arena = transfer->arena;
	transfer->method = request->method.n ? arena_str(arena, request->method) : STR("GET");
	transfer->body = request->body_borrowed ? request->body : arena_str(arena, request->body);
	transfer->ca_pem = arena_str(arena, request->ca_pem);
	transfer->policy = request->policy;
	transfer->max_body = request->max_body ? request->max_body : config->max_body;
	transfer->connect_timeout_ms = request->connect_timeout_ms > 0 ?
		request->connect_timeout_ms : config->connect_timeout_ms;
	transfer->total_timeout_ms = request->total_timeout_ms == 0 ? config->total_timeout_ms :
		request->total_timeout_ms > 0 ? request->total_timeout_ms : 0;
	if (request->mail)
		return transfer_take_mail(transfer, request->mail);
	if (!is_token(transfer->method))
		return error_because(&transfer->unusable, ERROR_INVALID_VALUE, "no HTTP method");
	enum error_code code = take_url(transfer, request->url);
	if (code)
		return code;
	take_place(transfer, request->unix_socket);
	return take_headers(transfer, request);
}

struct transfer *transfer_new(const struct settings *settings,
	const struct client_request *request,
	void (*done)(void *context, const struct client_result *result), void *context)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct transfer *transfer = arena_alloc(arena, sizeof *transfer);
	transfer->arena = arena;
	transfer->settings = settings;
	transfer->done = done;
	transfer->context = context;
	transfer->sent_mono_ms = clock_mono_ms();
	/* The reason is kept in transfer->unusable and told by the callback. */
	if (take_request(transfer, request) && !transfer->turn.host_key.n)
		transfer->turn.host_key = STR("unusable");
	return transfer;
}

void transfer_free(struct transfer *transfer)
{
	free(transfer->head.p);
	free(transfer->answer.p);
	arena_free(transfer->arena);
}

/* ---- what libcurl calls back ---- */

/* Appends what the limit leaves room for; false when memory is gone. */
static bool bytes_add(struct bytes *bytes, const char *p, size_t n, size_t limit, bool *ret_over)
{
	size_t left = limit - bytes->n;
	*ret_over = n > left;
	if (n > left)
		n = left;
	if (bytes->n + n > bytes->capacity) {
		size_t capacity = bytes->capacity ? bytes->capacity : FIRST_BYTES;
		while (capacity < bytes->n + n)
			capacity *= 2;
		char *grown = realloc(bytes->p, capacity);
		if (!grown)
			return false;
		bytes->p = grown;
		bytes->capacity = capacity;
	}
	if (n)
		memcpy(bytes->p + bytes->n, p, n);
	bytes->n += n;
	return true;
}

/* One line of a head at a time. A new status line (after a 1xx) starts a new head; lines behind
 * the final head are trailers, which nobody here wants. */
static size_t on_head(char *p, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	struct str line = str_of(p, size * count);
	size_t line_n = line.n;
	if (transfer->head_ended)
		return line_n;
	if (str_starts(line, STR("HTTP/"))) {
		struct str after = str_drop(line, str_index(line, ' ') + 1);
		int64_t status = 0;
		if (str_to_int64(str_take(after, 3), &status))
			transfer->status = (int)status;
		transfer->head.n = 0;
		return line_n;
	}
	if (str_eq(line, STR("\r\n")) || str_eq(line, STR("\n"))) {
		transfer->head_ended = transfer->status >= 200;
		return line_n;
	}
	bool fine = bytes_add(&transfer->head, p, line_n, transfer->settings->config.max_head,
		&transfer->head_over);
	return fine && !transfer->head_over ? line_n : 0;
}

static size_t on_body(char *p, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	size_t n = size * count;
	bool fine = bytes_add(&transfer->answer, p, n, transfer->max_body, &transfer->body_over);
	return fine && !transfer->body_over ? n : 0;
}

/* Sees the address that is really connected to, after name resolution. */
static curl_socket_t on_open_socket(void *data, curlsocktype purpose,
	struct curl_sockaddr *address)
{
	struct transfer *transfer = data;
	(void)purpose;
	bool judged = !transfer->via_proxy && !transfer->unix_socket;
	if (judged && policy_denies(transfer->policy, transfer->settings->config.allow_link_local,
		&address->addr)) {
		getnameinfo(&address->addr, address->addrlen, transfer->denied,
			sizeof transfer->denied, NULL, 0, NI_NUMERICHOST);
		return CURL_SOCKET_BAD;
	}
	transfer->sockets++;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Right before the request goes out, on a kept connection too: that one may have been opened
 * under a laxer policy. */
static int on_request(void *data, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct transfer *transfer = data;
	(void)local_ip, (void)remote_port, (void)local_port;
	if (!transfer->via_proxy && !transfer->unix_socket && is_denied(transfer, remote_ip)) {
		note_denied(transfer, remote_ip);
		return CURL_PREREQFUNC_ABORT;
	}
	transfer->asked = true;
	return CURL_PREREQFUNC_OK;
}

static CURLcode on_ssl_ctx(CURL *easy, void *ssl_ctx, void *data)
{
	struct transfer *transfer = data;
	(void)easy;
	transfer->tls_begun = true;
	if (!trust_apply(transfer->settings->trust, ssl_ctx, transfer->ca_pem.n > 0) ||
	    x509_watch_attach(ssl_ctx, &transfer->watch, NULL))
		return CURLE_OUT_OF_MEMORY;
	return CURLE_OK;
}

/* ---- setting a handle up ---- */

CURL *transfer_handle_new(const struct settings *settings)
{
	CURL *easy = curl_easy_init();
	bool fine = easy != NULL;
	if (!fine)
		return NULL;
	SET(NOSIGNAL, 1L);
	SET(PROTOCOLS_STR, "http,https");
	SET(FOLLOWLOCATION, 0L);
	SET(DISALLOW_USERNAME_IN_URL, 1L);
	SET(PATH_AS_IS, 1L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(HTTP09_ALLOWED, 0L);
	SET(SUPPRESS_CONNECT_HEADERS, 1L);
	SET(TCP_NODELAY, 1L);
	SET(USERAGENT, settings->user_agent);
	SET(NOPROXY, "");
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* on_ssl_ctx brings all trust, and a connection is verified afresh each time. */
	SET(CAINFO, NULL);
	SET(CAPATH, NULL);
	SET(CA_CACHE_TIMEOUT, 0L);
	SET(SSL_SESSIONID_CACHE, 0L);
	/* Else the loop would wait for a slow name server's thread when its request times out. */
	SET(QUICK_EXIT, 1L);
	SET(HEADERFUNCTION, on_head);
	SET(WRITEFUNCTION, on_body);
	SET(OPENSOCKETFUNCTION, on_open_socket);
	SET(PREREQFUNCTION, on_request);
	SET(SSL_CTX_FUNCTION, on_ssl_ctx);
	if (fine)
		return easy;
	curl_easy_cleanup(easy);
	return NULL;
}

static bool set_method(const struct transfer *transfer, CURL *easy)
{
	bool fine = true;
	struct str method = transfer->method;
	bool head = str_eq(method, STR("HEAD"));
	bool posts = transfer->body.n || str_eq(method, STR("POST")) ||
		str_eq(method, STR("PUT")) || str_eq(method, STR("PATCH"));
	bool own_name = !head && !str_eq(method, posts ? STR("POST") : STR("GET"));
	SET(HTTPGET, 1L);
	if (posts) {
		SET(POST, 1L);
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.n);
		SET(POSTFIELDS, transfer->body.n ? transfer->body.p : "");
	}
	if (head)
		SET(NOBODY, 1L);
	SET(CUSTOMREQUEST, own_name ? method.p : NULL);
	return fine;
}

bool transfer_open(struct transfer *transfer, CURL *easy)
{
	if (transfer->mail)
		return transfer_open_mail(transfer, easy);
	bool fine = set_method(transfer, easy);
	/* libcurl keeps connections apart by it, and adds it to what the connection trusts. */
	struct curl_blob extra = { (void *)(uintptr_t)transfer->ca_pem.p, transfer->ca_pem.n,
		CURL_BLOB_NOCOPY };
	SET(URL, transfer->url.text.p);
	SET(HTTPHEADER, transfer->headers);
	SET(CONNECTTIMEOUT_MS, (long)transfer->connect_timeout_ms);
	SET(TIMEOUT_MS, (long)transfer->total_timeout_ms);
	SET(PROXY, transfer->via_proxy ? transfer->settings->proxy : "");
	SET(UNIX_SOCKET_PATH, transfer->unix_socket);
	SET(CAINFO_BLOB, extra.len ? &extra : NULL);
	SET(PRIVATE, transfer);
	SET(HEADERDATA, transfer);
	SET(WRITEDATA, transfer);
	SET(OPENSOCKETDATA, transfer);
	SET(PREREQDATA, transfer);
	SET(SSL_CTX_DATA, transfer);
	SET(ERRORBUFFER, transfer->error);
	transfer_begin(transfer, easy);
	return fine;
}

void transfer_begin(struct transfer *transfer, CURL *easy)
{
	transfer->easy = easy;
	transfer->started_ms = clock_wall_ms();
	transfer->started_mono_ms = clock_mono_ms();
}

void transfer_leave(CURL *easy)
{
	/* Unsetting cannot fail, and nothing in the handle may point at a request that is gone. */
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, NULL);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
}
