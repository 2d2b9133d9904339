"""SAML 2.0 as service providers see it: sign-in and single logout by each binding, the recorded
answers to what is wrong, and what must not work (SECURITY-TESTS B4)."""

import re

import pytest
import requests

from support import realm as realms
from support import wait_for
from support.browser import Browser
from support.saml import (BINDING, FORMAT, STATUS, Message, ServiceProvider, client, message_at, new_id, now,
                          verify)

WIKI, FILES, DESK = "https://wiki.example/sp", "https://files.example/sp", "https://desk.example/sp"


def add_providers(realm):
    for entity_id in (WIKI, FILES):
        realm["clients"].append(client(entity_id, entity_id))
    realm["clients"].append(client(DESK, DESK, attributes={
        "saml_single_logout_service_url_redirect": None,
        "saml_single_logout_service_url_post": DESK + "/sls-post", "saml.force.post.binding": "true"}))


@pytest.fixture
def saml_world(new_world):
    world = new_world(add_providers)
    for name, entity_id in (("wiki", WIKI), ("files", FILES), ("desk", DESK)):
        setattr(world, name, ServiceProvider(world.server, entity_id, entity_id))
    return world


@pytest.fixture(scope="module")
def saml_common(shared):
    from conftest import World
    world = World(shared, add_providers)
    for name, entity_id in (("wiki", WIKI), ("files", FILES), ("desk", DESK)):
        setattr(world, name, ServiceProvider(world.server, entity_id, entity_id))
    return world


# ---- metadata

def test_the_descriptor(saml_common):
    answer = requests.get(saml_common.wiki.endpoint + "/descriptor", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"].lower() == "application/xml;charset=utf-8"
    metadata = Message(answer.text)
    assert metadata.get("entityID") == saml_common.server.realm_url()
    role = metadata.find("md:IDPSSODescriptor")
    assert role.get("WantAuthnRequestsSigned") == "true"
    services = {(one.tag.split("}")[1], one.get("Binding").removeprefix(BINDING), one.get("Location"))
                for one in role if one.get("Location")}
    resolution = ("ArtifactResolutionService", "SOAP", saml_common.wiki.endpoint + "/resolve")
    assert services == {resolution} | {(name, binding, saml_common.wiki.endpoint) for name, binding in (
        ("SingleLogoutService", "HTTP-POST"), ("SingleLogoutService", "HTTP-Redirect"),
        ("SingleLogoutService", "SOAP"), ("SingleSignOnService", "HTTP-POST"),
        ("SingleSignOnService", "HTTP-Redirect"), ("SingleSignOnService", "HTTP-Artifact"),
        ("SingleSignOnService", "SOAP"))}
    keys = requests.get(saml_common.server.endpoint("certs"), timeout=60).json()["keys"]
    assert metadata.value(".//ds:KeyName") in {key["kid"] for key in keys}


PROVIDER_METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://new.example/sp">
<md:SPSSODescriptor WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://new.example/sp/sls"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" index="0"
  Location="https://new.example/sp/acs"/></md:SPSSODescriptor></md:EntityDescriptor>"""


def test_a_providers_metadata_becomes_a_client(saml_world, tmp_path):
    admin, new = saml_world.admin, "https://new.example/sp"
    described = admin.request("POST", "/client-description-converter", 200, data=PROVIDER_METADATA,
                              headers={"content-type": "application/xml"}).json()
    assert described["clientId"] == new and described["protocol"] == "saml"
    assert described["attributes"]["saml_assertion_consumer_url_post"] == new + "/acs"
    assert admin.get("/clients", clientId=new) == [], "it makes none"
    file = tmp_path / "metadata.xml"
    file.write_text(PROVIDER_METADATA)
    said = saml_world.server.curfew("client", "import-saml", str(file), "--realm", "customers")
    assert new in said.stdout
    provider = ServiceProvider(saml_world.server, new, new)
    assert provider.sign_in(Browser()).name_id == "ada"
    again = saml_world.server.curfew("client", "import-saml", str(file), "--realm", "customers", check=False)
    assert again.returncode and "already exists" in again.stderr


@pytest.mark.parametrize("text", [
    "", "x", "<x/>", PROVIDER_METADATA[:300], "<!DOCTYPE x []>" + PROVIDER_METADATA,
    PROVIDER_METADATA.replace("SPSSODescriptor", "IDPSSODescriptor"), '{"clientId": 5, "no": 1}'])
def test_metadata_that_is_none(saml_common, text):
    answer = saml_common.admin.request("POST", "/client-description-converter", 400, data=text,
                                       headers={"content-type": "application/xml"})
    assert answer.json()


# ---- sign-in

def test_sign_in_by_redirect(saml_common):
    world, browser = saml_common, Browser()
    response = world.wiki.sign_in(browser)
    assert response.relay_state == "rs1" and response.get("Destination") == WIKI + "/acs"
    assert response.value("saml:Issuer") == world.server.realm_url()
    assert response.name_id == "ada"
    assert response.find(".//saml:NameID").get("Format") == FORMAT + "unspecified"
    assert response.value(".//saml:Audience") == WIKI
    conditions = response.find(".//saml:Conditions")
    assert conditions.get("NotBefore") <= now() < conditions.get("NotOnOrAfter")
    confirmed = response.find(".//saml:SubjectConfirmationData")
    assert confirmed.get("Recipient") == WIKI + "/acs"
    assert confirmed.get("InResponseTo") == response.get("InResponseTo")
    assert "Role" in response.attributes()
    for element in ("Response", "Assertion"):
        assert verify(response.text, world.wiki.certificate(), element)
    sid, client_id = response.session_index.split("::")
    assert sid in {one["id"] for one in world.admin.sessions("ada")}
    # Everybody else is entered without a password, by either protocol.
    assert world.files.sign_in(browser, password="wrong").session_index.split("::")[0] == sid
    assert world.shop.sign_in(browser, password="wrong").sid == sid
    login = next(one for one in world.admin.events("LOGIN") if one["clientId"] == WIKI)
    assert login["details"]["auth_method"] == "saml"
    assert login["details"]["redirect_uri"] == WIKI + "/acs"


def test_sign_in_by_post(saml_common):
    provider, browser = saml_common.wiki, Browser()
    request = provider.authn_request()
    page = provider.post(browser, request, relay_state='"><script>')
    assert page.is_login()
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    response = message_at(page)
    assert response.relay_state == '"><script>' and "<script>" not in page.response.text
    assert response.get("InResponseTo") == re.search(r' ID="([^"]+)"', request).group(1)


def test_an_openid_session_enters_providers(saml_common):
    browser = Browser()
    tokens = saml_common.shop.sign_in(browser)
    assert saml_common.wiki.sign_in(browser, password="wrong").session_index.startswith(tokens.sid)


def test_passive(saml_common):
    provider, browser = saml_common.wiki, Browser()
    response = message_at(provider.redirect(browser, provider.authn_request(IsPassive="true")))
    assert response.status == "NoPassive" and response.find("saml:Assertion") is None
    saml_common.shop.sign_in(browser)
    response = message_at(provider.redirect(browser, provider.authn_request(IsPassive="true")))
    assert response.status == "Success"


def test_force_authn(saml_common):
    provider, browser = saml_common.wiki, Browser()
    first = provider.sign_in(browser)
    page = provider.redirect(browser, provider.authn_request(ForceAuthn="true"))
    assert page.is_login()
    again = message_at(page.submit("kc-login", follow=False, username="ada", password="lovelace"))
    assert again.session_index == first.session_index


@pytest.mark.parametrize("ending, expected", [
    ("1.1:nameid-format:emailAddress", "ada@example.com"),
    ("1.1:nameid-format:unspecified", "ada"),
    ("2.0:nameid-format:persistent", None), ("2.0:nameid-format:transient", None)])
def test_name_id_formats(saml_common, ending, expected):
    provider, form = saml_common.desk, "urn:oasis:names:tc:SAML:" + ending
    policy = f'<samlp:NameIDPolicy Format="{form}" AllowCreate="true"/>'
    names = []
    for _ in range(2):
        page = provider.redirect(Browser(), provider.authn_request(policy))
        response = message_at(page.submit("kc-login", follow=False, username="ada", password="lovelace"))
        # The row's format is not forced: what the request asks for counts.
        assert response.find(".//saml:NameID").get("Format") == form
        names.append(response.name_id)
    if expected:
        assert names == [expected] * 2 or "@" in expected and "@" in names[0]
    else:
        assert names[0].startswith("G-") and (names[0] == names[1]) == ending.endswith("persistent")


def test_sign_in_that_begins_here(new_world):
    def change(realm):
        realm["clients"].append(client(WIKI, WIKI, attributes={
            "saml_idp_initiated_sso_url_name": "wiki", "saml_idp_initiated_sso_relay_state": "home"}))
    world = new_world(change)
    provider = ServiceProvider(world.server, WIKI, WIKI)
    page = Browser().open(provider.endpoint + "/clients/wiki", follow=False)
    response = message_at(page.submit("kc-login", follow=False, username="ada", password="lovelace"))
    assert response.relay_state == "home" and response.get("InResponseTo") is None
    page = Browser().open(provider.endpoint + "/clients/none", follow=False)
    assert page.status == 400 and "Client not found." in page.text


# ---- what is wrong

@pytest.mark.parametrize("what, text, error", [
    ("unknown issuer", "Invalid Request", "client_not_found"),
    ("another consumer", "Invalid redirect uri", "invalid_redirect_uri"),
    ("another destination", "Invalid Request", "invalid_authn_request"),
    ("too old", "Invalid Request", None), ("from the future", "Invalid Request", None),
    ("no XML", "Invalid Request", None), ("a doctype", "Invalid Request", None),
    ("another element", "Invalid Request", None), ("version 1.1", "Invalid Request", None),
    ("an OpenID client", None, None)])
def test_requests_that_get_a_page(saml_common, what, text, error):
    provider = saml_common.wiki
    requests_of = {
        "unknown issuer": ServiceProvider(saml_common.server, "https://nobody.example/", WIKI).authn_request(),
        "another consumer": provider.authn_request(AssertionConsumerServiceURL="https://evil.example/acs"),
        "another destination": provider.authn_request(Destination="http://other.example/"),
        "too old": provider.authn_request(IssueInstant=now(-7200)),
        "from the future": provider.authn_request(IssueInstant=now(7200)),
        "no XML": "<samlp:AuthnRequest",
        "a doctype": '<!DOCTYPE x [<!ENTITY a "b">]>' + provider.authn_request(),
        "another element": provider.authn_request().replace("AuthnRequest", "AttributeQuery"),
        "version 1.1": provider.authn_request(Version="1.1"),
        "an OpenID client": ServiceProvider(saml_common.server, "django-shop", WIKI).authn_request()}
    for send in (provider.redirect, provider.post):
        page = send(Browser(), requests_of[what])
        assert page.status == 400 and not page.location and not page.is_login()
        assert not text or text in page.text
        if error:
            assert wait_for(lambda: saml_common.admin.events("LOGIN_ERROR"), "an event")[0]["error"] == error


def test_a_request_has_one_answer(saml_common):
    """B4.7: replay."""
    provider, browser = saml_common.wiki, Browser()
    request = provider.authn_request()
    page = provider.redirect(browser, request)
    # Reloading the login page is no replay.
    assert provider.redirect(browser, request).is_login()
    assert message_at(page.submit("kc-login", follow=False, username="ada", password="lovelace")).status == "Success"
    page = provider.redirect(browser, request)
    assert page.status == 400 and "Invalid Request" in page.text


@pytest.mark.parametrize("query", [
    "", "SAMLRequest=", "SAMLRequest=%%%", "SAMLRequest=aGVsbG8%3D", "SAMLRequest=a&SAMLRequest=b",
    "SAMLRequest=a&SAMLResponse=b", "SAMLEncoding=x&SAMLRequest=aGVsbG8%3D", "RelayState=x"])
def test_broken_queries(saml_common, query):
    page = Browser().open(saml_common.wiki.endpoint + "?" + query, follow=False)
    assert page.status == 400 and "Invalid Request" in page.text


STRONG = "5ae5a0b5-1a2e-4a53-9b3c-1f6d3c9f8c11"  # a flow's id


@pytest.mark.parametrize("of", ["client", "realm"])
def test_nobody_gets_in_by_less_than_a_flow_asks(new_world, of):
    def change(realm):
        realm["clients"].append(client(WIKI, WIKI, attributes={"saml_idp_initiated_sso_url_name": "wiki"}))
        flow = next(one for one in realm["authenticationFlows"] if one["alias"] == "browser")
        realm["authenticationFlows"].append({**flow, "id": STRONG, "alias": "strong", "builtIn": False,
            "authenticationExecutions": [{"authenticator": "webauthn-authenticator", "requirement": "REQUIRED",
                                          "authenticatorFlow": False, "priority": 10}]})
        if of == "realm":
            realm["browserFlow"] = "strong"
        else:
            realms.client(realm, WIKI)["authenticationFlowBindingOverrides"] = {"browser": STRONG}
    world = new_world(change)
    provider = ServiceProvider(world.server, WIKI, WIKI)
    for page in (provider.redirect(Browser(), provider.authn_request()),
                 Browser().open(provider.endpoint + "/clients/wiki", follow=False)):
        assert page.status == 400 and "Sign-in is not possible here yet" in page.text
        assert "webauthn-authenticator" in page.text


# ---- single logout begun by a provider

def signed_in_everywhere(world):
    browser = Browser()
    tokens = world.shop.sign_in(browser)
    return browser, tokens, world.wiki.sign_in(browser)


@pytest.mark.parametrize("binding", ["redirect", "post", "soap"])
@pytest.mark.parametrize("by_index", [True, False], ids=["by index", "by name"])
def test_logout_by_a_provider(saml_world, binding, by_index):
    world = saml_world
    browser, tokens, response = signed_in_everywhere(world)
    request = world.wiki.logout_request(response.name_id, response.session_index if by_index else None)
    if binding == "soap":
        answered = world.wiki.soap(request)
        assert answered.status_code == 200 and answered.headers["content-type"].startswith("text/xml")
        answer = Message(answered.text)
        assert answer.find(".//samlp:LogoutResponse").get("InResponseTo") in request
    else:
        page = getattr(world.wiki, binding)(browser, request, relay_state="r")
        answer = message_at(page)
        assert answer.relay_state == "r" and answer.kind == "LogoutResponse"
        assert answer.get("InResponseTo") in request and answer.get("Destination") == WIKI + "/sls"
    assert answer.status == "Success"
    assert not world.shop.is_alive(tokens)
    assert world.told("django-shop", tokens.sid)
    receipt = world.admin.receipt(tokens.sid)
    assert receipt.door == "saml" and receipt.states()[WIKI] == "delivered"
    event = next(one for one in world.admin.events("LOGOUT") if one.get("sessionId") == tokens.sid)
    assert event["clientId"] == WIKI
    assert world.shop.authorize(browser).is_login()


def test_logout_of_a_session_that_has_ended(saml_world):
    browser, tokens, response = signed_in_everywhere(saml_world)
    saml_world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
    request = saml_world.wiki.logout_request(response.name_id, response.session_index)
    assert message_at(saml_world.wiki.redirect(browser, request)).status == "Success"


def test_a_logout_request_counts_once(saml_world):
    """B4.7: replay, and after the user has signed in again."""
    browser, tokens, response = signed_in_everywhere(saml_world)
    request = saml_world.wiki.logout_request(response.name_id)
    assert message_at(saml_world.wiki.redirect(browser, request)).status == "Success"
    again = saml_world.shop.sign_in(browser)
    saml_world.wiki.sign_in(browser)
    page = saml_world.wiki.redirect(browser, request)
    assert page.status == 400 and saml_world.shop.is_alive(again)


def test_nobody_ends_what_is_not_theirs(saml_world):
    browser, tokens, response = signed_in_everywhere(saml_world)
    files = saml_world.files
    for name, index in (("ada", response.session_index), ("ada", None), ("bob", None)):
        message_at(files.redirect(Browser(), files.logout_request(name, index)))
    wiki = saml_world.wiki
    for name, index in (("bob", response.session_index), ("ada", new_id())):
        message_at(wiki.redirect(Browser(), wiki.logout_request(name, index)))
    assert saml_world.shop.is_alive(tokens)


@pytest.mark.parametrize("attributes", [
    {"Destination": "http://other.example/"}, {"IssueInstant": now(-7200)},
    {"NotOnOrAfter": now(-600)}, {"Version": "1.1"}])
def test_logout_requests_that_are_refused(saml_common, attributes):
    browser, tokens, response = signed_in_everywhere(saml_common)
    page = saml_common.wiki.redirect(browser, saml_common.wiki.logout_request(
        response.name_id, response.session_index, **attributes))
    assert page.status == 400 and not page.location
    assert saml_common.shop.is_alive(tokens)
    assert saml_common.wiki.soap(saml_common.wiki.logout_request(
        response.name_id, response.session_index, **attributes)).status_code == 400
    assert saml_common.shop.is_alive(tokens)


# ---- through the browser

def test_the_browser_tells_one_after_another(saml_world):
    """Signed out at an OpenID Connect application: the providers hear through the browser, and then it
    goes where the application asked."""
    world, browser = saml_world, Browser()
    tokens = world.shop.sign_in(browser)
    providers = {one.entity_id: one for one in (world.wiki, world.files, world.desk)}
    for one in providers.values():
        one.sign_in(browser)
    page = browser.open(world.shop.endpoint("logout"), follow=False, params={
        "id_token_hint": tokens.id, "post_logout_redirect_uri": world.shop.base_url + "/bye", "state": "s"})
    assert not world.shop.is_alive(tokens), "our own session is dead first"
    for _ in range(3):
        request = message_at(page)
        assert request.kind == "LogoutRequest" and request.name_id == "ada"
        provider = providers.pop(next(key for key in providers if request.get("Destination").startswith(key)))
        if not page.location:
            assert verify(request.text, provider.certificate(), "LogoutRequest")
        page = provider.redirect(browser, provider.logout_response(request), name="SAMLResponse")
    assert page.location.startswith(world.shop.base_url + "/bye") and "state=s" in page.location
    receipt = world.admin.receipt(tokens.sid)
    assert {receipt.states()[one] for one in (WIKI, FILES, DESK)} == {"delivered"}
    assert "CURFEW_SESSION" not in str(browser.cookies)


def test_one_that_never_sends_the_browser_back_stops_only_those_behind(saml_world):
    world, browser = saml_world, Browser()
    tokens = world.shop.sign_in(browser)
    world.wiki.sign_in(browser)
    page = browser.open(world.shop.endpoint("logout"), follow=False, params={"id_token_hint": tokens.id})
    assert message_at(page).get("Destination") == WIKI + "/sls"
    assert world.admin.receipt(tokens.sid).states()[WIKI] == "waiting-for-browser"
    # The next visits go there again, before login; then it is given up.
    for _ in range(2):
        page = world.shop.authorize(browser)
        assert message_at(page).get("Destination") == WIKI + "/sls"
    assert world.shop.authorize(browser).is_login()
    assert world.admin.receipt(tokens.sid).states()[WIKI] == "gave-up"
    assert world.shop.sign_in(browser)


def test_an_administrators_order_is_owed_by_the_browser(saml_world):
    world, browser = saml_world, Browser()
    tokens = world.shop.sign_in(browser)
    world.wiki.sign_in(browser)
    world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
    assert world.admin.receipt(tokens.sid).states()[WIKI] == "waiting-for-browser"
    assert "code" not in world.shop.authorize(browser, prompt="none").query(), "hidden frames show nothing"
    request = message_at(world.shop.authorize(browser))
    page = world.wiki.redirect(browser, world.wiki.logout_response(request), name="SAMLResponse")
    assert page.is_login(), "and the sign-in goes on"
    assert world.admin.receipt(tokens.sid).states()[WIKI] == "delivered"
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    assert "code" in page.query()


def test_a_provider_is_told_what_became_of_the_others(saml_world):
    """PartialLogout where somebody is owed through the browser or refuses."""
    world, browser = saml_world, Browser()
    response = world.wiki.sign_in(browser)
    world.files.sign_in(browser)
    request = world.wiki.logout_request(response.name_id, response.session_index)
    page = world.wiki.redirect(browser, request, relay_state="r")
    to_files = message_at(page)
    assert to_files.get("Destination") == FILES + "/sls"
    page = world.files.redirect(browser, world.files.logout_response(to_files, "Responder"), name="SAMLResponse")
    answer = message_at(page)
    assert answer.kind == "LogoutResponse" and answer.status == "PartialLogout" and answer.relay_state == "r"


def test_answers_to_nothing_are_refused(saml_world):
    """B4.8."""
    world, browser = saml_world, Browser()
    tokens = world.shop.sign_in(browser)
    response = world.wiki.sign_in(browser)
    page = world.wiki.redirect(browser, world.wiki.logout_response(response), name="SAMLResponse")
    assert page.status == 400 and world.shop.is_alive(tokens)
    page = browser.open(world.shop.endpoint("logout"), follow=False, params={"id_token_hint": tokens.id})
    request = message_at(page)
    # Another client's answer, another browser's.
    assert world.files.redirect(browser, world.files.logout_response(request), name="SAMLResponse").status == 400
    assert world.wiki.redirect(Browser(), world.wiki.logout_response(request), name="SAMLResponse").status == 400
    assert world.admin.receipt(tokens.sid).states()[WIKI] == "waiting-for-browser"
