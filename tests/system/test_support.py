"""The tests' own tools: a test that believes a broken tool proves nothing."""

import socket
import threading

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser, Page
from support.sink import Sink, private_ca


@pytest.fixture
def sink():
    one = Sink()
    yield one
    one.stop()


def test_a_sink_records_and_answers_in_turn(sink):
    sink.set(answers=[503, 503])
    statuses = [requests.post(sink.url + "/x", data={"a": "1"}, timeout=5).status_code
                for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert [one.form() for one in sink.posts("/x")] == [{"a": "1"}] * 3


def test_a_stopped_sink_refuses_and_comes_back_at_its_port(sink):
    sink.stop()
    with pytest.raises(requests.ConnectionError):
        requests.post(sink.url, timeout=5)
    sink.start()
    assert requests.post(sink.url, timeout=5).status_code == 200


def test_a_black_hole_takes_requests_and_answers_when_it_is_healed(sink):
    sink.set("black-hole")
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(requests.post(sink.url, timeout=30).status_code))
    thread.start()
    wait_for(lambda: sink.requests, "the request arrived")
    assert not answers
    sink.set("ok")
    thread.join(10)
    assert answers == [200]


def test_other_sicknesses(sink):
    sink.set("reset")
    with pytest.raises(requests.ConnectionError):
        requests.post(sink.url, timeout=5)
    sink.set("endless")
    with requests.post(sink.url, timeout=5, stream=True) as answer:
        assert answer.status_code == 200 and len(next(answer.iter_content(100))) == 100
    sink.set("slow")
    assert requests.post(sink.url, timeout=5).status_code == 200


def test_a_sink_with_tls_is_trusted_only_with_its_authority(tmp_path):
    authority, context = private_ca(tmp_path)
    sink = Sink(tls=context)
    try:
        with pytest.raises(requests.exceptions.SSLError):
            requests.post(sink.url, timeout=5)
        assert requests.post(sink.url, timeout=5, verify=authority).status_code == 200
    finally:
        sink.stop()


class _Answer:
    def __init__(self, text):
        self.status_code, self.url, self.text = 200, "http://op.example/realms/x/page", text
        self.headers = {"content-type": "text/html;charset=utf-8"}


def test_forms_are_read_as_a_browser_does():
    page = Page(Browser(), _Answer("""
        <p id="who">Ada &amp; Bob</p>
        <form id="kc-form-login" action="/go?a=1&amp;b=2" method="post">
        <input name="username" value="a&quot;b"><input type="hidden" name="h" value="x">
        <input type="checkbox" name="rememberMe"><input type="checkbox" name="on" value="1" checked>
        <button type="button" name="no">n</button>
        <input type="submit" name="login" id="kc-login" value="Sign In">
        <button name="cancel" id="cancel" value="1">Cancel</button></form>
        <script>not text</script><iframe src="http://a.example/out?x=1&amp;y=2"></iframe>"""))
    form = page.forms[0]
    assert page.is_login() and form.action == "http://op.example/go?a=1&b=2"
    assert form.press("kc-login") == {"username": 'a"b', "h": "x", "on": "1", "login": "Sign In"}
    assert form.press("cancel")["cancel"] == "1" and "login" not in form.press("cancel")
    assert page.frames == ["http://a.example/out?x=1&y=2"]
    assert page.ids["who"] == "Ada & Bob" and "not text" not in page.text


def test_a_browser_sends_secure_cookies_on_loopback_and_stays_within_paths():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        seen = []

        def serve():
            for _ in range(3):
                connection, _address = listener.accept()
                with connection:
                    seen.append(connection.recv(4096).decode())
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1; Path=/; Secure; HttpOnly; "
                        b"SameSite=None\r\nSet-Cookie: t=2;Version=1;Path=/in\r\n"
                        b"Content-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        browser = Browser()
        for path in ("/in/a", "/in/b", "/out"):
            browser.open(f"http://127.0.0.1:{port}{path}")
        thread.join(10)
    cookies = [next((line for line in head.split("\r\n") if line.lower().startswith("cookie:")), "")
               for head in seen]
    assert cookies[0] == ""
    assert "s=1" in cookies[1] and "t=2" in cookies[1]
    assert "s=1" in cookies[2] and "t=2" not in cookies[2]


def test_the_realm_moves_to_other_ports():
    realm = realms.customers({"django-shop": 12345})
    shop = realms.client(realm, "django-shop")
    assert shop["attributes"]["backchannel.logout.url"] == \
        "http://127.0.0.1:12345/oidc/backchannel-logout/"
    assert "http://localhost:12345/*" in shop["redirectUris"]
    assert "http://127.0.0.1:8002/*" in realms.client(realm, "django-blog")["redirectUris"]
