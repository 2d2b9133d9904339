/* Imports that must not come to anything, master's part in them, and the end of realms. */
#include "import_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/limits.h"
#include "base/tables.h"
#include "base/text.h"
#include "crypto/random.h"

/* ---- broken files ---- */

static struct str deep(size_t levels)
{
	struct text text = text_new(on.arena, 0);
	text_add_z(&text, "{\"realm\":\"r\",\"attributes\":");
	for (size_t i = 0; i < levels; i++)
		text_add_char(&text, '[');
	return text_str(&text);
}

static void expect_refused(struct str json, enum error_code expected, const char *part)
{
	struct why why = { "" };
	enum error_code error = import_text(json, &summary, &why);
	if (error != expected || !strstr(why.text, part))
		fail_msg("%.*s gave %s \"%s\", not %s \"%s\"", STR_ARG(str_take(json, 200)),
			error_name(error), why.text, error_name(expected), part);
	assert_true(str_starts(str_from(why.text), STR("test: ")));
	assert_int_equal(rows_left(), 0);
}

static void files_that_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		enum error_code error;
		const char *why;
	} rows[] = {
		{ "", ERROR_BAD_JSON, "" },
		{ "nonsense", ERROR_BAD_JSON, "line 1" },
		{ "[]", ERROR_INVALID_VALUE, "realm" },
		{ "{}", ERROR_INVALID_VALUE, "$.realm" },
		{ "\"x\"", ERROR_BAD_JSON, "" },
		{ "{\"realm\":\"r\"", ERROR_BAD_JSON, "" },
		{ "{\"realm\":\"r\"} x", ERROR_BAD_JSON, "" },
		{ "{\"realm\":\"r\",\"realm\":\"s\"}", ERROR_BAD_JSON, "twice" },
		{ "{\"realm\":\"r\\u0000\"}", ERROR_BAD_JSON, "" },
		{ "{\"realm\":\"r\xff\"}", ERROR_BAD_JSON, "" },
		{ "[{\"realm\":\"r\"},{\"realm\":\"s\"}]", ERROR_INVALID_VALUE, "several realms" },
		{ "{\"realm\":\"r\",\"nosuchfield\":1}", ERROR_UNKNOWN_FIELD, "$.nosuchfield = 1" },
		{ "{\"realm\":\"r\",\"users\":{}}", ERROR_WRONG_TYPE, "$.users = {}" },
		{ "{\"realm\":\"r\",\"clients\":\"x\"}", ERROR_WRONG_TYPE, "$.clients = \"x\"" },
		{ "{\"realm\":\"r\",\"clients\":[1]}", ERROR_WRONG_TYPE, "$.clients[0]" },
		{ "{\"realm\":\"r\",\"roles\":[]}", ERROR_WRONG_TYPE, "$.roles = []" },
		{ "{\"realm\":\"r\",\"roles\":{\"nosuch\":[]}}", ERROR_UNKNOWN_FIELD,
			"$.roles.nosuch" },
		{ "{\"realm\":\"r\",\"components\":{\"t\":[{\"providerId\":\"p\",\"x\":1}]}}",
			ERROR_UNKNOWN_FIELD, "$.components" },
		{ "{\"realm\":\"r\",\"roles\":{\"client\":{\"nobody\":[{\"name\":\"x\"}]}}}",
			ERROR_INVALID_VALUE, "no client \"nobody\"" },
		{ "{\"realm\":\"r\",\"roles\":{\"realm\":[{\"name\":\"x\"},{\"name\":\"x\"}]}}",
			ERROR_INVALID_VALUE, "$.roles.realm[1].name = \"x\"" },
		{ "{\"realm\":\"r\",\"roles\":{\"realm\":[{\"name\":\"x\","
		  "\"composites\":{\"realm\":[\"y\"]}}]}}",
			ERROR_INVALID_VALUE, "$.roles.realm[0].composites.realm: \"y\"" },
		{ "{\"realm\":\"r\",\"clients\":[{\"clientId\":\"a\"},{\"clientId\":\"a\"}]}",
			ERROR_INVALID_VALUE, "$.clients[1].clientId = \"a\"" },
		{ "{\"realm\":\"r\",\"clients\":[{\"clientId\":\"a\",\"id\":\"1\"},"
		  "{\"clientId\":\"b\",\"id\":\"1\"}]}",
			ERROR_INVALID_VALUE, "$.clients[1].id = \"1\": $.clients[0]" },
		{ "{\"realm\":\"r\",\"groups\":[{\"name\":\"g\"},{\"name\":\"g\"}]}",
			ERROR_INVALID_VALUE, "$.groups[1]" },
		{ "{\"realm\":\"r\",\"groups\":[{\"name\":\"g\",\"clientRoles\":{\"no\":[\"x\"]}}]}",
			ERROR_INVALID_VALUE, "$.groups[0].clientRoles: \"no\"" },
		{ "{\"realm\":\"r\",\"defaultGroups\":[\"/no\"]}", ERROR_INVALID_VALUE,
			"defaultGroups: \"/no\"" },
		{ "{\"realm\":\"r\",\"browserFlow\":\"no\"}", ERROR_INVALID_VALUE,
			"browserFlow: \"no\"" },
		{ "{\"realm\":\"r\",\"scopeMappings\":[{\"client\":\"no\",\"roles\":[]}]}",
			ERROR_INVALID_VALUE, "$.scopeMappings[0].client: \"no\"" },
		{ "{\"realm\":\"r\",\"accessTokenLifespan\":-1}", ERROR_INVALID_VALUE,
			"$.accessTokenLifespan = -1" },
		{ "{\"realm\":\"r\",\"components\":{\"org.keycloak.keys.KeyProvider\":[{\"name\":"
		  "\"k\",\"providerId\":\"rsa\",\"config\":{\"privateKey\":[\"AAAA\"]}}]}}",
			ERROR_INVALID_VALUE, "$.components[\"org.keycloak.keys.KeyProvider\"][0]" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_refused(str_from(rows[i].json), rows[i].error, rows[i].why);
	expect_refused(deep(10000), ERROR_BAD_JSON, "");
	expect_refused(STR("{\"realm\":\"r\0\"}"), ERROR_BAD_JSON, "");
}

static void users_that_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *users;
		enum error_code error;
		const char *why;
	} rows[] = {
		{ "{}", ERROR_INVALID_VALUE, "$.users[1].username" },
		{ "{\"username\":\"b\",\"nosuch\":2}", ERROR_UNKNOWN_FIELD,
			"$.users[1].nosuch = 2" },
		{ "{\"username\":\"b\",\"clientRoles\":{\"no\":[\"x\"]}}", ERROR_INVALID_VALUE,
			"of client no" },
		{ "{\"username\":\"b\",\"groups\":[\"/no\"]}", ERROR_INVALID_VALUE,
			"$.users[1].groups: \"/no\"" },
		{ "{\"username\":\"b\",\"serviceAccountClientId\":\"no\"}", ERROR_INVALID_VALUE,
			"serviceAccountClientId: \"no\"" },
		{ "{\"username\":\"b\",\"credentials\":[{\"type\":\"otp\",\"value\":\"s\"}]}",
			ERROR_INVALID_VALUE, "$.users[1].credentials[0].value" },
		{ "{\"username\":\"b\",\"credentials\":[{\"id\":\"c\",\"hashedSaltedValue\":\"x\","
			"\"salt\":\"x\",\"hashIterations\":1},{\"id\":\"c\",\"hashedSaltedValue\":"
			"\"x\",\"salt\":\"x\",\"hashIterations\":1}]}",
			ERROR_INVALID_VALUE, "$.users[1].credentials[1].id: \"c\"" },
		/* The later in the file is named, whichever of them has the lesser id. */
		{ "{\"id\":\"0\",\"username\":\"A\"}", ERROR_INVALID_VALUE,
			"$.users[1]: user \"A\"" },
		{ "{\"id\":\"2\",\"username\":\"A\"}", ERROR_INVALID_VALUE,
			"$.users[1]: user \"A\"" },
		{ "{\"id\":\"0\",\"username\":\"b\",\"email\":\"A@x\"}", ERROR_INVALID_VALUE,
			"$.users[1]: user \"b\"" },
		{ "{\"id\":\"2\",\"username\":\"b\",\"email\":\"A@x\"}", ERROR_INVALID_VALUE,
			"$.users[1]: user \"b\"" },
		{ "{\"username\":\"b\",\"id\":\"1\"}", ERROR_INVALID_VALUE, "$.users[1]" },
		{ "{\"username\":\"b\"", ERROR_BAD_JSON, "" },
		{ "[", ERROR_BAD_JSON, "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_refused(
			arena_format(on.arena,
				"{\"realm\":\"r\",\"users\":[{\"id\":\"1\",\"username\":\"a\","
				"\"email\":\"a@x\"},%s]}",
				rows[i].users),
			rows[i].error, rows[i].why);
}

/* Wherever the recorded export is cut off, nothing of it is to be seen. */
static void a_truncated_export(void **state)
{
	(void)state;
	struct str json = customers();
	for (size_t at = 1; at < json.n; at += json.n / 7)
		expect_refused(str_take(json, at), ERROR_BAD_JSON, "");
}

static void files_that_are_too_large(void **state)
{
	(void)state;
	struct store_import_options options = import_options();
	struct store_import_source source = { .name = STR("large") };
	source.fd = open(fixture_path("large"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(source.fd >= 0);
	assert_int_equal(ftruncate(source.fd, (off_t)LIMIT_IMPORT + 1), 0);
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why),
		ERROR_TOO_LARGE);
	close(source.fd);
	int pipes[2];
	assert_int_equal(pipe(pipes), 0);
	source.fd = pipes[0];
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why),
		ERROR_FILE_FAILED);
	close(pipes[0]);
	close(pipes[1]);
	char *blank = arena_alloc(on.arena, LIMIT_ADMIN_JSON + 1);
	memset(blank, ' ', LIMIT_ADMIN_JSON + 1);
	EXPECT(store_create_realm(on.store, on.arena, str_of(blank, LIMIT_ADMIN_JSON + 1), &options,
		       &summary, &why),
		ERROR_TOO_LARGE);
	assert_int_equal(rows_left(), 0);
}

/* ---- realms that are there ---- */

static void what_is_there_is_left_alone(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	struct str before = export_all("customers", false);
	IMPORT(customers(), ERROR_EXISTS);
	IMPORT(STR("{\"realm\":\"customers\",\"clients\":[]}"), ERROR_EXISTS);
	/* Its id under another name; a client's id in another realm. */
	IMPORT(STR("{\"realm\":\"copy\",\"id\":\"3e3fa68a-6ba7-402b-8af8-52f2dfed5f41\"}"),
		ERROR_EXISTS);
	IMPORT(STR("{\"realm\":\"copy\",\"clients\":[{\"clientId\":\"x\","
		   "\"id\":\"f78cb4bc-1295-47e1-bfa6-d698560c51c8\"}]}"),
		ERROR_EXISTS);
	assert_int_equal(count("select count(*) from realm"), 2);
	expect_text(json_difference(before, export_all("customers", false)), "");
}

static bool cancel(void *context, int64_t done, int64_t total, int64_t users)
{
	(void)context;
	(void)done;
	(void)total;
	return users == 0;
}

static void a_cancelled_import(void **state)
{
	(void)state;
	struct store_import_options options = import_options();
	struct store_import_source source = { .name = STR("c"), .fd = -1, .memory = customers() };
	options.progress = cancel;
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why),
		ERROR_CANCELLED);
	assert_int_equal(rows_left(), 0);
}

/* ---- crashes ---- */

#ifdef CURFEW_TEST_BUILD
static void a_failure_before_the_end(void **state)
{
	(void)state;
	failpoint_set("import.publish=error:1");
	IMPORT(customers(), ERROR_STORE_FAILED);
	assert_int_equal(rows_left(), 0);
	failpoint_set("import.users=error:1");
	IMPORT(customers(), ERROR_STORE_FAILED);
	assert_int_equal(rows_left(), 0);
	failpoint_set("");
	IMPORT(customers(), OK);
}

/* A process that is killed right before it publishes, with a store of its own: the
 * connections of its parent are not its to use. */
static void killed_before_the_end(const char *where)
{
	struct db_config config = fixture_config();
	struct str url = config.engine == DB_SQLITE
		? arena_join(on.arena, STR("sqlite:"), config.path, STR(""))
		: config.url;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct store_import_options options = { .now_ms = NOW_MS };
		struct store_import_source source = {
			.name = STR("c"), .fd = -1, .memory = customers()
		};
		struct store_config own = { .url = url, .seal_key = random_token(on.arena, 32) };
		struct store *store;
		failpoint_set(where);
		_exit(store_open(&own, &store, NULL) ||
			store_import(store, on.arena, &source, &options, &summary, NULL));
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void a_crash_before_the_end(void **state)
{
	(void)state;
	struct store_writer writer = import_options().writer;
	struct realm_name *names;
	size_t n;
	int64_t deleted = 0;
	killed_before_the_end("import.publish=kill");
	assert_true(rows_left() > 100);
	/* Nobody sees it, and its name is free. */
	EXPECT(store_list_realms(on.store, on.arena, &names, &n, &why), OK);
	assert_int_equal(n, 1);
	struct realm *realm;
	EXPECT(store_load_realm(on.store, on.arena, STR("customers"), STR(""), &realm, &why),
		ERROR_NAME_NOT_FOUND);
	/* Another node might be at it still: PostgreSQL waits. */
	EXPECT(store_import_clean(on.store, &writer, NOW_MS + 1000, &deleted, &why), OK);
	assert_int_equal(deleted > 0, fixture_engine() == DB_SQLITE);
	EXPECT(store_import_clean(on.store, &writer, NOW_MS + 16 * 60 * 1000, &deleted, &why), OK);
	assert_int_equal(rows_left(), 0);
	IMPORT(customers(), OK);
}
#endif

/* ---- master, and the end of realms ---- */

static void make_master(void)
{
	struct store_import_options options = import_options();
	EXPECT(store_create_master(on.store, on.arena, &options, &summary, &why), OK);
}

static void master_and_its_admin(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	make_master();
	struct store_import_options options = import_options();
	EXPECT(store_create_master(on.store, on.arena, &options, &summary, &why), ERROR_EXISTS);
	struct realm *master = load_realm("master");
	assert_int_equal(master->settings.access_token_lifespan_s, 60);
	assert_null(realm_client_by_client_id(master, STR("realm-management")));
	/* The five of a user's own, master-realm, customers-realm, realm-realm. */
	assert_int_equal(master->clients_n, 8);
	const struct client *its = realm_client_by_client_id(master, STR("customers-realm"));
	assert_true(its->bearer_only);
	assert_int_equal(its->roles_n, 21);
	assert_int_equal(find_role(master, "customers-realm", "view-users")->composites_n, 2);
	assert_int_equal(find_role(master, NULL, "admin")->composites_n, 1 + 3 * 21);
	int64_t version = master->version;
	store_unload_realm(master);
	/* A new realm comes with its client, and snapshots of master learn of it. */
	IMPORT(STR("{\"realm\":\"x\"}"), OK);
	master = load_realm("master");
	assert_true(master->version > version);
	assert_int_equal(find_role(master, NULL, "admin")->composites_n, 1 + 4 * 21);
	store_unload_realm(master);
}

static void deleted_realms(void **state)
{
	(void)state;
	make_master();
	IMPORT(customers(), OK);
	struct store_writer writer = import_options().writer;
	struct str id = summary.realm_id;
	struct realm *realm;
	script("insert into user_role select 'someone', id from role where name = 'manage-users'");
	EXPECT(store_delete_realm(on.store, id, &writer, NOW_MS, &why), OK);
	EXPECT(store_delete_realm(on.store, id, &writer, NOW_MS, &why), ERROR_NAME_NOT_FOUND);
	EXPECT(store_load_realm(on.store, on.arena, STR("customers"), STR(""), &realm, &why),
		ERROR_NAME_NOT_FOUND);
	/* Its keys still serve, by id. */
	EXPECT(store_load_realm(on.store, on.arena, STR(""), id, &realm, &why), OK);
	assert_true(realm->deleted && realm->keys_n == 4);
	store_unload_realm(realm);
	struct realm *master = load_realm("master");
	assert_null(realm_client_by_client_id(master, STR("customers-realm")));
	assert_int_equal(find_role(master, NULL, "admin")->composites_n, 1 + 2 * 21);
	assert_int_equal(count("select count(*) from user_role where user_id = 'someone'"
			       " and role_id not in (select id from role)"),
		0);
	EXPECT(store_delete_realm(on.store, master->settings.id, &writer, NOW_MS, &why),
		ERROR_INVALID_VALUE);
	store_unload_realm(master);
	int64_t deleted = 0;
	EXPECT(store_purge_realms(on.store, &writer, NOW_MS, NOW_MS, 2, &deleted, &why), OK);
	assert_int_equal(deleted, 0);
	EXPECT(store_purge_realms(on.store, &writer, NOW_MS, NOW_MS + 1, 2, &deleted, &why), OK);
	assert_true(deleted > 8);
	assert_int_equal(count("select count(*) from users"), 0);
	assert_int_equal(count("select count(*) from realm where name = 'customers'"), 0);
}

static void add_owed_notice(struct str realm_id)
{
	struct delivery delivery = some_delivery("d", "s", 5);
	delivery.realm_id = realm_id;
	ADD(SIGNOUT_CREATE, signout, .id = STR("s"), .realm_id = realm_id, .door = STR("x"),
		.at_ms = NOW_MS);
	effects_add(&on.list, EFFECT_DELIVERY_CREATE)->u.delivery = delivery;
	APPLY(OK);
}

static void a_new_realm_takes_over(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	struct store_writer writer = import_options().writer;
	struct str id = summary.realm_id;
	add_owed_notice(id);
	EXPECT(store_delete_realm(on.store, id, &writer, NOW_MS, &why), OK);
	assert_int_equal(count("select count(*) from delivery where state = 'queued'"), 1);
	/* What cannot be imported takes nothing over. */
	IMPORT(STR("{\"realm\":\"customers\",\"users\":[{\"username\":\"a\","
		   "\"groups\":[\"no\"]}]}"),
		ERROR_INVALID_VALUE);
	assert_int_equal(count("select count(*) from delivery where state = 'queued'"), 1);
	IMPORT(customers(), OK);
	assert_int_equal(count("select count(*) from delivery where state = 'gave-up'"
			       " and reason like '%new realm%'"),
		1);
	assert_int_equal(count("select count(*) from realm where name = 'customers'"), 1);
	expect_text(json_difference(customers(), export_all("customers", false)), "");
}

/* ---- what is taken with a warning ---- */

static void what_the_operator_is_told(void **state)
{
	(void)state;
	IMPORT(STR("{\"realm\":\"r\",\"identityProviders\":[{\"alias\":\"idp\",\"providerId\":\"oidc\"}],"
		   "\"smtpServer\":{\"host\":\"h\",\"password\":\"**********\"},"
		   "\"clients\":[{\"clientId\":\"s\",\"protocol\":\"docker-v2\","
		   "\"defaultClientScopes\":[\"nosuch\"]}],"
		   "\"components\":{\"org.keycloak.keys.KeyProvider\":["
		   "{\"name\":\"jks\",\"providerId\":\"java-keystore\",\"config\":{}},"
		   "{\"name\":\"es\",\"providerId\":\"ecdsa-generated\",\"config\":{}},"
		   "{\"name\":\"ed\",\"providerId\":\"eddsa-generated\",\"config\":{}}]},"
		   "\"users\":[{\"username\":\"otp\",\"credentials\":[{\"type\":\"otp\","
		   "\"secretData\":\"{}\",\"credentialData\":\"{}\"}]},"
		   "{\"username\":\"terms\",\"requiredActions\":[\"TERMS_AND_CONDITIONS\"]},"
		   "{\"username\":\"odd\",\"credentials\":[{\"secretData\":\"{\\\"value\\\":\\\"x\\\"}\","
		   "\"credentialData\":\"{\\\"algorithm\\\":\\\"bcrypt\\\"}\"}]},"
		   "{\"username\":\"old\",\"credentials\":[{\"type\":\"password\","
		   "\"hashedSaltedValue\":\"YWJjZGVmZ2hpamtsbW5vcA==\",\"salt\":\"YWJjZGVmZ2hpag==\","
		   "\"hashIterations\":20000,\"algorithm\":\"pbkdf2-sha256\"}]}]}"),
		OK);
	static const char *const parts[] = { "1 identity providers", "smtpServer.password",
		"client s: This application uses the protocol \"docker-v2\"",
		"no client scope \"nosuch\"", "key provider jks", "user otp: cannot sign in yet",
		"user terms: cannot sign in yet",
		"user odd: cannot sign in: credential algorithm 'bcrypt'" };
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		if (!warned(parts[i]))
			fail_msg("no warning with \"%s\"", parts[i]);
	assert_false(warned("user old"));
	struct realm *realm = load_realm("r");
	assert_int_equal(realm->keys_n, 2);
	assert_non_null(realm_key_for(realm, STR("ES256")));
	assert_non_null(realm_key_for(realm, STR("EdDSA")));
	store_unload_realm(realm);
}

/* Warnings are bounded: the last line counts the rest. */
static void many_warnings(void **state)
{
	(void)state;
	struct text text = text_new(on.arena, 0);
	text_add_z(&text, "{\"realm\":\"r\",\"users\":[");
	for (int i = 0; i < 1500; i++)
		text_addf(&text, "%s{\"username\":\"u%d\",\"requiredActions\":[\"X\"]}",
			i ? "," : "", i);
	text_add_z(&text, "]}");
	IMPORT(text_str(&text), OK);
	assert_int_equal(summary.warnings.n, 1001);
	expect_text(summary.warnings.items[1000], "... and 500 more");
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(files_that_are_refused),
		IN_STORE(users_that_are_refused),
		IN_STORE(a_truncated_export),
		IN_STORE(files_that_are_too_large),
		IN_STORE(what_is_there_is_left_alone),
		IN_STORE(a_cancelled_import),
#ifdef CURFEW_TEST_BUILD
		IN_STORE(a_failure_before_the_end),
		IN_STORE(a_crash_before_the_end),
#endif
		IN_STORE(master_and_its_admin),
		IN_STORE(deleted_realms),
		IN_STORE(a_new_realm_takes_over),
		IN_STORE(what_the_operator_is_told),
		IN_STORE(many_warnings),
	};
	fixture_start(argc, argv, "import_refused");
	return fixture_run("import_refused", tests, ARRAY_LENGTH(tests));
}
