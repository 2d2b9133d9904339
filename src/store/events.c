/* Questions about events. */
#include "store/log.h"

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

static const struct db_statement *list_statement(const struct event_query *query, bool ascending)
{
	if (query->user_id.n)
		return ascending ? &statement_event_list_by_user_ascending : &statement_event_list_by_user;
	return ascending ? &statement_event_list_ascending : &statement_event_list;
}

enum error_code store_list_events_ordered(struct store *store, struct arena *arena,
	const struct event_query *query, bool ascending, struct event **ret_events, size_t *ret_n,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, list_statement(query, ascending),
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

enum error_code store_list_events(struct store *store, struct arena *arena,
	const struct event_query *query, struct event **ret_events, size_t *ret_n,
	struct why *reterr_why)
{
	return store_list_events_ordered(store, arena, query, false, ret_events, ret_n, reterr_why);
}

/* ---- admin events ---- */

/* A pattern of like: "*" is any text, all else is itself. */
static struct str path_pattern(struct arena *arena, struct str path)
{
	struct text text = text_new(arena, 0);
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '%' || path.p[i] == '_' || path.p[i] == '\\')
			text_add_char(&text, '\\');
		text_add_char(&text, path.p[i] == '*' ? '%' : path.p[i]);
	}
	return text_str(&text);
}

static struct admin_event admin_event_of_row(struct row *row)
{
	struct admin_event event = { .id = next_text(row) };
	event.realm_id = next_text(row);
	event.auth_realm_id = next_text(row);
	event.auth_client_id = next_text(row);
	event.auth_user_id = next_text(row);
	event.auth_ip_address = next_text(row);
	event.time_ms = next_int(row);
	event.operation = next_text(row);
	event.resource_type = next_text(row);
	event.resource_path = next_text(row);
	event.representation = next_text(row);
	event.error = next_text(row);
	return event;
}

enum error_code store_list_admin_events(struct store *store, struct arena *arena,
	const struct admin_event_query *query, struct admin_event **ret_events, size_t *ret_n,
	struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena,
		query->ascending ? &statement_admin_event_list_ascending : &statement_admin_event_list,
		DB_VALUES(db_text(query->realm_id), db_int(query->from_ms),
			db_int(query->to_ms ? query->to_ms : INT64_MAX),
			db_text(type_list(arena, &query->operations)),
			db_text(type_list(arena, &query->resource_types)), db_text(query->auth_realm_id),
			db_text(query->auth_client_id), db_text(query->auth_user_id),
			db_text(query->auth_ip_address), db_text(path_pattern(arena, query->resource_path)),
			db_int(query->max > 0 ? query->max : INT64_MAX),
			db_int(query->first < 0 ? 0 : query->first)),
		&rows, reterr_why);
	if (code != OK)
		return code;
	struct admin_event *events = arena_array(arena, rows.n, sizeof *events);
	for (size_t i = 0; i < rows.n; i++)
		events[i] = admin_event_of_row(&(struct row){ &rows, i, 0 });
	*ret_events = events;
	*ret_n = rows.n;
	return OK;
}
