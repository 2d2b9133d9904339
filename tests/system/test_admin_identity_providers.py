"""Identity providers by the admin API, as Keycloak 26.7 answers: kept, not used for signing in yet."""

import http.server
import json
import sqlite3
import threading

import pytest
import requests

LINKED = {"realm": "linked", "enabled": True, "sslRequired": "external",
          "identityProviders": [{"alias": "imported", "providerId": "oidc", "enabled": True,
                                 "config": {"clientId": "i", "clientSecret": "imported-secret"}}]}
I, N = "/identity-provider", "/identity-provider/instances"
MASK = "**********"
GONE = {"error": "HTTP 404 Not Found"}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(LINKED)


@pytest.fixture
def admin(server):
    return server.admin("linked")


@pytest.fixture
def provider(admin):
    admin.request("POST", N, 201, json={
        "alias": "o1", "providerId": "oidc", "displayName": "One",
        "config": {"clientId": "c", "clientSecret": "s3cret",
                   "authorizationUrl": "https://op.example/a"}})
    yield "o1"
    admin.request("DELETE", f"{N}/o1", 204)


def test_the_life_of_a_provider(server, admin):
    answer = admin.request("POST", N, 201, json={
        "alias": "life", "providerId": "oidc", "internalId": "life-id", "trustEmail": True,
        "displayName": "D", "types": ["x"], "firstBrokerLoginFlowAlias": "first broker login",
        "config": {"clientId": "c", "clientSecret": "s3cret", "none": None, "empty": ""}})
    assert answer.headers["location"] == \
        f"{server.url}/admin/realms/linked/identity-provider/instances/life"
    written = {
        "alias": "life", "displayName": "D", "internalId": "life-id", "providerId": "oidc",
        "enabled": True, "trustEmail": True, "firstBrokerLoginFlowAlias": "first broker login",
        "config": {"clientId": "c", "clientSecret": MASK},
        "types": ["USER_AUTHENTICATION", "CLIENT_ASSERTION", "TRUST_MATERIAL",
                  "EXCHANGE_EXTERNAL_TOKEN", "JWT_AUTHORIZATION_GRANT"]}
    assert admin.get(f"{N}/life") == written == admin.get(f"{N}/life-id")
    admin.request("PUT", f"{N}/life", 204, json={
        "alias": "life", "providerId": "saml", "internalId": "other", "enabled": False,
        "config": {"clientId": "c2", "clientSecret": MASK}})
    assert admin.get(f"{N}/life") == {
        "alias": "life", "internalId": "life-id", "providerId": "oidc", "enabled": False,
        "config": {"clientId": "c2", "clientSecret": MASK}, "types": written["types"]}
    admin.request("DELETE", f"{N}/life", 204)
    for method in ("GET", "DELETE", "PUT"):
        body = {"alias": "life"} if method == "PUT" else None
        assert admin.request(method, f"{N}/life", 404, json=body).json() == GONE


def test_secrets_are_sealed_and_stay(server, admin, provider):
    admin.request("PUT", f"{N}/o1", 204, json={
        "alias": "o1", "providerId": "oidc", "config": {"clientSecret": MASK, "clientId": "c"}})
    exported = {one["alias"]: one for one in admin.request(
        "GET", "/export", 200).json()["identityProviders"]}
    assert exported["o1"]["config"]["clientSecret"] == "s3cret"
    assert exported["imported"]["config"]["clientSecret"] == "imported-secret"
    assert "s3cret" not in admin.request("GET", "", 200).text
    assert "s3cret" not in admin.request("GET", N, 200).text
    if (server.data / "curfew.db").exists():
        with sqlite3.connect(server.data / "curfew.db") as database:
            row = database.execute("select doc, sealed from realm where name = 'linked'").fetchone()
        assert "s3cret" not in row[0] and "s3cret" not in row[1] and row[1]


def test_lists(admin, provider):
    admin.request("POST", N, 201, json={"alias": "google", "providerId": "google"})
    assert admin.get(f"{N}/google")["config"] == {"issuer": "https://accounts.google.com"}
    admin.request("POST", N, 201, json={"alias": "other", "providerId": "saml"})

    def found(**query):
        return [one["alias"] for one in admin.get(N, **query)]

    assert found() == ["google", "imported", "o1", "other"]
    assert found(search="o") == ["o1", "other"] == found(search="O*")
    assert found(search="*ther") == ["other"]
    assert found(search='"o1"') == ["o1"] and found(search='"o"') == []
    assert found(search="*") == found() and found(search="zz") == []
    assert found(first=1, max=2) == ["imported", "o1"]
    assert found(first=100) == [] == found(max=0)
    assert found(type="CLIENT_ASSERTION") == ["imported", "o1"]
    admin.request("GET", N, 400, params={"first": "x"})
    brief = admin.get(N, briefRepresentation="true")[2]
    assert brief == {"alias": "o1", "displayName": "One", "internalId": brief["internalId"],
                     "providerId": "oidc", "enabled": True, "config": {}}
    for alias in ("google", "other"):
        admin.request("DELETE", f"{N}/{alias}", 204)


def test_bad_providers(admin, provider):
    def refused(status, said, **body):
        answer = admin.request("POST", N, status, json=body)
        assert answer.json() == said if isinstance(said, dict) else said in answer.text

    refused(409, {"errorMessage": "Identity Provider o1 already exists"}, alias="o1", providerId="oidc")
    refused(400, {"errorMessage": "Invalid identity provider id [nosuch]"}, alias="x", providerId="nosuch")
    refused(400, {"errorMessage": "Invalid identity provider id [null]"}, alias="x")
    refused(400, {"error": "Empty Space not allowed."}, alias="a b/c", providerId="oidc")
    refused(400, {"error": "Character '/' not allowed."}, alias="a/c", providerId="oidc")
    refused(400, "", alias="", providerId="oidc")
    refused(400, {"errorMessage": "path is null"}, providerId="oidc")
    refused(400, "$.nosuch", alias="x", providerId="oidc", nosuch=1)
    refused(400, "", alias="x", providerId="oidc", config=[])
    refused(400, "", alias="x" * 300, providerId="oidc")
    refused(400, {"errorMessage": "User Info URL not provided"}, alias="x", providerId="oauth2")
    refused(400, "nosuch", alias="x", providerId="oidc", firstBrokerLoginFlowAlias="nosuch")
    for url, text in (("http://op.example/a", "requires secure connections"),
                      ("not a url", "is malformed"), ("javascript:alert(1)", "is malformed")):
        refused(400, {"errorMessage": f"The url [authorization_url] {text}"}, alias="x",
                providerId="oidc", config={"authorizationUrl": url})
    admin.request("POST", N, 201, json={"alias": "near", "providerId": "oidc", "config": {
        "authorizationUrl": "http://localhost:1/a", "tokenUrl": "http://127.0.0.1/t"}})
    admin.request("DELETE", f"{N}/near", 204)
    for body in ("[]", "{"):
        admin.request("POST", N, 400, data=body)
    moved = admin.request("PUT", f"{N}/o1", 400, json={"alias": "o2", "providerId": "oidc"})
    assert moved.json() == {"errorMessage": "Identity Provider alias cannot be changed"}
    nameless = admin.request("PUT", f"{N}/o1", 400, json={"alias": "o1"})
    assert nameless.json() == {"errorMessage": "Invalid identity provider id [null]"}


def test_mappers(admin, provider):
    base = f"{N}/o1/mappers"
    kind = "oidc-hardcoded-role-idp-mapper"
    assert admin.get(base) == []
    sent = {"name": "m1", "identityProviderAlias": "o1", "identityProviderMapper": kind,
            "config": {"role": "r1", "none": None, "empty": ""}}
    answer = admin.request("POST", base, 201, json=sent)
    made = answer.headers["location"].rpartition("/")[2]
    written = {**sent, "id": made, "config": {"role": "r1"}}
    assert admin.get(f"{base}/{made}") == written and admin.get(base) == [written]
    again = admin.request("POST", base, 400, json=sent)
    assert again.json() == {"errorMessage": "Failed to add mapper 'm1' to identity provider [oidc]."}
    for bad in ({**sent, "name": None}, {**sent, "name": "m2", "identityProviderAlias": None},
                {"name": "m5"}):
        assert admin.request("POST", base, 409, json=bad).json()["error"] == "conflict"
    admin.request("POST", base, 400, json={**sent, "name": "m9", "nosuch": 1})
    admin.request("POST", base, 400, json={**sent, "name": ["m9"]})
    admin.request("PUT", f"{base}/{made}", 204, json={
        **written, "name": "m1x", "config": {"role": "r2"}})
    assert admin.get(f"{base}/{made}") == {**written, "name": "m1x", "config": {"role": "r2"}}
    admin.request("PUT", f"{base}/{made}", 400, json={**written, "id": "other"})
    admin.request("DELETE", f"{base}/{made}", 204)
    for method in ("GET", "DELETE", "PUT"):
        body = written if method == "PUT" else None
        gone = admin.request(method, f"{base}/{made}", 404, json=body)
        assert gone.json() == {"error": "Model not found"}
    for tail in ("mappers", "mapper-types", "export", "reload-keys"):
        assert admin.request("GET", f"{N}/nosuch/{tail}", 404).json() == GONE
    types = admin.get(f"{N}/o1/mapper-types")
    assert types[kind]["id"] == kind and "oidc-user-attribute-idp-mapper" in types
    assert "saml-role-idp-mapper" not in types
    # Mappers go with their provider.
    admin.request("POST", N, 201, json={"alias": "short", "providerId": "oidc"})
    admin.request("POST", f"{N}/short/mappers", 201, json={**sent, "id": "short-mapper"})
    admin.request("DELETE", f"{N}/short", 204)
    admin.request("POST", N, 201, json={"alias": "short", "providerId": "oidc"})
    assert admin.get(f"{N}/short/mappers") == []
    admin.request("DELETE", f"{N}/short", 204)


def test_kinds_and_exports(admin, provider):
    oidc = admin.get(f"{I}/providers/oidc")
    assert oidc == {"name": "OpenID Connect v1.0", "id": "oidc", "configProperties": [],
                    "helpText": "", "configMetadata": []}
    assert admin.get(f"{I}/providers/google")["configProperties"][0]["name"] == "prompt"
    none = admin.request("GET", f"{I}/providers/nosuch", 400)
    assert none.json() == {"error": "HTTP 400 Bad Request"}
    admin.request("GET", f"{N}/o1/export", 204)
    assert admin.get(f"{N}/o1/reload-keys") is False
    admin.request("POST", N, 201, json={"alias": "sp", "providerId": "saml", "config": {
        "nameIDPolicyFormat": "<x>&\""}})
    descriptor = admin.request("GET", f"{N}/sp/export", 200)
    assert descriptor.headers["content-type"].startswith("application/xml")
    assert "SPSSODescriptor" in descriptor.text and "<x>" not in descriptor.text
    admin.request("DELETE", f"{N}/sp", 204)


@pytest.fixture
def site():
    """Answers each path with what the test puts there."""
    pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listener.server_port}", pages
    listener.shutdown()
    listener.server_close()


def test_import_of_what_a_provider_says_of_itself(server, admin, site):
    base, pages = site

    def imported(kind, path, status=200):
        return admin.request("POST", f"{I}/import-config", status, json={
            "providerId": kind, "fromUrl": base + path}).json()

    pages["/openid"] = requests.get(
        f"{server.realm_url('linked')}/.well-known/openid-configuration", timeout=60).text
    own = server.endpoint("", "linked").rstrip("/")
    found = imported("oidc", "/openid")
    assert found == {
        "issuer": server.realm_url("linked"), "authorizationUrl": f"{own}/auth",
        "tokenUrl": f"{own}/token", "userInfoUrl": f"{own}/userinfo", "logoutUrl": f"{own}/logout",
        "tokenIntrospectionUrl": f"{own}/token/introspect", "jwksUrl": f"{own}/certs",
        "validateSignature": "true", "useJwksUrl": "true", "metadataDescriptorUrl": f"{base}/openid"}
    assert imported("google", "/openid") == {"metadataDescriptorUrl": f"{base}/openid"}
    pages["/saml"] = requests.get(
        f"{server.realm_url('linked')}/protocol/saml/descriptor", timeout=60).text
    saml = imported("saml", "/saml")
    endpoint = f"{server.realm_url('linked')}/protocol/saml"
    assert saml["idpEntityId"] == server.realm_url("linked")
    assert saml["singleSignOnServiceUrl"] == endpoint == saml["singleLogoutServiceUrl"]
    assert saml["signingCertificate"].startswith("MII") and saml["validateSignature"] == "true"
    assert saml["postBindingAuthnRequest"] == "true" and saml["enabledFromMetadata"] == "true"

    pages["/bad"] = "nope"
    pages["/list"] = "[1]"
    pages["/entity"] = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    pages["/other"] = "<a/>"
    pages["/large"] = json.dumps({"issuer": "x" * (2 << 20)})
    for kind, path in (("oidc", "/bad"), ("oidc", "/list"), ("oidc", "/none"), ("saml", "/bad"),
                       ("saml", "/entity"), ("saml", "/other"), ("oidc", "/large")):
        refused = imported(kind, path, 500)
        assert refused["error"] == "unknown_error"
        assert "nothing was imported" in refused["error_description"]
    for body in ({"providerId": "oidc"}, {"fromUrl": base}, {}):
        refused = admin.request("POST", f"{I}/import-config", 400, json=body)
        assert refused.json() == {"error": "HTTP 400 Bad Request"}
    for url in ("nourl", "file:///etc/passwd", "http://169.254.169.254/", "http://127.0.0.1:1/x"):
        admin.request("POST", f"{I}/import-config", 500, json={"providerId": "oidc", "fromUrl": url})
    admin.request("POST", f"{I}/import-config", 400, json={"providerId": "nosuch", "fromUrl": base})


def test_import_of_a_file(server, admin):
    path = f"{I}/import-config"
    discovery = requests.get(
        f"{server.realm_url('linked')}/.well-known/openid-configuration", timeout=60).text
    metadata = requests.get(
        f"{server.realm_url('linked')}/protocol/saml/descriptor", timeout=60).text

    def sent(kind, file, status=200, field="file"):
        data = {"providerId": kind} if kind else None
        return admin.request("POST", path, status, data=data,
                             files={field: ("name.txt", file, "text/xml")}).json()

    own = server.endpoint("", "linked").rstrip("/")
    expected = {
        "issuer": server.realm_url("linked"), "authorizationUrl": f"{own}/auth",
        "tokenUrl": f"{own}/token", "userInfoUrl": f"{own}/userinfo", "logoutUrl": f"{own}/logout",
        "tokenIntrospectionUrl": f"{own}/token/introspect", "jwksUrl": f"{own}/certs",
        "validateSignature": "true", "useJwksUrl": "true"}
    assert sent("oidc", discovery) == expected == sent("keycloak-oidc", discovery)
    assert sent("google", discovery) == {} == sent("oidc", "{}")
    saml = sent("saml", metadata)
    assert saml["idpEntityId"] == server.realm_url("linked") and saml["validateSignature"] == "true"
    assert "metadataDescriptorUrl" not in saml
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    for kind, file in (("oidc", "nope"), ("oidc", "[]"), ("saml", "nope"), ("saml", "<a/>"),
                       ("saml", entity), ("saml", b"\0\xff")):
        assert "nothing was imported from the file" in sent(kind, file, 500)["error_description"]
    sent("nosuch", discovery, 400)
    for kind, file, field in ((None, discovery, "file"), ("oidc", discovery, "other"), ("oidc", "", "file")):
        assert sent(kind, file, 400, field) == {"error": "HTTP 400 Bad Request"}
    for broken in (b"", b"--x", b"--x\r\n\r\n--x--"):
        admin.request("POST", path, 400, data=broken,
                      headers={"Content-Type": "multipart/form-data; boundary=x"})
    sent("oidc", json.dumps({"issuer": "x" * (2 << 20)}), 413)


def test_what_is_not_built_says_so(admin):
    off = {"errorMessage": "Organizations not enabled for this realm."}
    for method, tail in (("GET", ""), ("POST", ""), ("GET", "/x"), ("GET", "/members/x/organizations"),
                         ("DELETE", "/x/members/y"), ("GET", "/count")):
        answer = admin.request(method, f"/organizations{tail}", 404, json={})
        assert answer.json() == off
    admin.request("PUT", "", 204, json={"realm": "linked", "organizationsEnabled": True})
    built = admin.request("GET", "/organizations", 501)
    assert "not built" in built.json()["error_description"]
    admin.request("PUT", "", 204, json={"realm": "linked", "organizationsEnabled": False})
    for method, tail in (("POST", "sync"), ("POST", "unlink-users"), ("GET", "name"),
                         ("POST", "remove-imported-users")):
        answer = admin.request(method, f"/user-storage/x/{tail}", 404)
        assert answer.json() == {"error": "Could not find component"}
    assert "LDAP" in admin.request("POST", "/testLDAPConnection", 400, json={}).text
    assert admin.request("POST", "/ldap-server-capabilities", 200, json={}).json() == []
    made = admin.request("POST", "/components", 201, json={
        "name": "people", "providerId": "ldap", "config": {"editMode": ["READ_ONLY"]},
        "providerType": "org.keycloak.storage.UserStorageProvider"})
    storage = "/user-storage/" + made.headers["location"].rpartition("/")[2]
    assert admin.request("POST", storage + "/sync", 400).json() == {"error": "Missing action"}
    assert admin.request("POST", storage + "/sync?action=x", 400).json() == {"error": "Unknown action: x"}
    admin.request("POST", storage + "/sync?action=triggerFullSync", 501)
    admin.request("DELETE", "/components/" + storage.rpartition("/")[2], 204)
    for method in ("GET", "PUT"):
        answer = admin.request(method, f"{I}/instances/x/management/permissions", 501, json={})
        assert answer.json()["error"] == "Feature not enabled"
