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
    realm["eventsEnabled"] = True
    shop, blog = (realms.client(realm, name) for name in ("django-shop", "django-blog"))
    shop["protocolMappers"] = [
        {"name": name, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
         "config": {"included.client.audience": name, "access.token.claim": "true"}}
        for name in ("django-blog", "legacy-node")]
    for one in (shop, blog, realms.client(realm, "spa")):
        one["attributes"]["standard.token.exchange.enabled"] = "true"
    blog["protocolMappers"] = [
        {"name": name, "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
         "config": {"included.client.audience": name, "access.token.claim": "true"}}
        for name in ("api-1", "api-2")]
    for name in ("api-1", "api-2"):
        realms.add_client(realm, name, "http://127.0.0.1:9", False)
    shop["attributes"]["standard.token.exchange.enableRefreshRequestedTokenType"] = "SAME_SESSION"
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
    newer = Tokens(swap(trading.blog, tokens.access, scope="openid").json())
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
    assert answer.json() == {"error": "invalid_client", "error_description": "Audience not found"}
    answer = swap(trading.blog, tokens.access, audience="spa")
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "Requested audience not available: spa"


def test_scopes_may_be_fewer(trading):
    """B2.20."""
    tokens = trading.shop.sign_in(scope="openid phone")
    assert "phone" in Tokens(swap(trading.shop, tokens.access).json()).claims()["scope"]
    newer = Tokens(swap(trading.shop, tokens.access, scope="openid").json())
    assert "phone" not in newer.claims()["scope"]
    answer = swap(trading.shop, tokens.access, scope="openid nosuch")
    assert answer.json()["error"] == "invalid_scope"


def test_the_scope_that_nobody_asked_for(trading):
    """One's own token keeps its own; another client has what it has by default."""
    tokens = trading.shop.sign_in(scope="openid phone")
    newer = Tokens(swap(trading.shop, tokens.access).json())
    assert {"openid", "phone"} <= set(newer.claims()["scope"].split())
    newer = Tokens(swap(trading.blog, tokens.access).json())
    assert not {"openid", "phone"} & set(newer.claims()["scope"].split())


def test_an_id_token(trading):
    tokens = trading.shop.sign_in()
    answer = swap(trading.blog, tokens.access, scope="openid").json()
    assert verified(answer["id_token"], trading.server, "django-blog")[1]["sid"] == tokens.sid
    answer = swap(trading.blog, tokens.access,
                  requested_token_type="urn:ietf:params:oauth:token-type:id_token").json()
    assert answer["token_type"] == "N_A" and "id_token" not in answer
    assert answer["issued_token_type"].endswith(":id_token")
    claims = verified(answer["access_token"], trading.server, "django-blog")[1]
    assert claims["typ"] == "ID" and claims["sid"] == tokens.sid


def test_a_refresh_token_of_the_same_session(trading):
    """Where the client's attribute allows it; it ends with the session."""
    refresh = "urn:ietf:params:oauth:token-type:refresh_token"
    tokens = trading.shop.sign_in()
    answer = swap(trading.shop, tokens.access, requested_token_type=refresh)
    assert answer.status_code == 200 and answer.json()["issued_token_type"] == refresh
    newer = Tokens(answer.json())
    assert newer.sid == tokens.sid
    again = Tokens(trading.shop.refresh(newer).json())
    assert trading.shop.is_alive(again)
    answer = swap(trading.shop, tokens.access, requested_token_type=refresh,
                  scope="openid offline_access")
    assert (answer.status_code, answer.json()) == (400, {
        "error": "not_allowed",
        "error_description": "Offline tokens not allowed for the user or client"})
    trading.admin.request("DELETE", "/sessions/" + tokens.sid, 204)
    assert trading.shop.refresh(again).status_code == 400


def event(trading, kind):
    """The newest one of its type: (client, error, details)."""
    found = trading.admin.get("/events", type=kind, max=1)[0]
    return found["clientId"], found.get("error"), found["details"]


def test_events(trading):
    """As Keycloak 26.7 writes them."""
    tokens = trading.shop.sign_in()
    always = {"auth_method": "token_exchange", "client_auth_method": "client-secret",
              "grant_type": GRANT}
    known = {**always, "requested_token_type": ACCESS, "subject_token_client_id": "django-shop",
             "username": "ada"}
    answer = swap(trading.blog, tokens.access, audience="api-2").json()
    assert event(trading, "TOKEN_EXCHANGE") == ("django-blog", None, {
        **known, "audience": "api-2", "scope": answer["scope"],
        "token_id": Tokens(answer).claims()["jti"]})
    swap(trading.blog, "zz")
    assert event(trading, "TOKEN_EXCHANGE_ERROR") == (
        "django-blog", "invalid_token", {**always, "reason": "subject_token validation failure"})
    swap(trading.legacy, tokens.access)
    assert event(trading, "TOKEN_EXCHANGE_ERROR") == ("legacy-node", "invalid_request", {
        **always, "reason": "Standard token exchange is not enabled for the requested client"})
    swap(trading.blog, trading.front.sign_in().access)
    assert event(trading, "TOKEN_EXCHANGE_ERROR") == ("django-blog", "not_allowed", {
        **known, "subject_token_client_id": "front-app",
        "reason": "client is not within the token audience"})
    swap(trading.blog, tokens.access, audience="nowhere")
    assert event(trading, "TOKEN_EXCHANGE_ERROR") == ("django-blog", "client_not_found", {
        **known, "audience": "nowhere", "reason": "audience not found"})
    kind = KIND + "refresh_token"
    answer = Tokens(swap(trading.shop, tokens.access, requested_token_type=kind).json())
    details = event(trading, "TOKEN_EXCHANGE")[2]
    assert details["requested_token_type"] == kind and details["refresh_token_type"] == "Refresh"
    assert details["refresh_token_id"] == answer.claims("refresh")["jti"]


KIND = "urn:ietf:params:oauth:token-type:"
ONLY_ACCESS = "Parameter 'subject_token' supports access tokens only"
REQUIRED = "Parameter '%s' required for standard token exchange"
NOT_THERE = "Parameter '%s' is not supported for standard token exchange"


@pytest.mark.parametrize("changes, error, text", [
    ({"subject_token": None}, "invalid_request", REQUIRED % "subject_token"),
    ({"subject_token_type": None}, "invalid_request", REQUIRED % "subject_token_type"),
    ({"subject_token": ""}, "invalid_request", "Invalid token"),
    ({"subject_token": "zz"}, "invalid_request", "Invalid token"),
    *[({"subject_token_type": kind}, "invalid_request", ONLY_ACCESS)
      for kind in (KIND + "refresh_token", KIND + "id_token", KIND + "jwt", "junk", "")],
    *[({"requested_token_type": kind}, "invalid_request", "requested_token_type unsupported")
      for kind in (KIND + "refresh_token", KIND + "saml2", KIND + "jwt", "junk", "")],
    *[({name: "x"}, "invalid_request", NOT_THERE % name)
      for name in ("subject_issuer", "requested_issuer", "requested_subject")],
    ({"audience": "nowhere"}, "invalid_client", "Audience not found"),
    ({"audience": ""}, "invalid_client", "Audience not found"),
    ({"audience": "django-blog"}, "invalid_request",
     "Requested audience not available: django-blog"),
    ({"scope": "nosuch"}, "invalid_scope", "Invalid scopes: nosuch"),
])
def test_refusals_have_keycloaks_words(trading, changes, error, text):
    """As Keycloak 26.7 answered the same requests."""
    form = {"subject_token": trading.shop.sign_in().access, "subject_token_type": ACCESS}
    form = {name: value for name, value in {**form, **changes}.items() if value is not None}
    answer = trading.blog.post("token", grant_type=GRANT, **form)
    assert (answer.status_code, answer.json()) == (
        400, {"error": error, "error_description": text})


def test_who_may_not(trading):
    tokens = trading.shop.sign_in()
    other = trading.front.sign_in()
    refused = lambda answer: (answer.status_code, answer.json()["error"])  # noqa: E731
    assert refused(swap(trading.blog, other.access)) == (403, "access_denied")
    assert refused(swap(trading.legacy, tokens.access)) == (400, "invalid_request"), "not enabled"
    assert refused(swap(trading.spa, tokens.access)) == (400, "invalid_client")
    for token in (tokens.refresh, tokens.id, "zz", ""):
        assert refused(swap(trading.shop, token)) == (400, "invalid_request")
    answer = trading.shop.post("token", grant_type=GRANT, subject_token=tokens.access)
    assert refused(answer) == (400, "invalid_request"), "its type is not said"
    for kind in ("refresh_token", "saml2", "jwt"):
        answer = swap(trading.blog, tokens.access,
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
