"""Clients by the admin API: the recorded answers of Keycloak 26.7, and what a change does to those
who use the client."""

import base64
import sqlite3
import threading
import time

import pytest
import requests

from support import wait_for

# As recorded: GET of a client that POST {"clientId": "fresh"} made; id and secret are its own.
FRESH = {
    "clientId": "fresh", "surrogateAuthRequired": False, "enabled": True,
    "alwaysDisplayInConsole": False, "clientAuthenticatorType": "client-secret",
    "redirectUris": [], "webOrigins": [], "notBefore": 0, "bearerOnly": False,
    "consentRequired": False, "standardFlowEnabled": True, "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False, "serviceAccountsEnabled": False, "publicClient": False,
    "frontchannelLogout": False, "protocol": "openid-connect",
    "attributes": {"realm_client": "false", "client.secret.creation.time": "1795253039"},
    "authenticationFlowBindingOverrides": {}, "fullScopeAllowed": True,
    "nodeReRegistrationTimeout": -1,
    "defaultClientScopes": ["web-origins", "acr", "roles", "profile", "basic", "email"],
    "optionalClientScopes": ["address", "phone", "offline_access", "organization",
                             "microprofile-jwt"],
    "access": {"view": True, "configure": True, "manage": True}}
SHAPES = {"realm": "shapes", "enabled": True, "sslRequired": "none", "eventsEnabled": True,
          "adminEventsEnabled": True, "clients": [
              {"clientId": "web", "enabled": True, "secret": "web-secret",
               "redirectUris": ["http://127.0.0.1:9/cb", "http://127.0.0.1:9/*"],
               "webOrigins": ["http://127.0.0.1:9"], "directAccessGrantsEnabled": True,
               "serviceAccountsEnabled": True}],
          "users": [{"username": "ada", "enabled": True, "email": "ada@example.org",
                     "firstName": "Ada", "lastName": "Lovelace", "emailVerified": True,
                     "credentials": [{"type": "password", "value": "lovelace"}]}]}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(SHAPES)


@pytest.fixture
def admin(server):
    return server.admin("shapes")


def test_the_secret_before_a_rotation_is_good_until_it_expires(server, admin):
    now = int(time.time())
    kept = {"client.secret.rotated": "old", "client.secret.rotated.creation.time": str(now)}
    until = "client.secret.rotated.expiration.time"
    client = created(admin, clientId="rotated", secret="new", serviceAccountsEnabled=True,
                     attributes=kept | {until: str(now + 3600)})
    path = f"/clients/{client}"
    own = {"grant_type": "client_credentials"}
    assert admin.get(f"{path}/client-secret/rotated") == {"type": "secret", "value": "old"}
    for secret in ("new", "old"):
        token(server, "rotated", secret, **own)
    for secret in ("", "older", "3600"):
        token(server, "rotated", secret, 401, **own)
    for passed in (str(now - 10), "0", "-1", "soon", "9" * 40, ""):
        admin.request("PUT", path, 204, json={"clientId": "rotated", "attributes": {until: passed}})
        token(server, "rotated", "old", 401, **own)
        token(server, "rotated", "new", **own)
        gone = admin.request("GET", f"{path}/client-secret/rotated", 404)
        assert gone.json() == {"error": "Client does not have a rotated secret"}
    admin.request("PUT", path, 204, json={"clientId": "rotated", "attributes": {until: str(now + 3600)}})
    token(server, "rotated", "old", **own)
    admin.request("DELETE", f"{path}/client-secret/rotated", 204)
    token(server, "rotated", "old", 401, **own)
    token(server, "rotated", "new", **own)
    admin.request("PUT", path, 204, json={
        "clientId": "rotated", "attributes": {"client.secret.expiration.time": str(now - 10)}})
    token(server, "rotated", "new", 401, **own)


def test_nobody_configures_the_clients_of_administrators(server, admin):
    for clients in (admin.get("/clients"), server.admin("master").get("/clients")):
        for client in clients:
            guarded = client["clientId"].endswith(("-realm", "realm-management"))
            assert client["access"] == {"view": True, "configure": not guarded,
                                        "manage": not guarded}, client["clientId"]


def created(admin, **representation):
    answer = admin.request("POST", "/clients", 201, json=representation)
    return answer.headers["location"].rpartition("/")[2]


def token(server, client_id, secret, expect=200, **fields):
    fields = fields or {"grant_type": "password", "username": "ada", "password": "lovelace"}
    answer = requests.post(server.endpoint("token", "shapes"), timeout=60,
                           data={"client_id": client_id, "client_secret": secret, **fields})
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_a_fresh_client_is_as_recorded(server, admin):
    answer = admin.request("POST", "/clients", 201, json={"clientId": "fresh"})
    client_id = answer.headers["location"].rpartition("/")[2]
    assert answer.headers["location"] == f"{server.url}/admin/realms/shapes/clients/{client_id}"
    fresh = admin.get(f"/clients/{client_id}")
    assert fresh["id"] == client_id and len(fresh["secret"]) == 86
    assert fresh["attributes"]["client.secret.creation.time"].isdigit()
    for scopes in ("defaultClientScopes", "optionalClientScopes"):
        assert set(fresh[scopes]) == set(FRESH[scopes])
    own = {"id", "secret", "attributes", "defaultClientScopes", "optionalClientScopes"}
    assert {k: v for k, v in fresh.items() if k not in own} == \
           {k: v for k, v in FRESH.items() if k not in own}
    assert fresh.keys() == FRESH.keys() | {"id", "secret"}
    assert fresh["attributes"].keys() == FRESH["attributes"].keys()

    again = admin.request("POST", "/clients", 409, json={"clientId": "fresh"})
    assert again.json() == {"errorMessage": "Client fresh already exists"}
    bad = admin.request("POST", "/clients", 400,
                        json={"clientId": "badu", "redirectUris": ["ht tp://x#frag"]})
    assert bad.json() == {"error": "invalid_input",
                          "error_description": "A redirect URI is not a valid URI"}
    unknown = admin.request("POST", "/clients", 400, json={"clientId": "u", "nosuch": 1})
    assert 'Unrecognized field "nosuch" at line 1 column ' in unknown.json()["error"]
    missing = admin.request("GET", "/clients/zz", 404)
    assert missing.json() == {"error": "Could not find client"}

    admin.request("PUT", f"/clients/{client_id}", 204, json={
        "clientId": "fresh", "description": "d",
        "attributes": {"backchannel.logout.url": "http://127.0.0.1:9/bc"}})
    after = admin.get(f"/clients/{client_id}")
    assert after["description"] == "d" and after["secret"] == fresh["secret"]
    assert after["attributes"] == {**fresh["attributes"],
                                   "backchannel.logout.url": "http://127.0.0.1:9/bc"}
    assert {**after, "description": None, "attributes": None} == \
           {**fresh, "description": None, "attributes": None}

    assert admin.get(f"/clients/{client_id}/client-secret") == {
        "type": "secret", "value": fresh["secret"]}
    renewed = admin.request("POST", f"/clients/{client_id}/client-secret", 200).json()
    assert renewed["type"] == "secret" and renewed["value"] != fresh["secret"]
    assert admin.get(f"/clients/{client_id}/client-secret") == renewed
    admin.request("DELETE", f"/clients/{client_id}", 204)
    admin.request("GET", f"/clients/{client_id}", 404)
    admin.request("DELETE", f"/clients/{client_id}", 404)
    admin.request("PUT", f"/clients/{client_id}", 404, json={"clientId": "fresh"})


def test_clients_are_listed_by_name_and_page(admin):
    every = admin.get("/clients")
    names = [one["clientId"] for one in every]
    assert names == sorted(names) and {"web", "account", "admin-cli"} <= set(names)
    assert [one["clientId"] for one in admin.get("/clients", first=1, max=2)] == names[1:3]
    assert admin.get("/clients", first=1000) == [] and admin.get("/clients", max=0) == []
    one = admin.get("/clients", clientId="web")
    assert [client["clientId"] for client in one] == ["web"] and one[0]["secret"] == "web-secret"
    assert one[0] in every
    assert "service_account" in one[0]["defaultClientScopes"]
    assert admin.get("/clients", clientId="we") == []
    found = admin.get("/clients", clientId="ACCOUNT", search="true")
    assert [client["clientId"] for client in found] == ["account", "account-console"]
    found = admin.get("/clients", clientId="account", search="true", first=1)
    assert [client["clientId"] for client in found] == ["account-console"]
    admin.request("GET", "/clients?first=x", 400)


def test_who_may_list_and_not_view_sees_names_alone(server, admin):
    admin.request("POST", "/users", 201, json={
        "username": "lister", "enabled": True, "email": "l@example.org", "firstName": "L",
        "lastName": "L", "credentials": [{"type": "password", "value": "lister-pw"}]})
    realm = {"realm": "listing", "enabled": True, "sslRequired": "none", "users": [
        {"username": who, "enabled": True, "email": who + "@example.org", "firstName": "A",
         "lastName": "B", "credentials": [{"type": "password", "value": who}],
         "clientRoles": {"realm-management": [who]}} for who in ("query-clients", "view-clients")]}
    admin.create_realm(realm)

    def listed(who, **params):
        answer = requests.post(server.endpoint("token", "listing"), timeout=60, data={
            "client_id": "admin-cli", "grant_type": "password", "username": who, "password": who})
        bearer = {"authorization": "Bearer " + answer.json()["access_token"]}
        answer = requests.get(server.url + "/admin/realms/listing/clients", params=params,
                              headers=bearer, timeout=60)
        assert answer.status_code == 200
        return answer.json()

    assert listed("query-clients") == []
    assert listed("query-clients", viewableOnly="true") == []
    shown = listed("view-clients", viewableOnly="true")
    assert shown[0]["access"] == {"view": True, "configure": False, "manage": False}


def test_what_a_change_does_not_name_stays(admin):
    """CVE-2026-107623."""
    client_id = created(
        admin, clientId="app", name="App", redirectUris=["http://127.0.0.1:9/*"],
        attributes={"pkce.code.challenge.method": "S256", "a": "1"}, origin="mine",
        protocolMappers=[{"name": "m", "protocolMapper": "oidc-usermodel-attribute-mapper",
                          "config": {"claim.name": "c"}}])
    before = admin.get(f"/clients/{client_id}")
    assert before["webOrigins"] == ["http://127.0.0.1:9"] and before["origin"] == "mine"
    assert before["protocolMappers"][0]["protocol"] == "openid-connect"
    admin.request("PUT", f"/clients/{client_id}", 204, json={})
    assert admin.get(f"/clients/{client_id}") == before
    admin.request("PUT", f"/clients/{client_id}", 204, json=before)
    assert admin.get(f"/clients/{client_id}") == before
    admin.request("PUT", f"/clients/{client_id}", 204, json={
        "attributes": {"a": "", "b": "2"}, "protocolMappers": [], "webOrigins": ["+"],
        "secret": "**********", "enabled": "false"})
    after = admin.get(f"/clients/{client_id}")
    assert after["attributes"] == {
        **{k: v for k, v in before["attributes"].items() if k != "a"}, "b": "2"}
    assert not after.get("protocolMappers") and after["webOrigins"] == ["+"]
    assert after["secret"] == before["secret"] and after["enabled"] is False
    assert after["name"] == "App" and after["origin"] == "mine"
    for bad, path in (({"redirectUris": "x"}, "redirectUris"), ({"nosuch": 1}, "$.nosuch"),
                      ({"enabled": []}, "$.enabled"), ({"clientId": ""}, "Client ID"),
                      ({"notBefore": -1}, "notBefore"),
                      ({"attributes": {"backchannel.logout.url": "javascript:x"}}, "Backchannel"),
                      ({"protocolMappers": [{"name": "m", "protocolMapper": "x", "z": 1}]},
                       "$.protocolMappers[0].z")):
        answer = admin.request("PUT", f"/clients/{client_id}", 400, json=bad)
        assert path in answer.text, answer.text
    assert admin.get(f"/clients/{client_id}") == after


def test_a_change_counts_at_once(server, admin):
    client_id = created(admin, clientId="quick", directAccessGrantsEnabled=True)
    secret = admin.get(f"/clients/{client_id}/client-secret")["value"]
    token(server, "quick", secret)
    other = admin.request("POST", f"/clients/{client_id}/client-secret", 200).json()["value"]
    token(server, "quick", secret, 401)
    token(server, "quick", other)
    admin.request("PUT", f"/clients/{client_id}", 204, json={"clientId": "quicker"})
    token(server, "quick", other, 401)
    token(server, "quicker", other)
    again = admin.request("PUT", f"/clients/{client_id}", 409, json={"clientId": "web"})
    assert again.json() == {"error": "conflict", "error_description": "Duplicate resource error"}
    admin.request("PUT", f"/clients/{client_id}", 204, json={"directAccessGrantsEnabled": False})
    token(server, "quicker", other, 400)
    admin.request("PUT", f"/clients/{client_id}", 204, json={
        "directAccessGrantsEnabled": True, "enabled": False})
    token(server, "quicker", other, 401)
    admin.request("DELETE", f"/clients/{client_id}", 204)
    token(server, "quicker", other, 401)


def test_a_service_account_comes_and_goes_with_its_flag(server, admin):
    def account(name):
        kept = admin.get("/export", users="skip").get("users", [])
        return "service-account-" + name in [one["username"] for one in kept]

    client_id = created(admin, clientId="robot", serviceAccountsEnabled=True)
    secret = admin.get(f"/clients/{client_id}/client-secret")["value"]
    grant = {"grant_type": "client_credentials"}
    token(server, "robot", secret, **grant)
    assert "service_account" in admin.get(f"/clients/{client_id}")["defaultClientScopes"]
    admin.request("PUT", f"/clients/{client_id}", 204, json={"clientId": "robot2"})
    assert account("robot2") and not account("robot")
    token(server, "robot2", secret, **grant)
    admin.request("PUT", f"/clients/{client_id}", 204, json={"serviceAccountsEnabled": False})
    assert not account("robot2")
    assert "service_account" not in admin.get(f"/clients/{client_id}")["defaultClientScopes"]
    token(server, "robot2", secret, 401, **grant)
    admin.request("PUT", f"/clients/{client_id}", 204, json={"serviceAccountsEnabled": True})
    token(server, "robot2", secret, **grant)
    admin.request("DELETE", f"/clients/{client_id}", 204)
    assert not account("robot2")
    assert server.curfew("db", "check").returncode == 0


def test_secrets_are_sealed_at_rest(make, engine):
    if engine != "sqlite":
        pytest.skip("looks into the file")
    server = make.server(SHAPES)
    admin = server.admin("shapes")
    client_id = created(admin, clientId="safe", secret="a-secret-that-nobody-reads",
                        attributes={"saml.signing.private.key": "a-key-that-nobody-reads"})
    assert admin.get(f"/clients/{client_id}")["attributes"]["saml.signing.private.key"] \
        == "a-key-that-nobody-reads"
    admin.request("PUT", f"/clients/{client_id}", 204, json={"secret": "another-secret-unread"})
    assert admin.get(f"/clients/{client_id}/client-secret")["value"] == "another-secret-unread"
    server.stop()
    for file in server.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"-that-nobody-reads" not in content and b"-secret-unread" not in content, file
    database = sqlite3.connect(server.data / "curfew.sqlite3")
    assert database.execute("select sealed from client where client_id = 'safe'").fetchone()[0]
    database.close()
    server.start()
    assert server.admin("shapes").get(f"/clients/{client_id}/client-secret")["value"] \
        == "another-secret-unread"


def test_no_change_is_lost_among_many(admin):
    """CVE-2026-107623."""
    client_id = created(admin, clientId="busy")
    admin.bearer()
    answers = []

    def change(i):
        answers.append(admin.request("PUT", f"/clients/{client_id}",
                                     json={"attributes": {f"n{i}": "x"}}).status_code)

    threads = [threading.Thread(target=change, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 12
    assert {f"n{i}" for i in range(12)} <= admin.get(f"/clients/{client_id}")["attributes"].keys()


def test_a_client_made_again_under_its_name_revives_nothing(server, admin):
    client_id = created(admin, clientId="phoenix", secret="s", directAccessGrantsEnabled=True)
    tokens = token(server, "phoenix", "s")
    admin.request("DELETE", f"/clients/{client_id}", 204)
    for one in ({}, {"id": client_id}):
        again = created(admin, clientId="phoenix", secret="s", directAccessGrantsEnabled=True, **one)
        assert again == one.get("id", again)
        token(server, "phoenix", "s", 400, grant_type="refresh_token",
              refresh_token=tokens["refresh_token"])
        answer = requests.post(server.endpoint("token/introspect", "shapes"), timeout=60, data={
            "client_id": "phoenix", "client_secret": "s", "token": tokens["access_token"]})
        assert answer.json() == {"active": False}
        admin.request("DELETE", f"/clients/{again}", 204)


def test_admin_events_tell_of_writes_without_secrets(make, engine):
    if engine != "sqlite":
        pytest.skip("looks into the file")
    server = make.server(SHAPES)
    admin = server.admin("shapes")
    client_id = created(admin, clientId="seen")
    admin.request("PUT", f"/clients/{client_id}", 204, json={"secret": "s"})
    admin.request("POST", f"/clients/{client_id}/client-secret", 200)
    admin.request("DELETE", f"/clients/{client_id}", 204)
    admin.request("PUT", "", 204, json={"displayName": "x"})
    server.stop()
    database = sqlite3.connect(server.data / "curfew.sqlite3")
    rows = database.execute("select operation, resource_type, resource_path, representation"
                            " from admin_event order by time_ms, rowid").fetchall()
    database.close()
    path = f"clients/{client_id}"
    assert [row[:3] for row in rows] == [
        ("CREATE", "CLIENT", path), ("UPDATE", "CLIENT", path),
        ("ACTION", "CLIENT", path + "/client-secret"), ("DELETE", "CLIENT", path),
        ("UPDATE", "REALM", "")]
    assert not any(row[3] for row in rows)


def test_another_nodes_change_arrives(make, engine):
    if engine != "postgres":
        pytest.skip("several nodes share a PostgreSQL")
    key = base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()
    first = make.server(SHAPES, env={"CURFEW_SEAL_KEY": key})
    second = make.twin(first)
    client_id = created(first.admin("shapes"), clientId="far", secret="s",
                        directAccessGrantsEnabled=True)

    def works(node, secret):
        return requests.post(node.endpoint("token", "shapes"), timeout=60, data={
            "client_id": "far", "client_secret": secret, "grant_type": "password",
            "username": "ada", "password": "lovelace"}).status_code == 200

    wait_for(lambda: works(second, "s"), "the other node knows the client")
    second.admin("shapes").request("PUT", f"/clients/{client_id}", 204, json={"secret": "t"})
    wait_for(lambda: works(first, "t"), "the first node knows the new secret")
    assert not works(first, "s")


def test_a_public_client_has_no_secret(admin):
    client_id = created(admin, clientId="open", secret="told", publicClient=True)
    path = f"/clients/{client_id}"
    assert "secret" not in admin.get(path)
    assert admin.get(f"{path}/client-secret") == {"type": "secret"}
    admin.request("PUT", path, 204, json={"publicClient": False})
    made = admin.get(path)["secret"]
    assert len(made) == 86
    admin.request("PUT", path, 204, json={"publicClient": True, "secret": "told"})
    assert "secret" not in admin.get(path)
    admin.request("PUT", path, 204, json={"publicClient": False, "bearerOnly": True})
    assert admin.get(path)["secret"] not in ("told", made)
    admin.request("DELETE", path, 204)


def test_what_keycloak_refuses_of_a_client_is_refused_in_its_words(admin):
    for bad, text in (
            ({"clientId": " "}, "Client ID cannot be blank"),
            ({"id": "a" * 37}, "Client ID must not exceed 36 characters"),
            ({"rootUrl": "notaurl"}, "Root URL is not a valid URL"),
            ({"rootUrl": "https://a#b"}, "Root URL must not contain an URL fragment"),
            ({"rootUrl": "javascript:alert(1)"}, "Root URL uses an illegal scheme"),
            ({"baseUrl": "zz", "rootUrl": "/zz"},
             "Base URL is not a valid URL; Root URL is not a valid URL"),
            ({"baseUrl": "foo://x"}, "Base URL is not a valid URL"),
            ({"adminUrl": "zz top"}, "Admin URL is not a valid URL"),
            ({"redirectUris": ["http://a b"]}, "A redirect URI is not a valid URI"),
            ({"redirectUris": ["http://[x"]}, "A redirect URI is not a valid URI"),
            ({"redirectUris": ["http://a/%zz"]}, "A redirect URI is not a valid URI"),
            ({"redirectUris": ["1http://a"]}, "A redirect URI is not a valid URI"),
            ({"redirectUris": ["http:"]}, "A redirect URI is not a valid URI"),
            ({"redirectUris": ["http://a/#f"]}, "A redirect URI must not contain an URL fragment"),
            ({"redirectUris": ["JavaScript:x"]}, "A redirect URI uses an illegal scheme"),
            ({"redirectUris": ["http://a/", "data:x"]}, "A redirect URI uses an illegal scheme"),
            ({"protocol": "nosuch"}, "Invalid protocol: nosuch"),
            ({"attributes": {"backchannel.logout.url": "zz"}},
             "Backchannel logout URL is not a valid URL"),
            ({"attributes": {"jwks.url": "javascript:x"}}, "JWKS URL uses an illegal scheme"),
            ({"attributes": {"post.logout.redirect.uris": "http://a##http://b#c"}},
             "A post-logout redirect URI must not contain an URL fragment"),
            ({"attributes": {"request.uris": "a b"}}, "Valid request URIs has an invalid value"),
            ({"attributes": {"tosUri": "javascript:x"}},
             "Terms of service URL uses an illegal scheme"),
            ({"protocol": "saml", "attributes": {"saml_single_logout_service_url_soap": "/zz"}},
             "Logout Service SOAP Binding URL is not a valid URL"),
            ({"protocolMappers": [{"name": "p", "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
                                   "config": {}}]},
             "Client redirect URIs must contain a valid host component.")):
        answer = admin.request("POST", "/clients", 400, json={"clientId": "refused", **bad})
        assert answer.json() == {"error": "invalid_input", "error_description": text}
    assert admin.get("/clients", clientId="refused") == []
    for good in ({"rootUrl": "${authBaseUrl}", "baseUrl": "/realms/x"}, {"rootUrl": ""},
                 {"redirectUris": ["com.example:/cb", "foo://x", "/x", "*", "http://ü/"]},
                 {"redirectUris": ["http://localhost:*", "https://app.example.org:*", "http://*"]},
                 {"attributes": {"post.logout.redirect.uris": "+"}},
                 {"attributes": {"backchannel.logout.url": "/here", "logoUri": "nourl"}}):
        client_id = created(admin, clientId="taken", **good)
        admin.request("DELETE", f"/clients/{client_id}", 204)


def test_a_flow_of_the_clients_own_is_there(admin):
    """By its id, or by its alias; else the login would ask for what nobody has."""
    flow = next(one["id"] for one in admin.get("/authentication/flows") if one["alias"] == "direct grant")
    client = created(admin, clientId="own-flow", authenticationFlowBindingOverrides={"direct_grant": "direct grant"})
    path = "/clients/" + client
    assert admin.get(path)["authenticationFlowBindingOverrides"] == {"direct_grant": flow}
    for method, body in (("PUT", {"browser": "nosuch"}), ("PATCH", {"browser": "nosuch"})):
        answer = admin.request(method, path, 400, json={"authenticationFlowBindingOverrides": body})
        assert answer.json() == {"errorMessage": "Unable to resolve auth flow binding override for: browser"}
    admin.request("POST", "/clients", 400, json={
        "clientId": "lost-flow", "authenticationFlowBindingOverrides": {"browser": "nosuch"}})
    admin.request("PUT", path, 204, json={"authenticationFlowBindingOverrides": {"browser": flow, "direct_grant": ""}})
    assert admin.get(path)["authenticationFlowBindingOverrides"] == {"browser": flow}
    admin.request("DELETE", path, 204)


def test_descriptions_of_clients_are_converted(admin):
    def asked(body, expect=200):
        return admin.request("POST", "/client-description-converter", expect, json=body).json()
    assert asked({"clientId": "z", "name": "Z"}) == {"clientId": "z", "name": "Z"}
    found = asked({"client_id": "z", "redirect_uris": ["http://z.example/*"]})
    assert found["clientId"] == "z" and found["redirectUris"] == ["http://z.example/*"]
    assert found["standardFlowEnabled"] is True and found["implicitFlowEnabled"] is False
    assert "Unsupported format" in asked({}, 400)["errorMessage"]
    assert "nosuch" in asked({"clientId": "z", "nosuch": 1}, 400)["errorMessage"]
    asked({"redirect_uris": "text"}, 400)
    assert admin.get("/clients", clientId="z") == []


def test_names_and_ids_are_taken_once(admin):
    client_id = created(admin, id="an-id-of-its-own")
    assert client_id == "an-id-of-its-own"
    assert admin.get(f"/clients/{client_id}")["clientId"] == client_id
    again = admin.request("POST", "/clients", 409, json={"id": client_id, "clientId": "other"})
    assert again.json() == {"error": "conflict", "error_description": "Duplicate resource error"}
    for name in ("<script>alert(1)</script>", "' or 1=1 --", "blank in it", "ü" * 100):
        one = created(admin, clientId=name)
        assert [c["id"] for c in admin.get("/clients", clientId=name)] == [one]
        admin.request("DELETE", f"/clients/{one}", 204)
    admin.request("POST", "/clients", 400, json={"clientId": "x" * 256})
    admin.request("DELETE", f"/clients/{client_id}", 204)


def test_clients_are_found_by_their_attributes(admin):
    one = created(admin, clientId="found-1", attributes={"colour": "red", "a b": "two words"})
    two = created(admin, clientId="found-2", attributes={"colour": "red"})

    def found(q, **more):
        return [client["clientId"] for client in admin.get("/clients", q=q, **more)]

    assert found("colour:red") == ["found-1", "found-2"]
    assert found('colour:red "a b":"two words"') == ["found-1"]
    assert found("colour:red", first=1, max=5) == ["found-2"] and found("colour:blue") == []
    assert found("colour:red", clientId="web") == ["found-1", "found-2"]
    assert found("colour:red' or '1'='1") == []
    for nothing in ("", " ", "colour", ":", '"', '"x', "::", "a: :b "):
        admin.request("GET", "/clients", 200, params={"q": nothing})
    for client_id in (one, two):
        admin.request("DELETE", f"/clients/{client_id}", 204)


def test_a_merge_patch_changes_what_it_names_and_removes_by_null(admin):
    client_id = created(admin, clientId="patched", name="N", description="D",
                        redirectUris=["https://a/*"], attributes={"a": "1", "b": "2"})
    path = f"/clients/{client_id}"
    before = admin.get(path)
    admin.request("PATCH", path, 204, json={
        "name": None, "description": "E", "attributes": {"a": None, "c": "3"},
        "redirectUris": ["https://b/*"], "id": "another", "defaultClientScopes": []})
    after = admin.get(path)
    expected = {**before, "description": "E", "redirectUris": ["https://b/*"],
                "attributes": {**before["attributes"], "c": "3"}}
    del expected["name"], expected["attributes"]["a"]
    assert after == expected
    admin.request("PATCH", path, 204, json={})
    assert admin.get(path) == after
    admin.request("PATCH", path, 204, json={"secret": None, "enabled": None, "fullScopeAllowed": False})
    again = admin.get(path)
    assert again == {**after, "fullScopeAllowed": False}
    for bad, text in (([], "merge patch"), ("x", "merge patch"), ({"nosuch": 1}, "$.nosuch"),
                      ({"redirectUris": "x"}, "$.redirectUris"), ({"clientId": None}, "blank"),
                      ({"rootUrl": "zz"}, "Root URL is not a valid URL")):
        assert text in admin.request("PATCH", path, 400, json=bad).text
    assert "line 1" in admin.request("PATCH", path, 400, data='{"a":').text
    assert admin.get(path) == again
    admin.request("PATCH", "/clients/nosuch", 404, json={})
    admin.request("DELETE", path, 204)


def test_if_match_keeps_a_change_that_nobody_saw(admin):
    client_id = created(admin, clientId="tagged")
    path = f"/clients/{client_id}"
    tag = admin.request("GET", path, 200).headers["etag"]
    assert tag[0] == tag[-1] == '"' and admin.request("GET", path, 200).headers["etag"] == tag
    created(admin, clientId="tagged-too")
    assert admin.request("GET", path, 200).headers["etag"] == tag
    admin.request("PUT", path, 204, json={"name": "1"}, headers={"If-Match": f'"x", {tag}'})
    for method in ("PUT", "PATCH", "DELETE", "GET"):
        for stale in (tag, '"x"', "W/" + tag, "x"):
            answer = admin.request(method, path, 412, json={"name": "2"}, headers={"If-Match": stale})
            assert answer.json()["error"] == "precondition_failed"
    assert admin.get(path)["name"] == "1"
    now = admin.request("GET", path, 200).headers["etag"]
    assert now != tag
    admin.request("PATCH", path, 204, json={"name": "3"}, headers={"If-Match": now})
    admin.request("PUT", path, 204, json={"name": "4"}, headers={"If-Match": "*"})
    now = admin.request("GET", path, 200).headers["etag"]
    admin.request("DELETE", path, 204, headers={"If-Match": now})


def test_a_client_of_another_protocol_has_other_scopes(admin):
    path = "/clients/" + created(admin, clientId="turncoat")
    assert "profile" in admin.get(path)["defaultClientScopes"]
    for protocol, some in (("saml", {"role_list"}), ("openid-connect", {"profile", "email"})):
        admin.request("PUT", path, 204, json={**admin.get(path), "protocol": protocol})
        now = admin.get(path)
        assert some <= set(now["defaultClientScopes"])
        known = {one["name"]: one["protocol"] for one in admin.get("/client-scopes")}
        assert {known[name] for name in now["defaultClientScopes"] + now["optionalClientScopes"]} == {protocol}
    admin.request("DELETE", path, 204)


def test_a_saml_client_has_its_defaults(admin):
    fresh = admin.get("/clients/" + created(admin, clientId="provider", protocol="saml",
                                            attributes={"saml_name_id_format": "email"}))
    assert fresh["frontchannelLogout"] is True
    assert fresh["attributes"].items() >= {
        "saml.server.signature": "true", "saml.signature.algorithm": "RSA_SHA256",
        "saml.force.post.binding": "true", "saml.authnstatement": "true",
        "saml_name_id_format": "email", "saml_force_name_id_format": "false",
        "saml.allow.ecp.flow": "false", "saml.client.signature": "true"}.items()
    # Who has to sign gets what to sign with.
    assert fresh["attributes"]["saml.signing.certificate"].startswith("MII")
    assert fresh["attributes"]["saml.signing.private.key"].startswith("MII")
    admin.request("DELETE", f"/clients/{fresh['id']}", 204)
    other = admin.get("/clients/" + created(admin, clientId="provider", protocol="saml",
                                            frontchannelLogout=False,
                                            attributes={"saml.client.signature": "false"}))
    assert other["frontchannelLogout"] is False
    assert "saml.signing.certificate" not in other["attributes"]
    admin.request("DELETE", f"/clients/{other['id']}", 204)
