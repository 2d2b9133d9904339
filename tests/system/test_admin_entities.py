"""Every thing of the admin API that has an address of its own: its entity tag, If-Match and merge patches; and
that ids of another realm name nothing."""

import concurrent.futures
import re
import threading

import pytest
import requests

from test_every_route import ADMIN

from support import realm as realms

pytestmark = pytest.mark.any_engine

KEYS = "org.keycloak.keys.KeyProvider"
MAPPER = {"name": "mapper", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}
PROVIDER = {"alias": "idp", "providerId": "oidc", "config": {
    "clientId": "c", "clientSecret": "s", "authorizationUrl": "https://a.example/", "tokenUrl": "https://t.example/"}}


def made(admin, path, body):
    answer = admin.request("POST", path, 201, json=body)
    return answer.headers["location"].rpartition("/")[2]


def furnished(server, name):
    """A realm of one of each, and what its routes' parameters are."""
    server.admin().create_realm({"realm": name, "enabled": True, "sslRequired": "none"})
    admin = server.admin(name)
    ids = {"client": made(admin, "/clients", {
               "clientId": "app-" + name, "secret": "secret", "directAccessGrantsEnabled": True}),
           "user": made(admin, "/users", {
               "username": "user-" + name, "enabled": True, "email": name + "@example.org", "firstName": "A",
               "lastName": "B", "credentials": [{"type": "password", "value": "pass"}]}),
           "group": made(admin, "/groups", {"name": "group-" + name, "attributes": {"a": ["1"]}}),
           "scope": made(admin, "/client-scopes", {"name": "scope-" + name, "protocol": "openid-connect"}),
           "component": made(admin, "/components", {
               "name": "key", "providerId": "hmac-generated", "providerType": KEYS}),
           "flow": made(admin, "/authentication/flows", {
               "alias": "flow-" + name, "providerId": "basic-flow", "topLevel": True})}
    ids["client mapper"] = made(admin, f"/clients/{ids['client']}/protocol-mappers/models", MAPPER)
    ids["scope mapper"] = made(admin, f"/client-scopes/{ids['scope']}/protocol-mappers/models", MAPPER)
    ids["execution"] = made(admin, f"/authentication/flows/flow-{name}/executions/execution",
                            {"provider": "identity-provider-redirector"})
    ids["config"] = made(admin, f"/authentication/executions/{ids['execution']}/config",
                         {"alias": "config-" + name, "config": {"defaultProvider": "x"}})
    admin.request("POST", "/identity-provider/instances", 201, json={**PROVIDER, "alias": "idp-" + name})
    ids["provider mapper"] = made(admin, f"/identity-provider/instances/idp-{name}/mappers", {
        "name": "mapper", "identityProviderAlias": "idp-" + name,
        "identityProviderMapper": "hardcoded-attribute-idp-mapper", "config": {"attribute": "a"}})
    admin.request("POST", "/roles", 201, json={"name": "role-" + name, "description": "x"})
    admin.request("POST", f"/clients/{ids['client']}/roles", 201, json={"name": "client-role-" + name})
    admin.request("PUT", f"/users/{ids['user']}/groups/{ids['group']}", 204)
    admin.request("PUT", f"/localization/de/key-{name}", 204, data="x", headers={"content-type": "text/plain"})
    tokens = requests.post(server.endpoint("token", name), timeout=60, data={
        "grant_type": "password", "client_id": "app-" + name, "client_secret": "secret",
        "username": "user-" + name, "password": "pass"}).json()
    credential = admin.get(f"/users/{ids['user']}/credentials")[0]["id"]
    return {**ids, "session": tokens["session_state"], "credential": credential, "previous": credential,
            "id": admin.get("/roles/role-" + name)["id"], "role": "role-" + name,
            "client role": "client-role-" + name, "container": ids["client"], "provider": "idp-" + name,
            "alias": "flow-" + name, "key": "key-" + name, "path...": "group-" + name,
            "initial": admin.request("POST", "/clients-initial-access", json={"count": 1}).json()["id"]}


@pytest.fixture(scope="module")
def server(shared):
    """One whose commits take a while: what is looked at before them grows old."""
    realm = realms.customers({})
    server = shared.server(realm, start=False)
    server.start(realms.write(realm, server.folder), CURFEW_FAILPOINTS="writer.before-commit=sleep:20")
    return server


@pytest.fixture(scope="module")
def both(server):
    return furnished(server, "mine"), furnished(server, "theirs")


# ---- entity tags and patches

ENTITIES = {  # path: a change, and the change that takes it away
    "/users/{user}": ({"firstName": "Z"}, "lastName"), "/groups/{group}": ({"description": "Z"}, "attributes"),
    "/roles/{role}": ({"description": "Z"}, "description"), "/roles-by-id/{id}": ({"description": "Z"}, "description"),
    "/clients/{client}/roles/{client role}": ({"description": "Z"}, "description"),
    "/client-scopes/{scope}": ({"description": "Z"}, "description"),
    "/clients/{client}/protocol-mappers/models/{client mapper}": ({"config": {"id.token.claim": "true"}}, None),
    "/client-scopes/{scope}/protocol-mappers/models/{scope mapper}": ({"config": {"id.token.claim": "true"}}, None),
    "/components/{component}": ({"config": {"priority": ["7"]}}, None),
    "/identity-provider/instances/{provider}": ({"displayName": "Z"}, "displayName"),
    "/identity-provider/instances/{provider}/mappers/{provider mapper}": ({"config": {"attribute.value": "Z"}}, None),
    "/authentication/flows/{flow}": ({"description": "Z"}, "description"),
    "/authentication/config/{config}": ({"config": {"defaultProvider": "Z"}}, None),
    "/authentication/required-actions/VERIFY_EMAIL": ({"name": "Z"}, None),
    "/users/profile": ({"unmanagedAttributePolicy": "ENABLED"}, None),
    "/events/config": ({"eventsExpiration": 77}, None),
}


def has(found, change):
    return all(has(found[name], value) if isinstance(value, dict) else found[name] == value
               for name, value in change.items())


@pytest.mark.parametrize("pattern", ENTITIES)
def test_who_saw_another_state_changes_nothing(server, both, pattern):
    admin, (change, cleared) = server.admin("mine"), ENTITIES[pattern]
    path = re.sub(r"\{([^}]*)\}", lambda one: both[0][one[1]], pattern)
    before = admin.request("GET", path, 200)
    tag = before.headers["etag"]
    assert admin.request("GET", path, 200).headers["etag"] == tag
    for method in ("PUT", "PATCH", *(["DELETE"] if "{" in pattern else [])):
        refused = admin.request(method, path, 412, json=before.json(), headers={"If-Match": '"other"'})
        assert refused.json()["error"] == "precondition_failed" and refused.headers["etag"] == tag
    # As in Keycloak, unknown fields of scopes are passed over.
    for body in ([], "x", *([] if pattern == "/client-scopes/{scope}" else [{"nosuch": 1}])):
        admin.request("PATCH", path, 400, json=body)
    assert admin.request("GET", path, 200).headers["etag"] == tag
    done = admin.request("PATCH", path, json=change, headers={"If-Match": tag})
    assert done.status_code in (200, 204), done.text
    after = admin.request("GET", path, 200)
    assert after.headers["etag"] != tag and has(after.json(), change)
    same = set(before.json()) - set(change)
    assert {name: after.json()[name] for name in same} == {name: before.json()[name] for name in same}
    admin.request("PUT", path, 412, json=before.json(), headers={"If-Match": tag})
    if cleared:
        admin.request("PATCH", path, 204, json={cleared: None}, headers={"If-Match": after.headers["etag"]})
        assert not admin.get(path).get(cleared)


RACED = ("/users/{user}", "/groups/{group}", "/roles/{role}", "/client-scopes/{scope}", "/components/{component}",
         "/identity-provider/instances/{provider}", "/authentication/flows/{flow}",
         "/clients/{client}/protocol-mappers/models/{client mapper}")


@pytest.mark.parametrize("pattern", RACED)
def test_of_many_who_saw_the_same_state_one_changes_it(server, both, pattern):
    path = re.sub(r"\{([^}]*)\}", lambda one: both[0][one[1]], pattern)
    name = {"/users/{user}": "lastName", "/identity-provider/instances/{provider}": "displayName"}.get(
        pattern, "description")
    bodies = [{"config": {"priority": [str(100 + n)]}} if "component" in pattern else
              {"config": {"x": str(n)}} if "mapper" in pattern else {name: f"of {n}"} for n in range(8)]
    admins = [server.admin("mine") for _ in bodies]
    for admin in admins:
        admin.get(path)  # its token is there
    for tagged in (True, False):
        before = admins[0].request("GET", path, 200)
        headers = {"If-Match": before.headers["etag"]} if tagged else {}
        start = threading.Barrier(len(bodies))

        def patch(admin, body):
            start.wait()
            return admin.request("PATCH", path, json=body, headers=headers).status_code

        with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
            found = list(pool.map(patch, admins, bodies))
        done = [body for body, status in zip(bodies, found) if status in (200, 204)]
        assert set(found) - {200, 204} <= {412 if tagged else 409}
        now = admins[0].get(path)
        assert (len(done) == 1 if tagged else done) and any(has(now, body) for body in done)


def test_a_patch_needs_the_rights_of_a_change(server, both):
    path = f"/users/{both[0]['user']}"
    admin = server.admin("mine")
    assert admin.request("PATCH", "/users/nosuch", 404, json={"firstName": "x"}).json() == {"error": "User not found"}
    admin.request("GET", path + "?userProfileMetadata=true", 200)
    answer = requests.patch(f"{server.url}/admin/realms/mine{path}", json={"firstName": "x"}, timeout=60)
    assert answer.status_code == 401


def test_scripts_of_other_origins_see_where_a_new_thing_is(server, both):
    admin = server.admin("mine")
    admin.request("PUT", f"/clients/{both[0]['client']}", 204, json={
        "webOrigins": ["https://spa.example"], "fullScopeAllowed": True})
    manager = admin.get("/clients", clientId="realm-management")[0]["id"]
    role = admin.get(f"/clients/{manager}/roles/realm-admin")
    admin.request("POST", f"/users/{both[0]['user']}/role-mappings/clients/{manager}", 204, json=[role])
    token = requests.post(server.endpoint("token", "mine"), timeout=60, data={
        "grant_type": "password", "client_id": "app-mine", "client_secret": "secret",
        "username": "user-mine", "password": "pass"}).json()["access_token"]
    for method, path, status in (("POST", "/groups", 201), ("POST", "/groups", 409), ("GET", "/users/nosuch", 404)):
        answer = requests.request(method, f"{server.url}/admin/realms/mine{path}", timeout=60, headers={
            "authorization": "Bearer " + token, "origin": "https://spa.example"},
            json={"name": "spa"} if method == "POST" else None)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "https://spa.example"
        assert "Location" in answer.headers["access-control-expose-headers"]
    answer = requests.get(f"{server.url}/admin/realms/mine/users", timeout=60, headers={
        "authorization": "Bearer " + token, "origin": "https://evil.example"})
    assert (answer.status_code, answer.json()) == (403, {"error": "Invalid origin"})


# ---- ids of another realm

CONSTANT = {"attribute": "jwt.credential", "protocol": "openid-connect", "kind": "brute-force", "action": "VERIFY_EMAIL",
            "locale": "de", "signout": "nosuch", "delivery": "nosuch", "node": "nosuch"}
# Answered alike for what is nowhere, as in Keycloak: nothing is told and nothing changes.
ALIKE = ("/attack-detection/", "/clients-initial-access/{id}", "/moveAfter/{previous}", "/federated-identity/{provider}",
         "/executions/{execution}/config/{config}", "/localization/{locale}/{key}")


def name_of(parameter, pattern):
    if parameter == "mapper":
        return ("provider mapper" if "/identity-provider/" in pattern else
                "client mapper" if "/clients/" in pattern else "scope mapper")
    if parameter == "role" and "/clients/" in pattern.partition("{role}")[0]:
        return "client role"
    return "initial" if parameter == "id" and "initial-access" in pattern else parameter


def test_ids_of_another_realm_name_nothing(server, both):
    """In each place of each route: as what is nowhere, and the other realm stays as it is."""
    admin, theirs = server.admin("mine"), server.admin("theirs")
    before = theirs.get("/export")
    asked = 0
    for method, pattern in ADMIN:
        rest = pattern.removeprefix("/admin/realms/{realm}")
        names = [one for one in re.findall(r"\{([^}]*)\}", rest) if one not in CONSTANT]
        if rest == pattern or not names or "/authz/" in rest or "/organizations" in rest:
            continue
        for foreign in range(len(names)):
            places = iter(range(len(names)))

            def fill(one):
                if one[1] in CONSTANT:
                    return CONSTANT[one[1]]
                place = next(places)
                return both[place == foreign].get(name_of(one[1], rest), "nosuch")
            path = re.sub(r"\{([^}]*)\}", fill, rest)
            body = {} if method in ("POST", "PUT", "PATCH") else None
            answer = admin.request(method, path, json=body)
            asked += 1
            alike = rest.endswith(ALIKE) or ALIKE[0] in rest
            assert answer.status_code in (400, 404, 405, 409, 415, 501) or alike, \
                f"{method} {path}: {answer.status_code} {answer.text[:200]}"
            assert answer.status_code != 403 and answer.status_code < 500 or answer.status_code == 501
    assert asked > 250
    assert theirs.get("/export") == before
