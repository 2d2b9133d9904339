"""Answers that only the client can read (OpenID Connect Core section 16.14), opened by another
implementation; and keys of algorithms that nobody has set up."""

import base64
import concurrent.futures
import json

import jwt
import pytest
import requests
from jwcrypto import jwe, jwk

from conftest import World
from support import realm as realms
from support.browser import App, Tokens
from support.clock import Clock
from support.sink import verified

RSA = jwk.JWK.generate(kty="RSA", size=2048, use="enc", kid="rsa-1")
CURVES = {name: jwk.JWK.generate(kty="EC", crv=name, use="enc", kid=name)
          for name in ("P-256", "P-384", "P-521")}
SIGNING = jwk.JWK.generate(kty="RSA", size=2048, use="sig", kid="sig-1")
EVERY = ("A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512")
WAYS = [("RSA-OAEP", "RSA", ""), ("RSA-OAEP-256", "RSA", "A192GCM"),
        *[("RSA-OAEP", "RSA", encoding) for encoding in EVERY],
        *[("ECDH-ES", "P-256", encoding) for encoding in EVERY],
        ("ECDH-ES", "P-384", "A256CBC-HS512"), ("ECDH-ES", "P-521", "A128GCM"),
        ("ECDH-ES+A128KW", "P-256", "A128GCM"), ("ECDH-ES+A192KW", "P-384", "A192CBC-HS384"),
        ("ECDH-ES+A256KW", "P-521", "A256CBC-HS512")]


def keys(*which):
    return json.dumps({"keys": [json.loads(one.export_public()) for one in which]})


def key_of(name):
    return RSA if name == "RSA" else CURVES[name]


def direct(realm, client_id, **attributes):
    """A client that signs in by password."""
    realms.add_client(realm, client_id, "http://127.0.0.1:9", False)
    client = realms.client(realm, client_id)
    client.update(directAccessGrantsEnabled=True, publicClient=False, secret="secret")
    client["attributes"] |= {name.replace("__", "."): value for name, value in attributes.items()}
    return client


def wanting(realm, client_id, algorithm, encoding, jwks, **more):
    settings = {f"{kind}.encrypted.response.{end}": value for kind in ("id.token", "user.info")
                for end, value in (("alg", algorithm), ("enc", encoding)) if value}
    direct(realm, client_id, **{"use.jwks.string": "true", "jwks.string": jwks, **settings, **more})


def changed(realm):
    for number, (algorithm, name, encoding) in enumerate(WAYS):
        signed = {"user.info.response.signature.alg": "RS256"} if number % 2 else {}
        wanting(realm, f"way-{number}", algorithm, encoding, keys(SIGNING, key_of(name)), **signed)
    wanting(realm, "no-key", "RSA-OAEP", "", keys(SIGNING))
    wanting(realm, "other-key", "RSA-OAEP", "", keys(CURVES["P-256"]))
    wanting(realm, "no-keys", "RSA-OAEP", "", "")
    wanting(realm, "not-json", "RSA-OAEP", "", "{")
    wanting(realm, "unknown", "RSA1_5", "", keys(RSA))
    wanting(realm, "unknown-enc", "RSA-OAEP", "A128CTR", keys(RSA))


@pytest.fixture(scope="module")
def encrypted(shared):
    return World(shared, changed)


def app(server, client_id):
    return App(server, client_id, "http://127.0.0.1:9", "secret")


def sign_in(one, **more):
    return one.password_grant(scope="openid", **more)


def opened(text, key):
    """(header, content) of a JWE that `key` opens."""
    token = jwe.JWE()
    token.deserialize(text, key=key)
    return json.loads(token.objects["protected"]), token.payload.decode()


@pytest.mark.parametrize("number", range(len(WAYS)))
def test_only_the_client_can_read_it(encrypted, number):
    """B3.4: the algorithms are those of the client's row."""
    algorithm, name, encoding = WAYS[number]
    one, key = app(encrypted.server, f"way-{number}"), key_of(name)
    answer = sign_in(one).json()
    assert len(answer["access_token"].split(".")) == 3
    header, token = opened(answer["id_token"], key)
    assert (header["alg"], header["enc"]) == (algorithm, encoding or "A128CBC-HS256")
    assert (header["cty"], header["kid"]) == ("JWT", key["kid"])
    claims = verified(token, encrypted.server, f"way-{number}")[1]
    assert claims["preferred_username"] == "ada"
    told = requests.get(encrypted.server.endpoint("userinfo"), timeout=30,
                        headers={"Authorization": "Bearer " + answer["access_token"]})
    assert told.headers["content-type"].startswith("application/jwt")
    header, content = opened(told.text, key)
    if number % 2:
        assert header["cty"] == "JWT"
        found = verified(content, encrypted.server, f"way-{number}")[1]
    else:
        assert "cty" not in header
        found = json.loads(content)
    assert found["sub"] == claims["sub"]


@pytest.mark.parametrize("client_id", [
    "no-key", "other-key", "no-keys", "not-json", "unknown", "unknown-enc"])
def test_what_cannot_be_encrypted_is_not_given(encrypted, client_id):
    """B3.4: never in the clear instead."""
    answer = sign_in(app(encrypted.server, client_id))
    assert answer.status_code in (400, 500) and "id_token" not in answer.json(), answer.text
    # Without an ID token there is nothing to encrypt but userinfo.
    tokens = app(encrypted.server, client_id).password_grant().json()
    told = requests.get(encrypted.server.endpoint("userinfo"), timeout=30,
                        headers={"Authorization": "Bearer " + tokens["access_token"]})
    assert told.status_code != 200


def test_discovery_names_what_works(encrypted):
    found = requests.get(encrypted.server.realm_url() + "/.well-known/openid-configuration",
                         timeout=30).json()
    for kind in ("id_token", "userinfo"):
        assert set(found[kind + "_encryption_alg_values_supported"]) == {
            algorithm for algorithm, _, _ in WAYS}
        assert set(found[kind + "_encryption_enc_values_supported"]) == set(EVERY)
        assert {"RS256", "ES256", "EdDSA"} <= set(found[kind + "_signing_alg_values_supported"])


def test_keys_of_a_server_of_the_clients(new_world, make, tmp_path):
    """Asked once, again when no key fits, not without pause; what it said last counts while it
    is down."""
    clock, place = Clock(tmp_path), make.sink()
    place.page = keys(SIGNING).encode()

    def changed(realm):
        wanting(realm, "far", "RSA-OAEP", "", "", **{
            "use.jwks.string": "false", "use.jwks.url": "true", "jwks.url": place.url + "/keys"})
    world = new_world(changed, env=clock.environment())
    clock.servers.append(world.server)
    far = app(world.server, "far")
    asked = lambda: sum(one.path == "/keys" for one in place.requests)  # noqa: E731
    assert sign_in(far).status_code == 500 and asked() == 1
    assert sign_in(far).status_code == 500 and asked() == 1, "it is given a pause"
    place.page = keys(RSA).encode()
    clock.jump(60)
    tokens = sign_in(far).json()
    assert opened(tokens["id_token"], RSA)[0]["kid"] == "rsa-1" and asked() == 2
    clock.jump(120)
    tokens = far.refresh(Tokens(tokens)).json()
    assert opened(tokens["id_token"], RSA) and asked() == 2, "what it said is kept"
    place.stop()
    clock.jump(900)
    assert opened(sign_in(far).json()["id_token"], RSA)


def test_a_server_of_the_clients_that_is_hostile(new_world, make):
    """B3.4: what never ends, leads elsewhere, is no key or is no address of an application gives no
    key; the server goes on."""
    endless, elsewhere, junk = make.sink(), make.sink(), make.sink()
    endless.page = b" " * (300 << 10) + keys(RSA).encode()
    elsewhere.location, elsewhere.answers = junk.url + "/keys", [302] * 100
    junk.page = b'{"keys":[{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"},7,null]}'
    addresses = {"endless": endless.url, "elsewhere": elsewhere.url, "junk": junk.url,
                 "metadata": "http://169.254.169.254/keys", "file": "file:///etc/passwd",
                 "no-url": "keys"}

    def changed(realm):
        for name, url in addresses.items():
            wanting(realm, name, "RSA-OAEP", "", "", **{
                "use.jwks.string": "false", "use.jwks.url": "true", "jwks.url": url})
    world = new_world(changed)
    for name in addresses:
        answer = sign_in(app(world.server, name))
        assert answer.status_code == 500 and answer.json()["error"] == "server_error", name
    assert not junk.requests[1:], "redirects are not followed"
    assert world.shop.is_alive(world.shop.sign_in())


# ---- keys that the realm gets by itself

ALGORITHMS = ("RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384")


def certs(world):
    found = requests.get(world.server.endpoint("certs"), timeout=30).json()["keys"]
    assert len({one["kid"] for one in found}) == len(found)
    return {one["kid"]: one for one in found}


def test_a_realm_gets_the_key_that_a_client_asks_for(new_world):
    def changed(realm):
        for algorithm in ALGORITHMS:
            direct(realm, algorithm, **{
                "id.token.signed.response.alg": algorithm,
                "access.token.signed.response.alg": algorithm})
        direct(realm, "info", **{"user.info.response.signature.alg": "PS512"})
    world = new_world(changed)
    before, kids = len(certs(world)), {}
    for algorithm in ALGORITHMS:
        tokens = Tokens(sign_in(app(world.server, algorithm)).json())
        header = jwt.get_unverified_header(tokens.id)
        assert header["alg"] == jwt.get_unverified_header(tokens.access)["alg"] == algorithm
        kids[algorithm] = header["kid"]
        if not algorithm.startswith("HS"):
            verified(tokens.id, world.server, algorithm)
            assert certs(world)[header["kid"]]["alg"] == algorithm
        assert app(world.server, algorithm).is_alive(tokens)
    tokens = Tokens(sign_in(app(world.server, "info")).json())
    assert verified(app(world.server, "info").userinfo(tokens).text, world.server, "info")
    asymmetric = sum(not one.startswith("HS") for one in ALGORITHMS)
    assert len(certs(world)) == before + asymmetric + 1
    # They outlive a restart, and are not in the clear.
    world.server.stop()
    if world.server.data.joinpath("curfew.sqlite3").exists():
        rows = world.server.data.joinpath("curfew.sqlite3").read_bytes()
        assert b"fallback-ES256" in rows and b"ecdsaPrivateKey" not in rows
    world.server.start()
    for algorithm, kid in kids.items():
        token = sign_in(app(world.server, algorithm)).json()["id_token"]
        assert jwt.get_unverified_header(token)["kid"] == kid


def test_nodes_at_the_same_time_make_one_key(new_world, make, engine):
    def changed(realm):
        for algorithm in ("ES256", "PS384"):
            direct(realm, algorithm, **{"id.token.signed.response.alg": algorithm})
    sealed = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    world = new_world(changed, flags=["--hostname", "https://sso.example.org"],
                      env={"CURFEW_SEAL_KEY": sealed})
    before = len(certs(world))
    nodes = [world.server, make.twin(world.server) if engine == "postgres" else world.server]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for algorithm in ("ES256", "PS384"):
            answers = list(pool.map(
                lambda i, name=algorithm: sign_in(app(nodes[i % 2], name)), range(8)))
            assert [one.status_code for one in answers] == [200] * 8
            kids = {jwt.get_unverified_header(one.json()["id_token"])["kid"] for one in answers}
            assert len(kids) == 1
    assert len(certs(world)) == before + 2
