"""The main job, end to end: Keycloak's own export, two Django sites with unmodified packages,
signed in once, signed out everywhere; and what becomes of it when applications are sick."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from support import realm as realms
from support import wait_for
from support.browser import App, Browser
from support.sites import who

ADA = "ada@example.org"


class Journey:
    """A server with the recorded realm, and the two sites."""

    def __init__(self, make, change=None, **site_env):
        self.sites = make.django_sites()
        self.realm = realms.customers(self.sites.ports)
        if change:
            change(self.realm)
        self.server = make.server(self.realm)
        self.sites.start(self.server, **{
            name: value.format(url=self.server.url) for name, value in site_env.items()})
        self.shop, self.blog = self.sites.shop, self.sites.blog
        self.browser = Browser()

    def sign_in_at_the_shop(self):
        page = self.browser.open(self.shop + "/private/")
        assert page.is_login(), page.text[:300]
        page = page.submit("kc-login", username="ada", password="lovelace")
        assert page.url == self.shop + "/private/" and page.ids["user"] == ADA

    def open_the_blog(self):
        page = self.browser.open(self.blog + "/private/")
        assert page.url == self.blog + "/private/", page.text[:300]
        assert page.ids["user"] == ADA

    def press_at_the_shop(self, button):
        """Presses one of the page's two ways out and follows to the end."""
        return self.browser.open(self.shop + "/").submit(button)

    def receipt(self):
        receipts = self.server.admin().signouts()
        assert len(receipts) == 1, [one.json for one in receipts]
        return receipts[0]


@pytest.mark.parametrize("button, door", [
    ("sign-out", "legacy-redirect"), ("oidc-logout", "rp-initiated")])
def test_signed_in_once_signed_out_everywhere(make, button, door):
    journey = Journey(make)
    journey.sign_in_at_the_shop()
    journey.open_the_blog()

    page = journey.press_at_the_shop(button)
    assert page.status == 200 and page.url == journey.shop + "/", (page.url, page.text[:300])
    assert who(journey.browser, journey.shop) is None
    wait_for(lambda: who(journey.browser, journey.blog) is None, "the blog has signed ada out")

    # Out of the server, too: it asks for the password again.
    page = journey.browser.open(journey.blog + "/private/")
    assert page.is_login(), page.text[:300]

    wait_for(lambda: set(journey.receipt().states().values()) == {"delivered"},
             "the receipt shows both sites as told")
    receipt = journey.receipt()
    assert (receipt.door, receipt.username) == (door, "ada")
    assert set(receipt.deliveries) == {"django-shop", "django-blog"}
    for delivery in receipt.deliveries.values():
        assert (delivery.channel, delivery.attempts, delivery.http_status) == \
            ("back-channel", 1, 200)

    # The same in the terminal, while the server runs.
    shown = journey.server.curfew("signout", "show", receipt.id).stdout
    for word in ("ada", "django-shop", "django-blog", "delivered"):
        assert word in shown, shown
    assert "Traceback" not in journey.sites.logs()


@pytest.mark.parametrize("signs_in, signs_out", [("", "/auth"), ("/auth", ""), ("/auth", "/auth")])
def test_sign_in_under_one_form_of_the_url_and_out_under_the_other(make, signs_in, signs_out):
    journey = Journey(make, REALM_URL="{url}" + signs_in + "/realms/customers",
                      LEGACY_REALM_URL="{url}" + signs_out + "/realms/customers")
    journey.sign_in_at_the_shop()
    journey.open_the_blog()
    page = journey.press_at_the_shop("sign-out")
    assert page.url == journey.shop + "/", (page.url, page.text[:300])
    # Each site hears from the issuer that it knows.
    wait_for(lambda: who(journey.browser, journey.blog) is None, "the blog has signed ada out")
    assert journey.browser.open(journey.shop + "/private/").is_login()


def test_sick_applications_hold_nobody_up_and_hear_later(make):
    refused, hole, failing = make.sink(), make.sink(), make.sink()
    sick = {"refused": refused, "hole": hole, "failing": failing}

    def with_sick_ones(realm):
        for name, sink in sick.items():
            realms.add_client(realm, name, sink.url)

    journey = Journey(make, with_sick_ones)
    journey.sign_in_at_the_shop()
    journey.open_the_blog()
    for name, sink in sick.items():
        tokens = App(journey.server, name, sink.url, name + "-secret").sign_in(journey.browser)
    refused.stop()
    hole.set("black-hole")
    failing.set(answers=[503, 503])

    # The answer comes although the black hole has not answered and never will, as it is.
    page = journey.press_at_the_shop("sign-out")
    assert page.url == journey.shop + "/"
    # The healthy hear while the sick are sick.
    wait_for(lambda: who(journey.browser, journey.blog) is None, "the blog has signed ada out")
    wait_for(lambda: hole.logout_tokens(), "the black hole has got its notice")
    assert journey.receipt().deliveries["hole"].state in ("sending", "waiting")
    wait_for(lambda: journey.receipt().deliveries["refused"].state == "waiting",
             "the refused notice waits")
    assert "refused" in journey.receipt().deliveries["refused"].reason.lower()

    refused.start()
    hole.set("ok")
    wait_for(lambda: set(journey.receipt().states().values()) == {"delivered"},
             "everybody has been told", 120)
    receipt = journey.receipt()
    assert receipt.deliveries["failing"].attempts == 3
    assert receipt.deliveries["refused"].attempts >= 2
    assert receipt.deliveries["django-blog"].attempts == 1
    notices = failing.logout_tokens(tokens.sid)
    assert len(notices) == 3
    assert len({one["jti"] for one in notices}) == 3, "each attempt has a jti of its own"


def test_killed_right_behind_the_answer_the_sites_are_told_after_the_restart(make):
    journey = Journey(make)
    journey.sign_in_at_the_shop()
    journey.open_the_blog()
    page = journey.browser.open(journey.shop + "/")
    at_the_server = page.submit("sign-out", follow=False).location
    answer = journey.browser.open(at_the_server, follow=False)
    journey.server.kill()
    assert answer.status == 302 and answer.location == journey.shop + "/"
    journey.server.start()
    wait_for(lambda: who(journey.browser, journey.blog) is None, "the blog has signed ada out")
    wait_for(lambda: set(journey.receipt().states().values()) == {"delivered"},
             "the receipt shows both sites as told", 60)
    assert journey.browser.open(journey.blog + "/private/").is_login()


@pytest.mark.parametrize("button", ["sign-out", "oidc-logout"])
def test_the_same_in_a_real_browser(make, chromium, button):
    journey = Journey(make)

    def until(condition, what):
        return WebDriverWait(chromium, 30).until(lambda _: condition(), what)

    def shown(element):
        found = chromium.find_elements(By.ID, element)
        return found[0] if found else None

    chromium.get(journey.shop + "/")
    assert shown("nobody")
    shown("sign-in").click()
    until(lambda: shown("kc-form-login"), "the login page")
    chromium.find_element(By.NAME, "username").send_keys("ada")
    chromium.find_element(By.NAME, "password").send_keys("lovelace")
    shown("kc-login").click()
    until(lambda: shown("user") and shown("user").text == ADA, "signed in at the shop")

    shown("other").click()
    until(lambda: chromium.current_url == journey.blog + "/private/", "the blog, no password")
    assert shown("user").text == ADA

    chromium.get(journey.shop + "/")
    shown(button).click()
    until(lambda: chromium.current_url == journey.shop + "/" and shown("nobody"),
          "back at the shop, signed out")

    def out_of_the_blog():
        chromium.get(journey.blog + "/")
        return shown("nobody")

    until(out_of_the_blog, "signed out of the blog")
    shown("sign-in").click()
    until(lambda: shown("kc-form-login"), "the server asks for the password again")
