"""The login pages: what people see, and what those see who guess."""

import concurrent.futures

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser, Page, Tokens


def login_page(common, browser=None, **changes):
    page = common.shop.authorize(browser or Browser(), **changes)
    assert page.status == 200 and page.is_login(), page.text[:300]
    return page


def attempt(page, user, password):
    return page.submit("kc-login", follow=False, username=user, password=password)


def is_in(page):
    return page.status == 302 and "code" in page.query()


# ---- the form

def test_the_form_is_the_pages_first_with_keycloaks_names(common):
    form = login_page(common).forms[0]
    assert form.id == "kc-form-login" and form.method == "post"
    assert {"username", "password"} <= set(form.types) and "kc-login" in form.ids
    assert form.types["password"] == "password"


def test_the_forms_address_is_enough_for_scripts(common):
    """They post name and password alone to what stands in the page, as Keycloak's form lets them."""
    page = login_page(common)
    action = page.forms[0].action
    assert f'action="{action}" method=' in page.response.text
    send = lambda browser, password: browser.open(action, follow=False, method="POST", data={
        "username": "ada", "password": password})
    assert send(page.browser, "wrong").is_login()
    assert send(Browser(), "lovelace").status == 400  # another browser's
    assert is_in(send(page.browser, "lovelace"))


def test_a_long_ticket_stays_in_the_form(common):
    page = login_page(common, state="s" * 4000)
    assert "session_code" not in page.forms[0].action
    assert is_in(attempt(page, "ada", "lovelace"))


def test_the_page_is_protected(common):
    page = login_page(common)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy or "frame-ancestors 'none'" in policy
    assert page.headers["x-frame-options"] in ("SAMEORIGIN", "DENY")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in page.headers["cache-control"]
    assert "<script" not in page.response.text


@pytest.mark.any_engine
@pytest.mark.parametrize("user, password", [
    ("ada", "lovelace"), ("bob", "builder"), ("carol", "carol-pw"), ("dave", "dave-pw"),
    ("erin", "erin-pw"), ("ADA", "lovelace"), ("ada@example.org", "lovelace")])
def test_recorded_hashes_let_their_owners_in(common, user, password):
    assert is_in(attempt(login_page(common), user, password))
    # Again: the hash may have been renewed at the first sign-in.
    assert is_in(attempt(login_page(common), user, password))


def test_the_answer_to_a_login_is_a_get_elsewhere(common):
    """B2.11."""
    page = attempt(login_page(common), "bob", "builder")
    assert page.status in (302, 303)
    assert "no-store" in page.headers["cache-control"]


def test_wrong_unknown_and_empty_look_the_same(common):
    texts = []
    for user, password in (("bob", "wrong"), ("nobody", "wrong"), ("", ""), ("bob", "")):
        page = attempt(login_page(common), user, password)
        assert page.status == 200 and page.is_login()
        assert "Invalid username or password." in page.text
        texts.append(page.text.replace(user, ""))
    assert len(set(texts)) == 1
    # The name is kept, the password is not.
    form = attempt(login_page(common), "bob", "wrong").forms[0]
    assert form.fields["username"] == "bob" and form.fields["password"] == ""


def test_a_name_is_text_not_markup(common):
    evil = '"><script>alert(1)</script>'
    page = attempt(login_page(common), evil, "x")
    assert "<script>alert" not in page.response.text
    assert page.forms[0].fields["username"] == evil


def test_a_disabled_user_is_told_only_with_the_right_password(common):
    page = attempt(login_page(common), "gone", "gone")
    assert "Account is disabled, contact your administrator." in page.text
    assert not is_in(page)


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(common):
    page = attempt(login_page(common), "bob", "x" * (1 << 20))
    assert 400 <= page.status < 500 or "Invalid" in page.text
    page = attempt(login_page(common), "bob", "x" * 2000)
    assert not is_in(page) and page.status < 500


# ---- single sign-on

def test_signed_in_once_no_application_asks_again(common):
    browser = Browser()
    first = common.shop.sign_in(browser)
    for app in (common.blog, common.legacy, common.ovirt):
        page = app.authorize(browser)
        assert is_in(page) and page.query()["session_state"] == first.sid
        assert page.query()["iss"] == common.server.realm_url()


def test_prompt_none(common):
    """B2.10."""
    browser = Browser()
    page = common.shop.authorize(browser, prompt="none", state="s")
    assert page.status == 302 and page.query() == {
        "error": "login_required", "state": "s", "iss": common.server.realm_url()}
    common.shop.sign_in(browser)
    assert is_in(common.blog.authorize(browser, prompt="none"))


def test_prompt_login_asks_the_same_person_and_keeps_the_session(common):
    browser = Browser()
    first = common.shop.sign_in(browser)
    page = common.blog.authorize(browser, prompt="login")
    assert page.is_login()
    page = page.submit("kc-login", follow=False, password="lovelace")
    assert is_in(page) and page.query()["session_state"] == first.sid


def test_prompt_login_lets_nobody_else_take_the_session_over(common):
    """CVE-2023-6787."""
    browser = Browser()
    ada = common.shop.sign_in(browser)
    page = common.blog.authorize(browser, prompt="login")
    page = page.submit("kc-login", follow=False, username="bob", password="builder")
    if is_in(page):
        assert page.query()["session_state"] != ada.sid
    assert {one["id"] for one in common.admin.sessions("bob")}.isdisjoint({ada.sid})


def test_max_age(common):
    browser = Browser()
    tokens = common.shop.sign_in(browser)
    assert is_in(common.blog.authorize(browser, max_age="10000"))
    wait_for(lambda: common.blog.authorize(browser, max_age="1").is_login(),
             "the sign-in is older than a second")
    again = common.shop.sign_in(browser, max_age="1")
    assert again.sid == tokens.sid
    assert again.claims("id")["auth_time"] >= tokens.claims("id")["auth_time"]


def test_a_login_hint_fills_the_form(common):
    page = login_page(common, login_hint='bob"<>')
    assert page.forms[0].fields["username"] == 'bob"<>'


def test_response_modes(common):
    """B2.13."""
    browser = Browser()
    common.shop.sign_in(browser)
    page = common.shop.authorize(browser, response_mode="fragment", state="s")
    assert page.status == 302 and "#" in page.location and page.query()["state"] == "s"
    page = common.shop.authorize(browser, response_mode="form_post", state="s")
    assert page.status == 200 and page.forms[0].action == common.shop.redirect_uri
    assert page.forms[0].fields["code"] and page.forms[0].fields["state"] == "s"
    assert "no-store" in page.headers["cache-control"]


# ---- cookies

def test_the_cookies_secret_changes_at_every_login_and_is_no_session_id(common):
    browser = Browser()
    tokens = common.shop.sign_in(browser)
    before = {cookie.value for cookie in browser.cookies}
    assert not any(tokens.sid in value for value in before)
    common.shop.code(browser, prompt="login")
    after = {cookie.value for cookie in browser.cookies if cookie.value}
    assert before - after, "a new secret at a new login"


def test_session_cookies_are_closed_to_scripts_and_cover_both_forms_of_the_url(common):
    browser = Browser()
    common.shop.sign_in(browser)
    kept = [cookie for cookie in browser.cookies]
    assert kept
    for cookie in kept:
        assert cookie.secure, cookie.name
        rest = {name.lower(): value for name, value in cookie._rest.items()}
        # The state cookie is for the session iframe's script; it opens nothing.
        assert ("httponly" in rest) != cookie.name.startswith("CURFEW_STATE_"), cookie.name
        assert rest.get("samesite", "").lower() == "none", cookie.name
    app = common.app("django-blog", prefix="/auth")
    assert is_in(app.authorize(browser)), "the other form of the URL sees the same session"


def test_realms_do_not_see_each_others_sessions(new_world):
    world = new_world()
    browser = Browser()
    world.shop.sign_in(browser)
    world.admin.create_realm({
        "realm": "others", "enabled": True, "sslRequired": "none",
        "users": [{"username": "ada", "enabled": True,
                   "credentials": [{"type": "password", "value": "another"}]}],
        "clients": [{"clientId": "django-shop", "secret": "django-shop-secret",
                     "redirectUris": [world.shop.base_url + "/*"]}]})
    app = world.app("django-shop", realm="others")
    page = app.authorize(browser)
    assert page.is_login()
    assert not is_in(attempt(page, "ada", "lovelace"))
    assert is_in(attempt(app.authorize(browser), "ada", "another"))
    assert is_in(world.blog.authorize(browser)), "the first realm's session is untouched"


def test_a_lost_cookie_is_explained(common):
    page = login_page(common)
    form = page.forms[0]
    stranger = Browser()
    answer = stranger.open(form.action, "POST", follow=False, data={
        **form.press("kc-login"), "username": "bob", "password": "builder"})
    assert answer.status == 400 and "cookie" in answer.text.lower()
    assert answer.location is None


def test_another_sites_post_signs_nobody_in(common):
    """B2.14."""
    page = login_page(common)
    form = page.forms[0]
    answer = page.browser.open(
        form.action, "POST", follow=False,
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        data={**form.press("kc-login"), "username": "bob", "password": "builder"})
    assert not is_in(answer) and 400 <= answer.status < 500


def test_several_tabs(common):
    browser = Browser()
    first = login_page(common, browser, state="tab1")
    second = login_page(common, browser, state="tab2")
    done = attempt(second, "bob", "builder")
    assert is_in(done) and done.query()["state"] == "tab2"
    # The first tab goes where it was going: in, or on to the application, never an error.
    late = attempt(first, "bob", "builder")
    assert is_in(late) and late.query()["state"] == "tab1"


def test_the_back_button(common):
    browser = Browser()
    page = login_page(common, browser)
    wrong = attempt(page, "bob", "wrong")
    assert wrong.is_login()
    assert is_in(attempt(page, "bob", "builder")), "the older page is sent once more"


def test_a_link_with_somebody_elses_login_signs_nobody_in(common):
    """CVE-2026-7507: Session fixation: the form of one browser, opened in another."""
    victim, attacker = Browser(), Browser()
    theirs = login_page(common, attacker)
    action = theirs.forms[0].action
    page = victim.open(action, follow=False)
    assert not is_in(page) and page.status < 500


# ---- required actions

def test_a_temporary_password_has_to_be_changed(new_world):
    world = new_world()
    browser = Browser()
    page = login_page(world, browser)
    page = page.submit("kc-login", username="fresh", password="changeme")
    form = page.forms[0]
    assert form.id == "kc-passwd-update-form", page.text[:300]
    assert {"password-new", "password-confirm"} <= set(form.types)
    page = page.submit(follow=False, **{"password-new": "a-1", "password-confirm": "b-1"})
    assert page.status == 200 and page.forms[0].id == "kc-passwd-update-form"
    page = page.submit(follow=False, **{"password-new": "n3w-passw0rd",
                                        "password-confirm": "n3w-passw0rd"})
    assert is_in(page)
    assert not is_in(attempt(login_page(world), "fresh", "changeme"))
    assert is_in(attempt(login_page(world), "fresh", "n3w-passw0rd"))


def test_nobody_gets_past_a_required_action(common):
    browser = Browser()
    page = login_page(common, browser).submit("kc-login", username="fresh", password="changeme")
    assert page.forms[0].id == "kc-passwd-update-form"
    # The session is not there yet, whatever is asked for meanwhile.
    assert not is_in(common.blog.authorize(browser, prompt="none"))
    refused = common.ovirt.password_grant("fresh", "changeme")
    assert refused.status_code == 400 and refused.json() == {
        "error": "invalid_grant", "error_description": "Account is not fully set up"}


@pytest.mark.parametrize("asked", ["CONFIGURE_TOTP", "webauthn-register", "VERIFY_EMAIL"])
def test_nobody_gets_in_by_less_than_the_export_asks(new_world, asked):
    def change(realm):
        ada = next(user for user in realm["users"] if user["username"] == "ada")
        ada["requiredActions"] = [asked]

    world = new_world(change)
    page = attempt(login_page(world), "ada", "lovelace")
    assert not is_in(page) and page.status < 500
    assert world.ovirt.password_grant().status_code == 400


def test_an_otp_of_the_export_is_not_skipped(new_world):
    def change(realm):
        ada = next(user for user in realm["users"] if user["username"] == "ada")
        ada["credentials"].append({
            "type": "otp", "secretData": '{"value":"secretsecretsecret42"}',
            "credentialData": '{"subType":"totp","digits":6,"counter":0,"period":30,'
                              '"algorithm":"HmacSHA1"}'})

    world = new_world(change)
    page = attempt(login_page(world), "ada", "lovelace")
    assert not is_in(page) and page.status < 500


# ---- guessing

LIMIT = 5


def guarded(realm):
    realm.update(bruteForceProtected=True, failureFactor=LIMIT, waitIncrementSeconds=600,
                 maxFailureWaitSeconds=900, quickLoginCheckMilliSeconds=0)


def test_a_locked_user_is_locked_for_the_right_password_too(new_world):
    world = new_world(guarded)
    for _ in range(LIMIT):
        assert not is_in(attempt(login_page(world), "ada", "wrong"))
    page = attempt(login_page(world), "ada", "lovelace")
    assert page.status == 200 and "Invalid username or password." in page.text
    refused = world.ovirt.password_grant()
    assert refused.json() == {"error": "invalid_grant",
                              "error_description": "Invalid user credentials"}
    assert is_in(attempt(login_page(world), "bob", "builder")), "others are not concerned"


@pytest.mark.parametrize("way", ["page", "password grant"])
def test_200_parallel_guesses_get_no_more_than_the_limit(new_world, way):
    """CVE-2026-9798: However the guesses interleave, at most the limit is compared with the
    password."""
    world = new_world(guarded)
    pages = [login_page(world) for _ in range(200)] if way == "page" else [None] * 200

    def guess(page):
        if page is None:
            answer = world.ovirt.password_grant(password="wrong")
            return answer.status_code
        return attempt(page, "ada", "wrong").status

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(guess, pages))
    # 503 with Retry-After is the password gate's answer when its queue is full.
    assert set(statuses) <= {200, 400, 401, 503}, set(statuses)
    evaluated = [one for one in world.admin.events("LOGIN_ERROR")
                 if one.get("error") == "invalid_user_credentials"]
    assert len(evaluated) <= LIMIT, f"{len(evaluated)} guesses were compared"
    locked = [one for one in world.admin.events("LOGIN_ERROR")
              if one.get("error") == "user_temporarily_disabled"]
    assert locked, "the others met a locked door"
    assert not is_in(attempt(login_page(world), "ada", "lovelace"))
    world_after_restart(world)


def world_after_restart(world):
    """A restart does not open the door."""
    world.server.stop()
    world.server.start()
    assert not is_in(attempt(login_page(world), "ada", "lovelace"))


def test_a_good_login_in_between_starts_the_count_anew(new_world):
    world = new_world(guarded)
    for _ in range(3):
        for _ in range(LIMIT - 1):
            attempt(login_page(world), "ada", "wrong")
        assert is_in(attempt(login_page(world), "ada", "lovelace"))


@pytest.mark.any_engine
def test_a_flood_of_logins_leaves_the_rest_alone(common):
    """Guessing cannot stop those who are signed in already."""
    tokens = common.shop.sign_in()

    def knock(number):
        return requests.post(
            common.server.endpoint("token"), timeout=120,
            data={"grant_type": "password", "client_id": "ovirt-engine",
                  "client_secret": "ovirt-engine-secret", "username": f"nobody-{number}",
                  "password": "x"}).status_code

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        knocks = [pool.submit(knock, number) for number in range(200)]
        for _ in range(20):
            assert common.shop.is_alive(tokens)
        statuses = {one.result() for one in knocks}
    assert statuses <= {400, 401, 503}, statuses


def test_error_pages_lead_nowhere(common):
    """B2.4."""
    for changes in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"},
                    {"redirect_uri": None}, {"client_id": None}):
        page = common.shop.authorize(Browser(), **changes)
        assert isinstance(page, Page) and page.status == 400 and page.location is None
        assert "evil.example" not in page.response.text


def test_an_old_password_has_to_be_changed(new_world):
    """The policy forceExpiredPasswordChange, as Keycloak: at the page and at the grant type."""
    def change(realm):
        realm["passwordPolicy"] = "forceExpiredPasswordChange(30)"
        for user in realm["users"]:
            for credential in user.get("credentials", ()):
                credential["createdDate"] = 1

    world = new_world(change)
    answer = world.ovirt.password_grant()
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "Account is not fully set up"
    browser = Browser()
    form = world.shop.authorize(browser)
    page = form.submit(username="ada", password="lovelace")
    assert "Update password" in page.text
    page = page.submit(**{"password-new": "byron-1815", "password-confirm": "byron-1815"}, follow=False)
    assert page.status == 302 and page.query()["code"]
    assert world.ovirt.password_grant(password="byron-1815").status_code == 200


def test_a_new_user_joins_the_default_groups(new_world):
    world = new_world(lambda realm: realm.update(defaultGroups=["/staff"]))
    world.admin.request("POST", "/users", 201, json={
        "username": "newcomer", "enabled": True,
        "credentials": [{"type": "password", "value": "secret-1"}]})
    tokens = Tokens(world.ovirt.password_grant("newcomer", "secret-1").json())
    assert "auditor" in tokens.claims()["realm_access"]["roles"], "the group's role"
