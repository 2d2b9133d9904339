"""SAML service providers that are told of a sign-out by this server itself: by SOAP and by a form
that it posts, what their answers mean, what becomes of those that fail."""

import datetime

import pytest

from support import realm as realms
from support import wait_for
from support.browser import Browser
from support.provider import UNSPECIFIED, Provider, add_provider
from support.saml import ServiceProvider
from support.sink import private_ca

SOAP_URL = "saml_single_logout_service_url_soap"
POST_URL = "saml_single_logout_service_url_post"
REDIRECT_URL = "saml_single_logout_service_url_redirect"


class World:
    """A server with SAML clients, given as {clientId: attributes}, all in one session of ada's."""

    def __init__(self, make, clients, flags=(), attributes=None, **changes):
        realm = realms.customers({})
        realm["attributes"].update(attributes or {})
        for name, given in clients.items():
            add_provider(realm, name, **{"attributes": given, **changes.get(name, {})})
        self.names = list(clients)
        self.server = make.server(realm, flags=flags)
        self.admin = self.server.admin()
        self.sign_in()

    def sign_in(self):
        browser = Browser()
        self.responses = {name: ServiceProvider(self.server, name, "http://127.0.0.1:9").sign_in(browser)
                          for name in self.names}
        self.sid = self.responses[self.names[0]].session_index.split("::")[0]

    def sign_out(self):
        self.admin.request("DELETE", f"/sessions/{self.sid}", 204)

    def deliveries(self):
        return self.admin.receipt(self.sid).deliveries

    def wait(self, name, state, seconds=60):
        def look():
            one = self.deliveries()[name]
            return one if one.state == state else None
        return wait_for(look, f"{name} is {state}", seconds)

    def client_id(self, name):
        return self.admin.get("/clients", clientId=name)[0]["id"]


@pytest.fixture
def provider(make):
    def add(name, **more):
        made = Provider(entity_id=name, **more)
        make.made.append(made)
        return made
    return add


def test_providers_are_told(make, provider):
    soap, form, plain = provider("https://soap.example.org/sp"), provider("form"), provider("plain")
    world = World(make, {
        soap.entity_id: {SOAP_URL: soap.url + "/soap", POST_URL: "http://127.0.0.1:9/never"},
        "form": {POST_URL: form.url + "/slo?x=1", "saml.signature.algorithm": "RSA_SHA512"},
        "plain": {}}, plain={"adminUrl": plain.url + "/saml", "signed": False})
    world.sign_out()
    for name in world.names:
        told = world.wait(name, "delivered")
        assert told.attempts == 1 and told.http_status == 200 and told.reason == "", name
    assert {name: one.channel for name, one in world.deliveries().items()} == {
        soap.entity_id: "saml-soap", "form": "saml-post", "plain": "saml-post"}
    assert world.admin.receipt(world.sid).json["everybodyTold"]

    one, = soap.requests_got()
    assert one.headers["soapaction"] == "http://www.oasis-open.org/committees/security"
    assert one.headers["content-type"] == "text/xml; charset=utf-8"
    assert one.destination == soap.url + "/soap" and one.issuer == world.server.realm_url()
    assert one.name_id.text == "ada" and one.name_id.get("Format") == UNSPECIFIED
    assert one.session_indexes == [f"{world.sid}::{world.client_id(soap.entity_id)}"]
    assert one.algorithm.endswith("#rsa-sha256") and one.is_signed_by(world.server)
    one, = form.requests_got()
    assert set(one.form) == {"SAMLRequest", "BACK_CHANNEL_LOGOUT"}
    assert one.destination == form.url + "/slo?x=1"
    assert one.algorithm.endswith("#rsa-sha512") and one.is_signed_by(world.server)
    one, = plain.requests_got()
    assert one.algorithm is None and not one.is_signed_by(world.server)
    assert one.destination == plain.url + "/saml"


@pytest.mark.parametrize("says, remark", [
    ("partial", "PartialLogout: the provider could not tell everybody behind it"),
    ("nothing", "received, without a LogoutResponse"), ("page", ""), ("location", ""),
    ("stranger", "received, without a LogoutResponse")])
def test_answers_that_are_a_yes(make, provider, says, remark):
    sp = provider("sp")
    sp.says = says
    world = World(make, {"sp": {POST_URL: sp.url + "/slo"}})
    world.sign_out()
    told = world.wait("sp", "delivered")
    assert told.reason == remark and told.attempts == 1
    assert told.http_status == (303 if says == "location" else 200)


def test_a_provider_that_says_no(make, provider):
    sp = provider("sp")
    sp.says = "responder"
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"}})
    world.sign_out()
    one = world.wait("sp", "waiting")
    assert one.reason == ("refusal 1 of 3: the provider answered Responder, UnknownPrincipal: "
                          "nobody of that name here")
    assert one.http_status == 200
    sp.says = "success"
    world.admin.request("POST", f"/signouts/{world.admin.receipt(world.sid).id}/retry", 200)
    world.wait("sp", "delivered")
    first, second = sp.requests_got()
    assert first.id != second.id and first.session_indexes == second.session_indexes


def test_a_fault_is_a_no(make, provider):
    sp = provider("sp")
    sp.says = "fault"
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"}})
    world.sign_out()
    one = world.wait("sp", "waiting")
    assert one.reason == "refusal 1 of 3: the provider answered with a SOAP Fault"


def test_what_cannot_be_signed_is_given_up_in_time(make, provider):
    sp = provider("sp")
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"}}, attributes={"curfew.signout.give_up_s": "3"})
    world.admin.request("PUT", "/clients/" + world.client_id("sp"), 204, json={
        "attributes": {"saml.signature.algorithm": "RSA_MD5"}})
    world.sign_out()
    assert "RSA_MD5 is not known" in world.wait("sp", "waiting").reason
    assert "RSA_MD5 is not known" in world.wait("sp", "gave-up").reason
    event, = world.admin.events("LOGOUT_ERROR")
    assert event["clientId"] == "sp" and not sp.requests


def test_a_redirect_that_is_no_answer(make, provider):
    sp = provider("sp")
    sp.says = "elsewhere"
    world = World(make, {"sp": {POST_URL: sp.url + "/slo"}})
    world.sign_out()
    one = world.wait("sp", "waiting")
    assert one.http_status == 303 and "not followed" in one.reason


def test_each_attempt_is_a_new_request(make, provider):
    sp = provider("sp")
    sp.set("ok", [503, 500])
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"}})
    world.sign_out()
    assert world.wait("sp", "delivered").attempts == 3
    got = sp.requests_got()
    assert len({one.id for one in got}) == 3 and len({one.xml for one in got}) == 3
    assert all(one.is_signed_by(world.server) for one in got)


@pytest.mark.parametrize("mended_by", ["client", "realm", "file"])
def test_an_untrusted_issuer(make, provider, tmp_path, mended_by):
    """The others are out, and it is told as soon as its authority is trusted."""
    authority, context = private_ca(tmp_path / "ca")
    broken, good = provider("broken", tls=context), provider("good")
    world = World(make, {"broken": {SOAP_URL: broken.url + "/soap"},
                         "good": {SOAP_URL: good.url + "/soap"}})
    world.sign_out()
    world.wait("good", "delivered")
    one = world.wait("broken", "waiting")
    for words in ("issuer 'CN=Private Authority of the Tests' not trusted", "--ca-file",
                  "curfew.outgoing.ca"):
        assert words in one.reason, one.reason
    event, = world.admin.events("LOGOUT_ERROR")
    assert event["clientId"] == "broken" and event["sessionId"] == world.sid
    assert "issuer 'CN=Private Authority of the Tests' not trusted" in event["details"]["reason"]

    if mended_by == "client":
        path = "/clients/" + world.client_id("broken")
        row = world.admin.get(path)
        row["attributes"]["curfew.outgoing.ca"] = authority.read_text()
        world.admin.request("PUT", path, 204, json=row)
    elif mended_by == "realm":
        row = world.admin.get()
        row["attributes"]["curfew.outgoing.ca"] = authority.read_text()
        world.admin.request("PUT", "", 204, json=row)
    else:
        world.server.stop()
        world.server.flags += ["--ca-file", authority]
        world.server.start()
    world.wait("broken", "delivered")
    assert broken.requests_got()[-1].is_signed_by(world.server)


def test_a_client_that_is_edited_or_deleted_meanwhile(make, provider):
    moved, gone, new = provider("moved"), provider("gone"), provider("moved")
    moved.set("ok", [503] * 100)
    gone.set("ok", [503] * 100)
    world = World(make, {"moved": {SOAP_URL: moved.url + "/soap"},
                         "gone": {SOAP_URL: gone.url + "/soap"}})
    index = f"{world.sid}::{world.client_id('gone')}"
    world.sign_out()
    world.wait("moved", "waiting")
    world.wait("gone", "waiting")
    path = "/clients/" + world.client_id("moved")
    row = world.admin.get(path)
    row["attributes"][SOAP_URL] = new.url + "/elsewhere"
    world.admin.request("PUT", path, 204, json=row)
    world.admin.request("DELETE", "/clients/" + world.client_id("gone"), 204)
    world.wait("moved", "delivered")
    assert new.requests_got()[0].destination == new.url + "/elsewhere"
    gone.set()
    world.admin.request("POST", f"/signouts/{world.admin.receipt(world.sid).id}/retry", 200)
    world.wait("gone", "delivered")
    last = gone.requests_got()[-1]
    assert last.session_indexes == [index] and last.is_signed_by(world.server)


def test_what_waits_for_the_browser(make):
    """No server-to-server URL: the debt is the browser's, until the provider's session is over."""
    world = World(make, {"later": {REDIRECT_URL: "http://127.0.0.1:9/slo"},
                         "over": {REDIRECT_URL: "http://127.0.0.1:9/slo",
                                  "client.session.max.lifespan": "6"}, "deaf": {}})
    statement = world.responses["later"].find(".//saml:AuthnStatement")
    until = datetime.datetime.fromisoformat(statement.get("SessionNotOnOrAfter")).timestamp()
    world.sign_out()
    found = world.deliveries()
    assert found["later"].state == "waiting-for-browser" and found["later"].channel == "saml-browser"
    assert found["later"].json["until"] == until * 1000
    assert found["deaf"].state == "not-possible" and "no single logout URL" in found["deaf"].reason
    over = world.wait("over", "gave-up")
    assert over.reason == ("the browser did not come back before the provider's own session ended")
    event, = world.admin.events("LOGOUT_ERROR")
    assert event["clientId"] == "over" and "did not come back" in event["details"]["reason"]
    receipt = world.admin.receipt(world.sid)
    assert not receipt.json["settled"] and not receipt.json["everybodyTold"]
    shown = world.server.curfew("signout", "show", receipt.id).stdout
    assert "waiting-for-browser" in shown and "more" in shown
    world.admin.request("POST", f"/signouts/{receipt.id}/cancel", 200)
    assert world.deliveries()["later"].state == "cancelled"
    assert world.admin.receipt(world.sid).json["settled"]


def test_the_doctor_and_coverage(make, provider, tmp_path):
    _, context = private_ca(tmp_path / "ca")
    good, refusing, untrusted = provider("good"), provider("refusing"), provider("un", tls=context)
    refusing.says = "responder"
    world = World(make, {"good": {SOAP_URL: good.url + "/soap"},
                         "refusing": {POST_URL: refusing.url + "/slo"},
                         "untrusted": {SOAP_URL: untrusted.url + "/soap"},
                         "browser": {REDIRECT_URL: "http://127.0.0.1:9/slo"}, "deaf": {}})
    coverage = {one["clientId"]: one for one in world.admin.get("/signout-coverage")["clients"]}
    assert [(coverage[name]["channel"], coverage[name]["result"]) for name in world.names] == [
        ("saml-soap", "told"), ("saml-post", "told"), ("saml-soap", "told"),
        ("saml-browser", "not-proven"), ("none", "not-told")]
    assert coverage["browser"]["finding"] == "browser-only"
    doctor = world.admin.request("POST", "/doctor", 200).json()
    found = {one["clientId"]: one for one in doctor["clients"]}
    assert found["good"]["result"] == "told" and found["good"]["finding"] == "reachable"
    assert found["untrusted"]["finding"] == "tls_untrusted"
    assert "Private Authority of the Tests" in found["untrusted"]["reason"]
    assert not good.requests_got()  # nobody was asked to end anything

    def test_logout(name):
        path = f"/clients/{world.client_id(name)}/test-logout"
        one, = world.admin.request("POST", path, 200).json()["clients"]
        return one
    assert test_logout("good")["finding"] == "ok"
    one = test_logout("refusing")
    assert one["result"] == "told" and one["finding"] == "unknown-session-refused"
    assert "UnknownPrincipal" in one["reason"]
    asked, = good.requests_got()
    assert asked.is_signed_by(world.server) and world.sid not in asked.session_indexes[0]
    assert asked.name_id.text != "ada"
    assert world.admin.sessions("ada")


def test_figures_by_channel(make, provider):
    from test_metrics import settled_figures
    sp = provider("sp")
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"}})
    world.sign_out()
    world.wait("sp", "delivered")
    settled_figures(world.server, lambda one: one.get(
        "curfew_delivery_attempts_total", state="delivered", channel="saml-soap") == 1)


def user_logout(world):
    world.admin.request("POST", f"/users/{world.admin.user('ada')['id']}/logout", 204)


def everybody_out(world):
    world.admin.request("POST", "/logout-all", 200)


def client_deleted(world):
    world.admin.request("DELETE", "/clients/" + world.client_id("sp"), 204)


def client_disabled(world):
    path = "/clients/" + world.client_id("sp")
    world.admin.request("PUT", path, 204, json={**world.admin.get(path), "enabled": False})


def realm_deleted(world):
    world.admin.request("DELETE", "", 204)


@pytest.mark.parametrize("end", [user_logout, everybody_out, client_deleted, client_disabled,
                                 realm_deleted])
@pytest.mark.parametrize("url", [SOAP_URL, POST_URL])
def test_orders_that_end_many_sessions(make, provider, end, url):
    sp = provider("sp")
    world = World(make, {"sp": {url: sp.url + "/slo"}}, sp={"adminUrl": "http://127.0.0.1:9/sp"})
    index = f"{world.sid}::{world.client_id('sp')}"
    end(world)
    wait_for(sp.requests_got, "the provider is told", 60)
    one = sp.requests_got()[0]
    assert one.session_indexes == [index] and one.name_id.text == "ada" and one.algorithm
    assert one.issuer == world.server.realm_url()


def test_a_session_that_expires(make, provider):
    sp = provider("sp")
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"},
                         "browser": {REDIRECT_URL: "http://127.0.0.1:9/slo"}})
    world.admin.request("PUT", "", 204, json={**world.admin.get(), "ssoSessionMaxLifespan": 1})
    told = wait_for(lambda: world.admin.signouts() and world.wait("sp", "delivered"), "it ends", 60)
    assert told.channel == "saml-soap" and sp.requests_got()[0].is_signed_by(world.server)
    assert world.admin.receipt(world.sid).door == "expired-maximum"
    assert world.deliveries()["browser"].state == "waiting-for-browser"


def test_what_is_owed_outlives_a_kill(make, provider):
    sp = provider("sp")
    sp.set("black-hole")
    world = World(make, {"sp": {SOAP_URL: sp.url + "/soap"},
                         "browser": {REDIRECT_URL: "http://127.0.0.1:9/slo"}})
    world.sign_out()
    wait_for(lambda: sp.requests, "it is being told", 30)
    world.server.kill()
    sp.set()
    world.server.start()
    world.wait("sp", "delivered")
    first, *more = sp.requests_got()
    assert more and first.id != more[-1].id and more[-1].is_signed_by(world.server)
    assert world.deliveries()["browser"].state == "waiting-for-browser"
