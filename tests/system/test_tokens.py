"""Tokens: the code flow, PKCE, refreshing, the other grants, introspection, userinfo,
revocation, discovery."""

import concurrent.futures

import pytest
import requests

from support import realm as realms
from support.browser import Browser, Tokens, challenge, encode_part
from support.sink import verified


def error(answer):
    return answer.status_code, answer.json().get("error"), answer.json().get("error_description")


BAD_CODE = (400, "invalid_grant", "Code not valid")


# ---- the code flow

def test_tokens_are_as_keycloaks(common):
    """B2.9."""
    code = common.shop.code(Browser(), nonce="n-1")
    answer = common.shop.redeem(code)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store" and answer.headers["pragma"] == "no-cache"
    body = answer.json()
    assert set(body) == {"access_token", "expires_in", "refresh_expires_in", "refresh_token",
                         "token_type", "id_token", "not-before-policy", "session_state", "scope"}
    assert body["token_type"] == "Bearer" and body["expires_in"] == 300
    tokens = Tokens(body)
    _, access = verified(tokens.access, common.server)
    _, identity = verified(tokens.id, common.server, "django-shop")
    for claims in (access, identity):
        assert claims["iss"] == common.server.realm_url()
        assert claims["azp"] == "django-shop" and claims["sid"] == body["session_state"]
        assert claims["exp"] - claims["iat"] == 300
    assert access["typ"] == "Bearer" and identity["typ"] == "ID"
    assert identity["nonce"] == "n-1" and "nonce" not in access
    assert identity["preferred_username"] == "ada" and identity["email"] == "ada@example.org"
    assert "manager" in access["realm_access"]["roles"]
    assert "cashier" in access["resource_access"]["django-shop"]["roles"]
    assert "openid" in access["scope"].split()
    refresh = tokens.claims("refresh")
    assert refresh["typ"] == "Refresh" and refresh["sid"] == access["sid"]


def test_a_code_works_once_however_many_try(common):
    """B2.7."""
    for _ in range(3):
        browser = Browser()
        code = common.shop.code(browser)
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _, code=code: common.shop.redeem(code), range(50)))
        good = [one for one in answers if one.status_code == 200]
        assert len(good) <= 1
        # A redemption that a replay overtook finds its session ended.
        overtaken = (400, "invalid_grant", "Session not active")
        assert {error(one) for one in answers if one.status_code != 200} <= {BAD_CODE, overtaken}
        if good:
            assert not common.shop.is_alive(Tokens(good[0].json())), "its replay ended it"


def test_a_code_is_bound_to_its_client_and_redirect(common):
    """B2.8."""
    browser = Browser()
    common.shop.sign_in(browser)
    for fields in ({"client_id": "django-blog", "client_secret": "django-blog-secret"},
                   {"redirect_uri": common.shop.base_url + "/other"}, {"redirect_uri": ""},
                   {"code": "zz"}, {"code": ""}):
        code = common.shop.code(browser)
        answer = common.shop.redeem(code, **fields)
        assert answer.status_code == 400 and "access_token" not in answer.text, fields


@pytest.mark.parametrize("verifier", ["", "x" * 43, "short", None])
def test_pkce_wants_its_verifier(common, verifier):
    """B2.5."""
    code = common.spa.code(Browser())
    fields = {"grant_type": "authorization_code", "code": code,
              "redirect_uri": common.spa.redirect_uri}
    if verifier is not None:
        fields["code_verifier"] = verifier
    answer = common.spa.post("token", **fields)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def test_pkce_cannot_be_stripped_or_weakened(common):
    """B2.6."""
    browser = Browser()
    for changes in ({"code_challenge": None, "code_challenge_method": None},
                    {"code_challenge_method": "plain"}, {"code_challenge_method": None},
                    {"code_challenge": "short"}, {"code_challenge": "!" * 43}):
        page = common.spa.authorize(browser, **changes)
        assert page.status == 302 and page.query()["error"] == "invalid_request", changes
    # A verifier where there was no challenge (RFC 9700, 4.8.2).
    code = common.shop.code(browser)
    answer = common.shop.redeem(code, code_verifier="x" * 43)
    assert answer.status_code == 400


def test_pkce_with_a_confidential_client(common):
    """B2.6."""
    verifier = "v" * 64
    code = common.shop.code(Browser(), code_challenge=challenge(verifier),
                            code_challenge_method="S256")
    assert common.shop.redeem(code).status_code == 400
    code = common.shop.code(Browser(), code_challenge=challenge(verifier),
                            code_challenge_method="S256")
    assert common.shop.redeem(code, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize("changes, expected", [
    ({"response_type": None}, ("invalid_request", "Missing parameter: response_type")),
    ({"response_type": "banana"}, ("unsupported_response_type", None)),
    ({"scope": "openid nosuch"}, ("invalid_scope", "Invalid scopes: openid nosuch")),
    ({"response_mode": "banana"}, ("invalid_request", "Invalid parameter: response_mode"))])
def test_errors_go_back_to_the_application(common, changes, expected):
    """B2.10."""
    page = common.shop.authorize(Browser(), state="s", **changes)
    query = page.query()
    assert page.status == 302 and page.location.startswith(common.shop.redirect_uri)
    assert (query["error"], query.get("error_description")) == expected
    assert query["state"] == "s" and query["iss"] == common.server.realm_url()


# ---- refreshing

def test_refreshing(common):
    tokens = common.shop.sign_in()
    answer = common.shop.refresh(tokens)
    assert answer.status_code == 200
    newer = Tokens(answer.json())
    assert newer.sid == tokens.sid and newer.access != tokens.access
    assert common.shop.refresh(tokens).status_code == 200, "without rotation both work"


def test_refresh_tokens_that_are_refused(common):
    """B2.18."""
    tokens = common.shop.sign_in()
    wrong = "Invalid refresh token. Token client and authorized client don't match"
    assert error(common.blog.refresh(tokens)) == (400, "invalid_grant", wrong)
    for bad in ("zz", "", tokens.access, tokens.id, tokens.refresh[:-6] + "AAAAAA"):
        answer = common.shop.post("token", grant_type="refresh_token", refresh_token=bad)
        assert answer.status_code == 400, bad
    answer = common.shop.refresh(tokens, scope="openid nosuch")
    assert error(answer)[:2] == (400, "invalid_scope")


def test_a_refresh_after_an_administrators_logout_says_that_the_session_is_gone(common):
    """Not that the token is older than the logout: by these words libraries sign in again."""
    tokens = common.shop.sign_in(Browser(), "erin", "erin-pw")
    common.admin.request("POST", f"/users/{common.admin.user('erin')['id']}/logout", 204)
    assert error(common.shop.refresh(tokens)) == (400, "invalid_grant", "Session not active")


def rotating(realm):
    realm.update(revokeRefreshToken=True, refreshTokenMaxReuse=0)


# What a refresh under rotation that is refused may be told.
REPLAYED = (400, "invalid_grant", "Maximum allowed refresh token reuse exceeded")
OVERTAKEN = (400, "invalid_grant", "Session not active")
PART_ENDED = (400, "invalid_grant", "Session doesn't have required client")
STALE = (400, "invalid_grant", "Stale token")


def test_rotation_first_use_wins(new_world):
    """B2.17."""
    world = new_world(rotating)
    first = world.shop.sign_in()
    answer = world.shop.refresh(first)
    assert answer.status_code == 200
    second = Tokens(answer.json())
    answer = world.shop.refresh(second)
    assert answer.status_code == 200
    assert error(world.shop.refresh(second)) == REPLAYED
    assert error(world.shop.refresh(Tokens(answer.json()))) == PART_ENDED, "the family is dead"


def test_rotation_has_one_winner(new_world):
    """B2.17, CVE-2026-1035: Of fifty at once one is first. The others are replays and end the
    client's part; when that happens while the first is still being signed, it gets no tokens of
    a dead part."""
    world = new_world(rotating)
    for _ in range(5):
        tokens = world.shop.sign_in()
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _, tokens=tokens: world.shop.refresh(tokens), range(50)))
        won = [one for one in answers if one.status_code == 200]
        refused = [error(one) for one in answers if one.status_code != 200]
        assert len(won) + refused.count(OVERTAKEN) == 1, "one was first"
        assert set(refused) <= {REPLAYED, OVERTAKEN, PART_ENDED}
        for one in won:
            assert error(world.shop.refresh(Tokens(one.json()))) == PART_ENDED, "the family is dead"


def next_of(app, tokens):
    answer = app.refresh(tokens)
    assert answer.status_code == 200, answer.text
    return Tokens(answer.json())


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_two_sign_ins_rotate_each_for_itself(new_world, scope):
    """Two tabs by one session, as Keycloak's reuse_id has it; a restart in between."""
    world = new_world(rotating)
    browser = Browser()
    one = world.shop.sign_in(browser, scope=scope)
    two = world.shop.sign_in(browser, scope=scope)
    assert one.sid == two.sid
    chains = [tokens.claims("refresh")["reuse_id"] for tokens in (one, two)]
    assert chains[0] != chains[1]
    used = one
    for _ in range(2):
        one, two = next_of(world.shop, one), next_of(world.shop, two)
    world.server.kill()
    world.server.start()
    for _ in range(2):
        one, two = next_of(world.shop, one), next_of(world.shop, two)
    assert [tokens.claims("refresh")["reuse_id"] for tokens in (one, two)] == chains
    assert error(world.shop.refresh(used)) == STALE, "its chain went on without it"
    # An offline session goes with its last client.
    gone = (PART_ENDED, (400, "invalid_grant", "Offline user session not found"))
    assert error(world.shop.refresh(one)) in gone, "a replay in one chain ends the client's part"
    assert error(world.shop.refresh(two)) in gone
    doors = [receipt["door"] for receipt in world.admin.get("/signouts")]
    assert doors == ["refresh-replay"]


def test_a_part_holds_so_many_chains(new_world):
    world = new_world(rotating)
    browser = Browser()
    first, second = world.shop.sign_in(browser), world.shop.sign_in(browser)
    first = next_of(world.shop, first)  # the second is now the one not used for longest
    for _ in range(31):
        latest = world.shop.sign_in(browser)
    assert error(world.shop.refresh(second)) == STALE
    assert world.shop.is_alive(latest), "what made room is no replay"
    next_of(world.shop, first), next_of(world.shop, latest)


def test_acr_stays_as_the_sign_in_had_it(common):
    browser = Browser()
    fresh = common.shop.sign_in(browser)
    by_cookie = common.blog.sign_in(browser)
    for app, tokens, acr in ((common.shop, fresh, "1"), (common.blog, by_cookie, "0")):
        for _ in range(2):
            assert tokens.claims()["acr"] == acr and tokens.claims("id")["acr"] == acr
            tokens = next_of(app, tokens)


def test_rotation_outlives_a_restart(new_world):
    """B2.17, CVE-2026-9802."""
    world = new_world(rotating)
    tokens = world.shop.sign_in()
    assert world.shop.refresh(tokens).status_code == 200
    world.server.kill()
    world.server.start()
    assert world.shop.refresh(tokens).status_code == 400


def test_an_offline_token_outlives_its_session_and_a_restart(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser, scope="openid offline_access")
    assert tokens.json["refresh_expires_in"] == 0
    page = browser.open(world.server.endpoint("logout"), follow=False,
                        params={"id_token_hint": tokens.id})
    assert page.status == 200
    world.server.kill()
    world.server.start()
    assert world.shop.refresh(tokens).status_code == 200


# ---- other grants, and who may

def test_the_password_grant(common):
    """B2.21."""
    answer = common.ovirt.password_grant(scope="openid")
    assert answer.status_code == 200 and Tokens(answer.json()).claims()["azp"] == "ovirt-engine"
    assert error(common.ovirt.password_grant(password="no")) == (
        400, "invalid_grant", "Invalid user credentials")
    assert error(common.ovirt.password_grant("gone", "gone")) == (
        400, "invalid_grant", "Account disabled")
    assert common.shop.password_grant().status_code in (400, 401), "not allowed to this client"


def test_client_credentials(common):
    answer = common.batch.post("token", grant_type="client_credentials")
    assert answer.status_code == 200 and "refresh_token" not in answer.json()
    claims = Tokens(answer.json()).claims()
    assert claims["azp"] == "batch" and claims["preferred_username"] == "service-account-batch"
    assert error(common.shop.post("token", grant_type="client_credentials")) == (
        401, "unauthorized_client", "Client not enabled to retrieve service account")
    assert error(common.spa.post("token", grant_type="client_credentials")) == (
        401, "unauthorized_client", "Public client not allowed to retrieve service account")


BAD_CLIENT = "Invalid client or Invalid client credentials"


@pytest.mark.parametrize("fields, expected", [
    ({"client_id": "batch", "client_secret": "no"}, (401, "unauthorized_client", BAD_CLIENT)),
    ({"client_id": "batch"}, (401, "unauthorized_client", None)),
    ({"client_id": "nobody", "client_secret": "x"}, (401, "invalid_client", BAD_CLIENT)),
    ({}, (401, "invalid_client", BAD_CLIENT))])
def test_client_authentication(common, fields, expected):
    answer = requests.post(common.server.endpoint("token"), timeout=60,
                           data={"grant_type": "client_credentials", **fields})
    status, name, text = error(answer)
    assert (status, name) == expected[:2] and (expected[2] is None or text == expected[2])


@pytest.mark.parametrize("fields, expected", [
    ({"grant_type": "banana"}, (400, "unsupported_grant_type", "Unsupported grant_type")),
    ({}, (400, "invalid_request", "Missing form parameter: grant_type"))])
def test_grant_types(common, fields, expected):
    assert error(common.shop.post("token", **fields)) == expected


def test_the_token_endpoint_wants_a_posted_form(common):
    answer = requests.get(common.server.endpoint("token"), timeout=60)
    assert answer.status_code == 405
    assert answer.json() == {"error": "HTTP 405 Method Not Allowed"}
    answer = requests.post(common.server.endpoint("token"), timeout=60, json={"grant_type": "x"})
    assert 400 <= answer.status_code < 500


# ---- introspection, userinfo, revocation

def test_introspection(common):
    """B2.20."""
    tokens = common.shop.sign_in()
    found = common.shop.introspect(tokens.access)
    assert found["active"] is True and found["username"] == "ada"
    assert found["sid"] == tokens.sid
    assert common.shop.introspect("zzz") == {"active": False}
    assert common.spa.post("token/introspect", token=tokens.access).status_code in (401, 403)
    answer = requests.post(common.server.endpoint("token/introspect"), timeout=60,
                           data={"token": tokens.access})
    assert error(answer) == (401, "invalid_client", BAD_CLIENT)
    assert error(common.shop.post("token/introspect")) == (
        400, "invalid_request", "Token not provided.")
    assert common.blog.introspect(tokens.access) == {"active": False}, "not its audience"


def test_userinfo(common):
    tokens = common.shop.sign_in()
    answer = common.shop.userinfo(tokens)
    assert answer.status_code == 200
    assert answer.json()["preferred_username"] == "ada"
    assert answer.json()["sub"] == tokens.claims()["sub"]
    url = common.server.endpoint("userinfo")
    assert requests.post(url, timeout=60, data={"access_token": tokens.access}).status_code == 200
    missing = requests.get(url, timeout=60)
    assert missing.status_code == 401
    assert missing.headers["www-authenticate"] == 'Bearer realm="customers"'
    for bad in ("x.y.z", tokens.refresh, tokens.id, "x" * 60_000):
        answer = requests.get(url, timeout=60, headers={"authorization": "Bearer " + bad})
        assert answer.status_code in (401, 431) and 'error="invalid_token"' in answer.headers.get(
            "www-authenticate", 'error="invalid_token"')


def test_forged_access_tokens(common):
    tokens = common.shop.sign_in()
    head, body, signature = tokens.access.split(".")
    for name in ("none", "None", "nOnE", "HS256", "RS384", "PS256"):
        for tag in ("", signature):
            token = f"{encode_part({'alg': name, 'typ': 'JWT'})}.{body}.{tag}"
            assert common.shop.introspect(token) == {"active": False}
            answer = requests.get(common.server.endpoint("userinfo"), timeout=60,
                                  headers={"authorization": "Bearer " + token})
            assert answer.status_code == 401
    assert common.shop.is_alive(tokens)


def test_revocation(common):
    tokens = common.shop.sign_in()
    assert common.shop.post("revoke", token=tokens.access).status_code == 200
    assert common.shop.introspect(tokens.access) == {"active": False}
    assert common.shop.userinfo(tokens).status_code == 401
    assert common.shop.refresh(tokens).status_code == 200, "only that access token"
    assert common.shop.post("revoke", token="zz").json() == {
        "error": "invalid_token", "error_description": "Invalid token"}
    assert error(common.shop.post("revoke")) == (400, "invalid_request", "Token not provided")
    assert common.blog.post("revoke", token=tokens.refresh).status_code >= 400 or \
        common.shop.refresh(tokens).status_code == 200, "nobody revokes another's tokens"


def test_each_kind_of_token_is_good_for_its_own_purpose_alone(common):
    tokens = common.shop.sign_in()
    kinds = {"access": tokens.access, "refresh": tokens.refresh, "id": tokens.id}
    consumers = {
        "access": lambda token: requests.get(
            common.server.endpoint("userinfo"), timeout=60,
            headers={"authorization": "Bearer " + token}).status_code == 200,
        "refresh": lambda token: common.shop.post(
            "token", grant_type="refresh_token", refresh_token=token).status_code == 200,
        "id": lambda token: Browser().open(
            common.server.endpoint("logout"), follow=False, params={
                "id_token_hint": token, "client_id": "django-shop",
                "post_logout_redirect_uri": common.shop.base_url + "/x"}).status == 302,
    }
    for consumer, accepts in consumers.items():
        for kind, token in kinds.items():
            if kind != consumer:
                assert not accepts(token), f"{kind} token at the consumer of {consumer} tokens"
    assert all(consumers[kind](token) for kind, token in kinds.items())


# ---- discovery

@pytest.mark.parametrize("prefix", ["", "/auth"])
def test_discovery(common, prefix):
    """B2.10."""
    answer = requests.get(common.server.realm_url(prefix=prefix)
                          + "/.well-known/openid-configuration", timeout=60)
    assert answer.status_code == 200
    found = answer.json()
    assert found["issuer"] == common.server.realm_url(prefix=prefix)
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
                 "introspection_endpoint", "end_session_endpoint", "revocation_endpoint"):
        assert found[name].startswith(found["issuer"] + "/protocol/openid-connect/"), name
    assert found["code_challenge_methods_supported"] == ["plain", "S256"] or \
        found["code_challenge_methods_supported"] == ["S256"]
    assert found["backchannel_logout_supported"] and found["backchannel_logout_session_supported"]
    assert found["frontchannel_logout_supported"]
    assert found["authorization_response_iss_parameter_supported"]
    keys = requests.get(found["jwks_uri"], timeout=60).json()["keys"]
    assert keys and all("d" not in key and "k" not in key for key in keys)


def test_keys_of_the_export_stay(common):
    component = common.realm["components"]["org.keycloak.keys.KeyProvider"]
    assert component
    tokens = common.shop.sign_in()
    header, _ = verified(tokens.access, common.server)
    assert header["kid"]


def test_an_unknown_realm(common):
    answer = requests.get(common.server.realm_url("nosuch") + "/.well-known/openid-configuration",
                          timeout=60)
    assert (answer.status_code, answer.json()["error"]) == (404, "Realm does not exist")


def test_only_loopback_names_are_hosts_while_no_hostname_is_set(common):
    """B2.26."""
    url = common.server.realm_url() + "/.well-known/openid-configuration"
    for host in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[::2]",
                 "localhost.evil.example", "127.0.0.1:80:80", "a b", "127.0.0.1/x", ""):
        answer = requests.get(url, timeout=60, headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
    for host in ("localhost", "127.0.0.1", "[::1]"):
        named = f"{host}:{common.server.port}"
        answer = requests.get(url, timeout=60, headers={"Host": named})
        assert answer.json()["issuer"] == f"http://{named}/realms/customers"


def test_a_hostname_is_the_issuer_whatever_the_host_says(new_world):
    """B2.26."""
    world = new_world(flags=["--hostname", "https://sso.example.org"])
    for host in ("evil.example", "127.0.0.1", "sso.example.org"):
        answer = requests.get(world.server.realm_url() + "/.well-known/openid-configuration",
                              timeout=60, headers={"Host": host})
        assert answer.json()["issuer"] == "https://sso.example.org/realms/customers"
        assert "evil" not in answer.text


def test_tokens_of_both_forms_of_the_url_are_good_in_both(common):
    old = common.app("django-blog", prefix="/auth")
    tokens = old.sign_in()
    assert tokens.claims()["iss"] == common.server.realm_url(prefix="/auth")
    assert common.blog.is_alive(tokens)
    assert common.blog.refresh(tokens).status_code == 200
    page = Browser().open(common.server.endpoint("logout"), follow=False, params={
        "id_token_hint": tokens.id, "post_logout_redirect_uri": common.blog.base_url + "/x"})
    assert page.status == 302
    claims = common.told("django-blog", tokens.sid)
    assert claims["iss"] == common.server.realm_url(prefix="/auth"), "the issuer that it knows"


def test_cors_only_for_the_clients_own_origins(common):
    tokens = common.spa.sign_in()
    own = common.spa.base_url
    url = common.server.endpoint("userinfo")
    allowed = requests.get(url, timeout=60, headers={
        "authorization": "Bearer " + tokens.access, "origin": own})
    assert allowed.headers["access-control-allow-origin"] == own
    foreign = requests.get(url, timeout=60, headers={
        "authorization": "Bearer " + tokens.access, "origin": "https://evil.example"})
    assert foreign.headers.get("access-control-allow-origin") != "https://evil.example" and \
        foreign.headers.get("access-control-allow-origin") != "*"


def test_revocation_bites_at_once_everywhere(new_world):
    """Not-before of the realm: tokens of before are dead at every endpoint."""
    world = new_world()
    tokens = world.shop.sign_in()
    assert realms.client(world.realm, "django-shop")
    assert world.admin.request("POST", "/logout-all").status_code == 200
    assert not world.shop.is_alive(tokens)
    assert error(world.shop.refresh(tokens))[:2] == (400, "invalid_grant")
    page = world.shop.authorize(Browser())
    assert page.is_login()
