/* A delivery under way; see flight.h. */
#include "outbox/flight.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/tables.h"
#include "outbox/attempt.h"
#include "run/new_key.h"
#include "store/apply.h"

enum {
	ARENA_BYTES = 4096,
	REASON_MAX = 1000,
	TROUBLE_MS = 1000,   /* our own: the store, memory */
	NO_KEY_MS = 60 * 1000,
};

struct flight *flight_new(const struct outbox_config *config, const struct delivery *delivery,
			  void (*landed)(void *context, struct flight *flight), void *context)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct flight *flight = arena_alloc(arena, sizeof *flight);
	*flight = (struct flight){ .arena = arena, .config = config, .landed = landed, .context = context,
		.delivery = *delivery };
	struct delivery *copy = &flight->delivery;
	struct str *texts[] = { &copy->id, &copy->signout_id, &copy->realm_id, &copy->client_id, &copy->client_name,
		&copy->session_id, &copy->user_id, &copy->url, &copy->issuer, &copy->algorithm, &copy->adapter_session_id,
		&copy->adapter_host, &copy->lease_owner, &copy->reason, &copy->saml_name_id,
		&copy->saml_name_id_format, &copy->saml_binding, &copy->browser };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i] = arena_str(arena, *texts[i]);
	return flight;
}

void flight_free(struct flight *flight)
{
	arena_free(flight->arena);
}

static void settle(struct flight *flight, enum delivery_state state, struct str reason)
{
	flight->end = FLIGHT_SETTLED;
	flight->state = state;
	flight->reason = reason;
	flight->landed(flight->context, flight);
}

static void postpone(struct flight *flight, int64_t wait_ms, struct str reason)
{
	flight->end = FLIGHT_POSTPONED;
	flight->wait_ms = wait_ms;
	flight->reason = arena_str(flight->arena, reason);
	flight->landed(flight->context, flight);
}

/* What a provider says, besides its status. */
static void read_answer(void *argument)
{
	struct flight *flight = argument;
	const struct realm *realm;
	struct str words = STR("");
	if (snapshots_get_by_id(flight->config->snapshots, flight->delivery.realm_id, &realm, NULL) == OK) {
		flight->verdict =
			saml_attempt_read(flight->arena, realm, &flight->delivery, &flight->answer, &words);
		snapshots_put(flight->config->snapshots, realm);
	}
	/* A redirect that carries the answer is one. */
	if (flight->verdict)
		flight->outcome = CLIENT_ANSWERED;
	flight->remark = arena_str(flight->arena, words);
	if (flight->verdict && words.n)
		flight->reason = flight->remark;
	flight->landed(flight->context, flight);
}

/* True when there may be a LogoutResponse, which is read elsewhere. */
static bool has_answer(struct flight *flight, const struct client_result *result)
{
	int kind = result->http_status / 100;
	if (!flight->answer.request_id.n || (kind != 2 && kind != 3))
		return false;
	flight->answer.http_status = result->http_status;
	flight->answer.body = arena_str(flight->arena, result->body);
	flight->answer.location = arena_str(flight->arena, client_result_header(result, STR("Location")));
	return true;
}

/* On the HTTP client's thread. */
static void answered(void *context, const struct client_result *result)
{
	struct flight *flight = context;
	flight->end = FLIGHT_TRIED;
	flight->outcome = result->outcome;
	flight->http_status = result->http_status;
	flight->reason = arena_str(flight->arena, str_take(result->reason, REASON_MAX));
	if (!has_answer(flight, result))
		flight->landed(flight->context, flight);
	else if (!flight->signers || !workers_submit(flight->signers, read_answer, flight))
		read_answer(flight);
}

/* An error of the request's is the caller's to deal with. */
static enum error_code sign_and_send(struct flight *flight, const struct realm *realm, struct why *reterr_why)
{
	struct client_request request;
	struct why why = { "" };
	enum error_code code = outbox_attempt_request(flight->arena, realm, &flight->delivery, &request,
						      &flight->answer.request_id, reterr_why);
	if (code == OK && client_send(flight->config->http, &request, answered, flight, &why) != OK)
		postpone(flight, TROUBLE_MS, str_from(why.text));
	return code;
}

static void no_request(struct flight *flight, const struct why *why)
{
	flight->unsendable = true;
	postpone(flight, NO_KEY_MS, str_from(why->text));
}

/* Where the realm, as it is now, has no key for the delivery's algorithm, it gets one. STALE: look again. */
static enum error_code need_key(struct flight *flight, struct why *reterr_why)
{
	const struct outbox_config *config = flight->config;
	const struct realm *realm;
	enum sign_algorithm algorithm;
	struct effects effects = effects_new(flight->arena);
	const struct store_work work = store_work_effects(&effects);
	snapshots_changed(config->snapshots, flight->delivery.realm_id);
	enum error_code code = snapshots_get_by_id(config->snapshots, flight->delivery.realm_id, &realm, reterr_why);
	if (code != OK)
		return code;
	/* A deleted one gets no more: nobody would hear of them. */
	bool missing = !realm->deleted && !realm_key_for(realm, flight->delivery.algorithm);
	if (missing && sign_algorithm_of(flight->delivery.algorithm, &algorithm)) {
		code = new_key_add(realm, algorithm, clock_wall_ms(), &effects, reterr_why);
		if (code == OK)
			code = writer_apply(config->writer, &work, reterr_why);
		if (code == OK)
			log_write(LOG_INFO, "outbox", "realm %.*s has a new key for %s: a client asks for the algorithm",
				  STR_ARG(realm->settings.name), sign_algorithm_name(algorithm));
		snapshots_changed(config->snapshots, flight->delivery.realm_id);
	}
	snapshots_put(config->snapshots, realm);
	return code;
}

/* By a key that is made for it; on `signers`, since that waits for a commit. */
static void send_by_new_key(void *argument)
{
	struct flight *flight = argument;
	const struct outbox_config *config = flight->config;
	const struct realm *realm;
	struct why why = { "" };
	enum error_code code = ERROR_STALE;
	for (int round = 0; round < LIMIT_DECIDE_ROUNDS && code == ERROR_STALE; round++)
		code = need_key(flight, &why);
	if (code == OK)
		code = snapshots_get_by_id(config->snapshots, flight->delivery.realm_id, &realm, &why);
	if (code != OK) {
		no_request(flight, &why);
		return;
	}
	if (sign_and_send(flight, realm, &why) != OK)
		no_request(flight, &why);
	snapshots_put(config->snapshots, realm);
}

static void send(struct flight *flight, const struct realm *realm)
{
	struct why why = { "" };
	enum sign_algorithm algorithm;
	enum error_code code = sign_and_send(flight, realm, &why);
	bool missing = code == ERROR_NO_KEY && sign_algorithm_of(flight->delivery.algorithm, &algorithm);
	if (missing && flight->signers && workers_submit(flight->signers, send_by_new_key, flight))
		return;
	if (code != OK)
		no_request(flight, &why);
}

void flight_start(void *argument)
{
	struct flight *flight = argument;
	const struct outbox_config *config = flight->config;
	bool superseded = false;
	struct why why = { "" };
	const struct realm *realm = NULL;
	enum error_code code = outbox_attempt_superseded(config->store, &flight->delivery, &superseded, &why);
	if (code == OK && superseded) {
		settle(flight, DELIVERY_SUPERSEDED, STR("a newer session of this user at this client would have been hit"));
		return;
	}
	if (code == OK)
		code = snapshots_get_by_id(config->snapshots, flight->delivery.realm_id, &realm, &why);
	if (code == ERROR_REALM_NOT_FOUND) {
		settle(flight, DELIVERY_GAVE_UP, STR("the realm and its keys no longer exist"));
		return;
	}
	if (code != OK) {
		log_write(LOG_ERROR, "outbox", "delivery %.*s: %s", STR_ARG(flight->delivery.id), why.text);
		postpone(flight, TROUBLE_MS, flight->delivery.reason);
		return;
	}
	send(flight, realm);
	snapshots_put(config->snapshots, realm);
}

void flight_judge(struct flight *flight, struct str owner, int64_t now_ms)
{
	const struct delivery *delivery = &flight->delivery;
	/* Stopped by ourselves: the attempt does not count, and the next process need not wait for
	 * the lease to run out. */
	bool cancelled = flight->end == FLIGHT_TRIED && flight->outcome == CLIENT_CANCELLED;
	if (flight->end == FLIGHT_TRIED && !cancelled) {
		const struct attempt_result result = { .outcome = flight->outcome,
			.http_status = flight->http_status, .verdict = flight->verdict,
			.reason = flight->reason, .remark = flight->remark };
		flight->update = outbox_attempt_outcome(flight->arena, delivery, owner, &result, now_ms);
		return;
	}
	bool over = flight->unsendable && now_ms >= delivery->give_up_ms;
	bool settled = flight->end == FLIGHT_SETTLED || over;
	int64_t due_ms = cancelled ? now_ms : now_ms + flight->wait_ms;
	if (flight->unsendable && due_ms > delivery->give_up_ms)
		due_ms = delivery->give_up_ms;
	flight->update = (struct effect_delivery_update){
		.id = delivery->id,
		.expected = DELIVERY_SENDING,
		.state = over ? DELIVERY_GAVE_UP : settled ? flight->state : DELIVERY_WAITING,
		.lease_owner = owner,
		.now_ms = now_ms,
		.due_ms = settled ? 0 : due_ms,
		.attempts = delivery->attempts,
		.http_status = delivery->http_status,
		.reason = cancelled ? delivery->reason : flight->reason,
	};
}
