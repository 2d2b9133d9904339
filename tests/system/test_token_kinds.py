"""Each kind of token at each place that takes tokens: only the kinds that it is for are taken
(RFC 8725 section 3.12; B3.8)."""

import hmac

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conftest import World
from support.browser import Browser, decode_part, encode_part

# What may be presented where. Everything else is refused.
CONSUMERS = {
    "userinfo": {"access", "lightweight"},
    "introspection": {"access", "service", "lightweight"},
    "refresh": {"refresh", "offline"},
    "exchange-of-codes": {"code"},
    "revocation": {"access", "service", "lightweight", "refresh", "offline"},
    "logout-by-refresh-token": {"refresh", "offline"},
    "hint-at-logout": {"id"},
    "account": {"access"},
    "admin": {"access", "service", "lightweight"},
    "token-exchange": {"access", "lightweight"},
}
KINDS = ("access", "service", "lightweight", "refresh", "offline", "id", "logout", "userinfo-jwt",
         "code", "cookie", "garbage")


class Presenter:
    """Presents a text somewhere; true when it was taken for what is asked for there."""

    def __init__(self, app):
        self.app = app

    def get(self, url, token):
        return requests.get(url, timeout=60, allow_redirects=False, headers={
            "authorization": "Bearer " + token, "accept": "application/json"}).status_code

    def userinfo(self, token):
        return self.get(self.app.endpoint("userinfo"), token) == 200

    def introspection(self, token):
        return self.app.introspect(token)["active"]

    def refresh(self, token):
        return self.app.post("token", grant_type="refresh_token",
                             refresh_token=token).status_code == 200

    def token_exchange(self, token):
        return self.app.post(
            "token", grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=token, subject_token_type="urn:ietf:params:oauth:token-type:access_token"
        ).status_code == 200

    def exchange_of_codes(self, token):
        return self.app.redeem(token).status_code == 200

    def revocation(self, token):
        answer = self.app.post("revoke", token=token)
        return answer.status_code == 200 and not answer.content

    def logout_by_refresh_token(self, token):
        return self.app.post("logout", refresh_token=token).status_code == 204

    def hint_at_logout(self, token):
        answer = requests.get(self.app.endpoint("logout"), timeout=60, allow_redirects=False,
                              params={"id_token_hint": token})
        return answer.status_code != 400

    def account(self, token):
        return self.get(self.app.server.realm_url() + "/account", token) == 200

    def admin(self, token):
        """Whoever the bearer is may do nothing there: 403. What is no such token: 401."""
        return self.get(self.app.server.url + "/admin/realms/customers/users", token) == 403


class Kinds:
    """Makes a fresh token of each kind, all of one client but where the kind needs another."""

    def __init__(self, world):
        self.world, self.app = world, world.shop

    def access(self):
        return self.app.sign_in().access

    def refresh(self):
        return self.app.sign_in().refresh

    def offline(self):
        return self.app.sign_in(scope="openid offline_access").refresh

    def id(self):
        return self.app.sign_in().id

    def code(self):
        return self.app.code(Browser())

    def garbage(self):
        return "e30.e30.e30"

    def cookie(self):
        browser = Browser()
        self.app.sign_in(browser)
        return max((cookie.value for cookie in browser.cookies), key=len)

    def logout(self):
        """The notice that the client got of a session's end."""
        sid = self.app.sign_in().sid
        self.world.admin.request("DELETE", "/sessions/" + sid, 204)
        self.world.told("django-shop", sid)
        posts = self.world.sinks["django-shop"].posts("/oidc/backchannel-logout/")
        return posts[-1].form()["logout_token"]

    def with_attributes(self, make, **attributes):
        """Something made while the client has these attributes."""
        client = self.world.admin.get("/clients", clientId="django-shop")[0]
        path = "/clients/" + client["id"]
        changed = {**client, "attributes": {**client["attributes"], **attributes}}
        self.world.admin.request("PUT", path, 204, json=changed)
        try:
            return make()
        finally:
            empty = {name: "" for name in attributes}
            self.world.admin.request("PUT", path, 204, json={
                **client, "attributes": {**client["attributes"], **empty}})

    def lightweight(self):
        return self.with_attributes(
            self.access, **{"client.use.lightweight.access.token.enabled": "true"})

    def userinfo_jwt(self):
        def make():
            answer = self.app.userinfo(self.app.sign_in())
            assert answer.headers["content-type"].startswith("application/jwt")
            return answer.text
        return self.with_attributes(make, **{"user.info.response.signature.alg": "RS256"})

    def service(self):
        answer = self.app.post("token", grant_type="client_credentials")
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]


def with_service_account(realm):
    shop = next(one for one in realm["clients"] if one["clientId"] == "django-shop")
    shop["serviceAccountsEnabled"] = True
    shop["attributes"]["standard.token.exchange.enabled"] = "true"
    realm["users"].append({"username": "service-account-django-shop", "enabled": True,
                           "serviceAccountClientId": "django-shop"})


@pytest.fixture(scope="module")
def kinds(shared):
    return Kinds(World(shared, with_service_account))


@pytest.mark.parametrize("consumer", CONSUMERS)
@pytest.mark.parametrize("kind", KINDS)
def test_only_the_diagonal_passes(kinds, kind, consumer):
    """B3.8, CVE-2023-0657."""
    token = getattr(kinds, kind.replace("-", "_"))()
    presenter = Presenter(kinds.app)
    taken = getattr(presenter, consumer.replace("-", "_"))(token)
    assert taken == (kind in CONSUMERS[consumer]), f"{kind} at {consumer}"


# ---- forged ones

def forgeries(token, public_key, trap):
    """{what: token} of a token's claims under headers and signatures of the attacker's."""
    head, body, signature = token.split(".")
    true = decode_part(head)
    kid = true.get("kid", "")
    made = {"no signature": f"{head}.{body}.", "two parts": f"{head}.{body}",
            "five parts": f"{head}.{body}.{signature}.e30.e30", "padding": token + "==",
            "a blank": token[:-1] + " " + token[-1], "half": f"{head}.{body}.{signature[:20]}",
            "reversed": f"{head}.{body}.{signature[::-1]}"}
    for name in ("none", "None", "nOnE", "HS256", "RS256", "PS256", "ES256", "EdDSA", "dir", ""):
        if name == true["alg"]:
            continue
        for tag in ("", signature):
            made[f"{name} {len(tag)}"] = f"{encode_part({**true, 'alg': name})}.{body}.{tag}"
    for secret in (public_key, b"", b"k" * 64):
        for name in ("HS256", "HS512"):
            text = encode_part({"alg": name, "typ": "JWT", "kid": kid}) + "." + body
            mac = hmac.digest(secret, text.encode(), "sha" + name[2:])
            made[f"{name} by {len(secret)} bytes"] = f"{text}.{encode_part(mac)}"
    own = ec.generate_private_key(ec.SECP256R1())
    claims = decode_part(body)
    for what, header in (("path", {"kid": "../../../../dev/null"}), ("SQL", {"kid": "' or 1=1 --"}),
                         ("NUL", {"kid": kid + "\0"}), ("long", {"kid": "k" * 10_000}),
                         ("jku", {"kid": kid, "jku": trap}), ("x5u", {"kid": kid, "x5u": trap}),
                         ("jwk", {"kid": kid, "jwk": jwt.algorithms.ECAlgorithm.to_jwk(
                             own.public_key(), as_dict=True)}),
                         ("crit", {"kid": kid, "crit": ["x"], "x": 1})):
        made[what] = jwt.encode(claims, own, "ES256", headers=header)
    return made


GENUINE = {"userinfo": "access", "introspection": "access", "account": "access",
           "token-exchange": "access", "admin": "access", "revocation": "access",
           "refresh": "refresh", "logout-by-refresh-token": "refresh", "hint-at-logout": "id"}


@pytest.mark.parametrize("consumer", GENUINE)
def test_forged_tokens_are_taken_nowhere(kinds, consumer):
    """B3.1, B3.2, B3.6, B3.10: algorithms, keys and forms of the attacker's choice; where a header
    points is never asked."""
    trap = kinds.world.sinks["batch"]
    tokens = kinds.app.sign_in()
    keys = requests.get(kinds.app.endpoint("certs"), timeout=60).json()["keys"]
    rsa = next(key for key in keys if key["alg"] == "RS256")
    public_key = jwt.algorithms.RSAAlgorithm.from_jwk(rsa).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    take = getattr(Presenter(kinds.app), consumer.replace("-", "_"))
    for what, token in forgeries(getattr(tokens, GENUINE[consumer]), public_key,
                                 trap.url + "/trap").items():
        assert not take(token), f"{what} at {consumer}"
    assert kinds.app.is_alive(tokens), "nothing has ended"
    assert not [one for one in trap.requests if "/trap" in one.path]
    assert take(getattr(tokens, GENUINE[consumer])), "the genuine one is taken"
