"""What each role of administrators may call: plays every call of the admin API in a realm made for it, as
somebody who has one role and no other. `python3 permissions.py URL USER PASSWORD` prints what a
Keycloak answers, as tests/system/data/permissions.json has it."""

import itertools
import json
import sys
import time

import requests

ROLES = ["create-client", "impersonation", "manage-authorization", "manage-clients", "manage-events",
         "manage-identity-providers", "manage-realm", "manage-users", "query-clients", "query-groups",
         "query-realms", "query-users", "realm-admin", "view-authorization", "view-clients", "view-events",
         "view-identity-providers", "view-realm", "view-users", ""]

KEYS = "org.keycloak.keys.KeyProvider"
MAPPER = {"name": "perm", "protocol": "openid-connect", "protocolMapper": "oidc-full-name-mapper"}

# Method, path below the realm, body. {user} and the like are things of the realm; what a call uses up is
# made anew. Bodies are such that nothing changes for good.
CALLS = [
    ("GET", ""), ("PUT", "", {}), ("GET", "/keys"), ("GET", "/sessions"), ("GET", "/client-session-stats"),
    ("POST", "/logout-all"), ("POST", "/push-revocation"), ("DELETE", "/sessions/none"),
    ("POST", "/clear-keys-cache"), ("POST", "/clear-realm-cache"), ("POST", "/clear-user-cache"),
    ("GET", "/events"), ("DELETE", "/events"), ("GET", "/events/config"), ("PUT", "/events/config", {}),
    ("GET", "/admin-events"), ("DELETE", "/admin-events"),
    ("GET", "/attack-detection/brute-force/users/{user}"),
    ("DELETE", "/attack-detection/brute-force/users/{user}"),
    ("DELETE", "/attack-detection/brute-force/users"),
    ("GET", "/localization"), ("GET", "/localization/de"), ("POST", "/localization/de", {}),
    ("DELETE", "/localization/de"), ("GET", "/credential-registrators"),
    ("GET", "/client-policies/policies"), ("GET", "/client-policies/profiles"),
    ("PUT", "/client-policies/policies", {"policies": []}),
    ("PUT", "/client-policies/profiles", {"profiles": []}), ("GET", "/client-registration-policy/providers"),
    ("POST", "/partialImport", {"ifResourceExists": "SKIP"}), ("POST", "/partial-export"),
    ("GET", "/components"), ("GET", "/components/{component}"),
    ("POST", "/components", {"name": "perm", "providerId": "hmac-generated", "providerType": KEYS,
                             "config": {"priority": ["1"]}}),
    ("PUT", "/components/{component}", {"name": "perm", "providerId": "hmac-generated", "providerType": KEYS}),
    ("DELETE", "/components/{component}"),

    ("GET", "/users"), ("GET", "/users/count"), ("POST", "/users", {"username": "made-{n}"}),
    ("GET", "/users/{user}"), ("PUT", "/users/{user}", {}), ("DELETE", "/users/{user}"),
    ("GET", "/users/profile"), ("PUT", "/users/profile", {"attributes": [{"name": ""}]}),
    ("GET", "/users/profile/metadata"), ("GET", "/users/{user}/credentials"),
    ("PUT", "/users/{user}/reset-password", {"type": "password", "value": "x-password"}),
    ("PUT", "/users/{user}/execute-actions-email", []), ("PUT", "/users/{user}/send-verify-email"),
    ("PUT", "/users/{user}/reset-password-email"),
    ("DELETE", "/users/{user}/credentials/none"), ("PUT", "/users/{user}/disable-credential-types", []),
    ("GET", "/users/{user}/configured-user-storage-credential-types"),
    ("GET", "/users/{user}/groups"), ("GET", "/users/{user}/groups/count"),
    ("PUT", "/users/{user}/groups/{group}"), ("DELETE", "/users/{user}/groups/{group}"),
    ("GET", "/users/{user}/role-mappings"), ("GET", "/users/{user}/role-mappings/realm"),
    ("GET", "/users/{user}/role-mappings/realm/available"),
    ("GET", "/users/{user}/role-mappings/realm/composite"),
    ("POST", "/users/{user}/role-mappings/realm", ["{role}"]),
    ("DELETE", "/users/{user}/role-mappings/realm", ["{role}"]),
    ("GET", "/users/{user}/role-mappings/clients/{client}"),
    ("POST", "/users/{user}/role-mappings/clients/{client}", ["{client_role}"]),
    ("DELETE", "/users/{user}/role-mappings/clients/{client}", ["{client_role}"]),
    ("GET", "/users/{user}/federated-identity"), ("GET", "/users/{user}/consents"),
    ("DELETE", "/users/{user}/consents/none"), ("GET", "/users/{user}/sessions"),
    ("GET", "/users/{user}/offline-sessions/{client}"), ("POST", "/users/{user}/logout"),
    ("POST", "/users/{user}/impersonation"), ("GET", "/users/{user}/unmanagedAttributes"),
    ("GET", "/users/none"), ("DELETE", "/users/none"), ("PUT", "/users/none", {}),

    ("GET", "/groups"), ("GET", "/groups/count"), ("POST", "/groups", {"name": "made-{n}"}),
    ("GET", "/groups/{group}"), ("PUT", "/groups/{group}", {"name": "{group}"}),
    ("DELETE", "/groups/{group}"), ("GET", "/groups/{group}/children"),
    ("POST", "/groups/{group}/children", {"name": "made-{n}"}), ("GET", "/groups/{group}/members"),
    ("GET", "/groups/{group}/role-mappings"), ("GET", "/groups/{group}/role-mappings/realm"),
    ("POST", "/groups/{group}/role-mappings/realm", ["{role}"]),
    ("DELETE", "/groups/{group}/role-mappings/realm", ["{role}"]),
    ("GET", "/groups/{group}/role-mappings/clients/{client}"),
    ("POST", "/groups/{group}/role-mappings/clients/{client}", ["{client_role}"]),
    ("GET", "/group-by-path/none"), ("GET", "/groups/none"), ("GET", "/default-groups"),
    ("PUT", "/default-groups/{group}"), ("DELETE", "/default-groups/{group}"),

    ("GET", "/roles"), ("POST", "/roles", {"name": "made-{n}"}), ("GET", "/roles/{role_name}"),
    ("PUT", "/roles/{role_name}", {"name": "{role_name}"}), ("DELETE", "/roles/{role_name}"),
    ("GET", "/roles/{role_name}/composites"), ("POST", "/roles/{role_name}/composites", []),
    ("DELETE", "/roles/{role_name}/composites", []), ("GET", "/roles/{role_name}/users"),
    ("GET", "/roles/{role_name}/groups"), ("GET", "/roles-by-id/{role_id}"),
    ("PUT", "/roles-by-id/{role_id}", {"name": "{role_name}"}), ("DELETE", "/roles-by-id/{role_id}"),
    ("GET", "/roles-by-id/{role_id}/composites"), ("POST", "/roles-by-id/{role_id}/composites", []),
    ("GET", "/roles/none"),
    ("GET", "/clients/{client}/roles"), ("POST", "/clients/{client}/roles", {"name": "made-{n}"}),
    ("GET", "/clients/{client}/roles/{client_role_name}"),
    ("PUT", "/clients/{client}/roles/{client_role_name}", {"name": "{client_role_name}"}),
    ("DELETE", "/clients/{client}/roles/{client_role_name}"),
    ("GET", "/clients/{client}/roles/{client_role_name}/users"),
    ("GET", "/clients/{client}/roles/{client_role_name}/composites"),
    ("GET", "/roles-by-id/{client_role_id}"), ("DELETE", "/roles-by-id/{client_role_id}"),

    ("GET", "/clients"), ("POST", "/clients", {"clientId": "made-{n}"}), ("GET", "/clients/{client}"),
    ("PUT", "/clients/{client}", {}), ("DELETE", "/clients/{client}"), ("GET", "/clients/none"),
    ("GET", "/clients/{client}/client-secret"), ("POST", "/clients/{client}/client-secret"),
    ("GET", "/clients/{client}/service-account-user"), ("GET", "/clients/{client}/session-count"),
    ("GET", "/clients/{client}/user-sessions"), ("GET", "/clients/{client}/offline-sessions"),
    ("GET", "/clients/{client}/offline-session-count"), ("POST", "/clients/{client}/push-revocation"),
    ("POST", "/clients/{client}/nodes", {"node": "n"}), ("DELETE", "/clients/{client}/nodes/n"),
    ("GET", "/clients/{client}/test-nodes-available"),
    ("POST", "/clients/{client}/registration-access-token"),
    ("GET", "/clients/{client}/installation/providers/keycloak-oidc-keycloak-json"),
    ("GET", "/clients/{client}/certificates/jwt.credential"),
    ("POST", "/clients/{client}/certificates/jwt.credential/generate"),
    ("GET", "/clients/{client}/default-client-scopes"), ("GET", "/clients/{client}/optional-client-scopes"),
    ("PUT", "/clients/{client}/default-client-scopes/{scope}"),
    ("DELETE", "/clients/{client}/default-client-scopes/{scope}"),
    ("GET", "/clients/{client}/protocol-mappers/models"),
    ("POST", "/clients/{client}/protocol-mappers/models", {**MAPPER, "name": "made-{n}"}),
    ("GET", "/clients/{client}/scope-mappings"), ("GET", "/clients/{client}/scope-mappings/realm"),
    ("GET", "/clients/{client}/scope-mappings/realm/available"),
    ("POST", "/clients/{client}/scope-mappings/realm", ["{role}"]),
    ("DELETE", "/clients/{client}/scope-mappings/realm", ["{role}"]),
    ("GET", "/clients/{client}/evaluate-scopes/protocol-mappers"),
    ("GET", "/clients/{client}/evaluate-scopes/generate-example-access-token?userId={user}"),
    ("POST", "/client-description-converter", {"clientId": "x"}),
    ("GET", "/clients-initial-access"), ("POST", "/clients-initial-access", {"count": 1}),
    ("DELETE", "/clients-initial-access/none"),

    ("GET", "/client-scopes"), ("POST", "/client-scopes", {"name": "made-{n}", "protocol": "openid-connect"}),
    ("GET", "/client-scopes/{scope}"), ("PUT", "/client-scopes/{scope}", {"name": "{scope_name}"}),
    ("DELETE", "/client-scopes/{scope}"), ("GET", "/client-scopes/{scope}/protocol-mappers/models"),
    ("POST", "/client-scopes/{scope}/protocol-mappers/models", {**MAPPER, "name": "made-{n}"}),
    ("GET", "/client-scopes/{scope}/scope-mappings"), ("GET", "/client-scopes/{scope}/scope-mappings/realm"),
    ("POST", "/client-scopes/{scope}/scope-mappings/realm", ["{role}"]),
    ("GET", "/default-default-client-scopes"), ("GET", "/default-optional-client-scopes"),
    ("PUT", "/default-optional-client-scopes/{scope}"),
    ("DELETE", "/default-optional-client-scopes/{scope}"),

    ("GET", "/authentication/flows"), ("POST", "/authentication/flows", {
        "alias": "made-{n}", "providerId": "basic-flow", "topLevel": True, "builtIn": False}),
    ("GET", "/authentication/flows/{flow}"), ("DELETE", "/authentication/flows/{flow}"),
    ("POST", "/authentication/flows/browser/copy", {"newName": "made-{n}"}),
    ("GET", "/authentication/flows/browser/executions"),
    ("PUT", "/authentication/flows/browser/executions", {"id": "none"}),
    ("POST", "/authentication/flows/{flow_alias}/executions/execution", {"provider": "auth-cookie"}),
    ("GET", "/authentication/executions/none"), ("DELETE", "/authentication/executions/none"),
    ("GET", "/authentication/config/none"), ("GET", "/authentication/required-actions"),
    ("GET", "/authentication/required-actions/UPDATE_PASSWORD"),
    ("PUT", "/authentication/required-actions/none", {}),
    ("GET", "/authentication/unregistered-required-actions"),
    ("GET", "/authentication/authenticator-providers"),
    ("GET", "/authentication/client-authenticator-providers"),
    ("GET", "/authentication/config-description/auth-cookie"),

    ("GET", "/identity-provider/instances"),
    ("POST", "/identity-provider/instances", {"alias": "made-{n}", "providerId": "github"}),
    ("GET", "/identity-provider/instances/{idp}"),
    ("PUT", "/identity-provider/instances/{idp}", {"alias": "{idp}", "providerId": "github"}),
    ("DELETE", "/identity-provider/instances/{idp}"), ("GET", "/identity-provider/instances/{idp}/mappers"),
    ("GET", "/identity-provider/providers/github"),

    ("PUT", "/authentication/flows/{flow}", {"alias": "{flow_alias}"}),
    ("POST", "/authentication/flows/{flow_alias}/executions/flow", {
        "alias": "made-{n}", "type": "basic-flow", "provider": "registration-page-form"}),
    ("POST", "/authentication/executions", {}),
    ("POST", "/authentication/executions/none/raise-priority"),
    ("POST", "/authentication/executions/none/lower-priority"),
    ("POST", "/authentication/executions/none/config", {}),
    ("GET", "/authentication/executions/none/config/none"), ("POST", "/authentication/config", {}),
    ("PUT", "/authentication/config/none", {}), ("DELETE", "/authentication/config/none"),
    ("GET", "/authentication/per-client-config-description"),
    ("GET", "/authentication/form-action-providers"), ("GET", "/authentication/form-providers"),
    ("DELETE", "/authentication/required-actions/none"),
    ("POST", "/authentication/required-actions/none/raise-priority"),
    ("POST", "/authentication/required-actions/none/lower-priority"),
    ("GET", "/authentication/required-actions/UPDATE_PASSWORD/config"),
    ("PUT", "/authentication/required-actions/none/config", {}),
    ("DELETE", "/authentication/required-actions/none/config"),
    ("GET", "/authentication/required-actions/UPDATE_PASSWORD/config-description"),
    ("POST", "/authentication/register-required-action", {"providerId": "none"}),
    ("GET", "/clients/{client}/client-secret/rotated"), ("DELETE", "/clients/{client}/client-secret/rotated"),
    ("POST", "/clients/{client}/certificates/jwt.credential/generate-and-download", {}),
    ("POST", "/clients/{client}/certificates/jwt.credential/download", {}),
    ("GET", "/clients/{client}/management/permissions"),
    ("PUT", "/clients/{client}/management/permissions", {}),
    ("GET", "/components/{component}/sub-component-types?type=org.keycloak.keys.KeyProvider"),
    ("GET", "/groups/{group}/role-mappings/realm/available"),
    ("GET", "/groups/{group}/role-mappings/realm/composite"),
    ("GET", "/groups/{group}/role-mappings/clients/{client}/available"),
    ("GET", "/groups/{group}/role-mappings/clients/{client}/composite"),
    ("DELETE", "/groups/{group}/role-mappings/clients/{client}", ["{client_role}"]),
    ("GET", "/identity-provider/instances/{idp}/export"),
    ("GET", "/identity-provider/instances/{idp}/mapper-types"),
    ("POST", "/identity-provider/instances/{idp}/mappers", {
        "name": "made-{n}", "identityProviderAlias": "{idp}",
        "identityProviderMapper": "hardcoded-attribute-idp-mapper"}),
    ("GET", "/identity-provider/instances/{idp}/mappers/none"),
    ("PUT", "/identity-provider/instances/{idp}/mappers/none", {}),
    ("DELETE", "/identity-provider/instances/{idp}/mappers/none"),
    ("POST", "/identity-provider/import-config", {}),
    ("GET", "/localization/de/none"), ("DELETE", "/localization/de/none"),
    ("GET", "/roles/{role_name}/composites/realm"), ("GET", "/roles/{role_name}/composites/clients/{client}"),
    ("POST", "/clients/{client}/roles/{client_role_name}/composites", []),
    ("DELETE", "/clients/{client}/roles/{client_role_name}/composites", []),
    ("GET", "/clients/{client}/roles/{client_role_name}/composites/realm"),
    ("GET", "/clients/{client}/roles/{client_role_name}/composites/clients/{client}"),
    ("GET", "/clients/{client}/roles/{client_role_name}/groups"),
    ("DELETE", "/roles-by-id/{role_id}/composites", []), ("GET", "/roles-by-id/{role_id}/composites/realm"),
    ("GET", "/roles-by-id/{role_id}/composites/clients/{client}"),
    ("GET", "/client-templates"), ("POST", "/client-templates", {"name": "made-{n}"}),
    ("GET", "/client-templates/{scope}"), ("PUT", "/client-templates/{scope}", {"name": "{scope_name}"}),
    ("DELETE", "/client-templates/{scope}"), ("PUT", "/default-default-client-scopes/{scope}"),
    ("DELETE", "/default-default-client-scopes/{scope}"),
    ("PUT", "/clients/{client}/optional-client-scopes/{scope}"),
    ("DELETE", "/clients/{client}/optional-client-scopes/{scope}"),
    ("GET", "/clients/{client}/protocol-mappers/models/none"),
    ("PUT", "/clients/{client}/protocol-mappers/models/none", {}),
    ("DELETE", "/clients/{client}/protocol-mappers/models/none"),
    ("POST", "/clients/{client}/protocol-mappers/add-models", []),
    ("GET", "/clients/{client}/protocol-mappers/protocol/openid-connect"),
    ("GET", "/clients/{client}/scope-mappings/realm/composite"),
    ("GET", "/clients/{client}/scope-mappings/clients/{client}"),
    ("GET", "/clients/{client}/scope-mappings/clients/{client}/available"),
    ("GET", "/clients/{client}/scope-mappings/clients/{client}/composite"),
    ("POST", "/clients/{client}/scope-mappings/clients/{client}", ["{client_role}"]),
    ("DELETE", "/clients/{client}/scope-mappings/clients/{client}", ["{client_role}"]),
    ("GET", "/client-scopes/{scope}/protocol-mappers/models/none"),
    ("PUT", "/client-scopes/{scope}/protocol-mappers/models/none", {}),
    ("DELETE", "/client-scopes/{scope}/protocol-mappers/models/none"),
    ("POST", "/client-scopes/{scope}/protocol-mappers/add-models", []),
    ("GET", "/client-scopes/{scope}/protocol-mappers/protocol/openid-connect"),
    ("GET", "/client-scopes/{scope}/scope-mappings/realm/available"),
    ("GET", "/client-scopes/{scope}/scope-mappings/realm/composite"),
    ("DELETE", "/client-scopes/{scope}/scope-mappings/realm", ["{role}"]),
    ("GET", "/client-scopes/{scope}/scope-mappings/clients/{client}"),
    ("GET", "/client-scopes/{scope}/scope-mappings/clients/{client}/available"),
    ("GET", "/client-scopes/{scope}/scope-mappings/clients/{client}/composite"),
    ("POST", "/client-scopes/{scope}/scope-mappings/clients/{client}", ["{client_role}"]),
    ("DELETE", "/client-scopes/{scope}/scope-mappings/clients/{client}", ["{client_role}"]),
    ("GET", "/clients/{client}/evaluate-scopes/scope-mappings/{client}/granted"),
    ("GET", "/clients/{client}/evaluate-scopes/scope-mappings/{client}/not-granted"),
    ("GET", "/clients/{client}/evaluate-scopes/generate-example-id-token?userId={user}"),
    ("GET", "/clients/{client}/evaluate-scopes/generate-example-userinfo?userId={user}"),
    ("GET", "/clients/{client}/evaluate-scopes/generate-example-saml-response?userId={user}"),
    ("GET", "/users/{user}/role-mappings/clients/{client}/available"),
    ("GET", "/users/{user}/role-mappings/clients/{client}/composite"),
    ("PUT", "/users/{user}/credentials/none/userLabel"),
    ("POST", "/users/{user}/credentials/none/moveToFirst"),
    ("POST", "/users/{user}/credentials/none/moveAfter/none"),
    ("POST", "/users/{user}/federated-identity/none", {"userId": "1", "userName": "n"}),
    ("DELETE", "/users/{user}/federated-identity/none"), ("GET", "/users-management-permissions"),
]


def name(call):
    return f"{call[0]} {call[1] or '/'}"


class Matrix:
    """A realm in which the calls are played. `sign_in()` gives a token of an administrator of master."""

    def __init__(self, url, sign_in, realm):
        self.url, self.sign_in, self.realm = url, sign_in, realm
        self.http, self.numbers = requests.Session(), itertools.count()
        self.things, self.tokens = {}, {}
        self.admin("POST", "", {"realm": realm, "enabled": True, "accessTokenLifespan": 3600}, base=True)
        client = self.first("/clients?clientId=realm-management")
        held = {role["name"]: role for role in self.admin("GET", f"/clients/{client}/roles").json()}
        for role in ROLES:
            self.sign_in_with(role, client, held)

    def call(self, method, path, body, token, base=False):
        url = f"{self.url}/admin/realms" + ("" if base else f"/{self.realm}") + path
        return self.http.request(method, url, json=body, headers={"Authorization": "Bearer " + token},
                                 timeout=60)

    def admin(self, method, path, body=None, base=False):
        answer = self.call(method, path, body, self.sign_in(), base)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def made(self, path, body):
        return self.admin("POST", path, body).headers["Location"].rsplit("/", 1)[1]

    def first(self, path):
        return self.admin("GET", path).json()[0]["id"]

    def sign_in_with(self, role, client, held):
        """The token of a client that acts by itself and has this role alone."""
        own = self.made("/clients", {"clientId": "acts-" + (role or "nobody"), "secret": "s",
                                     "serviceAccountsEnabled": True, "fullScopeAllowed": True})
        user = self.admin("GET", f"/clients/{own}/service-account-user").json()["id"]
        if role:
            self.admin("POST", f"/users/{user}/role-mappings/clients/{client}",
                       [held[one] for one in role.split("+")])
        self.renew(role)

    def renew(self, role):
        answer = self.http.post(
            f"{self.url}/realms/{self.realm}/protocol/openid-connect/token", timeout=60, data={
                "grant_type": "client_credentials", "client_id": "acts-" + (role or "nobody"),
                "client_secret": "s"})
        self.tokens[role] = answer.json()["access_token"]

    def make(self, thing):
        label = f"perm-{next(self.numbers)}"
        if thing in ("role", "role_name", "role_id"):
            self.admin("POST", "/roles", {"name": label})
            role = self.admin("GET", f"/roles/{label}").json()
            return {"role": role, "role_name": label, "role_id": role["id"]}
        if thing in ("client_role", "client_role_name", "client_role_id"):
            client = self.get("client")
            self.admin("POST", f"/clients/{client}/roles", {"name": label})
            role = self.admin("GET", f"/clients/{client}/roles/{label}").json()
            return {"client_role": role, "client_role_name": label, "client_role_id": role["id"]}
        if thing in ("scope", "scope_name"):
            made = self.made("/client-scopes", {"name": label, "protocol": "openid-connect"})
            return {"scope": made, "scope_name": label}
        if thing in ("flow", "flow_alias"):
            made = self.made("/authentication/flows", {
                "alias": label, "providerId": "basic-flow", "topLevel": True, "builtIn": False})
            return {"flow": made, "flow_alias": label}
        if thing == "idp":
            self.admin("POST", "/identity-provider/instances", {"alias": label, "providerId": "github"})
            return {"idp": label}
        path, body = {
            "user": ("/users", {"username": label, "enabled": True}), "group": ("/groups", {"name": label}),
            "client": ("/clients", {"clientId": label, "secret": "s", "serviceAccountsEnabled": True}),
            "component": ("/components", {"name": label, "providerId": "hmac-generated", "providerType": KEYS,
                                          "config": {"priority": ["1"]}})}[thing]
        return {thing: self.made(path, body)}

    def get(self, thing):
        if thing == "n":
            return str(next(self.numbers))
        if thing not in self.things:
            self.things.update(self.make(thing))
        return self.things[thing]

    def filled(self, value):
        """The value with the things of the realm in the place of their names."""
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.get(one[1:-1]) if str(one).startswith("{") and isinstance(one, str)
                    else self.filled(one) for one in value]
        if not isinstance(value, str):
            return value
        while "{" in value:
            thing = value[value.index("{") + 1:value.index("}")]
            value = value.replace("{" + thing + "}", self.get(thing), 1)
        return value

    def play(self, call, role):
        """The status for somebody with this role."""
        method, path, body = (*call, None)[:3]
        path, body = self.filled(path), self.filled(body)
        answer = self.call(method, path, body, self.tokens[role])
        if answer.status_code == 401:
            # Somebody has just ended all sessions, and a second is what tells earlier from later.
            time.sleep(1.1)
            self.renew(role)
            answer = self.call(method, path, body, self.tokens[role])
        if method == "DELETE" and answer.status_code < 300:
            # What it has used up, and what hung on that.
            self.things = {}
        return answer.status_code


def main():
    url, user, password = sys.argv[1:]

    def sign_in():
        return requests.post(f"{url}/realms/master/protocol/openid-connect/token", timeout=60, data={
            "grant_type": "password", "client_id": "admin-cli", "username": user,
            "password": password}).json()["access_token"]

    matrix = Matrix(url, sign_in, "permissions-recorded")
    try:
        recorded = {name(call): [role for role in ROLES if matrix.play(call, role) not in (401, 403)]
                    for call in CALLS}
    finally:
        requests.delete(f"{url}/admin/realms/permissions-recorded", timeout=60,
                        headers={"Authorization": "Bearer " + sign_in()})
    json.dump(recorded, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
