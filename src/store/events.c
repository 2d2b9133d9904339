/* Questions about events. */
#include "base/text.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

/* In the order of EVENT_COLUMNS. */
static enum error_code event_of_row(
	struct arena *arena, struct row *row, struct event *event, struct why *reterr_why)
{
	event->id = next_text(row);
	event->realm_id = next_text(row);
	event->realm_name = next_text(row);
	event->time_ms = next_int(row);
	event->type = next_text(row);
	event->client_id = next_text(row);
	event->user_id = next_text(row);
	event->session_id = next_text(row);
	event->ip_address = next_text(row);
	event->error = next_text(row);
	return details_read(arena, next_text(row), event, reterr_why);
}

/* ",A,B,"; empty: any type. */
static struct str type_list(struct arena *arena, const struct str_list *types)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < types->n; i++) {
		text_add_char(&text, ',');
		text_add(&text, types->items[i]);
	}
	if (types->n > 0)
		text_add_char(&text, ',');
	return text_str(&text);
}

enum error_code store_list_events(struct store *store, struct arena *arena,
	const struct event_query *query, struct event **ret_events, size_t *ret_n,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena,
		query->user_id.n ? &statement_event_list_by_user : &statement_event_list,
		DB_VALUES(db_text(query->realm_id), db_int(query->from_ms),
			db_int(query->to_ms ? query->to_ms : INT64_MAX),
			db_text(type_list(arena, &query->types)), db_text(query->client_id),
			db_text(query->ip_address), db_text(query->user_id),
			db_int(query->max > 0 ? query->max : INT64_MAX),
			db_int(query->first < 0 ? 0 : query->first)),
		&rows, reterr_why);
	if (code != OK)
		return code;
	struct event *events = arena_array(arena, rows.n, sizeof *events);
	for (size_t i = 0; code == OK && i < rows.n; i++)
		code = event_of_row(arena, &(struct row){ &rows, i, 0 }, &events[i], reterr_why);
	if (code != OK)
		return code;
	*ret_events = events;
	*ret_n = rows.n;
	return OK;
}
