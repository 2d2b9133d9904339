"""Forwarded and X-Forwarded-*: believed from trusted proxies only, of the configured kind only. All
of 127.0.0.0/8 is this machine: 127.0.0.1 and 127.0.0.3 are the proxies here, 127.0.0.2 is a
stranger that reaches the server directly."""

import contextlib
import http.client
import itertools

import pytest
import requests
from requests.adapters import HTTPAdapter

from support import realm as realms

pytestmark = pytest.mark.any_engine

CLIENT = "203.0.113.9"
PROXY, STRANGER, INNER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
TRUSTED = f"{PROXY}, {INNER}, 10.0.0.0/8, 2001:db8:1::/48"


class From(HTTPAdapter):
    """Connects from an address of ours."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *words, **more):
        super().init_poolmanager(*words, source_address=(self.address, 0), **more)


@contextlib.contextmanager
def visitor(address):
    with requests.Session() as session:
        session.mount("http://", From(address))
        yield session


@pytest.fixture(scope="module", params=["xforwarded", "forwarded"])
def proxied(request, shared, engine):
    if engine != "sqlite":
        pytest.skip("the store has nothing to do with it")
    flags = ("--proxy-headers", request.param, "--proxy-trusted-addresses", TRUSTED)
    server = shared.server(realms.customers({}), flags=flags)
    server.kind = request.param
    return server


def issuer(server, headers, address=PROXY):
    """The issuer that discovery tells, without its path; the status when it tells none."""
    with visitor(address) as session:
        answer = session.get(server.realm_url() + "/.well-known/openid-configuration",
                             headers=headers, timeout=60)
    if not answer.ok:
        return answer.status_code
    found = answer.json()["issuer"]
    assert found.endswith("/realms/customers"), found
    return found.removesuffix("/realms/customers")


names = itertools.count()


def address_of(server, headers, address=PROXY):
    """The client's address as events tell it."""
    name = f"nobody-{next(names)}"
    with visitor(address) as session:
        answer = session.post(server.endpoint("token"), timeout=60, headers=headers, data={
            "client_id": "ovirt-engine", "client_secret": "ovirt-engine-secret",
            "grant_type": "password", "username": name, "password": "x"})
    assert answer.status_code in (400, 401), answer.text
    found = [one["ipAddress"] for one in server.admin().events("LOGIN_ERROR")
             if one["details"].get("username") == name]
    assert len(found) == 1
    return found[0]


def headers_of(server, *hops):
    """The same chain of hops in the headers of the server's kind. A hop: (for, proto, host)."""
    if server.kind == "forwarded":
        def element(hop):
            quoted = [value and (f'"{value}"' if set(value) & set(':[]"') else value)
                      for value in hop]
            return ";".join(f"{name}={value}" for name, value in
                            zip(("for", "proto", "host"), quoted) if value)
        return {"Forwarded": ", ".join(element(hop) for hop in hops)}
    columns = zip(("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"), zip(*hops))
    return {name: ", ".join(values) for name, values in columns if all(values)}


def test_a_proxy_tells_scheme_host_port_and_client(proxied):
    headers = headers_of(proxied, (CLIENT, "https", "localhost:8443"))
    assert issuer(proxied, headers) == "https://localhost:8443"
    assert address_of(proxied, headers) == CLIENT
    assert issuer(proxied, headers_of(proxied, (CLIENT, "https", "localhost"))) == \
        "https://localhost"
    assert issuer(proxied, headers_of(proxied, (CLIENT, "", ""))) == proxied.url
    assert address_of(proxied, headers_of(proxied, ("2001:db8::7", "", ""))) == "2001:db8::7"


def test_a_stranger_tells_nothing(proxied):
    """B2.24."""
    for headers in (headers_of(proxied, (CLIENT, "https", "localhost:8443")),
                    headers_of(proxied, (PROXY, "https", "localhost:8443")),
                    headers_of(proxied, ("unknown", "ftp", "not a host!"))):
        assert issuer(proxied, headers, STRANGER) == proxied.url
        assert address_of(proxied, headers, STRANGER) == STRANGER


def test_the_other_kind_of_headers_counts_for_nothing(proxied):
    """A proxy overwrites one kind; the other comes from the client as it is."""
    headers = {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https",
               "X-Forwarded-Host": "localhost:8443", "X-Forwarded-Port": "8443"}
    if proxied.kind == "xforwarded":
        headers = {"Forwarded": f"for={CLIENT};proto=https;host=\"localhost:8443\""}
    headers.update({"X-Real-IP": CLIENT, "X-Forwarded-Prefix": "/elsewhere",
                    "X-Original-URL": "/admin/realms", "X-Forwarded-Server": "evil.example",
                    "ssl-client-cert": "x", "Client-IP": CLIENT, "X-Client-IP": CLIENT})
    assert issuer(proxied, headers) == proxied.url
    assert address_of(proxied, headers) == PROXY


def test_several_hops(proxied):
    """From the right: the first address that is no proxy of ours is the client; what is left of it
    is its own invention."""
    forged = ("198.51.100.66", "http", "evil.example")
    real = (CLIENT, "https", "localhost:8443")
    for chain in ([forged, real], [forged, forged, real],
                  [forged, real, (INNER, "http", "localhost")],
                  [real, ("10.1.2.3", "http", "localhost"), (INNER, "http", "localhost")],
                  [forged, real, ("2001:db8:1::5", "http", "localhost")]):
        headers = headers_of(proxied, *chain)
        assert address_of(proxied, headers) == CLIENT, chain
        assert issuer(proxied, headers) == "https://localhost:8443", chain


def test_several_header_lines_are_one_list(proxied):
    name = "Forwarded" if proxied.kind == "forwarded" else "X-Forwarded-For"
    prefix = "for=" if proxied.kind == "forwarded" else ""
    connection = http.client.HTTPConnection("127.0.0.1", proxied.port, timeout=60,
                                            source_address=(PROXY, 0))
    user = f"nobody-{next(names)}"
    body = f"client_id=ovirt-engine&client_secret=ovirt-engine-secret&grant_type=password" \
           f"&username={user}&password=x"
    connection.putrequest("POST", "/realms/customers/protocol/openid-connect/token")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    for value in ("198.51.100.66", CLIENT, INNER):
        connection.putheader(name, prefix + value)
    connection.endheaders(body.encode())
    assert connection.getresponse().status in (400, 401)
    connection.close()
    found = [one["ipAddress"] for one in proxied.admin().events("LOGIN_ERROR")
             if one["details"].get("username") == user]
    assert found == [CLIENT]


@pytest.mark.parametrize("name", ["unknown", "_hidden", "localhost", "proxy.example.org", "", "1",
                                  "127.1", "0x7f000001", "999.1.1.1", "a" * 3000, "[::1", "%00",
                                  "203.0.113.9/8", "203.0.113.9 10.0.0.1"])
def test_names_are_never_resolved_and_garbage_is_no_address(proxied, name):
    """B2.24, KC#35216: What is no address ends the walk: the proxy that sent it is all that is
    known."""
    headers = {"Forwarded": f'for="{name}"'} if proxied.kind == "forwarded" else {
        "X-Forwarded-For": name}
    assert address_of(proxied, headers) == PROXY
    behind = {"Forwarded": f'for={CLIENT}, for="{name}"'} if proxied.kind == "forwarded" else {
        "X-Forwarded-For": f"{CLIENT}, {name}"}
    assert address_of(proxied, behind) == PROXY


@pytest.mark.parametrize("proto, host", [
    ("ftp", "localhost"), ("javascript", "localhost"), ("https://", "localhost"),
    ("https", "evil.example"), ("https", "localhost@evil.example"), ("https", "localhost/x"),
    ("https", "localhost:0"), ("https", "localhost:99999"), ("https", "localhost:x"),
    ("https", "local host"), ("https", "[::1"), ("https", "localhost.evil.example"),
    ("https", "a" * 300)])
def test_broken_or_foreign_hosts_and_schemes_are_refused(proxied, proto, host):
    assert issuer(proxied, headers_of(proxied, (CLIENT, proto, host))) == 400


def test_cookies_and_forms_follow_the_scheme(proxied):
    """https outside: Secure, SameSite=None, addresses of forms as the browser sees them."""
    headers = headers_of(proxied, (CLIENT, "https", "localhost:8443"))
    with visitor(PROXY) as session:
        answer = session.get(proxied.endpoint("auth"), timeout=60, headers=headers, params={
            "client_id": "django-shop", "response_type": "code", "scope": "openid",
            "redirect_uri": "http://127.0.0.1:8001/cb"})
    assert answer.status_code == 200, answer.text[:300]
    assert 'action="https://localhost:8443/realms/customers/' in answer.text
    assert "Secure" in answer.headers["set-cookie"]
    assert "SameSite=None" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_an_external_client_needs_https_where_the_realm_says_so(make, engine):
    """sslRequired=external judges the client that the proxy tells, not the proxy."""
    if engine != "sqlite":
        pytest.skip("the store has nothing to do with it")
    realm = realms.customers({})
    realm["sslRequired"] = "external"
    server = make.server(realm, flags=("--proxy-headers", "xforwarded",
                                       "--proxy-trusted-addresses", PROXY))

    def status(address=PROXY, **headers):
        with visitor(address) as session:
            return session.get(server.endpoint("auth"), timeout=60, headers=headers, params={
                "client_id": "django-shop", "response_type": "code",
                "redirect_uri": "http://127.0.0.1:8001/cb"}).status_code
    external = {"X-Forwarded-For": CLIENT}
    assert status() == 200
    assert status(**external) in (400, 403)
    assert status(**external, **{"X-Forwarded-Proto": "https"}) == 200
    assert status(**{"X-Forwarded-For": "10.1.2.3"}) == 200
    # Somebody who says to be inside is not believed, by nobody but the proxy.
    assert status(**{"X-Forwarded-For": f"10.1.2.3, {CLIENT}"}) in (400, 403)
