/* The outbox's threads; see outbox.h.
 *
 * One thread, the deliverer, looks which clients are owed something, claims rows for those that
 * may have more, and records what came of the others, all in one transaction a turn. Where nothing
 * is known against a client, its notices come leased already (express.h), and that they were
 * delivered is recorded with somebody else's commit. The signers check, sign and hand to the HTTP
 * client, whose callback brings the flight back. Memory is bounded by what may be under way at
 * once. What ends of itself or in masses is the keeper's (keeper.h). */
#include "outbox/outbox.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/url.h"
#include "crypto/random.h"
#include "outbox/backoff.h"
#include "outbox/express.h"
#include "outbox/flight.h"
#include "outbox/keeper.h"
#include "outbox/steps.h"
#include "outbox/trouble.h"
#include "run/workers.h"
#include "signout/channel.h"
#include "store/apply.h"

enum {
	CLAIM = 256,            /* rows taken in one turn */
	LEASE_MS = 15 * 1000,   /* how long a dead process's rows are away */
	RENEW_MS = 5 * 1000,    /* a flight's lease is renewed after that */
	IDLE_MS = 1000,         /* how often other nodes' and clock-driven work is looked for */
	RETRY_MS = 100,         /* after a claim that got nothing, or a store that failed */
	LOOK_SHARE = 3,         /* a look may not begin before 3 times its cost have gone by */
	HURRY = 1000,           /* rows made due in one transaction */
	EXPIRE = 64,            /* rows given up in one transaction */
	SIGNER_NICE = 5,        /* requests that somebody waits for come first */
	STOP_ROUNDS = 100,      /* tries to record while stopping */
	STOP_PAUSE_NS = 10 * 1000 * 1000,
	RECORD_MS = 20,         /* until what was delivered is recorded, when nobody else commits */
};

struct outbox {
	struct outbox_config config;
	struct str owner; /* of leases: this process */
	struct arena *arena;
	pthread_t deliverer;
	struct keeper *keeper;
	struct workers *signers;
	struct express *express;
	pthread_mutex_t lock; /* of all until the next comment */
	pthread_cond_t changed;
	bool stopping, woken;
	struct flight *landed; /* not yet seen by the deliverer */
	struct outbox_stats stats;

	/* the deliverer's own */
	struct lanes *lanes;
	size_t under_way;
	struct flight *oldest_lease, *newest_lease; /* those under way */
	struct flight *unrecorded;
	bool want_look;
	int64_t next_look_ms, earliest_look_ms; /* monotonic */
	struct steps steps;
};

static void outbox_land(void *context, struct flight *flight)
{
	struct outbox *outbox = context;
	pthread_mutex_lock(&outbox->lock);
	flight->next = outbox->landed;
	outbox->landed = flight;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
}

/* ---- what is under way ---- */

static void unlink_lease(struct outbox *outbox, struct flight *flight)
{
	*(flight->previous_by_lease ? &flight->previous_by_lease->next_by_lease : &outbox->oldest_lease) =
		flight->next_by_lease;
	*(flight->next_by_lease ? &flight->next_by_lease->previous_by_lease : &outbox->newest_lease) =
		flight->previous_by_lease;
}

static void link_lease(struct outbox *outbox, struct flight *flight)
{
	flight->leased_mono_ms = clock_mono_ms();
	flight->next_by_lease = NULL;
	flight->previous_by_lease = outbox->newest_lease;
	*(outbox->newest_lease ? &outbox->newest_lease->next_by_lease : &outbox->oldest_lease) = flight;
	outbox->newest_lease = flight;
}

static void take_off(struct outbox *outbox, struct lane *lane, struct flight *flight)
{
	flight->lane = lane;
	flight->probe = breaker_is_open(&lane->breaker);
	flight->next_of_lane = lane->flights;
	lane->flights = flight;
	lane_began(lane);
	link_lease(outbox, flight);
	outbox->under_way++;
}

static void touch_down(struct outbox *outbox, struct flight *flight)
{
	struct flight **at = &flight->lane->flights;
	while (*at != flight)
		at = &(*at)->next_of_lane;
	*at = flight->next_of_lane;
	lane_ended(flight->lane);
	unlink_lease(outbox, flight);
	outbox->under_way--;
	if (flight->express)
		express_left(outbox->express, flight->delivery.client_id);
}

static bool is_flying(const struct lane *lane, struct str id)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next_of_lane)
		if (str_eq(flight->delivery.id, id))
			return true;
	return false;
}

/* ---- what landed ---- */

static int64_t note_time(struct outbox *outbox)
{
	int64_t now_ms = clock_wall_ms();
	(void)steps_note(&outbox->steps, now_ms, clock_mono_ms());
	return now_ms;
}

/* What the attempt says about the client. */
static void teach_breaker(struct outbox *outbox, struct flight *flight)
{
	struct lane *lane = flight->lane;
	bool ours = flight->outcome == CLIENT_CANCELLED || flight->outcome == CLIENT_FAILED;
	if (flight->end != FLIGHT_TRIED || ours)
		return;
	bool redirected = flight->outcome == CLIENT_REDIRECT;
	if (!backoff_is_passing(flight->http_status) && !redirected) {
		if (!breaker_answered(&lane->breaker))
			return;
		lane->hurry = true;
		log_write(LOG_INFO, "outbox", "client=%.*s answers again", STR_ARG(flight->delivery.client_name));
		return;
	}
	uint32_t chance;
	random_bytes(&chance, sizeof chance);
	struct str reason = str_take(flight->reason, sizeof lane->reason);
	lane->reason_n = reason.n;
	for (size_t i = 0; i < reason.n; i++)
		lane->reason[i] = reason.p[i];
	if (breaker_failed(&lane->breaker, flight->probe, clock_mono_ms(), chance))
		log_write(LOG_WARN, "outbox", "client=%.*s failed %d times in a row and is tried one at a time until it answers: "
			  "%.*s", STR_ARG(flight->delivery.client_name), BREAKER_FAILURES, STR_ARG(reason));
	lane->expire = breaker_is_open(&lane->breaker);
	express_bar(outbox->express, lane->client_id);
}

static void log_update(const struct flight *flight)
{
	const struct delivery *delivery = &flight->delivery;
	const struct effect_delivery_update *update = &flight->update;
	bool delivered = update->state == DELIVERY_DELIVERED;
	log_write(delivered ? LOG_INFO : LOG_WARN, "outbox", "%s client=%.*s session=%.*s signout=%.*s attempt=%lld%s%.*s",
		  delivery_state_name(update->state), STR_ARG(delivery->client_name), STR_ARG(delivery->session_id),
		  STR_ARG(delivery->signout_id), (long long)update->attempts, delivered ? "" : " why=",
		  STR_ARG(update->reason));
}

static void count(struct outbox *outbox, const struct flight *flight)
{
	pthread_mutex_lock(&outbox->lock);
	outbox->stats.attempts += flight->end == FLIGHT_TRIED;
	outbox->stats.given_up += flight->update.state == DELIVERY_GAVE_UP;
	pthread_mutex_unlock(&outbox->lock);
}

/* Tells of it and keeps it for the next turn's transaction. */
static void take_landed(struct outbox *outbox, struct flight *flight)
{
	const struct outbox_config *config = &outbox->config;
	touch_down(outbox, flight);
	if (failpoint("outbox.record")) {
		flight_free(flight);
		return;
	}
	teach_breaker(outbox, flight);
	int64_t now_ms = note_time(outbox);
	struct delivery *delivery = &flight->delivery;
	delivery->give_up_ms = steps_give_up_ms(&outbox->steps, delivery->queued_ms, delivery->give_up_ms);
	flight_judge(flight, outbox->owner, now_ms);
	flight->event = trouble_of(config, flight);
	count(outbox, flight);
	flight->next = outbox->unrecorded;
	outbox->unrecorded = flight;
	if (flight->end == FLIGHT_POSTPONED || flight->outcome == CLIENT_CANCELLED)
		return;
	log_update(flight);
	if (config->observe)
		config->observe(config->context, &flight->delivery, flight->update.state,
				flight->update.now_ms - flight->delivery.queued_ms);
}

/* ---- looking ---- */

/* Where the client is reached now; an edited URL or CA is tried at once. */
static void aim(struct outbox *outbox, struct lane *lane)
{
	const struct realm *realm;
	if (snapshots_get_by_id(outbox->config.snapshots, lane->realm_id, &realm, NULL) != OK)
		return;
	const struct client *client = realm_client_by_id(realm, lane->client_id);
	if (realm->version != lane->realm_version && client) {
		ARENA_SCOPED arena = arena_new(1024);
		struct str url = channel_server(arena, client, &(const struct client_session){ .started_ms = 0 }).url;
		uint64_t target = str_hash(url, 1) ^ str_hash(channel_trust(arena, realm, client), 2);
		if (lane->target && lane->target != target) {
			lane->breaker = (struct breaker){ .failures = 0 };
			lane->hurry = true;
		}
		lane->target = target;
		lanes_set_host(outbox->lanes, lane, url.n ? url_origin_of_text(arena, url) : STR(""));
	}
	lane->realm_version = realm->version;
	snapshots_put(outbox->config.snapshots, realm);
}

/* Makes rows of a lane due, by `run`. *wanted stays where there may be more: they come with the
 * next look. */
static void make_due(struct outbox *outbox, struct lane *lane, bool *wanted,
		     enum error_code (*run)(void *lane_hurry, struct db *db, struct why *reterr_why))
{
	struct store_lane_hurry order = { .client_id = lane->client_id, .now_ms = clock_wall_ms(), .max = HURRY };
	const struct store_work work = { .kind = STORE_WORK_CALL, .u.call = { run, &order } };
	struct why why = { "" };
	enum error_code code = writer_apply(outbox->config.writer, &work, &why);
	if (code != OK) {
		log_write(LOG_ERROR, "outbox", "making deliveries due: %s", why.text);
		return;
	}
	*wanted = order.ret_changed == HURRY;
	if (order.ret_changed && lane->due_ms > order.now_ms)
		lane->due_ms = order.now_ms;
}

static void tend(struct outbox *outbox, struct lane *lane, int64_t now_ms, bool stepped_back)
{
	aim(outbox, lane);
	lane->pull |= lane->last_due_ms > now_ms + (stepped_back ? 0 : STORE_DUE_AHEAD_MS);
	if (lane->hurry)
		make_due(outbox, lane, &lane->hurry, store_hurry_lane);
	if (lane->pull)
		make_due(outbox, lane, &lane->pull, store_pull_lane);
	outbox->want_look |= lane->hurry || lane->pull;
}

static void update_stats(struct outbox *outbox)
{
	int64_t oldest_ms = INT64_MAX;
	struct lanes_figures figures = lanes_figures(outbox->lanes);
	enum error_code code = store_oldest_owed(outbox->config.store, &oldest_ms, NULL);
	pthread_mutex_lock(&outbox->lock);
	outbox->stats.under_way = outbox->under_way;
	outbox->stats.clients = figures.lanes;
	outbox->stats.open_breakers = figures.open_breakers;
	if (code == OK)
		outbox->stats.oldest_queued_ms = oldest_ms == INT64_MAX ? 0 : oldest_ms;
	pthread_mutex_unlock(&outbox->lock);
}

/* Learns which clients are owed something, at most that often that it costs little. */
static void look(struct outbox *outbox)
{
	int64_t now_mono_ms = clock_mono_ms(), now_ms = note_time(outbox);
	bool due = now_mono_ms >= outbox->next_look_ms;
	if (!due && (!outbox->want_look || now_mono_ms < outbox->earliest_look_ms))
		return;
	ARENA_SCOPED arena = arena_new(16 << 10);
	struct store_lane *found;
	size_t n;
	struct why why = { "" };
	bool read = !failpoint("outbox.look") &&
		store_list_lanes(outbox->config.store, arena, &found, &n, &why) == OK;
	if (read) {
		lanes_update(outbox->lanes, found, n);
		struct lane **lanes = lanes_all(outbox->lanes, &n);
		outbox->want_look = false;
		for (size_t i = 0; i < n; i++)
			tend(outbox, lanes[i], now_ms, outbox->steps.back);
		outbox->steps.back = false;
		express_bar_lanes(outbox->express, lanes, n, now_ms);
	} else {
		log_write(LOG_ERROR, "outbox", "looking for deliveries: %s", why.text);
	}
	if (due)
		update_stats(outbox);
	int64_t end_ms = clock_mono_ms();
	/* A store that fails may do so quickly. */
	outbox->earliest_look_ms = end_ms + (read ? LOOK_SHARE * (end_ms - now_mono_ms) : IDLE_MS);
	if (due)
		outbox->next_look_ms = end_ms + IDLE_MS;
}

/* ---- a turn ---- */

/* What one turn asks the store for, in its arena. */
struct turn {
	struct arena *arena;
	struct store_turn store;
	struct effects effects;
	struct lane **asked; /* the lanes of store.lanes */
	size_t granted;      /* deliveries that lanes may have */
};

static void add_records(struct outbox *outbox, struct turn *turn)
{
	struct effect_delivery_update *updates = NULL;
	for (struct flight *flight = outbox->unrecorded; flight; flight = flight->next) {
		*(struct effect_delivery_update *)arena_push(turn->arena, &updates, &turn->store.updates_n,
							     sizeof *updates) = flight->update;
		if (flight->event)
			effects_add(&turn->effects, EFFECT_EVENT)->u.event = *flight->event;
	}
	turn->store.updates = updates;
	turn->store.effects = &turn->effects;
}

static void add_renewals(struct outbox *outbox, struct turn *turn)
{
	struct str *renewals = NULL;
	int64_t before_ms = clock_mono_ms() - RENEW_MS;
	for (struct flight *f = outbox->oldest_lease; f && f->leased_mono_ms <= before_ms; f = f->next_by_lease)
		*(struct str *)arena_push(turn->arena, &renewals, &turn->store.renewals_n, sizeof *renewals) =
			f->delivery.id;
	turn->store.renewals = renewals;
}

static void add_claim(struct turn *turn, struct store_lane_claim **claims, struct lane *lane, size_t max, bool expired)
{
	size_t n = turn->store.lanes_n;
	*(struct lane **)arena_push(turn->arena, &turn->asked, &n, sizeof *turn->asked) = lane;
	*(struct store_lane_claim *)arena_push(turn->arena, claims, &turn->store.lanes_n, sizeof **claims) =
		(struct store_lane_claim){ .client_id = lane->client_id, .max = (int64_t)max, .expired = expired };
}

static void add_claims(struct outbox *outbox, struct turn *turn)
{
	struct store_lane_claim *claims = NULL;
	struct lane **wanting, **all;
	struct share share;
	size_t n, room = outbox->under_way < SHARE_ALL ? SHARE_ALL - outbox->under_way : 0;
	lanes_share(outbox->lanes, turn->arena, room < CLAIM ? room : CLAIM, turn->store.now_ms, clock_mono_ms(),
		    &share, &wanting);
	for (size_t i = 0; i < share.lanes_n; i++) {
		turn->granted += share.lanes[i].ret_gets;
		if (share.lanes[i].ret_gets)
			add_claim(turn, &claims, wanting[i], share.lanes[i].ret_gets, false);
	}
	all = lanes_all(outbox->lanes, &n);
	for (size_t i = 0; i < n; i++)
		if (all[i]->expire && outbox->under_way < SHARE_ALL)
			add_claim(turn, &claims, all[i], EXPIRE, true);
	turn->store.lanes = claims;
}

/* Gives a claimed delivery up that is past its time while its client does not answer. */
static void give_up(struct outbox *outbox, struct flight *flight)
{
	const struct lane *lane = flight->lane;
	flight->end = FLIGHT_SETTLED;
	flight->state = DELIVERY_GAVE_UP;
	flight->reason = flight->delivery.reason.n ? flight->delivery.reason :
		arena_format(flight->arena, "the client has not answered in time to others: %.*s", (int)lane->reason_n, lane->reason);
	outbox_land(outbox, flight);
}

static void launch(struct outbox *outbox, const struct delivery *delivery, int64_t now_ms)
{
	struct lane *lane = lanes_find(outbox->lanes, delivery->client_id);
	/* The clock was set forward: it is on its way, and its lease is a new one now. */
	if (!lane || is_flying(lane, delivery->id))
		return;
	struct flight *flight = flight_new(&outbox->config, delivery, outbox_land, outbox);
	flight->signers = outbox->signers;
	bool open = breaker_is_open(&lane->breaker);
	take_off(outbox, lane, flight);
	if (open && steps_give_up_ms(&outbox->steps, delivery->queued_ms, delivery->give_up_ms) <= now_ms)
		give_up(outbox, flight);
	else if (!workers_submit(outbox->signers, flight_start, flight))
		flight_start(flight);
}

static bool is_of(const struct delivery *delivery, const struct lane *lane)
{
	return str_eq(delivery->client_id, lane->client_id);
}

/* What the answers to the claims tell about the lanes. */
static void learn(struct outbox *outbox, const struct turn *turn)
{
	for (size_t i = 0; i < turn->store.lanes_n; i++) {
		struct lane *lane = turn->asked[i];
		int64_t got = 0;
		for (size_t k = 0; k < turn->store.ret_n; k++)
			got += is_of(&turn->store.ret_deliveries[k], lane);
		bool all = got < turn->store.lanes[i].max;
		if (turn->store.lanes[i].expired)
			lane->expire = !all;
		else if (all)
			lane->due_ms = INT64_MAX; /* until the next look */
		outbox->want_look |= all;
	}
}

static void forget_recorded(struct outbox *outbox)
{
	while (outbox->unrecorded) {
		struct flight *flight = outbox->unrecorded;
		outbox->unrecorded = flight->next;
		/* The lane is to know when it is due again. */
		outbox->want_look |= !delivery_state_settled(flight->update.state);
		flight_free(flight);
	}
}

static void note_renewed(struct outbox *outbox, const struct turn *turn)
{
	for (size_t i = 0; i < turn->store.renewals_n; i++) {
		struct flight *flight = outbox->oldest_lease;
		unlink_lease(outbox, flight);
		link_lease(outbox, flight);
	}
}

/* Until a lane that has room falls due; those without room wait for something to land. */
static int64_t pause_ms(struct outbox *outbox)
{
	size_t n;
	int64_t now_ms = clock_wall_ms(), now_mono_ms = clock_mono_ms(), pause = IDLE_MS;
	struct lane **lanes = lanes_all(outbox->lanes, &n);
	for (size_t i = 0; i < n; i++) {
		int64_t wait = lane_pause_ms(lanes[i], now_ms, now_mono_ms);
		if (wait > 0 && wait < pause)
			pause = wait;
	}
	if (outbox->want_look && outbox->earliest_look_ms - now_mono_ms < pause)
		pause = outbox->earliest_look_ms > now_mono_ms ? outbox->earliest_look_ms - now_mono_ms : 0;
	return pause;
}

/* True when nothing but deliveries that were delivered is to be stored, and it is stored before what
 * is claimed afterwards: with several connections a claim could overtake it, and after a step of
 * the clock send again. */
static bool is_plain(const struct outbox *outbox, const struct store_turn *turn)
{
	bool plain = store_is_local(outbox->config.store) && !turn->renewals_n && !turn->lanes_n;
	for (const struct flight *flight = outbox->unrecorded; flight && plain; flight = flight->next)
		plain = flight->update.state == DELIVERY_DELIVERED && !flight->event;
	return plain;
}

/* Leaves the records to the writer, each with the memory of its flight: they go with the next
 * commit of whoever. */
static void leave_records(struct outbox *outbox, struct store_turn *turn)
{
	while (outbox->unrecorded) {
		struct flight *flight = outbox->unrecorded;
		outbox->unrecorded = flight->next;
		struct store_turn *record = arena_alloc(flight->arena, sizeof *record);
		struct store_work *work = arena_alloc(flight->arena, sizeof *work);
		*record = (struct store_turn){ .owner = arena_str(flight->arena, outbox->owner),
			.updates = &flight->update, .updates_n = 1, .arena = flight->arena };
		*work = (struct store_work){ .kind = STORE_WORK_TURN, .u.turn = record };
		writer_apply_within(outbox->config.writer, RECORD_MS, flight->arena, work);
	}
	turn->updates_n = 0;
}

/* Records, renews and claims; how long until the next turn in *ret_wait_ms. False: the store
 * failed. */
static bool take_turn(struct outbox *outbox, bool stopping, int64_t *ret_wait_ms)
{
	ARENA_SCOPED arena = arena_new(32 << 10);
	struct why why = { "" };
	int64_t now_ms = note_time(outbox);
	struct turn turn = { .arena = arena, .effects = effects_new(arena), .store = {
		.owner = outbox->owner, .now_ms = now_ms, .lease_until_ms = now_ms + LEASE_MS,
		.expired_ms = now_ms - outbox->steps.forward_ms, .arena = arena } };
	add_records(outbox, &turn);
	add_renewals(outbox, &turn);
	if (!stopping)
		add_claims(outbox, &turn);
	const struct store_turn *store = &turn.store;
	if (!stopping && is_plain(outbox, store))
		leave_records(outbox, &turn.store);
	const struct store_work work = { .kind = STORE_WORK_TURN, .u.turn = &turn.store };
	enum error_code code = OK;
	if (store->updates_n || store->renewals_n || store->lanes_n)
		code = writer_apply(outbox->config.writer, &work, &why);
	/* Others ran beside it too often: that passes. */
	*ret_wait_ms = code == ERROR_STALE ? RETRY_MS : IDLE_MS;
	if (code != OK && code != ERROR_STALE)
		log_write(LOG_ERROR, "outbox", "claiming and recording deliveries: %s", why.text);
	if (code != OK)
		return false;
	forget_recorded(outbox);
	note_renewed(outbox, &turn);
	learn(outbox, &turn);
	for (size_t i = 0; i < store->ret_n; i++)
		launch(outbox, &store->ret_deliveries[i], now_ms);
	*ret_wait_ms = store->ret_n ? 0 : turn.granted ? RETRY_MS : pause_ms(outbox);
	return true;
}

/* ---- the deliverer ---- */

/* What began without a turn counts like everything else that is under way. */
static void take_begun(struct outbox *outbox)
{
	struct flight *flight = express_begun(outbox->express);
	while (flight) {
		struct flight *next = flight->next_begun;
		const struct delivery *delivery = &flight->delivery;
		struct lane *lane = lanes_join(outbox->lanes, delivery->client_id, delivery->realm_id);
		if (lane->realm_version < 0)
			aim(outbox, lane);
		take_off(outbox, lane, flight);
		flight->probe = false; /* whatever is known of the client by now */
		flight = next;
	}
}

/* Sleeps until woken, something landed, or the time is up. Takes what landed. */
static void wait_for_work(struct outbox *outbox, int64_t wait_ms, bool *ret_stopping)
{
	struct timespec until = condition_in(wait_ms);
	pthread_mutex_lock(&outbox->lock);
	while (!outbox->landed && !outbox->woken && !outbox->stopping)
		if (pthread_cond_timedwait(&outbox->changed, &outbox->lock, &until) != 0)
			break;
	outbox->want_look |= outbox->woken;
	outbox->woken = false;
	struct flight *landed = outbox->landed;
	outbox->landed = NULL;
	*ret_stopping = outbox->stopping;
	pthread_mutex_unlock(&outbox->lock);
	take_begun(outbox);
	while (landed) {
		struct flight *next = landed->next;
		take_landed(outbox, landed);
		landed = next;
	}
}

static void *deliver(void *context)
{
	struct outbox *outbox = context;
	int64_t wait_ms = 0;
	int failed = 0;
	for (;;) {
		bool stopping;
		wait_for_work(outbox, wait_ms, &stopping);
		if (!stopping)
			look(outbox);
		bool stored = take_turn(outbox, stopping, &wait_ms);
		if (!stopping)
			continue;
		failed += !stored;
		bool flying = outbox->under_way || express_is_busy(outbox->express);
		if (!flying && (!outbox->unrecorded || failed > STOP_ROUNDS))
			return NULL;
		nanosleep(&(struct timespec){ .tv_nsec = STOP_PAUSE_NS }, NULL);
	}
}

/* ---- start and stop ---- */

static void wake_deliverer(void *context)
{
	struct outbox *outbox = context;
	pthread_mutex_lock(&outbox->lock);
	outbox->woken = true;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
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

static void discard(struct outbox *outbox)
{
	forget_recorded(outbox);
	lanes_free(outbox->lanes);
	workers_free(outbox->signers);
	express_free(outbox->express);
	pthread_mutex_destroy(&outbox->lock);
	pthread_cond_destroy(&outbox->changed);
	arena_free(outbox->arena);
	free(outbox);
}

static void stop_threads(struct outbox *outbox)
{
	keeper_stop(outbox->keeper);
	pthread_mutex_lock(&outbox->lock);
	outbox->stopping = true;
	pthread_cond_signal(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
}

static enum error_code start_threads(struct outbox *outbox, struct why *reterr_why)
{
	const struct workers_config signers = { .name = "signer", .queue = SHARE_ALL + EXPRESS_ALL,
		.nice = SIGNER_NICE };
	enum error_code code = workers_new(&signers, &outbox->signers, reterr_why);
	if (code != OK)
		return code;
	outbox->express = express_new(&(const struct express_config){ .outbox = &outbox->config,
		.owner = outbox->owner, .lease_ms = LEASE_MS, .signers = outbox->signers,
		.landed = outbox_land, .context = outbox });
	if (pthread_create(&outbox->deliverer, NULL, deliver, outbox) != 0)
		return error_because(reterr_why, ERROR_INTERNAL, "no thread for the outbox");
	pthread_setname_np(outbox->deliverer, "outbox");
	code = keeper_new(&outbox->config, wake_deliverer, outbox, &outbox->keeper, reterr_why);
	if (code != OK) {
		stop_threads(outbox);
		pthread_join(outbox->deliverer, NULL);
	}
	return code;
}

enum error_code outbox_new(const struct outbox_config *config, struct outbox **ret_outbox, struct why *reterr_why)
{
	struct outbox *outbox = calloc(1, sizeof *outbox);
	if (!outbox)
		abort();
	outbox->config = *config;
	outbox->arena = arena_new(0);
	outbox->owner = random_token(outbox->arena, 16);
	outbox->lanes = lanes_new();
	pthread_mutex_init(&outbox->lock, NULL);
	condition_init(&outbox->changed);
	take_over(config);
	enum error_code code = start_threads(outbox, reterr_why);
	if (code != OK) {
		discard(outbox);
		return code;
	}
	*ret_outbox = outbox;
	return OK;
}

void outbox_wake(struct outbox *outbox)
{
	keeper_wake(outbox->keeper);
	wake_deliverer(outbox);
}

enum error_code outbox_apply(struct outbox *outbox, const struct effects *effects, struct why *reterr_why)
{
	const struct store_work work = store_work_effects(effects);
	size_t leased = express_lease(outbox->express, effects);
	enum error_code code = writer_apply(outbox->config.writer, &work, reterr_why);
	if (leased)
		express_settle(outbox->express, effects, code == OK);
	bool queued = false, mass = false;
	for (size_t i = 0; i < effects->n; i++) {
		const struct effect *effect = &effects->items[i];
		mass |= effect->kind == EFFECT_MASS_END;
		queued |= effect->kind == EFFECT_DELIVERY_CREATE && effect->u.delivery.state == DELIVERY_QUEUED;
	}
	if (code == OK && mass)
		outbox_wake(outbox);
	else if (code == OK && queued)
		wake_deliverer(outbox);
	return code;
}

struct outbox_stats outbox_stats(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	struct outbox_stats stats = outbox->stats;
	pthread_mutex_unlock(&outbox->lock);
	return stats;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	stop_threads(outbox);
	/* What is under way comes back by its callback, cancelled when the client stops. */
	client_stop(outbox->config.http, 2000);
	keeper_free(outbox->keeper);
	pthread_join(outbox->deliverer, NULL);
	discard(outbox);
}
