"""Protocol mappers by the admin API, of clients and of client scopes alike."""

import pytest

MAPPED = {"realm": "mapped", "enabled": True, "sslRequired": "none", "clients": [
    {"clientId": "web", "enabled": True, "secret": "web-secret"}]}
HARD = {"name": "h", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": "z", "claim.value": "v"}}
TAKEN = {"errorMessage": "Protocol mapper exists with same name"}
NO_PROVIDER = {"error": "ProtocolMapper provider not found"}
NO_MODEL = {"error": "Model not found"}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(MAPPED)


@pytest.fixture
def admin(server):
    return server.admin("mapped")


@pytest.fixture(params=["clients", "client-scopes"])
def base(request, admin):
    if request.param == "clients":
        body = {"clientId": "holder"}
    else:
        body = {"name": "holder", "protocol": "openid-connect"}
    answer = admin.request("POST", f"/{request.param}", 201, json=body)
    holder = answer.headers["location"].rpartition("/")[2]
    yield f"/{request.param}/{holder}/protocol-mappers"
    admin.request("DELETE", f"/{request.param}/{holder}", 204)


def created(admin, base, **mapper):
    answer = admin.request("POST", f"{base}/models", 201, json={**HARD, **mapper})
    assert f"{base}/models/" in answer.headers["location"]
    return answer.headers["location"].rpartition("/")[2]


def test_the_life_of_a_mapper(admin, base):
    assert admin.get(f"{base}/models") == []
    made = created(admin, base)
    written = {**HARD, "id": made, "consentRequired": False}
    assert admin.get(f"{base}/models/{made}") == written
    assert admin.get(f"{base}/models") == [written] == admin.get(f"{base}/protocol/openid-connect")
    assert admin.get(f"{base}/protocol/saml") == [] == admin.get(f"{base}/protocol/nosuch")

    admin.request("PUT", f"{base}/models/{made}", 204, json={
        **HARD, "id": made, "name": "renamed", "config": {"claim.name": "zz"}})
    assert admin.get(f"{base}/models/{made}") == {**written, "config": {"claim.name": "zz"}}
    admin.request("PUT", f"{base}/models/{made}", 204, json={
        "id": made, "protocol": "saml", "protocolMapper": "oidc-audience-mapper"})
    assert admin.get(f"{base}/models/{made}") == {
        **written, "protocolMapper": "oidc-audience-mapper", "config": {}}

    assert created(admin, base, name="own", id="own-id") == "own-id"
    admin.request("DELETE", f"{base}/models/{made}", 204)
    assert [one["id"] for one in admin.get(f"{base}/models")] == ["own-id"]
    for method, body in (("GET", None), ("DELETE", None), ("PUT", HARD)):
        assert admin.request(method, f"{base}/models/{made}", 404, json=body).json() == NO_MODEL


def test_settings_that_follow_from_others(admin, base):
    for name, (sent, kept) in enumerate([
            ({"access.token.claim": "true"}, {"introspection.token.claim": "true"}),
            ({"access.token.claim": "false"}, {"introspection.token.claim": "false"}),
            ({"id.token.claim": "true"}, {"userinfo.token.claim": "true"}),
            ({"access.token.claim": "true", "introspection.token.claim": "false"}, {}),
            ({"claim.name": "c"}, {})]):
        made = created(admin, base, name=str(name), config={**sent, "empty": "", "none": None})
        assert admin.get(f"{base}/models/{made}")["config"] == {**sent, **kept}
    saml = created(admin, base, name="saml", protocol="saml",
                   protocolMapper="saml-role-list-mapper", config={"access.token.claim": "true"})
    assert admin.get(f"{base}/models/{saml}")["config"] == {"access.token.claim": "true"}


def test_several_at_once(admin, base):
    def names():
        return [one["name"] for one in admin.get(f"{base}/models")]

    admin.request("POST", f"{base}/add-models", 204,
                  json=[{**HARD, "name": "a"}, {**HARD, "name": "b"}])
    assert names() == ["a", "b"]
    for bad in ([{**HARD, "name": "c"}, {**HARD, "name": "b"}], [{**HARD, "name": "d"}] * 2):
        answer = admin.request("POST", f"{base}/add-models", 409, json=bad)
        assert answer.json() == {
            "error": "conflict",
            "error_description": "Protocol mapper name must be unique per protocol"}
    unknown = admin.request("POST", f"{base}/add-models", 404,
                            json=[{**HARD, "name": "e", "protocolMapper": "nosuch"}])
    assert unknown.json() == NO_PROVIDER
    for bad in ({}, [1], [[]]):
        admin.request("POST", f"{base}/add-models", 400, json=bad)
    admin.request("POST", f"{base}/add-models", 204, json=[{**HARD, "name": "a", "protocol": "saml"}])
    assert names() == ["a", "b", "a"]  # unique per protocol


def test_bad_mappers(admin, base):
    made = created(admin, base)
    created(admin, base, name="taken", id="taken-id")
    assert admin.request("POST", f"{base}/models", 409, json=HARD).json() == TAKEN
    again = admin.request("POST", f"{base}/models", 409, json={**HARD, "name": "n", "id": "taken-id"})
    assert again.json() == TAKEN
    for kind in ("nosuch", None, "", "oidc-script-based-protocol-mapper"):
        bad = {**HARD, "name": "bad", "protocolMapper": kind}
        assert admin.request("POST", f"{base}/models", 404, json=bad).json() == NO_PROVIDER
        answer = admin.request("PUT", f"{base}/models/{made}", 404, json={**bad, "id": made})
        assert answer.json() == NO_PROVIDER
    for bad in ({**HARD, "name": None}, {**HARD, "name": "p", "protocol": None}):
        answer = admin.request("POST", f"{base}/models", 409, json=bad)
        assert answer.json()["error"] == "conflict"
    unknown = admin.request("POST", f"{base}/models", 400, json={**HARD, "name": "x", "nosuch": 1})
    assert 'Unrecognized field "nosuch" at line 1 column ' in unknown.json()["error"]
    for bad in ([], {**HARD, "name": ["x"]}, {**HARD, "config": []}, {**HARD, "config": {"a": {}}},
                {**HARD, "name": "y" * 300}):
        admin.request("POST", f"{base}/models", 400, json=bad)
    admin.request("PUT", f"{base}/models/{made}", 400, json={**HARD, "id": "another"})
    html = created(admin, base, name="<script>'--", config={"claim.name": "<b>", "claim.value": "';"})
    assert admin.get(f"{base}/models/{html}")["name"] == "<script>'--"
    assert [one["name"] for one in admin.get(f"{base}/models")] == ["h", "taken", "<script>'--"]


def test_a_pairwise_subject_needs_a_host(admin):
    answer = admin.request("POST", "/clients", 201, json={"clientId": "pairwise"})
    path = "/clients/" + answer.headers["location"].rpartition("/")[2]
    pairwise = {"name": "p", "protocol": "openid-connect",
                "protocolMapper": "oidc-sha256-pairwise-sub-mapper", "config": {}}
    text = "Client redirect URIs must contain a valid host component."
    refused = admin.request("POST", f"{path}/protocol-mappers/models", 400, json=pairwise)
    assert refused.json() == {"error": text, "error_description": text}
    admin.request("PUT", path, 204, json={"clientId": "pairwise", "redirectUris": [
        "https://a.example/cb", "https://b.example/cb"]})
    refused = admin.request("POST", f"{path}/protocol-mappers/models", 400, json=pairwise)
    assert "multiple host components" in refused.json()["error"]
    admin.request("PUT", path, 204, json={"clientId": "pairwise",
                                          "redirectUris": ["https://a.example/cb"]})
    admin.request("POST", f"{path}/protocol-mappers/models", 201, json=pairwise)


def test_holders_that_are_not_there(admin):
    for path, text in (("/clients/nosuch", "Could not find client"),
                       ("/client-scopes/nosuch", "Could not find client scope")):
        for method, tail, body in (("GET", "models", None), ("POST", "models", HARD),
                                   ("POST", "add-models", [HARD]), ("DELETE", "models/x", None)):
            answer = admin.request(method, f"{path}/protocol-mappers/{tail}", 404, json=body)
            assert answer.json() == {"error": text}
