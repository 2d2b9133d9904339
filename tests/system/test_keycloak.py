"""Keycloak itself with what Curfew exports: it imports all of it, and users sign in there with
their passwords and get the same tokens."""

import json

import pytest
import requests

from support import realm as realms
from support.browser import decode_part
from support.keycloak import Keycloak, why_not

pytestmark = [pytest.mark.any_engine,
              pytest.mark.skipif(bool(why_not()), reason=f"no Keycloak to import with: {why_not()}")]

# As recorded at Keycloak: Argon2id, PBKDF2 with SHA-512 and SHA-256 (with SHA-1 it takes Java a minute);
# made here: with the user, and later.
PASSWORDS = {"ada": "lovelace", "bob": "builder", "carol": "carol-pw", "dave": "dave-pw",
             "lara": "pass of lara \u00e6", "moved": "set by an admin"}
IDP = {"alias": "partner", "providerId": "oidc", "displayName": "Partner", "trustEmail": True,
       "config": {"authorizationUrl": "https://idp.example.org/auth", "clientId": "us",
                  "tokenUrl": "https://idp.example.org/token", "clientSecret": "idp-secret"}}
SCRIPTED = {"name": "level", "protocol": "openid-connect",
            "protocolMapper": "oidc-usermodel-attribute-mapper",
            "config": {"user.attribute": "level", "claim.name": "app.level", "jsonType.label": "int",
                       "access.token.claim": "true", "id.token.claim": "true",
                       "userinfo.token.claim": "true", "introspection.token.claim": "true"}}
GROUPS = {"name": "paths", "protocol": "openid-connect",
          "protocolMapper": "oidc-group-membership-mapper",
          "config": {"full.path": "true", "claim.name": "paths", "access.token.claim": "true",
                     "id.token.claim": "true", "userinfo.token.claim": "true"}}


def change(admin):
    """A bit of everything, made at Curfew."""
    def made(path, body):
        answer = admin.request("POST", path, 201, json=body)
        return answer.headers["location"].rsplit("/", 1)[1]

    profile = admin.get("/users/profile")
    profile["unmanagedAttributePolicy"] = "ENABLED"
    admin.request("PUT", "/users/profile", 200, json=profile)
    admin.request("POST", "/roles", 201, json={"name": "clerk", "description": "Clerk \u00e6",
                                               "attributes": {"a": ["1", "2"]}})
    shop = admin.get("/clients", clientId="django-shop")[0]["id"]
    admin.request("POST", f"/clients/{shop}/roles", 201, json={"name": "picker"})
    picker = admin.get(f"/clients/{shop}/roles/picker")
    admin.request("POST", "/roles/clerk/composites", 204, json=[picker])
    top = made("/groups", {"name": "made here", "attributes": {"floor": ["2"]}})
    child = made(f"/groups/{top}/children", {"name": "child/with slash"})
    admin.request("POST", f"/groups/{child}/role-mappings/realm", 204,
                  json=[admin.get("/roles/clerk")])
    for name, scope in (("profile", None), ("extra", {"name": "extra", "protocol": "openid-connect",
                                                      "attributes": {"include.in.token.scope": "true"},
                                                      "protocolMappers": [SCRIPTED]})):
        if scope:
            scope = made("/client-scopes", scope)
    client = admin.get("/clients", clientId="ovirt-engine")[0]["id"]
    admin.request("PUT", f"/clients/{client}/default-client-scopes/{scope}", 204)
    made(f"/clients/{client}/protocol-mappers/models", GROUPS)
    for user in ({"username": "lara", "firstName": "Lara", "lastName": "Croft", "emailVerified": True,
                  "email": "lara@example.org", "enabled": True, "attributes": {"level": ["7"]},
                  "credentials": [{"type": "password", "value": PASSWORDS["lara"],
                                   "temporary": False}]},
                 {"username": "moved", "firstName": "Mo", "lastName": "Ved", "enabled": True,
                  "email": "moved@example.org"}):
        user = made("/users", user)
        admin.request("PUT", f"/users/{user}/groups/{child}", 204)
    admin.request("PUT", f"/users/{user}/reset-password", 204, json={
        "type": "password", "value": PASSWORDS["moved"], "temporary": False})
    made("/identity-provider/instances", IDP)
    made("/identity-provider/instances/partner/mappers", {
        "name": "all are clerks", "identityProviderAlias": "partner",
        "identityProviderMapper": "oidc-hardcoded-role-idp-mapper",
        "config": {"syncMode": "INHERIT", "role": "clerk"}})
    admin.request("POST", f"/users/{user}/federated-identity/partner", 204, json={
        "identityProvider": "partner", "userId": "42", "userName": "mo"})
    made("/components", {"name": "elliptic", "providerId": "ecdsa-generated",
                         "providerType": "org.keycloak.keys.KeyProvider",
                         "config": {"priority": ["50"], "ecdsaEllipticCurveKey": ["P-384"]}})
    admin.request("POST", "/authentication/flows/browser/copy", 201, json={"newName": "our browser"})
    executions = admin.get("/authentication/flows/our browser/executions")
    spnego = next(one for one in executions if one.get("providerId") == "auth-spnego")
    admin.request("PUT", "/authentication/flows/our browser/executions", 204,
                  json={**spnego, "requirement": "DISABLED"})
    admin.request("POST", f"/authentication/executions/{executions[0]['id']}/config", 201, json={
        "alias": "cookie settings", "config": {"default.reference.value": "x"}})
    action = admin.get("/authentication/required-actions/VERIFY_EMAIL")
    admin.request("PUT", "/authentication/required-actions/VERIFY_EMAIL", 204,
                  json={**action, "defaultAction": True, "priority": 3})
    admin.request("PUT", "/localization/en/greeting", 204, data=b"Hello",
                  headers={"content-type": "text/plain"})
    admin.request("PUT", "", 204, json={
        **admin.get(), "accessTokenLifespan": 123, "passwordPolicy": "length(3) and notUsername",
        "displayName": "Kunder \u00e6", "browserFlow": "our browser", "attributes": {
            **admin.get()["attributes"], "own": "kept"}, "smtpServer": {"host": "mail.example.org", "from": "sso@example.org"},
        "internationalizationEnabled": True, "supportedLocales": ["en", "nb"]})
    admin.request("PUT", "/client-policies/profiles", 204, json={"profiles": [{
        "name": "strict", "description": "d", "executors": [
            {"executor": "pkce-enforcer", "configuration": {"auto-configure": "true"}}]}]})
    admin.request("PUT", "/client-policies/policies", 204, json={"policies": [{
        "name": "all", "description": "d", "enabled": False, "profiles": ["strict"],
        "conditions": [{"condition": "any-client", "configuration": {}}]}]})


class Both:
    def __init__(self, server, keycloak):
        self.admin, self.keycloak = server.admin(), keycloak
        self.urls = server.url, keycloak.url

    def get(self, path="", **params):
        return self.admin.get(path, **params), self.keycloak.get(path, **params)

    def tokens(self, **form):
        """The claims of both access tokens."""
        for url in self.urls:
            answer = requests.post(f"{url}/realms/customers/protocol/openid-connect/token",
                                   data=form, timeout=60)
            assert answer.ok, f"{url}: {form}: {answer.text}"
            yield decode_part(answer.json()["access_token"].split(".")[1])


@pytest.fixture(scope="module")
def both(shared, tmp_path_factory):
    realm = realms.customers({})
    realm["quickLoginCheckMilliSeconds"] = 0
    server = shared.server(realm)
    change(server.admin())
    folder = tmp_path_factory.mktemp("keycloak")
    server.curfew("realm", "export", "customers", "--dir", folder / "out", "--users",
                  "different-files")
    keycloak = Keycloak(folder, folder / "out")
    yield Both(server, keycloak)
    keycloak.stop()


OF_THE_MOMENT = ("exp", "iat", "auth_time", "jti", "iss", "sid", "session_state")


def without(one, *names):
    return {key: sorted(value, key=str) if isinstance(value, list) else value
            for key, value in one.items() if key not in names}


@pytest.mark.parametrize("username", PASSWORDS)
def test_a_user_signs_in_there_and_gets_the_same_token(both, username):
    ours, theirs = both.tokens(grant_type="password", client_id="ovirt-engine", scope="openid",
                               client_secret="ovirt-engine-secret", username=username,
                               password=PASSWORDS[username])
    for claims in (ours, theirs):
        claims["scope"] = sorted(claims["scope"].split())
    assert nested(without(ours, *OF_THE_MOMENT)) == nested(without(theirs, *OF_THE_MOMENT))
    assert theirs["exp"] - theirs["iat"] == ours["exp"] - ours["iat"] == 123
    if username in ("lara", "moved"):
        assert theirs["paths"] == ["/made here/child/with slash"]
        assert "clerk" in theirs["realm_access"]["roles"]


def test_a_wrong_password_is_wrong_there_too(both):
    for url in both.urls:
        answer = requests.post(f"{url}/realms/customers/protocol/openid-connect/token", timeout=60,
                               data={"grant_type": "password", "client_id": "ovirt-engine",
                                     "client_secret": "ovirt-engine-secret", "username": "lara",
                                     "password": "lovelace"})
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant", url


def test_a_client_signs_in_with_its_secret(both):
    ours, theirs = both.tokens(grant_type="client_credentials", client_id="batch",
                               client_secret="batch-secret")
    for claims in (ours, theirs):
        claims["scope"] = sorted(claims["scope"].split())
    names = (*OF_THE_MOMENT, "clientHost", "clientAddress")
    assert nested(without(ours, *names)) == nested(without(theirs, *names))


# What each of the two makes for itself, or shows masked.
OF_ITS_OWN = ("id", "containerId", "internalId", "parentId", "flowId", "authenticationConfig", "access",
              "subGroupCount", "keycloakVersion", "createdTimestamp")


def by_name(items):
    def name(one):
        names = [str(one[key]) for key in ("clientId", "username", "alias", "name", "subType") if key in one]
        return " ".join(names) or one["providerId"]
    found = {name(one): without(one, *OF_ITS_OWN) for one in items}
    assert len(found) == len(items), "two of one name"
    return found


def nested(one):
    """Without the ids, at every level, and lists in no order."""
    if isinstance(one, dict):
        return {key: nested(value) for key, value in one.items() if key not in OF_ITS_OWN}
    if isinstance(one, list):
        return sorted(map(nested, one), key=lambda item: item.get("name") or json.dumps(
            item, sort_keys=True) if isinstance(item, dict) else str(item))
    return one


# What Keycloak adds to whatever it imports, its own exports included.
ADDED = {"userinfo.token.claim": "true", "introspection.token.claim": "true",
         "multivalued": "true",
         "post.logout.redirect.uris": "+"}


def lost(ours, theirs, path=""):
    """What of ours is not there as it was, or is there besides."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [line for key in {*ours, *theirs} for line in (
            lost(ours[key], theirs.get(key), f"{path}.{key}") if key in ours else
            [] if ADDED.get(key) == theirs[key] or key.endswith((".creation.time", "secret")) else
            [f"{path}.{key}: {theirs[key]} came"])]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for i, (one, other) in enumerate(zip(ours, theirs))
                for line in lost(one, other, f"{path}[{i}]")]
    return [] if ours == theirs else [f"{path}: {ours} became {theirs}"]


def test_the_realm_is_the_same(both):
    ours, theirs = both.get()
    names = ("id", "keycloakVersion", "defaultRole")
    theirs["attributes"] = {key: value for key, value in theirs["attributes"].items()
                            if key in ours["attributes"]}  # it repeats settings there
    differing = {key: (ours.get(key), theirs.get(key)) for key in {*ours, *theirs}
                 if key not in names and nested(ours.get(key)) != nested(theirs.get(key))}
    assert not differing


@pytest.mark.parametrize("path", (
    "/roles?briefRepresentation=false", "/client-scopes", "/clients", "/users", "/components",
    "/authentication/required-actions", "/identity-provider/instances",
    "/identity-provider/instances/partner/mappers", "/authentication/flows",
    "/groups?populateHierarchy=true&briefRepresentation=false"))
def test_the_lists_are_the_same(both, path):
    ours, theirs = both.get(path)
    ours, theirs = by_name(ours), by_name(theirs)
    assert not lost(nested(ours), nested(theirs))


@pytest.mark.parametrize("path", (
    "/localization/en", "/client-policies/profiles", "/client-policies/policies", "/users/profile",
    "/default-groups", "/default-default-client-scopes", "/default-optional-client-scopes",
    "/authentication/flows/our browser/executions", "/authentication/flows/direct grant/executions",
    "/events/config"))
def test_the_rest_is_the_same(both, path):
    ours, theirs = both.get(path)
    assert nested(ours) == nested(theirs)


def test_groups_with_their_children_and_members(both):
    for admin in (both.admin, both.keycloak):
        group = next(one for one in admin.get("/groups") if one["name"] == "made here")
        (child,) = admin.get(f"/groups/{group['id']}/children")
        assert child["name"] == "child/with slash"
        assert {one["username"] for one in admin.get(f"/groups/{child['id']}/members")} == \
            {"lara", "moved"}
        mapped = admin.get(f"/groups/{child['id']}/role-mappings")
        assert [one["name"] for one in mapped["realmMappings"]] == ["clerk"]


def test_users_with_their_roles_and_identities(both):
    for admin in (both.admin, both.keycloak):
        users = {one["username"]: one["id"] for one in admin.get("/users", max=100)}
        mapped = admin.get(f"/users/{users['ada']}/role-mappings")
        assert {one["name"] for one in mapped["realmMappings"]} == {"manager", "default-roles-customers"}
        assert [one["name"] for one in mapped["clientMappings"]["django-shop"]["mappings"]] == ["cashier"]
        (identity,) = admin.get(f"/users/{users['moved']}/federated-identity")
        assert identity["userId"] == "42" and identity["identityProvider"] == "partner"
        (credential,) = admin.get(f"/users/{users['erin']}/credentials")
        assert credential["type"] == "password"


def test_secrets_and_keys_move_too(both):
    for admin in (both.admin, both.keycloak):
        client = admin.get("/clients", clientId="django-shop")[0]["id"]
        assert admin.get(f"/clients/{client}/client-secret")["value"] == "django-shop-secret"
    ours, theirs = both.get("/keys")

    def keys(answer):
        return {tuple(one.get(name) for name in ("algorithm", "kid", "publicKey", "status", "use"))
                for one in answer["keys"]}
    assert keys(ours) == keys(theirs) and "ES384" in ours["active"]
