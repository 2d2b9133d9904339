"""The same requests as were played at Keycloak 26.7 (data/recorded-oidc.json), played here: status,
type, errors with their texts, members, redirects and CORS headers are the recorded ones, but for
what differs on purpose. That is in DIFFERENCES here, and in docs/protocols/differences.md."""

import copy
import json
import pathlib
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from support.browser import App, Browser, Page, Tokens
from support.server import ADMIN, ADMIN_PASSWORD

DATA = pathlib.Path(__file__).parent / "data"
RECORDED = json.loads((DATA / "recorded-oidc.json").read_text())
SHAPES = json.loads((DATA / "recorded-tokens.json").read_text())["realm"]
ORIGIN = "http://127.0.0.1:9"
CALLBACK = ORIGIN + "/cb"
BYE = ORIGIN + "/bye"

HEADERS = ("access-control-allow-origin", "access-control-expose-headers",
           "access-control-allow-methods", "access-control-allow-credentials",
           "access-control-allow-headers", "access-control-max-age", "www-authenticate", "allow")
# Lists of names in no order.
LISTS = {"access-control-allow-methods", "access-control-allow-headers", "allow"}

# By exchange: what of it differs.
PREFLIGHT = ["headers"]  # HEAD and OPTIONS are named, too
UNAUTHORIZED = ["headers"]  # RFC 6749 section 5.2 wants WWW-Authenticate
DIFFERENCES = {
    **{f"cors.{place}.preflight.{who}": PREFLIGHT for who in ("allowed", "foreign") for place in (
        "userinfo", "logout", "introspect", "discovery", "certs", "admin", "account")},
    "userinfo.preflight": PREFLIGHT,
    "userinfo.cors": ["headers"],  # credentials allowed, as everywhere else
    **{name: UNAUTHORIZED for name in (
        "token.unknown-client", "token.no-client", "token.cc-public", "token.cc-not-allowed",
        "token.bad-secret", "revoke.bad-client", "logout.post-refresh-bad-secret",
        "introspect.no-auth", "after.client-disabled.refresh",
        "after.client-disabled.introspect")},
    "token.get": ["headers"],  # RFC 9110 section 15.5.6 wants Allow
    # A code that comes again ends the client's part of the session.
    "userinfo.after-code-replay": ["headers"],
    "oidc.discovery": ["members"], "oidc.oauth-metadata": ["members"],
    "discovery.host-header": ["status", "json", "members"],
    "logout.post-refresh-missing": ["status", "type", "json"],
    "logout.post-hint-client-auth": ["status", "type"],
    "logout.legacy-redirect_uri": ["status", "type", "location", "query"],
    "logout.hint-bad-state-braces": ["status", "type", "json", "location", "query"],
    "logout.confirm-post-again": ["status", "type", "location", "query"],
    "introspect.access": ["json", "members"],
    "introspect.active.id": ["json", "members"],
    # Recorded within one second; a little later Keycloak says the same.
    "after.offline.user-logout.refresh": ["status", "json", "members"],
    "after.offline.user-logout.userinfo": ["status", "type", "headers", "members"],
    "after.offline.user-logout.introspect": ["json", "members"],
    "after.password-reset.refresh": ["status", "json", "members"],
    "after.password-reset.userinfo": ["status", "type", "headers", "members"],
    "after.password-reset.introspect": ["json", "members"],
}

# Reasons in event lines that are said otherwise: Keycloak's names a class of its own, or the
# audience, which is no matter where a client asks about its own token.
REASONS = {
    "Client 'web' is not in the token audience":
        "Introspection access token for web client: Token type is not Bearer",
    "JWT check failed for check "
    "org.keycloak.protocol.oidc.TokenManager$TokenRevocationCheck@51b5c473": "Token was revoked",
    "Introspection access token for web client: JWT check failed":
        "Introspection access token for web client: Stale token",
    "Invalid refresh token": "*",  # ours says what is wrong with it
    "Could not find valid user from user session qQGAEUG8clP_4ffeRzvCjEfz": "*",
}


# Events: details that ours have not, or say otherwise.
EVENT_DETAILS = {
    ("LOGIN", None): {"response_type", "response_mode"},
    ("LOGIN_ERROR", "user_disabled"): {"code_id"},  # there is no session yet to name
    ("LOGIN_ERROR", "invalid_user_credentials"): {"code_id"},
    ("LOGIN_ERROR", "invalid_request"): {"reason"},
    ("LOGOUT", None): {"redirect_uri"},
    ("LOGOUT_ERROR", "invalid_token"): {"reason"},
    ("LOGOUT_ERROR", "invalid_request"): {"reason"},
}
# Events that are none here: a confirmation sent again has its first answer.
NO_EVENTS = {("LOGOUT_ERROR", "session_expired")}


class Player:
    """Plays one script; keeps each answer by its recorded name."""

    def __init__(self, server, realm):
        self.server, self.realm, self.answers = server, realm, {}
        self.admin = server.admin(realm)

    def keep(self, name, answer):
        assert name not in self.answers, name
        self.answers[name] = answer.response if isinstance(answer, Page) else answer
        return answer

    def app(self, client_id, secret=None):
        return App(self.server, client_id, ORIGIN, secret, realm=self.realm)

    def send(self, name, method, endpoint, **more):
        """One request of no browser, by the path below the protocol's."""
        more.setdefault("timeout", 60)
        return self.keep(name, requests.request(
            method, self.server.endpoint(endpoint, self.realm), allow_redirects=False, **more))

    def browse(self, name, browser, endpoint, method="GET", **more):
        url = endpoint if "://" in endpoint else self.server.endpoint(endpoint, self.realm)
        return self.keep(name, browser.open(url, method, follow=False, **more))


def bearer(tokens, **more):
    return {"authorization": "Bearer " + tokens.access, **more}


# ---- the first script

AUTHORIZE_ERRORS = {
    "no-client": {"client_id": None, "scope": None, "redirect_uri": None},
    "unknown-client": {"client_id": "nobody", "scope": None},
    "disabled-client": {"client_id": "dead", "scope": None},
    "bearer-only": {"client_id": "api", "scope": None},
    "bad-redirect": {"redirect_uri": "https://evil.example/", "scope": None},
    "no-redirect": {"redirect_uri": None},
    "no-response-type": {"response_type": None, "scope": None},
    "bad-response-type": {"response_type": "banana", "scope": None},
    "implicit-off": {"response_type": "token", "scope": None, "nonce": "n"},
    "bad-scope": {"scope": "openid nosuch"},
    "prompt-none": {"prompt": "none"},
    "pkce-missing": {"client_id": "spa"},
    "pkce-plain-refused": {"client_id": "spa", "code_challenge": "a" * 43,
                           "code_challenge_method": "plain"},
    "hybrid-no-nonce": {"client_id": "hyb", "response_type": "code id_token"},
    "bad-response-mode": {"response_mode": "banana"},
    "prompt-register": {"prompt": "create"},
    "max-age-bad": {"max_age": "x"},
    "request-bad": {"request": "a.b.c"},
}


def play_metadata(p):
    url = p.server.realm_url(p.realm)
    get = lambda path: requests.get(path, timeout=60, allow_redirects=False)  # noqa: E731
    p.keep("oidc.discovery", get(url + "/.well-known/openid-configuration"))
    p.keep("oidc.oauth-metadata", get(
        f"{p.server.url}/.well-known/oauth-authorization-server/realms/{p.realm}"))
    p.keep("oidc.discovery.unknown-realm", get(
        p.server.realm_url("nosuch") + "/.well-known/openid-configuration"))
    p.send("oidc.certs", "GET", "certs")
    p.send("oidc.session-iframe", "GET", "login-status-iframe.html")
    p.send("oidc.session-iframe-init", "GET", "login-status-iframe.html/init",
           params={"client_id": "web", "origin": ORIGIN})


def play_authorize(p):
    plain = {"client_id": "web", "response_type": "code", "scope": "openid",
             "redirect_uri": CALLBACK, "state": "s"}
    p.browse("oidc.auth.login-page", Browser(), "auth", params=plain)
    for name, changes in AUTHORIZE_ERRORS.items():
        params = {k: v for k, v in {**plain, **changes}.items() if v is not None}
        p.browse("oidc.auth." + name, Browser(), "auth", params=params)
    p.browse("oidc.auth.duplicate-param", Browser(),
             p.server.endpoint("auth", p.realm) + "?client_id=web&client_id=spa&response_type=code"
             "&redirect_uri=" + CALLBACK)


def play_login(p):
    web, browser = p.app("web", "web-secret"), Browser()
    page = p.keep("login.page", web.authorize(browser, state="s1", nonce=None))
    page = p.keep("login.wrong-password",
                  page.submit("kc-login", follow=False, username="ada", password="nope"))
    page = p.keep("login.disabled-user",
                  page.submit("kc-login", follow=False, username="off", password="x"))
    page = p.keep("login.ok", page.submit("kc-login", follow=False, username="ada",
                                          password="lovelace"))
    code = page.query()["code"]
    tokens = Tokens(p.keep("token.code", web.redeem(code)).json())
    p.keep("token.code-replayed", web.redeem(code))
    p.keep("userinfo.after-code-replay", web.userinfo(tokens))
    p.keep("oidc.auth.sso", web.authorize(browser, state="s2", nonce=None, prompt="none"))


def play_userinfo(p, tokens):
    p.send("userinfo.get", "GET", "userinfo", headers=bearer(tokens))
    p.send("userinfo.post", "POST", "userinfo", headers=bearer(tokens))
    p.send("userinfo.form", "POST", "userinfo", data={"access_token": tokens.access})
    p.send("userinfo.none", "GET", "userinfo")
    p.send("userinfo.bad", "GET", "userinfo", headers={"authorization": "Bearer x.y.z"})
    p.send("userinfo.cors", "GET", "userinfo", headers=bearer(tokens, origin=ORIGIN))
    p.send("userinfo.preflight", "OPTIONS", "userinfo", headers={
        "origin": ORIGIN, "access-control-request-method": "GET",
        "access-control-request-headers": "authorization"})


def play_introspect(p, tokens):
    basic = ("web", "web-secret")
    for name, token in (("access", tokens.access), ("refresh", tokens.refresh),
                        ("garbage", "zzz")):
        p.send("introspect." + name, "POST", "token/introspect", data={"token": token}, auth=basic)
    p.send("introspect.no-auth", "POST", "token/introspect", data={"token": "zzz"})
    p.send("introspect.no-token", "POST", "token/introspect", auth=basic)


PASSWORDS = {"password": ("ada", "lovelace"), "password-wrong": ("ada", "no"),
             "password-disabled": ("off", "x"), "password-required-action": ("tmp", "x")}


def play_token(p, tokens):
    basic, service = ("web", "web-secret"), {"grant_type": "client_credentials"}
    send = lambda name, data, **more: p.send("token." + name, "POST", "token",  # noqa: E731
                                             data=data, **more)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    send("refresh", refresh, auth=basic)
    send("refresh-other-client", {**refresh, "client_id": "hyb", "client_secret": "hyb-secret"})
    send("refresh-garbage", {**refresh, "refresh_token": "zz"}, auth=basic)
    for name, (user, password) in PASSWORDS.items():
        scope = {"scope": "openid email"} if name == "password" else {}
        send(name, {"grant_type": "password", "username": user, "password": password, **scope},
             auth=basic)
    send("client-credentials", service, auth=basic)
    send("cc-not-allowed", service, auth=("hyb", "hyb-secret"))
    send("cc-public", {**service, "client_id": "spa"})
    send("bad-secret", service, auth=("web", "nope"))
    send("unknown-client", service, auth=("nobody", "x"))
    send("no-client", service)
    send("bad-grant", {"grant_type": "banana"}, auth=basic)
    send("no-grant", {}, auth=basic)
    p.send("token.get", "GET", "token")
    p.send("token.json-body", "POST", "token", json=service)
    send("bad-code", {"grant_type": "authorization_code", "code": "zz",
                      "redirect_uri": CALLBACK}, auth=basic)
    send("exchange", {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": tokens.access,
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}, auth=basic)


def play_revoke(p):
    web, basic = p.app("web", "web-secret"), ("web", "web-secret")
    offline = p.keep("tokens.offline", web.redeem(
        web.code(Browser(), scope="openid offline_access"))).json()
    scopes = p.keep("tokens.scopes", web.redeem(web.code(
        Browser(), scope="openid profile email roles address phone microprofile-jwt"))).json()
    send = lambda name, data, auth=basic: p.send("revoke." + name, "POST", "revoke",  # noqa: E731
                                                 data=data, auth=auth)
    send("access", {"token": scopes["access_token"]})
    send("garbage", {"token": "zz"})
    send("no-token", {})
    send("bad-client", {"token": "zz"}, auth=("web", "x"))
    send("refresh", {"token": offline["refresh_token"]})


def play_logout_pages(p):
    web = p.app("web", "web-secret")
    out = lambda name, browser, **params: p.browse("logout." + name, browser, "logout",  # noqa: E731
                                                   params=params)
    out("bare", Browser())
    out("no-session-client", Browser(), client_id="web", post_logout_redirect_uri=BYE)
    out("redirect-without-hint-or-client", Browser(), post_logout_redirect_uri=BYE)
    out("legacy-redirect_uri", Browser(), redirect_uri=BYE)
    browser = Browser()
    tokens = web.sign_in(browser)
    for name in ("get-hint", "get-hint-again"):
        out(name, browser, id_token_hint=tokens.id, post_logout_redirect_uri=BYE, state="st")
    tokens = web.sign_in(browser)
    out("hint-no-redirect", browser, id_token_hint=tokens.id)
    tokens = web.sign_in(browser)
    out("bad-post-logout-redirect", browser, id_token_hint=tokens.id,
        post_logout_redirect_uri=ORIGIN + "/other")
    out("hint-garbage", browser, id_token_hint="zz")
    out("hint-client-mismatch", browser, id_token_hint=tokens.id, client_id="spa")
    out("confirm-page", browser, client_id="web")
    return tokens


def play_logout_posts(p, tokens):
    web = p.app("web", "web-secret")
    good = {"client_id": "web", "client_secret": "web-secret"}
    send = lambda name, **data: p.send("logout." + name, "POST", "logout", data=data)  # noqa: E731
    send("post-form-refresh", **good, refresh_token=tokens.refresh)
    send("post-refresh-again", **good, refresh_token=tokens.refresh)
    send("post-refresh-empty", **good, refresh_token="")
    send("post-refresh-missing", **good)
    send("post-refresh-garbage", **good, refresh_token="zz")
    send("post-refresh-bad-secret", client_id="web", client_secret="no", refresh_token="zz")
    browser = Browser()
    hint = web.sign_in(browser).id
    p.browse("logout.post-hint", browser, "logout", "POST",
             data={"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    send("post-refresh-access-token", **good, refresh_token=web.sign_in().access)


@pytest.fixture(scope="module")
def exchanges(shared):
    server = shared.server()
    server.admin("shapes").create_realm(SHAPES)
    p = Player(server, "shapes")
    play_metadata(p)
    play_authorize(p)
    play_login(p)
    tokens = p.app("web", "web-secret").sign_in()
    play_userinfo(p, tokens)
    play_introspect(p, tokens)
    play_token(p, tokens)
    play_revoke(p)
    play_logout_posts(p, play_logout_pages(p))
    return p


# ---- the second script: what is answered after each way to end a session, and CORS

MORE = {
    "realm": "more", "enabled": True, "sslRequired": "none", "eventsEnabled": True,
    "users": [{"username": name, "enabled": True, "email": name + "@example.org",
               "emailVerified": True, "firstName": name.title(), "lastName": "User",
               "realmRoles": ["default-roles-more"],
               "credentials": [{"type": "password", "value": "pw"}]} for name in ("ada", "bob")],
    "clients": [
        {"clientId": "web", "enabled": True, "secret": "web-secret", "redirectUris": [ORIGIN + "/*"],
         "webOrigins": [ORIGIN], "directAccessGrantsEnabled": True,
         "serviceAccountsEnabled": True, "defaultClientScopes": [
             "web-origins", "service_account", "acr", "roles", "profile", "basic", "email"],
         "attributes": {"post.logout.redirect.uris": BYE + "##" + ORIGIN + "/out/*"},
         "protocolMappers": [{
             "name": "aud", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
             "config": {"included.client.audience": "web", "access.token.claim": "true"}}]},
        {"clientId": "two", "enabled": True, "secret": "two-secret",
         "redirectUris": [CALLBACK], "directAccessGrantsEnabled": True},
        {"clientId": "spa", "enabled": True, "publicClient": True, "redirectUris": [CALLBACK],
         "webOrigins": [ORIGIN], "directAccessGrantsEnabled": True}],
}


def client_of(p, client_id):
    return p.admin.get("/clients", clientId=client_id)[0]


def set_realm(p, **changes):
    p.admin.request("PUT", "", 204, json={**p.admin.get(), **changes})


def after(p, way, tokens):
    """What a client is told once its session has ended that way."""
    basic = ("web", "web-secret")
    p.send(f"after.{way}.refresh", "POST", "token", auth=basic,
           data={"grant_type": "refresh_token", "refresh_token": tokens.refresh})
    p.send(f"after.{way}.userinfo", "GET", "userinfo", headers=bearer(tokens))
    p.send(f"after.{way}.introspect", "POST", "token/introspect", auth=basic,
           data={"token": tokens.access})


def sign_in(p, scope="openid", user="ada", password="pw"):
    answer = p.app("web", "web-secret").password_grant(user, password, scope=scope)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json())


def sign_in_early(p):
    """At the start of a second: a not-before of the same second does not concern the tokens."""
    time.sleep(1 - time.time() % 1)
    return sign_in(p)


def play_introspection(p):
    tokens, basic = sign_in(p), ("web", "web-secret")
    for kind in ("access", "refresh", "id"):
        p.send("introspect.active." + kind, "POST", "token/introspect", auth=basic,
               data={"token": getattr(tokens, kind)})
    p.send("introspect.jwt-answer", "POST", "token/introspect", auth=basic,
           data={"token": tokens.access}, headers={"accept": "application/jwt"})


def play_ends(p):
    web, ada = p.app("web", "web-secret"), p.admin.user("ada")["id"]
    tokens = sign_in(p)
    p.admin.request("DELETE", "/sessions/" + tokens.sid, 204)
    after(p, "session-deleted", tokens)
    tokens = sign_in_early(p)
    p.admin.request("POST", f"/users/{ada}/logout", 204)
    after(p, "user-logout", tokens)
    time.sleep(1.1)  # what that ended is what was given in the same second
    tokens = sign_in(p)
    p.admin.request("POST", "/logout-all", 200)
    after(p, "logout-all", tokens)
    tokens = sign_in(p)
    set_realm(p, notBefore=int(time.time()) + 1)
    after(p, "realm-not-before", tokens)
    set_realm(p, notBefore=0)
    tokens = sign_in(p)
    p.admin.request("PUT", f"/users/{ada}/reset-password", 204,
                    json={"type": "password", "value": "pw", "temporary": False})
    after(p, "password-reset", tokens)
    tokens = sign_in(p)
    p.admin.request("PUT", "/users/" + ada, 204, json={"enabled": False})
    after(p, "user-disabled", tokens)
    p.admin.request("PUT", "/users/" + ada, 204, json={"enabled": True})
    tokens = sign_in(p)
    assert web.post("revoke", token=tokens.access).status_code == 200
    after(p, "revoke-access", tokens)
    tokens = sign_in(p)
    assert web.post("revoke", token=tokens.refresh).status_code == 200
    after(p, "revoke-refresh", tokens)
    tokens = sign_in(p)
    assert web.post("logout", refresh_token=tokens.refresh).status_code == 204
    after(p, "refresh-post-logout", tokens)


def play_offline_ends(p):
    web, ada = p.app("web", "web-secret"), p.admin.user("ada")["id"]
    time.sleep(1.1)
    tokens = sign_in(p, "openid offline_access")
    p.admin.request("POST", f"/users/{ada}/logout", 204)
    after(p, "offline.user-logout", tokens)
    time.sleep(1.1)
    tokens = sign_in(p, "openid offline_access")
    assert web.post("logout", refresh_token=tokens.refresh).status_code == 204
    after(p, "offline.refresh-post-logout", tokens)


def play_disabled_client(p):
    tokens, client = sign_in(p), client_of(p, "web")
    for enabled in (False, True):
        p.admin.request("PUT", "/clients/" + client["id"], 204, json={**client, "enabled": enabled})
        if not enabled:
            after(p, "client-disabled", tokens)


def play_rotation(p):
    set_realm(p, revokeRefreshToken=True, refreshTokenMaxReuse=0)
    web, tokens = p.app("web", "web-secret"), sign_in(p)
    newest = Tokens(p.keep("rotation.first", web.refresh(tokens)).json())
    p.keep("rotation.replayed", web.refresh(tokens))
    p.keep("rotation.newest-after-replay", web.refresh(newest))
    set_realm(p, revokeRefreshToken=False)


def play_logouts(p):
    web, browser = p.app("web", "web-secret"), Browser()
    enter = lambda one: web.sign_in(one, password="pw").id  # noqa: E731
    out = lambda name, one, **params: p.browse("logout." + name, one, "logout",  # noqa: E731
                                               params=params)
    enter(browser)
    out("hint-empty", browser, id_token_hint="", client_id="web", post_logout_redirect_uri=BYE)
    out("wildcard-post-logout", browser, id_token_hint=enter(browser),
        post_logout_redirect_uri=ORIGIN + "/out/deep?x=1")
    out("hint-without-cookie", Browser(), id_token_hint=enter(Browser()),
        post_logout_redirect_uri=BYE)
    own = enter(browser)
    out("hint-of-another-live-session", browser, id_token_hint=enter(Browser()),
        post_logout_redirect_uri=BYE)
    out("after-that.own-session-prompt-none", browser, client_id="web")
    p.admin.request("DELETE", "/sessions/" + p.admin.sessions("ada")[0]["id"], 204)
    for one in p.admin.sessions("ada"):
        p.admin.request("DELETE", "/sessions/" + one["id"], 204)
    out("hint-of-ended-session-same-browser", browser, id_token_hint=own,
        post_logout_redirect_uri=BYE)


def play_confirmation(p):
    web, browser = p.app("web", "web-secret"), Browser()
    web.sign_in(browser, password="pw")
    page = p.browse("logout.confirm-page", browser, "logout", params={
        "client_id": "web", "post_logout_redirect_uri": BYE, "state": "zz"})
    p.keep("logout.confirm-post", page.submit("kc-logout", follow=False))
    p.keep("logout.confirm-post-again", page.submit("kc-logout", follow=False))
    web.sign_in(browser, password="pw")
    p.browse("logout.ui_locales-and-logout_hint", browser, "logout", params={
        "client_id": "web", "ui_locales": "de", "logout_hint": "ada"})


def play_logout_requests(p):
    web, two = p.app("web", "web-secret"), ("two", "two-secret")
    basic, spa = ("web", "web-secret"), p.app("spa")
    send = lambda name, data, **more: p.send("logout." + name, "POST", "logout",  # noqa: E731
                                             data=data, **more)
    browser = Browser()
    hint = web.sign_in(browser, password="pw").id
    p.browse("logout.post-hint-client-auth", browser, "logout", "POST", data={
        "id_token_hint": hint, **web.credentials()})
    send("basic-auth-refresh", {"refresh_token": sign_in(p).refresh}, auth=basic)
    answer = spa.password_grant("ada", "pw")
    send("public-client-refresh", {"client_id": "spa",
                                   "refresh_token": answer.json()["refresh_token"]},
         headers={"origin": ORIGIN})
    send("refresh-of-another-client", {"refresh_token": sign_in(p).refresh}, auth=two)
    foreign = requests.post(p.server.endpoint("token", "master"), timeout=60, data={
        "grant_type": "password", "client_id": "admin-cli", "username": ADMIN,
        "password": ADMIN_PASSWORD}).json()
    send("refresh-foreign-realm-token", {"refresh_token": foreign["refresh_token"]}, auth=basic)
    p.browse("logout.hint-bad-state-braces", browser, "logout", params={
        "id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "{}"})


PREFLIGHTS = {"token": "POST", "revoke": "POST", "logout": "POST", "certs": "GET",
              "introspect": "POST", "userinfo": "GET", "discovery": "GET", "account": "GET",
              "admin": "GET"}


def play_cors(p):
    spa, realm = p.app("spa"), p.server.realm_url(p.realm)
    places = {"discovery": realm + "/.well-known/openid-configuration",
              "account": realm + "/account",
              "admin": f"{p.server.url}/admin/realms/{p.realm}",
              "introspect": spa.endpoint("token/introspect")}
    for place, method in PREFLIGHTS.items():
        for who, origin in (("allowed", ORIGIN), ("foreign", "http://evil.example")):
            p.keep(f"cors.{place}.preflight.{who}", requests.options(
                places.get(place, spa.endpoint(place)), timeout=60, headers={
                    "origin": origin, "access-control-request-method": method,
                    "access-control-request-headers": "authorization,content-type"}))
    grant = {"grant_type": "password", "username": "ada", "client_id": "spa"}
    for name, password, origin in (("error", "no", ORIGIN), ("ok", "pw", ORIGIN),
                                   ("foreign-origin", "pw", "http://evil.example")):
        p.send("cors.token." + name, "POST", "token", data={**grant, "password": password},
               headers={"origin": origin})
    p.send("cors.certs", "GET", "certs", headers={"origin": "http://evil.example"})
    p.keep("discovery.host-header", requests.get(
        realm + "/.well-known/openid-configuration", timeout=60,
        headers={"host": "sso.example.org"}))


def play_brute_force(p):
    set_realm(p, bruteForceProtected=True, failureFactor=3, maxFailureWaitSeconds=60,
              waitIncrementSeconds=60)
    web = p.app("web", "web-secret")
    for i in range(1, 5):
        p.keep(f"bruteforce.wrong.{i}", web.password_grant("bob", "bad"))
    p.keep("bruteforce.right-while-locked", web.password_grant("bob", "pw"))
    page = p.keep("bruteforce.page.start", web.authorize(Browser()))
    p.keep("bruteforce.page", page.submit("kc-login", follow=False, username="bob", password="pw"))


@pytest.fixture(scope="module")
def more(shared):
    server = shared.server()
    server.admin("more").create_realm(copy.deepcopy(MORE))
    p = Player(server, "more")
    play_introspection(p)
    play_ends(p)
    play_offline_ends(p)
    play_disabled_client(p)
    play_rotation(p)
    play_logouts(p)
    play_confirmation(p)
    play_logout_requests(p)
    play_cors(p)
    play_brute_force(p)
    return p


# ---- comparing

def canonical(name, value):
    if name in LISTS and value:
        return sorted(word.strip().lower() for word in value.split(","))
    return value


def seen(answer, recorded):
    """An answer as the recording has it: only what is in there, and what is too many."""
    shown = {"status": answer.status_code}
    kind = answer.headers.get("content-type", "").split(";")[0]
    if "type" in recorded:
        shown["type"] = kind
    headers = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
    if headers or "headers" in recorded:
        shown["headers"] = {name: canonical(name, value) for name, value in headers.items()}
    if "location" in answer.headers:
        parts = urlsplit(answer.headers["location"])
        query = {name: values[0] for name, values in
                 parse_qs(parts.query or parts.fragment, keep_blank_values=True).items()}
        shown["location"] = parts._replace(query="", fragment="").geturl()
        shown["query"] = {name: value if name in ("error", "error_description", "state", "iss", "x")
                          else None for name, value in query.items()}
    if "json" in kind:
        body = answer.json()
        if "error" in body or set(body) == {"active"}:
            shown["json"] = body
        else:
            shown["members"] = sorted(body)
    return shown


def expected(recorded, url):
    wanted = json.loads(json.dumps(recorded).replace("{url}", url))
    if "headers" in wanted:
        wanted["headers"] = {k: canonical(k, v) for k, v in wanted["headers"].items()}
    return wanted


def compare(p, part, name):
    recorded = RECORDED[part][name]
    wanted = expected(recorded, p.server.url)
    got = seen(p.answers[name], wanted)
    differing = {key: (got.get(key), wanted.get(key)) for key in {*got, *wanted}
                 if got.get(key) != wanted.get(key)}
    for allowed in DIFFERENCES.get(name, ()):
        assert differing.pop(allowed, None), f"{name}: no difference in {allowed} any more"
    assert not differing, "\n".join(f"{name}: {key}: {ours!r}, recorded {theirs!r}"
                                    for key, (ours, theirs) in differing.items())


@pytest.mark.parametrize("name", RECORDED["exchanges"])
def test_exchange(exchanges, name):
    compare(exchanges, "exchanges", name)


@pytest.mark.parametrize("name", RECORDED["more"])
def test_more(more, name):
    compare(more, "more", name)


EVENT = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def event_lines(server):
    for line in server.log().splitlines():
        if 'type="' in line and 'realmName="more"' in line:
            yield EVENT.findall(line)


def same_line(ours, recorded):
    """Ours says all that was recorded, and may say more; whom Keycloak did not know we may."""
    said = dict(ours)
    return all(name in said and theirs in ("*", "null", said[name]) for name, theirs in recorded)


@pytest.mark.parametrize("number", range(len(RECORDED["lines"])))
def test_event_line(more, number):
    recorded = [(name, REASONS.get(value, value)) for name, value in RECORDED["lines"][number]]
    head = dict(recorded)
    near = [line for line in event_lines(more.server)
            if (dict(line)["type"], dict(line).get("error")) == (head["type"], head.get("error"))]
    assert any(same_line(line, recorded) for line in near), f"recorded: {recorded}\nours: " + \
        "\n      ".join(str(line) for line in near)


def words(value):
    """Scopes are in no order."""
    return sorted(value.split())


def says_as_much(ours, recorded):
    details = ours.get("details") or {}
    return (ours["type"], ours.get("error")) == (recorded["type"], recorded["error"]) and all(
        name in details and (value == "*" or words(value) == words(details[name]))
        for name, value in recorded["details"].items())


@pytest.mark.parametrize("number", range(len(RECORDED["events"])))
def test_event(exchanges, number):
    recorded = RECORDED["events"][number]
    kind = (recorded["type"], recorded["error"])
    if kind in NO_EVENTS:
        assert not [one for one in exchanges.admin.events(kind[0]) if one.get("error") == kind[1]]
        return
    left = EVENT_DETAILS.get(kind, set())
    recorded = {**recorded, "details": {
        name: value for name, value in recorded["details"].items() if name not in left}}
    near = [one for one in exchanges.admin.events(recorded["type"])
            if (one["type"], one.get("error")) == kind]
    assert any(says_as_much(one, recorded) for one in near), f"recorded: {recorded}\nours: " + \
        "\n      ".join(json.dumps(one) for one in near)


def test_everything_that_differs_is_recorded():
    assert set(DIFFERENCES) <= set(RECORDED["exchanges"]) | set(RECORDED["more"])
