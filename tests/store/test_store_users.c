/* store/: users, their credentials and failed attempts. */
#include "store_fixture.h"

#include <string.h>

#include "base/tables.h"

static const struct str realm = STR_INIT("realm");

static void add_user(const char *id, const char *username, const char *email, const char *first,
	const char *last)
{
	struct user user = some_user(id, username, email);
	user.first_name = str_from(first);
	user.last_name = str_from(last);
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = user;
}

/* ---- create, change, delete ---- */

static void user_comes_back(void **state)
{
	(void)state;
	struct str values[] = { STR("a"), STR("b") },
		   actions[] = { STR("VERIFY_EMAIL"), STR("X"), STR("X") };
	struct str roles[] = { STR("r2"), STR("r1"), STR("r1") }, groups[] = { STR("g") };
	struct json_list_pair attributes[] = { { STR("l\"c"), values, 2 },
		{ STR("none"), NULL, 0 } };
	struct credential credentials[] = {
		{ .type = STR("otp"), .secret_data = STR("o"), .priority = 20 },
		{ .id = STR("c1"),
			.type = STR("password"),
			.label = STR("mine"),
			.secret_data = STR("s"),
			.credential_data = STR("d"),
			.created_ms = 4,
			.priority = 10 },
	};
	struct user user = some_user("u1", "Ada", "Ada@Example.ORG");
	user.first_name = STR("Ada");
	user.last_name = STR("Lovelace");
	user.email_verified = true;
	user.not_before_s = 3;
	user.sessions_ended_before_ms = 4;
	user.federation_link = STR("ldap");
	user.kept = STR("{\"totp\":true}");
	user.attributes = attributes;
	user.attributes_n = 2;
	user.required_actions = (struct str_list){ actions, 3 };
	user.role_ids = (struct str_list){ roles, 3 };
	user.group_ids = (struct str_list){ groups, 1 };
	user.credentials = credentials;
	user.credentials_n = 2;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = user;
	APPLY(OK);
	struct user *got = find_user("u1", USER_ROLES | USER_GROUPS | USER_CREDENTIALS);
	expect_text(got->username, "ada");
	expect_text(got->email, "ada@example.org");
	expect_text(got->first_name, "Ada");
	expect_text(got->last_name, "Lovelace");
	expect_text(got->federation_link, "ldap");
	expect_text(got->kept, "{\"totp\":true}");
	assert_true(got->enabled && got->email_verified);
	assert_int_equal(got->created_ms, 7);
	assert_int_equal(got->not_before_s, 3);
	assert_int_equal(got->sessions_ended_before_ms, 4);
	assert_int_equal(got->version, 1);
	assert_int_equal(got->attributes_n, 2);
	expect_text(got->attributes[0].key, "l\"c");
	assert_int_equal(got->attributes[0].n, 2);
	expect_text(got->attributes[0].values[1], "b");
	assert_int_equal(got->required_actions.n, 2);
	expect_text(got->required_actions.items[0], "VERIFY_EMAIL");
	assert_int_equal(got->role_ids.n, 2);
	expect_text(got->role_ids.items[0], "r1");
	assert_int_equal(got->group_ids.n, 1);
	assert_int_equal(got->credentials_n, 2);
	expect_text(got->credentials[0].id, "c1");
	expect_text(got->credentials[0].label, "mine");
	expect_text(got->credentials[0].credential_data, "d");
	assert_int_equal(got->credentials[0].created_ms, 4);
	assert_int_equal(got->credentials[1].id.n, 36);
	got = find_user("u1", USER_ROW);
	assert_int_equal(got->role_ids.n + got->group_ids.n + got->credentials_n, 0);
}

static void expect_exists(const char *column)
{
	struct why why = { "" };
	assert_int_equal(apply(&why), ERROR_EXISTS);
	if (!strstr(why.text, "unique: ") || !strstr(why.text, column))
		fail_msg("\"%s\" does not name %s", why.text, column);
}

static void names_and_emails_are_unique(void **state)
{
	(void)state;
	add_user("u1", "ada", "ada@example.org", "", "");
	add_user("u2", "bob", "", "", "");
	add_user("u3", "cy", "", "", "");
	APPLY(OK);
	add_user("u4", "ADA", "", "", "");
	expect_exists("username");
	add_user("u4", "dan", "ADA@example.org", "", "");
	expect_exists("email");
	add_user("u1", "dan", "", "", "");
	expect_exists("id");
	struct user changed = some_user("u2", "Ada", "");
	changed.version = 1;
	effects_add(&on.list, EFFECT_USER_UPDATE)->u.user = changed;
	expect_exists("username");
	changed.username = STR("bob");
	changed.email = STR("Ada@example.org");
	effects_add(&on.list, EFFECT_USER_UPDATE)->u.user = changed;
	expect_exists("email");
	/* The realm may allow it; who was there before stays free to change other things. */
	script("update realm set duplicate_emails_allowed = true");
	effects_add(&on.list, EFFECT_USER_UPDATE)->u.user = changed;
	APPLY(OK);
	script("update realm set duplicate_emails_allowed = false");
	changed.version = 2;
	changed.first_name = STR("Bob");
	effects_add(&on.list, EFFECT_USER_UPDATE)->u.user = changed;
	APPLY(OK);
	struct user *user;
	EXPECT(store_find_user_by_login(
		       on.store, on.arena, realm, STR("ada@example.org"), true, 0, &user, &why),
		ERROR_NAME_NOT_FOUND);
	assert_int_equal(count("select count(*) from users"), 3);
}

static void user_needs_its_realm(void **state)
{
	(void)state;
	struct user user = some_user("u1", "ada", "");
	user.realm_id = STR("nowhere");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = user;
	APPLY(ERROR_STALE);
}

static void user_update_and_its_version(void **state)
{
	(void)state;
	add_user("u1", "ada", "a@example.org", "Ada", "");
	APPLY(OK);
	struct user changed = *find_user("u1", USER_ROW);
	changed.enabled = false;
	changed.last_name = STR("L");
	changed.sessions_ended_before_ms = 99;
	struct effect again = { .kind = EFFECT_USER_UPDATE, .u.user = changed };
	*effects_add(&on.list, EFFECT_USER_UPDATE) = again;
	APPLY(OK);
	*effects_add(&on.list, EFFECT_USER_UPDATE) = again;
	APPLY(ERROR_STALE);
	struct user *got = find_user("u1", USER_ROW);
	assert_false(got->enabled);
	expect_text(got->last_name, "L");
	expect_text(got->email, "a@example.org");
	assert_int_equal(got->sessions_ended_before_ms, 99);
	assert_int_equal(got->version, 2);
	again.u.user.version = 2;
	again.u.user.realm_id = STR("other");
	*effects_add(&on.list, EFFECT_USER_UPDATE) = again;
	APPLY(ERROR_STALE);
}

static void user_delete_takes_all(void **state)
{
	(void)state;
	struct user user = some_user("u1", "ada", "");
	user.role_ids = user.group_ids = (struct str_list){ (struct str[]){ STR("x") }, 1 };
	user.credentials = &(struct credential){ .type = STR("password") };
	user.credentials_n = 1;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = user;
	ADD(FAILURE_PUT, failure, .realm_id = realm, .user_id = STR("u1"), .failures = 1);
	ADD(CONSENT_PUT, consent, .realm_id = realm, .user_id = STR("u1"), .client_id = STR("c"));
	add_user("u2", "bob", "", "", "");
	APPLY(OK);
	ADD(USER_DELETE, user, .id = STR("u1"), .realm_id = STR("other"));
	APPLY(ERROR_STALE);
	ADD(USER_DELETE, user, .id = STR("u1"), .realm_id = realm);
	APPLY(OK);
	ADD(USER_DELETE, user, .id = STR("u1"), .realm_id = realm);
	APPLY(ERROR_STALE);
	assert_int_equal(
		count("select (select count(*) from users) + (select count(*) from user_role) +"
		      " (select count(*) from user_group) + (select count(*) from credential) +"
		      " (select count(*) from login_failure) + (select count(*) from consent)"),
		1);
}

/* ---- credentials, required actions, failures ---- */

static void change_password(enum effect_kind kind, const char *previous, const char *secret)
{
	effects_add(&on.list, kind)->u.credential = (struct effect_credential){ .realm_id = realm,
		.user_id = STR("u1"),
		.previous = str_from(previous),
		.credential = { .type = STR("password"),
			.secret_data = str_from(secret),
			.credential_data = STR("{}"),
			.created_ms = 5 } };
}

static void expect_password(const char *secret)
{
	struct user *user = find_user("u1", USER_CREDENTIALS);
	assert_int_equal(user->credentials_n, 2);
	const struct credential *password =
		&user->credentials[str_eq_z(user->credentials[0].type, "password") ? 0 : 1];
	expect_text(password->secret_data, secret);
	expect_text(user->credentials[password == &user->credentials[0]].type, "otp");
}

static void passwords_are_replaced_and_rehashed(void **state)
{
	(void)state;
	struct credential otp = { .type = STR("otp"), .secret_data = STR("one") };
	struct user user = some_user("u1", "ada", "");
	user.credentials = &otp;
	user.credentials_n = 1;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = user;
	change_password(EFFECT_CREDENTIAL_REPLACE, "", "one");
	APPLY(OK);
	expect_password("one");
	change_password(EFFECT_CREDENTIAL_REPLACE, "", "two");
	APPLY(OK);
	expect_password("two");
	change_password(EFFECT_CREDENTIAL_REHASH, "one", "three");
	APPLY(ERROR_STALE);
	expect_password("two");
	change_password(EFFECT_CREDENTIAL_REHASH, "two", "three");
	APPLY(OK);
	expect_password("three");
	change_password(EFFECT_CREDENTIAL_REHASH, "three", "four");
	on.list.items[0].u.credential.realm_id = STR("other");
	APPLY(ERROR_STALE);
	change_password(EFFECT_CREDENTIAL_REPLACE, "", "four");
	on.list.items[0].u.credential.user_id = STR("nobody");
	APPLY(ERROR_STALE);
	change_password(EFFECT_CREDENTIAL_REPLACE, "", "four");
	on.list.items[0].u.credential.credential.type = STR("otp");
	APPLY(ERROR_INVALID_VALUE);
	expect_password("three");
}

static void action(enum effect_kind kind, const char *alias, enum error_code expected)
{
	effects_add(&on.list, kind)->u.required_action = (struct effect_required_action){
		.realm_id = realm, .user_id = STR("u1"), .alias = str_from(alias)
	};
	APPLY(expected);
}

static void required_actions_come_and_go(void **state)
{
	(void)state;
	add_user("u1", "ada", "", "", "");
	APPLY(OK);
	action(EFFECT_REQUIRED_ACTION_REMOVE, "A", ERROR_STALE);
	action(EFFECT_REQUIRED_ACTION_ADD, "A", OK);
	action(EFFECT_REQUIRED_ACTION_ADD, "AB", OK);
	action(EFFECT_REQUIRED_ACTION_ADD, "A", OK);
	action(EFFECT_REQUIRED_ACTION_ADD, "B", OK);
	struct user *user = find_user("u1", USER_ROW);
	assert_int_equal(user->required_actions.n, 3);
	assert_int_equal(user->version, 4);
	action(EFFECT_REQUIRED_ACTION_REMOVE, "AB", OK);
	action(EFFECT_REQUIRED_ACTION_REMOVE, "AB", ERROR_STALE);
	action(EFFECT_REQUIRED_ACTION_REMOVE, "A", OK);
	user = find_user("u1", USER_ROW);
	assert_int_equal(user->required_actions.n, 1);
	expect_text(user->required_actions.items[0], "B");
	action(EFFECT_REQUIRED_ACTION_REMOVE, "B", OK);
	action(EFFECT_REQUIRED_ACTION_ADD, "C", OK);
	expect_text(find_user("u1", USER_ROW)->required_actions.items[0], "C");
	action(EFFECT_REQUIRED_ACTION_ADD, "a\nb", ERROR_INVALID_VALUE);
	action(EFFECT_REQUIRED_ACTION_ADD, "", ERROR_INVALID_VALUE);
	script("delete from users");
	action(EFFECT_REQUIRED_ACTION_ADD, "A", ERROR_STALE);
}

static void failures_have_a_version(void **state)
{
	(void)state;
	struct login_failure failure = { .realm_id = realm,
		.user_id = STR("u1"),
		.last_ip = STR("192.0.2.9"),
		.failures = 1,
		.last_failure_ms = 2,
		.not_before_s = 3,
		.temporary_lockouts = 4 };
	struct login_failure got;
	EXPECT(store_find_login_failure(on.store, on.arena, realm, STR("u1"), &got, &why),
		ERROR_NAME_NOT_FOUND);
	effects_add(&on.list, EFFECT_FAILURE_PUT)->u.failure = failure;
	APPLY(OK);
	effects_add(&on.list, EFFECT_FAILURE_PUT)->u.failure = failure;
	APPLY(ERROR_STALE);
	EXPECT(store_find_login_failure(on.store, on.arena, realm, STR("u1"), &got, &why), OK);
	assert_int_equal(got.version, 1);
	expect_text(got.last_ip, "192.0.2.9");
	assert_int_equal(got.not_before_s, 3);
	assert_int_equal(got.temporary_lockouts, 4);
	got.failures = 2;
	for (int i = 0; i < 2; i++) {
		effects_add(&on.list, EFFECT_FAILURE_PUT)->u.failure = got;
		APPLY(i == 0 ? OK : ERROR_STALE);
	}
	ADD(FAILURE_CLEAR, failure, .realm_id = realm, .user_id = STR("u1"));
	ADD(FAILURE_CLEAR, failure, .realm_id = realm, .user_id = STR("u1"));
	APPLY(OK);
	EXPECT(store_find_login_failure(on.store, on.arena, realm, STR("u1"), &got, &why),
		ERROR_NAME_NOT_FOUND);
	got.version = 5;
	effects_add(&on.list, EFFECT_FAILURE_PUT)->u.failure = got;
	APPLY(ERROR_STALE);
}

/* ---- looking up ---- */

static void expect_login(const char *login, bool with_email, const char *id)
{
	struct user *user = NULL;
	enum error_code code = store_find_user_by_login(
		on.store, on.arena, realm, str_from(login), with_email, USER_ROW, &user, NULL);
	if (!id)
		assert_int_equal(code, ERROR_NAME_NOT_FOUND);
	else if (code != OK || !str_eq_z(user->id, id))
		fail_msg("login \"%s\" does not find %s", login, id);
}

static void users_are_found_by_login(void **state)
{
	(void)state;
	add_user("u1", "ada", "ada@example.org", "", "");
	add_user("u2", "bob@example.org", "", "", "");
	struct user service = some_user("u3", "service-account-shop", "");
	service.service_account_client_id = STR("shop-id");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = service;
	APPLY(OK);
	expect_login("ADA", false, "u1");
	expect_login("Ada@Example.org", false, NULL);
	expect_login("Ada@Example.org", true, "u1");
	expect_login("bob@example.org", true, "u2");
	expect_login("", true, NULL);
	expect_login("ad%", true, NULL);
	struct user *user;
	EXPECT(store_find_service_account(
		       on.store, on.arena, realm, STR("shop-id"), 0, &user, &why),
		OK);
	expect_text(user->id, "u3");
	EXPECT(store_find_service_account(on.store, on.arena, realm, STR(""), 0, &user, &why),
		ERROR_NAME_NOT_FOUND);
	EXPECT(store_find_user(on.store, on.arena, STR("other"), STR("u1"), 0, &user, &why),
		ERROR_NAME_NOT_FOUND);
}

/* `expected`: the usernames' first letters, in order. */
static void expect_users(struct user_query query, const char *expected)
{
	struct user *users = NULL;
	size_t n = 99;
	char got[20] = "";
	query.max = query.max ? query.max : -1;
	EXPECT(store_list_users(on.store, on.arena, realm, &query, &users, &n, &why), OK);
	for (size_t i = 0; i < n && i < sizeof got - 1; i++)
		got[i] = users[i].username.p[0];
	assert_string_equal(got, expected);
	if (query.max < 0) {
		int64_t counted = -1;
		EXPECT(store_count_users(on.store, realm, &query, &counted, &why), OK);
		assert_int_equal(counted, n);
	}
}

static void searches(void **state)
{
	(void)state;
	add_user("1", "zoe", "zoe@example.org", "Zoe", "Ada-Smith");
	add_user("2", "ada", "ada@example.org", "Ada", "Lovelace");
	add_user("3", "b_b%", "b@example.net", "\xc3\x89va", "Maria del Carmen");
	add_user("4", "grace", "amazing@example.org", "Grace", "Hopper");
	struct user service = some_user("5", "service-account-ada", "");
	service.service_account_client_id = STR("ada-id");
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = service;
	struct user disabled = some_user("6", "xavier", "");
	disabled.enabled = false;
	effects_add(&on.list, EFFECT_USER_CREATE)->u.user = disabled;
	APPLY(OK);
	static const struct {
		const char *search, *expected;
	} words[] = {
		{ "", "abgxz" },
		{ "   ", "abgxz" },
		{ "ada", "az" },
		{ "ADA", "az" },
		{ "da", "" },
		{ "*da*", "az" },
		{ "*smith", "z" },
		{ "a*z", "g" },
		{ "\"ada\"", "a" },
		{ "\"ad\"", "" },
		{ "ada lovelace", "a" },
		{ "lovelace\tada", "a" },
		{ "ada hopper", "" },
		{ "%", "" },
		{ "b_b", "b" },
		{ "bxb", "" },
		{ "b_b%", "b" },
		{ "\\", "" },
		{ "*", "abgxz" },
		{ "\xc3\x89va", "b" },
		{ "maria", "b" },
		{ "*carmen", "b" },
		{ "\"", "" },
		{ "'", "" },
		{ "a b c d e f g h", "" },
		{ "service", "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		expect_users((struct user_query){ .search = str_from(words[i].search) },
			words[i].expected);
	expect_users((struct user_query){ .username = STR("AC") }, "g");
	expect_users((struct user_query){ .username = STR("ada"), .exact = true }, "a");
	expect_users((struct user_query){ .username = STR("ad"), .exact = true }, "");
	expect_users((struct user_query){ .username = STR("b_b%"), .exact = true }, "b");
	expect_users((struct user_query){ .email = STR("example.ORG") }, "agz");
	expect_users((struct user_query){ .email = STR("Ada@example.org"), .exact = true }, "a");
	expect_users((struct user_query){ .first_name = STR("ada"), .exact = true }, "a");
	expect_users((struct user_query){ .last_name = STR("ADA") }, "z");
	expect_users(
		(struct user_query){ .username = STR("ada"), .last_name = STR("x"), .exact = true },
		"");
	expect_users((struct user_query){ .has_enabled = -1 }, "x");
	expect_users((struct user_query){ .has_enabled = 1 }, "abgz");
	expect_users((struct user_query){ .first = 1, .max = 2 }, "bg");
	expect_users((struct user_query){ .first = 9, .max = 2 }, "");
	expect_users((struct user_query){ .service_accounts = true }, "abgsxz");
	expect_users((struct user_query){ .search = STR("service"), .service_accounts = true }, "s");
	expect_users((struct user_query){ .search = STR("a*"), .max = 1 }, "a");
	expect_users((struct user_query){ .search = STR("a*"), .first = 1, .max = 5 }, "gz");
	expect_users((struct user_query){ .search = STR("x"), .has_enabled = -1 }, "x");
	expect_users((struct user_query){ .search = STR("x"), .has_enabled = 1 }, "");
	struct user *users;
	size_t n;
	EXPECT(store_list_users(on.store, on.arena, realm,
		       &(struct user_query){ .search = STR("a b c d e f g h i") }, &users, &n,
		       &why),
		ERROR_INVALID_VALUE);
}

/* ---- consents ---- */

static struct consent some_consent(int64_t version, struct str *scopes, size_t n)
{
	return (struct consent){ .realm_id = realm,
		.user_id = STR("u1"),
		.client_id = STR("c1"),
		.scope_ids = { scopes, n },
		.created_ms = 5,
		.updated_ms = 5 + version,
		.version = version };
}

static void consents_have_a_version(void **state)
{
	(void)state;
	struct str scopes[] = { STR("s2"), STR("s1"), STR("s2"), STR("c1") };
	struct consent got;
	EXPECT(store_find_consent(on.store, on.arena, realm, STR("u1"), STR("c1"), &got, &why),
		ERROR_NAME_NOT_FOUND);
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(0, scopes, 1);
	APPLY(ERROR_STALE); /* nobody's */
	add_user("u1", "ada", "", "", "");
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(0, scopes, 1);
	APPLY(OK);
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(0, scopes, 1);
	APPLY(ERROR_STALE);
	effects_add(&on.list, EFFECT_CONSENT_HOLDS)->u.consent = some_consent(1, NULL, 0);
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(1, scopes, 4);
	APPLY(OK);
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(1, scopes, 1);
	APPLY(ERROR_STALE);
	effects_add(&on.list, EFFECT_CONSENT_HOLDS)->u.consent = some_consent(1, NULL, 0);
	APPLY(ERROR_STALE);
	EXPECT(store_find_consent(on.store, on.arena, realm, STR("u1"), STR("c1"), &got, &why), OK);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.created_ms, 5);
	assert_int_equal(got.updated_ms, 6);
	assert_int_equal(got.scope_ids.n, 3);
	expect_text(got.scope_ids.items[0], "s2");
	expect_text(got.scope_ids.items[2], "c1");
	expect_text(got.realm_id, "realm");
}

/* CVE-2026-90997 */
static void what_may_be_used_once(void **state)
{
	(void)state;
	bool used = true;
	EXPECT(store_token_used(on.store, realm, STR("t"), &used, &why), OK);
	assert_false(used);
	ADD(TOKEN_USE, token_revoke, .realm_id = realm, .jti = STR("t"), .expires_s = 9);
	APPLY(OK);
	ADD(TOKEN_USE, token_revoke, .realm_id = realm, .jti = STR("t"), .expires_s = 9);
	APPLY(ERROR_STALE);
	EXPECT(store_token_used(on.store, realm, STR("t"), &used, &why), OK);
	assert_true(used);
}

static void consents_are_listed_and_withdrawn(void **state)
{
	(void)state;
	struct str scopes[] = { STR("s1") }, broken[] = { STR("s\n1") };
	struct consent *list;
	size_t n;
	add_user("u1", "ada", "", "", "");
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(0, scopes, 1);
	struct consent *other = &effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent;
	*other = some_consent(0, NULL, 0);
	other->client_id = STR("c0");
	APPLY(OK);
	EXPECT(store_list_consents(on.store, on.arena, realm, STR("u1"), &list, &n, &why), OK);
	assert_int_equal(n, 2);
	expect_text(list[0].client_id, "c0");
	assert_int_equal(list[0].scope_ids.n, 0);
	for (int i = 0; i < 2; i++) { /* absent already is fine */
		ADD(CONSENT_DELETE, consent, .user_id = STR("u1"), .client_id = STR("c1"));
		APPLY(OK);
	}
	EXPECT(store_list_consents(on.store, on.arena, realm, STR("u1"), &list, &n, &why), OK);
	assert_int_equal(n, 1);
	effects_add(&on.list, EFFECT_CONSENT_HOLDS)->u.consent = some_consent(1, NULL, 0);
	APPLY(ERROR_STALE);
	effects_add(&on.list, EFFECT_CONSENT_PUT)->u.consent = some_consent(0, broken, 1);
	APPLY(ERROR_INVALID_VALUE);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(user_comes_back),
		IN_STORE(names_and_emails_are_unique),
		IN_STORE(user_needs_its_realm),
		IN_STORE(user_update_and_its_version),
		IN_STORE(user_delete_takes_all),
		IN_STORE(passwords_are_replaced_and_rehashed),
		IN_STORE(required_actions_come_and_go),
		IN_STORE(failures_have_a_version),
		IN_STORE(consents_have_a_version),
		IN_STORE(what_may_be_used_once),
		IN_STORE(consents_are_listed_and_withdrawn),
		IN_STORE(users_are_found_by_login),
		IN_STORE(searches),
	};
	fixture_start(argc, argv, "store_users");
	return fixture_run("store_users", tests, ARRAY_LENGTH(tests));
}
