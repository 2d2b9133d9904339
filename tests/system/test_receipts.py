"""Receipts: a sign-out named wherever it shows, listed and chosen, its notices tried again and
given up, one by one or all; and the verbs that answer "is ada out of everything?"."""

import json
import re
import subprocess
import time

import pytest

from support import realm as realms
from support import wait_for
from support.browser import Browser

NOT_TOLD = 5  # exit code of a verb


def signed_out(world, *apps, user="ada", password="lovelace"):
    """Signs in at these applications and out again: the receipt's id."""
    browser = Browser()
    tokens = [app.sign_in(browser, user, password) for app in apps]
    answer = apps[0].post("logout", refresh_token=tokens[0].refresh)
    assert answer.status_code == 204
    return answer.headers["x-curfew-signout"]


def receipt(world, signout_id):
    return world.admin.get(f"/signouts/{signout_id}")


def delivery(world, signout_id, client):
    return next(one for one in receipt(world, signout_id)["deliveries"]
                if one["clientId"] == client)


def wait_state(world, signout_id, client, state):
    return wait_for(lambda: (one := delivery(world, signout_id, client))["state"] == state and one,
                    f"{client} of {signout_id} is {state}")


# ---- the id

def by_rp(world, browser, tokens):
    return browser.send("GET", world.server.endpoint("logout"), {}, params={
        "id_token_hint": tokens.id, "post_logout_redirect_uri": world.shop.base_url + "/bye"})


def by_code_replay(world, browser, tokens):
    code = world.shop.code(browser)
    assert world.shop.redeem(code).status_code == 200
    return world.shop.redeem(code)


def change_user(world, **changes):
    ada = world.admin.user("ada")
    return world.admin.request("PUT", f"/users/{ada['id']}", json={**ada, **changes})


WAYS_OUT = {
    "rp-initiated": by_rp,
    "refresh-token": lambda world, browser, tokens:
        world.shop.post("logout", refresh_token=tokens.refresh),
    "token-revocation": lambda world, browser, tokens:
        world.shop.post("revoke", token=tokens.refresh),
    "code-replay": by_code_replay,
    "admin-session": lambda world, browser, tokens:
        world.admin.request("DELETE", f"/sessions/{tokens.sid}"),
    "admin-user": lambda world, browser, tokens:
        world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout"),
    "user-disabled": lambda world, browser, tokens: change_user(world, enabled=False),
    "admin-realm": lambda world, browser, tokens: world.admin.request("POST", "/logout-all"),
    "user-deleted": lambda world, browser, tokens:
        world.admin.request("DELETE", f"/users/{world.admin.user('ada')['id']}"),
}


@pytest.mark.parametrize("door", WAYS_OUT)
def test_a_sign_out_has_one_name_everywhere(world, door):
    tokens = world.shop.sign_in(browser := Browser())
    answer = WAYS_OUT[door](world, browser, tokens)
    signout_id = answer.headers["x-curfew-signout"]
    found = receipt(world, signout_id)
    assert (found["id"], found["door"]) == (signout_id, door)
    assert found["sessionId"] in (tokens.sid, "")
    if not found["sessionId"]:  # an order; its sessions have receipts of their own
        def of_session():
            return next((one for one in world.admin.get("/signouts", door=door)
                         if one["sessionId"] == tokens.sid), None)
        signout_id = wait_for(of_session, "the session's own receipt")["id"]
        assert receipt(world, answer.headers["x-curfew-signout"])["door"] == door
    events = [one for one in world.admin.events()
              if one["details"].get("signout_id") == signout_id]
    assert len(events) == 1 and events[0]["sessionId"] == tokens.sid
    wait_state(world, signout_id, "django-shop", "delivered")
    assert f"signout={signout_id}" in world.server.log()


def test_what_ends_nothing_names_nothing(common):
    page = Browser().open(common.server.endpoint("logout"))
    assert "x-curfew-signout" not in page.headers
    assert "x-curfew-signout" not in common.shop.post("revoke", token="nosuch").headers


# ---- lists

def test_receipts_are_chosen_and_paged(world):
    before = int(time.time() * 1000) - 1000
    ids = [signed_out(world, world.shop) for _ in range(3)]
    ids.append(signed_out(world, world.blog))
    ids.append(signed_out(world, world.blog, user="bob", password="builder"))
    for one in ids:
        wait_for(lambda one=one: receipt(world, one)["settled"], "all are told")
    ids.reverse()  # the newest first

    def listed(**params):
        return [one["id"] for one in world.admin.get("/signouts", **params)]

    ada = world.admin.user("ada")["id"]
    assert listed() == ids and listed(since=before) == ids
    assert listed(since=int(time.time() * 1000) + 60000) == []
    assert listed(user="ada") == listed(user=ada) == ids[1:]
    assert listed(client="django-blog") == ids[:2] and listed(client="nosuch") == []
    assert listed(state="delivered") == ids and listed(state="waiting") == []
    assert listed(door="refresh-token") == ids and listed(door="admin-user") == []
    assert listed(user="ada", client="django-blog") == [ids[1]]
    assert listed(user="ada", door="refresh-token", since=before, state="delivered") == ids[1:]
    assert listed(first=1, max=2) == ids[1:3] and listed(first=5) == []

    answer = world.admin.request("GET", "/signouts", 200,
                                 params={"max": 1, "total": "true", "user": "ada"})
    assert (len(answer.json()), answer.headers["x-total-count"]) == (1, "4")
    assert world.admin.request("GET", "/signouts", 200, params={
        "total": "true", "first": 4}).headers["x-total-count"] == "5"
    assert "x-total-count" not in world.admin.request("GET", "/signouts", 200).headers

    for bad in ({"door": "nosuch"}, {"state": "nosuch"}, {"since": "soon"}, {"max": "many"}):
        refused = world.admin.request("GET", "/signouts", 400, params=bad)
        assert next(iter(bad)) in refused.json()["errorMessage"], bad


# ---- retry, cancel

def test_one_notice_is_tried_at_once_and_another_is_given_up(world):
    for name in ("django-shop", "django-blog"):
        world.sinks[name].stop()
    signout_id = signed_out(world, world.shop, world.blog)
    for name in ("django-shop", "django-blog"):
        wait_for(lambda name=name: delivery(world, signout_id, name)["attempts"] >= 3,
                 "waits for a while")
    shop, blog = (delivery(world, signout_id, one) for one in ("django-shop", "django-blog"))
    path = f"/signouts/{signout_id}/deliveries/"

    def cancel():  # not what is being sent this moment
        return world.admin.request("POST", f"{path}{blog['id']}/cancel", 200).json()["cancelled"]

    wait_for(cancel, "the notice for the blog is cancelled")
    assert cancel() == 0, "it is cancelled already"
    found = delivery(world, signout_id, "django-blog")
    assert (found["state"], found["reason"]) == ("cancelled", "cancelled by admin")
    assert not receipt(world, signout_id)["settled"]

    world.sinks["django-shop"].start()
    world.admin.request("POST", f"{path}{shop['id']}/retry", 200)
    wait_state(world, signout_id, "django-shop", "delivered")
    found = receipt(world, signout_id)
    assert found["settled"] and not found["everybodyTold"]
    assert delivery(world, signout_id, "django-blog")["state"] == "cancelled"

    # What was given up is owed again when somebody asks for it.
    world.sinks["django-blog"].start()
    answer = world.admin.request("POST", f"/signouts/{signout_id}/retry", 200)
    assert answer.json() == {"retried": 1}
    wait_state(world, signout_id, "django-blog", "delivered")
    assert receipt(world, signout_id)["everybodyTold"]
    # What has been told is never told again.
    assert world.admin.request("POST", f"/signouts/{signout_id}/retry", 200).json() == \
        {"retried": 0}
    assert world.admin.request("POST", f"/signouts/{signout_id}/cancel", 200).json() == \
        {"cancelled": 0}
    assert len(world.sinks["django-shop"].logout_tokens()) == 1


def test_what_gave_up_is_tried_again(new_world):
    world = new_world(lambda realm: realms.set_attribute(realm, "curfew.signout.give_up_s", "1"))
    world.sinks["django-blog"].set(answers=[500] * 50)
    signout_id = signed_out(world, world.blog)
    wait_state(world, signout_id, "django-blog", "gave-up")
    world.sinks["django-blog"].set()
    assert world.admin.request("POST", f"/signouts/{signout_id}/retry", 200).json() == \
        {"retried": 1}
    wait_state(world, signout_id, "django-blog", "delivered")


def test_what_cannot_be_told_stays_so(world):
    signout_id = signed_out(world, world.ovirt)
    for order, member in (("retry", "retried"), ("cancel", "cancelled")):
        assert world.admin.request("POST", f"/signouts/{signout_id}/{order}", 200).json() == \
            {member: 0}
    assert delivery(world, signout_id, "ovirt-engine")["state"] == "not-possible"
    found = receipt(world, signout_id)
    assert found["settled"] and not found["everybodyTold"]


def test_orders_for_what_is_not_there(world):
    signout_id = signed_out(world, world.shop)
    for path in ("/signouts/nosuch/retry", "/signouts/nosuch/cancel",
                 f"/signouts/{signout_id}/deliveries/nosuch/retry",
                 f"/signouts/nosuch/deliveries/{signout_id}-1/cancel"):
        assert "not found" in world.admin.request("POST", path, 404).json()["error"], path
    master = world.server.admin("master")
    for path in (f"/signouts/{signout_id}/retry", f"/signouts/{signout_id}/cancel",
                 f"/signouts/{signout_id}/deliveries/{signout_id}-1/retry"):
        master.request("POST", path, 404)


# ---- the verbs

def test_is_ada_out_of_everything(world):
    signout_id = signed_out(world, world.shop, world.blog)
    wait_for(lambda: receipt(world, signout_id)["settled"], "both are told")
    shown = world.server.curfew("signout", "show", "--user", "ada").stdout
    assert "\nada is out of everything\n" in shown and "everybody was told" in shown
    assert signout_id in shown and "django-blog" in shown

    still = world.spa.sign_in()
    shown = world.server.curfew("signout", "show", "-u", "ada").stdout
    assert "ada is NOT out of everything; sessions alive: 1" in shown
    assert world.spa.post("logout", refresh_token=still.refresh).status_code == 204

    world.sinks["django-blog"].set(answers=[500] * 50)  # on a connection that was kept
    owed = signed_out(world, world.blog, world.shop)
    wait_state(world, owed, "django-shop", "delivered")
    shown = world.server.curfew("signout", "show", "-u", "ada").stdout
    assert "ada is NOT out of everything; sign-outs with notices under way: 1" in shown
    assert "1 of 2 were told; django-blog: " in shown
    assert world.server.curfew("signout", "show", "-u", "nobody", check=False).returncode == 3


def test_watching_until_everybody_was_told(world):
    world.sinks["django-blog"].stop()
    signout_id = signed_out(world, world.shop, world.blog)
    wait_state(world, signout_id, "django-blog", "waiting")
    watching = subprocess.Popen(
        [world.server.binary, "signout", "watch", signout_id, "--data", world.server.data],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=world.server.environment())
    first = watching.stdout.readline()
    assert re.match(r"20\d\d-.*Z  .*1 delivered", first), first
    assert watching.poll() is None, "it waits"
    world.sinks["django-blog"].start()
    out, err = watching.communicate(timeout=120)
    assert watching.returncode == 0, err
    assert out.splitlines()[-2].endswith("2 delivered"), out
    assert out.splitlines()[-1] == "everybody was told"

    found = world.server.curfew_json("signout", "watch", "--user", "ada")
    assert found["id"] == signout_id and found["everybodyTold"]


def test_watching_says_who_was_not_told(world):
    signout_id = signed_out(world, world.shop, world.ovirt)
    done = world.server.curfew("signout", "watch", "--last", check=False)
    assert done.returncode == NOT_TOLD
    assert "not everybody was told: 1 of 2 were told; ovirt-engine: not-possible" in done.stderr
    as_json = world.server.curfew("signout", "watch", signout_id, "--json", check=False)
    assert as_json.returncode == NOT_TOLD and json.loads(as_json.stdout)["settled"]

    world.sinks["django-blog"].stop()
    waits = signed_out(world, world.blog)
    done = world.server.curfew("signout", "watch", waits, "--timeout", "1s", check=False)
    assert done.returncode == NOT_TOLD and "not settled yet" in done.stderr
    assert "refused the connection" in done.stderr
    for words in (("--timeout", "soon"), ("--timeout", "0s"), (waits, "--last")):
        assert world.server.curfew("signout", "watch", *words, check=False).returncode == 2


def test_watching_an_order_for_several_sessions(world):
    sids = [world.shop.sign_in().sid for _ in range(4)]
    world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout", 204)
    done = world.server.curfew("signout", "watch", check=False)
    told = {one["sid"] for one in world.sinks["django-shop"].logout_tokens()}
    assert set(sids) <= told, "it waited for the sessions' own notices"
    assert done.returncode == 0, done.stderr
    sessions = [one for one in world.admin.get("/signouts", user="ada") if one["sessionId"]]
    assert {one["sessionId"] for one in sessions} == set(sids)
    assert all(one["everybodyTold"] for one in sessions)
    shown = world.server.curfew("signout", "show", "--user", "ada").stdout
    assert "ada is out of everything" in shown, shown


def test_an_order_is_told_when_its_sessions_are(world):
    """The receipt of an order for many answers for all of them, and leads to theirs."""
    sids = {world.shop.sign_in().sid for _ in range(2)} | {
        world.blog.sign_in().sid for _ in range(2)}
    world.sinks["django-blog"].set(answers=[500] * 1000)
    answer = world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout", 204)
    order = answer.headers["x-curfew-signout"]
    mine = {"order": order}

    def all_ended():
        found = receipt(world, order)
        return not found["ending"] and found["progress"] == 4

    wait_for(all_ended, "its sessions have ended", 60)
    found = wait_for(lambda: len(one := world.admin.get("/signouts", **mine)) == 4 and one,
                     "each has a receipt")
    assert {one["sessionId"] for one in found} == sids
    assert all(one["order"] == order for one in found)
    assert world.admin.request("GET", "/signouts", 200, params={
        "total": "true", "max": 1, **mine}).headers["x-total-count"] == "4"
    wait_for(lambda: len(world.admin.get("/signouts", state="delivered", **mine)) == 2, "shop knows")
    whole = receipt(world, order)
    assert not whole["settled"] and not whole["everybodyTold"] and "order" not in whole
    shown = world.server.curfew("signout", "show", order).stdout
    assert "4 of 4 sessions, being told" in shown and f"signout list --order {order}" in shown
    listed = world.server.curfew_json("signout", "list", "--order", order, "--client", "django-blog")
    assert {one["sessionId"] for one in listed} < sids and len(listed) == 2

    # One is given up: settled, but not told.
    blogs = [one["id"] for one in listed]
    wait_for(lambda: world.admin.request("POST", f"/signouts/{blogs[0]}/cancel", 200).json()
             == {"cancelled": 1}, "it is cancelled", 60)
    world.sinks["django-blog"].set()
    wait_for(lambda: receipt(world, blogs[1])["everybodyTold"], "the other is told", 60)
    whole = receipt(world, order)
    assert whole["settled"] and not whole["everybodyTold"]
    assert "not all told" in world.server.curfew("signout", "show", order).stdout
    done = world.server.curfew("signout", "watch", order, check=False)
    assert done.returncode == NOT_TOLD and "of its sessions" in done.stderr
    world.admin.request("POST", f"/signouts/{blogs[0]}/retry", 200)
    wait_for(lambda: receipt(world, order)["everybodyTold"], "the whole is told", 60)
    assert receipt(world, order)["settled"]
    assert "all told" in world.server.curfew("signout", "watch", order).stdout
    assert world.admin.get("/signouts", order="nosuch") == []


def test_offline_sessions_are_not_out(world):
    """Who has an offline token left is not out of everything."""
    ended, offline = world.shop.sign_in(), world.blog.sign_in(scope="openid offline_access")
    for one in world.admin.sessions("ada"):
        world.admin.request("DELETE", f"/sessions/{one['id']}", 204)
    assert not world.shop.is_alive(ended) and world.blog.refresh(offline).status_code == 200
    wait_for(lambda: all(one["settled"] for one in world.admin.get("/signouts")), "all are told", 60)
    shown = world.server.curfew("signout", "show", "--user", "ada").stdout
    assert "ada is NOT out of everything; offline sessions alive: 1" in shown, shown
    listed = world.server.curfew_json("session", "list", "--offline", "--user", "ada")
    assert [list(one["clients"].values()) for one in listed] == [["django-blog"]]
    assert [one["id"] for one in world.server.curfew_json("session", "list", "--offline")] == \
        [listed[0]["id"]]
    assert world.server.curfew_json("session", "list", "--user", "ada") == []
    world.server.curfew("session", "end", "--offline", "--yes", listed[0]["id"])
    wait_for(lambda: all(one["settled"] for one in world.admin.get("/signouts")), "all are told", 60)
    shown = world.server.curfew("signout", "show", "--user", "ada").stdout
    assert "ada is out of everything" in shown, shown


def test_orders_from_the_terminal(world):
    for name in ("django-shop", "django-blog"):
        world.sinks[name].stop()
    signout_id = signed_out(world, world.shop, world.blog)
    wait_for(lambda: all(one["attempts"] >= 3 for one in receipt(world, signout_id)["deliveries"]),
             "both wait")
    curfew = world.server.curfew

    def cancel():
        return "1 notice is cancelled" in curfew(
            "signout", "cancel", signout_id, "--client", "django-blog").stdout

    wait_for(cancel, "the blog's notice is cancelled")
    assert delivery(world, signout_id, "django-blog")["state"] == "cancelled"
    assert delivery(world, signout_id, "django-shop")["state"] != "cancelled"
    for sink in (world.sinks["django-shop"], world.sinks["django-blog"]):
        sink.start()
    assert world.server.curfew_json("signout", "retry", signout_id, "-c", "django-blog") == \
        {"retried": 1}
    curfew("signout", "retry", signout_id)
    assert curfew("signout", "watch", signout_id).stdout.endswith("everybody was told\n")
    assert "no notice of it" in curfew("signout", "retry", signout_id).stdout
    assert "no notice of it waits" in curfew("signout", "cancel", signout_id).stdout
    refused = curfew("signout", "retry", signout_id, "--client", "nosuch", check=False)
    assert refused.returncode == 3 and "nosuch" in refused.stderr
    listed = world.server.curfew_json("signout", "list", "--door", "refresh-token")
    assert [one["id"] for one in listed] == [signout_id]
