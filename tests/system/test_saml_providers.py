"""SAML service providers as people run them, each unmodified: they sign in, they are logged out
by other applications of the same session, and they begin a logout."""

import concurrent.futures

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from support import wait_for
from support.browser import Browser
from support.providers import KINDS, settle

NAMES = sorted(KINDS)


@pytest.fixture(scope="module")
def providers(shared, common):
    """All of them, started beside each other."""
    made = {name: kind(shared.folder) for name, kind in KINDS.items()}
    shared.made += made.values()
    with concurrent.futures.ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(lambda one: one.start(common.server), made.values()))
    return made


class Visit:
    """One browser, signed in at the shop (OpenID Connect) and at some providers."""

    def __init__(self, common, providers, *names):
        self.common, self.browser = common, Browser()
        self.tokens = common.shop.sign_in(self.browser)
        self.at = [providers[name] for name in names]
        for provider in self.at:
            assert not provider.sign_in(self.browser), "the password was asked for twice"
            assert provider.is_signed_in(self.browser)

    def receipt(self):
        return self.common.admin.receipt(self.tokens.sid)

    def shop_signs_out(self):
        """Ends where the shop wants it to end."""
        back = self.common.shop.base_url + "/bye"
        page = settle(self.browser.open(self.common.shop.endpoint("logout"), params={
            "id_token_hint": self.tokens.id, "post_logout_redirect_uri": back, "state": "s"}))
        assert page.url == back + "?state=s", f"{page.status} {page.url[:300]} {page.text[:2000]}"

    def is_out(self):
        """Nobody knows the session any more, at once or soon."""
        common = self.common
        assert not common.shop.is_alive(self.tokens)
        common.told("django-shop", self.tokens.sid)
        for provider in self.at:
            wait_for(lambda one=provider: not one.is_signed_in(self.browser),
                     f"{provider.name} has signed ada out")
        # Out of the server, too.
        page = common.shop.authorize(self.browser)
        assert page.status == 200 and page.is_login(), page.text[:300]

        def states():
            found = self.receipt().states()
            return found if set(found.values()) <= {"delivered"} else None
        told = wait_for(states, "the receipt shows that everybody has been told")
        assert "django-shop" in told, told
        return told


@pytest.mark.parametrize("name", NAMES)
def test_signs_in_and_starts_a_logout(common, providers, name):
    provider, browser = providers[name], Browser()
    assert provider.sign_in(browser), "no login form"
    tokens = common.shop.sign_in(browser)
    provider.sign_out(browser)
    assert not provider.is_signed_in(browser) and not common.shop.is_alive(tokens)
    common.told("django-shop", tokens.sid)
    assert common.shop.authorize(browser).is_login()
    receipt = common.admin.receipt(tokens.sid)
    assert receipt.initiator == provider.client_id, receipt.json
    # And in again.
    assert provider.sign_in(browser) and provider.is_signed_in(browser)


@pytest.mark.parametrize("name", NAMES)
def test_is_logged_out_by_an_openid_connect_application(common, providers, name):
    visit = Visit(common, providers, name)
    visit.shop_signs_out()
    assert providers[name].client_id in visit.is_out()


@pytest.mark.parametrize("name", NAMES)
def test_is_logged_out_by_another_saml_application(common, providers, name):
    other = "mellon" if name != "mellon" else "python3-saml"
    visit = Visit(common, providers, name, other)
    providers[other].sign_out(visit.browser)
    assert providers[name].client_id in visit.is_out()
    starter = visit.receipt().deliveries[providers[other].client_id]
    assert (starter.channel, starter.attempts) == ("none", 0), "told what it has said itself"


@pytest.mark.parametrize("starter", [None, "mellon", "python3-saml", "djangosaml2"])
def test_everybody_at_once(common, providers, starter):
    visit = Visit(common, providers, *NAMES)
    bystander = Browser()  # the same person at another place stays in
    providers["mellon"].sign_in(bystander)
    if starter:
        providers[starter].sign_out(visit.browser)
    else:
        visit.shop_signs_out()
    told = visit.is_out()
    assert {providers[name].client_id for name in NAMES if name != starter} <= set(told)
    assert providers["mellon"].is_signed_in(bystander)


def test_a_logout_that_is_asked_for_by_soap(common, providers):
    """The provider asks the server itself; only the first page is the browser's."""
    visit = Visit(common, providers, "pysaml2", "mellon", "node-saml")
    providers["pysaml2"].open(visit.browser, "/logout?by=soap")
    told = visit.is_out()
    assert {providers[name].client_id for name in ("mellon", "node-saml")} <= set(told)


def test_an_administrator_ends_the_session(common, providers):
    """Who can be told only in the browser hears when that browser comes again."""
    visit = Visit(common, providers, *NAMES)
    common.admin.request("DELETE", f"/sessions/{visit.tokens.sid}", 204)
    fronts = [one for one in visit.at if one.front]
    for provider in visit.at:
        if not provider.front:
            wait_for(lambda one=provider: not one.is_signed_in(visit.browser),
                     f"{provider.name} has signed ada out")
    assert all(one.is_signed_in(visit.browser) for one in fronts)
    assert {visit.receipt().deliveries[one.client_id].state for one in fronts} == \
        {"waiting-for-browser"}
    page = settle(visit.browser.open(common.shop.endpoint("auth"),
                                     params=common.shop.authorize_params()))
    assert page.is_login(), f"{page.status} {page.url[:300]} {page.text[:500]}"
    visit.is_out()


@pytest.mark.parametrize("starter", ["python3-saml", "djangosaml2"])
def test_the_chain_in_a_real_browser(providers, chromium, starter):
    chain = [providers[name] for name in ("python3-saml", "djangosaml2", "simplesamlphp")]

    def until_at(provider, element):
        WebDriverWait(chromium, 60).until(
            lambda _: chromium.current_url == provider.url + "/"
            and chromium.find_elements(By.ID, element),
            f"{element} at {provider.name}, not {chromium.current_url}")

    for number, provider in enumerate(chain):
        chromium.get(provider.url + provider.login_path)
        if number == 0:
            WebDriverWait(chromium, 60).until(
                lambda _: chromium.find_elements(By.ID, "kc-form-login"), "the login page")
            chromium.find_element(By.NAME, "username").send_keys("ada")
            chromium.find_element(By.NAME, "password").send_keys("lovelace")
            chromium.find_element(By.ID, "kc-login").click()
        until_at(provider, "user")
    chromium.get(providers[starter].url + providers[starter].logout_path)
    until_at(providers[starter], "nobody")
    for provider in chain:
        chromium.get(provider.url + "/")
        until_at(provider, "nobody")


def test_a_certificate_that_is_not_trusted(common, providers):
    mellon, admin = providers["mellon"], common.admin
    client, = admin.get("/clients", clientId=mellon.client_id)
    authority = client["attributes"].pop("curfew.outgoing.ca")

    def save():
        admin.request("PUT", f"/clients/{client['id']}", 204, json=client)

    client["attributes"]["curfew.outgoing.ca"] = ""
    save()
    visit = Visit(common, providers, *NAMES)
    visit.shop_signs_out()
    for provider in visit.at:
        if provider is not mellon:
            wait_for(lambda one=provider: not one.is_signed_in(visit.browser),
                     f"{provider.name} has signed ada out")
    common.told("django-shop", visit.tokens.sid)

    def waiting():
        found = visit.receipt().deliveries[mellon.client_id]
        return found if found.state == "waiting" and found.reason else None
    failed = wait_for(waiting, "mellon cannot be told")
    assert "issuer 'CN=Private Authority of the Tests' not trusted" in failed.reason
    assert mellon.is_signed_in(visit.browser)
    events = wait_for(lambda: [one for one in admin.events("LOGOUT_ERROR")
                               if one.get("sessionId") == visit.tokens.sid], "an event tells it")
    assert {one["clientId"] for one in events} == {mellon.client_id}
    assert "CN=Private Authority of the Tests" in events[0]["details"]["reason"], events

    client["attributes"]["curfew.outgoing.ca"] = authority
    save()
    wait_for(lambda: visit.receipt().deliveries[mellon.client_id].state == "delivered",
             "mellon has been told")
    assert not mellon.is_signed_in(visit.browser)
