/* oidc/claims: each kind of protocol mapper, into each document that it has something to say in;
 * pairwise subjects and scopes with parameters beside it. */
#include "realm_fixture.h"

#include "jose/jwt.h"
#include "model/pairwise.h"
#include "oidc/token.h"

/* UUID.nameUUIDFromBytes(SHA-256("app.example.org" + "ada-id" + "salt")), by another program. */
#define PAIRWISE_EXPECTED "939da3a0-5ffe-3180-ad45-562c4932a2d7"

static struct client *client, *other;
static struct session *session;
static struct client_session *part;
static struct user user;
static struct claims_input input;
static struct scope_grant grant;

static int claims_setup(void **state)
{
	realm_setup(state);
	client = add_client("app");
	other = add_client("other.app");
	session = new_session("S");
	part = add_part(session, client);
	add_redirect(client, "https://app.example.org/cb");
	user = (struct user){ .id = STR("ada-id"), .username = STR("ada"), .email = STR("ada@example.org"),
		.first_name = STR("Ada"), .last_name = STR("Lovelace"), .enabled = true, .email_verified = true,
		.created_ms = 1700000000123 };
	grant = (struct scope_grant){ .text = STR("openid") };
	input = (struct claims_input){ .realm = &realm, .client = client, .user = &user, .session = session,
		.grant = &grant, .acr = STR("1"), .now_s = NOW_S };
	return 0;
}

#define CLAIMS(test) cmocka_unit_test_setup_teardown(test, claims_setup, realm_teardown)

static struct mapper *add_mapper(const char *type, const char *const *config, size_t n)
{
	struct mapper *mapper = arena_push(arena, &client->mappers, &client->mappers_n, sizeof *mapper);
	*mapper = (struct mapper){ .type = str_from(type) };
	for (size_t i = 0; i + 1 < n; i += 2)
		add_pair(&mapper->config, config[i], config[i + 1]);
	return mapper;
}

#define CONFIG(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

/* All that the mappers make, as one JSON text. */
static struct str made(enum claims_target target)
{
	struct json_node *tree = json_node_object(arena);
	claims_map(&input, target, tree);
	return json_tree_text(arena, tree);
}

static struct str only(const char *type, const char *const *config, size_t n)
{
	client->mappers = NULL;
	client->mappers_n = 0;
	struct mapper *mapper = add_mapper(type, config, n);
	add_pair(&mapper->config, "access.token.claim", "true");
	return made(CLAIMS_ACCESS);
}

#define ONLY(type, ...) only(type, CONFIG(__VA_ARGS__))

/* ---- switches ---- */

static void switches_choose_the_documents(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum claims_target in[2];
		size_t n;
	} rows[] = {
		{ "access.token.claim", { CLAIMS_ACCESS, CLAIMS_INTROSPECTION }, 2 }, /* absent follows */
		{ "id.token.claim", { CLAIMS_ID, CLAIMS_USERINFO }, 2 },             /* absent follows */
		{ "userinfo.token.claim", { CLAIMS_USERINFO }, 1 },
		{ "introspection.token.claim", { CLAIMS_INTROSPECTION }, 1 },
		{ "access.tokenResponse.claim", { CLAIMS_RESPONSE }, 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		client->mappers_n = 0;
		struct mapper *mapper = add_mapper("oidc-hardcoded-claim-mapper",
			CONFIG("claim.name", "x", "claim.value", "1"));
		add_pair(&mapper->config, rows[i].name, "true");
		for (int target = CLAIMS_ACCESS; target <= CLAIMS_RESPONSE; target++) {
			bool due = false;
			for (size_t k = 0; k < rows[i].n; k++)
				due |= (int)rows[i].in[k] == target;
			expect_text(made((enum claims_target)target), due ? "{\"x\":\"1\"}" : "{}");
		}
	}
	/* Said, they follow nothing. */
	client->mappers_n = 0;
	add_mapper("oidc-hardcoded-claim-mapper", CONFIG("claim.name", "x", "claim.value", "1",
		"access.token.claim", "true", "introspection.token.claim", "false",
		"id.token.claim", "true", "userinfo.token.claim", "false"));
	expect_text(made(CLAIMS_INTROSPECTION), "{}");
	expect_text(made(CLAIMS_USERINFO), "{}");
	(void)ONLY("oidc-hardcoded-claim-mapper", "claim.name", "x", "claim.value", "1", "access.token.claim", "TRUE");
	expect_text(made(CLAIMS_ACCESS), "{}");
}

/* What two mappers say of one claim does not depend on which of them comes first. */
static void how_the_user_signed_in_is_not_another_mapper_s_to_say(void **state)
{
	(void)state;
	add_mapper("oidc-acr-mapper", CONFIG("access.token.claim", "true"));
	add_mapper("oidc-hardcoded-claim-mapper", CONFIG("claim.name", "acr", "claim.value", "gold",
		"access.token.claim", "true"));
	expect_text(made(CLAIMS_ACCESS), "{\"acr\":\"1\"}");
	/* Where nothing else says it. */
	expect_text(ONLY("oidc-hardcoded-claim-mapper", "claim.name", "acr", "claim.value", "gold"),
		"{\"acr\":\"gold\"}");
}

static void a_claim_among_the_roles_takes_none_away(void **state)
{
	(void)state;
	struct str values[] = { STR("one"), STR("two") };
	user.attributes = &(struct json_list_pair){ .key = STR("level"), .values = values, .n = 2 };
	user.attributes_n = 1;
	struct role *own = add_role("reader", client);
	input.roles = roles_expanded(arena, &own, 1);
	add_mapper("oidc-usermodel-client-role-mapper", CONFIG("claim.name", "resource_access.${client_id}.roles",
		"multivalued", "true", "access.token.claim", "true"));
	struct mapper *attribute = add_mapper("oidc-usermodel-attribute-mapper", CONFIG("user.attribute", "level",
		"claim.name", "resource_access.app.roles", "multivalued", "true", "access.token.claim", "true"));
	expect_text(made(CLAIMS_ACCESS), "{\"resource_access\":{\"app\":{\"roles\":[\"one\",\"two\",\"reader\"]}}}");
	attribute->config.n = 0;
	add_pair(&attribute->config, "user.attribute", "level");
	add_pair(&attribute->config, "claim.name", "resource_access.third.roles");
	add_pair(&attribute->config, "access.token.claim", "true");
	expect_text(made(CLAIMS_ACCESS),
		"{\"resource_access\":{\"third\":{\"roles\":\"one\"},\"app\":{\"roles\":[\"reader\"]}}}");
}

static void a_lightweight_token_has_what_says_so(void **state)
{
	(void)state;
	add_mapper("oidc-hardcoded-claim-mapper", CONFIG("claim.name", "x", "claim.value", "1",
		"access.token.claim", "true"));
	add_mapper("oidc-hardcoded-claim-mapper", CONFIG("claim.name", "y", "claim.value", "2",
		"lightweight.claim", "true"));
	expect_text(made(CLAIMS_ACCESS), "{\"x\":\"1\"}");
	input.lightweight = true;
	expect_text(made(CLAIMS_ACCESS), "{\"y\":\"2\"}");
}

/* Kinds that say nothing in some documents, whatever their switches. */
static void kinds_have_their_documents(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		const char *documents; /* Access, Id, Userinfo, iNtrospection */
	} rows[] = {
		{ "oidc-sub-mapper", "AN" }, { "oidc-acr-mapper", "AIN" }, { "oidc-amr-mapper", "AI" },
		{ "oidc-session-state-mapper", "AIUN" }, { "oidc-allowed-origins-mapper", "AN" },
		{ "oidc-audience-mapper", "AIN" }, { "oidc-full-name-mapper", "AIUN" },
		{ "oidc-sha256-pairwise-sub-mapper", "AIUN" },
		{ "oidc-nonce-backwards-compatible-mapper", "A" }, { "oidc-claims-param-token-mapper", "IU" },
	};
	static const struct {
		enum claims_target target;
		char letter;
	} documents[] = { { CLAIMS_ACCESS, 'A' }, { CLAIMS_ID, 'I' }, { CLAIMS_USERINFO, 'U' },
		{ CLAIMS_INTROSPECTION, 'N' } };
	add_text(&client->web_origins, "https://app.example.org");
	input.nonce = STR("n");
	input.claims_request = STR("{\"id_token\":{\"email\":{\"essential\":true}},"
		"\"userinfo\":{\"email\":{\"essential\":true}}}");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		client->mappers_n = 0;
		add_mapper(rows[i].type, CONFIG("access.token.claim", "true", "id.token.claim", "true",
			"userinfo.token.claim", "true", "introspection.token.claim", "true",
			"included.custom.audience", "api", "pairwiseSubAlgorithmSalt", "salt"));
		for (size_t k = 0; k < ARRAY_LENGTH(documents); k++) {
			bool due = strchr(rows[i].documents, documents[k].letter) != NULL;
			if (str_eq_z(made(documents[k].target), "{}") == due)
				fail_msg("%s in document %c", rows[i].type, documents[k].letter);
		}
	}
}

/* ---- the user ---- */

static struct json_list_pair *pair_of(const char *key, const char *const *values, size_t n)
{
	struct json_list_pair *pair = arena_alloc(arena, sizeof *pair);
	*pair = (struct json_list_pair){ .key = str_from(key), .values = arena_array(arena, n, sizeof(struct str)), .n = n };
	for (size_t i = 0; i < n; i++)
		pair->values[i] = str_from(values[i]);
	return pair;
}

static struct group *add_group(const char *name, const char *path, struct group *parent)
{
	struct group *group = &realm.groups[realm.groups_n++];
	*group = (struct group){ .id = str_from(path), .name = str_from(name), .path = str_from(path), .parent = parent };
	table_put(&realm.group_by_id, group->id, group);
	return group;
}

#define ATTRIBUTE(...) \
	ONLY("oidc-usermodel-attribute-mapper", "claim.name", "x", "user.attribute", __VA_ARGS__)

static void attributes_have_types_and_lists(void **state)
{
	(void)state;
	user.attributes = pair_of("level", CONFIG("7", "x"));
	user.attributes_n = 1;
	expect_text(ATTRIBUTE("level"), "{\"x\":\"7\"}");
	expect_text(ATTRIBUTE("level", "multivalued", "true"), "{\"x\":[\"7\",\"x\"]}");
	expect_text(ATTRIBUTE("level", "jsonType.label", "long"), "{\"x\":7}");
	expect_text(ATTRIBUTE("level", "jsonType.label", "int", "multivalued", "true"), "{\"x\":[7]}");
	expect_text(ATTRIBUTE("level", "jsonType.label", "boolean"), "{\"x\":false}");
	expect_text(ATTRIBUTE("email"), "{\"x\":\"ada@example.org\"}");
	expect_text(ATTRIBUTE("enabled"), "{}"); /* a property, no attribute */
	user.attributes->values[0] = STR("4294967296");
	expect_text(ATTRIBUTE("level", "jsonType.label", "int"), "{}");
	expect_text(ATTRIBUTE("level", "jsonType.label", "long"), "{\"x\":4294967296}");
	user.attributes->values[0] = STR("{\"a\":[1,null]}");
	expect_text(ATTRIBUTE("level", "jsonType.label", "JSON"), "{\"x\":{\"a\":[1,null]}}");
	user.attributes->values[0] = STR("{\"a\":");
	expect_text(ATTRIBUTE("level", "jsonType.label", "JSON"), "{}");
}

static void attributes_of_groups_are_inherited_or_gathered(void **state)
{
	(void)state;
	struct group *top = add_group("top", "/top", NULL), *low = add_group("low", "/top/low", top);
	struct group *side = add_group("side", "/side", NULL);
	top->attributes = pair_of("site", CONFIG("oslo"));
	side->attributes = pair_of("site", CONFIG("bergen", "oslo"));
	top->attributes_n = side->attributes_n = 1;
	add_text(&user.group_ids, "/top/low");
	add_text(&user.group_ids, "/side");
	expect_text(ATTRIBUTE("site", "multivalued", "true"), "{\"x\":[\"oslo\"]}");
	expect_text(ATTRIBUTE("site", "multivalued", "true", "aggregate.attrs", "true"),
		"{\"x\":[\"oslo\",\"bergen\"]}");
	user.attributes = pair_of("site", CONFIG("home"));
	user.attributes_n = 1;
	expect_text(ATTRIBUTE("site", "multivalued", "true"), "{\"x\":[\"home\"]}");
	expect_text(ATTRIBUTE("site", "multivalued", "true", "aggregate.attrs", "true"),
		"{\"x\":[\"home\",\"oslo\",\"bergen\"]}");
	expect_text(ONLY("oidc-group-membership-mapper", "claim.name", "g.all"), "{\"g\":{\"all\":[\"low\",\"side\"]}}");
	expect_text(ONLY("oidc-group-membership-mapper", "claim.name", "g", "full.path", "true"),
		"{\"g\":[\"/top/low\",\"/side\"]}");
	/* A group's own values do not hide those above it where all are gathered. */
	low->attributes = pair_of("site", CONFIG("voss"));
	low->attributes_n = 1;
	expect_text(ATTRIBUTE("site", "multivalued", "true", "aggregate.attrs", "true"),
		"{\"x\":[\"home\",\"voss\",\"oslo\",\"bergen\"]}");
	user.group_ids.n = 0;
	expect_text(ONLY("oidc-group-membership-mapper", "claim.name", "g"), "{}");
}

static void properties_and_names(void **state)
{
	(void)state;
	const char *type = "oidc-usermodel-property-mapper";
	expect_text(ONLY(type, "claim.name", "x", "user.attribute", "emailVerified", "jsonType.label", "boolean"),
		"{\"x\":true}");
	expect_text(ONLY(type, "claim.name", "x", "user.attribute", "createdTimestamp", "jsonType.label", "long"),
		"{\"x\":1700000000123}");
	expect_text(ONLY(type, "claim.name", "x", "user.attribute", "nothing"), "{}");
	expect_text(ONLY("oidc-full-name-mapper", "a", "b"), "{\"name\":\"Ada Lovelace\"}");
	user.last_name = STR("");
	expect_text(ONLY("oidc-full-name-mapper", "a", "b"), "{\"name\":\"Ada\"}");
	user.attributes = pair_of("street", CONFIG("Main 1"));
	user.attributes_n = 1;
	expect_text(ONLY("oidc-address-mapper", "a", "b"), "{\"address\":{\"street_address\":\"Main 1\"}}");
	expect_text(ONLY("oidc-address-mapper", "user.attribute.street", "none"), "{}");
	expect_text(ONLY("oidc-address-mapper", "user.attribute.country", "street", "user.attribute.street", "none"),
		"{\"address\":{\"country\":\"Main 1\"}}");
}

static void claims_nest_and_are_not_everybodys(void **state)
{
	(void)state;
	const char *type = "oidc-hardcoded-claim-mapper";
	expect_text(ONLY(type, "claim.name", "a.b\\.c", "claim.value", "1"), "{\"a\":{\"b.c\":\"1\"}}");
	static const char *const ours[] = { "exp", "iat", "nbf", "jti", "iss", "typ", "azp", "sid", "scope", "nonce",
		"at_hash", "c_hash", "session_state", "exp.x", "sub.x", "aud.x", "" };
	for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
		expect_text(ONLY(type, "claim.name", ours[i], "claim.value", "1"), "{}");
	expect_text(ONLY(type, "claim.name", "sub", "claim.value", "7", "jsonType.label", "long"), "{\"sub\":\"7\"}");
	expect_text(ONLY(type, "claim.name", "auth_time", "claim.value", "x"), "{}");
	expect_text(ONLY(type, "claim.name", "aud", "claim.value", "[\"a\",1]", "jsonType.label", "JSON"),
		"{\"aud\":[\"a\",\"1\"]}");
	client->mappers_n = 0;
	static const char *const answer[] = { "access_token", "refresh_token", "expires_in", "scope" };
	for (size_t i = 0; i < ARRAY_LENGTH(answer); i++)
		add_mapper(type, CONFIG("claim.name", answer[i], "claim.value", "1", "access.tokenResponse.claim", "true"));
	expect_text(made(CLAIMS_RESPONSE), "{}");
}

static void lists_of_several_mappers_grow(void **state)
{
	(void)state;
	static const char *const values[] = { "1", "2" };
	user.attributes = pair_of("level", values, 2);
	user.attributes_n = 1;
	for (int i = 0; i < 2; i++)
		add_mapper("oidc-usermodel-attribute-mapper", CONFIG("claim.name", "x", "user.attribute", "level",
			"multivalued", "true", "jsonType.label", i ? "long" : "String", "access.token.claim", "true"));
	expect_text(made(CLAIMS_ACCESS), "{\"x\":[\"1\",\"2\",1,2]}");
}

/* ---- roles and audiences ---- */

static void give(struct role *role)
{
	if (!input.roles.by_id.arena)
		input.roles.by_id = table_new(arena, 8);
	table_put(&input.roles.by_id, role->id, role);
	*(const struct role **)arena_push(arena, &input.roles.roles, &input.roles.n, sizeof role) = role;
}

static void roles_by_realm_and_client(void **state)
{
	(void)state;
	give(add_role("boss", NULL));
	give(add_role("editor", other));
	give(add_role("reader", client));
	const char *realm_roles = "oidc-usermodel-realm-role-mapper", *client_roles = "oidc-usermodel-client-role-mapper";
	expect_text(ONLY(realm_roles, "claim.name", "r", "multivalued", "true",
		"usermodel.realmRoleMapping.rolePrefix", "R_"), "{\"r\":[\"R_boss\"]}");
	expect_text(ONLY(realm_roles, "claim.name", "r"), "{\"r\":\"boss\"}");
	expect_text(ONLY(client_roles, "claim.name", "ra.${client_id}.roles", "multivalued", "true"),
		"{\"ra\":{\"other.app\":{\"roles\":[\"editor\"]},\"app\":{\"roles\":[\"reader\"]}}}");
	expect_text(ONLY(client_roles, "claim.name", "x", "multivalued", "true",
		"usermodel.clientRoleMapping.clientId", "app", "usermodel.clientRoleMapping.rolePrefix", "p-"),
		"{\"x\":[\"p-reader\"]}");
	/* The same claim for all: one list. */
	expect_text(ONLY(client_roles, "claim.name", "x", "multivalued", "true"), "{\"x\":[\"editor\",\"reader\"]}");
	expect_text(ONLY("oidc-audience-resolve-mapper", "a", "b"), "{\"aud\":[\"other.app\"]}");
	expect_text(ONLY("oidc-audience-mapper", "included.client.audience", "api", "included.custom.audience", "x"),
		"{\"aud\":[\"api\"]}");
	client->mappers_n = 0;
	add_mapper("oidc-audience-resolve-mapper", NULL, 0);
	expect_text(made(CLAIMS_ACCESS), "{\"aud\":[\"other.app\"]}"); /* of before the switches */
}

static void roles_are_renamed_and_added_before_they_are_written(void **state)
{
	(void)state;
	give(add_role("boss", NULL));
	give(add_role("editor", other));
	add_mapper("oidc-usermodel-realm-role-mapper", CONFIG("claim.name", "r", "multivalued", "true",
		"access.token.claim", "true", "id.token.claim", "true"));
	add_mapper("oidc-usermodel-client-role-mapper", CONFIG("claim.name", "c.${client_id}", "multivalued", "true",
		"access.token.claim", "true", "id.token.claim", "true"));
	add_mapper("oidc-role-name-mapper", CONFIG("role", "boss", "new.role.name", "app.chief"));
	add_mapper("oidc-role-name-mapper", CONFIG("role", "other.app.editor", "new.role.name", "writer"));
	add_mapper("oidc-role-name-mapper", CONFIG("role", "nobody", "new.role.name", "king"));
	add_mapper("oidc-hardcoded-role-mapper", CONFIG("role", "new.app.guest"));
	add_mapper("oidc-hardcoded-role-mapper", CONFIG("role", "writer"));
	const char *expected = "{\"r\":[\"writer\"],\"c\":{\"app\":[\"chief\"],\"new.app\":[\"guest\"]}}";
	expect_text(made(CLAIMS_ACCESS), expected);
	expect_text(made(CLAIMS_ID), expected);
	expect_text(made(CLAIMS_USERINFO), expected);
}

/* ---- the sign-in ---- */

static void notes_of_sessions_and_service_accounts(void **state)
{
	(void)state;
	const char *type = "oidc-usersessionmodel-note-mapper";
	expect_text(ONLY(type, "claim.name", "t", "user.session.note", "AUTH_TIME", "jsonType.label", "long"),
		"{\"t\":1799999940}");
	session->notes = STR("{\"idp\":\"x\",\"n\":1}");
	expect_text(ONLY(type, "claim.name", "t", "user.session.note", "idp"), "{\"t\":\"x\"}");
	expect_text(ONLY(type, "claim.name", "t", "user.session.note", "n"), "{}");
	expect_text(ONLY(type, "claim.name", "t", "user.session.note", "clientHost"), "{}");
	input.session = NULL;
	input.client_address = STR("192.0.2.7");
	static const char *const notes[][2] = { { "clientHost", "192.0.2.7" }, { "clientAddress", "192.0.2.7" },
		{ "client_id", "app" }, { "clientId", "app" } };
	for (size_t i = 0; i < ARRAY_LENGTH(notes); i++)
		expect_text(ONLY(type, "claim.name", "t", "user.session.note", notes[i][0]),
			arena_z(arena, arena_format(arena, "{\"t\":\"%s\"}", notes[i][1])));
	expect_text(ONLY("oidc-session-state-mapper", "a", "b"), "{}");
}

static void methods_hold_for_their_time(void **state)
{
	(void)state;
	expect_text(ONLY("oidc-amr-mapper", "a", "b"), "{\"amr\":[]}");
	realm.password_reference = (struct method_reference){ STR("pwd"), 60 };
	expect_text(ONLY("oidc-amr-mapper", "a", "b"), "{\"amr\":[\"pwd\"]}");
	realm.password_reference.max_age_s = 59;
	expect_text(ONLY("oidc-amr-mapper", "a", "b"), "{\"amr\":[]}");
}

static void what_the_sign_in_asked_for(void **state)
{
	(void)state;
	add_mapper("oidc-claims-param-token-mapper", CONFIG("id.token.claim", "true", "userinfo.token.claim", "true"));
	add_mapper("oidc-claims-param-value-idtoken-mapper", CONFIG("id.token.claim", "true", "claim.name", "color"));
	expect_text(made(CLAIMS_ID), "{}");
	input.claims_request = STR("{\"id_token\":{\"email\":{\"essential\":true},\"name\":null,"
		"\"given_name\":{\"essential\":false},\"color\":{\"essential\":true,\"value\":\"red\"}},"
		"\"userinfo\":{\"name\":{\"essential\":true},\"family_name\":{\"essential\":true}}}");
	expect_text(made(CLAIMS_ID), "{\"email\":\"ada@example.org\",\"color\":\"red\"}");
	expect_text(made(CLAIMS_USERINFO), "{\"name\":\"Ada Lovelace\",\"family_name\":\"Lovelace\"}");
	static const char *const broken[] = { "[]", "{", "7", "{\"id_token\":[]}", "{\"id_token\":{\"email\":7}}",
		"{\"id_token\":{\"email\":{\"essential\":\"true\"}}}" };
	for (size_t i = 0; i < ARRAY_LENGTH(broken); i++) {
		input.claims_request = str_from(broken[i]);
		expect_text(made(CLAIMS_ID), "{}");
	}
}

/* ---- subjects ---- */

static void a_pairwise_subject_is_keycloaks(void **state)
{
	(void)state;
	struct mapper *mapper = add_mapper("oidc-sha256-pairwise-sub-mapper", CONFIG("pairwiseSubAlgorithmSalt", "salt"));
	const char *expected = PAIRWISE_EXPECTED;
	expect_text(pairwise_subject(arena, client, mapper, user.id), expected);
	expect_text(pairwise_subject_at(arena, client, user.id), expected);
	expect_text(pairwise_subject_at(arena, other, user.id), "ada-id");
	assert_true(claims_own_subject(client));
	assert_false(claims_own_subject(other));
	add_redirect(client, "https://app.example.org:8443/*");
	expect_text(pairwise_sector(arena, client, mapper), "app.example.org");
	client->root_url = STR("https://app.example.org");
	add_redirect(client, "/more/*");
	expect_text(pairwise_sector(arena, client, mapper), "app.example.org");
	add_redirect(client, "https://two.example.org/cb");
	expect_text(pairwise_sector(arena, client, mapper), "");
	add_pair(&mapper->config, "sectorIdentifierUri", "https://sector.example.org/list.json");
	expect_text(pairwise_sector(arena, client, mapper), "sector.example.org");
}

/* Keycloak's order: the subject first, then what replaces it. */
static void the_pairwise_subject_wins(void **state)
{
	(void)state;
	add_mapper("oidc-sha256-pairwise-sub-mapper", CONFIG("pairwiseSubAlgorithmSalt", "salt"));
	add_mapper("oidc-sub-mapper", CONFIG("access.token.claim", "true"));
	const char *expected = arena_z(arena, arena_format(arena, "{\"sub\":\"%s\"}", PAIRWISE_EXPECTED));
	expect_text(made(CLAIMS_ACCESS), expected);
	expect_text(made(CLAIMS_ID), expected);
	expect_text(made(CLAIMS_USERINFO), expected);
	expect_text(made(CLAIMS_INTROSPECTION), expected);
}

/* ---- scopes with parameters ---- */

static void scopes_take_parameters(void **state)
{
	(void)state;
	struct client_scope *scope = add_scope("group", true), *plain = add_scope("plain", true);
	give_optional_scope(client, scope);
	give_default_scope(client, plain);
	struct scope_grant got;
	assert_true(scope_resolve(arena, client, STR("openid group"), &got)); /* no parameters yet: a name */
	assert_false(scope_resolve(arena, client, STR("group:a"), &got));
	add_pair(&scope->attributes, "is.dynamic.scope", "true");
	assert_false(scope_resolve(arena, client, STR("group"), &got));
	assert_false(scope_resolve(arena, client, STR("group:"), &got));
	assert_false(scope_resolve(arena, client, STR("groups:a"), &got));
	assert_false(scope_resolve(arena, client, STR("plain:a"), &got));
	assert_true(scope_resolve(arena, client, STR("openid group:a group:b group:a"), &got));
	expect_text(got.text, "openid plain group:a group:b");
	expect_text(got.refresh_text, "openid plain group:a group:b");
	add_pair(&scope->attributes, "dynamic.scope.regexp", "group:*-*x");
	assert_true(scope_resolve(arena, client, STR("group:a-b-x"), &got));
	assert_false(scope_resolve(arena, client, STR("group:a"), &got));
	assert_false(scope_resolve(arena, client, STR("group:a-b"), &got));
	scope_resolve_again(arena, client, STR("openid group:a gone group:-x"), &got);
	expect_text(got.text, "openid plain group:-x");
}

/* ---- introspection and userinfo as wholes ---- */

static void introspection_keeps_what_identifies_the_token(void **state)
{
	(void)state;
	struct jwt_claims token = { .sub = STR("ada-id"), .json = STR("{\"exp\":2,\"iat\":1,\"jti\":\"j\",\"iss\":\"i\","
		"\"sub\":\"ada-id\",\"typ\":\"Bearer\",\"azp\":\"app\",\"sid\":\"S\",\"scope\":\"openid\",\"aud\":\"api\","
		"\"email\":\"old@example.org\"}") };
	add_mapper("oidc-usermodel-attribute-mapper", CONFIG("claim.name", "email", "user.attribute", "email",
		"access.token.claim", "true", "introspection.token.claim", "false"));
	add_mapper("oidc-full-name-mapper", CONFIG("introspection.token.claim", "true"));
	struct json_node *tree;
	assert_int_equal(token_introspection_claims(arena, &input, &token, &tree, NULL), OK);
	expect_text(json_tree_text(arena, tree), "{\"exp\":2,\"iat\":1,\"jti\":\"j\",\"iss\":\"i\",\"aud\":\"api\","
		"\"typ\":\"Bearer\",\"azp\":\"app\",\"sid\":\"S\",\"scope\":\"openid\",\"sub\":\"ada-id\","
		"\"name\":\"Ada Lovelace\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIMS(switches_choose_the_documents),
		CLAIMS(how_the_user_signed_in_is_not_another_mapper_s_to_say),
		CLAIMS(a_claim_among_the_roles_takes_none_away),
		CLAIMS(a_lightweight_token_has_what_says_so),
		CLAIMS(kinds_have_their_documents),
		CLAIMS(attributes_have_types_and_lists),
		CLAIMS(attributes_of_groups_are_inherited_or_gathered),
		CLAIMS(properties_and_names),
		CLAIMS(claims_nest_and_are_not_everybodys),
		CLAIMS(lists_of_several_mappers_grow),
		CLAIMS(roles_by_realm_and_client),
		CLAIMS(roles_are_renamed_and_added_before_they_are_written),
		CLAIMS(notes_of_sessions_and_service_accounts),
		CLAIMS(methods_hold_for_their_time),
		CLAIMS(what_the_sign_in_asked_for),
		CLAIMS(a_pairwise_subject_is_keycloaks),
		CLAIMS(the_pairwise_subject_wins),
		CLAIMS(scopes_take_parameters),
		CLAIMS(introspection_keeps_what_identifies_the_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
