"""What strangers send ends up in events: it stays small, readable and stored."""

import pytest
import requests

from support.browser import Browser

CUT = "a" * 254 + "é" * 20  # a limit in bytes falls into the middle of a letter


def newest(common, kind, **params):
    return common.admin.events(kind, **params)[0]


def test_a_name_that_is_cut_within_a_letter_is_stored(common):
    common.ovirt.password_grant(CUT, "x")
    assert newest(common, "LOGIN_ERROR")["details"]["username"].startswith("a" * 254)
    page = common.shop.authorize(Browser())
    assert page.submit("kc-login", follow=False, username=CUT + "b", password="x").status == 200
    assert newest(common, "LOGIN_ERROR", client="django-shop")["details"]["username"][:254] == "a" * 254


@pytest.mark.parametrize("fields", [
    {"client_session_state": CUT, "client_session_host": CUT}, {"client_session_state": "x" * 5000}])
def test_an_adapters_session_that_is_cut_within_a_letter_costs_no_sign_in(common, fields):
    answer = common.ovirt.password_grant("bob", "builder", **fields)
    assert answer.status_code == 200, answer.text
    code = common.shop.code(Browser())
    assert common.shop.redeem(code, **fields).status_code == 200


def test_unreadable_headers_cost_no_sign_in(common):
    for agent in (b"\xff\xfe\x80", b"a" * 511 + "é".encode(), b"a" * 5000):
        answer = requests.post(common.server.endpoint("token"), timeout=60, data={
            "client_id": "ovirt-engine", "client_secret": "ovirt-engine-secret",
            "grant_type": "password", "username": "bob", "password": "builder"},
            headers={"User-Agent": agent, "X-Forwarded-For": agent[:200], "Referer": agent})
        assert answer.status_code == 200, answer.text


def test_basic_credentials_that_are_no_text(common):
    for name in (b"\xff\xfe", b"a\0b", b"%00", b"%ff", "é".encode() * 200, b"a" * 6000):
        answer = requests.post(common.server.endpoint("token"), timeout=60, auth=(name, b"x"),
                               data={"grant_type": "client_credentials"})
        assert answer.status_code in (400, 401, 431), (name[:10], answer.text)


def test_no_value_makes_an_event_large(common):
    """Events of errors are stored for anybody who asks: each has to stay small."""
    long = "s" * 60_000
    common.ovirt.post("token", grant_type="password", username="bob", password="builder", scope=long)
    common.ovirt.post("token", grant_type="client_credentials", scope=long)
    common.ovirt.post("token", grant_type=long)
    common.ovirt.post("token/introspect", token=long)
    common.ovirt.post("revoke", token=long)
    requests.post(common.server.endpoint("token"), timeout=60, data={
        "client_id": long, "grant_type": "password", "username": long, "password": "x"})
    Browser().open(common.server.endpoint("auth"), "POST", follow=False, data={
        "client_id": long, "redirect_uri": long, "scope": long})
    Browser().open(common.server.endpoint("logout"), "POST", follow=False, data={
        "client_id": long, "post_logout_redirect_uri": long, "redirect_uri": long})
    for event in common.admin.events():
        assert len(str(event)) < 6000, (event["type"], len(str(event)))


def test_a_form_for_an_older_password_sets_none(world):
    """Whoever knew the temporary password that was replaced meanwhile is too late."""
    fresh = world.admin.user("fresh")
    browser = Browser()
    page = world.shop.authorize(browser)
    form = page.submit("kc-login", follow=False, username="fresh", password="changeme")
    assert form.status == 200 and not form.is_login()
    world.admin.request("PUT", f"/users/{fresh['id']}/reset-password", 204, json={
        "type": "password", "value": "another-one", "temporary": True})
    late = form.submit(follow=False, **{"password-new": "mine-now-1", "password-confirm": "mine-now-1"})
    assert late.status == 400 and not late.location
    again = world.shop.authorize(Browser()).submit(
        "kc-login", follow=False, username="fresh", password="another-one")
    assert again.status == 200 and not again.is_login(), "the new password is the one that counts"
