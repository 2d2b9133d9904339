"""What a realm records, by the admin API: events, admin events with their details, failed
attempts; how they are listed, configured and cleared."""

import json
import secrets

import pytest
import requests

from support import realm as realms

KEYS = "org.keycloak.keys.KeyProvider"


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture
def admin(server):
    """A realm of the test's own that records everything."""
    name = "log-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed({
        "realm": name, "enabled": True, "sslRequired": "none", "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": True, "eventsEnabled": True, "bruteForceProtected": True,
        "failureFactor": 3, "quickLoginCheckMilliSeconds": 0, "users": [
            {"username": "ada", "enabled": True, "email": "ada@example.org", "firstName": "A",
             "lastName": "L", "credentials": [{"type": "password", "value": "lovelace"}]}]}))
    return server.admin(name)


def sign_in(admin, password):
    return requests.post(admin.server.endpoint("token", admin.realm), timeout=30, data={
        "grant_type": "password", "client_id": "admin-cli", "username": "ada",
        "password": password})


def test_admin_events_say_who_did_what_without_secrets(admin):
    admin.request("POST", "/clients", 201, json={
        "clientId": "c1", "secret": "hidden-1", "attributes": {"saml.signing.private.key": "hidden-2"}})
    admin.request("POST", "/users", 201, json={
        "username": "bob", "credentials": [{"type": "password", "value": "hidden-3"}]})
    bob = admin.user("bob")["id"]
    admin.request("PUT", f"/users/{bob}/reset-password", 204,
                  json={"type": "password", "value": "hidden-4", "temporary": False})
    admin.request("PUT", "", 204, json={"smtpServer": {
        "password": "hidden-5", "host": "x", "from": "sso@example.org"}})
    found = admin.get("/admin-events")
    assert "hidden-" not in json.dumps(found)
    assert [(one["operationType"], one["resourceType"]) for one in found][:2] == [
        ("UPDATE", "REALM"), ("ACTION", "USER")]
    created = admin.get("/admin-events", resourceTypes="CLIENT", operationTypes="CREATE")[0]
    client = admin.get("/clients", clientId="c1")[0]
    assert created["resourcePath"] == "clients/" + client["id"]
    assert json.loads(created["representation"])["secret"] == "**********"
    master = admin.server.admin("master")
    details = created["authDetails"]
    assert details["realmId"] == master.get()["id"] and details["ipAddress"]
    assert details["userId"] == master.user("admin")["id"]
    assert details["clientId"] == master.get("/clients", clientId="admin-cli")[0]["id"]
    user = admin.get("/admin-events", resourceTypes="USER", operationTypes="CREATE")[0]
    assert json.loads(user["representation"]) == {"username": "bob"}


def test_that_an_administrator_signs_somebody_out_is_recorded(admin):
    path = f"users/{admin.user('ada')['id']}/logout"
    admin.request("POST", "/" + path, 204)
    event = admin.get("/admin-events")[0]
    assert (event["operationType"], event["resourceType"], event["resourcePath"]) == ("ACTION", "USER", path)


def test_a_long_representation_is_left_out(admin):
    admin.request("POST", "/clients", 201, json={
        "clientId": "c1", "attributes": {"a" + str(i): "x" * 1000 for i in range(100)}})
    event = admin.get("/admin-events", resourceTypes="CLIENT")[0]
    assert "bytes" in json.loads(event["representation"])["omitted"]


def test_details_only_where_the_realm_wants_them(admin):
    admin.request("PUT", "", 204, json={"adminEventsDetailsEnabled": False})
    admin.request("POST", "/clients", 201, json={"clientId": "c1"})
    assert "representation" not in admin.get("/admin-events", resourceTypes="CLIENT")[0]


def test_admin_events_are_filtered_and_paged(admin):
    for name in ("c1", "c2", "c_3"):
        admin.request("POST", "/clients", 201, json={"clientId": name})
    admin.request("POST", "/users", 201, json={"username": "bob"})
    everything = admin.get("/admin-events")
    assert len(everything) == 4
    assert [one["id"] for one in admin.get("/admin-events", direction="asc")] == \
        [one["id"] for one in sorted(everything, key=lambda one: (one["time"], one["id"]))]
    c1 = everything[-1]
    assert admin.get("/admin-events", resourcePath=c1["resourcePath"]) == [c1]
    assert len(admin.get("/admin-events", resourcePath="clients/*")) == 3
    assert admin.get("/admin-events", resourcePath="clients") == []
    assert admin.get("/admin-events", resourcePath="client_/%") == []
    assert len(admin.get("/admin-events", resourceTypes=["USER", "CLIENT"])) == 4
    assert admin.get("/admin-events", operationTypes="DELETE") == []
    who = c1["authDetails"]
    for name, value in (("authRealm", who["realmId"]), ("authClient", who["clientId"]),
                        ("authUser", who["userId"]), ("authIpAddress", who["ipAddress"])):
        assert len(admin.get("/admin-events", **{name: value})) == 4
        assert admin.get("/admin-events", **{name: "' or 1=1 --"}) == []
    assert len(admin.get("/admin-events", first=1, max=2)) == 2
    assert admin.get("/admin-events", first=100) == [] and admin.get("/admin-events", max=0) == []
    assert admin.get("/admin-events", dateTo="2020-01-01") == []
    assert len(admin.get("/admin-events", dateFrom="2020-01-01", dateTo="2099-01-01")) == 4
    assert admin.get("/admin-events", dateFrom=c1["time"] + 10**7) == []


@pytest.mark.parametrize("path", ["/events", "/admin-events"])
@pytest.mark.parametrize("query, text", [
    ({"dateFrom": "x"}, "Invalid value for 'dateFrom', expected format is yyyy-MM-dd or an Epoch timestamp"),
    ({"dateTo": "2020-01-01T00:00:00Z"},
     "Invalid value for 'dateTo', expected format is yyyy-MM-dd or an Epoch timestamp"),
    ({"direction": "up"}, "Invalid value for sortDirection, expected value is asc or desc")])
def test_bad_queries_are_told(admin, path, query, text):
    answer = admin.request("GET", path, 400, params=query)
    assert answer.json() == {"error": text}


def test_events_in_both_orders_and_cleared(admin):
    for _ in range(3):
        assert sign_in(admin, "lovelace").ok
    newest = admin.events("LOGIN")
    assert len(newest) == 3
    times = [one["time"] for one in admin.get("/events", type="LOGIN", direction="asc")]
    assert times == sorted(times) and times[-1] == newest[0]["time"]
    assert admin.get("/events", max=0) == []
    admin.request("DELETE", "/events", 204)
    assert admin.events() == []
    admin.request("POST", "/clients", 201, json={"clientId": "c1"})
    admin.request("DELETE", "/admin-events", 204)
    assert admin.get("/admin-events") == []


def test_clearing_leaves_other_realms_alone(server, admin):
    assert sign_in(admin, "lovelace").ok
    other = "log-" + secrets.token_hex(4)
    server.admin().create_realm({"realm": other, "enabled": True})
    server.admin(other).request("DELETE", "/events", 204)
    assert admin.events("LOGIN")


def test_the_configuration_is_keycloaks(admin):
    before = admin.get("/events/config")
    assert before["eventsEnabled"] is True and before["eventsListeners"] == ["jboss-logging"]
    assert before["enabledEventTypes"][:2] == ["LOGIN", "LOGIN_ERROR"]
    assert "eventsExpiration" not in before
    admin.request("PUT", "/events/config", 204, json={
        "eventsListeners": ["jboss-logging", "email"], "enabledEventTypes": ["LOGOUT"],
        "eventsExpiration": 77})
    after = admin.get("/events/config")
    assert after == {"eventsEnabled": False, "eventsExpiration": 77,
                     "eventsListeners": ["jboss-logging", "email"],
                     "enabledEventTypes": ["LOGOUT"], "adminEventsEnabled": True,
                     "adminEventsDetailsEnabled": True}
    assert admin.get()["enabledEventTypes"] == ["LOGOUT"]
    assert admin.get("/admin-events")[0]["resourcePath"] == "events/config"
    admin.request("DELETE", "/admin-events", 204)
    for enabled, told in ((False, 0), (True, 1), (True, 2)):
        admin.request("PUT", "/events/config", 204, json={"adminEventsEnabled": enabled})
        assert len(admin.get("/admin-events")) == told


def test_bad_configurations_change_nothing(admin):
    before = admin.get("/events/config")
    answer = admin.request("PUT", "/events/config", 400, json={"eventsListeners": ["nope"]})
    assert answer.json() == {"error": "Unknown event listener"}
    for body in ({"eventsEnabled": "x"}, {"nosuch": 1}, {"enabledEventTypes": [{}]}, []):
        assert admin.request("PUT", "/events/config", 400, json=body).json()["error"]
    admin.request("PUT", "/events/config", 400, data='{"eventsEnabled":')
    admin.request("PUT", "/events/config", 400, json={"enabledEventTypes": ["x" * 300]})
    assert admin.get("/events/config") == before


def test_failed_attempts_are_shown_and_cleared(admin):
    ada = admin.user("ada")["id"]
    path = f"/attack-detection/brute-force/users/{ada}"
    nothing = {"failedLoginNotBefore": 0, "numFailures": 0, "numTemporaryLockouts": 0,
               "disabled": False, "numSecondaryAuthFailures": 0, "lastIPFailure": "n/a",
               "lastFailure": 0}
    assert admin.get(path) == nothing
    assert admin.get("/attack-detection/brute-force/users/nobody") == nothing
    for _ in range(3):
        assert not sign_in(admin, "wrong").ok
    shown = admin.get(path)
    assert shown["numFailures"] == 3 and shown["disabled"] is True
    assert shown["lastIPFailure"] == "127.0.0.1" and shown["lastFailure"] > 0
    assert shown["failedLoginNotBefore"] > 0
    assert not sign_in(admin, "lovelace").ok
    admin.request("DELETE", path, 204)
    assert admin.get(path) == nothing and sign_in(admin, "lovelace").ok
    assert not sign_in(admin, "wrong").ok
    admin.request("DELETE", "/attack-detection/brute-force/users/nobody", 204)
    assert admin.get(path)["numFailures"] == 1
    admin.request("DELETE", "/attack-detection/brute-force/users", 204)
    assert admin.get(path) == nothing


def test_a_realm_clears_no_failures_of_another(server, admin):
    ada = admin.user("ada")["id"]
    assert not sign_in(admin, "wrong").ok
    server.admin("customers").request("DELETE", f"/attack-detection/brute-force/users/{ada}", 204)
    server.admin("customers").request("DELETE", "/attack-detection/brute-force/users", 204)
    assert admin.get(f"/attack-detection/brute-force/users/{ada}")["numFailures"] == 1
