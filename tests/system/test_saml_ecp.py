"""SAML's Enhanced Client or Proxy profile: an AuthnRequest by SOAP with the user's password, the Response
in the answer (SAML profiles section 4.2)."""

import xml.etree.ElementTree as ElementTree

import pytest

from support import wait_for
from support.browser import Browser
from support.saml import BINDING, NAMESPACES, Message, ServiceProvider, client, verify

WIKI, FILES, DESK = (f"https://{name}.example/sp" for name in ("wiki", "files", "desk"))
ECP = "{urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp}Response"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
ADA = ("ada", "lovelace")


def add_providers(realm):
    realm["clients"] += [
        client(WIKI, WIKI, attributes={"saml.allow.ecp.flow": "true"}), client(FILES, FILES),
        client(DESK, DESK, consentRequired=True, attributes={"saml.allow.ecp.flow": "true"})]


def with_providers(world):
    for name, entity_id in (("wiki", WIKI), ("files", FILES), ("desk", DESK)):
        setattr(world, name, ServiceProvider(world.server, entity_id, entity_id))
    return world


@pytest.fixture(scope="module")
def ecp_common(shared):
    from conftest import World
    return with_providers(World(shared, add_providers))


def ask(provider, auth=ADA, request=None, **attributes):
    request = request or provider.authn_request(ProtocolBinding=BINDING + "PAOS", **attributes)
    return provider.soap(request, auth=auth)


def refused(answer, status, world, error):
    assert answer.status_code == status and "Fault" in answer.text and "Assertion" not in answer.text
    assert "set-cookie" not in answer.headers
    assert ("Basic" in answer.headers.get("www-authenticate", "")) == (status == 401)
    wait_for(lambda: error in {one["error"] for one in world.admin.events("LOGIN_ERROR")}, "an event")


def test_sign_in(ecp_common):
    world, provider = ecp_common, ecp_common.wiki
    request = provider.authn_request(ProtocolBinding=BINDING + "PAOS")
    answer = ask(provider, request=request)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/xml"), answer.text
    assert "set-cookie" not in answer.headers
    header, body = ElementTree.fromstring(answer.text)
    assert header[0].tag == ECP and header[0].get("AssertionConsumerServiceURL") == WIKI + "/acs"
    assert header[0].get(SOAP + "mustUnderstand") == "1"
    assert header[0].get(SOAP + "actor") == "http://schemas.xmlsoap.org/soap/actor/next"
    response = Message(ElementTree.tostring(body[0], encoding="unicode"))
    assert response.kind == "Response" and response.status == "Success" and response.name_id == "ada"
    assert response.get("InResponseTo") in request and response.get("Destination") == WIKI + "/acs"
    for element in ("Response", "Assertion"):
        assert verify(answer.text, provider.certificate(), element)
    assert response.session_index.split("::")[0] in {one["id"] for one in world.admin.sessions("ada")}
    # Once.
    again = ask(provider, request=request)
    assert again.status_code == 400 and "Fault" in again.text


def test_without_a_password_or_with_a_wrong_one(ecp_common):
    request = ecp_common.wiki.authn_request()
    for auth in (None, ("ada", "wrong"), ("nobody", "lovelace"), ("ada", ""), ("", "")):
        refused(ask(ecp_common.wiki, auth, request), 401, ecp_common, "invalid_user_credentials")
    answer = ecp_common.wiki.soap(request)
    assert answer.status_code == 401
    assert ask(ecp_common.wiki, request=request).status_code == 200, "the request itself is not used up"


def test_clients_that_may_not(ecp_common):
    for provider in (ecp_common.files, ecp_common.desk):
        refused(ask(provider), 403, ecp_common, "not_allowed")


def test_what_is_wrong_with_the_request(ecp_common):
    for change in ({"Destination": "http://other.example/"}, {"AssertionConsumerServiceURL": "https://evil.example/"}):
        answer = ask(ecp_common.wiki, **change)
        assert answer.status_code == 400 and "Fault" in answer.text


def test_a_status_needs_no_password(ecp_common):
    wiki = ecp_common.wiki
    answer = wiki.soap(wiki.authn_request('<samlp:NameIDPolicy Format="urn:x"/>'))
    response = ElementTree.fromstring(answer.text).find("soap:Body/samlp:Response", NAMESPACES)
    assert Message(ElementTree.tostring(response, encoding="unicode")).status == "InvalidNameIDPolicy"


def test_users_that_may_not(new_world):
    def change(realm):
        add_providers(realm)
        for user in realm["users"]:
            if user["username"] == "ada":
                user["requiredActions"] = ["UPDATE_PASSWORD"]
    world = with_providers(new_world(change))
    refused(ask(world.wiki), 403, world, "resolve_required_actions")
    user = world.admin.get("/users", username="ada")[0]
    world.admin.request("PUT", f"/users/{user['id']}", 204, json={**user, "requiredActions": [], "enabled": False})
    refused(ask(world.wiki), 403, world, "user_disabled")
    refused(ask(world.wiki, ("ada", "wrong")), 401, world, "invalid_user_credentials")
    assert world.admin.sessions("ada") == []


def test_brute_force_counts(new_world):
    def change(realm):
        add_providers(realm)
        realm |= {"bruteForceProtected": True, "failureFactor": 3, "waitIncrementSeconds": 600,
                  "maxFailureWaitSeconds": 900, "quickLoginCheckMilliSeconds": 0}
    world = with_providers(new_world(change))
    for _ in range(3):
        refused(ask(world.wiki, ("ada", "wrong")), 401, world, "invalid_user_credentials")
    refused(ask(world.wiki), 401, world, "user_temporarily_disabled")
    page = world.shop.authorize(Browser()).submit("kc-login", follow=False, username="ada", password="lovelace")
    assert page.is_login(), "and at every other door"
