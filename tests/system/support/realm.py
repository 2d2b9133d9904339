"""The recorded realm, moved to the addresses of a test's own applications."""

import json
import pathlib
import re

from support.server import ROOT

RECORDED = ROOT / "examples" / "customers-realm.json"

# Ports of the recorded clients.
PORTS = {"django-shop": 8001, "django-blog": 8002, "legacy-node": 8003, "front-app": 8004,
         "ovirt-engine": 8005, "spa": 8006, "batch": 8007}


def customers(ports, name="customers"):
    """The realm as JSON objects, with {client: port} in place of the recorded ports."""
    text = RECORDED.read_text()
    for client, port in ports.items():
        text = re.sub(rf"(127\.0\.0\.1|localhost):{PORTS[client]}\b", rf"\g<1>:{port}", text)
    realm = json.loads(text)
    realm["realm"] = name
    return realm


KEYS = "org.keycloak.keys.KeyProvider"


def keyed(realm):
    """The realm with the recorded keys: two RSA keys of its own cost more than most tests."""
    keys = json.loads(RECORDED.read_text())["components"][KEYS]
    for one in keys:
        del one["id"]
    return {**realm, "components": {KEYS: keys}}


def sent_back(realm):
    """The realm when all that was read of it was written: some settings are attributes, too, once they are
    named, as in Keycloak."""
    twice = ("clientSessionIdleTimeout", "clientSessionMaxLifespan", "clientOfflineSessionIdleTimeout",
             "clientOfflineSessionMaxLifespan", "scimApiEnabled")
    named = {name: str(realm[name]).lower() for name in twice}
    return {**realm, "attributes": {**realm["attributes"], **named}}


def client(realm, client_id):
    return next(one for one in realm["clients"] if one["clientId"] == client_id)


def add_client(realm, client_id, base_url, back_channel=True, **changes):
    """Another confidential client with the secret <client_id>-secret."""
    attributes = {"post.logout.redirect.uris": "+",
                  "backchannel.logout.session.required": "true"}
    if back_channel:
        attributes["backchannel.logout.url"] = base_url + "/oidc/backchannel-logout/"
    attributes.update(changes.pop("attributes", {}))
    realm["clients"].append({
        "clientId": client_id, "enabled": True, "protocol": "openid-connect",
        "secret": client_id + "-secret", "redirectUris": [base_url + "/*"],
        "standardFlowEnabled": True, "directAccessGrantsEnabled": True,
        "fullScopeAllowed": True, "attributes": attributes, **changes})


def set_attribute(realm, name, value):
    realm.setdefault("attributes", {})[name] = value


def write(realm, folder):
    path = pathlib.Path(folder) / f"{realm['realm']}-realm.json"
    path.write_text(json.dumps(realm))
    return path
