"""partialImport: clients, roles, identity providers, groups and users into a realm that is there."""

import json
import re
import secrets

import pytest
import requests

from support import realm as realms


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture
def admin(server):
    name = "partial-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed({
        "realm": name, "enabled": True, "sslRequired": "none", "adminEventsEnabled": True}))
    return server.admin(name)


def load(admin, policy=None, expect=200, **what):
    body = {**({"ifResourceExists": policy} if policy else {}), **what}
    return admin.request("POST", "/partialImport", expect, json=body).json()


EVERYTHING = {
    "users": [{"username": "puser", "enabled": True, "email": "p@example.org", "firstName": "P",
               "lastName": "U", "credentials": [{"type": "password", "value": "geheim"}],
               "groups": ["/pgroup/sub"], "realmRoles": ["prole"], "clientRoles": {"pclient": ["pcr"]}}],
    "clients": [{"clientId": "pclient", "directAccessGrantsEnabled": True, "publicClient": True}],
    "roles": {"realm": [{"name": "prole"}], "client": {"pclient": [{"name": "pcr"}]}},
    "groups": [{"name": "pgroup", "realmRoles": ["prole"], "subGroups": [
        {"name": "sub", "clientRoles": {"pclient": ["pcr"]}}]}],
    "identityProviders": [{"alias": "pidp", "providerId": "oidc", "config": {
        "clientId": "x", "clientSecret": "hidden", "authorizationUrl": "https://sso.example.org/a",
        "tokenUrl": "https://sso.example.org/t"}}],
}


def test_all_kinds_are_added_and_work(admin):
    told = load(admin, "FAIL", **EVERYTHING)
    assert (told["added"], told["skipped"], told["overwritten"]) == (6, 0, 0)
    assert [(one["resourceType"], one["resourceName"], one["action"]) for one in told["results"]] == [
        ("CLIENT", "pclient", "ADDED"), ("REALM_ROLE", "prole", "ADDED"),
        ("CLIENT_ROLE", "pclient-->pcr", "ADDED"), ("IDP", "pidp", "ADDED"),
        ("GROUP", "pgroup", "ADDED"), ("USER", "puser", "ADDED")]
    assert all(one["id"] for one in told["results"])
    user = admin.user("puser")
    assert user["id"] == told["results"][-1]["id"]
    sub = admin.get("/group-by-path/pgroup/sub")["id"]
    assert [one["id"] for one in admin.get(f"/groups/{sub}/members")] == [user["id"]]
    mapped = admin.get(f"/users/{user['id']}/role-mappings")
    assert "prole" in {one["name"] for one in mapped["realmMappings"]}
    assert mapped["clientMappings"]["pclient"]["mappings"][0]["name"] == "pcr"
    group = told["results"][4]["id"]
    assert admin.get(f"/groups/{group}/role-mappings")["realmMappings"][0]["name"] == "prole"
    answer = requests.post(admin.server.endpoint("token", admin.realm), timeout=30, data={
        "grant_type": "password", "client_id": "pclient", "username": "puser",
        "password": "geheim"})
    assert answer.ok, answer.text
    exported = admin.get("/export")
    assert exported["identityProviders"][0]["config"]["clientSecret"] == "hidden"
    assert "hidden" not in json.dumps(admin.get()) + json.dumps(admin.get("/admin-events"))


def test_what_is_there_is_skipped_or_changed(admin):
    load(admin, "FAIL", **EVERYTHING)
    told = load(admin, "SKIP", **{**EVERYTHING, "users": [
        {"username": "PUSER", "firstName": "Other"}, {"username": "other"}]})
    assert (told["added"], told["skipped"], told["overwritten"]) == (1, 6, 0)
    before = admin.user("puser")
    assert before["firstName"] == "P"
    told = load(admin, "OVERWRITE", users=[{"username": "puser", "firstName": "Other",
                                            "email": "p@example.org"}],
                clients=[{"clientId": "pclient", "name": "A name"}],
                roles={"realm": [{"name": "prole", "description": "about"}]},
                groups=[{"name": "pgroup", "attributes": {"a": ["b"]}}],
                identityProviders=[{"alias": "pidp", "providerId": "saml"}])
    assert (told["added"], told["skipped"], told["overwritten"]) == (0, 0, 5)
    after = admin.user("puser")
    assert after["firstName"] == "Other" and after["id"] == before["id"]
    assert admin.get("/clients", clientId="pclient")[0]["name"] == "A name"
    assert admin.get("/roles/prole")["description"] == "about"
    assert [one["providerId"] for one in admin.get("/export")["identityProviders"]] == ["saml"]


@pytest.mark.parametrize("again, text", [
    ({"users": [{"username": "new"}, {"username": "puser"}]},
     "User with user name puser already exists."),
    ({"clients": [{"clientId": "new"}, {"clientId": "pclient"}]},
     "Client id 'pclient' already exists"),
    ({"roles": {"realm": [{"name": "new"}, {"name": "prole"}]}},
     "Realm role 'prole' already exists."),
    ({"groups": [{"name": "new"}, {"name": "pgroup"}]}, "Group '/pgroup' already exists"),
    ({"identityProviders": [{"alias": "pidp", "providerId": "oidc"}]},
     "Identity Provider 'pidp' already exists.")])
def test_fail_changes_nothing(admin, again, text):
    load(admin, "FAIL", **EVERYTHING)
    before = admin.get("/export")
    assert load(admin, "FAIL", 409, **again) == {"errorMessage": text}
    assert load(admin, None, 409, **again) == {"errorMessage": text}
    assert admin.get("/export") == before


@pytest.mark.parametrize("body", [
    {"ifResourceExists": "FOO"}, {"users": {}}, {"users": ["x"]},
    {"users": [{"firstName": "x"}]}, {"clients": [{"clientId": ""}]}, {"clients": [{"clientId": 1}]},
    {"roles": {"realm": [{}]}}, {"groups": [{"name": None}]}, [], "x", None,
    {"clients": [{"clientId": "new", "nosuch": 1}]}, {"users": [{"username": "new", "nosuch": 1}]}])
def test_bodies_that_cannot_be(admin, body):
    before = admin.get("/export")
    admin.request("POST", "/partialImport", 400, json=body)
    assert admin.get("/export") == before


def test_roles_of_a_client_that_is_not_there(admin):
    assert load(admin, "SKIP", 412, roles={"client": {"nope": [{"name": "x"}]}}) == {
        "errorMessage": "Can not import client roles for nonexistent client named nope"}


def test_nothing_to_do(admin):
    nothing = {"overwritten": 0, "added": 0, "skipped": 0, "results": []}
    assert load(admin) == nothing
    assert load(admin, "SKIP", realm=admin.realm, displayName="ignored", users=[], nosuch=[1],
                enabled={"no": "flag"}) == nothing
    assert "displayName" not in admin.get() and admin.get()["enabled"]


def test_an_exported_client_comes_back(admin):
    admin.request("POST", "/clients", 201, json={"clientId": "back", "name": "Back"})
    part = admin.request("POST", "/partial-export", 200, params={"exportClients": "true"}).json()
    client = next(one for one in part["clients"] if one["clientId"] == "back")
    admin.request("DELETE", f"/clients/{client['id']}", 204)
    body = {"clients": [client], "roles": {"realm": [{"name": "r"}]},
            "users": [{"username": "user1", "email": "user1@example.org"}]}
    assert load(admin, "SKIP", id=part["id"], realm=admin.realm, **body)["added"] == 3
    assert load(admin, "SKIP", **body)["skipped"] == 3
    assert load(admin, "OVERWRITE", **body)["overwritten"] == 3
    secret = admin.get(f"/clients/{client['id']}/client-secret")["value"]
    assert secret and secret != "**********"


def test_roles_composed_of_what_comes_later(admin):
    roles = {"realm": [{"name": "first", "composite": True, "composites": {
        "realm": ["second"], "client": {"pclient": ["of-it"], "nobody": ["x"]}}}, {"name": "second"}],
             "client": {"pclient": [{"name": "of-it"}]}}
    told = load(admin, "FAIL", roles=roles, clients=[{"clientId": "pclient"}])
    assert told["added"] == 4
    parts = {one["name"] for one in admin.get("/roles/first/composites")}
    assert parts == {"second", "of-it"} and admin.get("/roles/first")["composite"]
    told = load(admin, "OVERWRITE", roles={"realm": [{"name": "second", "composite": True, "composites": {
        "client": {"pclient": ["of-it"]}}}]})
    assert told["overwritten"] == 1
    assert [one["name"] for one in admin.get("/roles/second/composites")] == ["of-it"]


@pytest.mark.parametrize("named", [
    {"roles": {"realm": [{"name": "new", "composite": True, "composites": {"realm": ["nope"]}}]}},
    {"roles": {"realm": [{"name": "new", "composite": True, "composites": {
        "client": {"account": ["nope"]}}}]}},
    {"groups": [{"name": "new", "realmRoles": ["nope"]}]},
    {"groups": [{"name": "new", "clientRoles": {"account": ["nope"]}}]}])
def test_a_role_that_is_nowhere_changes_nothing(admin, named):
    before = admin.get("/export")
    refused = load(admin, "OVERWRITE", 400, clients=[{"clientId": "new"}], **named)
    assert refused == {"errorMessage": "there is no role 'nope'"}
    assert admin.get("/export") == before and not admin.get("/users", username="new")


def test_mappers_of_identity_providers(admin):
    mapper = {"name": "m", "identityProviderAlias": "pidp", "config": {"attribute": "a"},
              "identityProviderMapper": "hardcoded-attribute-idp-mapper"}
    provider = {"alias": "pidp", "providerId": "oidc"}
    told = load(admin, "FAIL", identityProviderMappers=[mapper], identityProviders=[provider])
    assert [(one["resourceType"], one["resourceName"], one["action"]) for one in told["results"]] == [
        ("IDP", "pidp", "ADDED"), ("IDP_MAPPER", "m", "ADDED")]
    path = "/identity-provider/instances/pidp/mappers"
    assert admin.get(path) == [{**mapper, "id": told["results"][1]["id"]}]
    assert load(admin, "FAIL", 409, identityProviderMappers=[mapper]) == {
        "errorMessage": "Identity Provider Mapper'm' already exists."}
    changed = {**mapper, "config": {"attribute": "b"}}
    assert load(admin, "SKIP", identityProviderMappers=[changed])["skipped"] == 1
    assert admin.get(path)[0]["config"] == {"attribute": "a"}
    assert load(admin, "OVERWRITE", identityProviderMappers=[changed])["overwritten"] == 1
    assert admin.get(path) == [{**changed, "id": told["results"][1]["id"]}]
    for bad in ({"name": "x"}, {**mapper, "identityProviderAlias": 1}, {**mapper, "name": ""}):
        load(admin, "SKIP", 400, identityProviderMappers=[bad])
    load(admin, "SKIP", 404, identityProviderMappers=[{**mapper, "identityProviderAlias": "nope"}])


def commits(server):
    metrics = requests.get(server.management_url + "/metrics", timeout=30).text
    return int(re.search(r"^curfew_commits_total (\d+)", metrics, re.M).group(1))


# Each is refused by the call of one of its parts, when others are written already.
REFUSED_LATE = [
    (409, {"users": [{"username": "first", "email": "one@example.org"},
                     {"username": "second", "email": "one@example.org"}]}),
    (409, {"users": [{"username": "first"}, {"username": "First"}]}),
    (400, {"users": [{"username": "first"}, {"username": "second", "groups": ["/nope"]}]}),
    (400, {"users": [{"username": "first"}, {"username": "second", "credentials": [
        {"type": "password", "value": "x"}]}]}),
    (409, {"identityProviders": [{"alias": "twin", "providerId": "oidc"}] * 2}),
    (409, {"groups": [{"name": "twin"}, {"name": "twin"}]}),
    (409, {"groups": [{"name": "g", "subGroups": [{"name": "a"}, {"name": "a"}]}]}),
    (409, {"roles": {"realm": [{"name": "other"}, {"name": "other"}]}}),
    (404, {"identityProviderMappers": [
        {"name": "m", "identityProviderAlias": "nope", "config": {},
         "identityProviderMapper": "hardcoded-attribute-idp-mapper"}]})]


def test_a_failure_in_the_middle_changes_nothing(admin):
    admin.request("PUT", "", 204, json={"passwordPolicy": "length(3)"})
    load(admin, "FAIL", users=[{"username": "there", "firstName": "As it was"}])
    before = [admin.get("/export"), admin.get("/users"), admin.get("/admin-events")]
    for status, late in REFUSED_LATE:
        load(admin, "OVERWRITE", status, **{
            "clients": [{"clientId": "new", "serviceAccountsEnabled": True}],
            "roles": {"realm": [{"name": "new"}], "client": {"new": [{"name": "of-it"}]}},
            "identityProviders": [{"alias": "new", "providerId": "oidc"}],
            "groups": [{"name": "new"}], **late,
            "users": [{"username": "there", "firstName": "Changed"}, *late.get("users", [])]})
        now = [admin.get("/export"), admin.get("/users"), admin.get("/admin-events")]
        assert now == before, late
    assert load(admin, "FAIL", clients=[{"clientId": "new"}])["added"] == 1


def test_hundreds_of_users_are_one_commit(server, admin):
    made = admin.request("POST", "/users", 201, json={"username": "there"}) is not None
    before = commits(server)
    told = load(admin, "SKIP", groups=[{"name": "all"}], roles={"realm": [{"name": "any"}]}, users=[
        {"username": "there" if i == 7 else f"many-{i}", "email": f"many-{i}@example.org",
         "groups": ["/all"], "realmRoles": ["any"]} for i in range(600)])
    assert made and (told["added"], told["skipped"]) == (601, 1)
    assert commits(server) - before < 10  # others write meanwhile
    assert admin.get("/users/count") == 600
    group = admin.get("/group-by-path/all")["id"]
    assert len(admin.get(f"/groups/{group}/members", max="3000")) == 599
    assert len(admin.get("/roles/any/users", max="3000")) == 599


def test_one_event_for_each(admin):
    admin.request("PUT", "", 204, json={"adminEventsDetailsEnabled": True})
    admin.request("DELETE", "/admin-events", 204)
    told = load(admin, "FAIL", **EVERYTHING)
    places = {"CLIENT": "clients", "REALM_ROLE": "realms", "CLIENT_ROLE": "clients",
              "IDP": "identity-provider-settings", "GROUP": "groups", "USER": "users"}
    expected = {f"{places[one['resourceType']]}/{one['id']}" for one in told["results"]}
    events = admin.get("/admin-events")
    assert len(events) == 6 and {one["resourcePath"] for one in events} == expected
    assert {(one["operationType"], one["resourceType"]) for one in events} == {("CREATE", "REALM")}
    user = next(one for one in events if one["resourcePath"].startswith("users/"))
    assert json.loads(user["representation"])["username"] == "puser"
    assert "secretData" not in json.dumps(events)
    admin.request("DELETE", "/admin-events", 204)
    load(admin, "OVERWRITE", users=[{"username": "puser", "email": "p@example.org"}])
    assert [(one["operationType"], one["resourcePath"]) for one in admin.get("/admin-events")] == [
        ("UPDATE", "users/" + told["results"][-1]["id"])]


def test_users_are_taken_as_they_are(admin):
    """Without the profile's checks and default roles; roles that only they name are made."""
    told = load(admin, "FAIL", clients=[{"clientId": "new"}], users=[
        {"username": "ab", "realmRoles": ["made"], "clientRoles": {"new": ["of-it"]}},
        {"username": "bare", "email": "no e-mail", "attributes": {"any": ["x"]}},
        {"username": "two", "realmRoles": ["made"]}])
    assert told["added"] == 4 and [one["resourceType"] for one in told["results"]] == [
        "CLIENT", "USER", "USER", "USER"]
    assert len(admin.get("/roles/made/users")) == 2
    client = told["results"][0]["id"]
    assert [one["username"] for one in admin.get(f"/clients/{client}/roles/of-it/users")] == ["ab"]
    assert admin.get(f"/users/{admin.user('bare')['id']}/role-mappings") == {}
    told = load(admin, "SKIP", roles={"client": {"new": [{"name": "other"}]}})
    assert told["results"] == [{"action": "ADDED", "resourceType": "CLIENT_ROLE",
                                "resourceName": "new-->other", "id": client}]
