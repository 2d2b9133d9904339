"""Encrypted request objects (RFC 9101 section 6.1, RFC 7516): which algorithms there are, which of them
a client's row allows, that encryption proves nobody, and what is told of one that cannot be read
(B6.6, B6.9)."""

import json

import pytest
import requests
from jwcrypto import jwe, jwk

import test_par
from test_client_assertion import KEYS, encoded, maced, signed
from test_par import is_refused, log_in
from test_request_object import ALG, NAME as OTHER, asked as asked_of, bare, client

pytestmark = pytest.mark.any_engine

NAME = "sealed"
ENC_ALG, ENC = "request.object.encryption.alg", "request.object.encryption.enc"
KEY_PROVIDER = "org.keycloak.keys.KeyProvider"
RSA = ["RSA-OAEP", "RSA-OAEP-256"]
CURVE = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"]
ENCODINGS = ["A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]
DECRYPT, OTHER_ALG = "Failed to decrypt JWT", "Request object encrypted with different algorithm than client requested algorithm"
NO_KEY = "Could not find private key for decrypting token"
UNSIGNED = "Request object signed with different algorithm than client requested algorithm"

CLIENTS = [
    client("free"), client("any", {ENC_ALG: "any", ENC: "any", ALG: "any"}), client("none", {ALG: "none"}),
    client("rs256", {ALG: "RS256"}), client("oaep256", {ENC_ALG: "RSA-OAEP-256"}),
    client("gcm", {ENC: "A128GCM"}), client("old", {ENC_ALG: "RSA1_5"}),
]


def provider(kind, **config):
    return {"name": kind + "".join(config.values()), "providerId": kind, "subComponents": {},
            "config": {"priority": ["100"], **{name: [value] for name, value in config.items()}}}


REALM = {**test_par.REALM, "realm": NAME, "clients": CLIENTS, "components": {KEY_PROVIDER: [
    provider("rsa-generated"), provider("hmac-generated", algorithm="HS512"), provider("aes-generated"),
    provider("rsa-enc-generated", algorithm="RSA-OAEP"),
    provider("ecdh-generated", ecdhEllipticCurveKey="P-256"),
    provider("ecdh-generated", ecdhEllipticCurveKey="P-521")]}}
PLAIN = {**test_par.REALM, "realm": OTHER + "-plain", "clients": [], "users": [],
         "components": {KEY_PROVIDER: [provider("rsa-generated")]}}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM, PLAIN)


@pytest.fixture(scope="module")
def keys(server):
    """The realm's keys for encryption as everybody sees them: {"RSA": ..., "P-256": ..., "P-521": ...}."""
    shown = requests.get(server.endpoint("certs", NAME), timeout=30).json()["keys"]
    return {one.get("crv", one["kty"]): one for one in shown if one["use"] == "enc"}


def asked(server, client_id="free", **changes):
    return asked_of(server, client_id, **{"aud": server.realm_url(NAME), **changes})


def sealed(content, key, algorithm="RSA-OAEP", encoding="A256GCM", kid=True, **header):
    """`content` to the holder of a public key; the header says its kid, another or none."""
    header = {"alg": algorithm, "enc": encoding, **header}
    if kid:
        header["kid"] = key["kid"] if kid is True else kid
    key = {name: value for name, value in key.items() if name in ("kty", "n", "e", "crv", "x", "y", "k")}
    content = content if isinstance(content, str) else json.dumps(content)
    token = jwe.JWE(content.encode(), protected=json.dumps(header), algs=[algorithm, encoding])
    token.add_recipient(jwk.JWK(**key))
    return token.serialize(True)


def enter(server, request, client_id="free", **beside):
    return test_par.Browser().open(server.endpoint(test_par.AUTH, NAME), follow=False, params={
        "client_id": client_id, "response_type": "code", "scope": "openid", "request": request, **beside})


def push(server, request, client_id="free"):
    return requests.post(server.endpoint(test_par.PUSH, NAME), timeout=30, data={
        "client_id": client_id, "client_secret": "s" * 64, "request": request})


def reason(server, request, client_id="free"):
    """Why it is refused, as the application that pushes it hears it."""
    answer = push(server, request, client_id)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object"), answer.text
    return answer.json()["error_description"]


def test_whole_sign_ins(server, keys):
    token = sealed(signed(asked(server)), keys["RSA"], cty="oauth-authz-req+jwt")
    answer = log_in(enter(server, token))
    assert answer.query()["state"] == "in" and "code" in answer.query()
    uri = push(server, token).json()["request_uri"]
    page = test_par.Browser().open(server.endpoint(test_par.AUTH, NAME), params={"client_id": "free", "request_uri": uri})
    assert "code" in log_in(page).query()


def test_what_is_advertised_works(server, keys):
    document = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    algorithms = document["request_object_encryption_alg_values_supported"]
    assert sorted(algorithms) == sorted([*RSA, *CURVE, "RSA1_5"])
    assert document["request_object_encryption_enc_values_supported"] == ENCODINGS
    assert keys["RSA"]["alg"] == "RSA-OAEP" and keys["RSA"]["x5c"] and keys["P-256"]["alg"] == "ECDH-ES"
    inner = {one: signed(asked(server, one)) for one in ("free", "any", "old")}
    for i, algorithm in enumerate([*RSA, *CURVE]):
        kind = "RSA" if algorithm in RSA else ("P-256", "P-521")[i % 2]
        for encoding in ENCODINGS[i % 2::2]:
            assert enter(server, sealed(inner["free"], keys[kind], algorithm, encoding)).is_login(), (algorithm, encoding)
    # Who sends may say who sends; who names no key means the first that fits.
    assert enter(server, sealed(inner["any"], keys["P-256"], "ECDH-ES", apu=encoded(b"any"), apv=encoded(b"sealed")),
                 "any").is_login()
    assert enter(server, sealed(inner["any"], keys["RSA"], kid=False), "any").is_login()
    assert enter(server, sealed(inner["old"], keys["RSA"], "RSA1_5", "A128CBC-HS256"), "old").is_login()
    # A realm without such a key reads none.
    document = requests.get(server.realm_url(PLAIN["realm"]) + "/.well-known/openid-configuration", timeout=30).json()
    assert not [name for name in document if name.startswith("request_object_encryption")]


def test_algorithms_of_the_row(server, keys):
    inner = {one: signed(asked(server, one)) for one in ("oaep256", "gcm", "old", "free")}
    assert enter(server, sealed(inner["oaep256"], keys["RSA"], "RSA-OAEP-256"), "oaep256").is_login()
    assert enter(server, inner["oaep256"], "oaep256").is_login()
    assert enter(server, sealed(inner["gcm"], keys["RSA"], encoding="A128GCM"), "gcm").is_login()
    assert reason(server, sealed(inner["oaep256"], keys["RSA"]), "oaep256") == OTHER_ALG
    assert reason(server, sealed(inner["old"], keys["RSA"]), "old") == OTHER_ALG
    assert reason(server, sealed(inner["gcm"], keys["RSA"]), "gcm") == (
        "Request object content encrypted with different algorithm than client requested algorithm")
    # That padding is for those alone whose row asks for it.
    assert reason(server, sealed(inner["free"], keys["RSA"], "RSA1_5")) == NO_KEY


def test_encryption_is_no_signature(server, keys):
    good, key = asked(server), keys["RSA"]
    for client_id in ("free", "any", "rs256"):
        for content in (asked(server, client_id), bare(asked(server, client_id)), "{}"):
            assert reason(server, sealed(content, key), client_id) == UNSIGNED
            assert is_refused(enter(server, sealed(content, key), client_id))
    assert reason(server, sealed(signed(good, "rsa2", kid="rsa"), key)) == "Failed to verify signature on 'request' object"
    assert reason(server, sealed(maced(good, "x" * 64), key)) == "Failed to verify signature on 'request' object"
    assert reason(server, sealed(signed(asked(server, exp=1)), key)).startswith("The request object is not in force")
    for content in (asked(server, "none"), bare(asked(server, "none"))):
        assert enter(server, sealed(content, key), "none").is_login()
    assert reason(server, sealed(signed(asked(server, "none")), key), "none") == UNSIGNED
    assert reason(server, sealed({**asked(server, "none"), "client_id": "free"}, key), "none").startswith("The client_id")


def changed(token, part, by=None):
    """The token with one part replaced, or its last byte changed."""
    parts = token.split(".")
    raw = jwe.base64url_decode(parts[part])
    parts[part] = encoded(by if by is not None else raw[:-1] + bytes([raw[-1] ^ 1]))
    return ".".join(parts)


def test_what_cannot_be_read(server, keys):
    """One reason for all that the key would tell (RFC 7516 section 11.5)."""
    inner = signed(asked(server, "old"))
    stranger = json.loads(jwk.JWK.generate(kty="RSA", size=2048).export_public())
    stranger["kid"] = keys["RSA"]["kid"]
    for algorithm, encoding in (("RSA1_5", "A128CBC-HS256"), ("RSA1_5", "A256GCM")):
        good = sealed(inner, keys["RSA"], algorithm, encoding)
        # Too short a key in good padding, and no padding at all.
        other = sealed(inner, keys["RSA"], algorithm, {"A256GCM": "A128GCM"}.get(encoding, "A256CBC-HS512"))
        broken = [changed(good, 1, jwe.base64url_decode(other.split(".")[1])), changed(good, 1),
                  changed(good, 1, b"\0" * 256), changed(good, 1, b"\xff" * 256), changed(good, 1, b"\1" * 255),
                  changed(good, 1, b""), changed(good, 2), changed(good, 3), changed(good, 4), changed(good, 4, b""),
                  changed(good, 2, b"x"), changed(good, 3, b""), sealed(inner, stranger, algorithm, encoding)]
        assert {reason(server, token, "old") for token in broken} == {DECRYPT}
    inner = signed(asked(server))
    for kind, algorithm, encoding in (("RSA", "RSA-OAEP", "A256GCM"), ("RSA", "RSA-OAEP-256", "A192CBC-HS384"),
                                      ("P-256", "ECDH-ES+A256KW", "A128GCM"), ("P-521", "ECDH-ES", "A128CBC-HS256")):
        good = sealed(inner, keys[kind], algorithm, encoding)
        broken = [changed(good, part) for part in (2, 3, 4)] + [changed(good, 1, b"x" * 40), changed(good, 4, b"x" * 12)]
        assert {reason(server, token) for token in broken} == {DECRYPT}
    assert reason(server, sealed(inner, stranger)) == DECRYPT
    assert enter(server, sealed(inner, stranger)).status == 400


def test_headers_that_promise_too_much(server, keys):
    inner, key = signed(asked(server)), keys["RSA"]
    good, curve = sealed(inner, key), sealed(inner, keys["P-256"], "ECDH-ES")

    def with_header(token, **changes):
        header = {**json.loads(jwe.base64url_decode(token.split(".")[0])), **changes}
        return changed(token, 0, json.dumps({k: v for k, v in header.items() if v is not None}).encode())

    secret = {"kty": "oct", "k": encoded(b"s" * 32), "kid": key["kid"]}
    point = {"kty": "EC", "crv": "P-256", "x": encoded(b"\1" * 32), "y": encoded(b"\2" * 32)}
    private = json.loads(jwk.JWK.generate(kty="EC", crv="P-256").export_private())
    for token, why in [
        (sealed(inner, key, zip="DEF"), "Failed to parse JWT"), (with_header(good, crit=["x"], x=1), "Failed to parse JWT"),
        (with_header(good, alg=None), "Failed to parse JWT"), (with_header(good, enc=None), "Failed to parse JWT"),
        (with_header(good, alg=7), "Failed to parse JWT"), (with_header(good, kid="x" * 300), "Failed to parse JWT"),
        (sealed(inner, secret, "dir"), NO_KEY), (sealed(inner, secret, "A256KW"), NO_KEY),
        (sealed(inner, secret, "A256GCMKW"), NO_KEY), (with_header(good, alg="none"), NO_KEY),
        (with_header(good, alg="PBES2-HS512+A256KW", p2c=2**31 - 1, p2s="x" * 8), NO_KEY),
        (with_header(good, alg="ECDH-ES"), NO_KEY), (with_header(curve, alg="RSA-OAEP"), NO_KEY),
        (with_header(good, enc=""), DECRYPT), (with_header(good, enc="none"), DECRYPT),
        (with_header(good, kid="another"), NO_KEY), (with_header(good, kid=None), DECRYPT),
        (with_header(curve, epk=None), DECRYPT), (with_header(curve, epk=point), DECRYPT),
        (with_header(curve, epk="x"), DECRYPT), (with_header(curve, epk=private), DECRYPT),
        (with_header(curve, epk=json.loads(KEYS["ec384"].export_public())), DECRYPT),
        (with_header(curve, apu="!"), "Failed to parse JWT"), (changed(curve, 1, b"x" * 40), DECRYPT),
        (sealed(sealed(inner, key), key), "Failed to parse JWT"), ("....", "Failed to parse JWT"),
        (good + ".x", "Failed to parse JWT"), (good + "!", "Failed to parse JWT"), ("x" * 70000 + "....", "Failed to parse JWT"),
        (sealed("x" * 60000, key), "Failed to parse JWT"), (sealed("", key), "Failed to parse JWT"),
    ]:
        assert reason(server, token).startswith(why), (token[:60], why, reason(server, token))


def test_keys_go_and_stay(server, keys):
    """A passive key still reads, a disabled one does not."""
    admin = server.admin(NAME)
    inner = signed(asked(server))
    component = next(one for one in admin.get("/components?type=" + KEY_PROVIDER)
                     if one["config"].get("ecdhEllipticCurveKey") == ["P-521"])
    for config, readable in (({"active": ["false"]}, True), ({"enabled": ["false"]}, False)):
        admin.request("PUT", f"/components/{component['id']}", 204,
                      json={**component, "config": {**component["config"], **config}})
        token = sealed(inner, keys["P-521"], "ECDH-ES+A128KW")
        assert enter(server, token).is_login() == readable
