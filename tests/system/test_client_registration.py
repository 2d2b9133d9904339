"""Client registration (OpenID Connect Dynamic Client Registration 1.0, RFC 7592) and Keycloak's own
form of it: who may, by which token, and what becomes of the token."""

import io
import threading
import zipfile

import pytest
import requests

from support import wait_for

PASSWORD = {"type": "password", "value": "pw"}


def person(name, **more):
    return {"username": name, "enabled": True, "email": name + "@example.org", "firstName": "A",
            "lastName": "B", "credentials": [PASSWORD], **more}


REALM = {"realm": "reg", "enabled": True, "sslRequired": "none", "eventsEnabled": True, "users": [
    person("maker", clientRoles={"realm-management": ["create-client"]}),
    person("manager", clientRoles={"realm-management": ["manage-clients", "view-clients"]}),
    person("viewer", clientRoles={"realm-management": ["view-clients"]}), person("nobody")]}
OTHER = {"realm": "reg2", "enabled": True, "sslRequired": "none"}


@pytest.fixture(scope="module")
def server(shared):
    server = shared.server(REALM)
    server.admin("reg").create_realm(OTHER)
    return server


@pytest.fixture
def admin(server):
    return server.admin("reg")


class Registrar:
    """Speaks to the endpoints with one token, or none."""

    def __init__(self, server, token=None, realm="reg"):
        self.url = f"{server.url}/realms/{realm}/clients-registrations"
        self.token = token

    def __call__(self, method, path, expect, **more):
        headers = more.pop("headers", {})
        if self.token:
            headers = {"authorization": "Bearer " + self.token, **headers}
        answer = requests.request(method, self.url + path, headers=headers, timeout=60, **more)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text[:500]}"
        return answer


def as_user(server, name):
    answer = requests.post(server.endpoint("token", "reg"), timeout=60, data={
        "client_id": "admin-cli", "grant_type": "password", "username": name, "password": "pw"})
    return Registrar(server, answer.json()["access_token"])


def initial(server, admin, **wanted):
    made = admin.request("POST", "/clients-initial-access", 201, json=wanted)
    assert made.headers["location"].endswith("/clients-initial-access/" + made.json()["id"])
    return made.json(), Registrar(server, made.json()["token"])


def test_discovery_names_the_endpoint(server):
    document = requests.get(server.url + "/realms/reg/.well-known/openid-configuration", timeout=60)
    assert document.json()["registration_endpoint"] == \
        server.url + "/realms/reg/clients-registrations/openid-connect"


def test_nobody_registers_without_a_token(server, admin):
    anybody = Registrar(server)
    for path, body in (("/default", {"clientId": "x"}), ("/openid-connect", {"client_name": "x"})):
        answer = anybody("POST", path, 403, json=body)
        assert answer.json() == {"error": "insufficient_scope", "error_description":
                                 "Policy 'Trusted Hosts' rejected request to client-registration "
                                 "service. Details: Host not trusted."}
    for method in ("GET", "PUT", "DELETE"):
        for name in ("account", "nosuch"):
            answer = anybody(method, "/default/" + name, 401, json={"clientId": name})
            assert answer.json()["error"] == "invalid_token"
    anybody("GET", "/install/account", 401)
    assert anybody("POST", "/nosuch", 404, json={}).json() == {
        "error": "Client registration provider not found"}
    for token in ("x", "a.b.c", admin.bearer()["authorization"].split()[1]):
        answer = Registrar(server, token)("POST", "/default", 401, json={"clientId": "x"})
        assert answer.json() == {"error": "invalid_token",
                                 "error_description": "Failed decode token"}
    Registrar(server, realm="nosuch")("POST", "/default", 404, json={})
    assert admin.get("/clients", clientId="x") == []


def test_an_administrator_registers_by_the_roles_that_they_have(server, admin):
    for who in ("nobody", "viewer"):
        answer = as_user(server, who)("POST", "/default", 403, json={"clientId": "mine"})
        assert answer.json() == {"error": "insufficient_scope", "error_description": "Forbidden"}
    maker, manager = as_user(server, "maker"), as_user(server, "manager")
    answer = maker("POST", "/default", 201, json={"clientId": "mine", "redirectUris": ["https://a/*"]})
    made = answer.json()
    assert answer.headers["location"] == f"{maker.url}/default/mine"
    assert made["clientId"] == "mine" and len(made["secret"]) == 86 and made["registrationAccessToken"]
    assert admin.get(f"/clients/{made['id']}")["webOrigins"] == ["https://a"]
    maker("GET", "/default/mine", 403), maker("GET", "/default/nosuch", 403)
    as_user(server, "nobody")("GET", "/default/mine", 403)
    shown = as_user(server, "viewer")("GET", "/default/mine", 200).json()
    assert shown["id"] == made["id"] and "registrationAccessToken" not in shown
    as_user(server, "viewer")("DELETE", "/default/mine", 403)
    assert manager("GET", "/default/nosuch", 404).json() == {
        "error": "invalid_request", "error_description": "Client not found"}
    assert manager("PUT", "/default/mine", 400, json={"clientId": "other"}).json() == {
        "error": "invalid_client_metadata", "error_description": "Client Identifier modified"}
    manager("PUT", "/default/mine", 400, json={})
    changed = manager("PUT", "/default/mine", 200, json={"clientId": "mine", "name": "N"}).json()
    assert changed["name"] == "N" and "registrationAccessToken" not in changed
    assert manager("POST", "/default", 400, json={"clientId": "mine"}).json() == {
        "error": "invalid_client_metadata", "error_description": "Client Identifier in use"}
    for bad, error in (({"clientId": "b", "rootUrl": "zz"}, "invalid_client_metadata"),
                       ({"clientId": "b", "redirectUris": ["javascript:x"]}, "invalid_redirect_uri"),
                       ({"clientId": "b", "nosuch": 1}, "nosuch"), ([], "object")):
        assert error in manager("POST", "/default", 400, json=bad).text
    manager("POST", "/default", 400, data="{")
    installed = manager("GET", "/install/mine", 200).json()
    assert installed["resource"] == "mine" and installed["credentials"]["secret"] == made["secret"]
    manager("DELETE", "/default/mine", 204)
    manager("DELETE", "/default/mine", 404)
    assert admin.get("/clients", clientId="mine") == []


def test_an_initial_access_token_makes_so_many_clients(server, admin):
    given, holder = initial(server, admin, count=2, expiration=1000)
    assert given["remainingCount"] == given["count"] == 2 and given["expiration"] == 1000
    holder("POST", "/default", 201, json={"clientId": "first"})
    # What is refused costs nothing.
    holder("POST", "/default", 400, json={"clientId": "first"})
    holder("POST", "/default", 400, json={"clientId": "bad", "rootUrl": "zz"})
    listed = [one for one in admin.get("/clients-initial-access") if one["id"] == given["id"]]
    assert listed == [{**{k: v for k, v in given.items() if k != "token"}, "remainingCount": 1}]
    holder("POST", "/openid-connect", 201, json={"client_name": "second"})
    answer = holder("POST", "/default", 401, json={"clientId": "third"})
    assert answer.json() == {"error": "invalid_token", "error_description":
                             "No remaining count on initial access token"}
    for method in ("GET", "PUT", "DELETE"):
        answer = holder(method, "/default/first", 401, json={"clientId": "first"})
        assert answer.json()["error_description"] == "Not initial access token allowed"
    # It is a token of this realm, and for nothing else.
    Registrar(server, given["token"], "reg2")("POST", "/default", 401, json={"clientId": "x"})
    for path in ("/admin/realms/reg/clients", "/realms/reg/protocol/openid-connect/userinfo"):
        answer = requests.get(server.url + path, timeout=60,
                              headers={"authorization": "Bearer " + given["token"]})
        assert answer.status_code == 401
    admin.request("DELETE", f"/clients-initial-access/{given['id']}", 204)
    admin.request("DELETE", f"/clients-initial-access/{given['id']}", 204)
    assert given["id"] not in [one["id"] for one in admin.get("/clients-initial-access")]
    holder("POST", "/default", 401, json={"clientId": "third"})


def test_initial_access_tokens_end(server, admin):
    _, holder = initial(server, admin, expiration=2, count=5)

    def refused():
        # What cannot be made costs nothing, and says until when the token counts.
        return requests.post(holder.url + "/default", json={"rootUrl": "zz"}, timeout=60, headers={
            "authorization": "Bearer " + holder.token}).status_code

    assert refused() == 400
    wait_for(lambda: refused() == 401, "the token expires")
    holder("POST", "/default", 401, json={"clientId": "late"})
    kept, holder = initial(server, admin)
    assert kept["expiration"] == 0 and kept["count"] == 1
    for bad in ({"expiration": -1}, {"count": "x"}, {"count": 10**9}, {"expiration": 10**12},
                {"nosuch": 1}, []):
        admin.request("POST", "/clients-initial-access", 400, json=bad)
    viewer = as_user(server, "viewer").token
    assert requests.post(f"{server.url}/admin/realms/reg/clients-initial-access", json={}, timeout=60,
                         headers={"authorization": "Bearer " + viewer}).status_code == 403
    # Another realm's id deletes nothing.
    other, _ = initial(server, admin)
    server.admin("reg2").request("DELETE", f"/clients-initial-access/{other['id']}", 204)
    assert other["id"] in [one["id"] for one in admin.get("/clients-initial-access")]


def test_of_many_at_once_only_so_many_are_made(server, admin):
    _, holder = initial(server, admin, count=3)
    answers = []

    def register(i):
        answers.append(requests.post(holder.url + "/default", json={"clientId": f"race-{i}"}, timeout=60,
                                     headers={"authorization": "Bearer " + holder.token}).status_code)

    threads = [threading.Thread(target=register, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] * 3 + [401] * 7
    assert len(admin.get("/clients", clientId="race-", search="true")) == 3


def test_a_registration_access_token_is_another_after_each_change(server, admin):
    _, holder = initial(server, admin)
    made = holder("POST", "/default", 201, json={"clientId": "own"}).json()
    first = Registrar(server, made["registrationAccessToken"])
    assert first("GET", "/default/own", 200).json()["registrationAccessToken"] == first.token
    first("GET", "/default/account", 401), first("GET", "/default/nosuch", 401)
    first("DELETE", "/default/account", 401)
    first("POST", "/default", 403, json={"clientId": "own2"})
    first("PUT", "/default/own", 400, json={"clientId": "own", "rootUrl": "zz"})
    changed = first("PUT", "/default/own", 200, json={"clientId": "own", "name": "N"}).json()
    second = Registrar(server, changed["registrationAccessToken"])
    assert second.token != first.token and changed["name"] == "N"
    first("PUT", "/default/own", 401, json={"clientId": "own", "name": "M"})
    first("GET", "/default/own", 401)
    assert second("GET", "/openid-connect/own", 200).json()["client_name"] == "N"
    third = Registrar(server, admin.request(
        "POST", f"/clients/{made['id']}/registration-access-token", 200).json()["registrationAccessToken"])
    second("GET", "/default/own", 401)
    Registrar(server, third.token, "reg2")("GET", "/default/own", 401)
    third("GET", "/install/own", 200)
    third("DELETE", "/default/own", 204)
    third("GET", "/default/own", 401)
    # A client of the same id gets no old token back.
    admin.request("POST", "/clients", 201, json={"clientId": "own", "id": made["id"]})
    third("GET", "/default/own", 401)
    admin.request("DELETE", f"/clients/{made['id']}", 204)


def test_only_one_of_two_changes_by_one_token_is_made(server, admin):
    _, holder = initial(server, admin)
    made = holder("POST", "/default", 201, json={"clientId": "twice"}).json()
    answers = []

    def change(i):
        answers.append(requests.put(holder.url + "/default/twice", timeout=60,
                                    json={"clientId": "twice", "attributes": {f"n{i}": "x"}}, headers={
                                        "authorization": "Bearer " + made["registrationAccessToken"]}
                                    ).status_code)

    threads = [threading.Thread(target=change, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [401] * 5


def test_who_registers_gives_itself_no_more_than_the_realm_allows(server, admin):
    admin.request("POST", "/users", 201, json={"username": "bait"})
    manager = as_user(server, "manager")
    mapper = {"name": "p", "protocol": "openid-connect", "config": {},
              "protocolMapper": "oidc-hardcoded-role-mapper"}
    answer = manager("POST", "/default", 403, json={"clientId": "greedy", "protocolMappers": [mapper]})
    assert "Allowed Protocol Mapper Types" in answer.json()["error_description"]
    for body in ({"defaultClientScopes": ["nosuch"]}, {"optionalClientScopes": ["email", "nosuch"]}):
        answer = manager("POST", "/default", 403, json={"clientId": "greedy", **body})
        assert "Allowed Client Scopes" in answer.json()["error_description"]
    answer = manager("POST", "/openid-connect", 403, json={"scope": "openid email"})
    assert "Allowed Client Scopes" in answer.json()["error_description"]
    assert admin.get("/clients", clientId="greedy") == []
    made = manager("POST", "/default", 201, json={"clientId": "modest", "protocolMappers": [
        {**mapper, "protocolMapper": "oidc-usermodel-attribute-mapper"}]}).json()
    own = Registrar(server, made["registrationAccessToken"])
    own("PUT", "/default/modest", 403, json={"clientId": "modest", "protocolMappers": [mapper]})
    # What an administrator gave it, it may keep.
    admin.request("PUT", f"/clients/{made['id']}", 204, json={"protocolMappers": [mapper]})
    kept = own("GET", "/default/modest", 200).json()["protocolMappers"]
    own("PUT", "/default/modest", 200, json={"clientId": "modest", "protocolMappers": kept})


def test_openid_registration_as_recorded(server, admin):
    _, holder = initial(server, admin, count=20)
    answer = holder("POST", "/openid-connect", 201, json={
        "redirect_uris": ["https://x/cb"], "client_name": "zz"})
    made = answer.json()
    name = made["client_id"]
    assert answer.headers["location"] == made["registration_client_uri"] == \
        f"{holder.url}/openid-connect/{name}"
    expected = {
        "redirect_uris": ["https://x/cb"], "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code", "none"],
        "client_name": "zz", "subject_type": "public", "request_uris": [],
        "tls_client_certificate_bound_access_tokens": False, "dpop_bound_access_tokens": False,
        "post_logout_redirect_uris": ["https://x/cb"], "client_secret_expires_at": 0,
        "backchannel_logout_session_required": False,
        "require_pushed_authorization_requests": False,
        "frontchannel_logout_session_required": False}
    assert {k: made[k] for k in expected} == expected
    assert made.keys() == expected.keys() | {
        "client_id", "client_secret", "scope", "client_id_issued_at", "registration_client_uri",
        "registration_access_token"}
    stored = admin.get("/clients", clientId=name)[0]
    assert stored["secret"] == made["client_secret"] and stored["webOrigins"] == ["https://x"]
    assert stored["attributes"]["backchannel.logout.session.required"] == "true"
    own = Registrar(server, made["registration_access_token"])
    shown = own("GET", "/openid-connect/" + name, 200).json()
    assert shown == {k: v for k, v in made.items() if k != "client_id_issued_at"}
    own("PUT", "/openid-connect/" + name, 400, json={"client_name": "n"})
    changed = own("PUT", "/openid-connect/" + name, 200, json={
        "client_id": name, "redirect_uris": ["https://y/cb"]}).json()
    assert changed["redirect_uris"] == ["https://y/cb"] and changed["client_name"] == "zz"
    assert changed["client_secret"] == made["client_secret"]
    assert changed["registration_access_token"] != made["registration_access_token"]
    Registrar(server, changed["registration_access_token"])("DELETE", "/openid-connect/" + name, 204)


def test_openid_metadata_becomes_a_client(server, admin):
    _, holder = initial(server, admin, count=50)

    def register(**metadata):
        made = holder("POST", "/openid-connect", 201, json={
            "redirect_uris": ["https://x/cb"], **metadata}).json()
        return made, admin.get("/clients", clientId=made["client_id"])[0]

    made, client = register(token_endpoint_auth_method="none")
    assert client["publicClient"] and "client_secret" not in made and not client.get("secret")
    made, client = register(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://x/jwks")
    assert client["clientAuthenticatorType"] == "client-jwt" and made["jwks_uri"] == "https://x/jwks"
    assert client["attributes"]["use.jwks.url"] == "true" and "client_secret" not in made
    made, client = register(grant_types=["client_credentials", "password"])
    assert (client["standardFlowEnabled"], client["serviceAccountsEnabled"],
            client["directAccessGrantsEnabled"]) == (False, True, True)
    assert made["grant_types"] == ["password", "client_credentials"] and made["response_types"] == []
    made, client = register(response_types=["code id_token"])
    assert client["implicitFlowEnabled"] and "code id_token token" in made["response_types"]
    made, client = register(scope="email phone")
    assert client["defaultClientScopes"] == ["basic"]
    assert set(client["optionalClientScopes"]) == {"email", "phone"} == set(made["scope"].split())
    made, client = register(subject_type="pairwise")
    assert made["subject_type"] == "pairwise"
    assert client["protocolMappers"][0]["protocolMapper"] == "oidc-sha256-pairwise-sub-mapper"
    made, client = register(jwks={"keys": []})
    assert made["jwks"] == {"keys": []} and client["attributes"]["use.jwks.string"] == "true"
    given = {
        "client_uri": "https://c", "logo_uri": "https://l", "policy_uri": "https://p",
        "tos_uri": "https://t", "post_logout_redirect_uris": ["https://x/out", "https://x/bye"],
        "backchannel_logout_uri": "https://b", "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://f", "frontchannel_logout_session_required": True,
        "id_token_signed_response_alg": "ES256", "request_uris": ["https://r"],
        "request_object_encryption_alg": "ECDH-ES", "request_object_encryption_enc": "A256GCM",
        "default_acr_values": ["1"]}
    made, client = register(contacts=["a@b"], software_id="x", **given)
    assert {k: made[k] for k in given} == given
    attributes = client["attributes"]
    assert attributes["post.logout.redirect.uris"] == "https://x/out##https://x/bye"
    assert attributes["backchannel.logout.url"] == "https://b" and client["frontchannelLogout"]
    for bad, error in (({"client_id": "mine"}, "Client Identifier included"),
                       ({"nosuch": 1}, "$.nosuch"), ({"redirect_uris": "x"}, "$.redirect_uris"),
                       ({"redirect_uris": [[]]}, "$.redirect_uris"), ({"jwks": "x"}, "$.jwks"),
                       ({"token_endpoint_auth_method": "zz"}, "Client metadata invalid"),
                       ({"token_endpoint_auth_method": "private_key_jwt"}, "Client metadata invalid"),
                       ({"response_types": ["zz"]}, "Client metadata invalid"),
                       ({"response_types": [""]}, "Client metadata invalid"),
                       ({"subject_type": "zz"}, "$.subject_type"), ({"client_name": {}}, "$.client_name"),
                       ({"dpop_bound_access_tokens": "x"}, "$.dpop_bound_access_tokens"),
                       ({"redirect_uris": ["https://a#b"]}, "invalid_redirect_uri"),
                       ({"backchannel_logout_uri": "javascript:x"}, "illegal scheme"),
                       ({"client_name": "x" * 300}, "$.name")):
        assert error in holder("POST", "/openid-connect", 400, json=bad).text
    for body in ("", "{", "[]", "null", '{"client_name":"a","client_name":"b"}', '{"client_name":"\\u0000"}'):
        holder("POST", "/openid-connect", 400, data=body)


def test_a_registered_client_signs_in(server, admin):
    _, holder = initial(server, admin)
    made = holder("POST", "/openid-connect", 201, json={
        "redirect_uris": ["https://x/cb"], "grant_types": ["client_credentials"]}).json()
    answer = requests.post(server.endpoint("token", "reg"), timeout=60, data={
        "client_id": made["client_id"], "client_secret": made["client_secret"],
        "grant_type": "client_credentials"})
    assert answer.status_code == 200, answer.text
    # Its own access token registers nothing.
    Registrar(server, answer.json()["access_token"])("POST", "/default", 403, json={"clientId": "x"})


SP = ('<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="sp1">'
      '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
      '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
      'Location="https://sp/acs" index="1"/></md:SPSSODescriptor></md:EntityDescriptor>')


def test_saml_metadata_registers_a_client(server, admin):
    _, holder = initial(server, admin, count=2)
    xml = {"headers": {"content-type": "application/xml"}}
    made = holder("POST", "/saml2-entity-descriptor", 201, data=SP, **xml).json()
    assert made["clientId"] == "sp1" and made["protocol"] == "saml"
    for bad in ("<x/>", "", SP[:-5], '<!DOCTYPE a [<!ENTITY b "c">]>' + SP):
        holder("POST", "/saml2-entity-descriptor", 400, data=bad, **xml)
    own = Registrar(server, made["registrationAccessToken"])
    assert own("GET", "/openid-connect/sp1", 400).json()["error"] == "invalid_client"
    own("DELETE", "/default/sp1", 204)


def test_small_calls_of_a_client(server, admin):
    made = admin.request("POST", "/clients", 201, json={"clientId": "small"})
    path = "/clients/" + made.headers["location"].rpartition("/")[2]
    assert admin.request("GET", path + "/client-secret/rotated", 404).json() == {
        "error": "Client does not have a rotated secret"}
    admin.request("PUT", path, 204, json={"attributes": {
        "client.secret.rotated": "old", "client.secret.rotated.expiration.time": "4102444800", "a": "b"}})
    assert admin.get(path + "/client-secret/rotated") == {"type": "secret", "value": "old"}
    admin.request("DELETE", path + "/client-secret/rotated", 204)
    admin.request("GET", path + "/client-secret/rotated", 404)
    assert admin.get(path)["attributes"]["a"] == "b"
    assert admin.request("GET", path + "/service-account-user", 400).json() == {
        "error": "Service account not enabled for the client 'small'"}
    admin.request("PUT", path, 204, json={"serviceAccountsEnabled": True})
    assert admin.get(path + "/service-account-user")["username"] == "service-account-small"
    token = admin.request("POST", path + "/registration-access-token", 200).json()
    assert token["secret"] == "**********"
    Registrar(server, token["registrationAccessToken"])("GET", "/default/small", 200)
    for method, call in (("GET", path + "/management/permissions"), ("GET", "/client-types"),
                         ("PUT", path + "/management/permissions"), ("PUT", "/client-types")):
        answer = admin.request(method, call, 501, json={"enabled": True})
        assert answer.json()["error"] == "Feature not enabled"
    for call in ("", "/resource-server", "/resource-server/resource/x"):
        answer = admin.request("GET", path + "/authz" + call, 404)
        assert answer.json()["error"] == "HTTP 404 Not Found"
    admin.request("PUT", path, 204, json={"authorizationServicesEnabled": True})
    for call in ("", "/resource-server", "/resource-server/resource/x"):
        answer = admin.request("GET", path + "/authz" + call, 501)
        assert "Authorization services" in answer.json()["error_description"]
    for call in ("authz/protection/resource_set", ".well-known/uma2-configuration"):
        assert requests.get(f"{server.url}/realms/reg/{call}", timeout=60).status_code == 501
    for call in ("/client-secret/rotated", "/service-account-user", "/installation/providers/keycloak-saml",
                 "/authz/resource-server/policy"):
        assert admin.request("GET", "/clients/nosuch" + call, 404).json() == {
            "error": "Could not find client"}
    admin.request("POST", "/clients/nosuch/registration-access-token", 404)
    admin.request("DELETE", path, 204)


def test_files_for_adapters(server, admin):
    made = admin.request("POST", "/clients", 201, json={"clientId": "a<b>&", "secret": "s&t"})
    path = "/clients/" + made.headers["location"].rpartition("/")[2] + "/installation/providers/"
    answer = admin.request("GET", path + "keycloak-oidc-keycloak-json", 200)
    assert answer.headers["content-type"] == "text/plain" and answer.json() == {
        "realm": "reg", "auth-server-url": server.url + "/", "ssl-required": "none", "resource": "a<b>&",
        "credentials": {"secret": "s&t"}, "confidential-port": 0}
    xml = admin.request("GET", path + "keycloak-oidc-jboss-subsystem", 200).text
    assert "<resource>a&lt;b&gt;&amp;</resource>" in xml and "s&amp;t</credential>" in xml
    assert "credential=secret:add(value=s&t)" in \
        admin.request("GET", path + "keycloak-oidc-jboss-subsystem-cli", 200).text
    assert admin.request("GET", path + "nosuch", 404).json() == {"error": "Unknown Provider"}
    made = admin.request("POST", "/clients", 201, json={
        "clientId": "https://sp/md", "protocol": "saml", "attributes": {
            "saml.client.signature": "true", "saml.signing.certificate": "MIIBsigning",
            "saml.signing.private.key": "MIIBkey", "saml.force.post.binding": "true",
            "saml_assertion_consumer_url_post": "https://sp/acs", "saml_name_id_format": "email"}})
    path = "/clients/" + made.headers["location"].rpartition("/")[2] + "/installation/providers/"
    for provider, part in (
            ("keycloak-saml", "<keycloak-saml-adapter>"), ("keycloak-saml", "MIIBkey"),
            ("keycloak-saml-subsystem", '<secure-deployment name="YOUR-WAR.war">'),
            ("keycloak-saml-subsystem-cli", 'CertificatePem="MIIBsigning")'),
            ("saml-sp-descriptor", 'Location="https://sp/acs" isDefault="true" index="1"'),
            ("saml-sp-descriptor", "nameid-format:emailAddress")):
        assert part in admin.request("GET", path + provider, 200).text
    answer = admin.request("GET", path + "mod-auth-mellon", 200)
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None and archive.namelist() == [
        "https:__sp_md/" + name for name in ("idp-metadata.xml", "sp-metadata.xml",
                                             "client-private-key.pem", "client-cert.pem")]
    assert b"EntityDescriptor" in archive.read("https:__sp_md/idp-metadata.xml")
