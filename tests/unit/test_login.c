/* login/: brute-force protection, password policies, required actions, consent. */
#include "realm_fixture.h"

#include "base/limits.h"
#include "login/consent.h"
#include "login/lockout.h"
#include "login/policy.h"
#include "login/required_action.h"
#include "login/session_limit.h"

static struct login_failure row;
static bool disabled;

/* Keycloak's defaults but for the limit. */
static int protected_setup(void **state)
{
	realm_setup(state);
	realm.settings.brute_force_protected = true;
	realm.settings.failure_factor = 3;
	realm.settings.wait_increment_s = 60;
	realm.settings.max_failure_wait_s = 900;
	realm.settings.minimum_quick_login_wait_s = 60;
	realm.settings.quick_login_check_ms = 1000;
	realm.settings.max_delta_time_s = 43200;
	realm.settings.brute_force_strategy = STR("MULTIPLE");
	row = (struct login_failure){ .user_id = STR("ada-id") };
	disabled = false;
	return 0;
}

#define PROTECTED(test) cmocka_unit_test_setup_teardown(test, protected_setup, realm_teardown)

static bool reserve(int64_t now_ms)
{
	struct login_failure next;
	enum lockout_verdict verdict = lockout_reserve(&realm.settings, &row, STR("192.0.2.1"), now_ms, &next);
	if (verdict == LOCKOUT_ALLOWED)
		row = next;
	return verdict == LOCKOUT_ALLOWED;
}

static void fail_at(int64_t now_ms)
{
	struct login_failure next;
	lockout_failed(&realm.settings, &row, now_ms, &next, &disabled);
	row = next;
}

/* One wrong password at this second; the second until which the user waits then, or 0. */
static int64_t guess(int64_t now_s)
{
	if (!reserve(now_s * 1000))
		return -1;
	fail_at(now_s * 1000);
	return row.not_before_s > now_s ? row.not_before_s - now_s : 0;
}

static void an_unprotected_realm_counts_nothing(void **state)
{
	(void)state;
	struct login_failure next = { .failures = 77 };
	realm.settings.brute_force_protected = false;
	row.not_before_s = NOW_S + 100;
	assert_int_equal(lockout_reserve(&realm.settings, &row, STR(""), NOW_MS, &next), LOCKOUT_OFF);
	assert_int_equal(next.failures, 77);
	assert_false(lockout_is_locked(&realm.settings, &row, NOW_MS));
}

static void the_multiple_strategy_waits_longer_each_full_round(void **state)
{
	(void)state;
	static const int64_t waits[] = { 0, 0, 60, 60, 60, 120, 120, 120, 180 };
	int64_t now_s = NOW_S;
	for (size_t i = 0; i < ARRAY_LENGTH(waits); i++) {
		assert_int_equal(guess(now_s), waits[i]);
		now_s += waits[i] + 10;
	}
	assert_int_equal(row.temporary_lockouts, 7);
	expect_text(row.last_ip, "192.0.2.1");
}

static void the_linear_strategy_waits_longer_each_time(void **state)
{
	(void)state;
	static const int64_t waits[] = { 0, 0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 900 };
	int64_t now_s = NOW_S;
	realm.settings.brute_force_strategy = STR("LINEAR");
	for (size_t i = 0; i < ARRAY_LENGTH(waits); i++) {
		assert_int_equal(guess(now_s), waits[i]);
		now_s += waits[i] + 10;
	}
}

/* Keycloak: the second wrong password within a second waits, and that is no lockout. */
static void a_quick_retry_waits(void **state)
{
	(void)state;
	assert_true(reserve(NOW_MS));
	fail_at(NOW_MS);
	assert_int_equal(row.not_before_s, 0);
	assert_true(reserve(NOW_MS + 999));
	fail_at(NOW_MS + 999);
	assert_int_equal(row.not_before_s, NOW_S + 60);
	assert_int_equal(row.failures, 2);
	assert_int_equal(row.temporary_lockouts, 0);
	assert_false(reserve(NOW_MS + 59999));
	assert_int_equal(row.failures, 2);
	assert_true(lockout_is_locked(&realm.settings, &row, NOW_MS + 59999));
	assert_true(reserve(NOW_MS + 60000));
}

static void failures_are_forgotten_in_time(void **state)
{
	(void)state;
	assert_int_equal(guess(NOW_S), 0);
	assert_int_equal(guess(NOW_S + 10), 0);
	assert_int_equal(guess(NOW_S + 10 + 43201), 0);
	assert_int_equal(row.failures, 1);
	assert_int_equal(guess(NOW_S + 10 + 43201 + 43200), 0);
	assert_int_equal(row.failures, 2);
}

/* CVE-2026-9798: 200 guesses that all begin before the first of them is judged. */
static void parallel_guesses_get_no_more_than_the_limit(void **state)
{
	(void)state;
	int evaluated = 0;
	for (int i = 0; i < 200; i++)
		evaluated += reserve(NOW_MS);
	assert_int_equal(evaluated, 3);
	for (int i = 0; i < evaluated; i++)
		fail_at(NOW_MS + 100);
	assert_false(reserve(NOW_MS + 200));
	/* The same where the user is disabled rather than made to wait. */
	row = (struct login_failure){ 0 };
	realm.settings.permanent_lockout = true;
	realm.settings.wait_increment_s = 0;
	evaluated = 0;
	for (int i = 0; i < 200; i++)
		evaluated += reserve(NOW_MS);
	assert_int_equal(evaluated, 3);
}

static void a_permanent_lockout_disables_the_user(void **state)
{
	(void)state;
	realm.settings.permanent_lockout = true;
	realm.settings.wait_increment_s = 0; /* the limit counts, not the waiting */
	for (int i = 0; i < 2; i++) {
		guess(NOW_S + i * 100000); /* and it is never forgotten */
		assert_false(disabled);
	}
	guess(NOW_S + 300000);
	assert_true(disabled);
}

static void temporary_lockouts_come_before_the_permanent_one(void **state)
{
	(void)state;
	realm.settings.permanent_lockout = true;
	realm.settings.max_temporary_lockouts = 2;
	int64_t now_s = NOW_S;
	for (int i = 1; i <= 5; i++) {
		now_s += guess(now_s) + 10;
		assert_int_equal(disabled, i == 5); /* the third lockout */
	}
}

static void expect_policy(const char *policy, const char *password, const char *text)
{
	struct str got = STR("");
	enum error_code code = policy_check(arena, str_from(policy), str_from(password), STR("Ada"),
		STR("ada@example.org"), &got);
	expect_text(got, text);
	assert_int_equal(code, *text ? ERROR_INVALID_PASSWORD : OK);
}

static void policies_speak_as_keycloak_does(void **state)
{
	(void)state;
	expect_policy("", "x", "");
	expect_policy("", "", "Please specify password.");
	expect_policy("length(8)", "1234567", "Invalid password: minimum length 8.");
	expect_policy("length(8)", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "Invalid password: minimum length 8.");
	expect_policy("length(8)", "12345678", "");
	expect_policy("length", "1234567", "Invalid password: minimum length 8.");
	expect_policy("maxLength(4)", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "");
	expect_policy("maxLength(4)", "12345", "Invalid password: maximum length 4.");
	expect_policy("digits(2)", "a1", "Invalid password: must contain at least 2 numerical digits.");
	expect_policy("lowerCase(2)", "aA", "Invalid password: must contain at least 2 lower case characters.");
	expect_policy("upperCase(1)", "a", "Invalid password: must contain at least 1 upper case characters.");
	expect_policy("specialChars(1)", "aA1", "Invalid password: must contain at least 1 special characters.");
	expect_policy("specialChars(1)", "a!", "");
	expect_policy("notUsername(undefined)", "aDA", "Invalid password: must not be equal to the username.");
	expect_policy("notContainsUsername(undefined)", "xxADAxx", "Invalid password: Can not contain the username.");
	expect_policy("notContainsUsername(undefined)", "xxADxx", "");
	expect_policy("notEmail(undefined)", "ADA@example.org", "Invalid password: must not be equal to the email.");
	expect_policy("length(3) and digits(1) and notUsername(undefined)", "ada1", "");
	expect_policy("length(3) and digits(1)", "ada", "Invalid password: must contain at least 1 numerical digits.");
	expect_policy("hashAlgorithm(argon2) and hashIterations(5) and forceExpiredPasswordChange(365)", "x", "");
}

/* Nobody gets a weaker password than the realm asks for. */
static void what_cannot_be_checked_is_not_met(void **state)
{
	(void)state;
	static const char *const items[] = { "regexPattern(^.*$)", "passwordBlacklist(x.txt)", "nonsense(1)" };
	for (size_t i = 0; i < ARRAY_LENGTH(items); i++) {
		struct str text = STR("");
		assert_int_equal(policy_check(arena, str_from(items[i]), STR("longEnough1!"), STR("ada"), STR(""), &text),
			ERROR_INVALID_PASSWORD);
		assert_true(str_contains(text, STR("cannot be checked by this server yet")));
	}
}

static void a_password_has_a_longest(void **state)
{
	(void)state;
	static char longest[LIMIT_PASSWORD + 2];
	memset(longest, 'a', LIMIT_PASSWORD + 1);
	expect_policy("", longest, "Invalid password: it is too long.");
	longest[LIMIT_PASSWORD] = 0;
	expect_policy("", longest, "");
}

static enum required_step next_step(const char *credential, const char *first, const char *second)
{
	struct credential credentials[] = { { .type = STR("password") }, { .type = str_from(credential) } };
	struct user user = { .credentials = credentials, .credentials_n = credential ? 2 : 1 };
	struct str text = STR("");
	if (first)
		add_text(&user.required_actions, first);
	if (second)
		add_text(&user.required_actions, second);
	enum required_step step = required_next(arena, &user, &text);
	assert_int_equal(step == REQUIRED_NOT_POSSIBLE, text.n > 0);
	return step;
}

static bool is_old(const char *policy, int64_t created_ms)
{
	struct credential password = { .type = STR("password"), .created_ms = created_ms };
	const struct user user = { .credentials = &password, .credentials_n = 1 };
	return required_password_is_old(str_from(policy), &user, INT64_C(1800000000000));
}

static void old_passwords_have_to_be_changed(void **state)
{
	(void)state;
	const int64_t day_ms = 86400000, now_ms = INT64_C(1800000000000);
	static const char policy[] = "length(8) and forceExpiredPasswordChange(30)";
	assert_false(is_old(policy, now_ms - 30 * day_ms));
	assert_true(is_old(policy, now_ms - 30 * day_ms - 1));
	assert_true(is_old(policy, 0)); /* nobody knows since when */
	assert_false(is_old("length(8)", 0));
	assert_false(is_old("forceExpiredPasswordChange", now_ms - 365 * day_ms));
	assert_true(is_old("forceExpiredPasswordChange", now_ms - 365 * day_ms - 1));
	assert_false(is_old("forceExpiredPasswordChange(-1)", 1));
	assert_false(is_old("forceExpiredPasswordChange(9223372036854775807)", 1));
}

static void nobody_gets_in_by_less_than_is_asked(void **state)
{
	(void)state;
	assert_int_equal(next_step(NULL, NULL, NULL), REQUIRED_NOTHING);
	assert_int_equal(next_step("password-history", NULL, NULL), REQUIRED_NOTHING);
	assert_int_equal(next_step(NULL, "UPDATE_PASSWORD", NULL), REQUIRED_UPDATE_PASSWORD);
	assert_int_equal(next_step("otp", NULL, NULL), REQUIRED_NOT_POSSIBLE);
	assert_int_equal(next_step("webauthn", "UPDATE_PASSWORD", NULL), REQUIRED_NOT_POSSIBLE);
	assert_int_equal(next_step("something-new", NULL, NULL), REQUIRED_NOT_POSSIBLE);
	assert_int_equal(next_step(NULL, "VERIFY_EMAIL", NULL), REQUIRED_NOT_POSSIBLE);
	assert_int_equal(next_step(NULL, "UPDATE_PASSWORD", "CONFIGURE_TOTP"), REQUIRED_NOT_POSSIBLE);
	assert_int_equal(next_step(NULL, "CONFIGURE_TOTP", "UPDATE_PASSWORD"), REQUIRED_NOT_POSSIBLE);
}

/* ---- consent ---- */

static struct client_scope *shown_scope(const char *name, const char *text, const char *order)
{
	struct client_scope *scope = &realm.client_scopes[realm.client_scopes_n++];
	*scope = (struct client_scope){ .name = str_from(name) };
	scope->id = arena_join(arena, scope->name, STR("-id"), STR(""));
	if (text)
		add_pair(&scope->attributes, "consent.screen.text", text);
	if (order)
		add_pair(&scope->attributes, "gui.order", order);
	return scope;
}

static struct consent granted;
static struct consent_item *items;

static size_t missing(const struct client *client, bool again, size_t n, const struct client_scope **scopes)
{
	return consent_missing(arena, client, scopes, n, &granted, again ? CONSENT_ASK_AGAIN : CONSENT_ASK_MISSING, &items);
}
#define MISSING(client, again, ...)                                                                      \
	missing(client, again, sizeof((const struct client_scope *[]){ __VA_ARGS__ }) / sizeof(void *), \
		(const struct client_scope *[]){ __VA_ARGS__ })

/* Three sessions of different ages, the second oldest at the shop alone, the others at the blog. */
static void limits_of_sessions(void **state)
{
	(void)state;
	struct client_session shop = { .client_id = STR("shop") }, blog = { .client_id = STR("blog") };
	const struct session sessions[] = {
		{ .id = STR("new"), .started_ms = 30, .clients = &blog, .clients_n = 1 },
		{ .id = STR("old"), .started_ms = 10, .clients = &blog, .clients_n = 1 },
		{ .id = STR("mid"), .started_ms = 20, .clients = &shop, .clients_n = 1 },
	};
	struct session_limits limits = { .set = true, .in_realm = 4 };
	assert_int_equal(session_limit_decide(arena, &limits, STR("shop"), sessions, 3).ends_n, 0);
	limits.in_realm = 2;
	struct session_limit_verdict verdict = session_limit_decide(arena, &limits, STR("shop"), sessions, 3);
	assert_int_equal(verdict.ends_n, 2);
	expect_text(verdict.ends[0]->id, "old");
	expect_text(verdict.ends[1]->id, "mid");
	assert_false(verdict.refused);
	limits.deny = true;
	verdict = session_limit_decide(arena, &limits, STR("shop"), sessions, 3);
	assert_true(verdict.refused && verdict.ends_n == 0);
	limits = (struct session_limits){ .set = true, .at_client = 1 };
	verdict = session_limit_decide(arena, &limits, STR("shop"), sessions, 3);
	assert_int_equal(verdict.ends_n, 1);
	expect_text(verdict.ends[0]->id, "mid");
	assert_int_equal(session_limit_decide(arena, &limits, STR("else"), sessions, 3).ends_n, 0);
	limits.set = false;
	assert_int_equal(session_limit_decide(arena, &limits, STR("shop"), sessions, 3).ends_n, 0);
}

static void a_client_asks_for_what_is_shown_and_not_granted(void **state)
{
	(void)state;
	struct client *client = add_client("shop");
	const struct client_scope *email = shown_scope("email", "${emailScopeConsentText}", NULL);
	const struct client_scope *plain = shown_scope("plain", " ", NULL);
	struct client_scope *hidden = shown_scope("hidden", NULL, NULL);
	const struct client_scope *first = shown_scope("first", NULL, "1"), *second = shown_scope("second", NULL, "2");
	add_pair(&hidden->attributes, "display.on.consent.screen", "false");
	granted = (struct consent){ 0 };
	assert_int_equal(MISSING(client, true, email, plain), 0); /* it does not ask */
	client->consent_required = true;
	assert_int_equal(MISSING(client, false, email, hidden, plain, second, first), 4);
	assert_true(str_eq_z(items[0].name, "first") && str_eq_z(items[1].name, "second"));
	assert_true(str_eq_z(items[2].text, "${emailScopeConsentText}"));
	assert_true(str_eq_z(items[3].text, "plain"));
	granted.scope_ids = (struct str_list){ (struct str[]){ email->id, first->id }, 2 };
	assert_int_equal(MISSING(client, false, email, plain, first), 1);
	assert_true(str_eq(items[0].id, plain->id));
	assert_int_equal(MISSING(client, true, email, plain, first), 3); /* prompt=consent */
	/* The client's own line, only where it wants one. */
	add_pair(&client->attributes, "display.on.consent.screen", "true");
	assert_int_equal(MISSING(client, false, email), 1);
	assert_true(str_eq(items[0].id, client->id) && str_eq_z(items[0].text, "shop"));
	client->name = STR("The Shop");
	add_pair(&client->attributes, "consent.screen.text", "Everything in the shop");
	assert_int_equal(MISSING(client, false, email), 1);
	assert_true(str_eq_z(items[0].text, "Everything in the shop"));
}

static void a_yes_is_to_what_was_shown(void **state)
{
	(void)state;
	struct client *client = add_client("shop");
	const struct client_scope *email = shown_scope("email", NULL, NULL), *more = shown_scope("more", NULL, NULL);
	client->consent_required = true;
	granted = (struct consent){ .user_id = STR("ada-id"), .client_id = client->id };
	assert_int_equal(MISSING(client, false, email), 1);
	struct str shown = consent_question(arena, items, 1);
	assert_true(consent_was_shown(shown, items, 1) && consent_was_shown(shown, NULL, 0));
	struct consent after = consent_after(arena, &granted, items, 1, 1000);
	assert_int_equal(after.scope_ids.n, 1);
	assert_int_equal(after.created_ms, 1000);
	assert_int_equal(after.updated_ms, 1000);
	granted = after;
	granted.version = 1;
	assert_int_equal(MISSING(client, false, email), 0);
	assert_int_equal(MISSING(client, true, email, more), 2);
	assert_false(consent_was_shown(shown, items, 2));
	after = consent_after(arena, &granted, items, 2, 2000);
	assert_int_equal(after.scope_ids.n, 2);
	assert_true(str_eq(after.scope_ids.items[0], email->id) && str_eq(after.scope_ids.items[1], more->id));
	assert_int_equal(after.created_ms, 1000);
	assert_int_equal(after.updated_ms, 2000);
	assert_int_equal(after.version, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROTECTED(an_unprotected_realm_counts_nothing),
		PROTECTED(the_multiple_strategy_waits_longer_each_full_round),
		PROTECTED(the_linear_strategy_waits_longer_each_time),
		PROTECTED(a_quick_retry_waits),
		PROTECTED(failures_are_forgotten_in_time),
		PROTECTED(parallel_guesses_get_no_more_than_the_limit),
		PROTECTED(a_permanent_lockout_disables_the_user),
		PROTECTED(temporary_lockouts_come_before_the_permanent_one),
		IN_REALM(policies_speak_as_keycloak_does),
		IN_REALM(what_cannot_be_checked_is_not_met),
		IN_REALM(a_password_has_a_longest),
		IN_REALM(old_passwords_have_to_be_changed),
		IN_REALM(nobody_gets_in_by_less_than_is_asked),
		IN_REALM(limits_of_sessions),
		IN_REALM(a_client_asks_for_what_is_shown_and_not_granted),
		IN_REALM(a_yes_is_to_what_was_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
