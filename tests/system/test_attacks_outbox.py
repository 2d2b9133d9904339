"""The outbox under pressure: idle and with dead applications it costs next to nothing, one
application's backlog holds no other up, and what was under way when the server ended is
tried again at once."""

import os
import time

from support import realm as realms
from support import wait_for
from support.browser import App, Browser


def cpu_seconds(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def share_of_cpu(server, seconds):
    began, used = time.monotonic(), cpu_seconds(server)
    time.sleep(seconds)
    return (cpu_seconds(server) - used) / (time.monotonic() - began)


def sign_out(app, tokens):
    answer = app.post("logout", refresh_token=tokens.refresh)
    assert answer.status_code == 204, answer.text


def test_an_idle_server_idles_and_a_dead_application_wakes_nobody(world):
    time.sleep(2)
    assert share_of_cpu(world.server, 5) < 0.1, "a busy loop"
    world.sinks["django-blog"].stop()
    for _ in range(5):
        sign_out(world.blog, world.blog.sign_in())
    assert share_of_cpu(world.server, 5) < 0.2, "a busy loop while an application is down"
    world.sinks["django-blog"].start()


def test_a_backlog_of_one_application_holds_no_other_up(make):
    """More rows for one silent application than may be under way in all."""
    silent, well = make.sink(), make.sink()
    realm = realms.customers({})
    realms.add_client(realm, "silent", silent.url)
    realms.add_client(realm, "well", well.url)
    server = make.server(realm)
    apps = [App(server, name, sink.url, name + "-secret")
            for name, sink in (("silent", silent), ("well", well))]
    silent.set("black-hole")
    code = 0
    # The sign-outs of one order, so that they fall due together.
    browser = Browser()
    sids = [apps[0].password_grant("bob", "builder").json()["session_state"] for _ in range(300)]
    answer = server.admin().request("POST", "/logout-all")
    assert answer.status_code == 200
    tokens = apps[1].sign_in(browser)
    sign_out(apps[1], tokens)
    assert well.wait_told(tokens.sid, 10)
    assert share_of_cpu(server, 5) < 0.6 and code == 0
    assert resident_kib(server) < 1_000_000
    silent.set("ok")
    answer = server.admin().request("GET", "/signouts", 200, params={"max": 1000, "client": "silent"})
    for signout in answer.json():
        server.admin().request("POST", f"/signouts/{signout['id']}/retry", 200)
    wait_for(lambda: all(silent.logout_tokens(sid) for sid in sids), "all are told", 180)


def test_what_was_under_way_at_the_end_is_tried_again_at_once(make):
    """Neither a kill nor a stop leaves a lease behind that has to run out."""
    sink = make.sink()
    realm = realms.customers({})
    realms.add_client(realm, "slow", sink.url)
    server = make.server(realm)
    app = App(server, "slow", sink.url, "slow-secret")
    for end in (server.stop, server.kill):
        tokens = app.sign_in()
        sink.set("black-hole")
        sign_out(app, tokens)
        wait_for(lambda tokens=tokens: server.admin().receipt(tokens.sid).states()["slow"] == "sending",
                 "it is under way")
        end()
        sink.set("ok")
        server.start()
        # A lease lasts 15 s; several nodes have to wait for it, a folder of one's own not.
        patience = 60 if end == server.kill and make.engine == "postgres" else 30
        wait_for(lambda tokens=tokens: server.admin().receipt(tokens.sid).states()["slow"]
                 == "delivered", "told", patience)


def test_a_realm_that_is_gone_holds_no_other_up(world):
    """The order to end the sessions of a realm, and its deletion, behind each other."""
    world.admin.create_realm({"realm": "brief", "enabled": True})
    brief = world.server.admin("brief")
    brief.request("POST", "/logout-all", 200)
    brief.request("DELETE", "", 204)
    tokens = world.blog.sign_in()
    world.admin.request("POST", "/logout-all", 200)
    assert world.told("django-blog", tokens.sid, 30)
