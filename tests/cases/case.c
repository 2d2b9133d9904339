/* Reading case files; see case.h and README.md. */
#include "case.h"

#include <stdio.h>

/* Where the reader is. */
struct reader {
	const char *name;
	size_t line;
	struct case_file *file;
	struct client *client;   /* the row that indented lines belong to: one of these */
	struct session *session;
};

static _Noreturn void bad(const struct reader *reader, const char *what, struct str text)
{
	printf("Bail out! %s:%zu: %s: %.*s\n", reader->name, reader->line, what, STR_ARG(text));
	exit(2);
}

/* The first word; *rest goes behind it and the blank. */
static struct str word(struct str *rest)
{
	size_t at = str_index(*rest, ' ');
	struct str first = str_take(*rest, at);
	*rest = str_trim(str_drop(*rest, at));
	return first;
}

static int64_t number(const struct reader *reader, struct str text)
{
	int64_t value;
	if (!str_to_int64(text, &value))
		bad(reader, "no number", text);
	return value;
}

/* Seconds since 1970; with a sign they count from the clock. */
static int64_t time_s(const struct reader *reader, struct str text)
{
	bool plus = str_starts(text, STR("+")), minus = str_starts(text, STR("-"));
	int64_t value = number(reader, plus ? str_drop(text, 1) : text);
	return plus || minus ? reader->file->now_s + value : value;
}

/* "name=value": true and the value, when the word has this name. */
static bool named(struct str text, const char *name, struct str *ret_value)
{
	size_t at = str_index(text, '=');
	if (!str_eq_z(str_take(text, at), name))
		return false;
	*ret_value = str_drop(text, at + 1);
	return true;
}

static const char *z(struct str s)
{
	return arena_z(arena, s);
}

/* \xHH becomes that byte. */
static struct str unescaped(struct str s)
{
	struct text text = text_new(arena, 0);
	while (s.n) {
		unsigned byte = 0;
		bool escape = str_starts(s, STR("\\x")) && s.n >= 4 && sscanf(z(str_take(s, 4)), "\\x%2x", &byte) == 1;
		text_add_char(&text, escape ? (char)byte : s.p[0]);
		s = str_drop(s, escape ? 4 : 1);
	}
	return text_str(&text);
}

static void add(struct attributes *attributes, struct str line)
{
	struct json_pair *pair = arena_push(arena, &attributes->pairs, &attributes->n, sizeof *pair);
	pair->key = word(&line);
	pair->value = unescaped(line);
}

static void read_realm(struct reader *reader, struct str rest)
{
	struct realm_settings *settings = &realm.settings;
	struct str line = rest, name = word(&rest);
	if (str_eq_z(name, "revoke_refresh_token"))
		settings->revoke_refresh_token = str_eq_z(rest, "true");
	else if (str_eq_z(name, "refresh_token_max_reuse"))
		settings->refresh_token_max_reuse = number(reader, rest);
	else if (str_eq_z(name, "not_before"))
		settings->not_before_s = time_s(reader, rest);
	else if (str_eq_z(name, "sso_idle"))
		settings->sso_session_idle_timeout_s = number(reader, rest);
	else if (str_eq_z(name, "sso_max"))
		settings->sso_session_max_lifespan_s = number(reader, rest);
	else
		add(&settings->attributes, line);
}

static struct client_scope *scope_named(struct str name)
{
	for (size_t i = 0; i < realm.client_scopes_n; i++)
		if (str_eq(realm.client_scopes[i].name, name))
			return &realm.client_scopes[i];
	return add_scope(z(name), true);
}

/* Lines of a client that are not flags. */
static bool read_client_value(struct reader *reader, struct str name, struct str rest)
{
	struct client *client = reader->client;
	if (str_eq_z(name, "redirect"))
		add_redirect(client, z(rest));
	else if (str_eq_z(name, "root"))
		client->root_url = rest;
	else if (str_eq_z(name, "admin"))
		client->admin_url = rest;
	else if (str_eq_z(name, "name"))
		client->name = rest;
	else if (str_eq_z(name, "not_before"))
		client->not_before_s = time_s(reader, rest);
	else if (str_eq_z(name, "scope"))
		give_default_scope(client, scope_named(rest));
	else if (str_eq_z(name, "optional_scope"))
		give_optional_scope(client, scope_named(rest));
	else if (str_eq_z(name, "attribute"))
		add(&client->attributes, rest);
	else if (str_eq_z(name, "node"))
		((struct json_pair *)arena_push(arena, &client->nodes, &client->nodes_n, sizeof(struct json_pair)))->key = rest;
	else
		return false;
	return true;
}

static void read_client_line(struct reader *reader, struct str rest)
{
	struct client *client = reader->client;
	struct str name = word(&rest);
	if (read_client_value(reader, name, rest))
		return;
	if (str_eq_z(name, "disabled"))
		client->enabled = false;
	else if (str_eq_z(name, "public"))
		client->public_client = true;
	else if (str_eq_z(name, "front_channel"))
		client->frontchannel_logout = true;
	else if (str_eq_z(name, "saml"))
		client->protocol = STR("saml");
	else
		bad(reader, "unknown line of a client", name);
}

/* ID:GENERATION:USES */
static void read_chain(struct reader *reader, struct client_session *part, struct str text)
{
	struct str id, generation, uses;
	if (!str_next(&text, ':', &id) || !str_next(&text, ':', &generation) || !str_next(&text, ':', &uses))
		bad(reader, "a chain is ID:GENERATION:USES", text);
	struct refresh_chain *chain = arena_push(arena, &part->chains, &part->chains_n, sizeof *chain);
	*chain = (struct refresh_chain){ id, number(reader, generation), number(reader, uses) };
}

static void read_part_word(struct reader *reader, struct client_session *part, struct str text)
{
	struct str value;
	if (named(text, "adapter", &value))
		part->adapter_session_id = value;
	else if (named(text, "host", &value))
		part->adapter_host = value;
	else if (named(text, "generation", &value))
		part->refresh_generation = number(reader, value);
	else if (named(text, "uses", &value))
		part->refresh_use_count = number(reader, value);
	else if (named(text, "chain", &value))
		read_chain(reader, part, value);
	else if (named(text, "name_id", &value))
		part->saml.name_id = value;
	else if (named(text, "format", &value))
		part->saml.name_id_format = value;
	else if (named(text, "binding", &value))
		part->saml.binding = value;
	else if (named(text, "until", &value))
		part->saml.until_s = time_s(reader, value);
	else if (named(text, "started", &value))
		part->started_ms = time_s(reader, value) * 1000;
	else if (named(text, "used", &value))
		part->last_refresh_s = time_s(reader, value);
	else
		bad(reader, "unknown word of a part", text);
}

static void read_part(struct reader *reader, struct str rest)
{
	if (!str_eq_z(word(&rest), "part"))
		bad(reader, "a session has parts", rest);
	struct str name = word(&rest);
	/* A client that is no more is called by its id. */
	const struct client *client = realm_client_by_client_id(&realm, name);
	const struct client gone = { .id = name };
	struct client_session *part = add_part(reader->session, client ? client : &gone);
	while (rest.n)
		read_part_word(reader, part, word(&rest));
}

static void read_session(struct reader *reader, struct str rest)
{
	struct case_file *file = reader->file;
	struct session *session = new_session(z(word(&rest)));
	session->started_ms = (file->now_s - 60) * 1000;
	session->auth_time_s = session->last_refresh_s = file->now_s - 60;
	while (rest.n) {
		struct str text = word(&rest), value;
		if (str_eq_z(text, "offline"))
			session->offline = true;
		else if (str_eq_z(text, "remembered"))
			session->remember_me = true;
		else if (str_eq_z(text, "cookie"))
			session->cookie_hash = STR("cookie-hash");
		else if (named(text, "started", &value))
			session->started_ms = time_s(reader, value) * 1000;
		else if (named(text, "used", &value))
			session->last_refresh_s = time_s(reader, value);
		else
			bad(reader, "unknown word of a session", text);
	}
	if (file->sessions_n == CASE_SESSIONS)
		bad(reader, "too many sessions", rest);
	file->sessions[file->sessions_n++] = session;
	reader->session = session;
	reader->client = NULL;
}

const struct session *case_session(const struct case_file *file, struct str id)
{
	for (size_t i = 0; i < file->sessions_n; i++)
		if (str_eq(file->sessions[i]->id, id))
			return file->sessions[i];
	return NULL;
}

static void read_user(struct reader *reader, struct str rest)
{
	while (rest.n) {
		struct str text = word(&rest), value;
		if (str_eq_z(text, "disabled"))
			reader->file->user.enabled = false;
		else if (named(text, "not_before", &value))
			reader->file->user.not_before_s = time_s(reader, value);
		else
			bad(reader, "unknown word of the user", text);
	}
}

static void read_order(struct reader *reader, struct str rest)
{
	struct signout_order *order = &reader->file->order;
	if (!door_of(word(&rest), &order->door))
		bad(reader, "unknown door", rest);
	reader->file->order_client = rest;
}

static void read_hint(struct reader *reader, struct str rest)
{
	struct case_file *file = reader->file;
	file->hint_given = true;
	file->hint_client = word(&rest);
	file->hint_session = rest;
	file->hint_valid = !str_eq_z(file->hint_client, "invalid");
}

/* Rows. */
static bool read_row(struct reader *reader, struct str name, struct str rest)
{
	struct case_file *file = reader->file;
	if (str_eq_z(name, "clock"))
		file->now_s = number(reader, rest);
	else if (str_eq_z(name, "realm"))
		read_realm(reader, rest);
	else if (str_eq_z(name, "client"))
		reader->client = add_client(z(rest));
	else if (str_eq_z(name, "user"))
		read_user(reader, rest);
	else if (str_eq_z(name, "session"))
		read_session(reader, rest);
	else if (str_eq_z(name, "browser"))
		file->browser = case_session(file, rest);
	else if (str_eq_z(name, "hint"))
		read_hint(reader, rest);
	else
		return false;
	return true;
}

static void read_line(struct reader *reader, struct str line)
{
	struct case_file *file = reader->file;
	if (str_starts(line, STR(" ")) && reader->client)
		read_client_line(reader, str_trim(line));
	else if (str_starts(line, STR(" ")) && reader->session)
		read_part(reader, str_trim(line));
	else {
		struct str rest = line, name = word(&rest);
		if (read_row(reader, name, rest))
			return;
		if (str_eq_z(name, "header"))
			add(&file->headers, rest);
		else if (str_eq_z(name, "request"))
			add(&file->request, rest);
		else if (str_eq_z(name, "token"))
			add(&file->token, rest);
		else if (str_eq_z(name, "duplicate"))
			file->duplicate = rest;
		else if (str_eq_z(name, "confirmed"))
			file->confirmed = true;
		else if (str_eq_z(name, "order"))
			read_order(reader, rest);
		else if (str_eq_z(name, "not_told"))
			file->order.not_told = rest;
		else if (str_eq_z(name, "initiator_knows"))
			file->initiator_knows = true;
		else if (!str_eq_z(name, "#"))
			bad(reader, "unknown line", line);
	}
}

void case_read(const char *name, struct str text, struct case_file *ret_case)
{
	struct case_file file = { .now_s = NOW_S, .user = { .id = STR("ada-id"), .username = STR("ada"), .enabled = true },
		.order = { .id = STR("out"), .initiator_client = STR(""), .ip_address = STR("192.0.2.1") } };
	struct reader reader = { .name = name, .file = &file };
	struct str line;
	while (str_next(&text, '\n', &line)) {
		reader.line++;
		if (str_eq_z(line, "---"))
			break;
		if (line.n)
			read_line(&reader, line);
	}
	if (!text.n)
		bad(&reader, "nothing is expected", STR("---"));
	file.expected = text;
	*ret_case = file;
}
