"""kcadm.sh, Keycloak's own command line, unchanged against this server: a full life of a realm with
clients, client scopes, mappers, roles, groups, users, sessions, keys and events."""

import json
import os
import shutil
import subprocess

import pytest
import requests

from support.server import ADMIN, ADMIN_PASSWORD, ROOT

pytestmark = pytest.mark.any_engine

JARS = ROOT / ".cache" / "kcadm" / "lib"
REALM = "scripted"


class Kcadm:
    """What the script of that name starts."""

    def __init__(self, url, folder, password, user=ADMIN, admin=None):
        self.url, self.config, self.password, self.user = url, folder / "kcadm.config", password, user
        self.admin = admin

    def run(self, *words, check=True, typed=None):
        (jar,) = JARS.glob("keycloak-admin-cli-*.jar")
        done = subprocess.run(
            [shutil.which("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(jar),
             "--add-opens=java.base/java.security=ALL-UNNAMED", f"-Dkc.lib.dir={JARS}",
             "org.keycloak.client.admin.cli.KcAdmMain", *map(str, words), "--config", self.config],
            input=typed, capture_output=True, text=True, timeout=300,
            env={k: v for k, v in os.environ.items() if not k.startswith("KC_")})
        if check:
            assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def log_in(self):
        self.run("config", "credentials", "--server", self.url, "--realm", "master",
                 "--user", self.user, "--password", self.password)

    def __call__(self, verb, *words, **more):
        """In the realm of this test."""
        return self.run(verb, *words, "-r", REALM, **more)

    def get(self, *words):
        return json.loads(self("get", *words).stdout)

    def see(self, path):
        """What is there, read without the script: each run of it costs a start of Java."""
        return self.admin.get(f"/{path}")

    def make(self, path, **body):
        """The id of what the script needs and need not make itself."""
        return self.admin.request("POST", f"/{path}", 201, json=body).headers["location"].split("/")[-1]

    def create(self, *words, **more):
        """The id of what was made."""
        return self("create", *words, "-i", **more).stdout.strip()

    def refused(self, *words, **more):
        done = self(*words, check=False, **more)
        assert done.returncode == 1, (words, done.returncode, done.stdout, done.stderr)
        return done.stderr

    def token(self, **form):
        return requests.post(f"{self.url}/realms/{REALM}/protocol/openid-connect/token", timeout=60,
                             data=form)


@pytest.fixture(scope="module")
def kcadm(shared, tmp_path_factory):
    server = shared.server()
    found = Kcadm(server.url, tmp_path_factory.mktemp("kcadm"), ADMIN_PASSWORD,
                  admin=server.admin(REALM))
    found.log_in()
    found.run("create", "realms", "-s", f"realm={REALM}", "-s", "enabled=true")
    return found


def test_a_realm_is_read_and_changed(kcadm):
    names = json.loads(kcadm.run("get", "realms", "--fields", "realm,enabled").stdout)
    assert {"realm": REALM, "enabled": True} in names
    assert kcadm.run("get", "realms", "--fields", "realm", "--format", "csv",
                     "--noquotes").stdout.split().count(REALM) == 1
    kcadm.run("update", f"realms/{REALM}", "-s", "displayName=By a script",
              "-s", "accessTokenLifespan=333", "-s", 'attributes.frontendUrl=')
    after = kcadm.admin.get()
    assert (after["displayName"], after["accessTokenLifespan"]) == ("By a script", 333)
    again = kcadm.run("create", "realms", "-s", f"realm={REALM}", check=False)
    assert again.returncode == 1 and f"Realm {REALM} already exists" in again.stderr, again.stderr
    kcadm.run("create", "realms", "-f", "-", typed='{"realm": "short-lived", "enabled": true}')
    kcadm.run("delete", "realms/short-lived")
    assert "short-lived" not in kcadm.run("get", "realms", "--fields", "realm").stdout


def test_a_client_lives(kcadm):
    client = kcadm.create("clients", "-s", "clientId=shop", "-s", 'redirectUris=["http://a/*"]',
                          "-s", "serviceAccountsEnabled=true", "-s", "directAccessGrantsEnabled=true")
    assert kcadm.get("clients", "--fields", "id,clientId", "-q", "clientId=shop") == \
        [{"id": client, "clientId": "shop"}]
    kcadm("update", f"clients/{client}", "-s", "description=A shop", "-s", "redirectUris+=http://b/*",
          "-s", 'attributes."post.logout.redirect.uris"=+')
    after = kcadm.see(f"clients/{client}")
    assert after["description"] == "A shop" and set(after["redirectUris"]) == {"http://a/*", "http://b/*"}
    assert after["attributes"]["post.logout.redirect.uris"] == "+"
    kcadm("update", f"clients/{client}", "-m", "-f", "-", typed='{"name": "Shop"}')
    assert kcadm.see(f"clients/{client}")["name"] == "Shop"
    first = kcadm.see(f"clients/{client}/client-secret")["value"]
    kcadm("create", f"clients/{client}/client-secret")
    second = kcadm.see(f"clients/{client}/client-secret")["value"]
    assert first != second
    grant = {"grant_type": "client_credentials", "client_id": "shop"}
    assert kcadm.token(**grant, client_secret=first).status_code == 401
    assert kcadm.token(**grant, client_secret=second).ok
    account = kcadm.see(f"clients/{client}/service-account-user")
    assert account["username"] == "service-account-shop"
    assert kcadm.see(f"clients/{client}/installation/providers/keycloak-oidc-keycloak-json")["resource"] == "shop"
    kcadm("delete", f"clients/{client}")
    assert kcadm.admin.get("/clients", clientId="shop") == []


def test_a_client_scope_and_its_mappers_live(kcadm):
    scope = kcadm.create("client-scopes", "-s", "name=orders", "-s", "protocol=openid-connect",
                         "-s", 'attributes."include.in.token.scope"=true')
    mapper = kcadm.create(
        f"client-scopes/{scope}/protocol-mappers/models", "-s", "name=office",
        "-s", "protocol=openid-connect", "-s", "protocolMapper=oidc-hardcoded-claim-mapper",
        "-s", 'config."claim.name"=office', "-s", 'config."claim.value"=Berlin',
        "-s", 'config."jsonType.label"=String', "-s", 'config."access.token.claim"=true')
    path = f"client-scopes/{scope}/protocol-mappers/models"
    assert kcadm.see(f"{path}/{mapper}")["config"]["claim.value"] == "Berlin"
    kcadm("update", f"{path}/{mapper}", "-s", 'config."claim.value"=Rome')
    client = kcadm.make("clients", clientId="with-scopes", secret="s", serviceAccountsEnabled=True)
    kcadm("update", f"clients/{client}/optional-client-scopes/{scope}")
    assert "orders" in [one["name"] for one in kcadm.see(f"clients/{client}/optional-client-scopes")]
    answer = kcadm.token(grant_type="client_credentials", client_id="with-scopes", client_secret="s",
                         scope="orders")
    assert answer.ok and "orders" in answer.json()["scope"].split(), answer.text
    kcadm("delete", f"{path}/{mapper}")
    assert kcadm.see(path) == []
    own = kcadm.create(f"clients/{client}/protocol-mappers/models", "-f", "-", typed=json.dumps({
        "name": "own", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
        "config": {"included.custom.audience": "x", "access.token.claim": "true"}}))
    assert own in [one["id"] for one in kcadm.see(f"clients/{client}/protocol-mappers/models")]
    kcadm("delete", f"client-scopes/{scope}")
    assert "orders" not in [one["name"] for one in kcadm.see("client-scopes")]


def test_roles_are_given_and_taken(kcadm):
    user = kcadm.make("users", username="roland", enabled=True)
    client = kcadm.make("clients", clientId="with-roles")
    kcadm("create", "roles", "-s", "name=auditor", "-s", "description=Reads")
    kcadm.make("roles", name="viewer")
    kcadm.make(f"clients/{client}/roles", name="clerk")
    kcadm("update", "roles/auditor", "-s", "description=Reads everything")
    assert kcadm.see("roles/auditor")["description"] == "Reads everything"
    kcadm("add-roles", "--rname", "auditor", "--rolename", "viewer")
    kcadm("add-roles", "--rname", "auditor", "--cclientid", "with-roles", "--rolename", "clerk")
    inside = kcadm.see("roles/auditor/composites")
    assert {one["name"] for one in inside} == {"viewer", "clerk"}
    kcadm("remove-roles", "--rname", "auditor", "--rolename", "viewer")
    assert [one["name"] for one in kcadm.see("roles/auditor/composites")] == ["clerk"]

    kcadm("add-roles", "--uusername", "roland", "--rolename", "auditor")
    kcadm("add-roles", "--uid", user, "--cclientid", "with-roles", "--rolename", "clerk")

    def names(*words):
        return {one["name"] for one in json.loads(kcadm("get-roles", *words).stdout)}

    assert names("--uusername", "roland") == {"auditor", f"default-roles-{REALM}"}
    assert names("--uusername", "roland", "--cclientid", "with-roles") == {"clerk"}
    assert "auditor" in names("--uusername", "roland", "--effective")
    kcadm("remove-roles", "--uusername", "roland", "--rolename", "auditor")
    everything = kcadm.see(f"users/{user}/role-mappings")
    assert "clerk" in json.dumps(everything["clientMappings"])
    assert [one["name"] for one in everything["realmMappings"]] == [f"default-roles-{REALM}"]
    kcadm("delete", "roles/auditor")
    assert "auditor" not in [one["name"] for one in kcadm.see("roles")]


def test_groups_live(kcadm):
    europe = kcadm.create("groups", "-s", "name=europe", "-s", 'attributes.office=["Berlin"]')
    berlin = kcadm.create(f"groups/{europe}/children", "-s", "name=berlin")
    kcadm.make("roles", name="european")
    kcadm("add-roles", "--gname", "europe", "--rolename", "european")
    assert [one["name"] for one in kcadm.see(f"groups/{europe}/role-mappings/realm")] == ["european"]
    user = kcadm.make("users", username="greta", enabled=True)
    kcadm("update", f"users/{user}/groups/{berlin}", "-s", f"realm={REALM}", "-s", f"userId={user}",
          "-s", f"groupId={berlin}", "-n")
    assert [one["path"] for one in kcadm.see(f"users/{user}/groups")] == ["/europe/berlin"]
    assert [one["username"] for one in kcadm.see(f"groups/{berlin}/members")] == ["greta"]
    kcadm("update", f"groups/{europe}", "-s", 'attributes.office=["Berlin","Rome"]')
    assert kcadm.see(f"groups/{europe}")["attributes"] == {"office": ["Berlin", "Rome"]}
    kcadm("delete", f"users/{user}/groups/{berlin}")
    assert kcadm.see(f"users/{user}/groups") == []
    kcadm("delete", f"groups/{europe}")
    assert kcadm.see("groups") == []


def test_a_user_lives_and_is_signed_out(kcadm):
    user = kcadm.create("users", "-s", "username=ada", "-s", "enabled=true",
                        "-s", "email=ada@example.org", "-s", "firstName=Ada", "-s", "lastName=Lovelace",
                        "-s", "emailVerified=true")
    kcadm("set-password", "--userid", user, "--new-password", "second", "--temporary")
    answer = kcadm.token(grant_type="password", client_id="admin-cli", username="ada",
                         password="second")
    assert answer.status_code == 400 and "not fully set up" in answer.text
    kcadm("set-password", "--username", "ada", "--new-password", "third")
    kcadm("update", f"users/{user}", "-s", "requiredActions=[]", "-s", "lastName=Byron")
    assert kcadm.see(f"users/{user}")["lastName"] == "Byron"
    assert [one["username"] for one in kcadm.get("users", "-q", "username=ada", "-q", "exact=true")] == ["ada"]

    form = {"grant_type": "password", "client_id": "admin-cli", "username": "ada", "password": "third"}
    first, second = kcadm.token(**form), kcadm.token(**form)
    assert first.ok and second.ok, first.text
    sessions = kcadm.see(f"users/{user}/sessions")
    assert len(sessions) >= 2 and sessions[0]["username"] == "ada"
    sid = second.json()["session_state"]
    kcadm("delete", f"sessions/{sid}")
    assert sid not in [one["id"] for one in kcadm.see(f"users/{user}/sessions")]
    kcadm("create", f"users/{user}/logout", "-s", f"realm={REALM}", "-s", f"user={user}")
    assert kcadm.see(f"users/{user}/sessions") == []
    gone = kcadm.token(grant_type="refresh_token", client_id="admin-cli",
                       refresh_token=first.json()["refresh_token"])
    assert gone.status_code == 400, gone.text
    (password,) = kcadm.see(f"users/{user}/credentials")
    assert password["type"] == "password"
    kcadm("update", f"users/{user}/disable-credential-types", "-b", "[]", "-n")
    kcadm("delete", f"users/{user}")
    assert kcadm.admin.get("/users", username="ada") == []


def test_keys_and_events_are_seen_to(kcadm):
    parent = kcadm.admin.get()["id"]
    component = kcadm.create(
        "components", "-s", "name=another", "-s", "providerId=rsa-generated",
        "-s", "providerType=org.keycloak.keys.KeyProvider", "-s", f"parentId={parent}",
        "-s", 'config.priority=["333"]', "-s", 'config.enabled=["true"]', "-s", 'config.active=["true"]',
        "-s", 'config.keySize=["2048"]')
    keys = kcadm.see("keys")
    (mine,) = [one for one in keys["keys"] if one["providerId"] == component]
    assert keys["active"]["RS256"] == mine["kid"] and mine["providerPriority"] == 333
    kcadm("update", f"components/{component}", "-s", 'config.active=["false"]')
    assert kcadm.see("keys")["active"]["RS256"] != mine["kid"]
    kcadm("delete", f"components/{component}")
    assert component not in [one["providerId"] for one in kcadm.see("keys")["keys"]]

    kcadm("update", "events/config", "-s", "eventsEnabled=true", "-s", "adminEventsEnabled=true",
          "-s", "adminEventsDetailsEnabled=true", "-s", 'eventsListeners=["jboss-logging"]')
    assert kcadm.see("events/config")["adminEventsDetailsEnabled"] is True
    kcadm.make("roles", name="noticed")
    newest = kcadm.get("admin-events", "-q", "resourceTypes=REALM_ROLE")[0]
    assert newest["operationType"] == "CREATE" and newest["resourcePath"] == "roles/noticed"
    kcadm.token(grant_type="password", client_id="admin-cli", username="nobody", password="x")
    assert kcadm.admin.events("LOGIN_ERROR")[0]["details"]["username"] == "nobody"
    kcadm("delete", "events")
    assert kcadm.see("events") == []


def test_what_is_wrong_is_told(kcadm, tmp_path):
    assert "nosuch" in kcadm.refused(
        "create", "users", "-f", "-", typed='{"username": "x", "nosuch": 1}')
    with pytest.raises(AssertionError, match="Invalid user credentials"):
        Kcadm(kcadm.url, tmp_path, "wrong").log_in()
    assert "Resource not found" in kcadm.refused("get", "users/nosuch")
