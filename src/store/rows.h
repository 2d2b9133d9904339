/* Walking the columns of a row, and the few JSON texts that rows hold. Internal to store/. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "db/db.h"
#include "model/event.h"
#include "model/session.h"
#include "model/user.h"

/* The next cell of a row, in the order of the statement's column list. */
struct row {
	const struct db_rows *rows;
	size_t row, column;
};

static inline struct str next_text(struct row *row)
{
	return db_cell_text(row->rows, row->row, row->column++);
}

static inline int64_t next_int(struct row *row)
{
	return db_cell_int(row->rows, row->row, row->column++);
}

static inline bool next_bool(struct row *row)
{
	return db_cell_bool(row->rows, row->row, row->column++);
}

/* The column's texts as a list in the arena. */
struct str_list rows_texts(struct arena *arena, const struct db_rows *rows, size_t column);

/* User attributes: an object of lists; empty text: none. CORRUPT when it cannot be read;
 * `what` and `id` name the row. INVALID_VALUE when it grows beyond 1 MiB. */
MUST_USE enum error_code attributes_text(
	struct arena *arena, const struct user *user, struct str *ret_text, struct why *reterr_why);
MUST_USE enum error_code attributes_read(
	struct arena *arena, struct str text, struct user *user, struct why *reterr_why);

/* A user from row i, in the order of USER_COLUMNS; a credential from the cells that a row
 * goes on with: id, type, label, secret_data, credential_data, created_ms, priority. */
MUST_USE enum error_code user_of_row(struct arena *arena, const struct db_rows *rows, size_t i,
	struct user *user, struct why *reterr_why);
void credential_of_row(struct row *row, struct credential *ret_credential);
/* From the cells provider, external_id, external_name. */
struct user_identity identity_of_row(struct row *row);
/* In the order of CONSENT_COLUMNS, without its realm. */
struct consent consent_of_row(struct arena *arena, struct row *row);

/* Event details: a list of name, value, name, value ..., since a name may come twice. */
MUST_USE enum error_code details_text(struct arena *arena, const struct event *event,
	struct str *ret_text, struct why *reterr_why);
MUST_USE enum error_code details_read(
	struct arena *arena, struct str text, struct event *event, struct why *reterr_why);

/* A list of texts, each once: each followed by a line feed, one more before the first; empty:
 * none. INVALID_VALUE for one that is empty or holds control characters; `what` names it. */
MUST_USE enum error_code line_check(struct str line, const char *what, struct why *reterr_why);
MUST_USE enum error_code lines_text(struct arena *arena, const struct str_list *lines,
	const char *what, struct str *ret_text, struct why *reterr_why);
struct str_list lines_read(struct arena *arena, struct str text);

/* Refresh chains: a line each, "id generation uses"; empty: none. A line that cannot be read
 * is left out: its tokens are refused. */
struct str chains_text(struct arena *arena, const struct client_session *part);
void chains_read(struct arena *arena, struct str text, struct client_session *part);

#endif
