/* See event_query.h. */
#include "admin/event_query.h"

#include <stdio.h>
#include <time.h>

#include "store/log.h"

enum { CLEAR_AT_ONCE = 5000 };

static bool refuse(struct admin_call *call, struct str text)
{
	http_respond_error(call->response, 400, text, STR(""));
	return false;
}

static bool read_date(struct admin_call *call, const char *name, bool end_of_day, int64_t *ret_ms)
{
	struct str text = admin_query(call, name);
	int year, month, day, used = 0;
	*ret_ms = 0;
	if (!text.n || str_to_int64(text, ret_ms))
		return true;
	char *z = arena_z(call->arena, text);
	if (sscanf(z, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || (size_t)used != text.n)
		return refuse(call, arena_format(call->arena, "Invalid value for '%s', expected format is yyyy-MM-dd or "
						 "an Epoch timestamp", name));
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day + end_of_day };
	*ret_ms = (int64_t)timegm(&tm) * 1000 - end_of_day;
	return true;
}

bool event_range_read(struct admin_call *call, struct event_range *ret_range)
{
	struct event_range range;
	struct admin_page page;
	struct str direction = admin_query(call, "direction");
	if (!read_date(call, "dateFrom", false, &range.from_ms) || !read_date(call, "dateTo", true, &range.to_ms) ||
	    !admin_query_page(call, 100, &page))
		return false;
	range.first = page.first;
	range.max = page.max;
	range.ascending = str_eq_z(direction, "asc");
	if (direction.n && !range.ascending && !str_eq_z(direction, "desc"))
		return refuse(call, STR("Invalid value for sortDirection, expected value is asc or desc"));
	*ret_range = range;
	return true;
}

struct str_list event_query_values(struct admin_call *call, const char *name)
{
	const struct params *params;
	struct str_list values = { NULL, 0 };
	if (http_query(call->request, &params, NULL) != OK)
		return values;
	for (size_t i = 0; i < params->n; i++)
		if (str_eq_z(params->list[i].name, name) && params->list[i].value.n)
			*(struct str *)arena_push(call->arena, &values.items, &values.n, sizeof *values.items) =
				params->list[i].value;
	return values;
}

/* Whether there is still something to clear. */
static enum error_code left(struct admin_call *call, const struct log_change *change, bool *ret_left,
			    struct why *reterr_why)
{
	struct event *events;
	struct admin_event *admin_events;
	size_t n = 0;
	const struct event_query query = { .realm_id = change->realm_id, .to_ms = change->until_ms, .max = 1 };
	const struct admin_event_query admin_query = { .realm_id = change->realm_id, .to_ms = change->until_ms,
		.max = 1 };
	enum error_code code = change->kind == LOG_CLEAR_EVENTS ?
		store_list_events(call->app->store, call->arena, &query, &events, &n, reterr_why) :
		store_list_admin_events(call->app->store, call->arena, &admin_query, &admin_events, &n, reterr_why);
	*ret_left = n > 0;
	return code;
}

void events_clear(struct admin_call *call, enum log_change_kind kind)
{
	struct why why = { "" };
	bool more = true;
	enum error_code code = OK;
	(void)writer_flush(call->app->writer);
	const struct log_change change = { kind, call->realm->settings.id, call->visit.now_ms, CLEAR_AT_ONCE };
	while (code == OK && more) {
		struct effects effects = effects_new(call->arena);
		effects_add(&effects, EFFECT_LOG_CHANGE)->u.log = &change;
		code = app_apply(call->app, &effects, &why);
		if (code == OK)
			code = left(call, &change, &more, &why);
	}
	if (code == OK)
		admin_no_content(call);
	else
		admin_fail(call, code, &why);
}
