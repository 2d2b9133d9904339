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


def _service_account(app):
    return {"username": f"service-account-{app}", "serviceAccountClientId": app,
            "enabled": True, "realmRoles": [f"default-roles-{NAME}"]}


def write(path, sink_port, events):
    """Writes the export. `events`: every token is stored as an event too (Keycloak's default
    is that none is)."""
    realm = json.loads(EXPORT.read_text())
    realm["eventsEnabled"] = events
    model = next(c for c in realm["clients"] if c["clientId"] == "django-shop")
    realm["clients"] += [_app(model, name, sink_port) for name in APPS]
    realm["users"].append(_service_account(APPS[0]))
    path.write_text(json.dumps(realm))
