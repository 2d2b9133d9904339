"""A client or the realm is disabled, or a not-before set, while others refresh and join: after the
answer nothing of before is accepted and nothing is given, and whoever had joined is told. On
PostgreSQL also where the others ask another node, which may not know of it yet."""

import base64
import threading
import time

import pytest

from support import wait_for
from support.browser import App, Browser, Tokens
from test_attacks_races import all_at_once

KEY = base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()
NODES = ["same", "other"]


class Crowd:
    """Sessions that one application has begun; another one joins them while an order is given."""

    def __init__(self, new_world, make, node, engine):
        if node == "other" and engine != "postgres":
            pytest.skip("several nodes share a PostgreSQL")
        self.world = new_world(env={"CURFEW_SEAL_KEY": KEY})
        self.server = self.world.server if node == "same" else make.twin(self.world.server)
        self.shop, self.blog = (App(self.server, name, self.world.sinks[name].url, name + "-secret")
                                for name in ("django-shop", "django-blog"))
        self.sessions = []
        for _ in range(6):
            browser = Browser()
            self.sessions.append((browser, self.shop.sign_in(browser)))
        self.ended, self.late, self.given = threading.Event(), [], []
        self.world.admin.bearer()

    def note(self, asked_after, answer):
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        if answer.status_code == 200:
            self.given.append(Tokens(answer.json()))
            if asked_after:
                self.late.append(answer.text)

    def join(self, browser):
        asked_after = self.ended.is_set()
        copy = Browser()
        for cookie in list(browser.cookies):
            copy.cookies.set_cookie(cookie)
        page = self.blog.authorize(copy, prompt="none")
        if page.status == 302 and "code" in page.query():
            self.note(asked_after, self.blog.redeem(page.query()["code"]))

    def refresh(self, tokens):
        asked_after = self.ended.is_set()
        self.note(asked_after, self.shop.refresh(tokens))

    def order(self, path, change, method="PUT"):
        answer = self.world.admin.request(method, path, json=change)
        self.ended.set()
        assert answer.status_code == 204, answer.text

    def run(self, path, change, refresh=True):
        """The sids that the joining application got tokens of."""
        works = [lambda b=browser: self.join(b) for browser, _ in self.sessions for _ in range(4)]
        if refresh:
            works += [lambda t=tokens: self.refresh(t) for _, tokens in self.sessions for _ in range(3)]
        works.insert(len(works) // 3, lambda: self.order(path, change))
        all_at_once(works)
        # Whoever comes right after, too.
        all_at_once([lambda b=browser: self.join(b) for browser, _ in self.sessions])
        return {one.sid for one in self.given if one.claims()["azp"] == "django-blog"}

    def is_told(self, name, sids):
        for sid in sids:
            self.world.told(name, sid, 90)


@pytest.mark.parametrize("node", NODES)
def test_a_client_that_is_disabled_while_it_is_joined(new_world, make, engine, node):
    crowd = Crowd(new_world, make, node, engine)
    client, = crowd.world.admin.get("/clients", clientId="django-blog")
    joined = crowd.run(f"/clients/{client['id']}", {**client, "enabled": False}, refresh=False)
    assert not crowd.late, "given after the order's answer"
    for _, tokens in crowd.sessions:
        assert crowd.shop.is_alive(tokens), "the session itself goes on"
    crowd.is_told("django-blog", joined)
    crowd.world.admin.request("PUT", f"/clients/{client['id']}", 204, json={**client, "enabled": True})
    for one in crowd.given:
        assert not crowd.world.blog.introspect(one.access)["active"], "it came back to life"
        assert crowd.world.blog.refresh(one).status_code == 400
    browser, tokens = crowd.sessions[0]

    def joins_again():
        page = crowd.blog.authorize(browser, prompt="none")
        return page.status == 302 and "code" in page.query()

    wait_for(joins_again, "who is enabled again may be joined", 30)


@pytest.mark.parametrize("node", NODES)
def test_a_realm_that_is_disabled_while_it_is_used(new_world, make, engine, node):
    crowd = Crowd(new_world, make, node, engine)
    joined = crowd.run("", {"enabled": False})
    assert not crowd.late, "given after the order's answer"
    crowd.is_told("django-shop", {tokens.sid for _, tokens in crowd.sessions})
    crowd.is_told("django-blog", joined)
    crowd.world.admin.request("PUT", "", 204, json={"enabled": True})
    for one in [tokens for _, tokens in crowd.sessions] + crowd.given:
        assert not crowd.world.shop.introspect(one.access)["active"], "it came back to life"
        app = crowd.world.shop if one.claims()["azp"] == "django-shop" else crowd.world.blog
        assert app.refresh(one).status_code == 400


@pytest.mark.parametrize("node", NODES)
def test_a_not_before_while_others_refresh_and_join(new_world, make, engine, node):
    """CVE-2026-8922: What was given in sessions from before it is void, also what they get
    meanwhile."""
    crowd = Crowd(new_world, make, node, engine)
    time.sleep(1.1)  # it is in seconds, and lies behind what it ends
    joined = crowd.run("", {"notBefore": int(time.time())})
    assert not crowd.late, "given after the order's answer"
    crowd.is_told("django-shop", {tokens.sid for _, tokens in crowd.sessions})
    crowd.is_told("django-blog", joined)
    for one in [tokens for _, tokens in crowd.sessions] + crowd.given:
        assert not crowd.world.shop.introspect(one.access)["active"]
        app = crowd.world.shop if one.claims()["azp"] == "django-shop" else crowd.world.blog
        assert app.refresh(one).status_code == 400
