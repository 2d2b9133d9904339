"""The verbs of the command line: what they print and how they end, with a server, without one, and
over the network."""

import fcntl
import json
import os
import pty
import re
import sqlite3
import stat
import subprocess
import time

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser
from support.server import ADMIN, ADMIN_PASSWORD

pytestmark = pytest.mark.any_engine

DONE, FAILED, USAGE, NOT_FOUND, UNREACHABLE = range(5)


@pytest.fixture
def stopped(make):
    """Verbs for the data of a server that does not run."""
    server = make.server(realms.customers({}))
    server.stop()
    return server


def verb(server, *words, code=DONE, **env):
    """Runs a verb where the server may be stopped: then it has to be told of the database."""
    database = server.flags[server.flags.index("--db"):][:2] if "--db" in server.flags else []
    server.env.update(env)
    done = server.curfew(*words, *database, check=False)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def rows(done):
    """The lines of a table below its headings, cut into cells."""
    return [re.split(r" {2,}", line) for line in done.stdout.splitlines()[1:]]


def signed_out(world, *apps):
    """ada signs in at each of them and out at the first; the session's id."""
    browser = Browser()
    tokens = [app.sign_in(browser) for app in apps]
    assert apps[0].post("logout", refresh_token=tokens[0].refresh).status_code == 204
    wait_for(lambda: set(world.admin.receipt(tokens[0].sid).states().values()) == {"delivered"},
             "all are told")
    return tokens[0].sid


# ---- receipts

def test_a_receipt_is_shown_application_by_application(world):
    sid = signed_out(world, world.shop, world.blog)
    receipt = world.admin.receipt(sid)
    shown = [world.server.curfew("signout", "show", *words).stdout
             for words in ((), ("--last",), (receipt.id,), (receipt.id, "--realm", "customers"))]
    assert len(set(shown)) == 1, "the newest one, and that id"
    head, headings, *applications = shown[0].splitlines()
    assert head.startswith(f"sign-out {receipt.id}  ada  realm customers  20")
    assert head.endswith("  from 127.0.0.1") and "with its refresh token" in head
    assert headings.split() == ["APPLICATION", "CHANNEL", "STATE", "TRIES", "HTTP", "WHEN", "WHY"]
    cells = {line.split()[0]: line.split() for line in applications}
    assert set(cells) == {"django-shop", "django-blog"}
    for one in cells.values():
        assert one[1:5] == ["back-channel", "delivered", "1", "200"], one
        assert re.fullmatch(r"\+\d+\.\d\d", one[5]) and one[6] == "s", one
    as_json = world.server.curfew_json("signout", "show", receipt.id)
    assert as_json == receipt.json


def test_receipts_are_listed_and_chosen(world):
    first, second = signed_out(world, world.shop), signed_out(world, world.blog)
    listed = world.server.curfew("signout", "list")
    assert listed.stdout.split("\n")[0].split() == \
        ["TIME", "REALM", "USER", "HOW", "APPLICATIONS", "ID"]
    ids = [world.admin.receipt(sid).id for sid in (second, first)]
    assert [row[-1] for row in rows(listed)] == ids, "the newest first"
    assert all(row[1:3] == ["customers", "ada"] and row[4] == "1 delivered"
               for row in rows(listed)), listed.stdout
    for words, wanted in ((("--client", "django-shop"), ids[1:]), (("--max", "1"), ids[:1]),
                          (("--user", "bob"), []), (("--state", "waiting"), []),
                          (("--state", "delivered", "--since", "1h"), ids),
                          (("--since", "0s"), []), (("-r", "master"), [])):
        found = world.server.curfew_json("signout", "list", *words)
        assert [one["id"] for one in found] == wanted, words
    assert "--max" in world.server.curfew("signout", "list", "--max", "1").stderr


# ---- ends

def test_a_session_is_listed_and_ended(world):
    tokens = world.shop.sign_in()
    world.blog.sign_in(user="bob", password="builder")
    (row,) = rows(world.server.curfew("session", "list", "--user", "ada"))
    assert row[2:] == ["customers", "ada", "127.0.0.1", "django-shop", tokens.sid]
    listed = world.server.curfew_json("session", "list", "-r", "customers")
    assert {one["username"] for one in listed} == {"ada", "bob"}
    # An id may begin with a dash; then it stands behind two.
    done = world.server.curfew("session", "end", "--", tokens.sid)
    assert tokens.sid in done.stdout and not world.shop.is_alive(tokens)
    world.told("django-shop", tokens.sid)
    assert world.admin.receipt(tokens.sid).door == "admin-session"
    again = world.server.curfew("session", "end", "--", tokens.sid, check=False)
    assert again.returncode == NOT_FOUND and tokens.sid in again.stderr
    assert rows(world.server.curfew("session", "list", "-u", "ada")) == []


def test_a_user_is_signed_out(world):
    mine, other = world.shop.sign_in(), world.shop.sign_in(user="bob", password="builder")
    assert "ada" in world.server.curfew("user", "logout", "ada").stdout
    wait_for(lambda: not world.shop.is_alive(mine), "ada is out")
    assert world.shop.is_alive(other)
    world.told("django-shop", mine.sid)
    assert world.admin.receipt(mine.sid).door == "admin-user"
    # By id, too.
    world.server.curfew("user", "logout", world.admin.user("bob")["id"], "-r", "customers")
    wait_for(lambda: not world.shop.is_alive(other), "bob is out")


def test_everybody_is_signed_out_of_a_realm(world):
    tokens = world.shop.sign_in()
    for words in (("--all",), ("--all", "-r", "customers"), ("--all", "-r", "customers", "x"), ()):
        assert world.server.curfew("session", "end", *words, check=False).returncode == USAGE
        assert world.shop.is_alive(tokens), words
    world.server.curfew("session", "end", "--all", "-r", "customers", "--yes")
    assert not world.shop.is_alive(tokens)
    world.told("django-shop", tokens.sid)


def test_a_name_in_two_realms_has_to_be_told_apart(make):
    server = make.server(realms.customers({}))
    other = {"realm": "other", "enabled": True, "users": [{"username": "ada", "enabled": True}]}
    server.admin().create_realm(other)
    done = server.curfew("user", "logout", "ada", check=False)
    assert done.returncode == USAGE and "--realm" in done.stderr, done.stderr
    assert "customers" in done.stderr and "other" in done.stderr
    server.curfew("user", "logout", "ada", "--realm", "other")


def test_a_realm_is_deleted_when_it_is_meant(world):
    tokens = world.shop.sign_in()
    done = world.server.curfew("realm", "delete", "customers", check=False)
    assert done.returncode == USAGE and "--yes" in done.stderr
    assert world.shop.is_alive(tokens)
    world.server.curfew("realm", "delete", "customers", "--yes")
    assert "customers" not in world.server.curfew("realm", "list").stdout
    world.told("django-shop", tokens.sid)
    assert world.server.curfew("realm", "delete", "master", "--yes", check=False).returncode == FAILED


# ---- lists

def test_users_and_events_are_listed(common):
    listed = common.server.curfew("user", "list", "-r", "customers", "--search", "lovel")
    (row,) = rows(listed)
    assert row == ["customers", "ada", "Ada Lovelace", "ada@example.org", "yes",
                   common.admin.user("ada")["id"]]
    everybody = common.server.curfew_json("user", "list")
    assert {"ada", "bob"} <= {one["username"] for one in everybody if one["realm"] == "customers"}
    assert [one["username"] for one in everybody if one["realm"] == "master"] == [ADMIN]
    common.ovirt.password_grant(password="wrong")
    common.ovirt.password_grant()
    events = rows(common.server.curfew("events", "-r", "customers", "--type", "LOGIN_ERROR"))
    assert events[0][1:] == ["customers", "LOGIN_ERROR", "ovirt-engine", "ada", "127.0.0.1",
                             "invalid_user_credentials"], events
    every = common.server.curfew_json("events", "--client", "ovirt-engine", "--user", "ada")
    times = [one["time"] for one in every]
    assert times == sorted(times, reverse=True)
    assert {one["type"] for one in every} >= {"LOGIN", "LOGIN_ERROR"}


# ---- how it ends

@pytest.mark.parametrize("words, code, part", [
    ((), USAGE, ""),
    (("relm", "list"), USAGE, "curfew realm list"),
    (("realm",), USAGE, "curfew realm --help"),
    (("start", "--optimized"), USAGE, "curfew serve"),
    (("realm", "list", "--jsn"), USAGE, "--json"),
    (("signout", "list", "--since", "soon"), USAGE, "soon"),
    (("signout", "list", "--max", "many"), USAGE, "many"),
    (("signout", "list", "--state", "nosuch"), FAILED, "nosuch"),
    (("signout", "show", "nosuch"), NOT_FOUND, "nosuch"),
    (("signout", "show", "nosuch", "-r", "customers"), NOT_FOUND, "nosuch"),
    (("signout", "retry", "nosuch"), NOT_FOUND, "nosuch"),
    (("signout", "show", "../../realms"), FAILED, ""),
    (("user", "logout", "nosuch"), NOT_FOUND, "nosuch"),
    (("user", "list", "-r", "nosuch"), NOT_FOUND, "there is no realm nosuch"),
    (("realm", "export", "nosuch"), NOT_FOUND, "nosuch"),
    (("realm", "delete", "nosuch"), NOT_FOUND, "nosuch"),
    (("realm", "import", "nosuch.json"), FAILED, "nosuch.json"),
    (("realm", "import", "/dev/null"), FAILED, "/dev/null"),
    (("realm", "list", "--server", "http://192.0.2.1"), USAGE, "https"),
    (("realm", "list", "--server", "nonsense"), USAGE, "nonsense"),
    (("realm", "list", "--admin", "x"), USAGE, "--server"),
    (("realm", "list", "--config", "nosuch.conf"), FAILED, "nosuch.conf"),
    (("help", "nosuch"), USAGE, "nosuch"),
    (("help", "realm", "import"), DONE, ""),
    (("build",), DONE, "nothing to build"),
    (("build", "postgres"), DONE, "nothing to build"),
    (("--version",), DONE, ""),
])
def test_exit_codes_and_reasons(common, words, code, part):
    done = common.server.curfew(*words, check=False)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert part in done.stderr, done.stderr
    if code:
        assert not words or done.stdout == ""


def test_every_verb_explains_itself(common):
    names = re.findall(r"^  ([a-z-]+(?: [a-z][a-z-]*)?)(?=  | \[?[A-Z])",
                       common.server.curfew("help").stdout, re.M)
    assert {"serve", "realm import", "signout show", "session end", "events", "user add-role",
            "client"} <= set(names), names
    for name in names:
        for words in ((*name.split(), "--help"), ("help", *name.split())):
            done = common.server.curfew(*words)
            assert f"curfew {name}" in done.stdout and "--" in done.stdout, (words, done.stdout)


def test_a_full_disk_is_a_failure(common):
    with open("/dev/full", "w") as full:
        done = subprocess.run([common.server.binary, "realm", "list"], stdout=full,
                              stderr=subprocess.PIPE, text=True, cwd=common.server.folder,
                              env=common.server.environment(CURFEW_DATA=str(common.server.data)))
    assert done.returncode == FAILED and "No space left" in done.stderr, done.stderr


# ---- import and export

def test_an_import_says_what_it_did_and_what_to_know(common, tmp_path):
    realm = {"realm": "fresh-one", "enabled": True, "clients": [
        {"clientId": "masked", "secret": "**********"}],
        "users": [{"username": "u", "enabled": True,
                   "credentials": [{"type": "password", "value": "plain"}]}]}
    path = realms.write(realm, tmp_path)
    done = common.server.curfew("realm", "import", path)
    assert "realm fresh-one imported" in done.stdout and "1 users" in done.stdout, done.stdout
    assert "warning:" in done.stdout and "masked" in done.stdout
    assert done.stderr == "", "no bar where there is no terminal"
    again = common.server.curfew("realm", "import", path)
    assert "left alone" in again.stdout and "exists" in again.stdout
    broken = tmp_path / "broken.json"
    broken.write_text('{"realm":')
    second = realms.write({**realm, "realm": "fresh-two"}, tmp_path)
    both = common.server.curfew("realm", "import", broken, second, path, "--json", check=False)
    assert both.returncode == FAILED and "1 of 3" in both.stderr and str(broken) in both.stderr
    results = json.loads(both.stdout)
    # By the files' names, whatever their order on the command line.
    assert [one["imported"] for one in results] == [False, False, True]
    assert results[2]["realm"] == "fresh-two" and results[2]["users"] == 1
    assert "exists" in results[1]["reason"]
    assert common.server.admin("fresh-two").get("/users/count") == 1


def test_an_import_shows_how_far_it_is_on_a_terminal(common, tmp_path):
    realm = {"realm": "crowd", "enabled": True, "users": [
        {"username": f"user-{n}", "enabled": True} for n in range(20_000)]}
    path = realms.write(realm, tmp_path)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [common.server.binary, "realm", "import", path], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=slave, cwd=common.server.folder,
        env=common.server.environment(CURFEW_DATA=str(common.server.data)))
    os.close(slave)
    drawn = b""
    try:
        while chunk := os.read(master, 4096):
            drawn += chunk
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(master)
    out = process.communicate(timeout=120)[0].decode()
    assert process.returncode == DONE and "20000 users" in out, (out, drawn[-500:])
    done = [int(n) for n in re.findall(rb"import \[[#.]{30}\] +(\d+) %", drawn)]
    assert done and done == sorted(done) and all(n <= 100 for n in done), drawn[-500:]
    common.server.admin("crowd").request("DELETE", "", 204)


def test_an_export_is_made_for_its_owner_alone(common, tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o644)
    done = common.server.curfew("realm", "export", "customers", "--out", path)
    assert done.stdout == "" and str(path) in done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.json"]
    exported = json.loads(path.read_text())
    assert exported["realm"] == "customers"
    assert {one["username"] for one in exported["users"]} >= {"ada", "bob"}
    without = json.loads(common.server.curfew("realm", "export", "customers", "--no-users").stdout)
    assert not {one["username"] for one in without.get("users", [])} & {"ada", "bob"}
    assert len(without["clients"]) == len(exported["clients"])
    nowhere = common.server.curfew("realm", "export", "customers", "-o", tmp_path / "no" / "x",
                                   check=False)
    assert nowhere.returncode == FAILED and "No such file" in nowhere.stderr


# ---- without a server

def test_verbs_work_while_no_server_runs(stopped, tmp_path):
    path = realms.write({"realm": "second", "enabled": True}, tmp_path)
    assert "customers" in verb(stopped, "realm", "list").stdout
    imported = verb(stopped, "realm", "import", path)
    assert "realm second imported" in imported.stdout
    assert "INFO" not in imported.stderr and "WARN" not in imported.stderr
    assert json.loads(verb(stopped, "realm", "export", "second").stdout)["realm"] == "second"
    assert "sound" in verb(stopped, "db", "check").stdout
    verb(stopped, "signout", "show", code=NOT_FOUND)
    assert not list(stopped.data.glob("*.sock")), "it leaves no socket behind"
    stopped.start()
    assert "second" in stopped.curfew("realm", "list").stdout


def test_an_administrator_gets_back_in(stopped):
    found = json.loads(verb(stopped, "user", "recover-admin", "--json").stdout)
    made = json.loads(verb(stopped, "user", "recover-admin", "-u", "second", "--json").stdout)
    stopped.start()
    assert found["username"] == ADMIN and made["username"] == "second"
    for one in (found, made):
        answer = requests.post(stopped.endpoint("token", "master"), timeout=60, data={
            "grant_type": "password", "client_id": "admin-cli", **one})
        assert answer.ok, answer.text
        listed = requests.get(f"{stopped.url}/admin/realms", timeout=60, headers={
            "authorization": "Bearer " + answer.json()["access_token"]})
        assert "customers" in [realm["realm"] for realm in listed.json()]
    old = requests.post(stopped.endpoint("token", "master"), timeout=60, data={
        "grant_type": "password", "client_id": "admin-cli", "username": ADMIN,
        "password": ADMIN_PASSWORD})
    assert old.status_code == 400 or old.status_code == 401, "the old password is gone"


def test_a_verb_makes_no_data(binary, tmp_path):
    for words in (("realm", "list"), ("user", "recover-admin"), ("realm", "import", "x.json")):
        done = subprocess.run([binary, *words, "--data", tmp_path / "nothing"], timeout=60,
                              capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == UNREACHABLE and "nothing" in done.stderr, done.stderr
    assert os.listdir(tmp_path) == []


def test_a_server_that_does_not_answer_is_told_of(stopped):
    with open(stopped.data / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = verb(stopped, "realm", "list", code=UNREACHABLE)
    assert "does not answer" in done.stderr and str(stopped.data) in done.stderr


def test_a_dead_servers_socket_stands_in_nobodys_way(make):
    server = make.server(realms.customers({}))
    server.kill()
    assert (server.data / "curfew.sock").exists()
    assert "customers" in verb(server, "realm", "list").stdout


def test_servers_and_verbs_wait_for_each_other(stopped):
    """Several verbs and a server, all at once: one has the folder, the others wait or ask it."""
    for _ in range(3):
        words = [str(stopped.binary), "realm", "list", *stopped.flags]
        running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    cwd=stopped.folder,
                                    env=stopped.environment(CURFEW_DATA=str(stopped.data)))
                   for _ in range(3)]
        stopped.start()
        for one in running:
            out, err = one.communicate(timeout=120)
            assert one.returncode == DONE and "customers" in out, err
        stopped.stop()


def test_damage_is_found(binary, tmp_path, make, engine):
    server = make.server(realms.customers({}))
    server.stop()
    statement = "update users set realm_id = 'nosuch' where username = 'ada'"
    if engine == "sqlite":
        with sqlite3.connect(server.data / "curfew.sqlite3") as database:
            database.execute(statement)
        database.close()
    else:
        subprocess.run(["psql", "-q", "-d", server.flags[server.flags.index("--db") + 1],
                        "-c", statement], check=True, timeout=60)
    done = verb(server, "db", "check", code=FAILED)
    assert "1 users without a realm" in done.stdout and "1 finding" in done.stderr
    found = json.loads(verb(server, "db", "check", "--json", code=FAILED).stdout)
    assert found == {"sound": False, "findings": ["1 users without a realm"]}


# ---- over the network

def test_a_server_is_asked_over_the_network(common, tmp_path):
    def remote(*words, code=DONE, password=ADMIN_PASSWORD):
        done = subprocess.run(
            [common.server.binary, *words, "--server", common.server.url], cwd=tmp_path, timeout=120,
            env={**common.server.environment(), "CURFEW_ADMIN_PASSWORD": password},
            capture_output=True, text=True, stdin=subprocess.DEVNULL, start_new_session=True)
        assert done.returncode == code, (words, done.returncode, done.stderr)
        return done

    assert "customers" in remote("realm", "list").stdout
    assert "ada" in remote("user", "list", "-r", "customers").stdout
    path = realms.write({"realm": "from-afar", "enabled": True}, tmp_path)
    remote("realm", "import", path)
    assert "left alone" in remote("realm", "import", path).stdout
    remote("realm", "delete", "from-afar", "--yes")
    assert "Invalid user credentials" in remote("realm", "list", code=FAILED,
                                                password="wrong").stderr
    assert "CURFEW_ADMIN_PASSWORD" in remote("realm", "list", code=USAGE, password="").stderr
    remote("user", "recover-admin", code=USAGE)
    remote("realm", "list", "--data", tmp_path, code=USAGE)
    nobody = common.server.curfew("realm", "list", "--server", "http://127.0.0.1:1", check=False)
    assert nobody.returncode == USAGE and "password" in nobody.stderr


def test_a_user_becomes_an_administrator_again(stopped):
    stopped.start()
    admin = stopped.admin("master")
    admin.request("POST", "/users", 201, json={"username": "third", "enabled": True})
    said = stopped.curfew("user", "recover-admin", "-u", "third").stdout
    assert "The user was no administrator and is one now." in said
    password = said.split("Password:")[1].split()[0]
    assert "no administrator" not in stopped.curfew("user", "recover-admin", "-u", ADMIN).stdout
    answer = requests.post(stopped.endpoint("token", "master"), timeout=60, data={
        "grant_type": "password", "client_id": "admin-cli", "username": "third", "password": password})
    listed = requests.get(f"{stopped.url}/admin/realms", timeout=60, headers={
        "authorization": "Bearer " + answer.json()["access_token"]})
    assert "customers" in [realm["realm"] for realm in listed.json()]
