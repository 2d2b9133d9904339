"""Who or what is disabled gets nothing, by no door: client, realm, user, service account. What was
given before is dead too."""

import pytest
import requests

from support import realm as realms
from support.browser import Browser, Tokens


def disabled(server):
    """The text of a row's document with `enabled` false, as an SQL expression."""
    if "--db" in server.flags:
        return "jsonb_set(doc::jsonb, '{enabled}', 'false')::text"
    return "json_set(doc, '$.enabled', json('false'))"


def disable_client(world, client_id):
    world.server.stop()
    world.server.change_rows(f"update client set doc = {disabled(world.server)} where "
                              f"client_id = '{client_id}' and realm_id in "
                              "(select id from realm where name = 'customers')")
    world.server.start()


def disable_realm(world):
    world.server.stop()
    world.server.change_rows(f"update realm set doc = {disabled(world.server)}, enabled = false "
                              "where name = 'customers'")
    world.server.start()


def disable_user(world, user_id):
    user = world.admin.get(f"/users/{user_id}")
    world.admin.request("PUT", f"/users/{user_id}", 204, json={**user, "enabled": False})


class Before:
    """Everything that can be held of a client before it, its realm or its user is disabled."""

    def __init__(self, app):
        self.app, self.browser = app, Browser()
        self.tokens = app.sign_in(self.browser)
        self.offline = app.sign_in(Browser(), scope="openid offline_access")
        self.code = app.code(self.browser)
        self.page = app.authorize(Browser())
        assert self.page.is_login()
        assert app.is_alive(self.tokens) and app.is_alive(self.offline)

    def asks(self):
        """Each way to get something with it: (what, answer)."""
        app = self.app
        yield "code", app.redeem(self.code)
        for name, tokens in (("refresh", self.tokens), ("offline refresh", self.offline)):
            yield name, app.refresh(tokens)
        yield "password", app.password_grant()
        yield "password offline", app.password_grant(scope="openid offline_access")
        yield "client credentials", app.post("token", grant_type="client_credentials")
        for name, tokens in (("", self.tokens), ("offline ", self.offline)):
            yield name + "userinfo", app.userinfo(tokens)
            yield name + "userinfo by form", requests.post(
                app.endpoint("userinfo"), data={"access_token": tokens.access}, timeout=60)
            for kind in ("access", "refresh", "id"):
                yield f"{name}introspection of {kind}", app.post(
                    "token/introspect", token=getattr(tokens, kind))
        for name, more in (("authorize", {}), ("prompt=none", {"prompt": "none"}),
                           ("fragment", {"response_mode": "fragment"}),
                           ("form_post", {"response_mode": "form_post"})):
            yield name, app.authorize(self.browser, **more).response
        yield "login page from before", self.page.submit(
            "kc-login", follow=False, username="ada", password="lovelace").response
        fresh = app.authorize(Browser())
        if fresh.is_login():
            yield "new login page", fresh.submit(
                "kc-login", follow=False, username="ada", password="lovelace").response


def gives_nothing(what, answer):
    """No token, no code, no session, no claim; and no failure of ours."""
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    location = answer.headers.get("location", "")
    assert "code=" not in location, f"{what}: {location}"
    assert 'name="code"' not in answer.text, f"{what}: a code in a form"
    cookies = answer.headers.get("set-cookie", "")
    assert "CURFEW_SESSION_" not in cookies or "Max-Age=0" in cookies, f"{what}: {cookies}"
    if "json" in answer.headers.get("content-type", ""):
        told = answer.json()
        given = {"access_token", "refresh_token", "id_token", "sub", "email"} & set(told)
        assert not given, f"{what}: {given}"
        assert told.get("active") in (None, False), f"{what}: {told}"
    if "token" in what or "userinfo" in what:
        assert answer.status_code != 200 or "introspection" in what, f"{what}: {answer.text[:200]}"


def with_grants(realm):
    """django-shop may use every grant there is."""
    realms.client(realm, "django-shop").update(
        directAccessGrantsEnabled=True, serviceAccountsEnabled=True)


@pytest.mark.parametrize("what", ["client", "realm", "user"])
def test_what_is_disabled_gets_nothing(new_world, what):
    """GHSA-wv3h-x6c4-r867."""
    world = new_world(with_grants)
    before = Before(world.shop)
    # The same of somebody whom nobody disables: so that the doors are known to be doors.
    working = {name for name, answer in Before(world.shop).asks() if works(answer)}
    {"client": lambda: disable_client(world, "django-shop"),
     "realm": lambda: disable_realm(world),
     "user": lambda: disable_user(world, before.tokens.claims()["sub"])}[what]()
    refused = 0
    for name, answer in before.asks():
        if what == "user" and name == "client credentials":
            continue  # the client's own affair
        gives_nothing(name, answer)
        refused += name in working
    assert refused >= 15, f"only {refused} doors are open to somebody who is not disabled"


def works(answer):
    if "json" in answer.headers.get("content-type", ""):
        told = answer.json()
        return answer.status_code == 200 and told.get("active", True)
    return "code=" in answer.headers.get("location", "") or 'name="code"' in answer.text


def test_a_disabled_service_account_gets_nothing(new_world):
    """GHSA-wv3h-x6c4-r867."""
    world = new_world(with_grants)
    answer = world.batch.post("token", grant_type="client_credentials", scope="openid")
    assert answer.status_code == 200, answer.text
    tokens = Tokens(answer.json())
    assert world.batch.introspect(tokens.access)["active"] is True
    disable_user(world, tokens.claims()["sub"])
    gives_nothing("token", world.batch.post("token", grant_type="client_credentials"))
    assert world.batch.introspect(tokens.access) == {"active": False}
    gives_nothing("userinfo", world.batch.userinfo(tokens))


def test_a_disabled_clients_tokens_are_nothing_to_their_audience(new_world):
    """Another client, for whom the token was made too, sees it die."""
    def audience(realm):
        realms.client(realm, "django-shop").setdefault("protocolMappers", []).append({
            "name": "for the blog", "protocol": "openid-connect",
            "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "django-blog", "access.token.claim": "true"}})
    world = new_world(audience)
    tokens = world.shop.sign_in()
    assert world.blog.introspect(tokens.access)["active"] is True
    disable_client(world, "django-shop")
    assert world.blog.introspect(tokens.access) == {"active": False}
    assert world.shop.userinfo(tokens).status_code in (401, 403)


def test_a_disabled_realm_that_owes_nobody_says_nothing(new_world):
    """What it serves while it does is in test_clock.py; the neighbour is not touched."""
    world = new_world()
    disable_realm(world)
    assert requests.get(world.server.endpoint("certs"), timeout=60).status_code == 403
    assert world.server.admin("master").get("/users")
