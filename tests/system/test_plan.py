"""`curfew realm plan` and `realm apply`: what a file would change, told and done; what is never
done unasked."""

import json

import pytest

from support import realm as realms
from support import wait_for


@pytest.fixture
def server(make):
    return make.server(realms.customers({}))


def write(tmp_path, realm, name="wanted.json"):
    path = tmp_path / name
    path.write_text(json.dumps(realm))
    return path


def plan(server, path, *flags):
    done = server.curfew("realm", "plan", path, "--json", *flags, check=False)
    assert done.returncode in (0, 2), done.stderr
    answer = json.loads(done.stdout)
    empty = not (answer["added"] or answer["changed"] or answer["removed"])
    assert (done.returncode == 0) == empty and bool(answer["changes"]) != empty
    return answer


def apply(server, path, *flags):
    return server.curfew_json("realm", "apply", path, "--yes", *flags)


def things(answer, operation):
    return {one["thing"] for one in answer["changes"] if one["operation"] == operation}


def fields(answer, thing):
    return {one["field"]: (one.get("before"), one.get("after")) for one in answer["changes"]
            if one["operation"] == "change" and one["thing"] == thing}


def test_the_recorded_realm_as_imported_differs_in_nothing(server):
    for flags in ([], ["--prune"]):
        answer = plan(server, realms.RECORDED, *flags)
        assert answer["changes"] == []


def test_an_own_export_differs_in_nothing(server, tmp_path):
    out = tmp_path / "export.json"
    server.curfew("realm", "export", "customers", "--out", out)
    for flags in ([], ["--prune"]):
        assert plan(server, out, *flags)["changes"] == []
    masked = tmp_path / "masked.json"
    server.curfew("realm", "export", "customers", "--mask", "--out", masked)
    assert plan(server, masked)["changes"] == []


def changed_realm():
    realm = realms.customers({})
    realm["accessTokenLifespan"] = 77
    realm["displayName"] = "Customers <b>"
    shop = realms.client(realm, "django-shop")
    shop["redirectUris"] = ["https://shop.example.org/*"]
    shop["secret"] = "another-secret"
    realms.add_client(realm, "fresh", "https://fresh.example.org", serviceAccountsEnabled=True)
    realm["roles"]["realm"].append({"name": "checker", "description": "reads",
                                    "composite": True, "composites": {"realm": ["offline_access"]}})
    realm.setdefault("groups", []).append(
        {"name": "night", "realmRoles": ["checker"], "subGroups": [{"name": "late"}]})
    realm["clientScopes"].append({"name": "extra", "protocol": "openid-connect"})
    realm["users"].append({"username": "neu", "enabled": True, "groups": ["/night/late"],
                           "realmRoles": ["checker"],
                           "credentials": [{"type": "password", "value": "pass-of-neu"}]})
    return realm


def test_a_plan_tells_and_does_nothing(server, tmp_path):
    path = write(tmp_path, changed_realm())
    before = server.admin().get()
    answer = plan(server, path)
    assert not answer["applied"] and answer["realm"] == "customers"
    assert {"client fresh", "role checker", "group night", "client scope extra",
            "user neu"} <= things(answer, "add")
    assert things(answer, "remove") == set()
    assert fields(answer, "realm")["accessTokenLifespan"][1] == "77"
    shop = fields(answer, "client django-shop")
    assert shop["redirectUris"][1] == '["https://shop.example.org/*"]'
    assert shop["secret"] == ('"**********"', '"**********"')
    text = server.curfew("realm", "plan", path, check=False).stdout
    assert "another-secret" not in text and "pass-of-neu" not in text
    assert "~ client django-shop" in text and "+ client fresh" in text
    assert "redirectUris: " in text and " -> " in text
    assert server.admin().get() == before


def test_apply_does_what_the_plan_told_and_then_nothing_is_left(server, tmp_path):
    path = write(tmp_path, changed_realm())
    ids = {one["clientId"]: one["id"] for one in server.admin().get("/clients")}
    refused = server.curfew("realm", "apply", path, check=False)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert "+ client fresh" in refused.stdout
    answer = apply(server, path)
    assert answer["applied"]
    assert plan(server, path)["changes"] == []
    admin = server.admin()
    assert admin.get()["accessTokenLifespan"] == 77
    clients = {one["clientId"]: one for one in admin.get("/clients")}
    assert {name: clients[name]["id"] for name in ids} == ids
    assert clients["django-shop"]["secret"] == "another-secret"
    assert "account" in clients
    user = admin.user("neu")
    assert user["enabled"]
    assert {"ada", "neu"} <= {one["username"] for one in admin.get("/users", max=1000)}
    assert "sound" in server.curfew("db", "check").stdout
    # An export of it, pruned, is the same realm.
    out = tmp_path / "export.json"
    server.curfew("realm", "export", "customers", "--out", out)
    assert plan(server, out, "--prune")["changes"] == []
    accounts = {one["username"]: one.get("serviceAccountClientId")
                for one in json.loads(out.read_text())["users"]}
    assert accounts["service-account-fresh"] == "fresh"


def test_what_a_file_does_not_name_stays(server, tmp_path):
    path = write(tmp_path, {"realm": "customers", "clients": [
        {"clientId": "django-shop", "name": "The shop"}]})
    answer = plan(server, path)
    assert [(one["thing"], one["field"]) for one in answer["changes"]] == [
        ("client django-shop", "name")]
    before = {one["clientId"]: one for one in server.admin().get("/clients")}
    apply(server, path)
    after = {one["clientId"]: one for one in server.admin().get("/clients")}
    assert after["django-shop"].pop("name") == "The shop"
    before["django-shop"].pop("name", None)
    assert after == before


def test_prune_removes_things_never_users_nor_what_is_built_in(server, tmp_path):
    realm = realms.customers({})
    realm["clients"] = [one for one in realm["clients"] if one["clientId"] != "django-blog"]
    realm["roles"].get("client", {}).pop("django-blog", None)
    realm["users"] = []
    path = write(tmp_path, realm)
    assert plan(server, path)["changes"] == []
    answer = plan(server, path, "--prune")
    assert "client django-blog" in things(answer, "remove")
    users = server.admin().get("/users", max=1000)
    apply(server, path, "--prune")
    assert plan(server, path, "--prune")["changes"] == []
    names = {one["clientId"] for one in server.admin().get("/clients")}
    assert "django-blog" not in names and {"account", "realm-management"} <= names
    assert server.admin().get("/users", max=1000) == users
    receipts = [one for one in server.admin().get("/signouts") if one["door"] == "client-deleted"]
    assert receipts, server.admin().get("/signouts")
    assert "sound" in server.curfew("db", "check").stdout


def test_pruned_references_go_too(server, tmp_path):
    apply(server, write(tmp_path, changed_realm()))
    realm = realms.customers({})
    answer = apply(server, write(tmp_path, realm), "--prune")
    assert {"client fresh", "role checker", "client scope extra"} <= things(answer, "remove")
    assert plan(server, write(tmp_path, realm), "--prune")["changes"] == []
    user = server.admin().user("neu")
    roles = server.admin().get(f"/users/{user['id']}/role-mappings/realm")
    assert "checker" not in {one["name"] for one in roles}
    assert "sound" in server.curfew("db", "check").stdout


def test_a_disabled_user_is_signed_out(server, tmp_path):
    path = write(tmp_path, {"realm": "customers", "users": [
        {"username": "ada", "enabled": False}]})
    answer = plan(server, path)
    assert fields(answer, "user ada") == {"enabled": ("true", "false")}
    apply(server, path)
    assert not server.admin().user("ada")["enabled"]
    wait_for(lambda: [one for one in server.admin().get("/signouts")
                      if one["door"] == "user-disabled"], "the receipt of the order")
    assert plan(server, path)["changes"] == []


def test_a_user_gains_and_never_loses(server, tmp_path):
    apply(server, write(tmp_path, changed_realm()))
    profile = server.admin().get("/users/profile")
    server.admin().request("PUT", "/users/profile", 200, json={
        **profile, "unmanagedAttributePolicy": "ENABLED"})
    before = server.admin().user("neu")
    path = write(tmp_path, {"realm": "customers", "users": [
        {"username": "neu", "firstName": "Neo", "attributes": {"city": ["Ulm"]},
         "realmRoles": ["offline_access"],
         "credentials": [{"type": "password", "value": "pass-of-neu"}]}]})
    answer = plan(server, path)
    told = fields(answer, "user neu")
    assert "password" not in told and told["firstName"][1] == '"Neo"'
    apply(server, path)
    after = server.admin().user("neu")
    assert after["id"] == before["id"] and after["attributes"] == {"city": ["Ulm"]}
    roles = {one["name"] for one in
             server.admin().get(f"/users/{after['id']}/role-mappings/realm")}
    assert {"checker", "offline_access"} <= roles
    assert plan(server, path)["changes"] == []
    realm = {"realm": "customers", "users": [{"username": "neu", "credentials": [
        {"type": "password", "value": "another-pass"}]}]}
    answer = plan(server, write(tmp_path, realm))
    assert list(fields(answer, "user neu")) == ["password"]


@pytest.mark.parametrize("change, words", [
    (lambda r: r.update(browserFlow="nowhere"), "browserFlow"),
    (lambda r: r["clients"].append({"clientId": "x", "unknownField": 1}), "unknownField"),
    (lambda r: r["roles"]["realm"].append(
        {"name": "r", "composites": {"realm": ["missing"]}}), "missing"),
    (lambda r: r["clients"].append({"clientId": "x", "enabled": "maybe"}), "enabled"),
    # Users are written behind the realm; what is wrong with them is found before.
    (lambda r: r["users"].append({"username": "x", "clientRoles": {"django-shop": ["missing"]}}), "missing"),
    (lambda r: r["users"].append({"username": "x", "groups": ["/missing"]}), "missing"),
])
def test_a_bad_file_changes_nothing(server, tmp_path, change, words):
    realm = changed_realm()
    change(realm)
    before = server.admin().get("/clients"), server.admin().get()
    for verb in (["plan"], ["apply", "--yes"]):
        refused = server.curfew("realm", verb[0], write(tmp_path, realm), *verb[1:], check=False)
        assert refused.returncode == 1 and words in refused.stderr
    assert (server.admin().get("/clients"), server.admin().get()) == before


def test_a_realm_that_is_not_there_is_made(server, tmp_path):
    path = write(tmp_path, {"realm": "other", "users": [{"username": "eve"}]})
    assert things(plan(server, path), "add") == {"realm"}
    apply(server, path)
    assert plan(server, path)["changes"] == []
    assert [one["username"] for one in server.admin("other").get("/users")] == ["eve"]


def test_master_is_not_pruned(server, tmp_path):
    path = write(tmp_path, {"realm": "master", "clients": []})
    refused = server.curfew("realm", "plan", path, "--prune", check=False)
    assert refused.returncode == 1 and "master" in refused.stderr
    assert plan(server, path)["changes"] == []
