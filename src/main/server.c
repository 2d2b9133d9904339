/* The composition root; see server.h. */
#include "main/server.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/admin.h"
#include "app/app.h"
#include "app/page.h"
#include "app/prepare.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tables.h"
#include "base/url.h"
#include "crypto/hash.h"
#include "crypto/base64.h"
#include "crypto/random.h"
#include "http/server.h"
#include "main/bootstrap.h"
#include "main/folder.h"
#include "main/management.h"
#include "outbox/outbox.h"
#include "run/janitor.h"
#include "run/workers.h"
#include "store/apply.h"
#include "store/import.h"

enum { GATE_QUEUE = 64, WORKERS_A_CORE = 4, WORKER_QUEUE = 4096, OUTGOING_RUNNING = 512,
	OUTGOING_PER_HOST = 32 };

struct server {
	struct arena *arena;
	const struct config *config;
	struct folder *folder;
	struct store *store;
	struct writer *writer;
	struct snapshots *snapshots;
	struct seal_key *ticket_key;
	struct outgoing *http;
	struct outbox *outbox;
	struct janitor *janitor;
	struct workers *workers, *gate;
	struct management *management;
	struct http_router *public_router, *management_router, *local_router;
	struct http_server *listeners;
	struct http_config http_config;
	struct app app;
	struct admin admin;
};

struct str server_socket_path(struct arena *arena, struct str data, bool local_only)
{
	return arena_join(arena, data, local_only ? STR("/verb.sock") : STR("/curfew.sock"), STR(""));
}

static enum error_code open_store(struct server *s, struct why *reterr_why)
{
	struct str url = s->config->db;
	if (str_eq_z(url, "sqlite"))
		url = arena_join(s->arena, STR("sqlite:"), s->config->data, STR("/curfew.sqlite3"));
	const struct store_config config = { .url = url, .seal_key = folder_seal_key(s->folder) };
	enum error_code code = store_open(&config, &s->store, reterr_why);
	if (code == OK)
		store_set_spool_directory(s->store, s->config->data);
	return code;
}

static void later_failed(void *context, enum error_code code, const struct why *why)
{
	(void)context;
	log_write(LOG_WARN, "store", "background write: %s: %s", error_name(code), why->text);
}

static void committed(void *context, const void *work)
{
	struct server *s = context;
	management_count_work(s->management, work);
}

static enum error_code apply(void *context, struct db *db, const void *work, struct why *reterr_why)
{
	const struct server *s = context;
	return store_apply(s->store, db, work, reterr_why);
}

static enum error_code open_writer(struct server *s, struct why *reterr_why)
{
	const struct writer_config config = { .db = store_db_config(s->store), .apply = apply,
		.later_failed = later_failed, .committed = committed, .context = s };
	return writer_new(&config, &s->writer, reterr_why);
}

/* Tickets are sealed by a key of their own, derived from the one that all nodes share. */
static enum error_code make_ticket_key(struct server *s, struct why *reterr_why)
{
	unsigned char mac[HASH_MAX];
	size_t n = hash_hmac(HASH_SHA256, folder_seal_key(s->folder), STR("curfew tickets"), mac);
	return seal_key_from_text(base64url_encode(s->arena, str_of(mac, n)), &s->ticket_key, reterr_why);
}

static enum error_code apply_and_tell(void *outbox, const struct effects *effects, struct why *reterr_why)
{
	return outbox_apply(outbox, effects, reterr_why);
}

static void wake_outbox(void *outbox)
{
	outbox_wake(outbox);
}

static enum error_code open_client(struct server *s, struct why *reterr_why)
{
	const struct config *config = s->config;
	struct str link_local = config->outgoing_link_local;
	bool allowed = str_eq_z(link_local, "allow");
	if (!allowed && !str_eq_z(link_local, "deny"))
		return error_because(reterr_why, ERROR_INVALID_CONFIG, "outgoing-link-local: '%.*s' is neither deny nor allow",
				     STR_ARG(link_local));
	const struct client_config client = {
		.ca_file = config->ca_file,
		.proxy = config->outgoing_proxy,
		.proxy_except = config->outgoing_proxy_except,
		.certificate_file = config->outgoing_cert,
		.key_file = config->outgoing_key,
		.allow_link_local = allowed,
		.max_running = OUTGOING_RUNNING,
		.max_per_host = OUTGOING_PER_HOST,
	};
	return client_new(&client, &s->http, reterr_why);
}

static enum error_code open_outbox(struct server *s, struct why *reterr_why)
{
	enum error_code code = open_client(s, reterr_why);
	if (code != OK)
		return code;
	const struct outbox_config config = { .store = s->store, .writer = s->writer, .snapshots = s->snapshots,
		.http = s->http, .observe = management_observe_delivery,
		.count_event = management_count_event, .context = s->management };
	return outbox_new(&config, &s->outbox, reterr_why);
}

static enum error_code open_workers(struct server *s, struct why *reterr_why)
{
	int64_t threads = 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (!str_to_int64(s->config->workers, &threads) || threads < 0 || threads > 1024)
		return error_because(reterr_why, ERROR_INVALID_CONFIG, "workers: '%.*s' is not a number from 0 to 1024",
				     STR_ARG(s->config->workers));
	const struct workers_config workers = { .name = "worker", .queue = WORKER_QUEUE,
		.threads = threads ? (unsigned)threads : (unsigned)cores * WORKERS_A_CORE };
	/* The others go on while the authentication channel hangs. */
	s->app.authentication_channel_max = workers.threads > 1 ? (int)workers.threads / 2 : 1;
	const struct workers_config gate = { .name = "gate", .queue = GATE_QUEUE, .nice = 10 };
	enum error_code code = workers_new(&workers, &s->workers, reterr_why);
	return code == OK ? workers_new(&gate, &s->gate, reterr_why) : code;
}

static void run_job(void *job)
{
	http_job_run(job);
}

static bool submit(void *pool, struct http_job *job)
{
	return workers_submit(pool, run_job, job);
}

static enum error_code set_authentication_channel(struct server *s, struct why *reterr_why)
{
	struct url url;
	struct str text = s->config->authentication_channel;
	if (text.n && (url_parse(text, &url, NULL) != OK || !(url.is_http || url.is_https)))
		return error_because(reterr_why, ERROR_INVALID_CONFIG, "authentication-channel: '%.*s' is not an http or https URL",
				     STR_ARG(text));
	s->app.authentication_channel = text;
	return OK;
}

static bool wants_html(const struct http_request *request)
{
	return str_contains(http_header(request, "Accept"), STR("text/html"));
}

/* What there is not: within a realm, or anywhere. */
static void not_found(const struct http_request *request, struct http_response *response)
{
	bool within = str_starts(request->path, STR("/realms/")) ||
		      str_starts(request->path, STR("/admin/realms/"));
	http_respond_error(response, 404,
			   within ? STR("HTTP 404 Not Found") :
				    STR("Unable to find matching target resource method"), STR(""));
}

/* Errors that the server finds itself: a page for browsers, JSON for all others. */
static void render_error(void *context, const struct http_request *request, enum error_code code,
			 struct http_response *response)
{
	(void)context;
	if (code == ERROR_NOT_FOUND)
		not_found(request, response);
	else if (code == ERROR_METHOD_NOT_ALLOWED)
		http_respond_error(response, 405, STR("HTTP 405 Method Not Allowed"), STR(""));
	else
		http_respond_error_code(response, code);
	if (!wants_html(request) || !request->arena)
		return;
	const struct template_value values[] = {
		{ .name = "text", .text = str_from(error_text(code)) },
		{ .name = "request", .text = request->id },
	};
	const struct pages_frame frame = { .messages = messages_default(), .realm = STR("Curfew"),
		.resources = page_resources(request) };
	http_respond_html(response, error_http_status(code),
		pages_render(request->arena, "error", &frame, values, ARRAY_LENGTH(values)));
}

static void observe(void *context, const struct http_request *request, const struct http_response *response,
		    const char *reason, int64_t took_us)
{
	struct server *s = context;
	management_observe_request(s->management, response->status, took_us);
	if (reason[0] || response->status >= 500)
		log_write(LOG_INFO, "http", "%s %.*s %d from %.*s%s%s", http_method_name(request->method),
			  STR_ARG(str_take(request->raw_path, 200)), response->status, STR_ARG(request->client),
			  reason[0] ? ": " : "", reason);
}

static void message(void *context, const char *text)
{
	(void)context;
	log_write(LOG_DEBUG, "http", "%s", text);
}

/* The configured public host is the only one; without it, loopback names. */
static enum error_code set_hosts(struct server *s, struct why *reterr_why)
{
	struct str url = s->config->hostname;
	if (!url.n)
		return OK;
	if (str_ends(url, STR("/")))
		url.n--;
	struct str rest = str_drop(url, str_starts(url, STR("https://")) ? 8 : 7);
	struct str host = str_take(rest, str_index(rest, '/')), path = str_drop(rest, host.n);
	bool scheme = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
	if (!scheme || !host.n || (path.n && !str_eq_z(path, "/auth")))
		return error_because(reterr_why, ERROR_INVALID_CONFIG,
				     "hostname '%.*s' is not a URL like https://sso.example.org or https://sso.example.org/auth",
				     STR_ARG(s->config->hostname));
	s->app.hostname = url;
	return OK;
}

static enum error_code add_listener(struct server *s, struct str address, struct http_listener *listener,
				    struct why *reterr_why)
{
	struct str host;
	int64_t port;
	if (!config_address(s->arena, address, &host, &port))
		return error_because(reterr_why, ERROR_INVALID_CONFIG, "%s: '%.*s' is not HOST:PORT", listener->name,
				     STR_ARG(address));
	listener->address = host.p;
	listener->port = (uint16_t)port;
	return OK;
}

static char *file_or_null(struct server *s, struct str path)
{
	return path.n ? arena_z(s->arena, path) : NULL;
}

static enum error_code proxy_kind_of(struct str name, enum proxy_kind *ret_kind, struct why *reterr_why)
{
	bool none = str_eq_z(name, "none") || !name.n;
	if (!none && !str_eq_z(name, "xforwarded") && !str_eq_z(name, "forwarded"))
		return error_because(reterr_why, ERROR_INVALID_CONFIG, "proxy-headers: '%.*s' is none of none, xforwarded, "
				     "forwarded", STR_ARG(name));
	*ret_kind = none ? PROXY_NONE : str_eq_z(name, "forwarded") ? PROXY_FORWARDED : PROXY_X_FORWARDED;
	return OK;
}

static void add_routes(struct server *s)
{
	s->public_router = router_new(true);
	app_add_routes(&s->app, s->public_router);
	admin_add_routes(&s->admin, s->public_router);
	s->management_router = router_new(false);
	management_add_routes(s->management, s->management_router);
	s->local_router = router_new(true);
	admin_add_routes(&s->admin, s->local_router);
	admin_add_local_routes(&s->admin, s->local_router);
	bootstrap_add_routes(&s->app, s->local_router);
}

static enum error_code listen_all(struct server *s, bool local_only, struct why *reterr_why)
{
	struct http_listener listeners[] = {
		{ .name = "local", .router = s->local_router, .any_host = true,
		  .unix_path = arena_z(s->arena, server_socket_path(s->arena, s->config->data, local_only)) },
		{ .name = "listen", .router = s->public_router, .io_threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		  .any_host = s->config->hostname.n > 0,
		  .tls_certificate_file = file_or_null(s, s->config->tls_cert),
		  .tls_key_file = file_or_null(s, s->config->tls_key) },
		{ .name = "management", .router = s->management_router, .any_host = true },
	};
	enum error_code code = OK;
	if (!local_only)
		code = add_listener(s, s->config->listen, &listeners[1], reterr_why);
	if (code == OK && !local_only)
		code = add_listener(s, s->config->management, &listeners[2], reterr_why);
	if (code != OK)
		return code;
	struct http_config *h = &s->http_config;
	enum proxy_kind kind = PROXY_NONE;
	code = proxy_kind_of(s->config->proxy_headers, &kind, reterr_why);
	if (code == OK)
		code = proxy_rules_parse(s->arena, kind, s->config->proxy_trusted, &h->proxies, reterr_why);
	if (code != OK)
		return code;
	h->listeners = listeners;
	h->n_listeners = local_only ? 1 : ARRAY_LENGTH(listeners);
	h->connections_per_address = 1000;
	h->spool_directory = arena_z(s->arena, s->config->data);
	random_bytes(&h->request_id_seed, sizeof h->request_id_seed);
	h->submit_worker = h->submit_gate = submit;
	h->worker_pool = s->workers;
	h->gate_pool = s->gate;
	h->render_error = render_error;
	h->observe = observe;
	h->message = message;
	h->context = s;
	return http_server_start(h, &s->listeners, reterr_why);
}

/* Where applications on this machine find the server. */
static void set_own_url(struct server *s)
{
	struct str host;
	int64_t port;
	if (!config_address(s->arena, s->config->listen, &host, &port))
		return;
	if (str_eq_z(host, "0.0.0.0") || str_eq_z(host, "::") || str_eq_z(host, "[::]"))
		host = STR("127.0.0.1");
	bool bare_v6 = str_contains(host, STR(":")) && !str_starts(host, STR("["));
	s->app.own_url = arena_format(s->arena, bare_v6 ? "%s://[%.*s]:%d" : "%s://%.*s:%d",
				      s->config->tls_cert.n ? "https" : "http", STR_ARG(host), server_port(s));
}

static void wire(struct server *s)
{
	s->app.store = s->store;
	s->app.writer = s->writer;
	s->app.snapshots = s->snapshots;
	s->app.ticket_key = s->ticket_key;
	s->app.apply = apply_and_tell;
	s->app.wake_outbox = wake_outbox;
	s->app.outbox = s->outbox;
	s->app.http = s->http;
	s->app.count_event = management_count_event;
	s->app.count_context = s->management;
	s->admin.app = &s->app;
	s->admin.spool_directory = arena_z(s->arena, s->config->data);
}

static enum error_code open_parts(struct server *s, struct why *reterr_why)
{
	uint64_t seed;
	random_bytes(&seed, sizeof seed);
	table_set_seed(seed);
	enum error_code code = folder_open(s->config->data, s->config->seal_key, &s->folder, reterr_why);
	if (code == OK)
		code = open_store(s, reterr_why);
	if (code == OK) {
		s->management = management_new(s->store);
		code = open_writer(s, reterr_why);
	}
	if (code == OK)
		code = make_ticket_key(s, reterr_why);
	if (code != OK)
		return code;
	s->snapshots = snapshots_new(s->store, prepare_realm);
	code = open_outbox(s, reterr_why);
	if (code == OK)
		code = open_workers(s, reterr_why);
	if (code == OK)
		code = set_authentication_channel(s, reterr_why);
	if (code == OK)
		code = set_hosts(s, reterr_why);
	return code;
}

enum error_code server_start(const struct config *config, bool local_only, struct server **ret_server,
			     struct why *reterr_why)
{
	struct server *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->arena = arena_new(0);
	s->config = config;
	enum error_code code = open_parts(s, reterr_why);
	if (code == OK) {
		wire(s);
		code = bootstrap(&s->app, config, reterr_why);
	}
	if (code == OK) {
		add_routes(s);
		code = listen_all(s, local_only, reterr_why);
	}
	if (code == OK)
		code = janitor_new(s->store, s->writer, s->snapshots, &s->janitor, reterr_why);
	if (code != OK) {
		server_stop(s);
		return code;
	}
	if (!local_only)
		set_own_url(s);
	management_ready(s->management, s->listeners, s->workers, s->gate, s->writer, s->outbox);
	outbox_wake(s->outbox);
	*ret_server = s;
	return OK;
}

void server_reload(struct server *s)
{
	struct why why;
	if (http_server_reload_tls(s->listeners, &why) == OK)
		log_write(LOG_INFO, "main", "certificates read again");
	else
		log_write(LOG_ERROR, "main", "certificates stay as they were: %s", why.text);
}

int server_port(const struct server *s)
{
	return http_server_port(s->listeners, s->http_config.n_listeners > 1 ? 1 : 0);
}

static bool stop_listening(struct server *s)
{
	struct why why;
	if (!s->listeners)
		return true;
	management_stopping(s->management);
	if (http_server_stop(s->listeners, &why) != OK) {
		log_write(LOG_ERROR, "main", "stopping: %s", why.text);
		return false;
	}
	return true;
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	if (!stop_listening(s))
		_exit(1); /* a handler hangs; what was acknowledged is on disk */
	janitor_free(s->janitor);
	outbox_free(s->outbox);
	client_free(s->http);
	workers_free(s->gate);
	workers_free(s->workers);
	if (s->listeners)
		http_server_free(s->listeners);
	router_free(s->public_router);
	router_free(s->management_router);
	router_free(s->local_router);
	snapshots_free(s->snapshots);
	writer_free(s->writer);
	management_free(s->management);
	store_close(s->store);
	seal_key_free(s->ticket_key);
	folder_close(s->folder);
	arena_free(s->arena);
	free(s);
}
