/* What hangs on the users of an import: roles, groups, credentials, consents, identities; see
 * import_internal.h. All of a user is one record: a row after another, each with its table, the number
 * of its values behind the user's id, and these. */
#include <string.h>

#include "base/text.h"
#include "crypto/random.h"
#include "store/effects.h"
#include "store/import_internal.h"
#include "store/spill.h"

enum {
	ROWS_AT_ONCE = 6000,     /* of all tables, at least while there are any */
	BYTES_AT_ONCE = 4 << 20, /* or so many of records */
};

struct import_parts {
	struct spill *spill;
	struct arena *arena; /* of one user */
	struct text record;
	int64_t added, fetched; /* users */
};

struct import_parts *import_parts_new(struct arena *arena, const char *directory)
{
	struct import_parts *parts = arena_alloc(arena, sizeof *parts);
	parts->spill = spill_new(directory);
	parts->arena = arena_new(0);
	return parts;
}

void import_parts_free(struct import_parts *parts)
{
	if (!parts)
		return;
	spill_free(parts->spill);
	arena_free(parts->arena);
}

/* ---- in ---- */

static void put(struct text *record, const void *p, size_t n)
{
	text_add(record, str_of(p, n));
}

static void add_row(struct import_parts *parts, enum import_part kind, struct db_values values)
{
	struct text *record = &parts->record;
	text_add_char(record, (char)kind);
	text_add_char(record, (char)values.n);
	for (size_t i = 0; i < values.n; i++) {
		const struct db_value *value = &values.p[i];
		uint32_t n = (uint32_t)value->text.n;
		text_add_char(record, (char)value->kind);
		if (value->kind == DB_INT) {
			put(record, &value->i, sizeof value->i);
		} else {
			put(record, &n, sizeof n);
			text_add(record, value->text);
		}
	}
}

static void add_memberships(
	struct import_parts *parts, enum import_part kind, const struct str_list *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (!str_list_has(&(struct str_list){ ids->items, i }, ids->items[i]))
			add_row(parts, kind, DB_VALUES(db_text(ids->items[i])));
}

static void add_credential(struct import_parts *parts, const struct credential *c)
{
	add_row(parts, IMPORT_CREDENTIALS,
		DB_VALUES(db_text(c->id.n ? c->id : random_uuid(parts->arena)), db_text(c->type),
			db_text(c->label), db_text(c->secret_data), db_text(c->credential_data),
			db_int(c->created_ms), db_int(c->priority)));
}

static enum error_code add_consent(
	struct import_parts *parts, const struct consent *c, struct why *reterr_why)
{
	struct str scopes;
	enum error_code error = consent_scopes(parts->arena, c, &scopes, reterr_why);
	if (!error)
		add_row(parts, IMPORT_CONSENTS,
			DB_VALUES(db_text(c->client_id), db_text(scopes), db_int(c->created_ms),
				db_int(c->updated_ms), db_int(1)));
	return error;
}

static void add_identity(
	struct import_parts *parts, struct str realm_id, const struct user_identity *identity)
{
	add_row(parts, IMPORT_IDENTITIES,
		DB_VALUES(db_text(identity->provider), db_text(realm_id), db_text(identity->user_id),
			db_text(identity->user_name)));
}

enum error_code import_parts_add(
	struct import_parts *parts, const struct user *user, struct why *reterr_why)
{
	enum error_code error = OK;
	arena_reset(parts->arena);
	parts->record = text_new(parts->arena, 0);
	add_memberships(parts, IMPORT_ROLES, &user->role_ids);
	add_memberships(parts, IMPORT_GROUPS, &user->group_ids);
	for (size_t i = 0; i < user->credentials_n; i++)
		add_credential(parts, &user->credentials[i]);
	for (size_t i = 0; !error && i < user->consents_n; i++)
		error = add_consent(parts, &user->consents[i], reterr_why);
	for (size_t i = 0; i < user->identities_n; i++)
		add_identity(parts, user->realm_id, &user->identities[i]);
	if (error || !parts->record.n)
		return error;
	if (parts->record.failed)
		return error_because(reterr_why, ERROR_INVALID_VALUE, "user \"%.*s\" is too large",
			STR_ARG(user->username));
	parts->added++;
	return spill_add(parts->spill, user->id, text_str(&parts->record), reterr_why);
}

enum error_code import_parts_sort(struct import_parts *parts, struct why *reterr_why)
{
	return spill_sort(parts->spill, reterr_why);
}

/* ---- out ---- */

/* What add_row has written is not checked again. */
static void take(struct str *record, void *ret, size_t n)
{
	memcpy(ret, record->p, n);
	*record = str_drop(*record, n);
}

static struct db_value take_value(struct str *record)
{
	char kind;
	uint32_t n;
	int64_t number;
	take(record, &kind, sizeof kind);
	if (kind == DB_INT) {
		take(record, &number, sizeof number);
		return db_int(number);
	}
	take(record, &n, sizeof n);
	struct str text = str_take(*record, n);
	*record = str_drop(*record, n);
	return db_text(text);
}

static void take_row(struct arena *arena, struct str user_id, struct str *record,
	struct import_batch *batch)
{
	char head[2];
	take(record, head, sizeof head);
	struct import_rows *table = &batch->tables[(int)head[0]];
	struct db_value *row = arena_array(arena, (size_t)head[1] + 1, sizeof *row);
	row[0] = db_text(user_id);
	for (int i = 1; i <= head[1]; i++)
		row[i] = take_value(record);
	*(const struct db_value **)arena_push(arena, &table->rows, &table->n, sizeof *table->rows) =
		row;
	batch->n++;
}

enum error_code import_parts_next(struct import_parts *parts, struct arena *arena,
	struct import_batch *ret_batch, struct why *reterr_why)
{
	struct import_batch batch = { .n = 0 };
	struct str id, record;
	size_t bytes = 0;
	while (batch.n < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE) {
		enum error_code error = spill_next(parts->spill, &id, &record, reterr_why);
		if (error)
			return error;
		if (!id.n)
			break;
		bytes += record.n;
		id = arena_str(arena, id);
		record = arena_str(arena, record);
		while (record.n)
			take_row(arena, id, &record, &batch);
		parts->fetched++;
	}
	batch.done = parts->added ? (double)parts->fetched / (double)parts->added : 1;
	*ret_batch = batch;
	return OK;
}
