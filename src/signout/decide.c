/* The one decision behind every door; see decide.h. */
#include "signout/decide.h"

#include "model/own_attributes.h"
#include "model/saml.h"
#include "signout/channel.h"

#define REVOKE_OFFLINE "backchannel.logout.revoke.offline.tokens"

enum { GIVE_UP_S = 24 * 3600 };

int64_t signout_give_up_s(const struct realm *realm)
{
	return attributes_seconds(&realm->settings.attributes, own_attribute_name(OWN_GIVE_UP), GIVE_UP_S);
}

/* Everything that a decision works with. */
struct work {
	const struct signout_order *order;
	const struct realm *realm;
	const struct session *session;
	struct effects *effects;
	struct signout_outcome outcome;
	size_t deliveries; /* for their ids */
};

/* A delivery with all that every channel shares. */
static struct delivery *add_delivery(struct work *work, const struct client_session *part,
				     const struct client *client)
{
	struct arena *arena = work->effects->arena;
	const struct signout_order *order = work->order;
	struct delivery *delivery = &effects_add(work->effects, EFFECT_DELIVERY_CREATE)->u.delivery;
	*delivery = (struct delivery){
		.id = arena_format(arena, "%.*s-%zu", STR_ARG(order->id), ++work->deliveries),
		.signout_id = order->id,
		.realm_id = work->realm->settings.id,
		.client_id = part->client_id,
		.client_name = client ? client->client_id : part->client_id,
		.session_id = part->session_id,
		.user_id = work->session->user_id,
		.issuer = part->issuer,
		.adapter_session_id = part->adapter_session_id,
		.adapter_host = part->adapter_host,
		.bound_ms = part->adapter_bound_ms > part->started_ms ? part->adapter_bound_ms : part->started_ms,
		.saml_name_id = part->saml.name_id,
		.saml_name_id_format = part->saml.name_id_format,
		.saml_binding = part->saml.binding,
		.saml_until_s = part->saml.until_s,
		.queued_ms = order->now_ms,
		.settled_ms = order->now_ms,
	};
	return delivery;
}

static struct str algorithm_for(const struct work *work, const struct client *client, enum channel channel)
{
	if (channel == CHANNEL_BACKCHANNEL)
		return channel_algorithm(work->realm, client);
	/* Adapters verify k_logout with RS256 alone. */
	return channel == CHANNEL_ADMIN_URL ? STR("RS256") : channel_saml_algorithm(work->effects->arena, client);
}

static struct delivery *add_owed(struct work *work, const struct client_session *part,
				 const struct client *client, const struct channel_target *target)
{
	const struct realm *realm = work->realm;
	struct delivery *delivery = add_delivery(work, part, client);
	delivery->channel = target->channel;
	delivery->url = target->url;
	delivery->state = DELIVERY_QUEUED;
	delivery->due_ms = work->order->now_ms;
	delivery->give_up_ms = work->order->now_ms + signout_give_up_s(realm) * 1000;
	delivery->settled_ms = 0;
	delivery->algorithm = algorithm_for(work, client, target->channel);
	delivery->send_sid = attributes_true(&client->attributes, STR("backchannel.logout.session.required"), true);
	delivery->revoke_offline_access =
		attributes_true(&client->attributes, STR(REVOKE_OFFLINE), false);
	delivery->not_before_s = realm->settings.not_before_s > client->not_before_s ?
		realm->settings.not_before_s : client->not_before_s;
	work->outcome.owed++;
	return delivery;
}

static void add_frame(struct work *work, const struct client_session *part,
		      const struct client *client, struct str url)
{
	struct delivery *delivery = add_delivery(work, part, client);
	delivery->channel = CHANNEL_FRONT;
	delivery->url = url;
	delivery->state = DELIVERY_ASKED_BROWSER;
	delivery->reason = STR("asked through the browser, not proven");
	struct signout_frame *frame = arena_push(work->effects->arena, &work->outcome.frames,
						 &work->outcome.frames_n, sizeof *frame);
	*frame = (struct signout_frame){ client->name.n ? client->name : client->client_id, url };
}

/* Why a setting says that this client is not told; empty: it is. */
static struct str not_told(const struct work *work, const struct client *client)
{
	if (work->order->not_told.n || work->order->door != DOOR_EXPIRED_IDLE ||
	    own_attribute_tells_idle(work->realm, client))
		return work->order->not_told;
	return STR("not told (setting curfew.signout.on_idle)");
}

/* A delivery that is settled from the start. */
static void add_settled(struct work *work, const struct client_session *part, const struct client *client,
			enum channel channel, enum delivery_state state, struct str reason)
{
	struct delivery *delivery = add_delivery(work, part, client);
	delivery->channel = channel;
	delivery->state = state;
	delivery->reason = reason;
}

/* ---- SAML ---- */

/* Owed through the browser: at once where one is at hand, else when that of the session comes. */
static void add_for_browser(struct work *work, const struct client_session *part, const struct client *client,
			    const struct channel_target *target)
{
	struct delivery *delivery = add_delivery(work, part, client);
	int64_t until_ms = part->saml.until_s * 1000;
	delivery->channel = target->channel;
	delivery->url = target->url;
	delivery->state = DELIVERY_WAITING_BROWSER;
	delivery->settled_ms = 0;
	delivery->give_up_ms = until_ms ? until_ms : work->order->now_ms + signout_give_up_s(work->realm) * 1000;
	delivery->algorithm = algorithm_for(work, client, target->channel);
	delivery->send_sid = true;
	delivery->browser = work->session->cookie_hash;
	delivery->reason = STR("waiting for the browser");
	work->outcome.browser_n++;
}

/* Why no browser will carry a notice; empty: one may. */
static struct str no_browser(const struct work *work)
{
	if (!work->order->browser && !work->session->cookie_hash.n)
		return STR("no browser: the SAML client hears through one only, and the session had none");
	if (work->order->door == DOOR_REALM_DELETED)
		return STR("no browser: the SAML client hears through one only, and none can come to a deleted realm");
	return STR("");
}

static void tell_saml(struct work *work, const struct client_session *part, const struct client *client)
{
	struct arena *arena = work->effects->arena;
	if (str_eq(work->order->initiator_knows, client->id)) {
		add_settled(work, part, client, CHANNEL_NONE, DELIVERY_DELIVERED, STR("it asked for the sign-out itself"));
		return;
	}
	struct channel_target server = channel_server(arena, client, part);
	struct channel_target browser = channel_browser(arena, client, part->saml.binding);
	struct str why = browser.channel == CHANNEL_NONE ? browser.why : no_browser(work);
	if (!part->saml.name_id.n)
		add_settled(work, part, client, CHANNEL_NONE, DELIVERY_NOT_POSSIBLE,
			    STR("the client has become a SAML client since, and was never given a name of the user"));
	else if (server.channel != CHANNEL_NONE)
		add_owed(work, part, client, &server)->send_sid = true;
	else if (why.n)
		add_settled(work, part, client, CHANNEL_NONE, DELIVERY_NOT_POSSIBLE, why);
	else
		add_for_browser(work, part, client, &browser);
}

static void tell(struct work *work, const struct client_session *part)
{
	const struct client *client = realm_client_by_id(work->realm, part->client_id);
	if (!client)
		client = realm_gone_client(work->realm, part->client_id);
	struct str silence = not_told(work, client);
	if (silence.n) {
		add_settled(work, part, client, CHANNEL_NONE, DELIVERY_NOT_TOLD, silence);
		return;
	}
	if (!client) {
		add_settled(work, part, NULL, CHANNEL_NONE, DELIVERY_NOT_POSSIBLE, STR("the client no longer exists"));
		return;
	}
	if (saml_client_is(client)) {
		tell_saml(work, part, client);
		return;
	}
	struct channel_target server = channel_server(work->effects->arena, client, part);
	struct channel_target front = channel_front(work->effects->arena, client, part);
	bool framed = front.channel == CHANNEL_FRONT && work->order->browser;
	if (server.channel == CHANNEL_ADMIN_URL && work->order->everybody) {
		add_settled(work, part, client, CHANNEL_ADMIN_URL, DELIVERY_SUPERSEDED,
			    STR("told with everybody, by the realm-wide notice"));
		return;
	}
	if (server.channel != CHANNEL_NONE)
		add_owed(work, part, client, &server);
	if (framed)
		add_frame(work, part, client, front.url);
	if (server.channel != CHANNEL_NONE || framed || channel_is_own_page(client))
		return;
	struct str why = front.why.n ? front.why : server.why;
	add_settled(work, part, client, CHANNEL_NONE, DELIVERY_NOT_POSSIBLE, front.channel == CHANNEL_FRONT ?
		STR("no browser: the client has a front channel only, and no browser was at hand") : why);
}

static void add_receipt(struct work *work)
{
	const struct signout_order *order = work->order;
	const struct session *session = work->session;
	effects_add(work->effects, EFFECT_SIGNOUT_CREATE)->u.signout = (struct signout){
		.id = order->id,
		.realm_id = work->realm->settings.id,
		.realm_name = work->realm->settings.name,
		.user_id = session->user_id,
		.username = session->username,
		.session_id = session->id,
		.offline = session->offline,
		.door = str_from(door_row(order->door)->name),
		.initiator = order->initiator,
		.ip_address = order->ip_address,
		.at_ms = order->now_ms,
		.order_id = order->order_id,
	};
}

static void add_event(struct work *work)
{
	const struct signout_order *order = work->order;
	struct event_detail *details = arena_array(work->effects->arena, 2, sizeof *details);
	details[0] = (struct event_detail){ STR("signout_id"), order->id };
	details[1] = (struct event_detail){ STR("signout_door"), str_from(door_row(order->door)->name) };
	effects_add(work->effects, EFFECT_EVENT)->u.event = (struct event){
		.time_ms = order->now_ms,
		.type = str_from(door_row(order->door)->event),
		.realm_id = work->realm->settings.id,
		.realm_name = work->realm->settings.name,
		.client_id = order->initiator_client,
		.user_id = work->session->user_id,
		.session_id = work->session->id,
		.ip_address = order->ip_address,
		.details = details,
		.details_n = 2,
	};
}

static struct work work_new(const struct signout_order *order, const struct realm *realm,
			    const struct session *session, struct effects *effects)
{
	return (struct work){ .order = order, .realm = realm, .session = session, .effects = effects };
}

void signout_session(const struct signout_order *order, const struct realm *realm,
		     const struct session *session, struct effects *effects,
		     struct signout_outcome *ret_outcome)
{
	struct work work = work_new(order, realm, session, effects);
	effects_add(effects, EFFECT_SESSION_END)->u.end = (struct effect_end){
		.session_id = session->id, .offline = session->offline, .version = session->version };
	add_receipt(&work);
	for (size_t i = 0; i < session->clients_n; i++)
		tell(&work, &session->clients[i]);
	add_event(&work);
	work.outcome.session_ended = true;
	*ret_outcome = work.outcome;
}

static const struct client_session *part_of(const struct session *session, struct str client_id)
{
	for (size_t i = 0; i < session->clients_n; i++)
		if (str_eq(session->clients[i].client_id, client_id))
			return &session->clients[i];
	return NULL;
}

void signout_client(const struct signout_order *order, const struct realm *realm,
		    const struct session *session, struct str client_id, struct effects *effects,
		    struct signout_outcome *ret_outcome)
{
	const struct client_session *part = part_of(session, client_id);
	*ret_outcome = (struct signout_outcome){ 0 };
	if (!part)
		return;
	bool last = session->clients_n == 1;
	/* An offline session is nothing but its clients. */
	if (last && (session->offline || door_row(order->door)->tells == DOOR_TELLS_LAST_ENDS)) {
		signout_session(order, realm, session, effects, ret_outcome);
		return;
	}
	struct work work = work_new(order, realm, session, effects);
	effects_add(effects, EFFECT_CLIENT_SESSION_END)->u.client_end = (struct effect_client_end){
		.session_id = session->id, .client_id = client_id, .offline = session->offline,
		.session_version = session->version };
	add_receipt(&work);
	tell(&work, part);
	add_event(&work);
	*ret_outcome = work.outcome;
}

/* What a client says of offline access when a session ends; that of one that is no more counts. */
static bool asks_for_offline(const struct realm *realm, struct str client_id)
{
	const struct client *client = realm_client_by_id(realm, client_id);
	if (!client)
		client = realm_gone_client(realm, client_id);
	return client && attributes_true(&client->attributes, STR(REVOKE_OFFLINE), false);
}

static void end_parts(struct work *work, const bool *ends, bool all)
{
	const struct session *session = work->session;
	int64_t version = session->version;
	if (all)
		effects_add(work->effects, EFFECT_SESSION_END)->u.end = (struct effect_end){
			.session_id = session->id, .offline = session->offline, .version = version };
	for (size_t i = 0; !all && i < session->clients_n; i++)
		if (ends[i])
			effects_add(work->effects, EFFECT_CLIENT_SESSION_END)->u.client_end = (struct effect_client_end){
				.session_id = session->id, .client_id = session->clients[i].client_id,
				.offline = session->offline, .session_version = version++ };
}

void signout_asked_offline(const struct signout_order *order, const struct realm *realm,
			   const struct session *session, const struct session *offline,
			   struct effects *effects)
{
	struct arena *arena = effects->arena;
	bool *ends = arena_array(arena, offline->clients_n, sizeof *ends);
	size_t n = 0;
	for (size_t i = 0; i < offline->clients_n; i++)
		n += ends[i] = asks_for_offline(realm, offline->clients[i].client_id);
	if (!n)
		return;
	struct signout_order own = *order;
	own.id = arena_join(arena, order->id, STR("-offline"), STR(""));
	own.browser = false;
	struct work work = work_new(&own, realm, offline, effects);
	end_parts(&work, ends, n == offline->clients_n);
	add_receipt(&work);
	for (size_t i = 0; i < offline->clients_n; i++) {
		const struct client_session *part = &offline->clients[i];
		if (!ends[i])
			continue;
		if (part_of(session, part->client_id))
			add_settled(&work, part, realm_client_by_id(realm, part->client_id), CHANNEL_NONE, DELIVERY_SUPERSEDED,
				    STR("told with the end of the session, by the same notice"));
		else
			tell(&work, part);
	}
	add_event(&work);
}

/* One adapter is told to log everybody out. */
static void add_everybody(struct work *work, const struct client *client, struct str issuer, struct str host)
{
	const struct client_session part = { .client_id = client->id, .issuer = issuer, .adapter_host = host };
	struct channel_target target = channel_everybody(work->effects->arena, client, host);
	if (target.channel != CHANNEL_ADMIN_URL)
		return;
	struct delivery *delivery = add_owed(work, &part, client, &target);
	delivery->all_sessions = true;
	delivery->not_before_s = work->order->now_ms / 1000;
}

void signout_everybody(const struct signout_order *order, const struct realm *realm, struct str issuer,
		       struct effects *effects, struct signout_outcome *ret_outcome)
{
	const struct session nobody = { 0 };
	struct work work = work_new(order, realm, &nobody, effects);
	for (size_t i = 0; i < realm->clients_n; i++) {
		const struct client *client = &realm->clients[i];
		size_t nodes_n;
		const struct channel_node *nodes =
			channel_nodes(effects->arena, client, order->now_ms / 1000, &nodes_n);
		for (size_t k = 0; k < nodes_n && client->enabled; k++)
			add_everybody(&work, client, issuer, nodes[k].host);
	}
	*ret_outcome = work.outcome;
}
