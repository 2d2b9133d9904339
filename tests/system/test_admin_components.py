"""Components and keys by the admin API: what is stored, what is refused, and what a key provider
does to the tokens that are signed and verified."""

import base64
import json
import secrets
import subprocess

import jwt
import pytest
import requests

from support import realm as realms

KEYS = "org.keycloak.keys.KeyProvider"
POLICIES = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture
def admin(server):
    """A realm of the test's own, with a client that has a service account."""
    name = "keys-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed({
        "realm": name, "enabled": True, "sslRequired": "none", "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": True, "clients": [
            {"clientId": "batch", "secret": "s", "serviceAccountsEnabled": True}]}))
    return server.admin(name)


def create(admin, provider, kind=KEYS, expect=201, name="one", **config):
    answer = admin.request("POST", "/components", expect, json={
        "name": name, "providerId": provider, "providerType": kind,
        "config": {key: value if isinstance(value, list) else [value]
                   for key, value in config.items()}})
    return answer.headers["Location"].rsplit("/", 1)[1] if expect == 201 else answer.json()


def put(admin, component, expect=204, **config):
    return admin.request("PUT", f"/components/{component}", expect, json={
        "config": {key: [value] for key, value in config.items()}})


def token(admin):
    answer = requests.post(admin.server.endpoint("token", admin.realm), timeout=30,
                           auth=("batch", "s"), data={"grant_type": "client_credentials"})
    assert answer.ok, answer.text
    return answer.json()["access_token"]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def is_active(admin, token):
    answer = requests.post(admin.server.endpoint("token/introspect", admin.realm), timeout=30,
                           auth=("batch", "s"), data={"token": token})
    return answer.json()["active"]


def certs(admin):
    answer = requests.get(admin.server.endpoint("certs", admin.realm), timeout=30)
    return {one["kid"]: one for one in answer.json()["keys"]}


def key_of(admin, component):
    return next(one for one in admin.get("/keys")["keys"] if one["providerId"] == component)


def pem(kind="rsa:2048"):
    return subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
                           "rsa_keygen_bits:2048"], check=True, capture_output=True,
                          text=True).stdout


def test_a_new_key_signs_an_old_one_verifies_until_it_is_disabled(admin):
    first = token(admin)
    old = next(one["providerId"] for one in admin.get("/keys")["keys"]
               if one["kid"] == kid(first))
    new = create(admin, "rsa-generated", priority="200")
    second = token(admin)
    assert kid(second) == key_of(admin, new)["kid"] == admin.get("/keys")["active"]["RS256"]
    assert set(certs(admin)) >= {kid(first), kid(second)}
    assert is_active(admin, first) and is_active(admin, second)
    # Passive: signs no more, still verifies.
    put(admin, new, active="false")
    assert kid(token(admin)) == kid(first) and is_active(admin, second)
    assert key_of(admin, new)["status"] == "PASSIVE" and kid(second) in certs(admin)
    # Disabled: it is as if it were not there.
    put(admin, new, active="true", enabled="false")
    assert not is_active(admin, second) and kid(second) not in certs(admin)
    assert key_of(admin, new)["status"] == "DISABLED"
    put(admin, new, enabled="true")
    assert is_active(admin, second) and kid(token(admin)) == kid(second)
    admin.request("DELETE", f"/components/{old}", 204)
    assert kid(first) not in certs(admin) and not is_active(admin, first)
    admin.request("GET", f"/components/{old}", 404)


@pytest.mark.parametrize("provider, config, algorithm, kind", [
    ("rsa-generated", {"algorithm": "PS384", "keySize": "3072"}, "PS384", "RSA"),
    ("hmac-generated", {"algorithm": "HS384"}, "HS384", "OCT"),
    ("ecdsa-generated", {}, "ES256", "EC"),
    ("ecdsa-generated", {"ecdsaEllipticCurveKey": "P-521", "ecGenerateCertificate": "true"},
     "ES512", "EC"),
    ("eddsa-generated", {}, "EdDSA", "OKP")])
def test_generated_keys_sign(admin, provider, config, algorithm, kind):
    component = create(admin, provider, priority="7", **config)
    shown = key_of(admin, component)
    assert shown["status"] == "ACTIVE" and shown["use"] == "SIG" and shown["type"] == kind
    assert shown["algorithm"] == algorithm and shown["providerPriority"] == 7
    admin.request("PUT", "", 204, json={"defaultSignatureAlgorithm": algorithm})
    signed = token(admin)
    assert jwt.get_unverified_header(signed) == {"alg": algorithm, "typ": "JWT",
                                                 "kid": shown["kid"]}
    assert is_active(admin, signed)
    if kind != "OCT":
        public = jwt.PyJWK(certs(admin)[shown["kid"]])
        assert jwt.decode(signed, public.key, algorithms=[algorithm],
                          options={"verify_aud": False})
        assert ("certificate" in shown) == ("x5c" in certs(admin)[shown["kid"]])
    else:
        assert shown["kid"] not in certs(admin)


@pytest.mark.parametrize("provider, algorithm", [
    ("rsa-enc-generated", "RSA-OAEP"), ("aes-generated", "AES"), ("ecdh-generated", "ECDH-ES")])
def test_generated_keys_encrypt(admin, provider, algorithm):
    shown = key_of(admin, create(admin, provider))
    assert shown["use"] == "ENC" and shown["algorithm"] == algorithm


def test_an_imported_key_signs_and_stays_when_masked(admin):
    text = pem()
    component = create(admin, "rsa", privateKey=text, priority="300")
    shown = admin.get(f"/components/{component}")
    assert shown["config"]["privateKey"] == ["**********"]
    assert base64.b64decode(shown["config"]["certificate"][0])
    first = kid(token(admin))
    assert first == key_of(admin, component)["kid"]
    admin.request("PUT", f"/components/{component}", 204, json={**shown, "name": "renamed"})
    after = admin.get(f"/components/{component}")
    assert after == {**shown, "name": "renamed"} and kid(token(admin)) == first
    put(admin, component, priority="301")
    assert kid(token(admin)) == first
    put(admin, component, 400, privateKey=pem())
    assert kid(token(admin)) == first
    everything = json.dumps([admin.get("/components"), admin.get("/admin-events", max=1000)])
    assert text.splitlines()[5] not in everything and "PRIVATE KEY" not in everything


def test_another_size_makes_another_key(admin):
    component = create(admin, "rsa-generated", keySize="2048")
    before = key_of(admin, component)
    put(admin, component, priority="5")
    assert key_of(admin, component)["kid"] == before["kid"]
    put(admin, component, keySize="3072")
    after = key_of(admin, component)
    assert after["kid"] != before["kid"] and len(after["publicKey"]) > len(before["publicKey"])


@pytest.mark.parametrize("provider, config, text", [
    ("rsa-generated", {"priority": "x"}, "'Priority' should be a number"),
    ("rsa-generated", {"priority": ["1", "2"]}, "'Priority' should be a single entry"),
    ("rsa-generated", {"keySize": "1000"}, "'Key size' should be 2048, 3072 or 4096"),
    ("rsa-generated", {"keySize": "1024"}, "'Key size' should be 2048, 3072 or 4096"),
    ("rsa-generated", {"enabled": "x"}, "'Enabled' should be 'true' or 'false'"),
    ("rsa-generated", {"active": "x"}, "'Active' should be 'true' or 'false'"),
    ("rsa-generated", {"algorithm": "HS256"},
     "'Algorithm' should be RS256, RS384, RS512, PS256, PS384 or PS512"),
    ("hmac-generated", {"secretSize": "8"},
     "'Secret size' should be 16, 24, 32, 64, 128, 256 or 512"),
    ("ecdsa-generated", {"ecdsaEllipticCurveKey": "P-999"},
     "'Elliptic Curve' should be P-256, P-384 or P-521"),
    ("eddsa-generated", {"eddsaEllipticCurveKey": "Ed448"}, "'Elliptic Curve' should be Ed25519"),
    ("rsa", {}, "'Private RSA Key' is required"),
    ("rsa", {"privateKey": "x"}, "Failed to decode private key"),
    ("rsa-enc", {"privateKey": "**********"}, "'Private RSA Key' is required"),
    ("java-keystore", {"keystore": "/etc/passwd"},
     "This server reads no Java keystores: import the key in PEM by the provider 'rsa'")])
def test_what_a_key_provider_cannot_be(admin, provider, config, text):
    before = admin.get("/keys")
    assert create(admin, provider, expect=400, **config) == {"errorMessage": text}
    assert admin.get("/keys") == before


def test_a_certificate_of_another_key(admin):
    certificate = key_of(admin, create(admin, "rsa-generated"))["certificate"]
    text = pem()
    assert create(admin, "rsa", expect=400, privateKey=text, certificate=certificate) == {
        "errorMessage": "Certificate does not match private key"}
    assert create(admin, "rsa", expect=400, privateKey=text, certificate="x") == {
        "errorMessage": "Failed to decode certificate"}


@pytest.mark.parametrize("body", [
    {"name": "k"}, {"name": "k", "providerId": "nope", "providerType": KEYS},
    {"name": "k", "providerId": "rsa-generated", "providerType": "nope"},
    {"name": "k", "providerId": "rsa-generated", "providerType": "<script>alert(1)</script>"}])
def test_providers_that_are_not_there(admin, body):
    answer = admin.request("POST", "/components", 400, json=body)
    assert answer.json() == {"error": "Invalid provider type or no such provider"}


@pytest.mark.parametrize("body", [
    {"nosuch": 1}, {"config": {"priority": 1}}, {"config": []}, {"name": {}}, []])
def test_bodies_that_cannot_be(admin, body):
    if isinstance(body, dict):
        body = {"providerId": "rsa-generated", "providerType": KEYS, **body}
    assert admin.request("POST", "/components", 400, json=body).json()["error"]


def test_lists_and_filters(admin, server):
    one = create(admin, "hmac-generated", name="a'; drop table component; --")
    realm = admin.get()["id"]
    everything = admin.get("/components")
    assert {"id": one, "name": "a'; drop table component; --", "providerId": "hmac-generated",
            "providerType": KEYS, "parentId": realm, "config": {}} in everything
    assert all(one["providerType"] == KEYS for one in admin.get("/components", type=KEYS))
    assert len(admin.get("/components", parent=realm)) == len(everything)
    assert [each["id"] for each in admin.get("/components", name="a'; drop table component; --",
                                             type=KEYS, parent=realm)] == [one]
    for query in ({"parent": "nope"}, {"type": "nope"}, {"name": "nope"}):
        assert admin.get("/components", **query) == []
    assert len(admin.get("/components", type=POLICIES)) == 10
    for method in ("GET", "PUT", "DELETE"):
        answer = server.admin().request(method, f"/components/{one}", 404, json={"name": "x"})
        assert answer.json() == {"error": "Could not find component"}
    assert admin.get(f"/components/{one}")


def test_an_id_of_ones_own_and_a_second_time(admin, server):
    body = {"id": "id-" + secrets.token_hex(8), "name": "x", "providerId": "hmac-generated",
            "providerType": KEYS}
    admin.request("POST", "/components", 201, json=body)
    assert admin.request("POST", "/components", 409, json=body).json()["error"] == "conflict"
    server.admin().request("POST", "/components", 409, json=body)


@pytest.mark.parametrize("parent", ["nowhere", "master"])
def test_below_what_is_not_there_a_component_is_kept_and_does_nothing(admin, parent):
    keys = admin.get("/keys")
    body = {"name": "x", "providerId": "rsa-generated", "providerType": KEYS, "parentId": parent,
            "config": {"priority": ["777"]}}
    path = admin.request("POST", "/components", 201, json=body).headers["location"].split("/realms/")[1]
    path = "/" + path.split("/", 1)[1]
    assert [one["parentId"] for one in admin.get("/components", parent=parent)] == [parent]
    assert admin.get("/keys") == keys
    admin.request("PUT", path, 204, json={"parentId": admin.get()["id"]})
    assert len(admin.get("/keys")["keys"]) == len(keys["keys"]) + 1
    admin.request("DELETE", path, 204)
    assert admin.get("/keys") == keys


def test_what_nothing_works_by_is_kept(admin):
    ldap = create(admin, "ldap", "org.keycloak.storage.UserStorageProvider",
                  bindCredential="hidden", editMode="READ_ONLY", vendor="other")
    shown = admin.get(f"/components/{ldap}")
    assert shown["config"]["bindCredential"] == ["**********"]
    put(admin, ldap, bindCredential="**********", vendor="")
    below = len(admin.get("/components", parent=ldap))
    assert "vendor" not in admin.get(f"/components/{ldap}")["config"]
    admin.request("POST", "/components", 201, json={
        "name": "mapper", "providerId": "full-name-ldap-mapper", "parentId": ldap,
        "providerType": "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"})
    assert len(admin.get("/components", parent=ldap)) == below + 1
    admin.request("DELETE", f"/components/{ldap}", 204)
    assert admin.get("/components", parent=ldap) == []


@pytest.mark.parametrize("config, attribute, mappers", [
    ({"editMode": "READ_ONLY", "usernameLDAPAttribute": "uid"}, "krb5PrincipalName", {
        "username": ("uid", "true", "false", "true"), "email": ("mail", "true", "false", "false"),
        "first name": ("cn", "true", "true", "true"), "last name": ("sn", "true", "true", "true"),
        "creation date": ("createTimestamp", "true", "true", "false"),
        "modify date": ("modifyTimestamp", "true", "true", "false")}),
    ({"editMode": "WRITABLE", "vendor": "ad", "usernameLDAPAttribute": "CN"}, "userPrincipalName", {
        "username": ("CN", "false", "false", "true"), "email": ("mail", "false", "false", "false"),
        "first name": ("givenName", "false", "true", "true"),
        "last name": ("sn", "false", "true", "true"),
        "creation date": ("whenCreated", "true", "true", "false"),
        "modify date": ("whenChanged", "true", "true", "false")}),
    ({"editMode": "UNSYNCED", "vendor": "rhds", "krbPrincipalAttribute": "own"}, "own", None)])
def test_the_mappers_of_a_new_directory(admin, config, attribute, mappers):
    ldap = create(admin, "ldap", "org.keycloak.storage.UserStorageProvider", **config)
    assert admin.get(f"/components/{ldap}")["config"]["krbPrincipalAttribute"] == [attribute]
    below = {one["name"]: one for one in admin.get("/components", parent=ldap)}
    assert below.pop("Kerberos principal attribute mapper")["config"] == {}
    control = below.pop("MSAD account controls", {"config": None})["config"]
    assert control == ({"always.read.enabled.value.from.ldap": ["true"]} if "ad" in config.values()
                       else None)
    found = {name: tuple(one["config"][key][0] for key in (
        "ldap.attribute", "read.only", "always.read.value.from.ldap", "is.mandatory.in.ldap"))
        for name, one in below.items() if name != "username" or mappers}
    if mappers:
        assert found == mappers
        assert below["username"]["config"]["user.model.attribute"] == ["username"]
    else:
        assert {values[1:] for values in found.values()} == {("true", "false", "true"),
                                                             ("true", "false", "false")}
    admin.request("DELETE", f"/components/{ldap}", 204)
    assert create(admin, "ldap", "org.keycloak.storage.UserStorageProvider", 400) == {
        "errorMessage": "Edit Mode is mandatory"}


def test_policies(admin):
    assert create(admin, "max-clients", POLICIES, 400, **{"max-clients": "x"}) == {
        "errorMessage": "'Max Clients Per Realm' should be a number"}
    assert create(admin, "trusted-hosts", POLICIES, 400) == {
        "errorMessage": "'Host Sending Client Registration Request Must Match' is required"}
    one = create(admin, "max-clients", POLICIES, **{"max-clients": "20"})
    assert admin.get(f"/components/{one}")["config"] == {"max-clients": ["20"]}


def test_the_kinds_below_a_component(admin):
    one = create(admin, "hmac-generated")
    kinds = admin.get(f"/components/{one}/sub-component-types", type=KEYS)
    assert {"rsa", "rsa-generated", "eddsa-generated"} <= {each["id"] for each in kinds}
    answer = admin.request("GET", f"/components/{one}/sub-component-types", 400)
    assert answer.json() == {"error": "must specify a subtype"}
    answer = admin.request("GET", "/components/nope/sub-component-types", 404)
    assert answer.json() == {"error": "Could not find parent component"}


def test_changes_are_told_to_the_admin_events(admin):
    one = create(admin, "hmac-generated")
    put(admin, one, priority="3")
    admin.request("DELETE", f"/components/{one}", 204)
    told = admin.get("/admin-events", resourcePath=f"components/{one}", direction="asc")
    assert [each["operationType"] for each in told] == ["CREATE", "UPDATE", "DELETE"]
    assert {each["resourceType"] for each in told} == {"COMPONENT"}
