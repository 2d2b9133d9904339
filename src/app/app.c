/* What endpoints share; see app.h. */
#include "app/app.h"

enum error_code app_apply(struct app *app, const struct effects *effects, struct why *reterr_why)
{
	return effects->n ? app->apply(app->outbox, effects, reterr_why) : OK;
}
