"""What infrastructure code writes by the admin API and reads back: parts of maps, empty texts, what
is not said. A tool that reads something else than it wrote writes it again, each time it runs."""

import secrets

import pytest
import requests

from support import realm as realms

HEADERS = {"contentSecurityPolicy": "frame-src 'self'; frame-ancestors 'self'; object-src 'none';",
           "contentSecurityPolicyReportOnly": "", "referrerPolicy": "no-referrer",
           "strictTransportSecurity": "max-age=31536000; includeSubDomains",
           "xContentTypeOptions": "nosniff", "xFrameOptions": "SAMEORIGIN", "xRobotsTag": "none"}
EVERY_REALMS = {"cibaAuthRequestedUserHint": "login_hint", "cibaExpiresIn": "120",
                "cibaBackchannelTokenDeliveryMode": "poll", "cibaInterval": "5",
                "oauth2DeviceCodeLifespan": "600", "oauth2DevicePollingInterval": "5",
                "parRequestUriLifespan": "60"}


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture(scope="module")
def admin(server):
    """One realm: keys take their time."""
    name = "code-" + secrets.token_hex(4)
    server.admin().create_realm({
        "realm": name, "enabled": True, "sslRequired": "none",
        "browserSecurityHeaders": {"xFrameOptions": "DENY"}})
    return server.admin(name)


def made(admin, path, **body):
    """What is read back of something new."""
    answer = admin.request("POST", path, 201, json=body)
    return admin.get(f"{path}/{answer.headers['Location'].rsplit('/', 1)[1]}")


# ---- realms


def test_a_part_of_the_headers_leaves_the_others(admin):
    assert admin.get("")["browserSecurityHeaders"] == {**HEADERS, "xFrameOptions": "DENY"}
    admin.request("PUT", "", 204, json={"browserSecurityHeaders": {"xRobotsTag": "all"}})
    admin.request("PUT", "", 204, json={"browserSecurityHeaders": {}})
    assert admin.get("")["browserSecurityHeaders"] == {
        **HEADERS, "xFrameOptions": "DENY", "xRobotsTag": "all"}


def test_settings_that_keycloak_has_as_attributes_too(admin):
    admin.request("PUT", "", 204, json={
        "clientSessionIdleTimeout": 0, "clientOfflineSessionMaxLifespan": 5, "scimApiEnabled": False})
    assert admin.get("")["attributes"].items() >= {
        "clientSessionIdleTimeout": "0", "clientOfflineSessionMaxLifespan": "5",
        "scimApiEnabled": "false"}.items()
    admin.request("PUT", "", 204, json=admin.get(""))
    assert admin.get("")["attributes"]["clientSessionMaxLifespan"] == "0"


def test_the_applications_for_one_time_codes(admin):
    apps = ["totpAppFreeOTPName", "totpAppGoogleName", "totpAppMicrosoftAuthenticatorName"]
    policy = {"otpPolicyType": "totp", "otpPolicyAlgorithm": "HmacSHA1", "otpPolicyDigits": 6,
              "otpPolicyPeriod": 30, "otpPolicyCodeReusable": False}
    for change, n in (({"otpPolicyDigits": 8}, 2), ({"otpPolicyAlgorithm": "HmacSHA256"}, 2),
                      ({"otpPolicyPeriod": 60}, 1), ({"otpPolicyType": "hotp"}, 2),
                      ({"otpPolicyCodeReusable": True}, 3), ({}, 3)):
        admin.request("PUT", "", 204, json={**policy, **change})
        realm = admin.get("")
        assert realm["otpSupportedApplications"] == apps[:n]
        assert realm["attributes"]["realmReusableOtpCode"] == str(
            realm["otpPolicyCodeReusable"]).lower()


def test_attributes_replace_each_other_but_those_that_every_realm_has(admin):
    admin.request("PUT", "", 204, json={"attributes": {"one": "1", "cibaInterval": "7"}})
    admin.request("PUT", "", 204, json={"attributes": {"two": "2"}})
    attributes = admin.get("")["attributes"]
    assert attributes.items() >= {**EVERY_REALMS, "cibaInterval": "7", "two": "2"}.items()
    assert "one" not in attributes


def test_this_servers_own_attributes_stay_where_nobody_names_them(admin):
    """Programs made for Keycloak write a map that has none of them."""
    own = "curfew.signout.on_idle"
    admin.request("PUT", "", 204, json={"attributes": {own: "silent"}})
    admin.request("PUT", "", 204, json={"attributes": {"two": "2"}})
    assert admin.get("")["attributes"][own] == "silent"
    admin.request("PUT", "", 204, json={"attributes": {own: ""}})
    assert own not in admin.get("")["attributes"]
    admin.request("PUT", "", 204, json={"attributes": {own: "silent"}})
    admin.request("PATCH", "", 204, json={"attributes": {own: None}})
    assert own not in admin.get("")["attributes"]


@pytest.mark.parametrize("binding", [
    "registrationFlow", "resetCredentialsFlow", "clientAuthenticationFlow",
    "dockerAuthenticationFlow", "firstBrokerLoginFlow"])
def test_a_binding_names_a_flow(admin, binding):
    answer = admin.request("PUT", "", 400, json={binding: "nothing"})
    assert f"$.{binding}" in answer.json()["error_description"]
    admin.request("PUT", "", 204, json={binding: "direct grant"})
    assert admin.get("")[binding] == "direct grant"


def test_the_themes_that_realms_name_are_there(server):
    answer = requests.get(f"{server.url}/admin/serverinfo", timeout=30,
                          headers=server.admin().bearer())
    themes = {kind: {one["name"] for one in names}
              for kind, names in answer.json()["themes"].items()}
    assert themes["login"] >= {"keycloak", "keycloak.v2"} and "keycloak" in themes["email"]
    assert "keycloak.v3" in themes["account"] and "keycloak.v2" in themes["admin"]


# ---- clients


def test_a_client_that_names_its_protocol_is_a_public_one_unless_it_says_so(admin):
    default = {"publicClient": True, "directAccessGrantsEnabled": True, "bearerOnly": False}
    oidc = {"protocol": "openid-connect"}
    client = made(admin, "/clients", clientId="one", **oidc)
    assert client.items() >= default.items()
    assert client["attributes"].items() >= {
        "backchannel.logout.session.required": "true",
        "backchannel.logout.revoke.offline.tokens": "false"}.items()
    assert "secret" not in client and "adminUrl" not in client
    said = {"publicClient": False, "directAccessGrantsEnabled": False,
            "attributes": {"backchannel.logout.session.required": "false"}}
    client = made(admin, "/clients", clientId="two", **oidc, **said)
    assert client["attributes"]["backchannel.logout.session.required"] == "false"
    assert not client["publicClient"] and not client["directAccessGrantsEnabled"]
    assert client["secret"]
    client = made(admin, "/clients", clientId="three")
    assert not client["publicClient"] and not client["directAccessGrantsEnabled"]
    assert "backchannel.logout.session.required" not in client["attributes"]


@pytest.mark.parametrize(("name", "root"), [
    ("plain", "https://app.example.org"), ("slash", "https://app.example.org/")])
def test_the_root_url_says_where_such_a_client_is(admin, name, root):
    client = made(admin, "/clients", clientId=name, protocol="openid-connect", rootUrl=root)
    assert client["redirectUris"] == ["https://app.example.org/*"]
    assert client["webOrigins"] == ["https://app.example.org"]
    assert client["adminUrl"] == root
    client = made(admin, "/clients", clientId="more " + name, protocol="openid-connect",
                  rootUrl=root, redirectUris=["https://other.example.org/cb"],
                  adminUrl="https://adm.example.org")
    assert client["redirectUris"] == ["https://other.example.org/cb"]
    assert client["adminUrl"] == "https://adm.example.org"
    assert made(admin, "/clients", clientId="no " + name, rootUrl=root)["redirectUris"] == []


def test_what_is_sent_empty_gets_no_default(admin):
    empty = {"saml.authnstatement": "", "saml.server.signature": "", "saml_name_id_format": ""}
    client = made(admin, "/clients", clientId="sp", protocol="saml", attributes=empty,
                  authenticationFlowBindingOverrides={"browser": "", "direct_grant": ""})
    assert not empty.keys() & client["attributes"].keys()
    assert client["attributes"]["saml.signature.algorithm"] == "RSA_SHA256"
    # The SHA-1 of "sp".
    assert client["attributes"]["saml.artifact.binding.identifier"] == "6MXlvk1JJuOsx07Y3TvrGPprFZM="
    assert client["authenticationFlowBindingOverrides"] == {}


def test_nulls_take_away_what_a_client_has(admin):
    flow = next(one["id"] for one in admin.get("/authentication/flows") if one["alias"] == "browser")
    flows = {"browser": flow, "direct_grant": flow}
    client = made(admin, "/clients", clientId="nulls", attributes={"a": "1", "b": "2", "none": None},
                  authenticationFlowBindingOverrides=flows)
    path = f"/clients/{client['id']}"
    assert "none" not in client["attributes"]
    for body, attributes, overrides in (
            ({"attributes": {"a": None}}, {"b"}, flows),
            ({"attributes": {}, "authenticationFlowBindingOverrides": {"browser": None}},
             {"b"}, {"direct_grant": flow}),
            ({"attributes": None, "authenticationFlowBindingOverrides": {"direct_grant": None,
                                                                         "browser": flow}},
             {"b"}, {"browser": flow})):
        admin.request("PUT", path, 204, json={"clientId": "nulls", **body})
        after = admin.get(path)
        assert {"a", "b"} & after["attributes"].keys() == attributes
        assert after["authenticationFlowBindingOverrides"] == overrides


@pytest.mark.parametrize("path", ["/groups", "/roles"])
def test_an_attribute_without_values_goes(admin, path):
    body = {"name": "listed", "attributes": {"a": ["1"], "b": ["2"]}}
    admin.request("POST", path, 201, json=body)
    held = next(one for one in admin.get(path) if one["name"] == "listed")
    at = f"/groups/{held['id']}" if path == "/groups" else "/roles/listed"
    admin.request("PUT", at, 204, json={**held, "attributes": {"a": [], "b": [""]}})
    assert admin.get(at)["attributes"] == {"b": [""]}


# ---- mappers


def test_mappers_are_read_as_they_count(admin):
    mappers = [{"name": kind, "protocol": "openid-connect", "protocolMapper": kind, "config": config}
               for kind, config in (("oidc-audience-resolve-mapper", {}), ("oidc-full-name-mapper", {
                   "id.token.claim": "true", "access.token.claim": "false", "empty": ""}),
                   ("oidc-allowed-origins-mapper", {"access.token.claim": "false"}))]
    on = {"access.token.claim": "true", "introspection.token.claim": "true"}
    for path, name in (("/clients", "clientId"), ("/client-scopes", "name")):
        holder = made(admin, path, **{name: "mapped", "protocol": "openid-connect",
                                      "protocolMappers": mappers})
        def configs(listed):
            return {one["name"].split("-")[1]: one["config"] for one in listed}
        # What is kept is what was sent, and the switch of userinfo.
        assert configs(holder["protocolMappers"]) == {
            "audience": {}, "allowed": {"access.token.claim": "false"},
            "full": {"access.token.claim": "false", "id.token.claim": "true",
                     "userinfo.token.claim": "true"}}
        assert configs(admin.get(f"{path}/{holder['id']}/protocol-mappers/models")) == {
            "audience": on, "allowed": {**on, "access.token.claim": "false"},
            "full": {"access.token.claim": "false", "introspection.token.claim": "false",
                     "id.token.claim": "true", "userinfo.token.claim": "true"}}


def test_a_pairwise_subject_has_a_salt_of_its_own(admin):
    client = made(admin, "/clients", clientId="pairs", redirectUris=["https://app.example.org/cb"])
    path = f"/clients/{client['id']}/protocol-mappers/models"
    salts = [made(admin, path, name=name, protocol="openid-connect", config={},
                  protocolMapper="oidc-sha256-pairwise-sub-mapper")["config"][
                      "pairwiseSubAlgorithmSalt"] for name in ("one", "two")]
    assert len(salts[0]) == 36 and salts[0] != salts[1]


# ---- users


def test_users_of_a_realm_of_several_languages_have_one(admin):
    def names():
        return [one["name"] for one in admin.get("/users/profile/metadata")["attributes"]]
    body = {"username": "anna", "attributes": {"locale": ["de"], "other": ["x"]}}
    assert "attributes" not in made(admin, "/users", **body)
    assert "locale" not in names()
    admin.request("PUT", "", 204, json={"internationalizationEnabled": True,
                                        "supportedLocales": ["de", "en"]})
    assert made(admin, "/users", **{**body, "username": "bert"})["attributes"] == {"locale": ["de"]}
    assert names()[0] == "locale"
    assert admin.get("/users/profile/metadata")["attributes"][0] == {
        "name": "locale", "displayName": "locale", "required": False, "readOnly": False,
        "validators": {}, "multivalued": False}
    assert [one["name"] for one in admin.get("/users/profile")["attributes"]][0] == "username"
    # A profile that names it decides.
    profile = admin.get("/users/profile")
    profile["attributes"].append({"name": "locale", "permissions": {"view": [], "edit": ["user"]}})
    admin.request("PUT", "/users/profile", 200, json=profile)
    assert "attributes" not in made(admin, "/users", **{**body, "username": "cleo"})


@pytest.mark.parametrize("config", [
    '{"attributes":[{"name":"username"}]}', '{"attributes":[]}', '{"attributes":', "[]",
    '{"attributes":[{"name":"username"},{"name":"email"},{"name":"email"}]}'])
def test_a_profile_that_is_sent_as_a_component_is_looked_at(admin, config):
    answer = admin.request("POST", "/components", 400, json={
        "name": "profile", "providerId": "declarative-user-profile",
        "providerType": "org.keycloak.userprofile.UserProfileProvider",
        "config": {"kc.user.profile.config": [config]}})
    assert answer.json()
    assert admin.get("/users", max=1) is not None


# ---- names with slashes


def test_sub_flows_with_a_slash_in_their_name(admin):
    path = "/authentication/flows"
    admin.request("POST", path, 201, json={"alias": "mine", "providerId": "basic-flow",
                                           "topLevel": True, "builtIn": False})
    admin.request("POST", f"{path}/mine/executions/flow", 201, json={
        "alias": "forms/own", "type": "basic-flow", "provider": "registration-page-form"})
    below = f"{path}/forms%2Fown/executions"
    admin.request("POST", f"{below}/execution", 201, json={"provider": "auth-cookie"})
    admin.request("POST", f"{below}/flow", 201, json={"alias": "a/b", "type": "basic-flow",
                                                      "provider": "registration-page-form"})
    [cookie, flow] = admin.get(below)
    assert cookie["providerId"] == "auth-cookie" and flow["displayName"] == "a/b"
    admin.request("PUT", below, 204, json={"id": cookie["id"], "requirement": "REQUIRED"})
    assert admin.get(below)[0]["requirement"] == "REQUIRED"


def test_texts_with_a_slash_in_their_key_and_of_no_type(admin):
    path = "/localization/de"
    for key, body, headers in (("a%2Fb", b"x", {"Content-Type": "text/plain"}), ("none", None, {})):
        admin.request("PUT", f"{path}/{key}", 204, data=body, headers=headers)
    assert admin.get(path) == {"a/b": "x", "none": ""}
    admin.request("DELETE", f"{path}/a%2Fb", 204)
    assert admin.get(path) == {"none": ""}
