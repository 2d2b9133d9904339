/* Outgoing HTTP(S); see client.h. Here: the thread and its loop, and who may call it. */
#include "client/client.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "client/transfer.h"

enum {
	CONNECT_TIMEOUT_MS = 3000,
	TOTAL_TIMEOUT_MS = 5000,
	MAX_RUNNING = 200,
	MAX_PER_HOST = 16,
	MAX_WAITING = 20000,
	MAX_BODY = 256 << 10,
	MAX_HEAD = 16 << 10,
	POLL_MS = 60000, /* libcurl wakes up earlier by itself when it has to */
};

struct outgoing {
	struct arena *arena;
	struct settings settings;
	pthread_t thread;
	bool started, joined;
	CURLM *multi;

	/* the thread's own */
	struct turns *turns;
	struct transfer *running; /* a list */
	CURL **spare;             /* handles at rest, up to max_running */
	size_t spare_n;
	uint64_t connections;

	pthread_mutex_t lock; /* of all below */
	struct transfer *inbox_first, *inbox_last;
	size_t inbox_n;
	struct client_figures figures; /* as of the last round; waiting without the inbox */
	bool stopping;
	int64_t deadline_mono_ms; /* of the stop */
};

/* ---- the thread ---- */

static void list_remove(struct transfer **list, struct transfer *transfer)
{
	if (transfer->previous)
		transfer->previous->next = transfer->next;
	else
		*list = transfer->next;
	if (transfer->next)
		transfer->next->previous = transfer->previous;
}

static void list_add(struct transfer **list, struct transfer *transfer)
{
	transfer->previous = NULL;
	transfer->next = *list;
	if (*list)
		(*list)->previous = transfer;
	*list = transfer;
}

static void tell(struct transfer *transfer, CURLcode code, bool cancelled)
{
	struct client_result result = transfer_verdict(transfer, code, cancelled);
	transfer->done(transfer->context, &result);
	transfer_free(transfer);
}

static void put_spare(struct outgoing *client, CURL *easy)
{
	transfer_leave(easy);
	client->spare[client->spare_n++] = easy;
}

/* Ends a transfer that had its turn, and tells. */
static void finish(struct outgoing *client, struct transfer *transfer, CURLcode code, bool cancelled)
{
	CURL *easy = transfer->easy;
	list_remove(&client->running, transfer);
	turns_done(client->turns, &transfer->turn);
	if (!easy) {
		tell(transfer, code, cancelled);
		return;
	}
	curl_multi_remove_handle(client->multi, easy);
	long connections = 0;
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
	client->connections += (uint64_t)connections;
	bool again = !transfer->mail;
	tell(transfer, code, cancelled);
	if (again)
		put_spare(client, easy);
	else
		curl_easy_cleanup(easy);
}

static void start(struct outgoing *client, struct transfer *transfer)
{
	list_add(&client->running, transfer);
	if (transfer->unusable.text[0] || transfer->denied[0]) {
		finish(client, transfer, CURLE_OK, false);
		return;
	}
	CURL *easy = client->spare_n && !transfer->mail ? client->spare[--client->spare_n] :
		transfer_handle_new(&client->settings);
	if (!easy) {
		finish(client, transfer, CURLE_OUT_OF_MEMORY, false);
		return;
	}
	if (!transfer_open(transfer, easy) ||
	    curl_multi_add_handle(client->multi, easy) != CURLM_OK)
		finish(client, transfer, CURLE_OUT_OF_MEMORY, false);
}

/* Moves what callers left for us to the queues; false once the client is stopped. */
static bool take_inbox(struct outgoing *client)
{
	pthread_mutex_lock(&client->lock);
	struct transfer *first = client->inbox_first;
	client->inbox_first = client->inbox_last = NULL;
	client->figures = (struct client_figures){ .running = turns_running(client->turns),
		.waiting = turns_waiting(client->turns) + client->inbox_n,
		.connections = client->connections };
	client->inbox_n = 0;
	bool stopping = client->stopping;
	pthread_mutex_unlock(&client->lock);
	while (first) {
		struct transfer *transfer = first;
		first = transfer->next;
		turns_add(client->turns, &transfer->turn);
	}
	return !stopping;
}

static void start_all(struct outgoing *client)
{
	struct turn *turn;
	while ((turn = turns_next(client->turns)))
		start(client, (struct transfer *)turn);
}

/* Finishes what has ended; true when something had. */
static bool finish_all(struct outgoing *client)
{
	bool any = false;
	int left;
	CURLMsg *message;
	while ((message = curl_multi_info_read(client->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		finish(client, transfer, code, false);
		any = true;
	}
	return any;
}

/* Cancels what waits; cancels what runs once the grace is over. True when nothing is left. */
static bool wind_down(struct outgoing *client)
{
	struct turn *turn;
	while ((turn = turns_drop(client->turns)))
		tell((struct transfer *)turn, CURLE_OK, true);
	if (clock_mono_ms() >= client->deadline_mono_ms)
		while (client->running)
			finish(client, client->running, CURLE_OK, true);
	return !client->running;
}

static void wait_for_work(struct outgoing *client, bool stopping)
{
	int64_t ms = POLL_MS;
	if (stopping)
		ms = client->deadline_mono_ms - clock_mono_ms();
	curl_multi_poll(client->multi, NULL, 0, (int)(ms < 0 ? 0 : ms > POLL_MS ? POLL_MS : ms), NULL);
}

static void *loop(void *argument)
{
	struct outgoing *client = argument;
	for (;;) {
		bool going = take_inbox(client);
		if (going)
			start_all(client);
		int running;
		CURLMcode code = curl_multi_perform(client->multi, &running);
		bool finished = finish_all(client);
		/* The library gave up (memory): nothing under way would ever end. */
		while (code != CURLM_OK && client->running)
			finish(client, client->running, CURLE_FAILED_INIT, false);
		if (!going && wind_down(client))
			return NULL;
		if (!finished)
			wait_for_work(client, !going);
	}
}

/* ---- from outside ---- */

static void start_library(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static void take_settings(struct outgoing *client, const struct client_config *config)
{
	struct arena *arena = client->arena;
	struct client_config *own = &client->settings.config;
	*own = *config;
	own->ca_file = arena_str(arena, config->ca_file);
	own->ca_pem = arena_str(arena, config->ca_pem);
	own->proxy_except = arena_str(arena, config->proxy_except);
	client->settings.proxy = config->proxy.n ? arena_z(arena, config->proxy) : NULL;
	client->settings.user_agent = config->user_agent.n ?
		arena_z(arena, config->user_agent) : "Curfew/" CURFEW_VERSION;
	own->connect_timeout_ms = own->connect_timeout_ms ? own->connect_timeout_ms :
		CONNECT_TIMEOUT_MS;
	own->total_timeout_ms = own->total_timeout_ms ? own->total_timeout_ms : TOTAL_TIMEOUT_MS;
	own->max_running = own->max_running ? own->max_running : MAX_RUNNING;
	own->max_per_host = own->max_per_host ? own->max_per_host : MAX_PER_HOST;
	own->max_waiting = own->max_waiting ? own->max_waiting : MAX_WAITING;
	own->max_body = own->max_body ? own->max_body : MAX_BODY;
	own->max_head = own->max_head ? own->max_head : MAX_HEAD;
}

static enum error_code check_proxy(struct str proxy, struct why *why)
{
	struct url url;
	struct why inner = { "" };
	if (!proxy.n)
		return OK;
	if (url_parse(proxy, &url, &inner) != OK || !url.is_http || url.has_fragment)
		return error_because(why, ERROR_INVALID_CONFIG, "outgoing proxy '%.*s' is not http://HOST:PORT%s%s",
			STR_ARG(proxy), inner.text[0] ? ": " : "", inner.text);
	return OK;
}

/* The thread, with all signals blocked: they are main's. */
static enum error_code start_thread(struct outgoing *client, struct why *why)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&client->thread, NULL, loop, client);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return error_because(why, ERROR_INTERNAL, "outgoing requests: no thread (error %d)",
			failed);
	client->started = true;
	pthread_setname_np(client->thread, "client");
	return OK;
}

enum error_code client_new(const struct client_config *config, struct outgoing **ret_client,
	struct why *reterr_why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_library);
	struct arena *arena = arena_new(0);
	struct outgoing *client = arena_alloc(arena, sizeof *client);
	client->arena = arena;
	pthread_mutex_init(&client->lock, NULL);
	take_settings(client, config);
	const struct client_config *own = &client->settings.config;
	client->turns = turns_new(own->max_running, own->max_per_host);
	client->spare = arena_array(arena, own->max_running, sizeof *client->spare);
	client->multi = curl_multi_init();
	enum error_code code = client->multi ? OK :
		error_because(reterr_why, ERROR_INTERNAL, "outgoing requests: libcurl gave nothing");
	if (!code)
		code = check_proxy(config->proxy, reterr_why);
	if (!code)
		code = trust_new(own->ca_file, own->ca_pem, &client->settings.trust, reterr_why);
	if (!code && config->certificate_file.n + config->key_file.n)
		code = trust_show(client->settings.trust, config->certificate_file, config->key_file, reterr_why);
	if (!code) {
		curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)own->max_running);
		code = start_thread(client, reterr_why);
	}
	if (code) {
		client_free(client);
		return code;
	}
	*ret_client = client;
	return OK;
}

void client_stop(struct outgoing *client, int64_t grace_ms)
{
	if (!client->started || client->joined)
		return;
	pthread_mutex_lock(&client->lock);
	client->deadline_mono_ms = clock_mono_ms() + grace_ms;
	client->stopping = true;
	pthread_mutex_unlock(&client->lock);
	curl_multi_wakeup(client->multi);
	pthread_join(client->thread, NULL);
	client->joined = true;
}

void client_free(struct outgoing *client)
{
	if (!client)
		return;
	client_stop(client, 0);
	while (client->spare_n)
		curl_easy_cleanup(client->spare[--client->spare_n]);
	if (client->multi)
		curl_multi_cleanup(client->multi);
	trust_free(client->settings.trust);
	turns_free(client->turns);
	pthread_mutex_destroy(&client->lock);
	arena_free(client->arena);
}

enum error_code client_send(struct outgoing *client, const struct client_request *request,
	void (*done)(void *context, const struct client_result *result), void *context,
	struct why *reterr_why)
{
	struct transfer *transfer = transfer_new(&client->settings, request, done, context);
	pthread_mutex_lock(&client->lock);
	size_t waiting = client->figures.waiting + client->inbox_n;
	bool stopping = client->stopping;
	bool full = waiting >= client->settings.config.max_waiting;
	bool first = !client->inbox_first;
	if (!stopping && !full) {
		if (client->inbox_last)
			client->inbox_last->next = transfer;
		else
			client->inbox_first = transfer;
		client->inbox_last = transfer;
		client->inbox_n++;
	}
	pthread_mutex_unlock(&client->lock);
	if (stopping || full) {
		transfer_free(transfer);
		return stopping ?
			error_because(reterr_why, ERROR_STOPPED, "outgoing requests are stopped") :
			error_because(reterr_why, ERROR_BUSY, "%zu outgoing requests wait already", waiting);
	}
	if (first)
		curl_multi_wakeup(client->multi);
	return OK;
}

struct client_figures client_figures(struct outgoing *client)
{
	pthread_mutex_lock(&client->lock);
	struct client_figures figures = client->figures;
	figures.waiting += client->inbox_n;
	pthread_mutex_unlock(&client->lock);
	return figures;
}

/* ---- sending and waiting ---- */

struct wait {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done;
	struct arena *arena;
	struct client_result result;
};

static void wake_waiter(void *context, const struct client_result *result)
{
	struct wait *wait = context;
	pthread_mutex_lock(&wait->lock);
	struct client_result copy = *result;
	copy.reason = arena_str(wait->arena, result->reason);
	copy.body = arena_str(wait->arena, result->body);
	copy.head = arena_str(wait->arena, result->head);
	copy.location = arena_str(wait->arena, result->location);
	copy.address = arena_str(wait->arena, result->address);
	wait->result = copy;
	wait->done = true;
	pthread_cond_signal(&wait->changed);
	pthread_mutex_unlock(&wait->lock);
}

enum error_code client_send_wait(struct outgoing *client, const struct client_request *request,
	struct arena *arena, struct client_result *ret_result, struct why *reterr_why)
{
	struct wait wait = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
		.arena = arena };
	enum error_code code = client_send(client, request, wake_waiter, &wait, reterr_why);
	if (code)
		return code;
	pthread_mutex_lock(&wait.lock);
	while (!wait.done)
		pthread_cond_wait(&wait.changed, &wait.lock);
	pthread_mutex_unlock(&wait.lock);
	*ret_result = wait.result;
	return OK;
}
