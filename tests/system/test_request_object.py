"""Request objects (RFC 9101, OpenID Connect Core section 6): what an application asks for as a JWT, which
algorithms its row allows, what must hold of it, what counts beside it, and who must bring one
(B6.3, B6.5, B6.6, B6.7, B6.8)."""

import json
import time

import pytest
import requests

import test_par
from support.browser import Browser
from test_client_assertion import KEYS, SECRET, encoded, local, maced, signed
from test_par import AUTH, CALLBACK, is_refused, log_in

pytestmark = pytest.mark.any_engine

NAME = "objects"
ALG, NEEDED = "request.object.signature.alg", "request.object.required"


def client(client_id, attributes=None, **more):
    return test_par.client(client_id, {**local("rsa", "ec", "ed"), **(attributes or {})}, secret=SECRET, **more)


CLIENTS = [
    client("free", implicitFlowEnabled=True), client("any", {ALG: "any"}), client("rs256", {ALG: "RS256"}),
    client("hs256", {ALG: "HS256"}), client("none", {ALG: "none"}), client("nonsense", {ALG: "nonsense"}),
    client("pub", publicClient=True), client("other"), client("short", {ALG: "HS256"}) | {"secret": "s"},
    client("by-value", {NEEDED: "request only"}), client("by-uri", {NEEDED: "request_uri only"}),
    client("either", {NEEDED: "request or request_uri"}), client("lax", {NEEDED: "not required"}),
]
REALM = {**test_par.REALM, "realm": NAME, "clients": CLIENTS}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


def asked(server, client_id="free", **changes):
    now = int(time.time())
    whole = {"iss": client_id, "aud": server.realm_url(NAME), "client_id": client_id, "response_type": "code",
             "redirect_uri": CALLBACK, "scope": "openid", "state": "in", "exp": now + 60, "iat": now, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def bare(payload, **header):
    parts = ({"alg": "none", **header}, payload)
    return ".".join(encoded(json.dumps(part).encode()) for part in parts) + "."


def enter(server, request, client_id="free", browser=None, **beside):
    params = {"client_id": client_id, "response_type": "code", "scope": "openid", "request": request, **beside}
    return (browser or Browser()).open(server.endpoint(AUTH, NAME), follow=False,
                                       params={k: v for k, v in params.items() if v is not None})


def push(server, client_id="free", **form):
    return requests.post(server.endpoint("ext/par/request", NAME), timeout=30,
                         data={"client_id": client_id, "client_secret": SECRET, **form})


def test_a_whole_sign_in(server):
    browser = Browser()
    token = signed(asked(server, nonce="n", max_age=3600, claims={"id_token": {"acr": None}}),
                   typ="oauth-authz-req+jwt")
    page = enter(server, token, browser=browser, state="out", redirect_uri="http://evil.example/")
    assert page.submit("kc-login", username="ada", password="wrong").is_login()
    answer = log_in(page)
    assert answer.location.startswith(CALLBACK) and answer.query()["state"] == "in"
    tokens = requests.post(server.endpoint("token", NAME), timeout=30, data={
        "grant_type": "authorization_code", "code": answer.query()["code"], "redirect_uri": CALLBACK,
        "client_id": "free", "client_secret": SECRET})
    assert tokens.status_code == 200, tokens.text
    form = {"client_id": "free", "response_type": "code", "scope": "openid", "request": token}
    posted = browser.open(server.endpoint(AUTH, NAME), "POST", follow=False, data=form)
    assert posted.query()["state"] == "in" and "code" in posted.query()


def test_the_discovery_document_says_what_there_is(server):
    document = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    assert document["request_parameter_supported"] is True
    assert {"RS256", "ES256", "HS256", "none"} <= set(document["request_object_signing_alg_values_supported"])


GOOD = [("free", "rsa", "RS256"), ("free", "rsa", "PS512"), ("any", "ec", "ES256"), ("any", "ed", "EdDSA"),
        ("rs256", "rsa", "RS256"), ("lax", "rsa", "RS256"), ("pub", "ec", "ES256")]


@pytest.mark.parametrize("client_id, key, algorithm", GOOD)
def test_algorithms_of_the_row(server, client_id, key, algorithm):
    assert enter(server, signed(asked(server, client_id), key, algorithm), client_id).is_login()


def test_by_the_secret_and_without_a_signature(server):
    for client_id in ("hs256", "any", "free"):
        assert enter(server, maced(asked(server, client_id)), client_id).is_login()
    assert enter(server, bare(asked(server, "none")), "none").is_login()


def test_what_is_not_the_client_s_signature(server):
    good, pem = asked(server), KEYS["rsa"].export_to_pem()
    head, body, signature = signed(good).split(".")
    changed = encoded(json.dumps({**good, "state": "evil"}).encode())
    own = json.loads(KEYS["rsa2"].export_public())
    attempts = [
        ("free", bare(good)), ("any", bare(asked(server, "any"))), ("rs256", bare(asked(server, "rs256"))),
        ("free", bare(good, alg="None")), ("none", bare(asked(server, "none"), alg="RS256")),
        ("none", signed(asked(server, "none"))), ("rs256", signed(asked(server, "rs256"), algorithm="PS256")),
        ("rs256", signed(asked(server, "rs256"), "ec", "ES256")), ("rs256", maced(asked(server, "rs256"))),
        ("free", maced(good, pem)), ("free", maced(good, pem.strip())), ("free", maced(good, json.dumps(own))),
        ("hs256", maced(asked(server, "hs256"), "x" * 64)), ("hs256", maced(asked(server, "hs256"), algorithm="HS512")),
        ("hs256", signed(asked(server, "hs256"))), ("pub", maced(asked(server, "pub"))),
        ("short", maced(asked(server, "short"), "s")), ("nonsense", signed(asked(server, "nonsense"))),
        ("free", signed(good, "rsa2")), ("free", signed(good, "rsa2", kid="rsa")),
        ("free", signed(good, "rsa2", kid="rsa", jwk=own)), ("free", signed(good, jku="http://127.0.0.1:9/")[:-4]),
        ("free", f"{head}.{changed}.{signature}"), ("free", f"{head}.{body}."), ("free", f"{head}.{body}"),
        ("free", signed(good, typ="at+jwt")), ("free", signed(good, typ="client-authentication+jwt")),
        ("free", head), ("free", "a.b.c"), ("free", "..."),
        ("free", "x" * 9000), ("free", signed("[]")), ("free", signed('{"scope":"a","scope":"b"}')),
    ]
    for client_id, token in attempts:
        assert is_refused(enter(server, token, client_id)), (client_id, token[:120])


CLAIMS = [{"iss": "other"}, {"aud": "https://other.example"}, {"aud": ["https://other.example"]},
          {"aud": "http://127.0.0.1/realms/master"}, {"exp": 1}, {"exp": "soon"}, {"exp": 1e300},
          {"nbf": 4102444800}, {"iat": 4102444800}, {"client_id": "other"}, {"sub": "free"},
          {"request": "x"}, {"request_uri": "urn:x"}, {"state": ["x"]}, {"scope": True}]


@pytest.mark.parametrize("changes", CLAIMS, ids=str)
def test_claims_that_are_wrong(server, changes):
    assert is_refused(enter(server, signed(asked(server, **changes))))


def test_claims_that_may_be_left_out_or_said_otherwise(server):
    for changes in ({"iss": None, "aud": None, "exp": None, "iat": None, "client_id": None},
                    {"aud": [server.realm_url(NAME), "https://other.example"]}, {"nbf": int(time.time())},
                    {"aud": server.endpoint(AUTH, NAME)}, {"response_type": None}):
        assert enter(server, signed(asked(server, **changes))).is_login(), changes


def test_what_counts_beside_it(server):
    silent = asked(server, state=None, prompt="none")
    assert enter(server, signed(silent), state="out").query()["state"] == "out"
    assert enter(server, signed(asked(server, prompt="none")), state="out").query()["state"] == "in"
    differs = enter(server, signed(asked(server)), response_type="token").query()
    assert (differs["error_description"], differs["state"]) == ("Parameter response_type does not match", "in")
    assert enter(server, signed(asked(server)), response_type=None, scope=None).is_login()
    for page in (enter(server, signed(asked(server)), "other"), enter(server, signed(asked(server)), None),
                 enter(server, signed(asked(server)), request_uri="https://app.example/r")):
        assert is_refused(page)
    for uri in ("http://evil.example/", {"a": 1}):
        page = enter(server, signed(asked(server, redirect_uri=uri)))
        assert page.status == 400 and not page.location


def test_who_must_bring_one(server):
    reasons = {"by-value": "Client is required to use 'request' parameter.",
               "by-uri": "Client is required to use 'request_uri' parameter.",
               "either": "Client is required to use 'request' or 'request_uri' parameter."}
    for client_id, reason in reasons.items():
        assert is_refused(enter(server, None, client_id, redirect_uri=CALLBACK))
        token = signed(asked(server, client_id))
        assert enter(server, token, client_id).is_login() == (client_id != "by-uri")
        # What is pushed is judged by the same rule.
        plain = push(server, client_id, response_type="code", redirect_uri=CALLBACK, scope="openid")
        if client_id != "by-uri":
            assert (plain.status_code, plain.json()["error_description"]) == (400, reason)
            continue
        # What was pushed comes by a request_uri.
        assert log_in(enter(server, None, client_id, request_uri=plain.json()["request_uri"])).query()["code"]
    page = enter(server, signed(asked(server, "by-value")), "by-value")
    assert "code" in log_in(page).query()


def test_pushed_ones(server):
    answer = push(server, request=signed(asked(server, "either")), client_id="either", state="out",
                  redirect_uri="http://evil.example/")
    assert answer.status_code == 201, answer.text
    page = Browser().open(server.endpoint(AUTH, NAME), params={
        "client_id": "either", "request_uri": answer.json()["request_uri"]})
    assert log_in(page).query()["state"] == "in"
    for token in (bare(asked(server)), signed(asked(server), "rsa2"), signed(asked(server, "other")),
                  signed(asked(server, exp=1)), "garbage", "x" * 70000):
        refused = push(server, request=token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request_object")
    assert push(server, request=signed(asked(server, redirect_uri="http://evil.example/"))).json() == {
        "error": "invalid_request", "error_description": "Invalid parameter: redirect_uri"}


def test_a_request_object_is_no_proof_of_the_client(server):
    """RFC 9101 section 10.8: nor the other way about."""
    form = {"grant_type": "client_credentials", "client_id": "free", "client_assertion": signed(asked(server)),
            "client_assertion_type": test_par.BEARER}
    assert requests.post(server.endpoint("token", NAME), data=form, timeout=30).status_code >= 400


def test_the_event_says_why(server):
    enter(server, signed(asked(server), "rsa2"))
    enter(server, bare(asked(server, "rs256")), "rs256")
    reasons = {one["details"].get("reason") for one in server.admin(NAME).events("LOGIN_ERROR")}
    assert {"Failed to verify signature on 'request' object",
            "Request object signed with different algorithm than client requested algorithm"} <= reasons
