"""The account: its REST API as recorded from Keycloak, and the page for people without it."""

import json
import re

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser, Tokens

JSON = {"Accept": "application/json"}


def asking(realm):
    """The spa asks for consent; its tokens are for everybody."""
    realms.client(realm, "django-blog").update(consentRequired=True, fullScopeAllowed=True)
    realm.update(eventsEnabled=True, enabledEventTypes=[])


@pytest.fixture
def world(new_world):
    return new_world(asking)


class Account:
    """The API by an access token."""

    def __init__(self, world, tokens):
        self.url, self.tokens = world.server.realm_url() + "/account", tokens

    def call(self, method, path="", expect=None, headers=None, **more):
        answer = requests.request(method, self.url + path, timeout=60, **more, headers={
            **JSON, "Authorization": "Bearer " + self.tokens.access, **(headers or {})})
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def get(self, path="", **more):
        return self.call("GET", path, 200, **more).json()


def consenting(app, browser):
    """Signs in at an application that asks."""
    page = app.authorize(browser)
    if page.is_login():
        page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    if page.status == 200:
        page = page.submit("kc-login", follow=False)
    return Tokens(app.redeem(page.query()["code"]).json())


# ---- who may

def test_no_token(world):
    answer = requests.get(world.server.realm_url() + "/account", headers=JSON, timeout=60)
    assert answer.status_code == 401 and answer.json() == {"error": "HTTP 401 Unauthorized"}
    for path in ("/sessions", "/applications", "/sessions/devices", "/groups", "/linked-accounts"):
        answer = requests.get(world.server.realm_url() + "/account" + path, timeout=60)
        assert answer.status_code == 401, path


def test_a_token_for_somebody_else(world):
    service = Tokens(world.batch.post("token", grant_type="client_credentials").json())
    assert Account(world, service).call("GET").status_code == 401, "a client has no account"
    refresh = world.shop.sign_in(Browser())
    refresh.access = refresh.refresh
    assert Account(world, refresh).call("GET").status_code == 401, "no access token"


def test_roles_are_looked_at(new_world):
    def few(realm):
        asking(realm)
        realms.add_client(realm, "narrow", "http://127.0.0.1:9", fullScopeAllowed=False)
        realm.setdefault("clientScopeMappings", {})["account"] = [
            {"client": "narrow", "roles": ["view-profile"]}]
    world = new_world(few)
    narrow = world.app("narrow", sink=world.sinks["spa"])
    tokens = Tokens(narrow.password_grant(scope="openid").json())
    account = Account(world, tokens)
    assert account.get()["username"] == "ada"
    assert len(account.get("/credentials")) == 1
    for method, path in (("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/x"),
                         ("POST", ""), ("PUT", "/credentials/x/label"), ("DELETE", "/credentials/x"),
                         ("GET", "/sessions/devices"), ("GET", "/applications"), ("GET", "/groups"),
                         ("GET", "/applications/spa/consent"), ("PUT", "/applications/spa/consent"),
                         ("POST", "/applications/spa/consent"),
                         ("DELETE", "/applications/spa/consent")):
        answer = account.call(method, path)
        assert answer.status_code == 403 and answer.json() == {"error": "HTTP 403 Forbidden"}, path
    assert narrow.introspect(tokens.access)["active"]


# ---- what it shows

def test_the_profile(world):
    account = Account(world, world.shop.sign_in(Browser()))
    profile = account.get()
    assert {key: profile[key] for key in profile if key not in ("id", "userProfileMetadata")} == {
        "username": "ada", "firstName": "Ada", "lastName": "Lovelace",
        "email": "ada@example.org", "emailVerified": True}
    metadata = profile["userProfileMetadata"]
    assert [one["name"] for one in metadata["attributes"]] == [
        "username", "email", "firstName", "lastName"]
    assert metadata["attributes"][0] == {
        "name": "username", "displayName": "${username}", "required": True, "readOnly": True,
        "validators": {
            "username-prohibited-characters": {"ignore.empty.value": True},
            "multivalued": {"max": "1"},
            "length": {"max": 255, "ignore.empty.value": True, "min": 3},
            "up-username-not-idn-homograph": {"ignore.empty.value": True}}, "multivalued": False}
    assert metadata["groups"][0]["name"] == "user-metadata"
    assert [one["path"] for one in account.get("/groups")] == ["/staff/night-shift"]
    assert account.get("/linked-accounts") == []
    assert account.get("/supportedLocales") == []
    answer = account.call("GET")
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers["cache-control"] == "no-cache"


ADA = {"username": "ada", "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.org"}


def wrong(account, status, **fields):
    """What is said of the fields, each with its message and params."""
    before = account.get("?userProfileMetadata=false")
    answer = account.call("POST", "", status, json={**ADA, **fields}).json()
    assert account.get("?userProfileMetadata=false") == before and "userProfileMetadata" not in before
    if len(answer["errors"]) == 1:
        assert {**answer["errors"][0], "errors": answer["errors"]} == answer
    return [(one["field"], one["errorMessage"], one["params"][1:]) for one in answer["errors"]
            if one["params"][0] == "${" + one["field"] + "}"]


def test_the_profile_is_changed(world):
    account = Account(world, world.shop.sign_in(Browser()))
    account.call("POST", "", 204, json={**ADA, "id": "x", "emailVerified": False, "attributes": {"a": ["b"]}})
    assert account.get()["emailVerified"] and "userProfileMetadata" in account.get()
    account.call("POST", "/", 204, json={**ADA, "username": "ADA", "firstName": "Augusta"})
    account.call("POST", "", 204, json={"firstName": "Augusta", "lastName": "King",
                                        "email": "Countess@example.org"})
    assert {**account.get("?userProfileMetadata=false"), "id": ""} == {
        "id": "", "username": "ada", "firstName": "Augusta", "lastName": "King",
        "email": "countess@example.org", "emailVerified": False}
    newest = world.admin.events("UPDATE_PROFILE")[0]
    assert newest["clientId"] == "account" and newest["details"] == {
        "context": "ACCOUNT", "previous_last_name": "Lovelace", "updated_last_name": "King",
        "previous_email": "ada@example.org", "updated_email": "Countess@example.org"}
    kept = world.admin.request("GET", "/users?username=ada&exact=true", 200).json()[0]
    assert "a" not in kept.get("attributes", {}) and kept["enabled"]
    account.call("POST", "", 204, json=ADA)


def test_profiles_that_cannot_be(world):
    account = Account(world, world.shop.sign_in(Browser()))
    world.admin.request("POST", "/users", 201, json={"username": "taken", "email": "taken@example.org"})
    assert wrong(account, 409, email="Taken@example.org") == [("email", "emailExistsMessage", [])]
    required = "error-user-attribute-required"
    assert wrong(account, 400, email=None, firstName="") == [("email", required, []), ("firstName", required, [])]
    assert wrong(account, 400, email="") == [("email", "missingEmailMessage", []), ("email", required, [])]
    for email in ("bad", "a@b@c", "a b@c", '"<script>"', "a'; DROP TABLE users;--"):
        assert wrong(account, 400, email=email) == [("email", "error-invalid-email", [email])]
    assert wrong(account, 400, lastName="<b>") == [("lastName", "error-person-name-invalid-character", [])]
    assert wrong(account, 400, lastName="\u00e9" * 256) == [
        ("lastName", "error-invalid-length-too-long", [None, "255"])]
    assert wrong(account, 400, username="other") == [
        ("username", "error-user-attribute-read-only", []), ("username", "readOnlyUsernameMessage", [])]
    for body in ("", "[]", '"x"', "{", '{"nosuch": 1}', '{"email": ["a"]}'):
        account.call("POST", "", 400, data=body, headers={"Content-Type": "application/json"})
    account.call("POST", "", 415, data="email=a")
    world.admin.request("PUT", "", 204, json={"editUsernameAllowed": True})
    for name in ("Taken", "Taken@example.org"):  # their sign-in would come here
        assert wrong(account, 409, username=name) == [("username", "usernameExistsMessage", [])]
    assert wrong(account, 400, username="a") == [("username", "error-invalid-length", ["3", "255"])]
    assert wrong(account, 400, username="a b c") == [("username", "error-username-invalid-character", [])]
    account.call("POST", "", 204, json={**ADA, "username": "Ada2"})
    assert account.get()["username"] == "ada2"


def test_credentials(world):
    account = Account(world, world.shop.sign_in(Browser()))
    password, = account.get("/credentials")
    assert password["type"] == "password" and password["updateAction"] == "UPDATE_PASSWORD"
    assert not password["removeable"]
    assert account.get("/credentials?type=password") == [password]
    assert account.get("/credentials?type=otp") == []
    own, = (one["credential"] for one in password.pop("userCredentialMetadatas"))
    assert account.get("/credentials?user-credentials=false") == [password]
    assert "secretData" not in own and "algorithm" in own["credentialData"]
    path = f"/credentials/{own['id']}"
    account.call("PUT", path + "/label", 204, json="my <label>")
    for bad in ({}, [], None, "x" * 300, "a\nb"):
        answer = account.call("PUT", path + "/label", 400, data=json.dumps(bad))
        assert answer.json() == {"errorMessage": "invalidRequestMessage"}, bad
    assert account.get("/credentials")[0]["userCredentialMetadatas"] == [
        {"credential": {**own, "userLabel": "my <label>"}}]
    other = world.admin.request("POST", "/users", 201, json={
        "username": "other", "credentials": [{"type": "password", "value": "secret-of-theirs"}]})
    theirs = world.admin.get(f"/users/{other.headers['location'].rpartition('/')[2]}/credentials")[0]["id"]
    for nobodys in ("nosuch", theirs):
        for method, tail in (("PUT", "/label"), ("DELETE", "")):
            answer = account.call(method, f"/credentials/{nobodys}{tail}", 404, data='"x"')
            assert answer.json() == {"error": "Credential not found"}
    answer = account.call("DELETE", path, 400)
    assert answer.json() == {"error": "Credential type cannot be removed"}
    world.shop.sign_in(Browser())
    for path in ("/resources", "/resources/shared-with-me", "/resources/x/permissions"):
        answer = account.call("GET", path, 403)
        assert answer.json() == {"errorMessage": "User-managed access not enabled"}


def test_sessions_and_devices(world):
    first, second = Browser(), Browser()
    second.session.headers["User-Agent"] = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    tokens = world.shop.sign_in(first)
    world.ovirt.sign_in(first)
    other = world.shop.sign_in(second)
    sessions = Account(world, tokens).get("/sessions")
    assert {one["id"] for one in sessions} == {tokens.sid, other.sid}
    own = next(one for one in sessions if one["id"] == tokens.sid)
    assert own["current"] is True and own["ipAddress"] == "127.0.0.1"
    assert own["started"] <= own["lastAccess"] < own["expires"] == own["started"] + 36000
    assert {one["clientId"] for one in own["clients"]} == {"django-shop", "ovirt-engine"}
    client = next(one for one in own["clients"] if one["clientId"] == "ovirt-engine")
    assert {key: client[key] for key in ("userConsentRequired", "inUse", "offlineAccess")} == {
        "userConsentRequired": False, "inUse": False, "offlineAccess": False}
    assert "current" not in next(one for one in sessions if one["id"] == other.sid)
    devices = Account(world, other).get("/sessions/devices")
    assert len(devices) == 2
    linux = next(one for one in devices if one["os"] == "Linux")
    assert linux["current"] is True and linux["mobile"] is False
    assert linux["sessions"][0]["browser"] == "Firefox/128.0"
    unknown = next(one for one in devices if one["os"] == "Other")
    assert unknown["device"] == "Other" and unknown["osVersion"] == "Unknown"
    assert "current" not in unknown and unknown["sessions"][0]["browser"] == "Other/Unknown"


@pytest.mark.parametrize("header, browser, system, device, mobile", [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87", "Edge/126.0", ("Windows", "10.0"),
     "Other", False),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari/17.5", ("iOS", "17.5"),
     "iPhone", True),
    ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome/126.0", ("Android", "14"), "Android", True),
    ("python-requests/2.34.0", "Python Requests/2.34", ("Other", "Unknown"), "Other", False),
    ("", "Other/Unknown", ("Other", "Unknown"), "Other", False),
    ("Firefox/" + "9" * 300, "Firefox/9999999999999999", ("Other", "Unknown"), "Other", False),
    ("<script>alert(1)</script>", "Other/Unknown", ("Other", "Unknown"), "Other", False)])
def test_what_a_browser_calls_itself(common, header, browser, system, device, mobile):
    one = Browser()
    one.session.headers["User-Agent"] = header
    tokens = common.shop.sign_in(one)
    found = next(each for each in Account(common, tokens).get("/sessions/devices")
                 if each.get("current"))
    own = next(each for each in found["sessions"] if each.get("current"))
    assert own["browser"] == browser and (found["os"], found["osVersion"]) == system
    assert found["device"] == device and found["mobile"] == mobile


def test_applications(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser, scope="openid offline_access")
    consenting(world.blog, browser)
    account = Account(world, tokens)
    applications = {one["clientId"]: one for one in account.get("/applications")}
    assert set(applications) == {"django-shop", "django-blog"}
    shop, blog = applications["django-shop"], applications["django-blog"]
    assert shop["inUse"] and shop["offlineAccess"] and "consent" not in shop
    assert blog["inUse"] and not blog["offlineAccess"] and blog["userConsentRequired"]
    assert {one["displayText"] for one in blog["consent"]["grantedScopes"]} == {
        "Email address", "User profile", "User roles"}
    assert blog["consent"]["createdDate"] > 1.5e12
    assert account.get("/applications", params={"name": "nothing like it"}) == []


def test_cors(world):
    origin = "http://127.0.0.1:9"
    answer = requests.options(world.server.realm_url() + "/account", timeout=60, headers={
        "Origin": origin, "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,content-type"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-max-age"] == "3600"
    account = Account(world, world.shop.sign_in(Browser()))
    foreign = account.call("GET", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers


# ---- what it ends

def test_one_session_another_users_and_nobodys(world):
    mine, other = world.shop.sign_in(Browser()), world.shop.sign_in(Browser())
    bob = world.shop.sign_in(Browser(), user="bob", password="builder")
    account = Account(world, mine)
    for sid in (bob.sid, "nosuch"):
        assert account.call("DELETE", f"/sessions/{sid}").status_code == 204
    assert world.shop.is_alive(bob)
    answer = account.call("DELETE", f"/sessions/{other.sid}", 204)
    assert answer.content == b"" and answer.headers["x-curfew-signout"]
    assert not world.shop.is_alive(other) and world.shop.is_alive(mine)
    world.told("django-shop", other.sid)
    receipt = world.admin.receipt(other.sid)
    assert receipt.door == "account-session"
    event = next(one for one in world.admin.events("LOGOUT") if one.get("sessionId") == other.sid)
    assert event["clientId"] == "account" and event["userId"] == account.get()["id"]


def test_the_others_and_all(world):
    tokens = [world.shop.sign_in(Browser()) for _ in range(3)]
    account = Account(world, tokens[0])
    answer = account.call("DELETE", "/sessions", 204)
    assert sorted(answer.headers["x-curfew-signout"].split(", ")) == sorted(
        world.admin.receipt(one.sid).json["id"] for one in tokens[1:])
    assert [world.shop.is_alive(one) for one in tokens] == [True, False, False]
    account.call("DELETE", "/sessions?current=true", 204)
    assert not world.shop.is_alive(tokens[0])
    assert account.call("GET").status_code == 401
    for one in tokens:
        world.told("django-shop", one.sid)


# ---- consents

def test_a_consent_is_read_given_and_changed(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser)
    account = Account(world, tokens)
    path = "/applications/django-blog/consent"
    assert account.call("GET", path).status_code == 204
    missing = account.call("GET", "/applications/nosuch/consent")
    assert missing.status_code == 404
    assert missing.json() == {"errorMessage": "No client with clientId: nosuch found."}
    consenting(world.blog, browser)
    granted = account.get(path)
    assert set(granted) == {"grantedScopes", "createdDate", "lastUpdatedDate"}
    assert {one["name"] for one in granted["grantedScopes"]} == {"email", "profile", "roles"}
    one = granted["grantedScopes"][0]
    for method, body, status in (
            ("PUT", {"grantedScopes": [{"id": "nosuch"}]}, 400), ("PUT", {"grantedScopes": 7}, 400),
            ("POST", {"grantedScopes": [{"id": one["id"]}]}, 200)):
        answer = account.call(method, path, status, json=body)
    assert [scope["id"] for scope in answer.json()["grantedScopes"]] == [one["id"]]
    assert answer.json()["createdDate"] == granted["createdDate"]
    event = world.admin.events("UPDATE_CONSENT")[0]
    assert event["clientId"] == "account" and event["details"]["granted_client"] == "django-blog"
    # What was taken back is asked for again.
    page = world.blog.authorize(browser)
    assert page.status == 200 and "kc-login" in page.forms[0].ids
    account.call("DELETE", path, 204)
    account.call("PUT", path, 200, json=granted)
    assert world.admin.events("GRANT_CONSENT")
    assert "code" in world.blog.authorize(browser).query()


def test_a_withdrawal_ends_the_applications_part_everywhere(world):
    browser, other = Browser(), Browser()
    shop = world.shop.sign_in(browser)
    blog = consenting(world.blog, browser)
    page = world.blog.authorize(other, scope="openid offline_access")
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    page = page.submit("kc-login", follow=False)
    offline = Tokens(world.blog.redeem(page.query()["code"]).json())
    answer = Account(world, shop).call("DELETE", "/applications/django-blog/consent", 204)
    assert answer.headers["x-curfew-signout"]
    for tokens in (blog, offline):
        assert world.blog.refresh(tokens).status_code == 400
        assert not world.blog.introspect(tokens.access)["active"]
        world.told("django-blog", tokens.sid)
    assert world.shop.is_alive(shop), "others stay in"
    revoked = world.admin.events("REVOKE_GRANT")[0]
    assert revoked["clientId"] == "account"
    assert revoked["details"] == {"revoked_client": "django-blog"}
    doors = {one.door for one in world.admin.signouts() if one.session_id in (blog.sid, offline.sid)}
    assert doors == {"consent-withdrawn"}
    assert world.blog.authorize(browser).forms[0].id == "kc-oauth", "asked anew"


def test_one_applications_offline_access_is_withdrawn(world):
    """It is listed, ends alone, and its application is told; another's in the same session
    lives on."""
    browser = Browser()
    offline = "openid offline_access"
    shop = world.shop.sign_in(browser, scope=offline)
    ovirt = world.ovirt.sign_in(browser, scope=offline)
    own = world.ovirt.sign_in(Browser())
    account = Account(world, own)

    def with_offline():
        return {one["clientId"] for one in account.get("/applications") if one["offlineAccess"]}
    assert with_offline() == {"django-shop", "ovirt-engine"}
    account.call("DELETE", "/applications/django-shop/consent", 204)
    assert with_offline() == {"ovirt-engine"}
    assert world.shop.refresh(shop).status_code == 400
    assert world.ovirt.refresh(ovirt).status_code == 200 and world.ovirt.is_alive(own)
    world.told("django-shop", shop.sid)
    assert any(one.door == "consent-withdrawn" and one.session_id == shop.sid
               for one in world.admin.signouts())


# ---- the page

def page_url(world):
    return world.server.realm_url() + "/account"


def open_page(world, browser):
    """Signs in on the way when nobody is."""
    page = browser.open(page_url(world))
    if page.is_login():
        page = page.submit("kc-login", username="ada", password="lovelace")
    assert page.status == 200 and page.ids.get("account-user") == "ada", \
        f"{page.status} {page.url} {page.text[:300]}"
    return page


def press(page, button, **changes):
    return page.submit(button, **changes)


def lines(page):
    return dict(re.findall(r'<li data-client="([^"]*)" data-heard="([^"]*)"', page.response.text))


def test_the_page_signs_in_and_shows(world):
    browser, other = Browser(), Browser()
    world.shop.sign_in(other)
    page = open_page(world, browser)
    assert "code=" not in page.url, "nothing of the sign-in stays in the address"
    assert page.response.text.count("data-session=") == 2
    assert page.response.text.count("this device") == 1
    policy = page.headers["content-security-policy"]
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "<script" not in page.response.text and "no-store" in page.headers["cache-control"]
    # By the session alone, with no further question.
    assert open_page(world, browser).url.rstrip("/") == page_url(world)
    asked_for_json = browser.send("GET", page_url(world), JSON)
    assert asked_for_json.status_code == 401, "the API does not believe a cookie"


def test_the_page_signs_out_one_device_and_says_who_was_told(world):
    browser, other = Browser(), Browser()
    theirs = world.shop.sign_in(other)
    page = press(open_page(world, browser), f"sign-out-{theirs.sid}")
    assert page.status == 200 and page.ids["done"]
    assert not world.shop.is_alive(theirs)
    world.told("django-shop", theirs.sid)
    receipt = world.admin.receipt(theirs.sid)
    assert receipt.door == "account-session" and receipt.initiator == "account"
    wait_for(lambda: "signed out" in browser.open(page.url).text, "the page says so")
    page = browser.open(page.url)
    assert list(lines(page).values()) == ["told"] and receipt.json["id"] in page.response.text
    # Somebody else's receipts are not shown.
    bob = Browser()
    world.shop.sign_in(bob, user="bob", password="builder")
    assert not lines(bob.open(page.url))


def test_the_page_signs_out_the_others(world):
    browser = Browser()
    theirs = [world.shop.sign_in(Browser()) for _ in range(2)]
    page = press(open_page(world, browser), "sign-out-others")
    assert page.response.text.count("data-signout=") == 2
    assert not any(world.shop.is_alive(one) for one in theirs)
    assert "sign-out-others" not in page.ids
    assert open_page(world, browser)


def test_the_page_signs_out_everywhere(world):
    browser = Browser()
    own, theirs = world.shop.sign_in(browser), world.shop.sign_in(Browser())
    page = press(open_page(world, browser), "sign-out-all")
    assert page.status == 200 and "You are logged out" in page.text, page.text[:300]
    assert not world.shop.is_alive(own) and not world.shop.is_alive(theirs)
    assert browser.open(page_url(world)).is_login()
    for one in (own, theirs):
        world.told("django-shop", one.sid)
        assert world.admin.receipt(one.sid).door == "account-all"


def test_the_page_removes_access(world):
    browser = Browser()
    blog = consenting(world.blog, browser)
    page = open_page(world, browser)
    assert "Email address" in page.text
    page = press(page, "remove-access-django-blog")
    assert page.status == 200 and not world.blog.introspect(blog.access)["active"]
    assert "remove-access-django-blog" not in page.ids
    assert len(lines(page)) == 1 and "django-blog" in page.text
    assert open_page(world, browser), "the session itself lives on"


def test_the_pages_forms_are_of_this_browser_and_session(world):
    """B2.14."""
    browser, stranger = Browser(), Browser()
    theirs = world.shop.sign_in(Browser())
    page = open_page(world, browser)
    form = next(one for one in page.forms if any(b[2] == "sign-out-all" for b in one.buttons))
    fields = form.press("sign-out-all")
    open_page(world, stranger)
    for who, headers, changes in (
            (browser, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {}),
            (browser, {}, {"ticket": ""}), (browser, {}, {"ticket": fields["ticket"][:-3] + "AAA"}),
            (browser, {}, {"what": "nothing"}), (stranger, {}, {})):
        answer = who.open(form.action, "POST", follow=False, headers=headers,
                          data={**fields, **changes})
        assert answer.status in (400, 403), f"{answer.status} {changes} {headers}"
    assert world.shop.is_alive(theirs)
    # Signed out and in again: the old page's buttons are of another session.
    press(page, "sign-out-all")
    theirs = world.shop.sign_in(Browser())
    open_page(world, browser)
    answer = browser.open(form.action, "POST", follow=False, data=fields)
    assert answer.status == 400 and world.shop.is_alive(theirs)


def test_a_user_without_the_role_has_no_page(new_world):
    def take(realm):
        roles = realm["defaultRole"]["name"]
        for role in realm["roles"]["realm"]:
            if role["name"] == roles:
                role["composites"].get("client", {}).pop("account", None)

    world = new_world(take)
    page = Browser().open(page_url(world)).submit(
        "kc-login", username="ada", password="lovelace")
    assert page.status == 403


def test_a_realm_without_the_client(new_world):
    world = new_world(lambda realm: realms.client(realm, "account").update(enabled=False))
    assert Browser().open(page_url(world)).status == 404
    assert requests.get(page_url(world), headers=JSON, timeout=60).status_code == 404


def test_in_german(new_world):
    def german(realm):
        realm.update(internationalizationEnabled=True, supportedLocales=["en", "de"],
                     defaultLocale="de")

    world = new_world(german)
    page = open_page(world, Browser())
    assert "Wo Sie angemeldet sind" in page.text and 'lang="de"' in page.response.text


@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_under_both_prefixes(world, prefix):
    page = Browser().open(world.server.realm_url(prefix=prefix) + "/account/")
    assert page.is_login()
    page = page.submit("kc-login", username="ada", password="lovelace")
    assert page.status == 200 and page.url.startswith(world.server.realm_url(prefix=prefix))
