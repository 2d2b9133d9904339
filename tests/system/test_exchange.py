"""Token exchange (RFC 8693, as Keycloak's standard one) and what else the token endpoint gives by
a client's attributes."""

import jwt
import pytest

from conftest import World
from support import realm as realms
from support.browser import Browser, Tokens
from support.sink import verified

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"


def changed(realm):
    shop, blog = (realms.client(realm, name) for name in ("django-shop", "django-blog"))
    shop["protocolMappers"] = [
        {"name": name, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
         "config": {"included.client.audience": name, "access.token.claim": "true"}}
        for name in ("django-blog", "legacy-node")]
    for one in (shop, blog):
        one["attributes"]["standard.token.exchange.enabled"] = "true"
    blog["protocolMappers"] = [
        {"name": name, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
         "config": {"included.custom.audience": name, "access.token.claim": "true"}}
        for name in ("api-1", "api-2")]
    batch = realms.client(realm, "batch")
    batch["attributes"]["client_credentials.use_refresh_token"] = "true"
    realms.client(realm, "ovirt-engine")["attributes"]["use.refresh.tokens"] = "false"


@pytest.fixture(scope="module")
def trading(shared):
    return World(shared, changed)


def swap(app, token, **more):
    return app.post("token", grant_type=GRANT, subject_token=token, subject_token_type=ACCESS,
                    **more)


def test_a_client_swaps_its_own_token(trading):
    tokens = trading.shop.sign_in()
    answer = swap(trading.shop, tokens.access)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"access_token", "expires_in", "refresh_expires_in", "token_type",
                                  "not-before-policy", "session_state", "scope",
                                  "issued_token_type"}
    newer = Tokens(answer.json())
    assert answer.json()["issued_token_type"] == ACCESS
    assert newer.sid == tokens.sid and newer.claims()["jti"].startswith("onrtte:")
    assert trading.shop.is_alive(newer)


def test_another_client_gets_a_part_and_is_told(trading):
    """The other client would keep a token of an ended session otherwise, and never hear of it."""
    tokens = trading.shop.sign_in()
    newer = Tokens(swap(trading.blog, tokens.access).json())
    claims = verified(newer.access, trading.server)[1]
    assert claims["azp"] == "django-blog" and claims["sid"] == tokens.sid
    assert {"api-1", "api-2"} <= set(claims["aud"])
    assert trading.blog.is_alive(newer)
    trading.admin.request("DELETE", "/sessions/" + tokens.sid, 204)
    trading.told("django-blog", tokens.sid)
    assert not trading.blog.is_alive(newer)
    answer = swap(trading.blog, tokens.access)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_audience_is_what_was_asked_for(trading):
    """B2.20."""
    tokens = trading.shop.sign_in()
    answer = swap(trading.blog, tokens.access, audience="api-2")
    assert Tokens(answer.json()).claims()["aud"] == "api-2"
    answer = swap(trading.blog, tokens.access, audience=["api-2", "api-1"])
    assert set(Tokens(answer.json()).claims()["aud"]) == {"api-1", "api-2"}
    answer = swap(trading.blog, tokens.access, audience="nowhere")
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "Requested audience not available: nowhere"


def test_scopes_may_be_fewer(trading):
    """B2.20."""
    tokens = trading.shop.sign_in(scope="openid phone")
    assert "phone" in Tokens(swap(trading.shop, tokens.access).json()).claims()["scope"]
    newer = Tokens(swap(trading.shop, tokens.access, scope="openid").json())
    assert "phone" not in newer.claims()["scope"]
    answer = swap(trading.shop, tokens.access, scope="openid nosuch")
    assert answer.json()["error"] == "invalid_scope"


def test_who_may_not(trading):
    tokens = trading.shop.sign_in()
    other = trading.front.sign_in()
    refused = lambda answer: (answer.status_code, answer.json()["error"])  # noqa: E731
    assert refused(swap(trading.blog, other.access)) == (403, "access_denied")
    assert refused(swap(trading.legacy, tokens.access)) == (400, "invalid_request"), "not enabled"
    assert refused(swap(trading.spa, tokens.access)) == (400, "unauthorized_client")
    for token in (tokens.refresh, tokens.id, "zz", ""):
        assert refused(swap(trading.shop, token)) == (400, "invalid_request")
    answer = trading.shop.post("token", grant_type=GRANT, subject_token=tokens.access)
    assert refused(answer) == (400, "invalid_request"), "its type is not said"
    for kind in ("refresh_token", "id_token", "saml2", "jwt"):
        answer = swap(trading.shop, tokens.access,
                      requested_token_type="urn:ietf:params:oauth:token-type:" + kind)
        assert refused(answer) == (400, "invalid_request")


def test_client_credentials_with_a_refresh_token(trading):
    answer = trading.batch.post("token", grant_type="client_credentials")
    assert answer.status_code == 200, answer.text
    tokens = Tokens(answer.json())
    assert answer.json()["session_state"] == tokens.sid
    assert trading.batch.introspect(tokens.access)["active"]
    newer = Tokens(trading.batch.refresh(tokens).json())
    assert newer.sid == tokens.sid
    assert trading.batch.post("logout", refresh_token=newer.refresh).status_code == 204
    assert not trading.batch.introspect(newer.access)["active"]


def test_a_client_without_refresh_tokens_gets_none(trading):
    tokens = trading.ovirt.sign_in(Browser())
    assert tokens.refresh is None and tokens.json["refresh_expires_in"] == 0
    assert jwt.decode(tokens.access, options={"verify_signature": False})["sid"]
