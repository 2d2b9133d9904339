"""The device authorization grant (RFC 8628): a device that polls, and somebody with a browser."""

import base64
import re
import secrets
from unittest import mock

import pytest
import requests
from keycloak import KeycloakOpenID

from support import realm as realms
from support.browser import Browser, Tokens, challenge
from support.clock import Clock
from conftest import World
from test_attacks_races import all_at_once

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ON = "oauth2.device.authorization.grant.enabled"


def devices(realm):
    """The shop's devices may poll as often as they like, the blog's every five seconds."""
    for name in ("django-shop", "django-blog", "spa"):
        realms.client(realm, name)["attributes"].update({ON: "true"})
    for name in ("django-shop", "spa"):
        realms.client(realm, name)["attributes"].update({"oauth2.device.polling.interval": "0"})
    realms.client(realm, "django-blog")["attributes"].update({"oauth2.device.code.lifespan": "60"})
    realm.update(eventsEnabled=True, enabledEventTypes=[])


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def world(shared, clock):
    made = World(shared, devices, env=clock.environment())
    clock.servers.append(made.server)
    return made


@pytest.fixture
def user(world):
    """Somebody of this test's own."""
    name = "u" + secrets.token_hex(4)
    world.admin.request("POST", "/users", 201, json={
        "username": name, "enabled": True, "email": name + "@example.org", "firstName": "U",
        "lastName": "V", "credentials": [{"type": "password", "value": "lovelace"}]})
    return world.admin.user(name)


class Device:
    """What an application on a device without a browser does."""

    def __init__(self, app, **fields):
        self.app, self.fields = app, {}
        if app.secret is None:
            self.fields["code_verifier"] = secrets.token_urlsafe(48)
            fields.update(code_challenge=challenge(self.fields["code_verifier"]),
                          code_challenge_method="S256")
        answer = app.post("auth/device", **{"scope": "openid", **fields})
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"].startswith("no-store")
        self.json = answer.json()
        self.code, self.user_code = self.json["device_code"], self.json["user_code"]

    def poll(self, app=None, **changes):
        fields = {"grant_type": GRANT, "device_code": self.code, **self.fields, **changes}
        return (app or self.app).post("token", **fields)

    def error(self, *args, **changes):
        answer = self.poll(*args, **changes)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"]

    def tokens(self):
        answer = self.poll()
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json())


def typed(world, browser, text, prefix=""):
    """The code is typed on the page."""
    page = browser.open(world.server.realm_url(prefix=prefix) + "/device")
    assert page.status == 200 and page.forms[0].id == "kc-user-verify-device-user-code-form"
    return page.submit("kc-login", follow=False, device_user_code=text)


def question(page, username="ada"):
    """Signs in where that is needed: up to the question."""
    if page.is_login():
        page = page.submit("kc-login", follow=False, username=username, password="lovelace")
    assert page.status == 200 and page.forms[0].id == "kc-oauth", page.text[:300]
    return page


def approve(world, device, browser=None, username="ada"):
    page = question(typed(world, browser or Browser(), device.user_code), username)
    page = page.submit("kc-login")
    assert page.status == 200 and page.url == world.server.realm_url() + "/device/status"
    assert "Device Login Successful" in page.text
    return page


def later(world, clock, seconds):
    clock.jump(clock.ahead + seconds)
    world.admin = world.server.admin()  # with a token of that time


def event(world, kind):
    return world.admin.events(kind)[0]


@pytest.mark.parametrize("name", ["shop", "spa"])
def test_a_device_gets_its_tokens(world, user, name):
    app, browser = getattr(world, name), Browser()
    device = Device(app, nonce="n-1")
    base = world.server.realm_url()
    assert device.json == {
        "device_code": device.code, "user_code": device.user_code,
        "verification_uri": base + "/device",
        "verification_uri_complete": base + "/device?user_code=" + device.user_code,
        "expires_in": 600, "interval": 0}
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", device.user_code)
    assert len(base64.urlsafe_b64decode(device.code + "=")) == 32
    waiting = device.poll()
    assert (waiting.status_code, waiting.json()) == (400, {
        "error": "authorization_pending",
        "error_description": "The authorization request is still pending"})
    approve(world, device, browser, user["username"])
    login = event(world, "LOGIN")
    assert login["clientId"] == app.client_id and login["details"]["consent"] == "consent_granted"
    assert event(world, "OAUTH2_DEVICE_VERIFY_USER_CODE")["details"]["scope"] == "openid"
    tokens = device.tokens()
    claims = tokens.claims()
    assert claims["jti"].startswith("onrtdg:") and claims["azp"] == app.client_id
    assert claims["preferred_username"] == user["username"]
    assert tokens.claims("id")["nonce"] == "n-1" and tokens.claims("refresh")["typ"] == "Refresh"
    told = event(world, "OAUTH2_DEVICE_CODE_TO_TOKEN")
    assert told["details"]["grant_type"] == GRANT and told["sessionId"] == tokens.sid
    # Once; and the code on the page is gone too.
    assert device.error() == "invalid_grant"
    assert "Invalid code" in typed(world, browser, device.user_code).text
    refreshed = Tokens(app.refresh(tokens).json())
    assert app.userinfo(refreshed).status_code == 200


def test_it_is_a_session_like_others(world, user):
    """In the lists; and the sign-out tells the device's application."""
    device = Device(world.shop)
    approve(world, device, username=user["username"])
    tokens = device.tokens()
    session, = world.admin.sessions(user["username"])
    assert session["id"] == tokens.sid and "django-shop" in session["clients"].values()
    world.admin.request("POST", f"/users/{user['id']}/logout", 204)
    assert not world.shop.is_alive(tokens)
    world.told("django-shop", tokens.sid)


def test_by_the_link_and_by_a_session_that_is_there(world):
    """B5.5."""
    browser = Browser()
    first = world.ovirt.sign_in(browser)
    device = Device(world.shop)
    page = browser.open(device.json["verification_uri_complete"], follow=False)
    assert page.forms[0].id == "kc-oauth", "the link leads to the question, not past it"
    assert device.user_code in page.ids["device-notice"]
    assert device.error() == "authorization_pending"
    page.submit("kc-login")
    tokens = device.tokens()
    assert tokens.sid == first.sid and tokens.claims()["acr"] == "0"
    # It is asked for each device anew.
    assert question(browser.open(Device(world.shop).json["verification_uri_complete"]))


@pytest.mark.parametrize("write", [
    str.lower, lambda code: code.replace("-", ""), lambda code: " " + code.replace("-", " "),
    lambda code: code.lower().replace("-", "") + "-"], ids=["case", "bare", "spaces", "both"])
def test_a_code_may_be_typed_in_many_ways(world, write):
    page = typed(world, Browser(), write(Device(world.shop).user_code))
    assert page.is_login()


def test_a_no(world, user):
    """B5.2."""
    device, browser = Device(world.shop), Browser()
    page = question(typed(world, browser, device.user_code), user["username"])
    answer = page.submit("kc-cancel", follow=False)
    assert answer.status == 302
    assert answer.location == world.server.realm_url() + "/device/status?error=access_denied"
    last = browser.open(answer.location)
    assert "Device Login Failed" in last.text and last.links == [world.server.realm_url() + "/device"]
    refused = device.poll()
    assert (refused.status_code, refused.json()) == (400, {
        "error": "access_denied",
        "error_description": "The end user denied the authorization request"})
    assert event(world, "LOGIN_ERROR")["error"] == "rejected_by_user"
    assert world.admin.sessions(user["username"]) == []
    # Neither page is good for a yes afterwards.
    assert "Invalid code" in typed(world, browser, device.user_code).text
    late = page.submit("kc-login", follow=False)
    assert late.status == 400 and device.error() == "access_denied"


def test_who_may_not_start(world):
    cases = [({}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
             ({"client_id": "django-shop", "client_secret": "no"}, 401, "unauthorized_client"),
             (world.ovirt.credentials(), 400, "unauthorized_client"),
             ({**world.shop.credentials(), "request": "x"}, 400, "invalid_request"),
             ({**world.shop.credentials(), "scope": "x" * 3000}, 400, "invalid_request"),
             ({"client_id": "spa"}, 400, "invalid_request"),
             ({"client_id": "spa", "code_challenge": "x" * 43, "code_challenge_method": "plain"},
              400, "invalid_request")]
    for fields, status, error in cases:
        answer = world.shop.post("auth/device", auth=False, **fields)
        assert (answer.status_code, answer.json()["error"]) == (status, error), (fields, answer.text)
    refused = event(world, "OAUTH2_DEVICE_AUTH_ERROR")
    assert refused["error"] == "invalid_request" and refused["clientId"] == "spa"
    twice = requests.post(world.shop.endpoint("auth/device"), timeout=60, data=[
        *world.shop.credentials().items(), ("scope", "a"), ("scope", "b")])
    assert twice.status_code == 400 and twice.json()["error_description"] == "duplicated parameter"
    elsewhere = requests.post(world.shop.endpoint("auth/device"), timeout=60,
                              data=world.shop.credentials(), headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403


def test_who_may_not_poll(world):
    """B5.3."""
    device = Device(world.shop)
    missing = world.shop.post("token", grant_type=GRANT)
    assert missing.json() == {"error": "invalid_request",
                              "error_description": "Missing parameter: device_code"}
    for code in ("", "x", device.user_code, device.code[:-1], device.code + "A"):
        assert device.poll(device_code=code).json() == {
            "error": "invalid_grant", "error_description": "Device code not valid"}
    assert device.poll(world.blog).json() == {"error": "invalid_grant",
                                              "error_description": "unauthorized client"}
    assert device.poll(world.ovirt).json()["error_description"] == \
        "Client not allowed OAuth 2.0 Device Authorization Grant"
    assert world.shop.post("token", auth=False, grant_type=GRANT,
                           device_code=device.code).status_code == 401
    approve(world, device)
    assert device.error(world.blog) == "invalid_grant", "nor when the user has agreed"
    assert device.poll().status_code == 200


def test_a_code_is_of_its_realm(world):
    """B5.3: Two realms, the same client in both."""
    server = world.server
    server.admin("master").create_realm({
        "realm": "other", "enabled": True, "clients": [
            {"clientId": "django-shop", "secret": "django-shop-secret", "attributes": {ON: "true"}}]})
    device = Device(world.shop)
    approve(world, device)
    stranger = requests.post(server.endpoint("token", "other"), timeout=60, data={
        **world.shop.credentials(), "grant_type": GRANT, "device_code": device.code})
    assert stranger.json()["error"] == "invalid_grant"
    waiting = Device(world.shop)
    page = Browser().open(server.realm_url("other") + "/device?user_code=" + waiting.user_code)
    assert "Invalid code" in page.text
    assert device.poll().status_code == 200


def test_pkce_binds_the_codes_to_the_device(world):
    """B5.3."""
    device = Device(world.spa)
    approve(world, device)
    right = device.fields.pop("code_verifier")
    assert device.poll().json()["error_description"] == "PKCE code verifier not specified"
    assert device.error(code_verifier="w" * 50) == "invalid_grant"
    assert device.poll(code_verifier=right).status_code == 200


def test_a_device_that_asks_too_often_and_codes_that_run_out(world, clock):
    """B5.4."""
    device = Device(world.blog)
    assert (device.json["interval"], device.json["expires_in"]) == (5, 60)
    assert device.error() == "authorization_pending"
    assert device.poll().json() == {"error": "slow_down", "error_description": "Slow down"}
    later(world, clock, 6)
    assert device.error() == "authorization_pending"
    page, late = (typed(world, Browser(), device.user_code) for _ in range(2))
    asked = question(late)
    approve(world, device)
    assert device.error() == "slow_down", "also when the tokens are there"
    left = Device(world.blog)
    waiting = question(typed(world, Browser(), left.user_code))
    later(world, clock, 61)
    assert device.poll().json() == {"error": "expired_token",
                                    "error_description": "Device code is expired"}
    assert left.error() == "expired_token"
    assert "The code has expired" in typed(world, Browser(), left.user_code).text
    for stale in (waiting, asked):
        after = stale.submit("kc-login")
        assert "expired" in after.text and "Successful" not in after.text
    signed = page.submit("kc-login", username="ada", password="lovelace")
    assert signed.status == 400 and "The code has expired" in signed.text
    assert event(world, "OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR")["error"] == "expired_oauth2_device_code"


def test_what_changes_before_the_device_asks(world, user):
    """B5.6."""
    admin = world.admin
    # Signed out: there is nothing to fetch, and the application hears of it.
    device = Device(world.shop)
    approve(world, device, username=user["username"])
    sid = admin.sessions(user["username"])[0]["id"]
    admin.request("DELETE", f"/sessions/{sid}", 204)
    assert device.poll().json() == {"error": "invalid_grant",
                                    "error_description": "Session not active"}
    world.told("django-shop", sid)
    # The user is disabled.
    device, open_one = Device(world.shop), Device(world.shop)
    browser = Browser()
    approve(world, device, browser, user["username"])
    page = question(typed(world, browser, open_one.user_code))
    admin.request("PUT", f"/users/{user['id']}", 204, json={**user, "enabled": False})
    assert device.error() == "invalid_grant"
    assert page.submit("kc-login").status == 400 and open_one.error() == "authorization_pending"
    # The client may not use the grant any more, or is disabled, which signs everybody out of it.
    client = admin.get("/clients", clientId="django-shop")[0]
    off = {**client, "attributes": {**client["attributes"], ON: "false"}}
    for changed, status, after in ((off, 400, 200), ({**client, "enabled": False}, 401, 400)):
        device, other = Device(world.shop), Device(world.shop)
        approve(world, device)
        page = typed(world, Browser(), other.user_code)
        admin.request("PUT", f"/clients/{client['id']}", 204, json=changed)
        assert device.poll().status_code == status
        assert world.shop.post("auth/device").status_code == status
        assert page.submit("kc-login", username="ada", password="lovelace").status == 400
        assert typed(world, Browser(), other.user_code).status == 400
        admin.request("PUT", f"/clients/{client['id']}", 204, json=client)
        assert device.poll().status_code == after


def test_one_of_many_fetches_the_tokens(world):
    """B5.2."""
    device = Device(world.shop)
    approve(world, device)
    answers = all_at_once([device.poll] * 16)
    assert sorted(one.status_code for one in answers) == [200] + [400] * 15


def test_one_answer_of_many_counts(world):
    """B5.2."""
    device = Device(world.shop)
    pages = [question(typed(world, Browser(), device.user_code)) for _ in range(6)]
    answers = all_at_once([lambda page=page, button=button: page.submit(button)
                           for page, button in zip(pages, ["kc-login", "kc-cancel"] * 3)])
    good = [one for one in answers if "Successful" in one.text]
    denied = [one for one in answers if "Consent denied" in one.text]
    assert len(good) + len(denied) == 1
    assert device.poll().status_code == (200 if good else 400)


def test_offline_and_names_that_the_client_has_not(world):
    device = Device(world.shop, scope="openid offline_access nonsense")
    page = question(typed(world, Browser(), device.user_code))
    assert "Offline Access" in page.text and "nonsense" not in page.text
    page.submit("kc-login")
    assert device.tokens().claims("refresh")["typ"] == "Offline"


def test_pages_of_somebody_else(world):
    """B5.7, B2.14: nobody is led through it from another site, or with another browser's page."""
    device = Device(world.shop)
    cross = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = Browser().open(world.server.realm_url() + "/device", "POST", headers=cross,
                            data={"device_user_code": device.user_code})
    assert answer.status == 403
    page = question(typed(world, Browser(), device.user_code))
    page.browser = Browser()
    assert page.submit("kc-login").status == 400 and device.error() == "authorization_pending"
    for text in ("//evil.example", "https://evil.example/", "<script>alert(1)</script>", "%0d%0aX: y"):
        page = Browser().open(world.server.realm_url() + "/device/status", params={"error": text})
        assert page.status == 200 and "evil" not in page.response.text and "alert" not in page.response.text
        assert page.links == [world.server.realm_url() + "/device"]


@pytest.mark.any_engine
@pytest.mark.parametrize("public", [False, True])
def test_python_keycloak_starts_it(world, public):
    """Its client is made with a JSON true in place of the text."""
    name = "library-" + str(public).lower()
    world.admin.request("POST", "/clients", 201, json={
        "clientId": name, "publicClient": public, "secret": "" if public else "s3cret",
        "attributes": {ON: True}})
    program = KeycloakOpenID(server_url=world.server.url, realm_name="customers", client_id=name,
                             client_secret_key=None if public else "s3cret")
    answer = program.device()
    assert answer == {
        "device_code": mock.ANY, "user_code": mock.ANY, "expires_in": 600, "interval": 5,
        "verification_uri": world.server.realm_url() + "/device",
        "verification_uri_complete": mock.ANY}


def test_discovery_and_both_prefixes(world):
    for prefix in ("", "/auth"):
        document = requests.get(world.server.realm_url(prefix=prefix) +
                                "/.well-known/openid-configuration", timeout=60).json()
        assert document["device_authorization_endpoint"] == \
            world.server.endpoint("auth/device", prefix=prefix)
        assert GRANT in document["grant_types_supported"]
    old = world.app("django-shop", prefix="/auth")
    device = Device(old)
    assert device.json["verification_uri"] == world.server.realm_url(prefix="/auth") + "/device"
    question(typed(world, Browser(), device.user_code, "/auth")).submit("kc-login")
    assert device.tokens().claims()["iss"] == world.server.realm_url(prefix="/auth")


def test_in_german(world):
    realm = world.admin.get()
    world.admin.request("PUT", "", 204, json={
        **realm, "internationalizationEnabled": True, "supportedLocales": ["en", "de"]})
    browser = Browser()
    browser.session.headers["Accept-Language"] = "de"
    device = Device(world.shop)
    page = typed(world, browser, device.user_code[:-1])
    assert "Dieser Code ist ungültig" in page.text
    page = question(page.submit("kc-login", follow=False, device_user_code=device.user_code))
    assert "Ein Gerät, das den Code" in page.text
    assert "Das Gerät ist angemeldet" in page.submit("kc-login").text
    world.admin.request("PUT", "", 204, json={**realm, "oauth2DeviceCodeLifespan": 77,
                                              "oauth2DevicePollingInterval": 9})
    changed = Device(world.app("django-shop")).json
    assert (changed["expires_in"], changed["interval"]) == (77, 0), "the client's own comes first"
    told = world.admin.get()["attributes"]
    assert (told["oauth2DeviceCodeLifespan"], told["oauth2DevicePollingInterval"]) == ("77", "9")
    world.admin.request("PUT", "", 204, json=realm)


def test_nobody_guesses_codes(world, clock):
    """B5.1: After twenty wrong ones an address has to wait, also for a right one."""
    device = Device(world.shop)
    answers = [typed(world, Browser(), "BCDF-GHJK") for _ in range(21)]
    assert answers[0].status == 200 and answers[-1].status == 429
    assert "too many wrong codes" in answers[-1].text
    assert typed(world, Browser(), device.user_code).status == 429
    assert event(world, "OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR")["error"] == "invalid_oauth2_user_code"
    later(world, clock, 16)
    assert typed(world, Browser(), device.user_code).is_login()
