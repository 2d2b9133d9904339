"""The session iframe, as keycloak-js and OpenID Connect Session Management use it."""

import base64
import hashlib

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from support import realm as realms
from support.browser import Browser

pytestmark = pytest.mark.any_engine


def frame_url(world):
    return world.server.endpoint("login-status-iframe.html")


def init(world, client_id, origin, session=requests):
    return session.get(frame_url(world) + "/init", timeout=60,
                       params={"client_id": client_id, "origin": origin}).status_code


def test_it_may_be_framed_and_loads_only_its_script(common):
    answer = requests.get(frame_url(common), timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html;charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    assert "x-frame-options" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors" not in policy
    discovery = requests.get(common.server.realm_url() + "/.well-known/openid-configuration",
                             timeout=60).json()
    assert discovery["check_session_iframe"] == frame_url(common)
    assert Browser().open(common.server.endpoint("auth")).headers["x-frame-options"]


def test_only_the_client_s_origins_are_answered(common):
    """B2.16, CVE-2024-1249."""
    shop, spa = common.shop.base_url, common.spa.base_url
    assert init(common, "spa", spa) == 204
    assert init(common, "spa", common.server.url) == 204, "our own pages"
    for client, origin in [("spa", shop), ("nobody", spa), ("", spa), ("spa", ""),
                           ("spa", "null"), ("spa", spa + ".evil.example"), ("spa", spa + "/"),
                           ("spa", spa.replace("http:", "https:"))]:
        assert init(common, client, origin) == 403, (client, origin)
    assert requests.get(frame_url(common) + "/init", timeout=60).status_code == 403
    twice = frame_url(common) + f"/init?client_id=spa&origin={spa}&origin=http://evil.example"
    assert requests.get(twice, timeout=60).status_code in (204, 400, 403)


PAGE = """<!DOCTYPE html><title>application</title><iframe id="frame" src="%s"></iframe>
<iframe src="%s/3p-cookies/step1.html"></iframe>
<script>
var waiting = [], cookies = [];
window.addEventListener("message", function (event) {
  if (event.source !== document.getElementById("frame").contentWindow) cookies.push(event.data);
  else if (waiting.length) waiting.shift()(event.data);
});
function ask(text, done) {
  waiting.push(done);
  document.getElementById("frame").contentWindow.postMessage(text, "%s");
}
</script>"""


class Asker:
    """Pages of two applications that frame the session iframe."""

    def __init__(self, world, chromium):
        self.world, self.chromium = world, chromium
        url = frame_url(world)
        page = PAGE % (url, url.rpartition("/")[0], world.server.url)
        for sink in (world.sinks["spa"], world.sinks["batch"]):
            sink.page = page.encode()

    def open(self, app):
        self.chromium.get(app.base_url + "/page")
        return self

    def ask(self, text):
        return self.chromium.execute_async_script(
            "ask(arguments[0], arguments[arguments.length - 1])", text)

    def sign_in(self):
        app = self.world.spa
        self.chromium.get(app.server.endpoint("auth") + "?" + "&".join(
            f"{name}={value}" for name, value in app.authorize_params().items()))
        self.chromium.find_element(By.ID, "username").send_keys("ada")
        self.chromium.find_element(By.ID, "password").send_keys("lovelace")
        self.chromium.find_element(By.ID, "kc-login").click()
        WebDriverWait(self.chromium, 30).until(
            lambda d: d.current_url.startswith(app.redirect_uri))
        return self.chromium.current_url.split("session_state=")[1].split("&")[0]


@pytest.fixture
def asker(world, chromium):
    return Asker(world, chromium)


def hashed(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def test_a_single_page_application_asks(asker, world):
    assert asker.open(world.spa).ask("spa ") == "unchanged", "nobody was signed in, nobody is"
    assert asker.ask("spa some-session") == "changed"
    WebDriverWait(asker.chromium, 30).until(
        lambda d: d.execute_script("return cookies") == ["supported"])
    sid = asker.sign_in()
    assert asker.open(world.spa).ask("spa " + sid) == "unchanged"
    assert asker.ask("spa ") == "changed", "somebody signed in"
    assert asker.ask("spa " + sid[:-1]) == "changed"
    salted = hashed(f"spa {world.spa.base_url} {hashed(sid)} pepper.1") + ".pepper.1"
    assert asker.ask("spa " + salted) == "unchanged"
    assert asker.ask("spa " + salted + "x") == "changed"
    for nonsense in ("", "spa", " ", "nobody " + sid):
        assert asker.ask(nonsense) == "error", nonsense
    assert asker.open(world.batch).ask("spa " + sid) == "error", "another application's page"
    assert not asker.chromium.get_log("browser") or all(
        "403" in entry["message"] for entry in asker.chromium.get_log("browser"))


@pytest.mark.parametrize("how", ["here", "by an administrator"])
def test_it_notices_the_end(asker, world, how):
    sid = asker.sign_in()
    assert asker.open(world.spa).ask("spa " + sid) == "unchanged"
    if how == "here":
        asker.chromium.get(world.server.endpoint("logout"))
        asker.chromium.find_element(By.ID, "kc-logout").click()
    else:
        world.admin.request("DELETE", f"/sessions/{sid}", 204)
    assert asker.open(world.spa).ask("spa " + sid) == "changed"
    assert asker.ask("spa ") == "unchanged"


def test_the_state_cookie_is_no_key(common):
    tokens = common.shop.sign_in(browser := Browser())
    state = [c for c in browser.cookies if c.name.startswith("CURFEW_STATE_")]
    assert len(state) == 1 and state[0].value == hashed(tokens.sid)
    assert not state[0].has_nonstandard_attr("HttpOnly")
    stranger = Browser()
    for cookie in state:
        stranger.cookies.set_cookie(cookie)
    assert common.shop.authorize(stranger).is_login()


def test_a_wildcard_origin(new_world):
    """B2.16."""
    world = new_world(lambda realm: realms.client(realm, "spa").update(webOrigins=["*"]))
    assert init(world, "spa", "http://anything.example") == 204
    assert init(world, "spa", "null") == 403
