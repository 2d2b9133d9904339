/* Import, snapshots and export: what comes in, what requests see of it, what goes out. */
#include "import_fixture.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/tables.h"
#include "base/text.h"
#include "crypto/sign_key.h"
#include "json/write.h"
#include "model/credential.h"

/* ---- the recorded export ---- */

static void round_trip(void **state)
{
	(void)state;
	struct str json = customers();
	IMPORT(json, OK);
	expect_text(summary.realm_id, "3e3fa68a-6ba7-402b-8af8-52f2dfed5f41");
	assert_int_equal(summary.clients, 14);
	assert_int_equal(summary.users, 8);
	assert_int_equal(summary.credentials, 7);
	assert_int_equal(summary.groups, 2);
	assert_int_equal(summary.keys, 4);
	assert_int_equal(summary.passwords_hashed, 0);
	expect_text(json_difference(json, export_all("customers", false)), "");
}

/* The members backwards: users before the roles they hold, roles before their clients. */
static void order_does_not_matter(void **state)
{
	(void)state;
	struct json_node *tree = NULL, *back = json_node_object(on.arena);
	EXPECT(json_tree_read(on.arena, customers(), &tree, &why), OK);
	struct json_node *users = json_node_find(tree, STR("users"));
	json_node_put(back, STR("users"), users);
	for (size_t i = tree->n; i > 0; i--)
		json_node_put(back, tree->members[i - 1].name, tree->members[i - 1].value);
	IMPORT(json_tree_text(on.arena, back), OK);
	expect_text(json_difference(customers(), export_all("customers", false)), "");
}

static void from_a_file_through_no_writer(void **state)
{
	(void)state;
	struct store_import_source source = { .name = STR("customers-realm.json") };
	struct store_import_options options = { .now_ms = NOW_MS };
	source.fd = open(EXAMPLES "/customers-realm.json", O_RDONLY);
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why), OK);
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why), ERROR_EXISTS);
	close(source.fd);
	expect_text(json_difference(customers(), export_all("customers", false)), "");
}

static void snapshot(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	struct realm *realm = load_realm("customers");
	assert_true(realm->settings.enabled && realm->settings.brute_force_protected);
	assert_int_equal(realm->settings.ssl_required, SSL_NONE);
	assert_int_equal(realm->settings.access_token_lifespan_s, 300);
	expect_text(realm->not_possible, "");
	expect_text(realm->direct_grant_not_possible, "");
	const struct client *shop = realm_client_by_client_id(realm, STR("django-shop"));
	assert_non_null(shop);
	expect_text(shop->secret, "django-shop-secret");
	expect_text(shop->not_possible, "");
	assert_int_equal(shop->default_scopes_n, 6);
	expect_text(shop->default_scopes[0]->name, "web-origins");
	assert_int_equal(shop->optional_scopes_n, 5);
	assert_int_equal(shop->roles_n, 1);
	expect_text(shop->roles[0]->name, "cashier");
	assert_ptr_equal(shop->roles[0]->client, shop);
	const struct client *wiki =
		realm_client_by_client_id(realm, STR("http://127.0.0.1:8008/saml/metadata"));
	expect_text(wiki->not_possible, "");
	const struct client *console = realm_client_by_client_id(realm, STR("account-console"));
	assert_int_equal(console->scope_roles_n, 2);
	assert_int_equal(console->mappers_n, 1);
	const struct client_scope *offline = realm_scope_by_name(realm, STR("offline_access"));
	assert_int_equal(offline->scope_roles_n, 1);
	assert_int_equal(realm_scope_by_name(realm, STR("profile"))->mappers_n, 14);
	assert_int_equal(realm->default_scopes_n, 9);
	store_unload_realm(realm);
}

static void snapshot_roles_groups_keys(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	struct realm *realm = load_realm("customers");
	expect_text(realm->default_role->name, "default-roles-customers");
	assert_int_equal(realm->default_role->composites_n, 4);
	assert_int_equal(find_role(realm, NULL, "manager")->composites_n, 1);
	assert_int_equal(find_role(realm, "realm-management", "realm-admin")->composites_n, 21);
	assert_int_equal(realm->groups_n, 2);
	const struct group *night =
		realm_group_by_id(realm, STR("0a5526bc-cc21-4ce4-bbc8-ebfc0a191aec"));
	expect_text(night->path, "/staff/night-shift");
	expect_text(night->parent->name, "staff");
	assert_int_equal(night->parent->roles_n, 1);
	expect_text(night->parent->attributes[0].values[0], "oslo");
	const struct realm_key *rs = realm_key_for(realm, STR("RS256"));
	/* By another implementation from the recorded private key. */
	expect_text(rs->kid, "XD4FTRmXXgGDSLiAr_L2rz2XTEpJ_bU1UTltf89DVto");
	assert_true(rs->use == KEY_SIGN && sign_key_is_private(rs->key));
	assert_ptr_equal(realm_key_by_kid(realm, rs->kid), rs);
	assert_true(str_starts(rs->public_key, STR("MIIB")) && rs->certificate.n > 0);
	const struct realm_key *enc = realm_key_for(realm, STR("RSA-OAEP"));
	expect_text(enc->kid, "bdzUKHWDsK6eO6Py97PD80IOpVlrGLldSKg3K1KJgEc");
	assert_int_equal(enc->use, KEY_ENCRYPT);
	expect_text(
		realm_key_for(realm, STR("HS512"))->kid, "86b66d38-d77f-47bf-b1c0-3cf2b1527d5b");
	expect_text(realm_key_for(realm, STR("AES"))->kid, "9ae7a679-0e9e-4038-9214-a04a57340898");
	store_unload_realm(realm);
}

static void expect_password(const char *username, const char *password)
{
	struct user *user = NULL;
	struct password_hash hash;
	bool matches = false;
	EXPECT(store_find_user_by_login(on.store, on.arena, summary.realm_id, str_from(username),
		       false, USER_CREDENTIALS | USER_ROLES, &user, &why),
		OK);
	assert_non_null(credential_password(user));
	EXPECT(credential_read(on.arena, credential_password(user), &hash, &why), OK);
	EXPECT(password_verify(str_from(password), &hash, &matches, &why), OK);
	assert_true(matches);
}

static void users_of_the_export(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	expect_password("ada", "lovelace");
	struct user *ada = NULL;
	EXPECT(store_find_user(on.store, on.arena, summary.realm_id,
		       STR("019e0ec8-1339-4666-893f-c5143ca0e6af"), USER_ROLES | USER_GROUPS, &ada,
		       &why),
		OK);
	assert_int_equal(ada->role_ids.n, 3);
	assert_true(str_list_has(&ada->role_ids, STR("a50c40dc-89b6-41c9-a93c-52fddd60381e")));
	expect_text(ada->group_ids.items[0], "0a5526bc-cc21-4ce4-bbc8-ebfc0a191aec");
	assert_int_equal(ada->created_ms, INT64_C(1795253095581));
	struct user *batch = NULL;
	EXPECT(store_find_service_account(on.store, on.arena, summary.realm_id,
		       STR("fca31282-2cd5-4f99-a4ad-78008223dff4"), USER_ROW, &batch, &why),
		OK);
	expect_text(batch->username, "service-account-batch");
}

static void no_secret_in_clear(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	assert_int_equal(count("select count(*) from client where doc like '%shop-secret%'"
			       " or doc like '%\"secret\":%' or sealed like '%secret%'"),
		0);
	assert_int_equal(count("select count(*) from client where sealed like 's1.%'"), 7);
	assert_int_equal(count("select count(*) from component where doc like '%privateKey%'"
			       " or doc like '%\"secret\"%'"),
		0);
	assert_int_equal(count("select count(*) from component where sealed like 's1.%'"), 4);
	/* Sealed for its own row: moved to another one it does not open. */
	script("update client set sealed = (select sealed from client where client_id = 'batch')"
	       " where client_id = 'django-shop'");
	struct realm *realm = NULL;
	EXPECT(store_load_realm(on.store, on.arena, STR("customers"), STR(""), &realm, &why),
		ERROR_CORRUPT);
}

/* ---- little said ---- */

static const struct str shapes = STR_INIT(
	"{\"realm\":\"shapes\",\"enabled\":true,\"sslRequired\":\"none\",\"eventsEnabled\":true,"
	"\"attributes\":{\"own\":\"1\"},"
	"\"users\":[{\"username\":\"Ada\",\"enabled\":true,\"email\":\"Ada@Example.org\","
	"\"realmRoles\":[\"boss\",\"default-roles-shapes\"],\"clientRoles\":{\"web\":[\"editor\"],"
	"\"account\":[\"view-profile\"]},\"groups\":[\"/staff/night\"],"
	"\"credentials\":[{\"type\":\"password\",\"value\":\"lovelace\",\"temporary\":false}]},"
	"{\"username\":\"off\",\"enabled\":false},"
	"{\"username\":\"tmp\",\"enabled\":true,"
	"\"credentials\":[{\"value\":\"x\",\"temporary\":true}]}],"
	"\"roles\":{\"realm\":[{\"name\":\"auditor\"},{\"name\":\"boss\",\"composite\":true,"
	"\"composites\":{\"realm\":[\"auditor\"]}}],\"client\":{\"web\":[{\"name\":\"editor\"}]}},"
	"\"groups\":[{\"name\":\"staff\",\"attributes\":{\"site\":[\"oslo\"]},"
	"\"realmRoles\":[\"auditor\"],\"subGroups\":[{\"name\":\"night\"}]}],"
	"\"defaultGroups\":[\"/staff\"],"
	"\"clients\":[{\"clientId\":\"web\",\"secret\":\"web-secret\","
	"\"redirectUris\":[\"http://127.0.0.1:9/cb\",\"http://127.0.0.1:9/*\"],"
	"\"serviceAccountsEnabled\":true},"
	"{\"clientId\":\"spa\",\"publicClient\":true,\"redirectUris\":[\"http://127.0.0.1:9/cb\"],"
	"\"webOrigins\":[\"+\"]},"
	"{\"clientId\":\"new\",\"secret\":\"**********\"},"
	"{\"clientId\":\"asks\",\"consentRequired\":true,\"protocolMappers\":["
	"{\"name\":\"mine\",\"protocol\":\"openid-connect\",\"protocolMapper\":\"script-mine.js\"},"
	"{\"name\":\"org\",\"protocol\":\"openid-connect\","
	"\"protocolMapper\":\"oidc-organization-membership-mapper\"},"
	"{\"name\":\"s\",\"protocol\":\"openid-connect\",\"protocolMapper\":\"oidc-sub-mapper\"}]}]}");

static void hand_made_realm(void **state)
{
	(void)state;
	IMPORT(shapes, OK);
	assert_int_equal(summary.clients, 10);
	assert_int_equal(summary.client_scopes, 15);
	assert_int_equal(summary.keys, 4);
	assert_int_equal(summary.passwords_hashed, 2);
	assert_int_equal(summary.users, 4); /* with web's service account */
	struct realm *realm = load_realm("shapes");
	assert_int_equal(realm->settings.sso_session_idle_timeout_s, 1800);
	expect_text(attributes_get(&realm->settings.attributes, STR("own")), "1");
	expect_text(attributes_get(&realm->settings.attributes, STR("cibaInterval")), "5");
	expect_text(realm->settings.browser_flow, "browser");
	expect_text(realm->not_possible, "");
	expect_text(realm->default_role->name, "default-roles-shapes");
	assert_int_equal(realm->default_role->composites_n, 4);
	assert_int_equal(realm->default_groups_n, 1);
	assert_int_equal(find_role(realm, "realm-management", "realm-admin")->composites_n, 21);
	assert_int_equal(realm->keys_n, 4);
	assert_non_null(realm_key_for(realm, STR("RS256")));
	assert_int_equal(sign_key_bits(realm_key_for(realm, STR("HS512"))->key), 1024);
	const struct client *account = realm_client_by_client_id(realm, STR("account"));
	expect_text(account->base_url, "/realms/shapes/account/");
	expect_text(account->redirect_uris.items[0], "/realms/shapes/account/*");
	store_unload_realm(realm);
	expect_password("ada", "lovelace");
}

/* Roles that only those who hold them name are made, once each; redirect URIs that are none go; old
 * exports spell the mark of a sub-flow in their own way. */
static void what_keycloak_makes_of_it(void **state)
{
	(void)state;
	static const char json[] =
		"{\"realm\":\"loose\",\"directGrantFlow\":\"old\",\"authenticationFlows\":["
		"{\"alias\":\"old\",\"providerId\":\"basic-flow\",\"topLevel\":true,\"authenticationExecutions\":["
		"{\"authenticator\":\"direct-grant-validate-username\",\"requirement\":\"REQUIRED\",\"priority\":1},"
		"{\"authenticator\":\"direct-grant-validate-password\",\"requirement\":\"REQUIRED\",\"priority\":2},"
		"{\"requirement\":\"CONDITIONAL\",\"priority\":3,\"flowAlias\":\"otp\",\"autheticatorFlow\":true}]},"
		"{\"alias\":\"otp\",\"providerId\":\"basic-flow\",\"authenticationExecutions\":["
		"{\"authenticator\":\"conditional-user-configured\",\"requirement\":\"REQUIRED\",\"priority\":1},"
		"{\"authenticator\":\"direct-grant-validate-otp\",\"requirement\":\"REQUIRED\",\"priority\":2}]},"
		"{\"alias\":\"browser\",\"providerId\":\"basic-flow\",\"topLevel\":true}],\"groups\":[{\"name\":\"g\",\"realmRoles\":[\"of-group\"]}],"
		"\"clients\":[{\"clientId\":\"app\",\"redirectUris\":[\"http://a#b\",\"https://app/*\"]}],"
		"\"clientScopeMappings\":{\"app\":[{\"client\":\"app\",\"roles\":[\"mapped\"]}]},"
		"\"users\":[{\"username\":\"u\",\"realmRoles\":[\"of-group\",\"of-user\"],"
		"\"clientRoles\":{\"app\":[\"mapped\",\"own\"]}},"
		"{\"username\":\"v\",\"realmRoles\":[\"of-user\"]}]}";
	IMPORT(str_from(json), OK);
	struct realm *realm = load_realm("loose");
	expect_text(realm->direct_grant_not_possible, "");
	const struct client *app = realm_client_by_client_id(realm, STR("app"));
	assert_int_equal(app->redirect_uris.n, 1);
	expect_text(app->redirect_uris.items[0], "https://app/*");
	assert_int_equal(app->roles_n, 2);
	assert_true(warned("\"http://a#b\": A redirect URI is not a valid URI, left out"));
	assert_true(warned("$.users[0].realmRoles: there was no such realm role \"of-user\"; it is made"));
	struct user *user = NULL;
	EXPECT(store_find_user_by_login(on.store, on.arena, realm->settings.id, STR("v"), false, USER_ROLES,
		       &user, &why),
		OK);
	assert_int_equal(user->role_ids.n, 1);
	expect_text(realm_role_by_id(realm, user->role_ids.items[0])->name, "of-user");
	store_unload_realm(realm);
}

static void hand_made_clients(void **state)
{
	(void)state;
	IMPORT(shapes, OK);
	struct realm *realm = load_realm("shapes");
	const struct client *web = realm_client_by_client_id(realm, STR("web"));
	assert_int_equal(web->web_origins.n, 1);
	expect_text(web->web_origins.items[0], "http://127.0.0.1:9");
	assert_true(web->full_scope_allowed && web->standard_flow_enabled);
	expect_text(attributes_get(&web->attributes, STR("post.logout.redirect.uris")), "+");
	assert_int_equal(web->default_scopes_n, 7); /* with service_account */
	assert_int_equal(web->optional_scopes_n, 5);
	const struct client *spa = realm_client_by_client_id(realm, STR("spa"));
	assert_int_equal(spa->secret.n, 0);
	expect_text(spa->web_origins.items[0], "+");
	const struct client *fresh = realm_client_by_client_id(realm, STR("new"));
	assert_int_equal(fresh->secret.n, 86);
	assert_true(warned("client new: its secret is masked"));
	const struct client *asks = realm_client_by_client_id(realm, STR("asks"));
	assert_false(asks->full_scope_allowed);
	assert_true(asks->consent_required && !asks->not_possible.n);
	assert_true(warned("client asks: mapper \"mine\" of type script-mine.js is kept, but adds nothing"));
	assert_false(warned("oidc-organization-membership-mapper"));
	assert_false(warned("oidc-sub-mapper"));
	struct user *user = NULL;
	EXPECT(store_find_user_by_login(on.store, on.arena, realm->settings.id, STR("tmp"), false,
		       USER_ROLES, &user, &why),
		OK);
	expect_text(user->required_actions.items[0], "UPDATE_PASSWORD");
	assert_int_equal(user->role_ids.n, 0); /* as Keycloak's import leaves them */
	EXPECT(store_find_service_account(
		       on.store, on.arena, realm->settings.id, web->id, USER_ROLES, &user, &why),
		OK);
	expect_text(user->role_ids.items[0], arena_z(on.arena, realm->default_role->id));
	store_unload_realm(realm);
}

static void hand_made_realm_comes_back(void **state)
{
	(void)state;
	IMPORT(shapes, OK);
	struct str first = export_all("shapes", false);
	struct store_writer writer = import_options().writer;
	EXPECT(store_delete_realm(on.store, summary.realm_id, &writer, NOW_MS, &why), OK);
	IMPORT(first, OK);
	expect_text(json_difference(first, export_all("shapes", false)), "");
}

static void null_counts_as_absent(void **state)
{
	(void)state;
	IMPORT(STR("{\"realm\":\"r\",\"users\":null,\"clients\":null,\"roles\":null,\"groups\":null,"
		   "\"clientScopes\":null,\"components\":null,\"scopeMappings\":null,"
		   "\"clientScopeMappings\":null,\"displayName\":null,\"attributes\":null}"),
		OK);
	assert_int_equal(summary.clients, 6);
	IMPORT(STR("{\"realm\":\"s\",\"roles\":{\"realm\":null,\"client\":null}}"), OK);
}

static void realm_of_a_name_alone(void **state)
{
	(void)state;
	struct store_import_options options = import_options();
	EXPECT(store_create_realm(
		       on.store, on.arena, STR("{\"realm\":\"bare\"}"), &options, &summary, &why),
		OK);
	struct realm *realm = load_realm("bare");
	assert_false(realm->settings.enabled); /* as Keycloak leaves it */
	assert_int_equal(realm->clients_n, 6);
	store_unload_realm(realm);
}

/* ---- masks ---- */

static const char consenting[] =
	"{\"realm\":\"grants\",\"clients\":[{\"clientId\":\"asks\",\"consentRequired\":true}],"
	"\"users\":[{\"username\":\"ada\",\"clientConsents\":[{\"clientId\":\"asks\","
	"\"grantedClientScopes\":[\"email\",\"asks\",\"profile\"],\"createdDate\":1700000000001,"
	"\"lastUpdatedDate\":1700000000002}]}]}";

static void consents_come_and_go(void **state)
{
	(void)state;
	IMPORT(str_from(consenting), OK);
	struct realm *realm = load_realm("grants");
	const struct client *asks = realm_client_by_client_id(realm, STR("asks"));
	struct user *ada;
	struct consent got;
	EXPECT(store_find_user_by_login(on.store, on.arena, realm->settings.id, STR("ada"), false,
		       USER_ROW, &ada, &why),
		OK);
	EXPECT(store_find_consent(
		       on.store, on.arena, realm->settings.id, ada->id, asks->id, &got, &why),
		OK);
	assert_int_equal(got.scope_ids.n, 3);
	expect_text(got.scope_ids.items[0],
		arena_z(on.arena, realm_scope_by_name(realm, STR("email"))->id));
	expect_text(got.scope_ids.items[1], arena_z(on.arena, asks->id));
	assert_int_equal(got.created_ms, INT64_C(1700000000001));
	struct json_node *tree;
	EXPECT(json_tree_read(on.arena, export_all("grants", false), &tree, &why), OK);
	expect_text(json_tree_text(on.arena,
			    json_tree_get(json_tree_get(tree, STR("users"))->items[0],
				    STR("clientConsents"))),
		"[{\"clientId\":\"asks\",\"grantedClientScopes\":[\"email\",\"asks\",\"profile\"],"
		"\"createdDate\":1700000000001,\"lastUpdatedDate\":1700000000002}]");
	store_unload_realm(realm);
	IMPORT(STR("{\"realm\":\"r1\",\"users\":[{\"username\":\"a\",\"clientConsents\":"
		   "[{\"clientId\":\"nosuch\"}]}]}"),
		ERROR_INVALID_VALUE);
	IMPORT(STR("{\"realm\":\"r1\",\"users\":[{\"username\":\"a\",\"clientConsents\":"
		   "[{\"clientId\":\"account\",\"grantedClientScopes\":[\"nosuch\"]}]}]}"),
		ERROR_INVALID_VALUE);
}

static void masked_export_comes_in(void **state)
{
	(void)state;
	IMPORT(customers(), OK);
	struct str masked = export_all("customers", true);
	assert_false(str_contains(masked, STR("django-shop-secret")));
	assert_false(str_contains(masked, STR("privateKey")));
	assert_false(str_contains(masked, STR("secretData")));
	struct store_writer writer = import_options().writer;
	EXPECT(store_delete_realm(on.store, summary.realm_id, &writer, NOW_MS, &why), OK);
	IMPORT(masked, OK);
	assert_true(warned("client django-shop: its secret is masked"));
	struct realm *realm = load_realm("customers");
	assert_int_equal(realm_client_by_client_id(realm, STR("django-shop"))->secret.n, 86);
	assert_int_equal(realm->keys_n, 4);
	assert_false(str_eq(realm_key_for(realm, STR("RS256"))->kid,
		STR("XD4FTRmXXgGDSLiAr_L2rz2XTEpJ_bU1UTltf89DVto")));
	store_unload_realm(realm);
}

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	(void)reterr_why;
	text_add(context, piece);
	return OK;
}

static void realm_alone(void **state)
{
	(void)state;
	struct text text = text_new(on.arena, 0);
	struct store_export_options options = {
		.mask_secrets = true, .write = collect, .context = &text
	};
	struct json_node *tree = NULL;
	IMPORT(customers(), OK);
	EXPECT(store_export_realm(on.store, STR("customers"), &options, &why), OK);
	EXPECT(json_tree_read(on.arena, text_str(&text), &tree, &why), OK);
	static const char *const absent[] = { "roles", "groups", "localizationTexts", "users",
		"scopeMappings", "clientScopeMappings", "clients", "clientScopes",
		"defaultDefaultClientScopes", "defaultOptionalClientScopes", "identityProviders",
		"identityProviderMappers", "components", "authenticationFlows",
		"authenticatorConfig", "requiredActions", "keycloakVersion" };
	struct json_node *all = NULL;
	EXPECT(json_tree_read(on.arena, customers(), &all, &why), OK);
	assert_int_equal(tree->n, all->n - ARRAY_LENGTH(absent));
	for (size_t i = 0; i < ARRAY_LENGTH(absent); i++)
		assert_null(json_node_find(tree, str_from(absent[i])));
	EXPECT(store_export_realm(on.store, STR("nosuch"), &options, &why), ERROR_NAME_NOT_FOUND);
}

/* Keycloak tells nobody of idle expiry, so that its exports keep to that; new realms tell. */
static void idle_expiry_is_written_out(void **state)
{
	(void)state;
	struct str silent = STR("\"curfew.signout.on_idle\":\"silent\"");
	struct str tell = STR("\"curfew.signout.on_idle\":\"tell\"");
	IMPORT(customers(), OK);
	assert_true(warned("curfew.signout.on_idle"));
	assert_true(str_contains(export_all("customers", false), silent));
	IMPORT(STR("{\"realm\":\"new\"}"), OK);
	assert_false(warned("curfew.signout.on_idle"));
	assert_true(str_contains(export_all("new", false), tell));
	IMPORT(STR("{\"realm\":\"said\",\"keycloakVersion\":\"26.7.0\",\"attributes\":{"
		   "\"curfew.signout.on_idle\":\"tell\"}}"),
		OK);
	assert_false(warned("curfew.signout.on_idle"));
	assert_true(str_contains(export_all("said", false), tell));
}

/* ---- many users, readers meanwhile ---- */

static struct str many_users(size_t n)
{
	struct text text = text_new(on.arena, SIZE_MAX);
	text_add_z(&text, "{\"realm\":\"many\",\"enabled\":true,\"users\":[");
	for (size_t i = 0; i < n; i++)
		text_addf(&text,
			"%s{\"username\":\"user%zu\",\"email\":\"u%zu@example.org\",\"enabled\":true,"
			"\"attributes\":{\"n\":[\"%zu\"]},\"realmRoles\":[\"default-roles-many\"],"
			"\"credentials\":[{\"type\":\"password\",\"secretData\":\"{\\\"value\\\":"
			"\\\"sYS3bcVH6k5jIFmrObOpDRyGgqTLky1BSDdN5A5zAkI=\\\",\\\"salt\\\":"
			"\\\"59gKMX1poQ4R62Xpg3qq/g==\\\"}\",\"credentialData\":\"{\\\"hashIterations\\\":5,"
			"\\\"algorithm\\\":\\\"argon2\\\",\\\"additionalParameters\\\":{\\\"hashLength\\\":"
			"[\\\"32\\\"],\\\"memory\\\":[\\\"7168\\\"],\\\"type\\\":[\\\"id\\\"],\\\"version\\\":"
			"[\\\"1.3\\\"],\\\"parallelism\\\":[\\\"1\\\"]}}\"}]}",
			i ? "," : "", i, i, i);
	text_add_z(&text, "]}");
	return text_str(&text);
}

struct reading {
	atomic_bool stop;
	long reads, failures;
};

static void *read_on(void *argument)
{
	struct reading *reading = argument;
	while (!atomic_load(&reading->stop)) {
		ARENA_SCOPED arena = arena_new(0);
		struct realm_name *names;
		size_t n = 0;
		struct why why = { "" };
		/* What is being imported is not to be seen before it is whole. */
		if (store_list_realms(on.store, arena, &names, &n, &why))
			reading->failures++;
		for (size_t i = 0; i < n; i++)
			if (str_eq_z(names[i].name, "many")) {
				int64_t users = 0;
				if (store_count_users(on.store, names[i].id,
					    &(struct user_query){ .max = -1 }, &users, &why) ||
					users != 4000)
					reading->failures++;
			}
		reading->reads++;
	}
	return NULL;
}

static int64_t told_users, told_bytes;

static bool tell(void *context, int64_t done, int64_t total, int64_t users)
{
	(void)context;
	assert_true(done >= told_bytes && done <= total && users >= told_users);
	told_bytes = done;
	told_users = users;
	return true;
}

static void readers_go_on(void **state)
{
	(void)state;
	struct reading reading = { .reads = 0 };
	struct store_import_options options = import_options();
	struct store_import_source source = {
		.name = STR("many"), .fd = -1, .memory = many_users(4000)
	};
	pthread_t thread;
	options.progress = tell;
	told_users = told_bytes = 0;
	assert_int_equal(pthread_create(&thread, NULL, read_on, &reading), 0);
	EXPECT(store_import(on.store, on.arena, &source, &options, &summary, &why), OK);
	atomic_store(&reading.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(summary.users, 4000);
	assert_int_equal(told_users, 4000);
	/* Read twice, and what hangs on the users written behind them. */
	assert_int_equal(told_bytes, 3 * (int64_t)source.memory.n);
	assert_int_equal(reading.failures, 0);
	assert_true(reading.reads > 0);
	assert_int_equal(count("select count(*) from credential"), 4000);
	/* Users are written a page at a time. */
	struct json_node *tree = NULL;
	EXPECT(json_tree_read(on.arena, export_all("many", false), &tree, &why), OK);
	assert_int_equal(json_node_find(tree, STR("users"))->n, 4000);
}

int main(int argc, char **argv)
{
	static const struct fixture_test tests[] = {
		IN_STORE(round_trip),
		IN_STORE(order_does_not_matter),
		IN_STORE(from_a_file_through_no_writer),
		IN_STORE(snapshot),
		IN_STORE(snapshot_roles_groups_keys),
		IN_STORE(users_of_the_export),
		IN_STORE(no_secret_in_clear),
		IN_STORE(hand_made_realm),
		IN_STORE(what_keycloak_makes_of_it),
		IN_STORE(hand_made_clients),
		IN_STORE(hand_made_realm_comes_back),
		IN_STORE(null_counts_as_absent),
		IN_STORE(realm_of_a_name_alone),
		IN_STORE(consents_come_and_go),
		IN_STORE(masked_export_comes_in),
		IN_STORE(realm_alone),
		IN_STORE(idle_expiry_is_written_out),
		IN_STORE(readers_go_on),
	};
	fixture_start(argc, argv, "import");
	return fixture_run("import", tests, ARRAY_LENGTH(tests));
}
