/* Orders of mass doors; see mass.h. */
#include "app/mass.h"

#include "crypto/random.h"
#include "signout/decide.h"

static enum mass_scope scope_of(enum door door)
{
	switch (door_row(door)->whose) {
	case DOOR_WHOSE_REMEMBERED: return MASS_REMEMBERED;
	case DOOR_WHOSE_CLIENT: return MASS_CLIENT;
	case DOOR_WHOSE_USER: return MASS_USER;
	case DOOR_WHOSE_REALM:
	case DOOR_WHOSE_ONE: break;
	}
	return MASS_REALM;
}

/* The last millisecond that is over; never to come, since nobody could sign in until then. */
static int64_t epoch_of(const struct mass_order *order, int64_t now_ms)
{
	int64_t before_ms = order->not_before_s * 1000 - 1;
	return order->not_before_s > 0 && order->not_before_s < now_ms / 1000 ? before_ms : now_ms;
}

struct str mass_add(const struct visit *visit, const struct mass_order *order, struct effects *effects)
{
	const struct realm_settings *realm = &visit->realm->settings;
	struct str door = str_from(door_row(order->door)->name), none = STR("");
	struct str signout_id = random_uuid(visit->arena);
	effects_add(effects, EFFECT_SIGNOUT_CREATE)->u.signout = (struct signout){
		.id = signout_id, .realm_id = realm->id, .realm_name = realm->name,
		.user_id = order->user ? order->user->id : none,
		.username = order->user ? order->user->username : none,
		.door = door, .initiator = order->initiator, .ip_address = visit->request->client, .at_ms = visit->now_ms };
	effects_add(effects, EFFECT_MASS_END)->u.mass = (struct effect_mass){
		.job_id = random_uuid(visit->arena), .signout_id = signout_id, .realm_id = realm->id,
		.scope = scope_of(order->door),
		.target_id = order->client ? order->client->id : order->user ? order->user->id : none,
		.spared = order->spared, .door = door, .initiator = order->initiator,
		.epoch_ms = epoch_of(order, visit->now_ms), .not_before_s = order->not_before_s };
	if (scope_of(order->door) == MASS_REALM) {
		const struct signout_order everybody = { .door = order->door, .id = signout_id,
			.initiator = order->initiator, .ip_address = visit->request->client, .now_ms = visit->now_ms };
		struct signout_outcome outcome;
		signout_everybody(&everybody, visit->realm, visit->issuer, effects, &outcome);
	}
	return signout_id;
}

void mass_committed(const struct visit *visit)
{
	snapshots_changed(visit->app->snapshots, visit->realm->settings.id);
}
