"""Hostile input: every parameter with garbage, broken HTTP, broken JSON. The answer is a clean
4xx, nothing changes, nobody is sent to an unregistered place."""

import json
import re
import socket
import uuid
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from support import realm as realms
from support.browser import Browser, encode_part

pytestmark = pytest.mark.any_engine

GARBAGE = {
    "empty": "", "text": "zz", "long": "x" * 60_000, "NUL": "a\0b", "controls": "a\r\nb: c\x07",
    "markup": '"><script>alert(1)</script>', "quotes": "' or 1=1 --", "percent": "%00%zz%",
    "braces": "{a}[b]", "unicode": "ä€𝄞\u202e", "number": "9" * 400, "minus": "-1",
    "path": "../../../../etc/passwd", "url": "https://evil.example/", "script": "javascript:x",
    "alg none": f"{encode_part({'alg': 'none'})}.{encode_part({'sub': 'ada'})}.",
    "five parts": "a.b.c.d.e", "deep": encode_part(b"[" * 5000) + ".e30.x",
}
# Bytes that are no UTF-8, as they stand in a query.
NOT_UTF8 = ("%ff", "%c0%af", "%ed%a0%80", "%f4%90%80%80")

ENDPOINTS = {
    ("GET", "auth"): {
        "client_id": "django-shop", "response_type": "code", "scope": "openid",
        "redirect_uri": "{shop}/cb", "state": "s", "nonce": "n", "prompt": "login",
        "max_age": "60", "login_hint": "ada", "ui_locales": "en", "response_mode": "query",
        "code_challenge": "c" * 43, "code_challenge_method": "S256", "acr_values": "1",
        "claims": "{}", "kc_idp_hint": "x", "request": "", "display": "page"},
    ("GET", "logout"): {
        "id_token_hint": "{id}", "client_id": "django-shop", "state": "s",
        "post_logout_redirect_uri": "{shop}/bye", "ui_locales": "en", "logout_hint": "x"},
    ("GET", "logout legacy"): {"redirect_uri": "{shop}/"},
    ("POST", "logout"): {
        "client_id": "django-shop", "client_secret": "django-shop-secret",
        "refresh_token": "{refresh}"},
    ("POST", "token"): {
        "client_id": "django-shop", "client_secret": "django-shop-secret",
        "grant_type": "authorization_code", "code": "zz", "redirect_uri": "{shop}/cb",
        "code_verifier": "v" * 43, "client_session_state": "s", "client_session_host": "h"},
    ("POST", "token refresh"): {
        "client_id": "django-shop", "client_secret": "django-shop-secret",
        "grant_type": "refresh_token", "refresh_token": "zz", "scope": "openid"},
    ("POST", "token password"): {
        "client_id": "ovirt-engine", "client_secret": "ovirt-engine-secret",
        "grant_type": "password", "username": "nobody", "password": "x", "scope": "openid"},
    ("POST", "token/introspect"): {
        "client_id": "django-shop", "client_secret": "django-shop-secret", "token": "zz",
        "token_type_hint": "access_token"},
    ("POST", "revoke"): {
        "client_id": "django-shop", "client_secret": "django-shop-secret", "token": "zz",
        "token_type_hint": "refresh_token"},
    ("POST", "userinfo"): {"access_token": "zz"},
}


def send(common, method, endpoint, query, browser=None):
    """Sends a query that is encoded already."""
    url = common.server.endpoint(endpoint.split()[0])
    if method == "GET":
        return (browser or Browser()).open(f"{url}?{query}", follow=False)
    return (browser or Browser()).open(
        url, "POST", follow=False, data=query,
        headers={"Content-Type": "application/x-www-form-urlencoded"})


def acceptable(common, page, what):
    """Never a failure of ours, never a redirect to where nobody registered."""
    assert page.status < 500, f"{what}: {page.status} {page.text[:200]}"
    if "html" in page.headers.get("content-type", ""):
        assert "<script>alert" not in page.response.text, what
    if page.location:
        target = urlsplit(page.location)
        known = {urlsplit(app.base_url).netloc for app in (common.shop, common.blog, common.ovirt)}
        known.add(urlsplit(common.server.url).netloc)
        assert target.scheme == "http" and target.netloc in known, f"{what}: {page.location}"
        assert "\r" not in page.headers["location"] and "\n" not in page.headers["location"]


def values_for(common, fields, tokens):
    return {name: value.replace("{shop}", common.shop.base_url)
            .replace("{id}", "").replace("{refresh}", "zz") for name, value in fields.items()}


@pytest.fixture(scope="module")
def bystander(common):
    """Somebody who is signed in while all this happens, and stays so."""
    tokens = common.shop.sign_in()
    yield tokens
    assert common.shop.is_alive(tokens), "the bystander's session has ended"


@pytest.mark.parametrize("method, endpoint", list(ENDPOINTS))
def test_every_parameter_with_garbage(common, bystander, method, endpoint):
    fields = values_for(common, ENDPOINTS[method, endpoint], bystander)
    for name in fields:
        for what, value in GARBAGE.items():
            page = send(common, method, endpoint, urlencode({**fields, name: value}))
            acceptable(common, page, f"{endpoint}: {name} = {what}")
        for value in NOT_UTF8:
            others = {key: item for key, item in fields.items() if key != name}
            page = send(common, method, endpoint, f"{urlencode(others)}&{name}={value}")
            acceptable(common, page, f"{endpoint}: {name} = {value}")
            assert page.status >= 400 or page.status == 302 and "error" in page.query(), \
                f"{endpoint}: {name} = {value} was taken ({page.status})"


@pytest.mark.parametrize("method, endpoint", list(ENDPOINTS))
def test_duplicate_parameters_are_refused(common, bystander, method, endpoint):
    """B2.25, CVE-2026-9689."""
    fields = values_for(common, ENDPOINTS[method, endpoint], bystander)
    for name in fields:
        for second in (fields[name], "other"):
            query = urlencode([*fields.items(), (name, second)])
            page = send(common, method, endpoint, query)
            acceptable(common, page, f"{endpoint}: {name} twice")
            refused = page.status >= 400 or \
                page.status == 302 and page.query().get("error") == "invalid_request"
            assert refused, f"{endpoint}: {name} twice was taken ({page.status})"


REDIRECTS = [
    "{host}.evil.example/cb", "http://evil.example@{host}/cb", "http://{host}@evil.example/cb",
    "http://{host}/cb#fragment", "http://{host}/../cb/../../x", "HTTP://evil.example",
    "http://{host}%2f@evil.example/", "http://{host}\\@evil.example/", "//{host}/cb",
    "http://{host}:80@evil.example", "javascript://{host}/cb", "data:text/html,x",
    "http://{host}\t.evil.example/", "http://{host}/cb\r\nx: y", "http://{host}%00.evil.example",
    "http:{host}/cb", "http:/{host}/cb", "http:///{host}/cb", "http://{host}./cb",
    "http://{host};evil.example/cb", "http://[::1]/cb", "http://0x7f.1/cb", "https://{host}/cb",
    "http://localhost.evil.example/cb", "", "*", "/cb", "cb", "?x", "http://", "http://{host}:1/cb"]


@pytest.mark.parametrize("pattern", REDIRECTS)
def test_redirect_uris_that_nobody_registered(common, bystander, pattern):
    """B2.1, CVE-2023-6291."""
    uri = pattern.format(host=urlsplit(common.shop.base_url).netloc)
    browser = Browser()
    tokens = common.shop.sign_in(browser)
    for changes in ({}, {"prompt": "none"}, {"response_type": "banana"}):
        page = common.shop.authorize(browser, redirect_uri=uri, **changes)
        assert page.status == 400 and page.location is None, f"{uri!r} {changes}: {page.location}"
    for name in ("post_logout_redirect_uri", "redirect_uri"):
        fields = {name: uri}
        if name == "post_logout_redirect_uri":
            fields["id_token_hint"] = tokens.id
        page = browser.open(common.server.endpoint("logout"), follow=False, params=fields)
        assert page.location is None, f"{name} = {uri!r}: {page.location}"
        if uri:
            assert common.shop.is_alive(tokens)


def test_paths_that_nobody_has(common, bystander):
    for path in ("/realms/%00", "/realms/..%2f..%2fetc/passwd", "/realms/customers/../master",
                 "/realms/" + "x" * 8000, "/realms/customers/protocol/openid-connect/auth/x",
                 "/admin/realms/%ff", "/auth/auth/realms/customers", "/realms//customers",
                 "/resources/../../../etc/passwd", "/resources/%2e%2e/%2e%2e/etc/passwd", "/%",
                 "/realms/customers/login-actions/authenticate",
                 "/realms/customers/login-actions/authenticate?session_code=x&execution=y",
                 "/realms/customers/login-actions/required-action?execution=UPDATE_PASSWORD",
                 "/realms/customers/login-actions/nosuch"):
        head = raw(common, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{common.server.port}\r\n"
                           "Connection: close\r\n\r\n".encode())
        assert 300 <= status(head) < 500, path
        assert b"root:" not in head


# ---- broken HTTP

def raw(common, data, half_close=False):
    """What the server answers to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", common.server.port), timeout=60) as connection:
        answer = b""
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # refused before all was sent; the answer is there all the same
        try:
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
        except ConnectionError:
            pass
        return answer


def status(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer.split(b" ", 2)[1])


def request(common, *headers, line="POST /realms/customers/protocol/openid-connect/token HTTP/1.1",
            body=b"grant_type=x", host=True):
    lines = [line, *([f"Host: 127.0.0.1:{common.server.port}"] if host else []),
             "Content-Type: application/x-www-form-urlencoded", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


SMUGGLED = b"GET /realms/customers HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("headers, body", [
    (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + SMUGGLED),
    (["Content-Length: 5", "Content-Length: 12"], b"grant_type=x"),
    (["Content-Length: 12", "Content-Length: 12", "Host: other"], b"grant_type=x"),
    (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], b"0\r\n\r\n"),
    (["Transfer-Encoding: xchunked"], b"0\r\n\r\n"),
    (["Content-Length: -1"], b""), (["Content-Length: 1x"], b"g"), (["Content-Length: +5"], b"grant"),
    (["Content-Length: 99999999999999999999"], b""), (["X-A: a\x01b", "Content-Length: 0"], b"")])
def test_ambiguous_messages_are_refused_and_the_connection_closed(common, bystander, headers, body):
    answer = raw(common, request(common, *headers, body=body))
    # Nothing behind it was taken for a request: whatever comes is a refusal.
    statuses = {int(number) for number in re.findall(rb"HTTP/1\.1 (\d+)", answer)}
    assert statuses and statuses <= {400, 413, 501}, answer[:400]


def test_two_hosts_or_none(common, bystander):
    for hosts in (["Host: a", "Host: b"], [f"Host: 127.0.0.1:{common.server.port}", "Host: b"], []):
        answer = raw(common, request(common, *hosts, "Content-Length: 12", host=False))
        assert status(answer) == 400


def test_limits_of_the_head(common, bystander):
    for line, headers, wanted in (
            ("GET /realms/" + "x" * 20_000 + " HTTP/1.1", [], (414, 431)),
            ("GET / HTTP/1.1", ["X-Long: " + "x" * 40_000], (431,)),
            ("GET / HTTP/1.1", [f"X-{n}: 1" for n in range(500)], (431,))):
        answer = raw(common, request(common, "Connection: close", *headers, line=line, body=b""))
        assert status(answer) in wanted, line[:20]


def test_limits_of_the_body(common, bystander):
    answer = raw(common, request(common, f"Content-Length: {10 ** 12}", body=b"x=1"))
    assert status(answer) == 413
    big = b"grant_type=" + b"x" * (300 << 10)
    answer = raw(common, request(common, f"Content-Length: {len(big)}", body=big))
    assert status(answer) == 413
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(big), big)
    answer = raw(common, request(common, "Transfer-Encoding: chunked", body=chunks))
    # Its length comes to light only on the way: then the connection may simply end.
    assert not answer or status(answer) == 413
    many = urlencode([(f"p{n}", "1") for n in range(500)]).encode()
    answer = raw(common, request(common, f"Content-Length: {len(many)}", "Connection: close",
                                 body=many))
    assert status(answer) in (400, 413)


def test_half_a_request(common, bystander):
    whole = request(common, "Content-Length: 12", "Connection: close")
    for cut in (10, len(whole) - 5):
        answer = raw(common, whole[:cut], half_close=True)
        assert not answer or 400 <= status(answer) < 500
    answer = raw(common, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), True)
    assert not answer or 400 <= status(answer) < 500
    answer = raw(common, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", True)
    assert not answer or 400 <= status(answer) < 600


def test_methods(common, bystander):
    url = common.server.endpoint("token")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "BANANA"):
        answer = requests.request(method, url, timeout=60)
        assert answer.status_code in (400, 405, 501), method
        if answer.status_code == 405:
            assert "POST" in answer.headers["allow"]
    head = requests.head(common.server.realm_url() + "/.well-known/openid-configuration",
                         timeout=60)
    assert head.status_code == 200 and not head.content


def test_cookies_of_strangers(common, bystander):
    browser = Browser()
    common.shop.sign_in(browser)
    names = [cookie.name for cookie in browser.cookies]
    values = ["", "x", "a" * 4000, "\"", "a;b", "\u00e9".encode().decode("latin-1"), "../..", "null"]
    for value in values:
        header = "; ".join(f"{name}={value}" for name in names)
        page = Browser().open(common.server.endpoint("auth"), follow=False,
                              params=common.shop.authorize_params(prompt="none"),
                              headers={"Cookie": header})
        acceptable(common, page, f"cookie {value[:20]!r}")
        assert not page.location or page.query().get("error") == "login_required"
    header = "; ".join(f"x{n}=1" for n in range(300))
    answer = requests.get(common.server.endpoint("auth"), timeout=60, headers={"Cookie": header})
    assert answer.status_code < 500


# ---- the admin API and imports

def test_broken_json_for_the_admin_api(common, bystander):
    bearer = {**common.admin.bearer(), "content-type": "application/json"}
    deep = "[" * 10_000
    for text in ('{"realm":', "", "null", "[]", "7", '"x"', deep, '{"a":' * 10_000,
                 '{"realm":"a","realm":"b"}', '{"realm":"x","nosuchfield":1}', '{"realm":[]}',
                 '{"realm":null}', '{"realm":""}', '{"realm":"a/b"}', '{"realm":"\\u0000"}',
                 '{"realm":"\\ud800"}', '{"realm":"x","enabled":"maybe"}', "{'realm':'x'}",
                 '{"realm":"x","accessTokenLifespan":1e999}', '{"realm":"' + "x" * 5000 + '"}',
                 '{"realm":"x"}trailing', "\ufeff{}"):
        answer = requests.post(common.server.url + "/admin/realms", data=text.encode(),
                               headers=bearer, timeout=60)
        assert 400 <= answer.status_code < 500, (text[:60], answer.status_code, answer.text[:200])
    answer = requests.post(common.server.url + "/admin/realms", data=b'{"realm":"\xff"}',
                           headers=bearer, timeout=60)
    assert 400 <= answer.status_code < 500
    names = {one["realm"] for one in requests.get(
        common.server.url + "/admin/realms", headers=bearer, timeout=60).json()}
    assert names == {"master", "customers"}


def test_the_admin_api_is_for_administrators(common, bystander):
    ada = {"authorization": "Bearer " + bystander.access}
    for method, path in (("GET", ""), ("GET", "/users"), ("POST", "/users"), ("DELETE", ""),
                         ("POST", "/logout-all"), ("DELETE", f"/sessions/{bystander.sid}"),
                         ("GET", "/events"), ("GET", "/signouts")):
        url = f"{common.server.url}/admin/realms/customers{path}"
        assert requests.request(method, url, timeout=60).status_code == 401, path
        wrong = requests.request(method, url, timeout=60, headers={"authorization": "Bearer x"})
        assert wrong.status_code == 401, path
        answer = requests.request(method, url, headers=ada, timeout=60)
        # The customers realm did not issue the administrator's rights.
        assert answer.status_code in (401, 403), path


def test_broken_users_for_the_admin_api(common, bystander):
    for user, wanted in (({}, 400), ({"username": ""}, 400), ({"username": "ada"}, 409),
                         ({"username": "x", "email": "no at"}, 400),
                         ({"username": "y", "email": "ada@example.org"}, 409),
                         ({"username": "x" * 300}, 400), ({"username": "a\nb"}, 400),
                         ({"username": {"a": 1}}, 400), ({"username": "z", "nosuch": 1}, 400)):
        answer = common.admin.request("POST", "/users", json=user)
        assert answer.status_code == wanted, (user, answer.status_code, answer.text[:200])


def import_files(folder):
    """What cannot be imported, each with a word that the error has to have."""
    good = json.dumps(realms.customers({}, "imported"))
    broken = {
        "truncated": good[:len(good) // 2], "empty": "", "not JSON": "<realm/>",
        "deep": '{"realm":"imported","attributes":' + '{"a":' * 10_000 + "1" + "}" * 10_001,
        "unknown field": good.replace('"realm":', '"nosuchfield": 1, "realm":', 1),
        "wrong type": good.replace('"enabled": true', '"enabled": "banana"', 1),
        "no name": "{}", "NUL": good.replace("Customers", "Cust\\u0000omers"),
        "duplicate": good.replace('"realm":', '"enabled": false, "realm":', 1),
        "invalid UTF-8": None,
    }
    for what, text in broken.items():
        path = folder / f"{what.replace(' ', '-')}.json"
        path.write_bytes(good.encode().replace(b"Customers", b"\xff\xfe") if text is None
                         else text.encode())
        yield what, path


def test_a_broken_export_leaves_nothing_visible(common, bystander, tmp_path):
    for what, path in import_files(tmp_path):
        done = common.server.curfew("realm", "import", path, check=False)
        assert done.returncode != 0, what
        assert path.name in done.stderr, f"{what}: the error names the file: {done.stderr}"
        listed = common.server.curfew("realm", "list").stdout
        assert "imported" not in listed, what
    unknown = next(path for what, path in import_files(tmp_path) if what == "unknown field")
    assert "nosuchfield" in common.server.curfew("realm", "import", unknown, check=False).stderr


def test_a_file_beyond_the_limit_is_refused_unread(common, bystander, tmp_path):
    path = tmp_path / "huge.json"
    with open(path, "wb") as file:
        file.write(b'{"realm":"imported"')
        file.truncate((512 << 20) + 1)  # a hole: no disk is used
    done = common.server.curfew("realm", "import", path, check=False)
    assert done.returncode != 0 and "imported" not in common.server.curfew("realm", "list").stdout


def test_an_export_comes_back(common, bystander, tmp_path):
    """What is not used yet is kept: import, export, import gives the same."""
    first = realms.customers({}, "round")
    strip_ids(first)
    path = realms.write(first, tmp_path)
    common.server.curfew("realm", "import", path)
    exported = common.server.curfew("realm", "export", "round").stdout
    found = json.loads(exported)
    assert missing(first, found) == []
    common.admin.server.admin("round").request("DELETE", "", 204)


def strip_ids(realm):
    """Other ids, so that the second copy of the realm does not collide with the first."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                  lambda found: str(uuid.uuid5(uuid.NAMESPACE_OID, found.group(0))),
                  json.dumps(realm))
    realm.clear()
    realm.update(json.loads(text))


SECRET = ("secret", "secretData", "value", "privateKey", "config")


def unordered(one):
    """Names of roles are a set: their order is not kept."""
    return {key: sorted(value) if isinstance(value, list) and all(isinstance(v, str) for v in value)
            else value for key, value in one.items()}


def missing(reference, found, path=""):
    """Fields of the reference that did not come back."""
    if isinstance(reference, dict):
        if not isinstance(found, dict):
            return [path]
        return [hole for key, value in reference.items() if key not in SECRET
                for hole in ([f"{path}.{key}"] if key not in found and value not in (None, [], {})
                             else missing(value, found.get(key), f"{path}.{key}"))]
    if isinstance(reference, list) and reference and isinstance(reference[0], dict):
        holes = []
        for one in reference:
            name = next((k for k in ("clientId", "username", "alias", "name", "id") if k in one),
                        None)
            twin = next((other for other in found or [] if name and other.get(name) == one[name]),
                        None)
            if name is None:  # nothing to find it by: all of it is there, or it is missing
                twin = next((other for other in found or [] if unordered(other) == unordered(one)),
                            None)
            holes += [f"{path}[{one.get(name)}]"] if twin is None else \
                missing(one, twin, f"{path}[{one.get(name)}]")
        return holes
    return []
