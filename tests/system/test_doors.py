"""One test for each row of src/signout/doors.def: the session ends, its applications are told,
the receipt names the door, the event is written."""

import jwt
import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser, Tokens


class SignedIn:
    """ada in one browser, signed in at the shop, the blog and the adapter application."""

    def __init__(self, world, **shop_changes):
        self.world, self.browser = world, Browser()
        self.shop = world.shop.sign_in(self.browser, **shop_changes)
        self.blog = world.blog.sign_in(self.browser)
        self.legacy = world.legacy.sign_in(
            self.browser, token_fields={
                # An adapter's own session: a notice would not hit one that is bound anew.
                "client_session_state": f"http-session-{self.shop.sid}",
                "client_session_host": "node-1"})
        assert self.shop.sid == self.blog.sid == self.legacy.sid
        self.sid = self.shop.sid

    def is_alive(self):
        """All applications agree."""
        answers = {app.is_alive(tokens) for app, tokens in (
            (self.world.shop, self.shop), (self.world.blog, self.blog))}
        assert len(answers) == 1, answers
        return answers.pop()


def ended(world, signed_in, door, event="LOGOUT", told=("django-shop", "django-blog",
                                                       "legacy-node")):
    """What has to hold after any end of a whole session."""
    assert not signed_in.is_alive()
    for app, tokens in ((world.shop, signed_in.shop), (world.blog, signed_in.blog)):
        refused = app.refresh(tokens)
        assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"
    for client in told:
        world.told(client, signed_in.sid)
    wait_for(lambda: {state for client, state in world.admin.receipt(signed_in.sid).states().items()
                      if client in told} == {"delivered"}, "all notices are delivered")
    receipt = world.admin.receipt(signed_in.sid)
    assert receipt.door == door
    events = [one for one in world.admin.events(event)
              if one.get("sessionId") == signed_in.sid]
    assert events, f"no event {event} of the session"
    return receipt


def logout_url(world, prefix=""):
    return world.server.endpoint("logout", prefix=prefix)


@pytest.mark.door("rp-initiated")
def test_rp_initiated(world):
    user = SignedIn(world)
    back = world.shop.base_url + "/bye"
    page = user.browser.open(logout_url(world), follow=False, params={
        "id_token_hint": user.shop.id, "post_logout_redirect_uri": back, "state": "s 1"})
    assert page.status == 302 and page.location == back + "?state=s+1" or \
        page.location == back + "?state=s%201"
    receipt = ended(world, user, "rp-initiated")
    assert receipt.initiator == "django-shop"


@pytest.mark.door("legacy-redirect")
@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_legacy_redirect(world, prefix):
    user = SignedIn(world)
    page = user.browser.open(logout_url(world, prefix), follow=False,
                             params={"redirect_uri": world.shop.base_url + "/"})
    assert page.status == 302 and page.location == world.shop.base_url + "/"
    ended(world, user, "legacy-redirect")


@pytest.mark.door("confirmed")
def test_confirmed(world):
    user = SignedIn(world)
    page = user.browser.open(logout_url(world))
    assert page.is_confirmation() and user.is_alive()
    page = page.submit("kc-logout")
    assert page.status == 200 and "logged out" in page.text.lower()
    ended(world, user, "confirmed")


@pytest.mark.door("refresh-token")
def test_refresh_token(world):
    user = SignedIn(world)
    answer = world.shop.post("logout", refresh_token=user.shop.refresh)
    assert (answer.status_code, answer.content) == (204, b"")
    ended(world, user, "refresh-token")


def offline_tokens(world, browser=None):
    tokens = world.shop.sign_in(browser, scope="openid offline_access")
    assert tokens.claims("refresh")["typ"] == "Offline"
    return tokens


@pytest.mark.door("offline-token")
def test_offline_token(world):
    tokens = offline_tokens(world)
    assert world.shop.refresh(tokens).status_code == 200
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    refused = world.shop.refresh(tokens)
    assert refused.json() == {"error": "invalid_grant",
                              "error_description": "Offline user session not found"}
    wait_for(lambda: any(one.door == "offline-token" for one in world.admin.signouts()),
             "the receipt")


@pytest.mark.door("token-revocation")
def test_token_revocation(world):
    user = SignedIn(world)
    assert world.blog.post("revoke", token=user.blog.refresh).status_code == 200
    assert world.blog.refresh(user.blog).status_code == 400
    assert not world.blog.introspect(user.blog.access)["active"]
    assert world.shop.is_alive(user.shop), "the others' part lives on"
    receipt = wait_for(
        lambda: next((one for one in world.admin.signouts()
                      if one.door == "token-revocation"), None), "the receipt")
    assert "django-shop" not in receipt.deliveries
    assert world.hears_nothing("django-shop", user.sid)
    assert world.admin.events("REVOKE_GRANT")


@pytest.mark.door("token-revocation")
def test_the_last_revocation_ends_the_session(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser)
    assert world.shop.post("revoke", token=tokens.refresh).status_code == 200
    assert not world.admin.sessions("ada")
    assert world.shop.authorize(browser).is_login()


@pytest.mark.door("offline-revocation")
def test_offline_revocation(world):
    tokens = offline_tokens(world)
    assert world.shop.post("revoke", token=tokens.refresh).status_code == 200
    assert world.shop.refresh(tokens).status_code == 400
    wait_for(lambda: any(one.door == "offline-revocation" for one in world.admin.signouts()),
             "the receipt")


@pytest.mark.door("code-replay")
def test_code_replay(world):
    """B2.7."""
    browser = Browser()
    code = world.shop.code(browser)
    tokens = Tokens(world.shop.redeem(code).json())
    replayed = world.shop.redeem(code)
    assert replayed.json() == {"error": "invalid_grant", "error_description": "Code not valid"}
    assert not world.shop.is_alive(tokens)
    assert world.shop.refresh(tokens).status_code == 400
    world.told("django-shop", tokens.sid)
    assert world.admin.receipt(tokens.sid).door == "code-replay"


@pytest.mark.door("refresh-replay")
def test_refresh_replay(new_world):
    """B2.17."""
    world = new_world(lambda realm: realm.update(revokeRefreshToken=True, refreshTokenMaxReuse=0))
    tokens = world.shop.sign_in()
    newer = Tokens(world.shop.refresh(tokens).json())
    replayed = world.shop.refresh(tokens)
    assert replayed.json() == {
        "error": "invalid_grant",
        "error_description": "Maximum allowed refresh token reuse exceeded"}
    assert world.shop.refresh(newer).status_code == 400, "the newest is dead, too"
    assert not world.shop.is_alive(newer)
    world.told("django-shop", tokens.sid)
    assert world.admin.receipt(tokens.sid).door == "refresh-replay"


@pytest.mark.door("admin-session")
def test_admin_ends_a_session(world):
    """CVE-2025-29928."""
    user, other = SignedIn(world), SignedIn(world)
    world.admin.request("DELETE", f"/sessions/{user.sid}", 204)
    receipt = ended(world, user, "admin-session")
    assert receipt.initiator == "admin"
    assert other.is_alive()
    again = world.admin.request("DELETE", f"/sessions/{user.sid}", 404)
    assert again.json() == {"error": "Sesssion not found"}


@pytest.mark.door("admin-session")
def test_admin_ends_one_offline_session(world):
    """The one that is named and no other: not the browser's of the same id, not the next one."""
    browser = Browser()
    offline, other = offline_tokens(world, browser), offline_tokens(world)
    online = world.blog.sign_in(browser)
    assert online.sid == offline.sid != other.sid
    client = world.admin.get("/clients", clientId="django-shop")[0]["id"]

    def listed():
        return {one["id"] for one in world.admin.get(f"/clients/{client}/offline-sessions")}
    assert listed() == {offline.sid, other.sid}
    path = f"/sessions/{offline.sid}?isOffline=true"
    world.admin.request("DELETE", path, 204)
    assert listed() == {other.sid}
    assert world.shop.refresh(offline).status_code == 400
    assert not world.shop.introspect(offline.access)["active"]
    assert world.shop.refresh(other).status_code == 200, "the other offline session lives on"
    assert world.blog.is_alive(online), "the browser's session is another one"
    world.told("django-shop", offline.sid)
    receipt = world.admin.receipt(offline.sid)
    assert receipt.door == "admin-session" and set(receipt.deliveries) == {"django-shop"}
    assert world.hears_nothing("django-shop", other.sid)
    assert world.hears_nothing("django-blog", offline.sid)
    world.admin.request("DELETE", path, 404)
    world.admin.request("DELETE", f"/sessions/{offline.sid}", 204)
    assert not world.blog.is_alive(online)


@pytest.mark.door("admin-user")
def test_admin_signs_a_user_out(world):
    user, other = SignedIn(world), SignedIn(world)
    bob = world.shop.sign_in(user="bob", password="builder")
    offline = offline_tokens(world)
    world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout", 204)
    ended(world, user, "admin-user")
    ended(world, other, "admin-user")
    assert world.shop.refresh(offline).status_code == 400, "offline sessions end, too"
    assert world.shop.is_alive(bob)


@pytest.mark.door("admin-realm")
def test_admin_signs_everybody_out(world):
    users = [SignedIn(world), SignedIn(world)]
    bob = world.shop.sign_in(user="bob", password="builder")
    answer = world.admin.request("POST", "/logout-all", 200)
    assert answer.json() is not None
    # From this moment on nobody's session counts, whether told or not.
    assert not any(user.is_alive() for user in users) and not world.shop.is_alive(bob)
    for user in users:
        world.told("django-blog", user.sid)
    world.told("django-shop", bob.sid)
    assert any(one.door == "admin-realm" for one in world.admin.signouts())
    # Adapters hear "everybody" once: without a list of sessions.
    wait_for(lambda: any("adapterSessionIds" not in one
                         for one in world.sinks["legacy-node"].k_logouts()),
             "the adapter is told of everybody")
    # Who signs in now is in.
    assert world.shop.is_alive(world.shop.sign_in())


@pytest.mark.door("user-disabled")
def test_disabling_a_user(world):
    user = SignedIn(world)
    ada = world.admin.user("ada")
    world.admin.request("PUT", f"/users/{ada['id']}", 204, json={**ada, "enabled": False})
    ended(world, user, "user-disabled")
    refused = world.ovirt.password_grant()
    assert refused.json() == {"error": "invalid_grant", "error_description": "Account disabled"}
    page = world.shop.authorize(user.browser)
    assert page.is_login()


@pytest.mark.door("user-deleted")
def test_deleting_a_user(world):
    user = SignedIn(world)
    world.admin.request("DELETE", f"/users/{world.admin.user('ada')['id']}", 204)
    ended(world, user, "user-deleted")


@pytest.mark.door("realm-deleted")
def test_deleting_a_realm(world):
    user = SignedIn(world)
    world.sinks["django-blog"].set(answers=[503, 503])  # so that something is owed for a while
    world.admin.request("DELETE", "", 204)
    world.told("django-shop", user.sid)
    # The keys stay published until everybody has been told: the notice can be verified.
    certs = requests.get(world.server.endpoint("certs"), timeout=60)
    assert certs.status_code == 200 and certs.json()["keys"]
    wait_for(lambda: len(world.sinks["django-blog"].logout_tokens(user.sid)) == 3,
             "the blog is told after two failures", 60)
    for post in world.sinks["django-blog"].posts("/oidc/backchannel-logout/"):
        token = post.form()["logout_token"]
        assert jwt.get_unverified_header(token)["kid"] in {
            one["kid"] for one in certs.json()["keys"]}
    wait_for(lambda: requests.get(world.server.endpoint("certs"), timeout=60).status_code == 404,
             "nothing is left when all have been told", 60)
    answer = requests.get(world.server.endpoint("auth"), timeout=60, allow_redirects=False,
                          params=world.shop.authorize_params())
    assert 400 <= answer.status_code < 500
    assert world.shop.post("token", grant_type="refresh_token",
                           refresh_token=user.shop.refresh).status_code >= 400


@pytest.mark.door("expired-maximum")
def test_a_session_that_is_too_old(new_world):
    world = new_world(lambda realm: realm.update(ssoSessionMaxLifespan=4, accessTokenLifespan=4))
    user = SignedIn(world)
    world.told("django-blog", user.sid, 120)
    assert not user.is_alive()
    assert world.admin.receipt(user.sid).door == "expired-maximum"
    assert world.shop.authorize(user.browser).is_login()


@pytest.mark.door("expired-idle")
def test_a_session_that_nobody_uses(new_world):
    # An exported realm is silent at idle expiry unless it says otherwise.
    world = new_world(lambda realm: (realm.update(ssoSessionIdleTimeout=4),
                                     realm["attributes"].update({"curfew.signout.on_idle": "tell"})))
    user = SignedIn(world)
    world.told("django-blog", user.sid, 120)
    assert not user.is_alive()
    assert world.admin.receipt(user.sid).door == "expired-idle"


def test_a_client_without_any_channel_is_named_as_not_told(world):
    browser = Browser()
    world.ovirt.sign_in(browser)
    tokens = world.shop.sign_in(browser)
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    receipt = world.admin.receipt(tokens.sid)
    assert receipt.deliveries["ovirt-engine"].state == "not-possible"
    assert receipt.deliveries["ovirt-engine"].reason


def test_a_front_channel_without_a_browser_is_not_possible(world):
    browser = Browser()
    world.front.sign_in(browser)
    tokens = world.shop.sign_in(browser)
    world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
    assert world.admin.receipt(tokens.sid).deliveries["front-app"].state == "not-possible"


def test_offline_sessions_survive_the_ordinary_sign_out(world):
    browser = Browser()
    offline = offline_tokens(world, browser)
    world.blog.sign_in(browser)
    page = browser.open(logout_url(world), follow=False,
                        params={"redirect_uri": world.shop.base_url + "/"})
    assert page.status == 302
    assert world.shop.refresh(offline).status_code == 200


def test_a_door_for_a_realm_with_many_sessions(make):
    """Every session gets its end and its notices, whatever the batches are."""
    sink = make.sink()
    realm = realms.customers({})
    realms.add_client(realm, "many", sink.url)
    server = make.server(realm)
    app = App(server, "many", sink.url, "many-secret")
    sids = [Tokens(app.password_grant().json()).sid for _ in range(120)]
    assert len(set(sids)) == len(sids)
    server.admin().request("POST", "/logout-all", 200)
    wait_for(lambda: set(sids) <= {one.get("sid") for one in sink.logout_tokens()},
             "all sessions' notices have arrived", 120)


# ---- offline sessions

def ask_for_offline(realm):
    """The shop wants its offline sessions to end with the browser's."""
    realms.client(realm, "django-shop")["attributes"][
        "backchannel.logout.revoke.offline.tokens"] = "true"


@pytest.mark.parametrize("by", ["rp-initiated", "legacy-redirect", "refresh-token"])
def test_offline_sessions_end_at_clients_that_ask_for_it(new_world, by):
    world = new_world(ask_for_offline)
    browser = Browser()
    shop = offline_tokens(world, browser)
    blog = world.blog.sign_in(browser, scope="openid offline_access")
    online = world.blog.sign_in(browser)
    elsewhere = offline_tokens(world)
    if by == "rp-initiated":
        browser.open(logout_url(world), params={"id_token_hint": online.id})
    elif by == "legacy-redirect":
        browser.open(logout_url(world), follow=False,
                     params={"redirect_uri": world.shop.base_url + "/"})
    else:
        assert world.blog.post("logout", refresh_token=online.refresh).status_code == 204
    assert world.shop.refresh(shop).status_code == 400, "this client asked for it"
    assert world.blog.refresh(blog).status_code == 200, "this one did not"
    assert world.shop.refresh(elsewhere).status_code == 200, "it grew from another session"
    world.told("django-shop", shop.sid)
    world.told("django-blog", shop.sid)
    told = world.sinks["django-shop"].logout_tokens(shop.sid)
    assert len(told) == 1, "one notice says both"
    assert told[0]["events"]["revoke_offline_access"] is True
    offline = next(one for one in world.admin.signouts()
                   if one.session_id == shop.sid and one.json["offline"])
    assert offline.door == by and offline.states() == {"django-shop": "superseded"}


# ---- revocation, as mod_auth_openidc does it

def test_revoke_refresh_revoke_access_then_end_session(world):
    """The order of mod_auth_openidc: the whole session ends, each client is told once."""
    user = SignedIn(world)
    assert world.shop.post("revoke", token=user.shop.refresh,
                           token_type_hint="refresh_token").status_code == 200
    assert world.shop.post("revoke", token=user.shop.access,
                           token_type_hint="access_token").status_code == 200
    assert world.blog.is_alive(user.blog)
    back = world.shop.base_url + "/bye"
    page = user.browser.open(logout_url(world), follow=False, params={
        "id_token_hint": user.shop.id, "post_logout_redirect_uri": back})
    assert page.status == 302 and page.location == back
    for client in ("django-shop", "django-blog", "legacy-node"):
        world.told(client, user.sid)
    assert not world.blog.is_alive(user.blog)
    assert len(world.sinks["django-shop"].logout_tokens(user.sid)) == 1
    by_door = {one.door: one for one in world.admin.signouts() if one.session_id == user.sid}
    assert set(by_door) == {"token-revocation", "rp-initiated"}
    assert set(by_door["rp-initiated"].deliveries) == {"django-blog", "legacy-node"}


def test_the_same_when_the_session_went_with_its_last_client(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser)
    for token in (tokens.refresh, tokens.access):
        assert world.shop.post("revoke", token=token).status_code == 200
    assert not world.admin.sessions("ada")
    back = world.shop.base_url + "/bye"
    page = browser.open(logout_url(world), follow=False, params={
        "id_token_hint": tokens.id, "post_logout_redirect_uri": back, "state": "s"})
    assert page.status == 302 and page.location == back + "?state=s"
    world.told("django-shop", tokens.sid)
    assert len(world.sinks["django-shop"].logout_tokens(tokens.sid)) == 1


def test_an_access_token_is_revoked_alone(world):
    user = SignedIn(world)
    assert world.shop.post("revoke", token=user.shop.access).status_code == 200
    assert not world.shop.introspect(user.shop.access)["active"]
    assert world.shop.userinfo(user.shop).status_code == 401
    newer = Tokens(world.shop.refresh(user.shop).json())
    assert world.shop.is_alive(newer) and world.blog.is_alive(user.blog)
    assert not [one for one in world.admin.signouts() if one.session_id == user.sid]


# ---- expiry

def test_a_silent_expiry_says_so_and_a_client_may_differ(new_world):
    def change(realm):
        realm.update(ssoSessionIdleTimeout=6)
        realms.set_attribute(realm, "curfew.signout.on_idle", "silent")
        realms.client(realm, "django-blog")["attributes"]["curfew.signout.on_idle"] = "tell"
    world = new_world(change)
    user = SignedIn(world)
    world.told("django-blog", user.sid, 120)
    receipt = world.admin.receipt(user.sid)
    assert receipt.door == "expired-idle"
    assert receipt.deliveries["django-shop"].state == "not-told"
    assert "not told (setting" in receipt.deliveries["django-shop"].reason
    assert world.hears_nothing("django-shop", user.sid)
    assert not user.is_alive()


def test_an_offline_session_has_limits_of_its_own(new_world):
    world = new_world(lambda realm: realm.update(
        offlineSessionIdleTimeout=8, offlineSessionMaxLifespanEnabled=True,
        offlineSessionMaxLifespan=8))
    tokens = offline_tokens(world)
    online = world.blog.sign_in()
    wait_for(lambda: any(one.json["offline"] and one.door in ("expired-maximum", "expired-idle")
                         for one in world.admin.signouts()), "the offline session's end", 60)
    assert world.shop.refresh(tokens).status_code == 400
    assert world.blog.is_alive(online)


# ---- users

def test_a_user_whom_wrong_passwords_disable_for_good_is_out(new_world):
    world = new_world(lambda realm: realm.update(
        bruteForceProtected=True, permanentLockout=True, failureFactor=3,
        maxTemporaryLockouts=0))
    user = SignedIn(world)
    for _ in range(3):
        assert world.ovirt.password_grant(password="wrong").status_code >= 400
    assert not world.admin.user("ada")["enabled"]
    ended(world, user, "user-disabled")


@pytest.mark.parametrize("setting", ["end", "keep"])
def test_the_realm_says_whether_a_new_password_ends_sessions(new_world, setting):
    world = new_world(lambda realm: realms.set_attribute(
        realm, "curfew.signout.on_password_change", setting))
    user = SignedIn(world)
    answer = world.admin.request(
        "PUT", f"/users/{world.admin.user('ada')['id']}/reset-password", 204,
        json={"type": "password", "value": "Another-2-word", "temporary": False})
    assert user.is_alive() == (setting == "keep")
    assert ("x-curfew-signout" in answer.headers) == (setting == "end")


def test_not_before_of_a_user_stops_what_has_no_session(world):
    ada = world.admin.user("ada")
    world.admin.request("POST", f"/users/{ada['id']}/logout", 204)
    assert world.admin.get(f"/users/{ada['id']}")["notBefore"] > 0
    assert world.shop.is_alive(world.shop.sign_in()), "who signs in now is in"
