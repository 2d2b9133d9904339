"""python-keycloak, a library that people script Keycloak with, unchanged against this server."""

import time

import pytest
from keycloak import KeycloakAdmin, KeycloakOpenID
from keycloak.exceptions import KeycloakDeleteError, KeycloakGetError, KeycloakPostError, \
    KeycloakPutError

from support import realm as realms
from support import wait_for
from support.browser import Browser
from support.server import ADMIN, ADMIN_PASSWORD


@pytest.fixture(params=["/", "/auth/"], ids=["plain", "auth"])
def library(common, request):
    return KeycloakAdmin(
        server_url=common.server.url + request.param, username=ADMIN, password=ADMIN_PASSWORD,
        realm_name="customers", user_realm_name="master")


def test_clients_are_made_read_changed_and_deleted(common, library, request):
    name = "scripted-" + request.node.callspec.id.replace("-", "")
    client = library.create_client({
        "clientId": name, "redirectUris": ["http://127.0.0.1:9/*"],
        "directAccessGrantsEnabled": True, "serviceAccountsEnabled": True})
    assert library.get_client_id(name) == client
    assert library.create_client({"clientId": name}, skip_exists=True) == client
    with pytest.raises(KeycloakPostError) as refused:
        library.create_client({"clientId": name})
    assert refused.value.response_code == 409
    found = library.get_client(client)
    assert found in library.get_clients()
    library.update_client(client, {"description": "by a script", "attributes": {
        "backchannel.logout.url": "http://127.0.0.1:9/bc"}})
    after = library.get_client(client)
    assert after["description"] == "by a script" and after["secret"] == found["secret"]
    assert after["redirectUris"] == found["redirectUris"]
    assert library.get_client_secrets(client)["value"] == found["secret"]
    secret = library.generate_client_secrets(client)["value"]
    assert library.get_client_secrets(client) == {"type": "secret", "value": secret}

    base = library.connection.server_url
    program = KeycloakOpenID(server_url=base, realm_name="customers", client_id=name,
                             client_secret_key=secret)
    tokens = program.token("ada", "lovelace")
    assert program.introspect(tokens["access_token"])["active"]
    sessions = library.get_client_all_sessions(client)
    assert [one["username"] for one in sessions] == ["ada"]
    assert name in {one["clientId"] for one in library.get_client_sessions_stats()}

    library.update_client(client, {"notBefore": int(time.time()) + 1})
    assert not program.introspect(tokens["access_token"])["active"]
    wait_for(lambda: library.get_client_all_sessions(client) == [], "the sessions have ended")
    library.delete_client(client)
    for call in (lambda: library.get_client(client), lambda: library.delete_client(client),
                 lambda: library.update_client(client, {"description": "x"})):
        with pytest.raises((KeycloakGetError, KeycloakDeleteError, KeycloakPutError)) as missing:
            call()
        assert missing.value.response_code == 404
    assert library.get_client_id(name) is None


def test_a_realm_is_changed(library):
    before = library.get_realm("customers")
    library.update_realm("customers", {"displayName": "Scripted"})
    assert library.get_realm("customers") == {**before, "displayName": "Scripted"}
    library.update_realm("customers", before)
    assert library.get_realm("customers") == realms.sent_back(before)
    with pytest.raises(KeycloakPutError) as refused:
        library.update_realm("customers", {"sslRequired": "sometimes"})
    assert refused.value.response_code == 400


def test_revocation_is_pushed_and_nodes_are_tested(common, library):
    sink = common.sinks["legacy-node"]
    legacy = library.get_client_id("legacy-node")
    path = "admin/realms/customers"
    for answer in (library.connection.raw_post(f"{path}/push-revocation", data=""),
                   library.connection.raw_post(f"{path}/clients/{legacy}/push-revocation", data=""),
                   library.connection.raw_get(f"{path}/clients/{legacy}/test-nodes-available")):
        assert answer.status_code == 200 and answer.json() == {"successRequests": [sink.url + "/"]}


def test_a_user_is_looked_at_and_signed_out(common, library):
    tokens = common.shop.sign_in(Browser())
    user = library.get_user_id("ada")
    assert tokens.sid in {one["id"] for one in library.get_sessions(user)}
    assert library.user_consents(user) == []
    library.user_logout(user)
    assert not common.shop.is_alive(tokens)
    common.told("django-shop", tokens.sid)
