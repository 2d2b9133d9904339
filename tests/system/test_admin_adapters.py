"""Adapters by the admin API: nodes, a pushed not-before, the test whether they are there; and the
sessions of a client, counted and listed."""

import time

import pytest
import requests

from support import wait_for
from support.browser import Browser
from support.sink import verified

LEGACY = "legacy-node"


@pytest.fixture
def legacy(world):
    """The id of the client with the admin URL."""
    return world.admin.get("/clients", clientId=LEGACY)[0]["id"]


def orders(sink, name):
    return [one.body.decode() for one in sink.posts(f"/{name}")]


def register(world, host=None, name="register-node", expect=204, client=LEGACY, **auth):
    fields = {"client_cluster_host": host} if host is not None else {}
    auth = auth or {"auth": (client, client + "-secret")}
    answer = requests.post(f"{world.server.realm_url()}/clients-managements/{name}", data=fields,
                           timeout=60, **auth)
    assert answer.status_code == expect, answer.text
    return answer


def nodes(world, legacy):
    return world.admin.get(f"/clients/{legacy}").get("registeredNodes", {})


def test_a_push_and_a_test_are_as_recorded(world, legacy):
    admin, sink = world.admin, world.sinks[LEGACY]
    url = sink.url + "/"
    now = int(time.time())
    pushed = admin.request("POST", "/push-revocation", 200)
    assert pushed.json() == {"successRequests": [url]}
    assert "x-curfew-signout" not in pushed.headers
    header, claims = verified(orders(sink, "k_push_not_before")[0], world.server)
    assert header["alg"] == "RS256" and header["typ"] == "JWT"
    assert claims.keys() == {"id", "expiration", "resource", "action", "notBefore"}
    assert claims["resource"] == LEGACY and claims["action"] == "PUSH_NOT_BEFORE"
    assert claims["notBefore"] == 0 and now <= claims["expiration"] - 30 <= now + 60
    request = sink.posts("/k_push_not_before")[0]
    assert request.headers["Content-Type"] == "text/plain; charset=ISO-8859-1"

    admin.request("PUT", f"/clients/{legacy}", 204, json={"notBefore": 7})
    pushed = admin.request("POST", f"/clients/{legacy}/push-revocation", 200)
    assert pushed.json() == {"successRequests": [url]}
    _, claims = verified(orders(sink, "k_push_not_before")[1], world.server)
    assert claims["notBefore"] == 7
    admin.request("POST", "/logout-all", 200)
    admin.request("POST", "/push-revocation", 200)
    _, claims = verified(orders(sink, "k_push_not_before")[2], world.server)
    assert now <= claims["notBefore"] <= time.time()

    assert admin.get(f"/clients/{legacy}/test-nodes-available") == {"successRequests": [url]}
    _, claims = verified(orders(sink, "k_test_available")[0], world.server)
    assert claims.keys() == {"id", "expiration", "resource", "action"}
    assert claims["action"] == "TEST_AVAILABILITY"

    shop = admin.get("/clients", clientId="django-shop")[0]["id"]
    for method, path in (("POST", f"/clients/{shop}/push-revocation"),
                         ("GET", f"/clients/{shop}/test-nodes-available")):
        assert admin.request(method, path, 200).json() == {}
        assert admin.request(method, path.replace(shop, "nosuch"), 404).json() == {
            "error": "Could not find client"}


def test_a_push_ends_nothing(world):
    tokens = world.shop.sign_in(Browser())
    world.admin.request("POST", "/push-revocation", 200)
    assert world.shop.is_alive(tokens)
    assert world.shop.refresh(tokens).status_code == 200
    assert world.admin.signouts() == []


@pytest.mark.parametrize("mode,answers", [
    ("ok", [500]), ("ok", [302]), ("ok", [404]), ("reset", []), ("black-hole", []), ("slow", [])])
def test_who_does_not_answer_well_has_failed(common, mode, answers):
    sink = common.sinks[LEGACY]
    legacy = common.admin.get("/clients", clientId=LEGACY)[0]["id"]
    sink.set(mode, answers)
    try:
        answer = common.admin.get(f"/clients/{legacy}/test-nodes-available")
    finally:
        sink.set()
    assert answer == {"failedRequests": [sink.url + "/"]}
    assert "k_test_available" in common.server.log()


def test_nodes_come_and_go(world, legacy):
    register(world, "127.0.0.1")
    register(world, "node-2.example.org:8443")
    found = nodes(world, legacy)
    assert found.keys() == {"127.0.0.1", "node-2.example.org:8443"}
    assert all(abs(at - time.time()) < 60 for at in found.values())
    register(world, "127.0.0.1")
    assert nodes(world, legacy).keys() == found.keys()
    register(world, "node-2.example.org:8443", "unregister-node")
    register(world, "node-2.example.org:8443", "unregister-node")
    world.admin.request("POST", f"/clients/{legacy}/nodes", 204, json={"node": "10.0.0.7"})
    assert nodes(world, legacy).keys() == {"127.0.0.1", "10.0.0.7"}
    world.admin.request("DELETE", f"/clients/{legacy}/nodes/10.0.0.7", 204)
    missing = world.admin.request("DELETE", f"/clients/{legacy}/nodes/10.0.0.7", 404)
    assert missing.json() == {"error": "Client does not have node "}
    assert nodes(world, legacy).keys() == {"127.0.0.1"}
    world.admin.request("PUT", f"/clients/{legacy}", 204, json={"description": "x"})
    assert nodes(world, legacy).keys() == {"127.0.0.1"}, "a change leaves them"


@pytest.mark.parametrize("host", [
    "", "a b", "evil.example/path", "user@evil.example", "evil.example#", "a:0", "a:99999", "a:b",
    "[::1", "[evil]x", "h\n", "x" * 300, "${application.session.host}", "a?b"])
def test_what_is_no_host_is_no_node(common, host):
    """CVE-2026-4874."""
    legacy = common.admin.get("/clients", clientId=LEGACY)[0]["id"]
    answer = register(common, host, expect=400)
    assert answer.json()["error"] == "invalid_request"
    common.admin.request("POST", f"/clients/{legacy}/nodes", 400, json={"node": host})
    answer = common.admin.request("POST", f"/clients/{legacy}/nodes", 400, json={})
    assert answer.json() == {"error": "Node not found in params"}
    assert nodes(common, legacy) == {}


def test_only_a_confidential_client_registers_its_nodes(common):
    register(common, "127.0.0.1", expect=401, auth=(LEGACY, "wrong"))
    answer = requests.post(f"{common.server.realm_url()}/clients-managements/register-node",
                           data={"client_id": "spa", "client_cluster_host": "127.0.0.1"}, timeout=60)
    assert answer.status_code == 400 and answer.json()["error_description"] == \
        "Public clients not allowed"
    answer = requests.post(f"{common.server.realm_url()}/clients-managements/register-node",
                           data={"client_cluster_host": "127.0.0.1"}, timeout=60)
    assert answer.status_code in (400, 401)


def test_orders_reach_every_node(world, legacy):
    """One node has the URL's port, the other brings its own."""
    other = world.makers.sink()
    sink = world.sinks[LEGACY]
    register(world, "127.0.0.1")
    register(world, f"127.0.0.1:{other.port}")
    urls = {sink.url + "/", other.url + "/"}
    answer = world.admin.get(f"/clients/{legacy}/test-nodes-available")
    assert set(answer.pop("successRequests")) == urls and not answer
    other.set(answers=[503])
    answer = world.admin.request("POST", "/push-revocation", 200).json()
    assert answer == {"successRequests": [sink.url + "/"], "failedRequests": [other.url + "/"]}
    tokens = world.shop.sign_in(Browser())
    world.admin.request("POST", "/logout-all", 200)
    for one in (sink, other):
        told = wait_for(one.k_logouts, "the node is told of everybody")
        assert len(told) == 1 and "adapterSessionIds" not in told[0]
    assert world.shop.refresh(tokens).status_code == 400


def test_the_session_hosts_place_in_the_url(world, legacy):
    """CVE-2026-4874: ${application.session.host}: each session's own node is told of it, all of
    all."""
    other = world.makers.sink()
    sink = world.sinks[LEGACY]
    world.admin.request("PUT", f"/clients/{legacy}", 204, json={
        "adminUrl": "http://${application.session.host}/"})
    assert world.admin.get(f"/clients/{legacy}/test-nodes-available").keys() == {"failedRequests"}
    hosts = {f"127.0.0.1:{one.port}": one for one in (sink, other)}
    for host in hosts:
        register(world, host)
    for host, one in hosts.items():
        tokens = world.legacy.sign_in(Browser(), token_fields={
            "client_session_state": "s-" + host, "client_session_host": host})
        world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
        claims = one.wait_told(tokens.sid)
        assert claims["adapterSessionIds"] == ["s-" + host]
    tokens = world.legacy.sign_in(Browser(), token_fields={
        "client_session_state": "s", "client_session_host": "127.0.0.1:1"})
    world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
    receipt = wait_for(lambda: [one for one in world.admin.signouts()
                                if one.session_id == tokens.sid], "the receipt")[0]
    assert receipt.deliveries[LEGACY].state == "not-possible"
    assert all(len(one.k_logouts()) == 1 for one in hosts.values())
    answer = world.admin.request("POST", f"/clients/{legacy}/push-revocation", 200).json()
    assert set(answer["successRequests"]) == {one.url + "/" for one in hosts.values()}


def test_nodes_that_do_not_come_back_are_forgotten(world, legacy):
    world.admin.request("PUT", f"/clients/{legacy}", 204, json={
        "nodeReRegistrationTimeout": 100,
        "registeredNodes": {"127.0.0.9": int(time.time()) - 200}})
    assert nodes(world, legacy).keys() == {"127.0.0.9"}
    answer = world.admin.get(f"/clients/{legacy}/test-nodes-available")
    assert answer == {"successRequests": [world.sinks[LEGACY].url + "/"]}
    register(world, "127.0.0.1")
    assert nodes(world, legacy).keys() == {"127.0.0.1"}


# ---- sessions

def test_sessions_of_a_client_are_counted_and_listed(world):
    admin = world.admin
    ids = {one["clientId"]: one["id"] for one in admin.get("/clients")}
    shop, blog = ids["django-shop"], ids["django-blog"]
    assert admin.get(f"/clients/{shop}/session-count") == {"count": 0}
    assert admin.get(f"/clients/{shop}/user-sessions") == []
    assert admin.get("/client-session-stats") == []
    browsers = [Browser() for _ in range(3)]
    tokens = [world.shop.sign_in(browser) for browser in browsers]
    world.blog.sign_in(browsers[0])
    offline = world.shop.sign_in(Browser(), scope="openid offline_access")
    assert admin.get(f"/clients/{shop}/session-count") == {"count": 4}
    assert admin.get(f"/clients/{blog}/session-count") == {"count": 1}
    assert admin.get(f"/clients/{shop}/offline-session-count") == {"count": 1}
    listed = admin.get(f"/clients/{shop}/user-sessions")
    assert {one["id"] for one in listed} == {one.sid for one in [*tokens, offline]}
    first = next(one for one in listed if one["id"] == tokens[0].sid)
    assert first.keys() == {"id", "username", "userId", "ipAddress", "start", "lastAccess",
                            "rememberMe", "clients", "transientUser"}
    assert first["clients"] == {shop: "django-shop", blog: "django-blog"}
    assert first in admin.get(f"/users/{first['userId']}/sessions")
    paged = [admin.get(f"/clients/{shop}/user-sessions", first=i, max=1)[0] for i in range(4)]
    assert paged == listed
    kept = admin.get(f"/clients/{shop}/offline-sessions")
    assert [one["id"] for one in kept] == [offline.sid]
    assert kept[0]["clients"] == {shop: "django-shop"}
    user = first["userId"]
    assert admin.get(f"/users/{user}/offline-sessions/{shop}") == kept
    assert admin.get(f"/users/{user}/offline-sessions/{blog}") == []
    assert admin.request("GET", f"/users/{user}/offline-sessions/x", 404).json() == {
        "error": "Client not found"}
    missing = "nobody"
    assert admin.request("GET", f"/users/{missing}/offline-sessions/{shop}", 404).json() == {
        "error": "User not found"}
    stats = {one["clientId"]: one for one in admin.get("/client-session-stats")}
    assert stats == {
        "django-shop": {"offline": "1", "clientId": "django-shop", "active": "4", "id": shop},
        "django-blog": {"offline": "0", "clientId": "django-blog", "active": "1", "id": blog}}
    for path in ("session-count", "offline-session-count", "user-sessions", "offline-sessions"):
        admin.request("GET", f"/clients/x/{path}", 404)
    # What an order has ended is gone before its job has come to it.
    admin.request("PUT", f"/clients/{shop}", 204, json={"enabled": False})
    assert admin.get(f"/clients/{shop}/session-count") == {"count": 0}
    assert admin.get(f"/clients/{shop}/offline-sessions") == []
    assert admin.get(f"/clients/{blog}/session-count") == {"count": 1}
    admin.request("POST", "/logout-all", 200)
    assert admin.get("/client-session-stats") == []
