"""The verbs list, get, create, update and delete of everything that the server keeps, those that go
with them, and logins that are kept."""

import json
import os
import pty
import re
import select
import stat
import subprocess
import time

import pytest
import requests

from support import PATIENCE
from support.server import ADMIN, ADMIN_PASSWORD

pytestmark = pytest.mark.any_engine

DONE, FAILED, USAGE, NOT_FOUND, UNREACHABLE = range(5)
REALM = ("-r", "verbs")


@pytest.fixture(scope="module")
def server(shared):
    server = shared.server()
    server.curfew("realm", "create", "verbs")
    return server


def wrong(server, *words, code=FAILED):
    """What a verb says that fails."""
    done = server.curfew(*words, check=False)
    assert (done.returncode, done.stdout) == (code, ""), (words, done.returncode, done.stdout, done.stderr)
    return done.stderr


def rows(done):
    return [re.split(r" {2,}", line) for line in done.stdout.splitlines()[1:]]


def token(server, **form):
    return requests.post(server.endpoint("token", "verbs"), timeout=60, data=form)


# ---- one of everything

def test_a_client_lives(server):
    client = server.curfew("client", "create", "shop", *REALM, "-s", 'redirectUris=["http://a/*"]',
                           "-i").stdout.strip()
    assert server.curfew_json("client", "get", "shop", *REALM)["id"] == client
    assert server.curfew_json("client", "get", client, *REALM)["clientId"] == "shop"
    server.curfew("client", "update", "shop", *REALM, "-s", "redirectUris+=http://b/*", "-s",
                  "description=A shop", "-s", 'attributes."post.logout.redirect.uris"=+')
    after = server.curfew_json("client", "get", "shop", *REALM)
    assert set(after["redirectUris"]) == {"http://a/*", "http://b/*"}
    assert after["description"] == "A shop"
    assert after["attributes"]["post.logout.redirect.uris"] == "+"
    dry = server.curfew("client", "update", "shop", *REALM, "-s", "name=Shop", "--dry-run").stdout
    assert dry.startswith(f"PUT /admin/realms/verbs/clients/{client}\n")
    assert json.loads(dry.partition("\n")[2]) == {"name": "Shop"}, "what changes, and no more"
    assert server.curfew_json("client", "get", "shop", *REALM) == after
    assert "was so already" in server.curfew(
        "client", "update", "shop", *REALM, "-s", "description=A shop").stdout
    server.curfew("client", "update", "shop", *REALM, "-s", "description=", "-s",
                  'attributes."post.logout.redirect.uris"=')
    assert rows(server.curfew("client", "get", "shop", *REALM, "--fields", "clientId,enabled")) == [
        ["clientId", "shop"], ["enabled", "yes"]]
    cleared = server.curfew_json("client", "get", "shop", *REALM, "--fields", "description,attributes")
    assert not cleared.get("description")
    assert "post.logout.redirect.uris" not in cleared["attributes"]
    (row,) = rows(server.curfew("client", "list", *REALM, "--search", "sho"))
    assert row[:4] == ["verbs", "shop", "yes", "openid-connect"]
    shown = server.curfew("client", "list", *REALM, "-q", "clientId=shop", "-f", "json", "-F", "clientId")
    assert json.loads(shown.stdout) == [{"clientId": "shop"}]
    first = server.curfew("client", "secret", "shop", *REALM).stdout
    assert server.curfew("client", "rotate-secret", "shop", *REALM).stdout != first
    assert "already exists" in wrong(server, "client", "create", "shop", *REALM)
    assert "--yes" in wrong(server, "client", "delete", "shop", *REALM, code=USAGE)
    wrong(server, "client", "delete", "shop", "nosuch", *REALM, "--yes", code=NOT_FOUND)
    assert server.curfew_json("client", "get", "shop", *REALM), "all are looked up before one goes"
    server.curfew("client", "delete", "shop", *REALM, "--yes")
    wrong(server, "client", "get", "shop", *REALM, code=NOT_FOUND)


def test_a_file_is_what_is_made(server, tmp_path):
    path = tmp_path / "client.json"
    path.write_text('{"clientId": "of-a-file", "attributes": {"x": "1"}}')
    server.curfew("client", "create", *REALM, "-f", path, "-s", "attributes.y=2")
    exported = server.curfew_json("client", "get", "of-a-file", *REALM)
    assert exported["attributes"].items() >= {"x": "1", "y": "2"}.items()
    path.write_text('{"name": "N", "attributes": {"z": "3"}}')
    changed = json.loads(server.curfew("client", "update", "of-a-file", *REALM, "-f", path, "-o").stdout)
    assert changed["name"] == "N" and changed["attributes"].items() >= {"x": "1", "z": "3"}.items()
    for text, part in (("{", "client.json"), ("[]", "no JSON object"), ("", "client.json")):
        path.write_text(text)
        assert part in wrong(server, "client", "create", *REALM, "-f", path)
    path.write_text('{"clientId": "x", "nosuch": 1}')
    assert "nosuch" in wrong(server, "client", "create", *REALM, "-f", path)
    assert "nosuch.json" in wrong(server, "client", "create", *REALM, "-f", "nosuch.json")
    server.curfew("client", "delete", "of-a-file", *REALM, "--yes")


def test_roles_groups_and_users_hang_together(server):
    for words in (("role", "create", "auditor", "-s", "description=Reads"), ("role", "create", "viewer"),
                  ("client", "create", "till"), ("role", "create", "clerk", "--client", "till"),
                  ("role", "add-composite", "auditor", "viewer"),
                  ("role", "add-composite", "auditor", "clerk", "--of", "till"),
                  ("group", "create", "europe", "-s", "attributes.office=Berlin"),
                  ("group", "create", "berlin", "--parent", "/europe"), ("group", "create", "berlin"),
                  ("group", "update", "/europe", "-s", "attributes.office+=Rome"),
                  ("group", "add-role", "/europe", "auditor"),
                  ("user", "create", "greta", "-s", "email=greta@example.org"),
                  ("user", "add-role", "greta", "viewer"),
                  ("user", "add-role", "greta", "clerk", "--client", "till"),
                  ("user", "join", "greta", "/europe/berlin")):
        server.curfew(*words, *REALM)
    assert {row[1] for row in rows(server.curfew("role", "composites", "auditor", *REALM))} == \
        {"viewer", "clerk"}
    assert server.curfew_json("group", "get", "/europe", *REALM)["attributes"] == \
        {"office": ["Berlin", "Rome"]}
    assert "--parent /above rome" in wrong(server, "group", "create", "europe/rome", *REALM, code=USAGE)
    assert "/parent/name" in wrong(server, "group", "get", "berlin", *REALM, code=USAGE)
    assert rows(server.curfew("group", "list", *REALM, "--parent", "/europe"))[0][1] == "/europe/berlin"
    assert [row[1] for row in rows(server.curfew("group", "roles", "/europe", *REALM))] == ["auditor"]
    given = {tuple(row[:2]) for row in rows(server.curfew("user", "roles", "greta", *REALM))}
    assert given >= {("-", "viewer"), ("till", "clerk")}
    assert rows(server.curfew("user", "groups", "greta", *REALM))[0][0] == "/europe/berlin"
    members = server.curfew("group", "members", "/europe/berlin", *REALM, "-F", "username,email")
    assert rows(members) == [["greta", "greta@example.org"]]
    server.curfew("user", "remove-role", "greta", "clerk", "--client", "till", *REALM)
    server.curfew("user", "leave", "greta", "/europe/berlin", *REALM)
    server.curfew("role", "remove-composite", "auditor", "viewer", *REALM)
    empty = server.curfew("user", "groups", "greta", *REALM)
    assert rows(empty) == [] and "no groups" in empty.stderr
    assert len(rows(server.curfew("role", "composites", "auditor", *REALM))) == 1
    server.curfew("role", "update", "auditor", *REALM, "-s", "name=inspector")
    assert "did you mean inspector?" in wrong(server, "role", "get", "inspectr", *REALM, code=NOT_FOUND)
    for words in (("user", "delete", "greta"), ("group", "delete", "/europe"), ("group", "delete", "berlin"),
                  ("role", "delete", "inspector", "viewer"), ("client", "delete", "till")):
        server.curfew(*words, *REALM, "--yes")


def test_scopes_and_mappers_live(server):
    for words in (("client", "create", "reader"), ("scope", "create", "orders"),
                  ("scope", "assign", "orders", "reader", "--optional"), ("scope", "assign", "orders")):
        server.curfew(*words, *REALM)
    server.curfew("mapper", "create", "office", *REALM, "--scope", "orders", "-s",
                  "protocolMapper=oidc-hardcoded-claim-mapper", "-s", 'config."claim.name"=office',
                  "-s", 'config."claim.value"=Berlin', "-s", 'config."access.token.claim"=true')
    server.curfew("mapper", "update", "office", *REALM, "--scope", "orders", "-s",
                  'config."claim.value"=Rome')
    config = server.curfew_json("mapper", "get", "office", *REALM, "--scope", "orders")["config"]
    assert (config["claim.name"], config["claim.value"]) == ("office", "Rome")
    assert "orders" in server.curfew_json("client", "get", "reader", *REALM)["optionalClientScopes"]
    server.curfew("scope", "unassign", "orders", "reader", *REALM, "--optional")
    assert "orders" not in server.curfew_json("client", "get", "reader", *REALM)["optionalClientScopes"]
    server.curfew("client", "create", "later", *REALM)
    assert "orders" in server.curfew_json("client", "get", "later", *REALM)["defaultClientScopes"]
    assert "--client or --scope" in wrong(server, "mapper", "list", *REALM, code=USAGE)
    server.curfew("mapper", "delete", "office", *REALM, "--scope", "orders", "--yes")
    assert rows(server.curfew("mapper", "list", *REALM, "--scope", "orders")) == []
    server.curfew("scope", "delete", "orders", *REALM, "--yes")
    server.curfew("client", "delete", "reader", "later", *REALM, "--yes")


def test_a_user_has_a_password(server, tmp_path):
    secret, path = "correct horse", tmp_path / "password"
    path.write_text(secret + "\nsecond line\n")
    dry = server.curfew("user", "create", "ada", *REALM, "--password-file", path, "--dry-run")
    assert secret not in dry.stdout and "**********" in dry.stdout
    server.curfew("user", "create", "ada", *REALM, "-s", "email=ada@example.org", "-s", "firstName=Ada",
                  "-s", "lastName=Lovelace", "--password-file", path)
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "ada"}
    assert token(server, **form, password=secret).ok
    server.curfew("user", "disable", "ada", *REALM)
    assert "disabled" in token(server, **form, password=secret).text
    server.curfew("user", "enable", "ada", *REALM)
    path.write_text("another one")
    server.curfew("user", "set-password", "ada", *REALM, "--password-file", path)
    assert token(server, **form, password="another one").ok
    assert not token(server, **form, password=secret).ok
    warned = server.curfew("user", "set-password", "ada", *REALM, "--password", "seen", "--temporary")
    assert "can be seen" in warned.stderr
    assert "not fully set up" in token(server, **form, password="seen").text
    path.write_text("\n")
    assert "empty" in wrong(server, "user", "set-password", "ada", *REALM, "--password-file", path,
                            code=USAGE)
    server.curfew("user", "delete", "ada", *REALM, "--yes")


def test_keys_are_rotated(server):
    def keys():
        return {one["kid"]: one for one in server.curfew_json("keys", "list", *REALM)
                if one["algorithm"] == "RS256"}

    server.curfew("client", "create", "signer", *REALM, "-s", "secret=s", "-s", "serviceAccountsEnabled=true")
    form = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": "s"}
    before, old = keys(), token(server, **form).json()["access_token"]
    assert "PUT" in server.curfew("keys", "rotate", *REALM, "--dry-run").stdout and keys() == before
    server.curfew("keys", "rotate", *REALM)
    after = keys()
    (fresh,) = set(after) - set(before)
    assert after[fresh]["status"] == "ACTIVE"
    assert all(after[kid]["status"] == "PASSIVE" for kid in before)
    assert after[fresh]["providerPriority"] > max(one["providerPriority"] for one in before.values())
    known = requests.post(server.endpoint("token", "verbs") + "/introspect", timeout=60, data={
        "client_id": "signer", "client_secret": "s", "token": old})
    assert known.json()["active"], "what the old key has signed is still good"
    assert "XX" in wrong(server, "keys", "rotate", *REALM, "--algorithm", "XX", code=NOT_FOUND)
    server.curfew("client", "delete", "signer", *REALM, "--yes")


# ---- what is wrong

@pytest.mark.parametrize("words, code, part", [
    (("client", "get", "acount", *REALM), NOT_FOUND, "did you mean account?"),
    (("client", "get", "account", "-r", "verb"), NOT_FOUND, "there is no realm verb; did you mean verbs?"),
    (("client", "list", "-r", "verb"), NOT_FOUND, "did you mean verbs?"),
    (("realm", "get", "vrbs"), NOT_FOUND, "did you mean verbs?"),
    (("client", "get", "account"), USAGE, "--realm is needed"),
    (("client", "crate", "x"), USAGE, "curfew client create"),
    (("client", "get", "account", *REALM, "-f", "xml"), USAGE, "neither json nor table"),
    (("client", "list", *REALM, "-q", "x"), USAGE, "KEY=VALUE"),
    (("client", "list", *REALM, "-F", "a..b"), USAGE, "a..b"),
    (("client", "create", *REALM), USAGE, "clientId"),
    (("client", "create", "x", *REALM, "-s", "name"), USAGE, "KEY=VALUE"),
    (("client", "update", "account", *REALM), USAGE, "nothing to change"),
    (("client", "create", "x", *REALM, "-s", "redirectUris=[1"), USAGE, "not JSON"),
    (("user", "create", "../x", *REALM, "-s", "email=bad"), FAILED, "email"),
    (("role", "get", "a/b", *REALM), NOT_FOUND, "a/b"),
    (("client", "get", "<b>'; drop table", *REALM), NOT_FOUND, "drop table"),
    (("user", "set-password", "nosuch", *REALM), NOT_FOUND, "nosuch"),
    (("login",), USAGE, "--server"),
    (("logout", "--server", "http://127.0.0.1:1"), NOT_FOUND, "no login"),
    (("completion", "tcsh"), USAGE, "tcsh"),
])
def test_what_is_wrong_is_named(server, words, code, part):
    assert part in wrong(server, *words, code=code)


def test_a_terminal_is_asked(server):
    """no, then yes; and nothing without an answer."""
    server.curfew("role", "create", "doomed", *REALM)
    for answer, code in ((b"\n", USAGE), (b"n\n", USAGE), (b"y\n", DONE)):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [server.binary, "role", "delete", "doomed", *REALM], stdin=slave, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=server.folder, env=server.environment(CURFEW_DATA=str(server.data)))
        os.close(slave)
        os.write(master, answer)
        _, said = process.communicate(timeout=60 * PATIENCE)
        os.close(master)
        assert process.returncode == code and b"role doomed of realm verbs" in said, said
    wrong(server, "role", "get", "doomed", *REALM, code=NOT_FOUND)


# ---- over the network

def remote(server, folder, *words, code=DONE, **env):
    done = subprocess.run(
        [server.binary, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, start_new_session=True,
        env=server.environment(**{"XDG_CONFIG_HOME": str(folder), "CURFEW_SERVER": server.url, **env}))
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


def test_a_login_is_kept_renewed_and_ended(server, tmp_path):
    kept, password = tmp_path / "curfew" / "logins.json", tmp_path / "password"
    password.write_text("wrong")
    refused = remote(server, tmp_path, "login", "--password-file", password, code=FAILED)
    assert "Invalid user credentials" in refused.stderr and not kept.exists()
    password.write_text(ADMIN_PASSWORD)
    remote(server, tmp_path, "login", "--admin", ADMIN, "--password-file", password)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert ADMIN_PASSWORD not in kept.read_text()
    assert "verbs" in remote(server, tmp_path, "realm", "list").stdout
    login = json.loads(kept.read_text())
    login[server.url]["accessUntil"] = 0
    login[server.url]["accessToken"] = "old"
    kept.write_text(json.dumps(login))
    assert "verbs" in remote(server, tmp_path, "realm", "list").stdout, "it is renewed"
    renewed = json.loads(kept.read_text())[server.url]
    assert renewed["accessToken"] != "old" and renewed["accessUntil"] > time.time() * 1000
    # A folder that is typed overrules it; a password in the environment too.
    remote(server, tmp_path, "realm", "list", "--data", tmp_path / "no", code=UNREACHABLE)
    remote(server, tmp_path, "realm", "list", code=FAILED, CURFEW_ADMIN_PASSWORD="wrong")
    lost = remote(server, tmp_path, "realm", "list", code=UNREACHABLE, CURFEW_SERVER="",
                  CURFEW_DATA=str(tmp_path / "no"))
    assert f"add --server {server.url}" in lost.stderr, "whoever signed in is told what is missing"
    remote(server, tmp_path, "logout")
    assert not kept.exists()
    answer = requests.post(server.endpoint("token", "master"), timeout=60, data={
        "grant_type": "refresh_token", "client_id": "admin-cli", "refresh_token": renewed["refreshToken"]})
    assert answer.status_code == 400, "the session has ended at the server"
    assert "no login" in remote(server, tmp_path, "logout", code=NOT_FOUND).stderr
    assert "curfew login" in remote(server, tmp_path, "realm", "list", code=USAGE).stderr
    kept.write_text("{")
    assert "damaged" in remote(server, tmp_path, "realm", "list", code=USAGE).stderr


def test_a_login_that_has_ended_is_told(server, tmp_path):
    password = tmp_path / "password"
    password.write_text(ADMIN_PASSWORD)
    remote(server, tmp_path, "login", "--password-file", password)
    path = tmp_path / "curfew" / "logins.json"
    login = json.loads(path.read_text())
    login[server.url].update(accessUntil=0, refreshToken="spent")
    path.write_text(json.dumps(login))
    done = remote(server, tmp_path, "realm", "list", code=FAILED)
    assert "has ended" in done.stderr and f"curfew login --server {server.url}" in done.stderr


def test_a_program_signs_in(server, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("its-secret\n")
    for words in (("client", "create", "robot", "-s", "secret=its-secret", "-s", "serviceAccountsEnabled=true"),
                  ("user", "add-role", "service-account-robot", "admin")):
        server.curfew(*words, "-r", "master")
    remote(server, tmp_path, "login", "--client", "robot", code=USAGE)
    remote(server, tmp_path, "login", "--client", "robot", "--secret-file", secret)
    path = tmp_path / "curfew" / "logins.json"
    assert "its-secret" not in path.read_text()
    login = json.loads(path.read_text())
    login[server.url]["accessUntil"] = 0
    path.write_text(json.dumps(login))
    assert "verbs" in remote(server, tmp_path, "realm", "list").stdout
    remote(server, tmp_path, "logout")
    server.curfew("client", "delete", "robot", "-r", "master", "--yes")


# ---- events, completion, the manual page

def test_events_are_watched(server):
    server.curfew("realm", "update", "verbs", "-s", "eventsEnabled=true")
    process = subprocess.Popen(
        [server.binary, "events", "watch", *REALM, "--type", "LOGIN_ERROR", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=server.folder,
        env=server.environment(CURFEW_DATA=str(server.data)))
    try:
        assert b"watching" in process.stderr.readline()
        for name in ("first", "second"):
            token(server, grant_type="password", client_id="admin-cli", username=name, password="x")
            assert select.select([process.stdout], [], [], 30 * PATIENCE)[0], "it is printed"
            event = json.loads(process.stdout.readline())
            assert event["type"] == "LOGIN_ERROR" and event["details"]["username"] == name, event
    finally:
        process.terminate()
        process.wait()
    server.curfew("events", "watch", *REALM, "--timeout", "1s")


def test_shells_complete_its_words(server, tmp_path):
    script = tmp_path / "curfew.bash"
    script.write_text(server.curfew("completion", "bash").stdout)

    def complete(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            ["bash", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                           "_curfew; echo ${COMPREPLY[@]}"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return done.stdout.split()

    assert complete("curfew", "lo") == ["login", "logout"]
    assert complete("curfew", "user", "add") == ["add-role"]
    assert complete("curfew", "user", "create", "--pass") == ["--password", "--password-file"]
    assert complete("curfew", "doctor", "--cl") == ["--client"]
    for shell in ("zsh", "fish"):
        text = server.curfew("completion", shell).stdout
        assert all(word in text for word in ("recover-admin", "identity-provider", "dry-run")), shell


def test_the_manual_page_is_well_formed(server):
    page = server.curfew("manual").stdout
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-c"], input=page, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    plain = re.sub(r".\x08", "", done.stdout)
    for part in ("curfew user set-password USER", "--dry-run", "EXIT STATUS", "CURFEW_SERVER"):
        assert part in plain, part
