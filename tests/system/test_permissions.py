"""Who may call what of the admin API: a test for each call and each role of administrators, as recorded of
Keycloak 26.7 (tests/system/data/permissions.json), and what no table tells."""

import json
import re

import pytest
import requests

from support import permissions
from support.server import ROOT

pytestmark = pytest.mark.any_engine

RECORDED = json.loads((ROOT / "tests" / "system" / "data" / "permissions.json").read_text())
CALLS = {permissions.name(call): call for call in permissions.CALLS}


@pytest.fixture(scope="module")
def matrix(common):
    admin = common.server.admin()
    return permissions.Matrix(common.server.url, lambda: admin.bearer()["authorization"].split()[1], "permissions")


@pytest.mark.parametrize("role", permissions.ROLES, ids=lambda role: role or "nobody")
@pytest.mark.parametrize("call", CALLS)
def test_cell(matrix, call, role):
    status = matrix.play(CALLS[call], role)
    assert (status != 403) == (role in RECORDED[call]), status
    assert status != 401 and status < 500 or status == 501


# Calls of ours, calls that are judged otherwise, and what is refused to everybody alike.
APART = ("/signouts", "/signout-coverage", "/doctor", "/clients/{client}/test-logout", "/export",
         "/organizations", "/user-storage", "/testLDAPConnection", "/ldap-server-capabilities",
         "/testSMTPConnection", "/clients/{client}/authz", "/client-types", "/clear-crl-cache",
         "/identity-provider/instances/{provider}/reload-keys", "/users-management-permissions",
         "/identity-provider/upload-certificate")


def test_every_call_has_its_cells():
    source = "".join(path.read_text() for path in sorted((ROOT / "src" / "admin").glob("routes_*.c")))
    played = {(method, re.sub(r"\?.*", "", path)) for method, path, *_ in permissions.CALLS}
    missing = []
    for methods, pattern in re.findall(r'\{ (HTTP_[A-Z_ |]+), R(?: "([^"]*)")?', source):
        if pattern.startswith(APART) or "management/permissions" in pattern or "/certificates/" in pattern:
            continue
        form = re.compile(re.sub(r"\{[a-z_.]+\}", "[^/]+", pattern) + "$")
        for method in methods.removesuffix(" | HTTP_PATCH").split(" | "):
            name = method.removeprefix("HTTP_")
            if not any(name == one and form.match(path) for one, path in played):
                missing.append(f"{name} {pattern}")
    # The realm itself goes at the end of every test that makes one, the rest has tests of its own.
    assert missing == ["DELETE ", "PUT /localization/{locale}/{key}"]


def bearer(server, realm, client, secret):
    answer = requests.post(server.endpoint("token", realm), timeout=60, data={
        "grant_type": "client_credentials", "client_id": client, "client_secret": secret})
    return {"authorization": "Bearer " + answer.json()["access_token"]}


def test_a_realms_administrator_cannot_tell_other_realms_from_none(common, matrix):
    headers = {"authorization": "Bearer " + matrix.tokens["realm-admin"]}
    for path in ("", "/users", "/clients/x", "/roles/none"):
        answers = [requests.get(f"{common.server.url}/admin/realms/{realm}{path}", headers=headers, timeout=60)
                   for realm in ("customers", "master", "no-such-realm")]
        assert {answer.status_code for answer in answers} == {403}
        assert len({answer.text for answer in answers}) == 1
    listed = requests.get(common.server.url + "/admin/realms", headers=headers, timeout=60).json()
    assert [one["realm"] for one in listed] == ["permissions"]


def test_a_role_of_master_speaks_for_its_realm_alone(common):
    master = common.server.admin("master")
    of_customers = master.get("/clients?clientId=customers-realm")[0]["id"]
    role = master.get(f"/clients/{of_customers}/roles/view-users")
    master.request("POST", "/clients", 201, json={"clientId": "looks", "secret": "s",
                                                  "serviceAccountsEnabled": True})
    own = master.get("/clients?clientId=looks")[0]["id"]
    user = master.get(f"/clients/{own}/service-account-user")["id"]
    master.request("POST", f"/users/{user}/role-mappings/clients/{of_customers}", 204, json=[role])
    headers = bearer(common.server, "master", "looks", "s")

    def status(method, path):
        return requests.request(method, common.server.url + "/admin/realms" + path, headers=headers,
                                json={}, timeout=60).status_code

    assert status("GET", "/customers/users") == 200
    assert status("POST", "/customers/users") == 403
    assert status("GET", "/customers/clients") == 403
    assert status("GET", "/master/users") == 403
    assert status("GET", "/no-such-realm/users") == 403
    assert status("POST", "") == 403
