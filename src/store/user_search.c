/* Lists of users: which index to begin with, and what SQL cannot decide. */
#include "base/text.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/statements.h"

enum { SEARCH_WORDS = 8 }; /* as many as USER_MATCHES has */

/* Text that begins with it comes after all other. */
#define LAST_CODE_POINT "\xf4\x8f\xbf\xbf"

/* ---- patterns ---- */

static void add_escaped(struct text *text, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
			text_add_char(text, '\\');
		text_add_char(text, s.p[i]);
	}
}

/* A pattern of like for one field of the query: all of it when exact, else any part. */
static struct str field_pattern(struct arena *arena, struct str value, bool exact)
{
	if (value.n == 0)
		return STR("%");
	struct text text = text_new(arena, 0);
	text_add_z(&text, exact ? "" : "%");
	add_escaped(&text, store_lower(arena, value));
	text_add_z(&text, exact ? "" : "%");
	return text_str(&text);
}

/* A pattern for one word of Keycloak's `search`: "ada" begins with, *ada* has, "\"ada\"" is. */
static struct str word_pattern(struct arena *arena, struct str word)
{
	struct text text = text_new(arena, 0);
	struct str lower = store_lower(arena, word);
	if (lower.n >= 2 && lower.p[0] == '"' && lower.p[lower.n - 1] == '"') {
		add_escaped(&text, str_take(str_drop(lower, 1), lower.n - 2));
		return text_str(&text);
	}
	while (lower.n > 0) {
		size_t star = str_index(lower, '*');
		add_escaped(&text, str_take(lower, star));
		if (star < lower.n)
			text_add_char(&text, '%');
		lower = str_drop(lower, star + 1);
	}
	text_add_char(&text, '%');
	return text_str(&text);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* *ret_first: the first word, lower case. */
static enum error_code word_patterns(struct arena *arena, struct str search,
	struct str patterns[SEARCH_WORDS], struct str *ret_first, struct why *reterr_why)
{
	size_t n = 0;
	*ret_first = STR("");
	for (size_t i = 0; i < search.n;) {
		size_t end = i;
		while (end < search.n && !is_space(search.p[end]))
			end++;
		if (end > i) {
			if (n == SEARCH_WORDS)
				return error_because(reterr_why, ERROR_INVALID_VALUE,
					"search has more than %d words", SEARCH_WORDS);
			if (!n)
				*ret_first = store_lower(arena, str_of(search.p + i, end - i));
			patterns[n++] = word_pattern(arena, str_of(search.p + i, end - i));
		}
		i = end + 1;
	}
	while (n < SEARCH_WORDS)
		patterns[n++] = STR("%");
	return OK;
}

/* ---- attributes ---- */

/* Any text whose lower case has this one in lower case, as the JSON of attributes has it: letters
 * that JSON or an engine may write in another way stand for anything. */
static void add_loose(struct text *text, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/')
			text_add_char(text, '%');
		else
			add_escaped(text, str_of(s.p + i, 1));
	}
}

/* Finds all that have the value, and some that have it elsewhere: has_attribute decides. */
static struct str attribute_pattern(struct arena *arena, const struct json_pair *wanted, bool part)
{
	struct text text = text_new(arena, 0);
	text_add_z(&text, "%\"");
	add_loose(&text, store_lower(arena, wanted->key));
	text_add_z(&text, part ? "\":[%\"%" : "\":[%\"");
	add_loose(&text, store_lower(arena, wanted->value));
	text_add_z(&text, part ? "%" : "\"%");
	return text_str(&text);
}

static bool has_attribute(struct arena *arena, const struct user *user, const struct json_pair *wanted, bool part)
{
	struct str value = store_lower(arena, wanted->value);
	for (size_t i = 0; i < user->attributes_n; i++)
		for (size_t k = 0; k < user->attributes[i].n && str_eq(user->attributes[i].key, wanted->key); k++) {
			struct str own = store_lower(arena, user->attributes[i].values[k]);
			if (part ? str_contains(own, value) : str_eq(own, value))
				return true;
		}
	return false;
}

static bool has_attributes(struct arena *arena, const struct user *user, const struct user_query *query)
{
	for (size_t i = 0; i < query->attributes_n; i++)
		if (!has_attribute(arena, user, &query->attributes[i], query->attributes_part))
			return false;
	return true;
}

/* ---- how to look ---- */

enum {
	ATTRIBUTES = 3, /* as many as USER_MATCHES has; the others are looked at here */
	WORDS = 6, /* where their patterns are */
	SERVICE_ACCOUNTS = 15,
	MATCH_VALUES = 24,
	AFTER = MATCH_VALUES - 1,
	MOST_VALUES = MATCH_VALUES + 4,
	/* Users who have the word in another field than their username, counted once a field: finding them
	 * all is cheaper than walking to the page, which may be at the end of the realm. */
	FEW = 100 * 1000,
	USERNAME_COLUMN = 2, /* of USER_COLUMNS */
	OTP_COLUMN = 17,     /* behind them */
	/* Users who are looked at at once: their names are a stretch of the index, so that a search of
	 * all of them reads each once; and those of them that are read at once. */
	STRETCH = 20 * 1000,
	BATCH = 4000,
};

/* A question on its way: the values, and which statements to ask. */
struct search {
	struct db_value values[MOST_VALUES];
	const struct db_statement *list, *count;
	struct str from, to; /* the first word's place in an index; to.n = 0: it has none */
	bool plain;          /* nothing but the realm is asked for */
	bool word;           /* nothing but the first word, which indices find unless too many have it */
};

/* Where the word's values are in an index: one that begins so, or is so. */
static void place_word(struct arena *arena, struct str word, struct search *search)
{
	bool whole = word.n >= 2 && word.p[0] == '"' && word.p[word.n - 1] == '"';
	struct str from = whole ? str_take(str_drop(word, 1), word.n - 2) : word;
	if (!whole && from.n && from.p[from.n - 1] == '*')
		from.n--;
	if (!from.n || (!whole && str_index(from, '*') < from.n))
		return;
	search->from = from;
	/* After all that begins so comes the last code point there is. */
	search->to = arena_join(arena, from, whole ? STR("\x01") : STR(LAST_CODE_POINT), STR(""));
}

static void fill_values(struct arena *arena, struct str realm_id, const struct user_query *query,
	const struct str *words, struct db_value *values)
{
	values[0] = db_text(realm_id);
	values[1] = db_text(field_pattern(arena, query->username, query->exact));
	values[2] = db_text(field_pattern(arena, query->email, query->exact));
	values[3] = db_text(field_pattern(arena, query->first_name, query->exact));
	values[4] = db_text(field_pattern(arena, query->last_name, query->exact));
	values[5] = db_int(query->has_enabled);
	for (size_t i = 0; i < SEARCH_WORDS; i++)
		values[WORDS + i] = db_text(words[i]);
	values[14] = db_int(query->has_verified);
	values[SERVICE_ACCOUNTS] = db_int(query->service_accounts);
	values[16] = db_text(query->provider);
	values[17] = db_text(query->provider_user_id);
	for (size_t i = 0; i < ATTRIBUTES; i++)
		values[18 + i] = db_text(i < query->attributes_n ?
				attribute_pattern(arena, &query->attributes[i], query->attributes_part) :
				STR("%"));
	values[21] = db_int(query->created_after_ms);
	values[22] = db_int(query->created_before_ms);
	values[AFTER] = db_text(STR(""));
}

/* Whether nothing is asked for but the realm and words. */
static bool is_bare(const struct user_query *query, const struct search *search)
{
	for (size_t i = 1; i <= 4; i++)
		if (!str_eq(search->values[i].text, STR("%")))
			return false;
	return !query->has_enabled && !query->has_verified && !query->provider.n &&
	       !query->provider_user_id.n && !query->attributes_n && !query->created_after_ms &&
	       !query->created_before_ms;
}

static void choose(struct arena *arena, const struct user_query *query, struct search *search)
{
	search->list = &statement_user_list;
	search->count = &statement_user_count;
	if (query->exact && query->username.n > 0) {
		search->list = &statement_user_list_by_username;
		search->count = &statement_user_count_by_username;
		search->values[1] = db_text(store_lower(arena, query->username));
	} else if (query->exact && query->email.n > 0) {
		search->list = &statement_user_list_by_email;
		search->count = &statement_user_count_by_email;
		search->values[2] = db_text(store_lower(arena, query->email));
	} else if (query->provider_user_id.n > 0) {
		search->list = &statement_user_list_by_link;
		search->count = &statement_user_count_by_link;
	}
	search->plain = !str_trim(query->search).n && is_bare(query, search);
}

/* How many have the first word, by its indices; no more than `most` of those whose username has it.
 * *ret_known: false where too many others have it. */
static enum error_code count_word(struct store *store, struct arena *arena, const struct search *search, int64_t most,
	int64_t *ret_count, bool *ret_known, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = store_read(store, arena, &statement_user_count_word,
		DB_VALUES(search->values[0], search->values[SERVICE_ACCOUNTS], db_text(search->from),
			db_text(search->to), db_int(FEW), db_int(most)),
		&rows, reterr_why);
	if (code == OK) {
		*ret_count = db_cell_int(&rows, 0, 0);
		*ret_known = db_cell_int(&rows, 0, 1) < FEW;
	}
	return code;
}

/* A word that few have is found by its indices, and what else is asked for decided of those. */
static enum error_code look_for_word(struct store *store, struct arena *arena, struct search *search,
	struct why *reterr_why)
{
	int64_t count;
	bool known;
	enum error_code code = count_word(store, arena, search, FEW, &count, &known, reterr_why);
	if (code != OK || !known || count >= FEW)
		return code;
	search->list = &statement_user_list_by_word;
	search->count = &statement_user_count_by_word;
	return OK;
}

static enum error_code prepare(struct store *store, struct arena *arena, struct str realm_id,
	const struct user_query *query, struct search *ret_search, struct why *reterr_why)
{
	struct str words[SEARCH_WORDS], first;
	*ret_search = (struct search){ 0 };
	enum error_code code = word_patterns(arena, query->search, words, &first, reterr_why);
	if (code != OK)
		return code;
	fill_values(arena, realm_id, query, words, ret_search->values);
	place_word(arena, first, ret_search);
	choose(arena, query, ret_search);
	if (!ret_search->to.n || ret_search->list != &statement_user_list)
		return OK;
	ret_search->word = str_eq(words[1], STR("%")) && is_bare(query, ret_search);
	return ret_search->word ? OK : look_for_word(store, arena, ret_search, reterr_why);
}

/* ---- answers ---- */

/* *ret_known: false where the rows are not the page, as too many have the word. */
static enum error_code read_word(struct store *store, struct arena *arena, const struct search *search, int64_t first,
	int64_t max, struct db_rows *ret_rows, bool *ret_known, struct why *reterr_why)
{
	int64_t end, count;
	if (__builtin_add_overflow(first, max, &end))
		end = INT64_MAX;
	enum error_code code = store_read(store, arena, &statement_user_list_word,
		DB_VALUES(search->values[0], search->values[SERVICE_ACCOUNTS], db_text(search->from),
			db_text(search->to), db_int(FEW), db_int(max), db_int(first), db_int(end)),
		ret_rows, reterr_why);
	if (code != OK || !ret_rows->n)
		return code != OK ? code : count_word(store, arena, search, FEW, &count, ret_known, reterr_why);
	*ret_known = db_cell_int(ret_rows, 0, ret_rows->columns - 1) < FEW;
	return OK;
}

static enum error_code read_rows(struct store *store, struct arena *arena, struct search *search, int64_t first,
	int64_t max, struct db_rows *ret_rows, struct why *reterr_why)
{
	bool known = false;
	const struct db_value *values = search->values;
	max = max < 0 ? INT64_MAX : max;
	first = first < 0 ? 0 : first;
	if (search->plain)
		return store_read(store, arena, &statement_user_list_all,
			DB_VALUES(values[0], values[SERVICE_ACCOUNTS], db_int(max), db_int(first)), ret_rows,
			reterr_why);
	if (search->word) {
		enum error_code code =
			read_word(store, arena, search, first, max, ret_rows, &known, reterr_why);
		if (code != OK || known)
			return code;
	}
	bool by_word = search->list == &statement_user_list_by_word;
	search->values[MATCH_VALUES] = db_int(max);
	search->values[MATCH_VALUES + 1] = db_int(first);
	search->values[MATCH_VALUES + 2] = db_text(search->from);
	search->values[MATCH_VALUES + 3] = db_text(search->to);
	return store_read(store, arena, search->list,
		(struct db_values){ values, by_word ? MOST_VALUES : MATCH_VALUES + 2 }, ret_rows, reterr_why);
}

static enum error_code read_page(struct store *store, struct arena *arena, struct search *search, int64_t first,
	int64_t max, struct user **ret_users, size_t *ret_n, struct why *reterr_why)
{
	struct db_rows rows;
	enum error_code code = read_rows(store, arena, search, first, max, &rows, reterr_why);
	if (code != OK)
		return code;
	struct user *users = arena_array(arena, rows.n, sizeof *users);
	for (size_t i = 0; code == OK && i < rows.n; i++) {
		code = user_of_row(arena, &rows, i, &users[i], reterr_why);
		users[i].otp = db_cell_int(&rows, i, OTP_COLUMN) != 0;
	}
	*ret_users = users;
	*ret_n = rows.n;
	return code;
}

/* Attributes are decided here: stretch after stretch of usernames, batch after batch of those whose row
 * may have them, each in an arena of its own, until the page is full. */
struct sieve {
	const struct user_query *query;
	struct arena *arena;
	struct user *users;
	size_t n;
	int64_t seen; /* that match */
	int64_t first, max;
	struct str after, until; /* what is left of the stretch */
	bool last; /* none is behind it */
	bool finished;
};

/* The user once more, in the arena that stays. */
static enum error_code keep(struct sieve *sieve, const struct db_rows *rows, size_t i, struct why *reterr_why)
{
	struct db_value *cells = arena_array(sieve->arena, rows->columns, sizeof *cells);
	for (size_t k = 0; k < rows->columns; k++) {
		cells[k] = rows->cells[i * rows->columns + k];
		cells[k].text = arena_str(sieve->arena, cells[k].text);
	}
	const struct db_rows one = { 1, rows->columns, cells };
	struct user *user = arena_push(sieve->arena, &sieve->users, &sieve->n, sizeof *sieve->users);
	*user = (struct user){ .otp = db_cell_int(&one, 0, OTP_COLUMN) != 0 };
	return user_of_row(sieve->arena, &one, 0, user, reterr_why);
}

/* Only a walk through all goes by stretches: other ways find few. */
static enum error_code next_stretch(struct store *store, const struct search *search, struct sieve *sieve,
	struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct db_rows rows = { 0 };
	enum error_code code = OK;
	if (search->list == &statement_user_list)
		code = store_read(store, arena, &statement_user_stretch,
			DB_VALUES(search->values[0], db_text(sieve->after), db_int(STRETCH - 1)), &rows,
			reterr_why);
	sieve->last = !rows.n;
	sieve->until = rows.n ? arena_str(sieve->arena, db_cell_text(&rows, 0, 0)) : STR("");
	return code;
}

static enum error_code read_batch(struct store *store, struct arena *arena, struct search *search,
	const struct sieve *sieve, struct db_rows *ret_rows, struct why *reterr_why)
{
	search->values[AFTER] = db_text(sieve->after);
	if (search->list != &statement_user_list)
		return read_rows(store, arena, search, 0, BATCH, ret_rows, reterr_why);
	search->values[MATCH_VALUES] = db_int(BATCH);
	search->values[MATCH_VALUES + 1] = db_text(sieve->last ? STR(LAST_CODE_POINT) : sieve->until);
	return store_read(store, arena, &statement_user_list_stretch,
		(struct db_values){ search->values, MATCH_VALUES + 2 }, ret_rows, reterr_why);
}

static enum error_code sift(struct store *store, struct search *search, struct sieve *sieve, struct why *reterr_why)
{
	ARENA_SCOPED batch = arena_new(0);
	struct db_rows rows;
	enum error_code code = read_batch(store, batch, search, sieve, &rows, reterr_why);
	for (size_t i = 0; code == OK && i < rows.n; i++) {
		struct user user = { 0 };
		code = user_of_row(batch, &rows, i, &user, reterr_why);
		if (code != OK || !has_attributes(batch, &user, sieve->query))
			continue;
		bool on_page = sieve->seen >= sieve->first && (sieve->max < 0 || (int64_t)sieve->n < sieve->max);
		sieve->seen++;
		if (on_page)
			code = keep(sieve, &rows, i, reterr_why);
	}
	if (code != OK)
		return code;
	bool full = sieve->max >= 0 && (int64_t)sieve->n >= sieve->max;
	bool through = rows.n < BATCH;
	sieve->finished = full || (through && sieve->last);
	if (!through)
		sieve->after = arena_str(sieve->arena, db_cell_text(&rows, rows.n - 1, USERNAME_COLUMN));
	else if (!sieve->finished) {
		sieve->after = sieve->until;
		code = next_stretch(store, search, sieve, reterr_why);
	}
	return code;
}

static enum error_code sift_all(struct store *store, struct search *search, struct sieve *sieve,
	struct why *reterr_why)
{
	enum error_code code = next_stretch(store, search, sieve, reterr_why);
	while (code == OK && !sieve->finished)
		code = sift(store, search, sieve, reterr_why);
	return code;
}

enum error_code store_list_users(struct store *store, struct arena *arena, struct str realm_id,
	const struct user_query *query, struct user **ret_users, size_t *ret_n,
	struct why *reterr_why)
{
	struct search search;
	enum error_code code = prepare(store, arena, realm_id, query, &search, reterr_why);
	if (code != OK)
		return code;
	if (!query->attributes_n)
		return read_page(store, arena, &search, query->first, query->max, ret_users, ret_n, reterr_why);
	struct sieve sieve = { .query = query, .arena = arena, .first = query->first, .max = query->max };
	code = sift_all(store, &search, &sieve, reterr_why);
	*ret_users = sieve.users;
	*ret_n = sieve.n;
	return code;
}

enum error_code store_count_users(struct store *store, struct str realm_id,
	const struct user_query *query, int64_t *ret_count, struct why *reterr_why)
{
	ARENA_SCOPED arena = arena_new(0);
	struct search search;
	struct db_rows rows;
	enum error_code code = prepare(store, arena, realm_id, query, &search, reterr_why);
	if (code != OK)
		return code;
	if (query->attributes_n) {
		struct sieve sieve = { .query = query, .arena = arena, .first = INT64_MAX, .max = -1 };
		code = sift_all(store, &search, &sieve, reterr_why);
		*ret_count = sieve.seen;
		return code;
	}
	bool known = false;
	if (search.word)
		code = count_word(store, arena, &search, INT64_MAX, ret_count, &known, reterr_why);
	if (code != OK || known)
		return code;
	if (search.plain) {
		code = store_read(store, arena, &statement_user_count_all,
			DB_VALUES(search.values[0], search.values[SERVICE_ACCOUNTS]), &rows, reterr_why);
	} else {
		bool by_word = search.count == &statement_user_count_by_word;
		search.values[MATCH_VALUES] = db_text(search.from);
		search.values[MATCH_VALUES + 1] = db_text(search.to);
		code = store_read(store, arena, search.count,
			(struct db_values){ search.values, MATCH_VALUES + (by_word ? 2 : 0) }, &rows, reterr_why);
	}
	if (code == OK)
		*ret_count = db_cell_int(&rows, 0, 0);
	return code;
}
