"""`curfew db backup`, `restore`, `check` and `migrate`: copies of a busy server that are whole, and
what must not be put in its place."""

import contextlib
import shutil
import sqlite3
import stat

import pytest

from support import realm as realms


@pytest.fixture
def server(make, engine):
    if engine != "sqlite":
        pytest.skip("PostgreSQL has pg_dump; its own test is below")
    return make.server(realms.customers({}))


def user_names(server, realm="customers"):
    return {user["username"] for user in server.admin(realm).get("/users", max=1000)}


def add_user(server, name):
    server.admin().request("POST", "/users", 201, json={"username": name, "enabled": True})


def test_a_backup_of_a_running_server_is_restored(server, make, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    done = server.curfew("db", "backup", copy)
    assert str(copy) in done.stdout and "seal.key" in done.stderr
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))
    before = user_names(server)
    add_user(server, "later")
    server.stop()

    refused = server.curfew("db", "restore", copy, check=False)
    assert refused.returncode == 1 and "--force" in refused.stderr
    done = server.curfew("db", "restore", copy, "--force")
    assert "schema" in done.stdout
    assert not list(server.data.glob("*.restore"))
    assert "sound" in server.curfew("db", "check").stdout
    server.start()
    assert user_names(server) == before


def test_a_backup_is_restored_into_an_empty_folder_with_its_key(server, make, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    assert server.curfew_json("db", "backup", copy) == {"backup": str(copy)}
    other = make.server(start=False)
    refused = other.curfew("db", "restore", copy, check=False)
    assert refused.returncode == 1 and "seal.key is not there" in refused.stderr
    other.data.mkdir(exist_ok=True)
    shutil.copy(server.data / "seal.key", other.data / "seal.key")
    restored = other.curfew_json("db", "restore", copy)
    assert restored["restored"] == str(copy) and restored["schema"] > 0
    server.stop()
    other.start()
    assert "ada" in user_names(other)


def test_another_seal_key_is_refused(server, make, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    server.curfew("db", "backup", copy)
    other = make.server()
    other.stop()
    refused = other.curfew("db", "restore", copy, "--force", check=False)
    assert refused.returncode == 1 and "another seal key" in refused.stderr
    other.start()


def test_no_restore_under_a_running_server(server, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    server.curfew("db", "backup", copy)
    refused = server.curfew("db", "restore", copy, "--force", check=False)
    assert refused.returncode == 1 and "belongs to process" in refused.stderr
    assert user_names(server)


def test_a_backup_overwrites_nothing(server, tmp_path):
    there = tmp_path / "there"
    there.write_text("mine")
    refused = server.curfew("db", "backup", there, check=False)
    assert refused.returncode == 1 and "is there already" in refused.stderr
    assert there.read_text() == "mine"
    refused = server.curfew("db", "backup", tmp_path / "no" / "where", check=False)
    assert refused.returncode == 1 and refused.stderr
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("damage", ["not a database", "", "torn"])
def test_what_is_no_backup_is_refused(server, damage, tmp_path):
    file = tmp_path / "file"
    if damage == "torn":
        server.curfew("db", "backup", file)
        with open(file, "r+b") as torn:
            torn.seek(4096 * 3)
            torn.write(b"\xff" * 4096 * 8)
    else:
        file.write_text(damage)
    server.stop()
    before = (server.data / "curfew.sqlite3").read_bytes()
    refused = server.curfew("db", "restore", file, "--force", check=False)
    assert refused.returncode == 1 and str(file) in refused.stderr
    assert (server.data / "curfew.sqlite3").read_bytes() == before
    missing = server.curfew("db", "restore", tmp_path / "nowhere", "--force", check=False)
    assert missing.returncode == 1 and "No such file" in missing.stderr


def make_newer(path):
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("insert into schema_migration values (9999, 'of the future', 0)")


def test_a_newer_schema_is_refused(server, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    server.curfew("db", "backup", copy)
    known = server.curfew_json("db", "migrate")
    assert known["was"] in (0, known["schema"])
    make_newer(copy)
    server.stop()
    refused = server.curfew("db", "restore", copy, "--force", check=False)
    assert refused.returncode == 6 and "newer version" in refused.stderr
    assert f"up to {known['schema']}" in refused.stderr
    make_newer(server.data / "curfew.sqlite3")
    refused = server.curfew("db", "migrate", check=False)
    assert refused.returncode == 6 and "newer version" in refused.stderr


def test_an_older_schema_is_brought_up(server):
    newest = server.curfew_json("db", "migrate")["schema"]
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "curfew.sqlite3")) as store, store:
        store.execute("alter table realm drop column display_name")
        store.execute("alter table realm drop column display_name_html")
        store.execute("delete from schema_migration where number >= 11")
        later = store.execute("select count(*) from schema_migration").fetchone()
        assert later == (10,)
    if newest > 11:
        pytest.skip("later migrations cannot be taken back one by one")
    done = server.curfew("db", "migrate")
    assert f"has number {newest} now; it had 10" in done.stdout
    assert f"has number {newest}, which" in server.curfew("db", "migrate").stdout


def test_postgres_is_pointed_to_its_own_tools(make, engine, tmp_path):
    if engine != "postgres":
        pytest.skip("about PostgreSQL")
    server = make.server(realms.customers({}))
    refused = server.curfew("db", "backup", tmp_path / "copy", "--db", server.flags[1], check=False)
    assert refused.returncode == 1 and "pg_dump" in refused.stderr
    server.stop()
    refused = server.curfew("db", "restore", tmp_path / "copy", "--db", server.flags[1], check=False)
    assert refused.returncode == 1 and "pg_restore" in refused.stderr
