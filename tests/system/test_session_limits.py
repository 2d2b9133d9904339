"""How many sessions a user may have: Keycloak's execution user-session-limits in the flows."""

import pytest

from support import wait_for
from support.browser import Browser, Tokens
from test_attacks_races import all_at_once
from test_door_table import limit_sessions


@pytest.fixture
def limited(new_world):
    return lambda **config: new_world(lambda realm: limit_sessions(realm, **config))


def test_the_oldest_end_in_the_browser_and_by_password(limited):
    world = limited(userRealmLimit="2")
    first, second = world.shop.sign_in(), world.shop.sign_in()
    third = world.blog.sign_in()
    assert not world.shop.is_alive(first) and world.shop.is_alive(second)
    fourth = Tokens(world.ovirt.password_grant().json())
    assert not world.shop.is_alive(second)
    assert world.blog.is_alive(third)
    assert world.ovirt.introspect(fourth.access)["active"]
    for ended in (first, second):
        world.told("django-shop", ended.sid)
        receipt = world.admin.receipt(ended.sid)
        assert receipt.door == "session-limit"
    assert receipt.initiator == "ovirt-engine"
    # Somebody else's sessions do not count.
    assert world.shop.is_alive(world.shop.sign_in(user="bob", password="builder"))
    assert world.blog.is_alive(third)


def test_joining_by_the_browsers_session_is_no_new_one(limited):
    world = limited(userRealmLimit="1")
    browser = Browser()
    shop = world.shop.sign_in(browser)
    blog = world.blog.sign_in(browser)
    again = world.shop.sign_in(browser, prompt="login")
    for app, tokens in ((world.shop, again), (world.blog, blog), (world.shop, shop)):
        assert app.is_alive(tokens)


@pytest.mark.parametrize("message", ["", "Two devices, please <b>no more</b>"])
def test_another_sign_in_is_refused(limited, message):
    world = limited(userRealmLimit="1", behavior="Deny new session", errorMessage=message)
    tokens = world.shop.sign_in()
    page = world.shop.authorize(Browser())
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    assert page.status == 403 and (message or "There are too many sessions") in page.text
    refused = world.ovirt.password_grant()
    assert refused.status_code == 403 and refused.json() == {
        "error": "access_denied",
        "error_description": message or "There are too many sessions"}
    assert world.shop.is_alive(tokens)
    assert len([one for one in world.admin.events("LOGIN_ERROR")
                if one["error"] == "generic_authentication_error"]) == 2
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    assert world.shop.is_alive(world.shop.sign_in())


def test_the_limit_of_one_client(limited):
    world = limited(userRealmLimit="0", userClientLimit="1")
    shop, blog = world.shop.sign_in(), world.blog.sign_in()
    newer = world.shop.sign_in()
    assert not world.shop.is_alive(shop)
    assert world.blog.is_alive(blog) and world.shop.is_alive(newer)


@pytest.mark.parametrize("behavior", ["Deny new session", "Terminate oldest session"])
def test_many_at_once_are_never_more_than_the_limit(limited, behavior):
    world = limited(userRealmLimit="3", behavior=behavior)
    for _ in range(3):
        answers = all_at_once([world.ovirt.password_grant] * 8)
        tokens = [Tokens(one.json()) for one in answers if one.status_code == 200]
        assert tokens or behavior == "Deny new session"
        assert len(world.admin.sessions("ada")) <= 3
    if behavior == "Terminate oldest session":
        assert len(world.admin.sessions("ada")) == 3
        wait_for(lambda: all(one.door == "session-limit" for one in world.admin.signouts()),
                 "receipts of all that ended")


def test_other_executions_are_still_refused(new_world):
    """Only the one that is built: nobody gets in by less than the realm asks."""
    def change(realm):
        limit_sessions(realm)
        for flow in realm["authenticationFlows"]:
            if flow["alias"] == "forms":
                flow["authenticationExecutions"].append({
                    "authenticator": "auth-otp-form", "authenticatorFlow": False,
                    "requirement": "REQUIRED", "priority": 95,
                    "autheticatorFlow": False, "userSetupAllowed": False})
    world = new_world(change)
    assert not world.shop.authorize(Browser()).is_login()
