"""`curfew realm import` and `export`: several files, folders, placeholders, strategies."""

import json
import stat

import pytest
import requests

from support import realm as realms


def users(n, first=0):
    return [{"username": f"u{i:05}", "email": f"u{i:05}@example.org", "enabled": True,
             "groups": [], "realmRoles": ["offline_access"]} for i in range(first, first + n)]


def small(name="small", **more):
    return {"realm": name, "enabled": True, **more}


def write(folder, name, content):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def names(server, realm="small"):
    return {one["username"] for one in server.admin(realm).get("/users", max=10000)}


@pytest.fixture
def server(make):
    return make.server(realms.customers({}))


def test_a_folder_as_keycloak_makes_it(server, tmp_path):
    folder = tmp_path / "backup"
    write(folder, "small-realm.json", small(users=users(1)))
    for i in range(12):
        write(folder, f"small-users-{i}.json", {"realm": "small", "users": users(5, 1 + i * 5)})
    write(folder, "a-b-realm.json", small("a-b"))
    write(folder, "a-b-users-0.json", {"users": users(2), "realm": "a-b"})
    write(folder, "notes.txt", "not a realm")
    done = server.curfew("realm", "import", folder)
    assert "realm small imported" in done.stdout and "61 users" in done.stdout
    assert names(server) == {f"u{i:05}" for i in range(61)}
    assert names(server, "a-b") == {"u00000", "u00001"}
    assert "sound" in server.curfew("db", "check").stdout
    again = server.curfew("realm", "import", folder)
    assert again.stdout.count("left alone") == 2


def test_several_files(server, tmp_path):
    one = write(tmp_path, "small-realm.json", small())
    two = write(tmp_path, "small-users-10.json", {"realm": "small", "users": users(1, 10)})
    three = write(tmp_path, "small-users-9.json", {"realm": "small", "users": users(1, 9)})
    summary, = server.curfew_json("realm", "import", three, one, two)
    assert summary["imported"] and summary["users"] == 2
    assert summary["file"] == str(one)


def refused(server, *words, code=1):
    done = server.curfew("realm", "import", *words, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


def test_what_is_wrong_is_told_of_its_file_and_nothing_stays(server, tmp_path):
    realm = write(tmp_path, "small-realm.json", small())
    two = tmp_path / "small-users-1.json"
    good = write(tmp_path, "small-users-0.json", {"realm": "small", "users": users(3)})

    def with_users(content):
        write(tmp_path, two.name, content)
        words = refused(server, realm, good, two)
        assert "small" not in {one["realm"] for one in server.curfew_json("realm", "list")}
        return words

    assert f"{two}: $.users[1]" in with_users(
        {"realm": "small", "users": [{"username": "x"}, {"username": "y", "nonsense": 1}]})
    assert "another user's too" in with_users({"realm": "small", "users": users(1)})
    assert "of the realm \"other\"" in with_users({"realm": "other", "users": []})
    assert "$.clients" in with_users({"realm": "small", "clients": [{"clientId": "x"}]})
    assert str(two) in with_users({"realm": "small", "users": [{"username": "z", "groups": ["/no"]}]})
    assert with_users('{"realm": "small", "users": [')
    assert "is not among the files" in refused(server, two, code=2)
    assert "No such file" in refused(server, tmp_path / "nowhere-realm.json")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "NAME-realm.json" in refused(server, empty)


def test_placeholders(server, tmp_path):
    text = """{"realm": "${REALM_NAME}", "enabled": ${REALM_ON:true},
      "displayName": "${SHOWN:Small \\"quoted\\"}", "accessTokenLifespan": ${LIFE},
      "attributes": {"quoted": "${QUOTED}", "kept": "${role_admin}", "low": "${lower:dflt}"}}"""
    path = write(tmp_path, "p.json", text)
    server.env.update(REALM_NAME="small", LIFE="123", QUOTED='a "b" \\ ${LIFE}\n')
    server.curfew("realm", "import", path)
    realm = server.admin("small").get()
    assert realm["enabled"] and realm["accessTokenLifespan"] == 123
    assert realm["displayName"] == 'Small "quoted"'
    found = {name: realm["attributes"][name] for name in ("quoted", "kept", "low")}
    assert found == {"quoted": 'a "b" \\ ${LIFE}\n', "kept": "${role_admin}", "low": "dflt"}
    path = write(tmp_path, "q.json", '{"realm": "q",\n "displayName": "${NOWHERE_TO_BE}"}')
    words = refused(server, path)
    assert f"{path}: line 2, column" in words and "${NOWHERE_TO_BE}" in words


def test_a_start_imports_folders_and_fills_placeholders_in(make, tmp_path):
    folder = tmp_path / "realms"
    write(folder, "small-realm.json", '{"realm": "small", "displayName": "${SHOWN:none}"}')
    write(folder, "small-users-0.json", {"realm": "small", "users": users(2)})
    server = make.server(start=False, env={"SHOWN": "At start"})
    server.start(folder)
    assert server.admin("small").get()["displayName"] == "At start"
    assert names(server) == {"u00000", "u00001"}


def test_strategies(server, tmp_path):
    first = write(tmp_path, "first.json", small(
        users=users(3), clients=[{"clientId": "mine", "name": "one"}]))
    server.curfew("realm", "import", first)
    changed = write(tmp_path, "second.json", small(
        displayName="Second", clients=[{"clientId": "mine", "name": "two"},
                                       {"clientId": "new"}], users=users(2, 2)))
    assert "left alone" in server.curfew("realm", "import", changed, "--strategy", "skip").stdout
    assert "displayName" not in server.admin("small").get()

    mine = server.admin("small").get("/clients", clientId="mine")[0]["id"]
    assert "2 added, 2 changed, 0 removed" in server.curfew(
        "realm", "import", changed, "--strategy", "merge").stdout
    assert names(server) == {"u00000", "u00001", "u00002", "u00003"}
    clients = {one["clientId"]: one for one in server.admin("small").get("/clients")}
    assert clients["mine"]["id"] == mine and clients["mine"]["name"] == "two" and "new" in clients

    words = refused(server, first, "--strategy", "overwrite")
    assert "1 users that are not in the file" in words and "--yes" in words
    assert names(server) == {"u00000", "u00001", "u00002", "u00003"}
    server.curfew("realm", "import", first, "--strategy", "overwrite", "--yes")
    assert names(server) == {"u00000", "u00001", "u00002"}
    clients = {one["clientId"] for one in server.admin("small").get("/clients")}
    assert "mine" in clients and "new" not in clients
    # All its users are in the file: nothing is lost, nobody has to say so.
    server.curfew("realm", "import", first, "--strategy", "overwrite")
    assert names(server) == {"u00000", "u00001", "u00002"}
    assert "sound" in server.curfew("db", "check").stdout

    bad = write(tmp_path, "bad.json", small(users=[{"username": "x", "realmRoles": ["y"],
                                                    "groups": ["/none"]}]))
    assert "/none" in refused(server, bad, "--strategy", "overwrite", "--yes")
    assert names(server) == {"u00000", "u00001", "u00002"}
    assert "skip, overwrite or merge" in refused(server, bad, "--strategy", "burn", code=2)


def test_users_alone_are_merged(server, tmp_path):
    file = write(tmp_path, "customers-users-0.json", {"realm": "customers", "users": users(2)})
    before = names(server, "customers")
    server.curfew("realm", "import", file, "--strategy", "merge")
    assert names(server, "customers") == before | {"u00000", "u00001"}
    file = write(tmp_path, "gone-users-0.json", {"realm": "gone", "users": users(2)})
    server.curfew("realm", "import", file, "--strategy", "merge")
    assert names(server, "gone") == {"u00000", "u00001"}


def test_a_merge_without_a_server(server, engine, tmp_path):
    if engine != "sqlite":
        pytest.skip("it is about the data folder")
    file = write(tmp_path, "x.json", {"realm": "customers", "displayName": "Cold"})
    server.stop()
    server.curfew("realm", "import", file, "--strategy", "merge")
    assert server.curfew("realm", "plan", file).returncode == 0
    server.start()
    assert server.admin().get()["displayName"] == "Cold"


def test_exports_into_a_folder_come_back(server, tmp_path, make):
    server.curfew("realm", "import", write(tmp_path, "s.json", small(users=users(7))))
    folder = tmp_path / "out"
    done = server.curfew("realm", "export", "small", "--dir", folder, "--users", "different-files",
                         "--users-per-file", "3")
    assert "7 users in 3 files" in done.stderr
    files = sorted(one.name for one in folder.iterdir())
    assert files == ["small-realm.json", *[f"small-users-{i}.json" for i in range(3)]]
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in folder.iterdir())
    assert "users" not in json.loads((folder / "small-realm.json").read_text())
    page = json.loads((folder / "small-users-0.json").read_text())
    assert page["realm"] == "small" and len(page["users"]) == 3
    other = make.server()
    other.curfew("realm", "import", folder)
    assert names(other) == names(server)
    assert other.curfew_json("realm", "plan", folder, "--prune")["changes"] == []
    one = tmp_path / "one"
    server.curfew("realm", "export", "small", "--dir", one, "--users", "realm-file")
    assert sorted(file.name for file in one.iterdir()) == ["small-realm.json", "small-users-0.json"]
    server.curfew("realm", "export", "small", "--dir", one, "--users", "skip")
    assert json.loads((one / "small-realm.json").read_text()).get("users", []) == []


def test_links_with_identity_providers_come_back(server, tmp_path, make):
    links = [{"identityProvider": "hub", "userId": "<1>", "userName": "n'"},
             {"identityProvider": "spoke", "userId": "3"}]
    linked = {**users(1)[0], "federatedIdentities": links}
    providers = [{"alias": alias, "providerId": "oidc"} for alias in ("hub", "spoke")]
    server.curfew("realm", "import", write(tmp_path, "s.json", small(
        users=[linked, *users(1, 1)], identityProviders=providers)))
    folder = tmp_path / "out"
    server.curfew("realm", "export", "small", "--dir", folder, "--users", "realm-file")
    other = make.server()
    other.curfew("realm", "import", folder)
    for one in (server, other):
        admin = one.admin("small")
        for name, expected in (("u00000", links), ("u00001", [])):
            user = admin.user(name)["id"]
            kept = admin.get(f"/users/{user}/federated-identity")
            assert sorted(kept, key=lambda link: link["identityProvider"]) == expected
        assert [user["username"] for user in admin.get("/users", idpAlias="hub")] == ["u00000"]
    assert other.curfew_json("realm", "plan", folder, "--prune")["changes"] == []


def test_flags_of_an_export(server, tmp_path):
    def export(*words):
        return server.curfew("realm", "export", "customers", *words, check=False)
    assert export("--users", "different-files").returncode == 2
    assert export("--users", "sometimes").returncode == 2
    assert export("--dir", tmp_path / "x", "--out", tmp_path / "y").returncode == 2
    assert export("--dir", tmp_path / "x", "--users", "different-files",
                  "--users-per-file", "0").returncode == 2
    masked = json.loads(export("--mask").stdout)
    assert "privateKey" not in json.dumps(masked)
    assert realms.client(masked, "django-shop")["secret"] == "**********"


def test_the_brief_list_of_realms(server):
    for name in ("b-realm", "a-realm"):
        server.admin("master").create_realm(small(name, displayName=f"The <{name}>"))
    answer = requests.get(f"{server.url}/admin/realms", timeout=60,
                          params={"briefRepresentation": "true"},
                          headers=server.admin("master").bearer())
    found = {one["realm"]: one for one in answer.json()}
    assert list(found) == sorted(found) and {"a-realm", "b-realm", "customers", "master"} == set(found)
    assert found["a-realm"]["displayName"] == "The <a-realm>" and found["a-realm"]["enabled"]
    assert "accessTokenLifespan" not in found["a-realm"] and found["a-realm"]["id"]
    server.admin("a-realm").request("PUT", "", 204, json={"displayName": "Other"})
    answer = requests.get(f"{server.url}/admin/realms?briefRepresentation=true", timeout=60,
                          headers=server.admin("master").bearer())
    assert {one["realm"]: one.get("displayName") for one in answer.json()}["a-realm"] == "Other"
