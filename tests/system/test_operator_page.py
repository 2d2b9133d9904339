"""The operator's page: who may see it, what it shows, its buttons; in a headless Chromium too."""

import pytest
import requests
from axe_core_python.selenium import Axe
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from conftest import World
from support import realm as realms
from support import wait_for
from support.browser import Browser
from support.server import ADMIN, ADMIN_PASSWORD

pytestmark = pytest.mark.any_engine


def page_url(server, realm="customers", prefix=""):
    return f"{server.url}{prefix}/admin/{realm}/signouts"


def sign_in(server, user=ADMIN, password=ADMIN_PASSWORD, realm="customers", home="master",
            prefix=""):
    """A browser with the page of that realm, through a sign-in in realm `home`: (browser, page)."""
    browser = Browser()
    page = browser.open(page_url(server, realm, prefix))
    assert page.status == 401 and "for administrators" in page.text
    link = next(one for one in page.links if f"/realms/{home}/" in one)
    page = browser.open(link)
    assert page.is_login(), page.text[:300]
    return browser, page.submit("kc-login", username=user, password=password)


def signed_out(world, *apps):
    browser = Browser()
    tokens = [app.sign_in(browser) for app in apps]
    answer = apps[0].post("logout", refresh_token=tokens[0].refresh)
    return answer.headers["x-curfew-signout"]


def add_operators(realm):
    for name, roles in (("viewer", ["view-events"]), ("manager", ["manage-events"]),
                        ("other", ["view-users"])):
        realm["users"].append({
            "username": name, "enabled": True, "email": f"{name}@example.org",
            "firstName": "A", "lastName": "B", "clientRoles": {"realm-management": roles},
            "credentials": [{"type": "password", "value": name + "-pw"}]})


@pytest.fixture(scope="module")
def operated(shared):
    return World(shared, add_operators)


@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_the_servers_address_alone_leads_to_it(operated, prefix):
    at, went = prefix + "/", []
    while True:
        answer = requests.get(operated.server.url + at, allow_redirects=False, timeout=10)
        if answer.status_code != 302:
            break
        at = answer.headers["location"]
        went.append(at)
    assert went == [prefix + "/admin/", prefix + "/admin/master/console/", prefix + "/admin/master/signouts"]
    assert answer.status_code == 401 and "for administrators" in answer.text
    answer = requests.get(f"{operated.server.url}{prefix}/admin/a%20b%22/console/", allow_redirects=False, timeout=10)
    assert answer.headers["location"] == prefix + "/admin/a%20b%22/signouts"


@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_an_administrator_of_the_server_sees_it(operated, prefix):
    """B2.15."""
    browser, page = sign_in(operated.server, prefix=prefix)
    assert page.status == 200 and page.url == page_url(operated.server, prefix=prefix)
    assert page.ids["operator-user"] == ADMIN
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"].startswith("no-store")
    # The same session sees every realm's page.
    assert browser.open(page_url(operated.server, "master")).status == 200
    assert browser.open(page_url(operated.server, "nosuch")).status == 404


def test_who_may_see_it_and_press(operated):
    server = operated.server
    signout_id = signed_out(operated, operated.ovirt, operated.shop)
    browser, page = sign_in(server, "viewer", "viewer-pw", home="customers")
    assert page.status == 200 and signout_id in page.text
    assert len(page.forms) == 1, "the filter alone: no button to press"
    browser, page = sign_in(server, "other", "other-pw", home="customers")
    assert page.status == 403 and signout_id not in page.text
    browser, page = sign_in(server, "ada", "lovelace", home="customers")
    assert page.status == 403 and signout_id not in page.text
    # Of another realm one sees nothing.
    browser, _ = sign_in(server, "manager", "manager-pw", home="customers")
    assert browser.open(page_url(server, "master")).status == 401
    # A token is no session, and nothing is told to whoever has neither.
    answer = requests.get(page_url(server), headers=operated.admin.bearer(), timeout=60)
    assert answer.status_code == 401 and signout_id not in answer.text


def test_the_buttons_want_this_sessions_form(new_world):
    """B2.14."""
    world = new_world(add_operators)
    world.sinks["django-blog"].set(answers=[500] * 100)
    signout_id = signed_out(world, world.blog)
    wait_for(lambda: world.admin.get(f"/signouts/{signout_id}")["deliveries"][0]["state"] ==
             "waiting", "the notice waits")
    browser, page = sign_in(world.server)
    form = page.forms[-1]
    good = {**form.fields, "what": "cancel"}
    url = page_url(world.server)

    def post(sender, headers=None, **changes):
        fields = {k: v for k, v in {**good, **changes}.items() if v is not None}
        return sender.open(url, "POST", follow=False, data=fields, headers={
            "Sec-Fetch-Site": "same-origin", "Origin": world.server.url, **(headers or {})})

    def state():
        return world.admin.get(f"/signouts/{signout_id}")["deliveries"][0]["state"]

    other, _ = sign_in(world.server, "manager", "manager-pw", home="customers")
    viewer, _ = sign_in(world.server, "viewer", "viewer-pw", home="customers")
    for sender, changes in ((browser, {"ticket": None}), (browser, {"ticket": "x"}),
                            (browser, {"signout": "nosuch"}), (browser, {"delivery": "nosuch"}),
                            (browser, {"what": "drop"}), (other, {}), (viewer, {}),
                            (Browser(), {})):
        assert post(sender, **changes).status in (400, 401, 403), changes
    assert post(browser, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
                ).status == 403
    assert state() != "cancelled"

    def cancelled():
        done = post(browser)
        assert done.status == 303 and done.location.startswith(url + "?user=")
        return state() == "cancelled"
    wait_for(cancelled, "the notice is cancelled")
    # In another session of the same administrator the form is worth nothing.
    again, _ = sign_in(world.server)
    assert post(again, what="retry").status == 400
    world.sinks["django-blog"].set()
    assert post(browser, what="retry").status == 303
    wait_for(lambda: state() == "delivered", "the retry delivers")


def test_filters_and_pages(new_world):
    world = new_world()
    browser, page = sign_in(world.server)
    assert "Nobody has signed out yet" in page.text, "the empty state"
    ids = [signed_out(world, world.shop) for _ in range(27)]
    odd = signed_out(world, world.ovirt)
    wait_for(lambda: all(one["settled"] for one in world.admin.get("/signouts")), "all are told")
    page = browser.open(page_url(world.server))
    assert odd in page.text and ids[-1] in page.text and ids[0] not in page.text
    older = browser.open(next(one for one in page.links if "first=25" in one))
    assert ids[0] in older.text and odd not in older.text
    assert "Older" not in older.text
    page = page.submit("show", user="ada", open="1")
    assert odd in page.text and ids[-1] not in page.text
    assert "0 of 1 were told" in page.text
    assert "No sign-out fits" in browser.open(page_url(world.server) + "?user=nobody").text
    hostile = "\"><script>alert(1)</script>"
    page = browser.open(page_url(world.server), params={"user": hostile, "first": "-3"})
    assert page.status == 200 and "<script>alert" not in page.response.text


def test_in_a_browser_live_and_with_its_buttons(new_world, chromium):
    world = new_world(lambda realm: realms.set_attribute(realm, "curfew.signout.give_up_s", "600"))
    wait = WebDriverWait(chromium, 60)
    chromium.get(page_url(world.server))
    chromium.find_element(By.ID, "sign-in-master").click()
    chromium.find_element(By.ID, "username").send_keys(ADMIN)
    chromium.find_element(By.ID, "password").send_keys(ADMIN_PASSWORD)
    chromium.find_element(By.ID, "kc-login").click()
    wait.until(lambda d: d.find_elements(By.ID, "empty"))
    assert chromium.current_url == page_url(world.server), "no code stays in the address"
    chromium.get_log("browser")  # the first answer was a 401, as it should be

    # A sign-out shows up by itself, with what becomes of it.
    world.sinks["django-blog"].set(answers=[503] * 1000)
    signout_id = signed_out(world, world.shop, world.blog)
    receipt = f'[data-signout="{signout_id}"]'

    def state(client):
        found = chromium.find_elements(
            By.CSS_SELECTOR, f'{receipt} [data-client="{client}"] .state')
        return found[0].text if found else None

    def seen(check):
        # The page swaps what has changed, under our feet.
        def look(_):
            try:
                return check()
            except StaleElementReferenceException:
                return False
        return wait.until(look)

    seen(lambda: state("django-shop") == "delivered" and state("django-blog") == "waiting")
    text = chromium.find_element(By.CSS_SELECTOR, receipt).text
    assert "ada" in text and "1 of 2 were told so far" in text and "HTTP 503" in text
    serious = [one for one in Axe().run(chromium)["violations"]
               if one["impact"] in ("critical", "serious")]
    assert serious == [], serious

    def press(what):
        def click():
            chromium.find_element(
                By.CSS_SELECTOR,
                f'{receipt} [data-client="django-blog"] button[value="{what}"]').click()
            return True
        WebDriverWait(chromium, 60, ignored_exceptions=[NoSuchElementException]).until(
            lambda _: seen(click))

    def cancelled():
        if state("django-blog") == "waiting":
            press("cancel")
        return state("django-blog") == "cancelled"
    seen(cancelled)
    assert "1 of 2 were told." in chromium.find_element(By.CSS_SELECTOR, receipt).text

    world.sinks["django-blog"].set()
    press("retry")
    seen(lambda: state("django-blog") == "delivered")
    seen(lambda: "Everybody was told." in chromium.find_element(By.CSS_SELECTOR, receipt).text)
    assert not chromium.find_elements(By.CSS_SELECTOR, f"{receipt} button")
    errors = [one for one in chromium.get_log("browser") if one["level"] == "SEVERE"]
    assert not errors, errors
