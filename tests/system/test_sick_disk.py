"""The disk under a running server fails: read-only, errors, full, no sync. Clean 503s, readiness
says so, nothing is half done, and it goes on by itself once the disk is well."""

import errno
import subprocess

import pytest
import requests

from conftest import World
from support import wait_for
from support.browser import Browser
from support.server import ROOT

SICKNESSES = {"read-only": f"{errno.EROFS} write", "broken": f"{errno.EIO} write",
              "full": f"{errno.ENOSPC} write", "cannot sync": f"{errno.EIO} sync"}


@pytest.fixture(scope="session")
def preload(tmp_path_factory):
    made = tmp_path_factory.mktemp("preload") / "sick_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", made,
                    ROOT / "tests/system/support/sick_disk.c", "-ldl"], check=True, timeout=120)
    return made


class Disk:
    def __init__(self, switch):
        self.switch = switch

    def falls_ill(self, kind):
        self.switch.write_text(SICKNESSES[kind])

    def recovers(self):
        self.switch.unlink()


@pytest.fixture
def sick(make, engine, preload, tmp_path):
    """(world, its disk)"""
    if engine != "sqlite":
        pytest.skip("it is about the data folder")
    disk = Disk(tmp_path / "sickness")
    # The sanitizer wants to be the first library; here it need not.
    env = {"LD_PRELOAD": str(preload), "SICK_DISK": str(disk.switch),
           "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:verify_asan_link_order=0"}
    return World(make, env=env), disk


def is_red(server):
    return requests.get(server.management_url + "/health/ready", timeout=30).status_code == 503


def sign_outs(world):
    return {one.session_id: one.states() for one in world.admin.signouts()}


@pytest.mark.parametrize("kind", list(SICKNESSES))
def test_the_disk_falls_ill_and_recovers(sick, kind):
    world, disk = sick
    browser = Browser()
    tokens, other = world.shop.sign_in(browser), world.blog.sign_in()
    stays = world.shop.sign_in()
    events = len(world.admin.events("LOGIN"))
    disk.falls_ill(kind)

    # What writes is refused, each time, and says when to come again.
    for _ in range(3):
        answer = world.ovirt.password_grant()
        assert answer.status_code == 503, f"{answer.status_code} {answer.text[:200]}"
        assert answer.headers["retry-after"] and answer.json()["error"], answer.text
        refused = world.shop.post("logout", refresh_token=tokens.refresh)
        assert refused.status_code == 503, refused.text
    page = world.shop.authorize(Browser())
    assert page.is_login(), "that page needs no write"
    page = page.submit("kc-login", follow=False, username="bob", password="builder")
    assert page.status == 503 and not page.location, page.text[:300]
    assert "CURFEW_SESSION_" not in page.headers.get("set-cookie", "")
    legacy = browser.open(world.shop.endpoint("logout"), follow=False,
                          params={"redirect_uri": world.shop.base_url + "/"})
    assert legacy.status == 503 and not legacy.location, "not even a redirect"
    wait_for(lambda: is_red(world.server), "readiness is red", 30)

    # What only reads goes on; nobody has been signed out.
    assert requests.get(world.server.endpoint("certs"), timeout=60).ok
    assert world.shop.is_alive(tokens) and world.blog.is_alive(other)
    assert not sign_outs(world) and len(world.admin.events("LOGIN")) == events
    assert world.hears_nothing("django-shop", tokens.sid)

    disk.recovers()
    wait_for(lambda: not is_red(world.server), "readiness is green by itself", 60)
    assert world.ovirt.password_grant().status_code == 200
    assert world.shop.is_alive(tokens)
    answer = world.shop.post("logout", refresh_token=tokens.refresh)
    assert answer.status_code == 204, answer.text
    world.told("django-shop", tokens.sid)
    assert set(sign_outs(world)) == {tokens.sid}

    # All of it is durable, and the file is sound.
    world.server.kill()
    world.server.start()
    assert not world.shop.is_alive(tokens)
    assert world.shop.is_alive(stays) and world.blog.is_alive(other)
    world.server.curfew("db", "check")


def test_a_notice_that_cannot_be_written_off_is_not_lost(sick):
    """The disk falls ill between the sign-out and its delivery: the application is told, perhaps
    twice, and the receipt comes to say so."""
    world, disk = sick
    world.sinks["django-shop"].set("black-hole")
    tokens = world.shop.sign_in()
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    wait_for(lambda: world.sinks["django-shop"].logout_tokens(tokens.sid), "it is asked")
    disk.falls_ill("broken")
    world.sinks["django-shop"].set("ok")
    world.told("django-shop", tokens.sid)
    disk.recovers()
    wait_for(lambda: sign_outs(world)[tokens.sid].get("django-shop") == "delivered",
             "the receipt says delivered", 90)
