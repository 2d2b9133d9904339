"""Authentication flows and required actions by the admin API, as Keycloak 26.7 answers."""

import pytest
import requests

FLOWS = {"realm": "flows", "enabled": True, "sslRequired": "none", "clients": [
    {"clientId": "web", "enabled": True, "secret": "web-secret", "directAccessGrantsEnabled": True,
     "redirectUris": ["http://127.0.0.1:9/cb"]}],
    "users": [{"username": "ada", "enabled": True,
               "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace",
               "credentials": [{"type": "password", "value": "lovelace"}]}]}
A = "/authentication"
NO_EXECUTION = {"error": "Illegal execution"}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(FLOWS)


@pytest.fixture
def admin(server):
    return server.admin("flows")


def created(admin, path, **body):
    return admin.request("POST", A + path, 201, json=body).headers["location"].rpartition("/")[2]


@pytest.fixture
def flow(admin):
    """The id and alias of a flow of its own."""
    made = created(admin, "/flows", alias="own", providerId="basic-flow", topLevel=True)
    yield made
    alias = admin.get(f"{A}/flows/{made}")["alias"]
    admin.request("DELETE", f"{A}/flows/{made}", 204)
    admin.request("GET", f"{A}/flows/{alias}/executions", 404)


def executions(admin, alias="own"):
    return admin.get(f"{A}/flows/{alias}/executions")


def order(admin, alias="own"):
    return [(one["displayName"], one["priority"], one["index"]) for one in executions(admin, alias)]


def named(admin, alias):
    return next(one for one in admin.get(f"{A}/flows") if one["alias"] == alias)


def test_flows_of_a_fresh_realm(admin):
    flows = admin.get(f"{A}/flows")
    fresh = ["browser", "direct grant", "registration", "reset credentials", "clients",
             "first broker login", "docker auth"]
    assert [one["alias"] for one in flows] == fresh
    browser = named(admin, "browser")
    assert browser["builtIn"] and browser["topLevel"] and browser["providerId"] == "basic-flow"
    assert browser["description"] == "Browser based authentication"
    assert browser["authenticationExecutions"][0] == {
        "authenticator": "auth-cookie", "authenticatorFlow": False, "requirement": "ALTERNATIVE",
        "priority": 10, "autheticatorFlow": False, "userSetupAllowed": False}
    assert admin.get(f"{A}/flows/{browser['id']}") == browser
    rows = executions(admin, "browser")
    cookie = {**rows[0], "id": None}
    assert cookie == {
        "id": None, "requirement": "ALTERNATIVE", "displayName": "Cookie",
        "requirementChoices": ["REQUIRED", "ALTERNATIVE", "DISABLED"], "configurable": False,
        "providerId": "auth-cookie", "level": 0, "index": 0, "priority": 10}
    forms = next(one for one in rows if one["displayName"] == "forms")
    assert forms["authenticationFlow"] and forms["level"] == 0 and "providerId" not in forms
    assert forms["requirementChoices"] == ["REQUIRED", "ALTERNATIVE", "DISABLED", "CONDITIONAL"]
    assert admin.get(f"{A}/flows/{forms['flowId']}")["alias"] == "forms"
    assert max(one["level"] for one in rows) == 2
    ids = [one["id"] for one in rows]
    assert len(set(ids)) == len(ids)
    # The same the next time, and after a change elsewhere.
    made = created(admin, "/flows", alias="elsewhere", providerId="basic-flow", topLevel=True)
    assert [one["id"] for one in executions(admin, "browser")] == ids
    # In the order in which they were made; files have them by their names.
    admin.request("POST", f"{A}/flows/browser/copy", 201, json={"newName": "a copy"})
    assert [one["alias"] for one in admin.get(f"{A}/flows")] == [*fresh, "elsewhere", "a copy"]
    exported = admin.request("POST", "/partial-export", 200).json()["authenticationFlows"]
    names = [one["alias"] for one in exported]
    assert names == sorted(names) and {*fresh, "elsewhere", "a copy"} < {*names}
    admin.request("DELETE", f"{A}/flows/{named(admin, 'a copy')['id']}", 204)
    admin.request("DELETE", f"{A}/flows/{made}", 204)
    admin.request("PUT", f"{A}/flows/nosuch", 404, json={"alias": "x"})
    assert [one["id"] for one in executions(admin, "browser")] == ids


def test_executions_have_no_ids_in_exports(server, admin, flow):
    admin.request("POST", f"{A}/flows/own/executions/execution", 201, json={"provider": "auth-cookie"})
    exported = admin.request("GET", "/export", 200)
    flows = {one["alias"]: one for one in exported.json()["authenticationFlows"]}
    assert flows["own"]["authenticationExecutions"][0]["authenticator"] == "auth-cookie"
    for one in flows.values():
        assert all("id" not in execution for execution in one["authenticationExecutions"])


def test_the_life_of_a_flow(server, admin):
    answer = admin.request("POST", f"{A}/flows", 201, json={
        "alias": "f1", "providerId": "basic-flow", "topLevel": True, "builtIn": False,
        "description": "d", "authenticationExecutions": [{"authenticator": "auth-cookie"}]})
    made = answer.headers["location"].rpartition("/")[2]
    assert answer.headers["location"] == \
        f"{server.url}/admin/realms/flows/authentication/flows/{made}"
    assert admin.get(f"{A}/flows/{made}") == {
        "id": made, "alias": "f1", "description": "d", "providerId": "basic-flow", "topLevel": True,
        "builtIn": False, "authenticationExecutions": []}
    admin.request("PUT", f"{A}/flows/{made}", 204, json={
        "alias": "f1x", "providerId": "client-flow", "topLevel": True})
    assert admin.get(f"{A}/flows/{made}") == {
        "id": made, "alias": "f1x", "providerId": "client-flow", "topLevel": True, "builtIn": False,
        "authenticationExecutions": []}
    assert created(admin, "/flows", alias="f2", id="own-id", providerId="basic-flow") == "own-id"
    assert "f2" not in {one["alias"] for one in admin.get(f"{A}/flows")}  # not a top one
    for one in (made, "own-id"):
        admin.request("DELETE", f"{A}/flows/{one}", 204)
        gone = admin.request("GET", f"{A}/flows/{one}", 404)
        assert gone.json() == {"error": "Could not find flow with id"}
        gone = admin.request("DELETE", f"{A}/flows/{one}", 404)
        assert gone.json() == {"error": "Flow not found"}


def test_a_subflow_that_cannot_be_is_told_of_its_name_first(admin, flow):
    def refused(parent, status, **body):
        answer = admin.request("POST", f"{A}/flows/{parent}/executions/flow", status, json=body).json()
        return answer.get("errorMessage") or answer["error"]

    assert refused("own", 409, alias="browser") == "New flow alias name already exists"
    assert refused("own", 400, alias="fresh") == "alias and type are needed"
    assert refused("own", 400, type="basic-flow") == "alias and type are needed"
    assert refused("browser", 400) == "It is illegal to add sub-flow to a built in flow"
    assert refused("nosuch", 400) == "Parent flow doesn't exist"
    assert executions(admin) == []


def test_bad_flows(admin, flow):
    def refused(status, text, **body):
        answer = admin.request("POST", f"{A}/flows", status, json=body)
        assert text in answer.text

    refused(409, "Flow own already exists", alias="own", providerId="basic-flow")
    refused(409, "Flow own already exists", alias="own", builtIn=False)
    refused(409, "Failed to create flow with empty alias name", alias="", providerId="basic-flow")
    refused(409, "Failed to create flow with empty alias name", providerId="basic-flow")
    refused(409, "Duplicate resource error", alias="x")
    refused(400, "Character '/' not allowed.", alias="a/b", providerId="basic-flow")
    refused(400, "$.nosuch", alias="x", providerId="basic-flow", nosuch=1)
    unknown = admin.request("PUT", f"{A}/flows/own/executions", 400, json={"required": "yes"})
    assert unknown.json()["error"].startswith(
        "Invalid json representation for AuthenticationExecutionInfoRepresentation. "
        'Unrecognized field "required"')
    refused(400, "", alias=["x"], providerId="basic-flow")
    refused(400, "", alias="x" * 300, providerId="basic-flow")
    for body in ("[]", "{", '""'):
        admin.request("POST", f"{A}/flows", 400, data=body)
    full = {"providerId": "basic-flow", "topLevel": True}
    taken = admin.request("PUT", f"{A}/flows/{flow}", 409, json={**full, "alias": "browser"})
    assert taken.json() == {"errorMessage": "Flow alias name already exists"}
    empty = admin.request("PUT", f"{A}/flows/{flow}", 409, json={**full, "alias": None})
    assert empty.json() == {"errorMessage": "Failed to update flow with empty alias name"}
    admin.request("PUT", f"{A}/flows/{flow}", 409, json={"alias": "own"})
    none = admin.request("PUT", f"{A}/flows/nosuch", 404, json={**full, "alias": "zz"})
    assert none.json() == {"error": "Could not find flow with id"}
    browser = named(admin, "browser")["id"]
    answer = admin.request("DELETE", f"{A}/flows/{browser}", 400)
    assert answer.json() == {"error": "Can't delete built in flow"}


def test_executions(admin, flow):
    base = f"{A}/flows/own/executions"
    cookie = created(admin, "/flows/own/executions/execution", provider="auth-cookie")
    form = created(admin, "/flows/own/executions/execution", provider="auth-username-password-form",
                   requirement="REQUIRED", priority=5)
    redirector = created(admin, "/flows/own/executions/execution",
                         provider="identity-provider-redirector", unknown=1)
    below = created(admin, "/flows/own/executions/flow", alias="below", type="basic-flow",
                    provider="x", description="sd", priority=77)
    page = created(admin, "/flows/own/executions/flow", alias="page", type="form-flow",
                   provider="registration-page-form")
    otp = created(admin, "/flows/below/executions/execution", provider="auth-otp-form")
    created(admin, "/flows/page/executions/execution", provider="registration-recaptcha-action")
    assert [(one["displayName"], one["priority"], one["index"], one["level"])
            for one in executions(admin)] == [
        ("Cookie", 0, 0, 0), ("Username Password Form", 5, 1, 0),
        ("Identity Provider Redirector", 6, 2, 0), ("below", 77, 3, 0), ("OTP Form", 0, 0, 1),
        ("page", 78, 4, 0), ("reCAPTCHA", 0, 0, 1)]
    rows = {one["displayName"]: one for one in executions(admin)}
    assert rows["Username Password Form"]["requirementChoices"] == ["REQUIRED"]
    assert rows["Username Password Form"]["requirement"] == "REQUIRED"
    assert rows["Cookie"]["requirement"] == "DISABLED"
    assert rows["below"] == {**rows["below"], "flowId": below, "authenticationFlow": True,
                             "description": "sd", "configurable": False}
    assert rows["page"]["providerId"] == "registration-page-form"
    assert rows["page"]["requirementChoices"] == ["REQUIRED", "DISABLED"]
    assert admin.get(f"{A}/executions/{cookie}") == {
        "authenticator": "auth-cookie", "authenticatorFlow": False, "requirement": "DISABLED",
        "priority": 0, "autheticatorFlow": False, "id": cookie, "parentFlow": flow}
    assert admin.get(f"{A}/executions/{rows['below']['id']}") == {
        "authenticatorFlow": True, "requirement": "DISABLED", "priority": 77,
        "autheticatorFlow": True, "id": rows["below"]["id"], "flowId": below, "parentFlow": flow}

    admin.request("PUT", base, 204, json={"id": cookie, "requirement": "ALTERNATIVE", "priority": 99})
    assert executions(admin)[-1]["id"] == cookie
    admin.request("PUT", base, 204, json={**rows["below"], "displayName": "renamed",
                                          "description": "D", "requirement": "CONDITIONAL"})
    renamed = admin.get(f"{A}/flows/{below}")
    assert renamed["alias"] == "renamed" and renamed["description"] == "D"
    row = next(one for one in executions(admin) if one.get("flowId") == below)
    assert row["displayName"] == "renamed" and row["requirement"] == "CONDITIONAL"
    assert executions(admin, "renamed")[0]["id"] == otp
    taken = admin.request("PUT", base, 409, json={**row, "displayName": "browser"})
    assert taken.json() == {"errorMessage": "Flow alias name already exists"}
    for bad, status in (({"id": "nosuch", "requirement": "REQUIRED"}, 404), ({}, 404),
                        ({**row, "flowId": "nosuch"}, 404),
                        ({"id": cookie, "requirement": "bogus"}, 400), ({"id": cookie}, 400),
                        ({"id": cookie, "requirement": "REQUIRED", "priority": 1 << 40}, 400)):
        answer = admin.request("PUT", base, status, json=bad)
        assert status == 400 or answer.json() == NO_EXECUTION
    answer = admin.request("PUT", f"{A}/flows/nosuch/executions", 404, json=row)
    assert answer.json() == {"error": "flow not found"}
    assert admin.request("GET", f"{A}/flows/nosuch/executions", 404).json() == {
        "error": "Flow not found"}

    admin.request("DELETE", f"{A}/executions/{row['id']}", 204)  # with the flow and what is in it
    admin.request("GET", f"{A}/flows/{below}", 404)
    for path in (row["id"], otp):
        assert admin.request("DELETE", f"{A}/executions/{path}", 404).json() == NO_EXECUTION
    admin.request("DELETE", f"{A}/flows/{page}", 204)
    assert {one["id"] for one in executions(admin)} == {cookie, form, redirector}


def test_executions_that_cannot_be(admin, flow):
    def refused(path, status, text, **body):
        answer = admin.request("POST", A + path, status, json=body)
        assert text in answer.text, answer.text

    add, sub = "/flows/own/executions/execution", "/flows/own/executions/flow"
    refused(add, 400, "No authentication provider found for id: nosuch", provider="nosuch")
    refused(add, 400, "No authentication provider found for id: null")
    refused(add, 400, "No authentication provider found for id: client-secret",
            provider="client-secret")
    refused(add.replace("own", "nosuch"), 400, "Parent flow doesn't exist", provider="auth-cookie")
    refused(add.replace("own", "browser"), 400, "illegal to add execution to a built in flow",
            provider="auth-cookie")
    refused(add, 400, "", provider=[1])
    created(admin, sub, alias="sub", type="basic-flow")
    refused(sub, 409, "New flow alias name already exists", alias="sub", type="basic-flow")
    refused(sub, 409, "New flow alias name already exists", alias="browser", type="basic-flow")
    refused(sub, 400, "", alias="sub3")
    refused(sub, 400, "", type="basic-flow")
    refused(sub.replace("own", "nosuch"), 400, "Parent flow doesn't exist", alias="z", type="basic-flow")
    refused(sub.replace("own", "browser"), 400, "illegal to add sub-flow to a built in flow",
            alias="z", type="basic-flow")
    refused("/executions", 400, "execution parent flow does not exist",
            authenticator="auth-otp-form", parentFlow="nosuch", requirement="REQUIRED")
    refused("/executions", 400, "", authenticator="nosuch", parentFlow=flow, requirement="REQUIRED")
    refused("/executions", 400, "", authenticator="auth-otp-form", parentFlow=flow)
    made = created(admin, "/executions", authenticator="auth-otp-form", parentFlow=flow,
                   requirement="REQUIRED", priority=3)
    assert admin.get(f"{A}/executions/{made}")["priority"] == 3
    built_in = executions(admin, "browser")[0]["id"]
    for method, tail, text in (("DELETE", "", "remove execution from"),
                               ("POST", "/raise-priority", "modify execution in"),
                               ("POST", "/lower-priority", "modify execution in")):
        answer = admin.request(method, f"{A}/executions/{built_in}{tail}", 400)
        assert answer.json() == {"error": f"It is illegal to {text} a built in flow"}
        answer = admin.request(method, f"{A}/executions/nosuch{tail}", 404)
        assert answer.json() == NO_EXECUTION


def test_priorities(admin, flow):
    for number, provider in enumerate(("auth-cookie", "auth-otp-form", "auth-spnego")):
        created(admin, "/flows/own/executions/execution", provider=provider, priority=number * 3)
    otp = executions(admin)[1]["id"]
    admin.request("POST", f"{A}/executions/{otp}/raise-priority", 204)
    assert order(admin) == [("OTP Form", 0, 0), ("Cookie", 3, 1), ("Kerberos", 6, 2)]
    admin.request("POST", f"{A}/executions/{otp}/raise-priority", 204)
    assert order(admin)[0] == ("OTP Form", 0, 0)
    admin.request("POST", f"{A}/executions/{otp}/lower-priority", 204)
    admin.request("POST", f"{A}/executions/{otp}/lower-priority", 204)
    admin.request("POST", f"{A}/executions/{otp}/lower-priority", 204)
    assert order(admin) == [("Cookie", 0, 0), ("Kerberos", 3, 1), ("OTP Form", 6, 2)]


def test_settings_of_executions(admin, flow):
    one = created(admin, "/flows/own/executions/execution", provider="identity-provider-redirector")
    other = created(admin, "/flows/own/executions/execution", provider="auth-cookie")
    config = created(admin, f"/executions/{one}/config", alias="c1",
                     config={"defaultProvider": "x", "empty": "", "none": None})
    written = {"id": config, "alias": "c1", "config": {"defaultProvider": "x"}}
    assert admin.get(f"{A}/config/{config}") == written
    assert admin.get(f"{A}/executions/{one}/config/{config}") == written
    row = executions(admin)[0]
    assert row["alias"] == "c1" and row["authenticationConfig"] == config
    assert admin.get(f"{A}/executions/{one}")["authenticatorConfig"] == config
    again = created(admin, f"/executions/{one}/config", alias="c1", config={})
    admin.request("GET", f"{A}/config/{config}", 404)  # the new ones took its place
    exists = {"errorMessage": "Authentication execution configuration c1 already exists"}
    taken = admin.request("POST", f"{A}/executions/{other}/config", 409, json={"alias": "c1"})
    assert taken.json() == exists
    assert admin.request("POST", f"{A}/config", 409, json={"alias": "c1"}).json() == exists
    for path in (f"/executions/{one}/config", "/config"):
        empty = admin.request("POST", A + path, 409, json={"config": {}})
        assert "empty alias name" in empty.json()["errorMessage"]
        admin.request("POST", A + path, 400, json={"alias": "c9", "nosuch": 1})
        admin.request("POST", A + path, 400, json={"alias": "c9", "config": {"a": {}}})
    missing = admin.request("POST", f"{A}/executions/nosuch/config", 404, json={"alias": "c3"})
    assert missing.json() == NO_EXECUTION

    admin.request("PUT", f"{A}/config/{again}", 204, json={"alias": "c1x", "config": {"a": "b"}})
    assert admin.get(f"{A}/config/{again}") == {"id": again, "alias": "c1x", "config": {"a": "b"}}
    assert executions(admin)[0]["alias"] == "c1x"
    free = created(admin, "/config", alias="free", config={})
    admin.request("PUT", f"{A}/config/{free}", 409, json={"alias": "c1x"})
    admin.request("DELETE", f"{A}/config/{free}", 204)
    admin.request("DELETE", f"{A}/config/{again}", 204)
    assert "authenticationConfig" not in executions(admin)[0]
    for method, body in (("GET", None), ("PUT", {"alias": "q"}), ("DELETE", None)):
        gone = admin.request(method, f"{A}/config/{again}", 404, json=body)
        assert gone.json() == {"error": "Could not find authenticator config"}


def test_a_copy(admin):
    answer = admin.request("POST", f"{A}/flows/browser/copy", 201, json={"newName": "my browser"})
    made = answer.headers["location"].rpartition("/")[2]
    copy = admin.get(f"{A}/flows/{made}")
    assert copy["alias"] == "my browser" and copy["topLevel"] and not copy["builtIn"]
    rows, source = executions(admin, "my browser"), executions(admin, "browser")
    assert [(one["level"], one["priority"], one["requirement"]) for one in rows] == \
           [(one["level"], one["priority"], one["requirement"]) for one in source]
    assert not {one["id"] for one in rows} & {one["id"] for one in source}
    assert "my browser forms" in {one["displayName"] for one in rows}
    for one, of in zip(rows, source):
        if "authenticationConfig" in of:
            assert one["alias"] == f"my browser {of['alias']}"
            assert one["authenticationConfig"] != of["authenticationConfig"]
    for name in ("my browser", None, ""):
        taken = admin.request("POST", f"{A}/flows/browser/copy", 409, json={"newName": name})
        assert taken.json() == {"errorMessage": "New flow alias name already exists"}
    missing = admin.request("POST", f"{A}/flows/nosuch/copy", 404, json={"newName": "n"})
    assert missing.json() == {"error": "Flow not found"}
    before = len(admin.get(f"{A}/flows"))
    admin.request("DELETE", f"{A}/flows/{made}", 204)
    assert len(admin.get(f"{A}/flows")) == before - 1
    admin.request("GET", f"{A}/flows/my%20browser%20forms/executions", 404)


def test_a_bound_flow_that_cannot_run_is_refused_at_sign_in(server, admin, flow):
    def sign_in():
        return requests.post(server.endpoint("token", "flows"), timeout=60, data={
            "client_id": "web", "client_secret": "web-secret", "grant_type": "password",
            "username": "ada", "password": "lovelace"})

    assert sign_in().status_code == 200
    made = created(admin, "/flows/own/executions/execution", provider="direct-grant-validate-otp",
                   requirement="REQUIRED")
    admin.request("PUT", "", 204, json={"realm": "flows", "directGrantFlow": "own"})
    bound = admin.request("DELETE", f"{A}/flows/{flow}", 409)
    assert "is bound" in bound.json()["errorMessage"]
    refused = sign_in()
    assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"
    # The binding follows the flow's name, and the change is there at once.
    admin.request("PUT", f"{A}/flows/{flow}", 204, json={
        "alias": "other name", "providerId": "basic-flow", "topLevel": True})
    assert admin.get("")["directGrantFlow"] == "other name"
    admin.request("DELETE", f"{A}/executions/{made}", 204)
    for provider in ("direct-grant-validate-username", "direct-grant-validate-password"):
        created(admin, "/flows/other name/executions/execution", provider=provider,
                requirement="REQUIRED")
    assert sign_in().status_code == 200
    admin.request("PUT", "", 204, json={"realm": "flows", "directGrantFlow": "direct grant"})

    web = admin.get("/clients", clientId="web")[0]["id"]
    admin.request("PUT", f"/clients/{web}", 204, json={
        "clientId": "web", "authenticationFlowBindingOverrides": {"browser": flow}})
    admin.request("DELETE", f"{A}/flows/{flow}", 409)
    admin.request("PUT", f"/clients/{web}", 204, json={
        "clientId": "web", "authenticationFlowBindingOverrides": {"browser": ""}})


def test_what_flows_can_be_built_of(admin):
    for path, id_, count in (("authenticator-providers", "auth-cookie", 42),
                             ("client-authenticator-providers", "client-secret", 5),
                             ("form-action-providers", "registration-user-creation", 5),
                             ("form-providers", "registration-page-form", 1)):
        found = admin.get(f"{A}/{path}")
        assert len(found) == count and id_ in {one["id"] for one in found}
        assert all(one["displayName"] and "description" in one for one in found)
    described = admin.get(f"{A}/config-description/identity-provider-redirector")
    assert described["providerId"] == "identity-provider-redirector"
    assert described["properties"][0]["name"] == "defaultProvider"
    for provider in ("nosuch", "registration-page-form"):
        missing = admin.request("GET", f"{A}/config-description/{provider}", 404)
        assert missing.json() == {"error": "Could not find authenticator provider"}
    of_clients = admin.get(f"{A}/per-client-config-description")
    assert of_clients["client-secret"] == [] and len(of_clients["federated-jwt"]) == 2


def actions(admin):
    return [one["alias"] for one in admin.get(f"{A}/required-actions")]


def test_required_actions(admin):
    base = f"{A}/required-actions"
    assert len(actions(admin)) == 14
    totp = admin.get(f"{base}/CONFIGURE_TOTP")
    assert totp == {"alias": "CONFIGURE_TOTP", "name": "Configure OTP",
                    "providerId": "CONFIGURE_TOTP", "enabled": True, "defaultAction": False,
                    "priority": totp["priority"], "config": {}}
    admin.request("PUT", f"{base}/CONFIGURE_TOTP", 204, json={
        **totp, "name": "X", "enabled": False, "providerId": "qqq", "config": {"a": "b"}})
    assert admin.get(f"{base}/CONFIGURE_TOTP") == {
        **totp, "name": "X", "enabled": False, "config": {"a": "b"}}
    admin.request("PUT", f"{base}/CONFIGURE_TOTP", 204, json=totp)
    before = actions(admin)
    place = before.index("VERIFY_EMAIL")
    admin.request("POST", f"{base}/VERIFY_EMAIL/raise-priority", 204)
    assert actions(admin).index("VERIFY_EMAIL") == place - 1
    admin.request("POST", f"{base}/VERIFY_EMAIL/lower-priority", 204)
    assert actions(admin) == before
    for method, tail, dot in (("GET", "", ""), ("PUT", "", ""), ("DELETE", "", "."),
                              ("POST", "/raise-priority", "."), ("POST", "/lower-priority", ".")):
        body = {"alias": "nosuch"} if method == "PUT" else None
        missing = admin.request(method, f"{base}/nosuch{tail}", 404, json=body)
        assert missing.json() == {"error": f"Failed to find required action{dot}"}
    unknown = admin.request("PUT", f"{base}/CONFIGURE_TOTP", 400, json={**totp, "nosuch": 1})
    assert 'Unrecognized field "nosuch" at line 1 column ' in unknown.json()["error"]
    admin.request("PUT", f"{base}/CONFIGURE_TOTP", 409, json={**totp, "alias": "VERIFY_EMAIL"})
    admin.request("PUT", f"{base}/CONFIGURE_TOTP", 400, json={**totp, "priority": 1 << 40})


def test_registration_of_required_actions(admin):
    assert admin.get(f"{A}/unregistered-required-actions") == []
    admin.request("DELETE", f"{A}/required-actions/delete_account", 204)
    assert admin.get(f"{A}/unregistered-required-actions") == [
        {"providerId": "delete_account", "name": "Delete Account"}]
    admin.request("POST", f"{A}/register-required-action", 204,
                  json={"providerId": "delete_account", "name": "Delete Account"})
    assert actions(admin)[-1] == "delete_account"
    found = admin.get(f"{A}/required-actions/delete_account")
    assert found["enabled"] and found["priority"] == 1001
    again = admin.request("POST", f"{A}/register-required-action", 409,
                          json={"providerId": "delete_account", "name": "Delete Account"})
    assert again.json()["error"] == "conflict"
    for body in ({"providerId": "nosuch", "name": "x"}, {"name": "x"}, {}):
        bad = admin.request("POST", f"{A}/register-required-action", 400, json=body)
        assert bad.json() == {"error": "Required Action Provider with given providerId not found"}


def test_settings_of_required_actions(admin):
    base = f"{A}/required-actions"
    path = f"{base}/UPDATE_PASSWORD/config"
    assert admin.get(path) == {"config": {}}
    admin.request("PUT", path, 204, json={"config": {"max_auth_age": "30", "unknown": "1"}})
    assert admin.get(path) == {"config": {"max_auth_age": "30"}}
    assert admin.get(f"{base}/UPDATE_PASSWORD")["config"] == {"max_auth_age": "30"}
    bad = admin.request("PUT", path, 400, json={"config": {"max_auth_age": "x"}})
    assert bad.json() == {"field": "max_auth_age", "errorMessage": "error-invalid-value",
                          "params": ["max_auth_age"]}
    admin.request("DELETE", path, 204)
    assert admin.get(path) == {"config": {}}
    assert admin.get(f"{base}/UPDATE_PASSWORD/config-description")["properties"][0]["name"] == \
        "max_auth_age"
    for method, body in (("GET", None), ("DELETE", None), ("PUT", {"config": {}})):
        none = admin.request(method, f"{base}/nosuch/config", 400, json=body)
        assert none.json() == {"error": "RequiredAction is not configurable"}
    none = admin.request("GET", f"{base}/nosuch/config-description", 404)
    assert none.json() == {"error": "Could not find configurable RequiredAction provider"}
