"""Who may do what by the admin API, and what it tells those who may not; numbers and texts that
no list has."""

import re

import pytest
import requests

from support import realm as realms
from support.browser import encode_part
from support.server import ROOT

ADMIN = ROOT / "src/admin"


def permissions():
    """{permission: the roles of realm-management that grant it}, from the program's own table."""
    text = (ADMIN / "permission.c").read_text()
    return {name: set(re.findall(r'"([^"]+)"', roles)) for name, roles in
            re.findall(r"^\t\[(PERMISSION_\w+)\] = \{([^}]*)\},", text, re.MULTILINE)}


def routes():
    """(method, path, permission) of every public route, from the program's own tables."""
    found = []
    for file in sorted(ADMIN.glob("routes_*.c")):
        text = file.read_text()
        lines = re.findall(r'^\t\{ (HTTP_[A-Z_| ]+), (?:([A-Z]+)\b ?)?(?:"([^"]*)")?, \w+,([^{}]*)\},$', text,
                           re.MULTILINE)
        assert len(lines) == len(re.findall(r"\{ HTTP_", text)), f"{file}: a route is written in another way"
        macros = {"": "", **dict(re.findall(r'#define ([A-Z]+) "([^"]*)"', text))}
        for methods, macro, path, rest in lines:
            permission = re.search(r"\bPERMISSION_\w+", rest).group()
            found += [(method.removeprefix("HTTP_"), macros[macro] + path, permission)
                      for method in methods.split(" | ")]
    return found


PERMISSIONS = permissions()
# Pages and client registration ask for a sign-in or a token of their own: tested with them.
PAGES = [route for route in routes() if route[2] == "PERMISSION_NONE"]
ROUTES = [route for route in routes() if route not in PAGES]
ROLES = sorted(set.union(*PERMISSIONS.values()) - {"create-realm"})  # that is master's
# These end what the tests stand on: who may is tried on a realm of its own.
FINAL = {("DELETE", "/admin/realms/{realm}"), ("POST", "/admin/realms/{realm}/logout-all")}


def realm_with_admins(name):
    """A realm with a user for each of realm-management's roles, and one without."""
    def user(username, roles):
        return {"username": username, "enabled": True, "email": f"{username}@example.org",
                "firstName": "A", "lastName": "B",
                "credentials": [{"type": "password", "value": username + "-pw"}],
                "clientRoles": {"realm-management": roles} if roles else {}}
    return {"realm": name, "enabled": True, "sslRequired": "none", "accessTokenLifespan": 3600,
            "users": [*[user(role, [role]) for role in ROLES],
                      user("nobody", []), user("target", [])]}


def token_of(server, realm, user):
    answer = requests.post(server.endpoint("token", realm), timeout=60, data={
        "client_id": "admin-cli", "grant_type": "password", "username": user,
        "password": user + "-pw"})
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}), realm_with_admins("one"), realm_with_admins("two"))


def call(server, token, method, realm, path, **more):
    return requests.request(method, f"{server.url}/admin/realms/{realm}{path}", timeout=60,
                            headers={"authorization": "Bearer " + token}, **more)


@pytest.fixture(scope="module")
def tokens(server):
    """{realm: {role: token of a user who has that role alone}}."""
    return {realm: {role: token_of(server, realm, role) for role in [*ROLES, "nobody"]}
            for realm in ("one", "two")}


def ask(server, method, path, realm="one", token=None):
    """With names that stand for nothing and a body that is none, so that nothing changes."""
    path = re.sub(r"\{(?!realm\})[\w.]+\}", "nosuch", path).format(realm=realm)
    headers = {"authorization": "Bearer " + token} if token else {}
    return requests.request(method, server.url + path, timeout=60, headers=headers, json=[7])


def test_the_table_of_routes_was_found():
    assert len(ROUTES) > 300 and ("PUT", "/admin/realms/{realm}", "PERMISSION_MANAGE_REALM") in ROUTES
    judged = {"PERMISSION_LIST_REALMS", "PERMISSION_SEE_REALM"}  # by any role of administrators
    assert {permission for _, _, permission in ROUTES} <= PERMISSIONS.keys() | judged
    assert not [path for _, path, _ in PAGES if path.startswith("/admin/realms")]


@pytest.mark.parametrize("method,path,permission", ROUTES)
def test_each_route_wants_a_role_and_no_other_realms(server, tokens, method, path, permission):
    """CVE-2026-9099. Which role each wants: test_permissions.py."""
    bare = ask(server, method, path)
    assert bare.status_code == 401 and bare.headers["www-authenticate"] == "Bearer"
    for forged in ("nope", "a.b.c", tokens["one"]["nobody"][:-4] + "AAAA"):
        assert ask(server, method, path, token=forged).status_code == 401, forged
    answer = ask(server, method, path, token=tokens["one"]["nobody"])
    assert answer.status_code == 403 and answer.json() == {"error": "HTTP 403 Forbidden"}
    # The console's asks for a token of the realm's own, once its holder is an administrator.
    refused = {401, 403} if path == "/admin/{realm}/console/whoami" else {403}
    for role, token in tokens["two"].items():
        if "{realm}" in path:
            answer = ask(server, method, path, token=token)
            assert answer.status_code in refused, (role, "of another realm", answer.text)
            assert ask(server, method, path, "master", token).status_code in refused, role


@pytest.mark.parametrize("method,path", sorted(FINAL))
def test_who_may_end_everything_may(server, method, path):
    permission = next(one for *route, one in ROUTES if tuple(route) == (method, path))
    for number, role in enumerate(sorted(PERMISSIONS[permission])):
        name = f"{method.lower()}-{number}"
        server.admin().create_realm(realms.keyed(realm_with_admins(name)))
        answer = ask(server, method, path, name, token_of(server, name, role))
        assert answer.status_code in (200, 204), answer.text


def test_only_masters_administrators_make_realms(server, tokens):
    tokens = tokens["one"]
    for role in ("nobody", "view-users", "manage-realm"):
        assert requests.post(server.url + "/admin/realms", json={"realm": "three"}, timeout=60,
                             headers={"authorization": "Bearer " + tokens[role]}).status_code == 403
        assert call(server, tokens[role], "GET", "master", "/users").status_code == 403
        listed = requests.get(server.url + "/admin/realms", timeout=60,
                              headers={"authorization": "Bearer " + tokens[role]})
        names = {one["realm"] for one in listed.json()} if listed.ok else set()
        assert names <= {"one"}


def test_who_may_see_nothing_cannot_tell_which_realms_there_are(server):
    token = token_of(server, "one", "nobody")
    answers = {call(server, token, "GET", realm, "").text for realm in ("two", "nosuch", "master")}
    assert len(answers) == 1
    bare = {(one.status_code, one.text) for one in
            (requests.get(f"{server.url}/admin/realms/{realm}", timeout=60)
             for realm in ("two", "nosuch"))}
    assert len(bare) == 1 and bare.pop()[0] == 401


def test_rights_end_with_their_owner(server):
    admin = server.admin("two")
    token = token_of(server, "two", "view-users")
    assert call(server, token, "GET", "two", "/users").status_code == 200
    user = admin.user("view-users")["id"]
    admin.request("PUT", f"/users/{user}", 204, json={"enabled": False})
    assert call(server, token, "GET", "two", "/users").status_code == 401
    admin.request("PUT", f"/users/{user}", 204, json={"enabled": True})
    assert call(server, token, "GET", "two", "/users").status_code == 401, "it came back to life"
    token = token_of(server, "two", "view-users")
    admin.request("DELETE", f"/users/{user}", 204)
    assert call(server, token, "GET", "two", "/users").status_code == 401


def test_no_cookie_and_no_form_is_a_bearer(server):
    token = token_of(server, "one", "manage-users")
    url = server.url + "/admin/realms/one/users"
    for more in ({"params": {"access_token": token}}, {"cookies": {"access_token": token}},
                 {"headers": {"authorization": "Basic " + token}},
                 {"headers": {"authorization": "Bearer "}},
                 {"headers": {"authorization": "Bearer " + token + ".x"}},
                 {"headers": {"authorization": "Bearer " + token.rpartition(".")[0] + "."}}):
        assert requests.get(url, timeout=60, **more).status_code == 401, more
    assert requests.post(url, timeout=60, data={"access_token": token}).status_code == 401
    for iss in ("", "/", "x/one", "http://evil.example/realms/one", "a" * 5000, 7, None, ["one"]):
        forged = f"{encode_part({'alg': 'none'})}.{encode_part({'iss': iss, 'sub': 'x'})}."
        assert call(server, forged, "GET", "one", "/users").status_code == 401, iss


@pytest.mark.parametrize("path", ["/users", "/sessions", "/events", "/signouts"])
def test_numbers_that_no_list_has(server, path):
    admin = server.admin("one")
    for name in ("first", "max"):
        for value in ("-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999",
                      "1e3", "", "x", "0", " 1", "0x10", "1\0", "٣"):
            answer = admin.request("GET", path, params={name: value})
            assert answer.status_code in (200, 400), (name, value, answer.text)
    for name in ("search", "username", "type", "client", "user", "dateFrom", "dateTo", "state",
                 "since", "session", "exact", "enabled", "briefRepresentation"):
        for value in ("%", "_", "'", "\\", "a" * 10000, "\r\n", "ä€𝄞", "2026-13-99", "9" * 30):
            answer = admin.request("GET", path, params={name: value})
            assert answer.status_code in (200, 400), (name, value[:20], answer.text)
    for query in ("first=%ff", "search=%00", "type=%ed%a0%80", "max=1&max=2"):
        answer = admin.request("GET", path + "?" + query)
        assert answer.status_code in (200, 400), (query, answer.text)


def test_ids_that_nobody_has(server):
    admin = server.admin("one")
    for name in ("nosuch", "%00", "%ff", "%27", "a" * 5000, "%0d%0aX:%20y"):
        for method, path in (("GET", "/users/{}"), ("DELETE", "/users/{}"), ("GET", "/signouts/{}"),
                             ("DELETE", "/sessions/{}"), ("POST", "/users/{}/logout")):
            answer = admin.request(method, path.format(name))
            assert 400 <= answer.status_code < 500, (method, path, name, answer.text)
