"""Protocol mappers where the server matters: subjects of a client's own in every document, light
tokens, signed userinfo, the parameter `claims`, scopes with parameters."""

import json

import jwt
import pytest
import requests

from conftest import World
from support import realm as realms
from support.browser import Browser, Tokens
from support.sink import verified


def mapper(kind, **config):
    return {"name": kind + str(len(config)), "protocol": "openid-connect", "protocolMapper": kind,
            "config": {name.replace("_", "."): value for name, value in config.items()}}


PAIRWISE = {"name": "pairwise", "protocol": "openid-connect",
            "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
            "config": {"pairwiseSubAlgorithmSalt": "salt"}}


def changed(realm):
    """Each application gets something of its own to show."""
    of = lambda name: realms.client(realm, name)  # noqa: E731
    shop = of("django-shop")
    shop["serviceAccountsEnabled"] = True
    shop["protocolMappers"] = [PAIRWISE]
    blog = of("django-blog")
    blog["attributes"]["client.use.lightweight.access.token.enabled"] = "true"
    blog["protocolMappers"] = [
        mapper("oidc-hardcoded-claim-mapper", claim_name="light", claim_value="1",
               lightweight_claim="true"),
        mapper("oidc-hardcoded-claim-mapper", claim_name="heavy", claim_value="1",
               access_token_claim="true", jsonType_label="long")]
    legacy = of("legacy-node")
    legacy["attributes"]["user.info.response.signature.alg"] = "ES256"
    legacy["attributes"]["access.token.header.type.rfc9068"] = "true"
    legacy["attributes"]["access.token.signed.response.alg"] = "PS256"
    legacy["attributes"]["id.token.signed.response.alg"] = "ES256"
    legacy["optionalClientScopes"] = [*legacy.get("optionalClientScopes", []), "group"]
    legacy["protocolMappers"] = [
        mapper("oidc-claims-param-token-mapper", id_token_claim="true",
               userinfo_token_claim="true"),
        mapper("oidc-nonce-backwards-compatible-mapper"),
        mapper("oidc-hardcoded-claim-mapper", claim_name="also", claim_value="here",
               access_tokenResponse_claim="true")]
    realm["components"]["org.keycloak.keys.KeyProvider"] += [
        {"name": "ps", "providerId": "rsa-generated",
         "config": {"priority": ["50"], "algorithm": ["PS256"]}},
        {"name": "es", "providerId": "ecdsa-generated",
         "config": {"priority": ["50"], "ecdsaEllipticCurveKey": ["P-256"]}}]
    realm["clientScopes"].append({
        "name": "group", "protocol": "openid-connect",
        "attributes": {"is.dynamic.scope": "true", "dynamic.scope.regexp": "group:*",
                       "include.in.token.scope": "true"}})
    realm["users"].append({"username": "service-account-django-shop", "enabled": True,
                           "serviceAccountClientId": "django-shop"})


@pytest.fixture(scope="module")
def mapped(shared):
    return World(shared, changed)


@pytest.fixture(scope="module")
def light(shared):
    def changed(realm):
        batch = realms.client(realm, "batch")
        batch["attributes"]["client.use.lightweight.access.token.enabled"] = "true"
    return World(shared, changed)


def test_a_pairwise_subject_is_the_same_everywhere(mapped):
    shop, browser = mapped.shop, Browser()
    tokens = shop.sign_in(browser)
    subject, ada = tokens.claims()["sub"], mapped.admin.user("ada")["id"]
    assert subject != ada
    for kind in ("id", "refresh"):
        assert tokens.claims(kind)["sub"] == subject, kind
    assert ada not in json.dumps([tokens.claims(kind) for kind in ("access", "id", "refresh")])
    assert shop.userinfo(tokens).json()["sub"] == subject
    assert shop.introspect(tokens.access)["sub"] == subject
    newer = Tokens(shop.refresh(tokens).json())
    assert newer.claims()["sub"] == subject
    # Another client in the same session knows the user by the id.
    assert mapped.legacy.sign_in(browser).claims("id")["sub"] == ada
    mapped.admin.request("DELETE", "/sessions/" + tokens.sid, 204)
    mapped.told("django-shop", tokens.sid)
    assert mapped.sinks["django-shop"].logout_tokens(tokens.sid)[0]["sub"] == subject
    assert not shop.is_alive(newer)


def test_a_pairwise_hint_ends_the_session(mapped):
    browser = Browser()
    tokens = mapped.shop.sign_in(browser)
    page = browser.open(mapped.shop.endpoint("logout"), params={"id_token_hint": tokens.id})
    assert page.status == 200 and not page.is_confirmation()
    assert not mapped.shop.is_alive(tokens)


def test_a_service_account_of_a_pairwise_client(mapped):
    answer = mapped.shop.post("token", grant_type="client_credentials", scope="openid")
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    told = mapped.shop.introspect(token)
    assert told["active"] and told["username"] == "service-account-django-shop"
    assert told["sub"] == jwt.decode(token, options={"verify_signature": False})["sub"]


def test_a_light_token_says_little_and_introspection_the_rest(mapped):
    blog = mapped.blog
    tokens = blog.sign_in()
    claims = tokens.claims()
    assert set(claims) == {"exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope", "light"}
    assert "sub" in tokens.claims("id") and "sub" in tokens.claims("refresh")
    told = blog.introspect(tokens.access)
    assert told["heavy"] == 1 and told["sub"] == tokens.claims("id")["sub"]
    assert told["preferred_username"] == "ada" and "realm_access" in told
    answer = blog.userinfo(tokens)
    assert answer.status_code == 200 and answer.json()["preferred_username"] == "ada"
    assert set(Tokens(blog.refresh(tokens).json()).claims()) == set(claims)
    mapped.admin.request("DELETE", "/sessions/" + tokens.sid, 204)
    assert not blog.is_alive(tokens)


def test_a_light_token_of_a_service_account_says_whose_it_is(light):
    """No session says it."""
    answer = light.batch.post("token", grant_type="client_credentials").json()
    claims = Tokens(answer).claims()
    found = light.batch.introspect(answer["access_token"])
    assert found["active"] and claims["sub"] == found["sub"]
    assert "clientHost" not in found and found["username"] == "service-account-batch"


def test_what_an_answer_may_leave_out(new_world):
    def changed(realm):
        realms.client(realm, "django-shop")["attributes"] |= {
            "exclude.session.state.from.auth.response": "true"}
        realms.client(realm, "django-blog")["attributes"] |= {
            "exclude.issuer.from.auth.response": "true"}
    world = new_world(changed)
    for app, names in ((world.shop, {"code", "state", "iss"}),
                       (world.blog, {"code", "state", "session_state"})):
        page = app.authorize(Browser()).submit("kc-login", follow=False, username="ada",
                                               password="lovelace")
        assert set(page.query()) == names
        answer = app.redeem("")
        assert answer.json()["error_description"] == "Code not valid"


def test_algorithms_are_the_clients(mapped):
    tokens = mapped.legacy.sign_in(nonce="n-7")
    assert jwt.get_unverified_header(tokens.access)["typ"] == "at+jwt"
    assert jwt.get_unverified_header(tokens.access)["alg"] == "PS256"
    assert jwt.get_unverified_header(tokens.id)["alg"] == "ES256"
    verified(tokens.access, mapped.server)
    verified(tokens.id, mapped.server, "legacy-node")
    answer = mapped.legacy.userinfo(tokens)
    assert answer.headers["content-type"].startswith("application/jwt")
    header, claims = verified(answer.text, mapped.server, "legacy-node")
    assert header["alg"] == "ES256" and claims["sub"] == tokens.claims()["sub"]


def test_the_old_nonce_and_what_the_answer_says_besides(mapped):
    legacy = mapped.legacy
    tokens = legacy.sign_in(nonce="n-7")
    assert tokens.json["also"] == "here"
    for _ in range(2):
        assert all(tokens.claims(kind)["nonce"] == "n-7" for kind in ("access", "id", "refresh"))
        tokens = Tokens(legacy.refresh(tokens).json())


def test_claims_that_the_sign_in_asks_for(mapped):
    legacy = mapped.legacy
    wanted = json.dumps({"userinfo": {"email": {"essential": True}}})
    client = mapped.admin.get("/clients", clientId="legacy-node")[0]
    assert "email" in client["defaultClientScopes"]
    tokens = legacy.sign_in(claims=wanted)
    told = verified(legacy.userinfo(tokens).text, mapped.server, "legacy-node")[1]
    assert told["email"] == "ada@example.org"
    for broken in ("{", "[]", "7", "x" * 5000):
        assert legacy.sign_in(claims=broken).claims()["sub"]


def test_scopes_with_parameters(mapped):
    legacy = mapped.legacy
    tokens = legacy.sign_in(scope="openid group:red group:blue")
    for _ in range(2):
        assert {"group:red", "group:blue"} <= set(tokens.claims()["scope"].split())
        tokens = Tokens(legacy.refresh(tokens).json())
    answer = legacy.refresh(tokens, scope="openid group:red")
    assert "group:blue" not in Tokens(answer.json()).claims()["scope"]
    assert legacy.refresh(tokens, scope="openid group:green").json()["error"] == "invalid_scope"
    page = legacy.authorize(Browser(), scope="openid group")
    assert page.query()["error"] == "invalid_scope"
    answer = requests.get(mapped.shop.endpoint("auth"), timeout=60, allow_redirects=False,
                          params=mapped.shop.authorize_params(scope="openid group:red"))
    assert "invalid_scope" in answer.headers["location"], "another client has it not"
