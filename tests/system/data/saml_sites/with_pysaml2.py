"""A site with pysaml2; told of logouts by SOAP. Asks for its own by a redirect, or by SOAP."""

import xml.etree.ElementTree

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.response import StatusError
from saml2.saml import NAMESPACE as ASSERTION
from saml2.samlp import NAMESPACE as PROTOCOL
from saml2.xmldsig import NAMESPACE as SIGNATURE

from small_site import Answer, Site, redirect, settings

HERE = settings()
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

# The library writes what comes in an envelope again before it looks at the signature: with other
# prefixes than the sender's no signature is good.
for prefix, namespace in (("samlp", PROTOCOL), ("saml", ASSERTION), ("dsig", SIGNATURE)):
    xml.etree.ElementTree.register_namespace(prefix, namespace)


def configuration():
    keys = {"key_file": HERE["key"], "cert_file": HERE["certificate"]}
    return SPConfig().load({
        "entityid": HERE["url"] + "/metadata", "xmlsec_binary": "/usr/bin/xmlsec1", **keys,
        "encryption_keypairs": [keys], "metadata": {"local": [HERE["provider"]]},
        "allow_unknown_attributes": True,
        "service": {"sp": {
            "authn_requests_signed": True, "logout_requests_signed": True,
            "logout_responses_signed": True, "want_response_signed": True,
            "want_assertions_signed": True, "allow_unsolicited": False,
            "signing_algorithm": RSA_SHA256, "digest_algorithm": SHA256,
            "endpoints": {
                "assertion_consumer_service": [(HERE["url"] + "/acs", BINDING_HTTP_POST)],
                "single_logout_service": [
                    (HERE["url"] + "/slo/soap", BINDING_SOAP),
                    (HERE["url"] + "/slo", BINDING_HTTP_REDIRECT)]}}}})


class Pysaml2Site(Site):
    def __init__(self):
        super().__init__(HERE["port"], "pysaml2_visitor")
        self.client = Saml2Client(config=configuration())
        self.asked = {}
        self.routes.update({
            "/login": self.login, "/acs": self.consume, "/logout": self.logout,
            "/slo": self.slo, "/slo/soap": self.slo_soap, "/metadata": self.metadata})

    def metadata(self, request):
        return Answer(str(entity_descriptor(self.client.config)), kind="text/xml")

    def login(self, request):
        number, asking = self.client.prepare_for_authenticate(binding=BINDING_HTTP_REDIRECT)
        self.asked[number] = "/"
        return redirect(dict(asking["headers"])["Location"])

    def consume(self, request):
        try:
            response = self.client.parse_authn_request_response(
                request.form["SAMLResponse"], BINDING_HTTP_POST, self.asked)
        except StatusError as error:
            return Answer(f'<p id="refused">{error}</p>', 403)
        info = response.session_info()
        return self.sign_in({"user": info["ava"]["email"][0], "name_id": info["name_id"],
                             "index": info["session_index"]})

    def logout(self, request):
        session = self.session(request)
        binding = BINDING_SOAP if request.query.get("by") == "soap" else BINDING_HTTP_REDIRECT
        asked, = self.client.do_logout(
            session["name_id"], self.client.users.issuers_of_info(session["name_id"]), "", None,
            expected_binding=binding).values()
        if binding != BINDING_SOAP:  # the browser carries the request
            return redirect(dict(asked[1]["headers"])["Location"])
        if not asked.status_ok():
            return Answer('<p id="refused">The provider did not sign out.</p>', 403)
        self.sign_out(request.visitor)
        return redirect("/")

    def slo(self, request):
        """Behind our own logout, or in the chain of somebody else's."""
        if "SAMLResponse" in request.query:
            self.client.handle_logout_response(self.client.parse_logout_request_response(
                request.query["SAMLResponse"], BINDING_HTTP_REDIRECT))
            self.sign_out(request.visitor)
            return redirect("/")
        session = self.session(request)
        answer = self.client.handle_logout_request(
            request.query["SAMLRequest"], session and session["name_id"], BINDING_HTTP_REDIRECT,
            relay_state=request.query.get("RelayState"), sigalg=request.query.get("SigAlg"),
            signature=request.query.get("Signature"))
        self.sign_out(request.visitor)
        return redirect(dict(answer["headers"])["Location"])

    def slo_soap(self, request):
        asked = self.client.parse_logout_request(request.body, BINDING_SOAP).message
        indexes = {one.text for one in asked.session_index}
        for visitor, session in list(self.sessions.items()):
            if session["name_id"] == asked.name_id and session["index"] in indexes:
                self.sign_out(visitor)
        answer = self.client.handle_logout_request(request.body, asked.name_id, BINDING_SOAP)
        return Answer(answer["data"], kind="text/xml")


Pysaml2Site().run()
