"""Sign-out in all its forms: what is answered, what ends, what applications are told."""

import time
from urllib.parse import quote

import jwt
import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import App, Browser, Tokens, encode_part
from support.sink import private_ca, verified


def logout(world, browser, method="GET", follow=False, prefix="", headers=None, **params):
    """The logout endpoint in a browser."""
    more = {"params": params} if method == "GET" else {"data": params}
    return browser.open(world.server.endpoint("logout", prefix=prefix), method, follow=follow,
                        headers=headers, **more)


def back_at(world, path="/bye"):
    return world.shop.base_url + path


# ---- RP-initiated logout

@pytest.mark.parametrize("state", [
    "plain", "a{b}c", "a b", "a+b", "ä€𝄞", "%2e%00", "&x=1", "#frag", "'\"<script>", "=;,"])
def test_state_comes_back_byte_for_byte(common, state):
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser, id_token_hint=tokens.id, state=state,
                  post_logout_redirect_uri=back_at(common))
    assert page.status == 302 and page.query() == {"state": state}
    assert page.location.startswith(back_at(common) + "?state=")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hint_ends_its_session_and_works_again_afterwards(common, method):
    tokens = common.shop.sign_in(browser := Browser())
    for _ in range(2):
        page = logout(common, browser, method, id_token_hint=tokens.id,
                      post_logout_redirect_uri=back_at(common), state="st")
        assert (page.status, page.location) == (302, back_at(common) + "?state=st")
        assert not common.shop.is_alive(tokens)


def test_a_hint_works_without_the_browsers_cookie(common):
    tokens = common.shop.sign_in()
    page = logout(common, Browser(), id_token_hint=tokens.id,
                  post_logout_redirect_uri=back_at(common))
    assert page.status == 302 and not common.shop.is_alive(tokens)


def test_without_a_redirect_a_page_says_that_it_is_done(common):
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser, id_token_hint=tokens.id)
    assert page.status == 200 and "You are logged out" in page.text
    assert not common.shop.is_alive(tokens)


def test_an_expired_hint_is_a_hint(new_world):
    world = new_world(lambda realm: realm.update(accessTokenLifespan=1))
    tokens = world.shop.sign_in(browser := Browser())
    wait_for(lambda: tokens.claims("id")["exp"] < time.time() - 1, "the ID token has expired")
    page = logout(world, browser, id_token_hint=tokens.id,
                  post_logout_redirect_uri=back_at(world))
    assert (page.status, page.location) == (302, back_at(world))
    assert world.shop.refresh(tokens).status_code == 400


def test_an_empty_hint_counts_as_none(common):
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser, id_token_hint="", client_id="django-shop",
                  post_logout_redirect_uri=back_at(common))
    assert page.status == 200 and page.is_confirmation()
    assert common.shop.is_alive(tokens)


def test_a_client_without_a_hint_asks_and_then_redirects(common):
    """B2.14."""
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser, client_id="django-shop", state="zz",
                  post_logout_redirect_uri=back_at(common))
    assert page.is_confirmation() and common.shop.is_alive(tokens)
    done = page.submit("kc-logout", follow=False)
    assert (done.status, done.location) == (302, back_at(common) + "?state=zz")
    assert not common.shop.is_alive(tokens)


def test_a_client_without_a_session_is_redirected_at_once(common):
    page = logout(common, Browser(), client_id="django-shop",
                  post_logout_redirect_uri=back_at(common))
    assert (page.status, page.location) == (302, back_at(common))


def refused(common, page, text, tokens):
    assert page.status == 400 and page.location is None
    assert text in page.text
    assert common.shop.is_alive(tokens), "nothing may end"


def test_what_is_refused_ends_nothing(common):
    """B2.4."""
    tokens = common.shop.sign_in(browser := Browser())
    uri = back_at(common)
    refused(common, logout(common, browser, post_logout_redirect_uri=uri),
            "Missing parameters: id_token_hint", tokens)
    for bad in ("https://evil.example/", back_at(common).replace("127.0.0.1", "127.0.0.1.evil.example"),
                uri.replace("http:", "javascript:"), "//evil.example/", "/relative",
                uri.replace("://", "://evil.example@"), uri.replace("/bye", "\\@evil.example/"),
                "http://127.0.0.1:1/bye", "x" * 5000):
        refused(common, logout(common, browser, id_token_hint=tokens.id,
                               post_logout_redirect_uri=bad), "Invalid redirect uri", tokens)
    refused(common, logout(common, browser, id_token_hint="zz"),
            "Invalid parameter: id_token_hint", tokens)
    refused(common, logout(common, browser, id_token_hint=tokens.id, client_id="spa"),
            "Invalid parameter: id_token_hint", tokens)
    for other in (tokens.access, tokens.refresh):
        refused(common, logout(common, browser, id_token_hint=other),
                "Invalid parameter: id_token_hint", tokens)


def test_forged_hints_end_nothing(common):
    """B3.1."""
    tokens = common.shop.sign_in(browser := Browser())
    head, body, signature = tokens.id.split(".")
    none = encode_part({"alg": "none", "typ": "JWT"})
    from cryptography.hazmat.primitives.asymmetric import rsa
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kid = jwt.get_unverified_header(tokens.id)["kid"]
    foreign = jwt.encode(tokens.claims("id"), own, "RS256", headers={"kid": kid})
    for forged in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{head}.{body}.",
                   f"{head}.{body}.{signature[:-4]}AAAA", foreign):
        refused(common, logout(common, browser, id_token_hint=forged),
                "Invalid parameter: id_token_hint", tokens)


def test_a_hint_for_another_session_than_the_browsers(common):
    """That session ends; the browser's own is asked about, never ended silently."""
    elsewhere = common.shop.sign_in(Browser())
    own = common.blog.sign_in(browser := Browser())
    page = logout(common, browser, id_token_hint=elsewhere.id,
                  post_logout_redirect_uri=back_at(common))
    assert not common.shop.is_alive(elsewhere)
    assert common.blog.is_alive(own)
    assert page.status == 200 and page.is_confirmation()
    page.submit("kc-logout", follow=False)
    assert not common.blog.is_alive(own)


def test_a_hint_whose_session_ended_does_not_touch_a_new_one(common):
    first = common.shop.sign_in(browser := Browser())
    logout(common, browser, id_token_hint=first.id)
    second = common.blog.sign_in(browser)
    page = logout(common, browser, id_token_hint=first.id,
                  post_logout_redirect_uri=back_at(common))
    assert common.blog.is_alive(second)
    assert page.is_confirmation() or page.status == 302


# ---- the confirmation page

def test_the_confirmation_page_still_works_after_another_sign_in(common):
    first = common.shop.sign_in(browser := Browser())
    page = logout(common, browser)
    assert page.is_confirmation()
    logout(common, browser, id_token_hint=first.id)
    second = common.blog.sign_in(browser)
    done = page.submit("kc-logout")
    assert done.status == 200
    assert not common.blog.is_alive(second)


def test_a_confirmation_cannot_be_made_up(common):
    """B2.14."""
    tokens = common.shop.sign_in(browser := Browser())
    page = logout(common, browser)
    form = page.forms[0]
    fields = form.press("kc-logout")
    for name in [name for name, kind in form.types.items() if kind == "hidden"]:
        for value in ("", "x", fields[name][:-2]):
            answer = page.submit("kc-logout", **{name: value})
            assert answer.status == 400 and "Logout failed" in answer.text
    assert common.shop.is_alive(tokens)


# ---- the legacy request

def test_the_legacy_request_of_another_origin_is_asked_about(common):
    """B2.14."""
    tokens = common.shop.sign_in(browser := Browser())
    for headers in ({"Referer": "https://evil.example/page"},
                    {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
                    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
                    {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}):
        page = logout(common, browser, headers=headers, redirect_uri=back_at(common, "/"))
        assert page.status == 200 and page.is_confirmation(), headers
        assert common.shop.is_alive(tokens), headers


@pytest.mark.parametrize("headers", [
    {}, {"Referer": "{shop}/private/"}, {"Referer": "{server}/realms/customers/x"},
    {"Sec-Fetch-Mode": None, "Sec-Fetch-Dest": None}])
def test_the_legacy_request_of_the_application_ends_and_redirects(common, headers):
    tokens = common.shop.sign_in(browser := Browser())
    headers = {name: value and value.format(shop=common.shop.base_url, server=common.server.url)
               for name, value in headers.items()}
    page = logout(common, browser, headers=headers, redirect_uri=back_at(common, "/after?x=1&y=2"))
    assert (page.status, page.location) == (302, back_at(common, "/after?x=1&y=2"))
    assert not common.shop.is_alive(tokens)


def test_a_legacy_redirect_that_belongs_to_nobody_ends_nothing(common):
    """B2.4."""
    tokens = common.shop.sign_in(browser := Browser())
    for bad in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "x", "http://",
                back_at(common, "/").replace("127.0.0.1", "evil.example"),
                back_at(common, "/").replace("http://", "http://evil.example@"),
                # A client that this session is not signed in to.
                common.blog.base_url + "/"):
        page = logout(common, browser, redirect_uri=bad)
        refused(common, page, "Invalid", tokens)


def test_without_a_session_the_legacy_redirect_of_any_client_is_followed(common):
    page = logout(common, Browser(), redirect_uri=common.blog.base_url + "/")
    assert (page.status, page.location) == (302, common.blog.base_url + "/")


def test_a_bare_star_is_no_address_for_the_legacy_redirect(new_world):
    def change(realm):
        realms.add_client(realm, "anywhere", "http://127.0.0.1:9", redirectUris=["*"])

    world = new_world(change)
    page = logout(world, Browser(), redirect_uri="https://evil.example/")
    assert page.status == 400 and page.location is None


@pytest.mark.parametrize("setting", ["confirm", "refuse"])
def test_the_realm_may_ask_or_refuse_legacy_requests(new_world, setting):
    world = new_world(lambda realm: realms.set_attribute(realm, "curfew.logout.legacy", setting))
    tokens = world.shop.sign_in(browser := Browser())
    page = logout(world, browser, redirect_uri=back_at(world, "/"))
    assert world.shop.is_alive(tokens)
    assert page.is_confirmation() if setting == "confirm" else page.status == 400


# ---- the front channel

def test_frames_come_first_and_then_the_redirect(common):
    browser = Browser()
    common.front.sign_in(browser)
    tokens = common.shop.sign_in(browser)
    page = logout(common, browser, redirect_uri=back_at(common, "/"))
    assert page.status == 200 and len(page.frames) == 1
    assert page.frames[0].startswith(common.front.base_url + "/frontchannel-logout?")
    assert f"sid={tokens.sid}" in page.frames[0]
    assert "iss=" + quote(common.server.realm_url(), safe="") in page.frames[0]
    assert back_at(common, "/") in page.links + [page.headers.get("refresh", "")] or \
        back_at(common, "/") in page.response.text
    policy = page.headers["content-security-policy"]
    assert common.front.base_url in policy, "the page may frame the application"
    delivery = common.admin.receipt(tokens.sid).deliveries["front-app"]
    assert (delivery.channel, delivery.state) == ("front-channel", "asked-through-browser")


# ---- refresh tokens

def test_a_refresh_token_ends_its_session_and_again_is_fine(common):
    tokens = common.shop.sign_in()
    for _ in range(2):
        answer = common.shop.post("logout", refresh_token=tokens.refresh)
        assert (answer.status_code, answer.content) == (204, b"")
    assert not common.shop.is_alive(tokens)


def test_client_authentication_for_it(common):
    tokens = common.shop.sign_in()
    answer = requests.post(common.server.endpoint("logout"), timeout=60,
                           auth=("django-shop", "django-shop-secret"),
                           data={"refresh_token": tokens.refresh})
    assert answer.status_code == 204
    public = common.spa.sign_in()
    answer = common.spa.post("logout", refresh_token=public.refresh)
    assert answer.status_code == 204 and not common.shop.introspect(public.access)["active"]


def test_a_rotated_refresh_token_still_ends_the_session(new_world):
    world = new_world(lambda realm: realm.update(revokeRefreshToken=True))
    tokens = world.shop.sign_in()
    newer = Tokens(world.shop.refresh(tokens).json())
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    assert not world.shop.is_alive(newer)


def test_an_expired_refresh_token_still_ends_the_session(new_world):
    def change(realm):
        realms.client(realm, "django-shop")["attributes"]["client.session.idle.timeout"] = "6"

    world = new_world(change)
    tokens = world.shop.sign_in(browser := Browser())
    blog = world.blog.sign_in(browser)
    wait_for(lambda: tokens.claims("refresh")["exp"] < time.time() - 1, "it has expired")
    assert world.shop.post("logout", refresh_token=tokens.refresh).status_code == 204
    assert not world.blog.is_alive(blog)


def forged_refresh_tokens(common, tokens):
    head, body, signature = tokens.refresh.split(".")
    key = {"alg": "HS512", "typ": "JWT"}
    return {
        "empty": "", "garbage": "zz", "an access token": tokens.access,
        "an ID token": tokens.id, "no signature": f"{head}.{body}.",
        "alg none": f"{encode_part({'alg': 'none'})}.{body}.",
        "another signature": f"{encode_part(key)}.{body}.{signature[::-1]}",
        "own key": jwt.encode(tokens.claims("refresh"), "k" * 64, "HS512"),
        "60 kB": "a." + "b" * 60_000 + ".c", "NUL": tokens.refresh + "\0"}


def test_refresh_tokens_that_are_none_are_refused_in_json(common):
    tokens = common.shop.sign_in()
    for what, token in forged_refresh_tokens(common, tokens).items():
        answer = common.shop.post("logout", refresh_token=token)
        assert answer.status_code == 400, what
        assert answer.headers["content-type"].startswith("application/json"), what
        if what == "NUL":
            # The form as a whole cannot be read.
            assert answer.json()["error"] == "invalid_request"
            assert answer.json()["error_description"]
            continue
        assert answer.json() == {"error": "invalid_grant",
                                 "error_description": "Invalid refresh token"}, what
    assert common.shop.is_alive(tokens)


def test_another_clients_refresh_token_is_refused_and_logged(common):
    tokens = common.shop.sign_in()
    answer = common.blog.post("logout", refresh_token=tokens.refresh)
    assert answer.status_code == 400 and answer.json() == {
        "error": "invalid_grant",
        "error_description": "Invalid refresh token. Token client and authorized client don't match"}
    assert common.shop.is_alive(tokens)
    event = wait_for(lambda: common.admin.events("LOGOUT_ERROR"), "the event")[0]
    assert event["error"] == "invalid_token"


def test_the_log_line_has_keycloaks_format(common):
    common.ovirt.post("logout", refresh_token="zz")
    line = wait_for(lambda: next((one for one in common.server.log().splitlines()
                                  if 'type="LOGOUT_ERROR"' in one
                                  and 'clientId="ovirt-engine"' in one), None), "the log line")
    entry = line[line.index('type="LOGOUT_ERROR"'):]
    fields = dict(field.split("=", 1) for field in entry.split(", "))
    assert all(value[0] == value[-1] == '"' for value in fields.values()), entry
    assert list(fields)[:5] == ["type", "realmId", "realmName", "clientId", "userId"] or \
        list(fields)[:4] == ["type", "realmId", "clientId", "userId"]
    assert fields["userId"] == '"null"' and fields["error"] == '"invalid_token"'
    assert "reason" in fields and fields["ipAddress"] == '"127.0.0.1"'


def test_no_value_forges_a_log_line(common):
    evil = 'x"\r\n2026-01-01T00:00:00Z INFO  forged'
    common.shop.post("logout", auth=False, client_id=evil, client_secret=evil, refresh_token=evil)
    assert not [line for line in common.server.log().splitlines() if line.startswith("2026-01-01")]


def test_client_credentials_without_a_token_are_answered_in_json(common):
    answer = common.shop.post("logout")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}
    wrong = common.shop.post("logout", auth=False, client_id="django-shop", client_secret="no",
                             refresh_token="zz")
    assert wrong.status_code == 401 and wrong.json() == {
        "error": "unauthorized_client",
        "error_description": "Invalid client or Invalid client credentials"}


def test_a_public_clients_bare_id_is_an_ordinary_logout(common):
    page = logout(common, Browser(), "POST", client_id="spa")
    assert page.status == 200 and "html" in page.headers["content-type"]


# ---- what applications are told

def test_a_logout_token_is_as_keycloak_sends_it(common):
    tokens = common.shop.sign_in()
    common.shop.post("logout", refresh_token=tokens.refresh)
    common.told("django-shop", tokens.sid)
    notice = next(one for one in common.sinks["django-shop"].posts("/oidc/backchannel-logout/")
                  if tokens.sid in str(jwt.decode(one.form()["logout_token"],
                                                  options={"verify_signature": False})))
    headers = {name.lower(): value for name, value in notice.headers.items()}
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert set(notice.form()) == {"logout_token"}
    header, claims = verified(notice.form()["logout_token"], common.server, "django-shop")
    assert (header["alg"], header["typ"]) == ("RS256", "logout+jwt")
    assert set(claims) == {"exp", "iat", "jti", "iss", "aud", "sub", "typ", "sid", "events"}
    assert claims["exp"] - claims["iat"] == 120 and claims["typ"] == "Logout"
    assert claims["aud"] == "django-shop" and claims["sid"] == tokens.sid
    assert claims["sub"] == tokens.claims()["sub"] and claims["iss"] == common.server.realm_url()
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}


def test_an_adapter_is_told_by_k_logout(common):
    browser = Browser()
    tokens = common.legacy.sign_in(browser, token_fields={
        "client_session_state": "http-session-7", "client_session_host": "evil.example"})
    common.legacy.post("logout", refresh_token=tokens.refresh)
    common.told("legacy-node", tokens.sid)
    notice = next(one for one in common.sinks["legacy-node"].posts("/k_logout")
                  if tokens.sid in str(jwt.decode(one.body.decode(),
                                                  options={"verify_signature": False})))
    headers = {name.lower(): value for name, value in notice.headers.items()}
    assert headers["content-type"] == "text/plain; charset=ISO-8859-1"
    header, claims = verified(notice.body.decode(), common.server)
    assert header["alg"] == "RS256"
    assert set(claims) == {"id", "expiration", "resource", "action", "adapterSessionIds",
                           "notBefore", "keycloakSessionIds"}
    assert claims["action"] == "LOGOUT" and claims["resource"] == "legacy-node"
    assert claims["adapterSessionIds"] == ["http-session-7"]
    assert claims["keycloakSessionIds"] == [tokens.sid]
    assert abs(claims["expiration"] - notice.at - 30) < 15


def test_an_adapter_that_gave_no_session_is_told_of_none(common):
    tokens = common.legacy.sign_in()
    common.legacy.post("logout", refresh_token=tokens.refresh)
    notice = wait_for(lambda: next((one for one in common.sinks["legacy-node"].k_logouts()
                                    if tokens.sid in one.get("keycloakSessionIds", [])), None),
                      "the notice")
    # Absent would mean "log everybody out".
    assert notice["adapterSessionIds"] == []


def test_settings_of_the_client_shape_its_notice(new_world):
    def change(realm):
        realms.client(realm, "django-shop")["attributes"][
            "backchannel.logout.session.required"] = "false"
        realms.client(realm, "django-blog")["attributes"][
            "backchannel.logout.revoke.offline.tokens"] = "true"

    world = new_world(change)
    browser = Browser()
    shop, blog = world.shop.sign_in(browser), world.blog.sign_in(browser)
    assert shop.sid == blog.sid
    world.shop.post("logout", refresh_token=shop.refresh)
    world.told("django-blog", blog.sid)
    wait_for(lambda: world.sinks["django-shop"].logout_tokens(), "the shop is told")
    without_sid = world.sinks["django-shop"].logout_tokens()[0]
    assert "sid" not in without_sid and without_sid["sub"] == shop.claims()["sub"]
    events = world.sinks["django-blog"].logout_tokens(blog.sid)[0]["events"]
    assert events == {"http://schemas.openid.net/event/backchannel-logout": {},
                      "revoke_offline_access": True}


# ---- clients that fail, and what the receipt says

def failing_world(new_world, make, name, mode="ok", answers=(), tls=None, **settings):
    sink = make.sink(tls=tls)

    def change(realm):
        realms.add_client(realm, name, sink.url)

    world = new_world(change, **settings)
    app = App(world.server, name, sink.url, name + "-secret")
    tokens = app.sign_in()
    sink.set(mode, answers)
    assert app.post("logout", refresh_token=tokens.refresh).status_code == 204
    return world, sink, tokens


def delivery(world, tokens, name):
    return world.admin.receipt(tokens.sid).deliveries[name]


@pytest.mark.parametrize("answers", [[503, 503], [500], [429], [408]])
def test_a_client_that_recovers_is_told(new_world, make, answers):
    world, sink, tokens = failing_world(new_world, make, "app", answers=answers)
    wait_for(lambda: delivery(world, tokens, "app").state == "delivered", "it is told", 60)
    assert delivery(world, tokens, "app").attempts == len(answers) + 1
    assert len({one["jti"] for one in sink.logout_tokens(tokens.sid)}) == len(answers) + 1


@pytest.mark.parametrize("mode", ["reset", "endless"])
def test_broken_answers_are_tried_again(new_world, make, mode):
    world, sink, tokens = failing_world(new_world, make, "app", mode)
    if mode == "reset":
        wait_for(lambda: delivery(world, tokens, "app").state == "waiting", "it waits", 60)
        assert delivery(world, tokens, "app").reason
    else:
        wait_for(lambda: sink.logout_tokens(tokens.sid), "it got the notice", 60)
    sink.set("ok")
    wait_for(lambda: delivery(world, tokens, "app").state == "delivered", "it is told", 120)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_client_that_refuses_is_tried_again_and_the_receipt_says_so(new_world, make, status):
    world, sink, tokens = failing_world(new_world, make, "app", answers=[status])
    wait_for(lambda: delivery(world, tokens, "app").http_status == status, "the refusal", 60)
    one = delivery(world, tokens, "app")
    assert one.state in ("waiting", "unconfirmed") and str(status) in one.reason + str(one.http_status)


def test_redirects_are_not_followed(new_world, make):
    """CVE-2026-1180."""
    trap = make.sink()
    sink = make.sink()
    sink.location = trap.url + "/stolen"

    def change(realm):
        realms.add_client(realm, "app", sink.url)

    world = new_world(change)
    app = App(world.server, "app", sink.url, "app-secret")
    tokens = app.sign_in()
    sink.set(answers=[307])
    app.post("logout", refresh_token=tokens.refresh)
    wait_for(lambda: delivery(world, tokens, "app").http_status == 307, "the redirect", 60)
    assert not trap.requests


def test_an_untrusted_certificate_is_named_in_the_receipt(new_world, make, tmp_path):
    _, context = private_ca(tmp_path)
    world, _, tokens = failing_world(new_world, make, "app", tls=context)
    wait_for(lambda: delivery(world, tokens, "app").state == "waiting", "it waits", 60)
    reason = delivery(world, tokens, "app").reason
    assert "Private Authority of the Tests" in reason and "trust" in reason, reason


def test_with_its_authority_it_is_trusted(new_world, make, tmp_path):
    authority, context = private_ca(tmp_path)
    world, _, tokens = failing_world(new_world, make, "app", tls=context,
                                     flags=["--ca-file", authority])
    wait_for(lambda: delivery(world, tokens, "app").state == "delivered", "it is told", 60)


def test_the_verbs_show_and_retry(new_world, make):
    world, sink, tokens = failing_world(new_world, make, "app", answers=[404])
    receipt = wait_for(lambda: world.admin.receipt(tokens.sid), "the receipt")
    wait_for(lambda: delivery(world, tokens, "app").http_status == 404, "the refusal", 60)
    assert receipt.id in world.server.curfew("signout", "list").stdout
    assert "404" in world.server.curfew("signout", "show", receipt.id).stdout
    world.server.curfew("signout", "retry", receipt.id)
    wait_for(lambda: delivery(world, tokens, "app").state == "delivered", "it is told", 60)
    unknown = world.server.curfew("signout", "show", "nosuch", check=False)
    assert unknown.returncode != 0 and "nosuch" in unknown.stderr
