"""Mail: a realm's mail server, the links that an administrator sends, and what they do
(CVE-2026-37982: a link does what it was made for, once, for whom it was made)."""

import html as markup
import re
import secrets
import socket
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from support import mail
from support import realm as realms
from support.browser import App, Browser
from support.browser import encode_part
from support.server import free_port

BASE = "http://127.0.0.1:9"
EXPIRED = "Action expired. Please continue with login now."
NOT_OURS = "An error occurred, please login again through your application."


def user(name, **more):
    return {"username": name, "enabled": True, "email": f"{name}@example.org", "firstName": "A",
            "lastName": "B", "credentials": [{"type": "password", "value": "old"}], **more}


def realm_of(name, **more):
    return {"realm": name, "displayName": "Mail & <Post> Ä", "enabled": True, "sslRequired": "none",
            "eventsEnabled": True, "adminEventsEnabled": True,
            "clients": [{"clientId": "app", "secret": "app-secret", "redirectUris": [BASE + "/cb"],
                         "baseUrl": BASE + "/", "directAccessGrantsEnabled": True},
                        {"clientId": "off", "enabled": False}],
            "users": [user("ada"), user("bob", enabled=False), user("eve", email=None),
                      user("boss", clientRoles={"realm-management": ["realm-admin"]})], **more}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return mail.certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture(scope="module")
def server(shared, files):
    return shared.server(realm_of("first"), flags=["--ca-file", str(files[1])])


@pytest.fixture
def admin(server):
    """A realm of the test's own."""
    name = "mail-" + secrets.token_hex(4)
    server.admin().create_realm(realms.keyed(realm_of(name)))
    return server.admin(name)


@pytest.fixture
def post(admin):
    with mail.running() as post:
        admin.request("PUT", "", 204, json={"smtpServer": post.settings(
            fromDisplayName="Größe, \"SSO\"", replyTo="help@example.org")})
        yield post


def send(admin, actions=("UPDATE_PASSWORD",), expect=204, name="ada", what="execute-actions-email",
         **params):
    body = {"json": list(actions)} if what.startswith("execute") else {}
    return admin.request("PUT", f"/users/{admin.user(name)['id']}/{what}", expect, params=params,
                         **body)


ghost = "nobody"


def refused(answer):
    return answer.json()["errorMessage"]


def app_of(admin):
    return App(admin.server, "app", BASE, "app-secret", realm=admin.realm)


def events(admin, *kinds):
    return [one for kind in kinds for one in admin.events(kind)]


# ---- the message


def test_the_message_and_its_link(admin, post):
    send(admin, ["UPDATE_PASSWORD", "VERIFY_EMAIL"], client_id="app", redirect_uri=BASE + "/cb")
    message, envelope = post.last(), post.envelopes[-1]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("sso@example.org", ["ada@example.org"])
    assert message["from"] == "\"Größe, \\\"SSO\\\"\" <sso@example.org>" \
        or message["from"].addresses[0].display_name == "Größe, \"SSO\""
    assert message["to"] == "ada@example.org" and message["reply-to"] == "help@example.org"
    assert message["subject"] == "Update Your Account"
    assert re.fullmatch(r"<[\w-]{20,}@example\.org>", message["message-id"])
    assert message["date"].datetime.tzinfo and message["mime-version"] == "1.0"
    assert not message.defects
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998
    assert "your Mail & <Post> Ä account" in post.text()
    assert "Update Password, Verify Email" in post.text() and "within 12 hours" in post.text()
    assert "your Mail &amp; &lt;Post&gt; Ä account" in post.html()
    assert f'href="{markup.escape(post.link())}"' in post.html()
    claims = jwt.decode(parse_qs(urlsplit(post.link()).query)["key"][0],
                        options={"verify_signature": False})
    assert claims["typ"] == "execute-actions" and claims["sub"] == admin.user("ada")["id"]
    assert claims["rqac"] == ["UPDATE_PASSWORD", "VERIFY_EMAIL"] and claims["azp"] == "app"
    assert claims["exp"] - claims["iat"] == 43200 and claims["reduri"] == BASE + "/cb"
    assert claims["eml"] == "ada@example.org" and claims["iss"] == claims["aud"]
    ours = admin.get("/admin-events")[0]
    assert ours["operationType"] == "ACTION" and ours["resourceType"] == "USER"
    assert ours["resourcePath"] == f"users/{claims['sub']}/execute-actions-email"


def test_lifespans(admin, post):
    admin.request("PUT", "", 204, json={"actionTokenGeneratedByAdminLifespan": 86400})
    send(admin)
    assert "within 1 day." in post.text()
    send(admin, lifespan="300")
    assert "within 5 minutes." in post.text()
    send(admin, lifespan="x", expect=400)


def test_the_language_of_the_user(admin, post):
    admin.request("PUT", "", 204, json={"internationalizationEnabled": True,
                                        "supportedLocales": ["de", "en"], "defaultLocale": "de"})
    send(admin, what="send-verify-email")
    assert post.last()["subject"] == "E-Mail-Adresse bestätigen"
    assert "noch 12 Stunden" in post.text() and 'lang="de"' in post.html()


def test_what_is_refused(admin, post):
    for params, text in (({"client_id": "ghost"}, "Client doesn't exist"),
                         ({"client_id": "off"}, "Client is not enabled"),
                         ({"redirect_uri": BASE + "/cb"}, "Client id missing"),
                         ({"client_id": "app", "redirect_uri": BASE + "/cb/x"},
                          "Invalid redirect uri."),
                         ({"client_id": "app", "redirect_uri": "http://evil.example/"},
                          "Invalid redirect uri.")):
        for what in ("execute-actions-email", "send-verify-email", "reset-password-email"):
            assert refused(send(admin, expect=400, what=what, **params)) == text
    for what in ("execute-actions-email", "send-verify-email", "reset-password-email"):
        assert refused(send(admin, expect=400, name="bob", what=what)) == "User is disabled"
        assert refused(send(admin, expect=400, name="eve", what=what)) == "User email missing"
        admin.request("PUT", f"/users/{ghost}/{what}", 404, json=[])
    assert refused(send(admin, ["NOPE"], 400)) == "Provided invalid required actions"
    path = f"/users/{admin.user('ada')['id']}/execute-actions-email"
    for body in ("{}", '"x"', "[[]]", "[", "[null", '{"a":1}'):
        admin.request("PUT", path, 400, data=body, headers={"content-type": "application/json"})
    assert post.messages == []


def test_no_mail_server(admin):
    text = refused(send(admin, expect=500))
    assert text.startswith("Failed to send execute actions email: Invalid sender address 'null'.")
    assert refused(send(admin, expect=500, what="send-verify-email")).startswith(
        "Failed to send verify email: ")
    assert refused(send(admin, expect=500, what="reset-password-email")) == text
    for change, reason in (
            ({"host": ""}, "smtpServer.host is empty"), ({"port": "70000"}, "is not a port"),
            ({"port": "x"}, "is not a port"), ({"host": "a b"}, "is not a host"),
            ({"host": "evil@127.0.0.1"}, "is not a host"), ({"host": "h/x"}, "is not a host"),
            ({"auth": "true"}, "smtpServer.user is empty"),
            ({"auth": "true", "authType": "token", "user": "u"}, "'token' is not available")):
        admin.request("PUT", "", 204, json={"smtpServer": {
            "host": "127.0.0.1", "port": "25", "from": "sso@example.org", **change}})
        assert reason in refused(send(admin, expect=500)), change
    for change, reason in (
            ({"from": "a@b.c\r\nBcc: x@y.z"}, "Invalid sender address"),
            ({"from": "<a@b.c>"}, "Invalid sender address"), ({"from": "ä@b.c"}, "Invalid sender"),
            ({"replyTo": "a@b.c, d@e.f"}, "Invalid reply-to address")):
        answer = admin.request("PUT", "", 400, json={"smtpServer": {
            "host": "127.0.0.1", "from": "sso@example.org", **change}})
        assert refused(answer).startswith(reason), change


def test_why_it_fails(admin, files):
    def reason(settings):
        admin.request("PUT", "", 204, json={"smtpServer": settings})
        return refused(send(admin, expect=500)).removeprefix(
            "Failed to send execute actions email: ")

    port = free_port()
    here = {"host": "127.0.0.1", "port": str(port), "from": "sso@example.org"}
    assert reason(here) == f"127.0.0.1:{port} refused the connection"
    assert "does not resolve" in reason({**here, "host": "nowhere.invalid"})
    with mail.running(refuse="550 5.1.1 <b>no such user</b>") as post:
        assert reason(post.settings()) == \
            f'127.0.0.1:{post.port} answered "550 5.1.1 <b>no such user</b>"'
        assert "STARTTLS" in reason(post.settings(starttls="true"))
        assert "did not agree on TLS" in reason(post.settings(ssl="true"))
    with mail.running(files=files, login=("mailer", "s3cret")) as post:
        login = {"auth": "true", "user": "mailer", "password": "s3cret"}
        assert "530" in reason(post.settings())
        assert 'answered "535' in reason(post.settings(starttls="true", **{**login,
                                                                           "password": "wrong"}))
        assert "it is for other names" in reason(post.settings(
            starttls="true", **{**login, "host": "localhost"}))
        admin.request("PUT", "", 204, json={"smtpServer": post.settings(starttls="true", **login)})
        send(admin)
        assert len(post.messages) == 1
    assert "s3cret" not in admin.server.log()
    assert not admin.server.admin(admin.realm).events("EXECUTE_ACTIONS_ERROR")


def test_a_server_that_says_nothing(admin):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        admin.request("PUT", "", 204, json={"smtpServer": {
            "host": "127.0.0.1", "port": str(silent.getsockname()[1]), "from": "a@b.c"}})
        assert "within 10 s" in refused(send(admin, expect=500))


def test_headers_cannot_be_injected(admin, post):
    name = "x\r\nBcc: thief@example.org\r\n\r\nhello \x00 " + "é" * 300
    admin.request("PUT", "", 204, json={"smtpServer": post.settings(
        fromDisplayName=name.replace("\x00", ""))})
    send(admin)
    message = post.last()
    assert message["bcc"] is None and not message.defects
    assert post.envelopes[-1].rcpt_tos == ["ada@example.org"]
    assert message["from"].addresses[0].addr_spec == "sso@example.org"
    assert post.link()


def test_the_test_of_the_connection(admin, post):
    token = app_of(admin)
    answer = requests.post(token.endpoint("token"), timeout=60, data={
        "grant_type": "password", "client_id": "admin-cli", "username": "boss", "password": "old"})
    bearer = {"authorization": "Bearer " + answer.json()["access_token"]}
    url = f"{admin.server.url}/admin/realms/{admin.realm}/testSMTPConnection"

    def test(settings, expect):
        answer = requests.post(url, json=settings, headers=bearer, timeout=60)
        assert answer.status_code == expect, answer.text
        return answer

    test(post.settings(), 204)
    assert post.last()["to"] == "boss@example.org" and "test message" in post.text()
    assert refused(test({}, 500)).startswith("Failed to send email: Invalid sender address")
    test([], 400)
    # The administrator of master has no address.
    assert refused(admin.request("POST", "/testSMTPConnection", 500, json=post.settings())) == \
        "Failed to send email: Logged in user does not have an e-mail."
    with mail.running(login=("mailer", "kept")) as guarded:
        settings = guarded.settings(auth="true", user="mailer", password="kept")
        admin.request("PUT", "", 204, json={"smtpServer": settings})
        test({**settings, "password": "**********"}, 204)
        assert refused(test({**settings, "password": "other"}, 500)).endswith('invalid"')


# ---- the link


def test_a_new_password(admin, post):
    app = app_of(admin)
    before = app.password_grant(password="old").json()
    send(admin, ["UPDATE_PASSWORD", "VERIFY_EMAIL"], client_id="app", redirect_uri=BASE + "/cb")
    link, browser = post.link(), Browser()
    for _ in range(2):  # looking at it does nothing
        page = browser.open(link)
        assert page.status == 200 and "Perform the following action(s)" in page.text
        assert "Update Password" in page.text and "Verify Email" in page.text
    assert admin.user("ada")["emailVerified"] is False
    page = page.submit("kc-proceed")
    assert page.forms[0].id == "kc-passwd-update-form"
    page = page.submit(**{"password-new": "new", "password-confirm": "other"})
    assert "Passwords don't match." in page.text
    page = page.submit(**{"password-new": "new", "password-confirm": "new"})
    assert page.status == 200 and "Your account has been updated." in page.text
    assert page.links == [BASE + "/cb"]
    assert admin.user("ada")["emailVerified"] is True
    assert app.password_grant(password="old").status_code == 400
    assert app.password_grant(password="new").status_code == 200
    assert app.post("token", grant_type="refresh_token",
                    refresh_token=before["refresh_token"]).status_code == 400
    assert [one.door for one in admin.signouts()][-1] == "password-changed"
    assert len(events(admin, "UPDATE_PASSWORD", "UPDATE_CREDENTIAL", "EXECUTE_ACTIONS",
                      "CUSTOM_REQUIRED_ACTION")) == 4
    assert events(admin, "UPDATE_PASSWORD_ERROR")[0]["error"] == "password_confirm_error"
    for used in (browser, Browser()):
        again = used.open(link)
        assert again.status == 400 and EXPIRED in again.text and again.links == [BASE + "/"]
    failure = events(admin, "EXECUTE_ACTIONS_ERROR")[0]
    assert failure["error"] == "expired_code" and failure["clientId"] == "app"


def test_a_form_is_answered_once(admin, post):
    send(admin)
    form = Browser().open(post.link()).submit("kc-proceed")
    new = {"password-new": "new", "password-confirm": "new"}
    assert form.submit(**new).status == 200
    again = form.submit(**{"password-new": "third", "password-confirm": "third"})
    assert again.status == 400 and EXPIRED in again.text
    assert app_of(admin).password_grant(password="new").status_code == 200


def test_a_password_that_the_policy_refuses(admin, post):
    admin.request("PUT", "", 204, json={"passwordPolicy": "length(8)"})
    send(admin, what="reset-password-email")
    page = Browser().open(post.link()).submit("kc-proceed")
    page = page.submit(**{"password-new": "short", "password-confirm": "short"})
    assert "minimum length 8" in page.text and page.forms
    long = {"password-new": "long enough", "password-confirm": "long enough"}
    assert "Your account has been updated." in page.submit(**long).text


def test_actions_that_this_server_lacks(admin, post):
    send(admin, ["VERIFY_EMAIL", "CONFIGURE_TOTP"])
    page = Browser().open(post.link()).submit("kc-proceed")
    assert "Your account has been updated." in page.text
    assert "CONFIGURE_TOTP" in page.ids["actions-left"] or "CONFIGURE_TOTP" in page.text
    assert admin.user("ada")["emailVerified"] is True


def test_a_verified_address(admin, post):
    admin.request("PUT", f"/users/{admin.user('ada')['id']}", 204,
                  json={"requiredActions": ["VERIFY_EMAIL"]})
    send(admin, what="send-verify-email", client_id="app", redirect_uri=BASE + "/cb")
    assert post.last()["subject"] == "Verify email"
    page = Browser().open(post.link())
    assert "Confirm validity of e-mail address ada@example.org." in page.text
    assert admin.user("ada")["emailVerified"] is False
    page = page.submit("kc-proceed")
    assert "Your email address has been verified." in page.text and page.links == [BASE + "/cb"]
    ada = admin.user("ada")
    assert ada["emailVerified"] is True and ada["requiredActions"] == []
    assert events(admin, "VERIFY_EMAIL")[0]["details"]["email"] == "ada@example.org"
    page = Browser().open(post.link())
    assert page.status == 200 and "has been verified already." in page.text
    assert events(admin, "VERIFY_EMAIL_ERROR")[0]["error"] == "email_already_verified"
    admin.request("PUT", f"/users/{ada['id']}", 204, json={"emailVerified": False})
    page = Browser().open(post.link())
    assert page.status == 400 and EXPIRED in page.text


def test_another_address_and_other_users(admin, post):
    ada = f"/users/{admin.user('ada')['id']}"
    send(admin)
    link = post.link()
    send(admin, what="send-verify-email")
    verify = post.link()
    admin.request("PUT", ada, 204, json={"email": "new@example.org"})
    page = Browser().open(link)
    assert page.status == 400 and "Invalid email address." in page.text
    page = Browser().open(verify)
    assert page.status == 400 and "an old stale link" in page.text
    admin.request("PUT", ada, 204, json={"email": "ada@example.org"})
    form = Browser().open(link).submit("kc-proceed")
    admin.request("PUT", ada, 204, json={"enabled": False})
    page = form.submit(**{"password-new": "new", "password-confirm": "new"})
    assert page.status == 400 and "Account is disabled" in page.text
    admin.request("PUT", ada, 204, json={"enabled": True})
    assert app_of(admin).password_grant(password="old").status_code == 200
    admin.request("DELETE", ada, 204)
    assert Browser().open(link).status == 400


def test_a_client_that_changes(admin, post):
    send(admin, client_id="app", redirect_uri=BASE + "/cb")
    path = "/clients/" + admin.get("/clients", clientId="app")[0]["id"]
    admin.request("PUT", path, 204, json={"redirectUris": [BASE + "/other"]})
    page = Browser().open(post.link())
    assert page.status == 400 and "Invalid redirect uri" in page.text
    admin.request("PUT", path, 204, json={"enabled": False})
    assert "Login requester not enabled" in Browser().open(post.link()).text
    admin.request("DELETE", path, 204)
    assert "Unknown login requester" in Browser().open(post.link()).text


def test_tokens_that_are_none(admin, post, server):
    send(admin)
    good = post.link()
    base, _, key = good.partition("?key=")
    head, body, signature = key.split(".")
    claims = jwt.decode(key, options={"verify_signature": False})
    unsigned = encode_part({"alg": "none"})
    bearer = app_of(admin).password_grant(password="old").json()
    kinds = {"": "Invalid Request", "abc": NOT_OURS, key[:-4] + "AAAA": NOT_OURS,
             f"{unsigned}.{body}.": NOT_OURS, f"{unsigned}.{body}.{signature}": NOT_OURS,
             f"{head}.{encode_part({**claims, 'sub': 'x'})}.{signature}": NOT_OURS,
             jwt.encode(claims, "x" * 64, "HS512"): NOT_OURS,
             bearer["access_token"]: NOT_OURS, bearer["refresh_token"]: NOT_OURS}
    for bad, text in kinds.items():
        page = Browser().open(base + "?key=" + bad)
        assert page.status == 400 and text in page.text, bad
    page = Browser().open(base)
    assert page.status == 400 and "Invalid Request" in page.text
    foreign = Browser().open(good.replace(f"/realms/{admin.realm}/", "/realms/first/"))
    assert foreign.status == 400 and NOT_OURS in foreign.text
    send(admin, lifespan="0")
    page = Browser().open(post.link())
    assert page.status == 400 and "Action expired." in page.text
    found = {one["error"] for one in events(admin, "EXECUTE_ACTION_TOKEN_ERROR")}
    assert found == {"not_allowed", "invalid_code", "expired_code"}
    cross = requests.post(base, data={"ticket": key}, timeout=60, headers={
        "origin": "http://evil.example", "sec-fetch-site": "cross-site"})
    assert cross.status_code == 403
    assert "Perform the following" in Browser().open(good).text
