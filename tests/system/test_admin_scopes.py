"""Client scopes by the admin API, as Keycloak 26.7 answers, and what tokens show of a change."""

import base64
import json

import pytest
import requests

SCOPED = {"realm": "scoped", "enabled": True, "sslRequired": "none", "adminEventsEnabled": True,
          "roles": {"realm": [{"name": "inner"},
                              {"name": "outer", "composite": True,
                               "composites": {"realm": ["inner"]}}]},
          "clients": [
              {"clientId": "web", "enabled": True, "secret": "web-secret",
               "redirectUris": ["http://127.0.0.1:9/cb"], "directAccessGrantsEnabled": True},
              {"clientId": "provider", "protocol": "saml", "enabled": True,
               "redirectUris": ["https://sp.example/*"],
               "attributes": {"saml_assertion_consumer_url_post": "https://sp.example/acs"}}],
          "users": [{"username": "ada", "enabled": True, "email": "ada@example.org",
                     "firstName": "Ada", "lastName": "Lovelace", "emailVerified": True,
                     "realmRoles": ["outer", "default-roles-scoped"],
                     "credentials": [{"type": "password", "value": "lovelace"}]}]}
HARDCODED = {"name": "hard", "protocol": "openid-connect",
             "protocolMapper": "oidc-hardcoded-claim-mapper",
             "config": {"claim.name": "hard", "claim.value": "yes", "access.token.claim": "true"}}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(SCOPED)


@pytest.fixture
def admin(server):
    return server.admin("scoped")


def created(admin, path, **body):
    return admin.request("POST", path, 201, json=body).headers["location"].rpartition("/")[2]


def scope(admin, name, **more):
    return created(admin, "/client-scopes", **{"name": name, "protocol": "openid-connect", **more})


def client(admin, client_id="web"):
    return admin.get("/clients", clientId=client_id)[0]["id"]


def names(admin, path):
    return [one["name"] for one in admin.get(path)]


def token(server, **fields):
    fields = fields or {"grant_type": "password", "username": "ada", "password": "lovelace"}
    answer = requests.post(server.endpoint("token", "scoped"), timeout=60,
                           data={"client_id": "web", "client_secret": "web-secret", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def claims(answer):
    part = answer["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refreshed(server, answer):
    return token(server, grant_type="refresh_token", refresh_token=answer["refresh_token"])


def test_the_life_of_a_scope(server, admin):
    answer = admin.request("POST", "/client-scopes", 201, json={
        "name": "four", "protocol": "openid-connect", "id": "four-id", "description": "d",
        "attributes": {"include.in.token.scope": "true", "x": "y"}, "nosuch": 1,
        "protocolMappers": [HARDCODED]})
    assert answer.headers["location"] == f"{server.url}/admin/realms/scoped/client-scopes/four-id"
    found = admin.get("/client-scopes/four-id")
    mapper = found["protocolMappers"][0]
    assert mapper.pop("id")
    assert mapper == {**HARDCODED, "consentRequired": False}
    assert {**found, "protocolMappers": None} == {
        "id": "four-id", "name": "four", "description": "d", "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "true", "x": "y"}, "protocolMappers": None}
    assert found["name"] in names(admin, "/client-scopes") == names(admin, "/client-templates")
    assert admin.get("/client-templates/four-id")["name"] == "four"

    admin.request("PUT", "/client-scopes/four-id", 204, json={
        "name": "five", "attributes": {"x": None, "m": "", "n": "v"}, "protocolMappers": []})
    after = admin.get("/client-scopes/four-id")
    assert after["name"] == "five" and after["description"] == "d"
    assert after["attributes"] == {"include.in.token.scope": "true", "m": "", "n": "v"}
    assert len(after["protocolMappers"]) == 1

    admin.request("DELETE", "/client-scopes/four-id", 204)
    for method, body in (("GET", None), ("DELETE", None), ("PUT", {"name": "q"})):
        gone = admin.request(method, "/client-scopes/four-id", 404, json=body)
        assert gone.json() == {"error": "Could not find client scope"}


def test_bad_scopes(admin):
    one = scope(admin, "one")
    other = scope(admin, "other")
    taken = {"errorMessage": "Client Scope one already exists"}
    for answer in (admin.request("POST", "/client-scopes", 409,
                                 json={"name": "one", "protocol": "openid-connect"}),
                   admin.request("PUT", f"/client-scopes/{other}", 409, json={"name": "one"})):
        assert answer.json() == taken
    twice = admin.request("POST", "/client-scopes", 409, json={
        "name": "id", "protocol": "openid-connect", "id": one})
    assert twice.json() == {"errorMessage": "Client Scope id already exists"}
    for protocol in (None, "", "bogus", "docker-v2"):
        bad = admin.request("POST", "/client-scopes", 400, json={"name": "p", "protocol": protocol})
        assert bad.json() == {"errorMessage": "Unexpected protocol"}
    for name in ("", "a b", 'a"b', "a\\b", "\u00e4"):
        bad = admin.request("POST", "/client-scopes", 400,
                            json={"name": name, "protocol": "openid-connect"})
        assert bad.json() == {"errorMessage": f'Unexpected name "{name}" for ClientScope'}
        admin.request("PUT", f"/client-scopes/{one}", 400, json={"name": name})
    for body in ("{", "[1]", '{"name":["x"]}', '{"protocol":"openid-connect"}',
                 '{"name":"x","protocol":"openid-connect","attributes":[]}',
                 json.dumps({"name": "x" * 300, "protocol": "openid-connect"})):
        admin.request("POST", "/client-scopes", 400, data=body,
                      headers={"Content-Type": "application/json"})
    twice = admin.request("POST", "/client-scopes", 409, json={
        "name": "twice", "protocol": "openid-connect", "protocolMappers": [HARDCODED, HARDCODED]})
    assert twice.json() == {"errorMessage": "Client Scope twice already exists"}
    html = scope(admin, "<b>';drop--")
    assert admin.get(f"/client-scopes/{html}")["name"] == "<b>';drop--"
    for made in (one, other, html):
        admin.request("DELETE", f"/client-scopes/{made}", 204)


def test_what_new_clients_get(admin):
    made = scope(admin, "given")
    assert {"id", "name", "protocol"} == set(admin.get("/default-default-client-scopes")[0])
    admin.request("PUT", f"/default-default-client-scopes/{made}", 204)
    for kind in ("default", "optional"):
        again = admin.request("PUT", f"/default-{kind}-client-scopes/{made}", 409)
        assert again.json() == {"error": "conflict",
                                "error_description": "Duplicate resource error"}
        for method in ("PUT", "DELETE"):
            none = admin.request(method, f"/default-{kind}-client-scopes/nosuch", 404)
            assert none.json() == {"error": "Client scope not found"}
    assert names(admin, "/default-default-client-scopes")[-1] == "given"
    assert "given" not in names(admin, "/default-optional-client-scopes")
    fresh = created(admin, "/clients", clientId="fresh")
    assert "given" in names(admin, f"/clients/{fresh}/default-client-scopes")
    admin.request("DELETE", f"/default-default-client-scopes/{made}", 204)
    admin.request("DELETE", f"/default-default-client-scopes/{made}", 204)
    admin.request("PUT", f"/default-optional-client-scopes/{made}", 204)
    assert names(admin, "/default-optional-client-scopes")[-1] == "given"
    admin.request("DELETE", f"/client-scopes/{made}", 204)  # in use everywhere
    assert "given" not in names(admin, "/default-optional-client-scopes")
    assert "given" not in names(admin, f"/clients/{fresh}/default-client-scopes")
    admin.request("DELETE", f"/clients/{fresh}", 204)


def test_scopes_of_a_client_show_in_the_next_token(server, admin):
    web = client(admin)
    made = scope(admin, "shown", protocolMappers=[HARDCODED])
    answer = token(server)
    assert "hard" not in claims(answer)
    links = f"/clients/{web}/default-client-scopes"
    assert set(admin.get(links)[0]) == {"id", "name"}
    admin.request("PUT", f"{links}/{made}", 204)
    admin.request("PUT", f"{links}/{made}", 204)
    admin.request("PUT", f"/clients/{web}/optional-client-scopes/{made}", 204)  # has it already
    assert names(admin, links)[-1] == "shown"
    assert "shown" not in names(admin, f"/clients/{web}/optional-client-scopes")
    assert "shown" in admin.get(f"/clients/{web}")["defaultClientScopes"]
    answer = refreshed(server, answer)
    assert claims(answer)["hard"] == "yes"
    admin.request("DELETE", f"{links}/{made}", 204)
    admin.request("DELETE", f"{links}/{made}", 204)
    assert "hard" not in claims(refreshed(server, answer))
    admin.request("PUT", f"/clients/{web}/optional-client-scopes/{made}", 204)
    assert names(admin, f"/clients/{web}/optional-client-scopes")[-1] == "shown"
    asked = token(server, grant_type="password", username="ada", password="lovelace", scope="shown")
    assert claims(asked)["hard"] == "yes"
    admin.request("DELETE", f"/client-scopes/{made}", 204)
    assert "hard" not in claims(refreshed(server, asked))

    saml = scope(admin, "of-saml", protocol="saml")
    admin.request("PUT", f"{links}/{saml}", 204)  # passed over
    assert "of-saml" not in names(admin, links)
    for path in (f"{links}/nosuch", f"/clients/nosuch/default-client-scopes/{saml}"):
        for method in ("PUT", "DELETE"):
            text = "Could not find client" if "/nosuch/" in path else "Client scope not found"
            assert admin.request(method, path, 404).json() == {"error": text}
    admin.request("DELETE", f"/client-scopes/{saml}", 204)


def role(admin, name):
    return next(one for one in admin.get(f"/clients/{client(admin)}/scope-mappings/realm/composite")
                if one["name"] == name)


@pytest.mark.parametrize("holder", ["client", "client-scope"])
def test_scope_mappings(admin, holder):
    held = client(admin) if holder == "client" else scope(admin, "mapped")
    base = f"/{holder}s/{held}/scope-mappings"
    outer, inner = role(admin, "outer"), role(admin, "inner")
    account = client(admin, "account")
    of_account = admin.get(f"{base}/clients/{account}/available")
    assert admin.get(base) == {} and admin.get(f"{base}/realm") == []
    assert {"outer", "inner"} <= set(names(admin, f"{base}/realm/available"))
    admin.request("POST", f"{base}/realm", 204, json=[outer])
    admin.request("POST", f"{base}/realm", 204, json=[outer])
    assert admin.get(base) == {"realmMappings": [outer]}
    assert names(admin, f"{base}/realm") == ["outer"]
    assert "outer" not in names(admin, f"{base}/realm/available")
    assert {"outer", "inner"} <= set(names(admin, f"{base}/realm/composite"))
    full = admin.get(f"{base}/realm/composite", briefRepresentation="false")
    assert all("attributes" in one for one in full)

    admin.request("POST", f"{base}/clients/{account}", 204, json=of_account[:2])
    assert admin.get(f"{base}/clients/{account}") == of_account[:2]
    assert admin.get(base)["clientMappings"]["account"] == {
        "id": account, "client": "account", "mappings": of_account[:2]}
    assert len(admin.get(f"{base}/clients/{account}/available")) == len(of_account) - 2
    wrong = admin.request("POST", f"{base}/clients/{account}", 404, json=[inner])
    assert wrong.json() == {"error": "Role not found"}
    for method in ("POST", "DELETE"):
        missing = admin.request(method, f"{base}/realm", 404, json=[{"id": "nosuch", "name": "outer"}])
        assert missing.json() == {"error": "Role not found"}
        for bad in ({}, [1], [{"id": [1]}]):
            admin.request(method, f"{base}/realm", 400, json=bad)
    no_client = admin.request("GET", f"{base}/clients/nosuch", 404)
    assert no_client.json() == {"error": "Could not find client"}
    admin.request("DELETE", f"{base}/realm", 204, json=[inner])  # was not mapped
    assert names(admin, f"{base}/realm") == ["outer"]
    admin.request("DELETE", f"{base}/clients/{account}", 204)  # all of them
    admin.request("DELETE", f"{base}/realm", 204, json=[outer])
    assert admin.get(base) == {}
    missing = admin.request("GET", f"/{holder}s/nosuch/scope-mappings", 404)
    assert "Could not find client" in missing.json()["error"]
    if holder == "client-scope":
        admin.request("DELETE", f"/client-scopes/{held}", 204)


def test_scope_mappings_show_in_the_next_token(server, admin):
    web = client(admin)
    outer = role(admin, "outer")
    admin.request("PUT", f"/clients/{web}", 204, json={"clientId": "web", "fullScopeAllowed": False})
    answer = token(server)
    assert "outer" not in claims(answer).get("realm_access", {}).get("roles", [])
    admin.request("POST", f"/clients/{web}/scope-mappings/realm", 204, json=[outer])
    answer = refreshed(server, answer)
    assert set(claims(answer)["realm_access"]["roles"]) == {"outer", "inner"}
    evaluated = f"/clients/{web}/evaluate-scopes/scope-mappings"
    assert names(admin, f"{evaluated}/scoped/granted") == ["inner", "outer"]
    assert "offline_access" in names(admin, f"{evaluated}/scoped/not-granted")
    granted = admin.get(f"{evaluated}/scoped/granted", scope="offline_access")
    assert [one["name"] for one in granted] == ["inner", "offline_access", "outer"]
    admin.request("DELETE", f"/clients/{web}/scope-mappings/realm", 204)
    assert "realm_access" not in claims(refreshed(server, answer))
    admin.request("PUT", f"/clients/{web}", 204, json={"clientId": "web", "fullScopeAllowed": True})
    assert admin.get(f"{evaluated}/scoped/not-granted") == []
    assert "view-profile" in names(admin, f"{evaluated}/{client(admin, 'account')}/granted")
    none = admin.request("GET", f"{evaluated}/nosuch/granted", 404)
    assert none.json() == {"error": "Role Container not found"}


def test_examples_are_what_a_sign_in_gives(server, admin):
    web, ada = client(admin), admin.user("ada")["id"]
    base = f"/clients/{web}/evaluate-scopes"
    real = token(server, grant_type="password", username="ada", password="lovelace",
                 scope="openid address")
    before = admin.get(f"/users/{ada}/sessions")
    example = admin.get(f"{base}/generate-example-access-token", userId=ada, scope="openid address")
    own = {"exp", "iat", "jti", "sid", "auth_time"}
    assert {k: v for k, v in example.items() if k not in own} == \
           {k: v for k, v in claims(real).items() if k not in own}
    identity = admin.get(f"{base}/generate-example-id-token", userId=ada, scope="openid")
    assert identity["typ"] == "ID" and identity["aud"] == "web" and identity["sub"] == ada
    info = admin.get(f"{base}/generate-example-userinfo", userId=ada, scope="openid")
    assert info["sub"] == ada and info["email"] == "ada@example.org" and "exp" not in info
    unknown = admin.get(f"{base}/generate-example-access-token", userId=ada, scope="nosuch")
    assert "nosuch" not in unknown["scope"]
    narrow = admin.get(f"{base}/generate-example-access-token", userId=ada, audience="account")
    assert narrow["aud"] == "account"
    offline = admin.get(f"{base}/generate-example-access-token", userId=ada, scope="offline_access")
    assert offline["jti"].startswith("of")
    assert admin.get(f"/users/{ada}/sessions") == before

    for kind in ("access-token", "id-token", "userinfo", "saml-response"):
        path = f"{base}/generate-example-{kind}"
        assert admin.request("GET", path, 404).json() == {"error": "No userId provided"}
        none = admin.request("GET", path, 404, params={"userId": "nosuch"})
        assert none.json() == {"error": "No user found"}
    admin.request("GET", f"{base}/generate-example-saml-response", 400, params={"userId": ada})
    provider = client(admin, "provider")
    answer = admin.get(f"/clients/{provider}/evaluate-scopes/generate-example-saml-response", userId=ada)
    assert "ada" in answer and "Assertion" in answer and "SignatureValue" not in answer


def test_mappers_in_effect(admin):
    web = client(admin)
    base = f"/clients/{web}/evaluate-scopes/protocol-mappers"
    made = created(admin, f"/clients/{web}/protocol-mappers/models", **HARDCODED)
    found = admin.get(base)
    assert found[-1] == {"mapperId": made, "mapperName": "hard", "containerId": web,
                         "containerName": "", "containerType": "client",
                         "protocolMapper": "oidc-hardcoded-claim-mapper"}
    containers = {one["containerName"] for one in found}
    assert {"roles", "profile", "basic"} <= containers and "address" not in containers
    assert "address" in {one["containerName"] for one in admin.get(base, scope="address")}
    assert admin.get(base, scope="nosuch") == found
    admin.request("DELETE", f"/clients/{web}/protocol-mappers/models/{made}", 204)
    of_saml = admin.get(f"/clients/{client(admin, 'provider')}/evaluate-scopes/protocol-mappers")
    assert "saml-role-list-mapper" in {one["protocolMapper"] for one in of_saml}
    missing = admin.request("GET", "/clients/nosuch/evaluate-scopes/protocol-mappers", 404)
    assert missing.json() == {"error": "Could not find client"}


def test_scopes_of_another_realm_are_not_there(server, admin):
    server.admin("master").create_realm({"realm": "elsewhere", "enabled": True})
    elsewhere = server.admin("elsewhere")
    theirs = scope(elsewhere, "theirs", protocolMappers=[HARDCODED])
    mapper = elsewhere.get(f"/client-scopes/{theirs}")["protocolMappers"][0]["id"]
    web = client(admin)
    for path in (f"/client-scopes/{theirs}", f"/client-scopes/{theirs}/protocol-mappers/models",
                 f"/client-scopes/{theirs}/protocol-mappers/models/{mapper}",
                 f"/client-scopes/{theirs}/scope-mappings"):
        admin.request("GET", path, 404)
    admin.request("PUT", f"/clients/{web}/default-client-scopes/{theirs}", 404)
    admin.request("DELETE", f"/client-scopes/{theirs}", 404)
    assert elsewhere.get(f"/client-scopes/{theirs}")["name"] == "theirs"
