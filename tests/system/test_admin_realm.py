"""PUT of a realm by the admin API: what it does not name stays, and what it changes counts."""

import secrets
import threading

import pytest
import requests

from support import realm as realms

SMALL = {"enabled": True, "sslRequired": "none", "users": [
    {"username": who, "enabled": True, "email": who + "@example.org", "firstName": "A",
     "lastName": "B", "credentials": [{"type": "password", "value": who}]}
    for who in ("ada", "bob")]}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture
def small(server):
    """A realm of the test's own."""
    name = "small-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed({**SMALL, "realm": name}))
    return server.admin(name)


def put(admin, expect=204, **body):
    return admin.request("PUT", "", expect, json=body)


def test_what_a_change_does_not_name_stays(server):
    admin = server.admin()
    before = admin.get()
    put(admin)
    assert admin.get() == before
    put(admin, **before)
    before = realms.sent_back(before)
    assert admin.get() == before
    put(admin, displayName="Shapes 2", ssoSessionIdleTimeout=1200, passwordPolicy="length(8)",
        id="ignored", users=[{"username": "nobody"}], clients=[], defaultLocale="de")
    after = admin.get()
    assert after == {**before, "displayName": "Shapes 2", "ssoSessionIdleTimeout": 1200,
                     "passwordPolicy": "length(8)", "defaultLocale": "de"}
    assert admin.get("/clients", clientId="django-shop") and admin.user("ada")
    exported = admin.get("/export")
    assert exported["authenticationFlows"] and exported["components"]
    put(admin, attributes={"curfew.signout.on_idle": "tell", "own": "x"})
    put(admin, attributes={"curfew.signout.on_idle": "tell"})
    attributes = admin.get()["attributes"]
    assert attributes["curfew.signout.on_idle"] == "tell" and "own" not in attributes
    put(admin, eventsEnabled="true", accessTokenLifespan="77")
    assert admin.get()["eventsEnabled"] is True and admin.get()["accessTokenLifespan"] == 77


def test_mail_secrets_that_come_back_masked_stay(small):
    admin = small
    put(admin, smtpServer={"host": "mail.example.org", "from": "sso@example.org",
                           "password": "of-the-mail"})
    masked = admin.get()["smtpServer"]
    assert masked["password"] == "**********"
    put(admin, smtpServer={**masked, "port": "25"})
    assert admin.get("/export")["smtpServer"] == {
        "host": "mail.example.org", "from": "sso@example.org", "password": "of-the-mail", "port": "25"}


@pytest.mark.parametrize("body,named", [
    ({"nosuchfield": 1}, "$.nosuchfield"), ({"enabled": []}, "$.enabled"),
    ({"sslRequired": "sometimes"}, "sslRequired"), ({"notBefore": -1}, "notBefore"),
    ({"realm": ""}, "realm"), ({"realm": "a/b"}, "Character "),
    ({"browserFlow": "nosuch"}, "browserFlow"), ({"bruteForceStrategy": "x"}, "bruteForceStrategy"),
    ({"eventsExpiration": "soon"}, "eventsExpiration"), ([], "")])
def test_what_cannot_be_is_refused_by_its_path(server, body, named):
    admin = server.admin()
    before = admin.get()
    answer = admin.request("PUT", "", 400, json=body)
    assert named in answer.text
    assert admin.get() == before


def test_a_password_policy_that_nobody_knows(small):
    for policy in ("nosuch(1)", "length(8) and nosuch"):
        answer = small.request("PUT", "", 400, json={"passwordPolicy": policy})
        assert answer.json() == {"errorMessage": "Password policy not found"}
    small.request("PUT", "", 204, json={"passwordPolicy": "length(8) and passwordHistory(3)"})
    small.request("PUT", "", 204, json={"passwordPolicy": ""})


@pytest.mark.parametrize("body, text", (
    ({"passwordPolicy": "nosuch(1)"}, "Password policy not found"),
    ({"passwordPolicy": "length(x)"}, "Invalid config for length: Not a valid number"),
    ({"smtpServer": {"from": "a@b c"}}, "Invalid sender address 'a@b c'."),
    ({"smtpServer": {"from": "a@b.c", "replyTo": "x"}}, "Invalid reply-to address 'x'."),
    ({"smtpServer": {"from": 1, "replyTo": ["x"]}}, "unable to read contents from stream")))
def test_a_new_realm_agrees_with_itself_too(server, body, text):
    answer = requests.post(server.url + "/admin/realms", headers=server.admin("master").bearer(), timeout=60,
                           json={"realm": "bad-from-the-start", **body})
    assert answer.status_code == 400 and answer.json()["errorMessage"].startswith(text)


@pytest.mark.parametrize("policy, text", (
    ("length(x)", "length: Not a valid number"), ("length(8) and digits(x)", "digits: Not a valid number"),
    ("length(8)and digits(1)", "length: Not a valid number"), ("length(99999999999)", "length: Not a valid number"),
    ("hashAlgorithm(nosuch)", "hashAlgorithm: Password hashing provider not found")))
def test_a_password_policy_that_cannot_be(server, policy, text):
    answer = server.admin().request("PUT", "", 400, json={"passwordPolicy": policy})
    assert answer.json() == {"errorMessage": "Invalid config for " + text}


def test_emails_are_shared_or_for_signing_in(small):
    """An e-mail of two users signs in nobody; what the body says last, in Keycloak's order, wins."""
    def flags():
        found = small.get()
        return tuple(found[name] for name in (
            "duplicateEmailsAllowed", "loginWithEmailAllowed", "registrationEmailAsUsername"))
    for body, after in (
            ({"duplicateEmailsAllowed": True}, (True, False, False)),
            ({"registrationEmailAsUsername": True}, (False, False, True)),
            ({"duplicateEmailsAllowed": True, "loginWithEmailAllowed": True}, (True, False, False)),
            ({"displayName": "x"}, (True, False, False)),
            ({"loginWithEmailAllowed": True}, (False, True, False))):
        put(small, **body)
        assert flags() == after, body


def test_a_clients_session_is_no_longer_than_the_users(small):
    for body, text in (
            ({"clientSessionIdleTimeout": 1801},
             "Client Session Idle Timeout cannot be greater than Realm SSO Idle Timeout."),
            ({"clientSessionMaxLifespan": 36001},
             "Client session max lifespan cannot exceed realm SSO session max lifespan."),
            ({"rememberMe": True, "ssoSessionIdleTimeoutRememberMe": 5000, "clientSessionIdleTimeout": 5001},
             "Client session idle timeout cannot exceed realm SSO session idle timeout and RememberMe idle "
             "timeout.")):
        assert put(small, 400, **body).json() == {"errorMessage": text}
    put(small, clientSessionIdleTimeout=1800, clientSessionMaxLifespan=36000)
    put(small, 400, ssoSessionIdleTimeout=1799)
    put(small, clientSessionIdleTimeout=1700, ssoSessionIdleTimeout=1750)


def test_a_mail_server_has_a_sender(small):
    for server, text in (({"host": "x"}, "Invalid sender address 'null'. "),
                         ({"host": "x", "from": "bad"}, "Invalid sender address 'bad'. "),
                         ({"host": "x", "from": "a@b.org", "replyTo": "bad"}, "Invalid reply-to address 'bad'. ")):
        assert put(small, 400, smtpServer=server).json()["errorMessage"].startswith(text)
    put(small, smtpServer={"host": "x", "from": "a@b.org", "replyTo": ""})
    put(small, smtpServer={})
    assert small.get()["smtpServer"] == {}


def test_a_change_names_default_groups(small):
    for name in ("night", "day"):
        small.request("POST", "/groups", 201, json={"name": name})
    put(small, defaultGroups=["/night", "day"])
    assert [one["path"] for one in small.get("/default-groups")] == ["/night", "/day"]
    put(small, displayName="x")
    assert "there is no such group" in put(small, 400, defaultGroups=["/night", "/nosuch"]).text
    assert small.get()["defaultGroups"] == ["/night", "/day"]
    put(small, defaultGroups=[])
    assert small.get("/default-groups") == []


def test_a_realm_gets_another_name(server, small):
    admin, old = small, small.realm
    assert put(admin, 409, realm="customers").json() == \
        {"errorMessage": "Realm with same name exists"}
    assert "master" in put(server.admin("master"), 400, realm="lord").text
    put(admin, realm="large")
    admin.request("GET", "", 404)
    large = server.admin("large")
    assert large.get()["realm"] == "large" and large.user("ada")
    account = large.get("/clients", clientId="account")[0]
    assert account["baseUrl"] == "/realms/large/account/"
    assert account["redirectUris"] == ["/realms/large/account/*"]
    names = [one["clientId"] for one in server.admin("master").get("/clients")]
    assert "large-realm" in names and old + "-realm" not in names
    assert requests.get(server.realm_url(old), timeout=60).status_code == 404
    found = requests.get(server.realm_url("large") + "/.well-known/openid-configuration",
                         timeout=60).json()
    assert found["issuer"] == server.realm_url("large")
    answer = requests.post(server.endpoint("token", "large"), timeout=60, data={
        "client_id": "admin-cli", "grant_type": "password", "username": "ada", "password": "ada"})
    assert answer.status_code == 200
    server.stop()
    server.start()
    assert server.admin("large").get()["realm"] == "large"
    assert server.curfew("db", "check").returncode == 0
    server.admin("large").request("DELETE", "", 204)
    names = [one["clientId"] for one in server.admin("master").get("/clients")]
    assert "large-realm" not in names


def test_emails_may_be_shared_or_not(small):
    admin = small
    put(admin, duplicateEmailsAllowed=True, loginWithEmailAllowed=False)
    bob = admin.user("bob")
    admin.request("PUT", f"/users/{bob['id']}", 204, json={"email": "ada@example.org"})
    assert "duplicateEmailsAllowed" in put(admin, 409, duplicateEmailsAllowed=False).text
    admin.request("PUT", f"/users/{bob['id']}", 204, json={"email": "bob@example.org"})
    put(admin, duplicateEmailsAllowed=False)
    admin.request("PUT", f"/users/{bob['id']}", 409, json={"email": "ada@example.org"})


def test_no_change_is_lost_among_many(small):
    admin = small
    admin.bearer()
    names = ["accessTokenLifespan", "ssoSessionIdleTimeout", "ssoSessionMaxLifespan",
             "accessCodeLifespan", "accessCodeLifespanLogin", "offlineSessionIdleTimeout"]
    answers = []

    def change(name):
        answers.append(admin.request("PUT", "", json={name: 4321}).status_code)

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * len(names)
    assert [admin.get()[name] for name in names] == [4321] * len(names)


@pytest.mark.parametrize("body, status, answer", [
    ({"realm": "customers"}, 409, {"errorMessage": "Realm customers already exists"}),
    ({"enabled": True}, 400, {"errorMessage": "Realm name cannot be empty"}),
    ({"realm": ""}, 400, {"errorMessage": "Realm name cannot be empty"}),
    ({"realm": "a/b"}, 400, {"error": "Character '/' not allowed."})])
def test_realms_that_cannot_be_made(server, body, status, answer):
    assert server.admin().create_realm(body, status).json() == answer


def test_names_that_cannot_be(small, server):
    assert put(small, 409, realm="customers").json() == {
        "errorMessage": "Realm with same name exists"}
    assert put(small, 400, realm="a/b").json() == {"errorMessage": "Character '/' not allowed."}
    assert server.admin("master").request("DELETE", "", 400).json() == {
        "errorMessage": "Can't remove master realm"}
    assert server.admin("nope").request("GET", "", 404).json() == {"error": "Realm not found."}


def test_a_patch_changes_members_and_takes_away(small):
    put(small, displayName="One", attributes={"a": "1", "b": "2"}, smtpServer={
        "host": "mail.example.org", "from": "sso@example.org", "password": "of-the-mail"})
    before = small.get()
    small.request("PATCH", "", 204, json={"displayName": None, "attributes": {"a": None, "c": "3"},
                                          "ssoSessionIdleTimeout": 77})
    after = small.get()
    assert "displayName" not in after and after["ssoSessionIdleTimeout"] == 77
    assert after["attributes"]["b"] == "2" and after["attributes"]["c"] == "3"
    assert "a" not in after["attributes"]
    changed = ("displayName", "attributes", "ssoSessionIdleTimeout")
    assert {name: value for name, value in after.items() if name not in changed} == \
        {name: value for name, value in before.items() if name not in changed}
    assert small.get("/export")["smtpServer"]["password"] == "of-the-mail"
    for body in ([], "x", {"sslRequired": None}, {"nosuch": 1}):
        small.request("PATCH", "", 400, json=body)
    assert small.get() == after


def test_who_saw_another_realm_changes_nothing(small):
    first = small.request("GET", "", 200).headers["ETag"]
    assert small.request("GET", "", 200).headers["ETag"] == first
    small.request("PUT", "", 204, json={"displayName": "A"}, headers={"If-Match": first})
    for method in ("PUT", "PATCH", "DELETE"):
        small.request(method, "", 412, json={"displayName": "B"}, headers={"If-Match": first})
    assert small.get()["displayName"] == "A"
    now = small.request("GET", "", 200).headers["ETag"]
    assert now != first
    small.request("PATCH", "", 204, json={"displayName": "C"}, headers={"If-Match": now})
    small.request("DELETE", "", 204, headers={"If-Match": "*"})
