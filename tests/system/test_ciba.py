"""Backchannel authentication (OpenID CIBA Core 1.0): an application that names its user and polls or is
told, and the operator's service that asks people on a device of their own."""

import concurrent.futures
import json
import secrets
import time

import jwt
import pytest
import requests

from conftest import World
from support import realm as realms
from support import wait_for
from support.browser import Tokens
from support.clock import Clock
from support.sink import Sink, verified
from test_client_assertion import local, signed

GRANT = "urn:openid:params:grant-type:ciba"
ON = "oidc.ciba.grant.enabled"
MODE = "ciba.backchannel.token.delivery.mode"
SIGNING = "ciba.backchannel.auth.request.signing.alg"
ENDPOINT = "ciba.backchannel.client.notification.endpoint"
NO_USER = {"error": "invalid_request", "error_description": "invalid_user"}
NO_TOKEN = {"error": "invalid_token", "error_description": "Invalid token"}
OPEN = {"error": "authorization_pending", "error_description":
        "The authorization request is still pending as the end-user hasn't yet been authenticated."}


class Channel(Sink):
    """The operator's service: takes what it is asked, with 201."""

    def answer(self, handler):
        with self.changed:
            self.answers = self.answers or [201]
        super().answer(handler)

    def asked(self):
        return [one for one in self.posts("/ask") if one.headers["Authorization"].startswith("Bearer ")]


def settings(realm):
    """The blog is told, the shop asks, the batch wants consent."""
    for name in ("django-shop", "django-blog", "batch", "spa", "ovirt-engine"):
        realms.client(realm, name)["attributes"].update({ON: "true"})
    realms.client(realm, "django-blog")["attributes"].update({MODE: "ping", ENDPOINT: "http://127.0.0.1:9/told"})
    realms.client(realm, "batch").update(consentRequired=True)
    realms.client(realm, "ovirt-engine")["attributes"].update({SIGNING: "RS256", **local("rsa")})
    realm["attributes"].update(cibaInterval="0")
    realm.update(eventsEnabled=True, enabledEventTypes=[])


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def world(shared, clock):
    channel = Channel()
    shared.made.append(channel)
    made = World(shared, settings, env=clock.environment(),
                 flags=("--authentication-channel", channel.url + "/ask"))
    made.channel = channel
    clock.servers.append(made.server)
    tell_at(made, made.sinks["django-blog"].url + "/told")
    return made


def tell_at(world, url):
    """Where the blog is told."""
    blog, = world.admin.get("/clients", clientId="django-blog")
    blog["attributes"][ENDPOINT] = url
    world.admin.request("PUT", "/clients/" + blog["id"], 204, json=blog)


@pytest.fixture
def user(world):
    """Somebody of this test's own."""
    name = "u" + secrets.token_hex(4)
    world.admin.request("POST", "/users", 201, json={
        "username": name, "enabled": True, "email": name + "@example.org", "firstName": "U", "lastName": "V"})
    return world.admin.user(name)


class Asking:
    """What an application does: asks for the user of a hint."""

    def __init__(self, world, app, hint, **fields):
        self.world, self.app = world, app
        answer = app.post("ext/ciba/auth", **{"scope": "openid", "login_hint": hint, **fields})
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"].startswith("no-store")
        self.json = answer.json()
        self.id = self.json["auth_req_id"]
        self.asked = world.channel.asked()[-1]
        self.bearer = self.asked.headers["Authorization"].removeprefix("Bearer ")

    def poll(self, app=None, **changes):
        return (app or self.app).post("token", **{"grant_type": GRANT, "auth_req_id": self.id, **changes})

    def error(self, *args, **changes):
        answer = self.poll(*args, **changes)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"]

    def tokens(self):
        answer = self.poll()
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json())

    def says(self, status="SUCCEED", expected=200):
        answer = callback(self.world, self.bearer, json={"status": status})
        assert answer.status_code == expected, answer.text
        return answer


def callback(world, bearer, realm="customers", **body):
    headers = {"Authorization": "Bearer " + bearer} if bearer is not None else {}
    headers.update(body.pop("headers", {}))
    return requests.post(world.server.endpoint("ext/ciba/auth/callback", realm), headers=headers, timeout=30, **body)


def ask(app, hint="ada", **fields):
    fields = {"scope": "openid", "login_hint": hint, **fields}
    return app.post("ext/ciba/auth", **{k: v for k, v in fields.items() if v is not None})


def refused(answer, status=400):
    assert answer.status_code == status, answer.text
    return answer.json()


def event(world, kind):
    return world.admin.events(kind)[0]


def later(world, clock, seconds):
    clock.jump(clock.ahead + seconds)
    world.admin = world.server.admin()  # with a token of that time


def put(world, **attributes):
    world.admin.request("PUT", "", 204, json={"attributes": attributes})


def test_an_application_asks_and_gets_its_tokens(world, user):
    """B7.4."""
    name = user["username"]
    asking = Asking(world, world.shop, name, binding_message="Pay.42!", acr_values="1 2", foo="bar",
                    is_consent_required="true", iss="x")
    assert asking.json == {"auth_req_id": asking.id, "expires_in": 120}
    assert asking.asked.headers["Content-Type"] == "application/json"
    assert json.loads(asking.asked.body) == {
        "scope": "openid profile roles email", "binding_message": "Pay.42!", "login_hint": name,
        "is_consent_required": False, "acr_values": "1 2", "foo": "bar"}
    claims = verified(asking.bearer, world.server, audience=world.server.realm_url())[1]
    assert claims["sub"] == user["id"] and claims["azp"] == "django-shop"
    assert claims["exp"] - claims["iat"] == 120
    assert refused(asking.poll()) == OPEN
    asking.says()
    tokens = asking.tokens()
    claims = tokens.claims()
    assert claims["jti"].startswith("onrtci:") and claims["preferred_username"] == name
    assert tokens.claims("id")["sub"] == user["id"] and tokens.claims("refresh")["typ"] == "Refresh"
    told = event(world, "AUTHREQID_TO_TOKEN")
    assert told["sessionId"] == tokens.sid and told["userId"] == user["id"]
    assert told["details"]["username"] == name and told["details"]["grant_type"] == GRANT
    # Once; and a yes that comes again begins nothing.
    assert refused(asking.poll()) == {"error": "invalid_grant", "error_description": "Invalid auth_req_id"}
    asking.says(expected=403)
    assert world.shop.userinfo(Tokens(world.shop.refresh(tokens).json())).status_code == 200


def test_it_is_a_session_like_others(world, user):
    """In the lists; and the sign-out tells the application."""
    asking = Asking(world, world.shop, user["email"])
    asking.says()
    tokens = asking.tokens()
    session, = world.admin.sessions(user["username"])
    assert session["id"] == tokens.sid and "django-shop" in session["clients"].values()
    world.admin.request("POST", f"/users/{user['id']}/logout", 204)
    assert not world.shop.is_alive(tokens)
    world.told("django-shop", tokens.sid)


@pytest.mark.any_engine
def test_a_no(world, user):
    """B7.2."""
    for status, error in (("UNAUTHORIZED", "consent_denied"), ("CANCELLED", "not_allowed")):
        asking = Asking(world, world.shop, user["username"])
        asking.says(status)
        assert event(world, "LOGIN_ERROR")["error"] == error
        for _ in range(2):
            assert refused(asking.poll()) == {"error": "access_denied", "error_description": "not authorized"}
        asking.says(expected=403)
        assert asking.error() == "access_denied", "a yes after the no changes nothing"
    assert world.admin.sessions(user["username"]) == []


@pytest.mark.any_engine
def test_what_may_not_be_asked(world):
    """B7.4."""
    html, long = "<b>hi</b>", "x" * 51
    for fields, error, text in (
            ({"scope": None}, "invalid_request", "missing parameter : scope"),
            ({"scope": "email"}, "invalid_scope", "Invalid scopes: email"),
            ({"scope": "openid nothing"}, "invalid_scope", "Invalid scopes: openid nothing"),
            ({"scope": "openid " + "x" * 3000}, "invalid_request", "a parameter is too long"),
            ({"login_hint": None}, "invalid_request", "missing parameter : login_hint"),
            ({"id_token_hint": "x"}, "invalid_request", "more than one hint of the user"),
            ({"login_hint": None, "login_hint_token": "x"}, "invalid_request", "missing parameter : login_hint"),
            ({"binding_message": html}, "invalid_binding_message", None),
            ({"binding_message": long}, "invalid_binding_message", None),
            ({"binding_message": "a b"}, "invalid_binding_message", None),
            ({"requested_expiry": "0"}, "invalid_request", None),
            ({"requested_expiry": "-5"}, "invalid_request", None),
            ({"requested_expiry": "abc"}, "invalid_request", None),
            ({"user_code": "1"}, "invalid_request", "User code not supported"),
            ({"client_notification_token": "abc"}, "invalid_request",
             "Client Notification token supported only for the ping mode"),
            ({"request_uri": "http://x/"}, "invalid_request", None)):
        before = len(world.channel.requests)
        answer = refused(ask(world.shop, **fields))
        assert answer["error"] == error, (fields, answer)
        assert text is None or answer["error_description"] == text
        assert html not in answer["error_description"] and len(world.channel.requests) == before
    for token, text in ((None, "Client Notification token needs to be provided with the ping mode"),
                        ("x" * 1025, "Client Notification token length is limited to 1024 characters"),
                        ("a\r\nX: y", None), ("a b", None)):
        answer = refused(ask(world.blog, client_notification_token=token))
        assert answer["error"] == "invalid_request" and text in (None, answer["error_description"])


@pytest.mark.any_engine
def test_who_may_not_ask(world):
    """B7.6."""
    assert refused(ask(world.front), 401) == {
        "error": "invalid_grant", "error_description": "Client not allowed OIDC CIBA Grant"}
    assert refused(ask(world.spa), 401)["error"] == "invalid_grant", "a public client proves nothing"
    assert refused(world.front.post("token", grant_type=GRANT, auth_req_id="x")) == {
        "error": "invalid_grant", "error_description": "Client not allowed OIDC CIBA Grant"}
    for fields in ({}, {"client_id": "django-shop", "client_secret": "no"}):
        answer = world.shop.post("ext/ciba/auth", auth=False, scope="openid", login_hint="ada", **fields)
        assert answer.status_code == 401
    twice = requests.post(world.shop.endpoint("ext/ciba/auth"), timeout=30, data=[
        *world.shop.credentials().items(), ("login_hint", "ada"), ("login_hint", "bob"), ("scope", "openid")])
    assert refused(twice)["error_description"] == "duplicated parameter"


@pytest.mark.any_engine
def test_users_that_are_not_there_are_like_those_who_may_not(world, user):
    """B7.3."""
    world.admin.request("PUT", "/users/" + user["id"], 204, json={**user, "enabled": False})
    before = len(world.channel.requests)
    for hint in ("nobody", user["username"], user["email"], "service-account-batch", "' or 1=1--", "<b>"):
        assert refused(ask(world.shop, hint)) == NO_USER
    assert len(world.channel.requests) == before, "nobody was asked"


def test_a_user_who_may_not_sign_in_any_more(world, user):
    """B7.3."""
    asking, yes = Asking(world, world.shop, user["username"]), Asking(world, world.shop, user["username"])
    yes.says()
    world.admin.request("PUT", "/users/" + user["id"], 204, json={**user, "enabled": False})
    asking.says()
    for one in (asking, yes):
        assert refused(one.poll()) == {"error": "invalid_grant", "error_description": "User disabled"}
    world.admin.request("PUT", "/users/" + user["id"], 204, json={
        **user, "enabled": True, "requiredActions": ["UPDATE_PASSWORD"]})
    assert refused(yes.poll())["error_description"] == "Account is not fully set up"
    world.admin.request("DELETE", "/users/" + user["id"], 204)
    assert yes.error() == "invalid_grant"


def test_who_may_not_fetch(world, user):
    """B7.1."""
    asking = Asking(world, world.shop, user["username"])
    assert refused(world.shop.post("token", grant_type=GRANT)) == {
        "error": "invalid_request", "error_description": "Missing parameter: auth_req_id"}
    asking.says()
    for code in ("", "x", asking.bearer, asking.id[:-1], asking.id + "A"):
        assert refused(asking.poll(auth_req_id=code))["error_description"] == "Invalid auth_req_id"
    assert refused(asking.poll(world.blog)) == {
        "error": "invalid_grant", "error_description": "unauthorized client"}
    assert world.shop.post("token", auth=False, grant_type=GRANT, auth_req_id=asking.id).status_code == 401
    device = world.shop.post("token", grant_type="urn:ietf:params:oauth:grant-type:device_code",
                             device_code=asking.id)
    assert device.status_code == 400, "another kind of grant"
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: asking.poll().status_code, range(6)))
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]
    assert len(world.admin.sessions(user["username"])) == 1


def test_who_may_not_answer(world, user):
    """B7.2."""
    asking = Asking(world, world.shop, user["username"])
    tokens = world.shop.sign_in()
    claims = jwt.decode(asking.bearer, options={"verify_signature": False})
    head, body, signature = asking.bearer.split(".")
    forged = [jwt.encode(claims, "k" * 64, "HS256"), jwt.encode(claims, "", "none"), f"{head}.{body}.",
              f"{head}.{body}.{signature[:-8]}AAAAAAAA", tokens.access, tokens.refresh, tokens.id, asking.id, "x.y.z"]
    for bearer in forged:
        answer = callback(world, bearer, json={"status": "SUCCEED"})
        assert refused(answer, 403) == NO_TOKEN
    assert refused(callback(world, None, json={"status": "SUCCEED"}), 401) == NO_TOKEN
    assert callback(world, asking.bearer, "master", json={"status": "SUCCEED"}).status_code == 403
    # The channel's bearer opens nothing else.
    assert requests.get(world.shop.endpoint("userinfo"), timeout=30,
                        headers={"Authorization": "Bearer " + asking.bearer}).status_code == 401
    assert world.shop.post("token/introspect", token=asking.bearer).json() == {"active": False}
    for body, status in (({"json": {}}, 400), ({"json": {"status": None}}, 400), ({"json": {"status": "yes"}}, 400),
                         ({"json": {"status": 1}}, 400), ({"json": []}, 400), ({"data": "{"}, 415),
                         ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400)):
        assert callback(world, asking.bearer, **body).status_code == status, body
    assert refused(asking.poll()) == OPEN, "nothing of that was an answer"
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(
            lambda status: callback(world, asking.bearer, json={"status": status, "more": 1}).status_code,
            ["SUCCEED", "CANCELLED"] * 3))
    assert sorted(answers) == [200, 403, 403, 403, 403, 403], "one answer counts"


def test_in_time(world, clock, user):
    """B7.1."""
    name = user["username"]
    assert Asking(world, world.shop, name, requested_expiry="99999").json["expires_in"] == 600
    asking, answered = (Asking(world, world.shop, name, requested_expiry="30") for _ in range(2))
    assert asking.json["expires_in"] == 30
    answered.says()
    put(world, cibaInterval="5")
    slow = Asking(world, world.shop, name)
    put(world, cibaInterval="0")
    assert slow.json["interval"] == 5
    assert slow.error() == "authorization_pending"
    slow.says()
    assert refused(slow.poll()) == {"error": "slow_down", "error_description": "too early to access"}
    later(world, clock, 6)
    assert slow.poll().status_code == 200
    later(world, clock, 25)
    asking.says(expected=403)
    for one in (asking, answered):
        assert refused(one.poll()) == {"error": "expired_token", "error_description": "authentication timed out"}


def test_the_application_is_told(world, user):
    sink = world.sinks["django-blog"]
    for status in ("SUCCEED", "CANCELLED"):
        token = secrets.token_urlsafe(16) + "._~+/="
        asking = Asking(world, world.blog, user["username"], client_notification_token=token)
        asking.says(status)
        told = wait_for(lambda: [one for one in sink.posts("/told") if asking.id in one.body.decode()], "told")[0]
        assert told.headers["Authorization"] == "Bearer " + token
        assert json.loads(told.body) == {"auth_req_id": asking.id}
        assert asking.poll().status_code == (200 if status == "SUCCEED" else 400)


@pytest.mark.any_engine
def test_an_application_that_cannot_be_told(world, user):
    """B7.5, CVE-2026-1180, CVE-2026-4366, CVE-2026-1518: The channel is not held up, and the application may ask."""
    sink = world.sinks["django-blog"]
    sink.set("black-hole")
    asking = Asking(world, world.blog, user["username"], client_notification_token="t")
    asking.says()
    assert "was not told" not in world.server.log(), "the answer did not wait for it"
    sink.set()
    assert asking.poll().status_code == 200
    tell_at(world, "http://169.254.169.254/latest")
    Asking(world, world.blog, user["username"], client_notification_token="t").says()
    wait_for(lambda: "client django-blog was not told" in world.server.log(), "a line in the log")
    tell_at(world, sink.url + "/told")


def test_consent_is_kept(world, user):
    asking = Asking(world, world.app("batch"), user["username"])
    assert json.loads(asking.asked.body)["is_consent_required"] is True
    asking.says()
    tokens = asking.tokens()
    consent, = world.admin.get(f"/users/{user['id']}/consents")
    assert consent["clientId"] == "batch" and "profile" in consent["grantedClientScopes"]
    assert world.app("batch").refresh(tokens).status_code == 200


@pytest.mark.any_engine
def test_by_an_id_token(world, user):
    asking = Asking(world, world.shop, user["username"])
    asking.says()
    hint = asking.tokens().id
    other = world.blog.sign_in().id
    put(world, cibaAuthRequestedUserHint="id_token_hint")
    try:
        assert refused(ask(world.shop, user["username"]))["error_description"] == "missing parameter : id_token_hint"
        for bad in ("x", hint[:-8] + "AAAAAAAA", other):
            assert refused(ask(world.shop, None, id_token_hint=bad)) == NO_USER
        again = Asking(world, world.shop, None, id_token_hint=hint, login_hint="")
        again.says()
        assert again.tokens().claims("id")["sub"] == user["id"]
        put(world, cibaAuthRequestedUserHint="login_hint_token")
        assert refused(ask(world.shop, None, login_hint_token="x")) == NO_USER
    finally:
        put(world, cibaAuthRequestedUserHint="login_hint")


@pytest.mark.any_engine
def test_a_channel_that_does_not_work(world, user):
    """B7.5."""
    unexpected = {"error": "server_error", "error_description": "Unexpected response from authentication device"}
    failed = {"error": "server_error", "error_description": "Failed to send authentication request"}
    for status in (200, 500):
        world.channel.set(answers=[status])
        assert refused(ask(world.shop, user["username"]), 503) == unexpected
    bearer = world.channel.asked()[-1].headers["Authorization"].removeprefix("Bearer ")
    assert callback(world, bearer, json={"status": "SUCCEED"}).status_code == 403, "nobody waits for it"
    world.channel.set("reset")
    assert refused(ask(world.shop, user["username"]), 503) == failed
    # While it hangs, others go on, and not all threads wait for it.
    world.channel.set("black-hole")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(ask, world.shop, user["username"]) for _ in range(16)]
        world.shop.sign_in()
        errors = {refused(one.result(), 503)["error"] for one in asked}
    assert errors == {"server_error", "temporarily_unavailable"}
    world.channel.set()
    assert ask(world.shop, user["username"]).status_code == 200


@pytest.mark.any_engine
def test_signed_requests(world, user):
    """B7.6."""
    seal = world.app("ovirt-engine")
    issuer, now = world.server.realm_url(), int(time.time())

    def request(key="rsa", **changes):
        said = {"iss": "ovirt-engine", "aud": issuer, "iat": now, "nbf": now, "exp": now + 300, "jti": secrets.token_hex(8),
                "scope": "openid", "login_hint": user["username"], "requested_expiry": 40, "foo": "bar", **changes}
        return signed({name: value for name, value in said.items() if value is not None}, key,
                      "ES256" if key == "ec" else "RS256")

    asking = Asking(world, seal, None, request=request(binding_message="A1"), scope="", binding_message="B2")
    assert asking.json["expires_in"] == 40
    told = json.loads(asking.asked.body)
    assert (told["binding_message"], told["login_hint"], told["foo"]) == ("A1", user["username"], "bar")
    assert not {"iss", "aud", "exp", "jti", "request"} & set(told)
    asking.says()
    assert asking.tokens().claims("id")["sub"] == user["id"]
    # Beside it nothing counts.
    assert refused(ask(seal, request=request(login_hint=None)))["error_description"] == "missing parameter : login_hint"
    good = request()
    for bad in ("x", good[:-8] + "AAAAAAAA", jwt.encode({"scope": "openid", "login_hint": "ada"}, "", "none"),
                jwt.encode({"scope": "openid", "login_hint": "ada"}, "ovirt-engine-secret" * 2, "HS256"),
                request("rsa2"), request("ec"), request(iss="django-shop"), request(aud="https://other.example"),
                request(aud=issuer + "/protocol/openid-connect/auth"), request(exp=5), request(nbf=now + 900),
                request(client_id="django-shop"), request(sub="ovirt-engine"), request(scope=["openid"]),
                request(request="x")):
        assert refused(ask(seal, request=bad))["error"] == "invalid_request"
    assert refused(ask(seal)) == {"error": "invalid_request",
                                  "error_description": "The client's requests have to be signed"}
    assert refused(ask(seal, request=request(binding_message="<b>")))["error"] == "invalid_binding_message"
    assert refused(ask(world.shop, request=good))["error"] == "invalid_request", "its row names no algorithm"


@pytest.mark.any_engine
def test_what_a_client_may_be(world):
    """By an administrator and by registration, alike."""
    mode, endpoint, signing = ("backchannel_token_delivery_mode", "backchannel_client_notification_endpoint",
                               "backchannel_authentication_request_signing_alg")
    shop, = world.admin.get("/clients", clientId="django-shop")
    token = world.admin.request("POST", "/clients-initial-access", 201, json={"count": 9}).json()["token"]

    def register(**fields):
        return requests.post(world.server.realm_url() + "/clients-registrations/openid-connect", timeout=30, json={
            "redirect_uris": ["http://127.0.0.1/cb"], "grant_types": [GRANT], **fields},
            headers={"Authorization": "Bearer " + token})

    for fields, text in (
            ({mode: "push"}, "Unsupported requested CIBA Backchannel Token Delivery Mode"),
            ({mode: "ping"}, "CIBA Backchannel Client Notification Endpoint must be set for the CIBA ping mode"),
            ({endpoint: "nonsense"}, "The url [backchannel_client_notification_endpoint] is malformed"),
            ({endpoint: "javascript:alert(1)"}, "The url [backchannel_client_notification_endpoint] is malformed"),
            ({endpoint: "ftp://x"}, "Invalid protocol/scheme for url [backchannel_client_notification_endpoint]"),
            ({signing: "HS256"},
             "Unsupported requested CIBA Backchannel Authentication Request Signing Algorithm")):
        answer = refused(register(**fields))
        assert (answer["error"], answer["error_description"]) == ("invalid_client_metadata", text)
        attributes = {{mode: MODE, endpoint: ENDPOINT, signing: SIGNING}[name]: value for name, value in fields.items()}
        answer = world.admin.request("PUT", "/clients/" + shop["id"], 400, json={**shop, "attributes": attributes})
        assert text in answer.text
    fields = {mode: "ping", endpoint: "https://app.example/told", signing: "PS256"}
    made = register(**fields)
    assert made.status_code == 201 and made.json()["grant_types"] == [GRANT]
    assert {name: made.json()[name] for name in fields} == fields


@pytest.mark.any_engine
def test_without_a_channel(make):
    world = World(make, settings)
    assert refused(ask(world.shop), 503) == {
        "error": "server_error", "error_description": "Failed to send authentication request"}
    assert "no authentication channel is configured" in world.server.log()
    found = requests.get(world.server.realm_url() + "/.well-known/openid-configuration", timeout=30).json()
    assert GRANT in found["grant_types_supported"]
    assert found["backchannel_authentication_endpoint"] == world.shop.endpoint("ext/ciba/auth")
    assert found["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    assert set(found["backchannel_authentication_request_signing_alg_values_supported"]) == {
        "PS384", "RS384", "EdDSA", "ES384", "ES256", "RS256", "ES512", "PS256", "PS512", "RS512"}
