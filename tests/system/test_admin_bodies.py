"""Bodies of the admin REST API that nobody can read or take: a clear answer, and nothing changes."""

import json
import socket

import pytest
import requests

from support import realm as realms

pytestmark = pytest.mark.any_engine

MAPPER = {"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
          "config": {"claim.name": "x", "claim.value": "y"}}
PROVIDER = {"alias": "idp", "providerId": "oidc", "config": {
    "authorizationUrl": "https://x.example/a", "tokenUrl": "https://x.example/t", "clientId": "c",
    "clientSecret": "s"}}
KEY = {"name": "k", "providerId": "hmac-generated", "providerType": "org.keycloak.keys.KeyProvider",
       "config": {"priority": ["0"]}}

# Method, path, Keycloak's name of the body, a member that is a text, one that is a bool.
AREAS = (
    ("PUT", "", "RealmRepresentation", "displayName", "enabled"),
    ("POST", "/users", "UserRepresentation", "username", "enabled"),
    ("PUT", "/users/{user}", "UserRepresentation", "firstName", "enabled"),
    ("PUT", "/users/{user}/reset-password", "CredentialRepresentation", "value", "temporary"),
    ("POST", "/clients", "ClientRepresentation", "clientId", "enabled"),
    ("PUT", "/clients/{client}", "ClientRepresentation", "name", "enabled"),
    ("POST", "/groups", "GroupRepresentation", "name", None),
    ("PUT", "/groups/{group}", "GroupRepresentation", "name", None),
    ("POST", "/groups/{group}/children", "GroupRepresentation", "name", None),
    ("POST", "/roles", "RoleRepresentation", "name", "composite"),
    ("PUT", "/roles/r", "RoleRepresentation", "description", "composite"),
    ("PUT", "/roles-by-id/{role}", "RoleRepresentation", "description", "composite"),
    ("POST", "/clients/{client}/roles", "RoleRepresentation", "name", "composite"),
    ("POST", "/client-scopes", "ClientScopeRepresentation", "name", None),
    ("PUT", "/client-scopes/{scope}", "ClientScopeRepresentation", "description", None),
    ("POST", "/clients/{client}/protocol-mappers/models", "ProtocolMapperRepresentation", "name", None),
    ("PUT", "/clients/{client}/protocol-mappers/models/{mapper}", "ProtocolMapperRepresentation",
     "name", None),
    ("POST", "/authentication/flows", "AuthenticationFlowRepresentation", "alias", "topLevel"),
    ("PUT", "/authentication/flows/{flow}", "AuthenticationFlowRepresentation", "description",
     "topLevel"),
    ("PUT", "/authentication/flows/f/executions", "AuthenticationExecutionInfoRepresentation",
     "requirement", "authenticationFlow"),
    ("PUT", "/authentication/required-actions/VERIFY_EMAIL", "RequiredActionProviderRepresentation",
     "name", "enabled"),
    ("POST", "/identity-provider/instances", "IdentityProviderRepresentation", "alias", "enabled"),
    ("PUT", "/identity-provider/instances/idp", "IdentityProviderRepresentation", "displayName",
     "enabled"),
    ("POST", "/identity-provider/instances/idp/mappers", "IdentityProviderMapperRepresentation",
     "name", None),
    ("POST", "/components", "ComponentRepresentation", "name", None),
    ("PUT", "/components/{component}", "ComponentRepresentation", "name", None),
    ("PUT", "/users/profile", "UPConfig", "unmanagedAttributePolicy", None),
    ("PUT", "/events/config", "RealmEventsConfigRepresentation", None, "eventsEnabled"),
    ("PUT", "/client-policies/policies", "ClientPoliciesRepresentation", None, None),
)


@pytest.fixture(scope="module")
def realm(shared):
    """A realm with one of each, and their ids."""
    server = shared.server(realms.customers({}))
    admin = server.admin()

    def made(path, **body):
        return admin.request("POST", path, 201, json=body).headers["location"].rsplit("/", 1)[1]

    admin.ids = {"user": made("/users", username="bodies"), "client": made("/clients", clientId="bodies"),
                 "group": made("/groups", name="bodies"), "scope": made("/client-scopes", name="s",
                                                                        protocol="openid-connect"),
                 "flow": made("/authentication/flows", alias="f", providerId="basic-flow",
                              topLevel=True, builtIn=False)}
    admin.ids["mapper"] = made(f"/clients/{admin.ids['client']}/protocol-mappers/models", **MAPPER)
    made("/identity-provider/instances", **PROVIDER)
    admin.ids["component"] = made("/components", **KEY)
    admin.request("POST", "/roles", 201, json={"name": "r"})
    admin.ids["role"] = admin.request("GET", "/roles/r", 200).json()["id"]
    before = everything(admin)
    yield admin
    assert everything(admin) == before, "something was changed by what was refused"


def everything(admin):
    """What the realm holds, for comparisons."""
    found = [admin.request("POST", "/partial-export?exportClients=true&exportGroupsAndRoles=true",
                           200).json()]
    found += [admin.request("GET", path, 200).json() for path in (
        "/users", "/users/profile", "/components", "/events/config", "/authentication/flows",
        "/authentication/required-actions", "/authentication/flows/f/executions",
        "/identity-provider/instances", "/identity-provider/instances/idp/mappers",
        "/client-policies/policies", f"/users/{admin.ids['user']}/credentials")]
    return found


def send(admin, method, path, data, status=400):
    data = data if isinstance(data, bytes) else data.encode()
    answer = admin.request(method, path.format(**admin.ids), data=data,
                           headers={"content-type": "application/json"})
    assert answer.status_code == status, (method, path, data[:80], answer.status_code, answer.text[:300])
    said = answer.json()
    # Client libraries read one of these.
    assert said["error"] and said["error_description"] == said["errorMessage"], (path, data[:80], said)
    return said


@pytest.mark.parametrize("method, path, name, text, flag", AREAS,
                         ids=[f"{area[0]} {area[1] or 'realm'}" for area in AREAS])
def test_unreadable_bodies(realm, method, path, name, text, flag):
    nothing = () if path in ("/users/{user}/reset-password", "/users/profile") else ("", "  ", "null")
    for data in (*nothing[:2], '{"a":', "banana", "{'a': 1}", "{} x", b'{"a": "\xff"}', '{"a": "\\u0000"}',
                 '{"a": "\\ud800"}', '{"a":' * 2000, '{"a": ' + "[" * 2000 + "]" * 2000 + "}",
                 '{"a": 1e999}', '{"a": 99999999999999999999999}', '{"a": "\x01"}', '{"a": nan}'):
        said = send(realm, method, path, data)
        assert said["error"] == "invalid_request" and "line 1, column" in said["error_description"], data
        assert said["error_description"].startswith("Cannot parse the JSON")
    for data in ("[]", "[{}]", "7", '"x"', "true", *nothing[2:]):
        said = send(realm, method, path, data)
        assert said["error"] == "unknown_error" and "expected an object" in said["errorMessage"], said
    for wrong, data in ((text, '{"NAME": {"a": 1}}'), (text, '{"NAME": ["a"]}'),
                        (flag, '{"NAME": "banana"}'), (flag, '{"NAME": []}'), (flag, '{\n "NAME": {}}')):
        if wrong:
            said = send(realm, method, path, data.replace("NAME", wrong))
            assert said["error"] == "unknown_error" and f" $.{wrong}" in said["errorMessage"], said
            assert "expected" in said["errorMessage"] and "line " in said["errorMessage"]
    if text:
        said = send(realm, method, path, '{"NAME": "a", "NAME": "b"}'.replace("NAME", text))
        assert f'"{text}" stands twice' in said["errorMessage"]
    # The realm's readers accept what Windows' editors put in front.
    required = path.startswith("/client-scopes")  # its name comes first
    for start in () if required else ("", "\ufeff"):
        said = send(realm, method, path, start + '{"nosuch": 1}')
        assert said["error"] == f"Invalid json representation for {name}. " \
            'Unrecognized field "nosuch" at line 1 column 13.', said
        assert said["errorMessage"].startswith("$.nosuch = 1: unknown field")


@pytest.mark.parametrize("method, path, body, name", (
    ("POST", "/users", '{"username": "x",\n  "credentials": [{"nosuch": 1}]}', "CredentialRepresentation"),
    ("POST", "/clients", '{"clientId": "x",\n "protocolMappers": [{"nosuch": "text"}]}',
     "ProtocolMapperRepresentation"),
    ("POST", "/roles", '{"name": "x",\n "composites": {"nosuch": null}}', "Composites"),
    ("POST", "/groups", '{"name": "x",\n "subGroups": [{"subGroups": [{"nosuch": {}}]}]}',
     "GroupRepresentation"),
    ("PUT", "/users/profile", '{"groups": [],\n "attributes": [{"nosuch": 1}]}', "UPAttribute"),
    ("PUT", "/users/profile", '{"attributes": [],\n "groups": [{"nosuch": 1}]}', "UPGroup"),
    ("PUT", "/client-policies/policies", '{\n"policies": [{"nosuch": 1}]}', "ClientPolicyRepresentation"),
    ("POST", "/users/{user}/role-mappings/realm", '[\n{"nosuch": 1}]', "RoleRepresentation")))
def test_an_unknown_field_within(realm, method, path, body, name):
    said = send(realm, method, path, body)
    line = body.split("\n")[1]
    at = line.index('"nosuch": ') + len('"nosuch": ')
    # Of what follows the value's first token: of a text its opening quote, as Jackson counts.
    column = at + 2 + (3 if line[at:].startswith("null") else 0)
    assert said["error"] == f"Invalid json representation for {name}. " \
        f'Unrecognized field "nosuch" at line 2 column {column}.', said


def test_patches(realm):
    for data, error in (('{"name":', "invalid_request"), ("[]", "unknown_error"),
                        ('{"enabled": "banana"}', "unknown_error"), ("", "invalid_request"),
                        ('{"name": "\\u0000"}', "invalid_request")):
        assert send(realm, "PATCH", "/clients/{client}", data)["error"] == error
    said = send(realm, "PATCH", "/clients/{client}", '{"nosuch": 1}')
    assert said["error"] == "Invalid json representation for ClientRepresentation. " \
        'Unrecognized field "nosuch" at line 1 column 13.'


def test_a_new_realm_that_cannot_be_read(realm):
    bearer = {**realm.bearer(), "content-type": "application/json"}
    for data in (b'{"realm":', b"", b"[]", b"7", b'{"realm": "x", "nosuch": 1}', b'{"realm": "\xff"}',
                 b'{"realm": "x", "enabled": "banana"}', b'{"realm": "x", "realm": "y"}'):
        answer = requests.post(realm.server.url + "/admin/realms", data=data, headers=bearer, timeout=60)
        assert answer.status_code == 400 and answer.json()["errorMessage"], (data, answer.text)
    listed = requests.get(realm.server.url + "/admin/realms", headers=bearer, timeout=60).json()
    assert {one["realm"] for one in listed} == {"master", "customers"}


def memory(server):
    with open(f"/proc/{server.process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


@pytest.mark.parametrize("chunked", (False, True))
def test_a_hundred_megabytes(realm, chunked):
    """Refused before it is kept: the highest use of memory stays what it was."""
    highest = memory(realm.server)
    size, piece = 100 << 20, b'{"username": "' + b"x" * (1 << 20)
    head = f"POST /admin/realms/customers/users HTTP/1.1\r\nHost: 127.0.0.1:{realm.server.port}\r\n" \
           f"Authorization: {realm.bearer()['authorization']}\r\nContent-Type: application/json\r\n" + \
           ("Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}") + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", realm.server.port), timeout=60) as connection:
        answer = b""
        try:
            connection.sendall(head.encode())
            for _ in range(0, size, len(piece)):
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        except ConnectionError:
            pass  # it need not listen to the end
        try:
            answer = connection.recv(65536)
        except ConnectionError:
            pass
    # Of chunks the length comes to light only on the way: then the connection may simply end.
    assert answer.startswith(b"HTTP/1.1 413 ") or (chunked and not answer), answer[:200]
    assert memory(realm.server) - highest < 40 << 10, "kB"


def test_texts_are_texts(realm):
    """Markup and SQL in each text: kept as they are, or refused; nobody runs them."""
    evil = "'; DROP TABLE users; -- <script>alert(1)</script> ${7*7} %s \\"
    groups = realm.request("POST", "/groups", 201, json={"name": evil, "attributes": {evil: [evil]}})
    group = groups.headers["location"].rsplit("/", 1)[1]
    found = realm.request("GET", f"/groups/{group}", 200).json()
    assert found["name"] == evil and found["attributes"] == {evil: [evil]}
    assert [one["name"] for one in realm.request("GET", "/groups", 200,
                                                 params={"search": evil}).json()] == [evil]
    realm.request("DELETE", f"/groups/{group}", 204)
    for path, body in (("/users", {"username": evil}), ("/clients", {"clientId": evil}),
                       ("/roles", {"name": evil}), ("/client-scopes", {"name": evil}),
                       ("/authentication/flows", {"alias": evil, "providerId": "basic-flow"}),
                       ("/identity-provider/instances", {**PROVIDER, "alias": evil}),
                       ("/components", {**KEY, "name": evil})):
        answer = realm.request("POST", path, json=body)
        assert answer.status_code in (201, 400), (path, answer.status_code, answer.text)
        if answer.status_code == 201:
            at = answer.headers["location"].split("/realms/customers", 1)[1]
            kept = realm.request("GET", at, 200).json()
            assert evil in (kept.get(name) for name in ("clientId", "name", "alias", "username"))
            realm.request("DELETE", at, 204)
    for path in ("/users", "/clients", "/groups", "/roles", "/client-scopes"):
        realm.request("GET", path, 200, params={"search": evil[:20], "first": 10 ** 9, "max": 10})
        assert realm.request("GET", path, 200, params={"first": 10 ** 9, "max": 10}).json() == [] or \
            path == "/client-scopes"


def test_a_body_is_json_before_it_is_kept(realm):
    """What came in is what stands there: no member is lost on the way."""
    sent = {"name": "läßt grüßen", "attributes": {"a": ["\U0001f600", "\"\\/\b\f\n\r\t"]}}
    answer = realm.request("POST", "/groups", 201, data=json.dumps(sent, ensure_ascii=True).encode(),
                           headers={"content-type": "application/json"})
    at = "/groups/" + answer.headers["location"].rsplit("/", 1)[1]
    group = realm.request("GET", at, 200).json()
    realm.request("DELETE", at, 204)
    assert {name: group[name] for name in sent} == sent
