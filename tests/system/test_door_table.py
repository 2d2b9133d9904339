"""The table of doors, src/signout/doors.def, row by row on the real program: a person is
signed in at three applications, in a second browser with an offline session, and has a code at
hand; the door is opened; what the row promises is looked at from all sides. A row without a
case here fails, in the rules too."""

import itertools
import re
import time

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser, Tokens
from support.saml import ServiceProvider, client as saml_client
from support.server import ROOT

TABLE = ROOT / "src/signout/doors.def"
COLUMNS = ("id", "name", "whose", "ends", "tells", "offline", "event", "text")


class Row:
    def __init__(self, cells):
        self.__dict__.update(zip(COLUMNS, cells))

    @property
    def is_mass(self):
        return self.whose != "ONE"


def next_second():
    """The time in whole seconds, all that happened until now lying before it."""
    time.sleep(1.01 - time.time() % 1)
    return int(time.time())


def rows():
    text = re.sub(r"/\*.*?\*/", "", TABLE.read_text(), flags=re.DOTALL)
    found = re.findall(r'^D\((\w+), "([^"]+)", (\w+), (\w+), (\w+), (\w+), "(\w+)", "([^"]+)"\)$',
                       text, re.MULTILINE)
    return {cells[1]: Row(cells) for cells in found}


CASES = {}


class Case:
    def __init__(self, opens, client=None, change=None, undo=None, realm_gone=False):
        self.opens, self.client, self.change, self.undo = opens, client, change, undo
        self.realm_gone = realm_gone


def opens(name, **keywords):
    """Marks the function that opens this door: function(world, person)."""
    def add(function):
        CASES[name] = Case(function, **keywords)
        return function
    return add


APPLICATIONS = {"django-shop": "shop", "django-blog": "blog", "legacy-node": "legacy"}
numbers = itertools.count(1)


class Person:
    """A user of their own, signed in at the shop, the blog and the adapter application in one
    browser, and with an offline session at the shop from another browser."""

    def __init__(self, world, remember=False):
        self.world, self.name, self.password = world, f"person{next(numbers)}", "Secret-1-word"
        world.admin.request("POST", "/users", 201, json={
            "username": self.name, "enabled": True, "email": f"{self.name}@example.org",
            "firstName": "A", "lastName": "Person",
            "credentials": [{"type": "password", "value": self.password}]})
        self.who = {"user": self.name, "password": self.password}
        self.id = world.admin.user(self.name)["id"]
        self.browser, self.other = Browser(), Browser()
        if remember:
            self.sign_in_remembered(self.browser)
        self.tokens = {"django-shop": world.shop.sign_in(self.browser, **self.who)}
        # Old enough that a not-before of now is later than all of it.
        self.code_used = world.blog.code(self.browser)
        self.tokens["django-blog"] = Tokens(world.blog.redeem(self.code_used).json())
        self.tokens["legacy-node"] = world.legacy.sign_in(self.browser, token_fields={
            "client_session_state": f"http-session-of-{self.name}",
            "client_session_host": "node-1"})
        self.offline = world.shop.sign_in(self.other, scope="openid offline_access", **self.who)
        self.sid = self.tokens["django-shop"].sid

    def sign_in_remembered(self, browser):
        page = self.world.shop.authorize(browser)
        page.submit("kc-login", follow=False, username=self.name, password=self.password,
                    rememberMe="on")

    def app(self, client):
        return getattr(self.world, APPLICATIONS[client])

    def pending_code(self, client):
        """A code that is not redeemed yet."""
        return self.app(client).code(self.browser)

    def assert_out(self, client):
        """No token of this application's part is accepted in any way."""
        app, tokens = self.app(client), self.tokens[client]
        assert app.userinfo(tokens).status_code == 401
        asked = app.post("token/introspect", token=tokens.access)
        refused = app.refresh(tokens)
        if asked.status_code == 401:  # the client itself is out
            assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
            return
        assert asked.json() == {"active": False}
        assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant", \
            refused.text

    def assert_in(self, client):
        assert self.app(client).is_alive(self.tokens[client]), f"{client} lives on"


# ---- one session

def end_session(world, **params):
    return world.server.endpoint("logout"), {"follow": False, "params": params}


@opens("rp-initiated")
def rp_initiated(world, person):
    url, how = end_session(world, id_token_hint=person.tokens["django-shop"].id)
    assert person.browser.open(url, **how).status == 200


@opens("legacy-redirect")
def legacy_redirect(world, person):
    url, how = end_session(world, redirect_uri=world.shop.base_url + "/")
    assert person.browser.open(url, **how).status == 302


@opens("confirmed")
def confirmed(world, person):
    page = person.browser.open(world.server.endpoint("logout"))
    assert page.submit("kc-logout").status == 200


WIKI = "https://wiki.example/sp"


@opens("saml", change=lambda realm: realm["clients"].append(saml_client(WIKI, WIKI)))
def saml(world, person):
    provider = ServiceProvider(world.server, WIKI, WIKI)
    response = provider.sign_in(person.browser, **person.who)
    request = provider.logout_request(response.name_id, response.session_index)
    assert provider.redirect(person.browser, request).status == 302


@opens("refresh-token")
def refresh_token(world, person):
    answer = world.shop.post("logout", refresh_token=person.tokens["django-shop"].refresh)
    assert answer.status_code == 204


@opens("offline-token", client="django-shop")
def offline_token(world, person):
    assert world.shop.post("logout", refresh_token=person.offline.refresh).status_code == 204


@opens("token-revocation", client="django-blog")
def token_revocation(world, person):
    answer = world.blog.post("revoke", token=person.tokens["django-blog"].refresh)
    assert answer.status_code == 200


@opens("offline-revocation", client="django-shop")
def offline_revocation(world, person):
    assert world.shop.post("revoke", token=person.offline.refresh).status_code == 200


@opens("code-replay", client="django-blog")
def code_replay(world, person):
    assert world.blog.redeem(person.code_used).status_code == 400


@opens("refresh-replay", client="django-blog",
       change=lambda realm: realm.update(revokeRefreshToken=True, refreshTokenMaxReuse=0))
def refresh_replay(world, person):
    old = person.tokens["django-blog"]
    person.tokens["django-blog"] = Tokens(world.blog.refresh(old).json())
    assert world.blog.refresh(old).status_code == 400


@opens("admin-session")
def admin_session(world, person):
    world.admin.request("DELETE", f"/sessions/{person.sid}", 204)


def account(world, person, method, path, tokens=None):
    tokens = tokens or person.tokens["django-shop"]
    answer = requests.request(method, world.server.realm_url() + "/account" + path, timeout=60,
                              headers={"Authorization": "Bearer " + tokens.access,
                                       "Accept": "application/json"})
    assert answer.status_code == 204, answer.text
    return answer


@opens("account-session")
def account_session(world, person):
    return account(world, person, "DELETE", f"/sessions/{person.sid}")


@opens("account-others")
def account_others(world, person):
    own = world.shop.sign_in(Browser(), **person.who)
    answer = account(world, person, "DELETE", "/sessions", own)
    assert world.shop.is_alive(own)
    return answer


@opens("account-all")
def account_all(world, person):
    return account(world, person, "DELETE", "/sessions?current=true")


@opens("consent-withdrawn", client="django-blog")
def consent_withdrawn(world, person):
    return account(world, person, "DELETE", "/applications/django-blog/consent")


def short_lived(realm, **limits):
    realm.update(accessTokenLifespan=60, **limits)
    realms.set_attribute(realm, "curfew.signout.on_idle", "tell")


def wait_for_the_end(world, person):
    world.told("django-blog", person.sid, 120)


@opens("expired-maximum", change=lambda realm: short_lived(realm, ssoSessionMaxLifespan=8))
def expired_maximum(world, person):
    wait_for_the_end(world, person)


@opens("expired-idle", change=lambda realm: short_lived(realm, ssoSessionIdleTimeout=8))
def expired_idle(world, person):
    wait_for_the_end(world, person)


def limit_sessions(realm, authenticator_config="limit", at=("forms", "direct grant"), **config):
    """The built-in flows of the realm, with the execution that limits sessions."""
    settings = {"userRealmLimit": "2", "userClientLimit": "0",
                "behavior": "Terminate oldest session", "errorMessage": "", **config}
    realm["authenticatorConfig"].append({"alias": authenticator_config, "config": settings})
    for flow in realm["authenticationFlows"]:
        if flow["alias"] in at:
            flow["authenticationExecutions"].append({
                "authenticator": "user-session-limits", "authenticatorFlow": False,
                "authenticatorConfig": authenticator_config, "requirement": "REQUIRED",
                "priority": 90, "autheticatorFlow": False, "userSetupAllowed": False})


@opens("session-limit", change=limit_sessions)
def session_limit(world, person):
    assert world.ovirt.password_grant(person.name, person.password).status_code == 200


# ---- a user

def put_user(world, person, **changes):
    user = world.admin.get(f"/users/{person.id}")
    return world.admin.request("PUT", f"/users/{person.id}", 204, json={**user, **changes})


@opens("admin-user")
def admin_user(world, person):
    return world.admin.request("POST", f"/users/{person.id}/logout", 204)


@opens("user-disabled", undo=lambda world, person: put_user(world, person, enabled=True))
def user_disabled(world, person):
    return put_user(world, person, enabled=False)


@opens("user-deleted")
def user_deleted(world, person):
    return world.admin.request("DELETE", f"/users/{person.id}", 204)


@opens("not-before-user", undo=lambda world, person: put_user(world, person, notBefore=0))
def not_before_user(world, person):
    return put_user(world, person, notBefore=next_second())


@opens("password-reset")
def password_reset(world, person):
    return world.admin.request("PUT", f"/users/{person.id}/reset-password", 204, json={
        "type": "password", "value": "Another-2-word", "temporary": False})


def keep_at_actions(realm):
    realms.set_attribute(realm, "curfew.signout.on_required_action", "keep")


@opens("password-changed", change=keep_at_actions)
def password_changed(world, person):
    """In a third browser, since a required action meets who signs in: its session lives on."""
    put_user(world, person, requiredActions=["UPDATE_PASSWORD"])
    person.assert_in("django-shop")
    page = world.shop.authorize(Browser())
    page = page.submit("kc-login", follow=False, username=person.name, password=person.password)
    assert "password-new" in page.forms[0].types, page.text
    page = page.submit(follow=False, **{"password-new": "Another-2-word",
                                        "password-confirm": "Another-2-word"})
    tokens = Tokens(world.shop.redeem(page.query()["code"]).json())
    assert world.shop.is_alive(tokens), "who changed it stays in"
    assert world.shop.refresh(tokens).status_code == 200


@opens("action-required")
def action_required(world, person):
    return put_user(world, person, requiredActions=["UPDATE_PASSWORD"])


# ---- a client

def put_client(world, client_id, **changes):
    client = world.admin.get("/clients", clientId=client_id)[0]
    return world.admin.request("PUT", f"/clients/{client['id']}", 204, json={**client, **changes})


@opens("client-disabled", client="django-blog",
       undo=lambda world, person: put_client(world, "django-blog", enabled=True))
def client_disabled(world, person):
    return put_client(world, "django-blog", enabled=False)


@opens("client-deleted", client="django-blog")
def client_deleted(world, person):
    client = world.admin.get("/clients", clientId="django-blog")[0]
    return world.admin.request("DELETE", f"/clients/{client['id']}", 204)


@opens("not-before-client", client="django-blog",
       undo=lambda world, person: put_client(world, "django-blog", notBefore=0))
def not_before_client(world, person):
    return put_client(world, "django-blog", notBefore=next_second())


# ---- a realm

def put_realm(world, **changes):
    return world.admin.request("PUT", "", 204, json=changes)


@opens("admin-realm")
def admin_realm(world, person):
    return world.admin.request("POST", "/logout-all", 200)


@opens("not-before-realm", undo=lambda world, person: put_realm(world, notBefore=0))
def not_before_realm(world, person):
    return put_realm(world, notBefore=next_second())


@opens("realm-disabled", realm_gone=True,
       undo=lambda world, person: put_realm(world, enabled=True))
def realm_disabled(world, person):
    return put_realm(world, enabled=False)


@opens("realm-deleted", realm_gone=True)
def realm_deleted(world, person):
    return world.admin.request("DELETE", "", 204)


@opens("remember-me-off", change=lambda realm: realm.update(rememberMe=True),
       undo=lambda world, person: put_realm(world, rememberMe=True))
def remember_me_off(world, person):
    return put_realm(world, rememberMe=False)


# ---- what has to hold

def check_tokens(person, row, case):
    out = {case.client} if row.ends == "CLIENT" else set(APPLICATIONS)
    if row.offline == "ITSELF":
        out = set()
    for client in APPLICATIONS:
        person.assert_out(client) if client in out else person.assert_in(client)
    refused = person.world.shop.refresh(person.offline).status_code == 400
    # A client that is no more has no offline session either; others' live on.
    ends = row.offline == "ITSELF" or row.offline == "ENDS" and \
        (row.ends == "SESSION" or case.client == "django-shop")
    assert refused == ends, "the offline session"


def check_browser(person, row):
    page = person.world.shop.authorize(person.browser)
    if row.ends == "CLIENT" or row.offline == "ITSELF":
        assert page.status == 302 and "code" in page.query(), "the browser's session lives on"
    else:
        assert page.is_login(), page.text


def check_told(person, row, case):
    if row.offline == "ITSELF":
        person.world.told("django-shop", person.offline.sid)
        return
    told = [case.client] if row.ends == "CLIENT" else list(APPLICATIONS)
    for client in told:
        if client == "legacy-node" and row.whose == "REALM":
            wait_for(lambda: any("adapterSessionIds" not in one for one in
                                 person.world.sinks["legacy-node"].k_logouts()),
                     "the adapter is told of everybody")
        else:
            person.world.told(client, person.sid)
    for client in set(APPLICATIONS) - set(told):
        assert person.world.hears_nothing(client, person.sid), client


def check_receipts(person, row):
    admin = person.world.admin
    sid = person.offline.sid if row.offline == "ITSELF" else person.sid
    mine = wait_for(lambda: [one for one in admin.signouts()
                             if one.session_id == sid and one.door == row.name], "the receipt")
    assert mine[0].json["doorText"] == row.text
    assert [one for one in admin.events(row.event) if one.get("sessionId") == sid]
    if row.is_mass:
        order = wait_for(lambda: next(
            (one for one in admin.signouts() if one.door == row.name and not one.session_id and
             one.json.get("total", 0) and one.json["progress"] == one.json["total"]), None),
            "the order's receipt shows that all is done")
        assert order.json["total"] >= 1


@pytest.mark.parametrize("name", rows())
def test_every_row_of_the_table(new_world, name):
    row, case = rows()[name], CASES.get(name)
    assert case, f"the door {name} has no case in {__name__}"
    world = new_world(case.change)
    person = Person(world, remember=row.whose == "REMEMBERED")
    code = person.pending_code(case.client or "django-shop")
    answer = case.opens(world, person)
    if case.realm_gone:
        assert world.shop.refresh(person.tokens["django-shop"]).status_code >= 400
        check_told(person, row, case)
    else:
        check_tokens(person, row, case)
        check_browser(person, row)
        redeemed = person.app(case.client or "django-shop").redeem(code).status_code
        assert (redeemed == 200) == (row.offline == "ITSELF"), "the code at hand"
        check_told(person, row, case)
        check_receipts(person, row)
    if answer is not None:
        assert answer.headers.get("x-curfew-signout") or not row.is_mass
    if case.undo:
        case.undo(world, person)
        check_tokens(person, row, case)


def test_no_case_is_left_over():
    assert set(CASES) == set(rows())
