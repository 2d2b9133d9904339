"""Hostile requests to every route there is. The routes are read from the tables in the source, so
that a new one is covered without anybody thinking of it."""

import re

import pytest
import requests

from support import realm as realms
from support.server import ROOT

pytestmark = pytest.mark.any_engine

TABLES = [ROOT / "src/app/routes.c", *sorted((ROOT / "src/admin").glob("routes*.c"))]
LINE = re.compile(r'\{ (HTTP_[A-Z]+(?: \| HTTP_[A-Z]+)*), ((?:[A-Z]+ )?"[^"]*"|[A-Z]+), ')


def routes():
    """(method, pattern) of all routes that listen to the network."""
    found = []
    for path in TABLES:
        source = path.read_text()
        macros = dict(re.findall(r'#define ([A-Z]+) "([^"]*)"', source))
        for methods, pattern in LINE.findall(source):
            name, _, literal = pattern.rpartition(" ") if '"' in pattern else (pattern, "", '""')
            whole = macros.get(name, "") + literal.strip('"')
            if not whole.startswith("/admin/local"):
                found += [(method.removeprefix("HTTP_"), whole) for method in methods.split(" | ")]
    return found


ROUTES = routes()
ADMIN = [one for one in ROUTES if one[1].startswith("/admin")]
# Without a bearer nobody gets further at one route of the admin API than at another.
OPEN = [one for one in ROUTES if one not in ADMIN] + ADMIN[::12]
FORM = "application/x-www-form-urlencoded"
LONG = "x" * 60_000

QUERIES = {
    "60 kB": "scope=" + LONG, "60 kB name": LONG + "=1", "NUL": "client_id=a%00b",
    "not UTF-8": "client_id=%ff%fe", "overlong": "client_id=%c0%af", "surrogate": "a=%ed%a0%80",
    "twice": "client_id=a&client_id=a", "twice by code": "client_id=a&client%5fid=b",
    "half a percent": "client_id=%4", "no percent": "client_id=%zz", "only signs": "&&&===&%3d",
    "many": "&".join(f"p{i}=1" for i in range(2000)), "controls": "a=%0d%0aSet-Cookie:%20x=y",
    "markup": "error=%3Cscript%3Ealert(1)%3C/script%3E&state=%22%3E%3Cscript%3Ealert(1)",
    "numbers": "first=99999999999999999999&max=-1", "number": "first=-1&max=1e9",
}
SEGMENTS = {
    "NUL": "%00", "not UTF-8": "%ff", "up": "..", "up encoded": "%2e%2e", "slash": "a%2fb",
    "backslash": "%5c", "long": "x" * 5000, "quote": "'%20or%201=1--", "markup": "%3Cscript%3E",
    "controls": "a%0d%0ab", "empty": "", "percent": "%zz", "wildcard": "%25", "semicolon": "a;b=c",
}
BODIES = {
    "deep": (b"[" * 100_000, "application/json"), "half": (b'{"a":', "application/json"),
    "number": (b"1e999999", "application/json"), "twice": (b'{"a":1,"a":2}', "application/json"),
    "surrogate": (b'{"username":"\\ud800"}', "application/json"),
    "NUL": (b'{"username":"a\\u0000b"}', "application/json"),
    "not UTF-8": (b'{"username":"\xff"}', "application/json"),
    "another type": (b"<a/>", "text/xml"), "no type": (b"a=b", ""),
    "two types": (b"a=b", "text/plain, application/json"),
    "long type": (b"a=b", "x" * 4000), "multipart": (b"--x--", "multipart/form-data; boundary=x"),
    "list": (b"[]", "application/json"), "text": (b'"x"', "application/json"),
    "long text": (b'{"username":"' + LONG.encode() + b'"}', "application/json"),
}
HEADERS = {
    "bearer": {"Authorization": "Bearer " + "x" * 7000}, "bearer of dots": {
        "Authorization": "Bearer " + "." * 3000}, "basic": {"Authorization": "Basic %%%"},
    "other": {"Authorization": "Digest x"}, "origin": {"Origin": "x" * 3000},
    "origin null": {"Origin": "null"}, "cookies": {"Cookie": "; ".join(
        f"CURFEW_SESSION_{i}=a" for i in range(250))}, "cookie": {"Cookie": "=;;=\";a"},
    "language": {"Accept-Language": "xx-" * 2000}, "accept": {"Accept": "text/html" * 500},
    "referer": {"Referer": "javascript:alert(1)"}, "site": {"Sec-Fetch-Site": "x"},
}


def test_the_tables_are_read():
    assert ("POST", "/realms/{realm}/protocol/openid-connect/token") in ROUTES
    assert ("DELETE", "/admin/realms/{realm}") in ROUTES
    assert ("GET", "/resources/{file}") in ROUTES
    lines = sum(len(re.findall(r"^\t\{ HTTP_", path.read_text(), re.M)) for path in TABLES)
    local = sum(path.read_text().count('"/admin/local') for path in TABLES)
    assert len({pattern for _, pattern in ROUTES}) >= 20 and len(ROUTES) >= lines - local


@pytest.fixture(scope="module")
def server(shared):
    """A server with a realm that may be lost."""
    made = shared.server(realms.customers({}), {"realm": "spare", "enabled": True,
                                                "sslRequired": "none"})
    yield made
    log = made.log()
    assert "<script>" not in log and "\x1b" not in log
    assert requests.get(made.realm_url(), timeout=60).ok, "the realm is gone"


@pytest.fixture(scope="module")
def admin(server):
    return server.admin()


def fill(pattern, value=None, realm="customers"):
    """The path, with {realm} in place; `value` for all other parameters."""
    path = pattern.replace("{realm}", realm)
    return re.sub(r"\{[^}]*\}", value if value is not None else "nosuch", path)


SESSION = requests.Session()
SESSION.trust_env = False


def send(server, method, path, **more):
    """One request whose path and query go out as they are."""
    SESSION.cookies.clear()
    request = SESSION.prepare_request(requests.Request(
        method, server.url, **{key: one for key, one in more.items() if key != "query"}))
    request.url = server.url + path + ("?" + more["query"] if more.get("query") else "")
    return SESSION.send(request, allow_redirects=False, timeout=60)


def check(server, answer, what):
    """A clean answer: no failure of ours, nothing reflected, nobody sent away."""
    # 501: a feature that this server has not, and says so. As Keycloak, 500 tells of mail that cannot leave.
    mail = answer.status_code == 500 and answer.text.startswith('{"errorMessage":"Failed to send ')
    assert answer.status_code < 500 or answer.status_code == 501 or mail, \
        f"{what}: {answer.status_code} {answer.text[:200]}"
    if answer.status_code in (414, 431):
        return  # before there is a request: the HTTP library's own words
    kind = answer.headers.get("content-type", "")
    if "html" in kind:
        assert "<script>alert" not in answer.text, what
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, what
        # What other sites may frame (the session iframe) has nothing to press.
        assert "frame-ancestors" in policy or not re.search("<(form|a|button)", answer.text), what
    if "json" in kind and answer.content:
        answer.json()
    if answer.content:
        assert kind, f"{what}: a body without a type"
        assert answer.headers["x-content-type-options"] == "nosniff", what
    location = answer.headers.get("location", "")
    # Here, by its whole address or by a path of this host.
    assert not location or location.startswith(server.url) or re.match(r"/[^/\\]", location), \
        f"{what}: {location}"
    assert "x=y" not in answer.headers.get("set-cookie", ""), what
    assert answer.headers.get("x-request-id"), what


@pytest.mark.parametrize("method, pattern", OPEN)
def test_hostile_requests(server, method, pattern):
    path = fill(pattern)
    for name, query in QUERIES.items():
        check(server, send(server, method, path, query=query), f"query: {name}")
        if method == "POST":
            answer = send(server, method, path, data=query.encode(),
                          headers={"Content-Type": FORM})
            check(server, answer, f"form: {name}")
            if "/protocol/" in pattern and name.startswith("twice"):
                assert answer.status_code >= 400, f"form: {name} was taken"
    for name, headers in HEADERS.items():
        check(server, send(server, method, path, headers=headers), f"header: {name}")
    if method in ("POST", "PUT"):
        for name, (body, kind) in BODIES.items():
            headers = {"Content-Type": kind} if kind else {}
            check(server, send(server, method, path, data=body, headers=headers), f"body: {name}")


@pytest.mark.parametrize("method, pattern", [one for one in OPEN if "{" in one[1]])
def test_hostile_paths(server, method, pattern):
    for name, segment in SEGMENTS.items():
        for realm in ("customers", segment):
            check(server, send(server, method, fill(pattern, segment, realm)), f"path: {name}")


@pytest.mark.parametrize("method, pattern", [
    one for one in ADMIN if one != ("DELETE", "/admin/realms/{realm}")])
def test_hostile_requests_of_an_administrator(server, admin, method, pattern):
    """Behind the check of rights too."""
    def asked(path, **more):
        more["headers"] = {**admin.bearer(), **more.get("headers", {})}
        return send(server, method, path, **more)
    for name, query in QUERIES.items():
        check(server, asked(fill(pattern, realm="spare"), query=query), f"query: {name}")
    for name, segment in SEGMENTS.items():
        check(server, asked(fill(pattern, segment, "spare")), f"path: {name}")
        check(server, asked(fill(pattern, "nosuch", segment)), f"realm: {name}")
    if method in ("POST", "PUT"):
        for name, (body, kind) in BODIES.items():
            answer = asked(fill(pattern, realm="spare"), data=body,
                           headers={"Content-Type": kind} if kind else {})
            check(server, answer, f"body: {name}")
