"""Libraries that people script Keycloak with, unchanged against this server: each makes a realm with all
that belongs to it, signs somebody in and out, and takes it away again."""

import os
import subprocess

import pytest
from keycloak import KeycloakAdmin, KeycloakOpenID
from keycloak.exceptions import KeycloakGetError, KeycloakPostError

from support.server import ADMIN, ADMIN_PASSWORD, ROOT

PROGRAMS = ROOT / "tests" / "system" / "data" / "admin_clients"
CACHE = ROOT / ".cache"
SECONDS = 240


def play(command, chapters, **environment):
    """The program's chapters, all of which have to be told well."""
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:{CACHE / 'node' / 'bin'}", **environment}
    played = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS,
                            check=False)
    told = played.stdout.splitlines()
    assert [line for line in told if not line.startswith("ok ")] == [], played.stderr
    assert played.returncode == 0 and len(told) == chapters, played.stdout + played.stderr


def test_keycloaks_admin_client_for_javascript(common):
    play(["node", PROGRAMS / "life.mjs", common.server.url, ADMIN, ADMIN_PASSWORD], 8,
         ADMIN_CLIENT_PACKAGES=str(CACHE / "admin-client"))


def test_gocloak(common):
    play([CACHE / "gocloak", common.server.url, ADMIN, ADMIN_PASSWORD], 7)


@pytest.fixture
def library(common):
    made = KeycloakAdmin(server_url=common.server.url, username=ADMIN, password=ADMIN_PASSWORD,
                         realm_name="master")
    made.create_realm({"realm": "life-python", "enabled": True})
    made.change_current_realm("life-python")
    yield made
    made.change_current_realm("master")
    made.delete_realm("life-python")
    with pytest.raises(KeycloakGetError) as gone:
        made.get_realm("life-python")
    assert gone.value.response_code == 404


def names(things):
    return sorted(one["name"] for one in things)


def make_client(library):
    client = library.create_client({"clientId": "shop", "directAccessGrantsEnabled": True,
                                    "redirectUris": ["https://shop.example/*"]})
    library.create_client_role(client, {"name": "buyer"})
    assert names(library.get_client_roles(client)) == ["buyer"]
    scope = library.create_client_scope({"name": "loyalty", "protocol": "openid-connect"})
    library.add_mapper_to_client_scope(scope, {
        "name": "points", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": "points", "claim.value": "8", "jsonType.label": "int",
                   "access.token.claim": "true"}})
    assert names(library.get_mappers_from_client_scope(scope)) == ["points"]
    library.add_client_default_client_scope(client, scope, {})
    assert "loyalty" in names(library.get_client_default_client_scopes(client))
    return client


def make_roles(library, client):
    library.create_realm_role({"name": "reader", "attributes": {"level": ["1"]}})
    with pytest.raises(KeycloakPostError) as taken:
        library.create_realm_role({"name": "reader"})
    assert taken.value.response_code == 409
    library.add_composite_realm_roles_to_role("reader", [library.get_client_role(client, "buyer")])
    assert names(library.get_composite_realm_roles_of_role("reader")) == ["buyer"]
    return library.get_realm_role("reader")


def make_user(library, reader):
    user = library.create_user({"username": "Zoe", "email": "zoe@example.org", "firstName": "Zoe",
                                "lastName": "Z", "enabled": True, "emailVerified": True})
    library.set_user_password(user, "pw-of-zoe", temporary=False)
    assert library.get_user_id("zoe") == user and library.users_count({"search": "zo"}) == 1
    staff = library.create_group({"name": "staff"})
    night = library.create_group({"name": "night"}, parent=staff)
    assert library.get_group_by_path("/staff/night")["id"] == night
    library.group_user_add(user, night)
    assert [one["id"] for one in library.get_group_members(night)] == [user]
    library.assign_group_realm_roles(staff, [reader])
    assert "reader" in names(library.get_composite_realm_roles_of_user(user))
    library.assign_realm_roles(user, [reader])
    assert "reader" in names(library.get_realm_roles_of_user(user))
    assert [one["username"] for one in library.get_realm_role_members("reader")] == ["zoe"]
    library.delete_realm_roles_of_user(user, [reader])
    assert names(library.get_user_groups(user)) == ["night"]
    return user


def test_python_keycloak(common, library):
    client = make_client(library)
    reader = make_roles(library, client)
    user = make_user(library, reader)
    program = KeycloakOpenID(server_url=common.server.url, realm_name="life-python", client_id="shop",
                             client_secret_key=library.get_client_secrets(client)["value"])
    tokens = program.token("zoe", "pw-of-zoe")
    claims = program.decode_token(tokens["access_token"])
    assert claims["points"] == 8 and claims["resource_access"]["shop"] == {"roles": ["buyer"]}
    assert [one["id"] for one in library.get_sessions(user)] == [claims["sid"]]
    library.user_logout(user)
    assert library.get_sessions(user) == [] and not program.introspect(tokens["access_token"])["active"]
    library.delete_user(user)
    library.delete_realm_role("reader")
    library.delete_client(client)
