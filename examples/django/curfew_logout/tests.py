"""The app against a small provider: real HTTP, real keys, the package's own code."""

import base64
import contextlib
import hmac
import http.server
import json
import threading
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client, TestCase, override_settings

from curfew_logout.models import BoundSession, LogoutToken
from curfew_logout.tokens import EVENT, KEYS_ASKED

PATH = "/oidc/backchannel-logout/"
CLIENT_ID = "django-shop"
ISSUER = "http://op.example/realms/customers"
FORM = "application/x-www-form-urlencoded"


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key, kid):
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**jwk, "kid": kid, "use": "sig", "alg": "RS256"}


class Provider:
    """An OpenID provider that signs in whomever the test says."""

    def __init__(self):
        self.key, self.kid = new_key(), "first"
        self.keys = [public_jwk(self.key, self.kid)]
        self.id_token = None
        self.asked_for_keys = 0
        self.broken = False
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/certs":
                    provider.asked_for_keys += 1
                    self.answer({"keys": provider.keys})
                else:
                    self.answer({"sub": "ada", "email": "ada@example.org"})

            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.answer({"access_token": "opaque", "token_type": "Bearer",
                             "id_token": provider.id_token})

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(500 if provider.broken else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def sign(self, claims, key=None, **header):
        kid = header.pop("kid", self.kid)
        # Not jwt.encode(), which refuses claims that are wrong.
        return jwt.PyJWS().encode(json.dumps(claims).encode(), key or self.key, "RS256",
                                  headers={"kid": kid, **header})

    def logout_claims(self, **changes):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "iat": now, "exp": now + 120,
                  "jti": str(uuid.uuid4()), "sub": "ada", "sid": "session-1", "typ": "Logout",
                  "events": {EVENT: {}}}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not ...}

    def logout_token(self, key=None, header=(), **changes):
        return self.sign(self.logout_claims(**changes), key,
                         **{"typ": "logout+jwt", **dict(header)})


class ProviderTestCase(TestCase):
    def setUp(self):
        cache.clear()
        self.provider = Provider()
        self.addCleanup(self.provider.stop)
        stack = contextlib.ExitStack()
        stack.enter_context(override_settings(
            OIDC_OP_ISSUER=ISSUER, OIDC_RP_CLIENT_ID=CLIENT_ID,
            OIDC_OP_TOKEN_ENDPOINT=self.provider.url + "/token",
            OIDC_OP_USER_ENDPOINT=self.provider.url + "/userinfo",
            OIDC_OP_JWKS_ENDPOINT=self.provider.url + "/certs"))
        self.addCleanup(stack.close)

    def sign_in(self, client=None, sid="session-1", sub="ada", **changes):
        """A browser that came back from the provider: (client, answer of the callback)."""
        client = client or Client()
        asked = client.get("/oidc/authenticate/")
        query = parse_qs(urlsplit(asked["location"]).query)
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "sub": sub, "sid": sid, "iat": now,
                  "exp": now + 300, "nonce": query["nonce"][0], **changes}
        self.provider.id_token = self.provider.sign(claims)
        return client, client.get("/oidc/callback/", {"code": "c", "state": query["state"][0]})

    def is_signed_in(self, client):
        return client.get("/private/").status_code == 200

    def send(self, token, client=None):
        return (client or Client(enforce_csrf_checks=True)).post(PATH, {"logout_token": token})


class SignInAndOut(ProviderTestCase):
    def test_a_logout_token_ends_the_session_that_it_names_and_no_other(self):
        ada, _ = self.sign_in(sid="session-1")
        elsewhere, _ = self.sign_in(sid="session-2")
        self.assertTrue(self.is_signed_in(ada))
        answer = self.send(self.provider.logout_token(sid="session-1"))
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertIn("no-store", answer["cache-control"])
        self.assertFalse(self.is_signed_in(ada))
        self.assertTrue(self.is_signed_in(elsewhere))

    def test_without_a_sid_all_sessions_of_the_user_end(self):
        one, _ = self.sign_in(sid="session-1")
        two, _ = self.sign_in(sid="session-2")
        bob, _ = self.sign_in(sid="session-3", sub="bob")
        self.assertEqual(self.send(self.provider.logout_token(sid=...)).status_code, 200)
        self.assertEqual([self.is_signed_in(c) for c in (one, two, bob)], [False, False, True])

    def test_a_sid_of_another_user_ends_nothing(self):
        ada, _ = self.sign_in()
        self.assertEqual(self.send(self.provider.logout_token(sub="bob")).status_code, 200)
        self.assertTrue(self.is_signed_in(ada))

    def test_a_session_that_is_not_there_is_success(self):
        self.assertEqual(self.send(self.provider.logout_token()).status_code, 200)

    def test_a_sign_in_that_the_logout_overtook_does_not_get_in(self):
        self.send(self.provider.logout_token(sid="session-1"))
        late, answer = self.sign_in(sid="session-1")
        self.assertEqual(answer["location"], "/?failed=1")
        self.assertFalse(self.is_signed_in(late))
        self.assertEqual(BoundSession.objects.count(), 0)

    def test_a_logout_of_the_user_overtakes_too_but_not_later_sign_ins(self):
        now = int(time.time())
        self.send(self.provider.logout_token(sid=..., iat=now - 30))
        late, _ = self.sign_in(sid="session-1", iat=now - 40)
        self.assertFalse(self.is_signed_in(late))
        later, _ = self.sign_in(sid="session-2", iat=now - 20)
        self.assertTrue(self.is_signed_in(later))

    def test_signing_in_again_binds_the_same_browser_to_the_new_session(self):
        client, _ = self.sign_in(sid="session-1")
        self.sign_in(client, sid="session-2")
        self.send(self.provider.logout_token(sid="session-1"))
        self.assertTrue(self.is_signed_in(client))
        self.send(self.provider.logout_token(sid="session-2"))
        self.assertFalse(self.is_signed_in(client))

    def test_bindings_go_with_their_sessions(self):
        client, _ = self.sign_in()
        self.assertEqual(BoundSession.objects.count(), 1)
        client.post("/sign-out/")
        self.assertEqual((BoundSession.objects.count(), Session.objects.count()), (0, 0))

    def test_an_id_token_for_another_site_or_from_elsewhere_signs_nobody_in(self):
        for changes in ({"aud": "django-blog"}, {"aud": ["x", "y"]}, {"iss": ISSUER + "2"}):
            client, answer = self.sign_in(**changes)
            self.assertEqual(answer["location"], "/?failed=1")
            self.assertFalse(self.is_signed_in(client))
        self.assertEqual(get_user_model().objects.count(), 0)


class SignOutAtTheServer(ProviderTestCase):
    def test_the_own_view_signs_out_here_and_then_at_the_server(self):
        client, _ = self.sign_in()
        answer = client.post("/sign-out/")
        self.assertEqual(
            answer["location"],
            "http://127.0.0.1:8080/auth/realms/customers/protocol/openid-connect/logout"
            "?redirect_uri=http%3A%2F%2Ftestserver%2F")
        self.assertFalse(self.is_signed_in(client))

    def test_the_own_view_wants_a_post_from_its_own_page(self):
        self.assertEqual(Client().get("/sign-out/").status_code, 405)
        self.assertEqual(Client(enforce_csrf_checks=True).post("/sign-out/").status_code, 403)

    def test_the_packages_view_sends_the_id_token_along(self):
        client, _ = self.sign_in()
        id_token = client.session["oidc_id_token"]
        url = urlsplit(client.post("/oidc/logout/")["location"])
        self.assertEqual(url.path, "/realms/customers/protocol/openid-connect/logout")
        self.assertEqual(parse_qs(url.query), {
            "client_id": [CLIENT_ID], "id_token_hint": [id_token],
            "post_logout_redirect_uri": ["http://testserver/"]})
        self.assertFalse(self.is_signed_in(client))

    def test_without_a_stored_id_token_it_still_names_the_client(self):
        with override_settings(OIDC_STORE_ID_TOKEN=False):
            client, _ = self.sign_in()
        query = parse_qs(urlsplit(client.post("/oidc/logout/")["location"]).query)
        self.assertEqual(set(query), {"client_id", "post_logout_redirect_uri"})


class Refusals(ProviderTestCase):
    def refused(self, token):
        """Sends the token to a site where somebody is signed in; nothing may end."""
        ada, _ = self.sign_in()
        answer = self.send(token)
        self.assertEqual(answer.status_code, 400, answer.content)
        self.assertEqual(answer.json()["error"], "invalid_request")
        self.assertIn("no-store", answer["cache-control"])
        self.assertTrue(self.is_signed_in(ada))
        self.assertEqual(LogoutToken.objects.count(), 0)
        ada.post("/sign-out/")
        return answer.json()["error_description"]

    def test_claims_that_are_wrong_or_missing(self):
        now = int(time.time())
        for changes in (
                {"iss": "http://op.example/realms/other"}, {"iss": ...}, {"iss": [ISSUER]},
                {"aud": "django-blog"}, {"aud": ...}, {"aud": {}}, {"aud": [1]},
                {"iat": ...}, {"iat": now + 600}, {"iat": "yesterday"}, {"iat": None},
                {"exp": ...}, {"exp": now - 600}, {"exp": "soon"}, {"exp": []},
                {"jti": ...}, {"jti": ""}, {"jti": 7}, {"jti": "j" * 300},
                {"events": ...}, {"events": {}}, {"events": []}, {"events": EVENT},
                {"events": {EVENT: True}}, {"events": {EVENT + "2": {}}},
                {"nonce": "n"}, {"nonce": None},
                {"sid": ..., "sub": ...}, {"sid": "", "sub": ...}, {"sid": 7}, {"sub": 7},
                {"sid": "s" * 300}, {"sub": ""}):
            with self.subTest(changes=changes):
                self.refused(self.provider.logout_token(**changes))

    def test_an_audience_in_a_list_is_fine(self):
        token = self.provider.logout_token(aud=["other", CLIENT_ID])
        self.assertEqual(self.send(token).status_code, 200)

    def test_types_of_other_tokens(self):
        for kind in ("JWT", "at+jwt", "", "logout", None):
            with self.subTest(kind=kind):
                self.refused(self.provider.logout_token(header={"typ": kind}))

    def test_an_id_token_is_no_logout_token(self):
        self.sign_in()
        self.refused(self.provider.id_token)

    def test_signatures(self):
        good = self.provider.logout_token()
        head, body, signature = good.split(".")
        other = self.provider.logout_token(sid="session-9").split(".")[1]
        for token in (f"{head}.{body}.", f"{head}.{body}.{signature[:-8]}", f"{head}.{body}",
                      f"{head}.{other}.{signature}", f"{head}.{body}.{'A' * len(signature)}",
                      self.provider.logout_token(key=new_key())):
            with self.subTest(token=token[-20:]):
                self.refused(token)
        # The token itself was good all along.
        self.assertEqual(self.send(good).status_code, 200)

    def test_algorithms_are_not_the_tokens_choice(self):
        claims = self.provider.logout_claims()
        header = {"typ": "logout+jwt", "kid": "first"}
        for algorithm, key in (("none", None), ("RS384", self.provider.key),
                               ("PS256", self.provider.key)):
            with self.subTest(algorithm=algorithm):
                token = jwt.encode(claims, key, algorithm=algorithm, headers=header)
                self.assertIn("algorithm", self.refused(token))
        public = self.provider.key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for secret in (public, b"django-shop-secret", b""):
            with self.subTest(secret=secret):
                signed = ".".join(
                    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
                    for part in ({**header, "alg": "HS256"}, claims))
                tag = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256"))
                self.assertIn("algorithm", self.refused(f"{signed}.{tag.decode().rstrip('=')}"))

    def test_headers_that_lead_elsewhere(self):
        own = new_key()
        for header in ({"jwk": public_jwk(own, "first")}, {"jku": "http://evil.example/"},
                       {"crit": ["x"], "x": 1}, {"kid": "../../etc/passwd"}):
            with self.subTest(header=list(header)):
                self.refused(self.provider.logout_token(key=own, header=header))

    def test_garbage(self):
        for token in ("", ".", "..", "a.b.c", "\0", "é" * 10, "e" * 20_000, "{}", "null"):
            with self.subTest(token=token[:10]):
                self.refused(token)

    def test_a_token_works_once(self):
        token = self.provider.logout_token()
        self.assertEqual(self.send(token).status_code, 200)
        again = self.send(token)
        self.assertEqual(again.status_code, 400)
        self.assertIn("used before", again.json()["error_description"])

    def test_one_token_in_the_body_of_a_post(self):
        token = self.provider.logout_token()
        self.assertEqual(Client().get(PATH, {"logout_token": token}).status_code, 405)
        client = Client()
        for body in ("", "logout_token=", f"token={token}",
                     f"logout_token={token}&logout_token={token}"):
            with self.subTest(body=body[:20]):
                answer = client.post(PATH, body, content_type=FORM)
                self.assertEqual(answer.status_code, 400)
        self.assertEqual(client.post(f"{PATH}?logout_token={token}").status_code, 400)
        answer = client.post(PATH, f"logout_token={token}", content_type=FORM)
        self.assertEqual(answer.status_code, 200)


class Keys(ProviderTestCase):
    def test_keys_are_kept(self):
        for _ in range(3):
            self.assertEqual(self.send(self.provider.logout_token()).status_code, 200)
        self.assertEqual(self.provider.asked_for_keys, 1)

    def test_a_new_key_is_found(self):
        self.send(self.provider.logout_token())
        self.provider.key, self.provider.kid = new_key(), "second"
        self.provider.keys.append(public_jwk(self.provider.key, "second"))
        cache.delete(KEYS_ASKED)  # as after the pause
        self.assertEqual(self.send(self.provider.logout_token()).status_code, 200)

    def test_made_up_keys_do_not_make_us_ask_again_and_again(self):
        for number in range(20):
            token = self.provider.logout_token(header={"kid": f"made-up-{number}"})
            self.assertEqual(self.send(token).status_code, 400)
        self.assertEqual(self.provider.asked_for_keys, 1)

    def test_a_server_that_is_down_is_not_the_tokens_fault(self):
        token = self.provider.logout_token()
        self.provider.broken = True
        self.assertEqual(self.send(token).status_code, 503)
        self.provider.broken = False
        self.assertEqual(self.send(token).status_code, 200)

    def test_a_key_for_encryption_verifies_nothing(self):
        self.provider.keys[0]["use"] = "enc"
        self.assertEqual(self.send(self.provider.logout_token()).status_code, 400)


class Memory(ProviderTestCase):
    def test_old_tokens_are_forgotten(self):
        now = int(time.time())
        LogoutToken.objects.create(jti_hash="old", sid="s", issued_at=now - 5000,
                                   expires_at=now - 4000)
        LogoutToken.objects.create(jti_hash="recent", sid="s", issued_at=now - 200,
                                   expires_at=now - 80)
        self.send(self.provider.logout_token())
        self.assertEqual(LogoutToken.objects.filter(sid="s").get().jti_hash, "recent")


class Checks(TestCase):
    def test_settings_that_would_lose_sign_outs_are_found(self):
        for change, number in (
                ({"OIDC_OP_ISSUER": ""}, "E001"),
                ({"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}, "E002"),
                ({"AUTHENTICATION_BACKENDS":
                    ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]}, "E003"),
                ({"OIDC_CALLBACK_CLASS":
                    "mozilla_django_oidc.views.OIDCAuthenticationCallbackView"}, "E004")):
            with self.subTest(number=number), override_settings(**change), \
                    self.assertRaisesRegex(SystemCheckError, number):
                call_command("check")
        call_command("check")
