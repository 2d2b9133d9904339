"""A SAML service provider in a few lines: messages written by hand, so that tests can write
wrong ones. What it reads is checked by xmlsec1. Real providers are in test_saml_providers.py."""

import base64
import datetime
import pathlib
import re
import subprocess
import tempfile
import uuid
import xml.etree.ElementTree as ElementTree
import zlib
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from support.providers import key_pair

NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/"}
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"


def now(seconds=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id():
    return "_" + uuid.uuid4().hex


def deflate(text):
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(squeezer.compress(text.encode()) + squeezer.flush()).decode()


def inflate(text):
    return zlib.decompress(base64.b64decode(text), -15).decode()


def client(entity_id, base, **changes):
    """The client of a provider at `base`, as the realm's JSON has it."""
    attributes = {
        "saml.assertion.signature": "true", "saml.server.signature": "true",
        "saml.client.signature": "false", "saml.authnstatement": "true",
        "saml.signature.algorithm": "RSA_SHA256", "saml_name_id_format": "username",
        "saml_assertion_consumer_url_post": base + "/acs",
        "saml_single_logout_service_url_redirect": base + "/sls",
        **changes.pop("attributes", {})}
    return {"clientId": entity_id, "enabled": True, "protocol": "saml", "fullScopeAllowed": True,
            "frontchannelLogout": True, "redirectUris": [base + "/*"],
            "attributes": {name: value for name, value in attributes.items() if value is not None},
            **changes}


def verify(text, certificate, element):
    """xmlsec1's own judgement of the signature of the first such element."""
    with tempfile.TemporaryDirectory() as folder:
        message, pem = pathlib.Path(folder, "message.xml"), pathlib.Path(folder, "key.pem")
        message.write_text(text)
        pem.write_text("-----BEGIN CERTIFICATE-----\n"
                       + "\n".join(certificate[i:i + 64] for i in range(0, len(certificate), 64))
                       + "\n-----END CERTIFICATE-----\n")
        answer = subprocess.run(
            ["xmlsec1", "--verify", "--pubkey-cert-pem", pem,
             "--id-attr:ID", NAMESPACES["samlp"] + ":" + element,
             "--id-attr:ID", NAMESPACES["saml"] + ":" + element,
             "--node-xpath", f"//*[local-name()='{element}']/*[local-name()='Signature']", message],
            capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return True


class Message:
    """A message that came to the provider."""

    def __init__(self, text, relay_state=None, envelope=None):
        """`envelope`: as it came, around the text."""
        self.text, self.relay_state, self.envelope = text, relay_state, envelope
        self.root = ElementTree.fromstring(text)
        self.kind = self.root.tag.split("}")[1]

    def find(self, path):
        return self.root.find(path, NAMESPACES)

    def value(self, path):
        found = self.find(path)
        return None if found is None else found.text

    def get(self, name):
        return self.root.get(name)

    @property
    def status(self):
        """The inner code where there is one, else the outer, without what all begin with."""
        codes = self.root.findall(".//samlp:StatusCode", NAMESPACES)
        return codes[-1].get("Value").removeprefix(STATUS)

    @property
    def name_id(self):
        return self.value(".//saml:NameID")

    @property
    def session_index(self):
        statement = self.find(".//saml:AuthnStatement")
        if statement is not None:
            return statement.get("SessionIndex")
        return self.value(".//samlp:SessionIndex")

    def attributes(self):
        return {one.get("Name"): [value.text for value in one.findall("saml:AttributeValue", NAMESPACES)]
                for one in self.root.findall(".//saml:Attribute", NAMESPACES)}


def message_at(page):
    """The message with which the server sends the browser away: in a form or in a Location."""
    if page.location:
        query = parse_qs(urlsplit(page.location).query)
        name = "SAMLResponse" if "SAMLResponse" in query else "SAMLRequest"
        assert name in query, page.location
        return Message(inflate(query[name][0]), query.get("RelayState", [None])[0])
    assert page.forms, f"{page.status} {page.text[:300]}"
    fields = page.forms[0].fields
    name = "SAMLResponse" if "SAMLResponse" in fields else "SAMLRequest"
    assert name in fields, f"{page.status} {page.text[:300]}"
    return Message(base64.b64decode(fields[name]).decode(), fields.get("RelayState"))


def artifact_at(page):
    """The artifact with which the server sends the browser away, and the RelayState."""
    assert page.location or page.forms, f"{page.status} {page.text[:300]}"
    if page.location:
        query = parse_qs(urlsplit(page.location).query)
        return query["SAMLart"][0], query.get("RelayState", [None])[0]
    fields = page.forms[0].fields
    return fields["SAMLart"], fields.get("RelayState")


class Signer:
    """A provider's key, in a folder of its own; it signs documents as xmlsec1 does."""

    def __init__(self, folder):
        key_pair(folder)
        self.folder = folder
        self.certificate = "".join((folder / "sp.pem").read_text().splitlines()[1:-1])

    def query(self, octets):
        """As ServiceProvider.redirect wants it."""
        key = serialization.load_pem_private_key((self.folder / "sp.key").read_bytes(), None)
        return base64.b64encode(key.sign(octets, padding.PKCS1v15(), hashes.SHA256())).decode()

    def document(self, text, name):
        identifier = re.search(r' ID="([^"]+)"', text).group(1)
        ds = NAMESPACES["ds"]
        signature = (
            f'<ds:Signature xmlns:ds="{ds}"><ds:SignedInfo>'
            '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
            f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/><ds:Reference URI="#{identifier}"><ds:Transforms>'
            f'<ds:Transform Algorithm="{ds}enveloped-signature"/>'
            '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>'
            "</ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>")
        template = self.folder / "message.xml"
        template.write_text(text.replace("</saml:Issuer>", "</saml:Issuer>" + signature, 1))
        signed = subprocess.run(
            ["xmlsec1", "--sign", "--privkey-pem", self.folder / "sp.key", "--id-attr:ID",
             NAMESPACES["samlp"] + ":" + name, template], capture_output=True, text=True, timeout=60, check=True)
        return signed.stdout.split("?>", 1)[1].strip()


class ServiceProvider:
    def __init__(self, server, entity_id, base, realm="customers", prefix=""):
        self.server, self.entity_id, self.base = server, entity_id, base
        self.realm, self.prefix = realm, prefix

    @property
    def endpoint(self):
        return self.server.realm_url(self.realm, self.prefix) + "/protocol/saml"

    def certificate(self):
        text = requests.get(self.endpoint + "/descriptor", timeout=60).text
        return Message(text).value(".//ds:X509Certificate")

    # ---- what it writes

    def _message(self, name, attributes, inner, issuer=None):
        values = {"ID": new_id(), "Version": "2.0", "IssueInstant": now(),
                  "Destination": self.endpoint, **attributes}
        written = "".join(f' {key}="{value}"' for key, value in values.items() if value is not None)
        return (f'<samlp:{name} xmlns:samlp="{NAMESPACES["samlp"]}" '
                f'xmlns:saml="{NAMESPACES["saml"]}"{written}>'
                f"<saml:Issuer>{issuer or self.entity_id}</saml:Issuer>{inner}</samlp:{name}>")

    def authn_request(self, inner="", **attributes):
        return self._message("AuthnRequest", {
            "AssertionConsumerServiceURL": self.base + "/acs", **attributes}, inner)

    def logout_request(self, name_id, index=None, **attributes):
        inner = f"<saml:NameID>{name_id}</saml:NameID>"
        if index:
            inner += f"<samlp:SessionIndex>{index}</samlp:SessionIndex>"
        return self._message("LogoutRequest", attributes, inner)

    def logout_response(self, request, status="Success", **attributes):
        return self._message("LogoutResponse", {"InResponseTo": request.get("ID"), **attributes},
                             f'<samlp:Status><samlp:StatusCode Value="{STATUS}{status}"/></samlp:Status>')

    def artifact_resolve(self, artifact, **attributes):
        return self._message("ArtifactResolve", {"Destination": self.endpoint + "/resolve", **attributes},
                             f"<samlp:Artifact>{artifact}</samlp:Artifact>")

    # ---- how it sends

    def redirect(self, browser, text, name="SAMLRequest", relay_state=None, follow=False, sign=None):
        fields = [(name, deflate(text))]
        if relay_state is not None:
            fields.append(("RelayState", relay_state))
        query = urlencode(fields, quote_via=quote)
        if sign:
            query += "&" + urlencode({"SigAlg": RSA_SHA256}, quote_via=quote)
            query += "&" + urlencode({"Signature": sign(query.encode())}, quote_via=quote)
        return browser.open(self.endpoint + "?" + query, follow=follow)

    def post(self, browser, text, name="SAMLRequest", relay_state=None):
        fields = {name: base64.b64encode(text.encode()).decode()}
        if relay_state is not None:
            fields["RelayState"] = relay_state
        return browser.open(self.endpoint, "POST", follow=False, data=fields,
                            headers={"Sec-Fetch-Site": "cross-site", "Origin": self.base})

    def soap(self, text, to="", **sent):
        envelope = (f'<soap:Envelope xmlns:soap="{NAMESPACES["soap"]}"><soap:Body>{text}'
                    "</soap:Body></soap:Envelope>")
        return requests.post(self.endpoint + to, data=envelope, timeout=60,
                             headers={"content-type": "text/xml"}, **sent)

    def resolve(self, request):
        """The ArtifactResponse."""
        answer = self.soap(request, "/resolve")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/xml"), answer.text
        body = ElementTree.fromstring(answer.text).find("soap:Body", NAMESPACES)
        return Message(ElementTree.tostring(body[0], encoding="unicode"), envelope=answer.text)

    def resolve_refused(self, request):
        answer = self.soap(request, "/resolve")
        assert answer.status_code == 400, answer.text
        return answer.text

    def sign_in(self, browser, user="ada", password="lovelace", **attributes):
        """The whole way: what came to the assertion consumer."""
        page = self.redirect(browser, self.authn_request(**attributes), relay_state="rs1")
        if page.is_login():
            page = page.submit("kc-login", follow=False, username=user, password=password)
        message = message_at(page)
        assert message.kind == "Response" and message.status == "Success", message.text
        return message
