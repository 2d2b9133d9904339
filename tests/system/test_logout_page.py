"""The page after a sign-out: who has heard, alive and plain, in the user's language."""

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from support import realm as realms
from support import wait_for
from support.axe import axe
from support.browser import Browser, origin

pytestmark = pytest.mark.any_engine

JSON = {"Accept": "application/json", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Site": "same-origin"}


def logout(world, browser, **params):
    return browser.open(world.server.endpoint("logout"), follow=False, params=params)


def news_url(page):
    """Where the page asks for news."""
    text = page.response.text
    start = text.index('data-news="') + len('data-news="')
    return text[start:text.index('"', start)].replace("&amp;", "&")


def news(browser, url):
    answer = browser.send("GET", url, JSON)
    assert answer.status_code == 200, answer.text
    return answer.json()


def heard(browser, url):
    return {one["text"]: one["heard"] for one in news(browser, url)["applications"]}


def states(browser, url):
    return sorted(one["heard"] for one in news(browser, url)["applications"])


def acknowledge(browser, url, client, headers=None):
    return browser.send("POST", url, {**JSON, "Origin": origin(url), **(headers or {})},
                        data={"client": client}).status_code


def client_ids(page):
    """The ids that stand in the list, by the name shown."""
    text, found = page.response.text, {}
    for item in text.split('<li data-client="')[1:]:
        found[item.split('class="name">')[1].split("<")[0]] = item.split('"')[0]
    return found


@pytest.fixture
def everybody(new_world):
    """A user signed in to an application that hears, one that is down, one that is asked
    through the browser, one that cannot be told, and one with an admin URL."""
    world = new_world()
    browser = world.browser()
    for app in (world.blog, world.front, world.ovirt, world.legacy):
        app.sign_in(browser)
    tokens = world.shop.sign_in(browser)
    return world, browser, tokens


# ---- what it says

def test_it_lists_each_application_and_whether_it_has_heard(everybody):
    world, browser, tokens = everybody
    world.sinks["django-blog"].stop()
    page = logout(world, browser, id_token_hint=tokens.id)
    assert page.status == 200 and "You are logged out" in page.text
    assert "You are signed out of django-shop, and of the sign-in server" in page.text
    assert set(client_ids(page)) == {"django-shop", "django-blog", "front-app", "ovirt-engine",
                                     "legacy-node"}
    assert "cannot be told" in page.text and "asked through the browser, not proven" in page.text
    url = news_url(page)
    wait_for(lambda: states(browser, url) == ["asked", "cannot", "later", "told", "told"],
             "the living have heard")
    assert heard(browser, url)["will be told when it answers"] == "later"
    assert news(browser, url)["open"]
    plain = browser.open(url)
    assert "will be told when it answers" in plain.text and plain.links, "without JavaScript"
    world.sinks["django-blog"].start()
    wait_for(lambda: not news(browser, url)["open"], "all have heard", 60)


def test_the_page_goes_on_where_the_application_asked(everybody):
    world, browser, tokens = everybody
    back = world.shop.base_url + "/bye"
    page = logout(world, browser, id_token_hint=tokens.id, post_logout_redirect_uri=back,
                  state="s")
    assert page.status == 200 and len(page.frames) == 1
    assert back + "?state=s" in page.links


@pytest.mark.parametrize("setting, status", [("always", 200), ("auto", 302), (None, 302)])
def test_a_realm_may_always_show_it(new_world, setting, status):
    world = new_world(lambda realm: setting and realms.set_attribute(
        realm, "curfew.logout.page", setting))
    tokens = world.shop.sign_in(browser := Browser())
    back = world.shop.base_url + "/bye"
    page = logout(world, browser, id_token_hint=tokens.id, post_logout_redirect_uri=back)
    assert page.status == status
    assert back in page.links if status == 200 else page.location == back
    again = logout(world, browser, id_token_hint=tokens.id, post_logout_redirect_uri=back)
    assert again.location == back, "nothing ended, nothing to show"


def test_nothing_was_left_to_end(common):
    tokens = common.shop.sign_in(browser := Browser())
    assert logout(common, browser, id_token_hint=tokens.id).status == 200
    page = logout(common, browser, id_token_hint=tokens.id)
    assert "You were signed out already" in page.text and not client_ids(page)


def test_a_client_is_named_as_users_know_it(new_world):
    def name(realm):
        realms.client(realm, "django-shop")["name"] = "<b>Shop & Co</b>"
    world = new_world(name)
    tokens = world.shop.sign_in(browser := Browser())
    page = logout(world, browser, id_token_hint=tokens.id)
    assert "&lt;b&gt;Shop &amp; Co&lt;/b&gt;" in page.response.text
    assert "<b>" not in page.response.text


# ---- languages

def test_it_speaks_german_when_the_application_asks(common):
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser, id_token_hint=tokens.id, ui_locales="fr de-AT en")
    assert "Sie sind abgemeldet" in page.text and 'lang="de"' in page.response.text
    assert page.headers["content-language"] == "de"
    told = wait_for(lambda: [one for one in news(browser, news_url(page))["applications"]
                             if one["heard"] == "told"], "the shop has heard")
    assert told[0]["text"] == "abgemeldet"


def test_the_question_keeps_its_language(common):
    common.shop.sign_in(browser := Browser())
    page = logout(common, browser, ui_locales="de")
    assert page.is_confirmation() and "Möchten Sie sich abmelden?" in page.text
    assert "Sie sind abgemeldet" in page.submit("kc-logout").text


@pytest.mark.parametrize("header, language", [
    ("de", "de"), ("de-DE,de;q=0.9,en;q=0.8", "de"), ("en;q=0.3, de;q=0.5", "de"),
    ("fr,en;q=0.9,de;q=0.8", "en"), ("fr", "de"), ("", "de"), ("de;q=0, en", "en"),
    ("*;q=0.1", "de"), (";;;,,,q=", "de"), ("de;q=zzz,en;q=0.1", "en"), ("x" * 9000, "de")])
def test_an_internationalized_realm_hears_the_browser(shared, header, language):
    if not hasattr(shared, "german"):
        def change(realm):
            realm.update(internationalizationEnabled=True, supportedLocales=["en", "de"],
                         defaultLocale="de")
        realm = realms.customers({})
        change(realm)
        shared.german = shared.server(realm)
    page = Browser().open(shared.german.endpoint("logout"), headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in page.response.text


def test_other_realms_speak_english(common):
    page = Browser().open(common.server.endpoint("logout"), headers={"Accept-Language": "de"})
    assert '<html lang="en">' in page.response.text


# ---- who may ask

def test_news_are_for_the_browser_that_signed_out(everybody):
    world, browser, tokens = everybody
    url = news_url(logout(world, browser, id_token_hint=tokens.id))
    stranger = Browser()
    stranger.open(world.server.endpoint("logout"))  # has a flow cookie of its own
    for other in (stranger, Browser()):
        assert other.send("GET", url, JSON).status_code == 400
        assert acknowledge(other, url, "x") == 400
    for broken in (url + "x", url.split("?")[0], url.replace("ticket=", "ticket=A"),
                   url + "&ticket=2"):
        assert browser.send("GET", broken, JSON).status_code == 400
    other_realm = url.replace("/realms/customers/", "/realms/master/")
    assert browser.send("GET", other_realm, JSON).status_code == 400
    assert news(browser, url)["applications"]


def test_a_question_s_ticket_is_no_ticket_for_news(common):
    common.shop.sign_in(browser := Browser())
    ticket = logout(common, browser).forms[0].fields["ticket"]
    url = common.server.endpoint("logout") + "/signed-out?ticket=" + ticket
    assert browser.send("GET", url, JSON).status_code == 400


# ---- what frames say

def test_an_acknowledgement_turns_asked_into_signed_out(everybody):
    world, browser, tokens = everybody
    page = logout(world, browser, id_token_hint=tokens.id)
    url, ids = news_url(page), client_ids(page)
    assert acknowledge(browser, url, ids["ovirt-engine"]) == 204, "was never asked"
    assert acknowledge(browser, url, "") == 204
    evil = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert acknowledge(browser, url, ids["front-app"], evil) == 403
    delivery = world.admin.receipt(tokens.sid).deliveries["front-app"]
    assert delivery.state == "asked-through-browser"
    for _ in range(2):
        assert acknowledge(browser, url, ids["front-app"]) == 204
    receipt = world.admin.receipt(tokens.sid)
    assert receipt.deliveries["front-app"].state == "delivered"
    assert "in the browser" in receipt.deliveries["front-app"].reason
    assert receipt.deliveries["ovirt-engine"].state == "not-possible"


# ---- in a real browser

def sign_in(chromium, *apps):
    for app in apps:
        chromium.get(app.server.endpoint("auth") + "?" + "&".join(
            f"{k}={v}" for k, v in app.authorize_params().items()))
        if chromium.find_elements(By.ID, "kc-form-login"):
            chromium.find_element(By.ID, "username").send_keys("ada")
            chromium.find_element(By.ID, "password").send_keys("lovelace")
            chromium.find_element(By.ID, "kc-login").click()
        WebDriverWait(chromium, 30).until(lambda d, app=app: d.current_url.startswith(
            app.base_url))


def shown_states(chromium):
    return {item.find_element(By.CLASS_NAME, "name").text:
            item.get_attribute("data-heard")
            for item in chromium.find_elements(By.CSS_SELECTOR, "#applications li")}


def confirm(chromium, world, **params):
    chromium.get(world.server.endpoint("logout") + "?" + "&".join(
        f"{k}={v}" for k, v in params.items()))
    chromium.find_element(By.ID, "kc-logout").click()


ACKNOWLEDGES = b"<script>parent.postMessage({type: 'curfew:signed-out'}, '*')</script>"
# Another window's word does not count.
LIES = b"<iframe srcdoc=\"<script>top.postMessage({type: 'curfew:signed-out'}, '*')</script>\">"


def test_alive_in_a_browser(world, chromium):
    sink = world.sinks["django-blog"]
    world.sinks["front-app"].page = ACKNOWLEDGES
    sign_in(chromium, world.shop, world.blog, world.front, world.ovirt)
    sink.set("black-hole")
    confirm(chromium, world)
    until = WebDriverWait(chromium, 30).until
    until(lambda d: shown_states(d) == {
        "django-shop": "told", "django-blog": "telling", "front-app": "told",
        "ovirt-engine": "cannot"}, "the page has the news")
    sink.set("ok")
    until(lambda d: shown_states(d)["django-blog"] == "told", "the last has heard")
    assert chromium.find_element(By.ID, "applications").text.count("signed out") == 3
    assert axe(chromium) == []
    assert chromium.get_log("browser") == [], "no error in the browser's console"


def test_a_lying_frame_is_not_believed(world, chromium):
    world.sinks["front-app"].page = LIES
    sign_in(chromium, world.front)
    confirm(chromium, world)
    WebDriverWait(chromium, 30).until(
        lambda d: d.find_elements(By.CSS_SELECTOR, "#applications li"), "the list")
    wait_for(lambda: [one for one in world.sinks["front-app"].requests
                      if urlsplit(one.path).path == "/frontchannel-logout"], "the frame loads")
    assert shown_states(chromium) == {"front-app": "asked"}


@pytest.mark.parametrize("mode", ["ok", "black-hole"])
def test_frames_are_waited_for_but_not_long(world, chromium, mode):
    sign_in(chromium, world.shop, world.front)
    world.sinks["front-app"].set(mode)
    back = world.shop.base_url + "/bye"
    chromium.set_page_load_timeout(120)
    chromium.get(world.server.endpoint("logout") + "?client_id=django-shop"
                 "&post_logout_redirect_uri=" + back)
    chromium.execute_script("document.getElementById('kc-logout').click()")
    WebDriverWait(chromium, 60).until(lambda d: d.current_url == back, "back at the shop")
    assert any(urlsplit(one.path).path == "/frontchannel-logout"
               for one in world.sinks["front-app"].requests) or mode == "black-hole"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_other_pages_are_accessible(world, chromium, language):
    chromium.get(world.server.endpoint("auth") + "?" + "&".join(
        f"{k}={v}" for k, v in world.shop.authorize_params(ui_locales=language).items()))
    assert chromium.find_elements(By.ID, "kc-form-login") and axe(chromium) == []
    chromium.get(world.server.endpoint("logout") + "?ui_locales=" + language)
    assert chromium.find_elements(By.ID, "kc-logout") and axe(chromium) == []
    chromium.get(world.server.endpoint("logout") + "?id_token_hint=x&ui_locales=" + language)
    assert chromium.find_elements(By.ID, "kc-error-message") and axe(chromium) == []
