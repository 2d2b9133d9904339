"""Clients that authenticate by a signed JWT (RFC 7523, OpenID Connect Core section 9): what is taken,
what is refused and in which words, that each counts once, and where the keys come from."""

import base64
import concurrent.futures
import datetime
import hashlib
import hmac
import json
import time
import uuid

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from jwcrypto import jwk, jws

from support import realm as realms
from support.clock import Clock

NAME = "signed"
KINDS = {"rsa": {"kty": "RSA", "size": 2048}, "rsa2": {"kty": "RSA", "size": 2048},
         "ec": {"kty": "EC", "crv": "P-256"}, "ec384": {"kty": "EC", "crv": "P-384"},
         "ec521": {"kty": "EC", "crv": "P-521"}, "ed": {"kty": "OKP", "crv": "Ed25519"},
         "far": {"kty": "RSA", "size": 2048}, "far2": {"kty": "RSA", "size": 2048}}
KEYS = {name: jwk.JWK.generate(kid=name, use="sig", **kind) for name, kind in KINDS.items()}
SECRET, OLD = "s" * 64, "r" * 64
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALG = "token.endpoint.auth.signing.alg"
PAST, LATER = "1000000000", "4102444800"

REFUSED = (400, "invalid_client")
UNKNOWN = (401, "invalid_client", "Invalid client or Invalid client credentials")
NO_KEY = (*REFUSED, "Unable to load public key")
BAD_ALGORITHM = (*REFUSED, "Invalid signature algorithm")
NOT_SIGNED = (*REFUSED, "Client authentication with signed JWT failed: "
                        "Signature on JWT token failed validation")
NOT_BY_SECRET = (400, "unauthorized_client",
                 "Client authentication with client secret signed JWT failed: "
                 "Signature on JWT token by client secret failed validation")
REUSED = (*REFUSED, "Token reuse detected")
BAD_AUDIENCE = (*REFUSED, "Invalid token audience")
NOT_ACTIVE = (*REFUSED, "Token is not active")
TOO_OLD = (*REFUSED, "Token was issued too far in the past to be used now")


def public(*names, **changes):
    return json.dumps({"keys": [
        {k: v for k, v in {**json.loads(KEYS[one].export_public()), **changes}.items() if v is not None}
        for one in names]})


def local(*names, **changes):
    return {"use.jwks.string": "true", "jwks.string": public(*names, **changes)}


def certificate(name):
    """Of a year that is long over: Keycloak does not look, and neither do we."""
    key = serialization.load_pem_private_key(KEYS[name].export_to_pem(True, None), None)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(7)
            .public_key(key.public_key()).not_valid_before(datetime.datetime(2020, 1, 1))
            .not_valid_after(datetime.datetime(2021, 1, 1)).sign(key, hashes.SHA256()))
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def plain_key(name):
    return "".join(KEYS[name].export_to_pem().decode().split("\n")[1:-2])


def client(client_id, method="client-jwt", attributes=None, **more):
    return {"clientId": client_id, "enabled": True, "protocol": "openid-connect", "secret": SECRET,
            "clientAuthenticatorType": method, "publicClient": False, "serviceAccountsEnabled": True,
            "standardFlowEnabled": False, "attributes": attributes or {}, **more}


def secret(client_id, attributes=None, **more):
    return client(client_id, "client-secret-jwt", attributes, **more)


ROTATED = {"client.secret.rotated": OLD, "client.secret.rotated.creation.time": PAST,
           "client.secret.rotated.expiration.time": LATER}
CLIENTS = [
    client("j", attributes=local("rsa", "ec", "ec384", "ec521", "ed")),
    client("rs256", attributes={**local("rsa", "rsa2", "ec"), ALG: "RS256"}),
    client("ps256", attributes={**local("rsa"), ALG: "PS256"}),
    client("hs256", attributes={ALG: "HS256"}), client("nonsense", attributes={**local("rsa"), ALG: "any"}),
    client("cert", attributes={"jwt.credential.certificate": certificate("rsa")}),
    client("named-cert", attributes={"jwt.credential.certificate": certificate("rsa"),
                                     "jwt.credential.kid": "mine"}),
    client("plain", attributes={"jwt.credential.public.key": plain_key("ec")}),
    client("keyless"), client("unused", attributes={"jwks.string": public("rsa")}),
    client("both", attributes={**local("rsa2"), "jwt.credential.certificate": certificate("rsa")}),
    client("enc", attributes=local("rsa", use="enc")), client("no-use", attributes=local("rsa", use=None)),
    client("rs512", attributes=local("rsa", alg="RS512")), client("no-kid", attributes=local("rsa", kid=None)),
    client("not-json", attributes={"use.jwks.string": "true", "jwks.string": "{"}),
    client("longer", attributes={**local("rsa"), "token.endpoint.auth.signing.max.exp": "300"}),
    client("off", attributes=local("rsa"), enabled=False),
    client("bearer", attributes=local("rsa"), bearerOnly=True), client("x509", "client-x509"),
    client("plain-secret", "client-secret"), client("other", attributes=local("rsa")),
    {**client("spa", attributes=local("rsa")), "publicClient": True, "serviceAccountsEnabled": False,
     "directAccessGrantsEnabled": True},
    client("person", attributes=local("rsa"), directAccessGrantsEnabled=True, standardFlowEnabled=True,
           redirectUris=["http://127.0.0.1:9/*"]),
    secret("s"), secret("s256", {ALG: "HS256"}), secret("s512", {ALG: "HS512"}),
    secret("short", secret="s" * 31), secret("rotated", {**ROTATED, "client.secret.expiration.time": LATER}),
    secret("outdated", {**ROTATED, "client.secret.rotated.expiration.time": PAST}),
    secret("expired", {"client.secret.expiration.time": PAST}),
]
REALM = {"realm": NAME, "enabled": True, "sslRequired": "none", "eventsEnabled": True, "clients": CLIENTS,
         "users": [{"username": "ada", "enabled": True, "email": "ada@example.org", "firstName": "A",
                    "lastName": "B", "credentials": [{"type": "password", "value": "pw"}]}]}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(server, client_id, **changes):
    now = int(time.time())
    whole = {"iss": client_id, "sub": client_id, "aud": server.realm_url(NAME), "jti": str(uuid.uuid4()),
             "exp": now + 60, "iat": now, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def signed(payload, key="rsa", algorithm="RS256", **header):
    """A JWS by that key; a member of the header that is None is left out."""
    head = {"alg": algorithm, "kid": key, **header}
    body = payload if isinstance(payload, str) else json.dumps(payload)
    token = jws.JWS(body.encode())
    token.allowed_algs = [algorithm]
    token.add_signature(KEYS[key], None, json.dumps({k: v for k, v in head.items() if v is not None}))
    return token.serialize(True)


def maced(payload, key=SECRET, algorithm="HS256", **header):
    head = json.dumps({"alg": algorithm, "typ": "JWT", **header}).encode()
    text = encoded(head) + "." + encoded(json.dumps(payload).encode())
    key = key if isinstance(key, bytes) else key.encode()
    mac = hmac.new(key, text.encode(), getattr(hashlib, "sha" + algorithm[2:])).digest()
    return text + "." + encoded(mac)


def post(server, assertion, place="token", auth=None, **form):
    form = {"grant_type": "client_credentials", "client_assertion_type": BEARER,
            "client_assertion": assertion, **form}
    return requests.post(server.endpoint(place, NAME), auth=auth, timeout=60,
                         data={name: value for name, value in form.items() if value is not None})


def check(answer, expected=200):
    """`expected`: a status, or what Keycloak answers of status, error and error_description."""
    if isinstance(expected, int):
        assert answer.status_code == expected, answer.text
        return answer
    found = answer.json()
    told = (answer.status_code, found.get("error"), found.get("error_description"))
    assert told[:len(expected)] == tuple(expected), told
    assert "access_token" not in answer.text
    return answer


# ---- keys and algorithms

@pytest.mark.parametrize("algorithm, key", [
    ("RS256", "rsa"), ("RS384", "rsa"), ("RS512", "rsa"), ("PS256", "rsa"), ("PS384", "rsa"),
    ("PS512", "rsa"), ("ES256", "ec"), ("ES384", "ec384"), ("ES512", "ec521"), ("EdDSA", "ed")])
def test_algorithms_of_keys(server, algorithm, key):
    answer = check(post(server, signed(claims(server, "j"), key, algorithm)))
    assert answer.json()["token_type"] == "Bearer"


def test_algorithms_of_secrets(server):
    for algorithm in ("HS256", "HS384", "HS512"):
        for client_id, only in (("s", algorithm), ("s256", "HS256"), ("s512", "HS512")):
            check(post(server, maced(claims(server, client_id), algorithm=algorithm)),
                  200 if algorithm == only else BAD_ALGORITHM)
    # RFC 7518 section 3.2: a secret is as long as the hash.
    check(post(server, maced(claims(server, "short"), "s" * 31)), NOT_BY_SECRET)


def test_the_row_names_the_algorithm(server):
    """B3.1: never the token alone."""
    check(post(server, signed(claims(server, "rs256"))))
    check(post(server, signed(claims(server, "ps256"), algorithm="PS256")))
    check(post(server, signed(claims(server, "rs512"), algorithm="RS512")))
    for client_id, key, algorithm in (("rs256", "rsa", "PS256"), ("rs256", "ec", "ES256"),
                                      ("ps256", "rsa", "RS256"), ("nonsense", "rsa", "RS256")):
        check(post(server, signed(claims(server, client_id), key, algorithm)), BAD_ALGORITHM)
    check(post(server, signed(claims(server, "rs512"))), NO_KEY)
    check(post(server, maced(claims(server, "hs256"))), BAD_ALGORITHM)


def test_which_key(server):
    good = [("rs256", "rsa", None), ("rs256", "rsa2", None), ("rs256", "rsa2", "rsa2"), ("cert", "rsa", None),
            ("named-cert", "rsa", "mine"), ("named-cert", "rsa", None), ("both", "rsa2", "rsa2"),
            ("no-use", "rsa", "rsa"), ("no-kid", "rsa", None)]
    for client_id, key, kid in good:
        check(post(server, signed(claims(server, client_id), key, kid=kid)))
    check(post(server, signed(claims(server, "plain"), "ec", "ES256", kid=None)))
    own = encoded(hashlib.sha256(base64.b64decode(plain_key("ec"))).digest())
    check(post(server, signed(claims(server, "plain"), "ec", "ES256", kid=own)))
    bad = [("j", "other"), ("j", "../../../../dev/null"), ("j", "rsa' or '1'='1"), ("cert", "rsa"), ("cert", "x"),
           ("named-cert", "rsa"), ("keyless", "rsa"), ("keyless", None), ("unused", "rsa"), ("both", "rsa"),
           ("enc", "rsa"), ("no-kid", "rsa"), ("not-json", "rsa"), ("j", "ec")]
    for client_id, kid in bad:
        check(post(server, signed(claims(server, client_id), kid=kid)), NO_KEY)
    check(post(server, signed(claims(server, "rs256"), kid="rsa2")), NOT_SIGNED)


# ---- claims

def test_audience(server):
    base = server.realm_url(NAME)
    ends = ("", "/protocol/openid-connect/token", "/protocol/openid-connect/token/introspect")
    for audience in [base + end for end in ends] + [[base]]:
        check(post(server, signed(claims(server, "j", aud=audience))))
    check(post(server, signed(claims(server, "j", aud=server.url + "/auth/realms/" + NAME))))
    for audience in (base + "/protocol/openid-connect/revoke", "https://x", None, "", [], base + "/",
                     base.replace(NAME, "master"), base + ends[1] + ends[2], ends[1], base + "x" + ends[1]):
        check(post(server, signed(claims(server, "j", aud=audience))), BAD_AUDIENCE)
    for audience in ([base, base + ends[1]], [base, "https://x"]):
        check(post(server, signed(claims(server, "j", aud=audience))),
              (*REFUSED, "Multiple audiences not allowed"))


def test_times(server):
    """CVE-2025-2559: what would have to be remembered for long is refused."""
    now = time.time

    def at(expected, client_id="j", **changes):
        moved = {name: None if value is None else int(now()) + value for name, value in changes.items()}
        check(post(server, signed(claims(server, client_id, **moved))), expected)
    too_far = (*REFUSED, "Token expiration is too far in the future and iat claim not present in token")
    future = (*REFUSED, "Token was issued in the future")
    for changes in ({"exp": 7200}, {"exp": 86400 * 365}, {"iat": None}, {"iat": -50}, {"iat": 12}, {"nbf": 12}):
        at(200, **changes)
    at((*REFUSED, "Token exp claim is required"), exp=None)
    for seconds in (0, -1, -10, -100, -2 * 10 ** 9):
        at(NOT_ACTIVE, exp=seconds)
    at(NOT_ACTIVE, nbf=100)
    at(too_far, iat=None, exp=3600)
    at(future, iat=100)
    at(TOO_OLD, iat=-500)
    at(TOO_OLD, iat=-70)
    at(200, "longer", iat=-280)
    at(TOO_OLD, "longer", iat=-330)
    at(200, "longer", iat=None, exp=290)
    at(too_far, "longer", iat=None, exp=330)
    check(post(server, signed(claims(server, "j", exp=now() + 30.5))))
    for broken in ("soon", "1e300", [5], 1e300, 2 ** 70, {}, True):
        check(post(server, signed(claims(server, "j", exp=broken))), UNKNOWN)


def test_whose_it_is(server):
    check(post(server, signed(claims(server, "j")), client_id="j"))
    for changes in ({"iss": None}, {"iss": "other"}, {"sub": None}, {"sub": "other"}, {"sub": ""},
                    {"sub": "nobody", "iss": "nobody"}):
        check(post(server, signed(claims(server, "j", **changes))), UNKNOWN)
        check(post(server, signed(claims(server, "j", **changes)), client_id="j"), UNKNOWN)
    check(post(server, signed(claims(server, "j", iss=5))), UNKNOWN)
    check(post(server, signed(claims(server, "j", iss=5)), client_id="j"), REFUSED)
    differs = (*REFUSED, "client_id parameter does not match authenticated client")
    check(post(server, signed(claims(server, "other")), client_id="j"), differs)
    check(post(server, maced(claims(server, "s")), client_id="j"), differs)
    check(post(server, signed(claims(server, "j")), client_id="plain-secret"), (401, "unauthorized_client"))
    check(post(server, signed(claims(server, "j")), client_id="nobody"), UNKNOWN)
    for client_id in ("off", "plain-secret", "x509", "spa"):
        check(post(server, signed(claims(server, client_id))), UNKNOWN)
    check(post(server, signed(claims(server, "bearer"))), 401)


def test_what_is_missing_or_wrong_in_the_form(server):
    no_type = (*REFUSED, "Parameter client_assertion_type is missing")
    for client_id, make in (("j", signed), ("s", maced)):
        made = lambda one=client_id, by=make: by(claims(server, one))  # noqa: E731
        named = {"client_id": client_id}
        check(post(server, made(), client_assertion_type=None), UNKNOWN)
        check(post(server, made(), client_assertion_type=None, **named), no_type)
        check(post(server, None, client_assertion_type=None, **named), no_type)
        check(post(server, None, client_assertion_type=None, client_secret=SECRET, **named), no_type)
        check(post(server, None, client_assertion_type=None, auth=(client_id, SECRET)), no_type)
        for wrong in ("urn:x", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", ""):
            check(post(server, made(), client_assertion_type=wrong), UNKNOWN)
            check(post(server, made(), client_assertion_type=wrong, **named), (
                *REFUSED, f"Parameter client_assertion_type has value '{wrong}' but expected is '{BEARER}'"))
        for nothing in (None, ""):
            check(post(server, nothing), UNKNOWN)
            check(post(server, nothing, **named), (*REFUSED, "client_assertion parameter missing"))
    for junk in ("junk", "a.b.c", "..", "." * 1000, "e30.e30.e30", " " + signed(claims(server, "j"))):
        check(post(server, junk), UNKNOWN)
        check(post(server, junk, client_id="j"), REFUSED)
        check(post(server, junk, client_id="s"), (400, "unauthorized_client"))


def test_two_methods_at_once(server):
    """B2.22, CVE-2026-16093."""
    for more in ({"auth": ("j", SECRET)}, {"client_secret": SECRET}, {"auth": ("plain-secret", SECRET)},
                 {"client_id": "j", "client_secret": SECRET}):
        for place in ("token", "token/introspect", "revoke"):
            check(post(server, signed(claims(server, "j")), place, token="x", **more), (400, "invalid_request"))
    check(post(server, "junk", client_id="plain-secret", client_secret=SECRET), (400, "invalid_request"))


# ---- attacks (RFC 8725)

def test_forgeries(server):
    """B3.1, B3.6: none, keys taken for secrets, keys of the token's own, signatures of others."""
    body = lambda one="j": encoded(json.dumps(claims(server, one)).encode())  # noqa: E731
    for name in ("none", "None", "NONE", "nOnE"):
        for client_id in ("j", "s"):
            head = encoded(json.dumps({"alg": name}).encode())
            assert post(server, f"{head}.{body(client_id)}.").status_code in (400, 401)
            assert post(server, f"{head}.{body(client_id)}.AAAA").status_code in (400, 401)
    pem = KEYS["rsa"].export_to_pem()
    for taken in (pem, pem.strip(), base64.b64decode(plain_key("rsa")), plain_key("rsa"), public("rsa"), SECRET):
        check(post(server, maced(claims(server, "j"), taken, kid="rsa")), BAD_ALGORITHM)
    check(post(server, maced(claims(server, "plain"), plain_key("ec"))), BAD_ALGORITHM)
    check(post(server, signed(claims(server, "s"))), BAD_ALGORITHM)
    check(post(server, signed(claims(server, "j"), "rsa2", kid="rsa")), NOT_SIGNED)
    own = json.loads(KEYS["rsa2"].export_public())
    check(post(server, signed(claims(server, "j"), "rsa2", kid=None, jwk=own)), NOT_SIGNED)
    check(post(server, signed(claims(server, "j"), "rsa2", jku="http://127.0.0.1:9/", x5u="http://127.0.0.1:9/")),
          NO_KEY)
    good = signed(claims(server, "j"))
    head, payload, signature = good.split(".")
    check(post(server, f"{head}.{payload}.{'A' * len(signature)}"), NOT_SIGNED)
    check(post(server, f"{head}.{body()}.{signature}"), NOT_SIGNED)
    for broken in (f"{head}.{payload}.", f"{head}.{payload}", good + ".x", good + "=", f"{head}..{signature}"):
        check(post(server, broken), UNKNOWN)
    for wrong in ("y" * 64, "", SECRET[:-1], SECRET + "\0"):
        check(post(server, maced(claims(server, "s"), wrong)), NOT_BY_SECRET)
    check(post(server, good))


def test_odd_tokens(server):
    """B3.7: kinds of their own, members twice, what is critical, what is too long."""
    for kind in ("JWT", "jwt", "client-authentication+jwt", None):
        check(post(server, signed(claims(server, "j"), typ=kind)))
    for kind in ("at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "x"):
        check(post(server, signed(claims(server, "j"), typ=kind)), (*REFUSED, "Invalid token type"))
    good = claims(server, "j")
    twice = json.dumps(good)[:-1]
    for payload in (twice + ',"sub":"other"}', twice + ',"exp":4102444800}', "[]", "x", "", "{}", '{"sub":null}',
                    "[" * 500):
        check(post(server, signed(payload) if payload else "e30..e30"), UNKNOWN)
    _, payload, signature = signed(good).split(".")
    for head in ('{"alg":"HS256","kid":"rsa","alg":"RS256"}', '{"alg":"RS256","kid":"rsa","crit":["x"],"x":1}',
                 '{"alg":"RS256","kid":5}', "[]", "x", '{"kid":"rsa"}', '{"alg":["RS256"]}'):
        check(post(server, f"{encoded(head.encode())}.{payload}.{signature}"), UNKNOWN)
    check(post(server, signed(claims(server, "j", more="y" * 20000))))
    check(post(server, signed(claims(server, "j", more="y" * 70000))), UNKNOWN)
    check(post(server, signed(claims(server, "j", more="y" * 300000))), 413)
    check(post(server, signed(claims(server, "j", jti="x" * 20000))))
    for nothing in (None, ""):
        check(post(server, signed(claims(server, "j", jti=nothing))), (*REFUSED, "Token jti claim is required"))
    check(post(server, signed(claims(server, "j", jti=5))), UNKNOWN)


# ---- once

def test_each_counts_once(server):
    """B3.9: a replay, another token of the same jti; what was refused is not used up."""
    for make, client_id in ((signed, "j"), (maced, "s")):
        once = claims(server, client_id)
        check(post(server, make({**once, "aud": "https://x"})), BAD_AUDIENCE)
        token = make(once)
        check(post(server, token))
        for again in (token, make(once), make({**once, "exp": once["exp"] + 5, "aud": server.endpoint("token", NAME)})):
            for place in ("token", "token/introspect", "revoke"):
                check(post(server, again, place, token="x"), REUSED)
    # Nobody uses up what is another client's, nor revokes a token by its name.
    mine = claims(server, "other", jti=once["jti"])
    tokens = check(post(server, signed(mine))).json()
    jti = json.loads(base64.urlsafe_b64decode(tokens["access_token"].split(".")[1] + "=="))["jti"]
    check(post(server, signed(claims(server, "j", jti=jti))))
    asked = check(post(server, signed(claims(server, "other")), "token/introspect", token=tokens["access_token"]))
    assert asked.json()["active"]


def test_once_among_many_at_the_same_time(server):
    for make, client_id in ((signed, "j"), (maced, "s")):
        token = make(claims(server, client_id))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, one=token: post(server, one), range(16)))
        assert sorted(one.status_code for one in answers) == [200] + [400] * 15


def test_once_in_all_nodes_and_after_a_restart(make, engine):
    sealed = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    server = make.server(REALM, env={"CURFEW_SEAL_KEY": sealed}, flags=["--hostname", "https://sso.example.org"])
    issuer = "https://sso.example.org/realms/" + NAME
    token = signed(claims(server, "j", aud=issuer))
    check(post(server, token))
    twin = make.twin(server) if engine == "postgres" else server
    check(post(twin, token), REUSED)
    tokens = [signed(claims(server, "j", aud=issuer)) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [(node, one) for one in tokens for node in (server, twin)]
        codes = list(pool.map(lambda job: post(*job).status_code, jobs))
    assert [codes[i:i + 2].count(200) for i in range(0, 16, 2)] == [1] * 8
    server.stop()
    server.start()
    check(post(server, token), REUSED)


def test_a_rotated_secret_counts_until_it_expires(server):
    for key in (SECRET, OLD):
        check(post(server, maced(claims(server, "rotated"), key)))
    check(post(server, maced(claims(server, "rotated"), "q" * 64)), NOT_BY_SECRET)
    check(post(server, maced(claims(server, "outdated"))))
    check(post(server, maced(claims(server, "outdated"), OLD)), NOT_BY_SECRET)
    check(post(server, maced(claims(server, "expired"))), UNKNOWN)


# ---- where clients authenticate

def test_every_endpoint(server):
    fresh = lambda **changes: signed(claims(server, "person", **changes))  # noqa: E731
    person = {"grant_type": "password", "username": "ada", "password": "pw", "scope": "openid"}
    tokens = check(post(server, fresh(), **person)).json()
    check(post(server, fresh(), **{**person, "password": "no"}), (400, "invalid_grant"))
    more = check(post(server, fresh(), grant_type="refresh_token", refresh_token=tokens["refresh_token"])).json()
    asked = check(post(server, fresh(), "token/introspect", token=more["access_token"])).json()
    assert asked["active"] and asked["client_id"] == "person"
    for place in ("token", "token/introspect", "revoke", "logout"):
        check(post(server, fresh(exp=5), place, token="x", refresh_token="x"), NOT_ACTIVE)
    check(post(server, fresh(), grant_type="authorization_code", code="x"), (400, "invalid_grant"))
    check(post(server, fresh(), grant_type="nosuch"), (400, "unsupported_grant_type"))
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    answer = post(server, fresh(), grant_type=exchange, subject_token=more["access_token"],
                  subject_token_type="urn:ietf:params:oauth:token-type:access_token")
    assert "not enabled" in answer.text
    check(post(server, fresh(), "revoke", token=more["access_token"]))
    asked = check(post(server, fresh(), "token/introspect", token=more["access_token"])).json()
    assert asked == {"active": False}
    check(post(server, fresh(), "logout", refresh_token=more["refresh_token"]), 204)
    check(post(server, fresh(), grant_type="refresh_token", refresh_token=more["refresh_token"]),
          (400, "invalid_grant"))
    for path in ("register-node", "unregister-node"):
        answer = requests.post(f"{server.realm_url(NAME)}/clients-managements/{path}", timeout=60, data={
            "client_assertion_type": BEARER, "client_assertion": fresh(), "client_cluster_host": "h1"})
        check(answer, 204)
    # A public client needs none, and is not asked.
    for given in (signed(claims(server, "spa")), "junk"):
        check(post(server, given, client_id="spa", **person))


def test_events_say_how(server):
    made = claims(server, "rs256")
    check(post(server, signed(made)))
    check(post(server, signed(claims(server, "rs256"), kid="nosuch")), NO_KEY)
    check(post(server, signed(claims(server, "rs256"), kid="rsa2")), NOT_SIGNED)
    events = [one for one in server.admin(NAME).events() if one.get("clientId") == "rs256"]
    good = next(one for one in events if one["details"].get("client_assertion_id") == made["jti"])
    assert (good["type"], good["details"]["client_auth_method"]) == ("CLIENT_LOGIN", "client-jwt")
    assert good["details"]["client_assertion_issuer"] == good["details"]["client_assertion_sub"] == "rs256"
    errors = {one["error"]: one for one in events if one["type"] == "CLIENT_LOGIN_ERROR"}
    assert {"client_credentials_setup_required", "invalid_client_credentials"} <= set(errors)
    assert SECRET not in json.dumps(server.admin(NAME).events()) and SECRET not in server.log()


def test_discovery_and_serverinfo_name_it(server):
    found = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    for place in ("token", "introspection", "revocation"):
        assert found[place + "_endpoint_auth_methods_supported"] == [
            "private_key_jwt", "client_secret_basic", "client_secret_post", "client_secret_jwt"]
        assert set(found[place + "_endpoint_auth_signing_alg_values_supported"]) == {
            *(f"{family}{bits}" for family in ("RS", "PS", "ES", "HS") for bits in (256, 384, 512)), "EdDSA"}
    told = requests.get(server.url + "/admin/serverinfo", headers=server.admin("master").bearer(), timeout=30).json()
    assert set(told["providers"]["client-authenticator"]["providers"]) == {
        "client-secret", "client-jwt", "client-secret-jwt"}


def test_a_client_that_registers_itself(server):
    token = server.admin(NAME).request("POST", "/clients-initial-access", 201, json={"count": 5}).json()["token"]
    headers = {"authorization": "Bearer " + token}
    place = server.realm_url(NAME) + "/clients-registrations/openid-connect"

    def register(status=201, **metadata):
        answer = requests.post(place, headers=headers, timeout=60, json={
            "redirect_uris": ["https://x/cb"], "grant_types": ["client_credentials"], **metadata})
        assert answer.status_code == status, answer.text
        return answer.json()
    made = register(token_endpoint_auth_method="private_key_jwt", jwks=json.loads(public("ec")),
                    token_endpoint_auth_signing_alg="ES256")
    assert made["token_endpoint_auth_signing_alg"] == "ES256" and "client_secret" not in made
    check(post(server, signed(claims(server, made["client_id"]), "ec", "ES256")))
    made = register(token_endpoint_auth_method="client_secret_jwt", token_endpoint_auth_signing_alg="HS512")
    check(post(server, maced(claims(server, made["client_id"]), made["client_secret"], "HS512")))
    for keys in ({}, {"jwks": {"keys": []}}, {"jwks": {"x": 1}}, {"jwks": json.loads(public("rsa", use="enc"))}):
        assert register(400, token_endpoint_auth_method="private_key_jwt", **keys) == {
            "error": "invalid_client_metadata", "error_description": "Client metadata invalid"}


def test_keys_are_in_one_place(server):
    attributes = {**local("rsa"), "use.jwks.url": "true", "jwks.url": "https://x/jwks"}
    answer = server.admin(NAME).request("POST", "/clients", 400, json=client("two", attributes=attributes))
    assert answer.json() == {
        "error": "invalid_input", "error_description":
        'The "Use JWKS" switch and the switch "Use JWKS URL" cannot be ON at the same time.'}


# ---- keys at a server of the client's

def far(name, url):
    return client(name, attributes={"use.jwks.url": "true", "jwks.url": url})


def test_keys_of_a_server_of_the_clients(make, tmp_path):
    """Asked once, again for a kid that it did not name, not without pause; what it said last counts
    while it is down."""
    clock, place = Clock(tmp_path), make.sink()
    place.page = public("far").encode()
    server = make.server({**REALM, "clients": [far("far", place.url + "/keys")]}, env=clock.environment())
    clock.servers.append(server)

    def sends(key, expected=200, kid="same"):
        made = {name: int(time.time()) + clock.ahead + more for name, more in (("iat", 0), ("exp", 60))}
        kid = key if kid == "same" else kid
        check(post(server, signed(claims(server, "far", **made), key, kid=kid)), expected)
    asked = lambda: sum(one.path == "/keys" for one in place.requests)  # noqa: E731
    sends("far")
    sends("far")
    assert asked() == 1
    sends("far2", NO_KEY)
    assert asked() == 1, "it is given a pause"
    place.page = public("far2").encode()
    clock.jump(60)
    sends("far2")
    assert asked() == 2
    sends("far", NO_KEY)
    place.page = public("far").encode()
    clock.jump(120)
    sends("far", kid=None)
    assert asked() == 3
    place.stop()
    clock.jump(1000)
    sends("far")


def test_a_server_of_the_clients_that_is_hostile(make):
    """What never ends, leads elsewhere, is no key or is no address of an application gives no key, and
    nobody is told why."""
    endless, elsewhere, junk = make.sink(), make.sink(), make.sink()
    endless.page = b" " * (300 << 10) + public("rsa").encode()
    elsewhere.location, elsewhere.answers = junk.url + "/keys", [302] * 100
    junk.page = b'{"keys":[{"kty":"RSA","use":"sig","n":"AQAB","e":"AQAB"},7,null]}'
    addresses = {"endless": endless.url, "elsewhere": elsewhere.url, "junk": junk.url, "nobody": "http://127.0.0.1:9/",
                 "metadata": "http://169.254.169.254/keys", "file": "file:///etc/passwd", "no-url": "keys"}
    server = make.server({**REALM, "clients": [far(name, url) for name, url in addresses.items()] + [
        client("j", attributes=local("rsa"))]})
    for name in addresses:
        check(post(server, signed(claims(server, name))), NO_KEY)
    assert not junk.requests[1:], "redirects are not followed"
    check(post(server, signed(claims(server, "j"))))


def test_who_signs_in_by_the_browser_comes_back_to_a_client_with_a_key(new_world):
    def changed(realm):
        shop = realms.client(realm, "django-shop")
        shop["clientAuthenticatorType"] = "client-jwt"
        shop["attributes"].update(local("rsa"))
    world = new_world(changed)
    now = int(time.time())
    code = world.shop.code(world.browser())
    token = signed({"iss": "django-shop", "sub": "django-shop", "aud": world.server.realm_url(),
                    "jti": "1", "exp": now + 60, "iat": now})
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": world.shop.redirect_uri,
            "client_assertion_type": BEARER, "client_assertion": token}
    answer = requests.post(world.server.endpoint("token"), data=form, timeout=60)
    assert answer.status_code == 200 and answer.json()["id_token"]
