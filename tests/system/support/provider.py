"""A SAML service provider that is told by the back channel: it checks what comes with xmlsec1 and
the realm's certificate, and answers as it is told to."""

import base64
import re
import subprocess
import tempfile
import uuid
import zlib
from urllib.parse import quote_plus
from xml.etree import ElementTree

import requests

from support.sink import Sink

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
CONSUMER = "http://127.0.0.1:9/acs"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


class LogoutRequest:
    """One that came, by SOAP or as a form."""

    def __init__(self, recorded):
        self.headers = {name.lower(): value for name, value in recorded.headers.items()}
        self.form = {}
        if self.headers["content-type"].startswith("text/xml"):
            envelope = ElementTree.fromstring(recorded.body)
            self.root, = envelope.find(SOAP + "Body")
            self.xml = re.search(rb"<samlp:LogoutRequest.*</samlp:LogoutRequest>", recorded.body,
                                 re.DOTALL)[0]
        else:
            self.form = recorded.form()
            self.xml = base64.b64decode(self.form["SAMLRequest"], validate=True)
            self.root = ElementTree.fromstring(self.xml)
        assert self.root.tag == SAMLP + "LogoutRequest"
        self.id = self.root.get("ID")
        self.destination = self.root.get("Destination")
        self.issuer = self.root.findtext(SAML + "Issuer")
        self.name_id = self.root.find(SAML + "NameID")
        self.session_indexes = [one.text for one in self.root.findall(SAMLP + "SessionIndex")]
        method = self.root.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureMethod")
        self.algorithm = None if method is None else method.get("Algorithm")

    def is_signed_by(self, server, realm="customers"):
        """Whether xmlsec1 finds the realm's signature good."""
        keys = requests.get(server.endpoint("certs", realm), timeout=30).json()["keys"]
        with tempfile.TemporaryDirectory() as folder:
            certificate = next(one["x5c"][0] for one in keys if one["alg"] == "RS256")
            with open(f"{folder}/realm.pem", "w") as file:
                file.write("-----BEGIN CERTIFICATE-----\n" +
                           "\n".join(re.findall(".{1,64}", certificate)) +
                           "\n-----END CERTIFICATE-----\n")
            with open(f"{folder}/request.xml", "wb") as file:
                file.write(self.xml)
            done = subprocess.run(
                ["xmlsec1", "--verify", "--pubkey-cert-pem", "realm.pem", "--enabled-key-data",
                 "rsa", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest",
                 "request.xml"], cwd=folder, capture_output=True, timeout=60)
        return done.returncode == 0


class Provider(Sink):
    """`says`: what it answers to a LogoutRequest, once `answers` are used up:

    success, partial, responder   a LogoutResponse of that status
    nothing                       200 and no more
    page, location                Success in a form that submits itself, in a 303
    elsewhere                     a 303 without an answer
    fault                         200 and a SOAP Fault
    stranger                      Success, in response to another request"""

    def __init__(self, entity_id=None, **more):
        self.says, self.entity_id = "success", entity_id
        super().__init__(**more)

    def requests_got(self):
        with self.changed:
            return [LogoutRequest(one) for one in self.requests if one.method == "POST"]

    def response(self, request):
        codes = f'<p:StatusCode Value="{STATUS}Success"/>'
        if self.says == "partial":
            codes = (f'<p:StatusCode Value="{STATUS}Success">'
                     f'<p:StatusCode Value="{STATUS}PartialLogout"/></p:StatusCode>')
        elif self.says == "responder":
            codes = (f'<p:StatusCode Value="{STATUS}Responder">'
                     f'<p:StatusCode Value="{STATUS}UnknownPrincipal"/></p:StatusCode>'
                     '<p:StatusMessage>nobody of that name here</p:StatusMessage>')
        to = "_another" if self.says == "stranger" else request.id
        return (f'<p:LogoutResponse xmlns:p="{SAMLP[1:-1]}" ID="_{uuid.uuid4()}" Version="2.0" '
                f'IssueInstant="2026-11-21T10:00:00Z" InResponseTo="{to}"><Issuer xmlns="'
                f'{SAML[1:-1]}">{self.entity_id}</Issuer><p:Status>{codes}</p:Status>'
                '</p:LogoutResponse>')

    def answer(self, handler):
        self.body, self.location = b"", None
        if handler.command == "POST" and self.mode == "ok" and not self.answers:
            self.prepare(self.requests_got()[-1])
        super().answer(handler)

    def prepare(self, request):
        response = self.response(request)
        coded = base64.b64encode(response.encode()).decode()
        if self.says == "page":
            self.body = ('<html><body onload="document.forms[0].submit()"><form method="post">'
                         f'<input type="hidden" name="SAMLResponse" value="{coded}"/></form></body>'
                         '</html>').encode()
        elif self.says in ("location", "elsewhere"):
            packer = zlib.compressobj(wbits=-15)
            packed = packer.compress(response.encode()) + packer.flush()
            self.location = "http://127.0.0.1:9/signed-out?SAMLResponse=" + quote_plus(
                base64.b64encode(packed)) if self.says == "location" else "http://127.0.0.1:9/login"
            self.answers = [303]
        elif self.says != "nothing":
            if self.says == "fault":
                response = "<s:Fault><faultcode>s:Client</faultcode><faultstring/></s:Fault>"
            self.body = (f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body>{response}</s:Body>'
                         '</s:Envelope>').encode()


def add_provider(realm, client_id, signed=True, **changes):
    """A SAML client whose people sign in at a URL where nobody listens."""
    attributes = {"saml.server.signature": "true" if signed else "false",
                  "saml.client.signature": "false", "saml_name_id_format": "username",
                  "saml.authnstatement": "true", "saml_assertion_consumer_url_post": CONSUMER, **changes.pop("attributes", {})}
    realm["clients"].append({
        "clientId": client_id, "enabled": True, "protocol": "saml", "frontchannelLogout": False,
        "attributes": attributes, **changes})
