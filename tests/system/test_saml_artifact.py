"""SAML Responses that go by artifact: the browser carries a reference, the provider fetches the message
once (SAML bindings section 3.6, core section 3.5)."""

import base64
import hashlib

import pytest

from support.browser import Browser
from support.clock import Clock
from support.saml import BINDING, ServiceProvider, Signer, artifact_at, client, now, verify

WIKI, FILES, DESK, VAULT = (f"https://{name}.example/sp" for name in ("wiki", "files", "desk", "vault"))


def add_providers(realm):
    by_artifact = {"saml.artifact.binding": "true", "saml_artifact_binding_url": WIKI + "/artifacts"}
    realm["clients"] += [
        client(WIKI, WIKI, attributes=by_artifact), client(FILES, FILES),
        client(DESK, DESK, attributes={"saml.artifact.binding": "true", "saml.force.post.binding": "true"}),
        client(VAULT, VAULT)]


def with_providers(world):
    for name, entity_id in (("wiki", WIKI), ("files", FILES), ("desk", DESK), ("vault", VAULT)):
        setattr(world, name, ServiceProvider(world.server, entity_id, entity_id))
    return world


@pytest.fixture
def artifact_world(new_world):
    return with_providers(new_world(add_providers))


@pytest.fixture(scope="module")
def artifact_common(shared):
    from conftest import World
    return with_providers(World(shared, add_providers))


def sign_in(provider, browser=None, **attributes):
    """The artifact that a sign-in gives."""
    browser = browser or Browser()
    page = provider.redirect(browser, provider.authn_request(**attributes), relay_state="rs1")
    if page.is_login():
        page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    artifact, relay_state = artifact_at(page)
    assert relay_state == "rs1" and "SAMLResponse" not in page.response.text
    return artifact


def nothing(answer):
    assert answer.kind == "ArtifactResponse" and answer.status == "Success"
    return answer.find("samlp:Response") is None


def test_sign_in_by_artifact(artifact_common):
    world, provider = artifact_common, artifact_common.wiki
    artifact = sign_in(provider)
    raw = base64.b64decode(artifact)
    assert len(raw) == 44 and raw[:4] == b"\0\4\0\0"
    assert raw[4:24] == hashlib.sha1(world.server.realm_url().encode()).digest()
    request = provider.artifact_resolve(artifact)
    answer = provider.resolve(request)
    assert answer.kind == "ArtifactResponse" and answer.get("InResponseTo") in request
    response = answer.find("samlp:Response")
    assert response.get("Destination") == WIKI + "/acs" and answer.name_id == "ada"
    for element in ("ArtifactResponse", "Response", "Assertion"):
        assert verify(answer.envelope, provider.certificate(), element)
    assert nothing(provider.resolve(provider.artifact_resolve(artifact))), "once"


def test_the_url_for_artifacts_and_the_binding_asked_for(artifact_common):
    provider, files = artifact_common.wiki, artifact_common.files
    page = provider.redirect(Browser(), provider.authn_request(AssertionConsumerServiceURL=None))
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    assert page.location.startswith(WIKI + "/artifacts?SAMLart=")
    artifact = sign_in(files, ProtocolBinding=BINDING + "HTTP-Artifact")
    assert files.resolve(files.artifact_resolve(artifact)).name_id == "ada"


def test_as_a_form_where_post_is_forced(artifact_common):
    desk = artifact_common.desk
    page = desk.redirect(Browser(), desk.authn_request())
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    assert not page.location and page.forms[0].action == DESK + "/acs"
    assert desk.resolve(desk.artifact_resolve(artifact_at(page)[0])).name_id == "ada"


def test_a_status_goes_by_artifact_too(artifact_common):
    provider = artifact_common.wiki
    page = provider.redirect(Browser(), provider.authn_request(IsPassive="true"))
    answer = provider.resolve(provider.artifact_resolve(artifact_at(page)[0]))
    assert answer.find("samlp:Response/samlp:Status/samlp:StatusCode/samlp:StatusCode").get("Value").endswith("NoPassive")


def test_another_clients_and_unknown_ones_give_nothing(artifact_common):
    provider, files = artifact_common.wiki, artifact_common.files
    artifact = sign_in(provider)
    assert nothing(files.resolve(files.artifact_resolve(artifact)))
    for other in (artifact[:-8] + "AAAAAAA=", "AAQAAA==", "x"):
        assert nothing(provider.resolve(provider.artifact_resolve(other)))
    assert not nothing(provider.resolve(provider.artifact_resolve(artifact))), "it was not theirs to use up"


def test_a_request_counts_once(artifact_common):
    provider = artifact_common.wiki
    request = provider.artifact_resolve(sign_in(provider))
    assert not nothing(provider.resolve(request))
    assert "Fault" in provider.resolve_refused(request)
    request = provider.artifact_resolve("unknown")
    assert nothing(provider.resolve(request))
    assert "Fault" in provider.resolve_refused(request)


def test_an_artifact_is_no_code_and_no_code_an_artifact(artifact_common):
    world, provider = artifact_common, artifact_common.wiki
    artifact = sign_in(provider)
    assert world.shop.redeem(artifact).status_code == 400
    code = world.shop.authorize(Browser()).submit(
        "kc-login", follow=False, username="ada", password="lovelace").query()["code"]
    assert nothing(provider.resolve(provider.artifact_resolve(code)))
    assert not nothing(provider.resolve(provider.artifact_resolve(artifact)))
    assert world.shop.redeem(code).status_code == 200


@pytest.mark.parametrize("change", [
    {"Destination": "http://other.example/"}, {"IssueInstant": now(-7200)}, {"IssueInstant": now(7200)},
    {"Version": "1.1"}, {"ID": "1 2"}])
def test_wrong_requests_are_refused(artifact_common, change):
    provider = artifact_common.wiki
    artifact = sign_in(provider)
    assert "Fault" in provider.resolve_refused(provider.artifact_resolve(artifact, **change))
    assert not nothing(provider.resolve(provider.artifact_resolve(artifact)))


def test_other_messages_and_other_places_are_refused(artifact_common):
    provider = artifact_common.wiki
    assert "Fault" in provider.resolve_refused(provider.authn_request(Destination=provider.endpoint + "/resolve"))
    assert provider.soap(provider.artifact_resolve("x", Destination=provider.endpoint)).status_code == 400
    page = Browser().open(provider.endpoint + "?SAMLart=AAQAAA%3D%3D", follow=False)
    assert page.status == 400, "messages to us do not come by artifact"


def test_the_request_is_signed_where_the_client_signs(new_world, tmp_path):
    signer, other = Signer(tmp_path / "own"), Signer(tmp_path / "other")

    def change(realm):
        add_providers(realm)
        realm["clients"][-1]["attributes"] |= {
            "saml.client.signature": "true", "saml.signing.certificate": signer.certificate}
    vault = with_providers(new_world(change)).vault
    page = vault.redirect(Browser(), vault.authn_request(ProtocolBinding=BINDING + "HTTP-Artifact"), sign=signer.query)
    page = page.submit("kc-login", follow=False, username="ada", password="lovelace")
    request = vault.artifact_resolve(artifact_at(page)[0])
    assert "Fault" in vault.resolve_refused(request)
    assert "Fault" in vault.resolve_refused(other.document(request, "ArtifactResolve"))
    good = signer.document(request, "ArtifactResolve")
    assert "Fault" in vault.resolve_refused(good.replace("<samlp:Artifact>A", "<samlp:Artifact>B"))
    assert vault.resolve(good).name_id == "ada"


def test_it_survives_a_crash_and_expires(new_world, tmp_path):
    clock = Clock(tmp_path)
    world = with_providers(new_world(add_providers, env=clock.environment()))
    clock.servers.append(world.server)
    provider = world.wiki
    artifact = sign_in(provider)
    world.server.kill()
    world.server.start(**clock.environment())
    assert provider.resolve(provider.artifact_resolve(artifact)).name_id == "ada"
    late = sign_in(provider)
    clock.jump(120)
    assert nothing(provider.resolve(provider.artifact_resolve(late)))


def test_a_session_that_ended_gives_nothing(artifact_world):
    """The provider would begin a session of which nobody could tell it the end."""
    world, provider, browser = artifact_world, artifact_world.wiki, Browser()
    tokens = world.shop.sign_in(browser)
    artifact = sign_in(provider, browser)
    world.admin.request("DELETE", f"/sessions/{tokens.sid}", 204)
    assert nothing(provider.resolve(provider.artifact_resolve(artifact)))
