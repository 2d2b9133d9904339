"""The wall clock of a running server is set forward by a day and back, while notices wait, leases
are held and sessions live: nothing is lost, nothing storms, and everything goes on."""

import time

import pytest
import requests

from support import realm as realms
from support import PATIENCE, wait_for
from support.browser import App, Browser, Tokens
from support.clock import DAY, Clock
from support.sink import verified

# Sessions that outlive the jump.
LONG = {"ssoSessionIdleTimeout": 30 * DAY, "ssoSessionMaxLifespan": 60 * DAY,
        "clientSessionIdleTimeout": 0, "clientSessionMaxLifespan": 0}


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture
def timed_world(new_world, clock):
    def make_one(change=None, **settings):
        world = new_world(change, env=clock.environment(), **settings)
        clock.servers.append(world.server)
        return world
    return make_one


def signs_in_again(app, *who):
    """Signing in may be refused (503) while the server brings its sessions to the present."""
    def ask():
        answer = app.password_grant(*who, scope="openid")
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200 and Tokens(answer.json())
    return wait_for(ask, "signing in works again", 60)


def test_notices_that_wait_survive_both_jumps(make, clock):
    """Two applications are down, one refusing and one silent, with rows that were never tried, that
    wait for their next try, and that are leased."""
    names, count = ("failing", "silent", "well"), 12
    sinks = {name: make.sink() for name in names}
    realm = realms.customers({})
    for name, sink in sinks.items():
        realms.add_client(realm, name, sink.url)
    server = make.server(realm, env=clock.environment())
    clock.servers.append(server)
    apps = {name: App(server, name, sink.url, name + "-secret") for name, sink in sinks.items()}
    sids = {name: {Tokens(apps[name].password_grant("bob", "builder").json()).sid
                   for _ in range(count)} for name in names}
    sinks["failing"].set("ok", [503] * 100000)
    sinks["silent"].set("black-hole")
    server.admin().request("POST", "/logout-all", 200)
    wait_for(lambda: "client=failing failed" in server.log(), "the breaker is open", 60)
    wait_for(lambda: len(sinks["silent"].requests) >= 2, "some are under way", 60)

    def states():
        found = server.admin().signouts(max=200)
        return [one.state for receipt in found for name, one in receipt.deliveries.items()
                if name in names]

    for turn in range(3):
        tries = {name: len(sinks[name].requests) for name in ("failing", "silent")}
        clock.jump(0 if turn % 2 else DAY)
        wait_for(lambda tries=tries: all(len(sinks[name].requests) > n for name, n in tries.items()),
                 "both are tried again after the jump", 180)
        assert "gave-up" not in states(), "the jump is not their time"
    clock.jump(0)
    for sink in sinks.values():
        sink.set("ok")
    for name, sink in sinks.items():
        wait_for(lambda name=name, sink=sink: sids[name] <= {
            one["sid"] for one in sink.logout_tokens()}, f"all of {name} are told", 180)
    wait_for(lambda: set(states()) == {"delivered"}, "all are settled", 60)
    for name in ("failing", "silent"):
        assert len(sinks[name].requests) <= 10 * count, "no storm"
    assert len(sinks["well"].requests) == count, "each once"


def test_what_has_waited_its_time_is_given_up_all_the_same(make, clock):
    """The clock went forward while notices waited: from then on they have the rest of their time."""
    sink = make.sink()
    sink.set("ok", [503] * 1000)
    realm = realms.customers({})
    realms.add_client(realm, "app", sink.url)
    realms.set_attribute(realm, "curfew.signout.give_up_s", "20")
    server = make.server(realm, env=clock.environment())
    clock.servers.append(server)
    app = App(server, "app", sink.url, "app-secret")
    tokens = app.sign_in()
    assert app.post("logout", refresh_token=tokens.refresh).status_code == 204
    wait_for(lambda: sink.requests, "it was tried", 30)
    clock.jump(DAY)
    wait_for(lambda: server.admin().receipt(tokens.sid).states()["app"] == "gave-up",
             "it is given up", 120)
    assert len(sink.requests) >= 4, "not at the jump"


def test_sessions_are_judged_by_the_new_time(timed_world, clock):
    world = timed_world()
    ended, offline = world.shop.sign_in(), world.shop.sign_in(scope="openid offline_access")
    clock.jump(DAY)
    assert not world.shop.is_alive(ended) and world.shop.refresh(ended).status_code == 400
    assert world.shop.refresh(offline).status_code == 200, "30 days of idling are allowed"
    world.told("django-shop", ended.sid, 90)
    wait_for(lambda: [one for one in world.server.admin().signouts()
                      if one.session_id == ended.sid and one.door.startswith("expired-")],
             "its end has a receipt")
    later = world.shop.sign_in(browser := Browser())
    assert world.shop.is_alive(later)
    clock.jump(0)
    assert world.shop.refresh(ended).status_code == 400, "what was ended stays so"
    assert not world.shop.is_alive(ended)
    # A token from ahead of the clock is not valid yet; the session behind it goes on.
    assert world.shop.refresh(later).status_code == 400
    again = wait_for(lambda: signed_in_by_session(world.shop, browser), "the session is used", 60)
    assert again.sid == later.sid and world.shop.is_alive(again)
    assert world.shop.post("logout", refresh_token=again.refresh).status_code == 204
    assert not world.shop.is_alive(again)
    world.told("django-shop", again.sid)


def signed_in_by_session(app, browser):
    page = app.authorize(browser, prompt="none")
    if page.status != 302 or "code" not in page.query():
        return None
    answer = app.redeem(page.query()["code"])
    return answer.status_code == 200 and Tokens(answer.json())


ORDERS = {
    "realm": lambda world, admin: admin.request("POST", "/logout-all", 200),
    "user": lambda world, admin: admin.request(
        "POST", f"/users/{admin.user('ada')['id']}/logout", 204),
    "client": lambda world, admin: [change_client(admin, enabled=False),
                                    change_client(admin, enabled=True)],
}


def long_sessions(realm):
    realm.update(LONG)
    realms.client(realm, "django-shop")["directAccessGrantsEnabled"] = True


def change_client(admin, **changes):
    client, = admin.get("/clients", clientId="django-shop")
    admin.request("PUT", f"/clients/{client['id']}", 204, json={**client, **changes})


@pytest.mark.parametrize("whose", ORDERS)
def test_an_order_under_a_clock_that_was_ahead_keeps_nobody_out(timed_world, clock, whose):
    """It ends what there was; who signs in after the clock was set back is in."""
    world = timed_world(long_sessions)
    before = world.shop.sign_in()
    clock.jump(DAY)
    ORDERS[whose](world, world.server.admin())
    assert not world.shop.is_alive(before)
    clock.jump(0)
    again = signs_in_again(world.shop)
    wait_for(lambda: world.shop.is_alive(again), "it is in", 30)
    assert world.shop.refresh(again).status_code == 200
    assert world.shop.refresh(before).status_code == 400
    world.told("django-shop", before.sid)


@pytest.mark.parametrize("whose", ORDERS)
def test_a_session_from_ahead_of_the_clock_is_ended_by_an_order(timed_world, clock, whose):
    world = timed_world(long_sessions)
    clock.jump(DAY)
    ahead = world.shop.sign_in()
    clock.jump(0)
    wait_for(lambda: "from ahead of the clock" in world.server.log(), "it was noticed", 60)
    time.sleep(3)  # what was ahead is as young as the clocks of two nodes may differ
    ORDERS[whose](world, world.server.admin())
    assert world.shop.refresh(ahead).status_code == 400
    assert not world.shop.is_alive(ahead)
    world.told("django-shop", ahead.sid)


def test_mass_orders_go_on_through_jumps(timed_world, clock):
    world = timed_world(long_sessions)
    for _ in range(3):
        sids = {Tokens(world.ovirt.password_grant("bob", "builder").json()).sid for _ in range(3)}
        sids.add(world.shop.sign_in().sid)
        clock.jump(DAY)
        world.server.admin().request("POST", "/logout-all", 200)
        clock.jump(0)
        wait_for(lambda sids=sids: sids <= {one.session_id for one in
                                            world.server.admin().signouts(max=100)},
                 "each has its receipt", 60)
        signs_in_again(world.ovirt, "bob", "builder")


@pytest.mark.parametrize("limit, door", [("ssoSessionMaxLifespan", "expired-maximum"),
                                         ("ssoSessionIdleTimeout", "expired-idle")])
def test_an_expiry_is_told_soon_after_it(new_world, limit, door):
    """By what the session and the receipt say themselves: the sweeper comes by every few seconds."""
    def change(realm):
        realm[limit] = 12
        realms.set_attribute(realm, "curfew.signout.on_idle", "tell")
    world = new_world(change)
    tokens = world.shop.sign_in()
    session, = world.admin.sessions("ada")
    end_ms = session["start" if door == "expired-maximum" else "lastAccess"] + 12 * 1000
    world.told("django-shop", tokens.sid, 90)
    receipt = wait_for(lambda: next((one for one in world.admin.signouts(door=door) if
                                     one.session_id == tokens.sid and
                                     one.states()["django-shop"] == "delivered"), None), "it is told")
    told_ms = receipt.deliveries["django-shop"].json["settled"]
    assert end_ms <= receipt.json["time"] <= told_ms <= end_ms + 30 * 1000 * PATIENCE


@pytest.mark.parametrize("ends", ["told", "an hour"])
def test_a_disabled_realm_serves_its_keys_while_it_owes(timed_world, clock, ends):
    """Until everybody was told, at most an hour; what is owed then is given up."""
    world = timed_world()
    tokens, sink = world.shop.sign_in(), world.sinks["django-shop"]
    documents = [world.server.endpoint("certs"),
                 world.server.realm_url() + "/.well-known/openid-configuration"]

    def answers():
        return {requests.get(one, timeout=60).status_code for one in documents}

    sink.set("ok", [503] * 1000)
    world.admin.request("PUT", "", 204, json={"enabled": False})
    wait_for(lambda: sink.requests, "it was tried", 60)
    assert answers() == {200}
    verified(sink.posts("/oidc/backchannel-logout/")[0].form()["logout_token"], world.server)
    clock.jump(55 * 60)
    assert answers() == {200}
    if ends == "told":
        sink.set("ok")
        world.told("django-shop", tokens.sid, 90)
    else:
        clock.jump(61 * 60)
        assert answers() == {403}
    wait_for(lambda: answers() == {403}, "it is silent", 150)

    def state():
        return world.server.admin().receipt(tokens.sid).deliveries["django-shop"]

    wait_for(lambda: state().state == ("delivered" if ends == "told" else "gave-up"),
             "it is settled", 180)
    assert ends == "told" or "served no more" in state().reason
    world.server.admin().request("PUT", "", 204, json={"enabled": True})
    assert answers() == {200}
