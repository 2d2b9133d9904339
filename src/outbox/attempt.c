/* One attempt at a delivery; see attempt.h. */
#include "outbox/attempt.h"

#include "base/clock.h"
#include "crypto/random.h"
#include "jose/jws.h"
#include "model/own_attributes.h"
#include "model/pairwise.h"
#include "outbox/backoff.h"
#include "outbox/saml_attempt.h"
#include "signout/channel.h"
#include "signout/notice.h"

/* The start of a reason that tells of a time-out; what the receipt says is what the next
 * attempt knows. */
#define TIMED_OUT "no answer in time: "
/* The same of an answer that says no; the number follows. */
#define REFUSAL "refusal "

static enum error_code sign(struct arena *arena, const struct realm *realm, struct str algorithm,
			    const char *type, struct str claims, struct str *ret_token, struct why *reterr_why)
{
	enum sign_algorithm id;
	const struct realm_key *key = realm_key_for(realm, algorithm);
	if (!key || !sign_algorithm_of(algorithm, &id))
		return error_because(reterr_why, ERROR_NO_KEY, "realm %.*s has no active key for %.*s",
				     STR_ARG(realm->settings.name), STR_ARG(algorithm));
	return jws_sign(arena, key->key, id, str_from(type), key->kid, claims, ret_token, reterr_why);
}

struct str outbox_attempt_url(struct arena *arena, const struct realm *realm, const struct delivery *delivery)
{
	const struct client *client = realm_client_by_id(realm, delivery->client_id);
	if (!client)
		return delivery->url;
	const struct client_session session = { .adapter_host = delivery->adapter_host };
	struct channel_target target = delivery->all_sessions ?
		channel_everybody(arena, client, delivery->adapter_host) : channel_server(arena, client, &session);
	return target.channel == delivery->channel ? target.url : delivery->url;
}

/* A logout token, or an order for an adapter. */
static enum error_code make_token(struct arena *arena, const struct realm *realm, const struct delivery *delivery,
				  struct client_request *ret_request, struct why *reterr_why)
{
	struct str token, jti = random_uuid(arena);
	int64_t now_ms = clock_wall_ms();
	bool back = delivery->channel == CHANNEL_BACKCHANNEL;
	const struct client *client = realm_client_by_id(realm, delivery->client_id);
	/* The subject by which the client knows the user. */
	const struct client *subject_at = client ? client : realm_gone_client(realm, delivery->client_id);
	struct delivery told = *delivery;
	if (subject_at)
		told.user_id = pairwise_subject_at(arena, subject_at, delivery->user_id);
	struct str claims = back ? notice_logout_token(arena, &told, jti, now_ms / 1000) :
				   notice_admin_logout(arena, delivery, jti, now_ms);
	enum error_code code = sign(arena, realm, delivery->algorithm, back ? "logout+jwt" : "JWT", claims, &token, reterr_why);
	if (code != OK)
		return code;
	*ret_request = (struct client_request){
		.method = STR("POST"),
		.content_type = back ? STR("application/x-www-form-urlencoded") : STR("text/plain; charset=ISO-8859-1"),
		/* A compact JWS needs no percent-encoding. */
		.body = back ? arena_join(arena, STR("logout_token="), token, STR("")) : token,
		.max_body = 4096,
	};
	return OK;
}

enum error_code outbox_attempt_request(struct arena *arena, const struct realm *realm,
				       const struct delivery *delivery, struct client_request *ret_request,
				       struct str *ret_saml_id, struct why *reterr_why)
{
	bool saml = delivery->channel == CHANNEL_SAML_SOAP || delivery->channel == CHANNEL_SAML_POST;
	struct str url = outbox_attempt_url(arena, realm, delivery), id = STR("");
	struct client_request request;
	enum error_code code = saml ? saml_attempt_request(arena, realm, delivery, url, &request, &id, reterr_why) :
				      make_token(arena, realm, delivery, &request, reterr_why);
	if (code != OK)
		return code;
	request.url = url;
	request.body_borrowed = true;
	request.ca_pem = channel_trust(arena, realm, realm_client_by_id(realm, delivery->client_id));
	request.policy = CLIENT_POLICY_ADMIN;
	*ret_request = request;
	*ret_saml_id = id;
	return OK;
}

enum error_code outbox_attempt_superseded(struct store *store, const struct delivery *delivery,
					  bool *ret_superseded, struct why *reterr_why)
{
	*ret_superseded = false;
	bool by_adapter = delivery->channel == CHANNEL_ADMIN_URL && delivery->adapter_session_id.n;
	/* A notice with a sid can only hit that session. */
	if (delivery->send_sid && !by_adapter)
		return OK;
	return store_newer_client_session(store, delivery->realm_id, delivery->user_id, delivery->client_id,
					  by_adapter ? delivery->adapter_session_id : STR(""), delivery->bound_ms,
					  ret_superseded, reterr_why);
}

static bool is_time_out(enum client_outcome outcome)
{
	return outcome == CLIENT_ANSWER_TIMEOUT || outcome == CLIENT_RESET;
}

/* Refusals in a row before this attempt. */
static int64_t refusals_before(const struct delivery *delivery)
{
	int64_t n = 0;
	struct str rest = str_drop(delivery->reason, sizeof REFUSAL - 1), number;
	bool refused = str_starts(delivery->reason, STR(REFUSAL)) && str_next(&rest, ' ', &number) &&
		       str_to_int64(number, &n);
	return refused ? n : 0;
}

/* The reason as the receipt says it, and as the next attempt reads it. */
static struct str words(struct arena *arena, const struct backoff_attempt *attempt, enum client_outcome outcome,
			struct str reason)
{
	if (is_time_out(outcome))
		return arena_join(arena, STR(TIMED_OUT), reason, STR(""));
	if (outcome == CLIENT_TLS_UNTRUSTED)
		return arena_format(arena, "%.*s or the client's attribute %.*s", STR_ARG(reason),
			STR_ARG(own_attribute_name(OWN_OUTGOING_CA)));
	if (!attempt->refusals)
		return reason;
	return arena_format(arena, REFUSAL "%lld of %d: %.*s", (long long)attempt->refusals, BACKOFF_REFUSED_TRIES,
			    STR_ARG(reason));
}

struct effect_delivery_update outbox_attempt_outcome(struct arena *arena, const struct delivery *delivery,
						     struct str owner, const struct attempt_result *result,
						     int64_t now_ms)
{
	uint32_t chance;
	int status = result->verdict ? result->verdict : result->http_status;
	random_bytes(&chance, sizeof chance);
	const struct backoff_attempt attempt = {
		.now_ms = now_ms,
		.attempts = delivery->attempts + 1,
		.refusals = backoff_is_refusal(status) ? refusals_before(delivery) + 1 : 0,
		.give_up_ms = delivery->give_up_ms,
		.http_status = status,
		.timed_out_before = str_starts(delivery->reason, STR(TIMED_OUT)),
		.chance = chance,
	};
	struct backoff_verdict verdict = backoff_decide(&attempt);
	return (struct effect_delivery_update){
		.id = delivery->id,
		.expected = DELIVERY_SENDING,
		.state = verdict.state,
		.lease_owner = owner,
		.now_ms = now_ms,
		.due_ms = verdict.due_ms,
		.attempts = attempt.attempts,
		.http_status = result->http_status,
		.reason = verdict.state == DELIVERY_DELIVERED ? result->remark :
			words(arena, &attempt, result->outcome, result->reason),
	};
}
