"""Users by the admin API: answers as Keycloak 26.7 gives them, and what a change does to the user's
tokens."""

import base64
import json

import pytest
import requests

NOBODY = "nope"
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
        assert admin.request("GET", f"/users/{NOBODY}/role-mappings{tail}", 404).json() == \
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


PROFILE_PATH = "/users/profile"
PROFILE = {"username", "email", "firstName", "lastName"}


def unmanaged(admin, policy="ENABLED"):
    """Lets users have attributes that the profile does not name."""
    profile = admin.get(PROFILE_PATH)
    profile["unmanagedAttributePolicy"] = policy
    return admin.request("PUT", PROFILE_PATH, 200, json=profile).json()


@pytest.fixture
def people(server):
    """A realm of its own, with attributes, for searches."""
    root = server.admin("master")
    name = "search"
    root.create_realm({"realm": name, "enabled": True})
    admin = server.admin(name)
    unmanaged(admin)
    for user in (
            dict(username="carl", firstName="Carl", lastName="Smith Jones", email="carl@ex.org",
                 enabled=True, emailVerified=True, attributes={"k": ["v1"], "m": ["a b"]}),
            dict(username="carla", firstName="Carla", lastName="Smith", email="carla@ex.org",
                 enabled=False, attributes={"k": ["v1"], "m": ["c", "d\"q/\u00e4"]}),
            dict(username="uncarl", firstName="Un", lastName="Carl", email="u@ex.org", enabled=True,
                 attributes={"k": ["v2"]}),
            dict(username="under_score", firstName="Pc", email="pc@ex.org", enabled=True)):
        admin.request("POST", "/users", 201, json=user)
    yield admin
    requests.delete(f"{server.url}/admin/realms/{name}", headers=admin.bearer(), timeout=60)


SEARCHES = (
    ("search=carl", "carl carla uncarl"), ("search=*carl*", "carl carla uncarl"),
    ('search="carl"', "carl uncarl"), ("search=carl smith", "carl carla"),
    ("search=CARL", "carl carla uncarl"), ("search=", "carl carla uncarl under_score"),
    ("search=*", "carl carla uncarl under_score"), ("search=c*l", "carl carla uncarl"),
    ('search="smith jones"', ""), ("search=id:nope", ""), ("search=%25", ""), ("search=_", ""),
    ("search=' or 1=1 --", ""), ("search=<b>", ""), ("search=under_s", "under_score"),
    ("search=carl@ex", "carl"), ("search=jones", ""), ("search=smith j", ""),
    ("username=carl", "carl carla uncarl"), ("username=carl&exact=true", "carl"),
    ("username=Carl&exact=true", "carl"), ("email=carl@ex", "carl"),
    ("email=carl@ex.org&exact=true", "carl"), ("firstName=ar", "carl carla"),
    ("firstName=carl&exact=true", "carl"), ("lastName=smith jones&exact=true", "carl"),
    ("username=carl&lastName=jones", "carl"), ("enabled=true", "carl uncarl under_score"),
    ("enabled=false", "carla"), ("enabled=maybe", "carla"), ("emailVerified=true", "carl"),
    ("emailVerified=false&username=carl", "carla uncarl"), ("search=carl&enabled=false", "carla"),
    ("search=carl&username=xyz", "carl carla uncarl"), ("search=carl&emailVerified=true", "carl"),
    ("q=k:v1", "carl carla"), ("q=k:v1 m:c", "carla"), ('q=k:v1 m:"a b"', "carl"),
    ("q=k:nope", ""), ("q=k", "carl carla uncarl under_score"), ("q=k:V1", "carl carla"),
    ("q=k:v", ""), ("q=k:v&exact=false", "carl carla uncarl"), ("q=username:carl", "carl carla uncarl"),
    ('q=m:"d\\"q/\u00e4"', "carla"), ("q=k:v1 m:c m:c m:c m:nope", ""), ("q=m:v1", ""),
    ("q=k:v1&search=carla", "carla"), ("q=k:v1&username=carla", "carla"),
    ("q=firstName:Carl", "carl carla"), ("idpAlias=x", ""), ("idpUserId=1", ""),
    ("first=1&max=2", "carla uncarl"), ("first=-1&max=-1", "carl carla uncarl under_score"),
    ("q=k:v1&first=1&max=1", "carla"), ("q=k:v1&first=5", ""), ("max=0", ""), ("first=100", ""),
    ("search=carl&first=1&max=1", "carla"),
    ("createdBefore=1970-01-02", ""), ("createdAfter=1970-01-02&search=un", "uncarl under_score"))


def test_searches(people):
    for query, expected in SEARCHES:
        params = dict(part.split("=", 1) for part in query.replace("%25", "%").split("&"))
        found = [user["username"] for user in people.get("/users", **params)]
        assert found == expected.split(), query
        if not {"first", "max"} & params.keys():
            assert people.get("/users/count", **params) == len(found), query
    ids = [people.user(name)["id"] for name in ("carla", "carl")]
    assert {user["username"] for user in people.get("/users", search=f"id:{ids[0]} nope {ids[1]}")} == \
           {"carl", "carla"}
    assert people.get("/users/count") == 4
    people.request("GET", "/users", 400, params={"createdAfter": "yesterday"})
    people.request("GET", "/users", 400, params={"search": "a b c d e f g h i"})


def test_a_prefix_that_many_have(people):
    """More than are sorted at once: the page is the same."""
    representations = [{"username": f"many{i:04}", "enabled": True} for i in range(30)]
    for one in representations:
        people.request("POST", "/users", 201, json=one)
    found = people.get("/users", search="many", first=10, max=5)
    assert [user["username"] for user in found] == [f"many{i:04}" for i in range(10, 15)]
    assert people.get("/users/count", search="many") == 30


def test_representations(people):
    carl = people.user("carl")
    brief = people.get("/users", username="carl", exact="true", briefRepresentation="true")[0]
    common = {"id": carl["id"], "username": "carl", "firstName": "Carl", "lastName": "Smith Jones",
              "email": "carl@ex.org", "emailVerified": True, "enabled": True,
              "createdTimestamp": carl["createdTimestamp"]}
    full = {**common, "attributes": {"k": ["v1"], "m": ["a b"]}, "totp": False,
            "disableableCredentialTypes": [], "requiredActions": [], "notBefore": 0}
    assert brief == {**common, "access": {"manage": True}}
    assert carl == {**full, "access": {"manage": True}}
    one = people.get(f"/users/{carl['id']}")
    assert one == {**full, "access": {
        "manageGroupMembership": True, "resetPassword": True, "view": True, "mapRoles": True,
        "impersonate": True, "manage": True}}
    metadata = people.get(f"/users/{carl['id']}", userProfileMetadata="true")["userProfileMetadata"]
    assert {one["name"] for one in metadata["attributes"]} == PROFILE
    username = metadata["attributes"][0]
    assert username == {
        "name": "username", "displayName": "${username}", "required": True, "readOnly": True,
        "validators": {"username-prohibited-characters": {"ignore.empty.value": True},
                       "multivalued": {"max": "1"},
                       "length": {"max": 255, "ignore.empty.value": True, "min": 3},
                       "up-username-not-idn-homograph": {"ignore.empty.value": True}},
        "multivalued": False}
    assert people.get(f"/users/{carl['id']}/unmanagedAttributes") == {"k": ["v1"], "m": ["a b"]}


def test_create_refused(admin):
    created(admin, username="taken", email="taken@ex.org")
    flat = lambda field, text, *more: {"field": field, "errorMessage": text, "params": [field, *more]}
    for body, status, answer in (
            ({"username": "TAKEN"}, 409, {"errorMessage": "User exists with same username"}),
            ({"username": "other", "email": "Taken@ex.org"}, 409,
             {"errorMessage": "User exists with same email"}),
            ({"username": "o", "email": "taken@ex.org"}, 409,
             {"errorMessage": "User exists with same email"}),
            ({"username": ""}, 400, {"errorMessage": "User name is missing"}),
            ({}, 400, {"errorMessage": "User name is missing"}),
            ({"email": "only@ex.org"}, 400, {"errorMessage": "User name is missing"}),
            ({"username": "mail", "email": "not-mail"}, 400,
             flat("email", "error-invalid-email", "not-mail")),
            ({"username": "ab cd"}, 400, flat("username", "error-username-invalid-character")),
            ({"username": "a<b>"}, 400, flat("username", "error-username-invalid-character")),
            ({"username": "x" * 256}, 400, flat("username", "error-invalid-length", 3, 255)),
            ({"username": "ab"}, 400, flat("username", "error-invalid-length", 3, 255)),
            ({"username": "names", "firstName": "<script>", "lastName": "x" * 256}, 400, {"errors": [
                flat("firstName", "error-person-name-invalid-character"),
                flat("lastName", "error-invalid-length-too-long", None, 255)]})):
        assert admin.request("POST", "/users", status, json=body).json() == answer, body
    for body in ("", "[]", '{"username": 1', '{"username": "unk", "foo": 1}',
                 '{"username": "unk", "enabled": "maybe"}', '{"username": "unk", "groups": ["/nope"]}'):
        admin.request("POST", "/users", 400, data=body, headers={"content-type": "application/json"})
    assert admin.get("/users", username="unk") == []


def test_create_takes(admin):
    user = created(admin, username="Whole", email="Whole@ex.org", groups=["/staff/night", "alumni"],
                   requiredActions=["NOPE", "UPDATE_PASSWORD"], attributes={"foo": ["bar"]},
                   realmRoles=["r1"], createdTimestamp=123, credentials=[
                       {"type": "password", "value": "x1", "temporary": True},
                       {"type": "otp", "userLabel": "phone", "secretData": '{"value":"abc"}',
                        "credentialData": '{"subType":"totp"}'}],
                   federatedIdentities=[{"identityProvider": "hub", "userId": "7", "userName": "w"}])
    one = admin.get(f"/users/{user}")
    assert (one["username"], one["email"], one["createdTimestamp"], one["enabled"]) == \
           ("whole", "whole@ex.org", 123, False)
    assert one["requiredActions"] == ["UPDATE_PASSWORD"] and one["totp"]
    assert "attributes" not in one  # the profile does not know it
    assert {group["path"] for group in admin.get(f"/users/{user}/groups")} == {"/staff/night", "/alumni"}
    assert names(admin.get(f"/users/{user}/role-mappings/realm")) == {"default-roles-people"}
    assert admin.get("/users", idpAlias="hub", idpUserId="7")[0]["id"] == user
    assert [one["type"] for one in admin.get(f"/users/{user}/credentials")] == ["password", "otp"]
    assert admin.get("/users", username="whole", exact="true")[0]["totp"]


def test_put_merges(people):
    carl = people.user("carl")
    path = f"/users/{carl['id']}"
    people.request("PUT", path, 204, json={"firstName": "F2"})
    assert {**people.get(path), "access": carl["access"]} == {**carl, "firstName": "F2"}
    people.request("PUT", path, 204, json={"username": "carl", "lastName": None, "email": ""})
    assert "email" not in people.get(path) and people.get(path)["lastName"] == carl["lastName"]
    # With attributes, what the body does not say of the names is gone.
    people.request("PUT", path, 204, json={"attributes": {"foo": ["a"], "firstName": ["FA"], "e": [""]}})
    now = people.get(path)
    assert (now["firstName"], now.get("lastName"), now["attributes"]) == ("FA", None, {"foo": ["a"]})
    people.request("PUT", path, 204, json={"requiredActions": ["UPDATE_PASSWORD", "NOPE"]})
    assert people.get(path)["requiredActions"] == ["UPDATE_PASSWORD"]
    for none in ([], [""], ["NOPE", ""]):
        people.request("PUT", path, 204, json={"requiredActions": ["UPDATE_PASSWORD", ""]})
        assert people.get(path)["requiredActions"] == ["UPDATE_PASSWORD"]
        people.request("PUT", path, 204, json={"requiredActions": none})
        assert people.get(path)["requiredActions"] == []
    # An e-mail address among the attributes is none; beside them it is.
    people.request("PUT", path, 204, json={"email": "c@ex.org"})
    people.request("PUT", path, 204, json={"attributes": {"email": ["z@ex.org"]}})
    assert "email" not in people.get(path)
    people.request("PUT", path, 204, json={"email": "w@ex.org", "attributes": {"email": ["z@ex.org"]}})
    assert people.get(path)["email"] == "w@ex.org"
    people.request("PUT", path, 204, json={"groups": ["/nope"], "realmRoles": ["nope"], "id": "zzz",
                                           "createdTimestamp": 5})
    assert people.get(path)["createdTimestamp"] == carl["createdTimestamp"]
    for body, answer in (
            ({"username": "newname"}, {"field": "username", "params": ["username"],
                                       "errorMessage": "error-user-attribute-read-only"}),
            ({"username": ""}, {"errorMessage": "User name is missing"}),
            ({"email": "junk"}, {"field": "email", "errorMessage": "error-invalid-email",
                                 "params": ["email", "junk"]})):
        assert people.request("PUT", path, 400, json=body).json() == answer
    answer = people.request("PUT", path, 409, json={"email": "u@ex.org"})
    assert answer.json() == {"errorMessage": "User exists with same email"}
    # Taken, before that it may not be changed.
    assert people.request("PUT", path, 409, json={"username": "carla"}).json() == \
           {"errorMessage": "User exists with same username"}
    people.request("PUT", "", 204, json={"editUsernameAllowed": True})
    people.request("PUT", path, 204, json={"username": "charles"})
    assert people.get(path)["username"] == "charles"
    assert people.request("PUT", path, 409, json={"username": "carla"}).json() == \
           {"errorMessage": "User exists with same username"}
    people.request("PUT", "/users/" + NOBODY, 404, json={"firstName": "x"})
    people.request("PATCH", path, 204, json={})


def test_attributes_follow_the_profile(people):
    carl = people.user("carl")["id"]
    path = f"/users/{carl}"
    unmanaged(people, "ADMIN_VIEW")
    people.request("PUT", path, 204, json={"attributes": {"new": ["1"]}})
    assert people.get(path)["attributes"] == {"k": ["v1"], "m": ["a b"]}
    profile = people.get(PROFILE_PATH)
    del profile["unmanagedAttributePolicy"]
    profile["attributes"].append({
        "name": "colour", "validations": {"options": {"options": ["red", "blue"]}},
        "permissions": {"view": ["admin"], "edit": ["admin"]}})
    profile["attributes"].append({"name": "theirs", "permissions": {"view": ["user"], "edit": ["user"]}})
    stored = people.request("PUT", PROFILE_PATH, 200, json=profile).json()
    assert stored == people.get(PROFILE_PATH)
    assert stored["attributes"][-1] == {**profile["attributes"][-1], "multivalued": False}
    assert "attributes" not in people.get(path)
    assert people.get(path + "/unmanagedAttributes") == {}
    people.request("PUT", path, 204, json={
        "attributes": {"colour": ["red"], "theirs": ["x"], "unknown": ["y"]}})
    assert people.get(path)["attributes"] == {"colour": ["red"]}
    people.request("PUT", path, 400, json={"attributes": {"colour": ["green"]}})
    unmanaged(people)
    assert people.get(path)["attributes"] == {"colour": ["red"], "k": ["v1"], "m": ["a b"]}
    assert people.request("PUT", PROFILE_PATH, 200).json()["attributes"][0]["name"] == "username"
    assert {one["name"] for one in people.get(PROFILE_PATH)["attributes"]} == PROFILE
    assert {one["name"] for one in people.get(PROFILE_PATH + "/metadata")["attributes"]} == PROFILE


def test_a_realm_of_an_old_export_keeps_what_users_have(server):
    master = server.admin("master")
    for version, kept in (("19.0.3", {"k": ["v"]}), ("26.7.0", None)):
        realm = "old-" + version
        requests.post(server.url + "/admin/realms", headers=master.bearer(), timeout=60, json={
            "realm": realm, "enabled": True, "keycloakVersion": version}).raise_for_status()
        admin = server.admin(realm)
        user = created(admin, username="oldie", attributes={"k": ["v"]})
        assert admin.get(f"/users/{user}").get("attributes") == kept


def test_profiles_refused(people):
    profile = people.get(PROFILE_PATH)
    for more, text in (
            ([{"name": "x y"}], "[Invalid attribute name (only letters, numbers and '.' '_' '-' "
                                "special characters allowed): x y']"),
            ([{"name": "email"}], "[Attribute configuration already exists with 'name':'email']"),
            ([{"name": "q", "group": "none"}], "[Attribute 'q' references unknown group 'none']"),
            ([{"name": "q", "validations": {"nosuch": {}}, "permissions": {"view": ["x"], "edit": ["admin"]}}],
             "[Validator 'nosuch' defined for attribute 'q' doesn't exist, 'permissions.view' configuration for "
             "attribute 'q' contains unsupported role 'x']"),
            ([{"name": "q", "required": {"scopes": ["email", "nosuch"]}}],
             "['required.scopes' configuration for attribute 'q' contains unsupported scope 'nosuch']"),
            ([{"name": "q", "validations": {"length": {"min": "x"}}}],
             "[Validator 'length' defined for attribute 'q' has incorrect configuration: ValidationError{"
             "validatorId='length', inputHint='min', message='error-validator-config-invalid-number-value', "
             "messageParameters=[x]}, ]"),
            ([{"name": "q", "validations": {"options": {}}}],
             "[Validator 'options' defined for attribute 'q' has incorrect configuration: ValidationError{"
             "validatorId='options', inputHint='options', message='error-validator-config-missing-value', "
             "messageParameters=[]}, ]")):
        bad = {**profile, "attributes": profile["attributes"] + more}
        assert people.request("PUT", PROFILE_PATH, 400, json=bad).json() == {"errorMessage": text}
    answer = people.request("PUT", PROFILE_PATH, 400, json={"attributes": [{"name": "x"}]})
    assert answer.json() == {"errorMessage": "[The attribute 'username' can not be removed, "
                                             "The attribute 'email' can not be removed]"}
    people.request("PUT", PROFILE_PATH, 400, json={**profile, "unmanagedAttributePolicy": "BOGUS"})
    for body in ("{", "[]", '"x"', '{"attributes": ["x"]}'):
        people.request("PUT", PROFILE_PATH, 400, data=body, headers={"content-type": "application/json"})
    assert people.get(PROFILE_PATH) == profile


def test_credentials(server, admin):
    user = created(admin, username="keys", enabled=True, email="keys@ex.org", firstName="K", lastName="K",
                   credentials=[{"type": "password", "value": "first"},
                                {"type": "otp", "userLabel": "phone", "secretData": '{"value":"abc"}',
                                 "credentialData": '{"subType":"totp"}'}])
    path = f"/users/{user}"
    password, otp = admin.get(path + "/credentials")
    assert set(password) == {"id", "type", "createdDate", "credentialData"}
    assert otp["userLabel"] == "phone" and "secretData" not in otp
    place = lambda: [one["type"] for one in admin.get(path + "/credentials")]
    admin.request("POST", f"{path}/credentials/{otp['id']}/moveToFirst", 204)
    assert place() == ["otp", "password"]
    admin.request("POST", f"{path}/credentials/{otp['id']}/moveAfter/{password['id']}", 204)
    assert place() == ["password", "otp"]
    admin.request("POST", f"{path}/credentials/{otp['id']}/moveAfter/nope", 204)
    label = lambda one, text, status, kind="text/plain": admin.request(
        "PUT", f"{path}/credentials/{one}/userLabel", status, data=text, headers={"content-type": kind})
    label(otp["id"], "my phone", 204)
    label(otp["id"], "\u00fc" * 300, 400)
    assert label(otp["id"], "", 400).json() == {
        "error": "missingCredentialLabel", "error_description": "Credential label must not be empty"}
    label(otp["id"], '"x"', 415, "application/json")
    assert admin.get(path + "/credentials")[1]["userLabel"] == "my phone"
    missing = {"error": "Credential not found"}
    assert label("nope", "x", 404).json() == missing
    for method, tail in (("POST", "/moveToFirst"), ("POST", f"/moveAfter/{otp['id']}"), ("DELETE", "")):
        assert admin.request(method, f"{path}/credentials/nope{tail}", 404).json() == missing
    # Another user's credential is none of this one's.
    ada = admin.user("ada")["id"]
    admin.request("DELETE", f"/users/{ada}/credentials/{otp['id']}", 404)
    admin.request("DELETE", f"{path}/credentials/{otp['id']}", 204)
    assert place() == ["password"]
    reset = lambda status, body: admin.request("PUT", path + "/reset-password", status, json=body)
    assert reset(400, {"type": "password", "value": ""}).json() == {"error": "Empty password not allowed"}
    assert reset(400, {"type": "password"}).json() == {"error": "No password provided"}
    reset(204, {"value": "second", "userLabel": "named"})
    again = admin.get(path + "/credentials")[0]
    assert again["id"] == password["id"] and again["userLabel"] == "named"
    token(server, "keys", "second")
    token(server, "keys", "first", 400)
    admin.request("PUT", "", 204, json={"passwordPolicy": "length(8) and digits(1)"})
    answer = reset(400, {"type": "password", "value": "x"})
    short = {"error": "invalidPasswordMinLengthMessage",
             "error_description": "Invalid password: minimum length 8."}
    assert answer.json() == short
    body = {"username": "policy", "credentials": [{"type": "password", "value": "x"}]}
    assert admin.request("POST", "/users", 400, json=body).json() == short
    assert admin.request("PUT", path, 400, json={"credentials": body["credentials"]}).json() == short
    admin.request("PUT", "", 204, json={"passwordPolicy": ""})
    assert admin.get(path + "/configured-user-storage-credential-types") == []
    admin.request("PUT", path + "/disable-credential-types", 204, json=["otp"])
    admin.request("PUT", path + "/disable-credential-types", 400, json={})
    admin.request("DELETE", f"{path}/credentials/{password['id']}", 204)
    token(server, "keys", "second", 400)


def test_groups(admin):
    user = created(admin, username="member", enabled=True)
    path = f"/users/{user}/groups"
    whole = created(admin, username="other-member", groups=["/staff", "/staff/night", "/alumni"])
    groups = {one["name"]: one for one in admin.get(f"/users/{whole}/groups")}
    assert admin.get(path) == [] and admin.get(path + "/count") == {"count": 0}
    for name in ("staff", "night", "alumni", "staff"):
        assert admin.request("PUT", f"{path}/{groups[name]['id']}", 204).text == ""
    assert [one["path"] for one in admin.get(path)] == ["/alumni", "/staff/night", "/staff"]
    night = groups["night"]
    assert night == {"id": night["id"], "name": "night", "path": "/staff/night",
                     "parentId": groups["staff"]["id"], "subGroups": []}
    full = admin.get(path, briefRepresentation="false", search="NIGHT")
    assert full == [{**night, "attributes": {}, "realmRoles": [], "clientRoles": {}}]
    assert [one["name"] for one in admin.get(path, first=1, max=1)] == ["night"]
    answer = admin.request("POST", "/groups", 201, json={"name": "a/b", "description": "of words"})
    slashed = answer.headers["Location"].rsplit("/", 1)[1]
    admin.request("PUT", f"{path}/{slashed}", 204)
    assert admin.get(path, search="a/b") == [{"id": slashed, "name": "a/b", "description": "of words",
                                              "path": "/a/b", "subGroups": []}]
    admin.request("DELETE", f"/groups/{slashed}", 204)
    assert admin.get(path, first=9) == [] and admin.get(path + "/count", search="a") == {"count": 2}
    for _ in range(2):
        admin.request("DELETE", f"{path}/{groups['staff']['id']}", 204)
    assert {one["name"] for one in admin.get(path)} == {"alumni", "night"}
    for method in ("PUT", "DELETE"):
        assert admin.request(method, path + "/nope", 404).json() == {"error": "Group not found"}
        answer = admin.request(method, f"/users/" + NOBODY + "/groups/{night['id']}", 404)
        assert answer.json() == {"error": "User not found"}


def test_links_with_identity_providers(server, admin):
    user, other = created(admin, username="linked"), created(admin, username="linked-2")
    path = f"/users/{user}/federated-identity"
    assert admin.get(path) == []
    admin.request("POST", path + "/hub", 204, json={"userId": "<1>", "userName": "n'"})
    answer = admin.request("POST", path + "/hub", 409, json={"userId": "2"})
    assert answer.json() == {"errorMessage": "User is already linked with provider"}
    # Kept, and shown when there are such providers.
    assert admin.get(path) == [] and "federatedIdentities" not in admin.get(f"/users/{user}")
    for alias in ("hub", "spoke"):
        admin.request("POST", "/identity-provider/instances", 201, json={
            "alias": alias, "providerId": "github", "config": {"clientId": "x", "clientSecret": "y"}})
    admin.request("POST", path + "/spoke", 204, json={"identityProvider": "other", "userId": "3"})
    admin.request("POST", f"/users/{other}/federated-identity/hub", 204, json={"userId": "9"})
    assert admin.get(path) == [{"identityProvider": "hub", "userId": "<1>", "userName": "n'"},
                               {"identityProvider": "spoke", "userId": "3"}]
    assert admin.get(f"/users/{user}")["federatedIdentities"] == admin.get(path)
    found = lambda **query: {one["username"] for one in admin.get("/users", **query)}
    assert found(idpAlias="hub") >= {"linked", "linked-2"}
    assert found(idpAlias="hub", idpUserId="<1>") == {"linked"}
    assert found(idpUserId="9") == {"linked-2"} and found(idpAlias="spoke", idpUserId="9") == set()
    for body in ("", "[]", '{"userId": 1', '{"nosuch": 1}'):
        admin.request("POST", path + "/third", 400, data=body,
                      headers={"content-type": "application/json"})
    admin.request("DELETE", path + "/hub", 204)
    assert admin.request("DELETE", path + "/hub", 404).json() == {"error": "Link not found"}
    admin.request("DELETE", "/users/" + NOBODY + "/federated-identity/hub", 404)
    assert found(idpAlias="spoke") == {"linked"}
    admin.request("DELETE", f"/users/{user}", 204)
    assert found(idpAlias="spoke") == set()
    for alias in ("hub", "spoke"):
        admin.request("DELETE", f"/identity-provider/instances/{alias}", 204)


def test_impersonation(server, admin):
    ada = admin.user("ada")["id"]
    answer = admin.request("POST", f"/users/{ada}/impersonation", 200, data="{}",
                           headers={"content-type": "application/json"})
    assert answer.json() == {"redirect": f"{server.url}/realms/people/account", "sameRealm": False}
    assert any(cookie.name.startswith("CURFEW_SESSION_") for cookie in answer.cookies)
    session = admin.get(f"/users/{ada}/sessions")[0]
    assert session["clients"] == {} and session["username"] == "ada"
    event = admin.events("IMPERSONATE")[0]
    assert (event["userId"], event["sessionId"]) == (ada, session["id"])
    assert event["details"] == {"impersonator_realm": "master", "impersonator": event["details"]["impersonator"]}
    # The browser is signed in as the user.
    page = requests.get(server.endpoint("auth", "people"), cookies=answer.cookies.get_dict(), timeout=60,
                        allow_redirects=False, params={"client_id": "web", "response_type": "code",
                                                       "scope": "openid", "redirect_uri": "http://127.0.0.1:9/"})
    assert page.status_code == 302 and "code=" in page.headers["location"]
    off = created(admin, username="switched-off")
    assert admin.request("POST", f"/users/{off}/impersonation", 400).json() == \
           {"errorMessage": "User is disabled"}
    assert admin.request("POST", "/users/" + NOBODY + "/impersonation", 404).json() == {"error": "User not found"}
    # Without the role: not at all. With it: not into the powers of an administrator.
    helper = admin.user("helper")["id"]
    bearer = {"authorization": "Bearer " + token(server, "helper", "helper")["access_token"]}
    admin.request("POST", f"/users/{ada}/impersonation", 403, headers=bearer)
    management = next(one["id"] for one in admin.get("/clients") if one["clientId"] == "realm-management")
    roles = by_name(admin.get(f"/users/{helper}/role-mappings/clients/{management}/available"))
    admin.request("POST", f"/users/{helper}/role-mappings/clients/{management}", 204,
                  json=[roles["impersonation"]])
    boss = created(admin, username="boss", enabled=True)
    admin.request("POST", f"/users/{boss}/role-mappings/clients/{management}", 204, json=[roles["realm-admin"]])
    session = token(server, "helper", "helper")
    bearer = {"authorization": "Bearer " + session["access_token"]}
    admin.request("POST", f"/users/{boss}/impersonation", 403, headers=bearer)
    answer = admin.request("POST", f"/users/{ada}/impersonation", 200, headers=bearer)
    assert answer.json()["sameRealm"] is True
    token(server, "", "", 400, grant_type="refresh_token", refresh_token=session["refresh_token"])
    admin.request("GET", "/users-management-permissions", 501)
