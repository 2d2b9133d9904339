/* oidc/token, roles, claims: what a token says, and when it is no longer one. Refresh tokens are
 * in tests/cases/refresh. */
#include "realm_fixture.h"

#include "jose/jwt.h"
#include "oidc/token.h"

static struct client *client;
static struct session *session;
static struct client_session *part;
static struct user user;
static struct jwt_claims claims;

static int token_setup(void **state)
{
	realm_setup(state);
	client = add_client("app");
	session = new_session("S");
	part = add_part(session, client);
	user = (struct user){ .id = STR("ada-id"), .username = STR("ada"), .first_name = STR("Ada"), .enabled = true };
	claims = (struct jwt_claims){ .typ = STR("Bearer"), .azp = STR("app"), .sub = STR("ada-id"), .sid = STR("S"),
		.jti = STR("onrtac:1"), .iat = { .set = true, .value = NOW_S - 30 },
		.exp = { .set = true, .value = NOW_S + 270 } };
	return 0;
}

#define TOKEN(test) cmocka_unit_test_setup_teardown(test, token_setup, realm_teardown)

static const char *dead(void)
{
	const char *why = token_access_dead(&realm, client, &user, session, &claims, NOW_MS);
	return why ? why : "alive";
}

static void an_access_token_lives_with_all_it_stands_on(void **state)
{
	(void)state;
	assert_string_equal(dead(), "alive");
	session->clients_n = 0;
	assert_string_equal(dead(), "client_session_not_found");
	session->clients_n = 1;
	session->user_id = STR("bob-id");
	assert_string_equal(dead(), "user_session_not_found");
	session->user_id = STR("ada-id");
	session->last_refresh_s = NOW_S - 1800;
	assert_string_equal(dead(), "user_session_not_found");
	session->last_refresh_s = NOW_S;
	part->last_refresh_s = NOW_S - 1800;
	assert_string_equal(dead(), "client_session_not_found");
	part->last_refresh_s = NOW_S;
	user.enabled = false;
	assert_string_equal(dead(), "user_disabled");
	user.enabled = true;
	user.not_before_s = NOW_S - 29;
	assert_string_equal(dead(), "Stale token");
	user.not_before_s = NOW_S - 30;
	assert_string_equal(dead(), "alive");
	client->enabled = false;
	assert_string_equal(dead(), "client_disabled");
	client->enabled = true;
	session = NULL;
	assert_string_equal(dead(), "user_session_not_found");
	claims.sid = STR(""); /* client credentials: no session */
	assert_string_equal(dead(), "alive");
	assert_string_equal(token_access_dead(&realm, client, NULL, NULL, &claims, NOW_MS), "user_not_found");
	assert_string_equal(token_access_dead(&realm, NULL, &user, NULL, &claims, NOW_MS), "client_disabled");
}

/* B3.5 */
static void times_are_exact(void **state)
{
	(void)state;
	claims.exp.value = NOW_S + 1;
	assert_string_equal(dead(), "alive");
	claims.exp.value = NOW_S;
	assert_string_equal(dead(), "Token is not active");
	claims.exp = (struct json_optional_int){ 0 };
	assert_string_equal(dead(), "Token is not active");
	claims.exp = (struct json_optional_int){ .set = true, .value = NOW_S + 300 };
	claims.iat.value = NOW_S + TOKEN_SKEW_S;
	assert_string_equal(dead(), "alive");
	claims.iat.value++;
	assert_string_equal(dead(), "Token is not active");
	claims.iat.set = false;
	assert_string_equal(dead(), "Stale token");
}

/* B3.7 */
static void other_kinds_are_no_access_tokens(void **state)
{
	(void)state;
	static const char *const kinds[] = { "", "bearer", "ID", "Refresh", "Offline", "Logout", "JWT" };
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		claims.typ = str_from(kinds[i]);
		assert_string_equal(dead(), "Token type is not Bearer");
	}
}

/* An offline session has the sid of the browser's, and does not keep its tokens alive. */
static void a_token_belongs_to_its_own_kind_of_session(void **state)
{
	(void)state;
	session->offline = true;
	assert_string_equal(dead(), "user_session_not_found");
	claims.jti = token_access_jti(arena, session, "ac", STR("1"));
	expect_text(claims.jti, "ofrtac:1");
	assert_true(token_is_offline(&claims));
	assert_string_equal(dead(), "alive");
	session->offline = false;
	assert_string_equal(dead(), "user_session_not_found");
	expect_text(token_access_jti(arena, session, "rt", STR("1")), "onrtrt:1");
	expect_text(token_access_jti(arena, NULL, "cc", STR("1")), "trrtcc:1");
}

static void what_began_anew_does_not_revive_old_tokens(void **state)
{
	(void)state;
	part->started_ms = (NOW_S - 27) * 1000;
	assert_string_equal(dead(), "client_session_not_found");
	part->started_ms = (NOW_S - 28) * 1000; /* clocks of two nodes differ a little */
	assert_string_equal(dead(), "alive");
	session->started_ms = (NOW_S - 27) * 1000;
	assert_string_equal(dead(), "user_session_not_found");
}

static void the_place_is_read_from_the_token(void **state)
{
	(void)state;
	claims.json = STR("{\"gen\":7,\"typ\":\"Refresh\",\"reuse_id\":\"r\"}");
	assert_int_equal(token_place(arena, &claims).generation, 7);
	expect_text(token_place(arena, &claims).reuse_id, "r");
	static const char *const none[] = { "{}", "{\"gen\":\"7\"}", "{\"gen\":7.5}", "nonsense", "" };
	for (size_t i = 0; i < ARRAY_LENGTH(none); i++) {
		claims.json = str_from(none[i]);
		assert_int_equal(token_place(arena, &claims).generation, 0);
		assert_int_equal(token_place(arena, &claims).reuse_id.n, 0);
	}
}

static bool holds(const struct role_set *set, const char *name)
{
	return role_set_has(set, realm_role_by_id(&realm, str_from(name)));
}

static void roles_come_directly_by_groups_and_in_composites(void **state)
{
	(void)state;
	struct role *boss = add_role("boss", NULL), *auditor = add_role("auditor", NULL), *loop = add_role("loop", NULL);
	struct role *staff = add_role("staff", NULL), *night = add_role("night", client);
	add_role("other", NULL);
	push_role(&boss->composites, &boss->composites_n, auditor);
	push_role(&auditor->composites, &auditor->composites_n, loop);
	push_role(&loop->composites, &loop->composites_n, boss);
	struct group *groups = realm.groups;
	groups[0] = (struct group){ .id = STR("g0") };
	groups[1] = (struct group){ .id = STR("g1"), .parent = &groups[0] };
	push_role(&groups[0].roles, &groups[0].roles_n, staff);
	push_role(&groups[1].roles, &groups[1].roles_n, night);
	table_put(&realm.group_by_id, groups[0].id, &groups[0]);
	table_put(&realm.group_by_id, groups[1].id, &groups[1]);
	add_text(&user.role_ids, "boss");
	add_text(&user.role_ids, "deleted-role");
	add_text(&user.group_ids, "g1");
	add_text(&user.group_ids, "deleted-group");
	struct role_set held = roles_of_user(arena, &realm, &user);
	assert_int_equal(held.n, 5);
	assert_true(holds(&held, "boss") && holds(&held, "auditor") && holds(&held, "loop"));
	assert_true(holds(&held, "staff") && holds(&held, "night"));
	assert_false(holds(&held, "other"));
}

/* B2.20 */
static void a_client_without_full_scope_gets_what_it_may(void **state)
{
	(void)state;
	struct role *own = add_role("own", client), *boss = add_role("boss", NULL), *auditor = add_role("auditor", NULL);
	struct role *scoped = add_role("scoped", NULL), *unheld = add_role("unheld", NULL);
	add_role("foreign", add_client("other"));
	push_role(&boss->composites, &boss->composites_n, auditor);
	static const char *const direct[] = { "own", "boss", "scoped", "foreign" };
	for (size_t i = 0; i < ARRAY_LENGTH(direct); i++)
		add_text(&user.role_ids, direct[i]);
	struct role_set held = roles_of_user(arena, &realm, &user);
	assert_int_equal(roles_for_token(arena, client, NULL, 0, &held).n, 5);
	client->full_scope_allowed = false;
	struct role_set got = roles_for_token(arena, client, NULL, 0, &held);
	assert_true(got.n == 1 && holds(&got, "own"));
	struct client_scope *scope = add_scope("with-roles", true);
	push_role(&scope->scope_roles, &scope->scope_roles_n, scoped);
	push_role(&scope->scope_roles, &scope->scope_roles_n, unheld);
	push_role(&client->scope_roles, &client->scope_roles_n, boss);
	const struct client_scope *scopes[] = { scope };
	got = roles_for_token(arena, client, scopes, 1, &held);
	assert_int_equal(got.n, 4);
	assert_true(holds(&got, "boss") && holds(&got, "auditor") && holds(&got, "scoped") && role_set_has(&got, own));
	assert_false(holds(&got, "unheld") || holds(&got, "foreign"));
}

/* One mapper of the client, and what it makes of an access token. */
static struct str mapped(const char *type, const char *const *config, size_t n, const char *path)
{
	struct mapper mapper = { .type = str_from(type) };
	for (size_t i = 0; i + 1 < n; i += 2)
		add_pair(&mapper.config, config[i], config[i + 1]);
	add_pair(&mapper.config, "access.token.claim", "true");
	client->mappers = &mapper;
	client->mappers_n = 1;
	struct scope_grant grant = { .text = STR("openid") };
	const struct token_input input = { .claims = { .realm = &realm, .client = client, .user = &user,
		.session = session, .grant = &grant, .acr = STR("1") }, .part = part, .issuer = STR("https://op/realms/c"),
		.access_jti = STR("onrtac:1"), .now_ms = NOW_MS };
	int64_t life_s;
	struct json_node *tree;
	struct str json = token_access_claims(arena, &input, &life_s);
	assert_int_equal(json_tree_read(arena, json, &tree, NULL), OK);
	struct json_node *node = json_tree_get(tree, str_from(path));
	client->mappers_n = 0;
	return node ? json_tree_text(arena, node) : STR("(absent)");
}

#define MAPPED(type, path, ...) \
	mapped(type, (const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), path)

static void mappers_write_typed_claims(void **state)
{
	(void)state;
	struct str values[] = { STR("7"), STR("x") };
	user.attributes = &(struct json_list_pair){ .key = STR("level"), .values = values, .n = 2 };
	user.attributes_n = 1;
	const char *attribute = "oidc-usermodel-attribute-mapper", *hard = "oidc-hardcoded-claim-mapper";
	expect_text(MAPPED(attribute, "a", "user.attribute", "level", "claim.name", "a"), "\"7\"");
	expect_text(MAPPED(attribute, "a.b", "user.attribute", "level", "claim.name", "a.b", "jsonType.label", "long"), "7");
	expect_text(MAPPED(attribute, "a", "user.attribute", "level", "claim.name", "a", "multivalued", "true"),
		"[\"7\",\"x\"]");
	expect_text(MAPPED(attribute, "a", "user.attribute", "level", "claim.name", "a", "multivalued", "true",
		"jsonType.label", "int"), "[7]");
	expect_text(MAPPED(attribute, "a", "user.attribute", "none", "claim.name", "a"), "(absent)");
	expect_text(MAPPED(hard, "a", "claim.value", "TRUE", "claim.name", "a", "jsonType.label", "boolean"), "true");
	expect_text(MAPPED(hard, "a", "claim.value", "{\"x\":[1]}", "claim.name", "a", "jsonType.label", "JSON"),
		"{\"x\":[1]}");
	expect_text(MAPPED(hard, "a", "claim.value", "{broken", "claim.name", "a", "jsonType.label", "JSON"), "(absent)");
	expect_text(MAPPED(hard, "a", "claim.value", "1x", "claim.name", "a", "jsonType.label", "long"), "(absent)");
	expect_text(MAPPED("oidc-full-name-mapper", "name", "x", "y"), "\"Ada\"");
}

/* No mapper can make a token another's, of another kind or for longer. */
static void the_claims_that_make_a_token_are_ours(void **state)
{
	(void)state;
	static const char *const ours[][2] = { { "exp", "1800000300" }, { "iat", "1800000000" },
		{ "jti", "\"onrtac:1\"" }, { "iss", "\"https://op/realms/c\"" }, { "typ", "\"Bearer\"" },
		{ "azp", "\"app\"" }, { "sid", "\"S\"" }, { "scope", "\"openid\"" },
		{ "nbf", "(absent)" } };
	for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
		expect_text(MAPPED("oidc-hardcoded-claim-mapper", ours[i][0], "claim.value", "1", "claim.name", ours[i][0]),
			ours[i][1]);
	expect_text(MAPPED("oidc-hardcoded-claim-mapper", "exp", "claim.value", "1", "claim.name", "exp.x"), "1800000300");
	expect_text(MAPPED("oidc-audience-mapper", "aud", "included.custom.audience", "api"), "\"api\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOKEN(an_access_token_lives_with_all_it_stands_on),
		TOKEN(times_are_exact),
		TOKEN(other_kinds_are_no_access_tokens),
		TOKEN(a_token_belongs_to_its_own_kind_of_session),
		TOKEN(what_began_anew_does_not_revive_old_tokens),
		TOKEN(the_place_is_read_from_the_token),
		TOKEN(roles_come_directly_by_groups_and_in_composites),
		TOKEN(a_client_without_full_scope_gets_what_it_may),
		TOKEN(mappers_write_typed_claims),
		TOKEN(the_claims_that_make_a_token_are_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
