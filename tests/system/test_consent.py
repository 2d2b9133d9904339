"""The consent page: what a user is asked before a client gets in, and what becomes of the answer."""

import concurrent.futures
import re
import threading

import pytest
import requests

from support import realm as realms
from support.browser import Browser, Tokens


def asking(realm):
    """The shop asks; its own line is shown too."""
    shop = realms.client(realm, "django-shop")
    shop["consentRequired"] = True
    shop["attributes"].update({"display.on.consent.screen": "true",
                               "consent.screen.text": "Your orders"})
    realms.client(realm, "django-blog")["consentRequired"] = True
    shop["directAccessGrantsEnabled"] = True
    realm.update(eventsEnabled=True, enabledEventTypes=[])


@pytest.fixture
def world(new_world):
    return new_world(asking)


def is_question(page):
    return page.status == 200 and any("kc-oauth" == form.id for form in page.forms)


def lines(page):
    return re.findall(r"<li>(.*?)</li>", page.response.text)


def ask(world, browser, app=None, **changes):
    """Up to the question."""
    page = (app or world.shop).authorize(browser, **changes)
    if page.is_login():
        page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    return page


def consent(world, browser, app=None, **changes):
    page = ask(world, browser, app, **changes)
    assert is_question(page), page.text[:300]
    page = page.submit("kc-login", follow=False)
    assert page.status == 302 and "code" in page.query(), page.text[:300]
    return Tokens((app or world.shop).redeem(page.query()["code"]).json())


def last_event(world, kind):
    return world.admin.events(kind)[0]


def test_the_question_and_a_yes(world):
    browser = Browser()
    page = ask(world, browser)
    assert is_question(page)
    assert "Grant Access to" in page.text and "Do you grant these access privileges?" in page.text
    assert sorted(lines(page)) == ["Email address", "User profile", "User roles", "Your orders"]
    form = page.forms[0]
    assert [(name, id) for name, _, id in form.buttons] == [
        ("accept", "kc-login"), ("cancel", "kc-cancel")]
    assert "code" in form.fields and "no-store" in page.headers["cache-control"]
    # The password alone has made no session.
    assert "session_state" not in (world.ovirt.authorize(browser, prompt="none").query())
    page = page.submit("kc-login", follow=False)
    tokens = Tokens(world.shop.redeem(page.query()["code"]).json())
    assert world.shop.is_alive(tokens)
    assert last_event(world, "LOGIN")["details"]["consent"] == "consent_granted"
    # It is remembered: by SSO, and in another browser.
    assert "code" in world.shop.authorize(browser).query()
    assert last_event(world, "LOGIN")["details"]["consent"] == "persisted_consent"
    assert "code" in ask(world, Browser()).query()
    # Another client asks for its own.
    assert is_question(ask(world, browser, world.blog))


def test_a_no(world):
    browser = Browser()
    page = ask(world, browser)
    denied = page.submit("kc-cancel", follow=False)
    assert denied.status == 302
    query = denied.query()
    assert query["error"] == "access_denied" and query["state"] and "code" not in query
    assert query["iss"] == world.server.realm_url()
    assert last_event(world, "LOGIN_ERROR")["error"] == "rejected_by_user"
    # Nobody was signed in, and nobody can change their mind on the same page.
    assert world.ovirt.authorize(browser, prompt="none").query()["error"] == "login_required"
    again = page.submit("kc-login", follow=False)
    assert again.status == 400 and "Action expired" in again.text
    assert world.shop.authorize(browser).is_login()


def test_a_page_has_one_answer_also_after_the_sign_out(world):
    browser = Browser()
    page = ask(world, browser)
    tokens = Tokens(world.shop.redeem(page.submit("kc-login", follow=False).query()["code"]).json())
    browser.open(world.server.endpoint("logout"), params={"id_token_hint": tokens.id})
    assert not world.shop.is_alive(tokens)
    again = page.submit("kc-login", follow=False)
    assert again.status == 400, "going back must not sign in"
    assert world.ovirt.authorize(browser, prompt="none").query()["error"] == "login_required"


def test_by_sso_and_without_asking(world):
    browser = Browser()
    world.ovirt.sign_in(browser)
    refused = world.shop.authorize(browser, prompt="none")
    assert refused.query()["error"] == "consent_required"
    page = world.shop.authorize(browser)
    assert is_question(page), "the session suffices, the consent does not"
    # The session ends while the page is open: a yes is no sign-in.
    sid = world.admin.sessions("ada")[0]["id"]
    world.admin.request("DELETE", f"/sessions/{sid}", expect=204)
    late = page.submit("kc-login", follow=False)
    assert late.status == 400 and "code" not in (late.query() if late.location else {})


def test_prompt_consent_asks_always(world):
    browser = Browser()
    consent(world, browser)
    page = ask(world, browser, prompt="consent")
    assert is_question(page) and len(lines(page)) == 4
    page = page.submit("kc-login", follow=False)
    assert "code" in page.query()
    # A client that asks for nothing is not concerned.
    assert "code" in world.ovirt.authorize(browser, prompt="consent").query()


def test_what_is_new_is_asked_for_alone(world):
    browser = Browser()
    first = consent(world, browser)
    page = ask(world, browser, scope="openid offline_access phone")
    assert is_question(page) and sorted(lines(page)) == ["Offline Access", "Phone number"]
    page = page.submit("kc-login", follow=False)
    tokens = Tokens(world.shop.redeem(page.query()["code"]).json())
    assert tokens.claims("refresh")["typ"] == "Offline"
    assert world.shop.refresh(first).status_code == 200
    assert "code" in ask(world, browser, scope="openid offline_access phone").query()


def test_somebody_elses_page_is_worth_nothing(world):
    """CVE-2026-7507."""
    page = ask(world, Browser())
    stranger = Browser()
    page.browser = stranger
    refused = page.submit("kc-login", follow=False)
    assert refused.status == 400 and "code" not in (refused.query() if refused.location else {})


def test_from_another_site_it_is_refused(world):
    """B2.14."""
    page = ask(world, Browser())
    fields = page.forms[0].press("kc-login")
    answer = page.browser.open(page.forms[0].action, "POST", follow=False, data=fields, headers={
        "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


def test_a_form_that_was_tampered_with(world):
    page = ask(world, Browser())
    for changes in ({"code": page.forms[0].fields["code"][:-2] + "AA"}, {"code": ""}):
        assert page.submit("kc-login", follow=False, **changes).status == 400
    form = page.forms[0]
    for fields in (form.fields, {**form.fields, "accept": "", "cancel": ""}):
        answer = page.browser.open(form.action, "POST", follow=False, data=fields)
        assert answer.status == 400


def test_the_password_grant_asks_nobody_and_gives_nothing(world):
    refused = world.shop.password_grant()
    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_client",
                              "error_description": "Client requires user consent"}


def test_the_new_password_comes_first(world):
    browser = Browser()
    page = world.shop.authorize(browser).submit(
        "kc-login", follow=False, username="fresh", password="changeme")
    assert page.forms[0].id == "kc-passwd-update-form"
    page = page.submit("kc-submit", follow=False, **{
        "password-new": "A longer one 1", "password-confirm": "A longer one 1"})
    assert is_question(page), page.text[:300]
    assert "code" in page.submit("kc-login", follow=False).query()


def test_a_disabled_user_cannot_answer(world):
    page = ask(world, Browser())
    user = world.admin.user("ada")
    world.admin.request("PUT", f"/users/{user['id']}", json={**user, "enabled": False}, expect=204)
    refused = page.submit("kc-login", follow=False)
    assert refused.status == 400 and "code" not in (refused.query() if refused.location else {})


def test_in_german(new_world):
    def german(realm):
        asking(realm)
        realm.update(internationalizationEnabled=True, supportedLocales=["en", "de"],
                     defaultLocale="de")

    world = new_world(german)
    page = ask(world, Browser())
    assert "E-Mail-Adresse" in lines(page) and "Wollen Sie" in page.text


def test_an_export_brings_what_was_granted(world):
    consent(world, Browser())
    exported = world.admin.request("GET", "/export", expect=200).json()
    ada = next(user for user in exported["users"] if user["username"] == "ada")
    granted, = ada["clientConsents"]
    assert granted["clientId"] == "django-shop"
    assert sorted(granted["grantedClientScopes"]) == ["django-shop", "email", "profile", "roles"]
    assert granted["createdDate"] == granted["lastUpdatedDate"] > 1.5e12


def test_an_administrator_sees_and_withdraws_it(world):
    admin, browser = world.admin, Browser()
    user = admin.user("ada")["id"]
    shop, blog = (admin.get("/clients", clientId=name)[0]["id"]
                  for name in ("django-shop", "django-blog"))
    assert admin.get(f"/users/{user}/consents") == []
    tokens = consent(world, browser, scope="openid offline_access")
    online = world.shop.sign_in(Browser())
    others = consent(world, browser, world.blog)
    listed = {one["clientId"]: one for one in admin.get(f"/users/{user}/consents")}
    assert listed.keys() == {"django-shop", "django-blog"}
    kept = listed["django-shop"]
    assert kept.keys() == {"clientId", "grantedClientScopes", "createdDate", "lastUpdatedDate",
                           "additionalGrants"}
    assert kept["additionalGrants"] == [{"client": shop, "key": "Offline Token"}]
    assert {"email", "profile", "roles"} <= set(kept["grantedClientScopes"])
    assert kept["createdDate"] == kept["lastUpdatedDate"] > 1.5e12
    assert "additionalGrants" not in listed["django-blog"]

    path = f"/users/{user}/consents/django-shop"
    answer = admin.request("DELETE", path, 204)
    assert answer.headers["x-curfew-signout"] in {one.id for one in admin.signouts()}
    for gone in (tokens, online):
        assert world.shop.refresh(gone).status_code == 400
        world.told("django-shop", gone.sid)
    assert world.blog.is_alive(others), "the other application's stays"
    assert {one["clientId"] for one in admin.get(f"/users/{user}/consents")} == {"django-blog"}
    assert admin.request("DELETE", path, 404).json() == {
        "error": "Consent nor offline token not found"}
    assert is_question(world.shop.authorize(browser)), "it is asked for again"
    assert admin.request("DELETE", f"/users/{user}/consents/nosuch", 404).json() == {
        "error": "Client not found"}
    nobody = "nobody"
    for method in ("GET", "DELETE"):
        end = "/django-shop" if method == "DELETE" else ""
        assert admin.request(method, f"/users/{nobody}/consents{end}", 404).json() == {
            "error": "User not found"}
    admin.request("DELETE", f"/clients/{blog}", 204)
    assert admin.get(f"/users/{user}/consents") == []


def test_an_offline_token_alone_is_a_grant_to_withdraw(world):
    user = world.admin.user("ada")["id"]
    ovirt = world.admin.get("/clients", clientId="ovirt-engine")[0]["id"]
    browser = Browser()
    online = world.ovirt.sign_in(browser)
    path = f"/users/{user}/consents/ovirt-engine"
    world.admin.request("DELETE", path, 404)
    assert world.ovirt.is_alive(online), "a session is no grant"
    tokens = world.ovirt.sign_in(browser, scope="openid offline_access")
    assert world.admin.get(f"/users/{user}/consents") == [{
        "clientId": "ovirt-engine", "grantedClientScopes": [],
        "additionalGrants": [{"client": ovirt, "key": "Offline Token"}]}]
    world.admin.request("DELETE", path, 204)
    assert world.ovirt.refresh(tokens).status_code == 400
    assert world.admin.get(f"/users/{user}/consents") == []


def test_no_code_slips_in_beside_a_withdrawal(world):
    """Whatever runs while the consent is withdrawn: afterwards the client is out."""
    browser = Browser()
    own = world.ovirt.sign_in(browser)
    for _ in range(5):
        first = consent(world, browser)
        going = threading.Event()

        def join(going=going):
            page = world.shop.authorize(browser)
            going.set()
            return page.query().get("code") if page.location else None

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            joins = [pool.submit(join) for _ in range(24)]
            assert going.wait(60)
            answer = requests.delete(
                world.server.realm_url() + "/account/applications/django-shop/consent",
                headers={"Authorization": "Bearer " + own.access}, timeout=60)
            codes = [one.result() for one in joins]
        assert answer.status_code == 204 and any(codes), "some came before it"
        for code in filter(None, codes):
            refused = world.shop.redeem(code)
            assert refused.status_code == 400, refused.text
        assert world.shop.refresh(first).status_code == 400
        session = next(one for one in world.admin.sessions("ada") if one["id"] == own.sid)
        assert "django-shop" not in session["clients"].values()
        assert is_question(world.shop.authorize(browser))
