"""Answers of the authorization endpoint as one signed JWT (JWT Secured Authorization Response Mode): in every
place, with tokens, as errors, by the algorithm of the client's row, encrypted."""

import time
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from jwcrypto import jwe, jwk

import test_par
from support.browser import Browser
from test_par import AUTH, CALLBACK, client, log_in

pytestmark = pytest.mark.any_engine

NAME = "secured"
SIGNED, ALG, ENC = (f"authorization.{name}" for name in (
    "signed.response.alg", "encrypted.response.alg", "encrypted.response.enc"))
KEY = jwk.JWK.generate(kty="RSA", size=2048, kid="mine", use="enc", alg="RSA-OAEP")
KEYS = {"use.jwks.string": "true", "jwks.string": '{"keys":[' + KEY.export_public() + "]}"}
CLIENTS = [
    client("web", implicitFlowEnabled=True), client("ec", {SIGNED: "ES256"}),
    client("sealed", {**KEYS, ALG: "RSA-OAEP", ENC: "A256GCM"}, implicitFlowEnabled=True),
    client("keyless", {ALG: "RSA-OAEP"}), client("odd", {SIGNED: "nonsense"}),
]
REALM = {**test_par.REALM, "realm": NAME, "clients": CLIENTS}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM)


def enter(server, client_id="web", browser=None, **changes):
    params = {"client_id": client_id, "response_type": "code", "scope": "openid", "state": "st", "nonce": "n",
              "redirect_uri": CALLBACK, "response_mode": "jwt", **changes}
    page = (browser or Browser()).open(server.endpoint(AUTH, NAME), follow=False, params=params)
    return log_in(page) if page.is_login() else page


def response_of(page):
    """The JWT, and where it stood."""
    if page.location:
        parts = urlsplit(page.location)
        assert set(page.query()) == {"response"} and bool(parts.query) != bool(parts.fragment)
        return page.query()["response"], "query" if parts.query else "fragment"
    assert page.status == 200 and page.forms[0].action == CALLBACK, page.text[:300]
    assert set(page.forms[0].fields) == {"response"}
    return page.forms[0].fields["response"], "form_post"


def claims_of(server, token, audience="web", algorithm="RS256"):
    key = jwt.PyJWKClient(server.endpoint("certs", NAME)).get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=[algorithm], audience=audience, issuer=server.realm_url(NAME))


PLACES = [("jwt", "code", "query"), ("jwt", "code id_token", "fragment"), ("jwt", "none", "query"),
          ("query.jwt", "code", "query"), ("fragment.jwt", "token", "fragment"),
          ("form_post.jwt", "code", "form_post"), ("form_post.jwt", "code id_token token", "form_post")]


@pytest.mark.parametrize("mode, response_type, place", PLACES)
def test_each_place(server, mode, response_type, place):
    page = enter(server, response_mode=mode, response_type=response_type)
    token, stood = response_of(page)
    assert stood == place and "no-store" in page.headers["cache-control"]
    claims = claims_of(server, token)
    assert 50 <= claims["exp"] - time.time() <= 61 and claims["state"] == "st" and claims["session_state"]
    given = {"code", "id_token", "access_token"} & set(claims)
    assert given == {{"token": "access_token"}.get(word, word) for word in response_type.split()} - {"none"}
    if response_type == "code" and mode == "jwt":
        tokens = requests.post(server.endpoint("token", NAME), timeout=30, data={
            "grant_type": "authorization_code", "code": claims["code"], "redirect_uri": CALLBACK,
            "client_id": "web", "client_secret": "s"})
        assert tokens.status_code == 200, tokens.text


def test_errors_are_signed_too(server):
    for changes, error in (({"prompt": "none"}, "login_required"), ({"scope": "nosuch"}, "invalid_scope"),
                           ({"response_type": "x"}, "unsupported_response_type"),
                           ({"response_type": "token", "response_mode": "query.jwt"}, "invalid_request")):
        token, place = response_of(enter(server, **changes))
        claims = claims_of(server, token)
        assert (claims["error"], claims["state"], place) == (error, "st", "query"), changes
        assert not {"code", "access_token"} & set(claims)
    token, place = response_of(enter(server, prompt="none", response_mode="form_post.jwt"))
    assert claims_of(server, token)["error"] == "login_required" and place == "form_post"
    assert "error=invalid_request" in enter(server, response_mode="x.jwt").location


def test_the_row_s_algorithm(server):
    token, _ = response_of(enter(server, "ec"))
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    assert claims_of(server, token, "ec", "ES256")["code"]
    assert enter(server, "odd").status >= 400


def test_encrypted_answers(server):
    for changes in ({}, {"response_type": "code id_token", "response_mode": "query.jwt"}, {"prompt": "none"}):
        token, place = response_of(enter(server, "sealed", **changes))
        opened = jwe.JWE()
        opened.deserialize(token, KEY)
        assert place == "query" and opened.jose_header["enc"] == "A256GCM"
        claims = claims_of(server, opened.payload.decode(), "sealed")
        assert claims.get("code") or claims["error"] == "login_required"
    # In no case in the clear.
    page = enter(server, "keyless")
    assert page.status >= 400 and not page.location


def test_with_pushed_requests_and_the_discovery_document(server):
    pushed = test_par.pushed(server, realm=NAME, response_mode="jwt")
    page = test_par.enter(server, pushed, realm=NAME)
    assert claims_of(server, response_of(log_in(page))[0])["code"]
    document = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    assert {"jwt", "query.jwt", "fragment.jwt", "form_post.jwt"} < set(document["response_modes_supported"])
    assert "ES256" in document["authorization_signing_alg_values_supported"]
    assert "RSA-OAEP" in document["authorization_encryption_alg_values_supported"]
    assert "A256GCM" in document["authorization_encryption_enc_values_supported"]
    assert document["mtls_endpoint_aliases"] == {} and not document["tls_client_certificate_bound_access_tokens"]
