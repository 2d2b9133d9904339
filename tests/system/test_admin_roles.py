"""Roles by the admin API: the recorded answers of Keycloak 26.7, and what a change does to tokens."""

import base64
import json

import pytest
import requests

REALM = {"realm": "parts", "enabled": True, "sslRequired": "none", "adminEventsEnabled": True,
         "roles": {"realm": [{"name": "staff"}, {"name": "night", "description": "The late shift",
                                                 "attributes": {"from": ["22:00"]}}]},
         "groups": [{"name": "crew", "realmRoles": ["night"]}],
         "clients": [{"clientId": "web", "enabled": True, "secret": "web-secret",
                      "redirectUris": ["http://127.0.0.1:9/cb"],
                      "directAccessGrantsEnabled": True}],
         "users": [{"username": "ada", "enabled": True, "email": "ada@example.org",
                    "firstName": "Ada", "lastName": "Lovelace", "emailVerified": True,
                    "realmRoles": ["default-roles-parts"],
                    "credentials": [{"type": "password", "value": "lovelace"}]}]
         + [{"username": f"holder-{i:02}", "enabled": True, "realmRoles": ["night"]}
            for i in range(12)]}
ADMINS = ("view-realm", "manage-realm", "view-clients", "manage-clients", "view-users",
          "manage-users", "query-groups", "manage-identity-providers", "realm-admin")
REALM["users"] += [
    {"username": f"only-{role}", "enabled": True, "email": f"{role}@example.org", "firstName": "A",
     "lastName": "B", "credentials": [{"type": "password", "value": "pw"}],
     "clientRoles": {"realm-management": [role]}} for role in ADMINS]


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


@pytest.fixture
def admin(server):
    return server.admin("parts")


def token(server, **fields):
    answer = requests.post(
        server.endpoint("token", "parts"), timeout=60,
        data={"client_id": "web", "client_secret": "web-secret",
              **(fields or {"grant_type": "password", "username": "ada", "password": "lovelace"})})
    assert answer.status_code == 200, answer.text
    return answer.json()


def claims(answer):
    part = answer["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refreshed(server, answer):
    return claims(token(server, grant_type="refresh_token",
                        refresh_token=answer["refresh_token"]))


def names(roles):
    return [role["name"] for role in roles]


def user_id(admin, username):
    return admin.get("/users", username=username, exact="true")[0]["id"]


def client_id(admin, name):
    return admin.get("/clients", clientId=name)[0]["id"]


def bearer_of(server, role):
    answer = requests.post(
        server.endpoint("token", "parts"), timeout=60,
        data={"client_id": "admin-cli", "grant_type": "password", "username": f"only-{role}",
              "password": "pw"})
    assert answer.status_code == 200, answer.text
    return {"authorization": "Bearer " + answer.json()["access_token"]}


CONTAINERS = ("realm", "client")


def container(admin, kind):
    """The path of its roles, and what they say of it."""
    if kind == "realm":
        return "/roles", {"clientRole": False, "containerId": admin.get("")["id"]}
    web = client_id(admin, "web")
    return f"/clients/{web}/roles", {"clientRole": True, "containerId": web}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_the_life_of_a_role(server, admin, kind):
    roles, where = container(admin, kind)
    answer = admin.request("POST", roles, 201, json={
        "id": "0c9b5bd5-0000-4000-8000-000000000000", "name": "clerk", "description": "d",
        "attributes": {"k": ["v", "w"]}})
    assert answer.headers["location"] == f"{server.url}/admin/realms/parts{roles}/clerk"
    clerk = admin.get(f"{roles}/clerk")
    assert clerk["id"] != "0c9b5bd5-0000-4000-8000-000000000000"
    assert clerk == {"id": clerk["id"], "name": "clerk", "description": "d", "composite": False,
                     **where, "attributes": {"k": ["v", "w"]}}
    by_id = f"/roles-by-id/{clerk['id']}"
    assert admin.get(by_id) == clerk
    again = admin.request("POST", roles, 409, json={"name": "clerk"})
    assert again.json() == {"errorMessage": "Role with name clerk already exists"}

    admin.request("PUT", f"{roles}/clerk", 204, json={"name": "clerk"})
    assert admin.get(by_id) == {"id": clerk["id"], "name": "clerk", "composite": False, **where,
                                "attributes": {"k": ["v", "w"]}}
    admin.request("PUT", by_id, 204, json={"id": "another", "name": "clerk 2/b", "description": "e",
                                           "attributes": {"q": ["1"]},
                                           "composite": True, "composites": {"realm": ["staff"]}})
    assert admin.get(by_id) == {"id": clerk["id"], "name": "clerk 2/b", "description": "e",
                                "composite": False, **where, "attributes": {"q": ["1"]}}
    admin.request("GET", f"{roles}/clerk", 404)
    assert admin.get(f"{roles}/clerk%202%2Fb")["id"] == clerk["id"]
    admin.request("POST", roles, 201, json={"name": "other"})
    taken = admin.request("PUT", f"{roles}/other", 409, json={"name": "clerk 2/b"})
    assert taken.json() == {"error": "conflict", "error_description": "Duplicate resource error"}
    admin.request("PUT", f"{roles}/clerk%202%2Fb", 204, json={"name": "clerk", "attributes": {}})
    assert admin.get(by_id)["attributes"] == {}

    admin.request("DELETE", f"{roles}/other", 204)
    admin.request("DELETE", by_id, 204)
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        gone = admin.request(method, f"{roles}/clerk", 404, json=body)
        assert gone.json() == {"error": "Could not find role"}
        gone = admin.request(method, by_id, 404, json=body)
        assert gone.json() == {"error": "Could not find role with id"}


def test_roles_are_listed_searched_and_paged(admin):
    every = admin.get("/roles")
    assert names(every) == sorted(names(every))
    assert {"staff", "night", "default-roles-parts", "offline_access"} <= set(names(every))
    assert all("attributes" not in role for role in every)
    full = {role["name"]: role for role in admin.get("/roles", briefRepresentation="false")}
    assert full["night"]["attributes"] == {"from": ["22:00"]} and full["staff"]["attributes"] == {}
    assert names(admin.get("/roles", first=1, max=2)) == names(every)[1:3]
    assert admin.get("/roles", first=1) == every and admin.get("/roles", max=1) == every
    assert admin.get("/roles", first=-1, max=-1) == every
    assert admin.get("/roles", first=1000, max=5) == []
    assert names(admin.get("/roles", search="NIGH")) == ["night"]
    assert names(admin.get("/roles", search="late shift")) == ["night"]
    assert admin.get("/roles", search="' or '1'='1") == []
    assert admin.get("/roles", search="i", first=0, max=1) == admin.get("/roles", search="i")[:1]
    admin.request("GET", "/roles?first=x", 400)
    assert admin.request("GET", "/clients/zz/roles", 404).json() == {
        "error": "Could not find client"}


def test_a_composite_role_is_in_the_next_token(server, admin):
    web = client_id(admin, "web")
    for path, name in (("/roles", "outer"), ("/roles", "inner"), (f"/clients/{web}/roles", "cr")):
        admin.request("POST", path, 201, json={"name": name})
    outer, inner = admin.get("/roles/outer"), admin.get("/roles/inner")
    of_client = admin.get(f"/clients/{web}/roles/cr")
    ada = user_id(admin, "ada")
    admin.request("POST", f"/users/{ada}/role-mappings/realm", 204, json=[outer])
    answer = token(server)
    assert "inner" not in claims(answer)["realm_access"]["roles"]

    admin.request("POST", "/roles/outer/composites", 204, json=[inner, {"id": of_client["id"]}])
    admin.request("POST", "/roles/outer/composites", 204, json=[inner])
    now = refreshed(server, answer)
    assert {"outer", "inner"} <= set(now["realm_access"]["roles"])
    assert now["resource_access"]["web"]["roles"] == ["cr"]
    assert admin.get("/roles/outer")["composite"] is True
    for path in ("/roles/outer", f"/roles-by-id/{outer['id']}"):
        assert names(admin.get(f"{path}/composites")) == ["cr", "inner"]
        assert names(admin.get(f"{path}/composites/realm")) == ["inner"]
        assert names(admin.get(f"{path}/composites/clients/{web}")) == ["cr"]
        assert names(admin.get(f"{path}/composites", search="inn")) == ["inner"]
        assert names(admin.get(f"{path}/composites", first=1, max=1)) == ["inner"]
        unknown = admin.request("GET", f"{path}/composites/clients/nope", 404)
        assert unknown.json() == {"error": "Could not find client"}

    # A loop is harmless, and Keycloak lets it be.
    admin.request("POST", "/roles/inner/composites", 204, json=[outer])
    admin.request("POST", f"/clients/{web}/roles/cr/composites", 204, json=[of_client, inner])
    assert {"outer", "inner"} <= set(refreshed(server, answer)["realm_access"]["roles"])

    for method in ("POST", "DELETE"):
        for body in ([{"id": "nope"}], [{"name": "inner"}], [{"id": inner["id"]}, {"id": "x"}]):
            missing = admin.request(method, "/roles/outer/composites", 404, json=body)
            assert missing.json() == {"error": "Could not find composite role"}
        admin.request(method, "/roles/outer/composites", 400, json={})
        admin.request(method, "/roles/outer/composites", 400, json=[{"id": inner["id"], "z": 1}])
        admin.request(method, "/roles/nope/composites", 404, json=[])
    assert names(admin.get("/roles/outer/composites")) == ["cr", "inner"]
    admin.request("DELETE", "/roles/outer/composites", 204, json=[inner])
    admin.request("DELETE", "/roles/outer/composites", 204, json=[inner])
    assert names(admin.get("/roles/outer/composites")) == ["cr"]

    # Renamed, it is the same role; deleted, it is gone from everywhere.
    admin.request("PUT", f"/clients/{web}/roles/cr", 204, json={"name": "renamed"})
    assert "renamed" in refreshed(server, answer)["resource_access"]["web"]["roles"]
    admin.request("DELETE", f"/clients/{web}/roles/renamed", 204)
    now = refreshed(server, answer)
    assert "web" not in now.get("resource_access", {}) and "outer" in now["realm_access"]["roles"]
    assert admin.get("/roles/outer/composites") == [] and not admin.get("/roles/outer")["composite"]
    admin.request("DELETE", "/roles/outer", 204)
    assert "outer" not in refreshed(server, answer)["realm_access"]["roles"]
    assert "outer" not in names(admin.get(f"/users/{ada}/role-mappings/realm"))
    assert admin.get("/roles/inner/composites") == []
    admin.request("DELETE", "/roles/inner", 204)


def test_a_role_is_created_composite(admin):
    web = client_id(admin, "web")
    admin.request("POST", f"/clients/{web}/roles", 201, json={"name": "small"})
    admin.request("POST", "/roles", 201, json={
        "name": "big", "composite": True,
        "composites": {"realm": ["staff"], "client": {"web": ["small"], "nope": ["nope"]}}})
    assert names(admin.get("/roles/big/composites")) == ["small", "staff"]
    admin.request("POST", "/roles", 201, json={"name": "flat", "composites": {"realm": ["nope"]}})
    missing = admin.request("POST", "/roles", 404, json={
        "name": "never", "composite": True, "composites": {"realm": ["nope"]}})
    assert missing.json() == {"errorMessage": "Realm Role with name nope does not exist"}
    missing = admin.request("POST", "/roles", 404, json={
        "name": "never", "composite": True, "composites": {"client": {"web": ["nope"]}}})
    assert missing.json() == {"errorMessage": "Client Role with name nope does not exist"}
    admin.request("GET", "/roles/never", 404)
    for path in ("/roles/big", "/roles/flat", f"/clients/{web}/roles/small"):
        admin.request("DELETE", path, 204)


def test_the_default_role_is_renamed_and_stays(server, admin):
    role = admin.get("/roles/default-roles-parts")
    for path in ("/roles/default-roles-parts", f"/roles-by-id/{role['id']}"):
        refused = admin.request("DELETE", path, 400)
        assert refused.json() == {"errorMessage": "default-roles-parts is default role of the "
                                                  "realm and cannot be removed."}
    admin.request("PUT", "/roles/default-roles-parts", 204, json={"name": "everybody"})
    assert admin.get("")["defaultRole"]["name"] == "everybody"
    assert "everybody" in claims(token(server))["realm_access"]["roles"]
    admin.request("PUT", "/roles/everybody", 204, json={"name": "default-roles-parts"})


def test_who_holds_a_role(admin):
    night = admin.get("/roles/night")
    found = admin.get("/roles/night/users")
    assert [user["username"] for user in found] == [f"holder-{i:02}" for i in range(12)]
    assert found[0].keys() == {"id", "username", "emailVerified", "enabled", "createdTimestamp",
                               "totp", "disableableCredentialTypes", "requiredActions", "notBefore"}
    brief = admin.get("/roles/night/users", briefRepresentation="true", first=10, max=5)
    assert [user["username"] for user in brief] == ["holder-10", "holder-11"]
    assert brief[0].keys() == {"id", "username", "emailVerified", "enabled", "createdTimestamp"}
    assert admin.get("/roles/night/users", max=0) == []
    assert admin.get("/roles/night/users", first=99) == []
    assert len(admin.get("/roles/night/users", max=-1)) == 12
    assert admin.get("/roles/staff/users") == []
    crew = admin.get("/roles/night/groups")[0]["id"]
    assert admin.get("/roles/night/groups") == [
        {"id": crew, "name": "crew", "path": "/crew", "subGroups": []}]
    assert admin.get("/roles/night/groups", briefRepresentation="false") == [
        {"id": crew, "name": "crew", "path": "/crew", "subGroups": [], "attributes": {},
         "realmRoles": ["night"], "clientRoles": {}}]
    assert admin.get("/roles/night/groups", first=1) == []
    for path in ("/roles/nope/users", "/roles/nope/groups"):
        assert admin.request("GET", path, 404).json() == {"error": "Could not find role"}
    admin.request("GET", f"/roles-by-id/{night['id']}/users", 404)


def test_bad_input_changes_nothing(admin):
    before = admin.get("/roles", briefRepresentation="false")
    nameless = {"error": "role has no name"}
    for body in ({}, {"name": None}, {"name": ""}, {"description": "d"}):
        assert admin.request("POST", "/roles", 400, json=body).json() == nameless
        assert admin.request("PUT", "/roles/staff", 400, json=body).json() == nameless
    for body in ({"name": "x", "nosuch": 1}, {"name": {"x": 1}}, {"name": "n" * 256},
                 {"name": "a\nb"}, {"name": "x", "attributes": {"k": [{"a": 1}]}}, [], "x", 7):
        admin.request("POST", "/roles", 400, json=body)
        admin.request("PUT", "/roles/staff", 400, json=body)
    for text in ("", "{", "[]"):
        admin.request("POST", "/roles", 400, data=text,
                      headers={"content-type": "application/json"})
    assert admin.get("/roles", briefRepresentation="false") == before
    for name in ("<script>alert(1)</script>", "'; drop table role; --", "ünï cödé"):
        location = admin.request("POST", "/roles", 201, json={"name": name}).headers["location"]
        path = location.partition("/parts")[2]
        assert admin.get(path)["name"] == name
        admin.request("DELETE", path, 204)
    assert admin.get("/roles", briefRepresentation="false") == before


def test_roles_of_another_realm_are_not_there(server, admin):
    foreign = server.admin("master").get("/roles/offline_access")
    web = client_id(server.admin("master"), "account")
    for path in (f"/roles-by-id/{foreign['id']}", f"/clients/{web}/roles",
                 f"/clients/{web}/roles/manage-account"):
        admin.request("GET", path, 404)
    admin.request("DELETE", f"/roles-by-id/{foreign['id']}", 404)
    admin.request("POST", "/roles/staff/composites", 404, json=[foreign])


def test_permissions_for_single_roles_are_not_built(admin):
    staff = admin.get("/roles/staff")["id"]
    for path in ("/roles/staff", f"/roles-by-id/{staff}"):
        for method, body in (("GET", None), ("PUT", {"enabled": True})):
            answer = admin.request(method, f"{path}/management/permissions", 501, json=body)
            assert answer.json()["error"] == "Feature not enabled"


def test_roles_of_administrators_are_not_changed(admin):
    management = client_id(admin, "realm-management")
    roles = f"/clients/{management}/roles"
    view = admin.get(f"{roles}/view-events")
    admin.request("POST", roles, 403, json={"name": "own"})
    for path in (f"{roles}/view-events", f"/roles-by-id/{view['id']}"):
        admin.request("PUT", path, 403, json={"name": "renamed"})
        admin.request("DELETE", path, 403)
        admin.request("POST", f"{path}/composites", 403, json=[view])
        admin.request("DELETE", f"{path}/composites", 403, json=[view])
    assert admin.get(f"{roles}/view-events") == view


VIEW_REALM = {"view-realm", "manage-realm", "realm-admin"}
VIEW_CLIENTS = {"view-clients", "manage-clients", "realm-admin"}
MANAGE_REALM, MANAGE_CLIENTS = VIEW_REALM - {"view-realm"}, VIEW_CLIENTS - {"view-clients"}
ALLOWED = [
    ("GET", "/roles", None, VIEW_REALM | {"manage-identity-providers"}),
    ("POST", "/roles", {}, MANAGE_REALM),
    ("GET", "/roles/staff", None, VIEW_REALM),
    ("GET", "/roles/nope", None, VIEW_REALM),
    ("PUT", "/roles/staff", {"name": "staff"}, MANAGE_REALM),
    ("DELETE", "/roles/nope", None, MANAGE_REALM),
    ("GET", "/roles/staff/composites", None, VIEW_REALM),
    ("POST", "/roles/staff/composites", [], MANAGE_REALM),
    ("POST", "/roles/staff/composites", "CR", {"realm-admin"}),
    ("DELETE", "/roles/staff/composites", "CR", MANAGE_REALM),
    ("POST", "/roles/staff/composites", "ADMIN", {"realm-admin"}),
    ("DELETE", "/roles/staff/composites", "ADMIN", {"realm-admin"}),
    ("GET", "/roles/staff/users", None, {"realm-admin"}),
    ("GET", "/roles/staff/groups", None, VIEW_REALM),
    ("GET", "/clients/WEB/roles", None, VIEW_CLIENTS),
    ("POST", "/clients/WEB/roles", {}, MANAGE_CLIENTS),
    ("GET", "/clients/WEB/roles/cr", None, VIEW_CLIENTS),
    ("PUT", "/clients/WEB/roles/cr", {"name": "cr"}, MANAGE_CLIENTS),
    ("GET", "/clients/WEB/roles/cr/users", None, {"realm-admin"}),
    ("GET", "/clients/WEB/roles/cr/groups", None, VIEW_CLIENTS),
    ("GET", "/roles-by-id/STAFF", None, VIEW_REALM),
    ("GET", "/roles-by-id/CR", None, VIEW_CLIENTS),
    ("PUT", "/roles-by-id/STAFF", {"name": "staff"}, MANAGE_REALM),
    ("PUT", "/roles-by-id/CR", {"name": "cr"}, MANAGE_CLIENTS),
    ("POST", "/roles-by-id/CR/composites", [], MANAGE_CLIENTS),
]


def test_who_may_do_what(server, admin):
    web, management = client_id(admin, "web"), client_id(admin, "realm-management")
    admin.request("POST", f"/clients/{web}/roles", 201, json={"name": "cr"})
    of_client = admin.get(f"/clients/{web}/roles/cr")
    of_admins = admin.get(f"/clients/{management}/roles/impersonation")
    staff = admin.get("/roles/staff")
    bodies = {"CR": [of_client], "ADMIN": [of_admins]}
    bearers = {role: bearer_of(server, role) for role in ADMINS}
    for method, path, body, allowed in ALLOWED:
        path = path.replace("WEB", web).replace("STAFF", staff["id"]) \
            .replace("CR", of_client["id"])
        body = bodies.get(body, body) if isinstance(body, str) else body
        may = {role for role in ADMINS if requests.request(
            method, f"{server.url}/admin/realms/parts{path}", json=body, timeout=60,
            headers=bearers[role]).status_code != 403}
        assert may == allowed, (method, path)
    admin.request("DELETE", f"/clients/{web}/roles/cr", 204)
