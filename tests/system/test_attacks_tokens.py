"""Attacks on codes, tokens and the pages that lead to them. The rows that tests name (B2.8) are
those of docs/security-tests.md."""

import base64

import pytest
import requests

from support import realm as realms
from support.browser import App, Browser, Tokens, challenge
from support.clock import Clock


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def refused(answer, name="invalid_grant"):
    assert answer.status_code == 400 and answer.json()["error"] == name, answer.text


# ---- codes

def test_each_condition_of_a_code_counts_alone(world):
    """B2.8, CVE-2026-16089: client, redirect URI, verifier, realm; one at a time wrong."""
    verifier = "v" * 64
    other = {"realm": "others", "enabled": True, "sslRequired": "none", "clients": [
        {"clientId": "django-shop", "secret": "django-shop-secret",
         "redirectUris": [world.shop.redirect_uri]}]}
    world.admin.create_realm(other)
    elsewhere = world.app("django-shop", realm="others")
    browser = Browser()

    def code():
        return world.shop.code(browser, code_challenge=challenge(verifier),
                               code_challenge_method="S256")
    refused(world.blog.redeem(code(), redirect_uri=world.shop.redirect_uri,
                              code_verifier=verifier))
    refused(world.shop.redeem(code(), redirect_uri=world.shop.redirect_uri + "/",
                              code_verifier=verifier))
    refused(world.shop.redeem(code(), code_verifier="w" * 64))
    refused(world.shop.redeem(code()))
    refused(elsewhere.redeem(code(), code_verifier=verifier))
    assert world.shop.redeem(code(), code_verifier=verifier).status_code == 200


def test_a_code_is_good_for_its_minute(new_world, clock):
    """B2.8: at 61 s nothing is left of it."""
    world = new_world(env=clock.environment())
    clock.servers.append(world.server)
    early, late = world.shop.code(Browser()), world.shop.code(Browser())
    clock.jump(30)
    assert world.shop.redeem(early).status_code == 200
    clock.jump(61)
    refused(world.shop.redeem(late))


def test_a_code_of_one_sign_in_is_nothing_to_another(common):
    """B2.9: an injected code fails by the verifier of the sign-in that it is put into."""
    stolen = common.spa.code(Browser())
    common.spa.code(Browser())  # the application's own sign-in, with a verifier of its own
    refused(common.spa.redeem(stolen))


def test_no_token_travels_in_a_query(common):
    """B2.13: a bearer in the query is not looked at, and no answer writes one there."""
    browser = Browser()
    tokens = common.shop.sign_in(browser)
    for name in ("userinfo", "token/introspect", "token", "revoke"):
        answer = requests.get(common.server.endpoint(name), timeout=60, params={
            "access_token": tokens.access, "token": tokens.access})
        assert answer.status_code in (401, 405), name
    for response_type in ("token", "id_token", "id_token token", "code token"):
        page = common.shop.authorize(browser, response_type=response_type)
        assert page.status == 302 and "access_token" not in page.location
        assert "id_token=" not in page.location, response_type


# ---- refresh tokens

def test_a_rotated_token_is_a_replay_on_every_node(new_world, make, engine):
    """B2.17, CVE-2026-1035: what one node has turned is old on the other."""
    if engine != "postgres":
        pytest.skip("one file has one server")

    def rotating(realm):
        realm.update(revokeRefreshToken=True, refreshTokenMaxReuse=0)
        realms.client(realm, "django-shop")["directAccessGrantsEnabled"] = True
    key = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    flags = ["--hostname", "https://sso.example.org"]
    world = new_world(rotating, flags=flags, env={"CURFEW_SEAL_KEY": key})
    twin = make.twin(world.server)
    there = App(twin, "django-shop", world.shop.base_url, "django-shop-secret")
    first = Tokens(world.shop.password_grant(scope="openid").json())
    second = Tokens(there.refresh(first).json())
    third = Tokens(world.shop.refresh(second).json())
    refused(there.refresh(second))
    refused(world.shop.refresh(third))
    assert not there.introspect(third.access)["active"]


# ---- pages

def test_no_page_can_be_framed_or_tells_whence_one_came(world):
    """B2.12, B2.15: the login, an error, a logout question, the account."""
    browser = Browser()
    pages = {"login": world.shop.authorize(Browser()),
             "error": world.shop.authorize(Browser(), client_id="nobody")}
    world.shop.sign_in(browser)
    pages["logout"] = browser.open(world.server.endpoint("logout"), follow=False)
    pages["account"] = browser.open(world.server.realm_url() + "/account")
    pages["post"] = world.shop.authorize(browser, response_mode="form_post")
    for name, page in pages.items():
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy, name
        assert page.headers["x-frame-options"] in ("DENY", "SAMEORIGIN"), name
        assert page.headers["referrer-policy"] == "no-referrer", name
        assert "no-store" in page.headers["cache-control"], name


def test_a_login_form_that_was_tampered_with_signs_nobody_in(common):
    """CVE-2024-4540, CVE-2026-7571: what a sign-in is for is sealed in its form; the cookie holds
    nothing of it."""
    browser = Browser()
    page = common.shop.authorize(browser, nonce="nonce-to-find", state="state-to-find")
    form = page.forms[0]
    ticket = form.fields["ticket"]
    assert "to-find" not in page.response.text
    assert not any("to-find" in cookie.value for cookie in browser.cookies)
    places = range(0, len(ticket), max(1, len(ticket) // 40))
    for text in ("", "x", ticket[:-1], ticket + "A", *(
            ticket[:i] + ("B" if ticket[i] == "A" else "A") + ticket[i + 1:] for i in places)):
        answer = page.submit("kc-login", follow=False, ticket=text, username="ada",
                             password="lovelace")
        assert answer.status == 400 and answer.location is None
    assert "code" in page.submit("kc-login", follow=False, username="ada",
                                 password="lovelace").query()


def test_a_long_hint_breaks_no_cookie(common):
    """KC#40857: A login_hint without end: refused, and never in a cookie."""
    browser = Browser()
    assert common.shop.authorize(browser, login_hint="h" * 255).is_login()
    page = common.shop.authorize(browser, login_hint="h" * 4000)
    assert page.status < 500
    assert not any("hhhh" in cookie.value for cookie in browser.cookies)
    assert common.shop.sign_in(browser).sid


def test_the_next_person_at_a_browser_gets_a_session_of_their_own(common):
    """CVE-2025-12390: cookies from before the sign-out are sent along with the next sign-in."""
    browser = Browser()
    ada = common.shop.sign_in(browser, scope="openid offline_access")
    stale = [cookie for cookie in browser.cookies]
    browser.open(common.server.endpoint("logout"), follow=False, params={
        "id_token_hint": ada.id})
    for cookie in stale:
        browser.cookies.set_cookie(cookie)
    bob = common.shop.sign_in(browser, "bob", "builder", scope="openid offline_access")
    assert bob.claims()["preferred_username"] == "bob" and bob.sid != ada.sid
    answer = common.shop.refresh(ada)
    if answer.status_code == 200:  # her offline session lives on, and it is hers
        assert Tokens(answer.json()).claims()["sub"] == ada.claims()["sub"]
    assert Tokens(common.shop.refresh(bob).json()).claims()["sub"] == bob.claims()["sub"]


# ---- clients

def test_a_client_cannot_look_like_a_user(world):
    """B2.23: neither by a client's name nor by the name that its service account has; nor is a
    user made a service account."""
    def subject(client_id, secret="x" * 20):
        answer = requests.post(world.server.endpoint("token"), timeout=60, data={
            "client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"})
        return answer.status_code == 200 and Tokens(answer.json()).claims()["sub"]

    def create(kind, expect, **fields):
        world.admin.request("POST", "/" + kind, expect, json={"enabled": True, **fields})
    account = {"secret": "x" * 20, "serviceAccountsEnabled": True}
    ada, batch = world.admin.user("ada"), subject("batch", "batch-secret")
    create("clients", 201, clientId=ada["id"], **account)
    assert subject(ada["id"]) not in (False, ada["id"])
    create("users", 201, username="service-account-taken")
    create("clients", 409, clientId="taken", **account)
    assert subject("taken") is False
    create("clients", 201, clientId="later", **account)
    create("users", 409, username="service-account-later")
    create("users", 201, username="robot", serviceAccountClientId="batch")
    assert batch and subject("batch", "batch-secret") == batch != world.admin.user("robot")["id"]
    assert world.admin.user("ada") == ada


def test_an_offered_secret_is_answered_as_the_rules_say(common):
    """B2.22: 401 names the scheme, whichever way the secret came; two ways at once are refused."""
    url, wanted = common.server.endpoint("token"), {"grant_type": "client_credentials"}
    for auth, fields in ((("batch", "no"), {}), (("nobody", "no"), {}),
                         (None, {"client_id": "batch", "client_secret": "no"})):
        answer = requests.post(url, timeout=60, auth=auth, data={**wanted, **fields})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
    answer = requests.post(url, timeout=60, auth=("batch", "batch-secret"), data={
        **wanted, "client_id": "batch", "client_secret": "batch-secret"})
    assert answer.status_code == 400
    # Libraries made for Keycloak revoke with the same credentials twice.
    for secret, status in (("batch-secret", 200), ("other", 400)):
        answer = requests.post(common.server.endpoint("revoke"), timeout=60, auth=("batch", "batch-secret"),
                               data={"token": "x", "client_id": "batch", "client_secret": secret})
        assert answer.status_code == status


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
                                 " javascript:x", "java\tscript:x"])
def test_no_address_that_runs_code_is_registered(common, uri):
    """B2.3, CVE-2026-9086: at every setting of a client that a browser may be sent to."""
    path = "/clients/" + common.admin.get("/clients", clientId="django-shop")[0]["id"]
    before = common.admin.get(path)
    for change in ({"redirectUris": [uri]}, {"baseUrl": uri}, {"rootUrl": uri}, {"adminUrl": uri},
                   {"attributes": {"post.logout.redirect.uris": uri}},
                   {"attributes": {"frontchannel.logout.url": uri}},
                   {"attributes": {"backchannel.logout.url": uri}}):
        answer = common.admin.request("PUT", path, json=change)
        assert answer.status_code == 400, f"{change}: {answer.status_code}"
    assert common.admin.get(path) == before


def test_what_is_read_can_be_written_back(common):
    """CVE-2026-107623: no setting is lost when a representation is read and written."""
    for client in common.admin.get("/clients"):
        path = "/clients/" + client["id"]
        before = common.admin.get(path)
        common.admin.request("PUT", path, 204, json=before)
        assert common.admin.get(path) == before, client["clientId"]
    realm = common.admin.get()
    common.admin.request("PUT", "", 204, json=realm)
    assert common.admin.get() == realms.sent_back(realm)
