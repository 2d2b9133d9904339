/* Orders for notices; see signout_order.h. */
#include "admin/signout_order.h"

#include "base/log.h"
#include "signout/decide.h"

static const struct {
	enum error_code (*run)(void *order, struct db *db, struct why *reterr_why);
	const char *name, *reason;
} kinds[] = {
	[SIGNOUT_RETRY] = { store_retry_deliveries, "retry", "asked for again by " },
	[SIGNOUT_CANCEL] = { store_cancel_deliveries, "cancel", "cancelled by " },
};

enum error_code signout_order_give(struct admin_call *call, enum signout_order_kind kind,
				   const struct signout *signout, struct str delivery_id,
				   int64_t *ret_changed, struct why *reterr_why)
{
	struct store_delivery_order order = {
		.realm_id = call->realm->settings.id,
		.signout_id = signout->id,
		.delivery_id = delivery_id,
		.reason = arena_join(call->arena, str_from(kinds[kind].reason), call->actor, STR("")),
		.now_ms = call->visit.now_ms,
		.give_up_ms = call->visit.now_ms + signout_give_up_s(call->realm) * 1000,
	};
	const struct store_work work = { .kind = STORE_WORK_CALL, .u.call = { kinds[kind].run, &order } };
	enum error_code code = writer_apply(call->app->writer, &work, reterr_why);
	if (code != OK)
		return code;
	*ret_changed = order.ret_changed;
	call->app->wake_outbox(call->app->outbox);
	log_write(LOG_INFO, "admin", "%s signout=%.*s delivery=%.*s by=%.*s: %lld", kinds[kind].name,
		  STR_ARG(signout->id), STR_ARG(delivery_id), STR_ARG(call->actor), (long long)order.ret_changed);
	struct effects effects = effects_new(call->arena);
	admin_event_add(call, &effects, "ACTION", "SIGNOUT",
			arena_format(call->arena, "signouts/%.*s/%s", STR_ARG(signout->id), kinds[kind].name));
	return effects.n ? app_apply(call->app, &effects, reterr_why) : OK;
}
