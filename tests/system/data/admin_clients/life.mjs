// The life of a realm, by Keycloak's own admin client for JavaScript: `node life.mjs URL USER PASSWORD`.
// Prints a line a chapter, "ok NAME" or "not ok NAME: why", and exits with the number of failures.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.ADMIN_CLIENT_PACKAGES + "/package.json"));
const { default: KcAdminClient } = await import(
  pathToFileURL(require.resolve("@keycloak/keycloak-admin-client")).href);

const [url, username, password] = process.argv.slice(2);
const realm = "life-" + Date.now();
const admin = new KcAdminClient({ baseUrl: url, realmName: "master" });
const signIn = () => admin.auth({ username, password, grantType: "password", clientId: "admin-cli" });
const names = (things) => things.map((one) => one.name).sort();
const status = async (call) => {
  try {
    await call();
  } catch (error) {
    assert.ok(error.response, String(error));
    return [error.response.status, error.responseData?.errorMessage ?? error.responseData?.error];
  }
  return "no error";
};
const made = {};

const chapters = {
  async "a realm is made, changed and found"() {
    assert.equal((await admin.realms.create({ realm, enabled: true })).realmName, realm);
    assert.equal((await status(() => admin.realms.create({ realm })))[0], 409);
    await admin.realms.update({ realm }, { displayName: "Life", eventsEnabled: true, adminEventsEnabled: true,
      adminEventsDetailsEnabled: true });
    assert.equal((await admin.realms.findOne({ realm })).displayName, "Life");
    assert.ok((await admin.realms.find({ briefRepresentation: true })).some((one) => one.realm === realm));
    assert.equal(await admin.realms.findOne({ realm: "no-such" }), null);
    admin.setConfig({ realmName: realm });
  },

  async "roles and composites"() {
    assert.equal((await admin.roles.create({ name: "reader", description: "reads" })).roleName, "reader");
    await admin.roles.create({ name: "writer", attributes: { level: ["1", "2"] } });
    assert.equal((await status(() => admin.roles.create({ name: "reader" })))[0], 409);
    const writer = await admin.roles.findOneByName({ name: "writer" });
    assert.deepEqual(writer.attributes, { level: ["1", "2"] });
    made.reader = await admin.roles.findOneByName({ name: "reader" });
    await admin.roles.createComposite({ roleId: writer.id }, [made.reader]);
    assert.deepEqual(names(await admin.roles.getCompositeRoles({ id: writer.id })), ["reader"]);
    assert.deepEqual(names(await admin.roles.getCompositeRolesForRealm({ id: writer.id })), ["reader"]);
    await admin.roles.delCompositeRoles({ id: writer.id }, [made.reader]);
    assert.deepEqual(await admin.roles.getCompositeRoles({ id: writer.id }), []);
    await admin.roles.updateById({ id: writer.id }, { name: "editor", description: "writes" });
    assert.equal((await admin.roles.findOneById({ id: writer.id })).name, "editor");
    assert.deepEqual(names(await admin.roles.find({ search: "edit", first: 0, max: 5 })), ["editor"]);
    assert.equal(await admin.roles.findOneByName({ name: "writer" }), null);
  },

  async "a client, its roles, secret and scopes"() {
    made.client = (await admin.clients.create({ clientId: "shop", redirectUris: ["https://shop.example/*"],
      directAccessGrantsEnabled: true, serviceAccountsEnabled: true })).id;
    const id = made.client;
    assert.equal((await admin.clients.find({ clientId: "shop" }))[0].id, id);
    assert.equal((await status(() => admin.clients.create({ clientId: "shop" })))[0], 409);
    await admin.clients.update({ id }, { clientId: "shop", description: "sells" });
    assert.equal((await admin.clients.findOne({ id })).description, "sells");
    const secret = (await admin.clients.generateNewClientSecret({ id })).value;
    assert.equal((await admin.clients.getClientSecret({ id })).value, secret);
    made.secret = secret;
    await admin.clients.createRole({ id, name: "buyer" });
    made.buyer = await admin.clients.findRole({ id, roleName: "buyer" });
    assert.deepEqual(names(await admin.clients.listRoles({ id })), ["buyer"]);
    assert.equal((await admin.clients.getServiceAccountUser({ id })).username, "service-account-shop");
    const other = await admin.clients.create({ clientId: "keys", protocol: "openid-connect" });
    const { certificate } = await admin.clients.generateKey({ id: other.id, attr: "jwt.credential" });
    assert.ok(certificate.length > 500);
    assert.equal((await admin.clients.getKeyInfo({ id: other.id, attr: "jwt.credential" })).certificate, certificate);
    await admin.clients.del({ id: other.id });
    assert.equal(await admin.clients.findOne({ id: other.id }), null);
    const installed = await admin.clients.getInstallationProviders({ id, providerId: "keycloak-oidc-keycloak-json" });
    assert.ok(JSON.stringify(installed).includes(realm));
  },

  async "client scopes, mappers, scope mappings"() {
    const id = made.client;
    const scope = (await admin.clientScopes.create({ name: "loyalty", protocol: "openid-connect" })).id;
    const mapper = { name: "points", protocol: "openid-connect", protocolMapper: "oidc-hardcoded-claim-mapper",
      config: { "claim.name": "points", "claim.value": "7", "jsonType.label": "int", "access.token.claim": "true" } };
    await admin.clientScopes.addProtocolMapper({ id: scope }, mapper);
    assert.equal((await status(() => admin.clientScopes.addProtocolMapper({ id: scope }, mapper)))[0], 409);
    const [found] = await admin.clientScopes.listProtocolMappers({ id: scope });
    await admin.clientScopes.updateProtocolMapper({ id: scope, mapperId: found.id },
      { ...found, config: { ...found.config, "claim.value": "8" } });
    await admin.clients.addOptionalClientScope({ id, clientScopeId: scope });
    assert.ok(names(await admin.clients.listOptionalClientScopes({ id })).includes("loyalty"));
    await admin.clients.delOptionalClientScope({ id, clientScopeId: scope });
    await admin.clients.addDefaultClientScope({ id, clientScopeId: scope });
    assert.ok(names(await admin.clients.listDefaultClientScopes({ id })).includes("loyalty"));
    await admin.clientScopes.addRealmScopeMappings({ id: scope }, [made.reader]);
    assert.deepEqual(names(await admin.clientScopes.listRealmScopeMappings({ id: scope })), ["reader"]);
    await admin.clients.addRealmScopeMappings({ id }, [made.reader]);
    assert.deepEqual(names(await admin.clients.listRealmScopeMappings({ id })), ["reader"]);
    await admin.clients.delRealmScopeMappings({ id }, [made.reader]);
    await admin.clients.addProtocolMapper({ id }, { ...mapper, name: "own", config: { ...mapper.config, "claim.name": "own" } });
    assert.deepEqual(names(await admin.clients.listProtocolMappers({ id })).includes("own"), true);
    assert.equal((await admin.clientScopes.findOneByName({ name: "loyalty" })).id, scope);
  },

  async "users, groups, mappings, credentials"() {
    const id = (made.user = (await admin.users.create({ username: "Zoe", email: "zoe@example.org", firstName: "Zoe",
      lastName: "Z", enabled: true, emailVerified: true, credentials: [{ type: "password", value: "pw-of-zoe" }] })).id);
    assert.equal((await status(() => admin.users.create({ username: "zoe" })))[0], 409);
    assert.deepEqual((await admin.users.find({ search: "zo" })).map((one) => one.username), ["zoe"]);
    assert.equal(await admin.users.count({ search: "zo" }), 1);
    await admin.users.update({ id }, { firstName: "Zoë" });
    assert.equal((await admin.users.findOne({ id })).firstName, "Zoë");
    const group = (await admin.groups.create({ name: "staff" })).id;
    const night = (await admin.groups.createChildGroup({ id: group }, { name: "night" })).id;
    assert.equal((await admin.groups.findOne({ id: night })).path, "/staff/night");
    assert.equal((await admin.groups.count()).count, 2);
    await admin.users.addToGroup({ id, groupId: night });
    assert.deepEqual(names(await admin.users.listGroups({ id })), ["night"]);
    assert.deepEqual((await admin.groups.listMembers({ id: night })).map((one) => one.id), [id]);
    await admin.groups.addRealmRoleMappings({ id: group, roles: [made.reader] });
    assert.deepEqual(names(await admin.groups.listRealmRoleMappings({ id: group })), ["reader"]);
    assert.ok(names(await admin.users.listCompositeRealmRoleMappings({ id })).includes("reader"));
    await admin.users.addRealmRoleMappings({ id, roles: [made.reader] });
    assert.ok(names(await admin.users.listRealmRoleMappings({ id })).includes("reader"));
    assert.ok(!names(await admin.users.listAvailableRealmRoleMappings({ id })).includes("reader"));
    await admin.users.delRealmRoleMappings({ id, roles: [made.reader] });
    await admin.users.addClientRoleMappings({ id, clientUniqueId: made.client, roles: [made.buyer] });
    assert.deepEqual(names(await admin.users.listClientRoleMappings({ id, clientUniqueId: made.client })), ["buyer"]);
    assert.deepEqual((await admin.clients.findUsersWithRole({ id: made.client, roleName: "buyer" }))
      .map((one) => one.id), [id]);
    await admin.users.resetPassword({ id, credential: { type: "password", value: "pw-two", temporary: false } });
    const [credential] = await admin.users.getCredentials({ id });
    assert.equal(credential.type, "password");
    assert.equal(credential.secretData, undefined);
    assert.equal((await status(() => admin.users.addToGroup({ id, groupId: made.client })))[0], 404);
  },

  async "a session begins, is seen, and ends"() {
    const token = await (await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, { method: "POST",
      body: new URLSearchParams({ grant_type: "password", client_id: "shop", client_secret: made.secret,
        username: "zoe", password: "pw-two", scope: "openid" }) })).json();
    const claims = JSON.parse(Buffer.from(token.access_token.split(".")[1], "base64url"));
    assert.equal(claims.points, 8);
    assert.deepEqual(claims.resource_access.shop.roles, ["buyer"]);
    assert.ok(claims.realm_access.roles.includes("reader"));
    const [session] = await admin.users.listSessions({ id: made.user });
    assert.equal(session.id, claims.sid);
    assert.equal((await admin.clients.getSessionCount({ id: made.client })).count, 1);
    await admin.realms.deleteSession({ realm, session: session.id, isOffline: false });
    assert.deepEqual(await admin.users.listSessions({ id: made.user }), []);
    await admin.users.logout({ id: made.user });
    const types = (await admin.realms.findEvents({ realm, type: ["LOGIN"] })).map((one) => one.type);
    assert.deepEqual(types, ["LOGIN"]);
    const events = await admin.realms.findAdminEvents({ realm, resourceTypes: ["USER"] });
    assert.ok(events.some((one) => one.operationType === "CREATE" && one.resourcePath === `users/${made.user}`));
    assert.ok(!JSON.stringify(events).includes("pw-of-zoe"));
  },

  async "flows, identity providers, components, keys"() {
    const flow = (await admin.authenticationManagement.createFlow({ alias: "mine", providerId: "basic-flow",
      topLevel: true, builtIn: false })).id;
    await admin.authenticationManagement.addExecutionToFlow({ flow: "mine", provider: "auth-cookie" });
    const [execution] = await admin.authenticationManagement.getExecutions({ flow: "mine" });
    assert.equal(execution.providerId, "auth-cookie");
    await admin.authenticationManagement.updateExecution({ flow: "mine" }, { ...execution, requirement: "REQUIRED" });
    await admin.authenticationManagement.deleteFlow({ flowId: flow });
    assert.ok((await admin.authenticationManagement.getRequiredActions()).length > 3);
    await admin.identityProviders.create({ alias: "github", providerId: "github",
      config: { clientId: "x", clientSecret: "y" } });
    assert.equal((await admin.identityProviders.findOne({ alias: "github" })).config.clientSecret, "**********");
    await admin.identityProviders.del({ alias: "github" });
    const key = (await admin.components.create({ name: "next", providerId: "rsa-generated",
      providerType: "org.keycloak.keys.KeyProvider", config: { priority: ["200"] } })).id;
    const keys = await admin.realms.getKeys({ realm });
    assert.equal(keys.keys.find((one) => one.kid === keys.active.RS256).providerId, key);
    await admin.components.del({ id: key });
    assert.ok((await admin.serverInfo.find()).systemInfo);
  },

  async "all of it goes"() {
    await admin.users.del({ id: made.user });
    assert.equal(await admin.users.findOne({ id: made.user }), null);
    await admin.clients.del({ id: made.client });
    await admin.roles.delById({ id: made.reader.id });
    admin.setConfig({ realmName: "master" });
    await admin.realms.del({ realm });
    assert.equal(await admin.realms.findOne({ realm }), null);
  },
};

await signIn();
let failures = 0;
for (const [name, chapter] of Object.entries(chapters)) {
  try {
    await chapter();
    console.log(`ok ${name}`);
  } catch (error) {
    failures++;
    console.log(`not ok ${name}: ${error.message?.replaceAll("\n", " ")} ${error.stack?.match(/life.mjs:\d+/g)}`);
  }
}
process.exit(failures);
