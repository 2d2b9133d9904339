/* store/: what SAML asks of it. */
#include "store_fixture.h"

#include "base/tables.h"

/* Which sessions a LogoutRequest without a SessionIndex means. */
static void sessions_by_name_id(void **state)
{
	(void)state;
	static const struct {
		const char *id, *client, *name, *format;
	} rows[] = { { "one", "shop", "ada", "f" }, { "two", "shop", "ada", "f" },
		{ "three", "shop", "ada", "g" }, { "four", "blog", "ada", "f" },
		{ "five", "shop", "bob", "f" }, { "six", "shop", "", "" } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		effects_add(&on.list, EFFECT_SESSION_CREATE)->u.session = some_session(rows[i].id);
		struct client_session c = some_client(rows[i].id, rows[i].client);
		c.saml.name_id = str_from(rows[i].name);
		c.saml.name_id_format = str_from(rows[i].format);
		ADD(CLIENT_SESSION_PUT, client_session, .row = c, .session_version = 1);
	}
	APPLY(OK);
	static const struct {
		const char *realm, *client, *name, *format;
		size_t n;
	} asked[] = { { "realm", "shop", "ada", "f", 2 }, { "realm", "shop", "ada", "", 3 },
		{ "realm", "blog", "ada", "f", 1 }, { "realm", "shop", "bob", "g", 0 },
		{ "other", "shop", "ada", "f", 0 }, { "realm", "shop", "", "", 0 } };
	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
		const struct name_id_query query = { str_from(asked[i].realm), str_from(asked[i].client),
			str_from(asked[i].name), str_from(asked[i].format), 10 };
		struct session *sessions;
		size_t n;
		EXPECT(store_list_sessions_by_name_id(
			       on.store, on.arena, &query, &sessions, &n, &why), OK);
		assert_int_equal(n, asked[i].n);
		assert_true(!n || sessions[0].clients_n == 1);
	}
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(sessions_by_name_id),
	};
	fixture_start(argc, argv, "store_saml");
	return fixture_run("store_saml", tests, ARRAY_LENGTH(tests));
}
