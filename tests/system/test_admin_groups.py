"""Groups by the admin API: the recorded answers of Keycloak 26.7, and what a change does to tokens."""

import base64
import json

import pytest
import requests

ADMINS = ("query-groups", "query-users", "view-users", "manage-users", "view-realm", "manage-realm",
          "realm-admin")
REALM = {"realm": "teams", "enabled": True, "sslRequired": "none", "adminEventsEnabled": True,
         "roles": {"realm": [{"name": "cook"}, {"name": "waiter"}],
                   "client": {"web": [{"name": "till"}]}},
         "clients": [{"clientId": "web", "enabled": True, "secret": "web-secret",
                      "redirectUris": ["http://127.0.0.1:9/cb"], "fullScopeAllowed": True,
                      "directAccessGrantsEnabled": True}],
         "users": [{"username": f"member-{i:03}", "enabled": True, "groups": ["/big"],
                    "attributes": {"shoe": [str(i)]}} for i in range(105)],
         "groups": [{"name": "big"}]}
REALM["users"] += [
    {"username": f"only-{role}", "enabled": True, "email": f"{role}@example.org", "firstName": "A",
     "lastName": "B", "credentials": [{"type": "password", "value": "pw"}],
     "clientRoles": {"realm-management": [role]}} for role in ADMINS]
ACCESS = {"view": True, "viewMembers": True, "manageMembers": True, "manage": True,
          "manageMembership": True}
VIEW_ONLY = {"view": True, "viewMembers": True, "manageMembers": False, "manage": False,
             "manageMembership": False}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


@pytest.fixture
def admin(server):
    return server.admin("teams")


@pytest.fixture
def tops(admin):
    """Whatever a test makes goes with it."""
    kept = {group["id"] for group in admin.get("/groups")}
    yield
    for group in admin.get("/groups"):
        if group["id"] not in kept:
            admin.request("DELETE", f"/groups/{group['id']}", 204)


def made(admin, name, parent=None, **more):
    path = f"/groups/{parent}/children" if parent else "/groups"
    answer = admin.request("POST", path, 201, json={"name": name, **more})
    return answer.headers["location"].rpartition("/")[2]


def tree(groups):
    """name(children)#subGroupCount"""
    return [group["name"] + ("(" + ",".join(tree(group["subGroups"])) + ")"
                             if group["subGroups"] else "")
            + (f"#{group['subGroupCount']}" if "subGroupCount" in group else "")
            for group in groups]


def token(server, username="", password="", **fields):
    fields = fields or {"grant_type": "password", "username": username, "password": password}
    answer = requests.post(server.endpoint("token", "teams"), timeout=60,
                           data={"client_id": "web", "client_secret": "web-secret", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def claims(answer):
    part = answer["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refreshed(server, answer):
    return claims(token(server, grant_type="refresh_token",
                        refresh_token=answer["refresh_token"]))


def newcomer(admin, username, *groups):
    """Someone new, in the groups that are the default meanwhile."""
    for group in groups:
        admin.request("PUT", f"/default-groups/{group}", 204)
    answer = admin.request("POST", "/users", 201, json={
        "username": username, "enabled": True, "email": f"{username}@example.org",
        "firstName": "N", "lastName": "C", "credentials": [{"type": "password", "value": "pw"}]})
    for group in groups:
        admin.request("DELETE", f"/default-groups/{group}", 204)
    return answer.headers["location"].rpartition("/")[2]


def members(admin, group):
    return [user["username"] for user in admin.get(f"/groups/{group}/members")]


def test_the_life_of_a_group(server, admin, tops):
    answer = admin.request("POST", "/groups", 201, json={
        "name": "g", "description": "desc", "attributes": {"k": ["v"], "dept": ["it"]},
        "realmRoles": ["cook"], "subGroups": [{"name": "s"}], "path": "/zzz"})
    top = answer.headers["location"].rpartition("/")[2]
    assert answer.headers["location"] == f"{server.url}/admin/realms/teams/groups/{top}"
    assert admin.get(f"/groups/{top}") == {
        "id": top, "name": "g", "description": "desc", "path": "/g", "subGroupCount": 0,
        "subGroups": [], "attributes": {"k": ["v"], "dept": ["it"]}, "realmRoles": [],
        "clientRoles": {}, "access": ACCESS}
    taken = admin.request("POST", "/groups", 409, json={"name": "g"})
    assert taken.json() == {"errorMessage": "Top level group named 'g' already exists."}

    answer = admin.request("POST", f"/groups/{top}/children", 201,
                           json={"name": "s/1", "description": "D", "attributes": {"a": ["b"]}})
    sub = answer.json()["id"]
    assert answer.headers["location"] == f"{server.url}/admin/realms/teams/groups/{sub}"
    new = {"id": sub, "name": "s/1", "description": "D", "path": "/g/s/1", "parentId": top,
           "subGroups": [], "attributes": {"a": ["b"]}, "realmRoles": [], "clientRoles": {},
           "access": ACCESS}
    assert answer.json() == new
    assert admin.get(f"/groups/{sub}") == {**new, "subGroupCount": 0}
    taken = admin.request("POST", f"/groups/{top}/children", 409, json={"name": "s/1"})
    assert taken.json() == {"errorMessage": "Sibling group named 's/1' already exists."}

    for path in ("g/s%2F1", "g/s/1", "g/s/1/", "%2Fg%2Fs%2F1"):
        found = admin.get(f"/group-by-path/{path}")
        assert {**found, "access": ACCESS} == admin.get(f"/groups/{sub}") and "access" not in found
    for path in ("G", "", "nope", "g/s~%2F1", "g%2F"):
        missing = admin.request("GET", f"/group-by-path/{path}", 404 if path != "g%2F" else 200)
        assert path == "g%2F" or missing.json() == {"error": "Group path does not exist"}

    admin.request("PUT", f"/groups/{sub}", 204, json={"name": "s2"})
    after = admin.get(f"/groups/{sub}")
    assert after["path"] == "/g/s2" and after["attributes"] == {"a": ["b"]}
    assert "description" not in after
    admin.request("PUT", f"/groups/{sub}", 204, json={
        "id": sub, "name": "s2", "attributes": {}, "description": "dd", "realmRoles": ["cook"]})
    after = admin.get(f"/groups/{sub}")
    assert (after["attributes"], after["description"], after["realmRoles"]) == ({}, "dd", [])
    assert admin.request("PUT", f"/groups/{sub}", 400, json={"id": "zz", "name": "s2"}).json() == {
        "errorMessage": "Invalid group id"}
    other = made(admin, "other", top)
    taken = admin.request("PUT", f"/groups/{other}", 409, json={"name": "s2"})
    assert taken.json() == {"errorMessage": "Sibling group named 's2' already exists."}

    admin.request("DELETE", f"/groups/{top}", 204)
    for group in (top, sub, other):
        for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
            gone = admin.request(method, f"/groups/{group}", 404, json=body)
            assert gone.json() == {"error": "Could not find group by id"}
    for tail in ("children", "members", "role-mappings", "role-mappings/realm",
                 "management/permissions"):
        gone = admin.request("GET", f"/groups/{top}/{tail}", 404)
        assert gone.json() == {"error": "Could not find group by id"}


def test_groups_are_listed_searched_and_paged(admin, tops):
    eng = made(admin, "eng", attributes={"dept": ["it"], "x": ["1"]}, description="people")
    sub = made(admin, "ENGsub", eng, attributes={"dept": ["it"]})
    made(admin, "other", eng)
    made(admin, "deep", sub)
    made(admin, "sales", attributes={"dept": ["it", "b c"]})
    made(admin, "Zeta")

    def asked(path="/groups", **query):
        return tree(admin.get(path, **query))

    assert asked() == ["Zeta#0", "big#0", "eng#2", "sales#0"]
    assert asked(first=1, max=1) == ["big#0"] and asked(first=2) == ["eng#2", "sales#0"]
    assert asked(max=0) == [] and asked(first=50) == [] and len(asked(first=-3, max=-2)) == 4
    assert asked(search="eng") == ["eng(ENGsub#1)#2"] == asked(search="ENG")
    assert asked(search="eng", exact="true") == ["eng#2"]
    assert asked(search="ENGsub", exact="true") == ["eng(ENGsub#1)#2"]
    assert asked(search="deep") == ["eng(ENGsub(deep#0)#1)#2"]
    assert asked(search="deep", subGroupsCount="false") == ["eng(ENGsub(deep))"]
    assert asked(search="e") == ["Zeta#0", "eng(ENGsub(deep#0)#1,other#0)#2", "sales#0"]
    assert asked(search="e", first=1, max=1) == ["Zeta#0"]
    assert asked(search="e", first=2, max=2) == ["eng(ENGsub(deep#0)#1)#2"]
    assert asked(search="e", populateHierarchy="false") == [
        "ENGsub#1", "Zeta#0", "deep#0", "eng#2", "other#0", "sales#0"]
    assert asked(search="zzz") == [] == asked(search="' or 1=1 --")

    assert asked(q="dept:it") == ["eng(ENGsub#1)#2", "sales#0"]
    assert asked(q="dept:it x:1") == ["eng#2"] and asked(q="dept:zz") == [] == asked(q="dept:I")
    assert asked(q='"dept":"b c"') == ["sales#0"]
    assert asked(q="dept:it", search="sales") == ["eng(ENGsub#1)#2", "sales#0"]
    assert asked(q="dept:it", populateHierarchy="false") == ["ENGsub#1", "eng#2", "sales#0"]
    assert len(asked(q="nonsense")) == 4

    assert asked(search="e*g") == ["eng(ENGsub#1)#2"] and asked(search="*s*b") == ["eng(ENGsub#1)#2"]
    assert asked(search="*lta") == [] and admin.get("/groups/count", search="e*g")["count"] == 2
    assert admin.get("/groups/count", search="eng", exact="true")["count"] == 2  # not a parameter of it
    children = f"/groups/{eng}/children"
    assert asked(children, search="engs") == ["ENGsub#1"] and asked(children, search="ther") == []
    assert asked(children, search="*ther") == ["other#0"]
    assert asked(children) == ["ENGsub#1", "other#0"]
    assert asked(children, search="E") == ["ENGsub#1"]
    assert asked(children, search="engsub", exact="true") == [] == asked(children, search="deep")
    assert asked(children, first=1) == ["other#0"] and asked(children, max=1) == ["ENGsub#1"]
    assert asked(children, max=0) == []
    for i in range(12):
        made(admin, f"x{i:02}", eng)
    assert len(asked(children)) == 10 and len(asked(children, max=100)) == 14

    brief = admin.get("/groups", search="eng", exact="true")[0]
    assert brief == {"id": eng, "name": "eng", "description": "people", "path": "/eng",
                     "subGroupCount": 14, "subGroups": [], "access": ACCESS}
    full = admin.get("/groups", briefRepresentation="false", search="eng", exact="true")[0]
    assert full == {**brief, "attributes": {"dept": ["it"], "x": ["1"]}, "realmRoles": [],
                    "clientRoles": {}}
    assert admin.get(children, search="other")[0]["attributes"] == {}
    assert "attributes" not in admin.get(children, search="other", briefRepresentation="true")[0]

    for query, count in (({}, 19), ({"top": "true"}, 4), ({"search": "eng"}, 2),
                         ({"search": "sub", "top": "true"}, 1), ({"search": "zz"}, 0)):
        assert admin.get("/groups/count", **query) == {"count": count}, query
    admin.request("GET", "/groups?first=x", 400)


def test_groups_are_moved(admin, tops):
    top, inner, other = made(admin, "top"), None, made(admin, "other")
    inner = made(admin, "inner", top)
    leaf = made(admin, "leaf", inner)

    def move(group, parent, expect=204, name="whatever"):
        path = f"/groups/{parent}/children" if parent else "/groups"
        return admin.request("POST", path, expect, json={"id": group, "name": name})

    move(other, inner)
    assert admin.get(f"/groups/{other}")["path"] == "/top/inner/other"
    assert admin.get(f"/groups/{other}")["parentId"] == inner
    move(other, inner)
    move(other, None)
    assert admin.get(f"/groups/{other}")["path"] == "/other"
    assert "parentId" not in admin.get(f"/groups/{other}")
    move(top, top)
    for below in (inner, leaf):
        assert "below itself" in move(top, below, 400).json()["errorMessage"]
    assert admin.get(f"/groups/{top}")["path"] == "/top"
    assert admin.get(f"/groups/{leaf}")["path"] == "/top/inner/leaf"
    made(admin, "other", top)
    assert move(other, top, 409, name="other").json() == {
        "errorMessage": "Sibling group named 'other' already exists."}
    made(admin, "leaf")
    assert move(leaf, None, 409, name="leaf").json() == {
        "errorMessage": "Top level group named 'leaf' already exists."}
    for parent in (None, top):
        assert move("", parent, 404).json() == {"error": "Could not find child by id"}
        assert move("nope", parent, 404).json() == {"error": "Could not find child by id"}
    assert move(leaf, "nope", 404).json() == {"error": "Could not find group by id"}
    admin.request("POST", "/groups", 400, json={"id": leaf})


def test_groups_are_at_most_twenty_deep(admin, tops):
    chain = [made(admin, "d1")]
    for i in range(2, 21):
        chain.append(made(admin, f"d{i}", chain[-1]))
    assert admin.get(f"/groups/{chain[-1]}")["path"] == "/" + "/".join(
        f"d{i}" for i in range(1, 21))
    refused = admin.request("POST", f"/groups/{chain[-1]}/children", 400, json={"name": "d21"})
    assert refused.json() == {"errorMessage": "Groups lie at most 20 deep"}
    pair = made(admin, "pair")
    made(admin, "under", pair)
    admin.request("POST", f"/groups/{chain[18]}/children", 400, json={"id": pair, "name": "pair"})
    admin.request("POST", f"/groups/{chain[17]}/children", 204, json={"id": pair, "name": "pair"})
    assert tree(admin.get("/groups", search="d20"))[0].count("(") == 19


def test_members_are_paged(admin):
    big = admin.get("/group-by-path/big")["id"]
    members = f"/groups/{big}/members"
    names = [f"member-{i:03}" for i in range(105)]
    assert [user["username"] for user in admin.get(members)] == names[:100]
    assert [user["username"] for user in admin.get(members, first=103)] == names[103:]
    assert [user["username"] for user in admin.get(members, first=5, max=2)] == names[5:7]
    assert len(admin.get(members, max=-1)) == 105
    assert admin.get(members, max=0) == [] == admin.get(members, first=1000)
    assert admin.get(members, max=1)[0].keys() == {
        "id", "username", "emailVerified", "enabled", "createdTimestamp", "totp",
        "disableableCredentialTypes", "requiredActions", "notBefore", "attributes"}
    assert admin.get(members, max=1, briefRepresentation="true")[0].keys() == {
        "id", "username", "emailVerified", "enabled", "createdTimestamp"}


def test_roles_of_a_group_are_in_the_next_token(server, admin, tops):
    top = made(admin, "kitchen")
    sub = made(admin, "night", top)
    cook, waiter = admin.get("/roles/cook"), admin.get("/roles/waiter")
    web = admin.get("/clients", clientId="web")[0]["id"]
    till = admin.get(f"/clients/{web}/roles/till")
    user = newcomer(admin, "shift", sub)
    assert members(admin, sub) == ["shift"]
    answer = token(server, "shift", "pw")
    held = claims(answer).get("realm_access", {}).get("roles", [])
    assert "cook" not in held and "waiter" not in held

    realm, client = "role-mappings/realm", f"role-mappings/clients/{web}"
    admin.request("POST", f"/groups/{top}/{realm}", 204, json=[cook])
    admin.request("POST", f"/groups/{top}/{realm}", 204, json=[cook])
    admin.request("POST", f"/groups/{sub}/{realm}", 204, json=[waiter])
    admin.request("POST", f"/groups/{sub}/{client}", 204, json=[till])
    now = refreshed(server, answer)
    assert {"cook", "waiter"} <= set(now["realm_access"]["roles"])
    assert now["resource_access"]["web"]["roles"] == ["till"]

    def names(path, **query):
        return [role["name"] for role in admin.get(path, **query)]

    assert names(f"/groups/{sub}/{realm}") == ["waiter"]
    assert names(f"/groups/{sub}/{realm}/composite") == ["cook", "waiter"]
    available = names(f"/groups/{sub}/{realm}/available")
    assert "cook" in available and "waiter" not in available
    assert names(f"/groups/{sub}/{client}") == ["till"] == names(f"/groups/{sub}/{client}/composite")
    assert names(f"/groups/{sub}/{client}/available") == []
    # What a group has from those above it is among its roles of the realm, as Keycloak lists them.
    below = made(admin, "below", sub)
    assert names(f"/groups/{below}/{realm}/composite") == ["cook", "waiter"]
    assert names(f"/groups/{below}/{client}/composite") == []
    admin.request("DELETE", f"/groups/{below}", 204)
    every = admin.get(f"/groups/{sub}/role-mappings")
    assert every.keys() == {"realmMappings", "clientMappings"}
    assert every["clientMappings"]["web"]["mappings"][0]["name"] == "till"
    assert admin.get(f"/groups/{sub}")["clientRoles"] == {"web": ["till"]}
    assert admin.get(f"/groups/{sub}")["realmRoles"] == ["waiter"]
    for body in ([{"id": "nope", "name": "x"}], [{"id": cook["id"], "name": "x"}], [till]):
        missing = admin.request("POST", f"/groups/{sub}/{realm}", 404, json=body)
        assert missing.json() == {"error": "Role not found"}
    assert admin.request("GET", f"/groups/{sub}/role-mappings/clients/nope", 404).json() == {
        "error": "Client not found"}

    # Moved away from under the kitchen, the night shift cooks no more.
    admin.request("POST", "/groups", 204, json={"id": sub, "name": "night"})
    held = refreshed(server, answer)["realm_access"]["roles"]
    assert "cook" not in held and "waiter" in held
    admin.request("DELETE", f"/groups/{sub}/{realm}", 204, json=[waiter])
    admin.request("DELETE", f"/groups/{sub}/{client}", 204)
    now = refreshed(server, answer)
    assert "waiter" not in now.get("realm_access", {}).get("roles", [])
    assert "web" not in now.get("resource_access", {})
    assert admin.get(f"/groups/{sub}/role-mappings") == {}

    # A deleted role leaves the group, a deleted group its members.
    admin.request("POST", "/roles", 201, json={"name": "brief"})
    admin.request("POST", f"/groups/{sub}/{realm}", 204, json=[admin.get("/roles/brief")])
    assert "brief" in refreshed(server, answer)["realm_access"]["roles"]
    admin.request("DELETE", "/roles/brief", 204)
    assert admin.get(f"/groups/{sub}/role-mappings") == {}
    admin.request("POST", f"/groups/{sub}/{realm}", 204, json=[waiter])
    assert "waiter" in refreshed(server, answer)["realm_access"]["roles"]
    admin.request("DELETE", f"/groups/{sub}", 204)
    assert "waiter" not in refreshed(server, answer).get("realm_access", {}).get("roles", [])
    admin.request("DELETE", f"/users/{user}", 204)


def test_new_users_are_in_the_default_groups(admin, tops):
    top = made(admin, "all")
    sub = made(admin, "sub", top)
    for group in (top, sub, top):
        admin.request("PUT", f"/default-groups/{group}", 204)
    listed = {group["path"]: group for group in admin.get("/default-groups")}
    assert listed == {"/all": {"id": top, "name": "all", "path": "/all", "subGroups": []},
                      "/all/sub": {"id": sub, "name": "sub", "path": "/all/sub", "parentId": top,
                                   "subGroups": []}}
    for method in ("PUT", "DELETE"):
        missing = admin.request(method, "/default-groups/nope", 404)
        assert missing.json() == {"error": "Group not found"}

    # They stay so under another name and at another place.
    admin.request("PUT", f"/groups/{top}", 204, json={"name": "every/body"})
    assert {one["id"] for one in admin.get("/default-groups")} == {top, sub}
    admin.request("POST", "/groups", 204, json={"id": sub, "name": "sub"})
    assert {one["path"] for one in admin.get("/default-groups")} == {"/every/body", "/sub"}
    user = newcomer(admin, "newcomer")
    assert members(admin, top) == ["newcomer"] == members(admin, sub)
    admin.request("DELETE", f"/default-groups/{sub}", 204)
    admin.request("DELETE", f"/default-groups/{sub}", 204)
    assert [one["id"] for one in admin.get("/default-groups")] == [top]
    admin.request("DELETE", f"/groups/{top}", 204)
    assert admin.get("/default-groups") == []
    assert not admin.get("").get("defaultGroups")
    admin.request("DELETE", f"/users/{user}", 204)


def test_bad_input_changes_nothing(admin, tops):
    group = made(admin, "stable")
    before = admin.get("/groups", briefRepresentation="false")
    for body in ({}, {"name": None}, {"name": ""}, {"name": "  "}, {"description": "x"}):
        for method, path in (("POST", "/groups"), ("POST", f"/groups/{group}/children"),
                             ("PUT", f"/groups/{group}")):
            answer = admin.request(method, path, 400, json=body)
            assert answer.json() == {"errorMessage": "Group name is missing"}
    for body in ({"name": "x", "zork": 1}, {"name": {"a": 1}}, {"name": "n" * 256}, [], 7, "x",
                 {"name": "a\x00b"}, {"name": "x", "attributes": 7}):
        admin.request("POST", "/groups", 400, json=body)
        admin.request("PUT", f"/groups/{group}", 400, json=body)
    for text in ("", "{", "null"):
        admin.request("POST", "/groups", 400, data=text,
                      headers={"content-type": "application/json"})
    assert admin.get("/groups", briefRepresentation="false") == before
    for name in ("<b>x</b>", "'; drop table realm_group; --", "%", "ünï"):
        one = made(admin, name)
        assert admin.get(f"/groups/{one}")["name"] == name
        assert [g["id"] for g in admin.get("/groups", search=name, exact="true")] == [one]


def test_groups_of_another_realm_are_not_there(server, admin, tops):
    admin.create_realm({"realm": "elsewhere", "enabled": True})
    foreign = made(server.admin("elsewhere"), "foreign")
    own = made(admin, "own")
    for method, path, body in (
            ("GET", f"/groups/{foreign}", None), ("PUT", f"/groups/{foreign}", {"name": "x"}),
            ("DELETE", f"/groups/{foreign}", None), ("GET", f"/groups/{foreign}/members", None),
            ("POST", f"/groups/{own}/children", {"id": foreign, "name": "x"}),
            ("PUT", f"/default-groups/{foreign}", None)):
        admin.request(method, path, 404, json=body)
    assert server.admin("elsewhere").get(f"/groups/{foreign}")["name"] == "foreign"


def test_permissions_for_single_groups_are_not_built(admin, tops):
    group = made(admin, "fine")
    for method, body in (("GET", None), ("PUT", {"enabled": True})):
        answer = admin.request(method, f"/groups/{group}/management/permissions", 501, json=body)
        assert answer.json()["error"] == "Feature not enabled"


def test_who_may_do_what(server, admin, tops):
    group = made(admin, "guarded")
    cook = admin.get("/roles/cook")
    bearers = {}
    for role in ADMINS:
        answer = requests.post(
            server.endpoint("token", "teams"), timeout=60,
            data={"client_id": "admin-cli", "grant_type": "password", "username": f"only-{role}",
                  "password": "pw"})
        bearers[role] = {"authorization": "Bearer " + answer.json()["access_token"]}
    manage = {"manage-users", "realm-admin"}
    view = manage | {"view-users"}
    realm = {"view-realm", "manage-realm", "realm-admin"}
    one = f"/groups/{group}"
    for method, path, body, allowed in (
            ("GET", "/groups", None, view | {"query-groups"}),
            ("GET", "/groups/count", None, view | {"query-groups"}),
            ("POST", "/groups", {}, manage), ("GET", one, None, view),
            ("PUT", one, {"name": "guarded"}, manage), ("DELETE", "/groups/nope", None, manage),
            ("GET", one + "/children", None, view), ("POST", one + "/children", {}, manage),
            ("GET", one + "/members", None, view), ("GET", one + "/role-mappings", None, view),
            ("GET", one + "/role-mappings/realm/available", None, view),
            ("POST", one + "/role-mappings/realm", [cook], manage),
            ("DELETE", one + "/role-mappings/realm", [cook], manage),
            ("GET", "/group-by-path/guarded", None, view),
            ("GET", "/default-groups", None, realm),
            ("PUT", "/default-groups/nope", None, realm - {"view-realm"}),
            ("DELETE", "/default-groups/nope", None, realm - {"view-realm"})):
        may = {role for role in ADMINS if requests.request(
            method, f"{server.url}/admin/realms/teams{path}", json=body, timeout=60,
            headers=bearers[role]).status_code != 403}
        assert may == allowed, (method, path)

    def listed(role):
        return requests.get(f"{server.url}/admin/realms/teams/groups", timeout=60,
                            headers=bearers[role]).json()

    assert listed("query-groups") == []
    assert {one["name"]: one["access"] for one in listed("view-users")}["guarded"] == VIEW_ONLY
    assert {one["name"]: one["access"] for one in listed("manage-users")}["guarded"] == ACCESS


def test_events_tell_of_changes(admin, tops):
    group = made(admin, "told")
    admin.request("PUT", f"/groups/{group}", 204, json={"name": "told"})
    admin.request("DELETE", f"/groups/{group}", 204)
    events = admin.get("/admin-events", resourcePath=f"groups/{group}")
    assert {(one["operationType"], one["resourceType"]) for one in events} == {
        ("CREATE", "GROUP"), ("UPDATE", "GROUP"), ("DELETE", "GROUP")}
