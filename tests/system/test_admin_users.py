"""Users by the admin API: answers as Keycloak 26.7 gives them, and what a change does to the user's
tokens."""

import base64
import json

import pytest
import requests

REALM = {
    "realm": "people", "enabled": True, "sslRequired": "none", "eventsEnabled": True,
    "adminEventsEnabled": True,
    "clients": [
        {"clientId": "web", "enabled": True, "secret": "web-secret", "redirectUris": ["*"],
         "directAccessGrantsEnabled": True},
        {"clientId": "app", "enabled": True, "secret": "app-secret"},
        {"clientId": "other", "enabled": True, "secret": "other-secret"}],
    "roles": {
        "realm": [{"name": "r1", "composite": True,
                   "composites": {"realm": ["r2"], "client": {"app": ["c1"]}}},
                  {"name": "r2", "attributes": {"k": ["v"]}, "description": "second"},
                  {"name": "r3"},
                  {"name": "sneaky", "composite": True,
                   "composites": {"client": {"realm-management": ["manage-realm"]}}}],
        "client": {"app": [{"name": "c1", "composite": True, "composites": {"client": {"app": ["c2"]}}},
                           {"name": "c2"}, {"name": "c3"}],
                   "other": [{"name": "x1"}]}},
    "groups": [{"name": "staff", "subGroups": [{"name": "night"}]}, {"name": "alumni"}],
    "users": [{"username": "ada", "enabled": True, "email": "ada@example.org",
               "firstName": "Ada", "lastName": "Lovelace", "emailVerified": True,
               "credentials": [{"type": "password", "value": "lovelace"}]},
              {"username": "helper", "enabled": True, "email": "h@example.org", "firstName": "H",
               "lastName": "H", "clientRoles": {"realm-management": ["manage-users"]},
               "credentials": [{"type": "password", "value": "helper"}]}]}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


@pytest.fixture
def admin(server):
    return server.admin("people")


def created(admin, **representation):
    answer = admin.request("POST", "/users", 201, json=representation)
    return answer.headers["location"].rpartition("/")[2]


def token(server, username, password, expect=200, **fields):
    answer = requests.post(server.endpoint("token", "people"), timeout=60, data={
        "grant_type": "password", "username": username, "password": password,
        "client_id": "web", "client_secret": "web-secret", **fields})
    assert answer.status_code == expect, answer.text
    return answer.json()


def claims(access_token):
    part = access_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def realm_roles(tokens):
    return set(claims(tokens["access_token"]).get("realm_access", {}).get("roles", ()))


def by_name(roles):
    return {role["name"]: role for role in roles}


def names(roles):
    return {role["name"] for role in roles}


class Roles:
    """The realm's roles in brief, as clients find them."""

    def __init__(self, admin, user_id):
        everything = [*admin.get(f"/users/{user_id}/role-mappings/realm/available"),
                      *admin.get(f"/users/{user_id}/role-mappings/realm")]
        self.realm = by_name(everything)
        self.clients = {one["clientId"]: one["id"] for one in admin.get("/clients")}
        self.app = by_name(admin.get(
            f"/users/{user_id}/role-mappings/clients/{self.clients['app']}/available"))
        self.other = by_name(admin.get(
            f"/users/{user_id}/role-mappings/clients/{self.clients['other']}/available"))


def test_role_mappings(admin):
    user = created(admin, username="roles", enabled=True)
    realm_id = admin.get()["id"]
    path, roles = f"/users/{user}/role-mappings", Roles(admin, user)
    app = roles.clients["app"]
    all_of = admin.get(path)
    assert set(all_of) == {"realmMappings"}
    default = all_of["realmMappings"][0]
    assert default == {"id": default["id"], "name": "default-roles-people",
                       "description": "${role_default-roles}", "composite": True,
                       "clientRole": False, "containerId": realm_id}
    for _ in range(2):
        assert admin.request("POST", path + "/realm", 204, json=[roles.realm["r1"]]).text == ""
    admin.request("POST", f"{path}/clients/{app}", 204, json=[roles.app["c3"]])
    assert names(admin.get(path + "/realm")) == {"default-roles-people", "r1"}
    assert names(admin.get(path + "/realm/available")) >= {"r2", "r3", "offline_access"}
    assert not names(admin.get(path + "/realm/available")) & {"r1", "default-roles-people"}
    assert names(admin.get(path + "/realm/composite")) >= {"r1", "r2", "offline_access"}
    assert names(admin.get(f"{path}/clients/{app}")) == {"c3"}
    assert names(admin.get(f"{path}/clients/{app}/available")) == {"c1", "c2"}
    assert names(admin.get(f"{path}/clients/{app}/composite")) == {"c1", "c2", "c3"}
    full = by_name(admin.get(path + "/realm/composite", briefRepresentation="false"))
    assert full["r2"] == {"id": roles.realm["r2"]["id"], "name": "r2", "description": "second",
                          "composite": False, "clientRole": False, "containerId": realm_id,
                          "attributes": {"k": ["v"]}}
    assert full["r1"]["attributes"] == {}
    mapped = admin.get(path)
    assert mapped["clientMappings"] == {"app": {"id": app, "client": "app",
                                                "mappings": [roles.app["c3"]]}}
    admin.request("DELETE", path + "/realm", 204, json=[roles.realm["r2"]])  # not a direct one
    admin.request("DELETE", path + "/realm", 204, json=[roles.realm["r1"]])
    assert names(admin.get(path + "/realm")) == {"default-roles-people"}
    # Without a body: all of that container.
    admin.request("DELETE", f"{path}/clients/{app}", 204)
    admin.request("DELETE", path + "/realm", 204)
    assert admin.get(path) == {}


def test_roles_that_cannot_be_mapped(admin):
    user = created(admin, username="no-roles", enabled=True)
    path, roles = f"/users/{user}/role-mappings", Roles(admin, user)
    r3, app = roles.realm["r3"], roles.clients["app"]
    for place, one in (("/realm", {"id": r3["id"]}), ("/realm", {"name": "r3"}),
                       ("/realm", {"id": r3["id"], "name": "wrong"}), ("/realm", roles.app["c1"]),
                       ("/realm", {"id": "nope", "name": "' or 1=1 --"}),
                       (f"/clients/{app}", r3), (f"/clients/{app}", roles.other["x1"])):
        for method in ("POST", "DELETE"):
            answer = admin.request(method, path + place, 404, json=[r3, one] if place == "/realm" else [one])
            assert answer.json() == {"error": "Role not found"}
    for place in ("/clients/nope", "/clients/nope/available", "/clients/nope/composite"):
        assert admin.request("GET", path + place, 404).json() == {"error": "Client not found"}
    for tail in ("", "/realm", "/realm/available", "/realm/composite"):
        assert admin.request("GET", f"/users/nope/role-mappings{tail}", 404).json() == \
               {"error": "User not found"}
    for body in ("", "{}", '["x"]', "[{", '[{"namex": 1}]', '[{"name": {}}]'):
        answer = admin.request("POST", path + "/realm", 400, data=body,
                               headers={"content-type": "application/json"})
        assert answer.json()
    assert names(admin.get(path + "/realm")) == {"default-roles-people"}


def test_a_role_is_in_the_next_token(server, admin):
    user = admin.user("ada")["id"]
    roles = Roles(admin, user)
    first = token(server, "ada", "lovelace")
    assert "r1" not in realm_roles(first)
    admin.request("POST", f"/users/{user}/role-mappings/realm", 204, json=[roles.realm["r1"]])
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = token(server, "ada", "lovelace", **refresh)
    assert {"r1", "r2"} <= realm_roles(second)
    admin.request("DELETE", f"/users/{user}/role-mappings/realm", 204, json=[roles.realm["r1"]])
    third = token(server, "ada", "lovelace", **refresh)
    assert "r1" not in realm_roles(third)


def test_who_manages_users_makes_no_administrators(server, admin):
    user = created(admin, username="climber", enabled=True)
    roles, path = Roles(admin, user), f"/users/{user}/role-mappings"
    management = roles.clients["realm-management"]
    offered = by_name(admin.get(f"{path}/clients/{management}/available"))
    helper = {"authorization": "Bearer " + token(server, "helper", "helper")["access_token"]}
    for place, one in ((f"/clients/{management}", offered["manage-realm"]),
                       (f"/clients/{management}", offered["realm-admin"]),
                       ("/realm", roles.realm["sneaky"])):
        admin.request("POST", path + place, 403, headers=helper, json=[one])
    admin.request("POST", path + "/realm", 204, headers=helper, json=[roles.realm["r3"]])
    admin.request("POST", f"{path}/clients/{management}", 204, headers=helper,
                  json=[offered["manage-users"]])
    admin.request("POST", f"{path}/clients/{management}", 204, json=[offered["realm-admin"]])
    admin.request("DELETE", f"{path}/clients/{management}", 403, headers=helper)
