"""The realm that is measured: the customers realm of examples/, with three applications that
hear of sign-outs on their back channel and one of which has a service account."""

import copy
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXPORT = ROOT / "examples" / "customers-realm.json"

NAME = "customers"
USER, PASSWORD = "ada", "lovelace"
APPS = ("app-1", "app-2", "app-3")
REDIRECT = "http://127.0.0.1:9/cb"
AFTER = "http://127.0.0.1:9/bye"
PROVIDER = "http://127.0.0.1:9/sp"  # by SAML


# An application with many mappers, and a user with many roles, deep in groups.
RICH_APP, RICH_USER = "app-rich", "rich"
MAPPERS, DEPTH, ROLES = 40, 5, 200


def secret(app):
    return app + "-secret"


def _app(model, name, sink_port):
    app = copy.deepcopy(model)
    del app["id"]
    app.update(clientId=name, secret=secret(name), rootUrl="", baseUrl="",
               redirectUris=[REDIRECT], serviceAccountsEnabled=name == APPS[0])
    app["attributes"].update({
        "backchannel.logout.url": f"http://127.0.0.1:{sink_port}/{name}",
        "post.logout.redirect.uris": AFTER})
    return app


def _provider():
    """A SAML service provider whose assertions are signed, and our answers to its sign-outs."""
    return {"clientId": PROVIDER, "enabled": True, "protocol": "saml", "fullScopeAllowed": True,
            "frontchannelLogout": True, "redirectUris": [PROVIDER + "/*"], "attributes": {
                "saml.assertion.signature": "true", "saml.server.signature": "true",
                "saml.client.signature": "false", "saml.authnstatement": "true",
                "saml.signature.algorithm": "RSA_SHA256", "saml_name_id_format": "username",
                "saml_assertion_consumer_url_post": PROVIDER + "/acs",
                "saml_single_logout_service_url_redirect": PROVIDER + "/sls"}}


def _service_account(app):
    return {"username": f"service-account-{app}", "serviceAccountClientId": app,
            "enabled": True, "realmRoles": [f"default-roles-{NAME}"]}


def _mapper(number):
    """One of forty, of the kinds that there are, into all tokens."""
    kinds = [
        ("oidc-usermodel-attribute-mapper", {"user.attribute": "site", "multivalued": "true",
                                             "aggregate.attrs": "true"}),
        ("oidc-usermodel-property-mapper", {"user.attribute": "email"}),
        ("oidc-hardcoded-claim-mapper", {"claim.value": str(number), "jsonType.label": "long"}),
        ("oidc-group-membership-mapper", {"full.path": "true"}),
        ("oidc-usermodel-attribute-mapper", {"user.attribute": "level", "jsonType.label": "int"}),
        ("oidc-full-name-mapper", {}),
        ("oidc-address-mapper", {}),
        ("oidc-audience-mapper", {"included.custom.audience": f"api-{number}"})]
    kind, config = kinds[number % len(kinds)]
    return {"name": f"mapper-{number}", "protocol": "openid-connect", "protocolMapper": kind,
            "config": {"claim.name": f"more.claim-{number}", "access.token.claim": "true",
                       "id.token.claim": "true", **config}}


def _add_rich(realm, model, sink_port):
    app = _app(model, RICH_APP, sink_port)
    app["protocolMappers"] = [_mapper(number) for number in range(MAPPERS)]
    realm["clients"].append(app)
    roles = [f"role-{number}" for number in range(ROLES)]
    realm["roles"]["realm"] += [{"name": name} for name in roles]
    group, path = None, ""
    for depth in range(DEPTH, 0, -1):
        one = {"name": f"deep-{depth}", "attributes": {"site": [f"site-{depth}"]},
               "realmRoles": roles[depth * 10:depth * 10 + 10]}
        group = {**one, "subGroups": [group]} if group else one
        path = f"/deep-{depth}{path}"
    realm["groups"].append(group)
    user = copy.deepcopy(next(one for one in realm["users"] if one["username"] == USER))
    del user["id"]
    user.update(username=RICH_USER, email="rich@example.org", groups=[path],
                realmRoles=[*user["realmRoles"], *roles],
                attributes={"level": ["7"], "site": ["home"]})
    realm["users"].append(user)


def write(path, sink_port, events):
    """Writes the export. `events`: every token is stored as an event too (Keycloak's default
    is that none is)."""
    realm = json.loads(EXPORT.read_text())
    realm["eventsEnabled"] = events
    model = next(c for c in realm["clients"] if c["clientId"] == "django-shop")
    realm["clients"] += [_app(model, name, sink_port) for name in APPS]
    realm["clients"].append(_provider())
    realm["users"].append(_service_account(APPS[0]))
    _add_rich(realm, model, sink_port)
    path.write_text(json.dumps(realm))
