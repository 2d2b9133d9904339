"""SIGKILL at bad moments. What was acknowledged is never lost: every acknowledged sign-out is
delivered or still shown as owed, and ended sessions stay ended."""

import concurrent.futures
import random
import re
import time

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser, Tokens
from support.server import ROOT


def many_apps(make, count=3):
    sinks = [make.sink() for _ in range(count)]
    realm = realms.customers({})
    for number, sink in enumerate(sinks):
        realms.add_client(realm, f"app-{number}", sink.url)
    server = make.server(realm)
    apps = [App(server, f"app-{number}", sink.url, f"app-{number}-secret")
            for number, sink in enumerate(sinks)]
    return server, apps, sinks


def test_killed_right_behind_the_answer_again_and_again(make, kills):
    """The applications cannot be told before the kill: they do not answer until after it."""
    server, apps, sinks = many_apps(make)
    ended = []
    for number in range(kills):
        browser = Browser()
        tokens = [app.sign_in(browser) for app in apps]
        ended.append(tokens[0].sid)
        for sink in sinks:
            sink.set("black-hole")
        if number % 2:
            answer = apps[0].post("logout", refresh_token=tokens[0].refresh)
            assert answer.status_code == 204
        else:
            page = browser.open(server.endpoint("logout"), follow=False,
                                params={"id_token_hint": tokens[0].id})
            assert page.status == 200
        server.kill()
        for sink in sinks:
            sink.set("ok")
        server.start()
        for app, one in zip(apps, tokens):
            assert app.refresh(one).status_code == 400, "an ended session stays ended"
            assert not app.is_alive(one)
        assert apps[0].authorize(browser).is_login()
    admin = server.admin()
    for sid in ended:
        wait_for(lambda sid=sid: set(admin.receipt(sid, max=500).states().values())
                 == {"delivered"}, "all are told of each round", 120)
        assert all(sink.logout_tokens(sid) for sink in sinks)


def test_killed_in_a_storm_of_sign_outs(make, kills):
    """What was answered counts, what was not may have happened or not: never a half of it."""
    server, apps, sinks = many_apps(make)
    for _ in range(max(1, kills // 5)):
        people = []
        for _ in range(20):
            browser = Browser()
            people.append([app.sign_in(browser) for app in apps])
        acknowledged = []

        def sign_out(tokens, acknowledged=acknowledged):
            try:
                answer = apps[0].post("logout", refresh_token=tokens[0].refresh)
            except requests.RequestException:
                return
            if answer.status_code == 204:
                acknowledged.append(tokens)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            running = [pool.submit(sign_out, tokens) for tokens in people]
            time.sleep(random.uniform(0, 0.3))
            server.kill()
            for one in running:
                one.result()
        server.start()
        for tokens in people:
            alive = {app.is_alive(one) for app, one in zip(apps, tokens)}
            assert len(alive) == 1, "a session is ended for all or for none"
            if tokens in acknowledged:
                assert alive == {False}
            if alive == {False}:
                for sink in sinks:
                    sink.wait_told(tokens[0].sid, 60)
                assert server.admin().receipt(tokens[0].sid)


def test_tokens_that_were_answered_are_good_after_a_kill(make, kills):
    server, apps, _ = many_apps(make, 1)
    for _ in range(max(1, kills // 5)):
        tokens = apps[0].sign_in()
        newer = Tokens(apps[0].refresh(tokens).json())
        code = apps[0].code(Browser())
        server.kill()
        server.start()
        assert apps[0].is_alive(newer)
        assert apps[0].refresh(newer).status_code == 200
        assert apps[0].redeem(code).status_code == 200, "a code that was handed out"
        assert apps[0].redeem(code).status_code == 400, "and it works once"


def test_a_user_who_was_made_is_there_after_a_kill(make):
    server, _, _ = many_apps(make, 1)
    admin = server.admin()
    admin.request("POST", "/users", 201, json={"username": "grace", "enabled": True})
    server.kill()
    server.start()
    assert server.admin().user("grace")["username"] == "grace"


def failpoints():
    """The names that the program knows, from its sources."""
    names = set()
    for path in sorted((ROOT / "src").glob("*/*.c")):
        names |= set(re.findall(r'\bfailpoint\("([\w.-]+)"\)', path.read_text()))
    return sorted(names)


@pytest.mark.parametrize("name", failpoints())
def test_killed_at_a_named_place(make, name):
    """Wherever the process dies during a sign-in and a sign-out: after the restart the session
    is there as a whole or ended as a whole, and if it is ended everybody hears."""
    server, apps, sinks = many_apps(make)
    browser = Browser()
    tokens = [app.sign_in(browser) for app in apps]
    server.stop()
    server.launch(CURFEW_FAILPOINTS=f"{name}=kill")
    process = server.process
    acknowledged = False
    wait_for(lambda: process.poll() is not None or server.is_ready(), "ready or dead", 60)
    try:
        answer = apps[0].post("logout", refresh_token=tokens[0].refresh)
        acknowledged = answer.status_code == 204
        wait_for(lambda: process.poll() is not None or
                 all(sink.logout_tokens(tokens[0].sid) for sink in sinks), "dead or done", 60)
    except requests.RequestException:
        wait_for(lambda: process.poll() is not None, "it does not answer, so it is dead")
    process.terminate()
    assert server.died() in (0, -9)
    server.start()
    alive = {app.is_alive(one) for app, one in zip(apps, tokens)}
    assert len(alive) == 1
    assert not (acknowledged and alive == {True})
    if alive == {False}:
        for sink in sinks:
            sink.wait_told(tokens[0].sid, 60)


def test_killed_during_an_import_nothing_of_it_is_visible(make, tmp_path):
    server = make.server(realms.customers({}))
    realm = realms.customers({}, "second")
    template = realm["users"][0]
    for user in realm["users"]:
        for name in ("id", "realmRoles", "clientRoles", "groups"):
            user.pop(name, None)
    realm["users"] = realm["users"][:1] + [{**template, "username": f"user-{n}", "email": f"user-{n}@example.org"}
                       for n in range(10_000)]
    path = realms.write({key: realm[key] for key in ("realm", "enabled", "sslRequired", "users")},
                        tmp_path)
    server.stop()
    server.launch(path)
    time.sleep(1.0)
    server.kill()
    server.start()
    answer = requests.get(server.realm_url("second"), timeout=60)
    if answer.status_code == 200:  # it was quicker than the kill: then all of it is there
        assert server.admin("second").get("/users/count") == len(realm["users"])
    else:
        assert answer.status_code == 404
        server.stop()
        server.start(path)
        assert server.admin("second").get("/users/count") == len(realm["users"])


def test_a_second_server_does_not_take_the_same_data(make):
    server = make.server(realms.customers({}))
    done = server.curfew("serve", "--data", server.data, "--listen", "127.0.0.1:0", check=False)
    assert done.returncode != 0
    assert str(server.data) in done.stderr or "data folder" in done.stderr


def test_sigterm_lets_requests_end(make):
    server, apps, sinks = many_apps(make, 1)
    tokens = [apps[0].sign_in() for _ in range(10)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = [pool.submit(apps[0].post, "logout", refresh_token=one.refresh)
                   for one in tokens]
        server.stop()
        for one in answers:
            try:
                assert one.result().status_code in (204, 503)
            except requests.RequestException:
                continue  # it came too late and was refused
    server.start()
    for one in tokens:
        if not apps[0].is_alive(one):
            sinks[0].wait_told(one.sid, 60)
