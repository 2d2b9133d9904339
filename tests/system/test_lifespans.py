"""Each limit of sessions, of clients' parts in them and of tokens, by a clock that is set forward:
what is used within it lives on, what is not is over."""

import pytest

from support import realm as realms
from support.browser import Browser, Tokens
from support.clock import Clock

DAY, LIMIT = 24 * 3600, 600
OFFLINE = "openid offline_access"

# Limits that are not under test.
LONG = {"ssoSessionIdleTimeout": 2 * DAY, "ssoSessionMaxLifespan": 3 * DAY,
        "ssoSessionIdleTimeoutRememberMe": 0, "ssoSessionMaxLifespanRememberMe": 0,
        "offlineSessionIdleTimeout": 2 * DAY, "offlineSessionMaxLifespanEnabled": False,
        "clientSessionIdleTimeout": 0, "clientSessionMaxLifespan": 0,
        "clientOfflineSessionIdleTimeout": 0, "clientOfflineSessionMaxLifespan": 0,
        "accessTokenLifespan": 60}
OFFLINE_MAXIMUM = {"offlineSessionMaxLifespanEnabled": True,
                   "offlineSessionMaxLifespan": 2 * DAY}


@pytest.fixture
def timed(new_world, tmp_path):
    def make(settings, attributes):
        def changed(realm):
            realm.update(rememberMe=True, **{**LONG, **settings})
            realms.client(realm, "django-shop")["attributes"] |= attributes
        clock = Clock(tmp_path)
        world = new_world(changed, env=clock.environment())
        clock.servers.append(world.server)
        return world, clock
    return make


def sign_in(world, browser, scope, remembered):
    page = world.shop.authorize(browser, scope=scope)
    fields = {"rememberMe": "on"} if remembered else {}
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace", **fields)
    answer = world.shop.redeem(page.query()["code"])
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json())


def used(world, tokens):
    answer = world.shop.refresh(tokens)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json())


def over(world, tokens):
    answer = world.shop.refresh(tokens)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text


def row(settings=None, attributes=None, scope="openid", remembered=False):
    return settings or {}, attributes or {}, scope, remembered


@pytest.mark.parametrize("settings, attributes, scope, remembered", [
    row({"ssoSessionIdleTimeout": LIMIT}),
    row({"ssoSessionIdleTimeout": 60, "ssoSessionIdleTimeoutRememberMe": LIMIT}, remembered=True),
    row({"clientSessionIdleTimeout": LIMIT}),
    row(attributes={"client.session.idle.timeout": str(LIMIT)}),
    row({"clientSessionIdleTimeout": 60}, {"client.session.idle.timeout": str(LIMIT)}),
    row({"offlineSessionIdleTimeout": LIMIT}, scope=OFFLINE),
    row({"clientOfflineSessionIdleTimeout": LIMIT}, scope=OFFLINE),
    row(attributes={"client.offline.session.idle.timeout": str(LIMIT)}, scope=OFFLINE),
], ids=["realm", "remembered", "client-of-realm", "client", "client-before-realm", "offline",
        "offline-client-of-realm", "offline-client"])
def test_what_is_used_within_its_idle_time_goes_on(timed, settings, attributes, scope, remembered):
    world, clock = timed(settings, attributes)
    tokens = sign_in(world, Browser(), scope, remembered)
    for use in (1, 2):
        clock.jump(use * LIMIT * 8 // 10)
        tokens = used(world, tokens)
    clock.jump(3 * LIMIT)
    over(world, tokens)


@pytest.mark.parametrize("settings, attributes, scope, remembered", [
    row({"ssoSessionMaxLifespan": LIMIT}),
    row({"ssoSessionMaxLifespan": 60, "ssoSessionMaxLifespanRememberMe": LIMIT}, remembered=True),
    row({"clientSessionMaxLifespan": LIMIT}),
    row(attributes={"client.session.max.lifespan": str(LIMIT)}),
    row({"clientSessionMaxLifespan": 60}, {"client.session.max.lifespan": str(LIMIT)}),
    row({"offlineSessionMaxLifespanEnabled": True, "offlineSessionMaxLifespan": LIMIT},
        scope=OFFLINE),
    row({**OFFLINE_MAXIMUM, "clientOfflineSessionMaxLifespan": LIMIT}, scope=OFFLINE),
    row(OFFLINE_MAXIMUM, {"client.offline.session.max.lifespan": str(LIMIT)}, scope=OFFLINE),
], ids=["realm", "remembered", "client-of-realm", "client", "client-before-realm", "offline",
        "offline-client-of-realm", "offline-client"])
def test_nothing_outlives_its_maximum(timed, settings, attributes, scope, remembered):
    world, clock = timed(settings, attributes)
    tokens = sign_in(world, Browser(), scope, remembered)
    for use in (4, 8):
        clock.jump(use * LIMIT // 10)
        tokens = used(world, tokens)
    clock.jump(LIMIT + 60)
    over(world, tokens)


def test_a_client_s_end_is_not_the_session_s(timed):
    world, clock = timed({}, {"client.session.max.lifespan": str(LIMIT)})
    browser = Browser()
    tokens, other = world.shop.sign_in(browser), world.blog.sign_in(browser)
    assert tokens.sid == other.sid
    clock.jump(LIMIT + 60)
    over(world, tokens)
    assert world.blog.refresh(other).status_code == 200


@pytest.mark.parametrize("settings, attributes, life", [
    ({"accessTokenLifespan": LIMIT}, {}, LIMIT),
    ({}, {"access.token.lifespan": str(LIMIT)}, LIMIT),
    # As long as the session may last.
    ({"ssoSessionIdleTimeout": LIMIT, "ssoSessionMaxLifespan": LIMIT},
     {"access.token.lifespan": "-1"}, LIMIT),
    # Never longer than that.
    ({"ssoSessionMaxLifespan": LIMIT, "accessTokenLifespan": DAY}, {}, LIMIT),
], ids=["realm", "client", "client-as-the-session", "session"])
def test_access_tokens_end_on_time(timed, settings, attributes, life):
    world, clock = timed(settings, attributes)
    tokens = sign_in(world, Browser(), "openid", False)
    claims = tokens.claims()
    assert life - 5 <= tokens.json["expires_in"] <= life
    assert claims["exp"] - claims["iat"] == tokens.json["expires_in"]
    clock.jump(life * 8 // 10)
    assert world.shop.is_alive(tokens)
    clock.jump(life + 60)
    assert not world.shop.is_alive(tokens)


@pytest.mark.parametrize("scope, life", [("openid", LIMIT), (OFFLINE, 0)])
def test_a_refresh_token_says_when_it_ends(timed, scope, life):
    """An offline token of a realm without an offline maximum does not."""
    world, _ = timed({"ssoSessionIdleTimeout": LIMIT}, {})
    tokens = sign_in(world, Browser(), scope, False)
    assert life - 5 <= tokens.json["refresh_expires_in"] <= life
    assert ("exp" in tokens.claims("refresh")) == bool(life)
