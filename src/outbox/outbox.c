/* The outbox's thread; see outbox.h.
 *
 * One thread claims, checks, signs and hands to the HTTP client; the client's callback puts
 * the outcome on a list; the same thread then records it. Memory is bounded by what may be
 * under way at once. */
#include "outbox/outbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/tables.h"
#include "base/url.h"
#include "crypto/random.h"
#include "outbox/attempt.h"
#include "outbox/jobs.h"
#include "outbox/sweeper.h"
#include "store/apply.h"

enum {
	UNDER_WAY_MAX = 1024,   /* deliveries handed to the HTTP client */
	PER_HOST_MAX = 256,     /* of these, to one host; the rest of its rows waits in the store */
	CLAIM = 64,             /* rows taken at once */
	LEASE_MS = 60 * 1000,   /* longer than any attempt takes */
	IDLE_MS = 1000,         /* how often other nodes' and clock-driven work is looked for */
	BUSY_HOST_MS = 1000,    /* a row of a host that is at its bound is looked at again then */
	SWEEP_MS = 5000,        /* how often expired sessions are looked for */
};

/* A delivery under way, with all that its recording needs; an arena of its own. */
struct flight {
	struct arena *arena;
	struct outbox *outbox;
	struct delivery delivery;
	struct str host; /* origin of the URL */
	struct flight *next;
	enum client_outcome outcome;
	int http_status;
	struct str reason;
};

struct outbox {
	struct outbox_config config;
	struct str owner; /* of leases: this process */
	struct arena *arena;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	bool stopping, woken;
	size_t under_way;
	struct flight *landed; /* outcomes to record */
	int64_t next_sweep_ms; /* the thread's own */
	struct flight *flying[UNDER_WAY_MAX];
};

static void register_flight(struct outbox *outbox, struct flight *flight)
{
	pthread_mutex_lock(&outbox->lock);
	outbox->flying[outbox->under_way++] = flight;
	pthread_mutex_unlock(&outbox->lock);
}

/* Locked. */
static void forget_flight(struct outbox *outbox, struct flight *flight)
{
	for (size_t i = 0; i < outbox->under_way; i++) {
		if (outbox->flying[i] != flight)
			continue;
		outbox->flying[i] = outbox->flying[--outbox->under_way];
		return;
	}
}

static size_t under_way_to(struct outbox *outbox, struct str host)
{
	size_t n = 0;
	pthread_mutex_lock(&outbox->lock);
	for (size_t i = 0; i < outbox->under_way; i++)
		n += str_eq(outbox->flying[i]->host, host);
	pthread_mutex_unlock(&outbox->lock);
	return n;
}

static void land(struct flight *flight)
{
	struct outbox *outbox = flight->outbox;
	pthread_mutex_lock(&outbox->lock);
	flight->next = outbox->landed;
	outbox->landed = flight;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
}

/* On the HTTP client's thread. */
static void answered(void *context, const struct client_result *result)
{
	struct flight *flight = context;
	flight->outcome = result->outcome;
	flight->http_status = result->http_status;
	flight->reason = arena_str(flight->arena, str_take(result->reason, 1000));
	land(flight);
}

/* Stores an update in the background; a store that fails keeps it and tries again, and a
 * crash before that lets the lease run out: told twice at worst. */
static void store_update(struct outbox *outbox, const struct effect_delivery_update *update)
{
	struct arena *arena = arena_new(1024);
	struct effects *effects = arena_alloc(arena, sizeof *effects);
	*effects = effects_new(arena);
	struct effect_delivery_update *copy = &effects_add(effects, EFFECT_DELIVERY_UPDATE)->u.delivery_update;
	*copy = *update;
	copy->id = arena_str(arena, update->id);
	copy->lease_owner = arena_str(arena, update->lease_owner);
	copy->reason = arena_str(arena, update->reason);
	writer_apply_later(outbox->config.writer, arena, store_work_later(effects));
}

static void log_outcome(const struct delivery *delivery, const struct effect_delivery_update *update)
{
	bool delivered = update->state == DELIVERY_DELIVERED;
	log_write(delivered ? LOG_INFO : LOG_WARN, "outbox", "%s client=%.*s session=%.*s signout=%.*s attempt=%lld%s%.*s",
		  delivery_state_name(update->state), STR_ARG(delivery->client_name), STR_ARG(delivery->session_id),
		  STR_ARG(delivery->signout_id), (long long)update->attempts, delivered ? "" : " why=",
		  STR_ARG(update->reason));
}

static void record(struct outbox *outbox, const struct delivery *delivery, const struct effect_delivery_update *update)
{
	store_update(outbox, update);
	log_outcome(delivery, update);
	if (outbox->config.observe)
		outbox->config.observe(outbox->config.context, delivery, update->state, update->now_ms - delivery->queued_ms);
}

static void postpone(struct outbox *outbox, const struct delivery *delivery, int64_t wait_ms, struct str reason)
{
	const struct effect_delivery_update update = {
		.id = delivery->id, .expected = DELIVERY_SENDING, .state = DELIVERY_WAITING,
		.lease_owner = outbox->owner, .now_ms = clock_wall_ms(), .due_ms = clock_wall_ms() + wait_ms,
		.attempts = delivery->attempts, .http_status = delivery->http_status, .reason = reason };
	store_update(outbox, &update);
}

static void record_landed(struct outbox *outbox, struct flight *flight)
{
	bool lost = failpoint("outbox.record");
	struct effect_delivery_update update = outbox_attempt_outcome(flight->arena, &flight->delivery, outbox->owner,
		flight->outcome, flight->http_status, flight->reason, clock_wall_ms());
	/* Stopped by ourselves: the attempt does not count, and the next process need not wait for
	 * the lease to run out. */
	if (flight->outcome == CLIENT_CANCELLED)
		postpone(outbox, &flight->delivery, 0, flight->delivery.reason);
	else if (!lost)
		record(outbox, &flight->delivery, &update);
	arena_free(flight->arena);
}

/* An update that needs no attempt: postponed, superseded, no key. */
static void settle(struct outbox *outbox, const struct delivery *delivery, enum delivery_state state,
		   int64_t due_ms, struct str reason)
{
	const struct effect_delivery_update update = {
		.id = delivery->id, .expected = DELIVERY_SENDING, .state = state, .lease_owner = outbox->owner,
		.now_ms = clock_wall_ms(), .due_ms = due_ms, .attempts = delivery->attempts,
		.http_status = delivery->http_status, .reason = reason };
	record(outbox, delivery, &update);
}

static struct delivery copy_delivery(struct arena *arena, const struct delivery *from)
{
	struct delivery copy = *from;
	struct str *texts[] = { &copy.id, &copy.signout_id, &copy.realm_id, &copy.client_id, &copy.client_name,
		&copy.session_id, &copy.user_id, &copy.url, &copy.issuer, &copy.algorithm, &copy.adapter_session_id,
		&copy.adapter_host, &copy.lease_owner, &copy.reason };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i] = arena_str(arena, *texts[i]);
	return copy;
}

static void send_off(struct outbox *outbox, const struct realm *realm, const struct delivery *delivery)
{
	struct arena *arena = arena_new(4096);
	struct flight *flight = arena_alloc(arena, sizeof *flight);
	*flight = (struct flight){ .arena = arena, .outbox = outbox, .delivery = copy_delivery(arena, delivery) };
	struct client_request request;
	struct why why = { "" };
	enum error_code code = outbox_attempt_request(arena, realm, &flight->delivery, &request, &why);
	if (code != OK) {
		settle(outbox, delivery, DELIVERY_WAITING, clock_wall_ms() + LEASE_MS, str_from(why.text));
		arena_free(arena);
		return;
	}
	flight->host = url_origin_of_text(arena, request.url);
	if (under_way_to(outbox, flight->host) >= PER_HOST_MAX) {
		postpone(outbox, delivery, BUSY_HOST_MS, delivery->reason);
		arena_free(arena);
		return;
	}
	register_flight(outbox, flight);
	if (client_send(outbox->config.http, &request, answered, flight, &why) == OK)
		return;
	pthread_mutex_lock(&outbox->lock);
	forget_flight(outbox, flight);
	pthread_mutex_unlock(&outbox->lock);
	postpone(outbox, delivery, BUSY_HOST_MS, str_from(why.text));
	arena_free(arena);
}

static void start(struct outbox *outbox, const struct delivery *delivery)
{
	bool superseded = false;
	struct why why = { "" };
	const struct realm *realm = NULL;
	enum error_code code = outbox_attempt_superseded(outbox->config.store, delivery, &superseded, &why);
	if (code == OK && superseded) {
		settle(outbox, delivery, DELIVERY_SUPERSEDED, 0,
		       STR("a newer session of this user at this client would have been hit"));
		return;
	}
	if (code == OK)
		code = snapshots_get_by_id(outbox->config.snapshots, delivery->realm_id, &realm, &why);
	if (code == ERROR_REALM_NOT_FOUND) {
		settle(outbox, delivery, DELIVERY_GAVE_UP, 0, STR("the realm and its keys no longer exist"));
		return;
	}
	if (code != OK) {
		log_write(LOG_ERROR, "outbox", "delivery %.*s: %s", STR_ARG(delivery->id), why.text);
		postpone(outbox, delivery, BUSY_HOST_MS, delivery->reason);
		return;
	}
	send_off(outbox, realm, delivery);
	snapshots_put(outbox->config.snapshots, realm);
}

/* Milliseconds until something falls due, IDLE_MS at most. */
static int64_t pause_ms(int64_t due_ms)
{
	int64_t wait = due_ms == INT64_MAX ? IDLE_MS : due_ms - clock_wall_ms();
	return wait < 0 ? 0 : wait > IDLE_MS ? IDLE_MS : wait;
}

/* Takes due rows while there is room; returns how long to wait before the next look. */
static int64_t claim(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	size_t room = UNDER_WAY_MAX - outbox->under_way;
	pthread_mutex_unlock(&outbox->lock);
	if (room == 0)
		return IDLE_MS; /* or until something lands */
	ARENA_SCOPED arena = arena_new(16 << 10);
	struct why why = { "" };
	int64_t due_ms, now_ms = clock_wall_ms();
	/* A read that costs nothing tells whether the claim, which writes, is worth it. */
	enum error_code code = store_next_due(outbox->config.store, &due_ms, &why);
	if (code == OK && due_ms > now_ms)
		return pause_ms(due_ms);
	struct store_claim claim = { .owner = outbox->owner, .now_ms = now_ms, .lease_until_ms = now_ms + LEASE_MS,
		.max = room < CLAIM ? (int64_t)room : CLAIM, .arena = arena };
	const struct store_work work = { .kind = STORE_WORK_CLAIM, .u.claim = &claim };
	if (code == OK)
		code = writer_apply(outbox->config.writer, &work, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "outbox", "claiming deliveries: %s", why.text);
		return IDLE_MS;
	}
	for (size_t i = 0; i < claim.ret_n; i++)
		start(outbox, &claim.ret_deliveries[i]);
	return claim.ret_n ? 0 : IDLE_MS / 10;
}

static bool do_jobs(struct outbox *outbox)
{
	bool more = false;
	struct why why = { "" };
	if (jobs_step(&outbox->config, &more, &why) != OK) {
		log_write(LOG_ERROR, "outbox", "mass sign-out: %s", why.text);
		return false;
	}
	return more;
}

static bool do_sweep(struct outbox *outbox)
{
	bool more = false;
	struct why why = { "" };
	if (clock_mono_ms() < outbox->next_sweep_ms)
		return false;
	if (sweeper_step(&outbox->config, &more, &why) != OK) {
		log_write(LOG_ERROR, "outbox", "expired sessions: %s", why.text);
		more = false;
	}
	outbox->next_sweep_ms = more ? 0 : clock_mono_ms() + SWEEP_MS;
	return more;
}

/* Sleeps until woken, something landed, or the time is up. Returns what landed. */
static struct flight *wait_for_work(struct outbox *outbox, int64_t wait_ms, bool *ret_stop)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += wait_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&outbox->lock);
	while (!outbox->landed && !outbox->woken && !outbox->stopping)
		if (pthread_cond_timedwait(&outbox->changed, &outbox->lock, &until) != 0)
			break;
	outbox->woken = false;
	struct flight *landed = outbox->landed;
	outbox->landed = NULL;
	for (struct flight *f = landed; f; f = f->next)
		forget_flight(outbox, f);
	*ret_stop = outbox->stopping && outbox->under_way == 0;
	pthread_mutex_unlock(&outbox->lock);
	return landed;
}

static bool is_stopping(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	bool stopping = outbox->stopping;
	pthread_mutex_unlock(&outbox->lock);
	return stopping;
}

static void *run(void *context)
{
	struct outbox *outbox = context;
	bool stop = false;
	int64_t wait_ms = 0;
	while (!stop) {
		struct flight *landed = wait_for_work(outbox, wait_ms, &stop);
		while (landed) {
			struct flight *next = landed->next;
			record_landed(outbox, landed);
			landed = next;
		}
		if (is_stopping(outbox)) {
			wait_ms = 100;
			continue;
		}
		bool more = do_jobs(outbox);
		more |= do_sweep(outbox);
		wait_ms = claim(outbox);
		if (more)
			wait_ms = 0;
	}
	return NULL;
}

/* What the process before this one had under way when it was killed. Where several share a
 * store, the leases tell. */
static void take_over(const struct outbox_config *config)
{
	struct why why = { "" };
	int64_t now_ms = clock_wall_ms();
	const struct store_work work = { .kind = STORE_WORK_CALL, .u.call = { store_release_leases, &now_ms } };
	if (store_is_local(config->store) && writer_apply(config->writer, &work, &why) != OK)
		log_write(LOG_ERROR, "outbox", "deliveries of the last run wait for their leases: %s", why.text);
}

enum error_code outbox_new(const struct outbox_config *config, struct outbox **ret_outbox, struct why *reterr_why)
{
	struct outbox *outbox = calloc(1, sizeof *outbox);
	if (!outbox)
		abort();
	outbox->config = *config;
	outbox->arena = arena_new(0);
	outbox->owner = random_token(outbox->arena, 16);
	take_over(config);
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&outbox->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&outbox->thread, NULL, run, outbox) != 0) {
		arena_free(outbox->arena);
		free(outbox);
		return error_because(reterr_why, ERROR_INTERNAL, "no thread for the outbox");
	}
	pthread_setname_np(outbox->thread, "outbox");
	*ret_outbox = outbox;
	return OK;
}

void outbox_wake(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	outbox->woken = true;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	pthread_mutex_lock(&outbox->lock);
	outbox->stopping = true;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
	/* What is under way comes back by its callback, cancelled when the client stops. */
	client_stop(outbox->config.http, 2000);
	pthread_join(outbox->thread, NULL);
	pthread_mutex_destroy(&outbox->lock);
	pthread_cond_destroy(&outbox->changed);
	arena_free(outbox->arena);
	free(outbox);
}
