"""The realm's keys change between two attempts of one notice: the next one is signed by the key that
counts then, and verifies with what the server publishes then."""

import jwt
import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser
from support.sink import verified

KEYS = "org.keycloak.keys.KeyProvider"
CUSTOMERS, SPARE = (f"(select id from realm where name = '{name}')" for name in ("customers", "spare"))


def rsa_key(realm):
    return next(one for one in realm["components"][KEYS] if one["providerId"] == "rsa-generated")


class Owed:
    """A server with a spare realm that has a key of its own, and an application that is down and
    was tried in vain."""

    def __init__(self, make):
        self.sink = make.sink()
        self.sink.set("ok", [503] * 1000)
        realm, spare = realms.customers({}), {"realm": "spare", "enabled": True}
        realms.add_client(realm, "app", self.sink.url)
        self.old = rsa_key(realm)["id"]
        spare["components"] = {KEYS: [{
            "id": "5c1de4f0-0000-4000-8000-000000000001", "name": "newer",
            "providerId": "rsa-generated", "config": {"priority": ["200"]}}]}
        self.new = spare["components"][KEYS][0]["id"]
        self.server = make.server(realm, spare)
        self.app = App(self.server, "app", self.sink.url, "app-secret")
        self.tokens = self.app.sign_in()
        assert self.app.post("logout", refresh_token=self.tokens.refresh).status_code == 204
        wait_for(self.notices, "it was tried", 30)
        self.first, _ = verified(self.notices()[0], self.server, "app")

    def notices(self):
        return [one.form()["logout_token"]
                for one in self.sink.posts("/oidc/backchannel-logout/")]

    def published(self):
        answer = requests.get(self.server.endpoint("certs"), timeout=60)
        return {one["kid"] for one in answer.json()["keys"]}

    def change_keys(self, *statements):
        self.server.stop()
        for statement in statements:
            self.server.change_rows(statement)
        self.seen = len(self.notices())
        self.server.start()

    def add_new(self):
        return f"update component set realm_id = {CUSTOMERS}, parent_id = {CUSTOMERS} where id = '{self.new}'"

    def remove_old(self):
        return f"update component set realm_id = {SPARE}, parent_id = {SPARE} where id = '{self.old}'"

    def is_told(self):
        """The notice that was taken, verified with the keys that are published now."""
        wait_for(lambda: len(self.notices()) > self.seen, "it was tried again", 60)
        self.sink.set("ok")
        wait_for(lambda: self.server.admin().receipt(self.tokens.sid).states()["app"] == "delivered",
                 "it is told", 60)
        later = [verified(one, self.server, "app") for one in self.notices()[self.seen:]]
        assert all(claims["sid"] == self.tokens.sid for _, claims in later)
        return {header["kid"] for header, _ in later}


@pytest.mark.parametrize("old_stays", [True, False])
def test_the_next_attempt_is_signed_by_the_new_key(make, old_stays):
    owed = Owed(make)
    owed.change_keys(owed.add_new(), *([] if old_stays else [owed.remove_old()]))
    kids = owed.is_told()
    assert len(kids) == 1 and owed.first["kid"] not in kids and kids <= owed.published()
    assert (owed.first["kid"] in owed.published()) == old_stays
    ids = [jwt.decode(one, options={"verify_signature": False})["jti"] for one in owed.notices()]
    assert len(set(ids)) == len(ids), "each attempt has a name of its own"


def test_a_realm_without_a_key_gets_one_for_what_it_owes(make):
    owed = Owed(make)
    owed.change_keys(owed.remove_old())
    kids = owed.is_told()
    assert len(kids) == 1 and owed.first["kid"] not in kids and kids <= owed.published()


def test_a_notice_by_an_algorithm_that_nobody_asked_for_yet_leaves_at_once(make):
    """Its key is made for it, one for all applications that want it."""
    algorithms = {"one": "ES256", "two": "ES256", "three": "PS384", "four": "EdDSA"}
    sinks, realm = {name: make.sink() for name in algorithms}, realms.customers({})
    for name, algorithm in algorithms.items():
        realms.add_client(realm, name, sinks[name].url,
                          attributes={"id.token.signed.response.alg": algorithm})
    server, browser, tokens = make.server(realm), Browser(), None
    for name in algorithms:
        app = App(server, name, sinks[name].url, name + "-secret")
        # Without an ID token nothing is signed by the algorithm before.
        tokens = app.sign_in(browser, scope="profile")
        assert tokens.id is None
    before = requests.get(server.endpoint("certs"), timeout=60).json()["keys"]
    assert not {"ES256", "PS384", "EdDSA"} & {key["alg"] for key in before}
    assert app.post("logout", refresh_token=tokens.refresh).status_code == 204
    for name, algorithm in algorithms.items():
        sinks[name].wait_told(tokens.sid, 20)
        notice = sinks[name].posts("/oidc/backchannel-logout/")[0].form()["logout_token"]
        header, claims = verified(notice, server, name)
        assert (header["alg"], header["typ"]) == (algorithm, "logout+jwt")
        assert claims["sid"] == tokens.sid
    admin = server.admin()
    receipt = admin.receipt(tokens.sid)
    assert set(receipt.states().values()) == {"delivered"}
    names = [one["name"] for one in admin.get("/components", type=KEYS)
             if one["name"].startswith("fallback-")]
    assert sorted(names) == ["fallback-ES256", "fallback-EdDSA", "fallback-PS384"]
