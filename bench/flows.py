"""What people and applications do: sign on, redeem codes, sign out. Over one kept connection
for each visitor, without a library between, since thousands of them are sent."""

import base64
import datetime
import html
import http.client
import json
import re
import urllib.parse
import uuid
import zlib

import realm

SAML = f"/realms/{realm.NAME}/protocol/saml"
OIDC = f"/realms/{realm.NAME}/protocol/openid-connect"
_FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.S)
_FIELD = re.compile(r"<(?:input|button)\b[^>]*>")
_FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


class Unexpected(SystemExit):
    """An answer that nobody can measure."""


def basic(app):
    pair = f"{app}:{realm.secret(app)}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def request_bytes(port, method, path, form=None, **headers):
    """A request as load.c sends it; from the same host as a Visitor's, for the issuer's sake."""
    body = urllib.parse.urlencode(form).encode() if form is not None else b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if form is not None:
        lines += [f"Content-Type: {_FORM_TYPE['Content-Type']}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Visitor:
    """One browser: a connection and a cookie jar. `tokens` has its answers of the token
    endpoint by application."""

    def __init__(self, port, user=realm.USER):
        self.user = user
        self.connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self.cookies, self.tokens = {}, {}

    def send(self, method, target, form=None, headers=None):
        headers = dict(headers or {})
        if form is not None:
            headers.update(_FORM_TYPE)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        url = urllib.parse.urlsplit(target)
        path = url.path + ("?" + url.query if url.query else "")
        body = urllib.parse.urlencode(form) if form is not None else None
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, text

    def redirected(self, answer, text):
        """Where a 302 leads; its query parameters."""
        if answer.status != 302:
            raise Unexpected(f"{answer.status} instead of a redirect:\n{text[:2000]}")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))

    def sign_on(self, app):
        """The whole of it: page, form, code, tokens; without the form where there is a
        session already."""
        query = urllib.parse.urlencode(
            {"client_id": app, "response_type": "code", "scope": "openid",
             "redirect_uri": realm.REDIRECT, "state": "s", "nonce": "n"})
        answer, text = self.send("GET", f"{OIDC}/auth?{query}")
        if answer.status == 200:
            answer, text = self.fill_in(text)
        code = self.redirected(answer, text).get("code")
        self.tokens[app] = self.token(app, grant_type="authorization_code", code=code,
                                      redirect_uri=realm.REDIRECT)
        return self

    def fill_in(self, page):
        action, inside = _FORM.search(page).groups()
        form = {}
        for field in _FIELD.findall(inside):
            pairs = dict(re.findall(r'(\w+)="([^"]*)"', field))
            if "name" in pairs:
                form[pairs["name"]] = html.unescape(pairs.get("value", ""))
        form.update(username=self.user, password=realm.PASSWORD)
        return self.send("POST", html.unescape(action), form)

    def token(self, app, **form):
        answer, text = self.send("POST", f"{OIDC}/token", form, {"Authorization": basic(app)})
        if answer.status != 200:
            raise Unexpected(f"token endpoint: {answer.status} {text}")
        return json.loads(text)

    def sign_out(self, app):
        query = urllib.parse.urlencode({"id_token_hint": self.tokens[app]["id_token"],
                                        "post_logout_redirect_uri": realm.AFTER, "state": "s"})
        answer, text = self.send("GET", f"{OIDC}/logout?{query}")
        self.redirected(answer, text)

    # ---- as a SAML service provider's browser

    def _message(self, name, attributes, inner):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        port = self.connection.port
        return (f'<samlp:{name} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
                f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" '
                f'Version="2.0" IssueInstant="{now}" Destination="http://localhost:{port}{SAML}"'
                f"{attributes}><saml:Issuer>{realm.PROVIDER}</saml:Issuer>{inner}</samlp:{name}>"
                ).encode()

    def enter_by_saml(self, with_form=False):
        """A POST request and the Response; `with_form`: there is no session yet."""
        request = self._message("AuthnRequest",
                                f' AssertionConsumerServiceURL="{realm.PROVIDER}/acs"', "")
        answer, text = self.send("POST", SAML, {"SAMLRequest": base64.b64encode(request).decode()})
        if with_form:
            answer, text = self.fill_in(text)
        found = re.search(r'name="SAMLResponse"[^>]*value="([^"]*)"', text)
        if answer.status != 200 or not found:
            raise Unexpected(f"SAML: {answer.status} {text[:500]}")
        response = base64.b64decode(html.unescape(found.group(1))).decode()
        self.index = re.search(r'SessionIndex="([^"]+)"', response).group(1)
        return self

    def leave_by_saml(self):
        """A Redirect LogoutRequest and its LogoutResponse."""
        request = self._message("LogoutRequest", "",
                                f"<saml:NameID>{realm.USER}</saml:NameID>"
                                f"<samlp:SessionIndex>{self.index}</samlp:SessionIndex>")
        squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
        query = urllib.parse.urlencode({"SAMLRequest": base64.b64encode(
            squeezer.compress(request) + squeezer.flush()).decode()})
        answer, text = self.send("GET", f"{SAML}?{query}")
        if "SAMLResponse" not in self.redirected(answer, text):
            raise Unexpected("SAML: no LogoutResponse")
