"""A site with python3-saml, which hears of logouts in the browser, by redirects only. Assertions
for it are encrypted."""

import pathlib
from urllib.parse import urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from small_site import Answer, Site, redirect, settings

HERE = settings()
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"


def configuration():
    provider = OneLogin_Saml2_IdPMetadataParser.parse(pathlib.Path(HERE["provider"]).read_text())
    return OneLogin_Saml2_IdPMetadataParser.merge_settings({
        "strict": True, "debug": True,
        "sp": {
            "entityId": HERE["url"] + "/metadata",
            "assertionConsumerService": {"url": HERE["url"] + "/acs",
                                         "binding": BINDING + "HTTP-POST"},
            "singleLogoutService": {"url": HERE["url"] + "/slo",
                                    "binding": BINDING + "HTTP-Redirect"},
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "x509cert": pathlib.Path(HERE["certificate"]).read_text(),
            "privateKey": pathlib.Path(HERE["key"]).read_text()},
        "security": {
            "authnRequestsSigned": True, "logoutRequestSigned": True,
            "logoutResponseSigned": True, "wantMessagesSigned": True,
            "wantAssertionsSigned": True, "wantAssertionsEncrypted": True,
            "requestedAuthnContext": False, "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": True,  # each role is an attribute
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256"}}, provider)


class Python3SamlSite(Site):
    def __init__(self):
        super().__init__(HERE["port"], "python3_saml_visitor")
        self.settings = configuration()
        self.asked = {}
        self.routes.update({"/login": self.login, "/acs": self.consume, "/logout": self.logout,
                            "/slo": self.slo, "/metadata": self.metadata})

    def auth(self, request):
        return OneLogin_Saml2_Auth({
            "https": "off", "http_host": urlsplit(HERE["url"]).netloc,
            "script_name": request.path, "query_string": request.query_string,
            "get_data": request.query, "post_data": request.form,
            "validate_signature_from_qs": True}, self.settings)

    def metadata(self, request):
        known = OneLogin_Saml2_Settings(self.settings, sp_validation_only=True)
        return Answer(known.get_sp_metadata().decode(), kind="text/xml")

    @staticmethod
    def refuse(auth):
        return Answer(f'<p id="refused">{auth.get_errors()} {auth.get_last_error_reason()}</p>',
                      403)

    def login(self, request):
        return redirect(self.auth(request).login(return_to=HERE["url"] + "/"))

    def consume(self, request):
        auth = self.auth(request)
        auth.process_response()
        if auth.get_errors() or not auth.is_authenticated():
            return self.refuse(auth)
        return self.sign_in({
            "user": auth.get_attribute("email")[0], "name_id": auth.get_nameid(),
            "format": auth.get_nameid_format(), "index": auth.get_session_index()})

    def logout(self, request):
        session = self.session(request)
        return redirect(self.auth(request).logout(
            return_to=HERE["url"] + "/", name_id=session["name_id"],
            session_index=session["index"], name_id_format=session["format"]))

    def slo(self, request):
        auth = self.auth(request)
        target = auth.process_slo(delete_session_cb=lambda: self.sign_out(request.visitor))
        if auth.get_errors():
            return self.refuse(auth)
        return redirect(target or "/")


Python3SamlSite().run()
