"""Deliveries to applications that fail in every way: the reason that the receipt gives, the
breaker, authorities and certificates, the outgoing proxy, and what is given up."""

import http.server
import random
import socket
import threading
import time

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser
from support.server import free_port
from support.sink import private_ca


def notice_url(base):
    return base + "/oidc/backchannel-logout/"


class Deaf:
    """A port that takes no connection: its queue is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.callers = []
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(self.listener.getsockname())
            self.callers.append(caller)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def stop(self):
        for one in [self.listener, *self.callers]:
            one.close()


class Proxy:
    """A proxy that forwards nothing: it answers 200 to POSTs and records where they were for."""

    def __init__(self):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def told_world(make, addresses, attributes=None, client_attributes=None, **settings):
    """A server with a client at each address, all in one session that was signed out."""
    realm = realms.customers({})
    realm["attributes"].update(attributes or {})
    for name, base in addresses.items():
        realms.add_client(realm, name, "http://127.0.0.1:9", attributes={
            "backchannel.logout.url": notice_url(base), **(client_attributes or {}).get(name, {})})
    server = make.server(realm, **settings)
    browser = Browser()
    tokens = [App(server, name, "http://127.0.0.1:9", name + "-secret").sign_in(browser)
              for name in addresses]
    answer = App(server, next(iter(addresses)), "http://127.0.0.1:9",
                 next(iter(addresses)) + "-secret").post("logout", refresh_token=tokens[0].refresh)
    assert answer.status_code == 204
    return server, tokens[0].sid


def deliveries(server, sid):
    return server.admin().receipt(sid).deliveries


def all_waiting(server, sid):
    def look():
        found = deliveries(server, sid)
        return found if all(one.state == "waiting" for one in found.values()) else None
    return wait_for(look, "all have failed", 60)


def test_the_receipt_says_why(make, tmp_path):
    silent, failing, moved = make.sink(), make.sink(), make.sink()
    silent.set("black-hole")
    failing.answers, failing.body = [500] * 50, b"out of\x1b[31m order\n" + b"x" * 500
    moved.answers, moved.location = [302] * 50, "http://elsewhere.example/"
    _, context = private_ca(tmp_path / "ca")
    untrusted = make.sink(tls=context)
    deaf = Deaf()
    make.made.append(deaf)
    plain = make.sink()
    addresses = {
        "nameless": "http://nowhere.invalid", "refused": f"http://127.0.0.1:{free_port()}",
        "deaf": deaf.url, "silent": silent.url, "failing": failing.url, "moved": moved.url,
        "plain": plain.url.replace("http:", "https:"),
        "metadata": "http://169.254.169.254", "mapped": "http://[::ffff:169.254.169.254]",
        "untrusted": untrusted.url}
    server, sid = told_world(make, addresses)
    found = all_waiting(server, sid)
    words = {
        "nameless": ["nowhere.invalid does not resolve"],
        "refused": ["refused the connection"],
        "deaf": ["no connection to 127.0.0.1", "within 3 s"],
        "silent": ["no answer from 127.0.0.1", "within 5 s"],
        "failing": ["HTTP 500", "out of", "order"],
        "moved": ["HTTP 302", "not followed", "elsewhere.example"],
        "plain": ["did not agree on TLS"],
        "metadata": ["address 169.254.169.254", "not allowed"],
        "mapped": ["169.254.169.254", "not allowed"],
        "untrusted": ["issuer 'CN=Private Authority of the Tests' not trusted", "chain: 'CN=127.0.0.1'",
                      "--ca-file", "curfew.outgoing.ca"],
    }
    for name, expected in words.items():
        reason = found[name].reason
        assert all(word in reason for word in expected), f"{name}: {reason}"
        assert reason.isprintable() and len(reason) < 800
    assert "x" * 150 in found["failing"].reason and "x" * 201 not in found["failing"].reason
    events = server.admin().events("LOGOUT_ERROR")
    assert {event["clientId"] for event in events} == {"untrusted"}
    assert "--ca-file" in events[0]["details"]["reason"] and events[0]["sessionId"] == sid
    assert 'type="LOGOUT_ERROR"' in server.log()


def test_certificates_that_are_not_good(make, tmp_path):
    """CVE-2025-3501."""
    authority, expired = private_ca(tmp_path / "ca", days=-2)
    _, misnamed = private_ca(tmp_path / "other", names=("app.example.org", "www.example.org"),
                             authority=tmp_path / "ca")
    server, sid = told_world(make, {"expired": make.sink(tls=expired).url,
                                    "misnamed": make.sink(tls=misnamed).url},
                             flags=["--ca-file", authority])
    found = all_waiting(server, sid)
    assert "expired at 20" in found["expired"].reason, found["expired"].reason
    for name in ("other names: ", "app.example.org", "www.example.org"):
        assert name in found["misnamed"].reason, found["misnamed"].reason


def test_a_timeout_and_then_a_400_is_unconfirmed(make):
    sink = make.sink()
    sink.set("black-hole")
    server, sid = told_world(make, {"app": sink.url})
    wait_for(lambda: deliveries(server, sid)["app"].state == "waiting", "the time-out", 30)
    sink.set("ok", [400] * 5)
    wait_for(lambda: deliveries(server, sid)["app"].state == "unconfirmed", "the 400", 30)


def test_what_is_given_up_is_an_event(make):
    server, sid = told_world(make, {"app": f"http://127.0.0.1:{free_port()}"},
                             {"curfew.signout.give_up_s": "2"})
    one = wait_for(lambda: (lambda found: found if found.state == "gave-up" else None)(
        deliveries(server, sid)["app"]), "it is given up", 30)
    assert "refused the connection" in one.reason
    event, = server.admin().events("LOGOUT_ERROR")
    assert event["clientId"] == "app" and event["sessionId"] == sid
    assert event["error"] == "logout_failed" and "refused" in event["details"]["reason"]
    assert event["details"]["signout_id"] == server.admin().receipt(sid).id
    line = next(one for one in server.log().splitlines() if 'type="LOGOUT_ERROR"' in one)
    assert 'clientId="app"' in line and "refused the connection" in line


@pytest.mark.parametrize("of", ["realm", "client"])
def test_an_authority_of_the_realm_or_the_client(make, tmp_path, of):
    authority, context = private_ca(tmp_path / "ca")
    sink = make.sink(tls=context)
    pem = {"curfew.outgoing.ca": authority.read_text()}
    _, sid = told_world(make, {"app": sink.url}, pem if of == "realm" else None,
                        {"app": pem} if of == "client" else None)
    assert sink.wait_told(sid)


def test_a_certificate_of_our_own(make, tmp_path):
    authority, context = private_ca(tmp_path / "ca", asks=True)
    sink = make.sink(tls=context)
    flags = ["--ca-file", authority, "--outgoing-cert", tmp_path / "ca/server.pem",
             "--outgoing-key", tmp_path / "ca/server.key"]
    _, sid = told_world(make, {"app": sink.url}, flags=flags)
    assert sink.wait_told(sid)


def test_the_outgoing_proxy(make):
    proxy, direct = Proxy(), make.sink()
    make.made.append(proxy)
    flags = ["--outgoing-proxy", proxy.url, "--outgoing-proxy-except", "127.0.0.1"]
    server, sid = told_world(make, {"far": "http://far.example.org", "near": direct.url},
                             flags=flags)
    assert direct.wait_told(sid)
    wait_for(lambda: deliveries(server, sid)["far"].state == "delivered", "it went by the proxy", 30)
    assert proxy.asked == [notice_url("http://far.example.org")]


@pytest.mark.parametrize("flags", [
    ["--outgoing-cert", "/nonexistent"], ["--outgoing-proxy", "socks5://x"],
    ["--outgoing-link-local", "maybe"]])
def test_settings_that_cannot_be_are_refused(make, engine, flags):
    if engine != "sqlite":
        pytest.skip("the same for every store")
    server = make.server(realms.customers({}), flags=flags, start=False)
    server.launch()
    assert server.died() != 0
    assert flags[0][2:].partition("-")[0] in server.log()


def test_an_edited_url_is_tried_at_once(make):
    sink = make.sink()
    server, sid = told_world(make, {"app": f"http://127.0.0.1:{free_port()}"})
    admin = server.admin()
    wait_for(lambda: deliveries(server, sid)["app"].attempts >= 4, "it waits for long", 60)
    client, = admin.get("/clients", clientId="app")
    client["attributes"]["backchannel.logout.url"] = notice_url(sink.url)
    admin.request("PUT", f"/clients/{client['id']}", 204, json=client)
    assert sink.wait_told(sid, 6)


def test_what_a_deleted_client_is_owed_goes_where_it_was(make):
    sink = make.sink()
    sink.set("ok", [503] * 3)
    server, sid = told_world(make, {"app": sink.url})
    admin = server.admin()
    wait_for(lambda: deliveries(server, sid)["app"].attempts >= 1, "it failed once", 30)
    client, = admin.get("/clients", clientId="app")
    admin.request("DELETE", f"/clients/{client['id']}", 204)
    wait_for(lambda: deliveries(server, sid)["app"].state == "delivered", "it is told", 60)


# ---- many deliveries

def many_sessions(make, names, count, **settings):
    """A server and `count` sessions of bob at each of the applications."""
    sinks = {name: make.sink() for name in names}
    realm = realms.customers({})
    for name, sink in sinks.items():
        realms.add_client(realm, name, sink.url)
    server = make.server(realm, **settings)
    apps = {name: App(server, name, sink.url, name + "-secret") for name, sink in sinks.items()}
    sids = {name: [app.password_grant("bob", "builder").json()["session_state"]
                   for _ in range(count)] for name, app in apps.items()}
    return server, apps, sinks, sids


def test_a_failing_client_is_probed_alone_and_then_drained(make):
    server, _, sinks, sids = many_sessions(make, ["app"], 40)
    sink = sinks["app"]
    sink.set("ok", [503] * 1000)
    server.admin().request("POST", "/logout-all", 200)
    time.sleep(8)
    # Eight at once at first; then one after 1, 2, 4 s.
    assert 5 <= len(sink.requests) <= 16, "it is left alone"
    assert "one at a time" in server.log()
    wait_for(lambda: "curfew_breakers_open 1" in
             requests.get(server.management_url + "/metrics", timeout=5).text, "the metric", 10)
    sink.set("ok")
    wait_for(lambda: all(sink.logout_tokens(sid) for sid in sids["app"]), "all are told", 30)
    assert "answers again" in server.log()
    told = [one["sid"] for one in sink.logout_tokens()]
    assert len(told) <= 60


def test_a_retry_by_hand_does_not_wait_for_the_breaker(make):
    server, _, sinks, sids = many_sessions(make, ["app"], 10)
    sinks["app"].set("ok", [503] * 1000)
    server.admin().request("POST", "/logout-all", 200)
    wait_for(lambda: len(sinks["app"].requests) >= 12, "its breaker is open and the pause long", 60)
    sinks["app"].set("ok")
    admin = server.admin()
    receipt = next(one for one in admin.signouts(max=50) if one.session_id in sids["app"]
                   and one.states()["app"] == "waiting")
    admin.request("POST", f"/signouts/{receipt.id}/retry", 200)
    wait_for(lambda: all(sinks["app"].logout_tokens(sid) for sid in sids["app"]), "told", 10)


def test_a_kill_while_the_breaker_is_open_loses_nothing(make, kills):
    """With rows that were never tried, that wait, and that are leased."""
    server, _, sinks, sids = many_sessions(make, ["app", "silent"], 20)
    sinks["app"].set("ok", [503] * 1000)
    sinks["silent"].set("black-hole")
    server.admin().request("POST", "/logout-all", 200)
    wait_for(lambda: "one at a time" in server.log(), "its breaker is open", 60)
    for _ in range(max(2, kills // 7)):
        time.sleep(random.uniform(0, 1))
        server.kill()
        server.start()
    for sink in sinks.values():
        sink.set("ok")
    wait_for(lambda: all({*sids[name]} <= {one["sid"] for one in sink.logout_tokens()}
                         for name, sink in sinks.items()), "all are told", 90)


def test_silent_hosts_leave_room_for_others(make):
    silent = [f"silent-{number}" for number in range(5)]
    server, apps, sinks, _ = many_sessions(make, [*silent, "well"], 20)
    for name in silent:
        sinks[name].set("black-hole")
    server.admin().request("POST", "/logout-all", 200)
    tokens = apps["well"].sign_in()
    apps["well"].post("logout", refresh_token=tokens.refresh)
    assert sinks["well"].wait_told(tokens.sid, 5)


def test_each_is_told_once(make):
    """Of several hundred deliveries at once, on two hosts, none is sent twice."""
    _, _, sinks, sids = server_told_all(make, 60)
    for name, sink in sinks.items():
        told = sorted(one["sid"] for one in sink.logout_tokens())
        assert told == sorted(sids[name])


def server_told_all(make, count):
    made = many_sessions(make, ["one", "two"], count)
    server, _, sinks, sids = made
    server.admin().request("POST", "/logout-all", 200)
    wait_for(lambda: all(len(sink.logout_tokens()) >= len(sids[name])
                         for name, sink in sinks.items()), "all are told", 60)
    time.sleep(1)
    return made


def test_a_store_that_fails_is_asked_once_a_second(make):
    """However quickly it fails, and whoever wants it looked at; once it works all are told."""
    failures = 8
    sink = make.sink()
    realm = realms.customers({})
    realms.add_client(realm, "app", sink.url)
    server = make.server(realm, start=False)
    began = time.monotonic()
    server.start(realms.write(realm, server.folder), CURFEW_FAILPOINTS=f"outbox.look=error:{failures}")
    app = App(server, "app", sink.url, "app-secret")
    asked = lambda: server.log().count("looking for deliveries:")  # noqa: E731
    while True:
        tokens = app.sign_in()
        app.post("logout", refresh_token=tokens.refresh)
        assert asked() <= time.monotonic() - began + 1
        if asked() == failures:
            break
    assert sink.wait_told(tokens.sid, 30)
    assert asked() == failures
