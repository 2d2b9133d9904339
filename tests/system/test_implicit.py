"""The implicit and the hybrid flow: tokens that leave by the browser, what vouches for them, and
that they end with the session as all others do; who may not have them (B2.21)."""

import base64
import hashlib
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from conftest import World
from support import realm as realms
from support.browser import Browser, Tokens
from support.clock import Clock

pytestmark = pytest.mark.any_engine
LIFE, IMPLICIT_LIFE = 120, 600
TYPES = {"token": {"access_token"}, "id_token": {"id_token"},
         "id_token token": {"access_token", "id_token"}, "code id_token": {"code", "id_token"},
         "code token": {"code", "access_token"},
         "code id_token token": {"code", "access_token", "id_token"}, "none": set()}
REFUSED = "Client is not allowed to initiate browser login with given response_type. {} flow is " \
    "disabled for the client."


def with_flows(realm):
    realm.update(accessTokenLifespan=LIFE, accessTokenLifespanForImplicitFlow=IMPLICIT_LIFE)
    realms.client(realm, "django-shop")["implicitFlowEnabled"] = True
    realms.client(realm, "legacy-node").update(implicitFlowEnabled=True, standardFlowEnabled=False)
    realms.client(realm, "spa")["implicitFlowEnabled"] = True
    excluding = {"exclude.session.state.from.auth.response": "true",
                 "exclude.issuer.from.auth.response": "true"}
    realms.client(realm, "front-app").update(implicitFlowEnabled=True)
    realms.client(realm, "front-app")["attributes"] |= excluding


@pytest.fixture(scope="module")
def flows(shared):
    return World(shared, with_flows)


def answered(app, browser, response_type, **changes):
    """The answer's parameters, and the page that brought them."""
    page = app.authorize(browser, response_type=response_type, **changes)
    if page.is_login():
        page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    if page.location:
        assert page.location.startswith(app.redirect_uri), page.location
        return page.query(), page
    assert page.status == 200 and page.forms[0].action == app.redirect_uri, page.text[:300]
    return page.forms[0].fields, page


def half_hash(text):
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def verified(world, token, **checks):
    """The claims, by the keys that the realm publishes."""
    keys = jwt.PyJWKClient(world.server.endpoint("certs"))
    return jwt.decode(token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"],
                      issuer=world.server.realm_url(), **checks)


@pytest.mark.parametrize("mode", [None, "fragment", "form_post"])
@pytest.mark.parametrize("response_type", TYPES)
def test_each_response_type_gives_what_it_names(flows, response_type, mode):
    app, browser = flows.shop, Browser()
    answer, page = answered(app, browser, response_type, response_mode=mode, state="st", nonce="n1")
    given = {"code", "access_token", "id_token"} & set(answer)
    assert given == TYPES[response_type]
    assert "refresh_token" not in answer and answer["state"] == "st"
    assert answer["iss"] == flows.server.realm_url()
    assert "no-store" in page.headers["cache-control"]
    assert page.headers["referrer-policy"] == "no-referrer"
    if page.location:
        parts = urlsplit(page.location)
        fragment = mode == "fragment" or bool(given - {"code"})
        assert bool(parts.fragment) == fragment and bool(parts.query) != fragment
    hybrid = "code" in given
    life = LIFE if hybrid else IMPLICIT_LIFE
    if "access_token" in given:
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", str(life))
        claims = verified(flows, answer["access_token"], options={"verify_aud": False})
        assert claims["sid"] == answer["session_state"] and claims["azp"] == "django-shop"
        assert claims["exp"] - claims["iat"] == life and claims["jti"].startswith("onrtna:")
    else:
        assert "expires_in" not in answer and "token_type" not in answer
    if "id_token" in given:
        claims = verified(flows, answer["id_token"], audience="django-shop")
        assert claims["nonce"] == "n1" and claims["sid"] == answer["session_state"]
        assert claims["exp"] - claims["iat"] == life
        assert claims["s_hash"] == half_hash("st")
        for name, claim in (("access_token", "at_hash"), ("code", "c_hash")):
            assert claims.get(claim) == (half_hash(answer[name]) if name in given else None)


def test_a_hybrid_flow_s_code_is_a_code(flows):
    answer, _ = answered(flows.shop, Browser(), "code id_token token", nonce="n2")
    redeemed = flows.shop.redeem(answer["code"])
    assert redeemed.status_code == 200, redeemed.text
    tokens = Tokens(redeemed.json())
    assert tokens.sid == answer["session_state"] and tokens.refresh
    assert tokens.claims("id")["nonce"] == "n2" and "c_hash" not in tokens.claims("id")
    # One that comes again takes back what left by the browser too.
    assert flows.shop.introspect(answer["access_token"])["active"]
    assert flows.shop.redeem(answer["code"]).status_code == 400
    assert not flows.shop.introspect(answer["access_token"])["active"]


def test_the_cookie_alone_suffices_and_is_said(flows):
    browser = Browser()
    first, _ = answered(flows.shop, browser, "id_token")
    second, page = answered(flows.shop, browser, "id_token token", prompt="none")
    assert page.status == 302 and first["session_state"] == second["session_state"]
    acr = [jwt.decode(one["id_token"], options={"verify_signature": False})["acr"]
           for one in (first, second)]
    assert acr == ["1", "0"]


def test_what_the_client_leaves_out_is_left_out(flows):
    answer, _ = answered(flows.front, Browser(), "id_token token")
    assert not {"session_state", "iss"} & set(answer)
    assert {"id_token", "access_token", "state"} <= set(answer)


def test_userinfo_and_introspection_take_the_token(flows):
    answer, _ = answered(flows.shop, Browser(), "token", scope="openid profile offline_access")
    tokens = Tokens(answer)
    said = flows.shop.userinfo(tokens)
    assert said.status_code == 200 and said.json()["preferred_username"] == "ada"
    told = flows.shop.introspect(tokens.access)
    assert told["active"] and told["client_id"] == "django-shop"
    # No offline session begins by the browser.
    assert tokens.claims()["jti"].startswith("on")


def refusal(app, response_type, **changes):
    page = app.authorize(Browser(), response_type=response_type, **changes)
    assert page.status == 302, page.text[:300]
    parts = urlsplit(page.location)
    answer = page.query()
    assert not {"code", "access_token", "id_token"} & set(answer)
    return answer["error"], answer.get("error_description"), "#" if parts.fragment else "?"


@pytest.mark.parametrize("app, response_type, changes, error, text, place", [
    ("blog", "token", {}, "unauthorized_client", REFUSED.format("Implicit"), "#"),
    ("blog", "code id_token", {}, "unauthorized_client", REFUSED.format("Implicit"), "#"),
    ("legacy", "code", {}, "unauthorized_client", REFUSED.format("Standard"), "?"),
    ("legacy", "code token", {}, "unauthorized_client", REFUSED.format("Standard"), "#"),
    ("legacy", "none", {}, "unauthorized_client", REFUSED.format("Standard"), "?"),
    ("shop", "token", {"response_mode": "query"}, "invalid_request",
     "Response_mode 'query' not allowed for implicit or hybrid flow", "?"),
    ("shop", "code id_token", {"response_mode": "query"}, "invalid_request",
     "Response_mode 'query' not allowed for implicit or hybrid flow", "?"),
    ("shop", "token", {"response_mode": "post.jwt"}, "invalid_request",
     "Invalid parameter: response_mode", "?"),
    ("shop", "id_token", {"nonce": None}, "invalid_request", "Missing parameter: nonce", "#"),
    ("shop", "none code", {}, "unsupported_response_type", None, "?"),
    ("shop", "token <script>", {}, "unsupported_response_type", None, "?"),
    ("shop", "token " * 500, {"response_mode": "query"}, "invalid_request",
     "Response_mode 'query' not allowed for implicit or hybrid flow", "?"),
    ("shop", "id_token", {"prompt": "none"}, "login_required", None, "#"),
    ("shop", "token", {"scope": "openid nosuch"}, "invalid_scope",
     "Invalid scopes: openid nosuch", "#"),
    ("spa", "code token", {"code_challenge": None, "code_challenge_method": None},
     "invalid_request", "Missing parameter: code_challenge_method", "#"),
])
def test_what_is_refused(flows, app, response_type, changes, error, text, place):
    app = getattr(flows, app)
    assert refusal(app, response_type, **changes) == (error, text, place)


@pytest.mark.parametrize("response_type", ["token", "code id_token token"])
def test_no_token_goes_to_another_address(flows, response_type):
    for uri in ("http://evil.example/cb", flows.shop.redirect_uri + "#x", "//evil.example",
                flows.shop.base_url + "@evil.example/cb"):
        page = flows.shop.authorize(Browser(), response_type=response_type, redirect_uri=uri)
        assert page.status == 400 and not page.location


def test_a_public_client_without_a_code_needs_no_challenge(flows):
    answer, _ = answered(flows.spa, Browser(), "id_token token", code_challenge=None,
                         code_challenge_method=None)
    assert answer["access_token"]


def test_sign_out_ends_the_tokens_and_tells_the_application(flows):
    answer, _ = answered(flows.shop, browser := Browser(), "id_token token")
    tokens = Tokens(answer)
    assert flows.shop.is_alive(tokens)
    page = browser.open(flows.shop.endpoint("logout"), params={"id_token_hint": tokens.id})
    assert page.status == 200
    assert not flows.shop.is_alive(tokens)
    assert flows.told("django-shop", tokens.sid)


def test_events_say_what_was_asked_for(flows):
    answered(flows.shop, Browser(), "id_token token", response_mode="form_post")
    refusal(flows.blog, "token")
    refusal(flows.shop, "bogus")
    login = flows.admin.events("LOGIN")[0]["details"]
    assert (login["response_type"], login["response_mode"]) == ("id_token token", "form_post")
    assert set(login["scope"].split()) == {"openid", "profile", "email"}
    errors = flows.admin.events("LOGIN_ERROR")[:2]  # the newest first
    assert [(one["error"], one["details"]["reason"], one["details"]["response_type"],
             one["details"].get("response_mode")) for one in errors] == [
        ("invalid_request", "Unsupported response_type", "bogus", None),
        ("not_allowed", REFUSED.format("Implicit"), "token", "fragment")]


def test_discovery_says_so(flows):
    document = requests.get(flows.server.realm_url() + "/.well-known/openid-configuration",
                            timeout=60).json()
    assert document["response_types_supported"] == [
        "code", "none", "id_token", "token", "id_token token", "code id_token", "code token",
        "code id_token token"]
    assert "implicit" in document["grant_types_supported"]
    assert document["response_modes_supported"] == [
        "query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"]


def test_the_lifespan_is_the_implicit_flow_s(new_world, tmp_path):
    clock = Clock(tmp_path)
    world = new_world(with_flows, env=clock.environment())
    clock.servers.append(world.server)
    browser = Browser()
    implicit = Tokens(answered(world.shop, browser, "token")[0])
    hybrid = Tokens(answered(world.shop, browser, "code token")[0])
    clock.jump(LIFE + 90)  # what nodes' clocks may differ by included
    assert not world.shop.is_alive(hybrid)
    assert world.shop.is_alive(implicit)
    clock.jump(IMPLICIT_LIFE + 90)
    assert not world.shop.is_alive(implicit)
