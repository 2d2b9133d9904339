"""What hangs on a realm in the admin API: texts, client policies, caches; what the server is; the
export of a part."""

import json
import secrets

import pytest
import requests

from support import realm as realms


@pytest.fixture(scope="module")
def server(shared):
    return shared.server(realms.customers({}))


@pytest.fixture
def admin(server):
    name = "parts-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed({
        "realm": name, "enabled": True, "sslRequired": "none", "adminEventsEnabled": True}))
    return server.admin(name)


def text(admin, path, body, expect=204, kind="text/plain"):
    return admin.request("PUT", path, expect, data=body, headers={"content-type": kind})


def test_texts_by_locale_and_key(admin):
    assert admin.get("/localization") == [] and admin.get("/localization/de") == {}
    admin.request("POST", "/localization/de", 204, json={"loginTitle": "Hallo", "a": "b"})
    admin.request("POST", "/localization/de", 204, json={"c": "d", "a": 1})
    text(admin, "/localization/de/k1", "ein Text".encode())
    text(admin, "/localization/de/k1", "ein anderer Täxt <b>".encode())
    assert admin.get("/localization") == ["de"]
    assert admin.get("/localization/de") == {
        "loginTitle": "Hallo", "a": "1", "c": "d", "k1": "ein anderer Täxt <b>"}
    answer = admin.request("GET", "/localization/de/k1", 200)
    assert answer.text == "ein anderer Täxt <b>"
    assert answer.headers["content-type"].startswith("text/plain")
    admin.request("POST", "/localization/fr", 204, json={"x": "y"})
    admin.request("PUT", "", 204, json={"defaultLocale": "fr"})
    assert admin.get("/localization/de", useRealmDefaultLocaleFallback="true")["x"] == "y"
    assert "x" not in admin.get("/localization/de")
    admin.request("DELETE", "/localization/de/k1", 204)
    admin.request("DELETE", "/localization/de", 204)
    assert admin.get("/localization") == ["fr"]
    paths = [one["resourcePath"] for one in admin.get("/admin-events", resourcePath="localization*")]
    assert paths[:2] == ["localization/de", "localization/de/k1"]
    # They go with the realm.
    assert admin.get("/export")["localizationTexts"] == {"fr": {"x": "y"}}


def bundle(server, realm, type, locale, expect=200, **query):
    answer = requests.get(f"{server.url}/resources/{realm}/{type}/{locale}", params=query, timeout=60)
    assert answer.status_code == expect, answer.text
    return {one.pop("key"): one for one in answer.json()} if expect == 200 else None


def test_all_texts_of_a_language(server, admin):
    realm = admin.get("")["realm"]
    before = bundle(server, realm, "admin", "en")
    assert len(before) > 100 and before == bundle(server, "master", "login", "en")
    assert before == bundle(server, realm, "email", "xx")
    german = bundle(server, realm, "account", "de-AT")
    assert german.keys() == before.keys() and german["loginTitle"] != before["loginTitle"]
    admin.request("POST", "/localization/de", 204, json={"loginTitle": "Wer <b>?", "own.key": "{0}"})
    now = bundle(server, realm, "login", "de", source="true")
    assert now["loginTitle"] == {"value": "Wer <b>?", "source": "REALM"}
    assert now["own.key"] == {"value": "{0}", "source": "REALM"}
    assert {one["source"] for one in now.values()} == {"REALM", "THEME"}
    assert now.keys() == {*before, "own.key"}
    assert bundle(server, realm, "login", "en") == before
    bundle(server, realm, "nosuch", "en", 404)
    bundle(server, "nosuch", "login", "en", 404)


def test_texts_come_as_a_file(admin):
    admin.request("POST", "/localization/nl", 204, files={"file": ("nl.json", '{"one": "een"}')})
    assert admin.get("/localization/nl") == {"one": "een"}
    for files in ({"file": ("nl.json", "[]")}, {"other": ("nl.json", "{}")}, {"file": ("nl.json", "")}):
        admin.request("POST", "/localization/nl", 400, files=files)
    admin.request("DELETE", "/localization/nl", 204)


def test_an_export_without_clients_names_none(server):
    for flags, clients in (({"exportGroupsAndRoles": "true"}, False),
                           ({"exportGroupsAndRoles": "true", "exportClients": "true"}, True)):
        found = server.admin().request("POST", "/partial-export", 200, params=flags).json()
        assert ("clients" in found) == clients == ("client" in found["roles"])
        scopes = [one["clientScope"] for one in found["scopeMappings"] if "clientScope" in one]
        assert "offline_access" in scopes and (clients or len(scopes) == len(found["scopeMappings"]))


def test_texts_that_are_not_there(admin):
    missing = {"error": "Localization text not found"}
    admin.request("POST", "/localization/de", 204, json={"a": "b"})
    for method, path in (("GET", "/localization/de/nope"), ("GET", "/localization/fr/nope"),
                         ("DELETE", "/localization/de/nope"), ("DELETE", "/localization/fr/a")):
        assert admin.request(method, path, 404).json() == missing
    assert admin.request("DELETE", "/localization/fr", 404).json() == {
        "error": "No localization texts for locale fr found."}


def test_texts_that_cannot_be(admin):
    for body in ({"a": {}}, {"a": []}, [], "x"):
        admin.request("POST", "/localization/de", 400, json=body)
    admin.request("POST", "/localization/de", 400, json={"a": "x" * 5000})
    admin.request("POST", "/localization/de", 400, json={"x" * 300: "a"})
    text(admin, "/localization/de/k", b"\xff", 400)
    text(admin, "/localization/de/k", b"{}", 415, "application/json")
    assert admin.get("/localization") == []


PROFILE = {"name": "p1", "description": "d", "executors": [
    {"executor": "pkce-enforcer", "configuration": {"auto-configure": True}}]}
POLICY = {"name": "q1", "enabled": True, "conditions": [
    {"condition": "any-client", "configuration": {}}], "profiles": ["p1", "fapi-1-baseline"]}


def test_client_profiles_and_policies_are_kept(admin):
    assert admin.get("/client-policies/profiles") == {"profiles": []}
    assert admin.get("/client-policies/policies") == {"policies": []}
    known = admin.get("/client-policies/profiles", **{"include-global-profiles": "true"})
    assert "fapi-1-baseline" in {one["name"] for one in known["globalProfiles"]}
    admin.request("PUT", "/client-policies/profiles", 204, json={**known, "profiles": [PROFILE]})
    assert admin.get("/client-policies/profiles") == {"profiles": [PROFILE]}
    admin.request("PUT", "/client-policies/policies", 204,
                  json={"policies": [POLICY, {"name": "q2"}]})
    assert admin.get("/client-policies/policies") == {"policies": [
        POLICY, {"name": "q2", "enabled": False, "conditions": [], "profiles": []}]}
    assert admin.get("/client-policies/policies", **{"include-global-policies": "true"})[
        "globalPolicies"] == []
    assert admin.get("/export")["clientProfiles"] == {"profiles": [PROFILE]}
    admin.request("PUT", "/client-policies/profiles", 204, json={})
    assert admin.get("/client-policies/profiles") == {"profiles": []}


@pytest.mark.parametrize("profiles, text", [
    ([PROFILE, PROFILE], "proposed client profile name duplicated."),
    ([{"executors": []}], "client profile without its name not allowed."),
    ([{"name": "fapi-1-baseline"}],
     "Proposed profile name 'fapi-1-baseline' is duplicated as a global profile"),
    ([{"name": "x", "executors": [{"executor": "nope"}]}],
     "proposed client profile contains the executor, which does not have valid provider, or has "
     "invalid configuration.")])
def test_profiles_that_cannot_be(admin, profiles, text):
    answer = admin.request("PUT", "/client-policies/profiles", 400, json={"profiles": profiles})
    assert answer.json() == {"errorMessage": text}
    assert admin.get("/client-policies/profiles") == {"profiles": []}


@pytest.mark.parametrize("policies, text", [
    ([{"name": "q"}, {"name": "q"}], "proposed client policy name duplicated"),
    ([{"conditions": []}], "client policy without name not allowed"),
    ([{"name": "q", "profiles": ["nope"]}], "Policy q contains invalid profile nope"),
    ([{"name": "q", "conditions": [{"condition": "nope"}]}],
     "Policy q contains invalid condition nope")])
def test_policies_that_cannot_be(admin, policies, text):
    answer = admin.request("PUT", "/client-policies/policies", 400, json={"policies": policies})
    assert answer.json() == {"errorMessage": text}
    for body in ({"nosuch": []}, {"policies": [{"nosuch": 1}]}, {"policies": {}}, []):
        admin.request("PUT", "/client-policies/policies", 400, json=body)


def test_caches_and_registrators(admin):
    for what in ("realm", "keys", "user", "crl"):
        admin.request("POST", f"/clear-{what}-cache", 204)
    assert isinstance(admin.get("/credential-registrators"), list)
    assert admin.get()["enabled"] is True


def test_registration_policies_know_the_scopes_of_the_realm(admin):
    kinds = {one["id"]: one for one in admin.get("/client-registration-policy/providers")}
    assert {"max-clients", "trusted-hosts", "scope"} <= set(kinds)
    options = kinds["allowed-client-templates"]["properties"][0]["options"]
    assert {"profile", "email", "openid"} <= set(options)


def test_the_server_says_what_it_is(server, admin):
    answer = requests.get(server.url + "/admin/serverinfo", headers=admin.bearer(), timeout=30)
    assert answer.status_code == 200
    info = answer.json()
    assert info["systemInfo"]["version"] == "26.7.0"
    assert info["systemInfo"]["productName"] == "Curfew" and info["systemInfo"]["uptimeMillis"] >= 0
    memory = info["memoryInfo"]
    assert 0 < memory["used"] < memory["total"] == memory["used"] + memory["free"]
    assert {"profileInfo", "features", "cryptoInfo", "themes", "socialProviders",
            "identityProviders", "providers", "protocolMapperTypes", "builtinProtocolMappers",
            "clientInstallations", "componentTypes", "passwordPolicies", "enums"} <= set(info)
    mappers = {one["id"] for one in info["protocolMapperTypes"]["openid-connect"]}
    assert "oidc-usermodel-attribute-mapper" in mappers
    assert "LOGIN_ERROR" in info["enums"]["eventType"]
    assert requests.get(server.url + "/admin/serverinfo", timeout=30).status_code == 401


def test_whoami_is_for_the_console(server):
    for realm, expect, word in (("master", 403, "admin-cli"), ("customers", 401, "401")):
        answer = requests.get(f"{server.url}/admin/{realm}/console/whoami",
                              headers=server.admin().bearer(), timeout=30)
        assert answer.status_code == expect and word in answer.json()["error"]


def test_a_part_of_the_realm_is_exported_without_secrets(server):
    admin = server.admin()
    small = admin.request("POST", "/partial-export", 200).json()
    assert small["realm"] == "customers" and small["clientScopes"] and small["components"]
    assert not {"users", "clients", "roles", "groups"} & set(small)
    query = {"exportClients": "true", "exportGroupsAndRoles": "true"}
    whole = admin.request("POST", "/partial-export", 200, params=query).json()
    assert {"realm", "client"} <= set(whole["roles"])
    assert {one["serviceAccountClientId"] for one in whole["users"]} == {
        one["clientId"] for one in whole["clients"] if one.get("serviceAccountsEnabled")} != set()
    assert not any(one.get("credentials") for one in whole["users"])
    shop = next(one for one in whole["clients"] if one["clientId"] == "django-shop")
    assert shop["secret"] == "**********"
    clear = admin.get("/export")
    hidden = [one["secret"] for one in clear["clients"] if one.get("secret")]
    hidden += [value for kind in clear["components"].values() for one in kind
               for name in ("privateKey", "secret") for value in one["config"].get(name, [])]
    told = json.dumps(whole)
    assert len(hidden) > 5 and not [one for one in hidden if one in told]


def test_texts_stand_on_the_pages(server):
    server.admin().create_realm({"realm": "words", "enabled": True, "sslRequired": "none"})
    admin = server.admin("words")
    admin.request("POST", "/clients", 201, json={
        "clientId": "shop", "name": "${shopName}", "publicClient": True, "consentRequired": True,
        "redirectUris": ["http://127.0.0.1:9/*"]})

    def put(locale, key, text):
        admin.request("PUT", f"/localization/{locale}/{key}", 204, data=text.encode(),
                      headers={"Content-Type": "text/plain"})

    def page(**query):
        answer = requests.get(server.endpoint("auth", "words"), timeout=60, params={
            "client_id": "shop", "response_type": "code", "redirect_uri": "http://127.0.0.1:9/cb",
            "scope": "openid", **query}, headers={"Accept-Language": "xx"})
        assert answer.status_code == 200, answer.text
        return answer.headers["content-language"], answer.text

    put("en", "doLogIn", "Come <b>in</b> & it''s {{realm}} {9} \"x\"")
    put("en", "loginTitle", "Into {0} with you {1}")
    language, text = page()
    assert language == "en" and "Password" in text
    assert "Come &lt;b&gt;in&lt;/b&gt; &amp; it" in text and "<b>in" not in text
    assert "s &#123;&#123;realm}} &#123;9} &quot;x&quot;" in text
    assert "Into words with you &#123;1}" in text
    # The realm's default, and what an application asks for; also languages of the realm's alone.
    admin.request("PUT", "", 204, json={"internationalizationEnabled": True, "defaultLocale": "de",
                                        "supportedLocales": ["en", "de", "fr", "de-AT"]})
    assert page()[0] == "de" and "Anmelden" in page()[1] and "Come" not in page()[1]
    put("de", "doLogIn", "Herein")
    put("de-AT", "password", "Kennwort")
    put("fr", "password", "Mot de passe")
    put("it", "password", "Parola")
    language, text = page()
    assert language == "de" and "Herein" in text and "Passwort" in text and "Kennwort" not in text
    language, text = page(ui_locales="de-AT")
    assert language == "de-AT" and "Herein" in text and "Kennwort" in text
    language, text = page(ui_locales="de-CH")
    assert language == "de" and "Herein" in text and "Passwort" in text
    language, text = page(ui_locales="fr")
    assert language == "fr" and "Mot de passe" in text and "Come &lt;b" in text
    assert page(ui_locales="it")[0] == "de"
    assert page(ui_locales="en")[0] == "en" and "Come" in page(ui_locales="en")[1]
    admin.request("DELETE", "/localization/de/doLogIn", 204)
    assert "Herein" not in page()[1] and "Anmelden" in page()[1]


def unreadable(admin, method, path, body):
    answer = admin.request(method, path, 400, data=body,
                           headers={"content-type": "application/json"}).json()
    return answer["error"], answer.get("error_description", "")


def test_bodies_that_cannot_be_read(admin):
    """Keycloak's words, by which clients know what was wrong; behind them where it was."""
    user = admin.request("POST", "/users", 201, json={"username": "somebody"})
    user = "/users/" + user.headers["location"].rpartition("/")[2]
    client = admin.request("POST", "/clients", 201, json={"clientId": "some"})
    client = "/clients/" + client.headers["location"].rpartition("/")[2]
    for method, path, body, representation, field, place in (
            ("PUT", "", '{"wrong": 1}', "Realm", "wrong", "$.wrong = 1"),
            ("PUT", user, '{"wrong": {"a": 1}}', "User", "wrong", '$.wrong = {"a":1}'),
            ("PUT", user, '{"credentials": [{"bad": 1}]}', "Credential", "bad", "$.credentials[0].bad = 1"),
            ("PUT", user + "/reset-password", '{"bad": 1}', "Credential", "bad", "$.bad = 1"),
            ("POST", user + "/role-mappings/realm", '[{}, {"bad": 1}]', "Role", "bad", "$[1].bad = 1"),
            ("POST", user + "/federated-identity/x", '{"bad": 1}', "FederatedIdentity", "bad", "$.bad = 1"),
            ("PUT", client, '{"a b": ": x"}', "Client", "a b", '$["a b"] = ": x"'),
            ("PUT", client, '{"protocolMappers": [{"bad": 1}]}', "ProtocolMapper", "bad",
             "$.protocolMappers[0].bad = 1"),
            ("POST", client + "/protocol-mappers/models", '{"bad": 1}', "ProtocolMapper", "bad", "$.bad = 1"),
            ("POST", client + "/roles", '{"bad": 1}', "Role", "bad", "$.bad = 1"),
            ("POST", "/groups", '{"bad": 1}', "Group", "bad", "$.bad = 1"),
            ("POST", "/components", '{"bad": 1}', "Component", "bad", "$.bad = 1"),
            ("POST", "/authentication/flows", '{"bad": 1}', "AuthenticationFlow", "bad", "$.bad = 1"),
            ("PUT", "/events/config", '{"bad": 1}', "RealmEventsConfig", "bad", "$.bad = 1"),
            ("POST", "/identity-provider/instances", '{"bad": 1}', "IdentityProvider", "bad", "$.bad = 1")):
        error, text = unreadable(admin, method, path, body)
        assert error.startswith(f"Invalid json representation for {representation}Representation. "
                                f'Unrecognized field "{field}" at line 1 column '), path
        assert text.startswith(place + ": unknown field"), path
    for method, path, body in (
            ("PUT", "", "[]"), ("PUT", user, '{"enabled": "maybe"}'), ("POST", "/users", '"x"'),
            ("PUT", client, '{"redirectUris": "x"}'), ("POST", "/roles", "[]"), ("POST", "/groups", "[]"),
            ("POST", user + "/role-mappings/realm", '["bad"]'), ("POST", "/localization/de", "[]"),
            ("DELETE", user + "/role-mappings/realm", '["bad"]'),
            ("POST", client + "/scope-mappings/realm", '["bad"]'),
            ("POST", client + "/roles/no/composites", '{}'),
            ("PUT", user + "/execute-actions-email", "{}")):
        if "/composites" in path:
            admin.request("POST", client + "/roles", 201, json={"name": "no"})
        error, text = unreadable(admin, method, path, body)
        assert error == "unknown_error" and text.startswith("Cannot parse the JSON: $"), path
    for method, path in (("PUT", ""), ("PUT", user), ("PUT", client), ("POST", "/roles"), ("POST", "/components")):
        error, text = unreadable(admin, method, path, "{")
        assert error == "invalid_request" and text.startswith("Cannot parse the JSON: not valid JSON"), path


@pytest.mark.parametrize("body", ['{"wrong": 1}', "[]", "{", "", '{"enabled": "maybe"}',
                                  '{"realm": "x", "clients": [{"wrong": 1}]}'])
def test_a_new_realm_that_cannot_be_read(server, body):
    answer = requests.post(server.url + "/admin/realms", data=body, timeout=60, headers={
        **server.admin().bearer(), "content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errorMessage"].startswith("unable to read contents from stream")
