"""Pushed authorization requests (RFC 9126): the request goes from the client to the server, and the
browser brings its name alone. Who may push, what is refused at once, whose a name is, for how long and
how often it counts (B6.1, B6.2, B6.3, B6.4, B6.5)."""

import concurrent.futures
import contextlib
import sqlite3
import time

import pytest
import requests

from support.browser import Browser
from test_client_assertion import claims, local, signed

NAME, SHORT = "pushing", "hasty"
CALLBACK = "http://127.0.0.1:9/cb"
URN = "urn:ietf:params:oauth:request_uri:"
PUSH, AUTH = "ext/par/request", "auth"
NOT_KNOWN = {"error": "invalid_request", "error_description": "Authentication failed."}
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def client(client_id, attributes=None, **more):
    return {"clientId": client_id, "enabled": True, "protocol": "openid-connect", "secret": "s",
            "publicClient": False, "redirectUris": [CALLBACK], "webOrigins": ["http://127.0.0.1:9"],
            "attributes": attributes or {}, **more}


CLIENTS = [
    client("web", implicitFlowEnabled=True), client("other"), client("many"), client("pub", publicClient=True),
    client("only", {"require.pushed.authorization.requests": "true"}), client("off", enabled=False),
    client("bearer", bearerOnly=True), client("no-flow", standardFlowEnabled=False),
    client("proof", {"pkce.code.challenge.method": "S256"}),
    client("jwt", local("rsa"), clientAuthenticatorType="client-jwt"),
]
USERS = [{"username": "ada", "enabled": True, "email": "ada@example.org", "firstName": "A", "lastName": "B",
          "credentials": [{"type": "password", "value": "lovelace"}]}]
REALM = {"realm": NAME, "enabled": True, "sslRequired": "none", "eventsEnabled": True, "clients": CLIENTS,
         "users": USERS}
HASTY = {**REALM, "realm": SHORT, "attributes": {"parRequestUriLifespan": "1"}}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(REALM, HASTY)


def push(server, client_id="web", realm=NAME, headers=None, auth=None, **changes):
    form = {"client_id": client_id, "client_secret": "s", "response_type": "code", "redirect_uri": CALLBACK,
            "scope": "openid", "state": "st", **changes}
    form = {name: value for name, value in form.items() if value is not None}
    return requests.post(server.endpoint(PUSH, realm), data=form, headers=headers, auth=auth, timeout=30)


def pushed(server, *words, **changes):
    answer = push(server, *words, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["request_uri"]


def enter(server, uri, client_id="web", realm=NAME, browser=None, **beside):
    params = {"client_id": client_id, "request_uri": uri, **beside}
    return (browser or Browser()).open(server.endpoint(AUTH, realm), follow=False,
                                       params={k: v for k, v in params.items() if v is not None})


def log_in(page):
    assert page.is_login(), page.text[:300]
    return page.submit("kc-login", follow=False, username="ada", password="lovelace")


def is_refused(page):
    return page.status == 400 and "Invalid Request" in page.text


def test_a_whole_sign_in(server):
    answer = push(server, nonce="n")
    assert answer.status_code == 201 and set(answer.json()) == {"request_uri", "expires_in"}
    assert answer.json()["expires_in"] == 60 and "no-store" in answer.headers["cache-control"]
    uri = answer.json()["request_uri"]
    assert uri.startswith(URN) and len(uri) - len(URN) >= 22
    browser = Browser()
    # A page that is loaded again is no second use, and what went wrong is none either.
    assert enter(server, uri, browser=browser).is_login() and enter(server, uri).is_login()
    page = enter(server, uri, browser=browser)
    late = enter(server, uri)
    assert page.submit("kc-login", username="ada", password="wrong").is_login()
    answer = log_in(page).query()
    assert answer["state"] == "st" and answer["iss"] == server.realm_url(NAME)
    tokens = requests.post(server.endpoint("token", NAME), timeout=30, data={
        "grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK,
        "client_id": "web", "client_secret": "s"})
    assert tokens.status_code == 200 and tokens.json()["id_token"]
    # It has given what it gave, in this browser and in every other.
    assert is_refused(enter(server, uri, browser=browser)) and is_refused(enter(server, uri))
    refused = log_in(late)
    assert refused.query()["error"] == "invalid_request" and "code" not in refused.query()
    # One that is signed in needs no form; it counts once all the same.
    uri = pushed(server)
    assert "code" in enter(server, uri, browser=browser).query()
    assert is_refused(enter(server, uri, browser=browser))


def test_the_discovery_document_names_the_endpoint(server):
    document = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    assert document["pushed_authorization_request_endpoint"] == server.endpoint(PUSH, NAME)
    assert document["require_pushed_authorization_requests"] is False


def test_many_at_once_give_one_code(server):
    uri = pushed(server)
    pages = [enter(server, uri) for _ in range(6)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = [page.query() for page in pool.map(log_in, pages)]
    assert sorted("code" in one for one in answers) == [False] * 5 + [True]
    assert {one.get("error") for one in answers} == {None, "invalid_request"}


def test_a_name_is_its_client_s_and_its_realm_s(server):
    uri = pushed(server)
    for page in (enter(server, uri, "other"), enter(server, uri, None), enter(server, uri, realm=SHORT),
                 enter(server, uri, request="a.b.c"), enter(server, uri + "x"), enter(server, URN),
                 enter(server, "urn:other:thing"), enter(server, "http://127.0.0.1:9/request")):
        assert is_refused(page), page.text[:200]
    reasons = {one["details"].get("reason") for one in server.admin(NAME).events("LOGIN_ERROR")}
    assert {"PAR not found, not issued or used multiple times.",
            "The client_id parameter doesn't match the one from OIDC 'request' or 'request_uri'",
            "Illegal to use both 'request' and 'request_uri' parameters together"} <= reasons
    assert enter(server, uri).is_login()


def test_what_the_browser_adds_counts_for_nothing(server):
    uri = pushed(server, prompt="login")
    page = enter(server, uri, redirect_uri="http://evil.example/", state="evil", scope="openid email",
                 response_mode="fragment", prompt="none")
    answer = log_in(page)
    assert answer.location.startswith(CALLBACK + "?") and answer.query()["state"] == "st"
    other = enter(server, pushed(server), response_type="token").query()
    assert (other["error"], other["error_description"], other["state"]) == (
        "invalid_request", "Parameter response_type does not match", "st")


def test_names_expire(server):
    answer = push(server, realm=SHORT)
    assert answer.json()["expires_in"] == 1
    uri = answer.json()["request_uri"]
    page = enter(server, uri, realm=SHORT)
    time.sleep(1.1)
    assert is_refused(enter(server, uri, realm=SHORT))
    # Who had the form in time may take it.
    assert "code" in log_in(page).query()


def test_a_client_that_must_push(server):
    plain = {"client_id": "only", "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": "x"}
    refused = Browser().open(server.endpoint(AUTH, NAME), follow=False, params=plain).query()
    assert (refused["error"], refused["error_description"], refused["state"]) == (
        "invalid_request", "Pushed Authorization Request is only allowed.", "x")
    assert "code" in log_in(enter(server, pushed(server, "only"), "only")).query()
    form = {"client_id": "only", "request_uri": pushed(server, "only")}
    assert Browser().open(server.endpoint(AUTH, NAME), "POST", data=form).is_login()


def test_how_clients_authenticate(server):
    assert push(server, client_id=None, client_secret=None, auth=("web", "s")).status_code == 201
    # Public ones cannot: nobody can tell who pushes, and nobody has more of it than of a link.
    uri = pushed(server, "pub", client_secret=None)
    assert "code" in log_in(enter(server, uri, "pub")).query()
    assertion = signed(claims(server, "jwt", aud=server.realm_url(NAME)))
    form = {"client_secret": None, "client_assertion_type": BEARER}
    assert push(server, "jwt", client_assertion=assertion, **form).status_code == 201
    assert push(server, "jwt", client_assertion=assertion, **form).status_code == 401
    there = signed(claims(server, "jwt", aud=server.endpoint(PUSH, NAME)))
    assert push(server, "jwt", client_assertion=there, **form).status_code == 201
    assert push(server, "jwt", **form, client_assertion=signed(
        claims(server, "jwt", aud=server.realm_url(NAME)), key="rsa2")).status_code == 401


@pytest.mark.parametrize("changes", [
    {"client_secret": "wrong"}, {"client_secret": None}, {"client_id": "nobody"}, {"client_id": "off"},
    {"client_id": "bearer"}, {"client_id": None}, {"client_id": "jwt"}], ids=str)
def test_who_cannot_be_told(server, changes):
    refused = push(server, **changes)
    assert (refused.status_code, refused.json()) == (401, NOT_KNOWN)


BAD = [
    ({"redirect_uri": "https://evil.example/"}, "Invalid parameter: redirect_uri"),
    ({"redirect_uri": None}, "Invalid parameter: redirect_uri"),
    ({"response_type": None}, "Missing parameter: response_type"),
    ({"response_type": "x"}, "Unsupported response_type"),
    ({"response_mode": "x"}, "Invalid parameter: response_mode"),
    ({"response_type": "id_token"}, "Missing parameter: nonce"),
    ({"scope": "nosuch"}, "Invalid scopes: nosuch"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "Invalid parameter: code_challenge"),
    ({"client_id": "proof"}, "Missing parameter: code_challenge_method"),
    ({"max_age": "x"}, "Invalid Request"), ({"max_age": "-1"}, "Invalid Request"),
    ({"request_uri": URN + "x"}, "It is not allowed to include request_uri to PAR."),
    ({"redirect_uri": ["http://127.0.0.1:9/cb", "http://127.0.0.1:9/cb"]}, "duplicated parameter"),
    ({"state": "\u00e4<script>'\"--", "scope": "' or 1=1 --"}, "Invalid scopes: ' or 1=1 --"),
]


@pytest.mark.parametrize("changes, text", BAD, ids=[str(one[0])[:60] for one in BAD])
def test_what_is_wrong_is_said_at_once(server, changes, text):
    refused = push(server, **changes)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request", "error_description": text})


def test_flows_that_are_off(server):
    refused = push(server, "no-flow")
    assert refused.status_code == 401 and refused.json()["error"] == "unauthorized_client"
    assert "Standard flow is disabled" in refused.json()["error_description"]


def test_other_bodies_and_origins(server):
    url = server.endpoint(PUSH, NAME)
    assert requests.get(url, timeout=30).status_code == 405
    refused = requests.post(url, json={"client_id": "web"}, timeout=30)
    assert (refused.status_code, refused.json()) == (401, NOT_KNOWN)
    assert push(server, headers={"Origin": "https://evil.example"}).status_code == 403
    assert push(server, headers={"Origin": "http://127.0.0.1:9"}).status_code == 201


def test_sizes_are_bounded(server):
    state = "y" * 8000
    uri = pushed(server, state=state)
    assert log_in(enter(server, uri)).query()["state"] == state
    assert push(server, state="y" * 20000).status_code == 413
    assert push(server, foo="y" * 300000).status_code == 413


@pytest.mark.any_engine
def test_the_number_that_waits_is_bounded(make):
    """Rows are put in beside the server, as many as a client would push in a minute."""
    server = make.server(REALM)
    row = server.admin(NAME).get("/clients", clientId="web")[0]["id"]
    rows = [(f"h{number}", "r", row, "{}", 4102444800000) for number in range(2000)]
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "curfew.sqlite3")) as store, store:
        store.executemany("insert into pushed_request (hash, realm_id, client_id, request, expires_ms)"
                          " values (?, ?, ?, ?, ?)", rows)
    server.start()
    refused = push(server)
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert push(server, "other").status_code == 201


def test_a_client_that_changes_in_between(server):
    admin = server.admin(NAME)
    uri = pushed(server, "other")
    page = enter(server, uri, "other")
    row = admin.get("/clients", clientId="other")[0]
    admin.request("PUT", f"/clients/{row['id']}", expect=204, json={**row, "redirectUris": ["http://127.0.0.1:9/new"]})
    assert enter(server, uri, "other").status == 400
    assert page.submit("kc-login", follow=False, username="ada", password="lovelace").status == 400
    assert enter(server, uri, "web").status == 400


def test_events_tell_of_it(server):
    admin = server.admin(NAME)
    push(server, client_secret="wrong")
    pushed(server)
    assert any(one["clientId"] == "web" for one in admin.events("PUSHED_AUTHORIZATION_REQUEST_ERROR"))
    assert any(one["clientId"] == "web" for one in admin.events("PUSHED_AUTHORIZATION_REQUEST"))
