"""Consent and the account page in a real browser: by keyboard alone, accessible, in two languages."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from support import realm as realms
from support.axe import axe
from support.browser import Browser

pytestmark = pytest.mark.any_engine


def asking(realm):
    realms.client(realm, "django-blog")["consentRequired"] = True
    realm.update(internationalizationEnabled=True, supportedLocales=["en", "de"],
                 defaultLocale="en")


@pytest.fixture
def world(new_world):
    return new_world(asking)


def press_tab_until(chromium, element_id):
    """Moves the focus as somebody without a mouse does."""
    for _ in range(60):
        focused = chromium.switch_to.active_element
        if focused.get_attribute("id") == element_id:
            return focused
        focused.send_keys(Keys.TAB)
    raise AssertionError(f"{element_id} cannot be reached by the keyboard")


def sign_in_by_keyboard(chromium):
    WebDriverWait(chromium, 30).until(lambda d: d.find_elements(By.ID, "kc-form-login"))
    assert chromium.switch_to.active_element.get_attribute("id") == "username"
    chromium.switch_to.active_element.send_keys("ada", Keys.TAB, "lovelace", Keys.ENTER)


def authorize(chromium, app, **changes):
    chromium.get(app.endpoint("auth") + "?" + "&".join(
        f"{name}={value}" for name, value in app.authorize_params(**changes).items()))


def consent(chromium, world, **changes):
    authorize(chromium, world.blog, **changes)
    if chromium.find_elements(By.ID, "kc-form-login"):
        sign_in_by_keyboard(chromium)
    WebDriverWait(chromium, 30).until(lambda d: d.find_elements(By.ID, "kc-oauth"))


@pytest.mark.parametrize("language, title", [("en", "Grant Access"), ("de", "gewähren")])
def test_consent(world, chromium, language, title):
    consent(chromium, world, ui_locales=language)
    assert title in chromium.find_element(By.TAG_NAME, "h1").text
    assert axe(chromium) == []
    press_tab_until(chromium, "kc-login").send_keys(Keys.ENTER)
    WebDriverWait(chromium, 30).until(lambda d: d.current_url.startswith(world.blog.redirect_uri))
    assert "code=" in chromium.current_url
    authorize(chromium, world.blog)
    assert chromium.current_url.startswith(world.blog.redirect_uri), "it is remembered"
    consent(chromium, world, prompt="consent")
    press_tab_until(chromium, "kc-cancel").send_keys(Keys.ENTER)
    WebDriverWait(chromium, 30).until(lambda d: d.current_url.startswith(world.blog.redirect_uri))
    assert "error=access_denied" in chromium.current_url


def open_account(chromium, world, **params):
    chromium.get(world.server.realm_url() + "/account?" + "&".join(
        f"{name}={value}" for name, value in params.items()))
    if chromium.find_elements(By.ID, "kc-form-login"):
        sign_in_by_keyboard(chromium)
    WebDriverWait(chromium, 30).until(lambda d: d.find_elements(By.ID, "account-user"))


def press(chromium, element_id):
    body = chromium.find_element(By.TAG_NAME, "body")
    press_tab_until(chromium, element_id).send_keys(Keys.ENTER)
    WebDriverWait(chromium, 30).until(lambda d: d.find_element(By.TAG_NAME, "body") != body)


def test_the_account(world, chromium):
    consent(chromium, world)
    press_tab_until(chromium, "kc-login").send_keys(Keys.ENTER)
    theirs = [world.shop.sign_in(Browser()) for _ in range(3)]
    open_account(chromium, world)
    assert axe(chromium) == []
    press(chromium, f"sign-out-{theirs[0].sid}")
    assert [world.shop.is_alive(one) for one in theirs] == [False, True, True]
    WebDriverWait(chromium, 30).until(lambda d: d.refresh() or "signed out" in d.find_element(
        By.CSS_SELECTOR, ".receipt").text)
    assert axe(chromium) == []
    press(chromium, "sign-out-others")
    assert not any(world.shop.is_alive(one) for one in theirs)
    assert len(chromium.find_elements(By.CSS_SELECTOR, ".receipt")) == 2
    press(chromium, "remove-access-django-blog")
    assert not chromium.find_elements(By.ID, "remove-access-django-blog")
    assert chromium.get_log("browser") == [], "no error in the browser's console"
    press(chromium, "sign-out-all")
    assert "logged out" in chromium.find_element(By.TAG_NAME, "h1").text
    chromium.get(world.server.realm_url() + "/account")
    assert chromium.find_elements(By.ID, "kc-form-login")


def test_the_account_in_german(world, chromium):
    open_account(chromium, world, ui_locales="de")
    assert chromium.find_element(By.TAG_NAME, "html").get_attribute("lang") == "de"
    assert "Wo Sie angemeldet sind" in chromium.find_element(By.TAG_NAME, "main").text
    press(chromium, "sign-out-all")
    assert "Sie sind abgemeldet" in chromium.find_element(By.TAG_NAME, "h1").text
