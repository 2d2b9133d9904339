#include "store_fixture.h"

#include "crypto/random.h"

struct setting on;

struct str store_url(struct arena *arena)
{
	struct db_config config = fixture_config();
	return config.engine == DB_SQLITE ? arena_join(arena, STR("sqlite:"), config.path, STR(""))
					  : arena_str(arena, config.url);
}

int store_setup(void **state)
{
	fixture_fresh(state);
	on = (struct setting){ .arena = arena_new(0) };
	on.list = effects_new(on.arena);
	EXPECT(store_open(&(struct store_config){ .url = store_url(on.arena),
				  .seal_key = random_token(on.arena, 32),
				  .max_connections = 8 },
		       &on.store, &why),
		OK);
	EXPECT(writer_new(&(struct writer_config){ .db = store_db_config(on.store),
				  .apply = store_apply,
				  .context = on.store,
				  .connections = 8 },
		       &on.writer, &why),
		OK);
	script("insert into realm (id, name, deleted, version, sessions_ended_before_ms,"
	       " duplicate_emails_allowed) values ('realm', 'realm', false, 1, 0, false)");
	return 0;
}

int store_teardown(void **state)
{
	(void)state;
	writer_free(on.writer);
	store_close(on.store);
	arena_free(on.arena);
	return 0;
}

enum error_code work(struct store_work work, struct why *reterr_why)
{
	return writer_apply(on.writer, &work, reterr_why);
}

enum error_code apply(struct why *reterr_why)
{
	struct effects list = on.list;
	on.list = effects_new(on.arena);
	return work(store_work_effects(&list), reterr_why);
}

struct session some_session(const char *id)
{
	return (struct session){ .id = str_from(id),
		.realm_id = STR("realm"),
		.user_id = STR("ada"),
		.username = STR("ada"),
		.ip_address = STR("192.0.2.1"),
		.auth_method = STR("openid-connect"),
		.started_ms = 1000,
		.auth_time_s = 1,
		.last_refresh_s = 1,
		.version = 1 };
}

struct client_session some_client(const char *session, const char *client)
{
	return (struct client_session){ .session_id = str_from(session),
		.client_id = str_from(client),
		.issuer = STR("http://localhost/realms/realm"),
		.started_ms = 1000,
		.last_refresh_s = 1,
		.scope = STR("openid") };
}

struct user some_user(const char *id, const char *username, const char *email)
{
	return (struct user){ .id = str_from(id),
		.realm_id = STR("realm"),
		.username = str_from(username),
		.email = str_from(email),
		.enabled = true,
		.created_ms = 7 };
}

struct delivery some_delivery(const char *id, const char *signout, int64_t due_ms)
{
	return (struct delivery){ .id = str_from(id),
		.signout_id = str_from(signout),
		.realm_id = STR("realm"),
		.client_id = STR("shop-id"),
		.client_name = STR("shop"),
		.session_id = STR("s"),
		.user_id = STR("ada"),
		.send_sid = true,
		.channel = CHANNEL_ADMIN_URL,
		.url = STR("http://shop.test/"),
		.state = DELIVERY_QUEUED,
		.queued_ms = due_ms,
		.due_ms = due_ms,
		.give_up_ms = 1000000 };
}

struct session find_session(const char *id)
{
	struct session session = { .version = -1 };
	EXPECT(store_find_session(
		       on.store, on.arena, STR("realm"), str_from(id), false, &session, &why),
		OK);
	return session;
}

struct user *find_user(const char *id, unsigned parts)
{
	struct user *user = NULL;
	EXPECT(store_find_user(on.store, on.arena, STR("realm"), str_from(id), parts, &user, &why),
		OK);
	return user;
}

int64_t count(const char *sql)
{
	struct db *db = fixture_open();
	int64_t n = fixture_number(db, sql);
	db_close(db);
	return n;
}

void script(const char *sql)
{
	struct db *db = fixture_open();
	fixture_script(db, sql);
	db_close(db);
}
