"""Many at once: a sign-out against refreshing, joining and redeeming; single use against
replays; and what the receipts say afterwards."""

import concurrent.futures
import threading

import pytest
import requests

from support import wait_for
from support.browser import Browser, Tokens

CROWD = 50


def all_at_once(works):
    """Runs functions at the same moment; their results in order."""
    gate = threading.Barrier(len(works))

    def run(work):
        gate.wait()
        return work()

    with concurrent.futures.ThreadPoolExecutor(len(works)) as pool:
        return [one.result() for one in [pool.submit(run, work) for work in works]]


class Storm:
    """A signed-in browser, and people who use its session while it is signed out."""

    def __init__(self, world):
        self.world, self.browser = world, Browser()
        self.shop = world.shop.sign_in(self.browser)
        self.blog = world.blog.sign_in(self.browser)
        self.ended = threading.Event()
        self.after = []  # what was given although the sign-out had been answered before

    def note(self, asked_after, answer):
        if answer.status_code == 200 and asked_after:
            self.after.append(answer.text)
        return answer

    def refresh(self):
        asked_after = self.ended.is_set()
        answer = self.world.shop.refresh(self.shop)
        assert answer.status_code in (200, 400), answer.text
        return self.note(asked_after, answer)

    def join(self):
        """Another application enters by the browser's session."""
        asked_after = self.ended.is_set()
        browser = Browser()
        for cookie in list(self.browser.cookies):
            browser.cookies.set_cookie(cookie)
        page = self.world.ovirt.authorize(browser, prompt="none")
        assert page.status == 302, page.text[:300]
        if "code" not in page.query():
            return page.response
        answer = self.world.ovirt.redeem(page.query()["code"])
        assert answer.status_code in (200, 400), answer.text
        return self.note(asked_after, answer)

    def sign_out(self):
        answer = self.world.shop.post("logout", refresh_token=self.shop.refresh)
        self.ended.set()
        assert answer.status_code == 204, answer.text
        return answer

    def by_mass_door(self, method, path, **more):
        answer = self.world.admin.request(method, path, **more)
        self.ended.set()
        assert answer.status_code in (200, 204), answer.text
        return answer


@pytest.mark.parametrize("rotates", [False, True])
def test_nothing_slips_in_beside_a_sign_out(new_world, rotates):
    world = new_world(lambda realm: realm.update(
        revokeRefreshToken=rotates, refreshTokenMaxReuse=1000))
    for _ in range(6):
        storm = Storm(world)
        works = [storm.refresh] * 20 + [storm.join] * (CROWD - 21) + [storm.sign_out]
        works.insert(10, works.pop())
        answers = all_at_once(works)
        assert not storm.after, "given after the sign-out's answer"
        given = [Tokens(one.json()) for one in answers if one.status_code == 200
                 and "access_token" in one.text]
        for tokens in given:
            assert not world.shop.introspect(tokens.access)["active"]
            assert not world.ovirt.introspect(tokens.access)["active"]
            app = world.ovirt if tokens.claims()["azp"] == "ovirt-engine" else world.shop
            assert app.refresh(tokens).status_code == 400
        receipt = world.admin.receipt(storm.shop.sid)
        told = {"django-shop", "django-blog"} | {one.claims()["azp"] for one in given}
        assert told <= set(receipt.deliveries), "every client that got tokens is in the receipt"
        page = world.blog.authorize(storm.browser, prompt="none")
        assert page.query()["error"] == "login_required"


MASS_DOORS = {
    "admin-user": lambda user: ("POST", f"/users/{user['id']}/logout", None),
    "user-disabled": lambda user: ("PUT", f"/users/{user['id']}", {**user, "enabled": False}),
    "password-reset": lambda user: ("PUT", f"/users/{user['id']}/reset-password",
                                    {"type": "password", "value": "lovelace"}),
    "admin-realm": lambda user: ("POST", "/logout-all", None),
}


@pytest.mark.parametrize("door", MASS_DOORS)
def test_nothing_slips_in_beside_a_mass_door(world, door):
    """The order is one commit; from its answer on nothing of before is accepted or given, and
    nobody who joined before the job came by is missing among those who are told."""
    for _ in range(3):
        user = world.admin.user("ada")
        method, path, body = MASS_DOORS[door](user)
        storm = Storm(world)
        offline = world.shop.sign_in(scope="openid offline_access")
        works = [storm.refresh] * 20 + [storm.join] * (CROWD - 21)
        works.insert(10, lambda: storm.by_mass_door(method, path, json=body))
        answers = all_at_once(works)
        assert not storm.after, "given after the order's answer"
        given = [Tokens(one.json()) for one in answers if "access_token" in one.text]
        for tokens in given + [storm.blog, offline]:
            app = {"ovirt-engine": world.ovirt, "django-shop": world.shop,
                   "django-blog": world.blog}[tokens.claims()["azp"]]
            assert not app.introspect(tokens.access)["active"]
            assert app.refresh(tokens).status_code == 400
        told = {"django-shop", "django-blog"} | {one.claims()["azp"] for one in given}

        def receipts():
            mine = [one for one in world.admin.signouts()
                    if one.session_id == storm.shop.sid and one.door == door]
            return mine and told <= set(mine[0].deliveries)

        wait_for(receipts, f"all of {told} are in the receipt")
        world.told("django-shop", offline.sid)
        if door == "user-disabled":
            world.admin.request("PUT", f"/users/{user['id']}", 204, json={**user, "enabled": True})
            for tokens in given + [storm.blog, offline]:
                assert not world.shop.introspect(tokens.access)["active"], "it came back to life"
                assert world.shop.refresh(tokens).status_code == 400


def test_a_sign_out_of_everybody_races_with_logins(world):
    """A session is either ended by the order, and its clients told, or it lives whole."""
    def sign_in():
        return world.ovirt.password_grant("bob", "builder")

    def everybody():
        return world.admin.request("POST", "/logout-all", 200)

    world.admin.bearer()
    answers = all_at_once([sign_in] * 12 + [everybody] + [sign_in] * 12)
    tokens = [Tokens(one.json()) for one in answers if "access_token" in one.text]
    assert len(tokens) == 24, [one.text for one in answers]

    everyone = {one.sid for one in tokens}

    def astray():
        """Sessions that neither live, and are listed, nor ended with a receipt."""
        listed = {one["id"] for one in world.admin.get("/sessions")}
        alive = {one.sid for one in tokens if world.ovirt.introspect(one.access)["active"]}
        ended = {one.session_id for one in world.admin.signouts() if one.session_id}
        return (everyone & listed ^ alive) | (everyone - alive - ended) | (alive & ended)

    wait_for(lambda: not astray(), "dead sessions have receipts, living ones are listed")


def test_a_user_who_is_disabled_while_signing_in(world):
    user = world.admin.user("bob")
    for _ in range(4):
        def disable():
            return world.admin.request("PUT", f"/users/{user['id']}", json={"enabled": False})
        world.admin.bearer()
        answers = all_at_once([lambda: world.ovirt.password_grant("bob", "builder")] * 16 + [disable])
        assert answers[-1].status_code == 204
        tokens = [Tokens(one.json()) for one in answers if "access_token" in one.text]
        for one in tokens:
            assert not world.ovirt.introspect(one.access)["active"]
            assert world.ovirt.refresh(one).status_code == 400
        world.admin.request("PUT", f"/users/{user['id']}", 204, json={"enabled": True})
        for one in tokens:
            assert not world.ovirt.introspect(one.access)["active"], "it came back to life"


def test_a_deleted_user_leaves_no_session(world):
    world.admin.request("POST", "/users", 201, json={
        "username": "brief", "enabled": True,
        "credentials": [{"type": "password", "value": "stay"}]})
    user = world.admin.user("brief")

    def delete():
        return world.admin.request("DELETE", f"/users/{user['id']}")

    answers = all_at_once([lambda: world.ovirt.password_grant("brief", "stay")] * 16 + [delete])
    assert answers[-1].status_code == 204, answers[-1].text
    for one in answers[:-1]:
        assert one.status_code in (200, 400, 401), one.text
        if one.status_code == 200:
            assert not world.ovirt.introspect(one.json()["access_token"])["active"]
            assert world.ovirt.refresh(Tokens(one.json())).status_code == 400
    assert not [one for one in world.admin.get("/sessions") if one["username"] == "brief"]


def test_a_code_redeemed_for_an_offline_token_beside_a_sign_out(world):
    """No offline token leaves once the sign-out of the session was answered."""
    for _ in range(6):
        browser = Browser()
        held = world.shop.sign_in(browser)
        codes = [world.blog.code(browser, scope="openid offline_access") for _ in range(8)]
        ended = threading.Event()
        late = []

        def redeem(code, ended=ended, late=late):
            after = ended.is_set()
            answer = world.blog.redeem(code)
            if answer.status_code == 200 and after:
                late.append(answer.text)
            return answer

        def sign_out(held=held, ended=ended):
            answer = world.shop.post("logout", refresh_token=held.refresh)
            ended.set()
            return answer

        all_at_once([lambda code=code: redeem(code) for code in codes] + [sign_out])
        assert not late
        assert all(world.blog.redeem(code).status_code == 400 for code in codes)


def test_the_same_refresh_token_many_times_without_rotation(world):
    """Nothing of ours is a failure when fifty ask for the same."""
    tokens = world.shop.sign_in()
    answers = all_at_once([lambda: world.shop.refresh(tokens)] * CROWD)
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["access_token"] for one in answers}) == CROWD


def test_rotation_after_signing_in_again(new_world):
    """The application enters once more by the same session: its new token works, and the
    rotated ones stay used up."""
    world = new_world(lambda realm: realm.update(revokeRefreshToken=True, refreshTokenMaxReuse=0))
    browser = Browser()
    first = world.shop.sign_in(browser)
    current = first
    for _ in range(3):
        answer = world.shop.refresh(current)
        assert answer.status_code == 200, answer.text
        current = Tokens(answer.json())
    again = Tokens(world.shop.redeem(world.shop.code(browser)).json())
    assert again.sid == first.sid
    answer = world.shop.refresh(again)
    assert answer.status_code == 200, answer.text
    assert world.shop.refresh(first).status_code == 400, "used long ago"
    assert world.shop.refresh(Tokens(answer.json())).status_code == 400, "the replay ended the part"


def test_health_answers_while_all_workers_wait(world):
    """A crowd at the password gate does not make the server look dead."""
    works = [lambda: world.ovirt.password_grant("nobody", "x")] * 40
    works += [lambda: requests.get(world.server.management_url + "/health/ready", timeout=60)] * 10
    answers = all_at_once(works)
    assert {one.status_code for one in answers[40:]} == {200}
    assert {one.status_code for one in answers[:40]} <= {400, 503}
