/* What endpoints share; see app.h. */
#include "app/app.h"

#include "store/apply.h"

static bool queues_notice(const struct effects *effects)
{
	for (size_t i = 0; i < effects->n; i++) {
		const struct effect *effect = &effects->items[i];
		if (effect->kind == EFFECT_DELIVERY_CREATE && effect->u.delivery.state == DELIVERY_QUEUED)
			return true;
		if (effect->kind == EFFECT_MASS_END)
			return true;
	}
	return false;
}

enum error_code app_apply(struct app *app, const struct effects *effects, struct why *reterr_why)
{
	if (!effects->n)
		return OK;
	struct store_work work = store_work_effects(effects);
	enum error_code code = writer_apply(app->writer, &work, reterr_why);
	if (code == OK && queues_notice(effects))
		app->wake_outbox(app->outbox);
	return code;
}
