"""Each kind of token at each place that takes tokens: only the kinds that it is for are taken
(RFC 8725 section 3.12; B3.8)."""

import pytest
import requests

from conftest import World
from support.browser import Browser

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
    token = getattr(kinds, kind.replace("-", "_"))()
    presenter = Presenter(kinds.app)
    taken = getattr(presenter, consumer.replace("-", "_"))(token)
    assert taken == (kind in CONSUMERS[consumer]), f"{kind} at {consumer}"
