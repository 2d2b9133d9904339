"""Request objects at an address of the client's (RFC 9101 section 5.2.1, OpenID Connect Core section 6.2):
which addresses are asked, what an answer may be, and that nobody else waits for a server that does not
answer (B6.10). What is asked for by them, the languages of the pages too."""

import concurrent.futures
import json

import pytest
import requests

import test_par
import test_request_object_encrypted as encrypted
from support.browser import Browser
from support.sink import Sink
from test_client_assertion import SECRET, signed
from test_par import AUTH, CALLBACK, is_refused, log_in
from test_request_object import ALG, NEEDED, asked as asked_of, bare, client

pytestmark = pytest.mark.any_engine

NAME = "referring"
NOT_ALLOWED = "Specified 'request_uri' not allowed for this client."


@pytest.fixture(scope="module")
def sink():
    with_page = Sink()
    yield with_page
    with_page.stop()


@pytest.fixture(scope="module")
def server(shared, sink):
    uris = "##".join([sink.url + "/exact", sink.url + "/wild/*", "/relative", sink.url + "/hash#abc",
                      "http://169.254.169.254/latest", "http://127.0.0.1:1/nobody"])
    listed = {"request.uris": uris}
    clients = [client("web", listed, rootUrl=sink.url + "/base"), client("none", {**listed, ALG: "none"}),
               client("anywhere", {"request.uris": "*"}), client("nowhere"),
               *(client(name, {**listed, NEEDED: rule}) for name, rule in (
                   ("by-value", "request only"), ("by-uri", "request_uri only"),
                   ("either", "request or request_uri")))]
    return shared.server({**test_par.REALM, "realm": NAME, "clients": clients, "internationalizationEnabled": True,
                          "supportedLocales": ["en", "de"], "defaultLocale": "en"})


def asked(server, client_id="web", **changes):
    return asked_of(server, client_id, **{"aud": server.realm_url(NAME), **changes})


def enter(server, uri, client_id="web", browser=None, **beside):
    params = {"client_id": client_id, "response_type": "code", "scope": "openid", "request_uri": uri, **beside}
    return (browser or Browser()).open(server.endpoint(AUTH, NAME), follow=False,
                                       params={k: v for k, v in params.items() if v is not None})


@pytest.fixture
def page(server, sink):
    """show(text): what the client's server says from now on; by default what "web" asks for."""
    def show(text):
        sink.page = text.encode()
    sink.set("ok")
    sink.requests.clear()
    sink.location = None
    show(signed(asked(server)))
    return show


def paths(sink):
    return [one.path for one in sink.requests]


def reasons(server):
    return {one["details"].get("reason") for one in server.admin(NAME).events("LOGIN_ERROR")}


def test_a_whole_sign_in(server, sink, page):
    page(signed(asked(server, nonce="n"), typ="oauth-authz-req+jwt") + "\n")
    shown = enter(server, sink.url + "/exact", state="out", redirect_uri="http://evil.example/")
    assert shown.submit("kc-login", username="ada", password="wrong").is_login()
    answer = log_in(shown)
    assert answer.location.startswith(CALLBACK) and answer.query()["state"] == "in"
    tokens = requests.post(server.endpoint("token", NAME), timeout=30, data={
        "grant_type": "authorization_code", "code": answer.query()["code"], "redirect_uri": CALLBACK,
        "client_id": "web", "client_secret": SECRET})
    assert tokens.status_code == 200, tokens.text
    assert paths(sink) == ["/exact"] and "Cookie" not in sink.requests[0].headers


def test_the_discovery_document_says_so(server):
    document = requests.get(server.realm_url(NAME) + "/.well-known/openid-configuration", timeout=30).json()
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True


def test_addresses_that_are_asked(server, sink, page):
    for uri, path in (("/exact", "/exact"), ("/wild/a/b?c=d", "/wild/a/b?c=d"), ("/wild/x#v2", "/wild/x"),
                      ("/base/relative", "/base/relative"), ("/hash#abc", "/hash")):
        sink.requests.clear()
        assert enter(server, sink.url + uri).is_login() and paths(sink) == [path]
    assert enter(server, sink.url + "/exact", response_type=None, scope=None).is_login()
    key = next(one for one in requests.get(server.endpoint("certs", NAME), timeout=30).json()["keys"]
               if one["use"] == "enc")
    page(encrypted.sealed(signed(asked(server)), key))
    assert enter(server, sink.url + "/exact").is_login()


def test_addresses_that_are_not(server, sink, page):
    host = sink.url.removeprefix("http://")
    for uri in ("/", "/exact?x", "/exact#x", "/exact/", "/hash", "/hash#abd", "/wild", "/wild/../exact", "/wild/%2e%2e/x",
                "/wild/%252e%252e/x", "/wild/..%2fx", "/relative", "/base/relative/x", "/exact\n", "/wild/\\..\\x"):
        assert is_refused(enter(server, sink.url + uri)), uri
    for uri in (f"https://{host}/exact", f"http://x@{host}/exact", f"http://{host}.evil.example/exact",
                "http://127.0.0.1:9/exact", "file:///etc/passwd", "/relative", "*", "urn:x", "x" * 9000,
                "urn:ietf:params:oauth:request_uri:unknown"):
        assert is_refused(enter(server, uri)), uri
    # Of another client; one whose objects nobody signs, in the clear; beside one by value; by none at all.
    assert is_refused(enter(server, sink.url + "/exact", "nowhere")) and is_refused(enter(server, sink.url + "/exact", None))
    page(bare(asked(server, "none")))
    assert is_refused(enter(server, sink.url + "/exact", "none"))
    assert is_refused(enter(server, sink.url + "/exact", request=signed(asked(server))))
    # What stands in it is no reference, and what is pushed has none.
    page(signed(asked(server, request_uri=sink.url + "/exact")))
    pushed = requests.post(server.endpoint(test_par.PUSH, NAME), timeout=30, data={
        "client_id": "web", "client_secret": SECRET, "request_uri": sink.url + "/exact"})
    assert pushed.status_code == 400 and not sink.requests
    assert NOT_ALLOWED in reasons(server)


def test_our_own_network(server, sink, page):
    """Where the list says anything goes, strangers say where: not to us."""
    page(signed(asked(server, "anywhere")))
    for uri in (sink.url + "/exact", sink.url.replace("127.0.0.1", "localhost") + "/x", "http://10.0.0.1:9/x",
                "http://[::ffff:127.0.0.1]:9/x", "http://0x7f000001:9/x"):
        assert is_refused(enter(server, uri, "anywhere")), uri
    assert is_refused(enter(server, "http://169.254.169.254/latest")) and not sink.requests
    told = " ".join(one or "" for one in reasons(server))
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254"):
        assert f"address {address} of {address} is not allowed for this URL" in told


def test_answers_that_are_none(server, sink, page):
    good = sink.url + "/exact"
    sink.location = sink.url + "/wild/elsewhere"
    for status in (302, 307, 404, 500, 201):
        sink.set("ok", [status])
        assert is_refused(enter(server, good)), status
    assert set(paths(sink)) == {"/exact"}
    for mode in ("reset", "endless"):
        sink.set(mode)
        assert is_refused(enter(server, good)), mode
    sink.set("ok")
    for text in ("", "<html>", "x" * (1 << 20), "....", "..", bare(asked(server)), signed(asked(server), "rsa2"),
                 signed(asked(server, "none")), json.dumps(asked(server)), signed(asked(server, request_uri="https://x.example"))):
        page(text)
        assert is_refused(enter(server, good)), text[:60]
    assert is_refused(enter(server, "http://127.0.0.1:1/nobody"))
    told = " ".join(one or "" for one in reasons(server))
    assert "HTTP 302" in told and "HTTP 404" in told and "longer than 65536 bytes" in told and "refused the connection" in told
    page(signed(asked(server)))
    assert enter(server, good).is_login()


def test_a_server_that_does_not_answer(server, sink, page):
    """Three wait for it, the next one hears so at once, and others are served meanwhile."""
    sink.set("black-hole")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(enter, server, sink.url + "/exact") for _ in range(3)]
        with sink.changed:
            # The sink tells nobody that it was asked.
            for _ in range(100):
                if len(sink.requests) == 3:
                    break
                sink.changed.wait(0.02)
        assert enter(server, sink.url + "/exact").status == 503
        assert enter(server, None, redirect_uri=CALLBACK).is_login()
        assert all(is_refused(one.result()) for one in waiting)
    sink.set("ok")
    assert enter(server, sink.url + "/exact").is_login()


def test_who_must_bring_one(server, sink, page):
    for client_id, taken in (("by-uri", True), ("either", True), ("by-value", False)):
        page(signed(asked(server, client_id)))
        assert enter(server, sink.url + "/exact", client_id).is_login() == taken
        assert is_refused(enter(server, None, client_id, redirect_uri=CALLBACK))
    assert "Client is required to use 'request' parameter." in reasons(server)


def test_languages_that_are_asked_for(server, sink, page):
    def is_german(shown):
        return shown.is_login() and "Anmelden" in shown.text

    assert not is_german(enter(server, sink.url + "/exact"))
    page(signed(asked(server, ui_locales="de-AT en")))
    shown = enter(server, sink.url + "/exact", ui_locales="en")
    assert is_german(shown) and is_german(shown.submit("kc-login", username="ada", password="wrong"))
    token = signed(asked(server, ui_locales="de"))
    assert is_german(enter(server, None, request=token))
    for form in ({"request": token}, {"response_type": "code", "scope": "openid", "redirect_uri": CALLBACK,
                                     "ui_locales": "de"}):
        pushed = requests.post(server.endpoint(test_par.PUSH, NAME), timeout=30,
                               data={"client_id": "web", "client_secret": SECRET, **form}).json()["request_uri"]
        shown = enter(server, pushed, response_type=None, scope=None)
        assert is_german(shown) and is_german(shown.submit("kc-login", username="ada", password="wrong"))
